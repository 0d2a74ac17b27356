"""Settings > Money rules: what money does by itself, who opted in, limits, fees, and statuses of the practice's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.lanes import Lane
from app.rules import MESSAGE_LETTERS, STATUS_LETTERS, STATUSES_AT_MOST, MoneyRules, Provider, RulesView
from app.views import Person
from app.words import sentence, sentence_for
from models.basics.money import LARGEST_ENTRY_CENTS
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common import AmountField, Banner, Card, Divider, Text
from widgets.settings.rows import AmountRow, NamesRow, NumberRow, SettingRow, SwitchRow, TextRow
from widgets.theme import S4, S8, S12, S20

SWITCH: Final = "switch"
AMOUNT: Final = "amount"
NUMBER: Final = "number"
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
        Rule("provisional_credit_cents", "Credit without the hub", "While the line is down, at most this much credit "
             "that another desk may use too. It shows as pending until the hub confirms. 0 forbids it.", AMOUNT),
    )),
    ("Card payments", (
        Rule("sign_from_cents", "Ask for a signature from", "On the reader, or on a slip to sign. 0: only where the "
             "card itself asks.", AMOUNT),
    )),
    ("Payment plans", (
        Rule("plan_least_monthly_cents", "Least a month", "No plan pays less. 0: no limit.", AMOUNT),
        Rule("plan_least_balance_cents", "Smallest balance", "Smaller ones are paid at once. 0: no limit.", AMOUNT),
        Rule("plan_most_balance_cents", "Largest balance", "Beyond it something is paid first. 0: no limit.", AMOUNT),
        Rule("plan_least_payments", "Fewest payments", "Beside paying in full.", NUMBER),
        Rule("plan_most_payments", "Most payments", "No plan takes longer.", NUMBER),
        Rule("plan_late_days", "Late after days", "So many days after its day a payment is late.", NUMBER),
        Rule("plan_first_retry_days", "Card tried again after days", "Counted from the day of the payment.", NUMBER),
        Rule("plan_second_retry_days", "And once more after days", "Then the plan is on the late list until somebody "
             "takes the payment.", NUMBER),
    )),
    ("The drawer", (
        Rule("drawer_float_cents", "Float", "What stays in a drawer overnight, offered when it is first opened.",
             AMOUNT),
        Rule("drawer_allowance_cents", "Off at the count", "Beyond this a manager closes the day by PIN. 0: never "
             "asked.", AMOUNT),
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


_NAMES_LETTERS = STATUSES_AT_MOST * (STATUS_LETTERS + len(", "))
_MAKERS: dict[str, Callable[[Rule], SettingRow]] = {
    SWITCH: lambda rule: SwitchRow(rule.title, rule.hint),
    AMOUNT: lambda rule: AmountRow(rule.title, rule.hint),
    NUMBER: lambda rule: NumberRow(rule.title, rule.hint),
    NAMES: lambda rule: NamesRow(rule.title, rule.hint, _NAMES_LETTERS),
    TEXT: lambda rule: TextRow(rule.title, rule.hint, MESSAGE_LETTERS),
}


@dataclass(frozen=True, slots=True)
class OptIn:
    """What each provider takes part in: the card's title, and the field of `app.rules.Provider`."""

    title: str
    field: str


BY_RULE: Final = OptIn("Providers who let credit go to their visits by rule", "auto_allocate")


class MoneyRulesView(QWidget):
    """A page of rules: `cards` of them, after each the providers' own word on something, as far as `opt_ins` go, above
    all `head` where there is one. `changed(field, value)` and `opted(field, practitioner id, on)`."""

    changed = Signal(str, object)
    opted = Signal(str, str, bool)

    def __init__(
        self, parent: QWidget | None = None, *, name: str = "Money rules",
        cards: tuple[tuple[str, tuple[Rule, ...]], ...] = CARDS, opt_ins: tuple[OptIn, ...] = (BY_RULE,),
        head: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setAccessibleName(name)
        self._opt_ins = opt_ins
        self.banner = Banner("info")
        self.banner.hide()
        self.rows: dict[str, SettingRow] = {}
        self.providers: dict[tuple[str, str], SettingRow] = {}
        self._people = {each.field: Card(inset=S20) for each in opt_ins}
        self._shown: tuple[tuple[str, str], ...] | None = None
        self._allowed = True
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, S12, 0)
        column.setSpacing(S12)
        if head is not None:
            column.addWidget(head)
        for at, (title, rules) in enumerate(cards):
            column.addWidget(self._card(title, rules))
            if at < len(opt_ins):
                column.addWidget(self._people[opt_ins[at].field])
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
            row = self.rows[rule.name] = _MAKERS[rule.kind](rule)
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
            self.providers = {}
            for opt_in in self._opt_ins:
                self._draw_people(opt_in, view.providers)
        for (field, practitioner_id), row in self.providers.items():
            each = next(each for each in view.providers if each.practitioner_id == practitioner_id)
            row.show_value(getattr(each, field))
        self.allow(self._allowed)

    def _draw_people(self, opt_in: OptIn, providers: tuple[Provider, ...]) -> None:
        body = self._people[opt_in.field].body
        while body.count():
            item = body.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        body.addWidget(Text(opt_in.title, "heading", wrap=True))
        if not providers:
            body.addWidget(Text("No providers yet. They come with visits, or from the EHR.", "body", "muted"))
        for number, each in enumerate(providers):
            if number:
                body.addWidget(Divider("hairline"))
            row = self.providers[opt_in.field, each.practitioner_id] = SwitchRow(each.name)
            row.changed.connect(lambda on, name=each.practitioner_id: self.opted.emit(opt_in.field, name, bool(on)))
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

    def row(self, name: str, practitioner_id: str = "") -> SettingRow:
        """The row of a rule, or of a provider's word on it."""
        return self.providers[name, practitioner_id] if practitioner_id else self.rows[name]


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

    @Slot(str, str, bool)
    def _opt(self, field: str, practitioner_id: str, on: bool) -> None:
        self._write(field, lambda person: self._rules().opt_in(person, practitioner_id, on, field), practitioner_id)

    def _write(self, name: str, write: Callable[[Person], None], practitioner_id: str = "") -> None:
        person = self._person()
        if person is None:
            return
        self._bridge.start(
            self._lane, lambda _job: write(person), owner=self._view,
            done=lambda _nothing: self._taken(name, practitioner_id),
            failed=lambda error: self._tell(name, error, practitioner_id),
        )  # fmt: skip

    def _taken(self, name: str, practitioner_id: str) -> None:
        self._view.row(name, practitioner_id).show_error("")
        self._read()

    def _tell(self, name: str, error: Exception, practitioner_id: str = "") -> None:
        words = sentence_for(error)
        if name:
            self._view.row(name, practitioner_id).show_error(f"{words.title}. {words.action}".strip())
            self._read()
            return
        self._view.banner.set(words.title, words.body, meaning="warn")
        self._view.banner.show()


def _one_line(key: str) -> str:
    """What is wrong with an amount as typed."""
    words = sentence(key, {"limit_cents": LARGEST_ENTRY_CENTS})
    return f"{words.title}. {words.action}"
