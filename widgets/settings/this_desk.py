"""Settings > This desk: how it stands with the clinic's hub, and joining it again with a code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.lanes import Lane
from widgets.bridge import Bridge
from widgets.common import Card, KeycapButton, Pill, Text, page_action
from widgets.syncing.again import JoiningDesk
from widgets.syncing.state import PanelState, panel_of
from widgets.theme import S12, S20

if TYPE_CHECKING:
    from app.syncing import Syncing

WHEN = (
    "A desk joins again when its hub was put back to an older copy, when it lost its key, or when a manager asks for "
    "it. What waits here is kept and sent then; nothing counts twice."
)


class HubPart(Card):
    """How this desk stands with its hub. `again_pressed` to join with a code; its key works all over `page`."""

    again_pressed = Signal()

    def __init__(self, page: QWidget) -> None:
        super().__init__(inset=S20)
        self.setAccessibleName("This desk and the clinic’s hub")
        self.pill = Pill("Reading")
        self.where = Text("", "body_medium", wrap=True)
        self.text = Text("", "body", "text2", wrap=True)
        again = page_action(page, "Join again with a code", "Alt+J", self.again_pressed.emit)
        self.again = KeycapButton("Join again with a code…", action=again, icon="link")
        head = QHBoxLayout()
        head.setSpacing(S12)
        head.addWidget(Text("The clinic’s hub", "heading"))
        head.addWidget(self.pill)
        head.addStretch(1)
        low = QHBoxLayout()
        low.addWidget(self.again)
        low.addStretch(1)
        self.body.setSpacing(S12)
        self.body.addLayout(head)
        self.body.addWidget(self.where)
        self.body.addWidget(self.text)
        self.body.addWidget(Text(WHEN, "caption", "muted", wrap=True))
        self.body.addLayout(low)

    def draw(self, state: PanelState) -> None:
        """Show `state`."""
        self.pill.set_look(state.look)
        self.where.setText(next((fact.value for fact in state.facts if fact.label == "Hub"), ""))
        self.text.setText(state.text)


class HubPresenter(QObject):
    """Reads how the desk stands when its page is opened, and after it joined."""

    def __init__(
        self, part: HubPart, *, bridge: Bridge, lane: Lane, syncing: Callable[[], Syncing], now: Callable[[], datetime],
        joining: JoiningDesk,
    ) -> None:  # fmt: skip
        super().__init__(part)
        self._part, self._bridge, self._lane, self._syncing, self._now = part, bridge, lane, syncing, now
        part.again_pressed.connect(joining.ask)
        joining.joined.connect(self.show)

    def show(self) -> None:
        """Read it again."""
        self._bridge.start(
            self._lane, lambda _job: self._syncing().view(), owner=self._part,
            done=lambda view: self._part.draw(panel_of(view, self._now())),
        )  # fmt: skip
