"""Two small charts, painted from tokens: bars by month, and one bar cut into statuses with its legend."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.payment_views import Month
from widgets import theme
from widgets.common import paint
from widgets.payments.figures import SHORT_WORDS, Slice, axis_text, bar_words, steps
from widgets.theme import S4, S8, Themed

_LEAST_SHARE = 2.0
"""A slice with anything in it is seen: so many pixels at least."""


class TrendChart(Themed, QWidget):
    """Bars by month. The last is running: filled as far as it has come, its projection dashed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: tuple[Month, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.follow_theme()

    def set(self, bars: tuple[Month, ...], spoken: str) -> None:
        """Show `bars`, oldest first; `spoken` is the chart in words."""
        self._bars = bars
        self.setAccessibleName(spoken)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(520), theme.current().px(116))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(260), theme.current().px(64))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._bars:
            return
        with paint.smooth(QPainter(self)) as painter:
            plot, top = self._axis(painter)
            share = plot.width() / len(self._bars)
            for number, bar in enumerate(self._bars):
                place = QRectF(plot.x() + number * share, plot.y(), share, plot.height())
                self._bar(painter, place, bar, top, running=number == len(self._bars) - 1)

    def _axis(self, painter: QPainter) -> tuple[QRectF, int]:
        """Draw lines and their sums; where the bars stand, and what the top line says."""
        look = theme.current()
        lines = steps(max(max(bar.cents, bar.projected_cents) for bar in self._bars))
        words = [axis_text(cents) for cents in lines]
        left = max(paint.text_width(each, "caption") for each in words) + S8
        high = paint.text_height("caption")
        plot = QRectF(left, high / 2, self.width() - left, self.height() - 1.5 * high - S4)
        for cents, said in zip(lines, words, strict=True):
            y = round(plot.bottom() - plot.height() * cents / lines[-1]) + 0.5
            painter.setPen(QPen(look.colour("border" if cents == 0 else "hairline"), 1))
            painter.drawLine(int(plot.x()), int(y), int(plot.right()), int(y))
            paint.draw_text(painter, QRectF(0, y - high / 2, left - S8, high), said, "caption", "muted", paint.RIGHT)
        return plot, lines[-1]

    def _bar(self, painter: QPainter, place: QRectF, bar: Month, top: int, *, running: bool) -> None:
        look = theme.current()
        wide = min(place.width() * 0.56, look.px(44))
        x = place.center().x() - wide / 2

        def area(cents: int) -> QRectF:
            high = place.height() * max(cents, 0) / top
            return QRectF(x, place.bottom() - high, wide, high)

        if bar.cents > 0:
            painter.fillPath(_standing(area(bar.cents)), look.colour("chart_current" if running else "chart_past"))
        if running and bar.projected_cents > bar.cents:
            painter.setPen(QPen(look.colour("chart_current"), 1.2, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(_standing(area(bar.projected_cents).adjusted(0.5, 0.5, -0.5, 0)))
        under = QRectF(place.x(), self.height() - paint.text_height("caption"), place.width(),
                       paint.text_height("caption"))  # fmt: skip
        paint.draw_text(painter, under, bar_words(bar), "caption", "text" if running else "muted", paint.CENTRE)


def _standing(area: QRectF) -> QPainterPath:
    """A bar with round shoulders."""
    path = QPainterPath()
    radius = min(3.0, area.height())
    path.moveTo(area.bottomLeft())
    path.lineTo(area.x(), area.y() + radius)
    path.quadTo(area.topLeft(), area.topLeft() + QPointF(radius, 0))
    path.lineTo(area.right() - radius, area.y())
    path.quadTo(area.topRight(), area.topRight() + QPointF(0, radius))
    path.lineTo(area.bottomRight())
    path.closeSubpath()
    return path


class StatusChart(Themed, QWidget):
    """One bar cut into statuses, and under it every status with its count: colours are never alone."""

    COLUMNS, BAR = 3, 14

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slices: tuple[Slice, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.follow_theme()

    def set(self, slices: tuple[Slice, ...], spoken: str) -> None:
        """Show `slices`; `spoken` is the chart in words."""
        self._slices = slices
        self.setAccessibleName(spoken)
        self.update()

    def _row(self) -> float:
        return paint.text_height("caption") + S4 - 1

    def sizeHint(self) -> QSize:
        rows = -(-max(len(self._slices), 9) // self.COLUMNS)
        return QSize(theme.current().px(320), round(theme.current().px(self.BAR) + S8 + rows * self._row()))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(240), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        with paint.smooth(QPainter(self)) as painter:
            self._paint_bar(painter)
            self._paint_legend(painter)

    def widths(self, room: float) -> list[float]:
        """How wide each slice is in `room` pixels: by its share, and never less than is seen."""
        counts = [each.count for each in self._slices if each.count]
        gaps = 1.0 * max(len(counts) - 1, 0)
        free = max(room - gaps - _LEAST_SHARE * len(counts), 0.0)
        whole = sum(counts) or 1
        return [_LEAST_SHARE + free * count / whole for count in counts]

    def _paint_bar(self, painter: QPainter) -> None:
        look = theme.current()
        bar = QRectF(0, 0, self.width(), look.px(self.BAR))
        clip = QPainterPath()
        clip.addRoundedRect(bar, 4, 4)
        painter.save()
        painter.setClipPath(clip)
        painter.fillRect(bar, look.colour("hover"))
        x = 0.0
        seen = [each for each in self._slices if each.count]
        for each, wide in zip(seen, self.widths(bar.width()), strict=True):
            painter.fillRect(QRectF(x, 0, wide, bar.height()), look.colour(each.ink))
            x += wide + 1
        painter.restore()

    def _paint_legend(self, painter: QPainter) -> None:
        look = theme.current()
        top, row, gap = look.px(self.BAR) + S8, self._row(), look.px(14)
        wide = (self.width() - gap * (self.COLUMNS - 1)) / self.COLUMNS
        side = look.px(9)
        for number, each in enumerate(self._slices):
            line, column = divmod(number, self.COLUMNS)
            area = QRectF(column * (wide + gap), top + line * row, wide, row)
            edge = QColor(look.colour("control"))
            spot = QRectF(area.x(), area.center().y() - side / 2, side, side)
            paint.rounded(painter, spot, 2, look.colour(each.ink), edge if look.high_contrast else None)
            count = f"{each.count:,}"
            figure = paint.text_width(count, "caption_strong")
            lead = side + look.px(7)
            words = QRectF(area.x() + lead, area.y(), area.width() - lead - figure - S4, row)
            said = each.words if paint.text_width(each.words, "caption") <= words.width() else (
                SHORT_WORDS.get(each.status, each.words))  # fmt: skip
            paint.draw_text(painter, words, said, "caption", "text2")
            paint.draw_text(painter, area, count, "caption_strong", "text", paint.RIGHT)
