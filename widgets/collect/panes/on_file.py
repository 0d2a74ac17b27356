"""The pane for a card on file: last four, whose card it is, and when they agreed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.collect.state import CollectState
from widgets.common import Card, CheckBox, Choice, FormRow, IconTile, Text
from widgets.common.fields import ErrorText
from widgets.theme import S4, S12, S16, S20


class OnFilePane(Card):
    """Draws the chosen card. `chosen(kept card id)`, `print_switched` the tick for the receipt."""

    chosen = Signal(str)
    print_switched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S20, parent=parent)
        self.card = Choice("Card on file", narrow=True)
        self.card_row = FormRow("Card on file", self.card)
        self.name = Text("", "heading_l", elide=True)
        self.holder = Text("", "body", "text2", elide=True)
        self.consent = Text("", "caption", "muted", elide=True)
        self.why_not = ErrorText()
        self.tick = CheckBox("Print receipt when approved", checked=True)
        words = QVBoxLayout()
        words.setSpacing(S4)
        for part in (self.name, self.holder, self.consent):
            words.addWidget(part)
        about = QHBoxLayout()
        about.setSpacing(S16)
        about.addWidget(IconTile("wallet", "info", 44), 0, Qt.AlignmentFlag.AlignTop)
        about.addLayout(words, 1)
        self.body.setSpacing(S12)
        self.body.addWidget(self.card_row)
        self.body.addLayout(about)
        self.body.addWidget(self.why_not)
        self.body.addWidget(self.tick)
        self.card.chosen.connect(self.chosen)
        self.tick.clicked.connect(self.print_switched)

    def draw(self, state: CollectState) -> None:
        """Show the card of `state`."""
        shown = state.on_file
        if shown is None:
            return
        if [self.card.itemData(at) for at in range(self.card.count())] != [key for key, _ in shown.cards]:
            self.card.set_items(shown.cards)
        self.card.set_key(shown.kept_card_id)
        self.card_row.setVisible(len(shown.cards) > 1)
        self.name.setVisible(len(shown.cards) == 1)  # the list says it
        self.name.setText(shown.name)
        self.holder.setText(shown.holder)
        self.consent.setText(shown.consent)
        self.why_not.set(shown.why_not)
        self.tick.setChecked(state.print_receipt)

    def take_focus(self) -> None:
        """The list of cards where there are several."""
        if self.card_row.isVisibleTo(self):
            self.card.setFocus(Qt.FocusReason.OtherFocusReason)
