"""The bridge brings what lanes answer home to the window's thread.

A worker posts a closure through one signal that is queued to a slot of a QObject living on the window's thread; nothing
else crosses. Closures whose owner is gone are dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from app.lanes import Job, Lane, Progress
from models.basics.errors import PosError
from models.basics.facts import facts

log = logging.getLogger(__name__)
T = TypeVar("T")


class _Home(QObject):
    """Where closures arrive, on the window's thread. One for the whole program and never destroyed: a worker may post
    in the very moment in which a window, and its bridge, go."""

    arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.arrived.connect(self._run_here, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _run_here(self, call: Callable[[], None]) -> None:
        call()


@cache
def _home() -> _Home:
    return _Home()


class Bridge(QObject):
    """Starts work on lanes for the window. `went_wrong` tells of failures nobody took (`PosError` or a bug)."""

    went_wrong = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home = _home()  # first made on the window's thread

    def start(
        self,
        lane: Lane,
        work: Callable[[Job[T]], T],
        *,
        owner: QObject,
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Job[T]:
        """Run `work` on `lane`; `done`, `failed` and `progress` run on the window's thread, in the order of events.

        Nothing runs after `owner` was deleted. A lane that takes no more work fails the job the same way. Without
        `failed` the error goes to `went_wrong`. A failure that is a bug is logged as one, whoever takes it.
        """

        def failure(error: Exception) -> None:
            if not isinstance(error, PosError):
                log.error("work failed", exc_info=error, extra=facts(lane=lane.name, error=type(error).__name__))
            self._post(owner, failed or self.went_wrong.emit, error)

        try:
            return lane.submit(
                work,
                done=None if done is None else (lambda result: self._post(owner, done, result)),
                failed=failure,
                progress=None if progress is None else (lambda step: self._post(owner, progress, step)),
            )
        except PosError as error:
            job: Job[T] = Job()
            failure(error)
            job.finished.set()
            return job

    def relay(self, owner: QObject, call: Callable[..., None]) -> Callable[..., None]:
        """A function any thread may call; `call` then runs on the window's thread while `owner` lives."""

        def posted(*values: Any) -> None:
            self._post(owner, call, *values)

        return posted

    def listen(
        self,
        subscribe: Callable[[Callable[..., None]], Callable[[], None]],
        owner: QObject,
        call: Callable[..., None],
    ) -> None:
        """Subscribe `call` to something that calls from any thread; ends when `owner` is deleted."""
        unsubscribe = subscribe(self.relay(owner, call))
        owner.destroyed.connect(lambda *_gone: unsubscribe())

    def _post(self, owner: QObject, call: Callable[..., None], *values: Any) -> None:
        def arrive() -> None:
            if isValid(self) and isValid(owner):  # asked on the thread on which they go
                call(*values)

        self._home.arrived.emit(arrive)
