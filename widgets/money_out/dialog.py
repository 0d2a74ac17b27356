"""A form about one payment: a few fields, what they would do, a manager's PIN. Draws; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from app.refund_views import NOTE_MOST
from widgets.common import ENTER, AmountField, Banner, Choice, Field, FormRow, KeycapButton, Role
from widgets.common.form_dialog import FormDialog
from widgets.common.lending import LendStrip
from widgets.common.own_keys import OwnKeys
from widgets.common.speech import Notice
from widgets.common.summary import SumLine, Summary
from widgets.refund.dialog import CONFIRM
from widgets.theme import S12


@dataclass(frozen=True, slots=True)
class Ask:
    """One field. `kind` is choice, text or amount; a choice has `items` (key, words)."""

    key: str
    label: str
    kind: str = "text"
    items: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    wide: bool = False
    allow_zero: bool = False


@dataclass(frozen=True, slots=True)
class ActState:
    """All of the dialog. `values` by field key; `errors` likewise, under the field."""

    title: str
    subtitle: str
    values: Mapping[str, str | int | None]
    summary: tuple[SumLine, ...]
    verb: str
    foot: str = ""
    why_pin: str = ""
    ready: bool = True
    notice: Notice | None = None
    busy: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


class ActDialog(FormDialog):
    """Over the window. `changed(key, value)` follows every field, `confirmed(pin)` the button, `stopped` is Esc while
    it runs. `danger`: money leaves, or what was entered is taken away, so only Ctrl+Enter does it."""

    changed = Signal(str, object)
    confirmed = Signal(str)
    stopped = Signal()

    def __init__(self, host: QWidget, title: str, verb: str, asks: tuple[Ask, ...], *, danger: bool = True) -> None:
        super().__init__(host, title, verb, 600, keys=CONFIRM if danger else ENTER,
                         role=Role.DANGER if danger else Role.PRIMARY)  # fmt: skip
        self.banner = Banner("bad")
        self.banner.hide()
        self.rows: dict[str, FormRow] = {ask.key: self._row(ask) for ask in asks}
        self.summary = Summary("What it does")
        self.lend = LendStrip()
        self._running = False
        self._danger = danger
        self._lay_out(asks)
        self.keys = OwnKeys(self.card, enter=self._enter, escape=self.escape)
        self.submitted.connect(self._confirm)

    def _row(self, ask: Ask) -> FormRow:
        if ask.kind == "choice":
            choice = Choice(ask.label, ask.items)
            choice.currentIndexChanged.connect(lambda _at, key=ask.key: self.changed.emit(key, choice.key))
            return FormRow(ask.label, choice, ask.hint)
        if ask.kind == "amount":
            amount = AmountField(ask.label, allow_zero=ask.allow_zero)
            amount.cents_changed.connect(lambda cents, key=ask.key: self.changed.emit(key, cents))
            return FormRow(ask.label, amount, ask.hint or " ")
        text = Field(ask.label)
        text.setMaxLength(NOTE_MOST)
        text.textEdited.connect(lambda typed, key=ask.key: self.changed.emit(key, typed))
        return FormRow(ask.label, text, ask.hint)

    def _lay_out(self, asks: tuple[Ask, ...]) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S12)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        row = column = 0
        for ask in asks:
            if ask.wide and column:
                row, column = row + 1, 0
            grid.addWidget(self.rows[ask.key], row, column, 1, 2 if ask.wide else 1, Qt.AlignmentFlag.AlignTop)
            column = 0 if ask.wide else column + 1
            if ask.wide or column > 1:
                row, column = row + 1, 0
        self.content.addWidget(self.banner)
        self.content.addLayout(grid)
        self.content.addWidget(self.summary)
        self.content.addWidget(self.lend)

    def begin(self) -> None:
        """Open with nothing left of the time before."""
        self.lend.forget()
        self.open_over()

    def draw(self, state: ActState) -> None:
        """Show `state`."""
        self._running = bool(state.busy)
        self.title.setText(state.title)
        self.subtitle.setText(state.subtitle)
        for key, row in self.rows.items():
            _show(row, state.values.get(key))
            row.set_error(state.errors.get(key, ""))
            row.setEnabled(not state.busy)
        self.summary.show_lines(state.summary)
        self.summary.setVisible(bool(state.summary))
        self.lend.ask(state.why_pin)
        self.lend.setEnabled(not state.busy)
        self.cancel.setEnabled(not state.busy)
        self.say(state.foot)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self.banner.setVisible(state.notice is not None)
        self.show_verb(state.verb, state.busy, "" if state.ready else "Fill in what is missing first")

    def offer(self, key: str, items: tuple[tuple[str, str], ...]) -> None:
        """Other items for a choice."""
        choice = self.rows[key].field
        if isinstance(choice, Choice):
            choice.blockSignals(True)
            choice.set_items(items)
            choice.blockSignals(False)

    def point_at(self, key: str) -> None:
        """Put the focus where something is missing."""
        if key in self.rows:
            self.rows[key].field.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_focus(self) -> None:
        next(iter(self.rows.values())).field.setFocus(Qt.FocusReason.OtherFocusReason)

    def escape(self) -> None:
        """Esc closes; while it runs it only asks to stop."""
        if self._running:
            self.stopped.emit()
        else:
            self.close_over()

    def _confirm(self) -> None:
        if not self._running and self.primary.isEnabled():
            self.confirmed.emit(self.lend.pin.text() if self.lend.isVisible() else "")

    def _enter(self, here: QWidget) -> None:
        """Enter moves on where Ctrl+Enter does it; else it does it. On another button it presses."""
        if isinstance(here, KeycapButton) and here is not self.primary:
            here.click()
        elif not self._danger:
            self._confirm()
        elif isinstance(here, QLineEdit | QComboBox):
            fields = [row.field for row in self.rows.values()] + [self.lend.pin]
            left = [part for part in fields[fields.index(here) + 1 :] if part.isVisible()] if here in fields else []
            (left[0] if left else self.primary).setFocus(Qt.FocusReason.TabFocusReason)


def _show(row: FormRow, value: str | int | None) -> None:
    part = row.field
    if isinstance(part, Choice):
        if part.key != value:
            part.blockSignals(True)
            part.set_key(str(value or ""))
            part.blockSignals(False)
    elif isinstance(part, AmountField):
        if part.cents != value and not part.hasFocus():
            part.blockSignals(True)
            part.set_cents(value if isinstance(value, int) else None)
            part.blockSignals(False)
    elif isinstance(part, Field) and part.text() != (value or ""):
        part.setText(str(value or ""))
