"""The logo, drawn from its file at any size."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

import resources
from widgets import icons, theme
from widgets.theme import Themed


@lru_cache(maxsize=1)
def _renderer() -> QSvgRenderer:
    return QSvgRenderer(str(resources.path("logo.svg")))


class Logo(Themed, QWidget):
    """The receipt with a cross, `pixels` wide at 100 %."""

    def __init__(self, pixels: int = 26, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixels = pixels
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def sizeHint(self) -> QSize:
        return icons.size(theme.current().px(self._pixels))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _renderer().render(painter, QRectF(self.rect()))
