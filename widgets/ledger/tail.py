"""The mark at a row's right end: a round pill for a state, a square badge for money."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from widgets.common import paint
from widgets.common.cells import PAD
from widgets.common.pill import Look
from widgets.common.table import CELL_ROLE, ROW_ROLE, CellDelegate, CellTable, Index
from widgets.theme import S4


@dataclass(frozen=True, slots=True)
class MarkCell:
    """A look, right aligned; `square` for money."""

    look: Look | None
    square: bool = False

    @property
    def spoken(self) -> str:
        return self.look[0] if self.look else ""


class MarkDelegate(CellDelegate):
    """Paints marks; everything else as in every list."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, MarkCell):
            super().paint(painter, option, index)
            return
        view = self.parent()
        assert isinstance(view, CellTable)
        area = QRectF(option.rect)
        with paint.smooth(painter):
            self._ground(painter, area, index.data(ROW_ROLE), first=False, selected=view.is_selected(index.row()),
                         hover=view.hover_row == index.row())  # fmt: skip
            if cell.look is not None:
                _paint_mark(painter, area.adjusted(S4, 0, -PAD, -1), cell.look, square=cell.square)


def _paint_mark(painter: QPainter, area: QRectF, look: Look, *, square: bool) -> None:
    text, meaning, icon = look
    size = paint.badge_size(text, icon) if square else paint.pill_size(text, icon)
    wide = min(size.width(), area.width())
    y = round(area.y() + (area.height() - size.height()) / 2)
    spot = QRectF(round(area.right() - wide), y, wide, size.height())
    (paint.paint_badge if square else paint.paint_pill)(painter, spot, text, meaning, icon)
