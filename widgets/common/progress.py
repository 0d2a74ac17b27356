"""How far something is: the steps of a card payment, the ring of the reader's wait, the spinner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import icons, theme
from widgets.common import paint
from widgets.theme import S4, S8, S12, Themed

DONE: Final = "done"
NOW: Final = "now"
TODO: Final = "todo"
FAILED: Final = "failed"
UNKNOWN: Final = "unknown"

_LOOKS: Final = {
    DONE: ("circle-check", "ok_text", "muted", "body"),
    NOW: ("hourglass", "accent", "accent", "body_strong"),
    TODO: ("circle-dashed", "muted", "muted", "body"),
    FAILED: ("circle-x", "bad_text", "bad_text", "body_strong"),
    UNKNOWN: ("circle-question-mark", "warn_text", "warn_text", "body_strong"),
}
_LEAST_LINE: Final = 16


class Steps(Themed, QWidget):
    """Steps in a row, each (words, state): `DONE`, `NOW`, `TODO`, `FAILED` or `UNKNOWN`, joined by lines."""

    def __init__(self, steps: Sequence[tuple[str, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[tuple[str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set(steps)
        self.follow_theme()

    def set(self, steps: Sequence[tuple[str, str]]) -> None:
        """Show other steps or states."""
        self._steps = tuple(steps)
        said = {DONE: "done", NOW: "now", TODO: "to come", FAILED: "failed", UNKNOWN: "not known"}
        self.setAccessibleName(", ".join(f"{words} {said[state]}" for words, state in self._steps))
        self.update()

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """What is shown."""
        return self._steps

    def _widths(self) -> list[float]:
        side = theme.current().size("icon")
        return [side + S8 + paint.text_width(words, _LOOKS[state][3]) for words, state in self._steps]

    def sizeHint(self) -> QSize:
        lines = max(0, len(self._steps) - 1)
        return QSize(round(sum(self._widths()) + lines * (2 * S8 + 36)), theme.current().px(22))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(120), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._steps:
            return
        look, widths = theme.current(), self._widths()
        room = self.width() - sum(widths)
        gap = max(float(_LEAST_LINE), room / max(1, len(self._steps) - 1))
        side, x, height = look.size("icon"), 0.0, float(self.height())
        if room < _LEAST_LINE * (len(self._steps) - 1):
            widths = [width * (self.width() - gap * (len(widths) - 1)) / sum(widths) for width in widths]
        with paint.smooth(QPainter(self)) as painter:
            for number, (words, state) in enumerate(self._steps):
                icon, icon_ink, ink, style = _LOOKS[state]
                icons.paint(painter, QRectF(x, (height - side) / 2, side, side), icon, icon_ink)
                area = QRectF(x + side + S8, 0, widths[number] - side - S8 + 1, height)
                paint.draw_text(painter, area, words, style, ink)
                x += widths[number]
                if number < len(self._steps) - 1:
                    done = state == DONE
                    painter.setPen(QPen(look.colour("ok_line" if done else "hairline"), 2))
                    inset = min(S12, gap / 4)
                    painter.drawLine(round(x + inset), round(height / 2), round(x + gap - inset), round(height / 2))
                    x += gap


class Ring(Themed, QWidget):
    """A countdown: seconds left of a total, drawn as an arc and as m:ss; red for the last 30 seconds."""

    LAST_S: Final = 30

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left, self._total = 0, 1
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def set(self, left_s: int, total_s: int) -> None:
        """Show `left_s` of `total_s`; spoken when the last 30 seconds begin."""
        self._left, self._total = max(0, left_s), max(1, total_s)
        self.setAccessibleName(f"{self.text} left")
        self.update()

    @property
    def text(self) -> str:
        """The time left as m:ss."""
        return f"{self._left // 60}:{self._left % 60:02d}"

    def sizeHint(self) -> QSize:
        return icons.size(theme.current().size("ring"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        area = QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5)
        with paint.smooth(QPainter(self)) as painter:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.colour("neutral_soft"), 4))
            painter.drawEllipse(area)
            ink = "bad_solid" if self._left <= self.LAST_S else "accent"
            pen = QPen(look.colour(ink), 4)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawArc(area, 90 * 16, round(360 * 16 * self._left / self._total))
            paint.draw_text(painter, QRectF(self.rect()), self.text, "body_strong", "text", paint.CENTRE)


class Spinner(Themed, QWidget):
    """Something is being done; always beside words that say what. Turns only while it is seen."""

    def __init__(self, ink: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink, self._turn = ink, 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self, interval=90)
        self._timer.timeout.connect(self._tick)
        self.follow_theme()

    def sizeHint(self) -> QSize:
        return icons.size(theme.current().size("spinner") + S4)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not theme.current().less_motion:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _tick(self) -> None:
        self._turn = (self._turn + 45) % 360
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        side = theme.current().size("spinner")
        with paint.smooth(QPainter(self)) as painter:
            painter.translate(self.width() / 2, self.height() / 2)
            painter.rotate(self._turn)
            icons.paint(painter, QRectF(-side / 2, -side / 2, side, side), "loader", self._ink)
