"""The window's size is remembered from one start to the next."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from app.lanes import Lane
from app.settings import WINDOW_SIZE, Settings
from widgets.bridge import Bridge
from widgets.opening import FILLED

DESIGNED: Final = (1366, 768)
_TEXT: Final = re.compile(r"(\d{3,5})x(\d{3,5})(\+?)")


def size_of(text: str) -> tuple[int, int, bool]:
    """Width, height, and whether it filled the screen, as kept in the settings; the designed size for anything else."""
    match = _TEXT.fullmatch(text)
    return (int(match[1]), int(match[2]), bool(match[3])) if match else (*DESIGNED, False)


class WindowSize(QObject):
    """Gives `window` the size of last time and keeps every size that lasts a moment."""

    LASTS_MS: Final = 700

    def __init__(self, window: QWidget, settings: Settings, bridge: Bridge, lane: Lane) -> None:
        super().__init__(window)
        self._window, self._settings, self._bridge, self._lane = window, settings, bridge, lane
        self._timer = QTimer(self, singleShot=True, interval=self.LASTS_MS)
        self._timer.timeout.connect(self.keep)
        width, height, filled = size_of(settings.get(WINDOW_SIZE))
        if (width, height) != DESIGNED:  # the screen may be another one today
            room, least = window.screen().availableSize(), window.minimumSize()
            width = max(min(width, room.width()), least.width())
            height = max(min(height, room.height()), least.height())
        window.resize(width, height)
        window.setProperty(FILLED, filled)

    def changed(self) -> None:
        """The window has another size now."""
        self._timer.start()

    @Slot()
    def keep(self) -> None:
        """Write the size down, when it is another one."""
        window = self._window
        if window.isFullScreen() or not window.isVisible():
            return
        normal = window.normalGeometry().size() if window.isMaximized() else window.size()
        text = f"{normal.width()}x{normal.height()}{'+' if window.isMaximized() else ''}"
        if text != (self._settings.get(WINDOW_SIZE) or f"{DESIGNED[0]}x{DESIGNED[1]}"):
            self._bridge.start(self._lane, lambda _job: self._settings.set(WINDOW_SIZE, text), owner=self)
