"""When the sync loops try, wait and wake."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the engine is, in seconds. After a failure it waits a random part of `first_s`, doubled with every
    further one up to `longest_s`; the hub is asked to hold an empty answer back for `wait_s`; the watchdog looks
    every `watch_s`."""

    first_s: float = 1.0
    longest_s: float = 300.0
    wait_s: int = 25
    watch_s: float = 60.0


class Backoff:
    """Full jitter between tries: many desks that lost one hub do not come back in one moment."""

    def __init__(self, pace: Pace) -> None:
        self._pace, self._failures = pace, 0

    def reset(self) -> None:
        """It worked."""
        self._failures = 0

    def next_s(self, at_least_s: float = 0.0) -> float:
        """How long to wait before the next try."""
        most = min(self._pace.first_s * 2**self._failures, self._pace.longest_s)
        self._failures = min(self._failures + 1, 32)
        return max(min(at_least_s, self._pace.longest_s), random.uniform(0, most))


class Wake:
    """What a loop sleeps on: `work` wakes one that has nothing to do, `urge` also one that pauses after a failure."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._work = self._urged = False

    def work(self) -> None:
        """There is something to do."""
        with self._condition:
            self._work = True
            self._condition.notify_all()

    def urge(self) -> None:
        """Try now."""
        with self._condition:
            self._work = self._urged = True
            self._condition.notify_all()

    def idle(self, seconds: float) -> None:
        """Sleep until there is work, or for `seconds`."""
        with self._condition:
            self._condition.wait_for(lambda: self._work, seconds)
            self._work = self._urged = False

    def pause(self, seconds: float) -> None:
        """Sleep for `seconds`, or until urged: new work alone does not make a broken line whole."""
        until_s = time.monotonic() + seconds
        with self._condition:
            self._condition.wait_for(lambda: self._urged, max(0.0, until_s - time.monotonic()))
            self._urged = False
