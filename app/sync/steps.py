"""What a desk does with its hub, one step at a time: send a batch, take a page, mend what came apart.

No threads and no sleeping: time comes from the clock, the world through the transport, and whoever calls decides when.
The money is never in a step's hands: an operation is in the outbox before anybody hears of it, leaves it only by the
hub's verdict, and becomes final only when it comes back in the log. A step that fails has changed nothing that the same
step, taken again, does not put right.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from app.sync.transport import Transport
from models.basics.clock import Clock, SystemClock
from models.basics.errors import SyncError, SyncLater, SyncRefused
from models.basics.facts import facts
from models.basics.points import Point, point
from models.operations.protocol import Cursor, Page, PushBatch, PushConflict
from models.store.desk import DeskStore

log = logging.getLogger(__name__)

FIRST_BATCH = 20
SNAPSHOT_BEHIND = 5_000
"""An empty desk this many entries behind begins with a snapshot."""

Tell = Callable[[str, int], None]
"""Hears of a mending that goes on by itself: a message key (empty when it is done) and how many records it is about."""


class Pages(Protocol):
    """Where pages of the log come from: the transport, or what fetches ahead of it."""

    def pull(self, cursor: Cursor, *, wait_s: int = 0) -> Page: ...


def _nobody(_message_key: str, _count: int) -> None:
    """Nobody listens."""


class Exchange:
    """The steps. Sending and fetching may run on two threads, each step on one at a time."""

    def __init__(self, store: DeskStore, transport: Transport, clock: Clock | None = None,
                 pages: Pages | None = None, tell: Tell | None = None) -> None:  # fmt: skip
        self._store, self._transport = store, transport
        self._clock, self._pages, self._tell = clock or SystemClock(), pages or transport, tell or _nobody
        self._most_ops = FIRST_BATCH
        self._resend_from = 0
        self.tried_at_s = self._clock.monotonic()
        self.sent = 0

    # Sending -------------------------------------------------------------------------------------------------------

    def push_once(self) -> bool:
        """Send one batch and keep the verdicts; `sent` is then how many went. True when there may be more.

        Raises SyncLater, SyncRefused or StorageError; whatever was not answered is sent again next time.
        """
        self.tried_at_s, self.sent = self._clock.monotonic(), 0
        advice = self._transport.advice
        batch = self._store.outbox_batch(max(1, min(self._most_ops, advice.max_ops)), advice.max_bytes,
                                         self._resend_from)  # fmt: skip
        if batch is None:
            self._resend_from = 0
            return False
        self._store.mark_attempted(batch)
        point(Point.BEFORE_PUSH)
        try:
            answer = self._transport.push(batch)
        except PushConflict as conflict:
            self._after_conflict(batch, conflict)
            return True
        except SyncError as error:
            self._shrink(batch, error)
            raise
        point(Point.AFTER_PUSH)
        self._store.acknowledge(answer)
        self.sent = len(batch.ops)
        self._most_ops = min(self._most_ops * 2, advice.max_ops)
        if self._resend_from:
            self._resend_from = batch.from_dseq + len(batch.ops)
        return True

    def _shrink(self, batch: PushBatch, error: SyncError) -> None:
        """Half as much next time, after a slow hub or a batch it found too large."""
        self._most_ops = max(1, len(batch.ops) // 2)
        if error.message_key == "sync.too_large" and len(batch.ops) > 1:
            raise SyncLater("sync.hub_busy") from error

    def _after_conflict(self, batch: PushBatch, conflict: PushConflict) -> None:
        """The hub knows less of our stream than we thought (send from there on), or another stream (stop)."""
        if conflict.code == "gap" and 0 < conflict.expected_dseq < batch.from_dseq:
            log.warning("sending again", extra=facts(from_dseq=conflict.expected_dseq, instead_of=batch.from_dseq))
            self._resend_from = conflict.expected_dseq
            return
        raise SyncRefused("sync.forked", expected=conflict.expected_dseq)

    # Fetching ------------------------------------------------------------------------------------------------------

    def pull_once(self, wait_s: int = 0) -> bool:
        """Fetch one page and apply it; with `wait_s` the hub holds an empty one back for so long. True when there is
        more at once.

        Raises SyncLater, SyncRefused or StorageError; the cursor stands where it stood then.
        """
        cursor = self._store.cursor()
        page = self._pages.pull(cursor, wait_s=wait_s)
        point(Point.AFTER_PULL)
        if cursor.seq == 0 and page.head > SNAPSHOT_BEHIND:
            manifest = self._transport.snapshot()
            self._store.load_snapshot(manifest, self._transport.chunks(manifest))
        elif page.entries:
            self._store.apply_page(page)
        return page.has_more
