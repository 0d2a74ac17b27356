"""The card reader, painted: what the patient sees on it, and waves while it waits for a card."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import tokens
from widgets import fonts, icons, theme
from widgets.common import paint
from widgets.theme import Themed

_WIDE: Final = 84
_HIGH: Final = 140
_WAVES: Final = 34
_BEAT_MS: Final = 400
_KEYS: Final = ("reader_key",) * 9 + ("bad_solid", "reader_key", "ok_solid")

# what stands on the reader's own screen: ground, ink, icon
_SCREENS: Final[dict[str, tuple[str, str, str]]] = {
    "plain": ("reader_screen", "reader_ink", "nfc"),
    "off": ("reader_quiet", "reader_ink", "nfc"),
    "bad": ("bad_soft", "bad_text", "circle-x"),
    "ok": ("reader_screen", "reader_ink", "circle-check"),
    "warn": ("reader_screen", "reader_ink", "circle-alert"),
    "dead": ("reader_key", "reader_key", ""),
}


class CardReader(Themed, QWidget):
    """A picture of the reader. It says nothing that the words beside it do not say, so it is not spoken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._amount, self._look = "", "", "off"
        self._waving, self._beat = False, 0
        self._timer = QTimer(self, interval=_BEAT_MS)
        self._timer.timeout.connect(self._pulse)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_screen(self, words: str, amount: str, look: str, *, waving: bool = False) -> None:
        """Show `words` over `amount`; `look` is plain, off, ok, warn, bad or dead. Waves rise while `waving`."""
        changed = (words, amount, look, waving) != (self._words, self._amount, self._look, self._waving)
        self._words, self._amount, self._look, self._waving = words, amount, look, waving
        if waving and not theme.current().less_motion:
            self._timer.start()
        else:
            self._timer.stop()
        if changed:
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(_WIDE + 16), look.px(_HIGH + (_WAVES if self._waving else 4)))

    def _pulse(self) -> None:
        self._beat = (self._beat + 1) % 3
        if self.isVisible():
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        unit = theme.current().px(100) / 100
        with paint.smooth(QPainter(self)) as painter:
            painter.translate((self.width() - _WIDE * unit) / 2, self.height() - (_HIGH + 2) * unit)
            painter.scale(unit, unit)
            if self._waving:
                self._paint_waves(painter)
            self._paint_body(painter)
            self._paint_screen(painter, QRectF(10, 11, 64, 62))
            self._paint_keys(painter)

    def _paint_waves(self, painter: QPainter) -> None:
        colour = QColor(theme.current().colour("info_line"))
        still = theme.current().less_motion
        for ring in range(3):
            wave = QColor(colour)
            wave.setAlphaF(0.35 if not still and ring != self._beat else 1.0)
            painter.setPen(QPen(wave, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            radius = 14 + 9 * ring
            area = QRectF(_WIDE / 2 - radius, 2 - radius, 2 * radius, 2 * radius)
            painter.drawArc(area, 45 * 16, 90 * 16)

    def _paint_body(self, painter: QPainter) -> None:
        look = theme.current()
        line = look.colour("border") if look.dark else look.colour("reader_ink")
        paint.rounded(painter, QRectF(0, 0, _WIDE, _HIGH), 11, look.colour("reader"), line, 1.5)

    def _paint_screen(self, painter: QPainter, area: QRectF) -> None:
        ground, ink, icon = _SCREENS[self._look]
        # the screen of a reader is lit: its colours are the same by day and by night
        paper, letters = QColor(tokens.LIGHT[ground]), QColor(tokens.LIGHT[ink])
        paint.rounded(painter, area, 5, paper)
        row = QRectF(area.x() + 2, area.y() + 5, area.width() - 4, 14)
        _words(painter, row, self._words, 9, 400, letters)
        amount = QRectF(area.x() + 2, area.y() + 19, area.width() - 4, 20)
        _words(painter, amount, self._amount, 15 if len(self._amount) <= 7 else 11, 600, letters)
        if icon:
            icons.paint(painter, QRectF(area.center().x() - 7, area.y() + 42, 14, 14), icon, letters)

    def _paint_keys(self, painter: QPainter) -> None:
        look = theme.current()
        for number, token in enumerate(_KEYS):
            x, y = 12 + (number % 3) * 21.5, 82 + (number // 3) * 12
            paint.rounded(painter, QRectF(x, y, 17, 8), 2.5, look.colour(token))


def _words(painter: QPainter, area: QRectF, text: str, pixels: int, weight: int, colour: QColor) -> None:
    painter.setFont(fonts.font(pixels, weight))
    painter.setPen(colour)
    painter.drawText(area, int(paint.CENTRE), text)
