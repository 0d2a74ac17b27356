"""The receipt as the printer will put it on paper, painted line by line from the print image."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import segno
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.views import Roll
from receipts.document import ReceiptDocument
from receipts.layouts.common import Block, Code, Rule, Text, blocks
from widgets import fonts, theme
from widgets.common import paint
from widgets.theme import Themed

_MARGIN_X: Final = 14
_MARGIN_Y: Final = 16
_TOOTH: Final = 8
_LEAST_PIXELS: Final = 8
_MOST_PIXELS: Final = 12
_CODE_SHARE: Final = 0.25


class Paper(Themed, QWidget):
    """A strip of receipt. Narrow rooms make the letters smaller, never the line shorter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document: ReceiptDocument | None = None
        self._roll = Roll()
        self._blocks: tuple[Block, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.follow_theme()

    def show_document(self, document: ReceiptDocument | None, roll: Roll) -> None:
        """Show `document` as it lies on this `roll`, or an empty place."""
        if (document, roll) == (self._document, self._roll):
            return
        self._document = document
        self.show_blocks(blocks(document, roll.columns, roll.code_page) if document else (), roll)

    def show_blocks(self, laid: tuple[Block, ...], roll: Roll) -> None:
        """Show what was laid out for this `roll` already, without what its printer does not draw."""
        drawn = laid if roll.draws_qr else tuple(block for block in laid if not isinstance(block, Code))
        self._roll, self._blocks = roll, drawn
        said = "\n".join(block.text.strip() for block in self._blocks if isinstance(block, Text))
        self.setAccessibleName("Receipt")
        self.setAccessibleDescription(said)
        self.updateGeometry()
        self.update()

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the print image, for who reads instead of looks."""
        return tuple(block.text for block in self._blocks if isinstance(block, Text))

    @property
    def shows_code(self) -> bool:
        """Is there a QR code on it?"""
        return any(isinstance(block, Code) for block in self._blocks)

    # Sizes ------------------------------------------------------------------------------------------------------

    def _pixels(self, width: int) -> int:
        """The largest letters with which a full line fits."""
        for pixels in range(theme.current().px(_MOST_PIXELS), _LEAST_PIXELS, -1):
            if self._advance(pixels) * self._roll.columns + 2 * _MARGIN_X <= width:
                return pixels
        return _LEAST_PIXELS

    @staticmethod
    @lru_cache(maxsize=64)
    def _advance(pixels: int) -> float:
        return QFontMetricsF(fonts.font(pixels, 400, mono=True)).horizontalAdvance("0")

    def _line_height(self, pixels: int) -> float:
        return round(pixels * 1.3)

    def _height_of(self, block: Block, pixels: int, width: float) -> float:
        line = self._line_height(pixels)
        if isinstance(block, Text):
            return line * (1.45 if block.tall else 1)
        return line * 0.8 if isinstance(block, Rule) else width * _CODE_SHARE + line * 0.8

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        pixels = self._pixels(width)
        inner = self._advance(pixels) * self._roll.columns
        total = sum(self._height_of(block, pixels, inner) for block in self._blocks)
        return round(total + 2 * _MARGIN_Y + _TOOTH)

    def sizeHint(self) -> QSize:
        width = round(self._advance(theme.current().px(_MOST_PIXELS)) * self._roll.columns + 2 * _MARGIN_X + 1)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        width = round(self._advance(_LEAST_PIXELS) * self._roll.columns + 2 * _MARGIN_X + 1)
        return QSize(width, theme.current().px(120))

    # Painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._blocks:
            return
        look = theme.current()
        ink = look.colour("ink")
        with paint.smooth(QPainter(self)) as painter:
            pixels, high = self._pixels(self.width()), self.heightForWidth(self.width())
            wide = self._advance(pixels) * self._roll.columns
            top = max(0, (self.height() - high) // 2)
            sheet = QRectF((self.width() - wide) / 2 - _MARGIN_X, top, wide + 2 * _MARGIN_X, high)
            self._paint_sheet(painter, sheet, look.colour("paper"), look.colour("border"))
            x, y = (self.width() - wide) / 2, float(top + _MARGIN_Y)
            for block in self._blocks:
                height = self._height_of(block, pixels, wide)
                self._paint_block(painter, block, QRectF(x, y, wide, height), pixels, ink)
                y += height

    @staticmethod
    def _paint_sheet(painter: QPainter, sheet: QRectF, ground: QColor, line: QColor) -> None:
        area = sheet.adjusted(0.5, 0.5, -0.5, -0.5)
        foot = area.bottom() - _TOOTH / 2
        teeth = max(1, round(area.width() / _TOOTH))
        step = area.width() / teeth
        shape = QPolygonF([area.topLeft(), area.topRight(), QPointF(area.right(), foot)])
        for n in range(teeth):
            right = area.right() - n * step
            shape.append(QPointF(right - step / 2, area.bottom()))
            shape.append(QPointF(right - step, foot))
        painter.setPen(QPen(line, 1))
        painter.setBrush(ground)
        painter.drawPolygon(shape)

    def _paint_block(self, painter: QPainter, block: Block, area: QRectF, pixels: int, ink: QColor) -> None:
        if isinstance(block, Code):
            side = area.width() * _CODE_SHARE
            _paint_code(
                painter, QRectF(area.center().x() - side / 2, area.bottom() - side - 4, side, side), block.data, ink
            )
        elif isinstance(block, Rule):
            painter.setPen(QPen(ink, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), area.center().y()), QPointF(area.right(), area.center().y()))
        else:
            self._paint_text(painter, block, area, pixels, ink)

    def _paint_text(self, painter: QPainter, block: Text, area: QRectF, pixels: int, ink: QColor) -> None:
        """Every letter stands on the printer's grid; a tall line is stretched as the printer does it."""
        painter.save()
        painter.setPen(ink)
        painter.setFont(fonts.font(pixels, 600 if block.bold else 400, mono=True))
        inset = (
            area.width()
            / self._roll.columns
            * ((self._roll.columns - len(block.text)) // 2 if block.align == "center" else 0)
        )
        spot = QRectF(area.x() + inset, area.y(), area.width(), area.height())
        if block.tall:
            painter.setTransform(QTransform.fromScale(1, 1.3), combine=True)
            spot = QRectF(spot.x(), spot.y() / 1.3, spot.width(), spot.height() / 1.3)
        painter.drawText(spot, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), block.text)
        painter.restore()


@lru_cache(maxsize=16)
def _modules(data: str) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in segno.make(data, error="m", micro=False).matrix)


def _paint_code(painter: QPainter, area: QRectF, data: str, ink: QColor) -> None:
    rows = _modules(data)
    side = area.width() / len(rows)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                painter.fillRect(QRectF(area.x() + x * side, area.y() + y * side, side + 0.5, side + 0.5), ink)
    painter.restore()
