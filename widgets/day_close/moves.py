"""Money put into the drawer or taken out without a patient: how much, which way, why."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from widgets.common import AmountField, Choice, Field, FormRow
from widgets.common.form_dialog import FormDialog

WAYS = (("paid_out", "Taken out of the drawer"), ("paid_in", "Put into the drawer"))


class MoveDialog(FormDialog):
    """The form. `given(kind, cents, reason)` follows Enter."""

    given = Signal(str, int, str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Paid in or out", "Write it down", 480)
        self.kind = Choice("Which way", WAYS)
        self.amount = AmountField("Amount")
        self.reason = Field("Reason", "Stamps, change from the bank…")
        self.reason.setMaxLength(300)
        self._rows = (FormRow("Which way", self.kind), FormRow("Amount", self.amount), FormRow("Reason", self.reason))
        for row in self._rows:
            self.content.addWidget(row)
        self.say("The drawer is expected to hold so much less or more at the count.")
        self.submitted.connect(self._give)

    def ask(self) -> None:
        """Open with empty fields."""
        self.amount.set_cents(None)
        self.reason.clear()
        self.refuse("")
        self.open_over()

    def _give(self) -> None:
        if self.amount.cents is None:
            self.refuse("Type how much.")
            return
        self.given.emit(self.kind.key, self.amount.cents, self.reason.text())

    def take_focus(self) -> None:
        self.amount.setFocus(Qt.FocusReason.OtherFocusReason)
