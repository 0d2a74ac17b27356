"""The right side of Waiting and Solved: one record in full."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from widgets.attention.state import WAITING, RecordDetail
from widgets.common import Card, Divider, KeycapButton, Pill, Role, Text
from widgets.theme import S4, S8, S10, S12, S16, S20

_LABELS = 5
"""So many lines the card has room for."""


class RecordCard(Card):
    """What it was, how much, who, when and how. Its buttons are the page's own actions."""

    def __init__(self, apply: QAction, ledger: QAction, parent: QWidget | None = None) -> None:
        super().__init__(inset=0, parent=parent)
        self.title = Text("", "heading", wrap=True)
        self.who = Text("", "caption", "muted", wrap=True)
        self.pill = Pill()
        self.amount = Text("", "display")
        self.text = Text("", "body", "text2", wrap=True)
        self.labels = [Text("", "table", "muted") for _ in range(_LABELS)]
        self.values = [Text("", "table_strong", wrap=True) for _ in range(_LABELS)]
        self.ledger = KeycapButton("Ledger", role=Role.LINK, action=ledger, icon="file-text")
        self.apply = KeycapButton(role=Role.PRIMARY, action=apply)
        for button in (self.ledger, self.apply):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves Enter with the page
        self._lay_out()

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(S4)
        names.addWidget(self.title)
        names.addWidget(self.who)
        top = QHBoxLayout()
        top.setContentsMargins(S20, S12, S20, S12)
        top.setSpacing(S12)
        top.addLayout(names, 1)
        top.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignVCenter)
        money = QHBoxLayout()
        money.setSpacing(S16)
        money.addWidget(self.amount)
        money.addWidget(self.text, 1)
        self._facts = Card(ground="sunken", radius="panel", inset=S16)
        grid = QGridLayout()
        grid.setHorizontalSpacing(S16)
        grid.setVerticalSpacing(S8)
        grid.setColumnStretch(1, 1)
        for row, (label, value) in enumerate(zip(self.labels, self.values, strict=True)):
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
        self._facts.body.addLayout(grid)
        middle = QVBoxLayout()
        middle.setContentsMargins(S20, S12, S20, S12)
        middle.setSpacing(S12)
        middle.addLayout(money)
        middle.addWidget(self._facts)
        middle.addStretch(1)
        low = QHBoxLayout()
        low.setContentsMargins(S12, S10, S20, S10)
        low.addWidget(self.ledger)
        low.addStretch(1)
        low.addWidget(self.apply)
        self.body.addLayout(top)
        self.body.addWidget(Divider("hairline"))
        self.body.addLayout(middle, 1)
        self.body.addWidget(Divider("hairline"))
        self.body.addLayout(low)

    def draw(self, record: RecordDetail, tab: str) -> None:
        """Show `record` of the list `tab`."""
        self.title.setText(record.title)
        self.who.setText(record.who)
        self.who.setVisible(bool(record.who))
        self.pill.set_look(record.pill)
        self.amount.setText(record.amount)
        self.amount.setVisible(bool(record.amount))
        self.text.setText(record.text)
        for at, (label, value) in enumerate(zip(self.labels, self.values, strict=True)):
            said = record.facts[at] if at < len(record.facts) else ("", "")
            label.setText(said[0])
            value.setText(said[1])
            value.setAccessibleName(f"{said[0]}: {said[1]}")
            label.setVisible(bool(said[0]))
            value.setVisible(bool(said[0]))
        waits = tab == WAITING
        self.ledger.setVisible(waits)
        self.ledger.set_available(bool(record.patient_id))
        self.apply.set_text("Try now" if waits else "Look at the account")
        self.apply.set_available(waits or bool(record.patient_id), "" if waits else "It belongs to no patient")
