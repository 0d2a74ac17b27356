"""Draws the list of desks and what may be done with the one that is chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.desks import DeskState
from widgets import theme
from widgets.common import Banner, Card, CellTable, Column, KeycapButton, Pill, Role, Text, page_action
from widgets.desks.state import DesksState
from widgets.theme import S8, S12, S16, S20, Themed

COLUMNS = (
    Column("Desk", 190, 2), Column("State", 150, 1), Column("Last seen", 140, 1), Column("Waiting", 150, 1),
    Column("Version", 90, 1),
)  # fmt: skip
_ROWS = (3, 8)
"""The list is never lower than the first, nor higher than the second number of rows."""


class DesksView(Themed, QWidget):
    """The page. `add_asked`, `rename_asked`, `revoke_asked`, `readmit_asked`, `again_asked` (a desk joins
    once more: it runs twice, or lost its key), `review_asked` (records kept apart), `chosen(device id)`."""

    add_asked = Signal()
    rename_asked = Signal()
    revoke_asked = Signal()
    readmit_asked = Signal()
    again_asked = Signal()
    review_asked = Signal()
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Desks")
        self.pills = [Pill() for _ in range(3)]
        self.banner = Banner("info")
        self.nothing = Text("", "body", "muted", wrap=True)
        self.table = CellTable("Desks of the clinic", COLUMNS)
        self.add = KeycapButton(role=Role.PRIMARY, icon="plus",
                                action=page_action(self, "Add a desk", "Ctrl+N", self.add_asked.emit))  # fmt: skip
        self.rename = KeycapButton(action=page_action(self, "Rename", "Alt+R", self.rename_asked.emit), icon="pen-line",
                                   size="control_small")  # fmt: skip
        self.revoke = KeycapButton(action=page_action(self, "Revoke", "", self.revoke_asked.emit), icon="ban",
                                   size="control_small")  # fmt: skip
        self.readmit = KeycapButton(action=page_action(self, "Readmit", "", self.readmit_asked.emit), icon="user-check",
                                    size="control_small")  # fmt: skip
        again = page_action(self, "Code to join again", "", self.again_asked.emit)
        self.again = KeycapButton(action=again, icon="link", size="control_small")
        self.review = KeycapButton(action=page_action(self, "Review", "Alt+W", self.review_asked.emit),
                                   icon="shield-question-mark", size="control_small")  # fmt: skip
        self._state = DesksState()
        self._lay_out()
        self.table.selected.connect(self.chosen)
        self.follow_theme()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(Text("Desks", "heading"))
        for pill in self.pills:
            head.addWidget(pill)
        head.addStretch(1)
        head.addWidget(self.add)
        self._acts = QWidget()
        acts = QHBoxLayout(self._acts)
        acts.setContentsMargins(S16, S8, S16, S12)
        acts.setSpacing(S8)
        self.about = Text("", "table", "muted", elide=True)
        acts.addWidget(self.about, 1)
        for button in (self.review, self.again, self.rename, self.revoke, self.readmit):
            acts.addWidget(button)
        self._list = Card(inset=0, clip=True)
        self._list.body.addWidget(self.table)
        self._list.body.addWidget(self._acts)
        top = Card(inset=S20)
        top.body.setSpacing(S12)
        top.body.addLayout(head)
        top.body.addWidget(self.nothing)
        top.body.addWidget(self.banner)
        top.body.addWidget(self._list)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(top)

    def draw(self, state: DesksState) -> None:
        """Show `state`."""
        self._state = state
        for pill, look in zip(self.pills, (*state.counts, *[None] * 3), strict=False):
            pill.setVisible(look is not None)
            if look is not None:
                pill.set_look(look)
        self.nothing.setVisible(bool(state.why_not) or not state.read)
        self.nothing.setText(state.why_not or "Asking the hub…")
        self.add.set_available(not state.why_not, state.why_not)
        self.banner.setVisible(state.told is not None)
        if state.told is not None:
            self.banner.set(state.told.title, state.told.text, meaning=state.told.meaning)
        self._list.setVisible(bool(state.desks))
        self.table.set_rows(state.rows)
        if state.chosen != self.table.key and not self.table.set_key(state.chosen):
            self.table.select_first()
        self._fit()
        self._show_acts(state)

    def _show_acts(self, state: DesksState) -> None:
        desk = state.desk
        revoked = desk is not None and desk.state is DeskState.REVOKED
        own = desk is not None and desk.state is DeskState.HERE
        self.about.setText(f"Desk {desk.number}, {desk.name}" if desk else "")
        self.rename.set_available(desk is not None and not state.busy, "Choose a desk")
        self.revoke.setVisible(not revoked)
        self.revoke.set_available(desk is not None and not own and not state.busy,
                                  "This is the desk you sit at. Revoke it from another desk.")  # fmt: skip
        self.again.setVisible(desk is not None and not own)
        self.again.set_available(not state.busy)
        self.review.setVisible(desk is not None and desk.quarantined > 0)
        self.review.set_text(f"Review {desk.quarantined:,}" if desk is not None else "Review")
        self.readmit.setVisible(revoked)
        self.readmit.set_available(not state.busy)

    def _fit(self) -> None:
        """As high as its rows, within limits: the page scrolls, the list only when it is long."""
        look = theme.current()
        rows = min(max(len(self.table.rows), _ROWS[0]), _ROWS[1])
        self.table.setFixedHeight(look.size("row_head") + rows * look.size("row") + 2)

    def restyle(self) -> None:
        self._fit()
        self.update()
