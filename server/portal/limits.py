"""How often one address may knock. Wrong passwords and codes are counted in the database besides (`HubPortal`)."""

from __future__ import annotations

import threading
from collections import deque

from models.basics.clock import Clock

MOST_KEYS = 50_000


class Throttle:
    """At most so many in so many seconds, by key, in this process. Thread-safe."""

    def __init__(self, clock: Clock, most: int, within_s: float) -> None:
        self._clock, self._most, self._within_s = clock, most, within_s
        self._lock = threading.Lock()
        self._times: dict[str, deque[float]] = {}

    def let(self, key: str) -> bool:
        """May one more be? It is counted either way."""
        now = self._clock.monotonic()
        with self._lock:
            if key not in self._times and len(self._times) >= MOST_KEYS:
                self._times.pop(next(iter(self._times)))
            times = self._times.setdefault(key, deque(maxlen=self._most))
            full = len(times) == self._most and now - times[0] < self._within_s
            times.append(now)
            return not full
