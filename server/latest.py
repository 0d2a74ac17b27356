"""The newest stretch of a practice's log, as those need it who had read everything before: made once, by whoever added
to the log, and handed to every desk that waits. A stretch of a log never changes, so what was made stays right."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

from models.basics.clock import Clock
from models.basics.errors import PosError
from models.operations.protocol import Cursor, Page

Want = tuple[Cursor, int]
"""Where a desk stands in the log, and how many entries it takes at most."""

KEPT_S = 1.0
"""So long after it was made a page is handed out: the log's epoch may end."""

PRACTICES = 64
LARGEST_BYTES = 1 << 20
"""So many practices' pages are kept, and none that is larger: a handful of acts is a few thousand bytes."""


class LatestPages:
    """Pages for the waiting, by practice. Thread-safe."""

    def __init__(self, read: Callable[[str, Cursor, int], tuple[int, bytes]], clock: Clock) -> None:
        """`read` gives the head and the bytes of a page (`HubStore.pull_bytes`)."""
        self._read, self._clock = read, clock
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, tuple[float, Want, bytes]] = OrderedDict()

    def make(self, tenant: str, want: Want) -> None:
        """Have the page at hand for all who want it. What cannot be read is read by those who ask, and told to them."""
        with suppress(PosError):
            self.keep(tenant, want, self._read(tenant, *want)[1])

    def keep(self, tenant: str, want: Want, body: bytes) -> None:
        """Hand out this page to all who want it."""
        if len(body) > LARGEST_BYTES:
            return
        with self._lock:
            self._pages[tenant] = (self._clock.monotonic(), want, body)
            self._pages.move_to_end(tenant)
            while len(self._pages) > PRACTICES:
                self._pages.popitem(last=False)

    def page(self, tenant: str, want: Want) -> bytes | None:
        """The page, when it was made just now."""
        with self._lock:
            kept = self._pages.get(tenant)
        if kept is None or kept[1] != want or self._clock.monotonic() - kept[0] > KEPT_S:
            return None
        return kept[2]


def is_wanted(page: Page, want: Want) -> bool:
    """Is what a log grew by all that somebody wants of it?"""
    cursor, most = want
    follows = (
        page.from_seq == cursor.seq + 1 and page.prev_hash == cursor.hash and page.server_epoch == cursor.server_epoch
    )
    return follows and len(page.entries) <= most
