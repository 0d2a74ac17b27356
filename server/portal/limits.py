"""How often one address may knock. Wrong passwords and codes are counted in the database besides (`HubPortal`)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from models.basics.clock import Clock

MOST_KEYS = 50_000
Counter = Callable[[str, str, float], int]
"""Counts a knock of (practice, key) and returns how many there were in a window of so many seconds."""


class Throttle:
    """At most `most` in `within_s` seconds, by practice and key. Thread-safe.

    Counted in this process, sliding; or by `together`, which all processes of a hub ask: from the first knock of a
    window on, so that across its edge there may be twice as many.
    """

    def __init__(self, clock: Clock, most: int, within_s: float, together: Counter | None = None) -> None:
        self._clock, self._most, self._within_s, self._together = clock, most, within_s, together
        self._lock = threading.Lock()
        self._times: dict[tuple[str, str], deque[float]] = {}

    def let(self, tenant: str, key: str) -> bool:
        """May one more be? It is counted either way. Raises StorageError where the database is asked and fails."""
        if self._together is not None:
            return self._together(tenant, key, self._within_s) <= self._most
        now = self._clock.monotonic()
        with self._lock:
            if (tenant, key) not in self._times and len(self._times) >= MOST_KEYS:
                self._times.pop(next(iter(self._times)))
            times = self._times.setdefault((tenant, key), deque(maxlen=self._most))
            full = len(times) == self._most and now - times[0] < self._within_s
            times.append(now)
            return not full
