"""The status bar: reader, printer, drawer and scanner at the left, sync and line at the right. Normal is quiet, trouble
is bold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.views import DeviceLight
from app.words import Words
from widgets import icons, theme
from widgets.common import paint
from widgets.common.announce import announce
from widgets.common.focus_ring import Ringed
from widgets.common.hover import Hovered
from widgets.theme import S4, S6, S12, Themed

ICONS: Final[dict[str, dict[str, str]]] = {
    "reader": {"": "credit-card"},
    "printer": {"": "printer"},
    "drawer": {"": "inbox"},
    "scanner": {"": "scan-line"},
    "display": {"": "monitor"},
    "sync": {"": "refresh-cw", "warn": "cloud-off", "bad": "cloud-off"},
    "line": {"": "wifi", "warn": "wifi-off", "bad": "wifi-off"},
}
"""Icon of a light by its state; the empty state is every other."""

LEFT: Final = ("reader", "printer", "drawer", "scanner", "display")
RIGHT: Final = ("sync", "line")
_INKS: Final = {"ok": ("ok_text", "text2"), "busy": ("info_text", "info_text"), "warn": ("warn_text", "warn_text"),
                "bad": ("bad_text", "bad_text")}  # fmt: skip


def light_icon(key: str, state: str) -> str:
    """The icon of a light."""
    return ICONS[key].get(state, ICONS[key][""])


class LightButton(Hovered, Ringed, Themed, QAbstractButton):
    """One light: an icon and words; pressing it tells more. It speaks when it changes."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self.words, self.light_state = key, Words(""), "ok"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()
        self.follow_theme()

    def show_light(self, state: str, words: Words) -> None:
        """Show `words` in the look of `state` (ok, busy, warn, bad)."""
        if (state, words) == (self.light_state, self.words):
            return
        news = self.words.title != words.title and bool(self.words.title)
        self.light_state, self.words = state, words
        self.setAccessibleName(words.title)
        self.setToolTip(" ".join(part for part in (words.body, words.action) if part))
        self.show()
        self.updateGeometry()
        self.update()
        if news:
            announce(self, words.title, urgent=state == "bad")

    def _style(self) -> str:
        return "caption" if self.light_state == "ok" else "caption_strong"

    def sizeHint(self) -> QSize:
        look = theme.current()
        width = 2 * S6 + look.size("icon_text") + S6 + paint.text_width(self.words.title, self._style()) + 2
        return QSize(round(width), look.px(24))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(60), theme.current().px(24))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area = theme.current(), QRectF(self.rect())
        icon_ink, ink = _INKS[self.light_state]
        with paint.smooth(QPainter(self)) as painter:
            if self.hovered:
                paint.rounded(painter, area.adjusted(0, 2, 0, -2), S4, look.colour("hover"))
            side = look.size("icon_text")
            spot = QRectF(S6, (area.height() - side) / 2, side, side)
            icons.paint(painter, spot, light_icon(self.key, self.light_state), icon_ink)
            words = QRectF(spot.right() + S6, 0, area.right() - spot.right() - S6 - 2, area.height())
            paint.draw_text(painter, words, self.words.title, self._style(), ink)


class StatusBar(Themed, QWidget):
    """The bar. Emits `pressed(key)`."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Desk status")
        self._lights = {key: LightButton(key, self) for key in (*LEFT, *RIGHT)}
        row = QHBoxLayout(self)
        row.setContentsMargins(S12 - 2, 1, S12 - 2, 0)
        row.setSpacing(S6)
        for key in LEFT:
            row.addWidget(self._lights[key])
        row.addStretch(1)
        for key in RIGHT:
            row.addWidget(self._lights[key])
        for key, button in self._lights.items():
            button.clicked.connect(lambda _checked=False, key=key: self.pressed.emit(key))
        self.follow_theme()

    def show_lights(self, lights: Sequence[tuple[DeviceLight, Words]]) -> None:
        """Show the desk's lights with their words."""
        for light, words in lights:
            self._lights[light.key].show_light(light.state, words)

    def light(self, key: str) -> LightButton:
        """The button of one light."""
        return self._lights[key]

    def restyle(self) -> None:
        self.setFixedHeight(theme.current().size("status_bar"))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), look.colour("surface"))
        painter.fillRect(0, 0, self.width(), 1, look.colour("border"))
