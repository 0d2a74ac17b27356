"""The refund dialog: full or part, amount, reason, notes, what goes where, a manager's PIN. Draws; decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.refund_views import NOTE_MOST
from widgets.common import AmountField, Banner, Choice, Field, FormRow, KeycapButton, Role, Text, page_action
from widgets.common.form_dialog import FormDialog
from widgets.common.lending import LendStrip
from widgets.common.own_keys import OwnKeys
from widgets.common.summary import Summary
from widgets.refund.parts import AltKeys, WayCard
from widgets.refund.state import REASONS, RefundState
from widgets.theme import S8, S10, S12

CONFIRM = ("Ctrl+Return", "Ctrl+Enter")
"""Money leaves the clinic: plain Enter only moves on."""


class RefundDialog(FormDialog):
    """Over the window. `full_chosen(bool)`, `amount_typed(cents or None)`, `reason_chosen`, `note_typed`, `way_chosen`,
    `check_typed`, `confirmed(pin)`, `stopped` when Esc is pressed while it runs."""

    full_chosen = Signal(bool)
    amount_typed = Signal(object)
    reason_chosen = Signal(str)
    note_typed = Signal(str)
    way_chosen = Signal(str)
    check_typed = Signal(str)
    confirmed = Signal(str)
    stopped = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Refund payment", "Confirm refund", 640, keys=CONFIRM, role=Role.DANGER)
        self.submitted.connect(self._confirm)
        full = page_action(self, "Full refund", "Alt+F", self._choose_full)
        part = page_action(self, "Partial refund", "Alt+P", self._choose_part)
        other = page_action(self, "Another way", "Alt+W", self._other_way)
        self.full, self.part = WayCard("Full refund", full), WayCard("Partial refund", part)
        self.part.say("Choose an amount")
        self.amount = AmountField("Amount to refund", style="heading_s")
        self.amount_row = FormRow("Amount to refund", self.amount, " ")
        self.reason = Choice("Reason", REASONS)
        self.reason_row = FormRow("Reason", self.reason, "Prints on the refund receipt")
        self.notes = Field("Notes")
        self.notes.setMaxLength(NOTE_MOST)
        self.note_row = FormRow("Notes", self.notes)
        self.way = Choice("Give it back as")
        self.way_row = FormRow("Give it back as", self.way)
        self.check = Field("Number of the check")
        self.check.setMaxLength(30)
        self.check_row = FormRow("Check number", self.check)
        self.other = KeycapButton("Another way", role=Role.LINK, size="control_tiny", action=other)
        self.summary = Summary("What goes back")
        self.lend = LendStrip()
        self.banner = Banner("bad")
        self.banner.hide()
        self._running = False
        self._lay_out()
        self.keys = OwnKeys(self.card, enter=self._next, escape=self.escape)
        self.letters = AltKeys(self.card, {Qt.Key.Key_F: full, Qt.Key.Key_P: part, Qt.Key.Key_W: other})
        self.amount.cents_changed.connect(self._amount_edited)
        self.reason.installEventFilter(self)
        self.reason.currentIndexChanged.connect(lambda _at: self.reason_chosen.emit(self.reason.key))
        self.notes.textEdited.connect(self.note_typed)
        self.way.currentIndexChanged.connect(lambda _at: self.way_chosen.emit(self.way.key))
        self.check.textEdited.connect(self.check_typed)

    def _lay_out(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(S10)
        cards.addWidget(self.full, 1)
        cards.addWidget(self.part, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 5)
        grid.addWidget(self.amount_row, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.reason_row, 0, 1, Qt.AlignmentFlag.AlignTop)
        self.note_row.layout().removeWidget(self.note_row.label)  # type: ignore[union-attr]
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(self.note_row.label)
        self.notes_hint = Text("", "caption", "muted")
        head.addWidget(self.notes_hint)
        head.addStretch(1)
        head.addWidget(self.other)
        self.note_row.layout().insertLayout(0, head)  # type: ignore[union-attr]
        ways = QHBoxLayout()
        ways.setSpacing(S12)
        ways.addWidget(self.way_row, 1, Qt.AlignmentFlag.AlignTop)
        ways.addWidget(self.check_row, 1, Qt.AlignmentFlag.AlignTop)
        self.content.addWidget(self.banner)
        self.content.addLayout(cards)
        self.content.addLayout(grid)
        self.content.addWidget(self.note_row)
        self.content.addLayout(ways)
        self.content.addWidget(self.summary)
        self.content.addWidget(self.lend)
        self.way_row.hide()

    # Drawing ----------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Open with nothing left of the payment before."""
        self.banner.hide()
        self.lend.forget()
        self.way_row.hide()
        self.open_over()

    def draw(self, state: RefundState) -> None:
        """Show `state`."""
        self._running = bool(state.busy)
        self.subtitle.setText(state.title)
        self.full.say(state.full_text)
        (self.full if state.full else self.part).setChecked(True)
        if not self.amount.hasFocus() or state.full:
            self._show_amount(state.cents)
        self.amount_row.hint.setText(state.amount_hint)
        self.amount_row.hint.setVisible(not state.amount_error)
        self.amount_row.set_error(state.amount_error)
        _choose(self.reason, state.reason)
        self.notes_hint.setText(state.note_hint)
        if tuple(self.way.itemData(at) for at in range(self.way.count())) != tuple(key for key, _ in state.ways):
            self.way.blockSignals(True)
            self.way.set_items(state.ways)
            self.way.blockSignals(False)
        _choose(self.way, state.tender)
        self.other.setVisible(len(state.ways) > 1 and self.way_row.isHidden())
        self.check_row.setVisible(state.asks_check)
        self.summary.show_lines(state.summary)
        self.lend.ask(state.why_pin)
        self.say(state.foot)
        self._draw_notice(state)
        for part in (self.full, self.part, self.amount, self.reason, self.notes, self.way, self.check, self.lend,
                     self.other, self.cancel):  # fmt: skip
            part.setEnabled(not state.busy)
        self.show_verb(state.verb, state.busy, "" if state.ready else "Type an amount first")

    def _draw_notice(self, state: RefundState) -> None:
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self.banner.setVisible(state.notice is not None)

    def _show_amount(self, cents: int | None) -> None:
        if self.amount.cents != cents:
            self.amount.blockSignals(True)
            self.amount.set_cents(cents)
            self.amount.blockSignals(False)

    # Hands ------------------------------------------------------------------------------------------------------------

    def _choose_full(self) -> None:
        self.full_chosen.emit(True)
        self.reason.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _choose_part(self) -> None:
        self.full_chosen.emit(False)
        self.amount.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.amount.selectAll()

    def _amount_edited(self, cents: int | None) -> None:
        """Typing an amount means a part."""
        self.full_chosen.emit(False)
        self.amount_typed.emit(cents)

    def _other_way(self) -> None:
        self.way_row.show()
        self.other.hide()
        self.way.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.place_panel()

    def _confirm(self) -> None:
        if not self._running and self.primary.isEnabled():
            self.confirmed.emit(self.lend.pin.text() if self.lend.isVisible() else "")

    def _next(self, here: QWidget) -> None:
        """Enter moves on, from field to field and to the red button, which takes no plain Enter. On another button it
        presses."""
        if isinstance(here, KeycapButton | WayCard):
            if here is not self.primary:
                here.click()
            return
        fields = (self.amount, self.reason, self.notes, self.way, self.check, self.lend.pin)
        left = [part for part in fields[fields.index(here) + 1 :] if part.isVisible()] if here in fields else []
        (left[0] if left else self.primary).setFocus(Qt.FocusReason.TabFocusReason)

    def escape(self) -> None:
        """Esc closes; while it runs it only asks to stop."""
        if self._running:
            self.stopped.emit()
        else:
            self.close_over()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """No reason begins with a digit: digits typed there are the PIN, where one is asked for."""
        typed = event.text() if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else ""
        if typed.isdecimal() and watched is self.reason and self.lend.isVisible():
            self.lend.pin.setFocus(Qt.FocusReason.OtherFocusReason)
            self.lend.pin.insert(typed)
            return True
        return super().eventFilter(watched, event)

    def point_at(self, field: str) -> None:
        """Put the focus where something is missing."""
        parts = {"amount": self.amount, "reason": self.reason, "note": self.notes, "check_no": self.check}
        part = parts.get(field)
        if part is not None:
            part.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_focus(self) -> None:
        self.amount.setFocus(Qt.FocusReason.OtherFocusReason)


def _choose(choice: Choice, key: str) -> None:
    if choice.key != key:
        choice.blockSignals(True)
        choice.set_key(key)
        choice.blockSignals(False)
