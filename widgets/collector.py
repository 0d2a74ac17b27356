"""Cycles of garbage are cleared away on the window's thread alone.

Python collects them on whatever thread happens to allocate next. Parts of the window among them would then be destroyed
on a lane, where Qt cannot take their timers back: the next tick goes to freed memory.
"""

from __future__ import annotations

import gc
import linecache

from PySide6.QtCore import QObject, QTimer, Slot

_EVERY_MS = 1_000
_THRESHOLDS = (5_000, 10, 20)
"""Objects since the youngest generation was looked at; looks at it before the next one is; and so on."""


class Collector(QObject):
    """Takes collecting over from Python until it is deleted: a look each second, the whole heap rarely."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.look)
        _forget_sources()
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Collect the oldest generation that is due, if any."""
        _forget_sources()
        due = [generation for generation, count in enumerate(gc.get_count()) if count > _THRESHOLDS[generation]]
        if due:
            gc.collect(due[-1])


def _forget_sources() -> None:
    """Qt's binding reads the source of every module that is imported and leaves it in memory: megabytes of text that
    nobody needs, where the window's own parts could lie."""
    if linecache.cache:
        linecache.clearcache()
