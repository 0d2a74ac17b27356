"""Settings > Money rules: what money does by itself, who opted in, limits, fees, and statuses of the practice's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.lanes import Lane
from app.rules import MoneyRules, Provider, RulesView
from app.views import Person
from app.words import sentence, sentence_for
from models.basics.money import LARGEST_ENTRY_CENTS
from models.rules.rights import Right
from widgets import theme
from widgets.bridge import Bridge
from widgets.common import AmountField, Banner, Card, Divider, ErrorText, Field, Switch, Text
from widgets.theme import S4, S8, S10, S12, S16, S20

SWITCH: Final = "switch"
AMOUNT: Final = "amount"
NAMES: Final = "names"
TEXT: Final = "text"


@dataclass(frozen=True, slots=True)
class Rule:
    """One field of the rules: its words, a hint, and how it is changed."""

    name: str
    title: str
    hint: str
    kind: str = SWITCH


CARDS: Final[tuple[tuple[str, tuple[Rule, ...]], ...]] = (
    ("What money does by itself", (
        Rule("auto_allocate", "Auto allocate",
             "Credit pays the oldest balances when a payment leaves some over and when charges appear, for providers "
             "who let it. Also turns on AutoFill. Visits ahead get nothing."),
        Rule("auto_unallocate", "Auto un-allocate",
             "When a payer lowers a charge that was paid, what is too much becomes credit. Off: it stays with its "
             "visit."),
        Rule("use_other_visits", "Use other appointment payments",
             "What is set aside for one visit may pay another, once its own visit owes nothing."),
        Rule("paid_in_full_follows", "Paid in full by itself", "A visit whose charges are paid shows Paid in full."),
    )),
    ("Limits, 0 for none", (
        Rule("refund_limit_cents", "Refunds without a manager", "Above this a manager allows it by PIN.", AMOUNT),
        Rule("adjust_limit_cents", "Discounts and write-offs", "Above this a manager allows it by PIN.", AMOUNT),
        Rule("offline_refund_cents", "Cash back without the hub", "While the line is down, at most this much per "
             "refund.", AMOUNT),
    )),
    ("Fees, 0 for none", (
        Rule("no_show_fee_cents", "No-show fee", "Proposed when a patient did not come.", AMOUNT),
        Rule("bounced_check_fee_cents", "Returned check fee", "Proposed when a check comes back.", AMOUNT),
    )),
    ("Words of your own", (
        Rule("custom_statuses", "Visit statuses", "Beside the usual ones, with commas between them.", NAMES),
        Rule("statement_message", "Message on statements", "Such as how to pay and whom to call.", TEXT),
    )),
)  # fmt: skip
"""Every rule, card by card."""


class RuleRow(QWidget):
    """Words at the left, the control at the right, the error under it. `changed(value)` once something is decided."""

    changed = Signal(object)

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.rule = rule
        self.error = ErrorText()
        self.control = _MAKERS[rule.kind](self)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Text(rule.title, "body_medium"))
        if rule.hint:
            words.addWidget(Text(rule.hint, "caption", "muted", wrap=True))
        line = QHBoxLayout()
        line.setSpacing(S16)
        line.addLayout(words, 3)
        line.addWidget(self.control, 2 if rule.kind in (NAMES, TEXT) else 0)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, S10, 0, S10)
        body.setSpacing(S4)
        body.addLayout(line)
        body.addWidget(self.error)

    def show_value(self, value: Any) -> None:
        """Show what stands; what is being typed stays."""
        control = self.control
        if isinstance(control, Switch):
            control.blockSignals(True)
            control.setChecked(bool(value))
            control.blockSignals(False)
        elif isinstance(control, AmountField) and not control.hasFocus():
            control.set_cents(int(value))
        elif isinstance(control, Field) and not control.hasFocus():
            control.setText(", ".join(value) if self.rule.kind == NAMES else str(value))

    def show_error(self, text: str) -> None:
        """Say why it was not taken, or nothing."""
        self.error.set(text)
        if isinstance(self.control, Field | AmountField):
            self.control.set_wrong(bool(text))


def _switch(row: RuleRow) -> QWidget:
    switch = Switch(row.rule.title)
    switch.toggled.connect(row.changed.emit)
    return switch


def _amount(row: RuleRow) -> QWidget:
    field = AmountField(row.rule.title, allow_zero=True)
    field.setFixedWidth(theme.current().px(130))

    def done() -> None:
        if field.isModified():
            field.setModified(False)
            row.changed.emit(field.cents if field.text().strip() else 0)

    field.editingFinished.connect(done)
    return field


def _text(row: RuleRow) -> QWidget:
    field = Field(row.rule.title)
    field.setMaxLength(300)

    def done() -> None:
        if field.isModified():
            field.setModified(False)
            typed = field.text()
            names = tuple(name.strip() for name in typed.split(",") if name.strip())
            row.changed.emit(names if row.rule.kind == NAMES else typed)

    field.editingFinished.connect(done)
    return field


_MAKERS: dict[str, Callable[[RuleRow], QWidget]] = {SWITCH: _switch, AMOUNT: _amount, NAMES: _text, TEXT: _text}


class MoneyRulesView(QWidget):
    """The page. `changed(field, value)` and `opted(practitioner id, on)`."""

    changed = Signal(str, object)
    opted = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Money rules")
        self.banner = Banner("info")
        self.banner.hide()
        self.rows: dict[str, RuleRow] = {}
        self.providers: dict[str, RuleRow] = {}
        self._people = Card(inset=S20)
        self._shown: tuple[tuple[str, str], ...] | None = None
        self._allowed = True
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, S12, 0)
        column.setSpacing(S12)
        for at, (title, rules) in enumerate(CARDS):
            column.addWidget(self._card(title, rules))
            if at == 0:
                column.addWidget(self._people)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(holder)
        scroll.viewport().setAutoFillBackground(False)
        holder.setAutoFillBackground(False)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S8)
        body.addWidget(self.banner)
        body.addWidget(scroll, 1)

    def _card(self, title: str, rules: tuple[Rule, ...]) -> Card:
        card = Card(inset=S20)
        card.body.addWidget(Text(title, "heading"))
        card.body.addSpacing(S4)
        for number, rule in enumerate(rules):
            if number:
                card.body.addWidget(Divider("hairline"))
            row = self.rows[rule.name] = RuleRow(rule)
            row.changed.connect(lambda value, name=rule.name: self.changed.emit(name, value))
            card.body.addWidget(row)
        return card

    def draw(self, view: RulesView) -> None:
        """Show what stands."""
        for name, row in self.rows.items():
            row.show_value(getattr(view.rules, name))
        people = tuple((each.practitioner_id, each.name) for each in view.providers)
        if people != self._shown:
            self._shown = people
            self._draw_people(view.providers)
        for each in view.providers:
            self.providers[each.practitioner_id].show_value(each.auto_allocate)
        self.allow(self._allowed)

    def _draw_people(self, providers: tuple[Provider, ...]) -> None:
        body = self._people.body
        while body.count():
            item = body.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.providers = {}
        body.addWidget(Text("Providers who let credit go to their visits by rule", "heading"))
        if not providers:
            body.addWidget(Text("No providers yet. They come with visits, or from the EHR.", "body", "muted"))
        for number, each in enumerate(providers):
            if number:
                body.addWidget(Divider("hairline"))
            row = self.providers[each.practitioner_id] = RuleRow(Rule(each.practitioner_id, each.name, ""))
            row.changed.connect(lambda on, name=each.practitioner_id: self.opted.emit(name, bool(on)))
            body.addWidget(row)

    def allow(self, may: bool) -> None:
        """Only who sets up the practice changes its rules; everybody may read them."""
        self._allowed = may
        for row in (*self.rows.values(), *self.providers.values()):
            row.control.setEnabled(may)
        if may:
            self.banner.hide()
        else:
            self.banner.set("Only a manager may change these rules", "They hold at every desk.", meaning="info")
            self.banner.show()

    def row(self, name: str) -> RuleRow:
        """The row of a rule, or of a provider by id."""
        return self.rows.get(name) or self.providers[name]


class MoneyRulesPresenter(QObject):
    """Reads the rules when the page is shown and writes each change as it is made."""

    def __init__(
        self, view: MoneyRulesView, *, bridge: Bridge, lane: Lane, rules: Callable[[], MoneyRules],
        person: Callable[[], Person | None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or view)
        self._view, self._bridge, self._lane, self._rules, self._person = view, bridge, lane, rules, person
        view.changed.connect(self._change)
        view.opted.connect(self._opt)

    def show(self) -> None:
        """Show what stands now, and what this person may do."""
        person = self._person()
        self._view.allow(person is not None and Right.SET_UP in person.rights)
        self._read()

    def _read(self) -> None:
        self._bridge.start(
            self._lane, lambda _job: self._rules().view(), owner=self._view, done=self._view.draw,
            failed=lambda error: self._tell("", error),
        )  # fmt: skip

    @Slot(str, object)
    def _change(self, name: str, value: Any) -> None:
        if value is None:  # no amount: the field says why
            field = self._view.rows[name].control
            key = field.error_key if isinstance(field, AmountField) else ""
            words = _one_line(key or "rules.limit_form")
            self._view.rows[name].show_error(words)
            return
        self._write(name, lambda person: self._rules().change(person, **{name: value}))

    @Slot(str, bool)
    def _opt(self, practitioner_id: str, on: bool) -> None:
        self._write(practitioner_id, lambda person: self._rules().opt_in(person, practitioner_id, on))

    def _write(self, name: str, write: Callable[[Person], None]) -> None:
        person = self._person()
        if person is None:
            return
        self._bridge.start(
            self._lane, lambda _job: write(person), owner=self._view, done=lambda _nothing: self._taken(name),
            failed=lambda error: self._tell(name, error),
        )  # fmt: skip

    def _taken(self, name: str) -> None:
        self._view.row(name).show_error("")
        self._read()

    def _tell(self, name: str, error: Exception) -> None:
        words = sentence_for(error)
        if name:
            self._view.row(name).show_error(f"{words.title}. {words.action}".strip())
            self._read()
            return
        self._view.banner.set(words.title, words.body, meaning="warn")
        self._view.banner.show()


def _one_line(key: str) -> str:
    """What is wrong with an amount as typed."""
    words = sentence(key, {"limit_cents": LARGEST_ENTRY_CENTS})
    return f"{words.title}. {words.action}"
