"""Whether the pointer is over a control: one place for every control that shows it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtGui import QEnterEvent


class Hovered:
    """Mix-in (before the Qt class): `hovered` is true while the pointer is over it. Paints anew when that changes."""

    hovered = False

    def enterEvent(self: Any, event: QEnterEvent) -> None:
        self.hovered = True
        self.update()
        super().enterEvent(event)  # type: ignore[misc]

    def leaveEvent(self: Any, event: QEvent) -> None:
        self.hovered = False
        self.update()
        super().leaveEvent(event)  # type: ignore[misc]
