"""Settings > This desk: training, begun with the PIN of a manager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.lanes import Lane
from app.views import Person
from widgets.bridge import Bridge
from widgets.common import Card, KeycapButton, Text, page_action
from widgets.theme import S12, S20

ASK_TITLE, ASK_VERB = "Train at this desk", "Start training"
ASK_WHY: Final = "Enter the PIN of a manager"
WHAT: Final = (
    "The desk closes and a practice of invented people opens in its place, with a practice reader, printer and drawer. "
    "Nothing done there reaches this desk’s records, its devices or the clinic’s hub. Leave training and the desk is "
    "back as it was."
)
SERVES: Final = " Other desks exchange through this computer: until training is left, their payments wait with them."


class TrainingPart(Card):
    """What training is, and its beginning. `train_pressed`; its key works all over `page`."""

    train_pressed = Signal()

    def __init__(self, page: QWidget) -> None:
        super().__init__(inset=S20)
        self.setAccessibleName("Training")
        action = page_action(page, "Train at this desk", "Alt+T", self.train_pressed.emit)
        self.train = KeycapButton("Train at this desk…", action=action, icon="user-plus")
        low = QHBoxLayout()
        low.addWidget(self.train)
        low.addStretch(1)
        self.body.setSpacing(S12)
        self.body.addWidget(Text("Training", "heading"))
        self.body.addWidget(Text(WHAT, "body", "text2", wrap=True))
        self.body.addLayout(low)


class TrainingPresenter(QObject):
    """Asks for a manager's PIN and begins."""

    def __init__(
        self, part: TrainingPart, *, bridge: Bridge, lane: Lane, serves: Callable[[], bool],
        ask: Callable[[str, str, Callable[[Person], None]], None], train: Callable[[], None],
    ) -> None:  # fmt: skip
        """`ask` asks for the PIN of somebody who may set up this desk; `serves`, asked on `lane`: do other desks need
        its hub?"""
        super().__init__(part)
        self._bridge, self._lane = bridge, lane
        self._ask, self._train, self._serves = ask, train, serves
        part.train_pressed.connect(self._pressed)

    @Slot()
    def _pressed(self) -> None:
        self._bridge.start(self._lane, lambda _job: self._serves(), owner=self, done=self._asked)

    def _asked(self, serves: bool) -> None:
        self._ask(WHAT + (SERVES if serves else ""), ASK_WHY, lambda _manager: self._train())
