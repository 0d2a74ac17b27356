"""Keeps a desk in step with its hub, in the background: one loop sends, one fetches.

The money is never in the loops' hands: an operation is in the outbox before anybody hears of it, leaves it only by the
hub's verdict, and becomes final only when it comes back in the log. Whatever breaks here, the desk works on.

What this engine does not mend by itself: a hub that was restored from an older copy (`sync.history_diverged`), and a
desk whose stream the hub knows otherwise (`sync.forked`: this store was restored, or it runs twice). Both stop with
that cause; nothing is sent wrongly, and what waits stays in the outbox.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from app.sync.ahead import PagesAhead
from app.sync.pace import Backoff, Pace, Wake
from app.sync.state import StateBoard, SyncState
from app.sync.transport import HubTransport
from models.basics.clock import Clock, SystemClock
from models.basics.errors import PosError, StorageError, SyncError, SyncLater, SyncRefused
from models.basics.facts import facts
from models.operations.protocol import PushBatch, PushConflict
from models.store.desk import DeskStore
from models.store.rows import Change

log = logging.getLogger(__name__)

FIRST_BATCH = 20
DAMAGED = {"sync.page_damaged", "sync.page_gap", "sync.snapshot_damaged", "sync.snapshot_gone"}
"""What did not arrive as it was sent: nothing was taken over, and it is fetched again."""

SNAPSHOT_BEHIND = 5_000
"""An empty desk this many entries behind begins with a snapshot."""

PULL_EVERY_S = 1.0
"""While much is being sent (an import), pages are fetched this often and long: every page replays what still waits."""


class SyncEngine:
    """Push loop, pull loop, watchdog. `start` and `stop` once each; everything else from any thread."""

    def __init__(self, store: DeskStore, transport: HubTransport, clock: Clock | None = None,
                 pace: Pace | None = None) -> None:  # fmt: skip
        self._store, self._transport = store, transport
        self._clock, self._pace = clock or SystemClock(), pace or Pace()
        self._pages = PagesAhead(transport)
        self._board = StateBoard(self._clock, store.pending_count())
        self._closing = threading.Event()
        self._wakes = {"push": Wake(), "pull": Wake(), "watch": Wake()}
        self._threads: list[threading.Thread] = []
        self._unsubscribe: Callable[[], None] = lambda: None
        self._most_ops = FIRST_BATCH
        self._resend_from = 0
        self._tried_at_s = self._clock.monotonic()
        self._held = False
        self._drained = threading.Event()
        self._drained.set()
        self._hung_up = threading.Event()

    def start(self) -> None:
        """Begin to send and fetch."""
        self._unsubscribe = self._store.subscribe(self._changed)
        works: dict[str, Callable[[], None]] = {
            "push": lambda: self._keep("push", self._push_once), "pull": lambda: self._keep("pull", self._pull_once),
            "watch": self._watch,
        }  # fmt: skip
        for name, work in works.items():
            thread = threading.Thread(target=work, name=f"sync-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the loops. An exchange under way is broken off: what was not confirmed is sent again next time."""
        self._closing.set()
        self._store.sends_at_once = False
        self._unsubscribe()
        self.nudge()
        self._transport.abort()
        for thread in self._threads:
            thread.join(timeout_s)
        self._pages.close()

    def nudge(self) -> None:
        """Try now: a person asked, or the network came back."""
        self._look_again()
        for wake in self._wakes.values():
            wake.urge()

    def state(self) -> SyncState:
        """How it stands."""
        return self._board.state()

    def subscribe(self, callback: Callable[[SyncState], None]) -> Callable[[], None]:
        """Call `callback` with every new state, on a thread of the engine. Returns how to end that."""
        return self._board.subscribe(callback)

    def _changed(self, change: Change) -> None:
        if "outbox" in change.topics or change.everything:
            self._wakes["push"].work()
            if not self.state().online:
                self._wakes["watch"].work()

    # Sending -------------------------------------------------------------------------------------------------------

    def _push_once(self) -> bool:
        """Send one batch. True when there may be more."""
        self._tried_at_s = self._clock.monotonic()
        advice = self._transport.advice
        batch = self._store.outbox_batch(max(1, min(self._most_ops, advice.max_ops)), advice.max_bytes,
                                         self._resend_from)  # fmt: skip
        if batch is None:
            self._drained.set()
            self._resend_from = 0
            self._board.waiting(self._store.pending_count())
            return False
        self._store.mark_attempted(batch)
        try:
            answer = self._transport.push(batch)
        except PushConflict as conflict:
            self._after_conflict(batch, conflict)
            return True
        except SyncError as error:
            self._shrink(batch, error)
            raise
        self._store.acknowledge(answer)
        if len(batch.ops) >= FIRST_BATCH:
            self._drained.clear()
        self._most_ops = min(self._most_ops * 2, advice.max_ops)
        if self._resend_from:
            self._resend_from = batch.from_dseq + len(batch.ops)
        self._met("push")
        self._closing.wait(advice.min_interval_ms / 1000)
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

    def _pull_once(self) -> bool:
        """Fetch one page and apply it. The hub holds an empty one back, once it has answered. Always True."""
        self._drained.wait(PULL_EVERY_S)
        cursor = self._store.cursor()
        wait_s, self._held = (self._pace.wait_s if self._held else 0), False
        try:
            page = self._pages.pull(cursor, wait_s=wait_s)
        except SyncLater:
            if wait_s and self._hung_up.is_set():
                return True  # by ourselves, to ask anew
            raise
        finally:
            self._hung_up.clear()
        if cursor.seq == 0 and page.head > SNAPSHOT_BEHIND:
            manifest = self._transport.snapshot()
            self._store.load_snapshot(manifest, self._transport.chunks(manifest))
        elif page.entries:
            self._store.apply_page(page)
        self._held = not page.has_more
        self._met("pull")
        return True

    def _look_again(self) -> None:
        """Ask anew: the line on which the hub holds an answer back may be dead without anybody having said so."""
        self._hung_up.set()
        self._transport.stop_waiting()
        self._wakes["pull"].urge()

    # Both ----------------------------------------------------------------------------------------------------------

    def _keep(self, name: str, once: Callable[[], bool]) -> None:
        """Do `once` over and over: at once while there is more, else when woken, later and later after failures."""
        backoff = Backoff(self._pace)
        wake = self._wakes[name]
        while not self._closing.is_set():
            try:
                more = once()
                backoff.reset()
                if not more:
                    wake.idle(self._pace.longest_s)
                continue
            except SyncRefused as error:
                stopped = error.message_key not in DAMAGED
                self._failed(name, error, stopped=stopped)
                pause_s = self._pace.longest_s if stopped else backoff.next_s()
            except (SyncLater, StorageError) as error:
                self._failed(name, error, stopped=False)
                told_s = error.facts.get("retry_after_s")
                pause_s = backoff.next_s(told_s if isinstance(told_s, int) else 0)
            except Exception as error:  # a bug must not end the loop: the desk would fall silent
                log.exception("sync failed", extra=facts(loop=name, error=type(error).__name__))
                self._failed(name, SyncLater("sync.line_broken"), stopped=False)
                pause_s = backoff.next_s(self._pace.first_s)
            if not self._closing.is_set():
                wake.pause(pause_s)

    def _met(self, loop: str) -> None:
        """The hub answered a loop; when that loop was in trouble, the other one need not wait any longer."""
        news = self._board.met(loop, self._store.pending_count(), self._transport.hub_ahead_ms)
        self._store.sends_at_once = self.state().online
        if news:
            log.info("answered again", extra=facts(loop=loop))
            self._look_again() if loop == "push" else self._wakes["push"].urge()

    def _failed(self, loop: str, error: PosError, *, stopped: bool) -> None:
        self._drained.set()
        if self._closing.is_set():
            return
        try:
            pending = self._store.pending_count()
        except StorageError:
            pending = self.state().pending
        self._store.sends_at_once = False
        if self._board.failed(loop, error.message_key, stopped=stopped, pending=pending):
            log.warning("sync interrupted", extra=facts(loop=loop, cause=error.message_key, stopped=stopped))

    def _watch(self) -> None:
        """Count what waits while nothing is sent. And it must never lie still while the hub answers: wake the push loop
        when it does, and say so."""
        while not self._closing.is_set():
            self._wakes["watch"].idle(self._pace.watch_s)
            try:
                pending = self._store.pending_count()
            except StorageError:
                continue  # the loops meet it too, and tell
            self._board.waiting(pending)
            quiet_s = self._clock.monotonic() - self._tried_at_s
            if self.state().online and quiet_s > 2 * self._pace.watch_s and pending:
                log.error("outbox lay still", extra=facts(seconds=int(quiet_s)))
                self._wakes["push"].urge()
