"""Drawing shared by painted widgets and table delegates. Rectangles are in widget coordinates, sizes from the theme."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTextLayout, QTextOption

from widgets import icons, theme
from widgets.theme import S4, S6, S8

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
WIDEST_SIGN = 16
"""No sign of a cell's text is wider, in pixels at 100 %: what is short need not be measured."""


_SMOOTH = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing


@contextmanager
def smooth(painter: QPainter) -> Iterator[QPainter]:
    """The painter with antialiasing, restored after."""
    painter.save()
    painter.setRenderHints(_SMOOTH)
    try:
        yield painter
    finally:
        painter.restore()


def rounded(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    ground: QColor | None = None,
    line: QColor | None = None,
    width: float = 1,
) -> None:
    """A rounded rectangle inside `rect`, its outline wholly within."""
    half = width / 2 if line is not None else 0
    inner = rect.adjusted(half, half, -half, -half)
    painter.setPen(QPen(line, width) if line is not None else Qt.PenStyle.NoPen)
    painter.setBrush(ground if ground is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(inner, max(0.0, radius - half), max(0.0, radius - half))


def text_width(text: str, style: str) -> float:
    """How wide `text` runs in a type style."""
    return theme.current().metrics(style).horizontalAdvance(text)


def text_height(style: str) -> float:
    """The line height of a type style."""
    return theme.current().metrics(style).height()


def draw_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    style: str,
    ink: str | QColor,
    align: Qt.AlignmentFlag = LEFT,
) -> None:
    """One line of text, elided at its end where it does not fit."""
    look = theme.current()
    painter.setFont(look.font(style))
    painter.setPen(ink if isinstance(ink, QColor) else look.colour(ink))
    shown = look.metrics(style).elidedText(text, Qt.TextElideMode.ElideRight, rect.width() + 0.5)
    painter.drawText(rect, align, shown)


def two_parts(text: str, style: str, room: float) -> tuple[str, str]:
    """`text` as it runs over two lines of `room` pixels: what fits on the first, and the rest (empty where all of it
    fits). Broken between words where there is a place to."""
    if len(text) * theme.current().px(WIDEST_SIGN) <= room or text_width(text, style) <= room + 0.5:
        return text, ""
    layout = QTextLayout(text, theme.current().font(style))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(max(1.0, room))
    first = line.textLength()
    layout.endLayout()
    return text[:first].rstrip(), text[first:].lstrip()


def draw_amount(painter: QPainter, area: QRectF, text: str, style: str, ink: str | QColor) -> float:
    """An amount at the right edge of `area`. It is never cut: where it does not fit it is set narrower. Its width."""
    need = text_width(text, style)
    squeeze = min(1.0, area.width() / need) if need else 1.0
    if squeeze == 1.0:
        draw_text(painter, area, text, style, ink, RIGHT)
        return need
    painter.save()
    painter.translate(area.right(), 0)
    painter.scale(squeeze, 1)
    draw_text(painter, QRectF(-need, area.y(), need, area.height()), text, style, ink, RIGHT)
    painter.restore()
    return area.width()


# Keycaps ----------------------------------------------------------------------------------------------------------


def keycap_size(words: str) -> QSizeF:
    """The room a keycap with `words` takes."""
    look = theme.current()
    height = look.size("keycap")
    return QSizeF(max(height, text_width(words, "keycap") + 2 * S6 + 1), height)


def paint_keycap(painter: QPainter, rect: QRectF, words: str, on: str = "") -> None:
    """A keycap filling `rect`. `on` names the ink of a filled ground (`on_accent`), else plain."""
    look = theme.current()
    if on:
        ink = QColor(look.colour(on))
        ground, line = QColor(ink), QColor(ink)
        ground.setAlphaF(0.16)
        line.setAlphaF(0.45)
        rounded(painter, rect, look.radius("keycap"), ground, line)
    else:
        ink, line = look.colour("text2"), look.colour("control")
        edge = QColor(line)
        edge.setAlphaF(0.55)
        rounded(painter, rect, look.radius("keycap"), look.colour("surface"), edge)
        painter.setPen(QPen(edge, 1))
        y = rect.bottom() - 1.5
        painter.drawLine(QPointF(rect.left() + 3, y), QPointF(rect.right() - 3, y))
    draw_text(painter, rect.adjusted(0, -0.5, 0, -0.5), words, "keycap", ink, CENTRE)


# Pills and badges -------------------------------------------------------------------------------------------------


def pill_size(text: str, icon: str = "", *, dot: bool = False) -> QSizeF:
    """The room a status pill takes."""
    look = theme.current()
    lead = look.size("icon_text") + S6 if icon else (S8 + S4 if dot else 0)
    return QSizeF(2 * 10 + lead + text_width(text, "caption_medium"), look.size("pill"))


def paint_pill(painter: QPainter, rect: QRectF, text: str, meaning: str, icon: str = "", *, dot: bool = False) -> None:
    """A round status pill in the colours of `meaning`."""
    look = theme.current()
    ink = f"{meaning}_text"
    rounded(painter, rect, rect.height() / 2, look.colour(f"{meaning}_soft"), look.colour(f"{meaning}_line"), look.line)
    x = rect.x() + 10
    if icon:
        side = look.size("icon_text")
        icons.paint(painter, QRectF(x, rect.y() + (rect.height() - side) / 2, side, side), icon, ink)
        x += side + S6
    elif dot:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(ink))
        painter.drawEllipse(QPointF(x + 3.5, rect.center().y()), 3.5, 3.5)
        x += S8 + S4
    draw_text(painter, QRectF(x, rect.y(), rect.right() - x - 6, rect.height()), text, "caption_medium", ink)


def badge_size(text: str, icon: str = "") -> QSizeF:
    """The room a money badge takes."""
    look = theme.current()
    lead = look.size("icon_text") + S6 if icon else 0
    return QSizeF(2 * S8 + lead + text_width(text, "caption_strong"), look.size("badge"))


def paint_badge(painter: QPainter, rect: QRectF, text: str, meaning: str, icon: str = "") -> None:
    """A square-cornered money badge in the colours of `meaning`."""
    look = theme.current()
    ink = f"{meaning}_text"
    ground, line = look.colour(f"{meaning}_soft"), look.colour(f"{meaning}_line")
    rounded(painter, rect, look.radius("badge"), ground, line, look.line)
    x = rect.x() + S8
    if icon:
        side = look.size("icon_text")
        icons.paint(painter, QRectF(x, rect.y() + (rect.height() - side) / 2, side, side), icon, ink)
        x += side + S6
    draw_text(painter, QRectF(x, rect.y(), rect.right() - x - 4, rect.height()), text, "caption_strong", ink)


# Rings ------------------------------------------------------------------------------------------------------------


def focus_path(rect: QRectF, radius: float) -> QPainterPath:
    """The outline of a focus ring around a control: 2 px wide, 1 px off."""
    path = QPainterPath()
    path.addRoundedRect(rect.adjusted(-2, -2, 2, 2), radius + 2, radius + 2)
    return path
