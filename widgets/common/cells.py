"""What a table cell shows, as data, and how each kind is painted. Models hold cells, one delegate paints them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from models.basics.money import show_cents
from widgets import icons, theme
from widgets.common import paint
from widgets.common.card import paint_avatar, paint_icon_tile
from widgets.common.pill import Look, money_look
from widgets.common.text import NOT_APPLICABLE
from widgets.theme import S6, S8

Marks = tuple[tuple[int, int], ...]
"""Parts of a title to mark, as (first, behind the last) sign."""


@dataclass(frozen=True, slots=True)
class WordsCell:
    """One line, or a title over a quiet second line."""

    title: str
    subtitle: str = ""
    style: str = "table"
    ink: str = "text"
    right: bool = False
    marks: Marks = ()

    @property
    def spoken(self) -> str:
        return f"{self.title}, {self.subtitle}" if self.subtitle else self.title


@dataclass(frozen=True, slots=True)
class PillCell:
    """A status pill; `look` as from `widgets.common.pill`."""

    look: Look
    right: bool = False

    @property
    def spoken(self) -> str:
        return self.look[0]


@dataclass(frozen=True, slots=True)
class BadgeCell:
    """Money on account: credit and prepaid side by side; nothing where both are zero."""

    credit_cents: int = 0
    prepaid_cents: int = 0

    @property
    def looks(self) -> list[Look]:
        """The badges to draw, at most two."""
        pairs = (("credit", self.credit_cents), ("prepaid", self.prepaid_cents))
        return [money_look(kind, cents) for kind, cents in pairs if cents]

    @property
    def spoken(self) -> str:
        return ", ".join(look[0] for look in self.looks)


@dataclass(frozen=True, slots=True)
class MoneyCell:
    """An amount, right aligned; None is an em dash. `icon` stands before it; `words` replace it."""

    cents: int | None
    style: str = "table_strong"
    ink: str = "text"
    icon: str = ""
    words: str = ""

    @property
    def text(self) -> str:
        return self.words or (NOT_APPLICABLE if self.cents is None else show_cents(self.cents))

    @property
    def spoken(self) -> str:
        return self.words or ("none" if self.cents is None else show_cents(self.cents))


@dataclass(frozen=True, slots=True)
class AvatarCell:
    """Initials, then a title over a quiet second line."""

    initials: str
    title: str
    subtitle: str = ""
    marks: Marks = ()

    @property
    def spoken(self) -> str:
        return f"{self.title}, {self.subtitle}" if self.subtitle else self.title


@dataclass(frozen=True, slots=True)
class IconCell:
    """An icon on the soft ground of a meaning, then a title over a quiet second line."""

    icon: str
    meaning: str
    title: str
    subtitle: str = ""

    @property
    def spoken(self) -> str:
        return f"{self.title}, {self.subtitle}" if self.subtitle else self.title


@dataclass(frozen=True, slots=True)
class TailCell:
    """What a row leads to, right aligned: a badge or words, and on the selected row the key that opens it."""

    words: str = ""
    style: str = "body"
    ink: str = "muted"
    look: Look | None = None
    key: str = ""

    @property
    def spoken(self) -> str:
        return self.look[0] if self.look else self.words


class Shown(Protocol):
    """What every kind of cell has, also those a screen makes for itself: how it is read out."""

    @property
    def spoken(self) -> str:
        """The cell in words."""


Cell = Shown | None
"""A cell of a row; None shows nothing."""


class RowKind(StrEnum):
    """ROW may be selected. RULE is a line through the list with words (the Now line), SECTION a heading between rows,
    TOTAL a sum on a sunken ground."""

    ROW = "row"
    RULE = "rule"
    SECTION = "section"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. `key` is its identity over refreshes; `spoken` the row as one sentence (default: its cells' words);
    RULE and SECTION rows have one cell, whose words they show."""

    key: str
    cells: tuple[Cell, ...]
    kind: RowKind = RowKind.ROW
    spoken: str = ""

    @property
    def sentence(self) -> str:
        """What a screen reader says for the row."""
        return self.spoken or ", ".join(cell.spoken for cell in self.cells if cell is not None and cell.spoken)


PAD: Final = 16
"""Room at both sides of a cell."""


def _draw_words(painter: QPainter, area: QRectF, cell: WordsCell, _selected: bool) -> None:
    align = paint.RIGHT if cell.right else paint.LEFT
    if not cell.subtitle and (cell.right or not paint.two_parts(cell.title, cell.style, area.width())[1]):
        paint.draw_text(painter, area, cell.title, cell.style, cell.ink, align)
        return
    two_lines(painter, area, cell.title, cell.subtitle, cell.style, cell.ink, align, cell.marks)


def two_lines(
    painter: QPainter,
    area: QRectF,
    title: str,
    subtitle: str,
    style: str = "body_medium",
    ink: str = "text",
    align: Qt.AlignmentFlag = paint.LEFT,
    marks: Marks = (),
) -> None:
    """A title over a quiet second line, in the middle of `area`; `marks` are grounds behind parts of the title. A title
    too long for its line goes on in another one where the row has the height for it (`lines_more`); one at the right is
    an amount, and never cut."""
    first, second = paint.text_height(style), paint.text_height("caption") if subtitle else 0.0
    rest_of_title = ""
    if area.height() >= 2 * first + second + 3 and align != paint.RIGHT and not marks:
        title, rest_of_title = paint.two_parts(title, style, area.width())
    high = 2 * first if rest_of_title else first
    top = area.y() + (area.height() - high - second) / 2 + 1
    line = QRectF(area.x(), top, area.width(), first)
    for begin, end in marks:
        left = line.x() + paint.text_width(title[:begin], style)
        width = min(paint.text_width(title[begin:end], style), line.right() - left)
        paint.rounded(painter, QRectF(left - 1, top, width + 2, first), 2, theme.current().colour("warn_soft"))
    if align == paint.RIGHT:
        paint.draw_amount(painter, line, title, style, ink)
    else:
        paint.draw_text(painter, line, title, style, ink, align)
    if rest_of_title:
        paint.draw_text(painter, line.translated(0, first), rest_of_title, style, ink, align)
    rest = QRectF(area.x(), top + high, area.width(), second)
    paint.draw_text(painter, rest, subtitle, "caption", "muted", align)


def lines_more(cell: Cell, room: float) -> int:
    """By how many pixels a row must grow so that the title of `cell` is read to its end, as far as two lines of `room`
    pixels hold it; 0 where one line does."""
    if isinstance(cell, WordsCell) and not cell.right and not cell.marks:
        title, style, beside = cell.title, cell.style, 0.0
    elif isinstance(cell, IconCell):
        title, style, beside = cell.title, "body_strong", theme.current().px(36) + 12.0
    else:
        return 0
    return round(paint.text_height(style)) if paint.two_parts(title, style, room - beside)[1] else 0


def _draw_pill(painter: QPainter, area: QRectF, cell: PillCell, _selected: bool) -> None:
    text, meaning, icon = cell.look
    size = paint.pill_size(text, icon)
    width = min(size.width(), area.width())
    x = area.right() - width if cell.right else area.x()
    spot = QRectF(round(x), round(area.y() + (area.height() - size.height()) / 2), width, size.height())
    paint.paint_pill(painter, spot, text, meaning, icon)


def fitting(cell: BadgeCell, room: float) -> list[Look]:
    """The badges of a cell as they fit: without icons, then as bare amounts. An amount is never cut."""
    amounts = [show_cents(cents) for cents in (cell.credit_cents, cell.prepaid_cents) if cents]
    plain = [(text, meaning, "") for text, meaning, _icon in cell.looks]
    bare = [(amount, meaning, "") for amount, (_text, meaning, _icon) in zip(amounts, plain, strict=True)]
    for looks in (cell.looks, plain, bare):
        if sum(paint.badge_size(text, icon).width() + S6 for text, _meaning, icon in looks) - S6 <= room:
            return looks
    return bare


def _draw_badges(painter: QPainter, area: QRectF, cell: BadgeCell, _selected: bool) -> None:
    x = area.x()
    for text, meaning, icon in fitting(cell, area.width()):
        size = paint.badge_size(text, icon)
        room = area.right() - x
        if room < theme.current().px(24):
            return
        spot = QRectF(
            round(x), round(area.y() + (area.height() - size.height()) / 2), min(size.width(), room), size.height()
        )
        paint.paint_badge(painter, spot, text, meaning, icon)
        x += size.width() + S6


def _draw_money(painter: QPainter, area: QRectF, cell: MoneyCell, _selected: bool) -> None:
    ink = "muted" if cell.cents is None and not cell.words else cell.ink
    wide = paint.draw_amount(painter, area, cell.text, cell.style, ink)
    if cell.icon:
        side = theme.current().size("icon_text") + 1
        x = area.right() - wide - S6 - side
        icon_ink = "ok_text" if cell.icon == "check" else ink
        icons.paint(painter, QRectF(x, area.y() + (area.height() - side) / 2, side, side), cell.icon, icon_ink)


def _draw_avatar(painter: QPainter, area: QRectF, cell: AvatarCell, selected: bool) -> None:
    side = theme.current().px(36)
    spot = QRectF(area.x(), area.y() + (area.height() - side) / 2, side, side)
    paint_avatar(painter, spot, cell.initials, ("selected", "accent") if selected else ("neutral_soft", "text2"))
    two_lines(painter, area.adjusted(side + 14, 0, 0, 0), cell.title, cell.subtitle, "heading_s", marks=cell.marks)


def _draw_icon(painter: QPainter, area: QRectF, cell: IconCell, _selected: bool) -> None:
    side = theme.current().px(36)
    spot = QRectF(area.x(), area.y() + (area.height() - side) / 2, side, side)
    paint_icon_tile(painter, spot, cell.icon, cell.meaning)
    two_lines(painter, area.adjusted(side + 12, 0, 0, 0), cell.title, cell.subtitle, "body_strong")


def _draw_tail(painter: QPainter, area: QRectF, cell: TailCell, selected: bool) -> None:
    right, middle = area.right(), area.center().y()
    if selected and cell.key:
        size = paint.keycap_size(cell.key)
        right -= size.width()
        paint.paint_keycap(painter, QRectF(right, middle - size.height() / 2, size.width(), size.height()), cell.key)
        right -= S8 + 2
    if cell.look is not None:
        badge = paint.badge_size(cell.look[0], cell.look[2])
        width = min(badge.width(), right - area.x())
        spot = QRectF(round(right - width), round(middle - badge.height() / 2), width, badge.height())
        paint.paint_badge(painter, spot, *cell.look)
    else:
        rest = QRectF(area.x(), area.y(), right - area.x(), area.height())
        paint.draw_text(painter, rest, cell.words, cell.style, cell.ink, paint.RIGHT)


PAINTERS: Final[dict[type, Callable[..., Any]]] = {
    WordsCell: _draw_words,
    PillCell: _draw_pill,
    BadgeCell: _draw_badges,
    MoneyCell: _draw_money,
    AvatarCell: _draw_avatar,
    IconCell: _draw_icon,
    TailCell: _draw_tail,
}


def draw_rule(painter: QPainter, area: QRectF, words: str) -> None:
    """The Now line: words on a red chip, then a red line to the right edge."""
    look = theme.current()
    width = paint.text_width(words, "caption_strong") + 2 * S8
    chip = QRectF(area.x() + PAD - 4, area.y(), width, area.height())
    paint.rounded(painter, chip, look.radius("badge"), look.colour("bad_solid"))
    paint.draw_text(painter, chip, words, "caption_strong", "on_bad", paint.CENTRE)
    painter.setPen(QPen(look.colour("bad_solid"), 2))
    y = area.center().y()
    painter.drawLine(QPointF(chip.right() + S8, y), QPointF(area.right() - PAD, y))
