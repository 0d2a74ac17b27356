"""The cells of the Ledger's own: the first of a row (fold mark, bubble, day), a tick, and the mark at its right end."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from widgets import icons, theme
from widgets.common import paint
from widgets.common.cells import PAD, two_lines
from widgets.common.pill import Look
from widgets.common.table import CELL_ROLE, ROW_ROLE, CellDelegate, CellTable, Index, cell_area
from widgets.theme import S4

FOLD_ROOM = 16
"""The strip at the left of a row whose mark folds and unfolds it."""
_BUBBLE = 9


@dataclass(frozen=True, slots=True)
class LeadCell:
    """A day (over a second line). `fold` is closed, open or empty; `bubble` is empty or a meaning (bad: red, neutral:
    grey) that the second line says in words."""

    title: str
    subtitle: str = ""
    style: str = "table"
    ink: str = "text"
    fold: str = ""
    bubble: str = ""

    @property
    def spoken(self) -> str:
        words = f"{self.title}, {self.subtitle}" if self.subtitle else self.title
        return f"{words}, {'unfolded' if self.fold == 'open' else 'folded'}" if self.fold else words


@dataclass(frozen=True, slots=True)
class TickCell:
    """A box that is ticked or not."""

    ticked: bool

    @property
    def spoken(self) -> str:
        return "ticked" if self.ticked else "not ticked"


@dataclass(frozen=True, slots=True)
class MarkCell:
    """A look, right aligned; `square` for money."""

    look: Look | None
    square: bool = False

    @property
    def spoken(self) -> str:
        return self.look[0] if self.look else ""


class MarkDelegate(CellDelegate):
    """Paints the Ledger's own cells; everything else as in every list."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, MarkCell | LeadCell | TickCell):
            super().paint(painter, option, index)
            return
        view = self.parent()
        assert isinstance(view, CellTable)
        area: QRectF = QRectF(option.rect)
        selected, hover = view.is_selected(index.row()), view.hover_row == index.row()
        with paint.smooth(painter):
            self._ground(painter, area, index.data(ROW_ROLE), first=index.column() == 0, selected=selected,
                         hover=hover)  # fmt: skip
            if isinstance(cell, LeadCell):
                _paint_lead(painter, area, cell_area(area, index), cell, lit=selected or hover)
            elif isinstance(cell, TickCell):
                _paint_tick(painter, area, ticked=cell.ticked)
            elif cell.look is not None:
                _paint_mark(painter, area.adjusted(S4, 0, -PAD, -1), cell.look, square=cell.square)


def _paint_lead(painter: QPainter, area: QRectF, room: QRectF, cell: LeadCell, *, lit: bool) -> None:
    look = theme.current()
    side = look.px(10)
    if cell.fold and (lit or cell.fold == "open" or cell.bubble):
        spot = QRectF(area.x() + 4, area.y() + (area.height() - side) / 2, side, side)
        icons.paint(painter, spot, "chevron-down" if cell.fold == "open" else "chevron-right", "muted")
    if not cell.subtitle:
        paint.draw_text(painter, room, cell.title, cell.style, cell.ink, paint.LEFT)
        return
    dot = look.px(_BUBBLE)
    if not cell.bubble:
        two_lines(painter, room, cell.title, cell.subtitle, cell.style, cell.ink)
        return
    two_lines(painter, QRectF(room).adjusted(dot + 12, 0, 0, 0), cell.title, cell.subtitle, cell.style, cell.ink)
    spot = QRectF(room.x() + 6, area.y() + (area.height() - dot) / 2, dot, dot)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour(f"{cell.bubble}_solid"))
    painter.drawEllipse(spot)


def _paint_tick(painter: QPainter, area: QRectF, *, ticked: bool) -> None:
    look = theme.current()
    side = look.px(17)
    mark = QRectF(area.x() + PAD - 2, area.y() + (area.height() - side) / 2, side, side)
    if ticked:
        paint.rounded(painter, mark, 4, look.colour("accent"))
        icons.paint(painter, mark.adjusted(2, 2, -2, -2), "check", "on_accent")
    else:
        paint.rounded(painter, mark, 4, look.colour("surface"), look.colour("control"), look.line)


def _paint_mark(painter: QPainter, area: QRectF, look: Look, *, square: bool) -> None:
    text, meaning, icon = look
    size = paint.badge_size(text, icon) if square else paint.pill_size(text, icon)
    wide = min(size.width(), area.width())
    y = round(area.y() + (area.height() - size.height()) / 2)
    spot = QRectF(round(area.right() - wide), y, wide, size.height())
    (paint.paint_badge if square else paint.paint_pill)(painter, spot, text, meaning, icon)
