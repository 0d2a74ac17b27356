"""Time as the program is given it: aware UTC inside, the clinic's zone at the edges.

Code asks the `Clock` it was handed, never `datetime.now()`; waiting uses `monotonic()`.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Wall time in UTC and a clock for waiting."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class FixedClock:
    """A clock that stands still until it is moved: for tests and for the sample clinic's past."""

    def __init__(self, now: datetime) -> None:
        self.set(now)
        self._monotonic = 0.0

    def set(self, now: datetime) -> None:
        """Stand at `now` (aware)."""
        if now.tzinfo is None:
            raise ValueError("a clock holds aware times only")
        self._now = now.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic


def business_date(moment: datetime, zone: ZoneInfo, closing_hour: int = 0) -> date:
    """The clinic's day a moment belongs to; before `closing_hour` (0 to 12, local) it still is the day before."""
    return (moment.astimezone(zone) - timedelta(hours=closing_hour)).date()


def utc_text(moment: datetime) -> str:
    """ISO 8601 with milliseconds and `Z`, the form in operations and tables. Refuses naive times."""
    if moment.tzinfo is None:
        raise ValueError("naive time")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """The moment written by `utc_text`."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("naive time")
    return moment.astimezone(UTC)
