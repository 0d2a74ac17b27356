"""The check pane: its number, and the name on it where it is another's."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets.collect.state import CollectState
from widgets.common import Card, CheckBox, Field, FormRow
from widgets.theme import S12, S20


class CheckPane(Card):
    """Draws the check's fields. `typed(number, name)` follows them, `print_switched` the tick for the receipt."""

    typed = Signal(str, str)
    print_switched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S20, parent=parent)
        self.number = Field("Check number", "As printed on the check")
        self.number.setMaxLength(20)
        self.name = Field("Name on the check", "Only if it is not the patient’s")
        self.name.setMaxLength(80)
        self.number_row = FormRow("Check number", self.number)
        self.name_row = FormRow("Name on the check (optional)", self.name)
        self.tick = CheckBox("Print receipt", checked=True)
        self.body.setSpacing(S12)
        for part in (self.number_row, self.name_row, self.tick):
            self.body.addWidget(part)
        self.number.textEdited.connect(self._tell)
        self.name.textEdited.connect(self._tell)
        self.tick.clicked.connect(self.print_switched)

    def _tell(self, _text: str) -> None:
        self.typed.emit(self.number.text(), self.name.text())

    def draw(self, state: CollectState) -> None:
        """Show the check of `state`."""
        number, name, error = state.check
        for field, text in ((self.number, number), (self.name, name)):
            if field.text() != text:
                field.setText(text)
            field.setReadOnly(state.locked)
        self.number_row.set_error(error)
        self.tick.setChecked(state.print_receipt)
        self.tick.setEnabled(not state.locked)
