"""Which desks are there: when each was last heard of and what it said of itself (version, what waits to be sent).

Kept in memory and written down once in a while, so that hundreds of waiting desks cost the database next to nothing.
With several processes each knows its own desks' latest; the rows hold everybody's, half a minute old at most.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.basics.clock import Clock, utc_text
from models.basics.errors import PosError
from models.basics.facts import facts
from models.operations.signing import HEADER_REPORT
from models.store.hub_desks import Seen
from models.store.rows import DeviceRow

if TYPE_CHECKING:
    from server.deps import Hub

log = logging.getLogger(__name__)

WRITTEN_EVERY_S = 30.0
THERE_S = 90.0
"""A desk heard of within this time is there: it asks for news at least every 25 s, and another process may know it."""

_REPORT = re.compile(r"([0-9A-Za-z.+-]{1,40});(\d{1,9});(-|\d{4}-\d\d-\d\dT[\d:.]{8,15}Z)", re.ASCII)


class Presence:
    """Remembers signs of life. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._news: dict[str, dict[str, Seen]] = {}

    def note(self, row: DeviceRow, headers: Mapping[str, str]) -> None:
        """A desk asked for something."""
        told = understood(headers.get(HEADER_REPORT, ""))
        with self._lock:
            news = self._news.setdefault(row.tenant, {})
            before = news.get(row.device_id)
            news[row.device_id] = Seen(utc_text(self._clock.now()), told or (before.told if before else {}))

    def seen(self, tenant: str) -> dict[str, Seen]:
        """What is known of a practice's desks that is not written down yet."""
        with self._lock:
            return dict(self._news.get(tenant, {}))

    def tenants(self) -> tuple[str, ...]:
        """Practices with desks to write down."""
        with self._lock:
            return tuple(self._news)

    def written(self, tenant: str, seen: Mapping[str, Seen]) -> None:
        """That much of it is written down."""
        with self._lock:
            news = self._news.get(tenant, {})
            for device_id, known in seen.items():
                if news.get(device_id) is known:
                    del news[device_id]
            if not news:
                self._news.pop(tenant, None)


def understood(report: str) -> dict[str, object]:
    """What a desk says of itself, as it is kept; empty for what is no report."""
    match = _REPORT.fullmatch(report)
    if match is None:
        return {}
    version, pending, oldest = match.groups()
    return {"version": version, "pending": int(pending), "oldest_at": "" if oldest == "-" else oldest}


async def keep_writing(hub: Hub) -> None:
    """Write down who was there every half minute, until cancelled. What fails is written the next time."""
    while True:
        await asyncio.sleep(WRITTEN_EVERY_S)
        await write_once(hub)


async def write_once(hub: Hub) -> None:
    """Write down what is known, a transaction for each practice."""
    for tenant in hub.presence.tenants():
        seen = hub.presence.seen(tenant)
        try:
            await hub.go_on(hub.store.desks.note_seen, tenant, seen)
        except PosError as error:
            log.warning("desks not written down", extra=facts(error=error.message_key))
            return
        hub.presence.written(tenant, seen)
