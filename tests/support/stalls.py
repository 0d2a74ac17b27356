"""A watch over the event loop: how long it was away, and how long it may be."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

STALL_MS = 100.0
"""No journey may keep the event loop away for longer, on a machine with nothing else to do."""


def allowed_stall_ms() -> float:
    """The limit, let out where other programs keep this machine's processors busy."""
    beside = int(os.environ.get("COPAYDESK_TESTS_BESIDE", "0"))
    load = max(os.getloadavg()[0], beside + 1 if beside else 0)
    cores = os.cpu_count() or 1
    return STALL_MS * max(1.0, 1.5 * load / cores)


class LoopWatch(QObject):
    """Measures how long the event loop was away, by a timer that should come every 5 ms; `late_ms` are its ticks. What
    the thread only waited for a processor that other programs kept busy is left out, where the system tells."""

    EVERY_MS = 5

    def __init__(self) -> None:
        super().__init__()
        self.longest_ms = 0.0
        self.late_ms: deque[float] = deque(maxlen=100_000)
        self._queue = _own_queue()
        self._last, self._queued = time.perf_counter(), 0.0
        self._timer = QTimer(self, interval=self.EVERY_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self.leave_out()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        if self._queue >= 0:
            os.close(self._queue)
            self._queue = -1

    def leave_out(self) -> None:
        """What ran since the last tick was a test's own work."""
        self._last, self._queued = time.perf_counter(), self._queued_s()

    def _tick(self) -> None:
        now, queued = time.perf_counter(), self._queued_s()
        away_ms = (now - self._last - (queued - self._queued)) * 1000
        late_ms = max(away_ms - self.EVERY_MS, 0.0)
        self.longest_ms = max(self.longest_ms, late_ms)
        self.late_ms.append(late_ms)
        self._last, self._queued = now, queued

    def _queued_s(self) -> float:
        """Seconds this thread has waited for a processor so far."""
        return int(os.pread(self._queue, 80, 0).split()[1]) / 1e9 if self._queue >= 0 else 0.0


def _own_queue() -> int:
    """Where Linux counts what this thread waits for a processor; -1 elsewhere. Opened by the thread it is about."""
    try:
        return os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


@contextmanager
def loop_watch() -> Iterator[LoopWatch]:
    """Watch the event loop inside the block; `longest_ms` holds its longest stall."""
    watch = LoopWatch()
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()
