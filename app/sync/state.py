"""What a screen may know of the line to the hub, and the one place that knows it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from models.basics.clock import Clock
from models.basics.errors import StorageError


@dataclass(frozen=True, slots=True)
class SyncState:
    """How the desk stands with its hub.

    `since` is when `online` last changed, `pending` how many operations wait to be sent, `cause` a message key when
    something is wrong (empty otherwise). `stopped`: the desk works on and keeps everything, but sending or fetching
    waits for a person. `hub_ahead_ms` is how far the hub's clock is ahead of this computer's, as of the last answer.

    `repair` is the message key of a mending that goes on by itself (empty when there is none), over `repair_count`
    records: it needs nobody, and is told so that nobody wonders.

    `still_s`: for so many seconds what waits was not even tried, although the hub answers and the loop was woken (I20).
    """

    online: bool
    since: datetime
    pending: int = 0
    last_synced_at: datetime | None = None
    cause: str = ""
    stopped: bool = False
    hub_ahead_ms: int = 0
    repair: str = ""
    repair_count: int = 0
    still_s: int = 0


class StateBoard:
    """Puts together what the two loops meet. Thread-safe; subscribers are called on the loop's thread, one state after
    the other in the order in which they came about, and may ask for `state` but report nothing here.

    Fetching decides whether the desk is online: it always runs. Sending adds its own trouble while it has some. What
    waits is counted by whoever settles the state, while no other one does: a loop that counted before the other one
    sent would bring its old number back.
    """

    def __init__(self, clock: Clock, count_pending: Callable[[], int]) -> None:
        """`count_pending` may raise StorageError: the number of before stands then, and the loops meet what is
        wrong."""
        self._clock, self._count_pending = clock, count_pending
        self._lock, self._settling = threading.Lock(), threading.Lock()
        self._trouble: dict[str, tuple[str, bool]] = {"pull": ("sync.connecting", False)}
        self._hub_ahead_ms = 0
        self._repair = ("", 0)
        self._still_s = 0
        self._state = SyncState(False, clock.now(), count_pending(), cause="sync.connecting")
        self._callbacks: list[Callable[[SyncState], None]] = []

    def state(self) -> SyncState:
        """How it stands."""
        with self._lock:
            return self._state

    def subscribe(self, callback: Callable[[SyncState], None]) -> Callable[[], None]:
        """Call `callback` with every state that differs in more than `last_synced_at`. Returns how to end that."""
        with self._lock:
            self._callbacks.append(callback)

        def end() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return end

    def met(self, loop: str, hub_ahead_ms: int = 0) -> bool:
        """A loop had a good answer. True when it had been in trouble."""
        with self._lock:
            news = self._trouble.pop(loop, None) is not None
            self._still_s = 0 if loop == "push" else self._still_s
            self._state = replace(self._state, last_synced_at=self._clock.now())
            self._hub_ahead_ms = hub_ahead_ms
        self._settle()
        return news

    def failed(self, loop: str, cause: str, *, stopped: bool) -> bool:
        """A loop failed. True when that is news."""
        with self._lock:
            news = self._trouble.get(loop) != (cause, stopped)
            self._trouble[loop] = (cause, stopped)
        self._settle()
        return news

    def waiting(self) -> int:
        """Something was sent, or made: how many operations wait now."""
        return self._settle().pending

    def lying_still(self, seconds: int) -> None:
        """What waits was not tried for so long, though it could go; until sending is met again, or nothing waits."""
        with self._lock:
            self._still_s = seconds
        self._settle()

    def repairing(self, message_key: str, count: int = 0) -> None:
        """A mending goes on by itself over `count` records; an empty key ends it. Who mends has the hub's answer: the
        line that was broken stands again."""
        with self._lock:
            self._repair = (message_key, count)
            self._trouble = {loop: trouble for loop, trouble in self._trouble.items() if trouble[1] or not message_key}
        self._settle()

    def _settle(self) -> SyncState:
        with self._settling:
            try:
                pending = self._count_pending()
            except StorageError:
                pending = self._state.pending
            before, after, callbacks = self._put_together(pending)
            if after != before:
                for callback in callbacks:
                    callback(after)
            return after

    def _put_together(self, pending: int) -> tuple[SyncState, SyncState, tuple[Callable[[SyncState], None], ...]]:
        """The state of before, the new one, and who wants to know."""
        with self._lock:
            before = self._state
            worst = max(self._trouble.values(), key=lambda trouble: trouble[1], default=("", False))
            online = not self._trouble
            self._still_s = self._still_s if online and pending else 0
            since = before.since if online == before.online else self._clock.now()
            after = replace(
                before, online=online, since=since, pending=pending, cause=worst[0], stopped=worst[1],
                hub_ahead_ms=self._hub_ahead_ms, repair=self._repair[0], repair_count=self._repair[1],
                still_s=self._still_s,
            )  # fmt: skip
            self._state = after
            return before, after, tuple(self._callbacks)
