"""A QR code as a painted widget: dark on white paper in every theme, so that any scanner reads it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.theme import Themed

QUIET = 4
"""Light modules around the code (ISO/IEC 18004)."""


class QrCode(Themed, QWidget):
    """Shows `text` as a code; nothing while it is empty. `name` is spoken."""

    def __init__(self, name: str, side: int = 208, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.text = ""
        self._rows: tuple[bytes, ...] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def set_text(self, text: str) -> None:
        """Show `text`."""
        if text == self.text:
            return
        import segno

        self.text = text
        self._rows = tuple(bytes(row) for row in segno.make_qr(text, error="m").matrix) if text else ()
        self.update()

    @property
    def rows(self) -> tuple[bytes, ...]:
        """The code's modules, 1 is dark."""
        return self._rows

    def sizeHint(self) -> QSize:
        side = theme.current().px(self._side)
        return QSize(side, side)

    def restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), look.colour("paper"))
        if not self._rows:
            return
        module = max(1, min(self.width(), self.height()) // (len(self._rows) + 2 * QUIET))  # whole pixels: sharp edges
        edge = (self.width() - module * len(self._rows)) // 2
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    spot = QRectF(edge + x * module, edge + y * module, module, module)
                    painter.fillRect(spot, look.colour("ink"))
