"""Keeps a desk in step with its hub, in the background: one loop sends, one fetches, a third watches both.

What a step does is in `steps`; here are the threads, their pace, and what the screen is told.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable

from app.sync.ahead import PagesAhead
from app.sync.pace import Backoff, Pace, Wake
from app.sync.state import StateBoard, SyncState
from app.sync.steps import FIRST_BATCH, Exchange
from app.sync.transport import Transport
from models.basics.clock import Clock, SystemClock
from models.basics.errors import PosError, StorageError, SyncLater, SyncRefused
from models.basics.facts import facts
from models.store.desk import DeskStore
from models.store.rows import Change

log = logging.getLogger(__name__)

DAMAGED = {"sync.page_damaged", "sync.page_gap", "sync.snapshot_damaged", "sync.snapshot_gone"}
"""What did not arrive as it was sent: nothing was taken over, and it is fetched again."""

TIDY_EVERY_S = 3600.0
PULL_EVERY_S = 1.0
"""While much is being sent (an import), pages are fetched this often and long: every page replays what still waits."""


class SyncEngine:
    """Push loop, pull loop, watchdog. `start` and `stop` once each; everything else from any thread."""

    def __init__(self, store: DeskStore, transport: Transport, clock: Clock | None = None,
                 pace: Pace | None = None) -> None:  # fmt: skip
        self._store, self._transport = store, transport
        self._clock, self._pace = clock or SystemClock(), pace or Pace()
        self._pages = PagesAhead(transport)
        self._board = StateBoard(self._clock, store.pending_count)
        self.exchange = Exchange(store, transport, self._clock, self._pages, self._board.repairing)
        self._closing = threading.Event()
        self._wakes = {"push": Wake(), "pull": Wake(), "watch": Wake()}
        self._threads: list[threading.Thread] = []
        self._unsubscribe: Callable[[], None] = lambda: None
        self._held = False
        self._drained = threading.Event()
        self._drained.set()
        self._hung_up = threading.Event()

    def start(self) -> None:
        """Begin to send and fetch."""
        self._unsubscribe = self._store.subscribe(self._changed)
        self._board.subscribe(self._send_at_once)
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
        self._unsubscribe()
        self.nudge()
        self._transport.abort()
        for thread in self._threads:
            thread.join(timeout_s)
        self._store.sends_at_once = False
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

    def _send_at_once(self, state: SyncState) -> None:
        self._store.sends_at_once = state.online and not self._closing.is_set()

    # The steps, paced --------------------------------------------------------------------------------------------

    def _push_once(self) -> bool:
        """Send one batch. True when there may be more."""
        if not self.exchange.push_once():
            self._drained.set()
            self._board.waiting()
            return False
        if self.exchange.sent:
            if self.exchange.sent >= FIRST_BATCH:
                self._drained.clear()
            self._met("push")
            self._closing.wait(self._transport.advice.min_interval_ms / 1000)
        return True

    def _pull_once(self) -> bool:
        """Fetch one page and apply it. The hub holds an empty one back, once it has answered. Always True."""
        self._drained.wait(PULL_EVERY_S)
        wait_s, self._held = (self._pace.wait_s if self._held else 0), False
        try:
            more = self.exchange.pull_once(wait_s)
        except SyncLater:
            if wait_s and self._hung_up.is_set():
                return True  # by ourselves, to ask anew
            raise
        finally:
            self._hung_up.clear()
        self._held = not more
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
                if name == "push" and error.message_key == "sync.history_diverged":
                    self._look_again()  # fetching finds out, and mends it
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
        news = self._board.met(loop, self._transport.hub_ahead_ms)
        if news:
            log.info("answered again", extra=facts(loop=loop))
            self._look_again() if loop == "push" else self._wakes["push"].urge()

    def _failed(self, loop: str, error: PosError, *, stopped: bool) -> None:
        self._drained.set()
        if self._closing.is_set():
            return
        if self._board.failed(loop, error.message_key, stopped=stopped):
            log.warning("sync interrupted", extra=facts(loop=loop, cause=error.message_key, stopped=stopped))

    def _watch(self) -> None:
        """Count what waits while nothing is sent. And it must never lie still while the hub answers (I20): wake
        the push loop when it does, and say so on the screen where that does not help."""
        tidied_at_s, more = float("-inf"), False
        while not self._closing.is_set():
            self._wakes["watch"].idle(self._pace.watch_s)
            try:
                if more or self._clock.monotonic() - tidied_at_s > TIDY_EVERY_S:
                    tidied_at_s, more = self._clock.monotonic(), self.exchange.tidy_once()
            except StorageError:
                continue  # the loops meet it too, and tell
            pending = self._board.waiting()
            if pending and self._quiet_s():
                log.error("outbox lay still", extra=facts(seconds=self._quiet_s()))
                self._wakes["push"].urge()
                self._closing.wait(self._pace.first_s)
            if quiet_s := self._quiet_s():
                self._board.lying_still(quiet_s)

    def _quiet_s(self) -> int:
        """For how many seconds nothing was sent or tried while the hub answers; 0 while that is no longer than it may
        be."""
        quiet_s = self._clock.monotonic() - self.exchange.tried_at_s
        return math.ceil(quiet_s) if self.state().online and quiet_s > 2 * self._pace.watch_s else 0
