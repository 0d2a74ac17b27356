"""Time as drivers see it: a clock that never goes back, and waiting. Wall time never decides anything on a wire."""

from __future__ import annotations

import time
from typing import Protocol


class Ticks(Protocol):
    """Seconds since some moment, and a way to let some go by."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class RealTicks:
    """The computer's monotonic clock."""

    now = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)


REAL = RealTicks()
