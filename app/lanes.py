"""Lanes: one worker thread per slow thing (terminal, printer, net, store), each with a short queue.

A lane runs jobs one after another, in order. What comes back is handed to the callbacks of the submitter *on the lane's
thread*; the window's bridge brings them home.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from models.basics.errors import DeviceBusy
from models.basics.facts import facts

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job is: a message key, and how much of how much is done where that is known."""

    step: str
    done: int = 0
    total: int | None = None


class Job(Generic[T]):
    """One piece of work on a lane, from outside and from inside."""

    def __init__(self, on_progress: Callable[[Progress], None] | None = None) -> None:
        self._cancel = threading.Event()
        self._on_progress = on_progress
        self.finished = threading.Event()

    def cancel(self) -> None:
        """Ask the job to stop at its next step. Past the point of no return it ends as it ends."""
        self._cancel.set()

    @property
    def cancelled(self) -> bool:
        """Was `cancel` asked for?"""
        return self._cancel.is_set()

    def report(self, progress: Progress) -> None:
        """Tell where the work is."""
        if self._on_progress is not None:
            self._on_progress(progress)

    def step(self, step: str) -> None:
        """Tell the name of the step the work is at."""
        self.report(Progress(str(step)))


class Lane:
    """A thread that owns one slow thing. `close` lets the running job end and forgets the waiting ones."""

    def __init__(self, name: str, room: int = 64) -> None:
        self.name = name
        self._queue: queue.Queue[Callable[[], None] | None] = queue.Queue(room)
        self._thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)
        self._closing = threading.Event()
        self._thread.start()

    def submit(
        self,
        work: Callable[[Job[T]], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Job[T]:
        """Queue `work`. Raises DeviceBusy when the lane's queue is full or it is closing; nothing was started."""
        job: Job[T] = Job(progress)

        def run() -> None:
            try:
                result = work(job)
            except Exception as error:  # every failure goes home: a lane never dies
                if failed is None:
                    log.exception("job failed", extra=facts(lane=self.name, error=type(error).__name__))
                else:
                    failed(error)
            else:
                if done is not None:
                    done(result)
            finally:
                job.finished.set()

        if self._closing.is_set():
            raise DeviceBusy("lane.closing", device=self.name)
        try:
            self._queue.put_nowait(run)
        except queue.Full:
            raise DeviceBusy("lane.full", device=self.name) from None
        return job

    def call(self, work: Callable[[Job[T]], T], timeout_s: float | None = None) -> T:
        """Run `work` on the lane and wait for its answer: for the command line and tests, never for the window."""
        answer: list[Any] = []
        job = self.submit(work, done=lambda value: answer.append((True, value)),
                          failed=lambda error: answer.append((False, error)))  # fmt: skip
        if not job.finished.wait(timeout_s):
            raise TimeoutError(self.name)
        good, value = answer[0]
        if not good:
            raise value
        return value  # type: ignore[no-any-return]

    def close(self, timeout_s: float = 10.0) -> None:
        """Stop after the running job."""
        self._closing.set()
        try:
            while True:
                self._queue.get_nowait()
        except queue.Empty:
            pass
        self._queue.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (run := self._queue.get()) is not None:
            try:
                run()
            except Exception:  # a callback failed: that is a bug, but the lane serves on
                log.exception("lane callback failed", extra=facts(lane=self.name))
