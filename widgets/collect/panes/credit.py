"""The pane for when credit on account covers everything, and for when nothing is chosen yet."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.basics.money import show_cents
from widgets.collect.state import CollectState
from widgets.common import Card, CheckBox, IconTile, Text
from widgets.theme import S4, S12, S16, S20


class _Message(Card):
    def __init__(self, icon: str, meaning: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S20, parent=parent)
        self.title = Text(title, "heading_l", wrap=True)
        self.text = Text("", "body", "text2", wrap=True)
        self.words = QVBoxLayout()
        self.words.setSpacing(S4)
        self.words.addWidget(self.title)
        self.words.addWidget(self.text)
        row = QHBoxLayout()
        row.setSpacing(S16)
        row.addWidget(IconTile(icon, meaning, 44), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self.words, 1)
        self.body.addLayout(row)


class CreditPane(_Message):
    """Credit pays; no reader, no drawer. `print_switched` follows the tick for the receipt."""

    print_switched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("piggy-bank", "ok", "Credit on account covers all of it", parent)
        self.tick = CheckBox("Print receipt", checked=True)
        self.words.addSpacing(S12)
        self.words.addWidget(self.tick)
        self.tick.clicked.connect(self.print_switched)

    def draw(self, state: CollectState) -> None:
        """Show how much is used."""
        used = show_cents(state.credit_used_cents)
        available = show_cents(state.sheet.credit_cents) if state.sheet else ""
        self.text.setText(f"{used} of {available} credit is used. Nothing is charged.")
        self.tick.setChecked(state.print_receipt)
        self.tick.setEnabled(not state.locked)


class NothingPane(_Message):
    """Nothing is chosen to be paid."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("info", "info", "Nothing is chosen yet", parent)

    def draw(self, state: CollectState) -> None:
        """Say what to do."""
        tick = "Tick what is to be paid, or change amounts (Alt+A) to take money in advance."
        self.text.setText(tick if state.lines else "Nothing is owed. Type an amount at the left to take it in advance.")
