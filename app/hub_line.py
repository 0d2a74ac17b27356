"""The line to the hub as the desk's stories see it: there from the start, connected when the background is ready."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.sync.state import SyncState
from models.basics.clock import Clock

if TYPE_CHECKING:
    from app.sync.engine import SyncEngine
    from app.sync.transport import HubTransport


class HubLine:
    """Stands in front of the sync engine: the window can be built before the engine runs. Any thread."""

    def __init__(self, clock: Clock) -> None:
        self._first = SyncState(False, clock.now(), cause="sync.connecting")
        self._engine: SyncEngine | None = None
        self.transport: HubTransport | None = None
        """What is asked of the hub beside the loops; None until it was connected."""
        self._end_telling: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[SyncState], None]] = []

    def connect(self, engine: SyncEngine, transport: HubTransport) -> None:
        """From now on this engine speaks, over `transport`; one that spoke before was stopped."""
        self._end_telling()
        with self._lock:
            self._engine, self.transport = engine, transport
        self._end_telling = engine.subscribe(self._tell)
        engine.start()
        self._tell(engine.state())

    def failed(self, cause: str) -> None:
        """The engine could not be started: say why, and stay offline."""
        with self._lock:
            self._first = SyncState(False, self._first.since, self._first.pending, cause=cause)
        self._tell(self._first)

    def state(self) -> SyncState:
        """How it stands."""
        engine = self._engine
        return engine.state() if engine is not None else self._first

    def subscribe(self, callback: Callable[[SyncState], None]) -> Callable[[], None]:
        """Call `callback` with every new state; the answer ends it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def nudge(self) -> None:
        """Try now."""
        if self._engine is not None:
            self._engine.nudge()

    def stop(self) -> None:
        """End the loops."""
        if self._engine is not None:
            self._engine.stop()

    def _tell(self, state: SyncState) -> None:
        for callback in list(self._callbacks):
            callback(state)
