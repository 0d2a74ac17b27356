"""Parts of the lock: staff tiles, the PIN field, the number pad."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QLineEdit, QSizePolicy, QWidget

from app.views import StaffTile
from widgets import icons, theme
from widgets.common import paint
from widgets.common.card import paint_avatar
from widgets.common.focus_ring import Ringed
from widgets.common.hover import Hovered
from widgets.lock.state import LONGEST, SHORTEST
from widgets.theme import S8, S10, Themed


class StaffButton(Hovered, Ringed, Themed, QAbstractButton):
    """One person: initials, name, title."""

    def __init__(self, tile: StaffTile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tile = tile
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAccessibleName(f"{tile.name}, {tile.title}" if tile.title else tile.name)
        self.setToolTip(tile.name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFixedHeight(theme.current().size("staff_tile"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(150), theme.current().size("staff_tile"))

    def ring_radius(self) -> int:
        return theme.current().radius("tile")

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area, on = theme.current(), QRectF(self.rect()), self.isChecked()
        ground = "selected" if on else "hover" if self.hovered else "surface"
        line = "accent" if on else "border"
        with paint.smooth(QPainter(self)) as painter:
            paint.rounded(
                painter, area, look.radius("tile"), look.colour(ground), look.colour(line), 2 if on else look.line
            )
            side = look.size("staff_avatar")
            top = (area.height() - side - look.px(46)) / 2
            spot = QRectF((area.width() - side) / 2, top, side, side)
            paint_avatar(
                painter, spot, self.tile.initials, ("accent", "on_accent") if on else ("neutral_soft", "text2")
            )
            name = QRectF(S8, spot.bottom() + look.px(4), area.width() - 2 * S8, look.px(22))
            paint.draw_text(painter, name, self.tile.name, "table_strong", "accent" if on else "text", paint.CENTRE)
            title = QRectF(S8, name.bottom() + 1, area.width() - 2 * S8, look.px(20))
            paint.draw_text(painter, title, self.tile.title, "caption", "muted", paint.CENTRE)


class PinField(Themed, QLineEdit):
    """The PIN as boxes with dots. A real password field: paste and password managers work, nothing is shown.

    `stepped(-1 | 1)` follows the left and right keys while it is empty.
    """

    stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("PIN")
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setMaxLength(LONGEST)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.textChanged.connect(self._only_digits)
        self.follow_theme()

    @property
    def complete(self) -> bool:
        """Are there enough digits to try?"""
        return len(self.text()) >= SHORTEST

    def press(self, key: str) -> None:
        """A key of the number pad: a digit, or `back`."""
        if self.isReadOnly():
            return
        if key == "back":
            self.setText(self.text()[:-1])
        else:
            self.setText(self.text() + key)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def _only_digits(self, text: str) -> None:
        digits = "".join(sign for sign in text if sign in "0123456789")
        if digits != text:
            self.setText(digits)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and (not self.text() or self.isReadOnly()):
            self.stepped.emit(step)
            return
        super().keyPressEvent(event)

    def restyle(self) -> None:
        look = theme.current()
        self.setFixedSize(look.px(44) * LONGEST + S10 * (LONGEST - 1), look.px(52))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, count = theme.current(), len(self.text())
        wide, high = look.px(44), look.px(52)
        with paint.smooth(QPainter(self)) as painter:
            for number in range(LONGEST):
                box = QRectF(number * (wide + S10), 0, wide, high)
                here = self.hasFocus() and number == min(count, LONGEST - 1) and not self.isReadOnly()
                line = look.colour("focus" if here else "border" if self.isReadOnly() else "control")
                paint.rounded(
                    painter, box, look.radius("panel"), look.colour("surface"), line, 2 if here else look.line
                )
                if number < count:
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(look.colour("text"))
                    painter.drawEllipse(box.center(), look.px(6), look.px(6))


class PadKey(Hovered, Ringed, Themed, QAbstractButton):
    """One key of the number pad."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self.setAccessibleName("Delete the last digit" if key == "back" else key)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.follow_theme()

    def restyle(self) -> None:
        look = theme.current()
        self.setFixedSize(look.px(72), look.size("pad_key"))
        self.update()

    def ring_radius(self) -> int:
        return theme.current().radius("tile")

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area = theme.current(), QRectF(self.rect())
        ground = "pressed" if self.isDown() else "hover" if self.hovered else "surface"
        with paint.smooth(QPainter(self)) as painter:
            paint.rounded(painter, area, look.radius("tile"), look.colour(ground), look.colour("border"), look.line)
            ink = "text" if self.isEnabled() else "disabled"
            if self.key == "back":
                side = look.size("icon_tile")
                spot = QRectF((area.width() - side) / 2, (area.height() - side) / 2, side, side)
                icons.paint(painter, spot, "delete", ink)
            else:
                paint.draw_text(painter, area, self.key, "pad", ink, paint.CENTRE)


_PAD: Final = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "back")


class NumberPad(QWidget):
    """Ten digits and delete, for touch. Emits `pressed(key)`."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Numbers")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(S8)
        for number, key in enumerate(_PAD):
            if key:
                button = PadKey(key)
                button.clicked.connect(lambda _checked=False, key=key: self.pressed.emit(key))
                grid.addWidget(button, number // 3, number % 3)
