"""A signature as it was drawn, small."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from models.rules.signatures import fitted, strokes_of
from widgets import theme
from widgets.common import paint
from widgets.theme import Themed

_WIDE, _HIGH, _EDGE = 104, 30, 3


class SignaturePicture(Themed, QWidget):
    """What was drawn, fitted into a small frame; hidden where there is nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.hide()
        self.follow_theme()

    @property
    def text(self) -> str:
        """The strokes that are shown, as `models.rules.signatures` writes them."""
        return self._text

    def show_signature(self, text: str, name: str) -> None:
        """Show the strokes of `text`, drawn by `name`; nothing where it is empty."""
        self._text = text
        self.setAccessibleName(f"Signature of {name}" if text else "")
        self.setVisible(bool(text))
        self.update()

    def restyle(self) -> None:
        look = theme.current()
        self.setFixedSize(look.px(_WIDE), look.px(_HIGH))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, edge = theme.current(), theme.current().px(_EDGE)
        strokes = fitted(strokes_of(self._text), self.width() - 2 * edge, self.height() - 2 * edge)
        with paint.smooth(QPainter(self)) as painter:
            painter.setPen(QPen(look.colour("text"), look.px(1)))
            for stroke in strokes:
                points = [QPointF(edge + x, self.height() - edge - y) for x, y in stroke]
                painter.drawPolyline(QPolygonF(points))
