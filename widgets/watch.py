"""Two watches of the window: over the line (the offline banner) and over the keys (the lock)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QWindow

from app.views import DeviceLight
from app.words import Words
from models.basics.clock import Clock


@dataclass(frozen=True, slots=True)
class LineBanner:
    """What the banner says: offline, or back online."""

    meaning: str
    title: str
    text: str
    note: str = ""


class LineWatch(QObject):
    """Shows `banner(LineBanner | None)`: offline for 10 s, then until it is back; then for 6 s that it is."""

    PATIENCE_MS: Final = 10_000
    FAREWELL_MS: Final = 6_000
    banner = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._offline: Words | None = None
        self._pending = self._most = 0
        self._shown = False
        self._patience = QTimer(self, singleShot=True, interval=self.PATIENCE_MS)
        self._patience.timeout.connect(self._show)
        self._farewell = QTimer(self, singleShot=True, interval=self.FAREWELL_MS)
        self._farewell.timeout.connect(self._hide)

    def see(self, lights: Sequence[tuple[DeviceLight, Words]]) -> None:
        """The desk's lights as they are now."""
        for light, words in lights:
            if light.key == "sync":
                self._pending = int(light.facts.get("pending") or 0)
            elif light.key == "line":
                self._line(words if light.state in {"warn", "bad"} else None)

    def _line(self, offline: Words | None) -> None:
        was, self._offline = self._offline, offline
        if offline is not None:
            self._most = max(self._most, self._pending)
            if was is None:
                self._farewell.stop()
                self._patience.start()
            elif self._shown:
                self._show()
        elif was is not None:
            self._patience.stop()
            if self._shown:
                self._back()

    @Slot()
    def _show(self) -> None:
        if self._offline is None:
            return
        self._shown = True
        note = _changes(self._pending, "waiting") if self._pending else ""
        title = self._offline.title if self._offline.title.endswith(".") else f"{self._offline.title}."
        text = self._offline.body or "Card, cash and check payments work. They are sent when the line is back."
        self.banner.emit(LineBanner("warn", title, text, note))

    def _back(self) -> None:
        self._shown = False
        sent = self._most - self._pending
        text = f"{_changes(sent, 'sent')}." if sent > 0 else "Nothing was waiting."
        self._most = 0
        self.banner.emit(LineBanner("ok", "Back online.", text))
        self._farewell.start()

    @Slot()
    def _hide(self) -> None:
        if not self._shown:
            self.banner.emit(None)


def _changes(count: int, what: str) -> str:
    return f"{count} {'change' if count == 1 else 'changes'} {what}"


_KEYS: Final = {
    QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel,
    QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate,
}  # fmt: skip


class IdleWatch(QObject):
    """Emits `idle` after `minutes()` without a key, and at once when the machine slept that long. Looks at the native
    window only: its events are few, and nothing else in the program has to remember to tell."""

    LOOK_MS: Final = 1_000
    idle = Signal()

    def __init__(self, clock: Clock, minutes: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock, self._minutes = clock, minutes
        self._last = clock.now()
        self._timer = QTimer(self, interval=self.LOOK_MS)
        self._timer.timeout.connect(self.look)

    def watch(self, window: QWindow) -> None:
        """Watch the keys of `window`."""
        window.installEventFilter(self)

    def start(self) -> None:
        """Somebody is at the desk from now on."""
        self.touch()
        self._timer.start()

    def stop(self) -> None:
        """The desk is locked."""
        self._timer.stop()

    def touch(self) -> None:
        """A key was pressed."""
        self._last = self._clock.now()

    @Slot()
    def look(self) -> None:
        """Is it time?"""
        if (self._clock.now() - self._last).total_seconds() >= self._minutes() * 60:
            self.idle.emit()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _KEYS and "_last" in vars(self):  # nothing while Qt takes the window apart
            self.touch()
        return False
