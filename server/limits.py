"""Patience with those who guess: joining is locked after repeated wrong codes.

A guess is a code that nobody was ever given. One that was used, is too old, or was made for another desk or practice
is no guess: who holds it can learn nothing by trying it again, and a person who took the wrong slip of paper must not
be locked out before they find the right one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from models.basics.clock import Clock
from server.refusals import Refused

FAILURES = 5
FAILURES_OF_ALL = 100
FIRST_LOCK_S = 60
LONGEST_LOCK_S = 900
FORGIVEN_AFTER_S = 1800
EVERYBODY = "*"


@dataclass(slots=True)
class _Record:
    failures: int = 0
    locks: int = 0
    locked_until_s: float = 0.0
    last_s: float = 0.0


class EnrolmentGuard:
    """Counts guessed codes per address and in all. Five from one address lock it for a minute, then two, four, … up to
    fifteen; a hundred in all lock joining for everybody. Half an hour of quiet forgives. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._records: dict[str, _Record] = {}

    def check(self, address: str) -> None:
        """Raise Refused (429) while the address, or everybody, is locked out."""
        now_s = self._clock.monotonic()
        with self._lock:
            self._forgive(now_s)
            left_s = max(self._records[name].locked_until_s - now_s if name in self._records else 0
                         for name in (address, EVERYBODY))  # fmt: skip
        if left_s > 0:
            wait_s = int(left_s) + 1
            raise Refused(429, "enrol.locked", retry_after_s=wait_s, seconds=wait_s)

    def failed(self, address: str) -> None:
        """A code that nobody was given came from `address`."""
        now_s = self._clock.monotonic()
        with self._lock:
            for name, most in ((address, FAILURES), (EVERYBODY, FAILURES_OF_ALL)):
                record = self._records.setdefault(name, _Record())
                record.failures += 1
                record.last_s = now_s
                if record.failures >= most:
                    record.locked_until_s = now_s + min(FIRST_LOCK_S << record.locks, LONGEST_LOCK_S)
                    record.failures, record.locks = 0, min(record.locks + 1, 8)

    def succeeded(self, address: str) -> None:
        """A desk joined from `address`: its slips are forgiven."""
        with self._lock:
            self._records.pop(address, None)

    def _forgive(self, now_s: float) -> None:
        for name, record in list(self._records.items()):
            if now_s - record.last_s > FORGIVEN_AFTER_S:
                del self._records[name]
