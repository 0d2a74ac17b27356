"""The pane for a way to pay of the practice's own: which one, and its number where it has one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.collect.state import CollectState
from widgets.common import Card, CheckBox, Choice, Field, FormRow, Text
from widgets.theme import S12, S20


class OtherPane(Card):
    """Draws the ways. `chosen(method id)`, `typed(number)`, `print_switched` the tick for the receipt."""

    chosen = Signal(str)
    typed = Signal(str)
    print_switched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S20, parent=parent)
        self.way = Choice("Way to pay")
        self.number = Field("Number")
        self.number.setMaxLength(40)
        self.way_row = FormRow("Way to pay", self.way)
        self.number_row = FormRow("Number", self.number)
        self.tick = CheckBox("Print receipt", checked=True)
        self.words = Text("", "caption", "muted", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(S12)
        for part in (self.way_row, self.number_row):
            row.addWidget(part, 1, Qt.AlignmentFlag.AlignTop)
        self.body.setSpacing(S12)
        self.body.addLayout(row)
        self.body.addWidget(self.tick)
        self.body.addWidget(self.words)
        self.way.chosen.connect(self.chosen)
        self.number.textEdited.connect(self.typed)
        self.tick.clicked.connect(self.print_switched)

    def draw(self, state: CollectState) -> None:
        """Show the way of `state`."""
        other = state.other
        if other is None:
            return
        if [self.way.itemData(at) for at in range(self.way.count())] != [key for key, _ in other.ways]:
            self.way.set_items(other.ways)
        self.way.set_key(other.method_id)
        self.way.setToolTip(self.way.currentText())
        self.way.setEnabled(not state.locked and len(other.ways) > 1)
        self.number_row.setVisible(bool(other.label))
        self.number_row.label.setText(other.label)
        self.number.setAccessibleName(other.label or "Number")
        if self.number.text() != other.number:
            self.number.setText(other.number)
        self.number.setReadOnly(state.locked)
        self.number_row.set_error(other.error)
        self.words.setText("Record it here once the money is there. This desk does not move it.")
        self.tick.setChecked(state.print_receipt)
        self.tick.setEnabled(not state.locked)

    def take_focus(self) -> None:
        """The number where one is asked for, else the ways."""
        target = self.number if self.number_row.isVisibleTo(self) else self.way
        target.setFocus(Qt.FocusReason.OtherFocusReason)
