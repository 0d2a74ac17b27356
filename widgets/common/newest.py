"""One question on its way at a time: what is asked meanwhile waits, and of that only the newest is asked next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.lanes import Lane
from widgets.bridge import Bridge
from widgets.common.slow import AFTER_MS

T = TypeVar("T")


class Newest(QObject):
    """For a list that follows a field or filters: it never lags behind by more than one question. Signal `late`: the
    question under way takes so long that the window should show it."""

    late = Signal()

    def __init__(self, bridge: Bridge, lane: Lane, owner: QObject) -> None:
        """Answers are dropped once `owner` is gone."""
        super().__init__(owner)
        self._bridge, self._lane = bridge, lane
        self._running = False
        self._waiting: Callable[[], None] | None = None
        self._timer = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._timer.timeout.connect(self.late)

    @property
    def is_late(self) -> bool:
        """Is a question under way for so long that the window should show it?"""
        return self._running and not self._timer.isActive()

    @property
    def busy(self) -> bool:
        """Is a question under way?"""
        return self._running

    def ask(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        """Run `work` on the lane, now or once the question under way is answered; `done` or `failed` on the window's
        thread. A question that was still waiting is forgotten."""
        if self._running:
            self._waiting = lambda: self.ask(work, done, failed)
            return
        self._running = True
        self._timer.start()
        self._bridge.start(
            self._lane, lambda _job: work(), owner=self, done=lambda answer: self._over(done, answer),
            failed=lambda error: self._over(failed, error),
        )  # fmt: skip

    def _over(self, tell: Callable[[Any], None], answer: Any) -> None:
        self._running = False
        self._timer.stop()
        tell(answer)
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not self._running:
            waiting()
