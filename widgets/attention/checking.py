"""Asks by itself, again and again, what became of card payments whose outcome is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.lanes import Job, Lane
from app.views import Collected, CollectEnd
from models.basics.errors import PosError
from widgets.bridge import Bridge

if TYPE_CHECKING:
    from app.recovery import Recovery
    from widgets.screens import Kit


DELAYS_S: Final = (5, 15, 30, 60)
"""Seconds before each next question; the last one repeats."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How far the asking about one payment is. `next_in_s` None: it is being asked now. `failed` questions brought
    no answer; `last_at` is when the last of them was."""

    failed: int = 0
    last_at: datetime | None = None
    next_in_s: int | None = None


class Checker(QObject):
    """Follows payments until they are settled. One for the whole window: a page may come and go.

    `changed` tells that a payment's `checked` differs (its attempt id); `settled` hands over what it turned out to be.
    """

    changed = Signal(str)
    settled = Signal(str, object)

    def __init__(
        self, *, bridge: Bridge, lanes: Mapping[str, Lane], recovery: Recovery, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._lanes, self._recovery = bridge, lanes, recovery
        self._known: dict[str, Checked] = {}
        self._asking = ""
        self._job: Job[Collected] | None = None
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self._second)

    def follow_all(self) -> None:
        """Ask about everything that is open, now and again."""
        self._bridge.start(
            self._lanes["reads"], lambda _job: self._recovery.open_attempts(), owner=self,
            done=lambda items: self.follow_only({item.item_id for item in items}),
        )  # fmt: skip

    def follow_only(self, open_ids: set[str]) -> None:
        """Exactly these are open: follow them, and forget what was settled elsewhere."""
        for attempt_id in [known for known in self._known if known not in open_ids and known != self._asking]:
            self.forget(attempt_id)
        for attempt_id in open_ids:
            self.follow(attempt_id)

    def follow(self, attempt_id: str) -> None:
        """Ask about this payment until it is settled. Following it twice is nothing."""
        if attempt_id and attempt_id not in self._known:
            self._known[attempt_id] = Checked(next_in_s=DELAYS_S[0])
            self._tick.start()
            self.changed.emit(attempt_id)

    def forget(self, attempt_id: str) -> None:
        """It was settled elsewhere (another desk, a person)."""
        if self._known.pop(attempt_id, None) is not None and not self._known:
            self._tick.stop()

    def checked(self, attempt_id: str) -> Checked | None:
        """How far the asking is; None when nobody follows this payment."""
        return self._known.get(attempt_id)

    def check_now(self, attempt_id: str) -> None:
        """Ask at once; while a question is on its way this is nothing."""
        if self._asking or not attempt_id:
            return
        before = self._known.get(attempt_id, Checked())
        self._known[attempt_id] = Checked(before.failed, before.last_at)
        self._asking = attempt_id
        self._tick.start()
        self._job = self._bridge.start(
            self._lanes["terminal"],
            lambda job: self._recovery.check(attempt_id, job),
            owner=self,
            done=lambda found: self._answered(attempt_id, found),
            failed=lambda error: self._no_answer(attempt_id, error),
        )
        self.changed.emit(attempt_id)

    @Slot()
    def _second(self) -> None:
        for attempt_id, known in list(self._known.items()):
            if known.next_in_s is None:
                continue
            left = max(0, known.next_in_s - 1)
            self._known[attempt_id] = Checked(known.failed, known.last_at, left)
            if left == 0:
                self.check_now(attempt_id)
            self.changed.emit(attempt_id)

    def _answered(self, attempt_id: str, found: Collected) -> None:
        if found.end is CollectEnd.UNKNOWN:
            self._again(attempt_id)
            return
        self._asking = ""
        self.forget(attempt_id)
        self.settled.emit(attempt_id, found)

    def _no_answer(self, attempt_id: str, error: Exception) -> None:
        self._again(attempt_id)
        if not isinstance(error, PosError):
            raise error

    def _again(self, attempt_id: str) -> None:
        self._asking = ""
        known = self._known.get(attempt_id)
        if known is None:
            return
        failed = known.failed + 1
        delay = DELAYS_S[min(failed, len(DELAYS_S) - 1)]
        self._known[attempt_id] = Checked(failed, datetime.now().astimezone(), delay)
        self.changed.emit(attempt_id)


def checker_of(kit: Kit) -> Checker:
    """The one checker of a window; made when first asked for, and at once at work on what is open."""
    found = kit.bridge.findChild(Checker)
    if found is None:
        found = Checker(bridge=kit.bridge, lanes=kit.desk.lanes, recovery=kit.desk.recovery, parent=kit.bridge)
        found.follow_all()
    return found
