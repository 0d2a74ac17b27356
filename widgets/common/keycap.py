"""Keycaps: a key that works on a control is printed on it, always from the action that answers it."""

from __future__ import annotations

import sys

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.common import paint
from widgets.theme import Themed

_SAID = {"Return": "Enter", "Escape": "Esc", "Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}


def key_words(keys: QKeySequence | QAction | str) -> str:
    """How a shortcut is printed: `Ctrl L`, `Enter`, `F2`; the system's own symbols on macOS; empty without a key."""
    if isinstance(keys, QAction):
        keys = keys.shortcut()
    elif isinstance(keys, str):
        keys = QKeySequence(keys)
    native = keys.toString(QKeySequence.SequenceFormat.NativeText).split(", ")[0]
    if sys.platform == "darwin" or not native:
        return native
    plus = native.endswith("+")
    parts = [*native[:-1].rstrip("+").split("+"), "+"] if plus else native.split("+")
    return " ".join(_SAID.get(part, part) for part in parts if part)


class Keycap(Themed, QWidget):
    """A keycap by itself, for hints beside a field or at the foot of a list. Follows the action's shortcut."""

    def __init__(self, keys: QAction | QKeySequence | str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if isinstance(keys, QAction):
            keys.changed.connect(self.restyle)
        self.follow_theme()

    @property
    def words(self) -> str:
        """What is printed on it."""
        return key_words(self._keys)

    def restyle(self) -> None:
        self.setAccessibleName(self.words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if not self.words:
            return QSize(0, 0)
        size = paint.keycap_size(self.words)
        return QSize(round(size.width() + 0.5), round(size.height()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.words:
            return
        with paint.smooth(QPainter(self)) as painter:
            paint.paint_keycap(painter, QRectF(self.rect()), self.words)
