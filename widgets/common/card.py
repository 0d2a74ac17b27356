"""Cards and what stands on them: figures, empty states, avatars, skeletons."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets import icons, theme
from widgets.common import paint
from widgets.common.text import Text
from widgets.theme import S4, S8, S12, S16, S20, S24, Themed


class Card(Themed, QFrame):
    """A flat card with a border. `ground` and `line` are tokens; `clip` rounds the corners of what lies in it (tables).

    `body` is its vertical layout; `inset` its margin in pixels (-1: the theme's, 0: none).
    """

    def __init__(
        self,
        *,
        ground: str = "surface",
        line: str = "border",
        inset: int = -1,
        radius: str = "card",
        clip: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._ground, self._line, self._inset, self._radius = ground, line, inset, radius
        self._width = 1
        self.body = QVBoxLayout(self)
        self.body.setSpacing(0)
        self._corners = _Corners(self, radius) if clip else None
        self.follow_theme()

    def set_look(self, *, ground: str | None = None, line: str | None = None, width: int = 1) -> None:
        """Another ground, another border (tokens) or a thicker one."""
        self._ground, self._line, self._width = ground or self._ground, line or self._line, width
        self.update()

    def restyle(self) -> None:
        inset = theme.current().size("inset") if self._inset < 0 else self._inset
        edge = 1 if self._inset == 0 else inset
        self.body.setContentsMargins(edge, edge, edge, edge)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._corners is not None:
            self._corners.setGeometry(self.rect())
            self._corners.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        width = max(self._width, look.line)
        with paint.smooth(QPainter(self)) as painter:
            paint.rounded(
                painter, QRectF(self.rect()), look.radius(self._radius), look.colour(self._ground),
                look.colour(self._line), width,
            )  # fmt: skip


class _Corners(QWidget):
    """Lies over a card and rounds what reaches into its corners."""

    def __init__(self, card: QWidget, radius: str) -> None:
        super().__init__(card)
        self._radius = radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        area, radius = QRectF(self.rect()), look.radius(self._radius)
        outside = QPainterPath()
        outside.addRect(area)
        card = QPainterPath()
        card.addRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        with paint.smooth(QPainter(self)) as painter:
            painter.fillPath(outside.subtracted(card), look.colour("canvas"))
            painter.setPen(QPen(look.colour("border"), look.line))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(card)


class Bar(Themed, QWidget):
    """A thin bar that shows a part of a whole, 0 to 1."""

    def __init__(self, ink: str = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink, self._part = ink, 0.0
        self.setFixedHeight(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def set_part(self, part: float) -> None:
        """Show `part` of the whole."""
        self._part = min(1.0, max(0.0, part))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area = theme.current(), QRectF(self.rect())
        with paint.smooth(QPainter(self)) as painter:
            paint.rounded(painter, area, 3, look.colour("hover"))
            if self._part > 0:
                filled = QRectF(area.x(), area.y(), max(6.0, area.width() * self._part), area.height())
                paint.rounded(painter, filled, 3, look.colour(self._ink))


class FigureCard(Card):
    """One figure: a title, the figure, a note beside or under it, an icon or a bar. Emits `clicked`."""

    clicked = Signal()

    def __init__(self, title: str, icon: str = "", *, note_below: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._icon, self._icon_ink = icon, "muted"
        self._title = Text(title, "caption_medium", "text2", elide=True)
        self._figure = Text("", "amount_s")
        self._note = Text("", "caption", "muted", elide=True)
        self._bar = Bar()
        self._bar.hide()
        self.body.addWidget(self._title)
        row = QHBoxLayout()
        row.setSpacing(S8)
        row.addWidget(self._figure, 0, Qt.AlignmentFlag.AlignBaseline)
        if not note_below:
            row.addWidget(self._note, 1, Qt.AlignmentFlag.AlignBaseline)
        else:
            row.addStretch(1)
        self.body.addStretch(1)
        self.body.addLayout(row)
        if note_below:
            self.body.addWidget(self._note)
        self.body.addWidget(self._bar)
        self.body.addStretch(1)
        self.restyle()

    def set(
        self, figure: str, note: str = "", *, ink: str = "text", part: float | None = None, icon_ink: str = "muted"
    ) -> None:
        """Show `figure` in colour `ink`, its `note`, and `part` of a whole as a bar."""
        self._figure.setText(figure)
        self._figure.set_look(ink=ink)
        self._note.setText(note)
        self._icon_ink = icon_ink
        self._bar.setVisible(part is not None)
        if part is not None:
            self._bar.set_part(part)
        self.setAccessibleName(f"{self._title.text()}: {figure} {note}".strip())
        self.update()

    def restyle(self) -> None:
        super().restyle()
        self.body.setContentsMargins(S16, 12, S16, 10)
        self.setFixedHeight(theme.current().px(66 if theme.current().compact else 78))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._icon:
            side = theme.current().size("icon")
            with paint.smooth(QPainter(self)) as painter:
                spot = QRectF(self.width() - S16 - side, 12, side, side)
                icons.paint(painter, spot, self._icon, self._icon_ink)


class Avatar(Themed, QWidget):
    """Initials on a round ground; `size` names a size of the theme. `tokens` are ground and text."""

    def __init__(
        self, initials: str = "", *, size: str = "avatar", tokens: tuple[str, str] = ("selected", "accent"),
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._initials, self._size, self._inks = initials, size, tokens
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def set(self, initials: str, tokens: tuple[str, str] | None = None) -> None:
        """Show other initials, or other colours."""
        self._initials, self._inks = initials, tokens or self._inks
        self.update()

    def sizeHint(self) -> QSize:
        return icons.size(theme.current().size(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        with paint.smooth(QPainter(self)) as painter:
            paint_avatar(painter, QRectF(self.rect()), self._initials, self._inks)


def paint_avatar(painter: QPainter, area: QRectF, initials: str, tokens: tuple[str, str]) -> None:
    """Initials on a round ground filling `area`."""
    look = theme.current()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour(tokens[0]))
    painter.drawEllipse(area)
    style = "heading_s" if area.height() >= look.px(40) else "caption_strong"
    paint.draw_text(painter, area, initials, style, tokens[1], paint.CENTRE)


_BARS: Final = ((0, 0.1, 10), (0.14, 0.36, 9), (0.14, 0.22, 8), (0.86, 0.14, 9))


class Skeleton(Themed, QWidget):
    """Grey bars where rows will be: only while nothing at all is known yet."""

    def __init__(self, rows: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setAccessibleName("Loading")
        self.follow_theme()

    def sizeHint(self) -> QSize:
        return QSize(200, self._rows * theme.current().size("row"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, row = theme.current(), theme.current().size("row")
        width = self.width()
        with paint.smooth(QPainter(self)) as painter:
            for number in range(self._rows):
                for at, (x, wide, high) in enumerate(_BARS):
                    y = number * row + (row * 0.22 if at == 1 else row * 0.58 if at == 2 else row * 0.36)
                    wide_now = wide + (0.03 * number if at == 1 else 0)
                    paint.rounded(
                        painter, QRectF(x * width, y, wide_now * width, high), high / 2, look.colour("neutral_soft")
                    )


def skeleton_page(skeleton: Skeleton) -> QWidget:
    """The skeleton at the top of a page of a list, inset as the rows will be."""
    page = QWidget()
    body = QVBoxLayout(page)
    body.setContentsMargins(S16, S12, S16, S12)
    body.addWidget(skeleton)
    body.addStretch(1)
    return page


class EmptyState(QWidget):
    """Nothing to show, said calmly: icon, one sentence, a second line, and a way on (add buttons to `ways`)."""

    def __init__(
        self, icon: str, title: str, text: str = "", *, ink: str = "muted", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon = IconLabel(icon, ink, 34)
        self.title = Text(title, "heading_s", align=Qt.AlignmentFlag.AlignCenter, wrap=True)
        self.text = Text(text, "body", "muted", align=Qt.AlignmentFlag.AlignCenter, wrap=True)
        if not text:
            self.text.hide()
        self.ways = QHBoxLayout()
        self.ways.setSpacing(S8)
        self.ways.setAlignment(Qt.AlignmentFlag.AlignCenter)
        body = QVBoxLayout(self)
        body.setContentsMargins(S24, S20, S24, S20)
        body.setSpacing(S4)
        body.addStretch(1)
        body.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        body.addSpacing(S8)
        body.addWidget(self.title)
        body.addWidget(self.text)
        body.addSpacing(S8)
        body.addLayout(self.ways)
        body.addStretch(1)


class IconLabel(Themed, QWidget):
    """An icon beside words that say the same; not spoken."""

    def __init__(self, icon: str, ink: str = "text", pixels: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._ink, self._pixels = icon, ink, pixels
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def set(self, icon: str, ink: str) -> None:
        """Another icon or colour."""
        self._icon, self._ink = icon, ink
        self.update()

    def sizeHint(self) -> QSize:
        return icons.size(theme.current().px(self._pixels))

    def paintEvent(self, _event: QPaintEvent) -> None:
        icons.paint(QPainter(self), QRectF(self.rect()), self._icon, self._ink)


class IconTile(Themed, QWidget):
    """An icon on a soft rounded ground of a meaning, as beside devices and attention items."""

    def __init__(self, icon: str, meaning: str = "neutral", pixels: int = 36, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._meaning, self._pixels = icon, meaning, pixels
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def set(self, icon: str, meaning: str) -> None:
        """Another icon or meaning."""
        self._icon, self._meaning = icon, meaning
        self.update()

    def sizeHint(self) -> QSize:
        return icons.size(theme.current().px(self._pixels))

    def paintEvent(self, _event: QPaintEvent) -> None:
        with paint.smooth(QPainter(self)) as painter:
            paint_icon_tile(painter, QRectF(self.rect()), self._icon, self._meaning)


def paint_icon_tile(painter: QPainter, area: QRectF, icon: str, meaning: str) -> None:
    """An icon on the soft ground of `meaning`, filling `area`."""
    look = theme.current()
    paint.rounded(painter, area, look.radius("control"), look.colour(f"{meaning}_soft"))
    side = look.size("icon_l")
    spot = QRectF(area.center().x() - side / 2, area.center().y() - side / 2, side, side)
    icons.paint(painter, spot, icon, f"{meaning}_text")
