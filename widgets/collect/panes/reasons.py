"""The pane for not collecting today: why, counted in reports."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets.collect.state import REASON_WORDS, CollectState
from widgets.common import Card, Text
from widgets.common.reasons import ReasonPicker
from widgets.theme import S8, S14


class ReasonsPane(Card):
    """Draws the reasons. `chosen(key)`, `noted(text)`."""

    chosen = Signal(str)
    noted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S14, parent=parent)
        self.title = Text("Why is nothing collected today?", "heading")
        self.picker = ReasonPicker(REASON_WORDS, "Note, needed for Other")
        self.body.setSpacing(S8)
        self.body.addWidget(self.title)
        self.body.addWidget(self.picker)
        self.picker.chosen.connect(self.chosen)
        self.picker.noted.connect(self.noted)

    def draw(self, state: CollectState) -> None:
        """Show the reason chosen."""
        if state.reasons is not None:
            self.picker.draw(state.reasons.reason, state.reasons.note, state.reasons.error)
