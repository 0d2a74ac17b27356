"""Clocks of computers that are wrong."""

from __future__ import annotations

from datetime import timedelta

from models.basics.clock import SystemClock


class Skewed:
    """A computer's clock that is wrong by `by`, and can be set."""

    def __init__(self, by: timedelta) -> None:
        self.by = by
        self._right = SystemClock()

    def now(self):  # type: ignore[no-untyped-def]
        return self._right.now() + self.by

    def monotonic(self) -> float:
        return self._right.monotonic()
