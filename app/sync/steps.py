"""What a desk does with its hub, one step at a time: send a batch, take a page, mend what came apart.

No threads and no sleeping: time comes from the clock, the world through the transport, and whoever calls decides when.
The money is never in a step's hands: an operation is in the outbox before anybody hears of it, leaves it only by the
hub's verdict, and becomes final only when it comes back in the log. A step that fails has changed nothing that the same
step, taken again, does not put right.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from app.sync.transport import Transport
from models.basics.clock import Clock, SystemClock
from models.basics.errors import SyncError, SyncLater, SyncRefused
from models.basics.facts import facts
from models.basics.points import Point, point
from models.operations.protocol import Cursor, Page, PushBatch, PushConflict
from models.store.desk import DeskStore
from models.store.mending import PURGED_AT_ONCE

if TYPE_CHECKING:
    from models.store.fetching import FetchedChunks

log = logging.getLogger(__name__)

FIRST_BATCH = 20
SNAPSHOT_BEHIND = 5_000
"""An empty desk this many entries behind begins with a snapshot."""

RESTORED_HERE, HUB_RESTORED = "sync.repair.desk_restored", "sync.repair.hub_restored"
"""What is told of a mending: this desk was restored and fetches its own, the hub was and is told what it forgot."""

NOT_BELIEVED = {"sync.witness_unproven", "sync.page_damaged", "sync.too_large"}
"""The hub takes no witness: each desk then brings its own operations."""

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
        self._renewing = threading.Lock()
        self._awaiting = False
        self._fetching = False
        self._named: tuple[str, int] | None = None
        self._mended = ""
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
        """The hub knows less of our stream than we thought (send from there on), or another stream (begin a new one),
        or its log is another (fetching finds out, and mends that first)."""
        if conflict.code == "history":
            raise SyncLater("sync.history_diverged")
        if conflict.code == "device":
            raise SyncRefused("sync.forked", expected=conflict.expected_dseq)
        if conflict.code == "gap" and self._resend_from != conflict.expected_dseq < batch.from_dseq:
            log.warning("sending again", extra=facts(from_dseq=conflict.expected_dseq, instead_of=batch.from_dseq))
            self._resend_from = conflict.expected_dseq
            return
        self._renew(batch.epoch)

    # A stream that begins again ------------------------------------------------------------------------------------

    def _renew(self, epoch: int) -> None:
        """The hub knows another stream of this desk in this epoch: it was restored from a backup. Ask for a new epoch
        and move there what has no answer; what is missing comes back with the log. Raises SyncRefused
        `sync.cloned` when a copy of this desk is alive."""
        with self._renewing:
            identity, mending = self._store.identity, self._store.mending
            if identity is None or (identity.epoch != epoch and not mending.left_behind()):
                return  # done already
            grant = self._transport.new_epoch(mending.epoch_ask())
            mending.take_epoch(grant)
            self._resend_from = 0
            log.warning("began a new epoch", extra=facts(epoch=grant.epoch, missing=grant.missing))
            if grant.missing:
                self._tell(RESTORED_HERE, grant.missing)
                self._awaiting = True

    # Fetching ------------------------------------------------------------------------------------------------------

    def pull_once(self, wait_s: int = 0) -> bool:
        """Fetch one page and apply it; with `wait_s` the hub holds an empty one back for so long. True when there is
        more at once.

        Raises SyncLater, SyncRefused or StorageError; the cursor stands where it stood then.
        """
        if self._fetching:
            return self._fetch_snapshot()
        cursor = self._store.cursor()
        try:
            page = self._pages.pull(cursor, wait_s=wait_s)
        except SyncRefused as refused:
            mend = {"sync.history_diverged": self._mend_history, "sync.history_trimmed": self.begin_again}
            if refused.message_key not in mend:
                raise
            return mend[refused.message_key]()
        if cursor.seq == 0 and page.head > SNAPSHOT_BEHIND:
            return self.begin_again()
        if page.entries:
            point(Point.AFTER_PULL)
            self._store.apply_page(page)
            self._look_for_oneself()
        if self._awaiting and not page.has_more:
            self._awaiting = False
            self._tell("", 0)
        return page.has_more

    def _look_for_oneself(self) -> None:
        """The log tells what this store does not know of its own desk: it was restored."""
        identity = self._store.identity
        if identity is not None and self._store.mending.is_behind_itself():
            self._renew(identity.epoch)

    # A hub that has forgotten --------------------------------------------------------------------------------------

    def _mend_history(self) -> bool:
        """The hub's log is another than the one read here: it was restored from a backup. Find the last place both
        have, show the hub what it has forgotten, and go on from there; where it has taken other operations meanwhile,
        begin again from a snapshot and send own operations again. True: there is more at once.

        Whatever breaks off is begun anew by the next step: nothing here is lost or done twice by that.
        """
        mending = self._store.mending
        cursor = self._store.cursor()
        common, server_epoch = self._last_common(cursor.seq)
        log.warning("the hub was restored", extra=facts(common=common, read=cursor.seq))
        if common < cursor.seq:
            self._tell(HUB_RESTORED, cursor.seq - common)
            if not self._show(common, cursor.seq):
                mending.queue_again(common)
                self._mended = server_epoch
                return self.begin_again()
        if mending.queue_again(cursor.seq, server_epoch):
            log.warning("sending again what was answered")
        self._tell("", 0)
        return True

    def _last_common(self, read: int) -> tuple[int, str]:
        """The newest place of the log that the hub has too, and the epoch of its log."""
        mending = self._store.mending
        low, high = 0, read
        points = mending.points(low, high, first=True)
        while True:
            told = self._transport.ancestor(points)
            low = max(low, told.seq)
            high = min([seq for seq, _ in points if seq > low], default=high)
            points = [] if low >= high - 1 else mending.points(low, high, first=False)
            if not points:
                return low, told.server_epoch

    def _show(self, after: int, read: int) -> bool:
        """Show the hub the log after a place. True when its log is now the one read here, to the letter."""
        to_the_letter = True
        while after < read:
            stretch = self._store.mending.stretch(after)
            if stretch is None:
                return False
            try:
                took = self._transport.witness(stretch)
            except SyncRefused as refused:
                if refused.message_key not in NOT_BELIEVED:
                    raise
                log.warning("the hub does not know its log again", extra=facts(cause=refused.message_key))
                return False
            to_the_letter = to_the_letter and took.to_the_letter
            after = stretch.entries[-1].seq
            self._tell(HUB_RESTORED, max(read - after, 1))
        return to_the_letter

    # A snapshot ----------------------------------------------------------------------------------------------------

    def begin_again(self) -> bool:
        """Begin from a snapshot at the next step: too far behind, from before the log the hub keeps, or from a log that
        is no more. True: there is more at once."""
        self._fetching, self._named = True, None
        return True

    def _fetch_snapshot(self) -> bool:
        """One chunk, or, when all are there, the new state. What was fetched stays, whatever happens. True: there is
        more at once."""
        there = self._store.fetched()
        manifest = there.manifest()
        if manifest is None or not (_name_of(manifest) == self._named or self._is_news(manifest)):
            manifest = self._transport.snapshot()
            there.begin(manifest)
            self._named = _name_of(manifest)
        missing = there.missing(manifest)
        if missing:
            try:
                content = self._transport.chunk(manifest["seq"], missing[0])
            except SyncRefused as refused:
                if refused.message_key == "sync.snapshot_gone":
                    there.forget()
                raise
            there.add(manifest, missing[0], content)
            return True
        if manifest["server_epoch"] not in {self._store.cursor().server_epoch, self._mended}:
            return self._mend_before(manifest, there)
        self._store.load_snapshot(manifest, there.chunks(manifest))
        there.clear()
        self._fetching = False
        self._tell("", 0)
        return True

    def _mend_before(self, manifest: Mapping[str, Any], there: FetchedChunks) -> bool:
        """What was fetched is of another log than the one read here: the hub was restored meanwhile. Its places mean
        something else there, so what the hub has forgotten is queued again before they are believed."""
        self._mend_history()
        if manifest["server_epoch"] not in {self._store.cursor().server_epoch, self._mended}:
            there.forget()  # and restored once more
        return True

    def _is_news(self, manifest: Mapping[str, Any]) -> bool:
        """Is a snapshot that was begun earlier still one to go on with? What the hub named since is, whatever it is."""
        cursor = self._store.cursor()
        return bool(manifest["server_epoch"] != cursor.server_epoch or manifest["seq"] > cursor.seq)

    # Letting go ----------------------------------------------------------------------------------------------------

    def tidy_once(self) -> bool:
        """Let go of some of what was answered long ago. True when there may be more."""
        return self._store.mending.purge() == PURGED_AT_ONCE


def _name_of(manifest: Mapping[str, Any]) -> tuple[str, int]:
    """Which snapshot a manifest is of: the epoch of the hub's log, and the place in it."""
    return str(manifest["server_epoch"]), int(manifest["seq"])
