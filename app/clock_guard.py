"""Is this computer's clock right? Compared with the hub's while the line stands, and with the last hub time known here.

The order of payments never follows a desk's clock; receipts, times and the business day do (H10).
"""

from __future__ import annotations

import threading
from datetime import date

from app.clinic import Clinic
from app.hub_line import HubLine
from app.views import Person
from models.basics.clock import parse_utc
from models.basics.errors import RuleBroken

OFF_FROM_S = 120
"""From this many seconds beside the hub's clock on, somebody is told."""


class ClockGuard:
    """Any thread."""

    def __init__(self, clinic: Clinic, line: HubLine | None) -> None:
        self._clinic, self._line = clinic, line
        self._lock = threading.Lock()
        self._agreed: date | None = None

    @property
    def off_s(self) -> int:
        """How many seconds this computer's clock is ahead of the hub's (negative: behind), as of the last answer; 0
        within two minutes and for a desk without a hub."""
        return off_seconds(self._line.state().hub_ahead_ms) if self._line is not None else 0

    def behind_s(self) -> int:
        """How far the clock is behind the last hub time known here, 0 within two minutes: somebody set it back, or the
        battery of the computer's clock is empty. Reads the store."""
        with self._clinic.store.reader() as reader:
            row = reader.execute("SELECT server_time FROM stream WHERE tenant = ?", (self._clinic.tenant,)).fetchone()
        if not row or not row[0]:
            return 0
        behind_s = int((parse_utc(row[0]) - self._clinic.clock.now()).total_seconds())
        return behind_s if behind_s > OFF_FROM_S else 0

    def check_opening(self, person: Person) -> None:
        """A day is opened only on a clock that does not lie behind, or by a manager, who thereby lets others work that
        day. Raises RuleBroken `clock.behind` (seconds)."""
        behind_s = self.behind_s()
        if not behind_s:
            return
        today = self._clinic.today()
        with self._lock:
            if person.manager:
                self._agreed = today
            agreed = self._agreed == today
        if not agreed:
            raise RuleBroken("clock.behind", seconds=behind_s)


def off_seconds(hub_ahead_ms: int) -> int:
    """How many seconds a clock is ahead of the hub's when the hub's is `hub_ahead_ms` ahead of it; 0 when too few to
    tell anybody."""
    off_s = int(-hub_ahead_ms / 1000)
    return off_s if abs(off_s) > OFF_FROM_S else 0
