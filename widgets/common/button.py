"""Buttons: label, icon, and the key that presses them printed as a keycap from their action."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from widgets import icons, theme
from widgets.common import paint
from widgets.common.focus_ring import Ringed
from widgets.common.hover import Hovered
from widgets.common.keycap import key_words
from widgets.theme import S8, S12, Themed

_GAP: Final = 10
_TURN_MS: Final = 90
_ENTER: Final = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_PRESSES: Final = {
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
}


class Role(StrEnum):
    """What a button is for. PRIMARY: the one next step of a screen. DANGER: money leaves. LINK: a quiet way out."""

    PRIMARY = "primary"
    PLAIN = "plain"
    LINK = "link"
    DANGER = "danger"


# state -> (ground, line, text) tokens; "" is none
_LOOKS: Final[dict[Role, dict[str, tuple[str, str, str]]]] = {
    Role.PRIMARY: {
        "rest": ("accent", "", "on_accent"), "hover": ("accent_hover", "", "on_accent"),
        "pressed": ("accent_pressed", "", "on_accent"),
    },
    Role.DANGER: {
        "rest": ("bad_solid", "", "on_bad"), "hover": ("bad_hover", "", "on_bad"),
        "pressed": ("bad_pressed", "", "on_bad"),
    },
    Role.PLAIN: {
        "rest": ("surface", "control", "text"), "hover": ("hover", "control", "text"),
        "pressed": ("pressed", "control", "text"),
    },
    Role.LINK: {
        "rest": ("", "", "accent"), "hover": ("hover", "", "accent"), "pressed": ("pressed", "", "accent"),
    },
}  # fmt: skip
_STYLES: Final = {"primary": "primary", "primary_l": "primary_l", "tile": "body_strong"}


def _plain_enter(event: QKeyEvent) -> bool:
    """Is it Enter by itself, on whichever part of the keyboard?"""
    return event.key() in _ENTER and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


class KeycapButton(Hovered, Ringed, Themed, QPushButton):
    """A button with a label and, printed on it, the key of its `action`.

    The action, if given, is triggered by a click, lends its text (unless `text` is given), its key and whether it can
    be done. `size` names a height of the theme: control, control_small, control_tiny, touch, primary, primary_l, tile
    (icon above the label). A checkable button shows `selected` when it is checked. Busy keeps width and focus.
    """

    def __init__(
        self,
        text: str = "",
        *,
        role: Role = Role.PLAIN,
        action: QAction | None = None,
        icon: str = "",
        size: str = "control",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role, self._icon, self._size = role, icon, size
        self._own_text, self._busy, self._why = text, "", ""
        self._turn = 0
        self._least_width = 0
        self._bound: QAction | None = None
        self._timer = QTimer(self, interval=_TURN_MS)
        self._timer.timeout.connect(self._tick)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if action is not None:
            self._bound = action
            action.changed.connect(self._follow_action)
            self.clicked.connect(action.trigger)
        self._follow_action()
        self.follow_theme()

    # What it says ---------------------------------------------------------------------------------------------

    def set_text(self, text: str) -> None:
        """Say `text` instead of the action's text."""
        if text != self._own_text:
            self._own_text = text
            self._follow_action()

    def set_icon(self, icon: str) -> None:
        """Show the icon `icon`, or none for an empty name."""
        self._icon = icon
        self.restyle()

    def set_available(self, available: bool, why: str = "") -> None:
        """Enable or disable; `why` is the tool tip that tells why it cannot be pressed."""
        self._why = "" if available else why
        if self._bound is not None:
            self._bound.setEnabled(available)
        self.setEnabled(available)
        self.setToolTip(self._why)

    @property
    def label(self) -> str:
        """What it says now."""
        return self._busy or self._own_text or (self._bound.iconText() if self._bound else "")

    @property
    def key_words(self) -> str:
        """The key printed on it; none while it cannot be pressed."""
        if self._bound is None or not self.isEnabled() or self._busy:
            return ""
        return key_words(self._bound)

    def set_busy(self, doing: str) -> None:
        """Say what is happening, with a spinner; width and focus stay, clicks are ignored."""
        if not self._busy:
            self._least_width = self.width() if self.isVisible() else self.sizeHint().width()
        self._busy = doing
        if self._bound is not None:
            self._bound.setEnabled(False)  # its key must not start the work again
        if not theme.current().less_motion:
            self._timer.start()
        self._say()

    def set_idle(self) -> None:
        """Busy is over."""
        if self._busy:
            self._busy, self._least_width = "", 0
            self._timer.stop()
            if self._bound is not None:
                self._bound.setEnabled(True)
            self._say()

    @property
    def busy(self) -> bool:
        """Is it busy?"""
        return bool(self._busy)

    def _follow_action(self) -> None:
        if self._bound is not None:
            self.setEnabled(self._bound.isEnabled() or bool(self._busy))
            if self._bound.isCheckable():
                self.setCheckable(True)
                self.setChecked(self._bound.isChecked())
        self._say()

    def _say(self) -> None:
        self.setText(self.label.replace("&", "&&"))
        self.setAccessibleName(self.label)
        self.setAccessibleDescription(f"Key {self.key_words}" if self.key_words else "")
        self.restyle()

    def restyle(self) -> None:
        self.setFont(theme.current().font(self._style()))
        self.updateGeometry()
        self.update()

    # Pressing -------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._busy and event.key() in {*_ENTER, Qt.Key.Key_Space}:
            return
        if _plain_enter(event):
            self.click()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _plain_enter(event):
            event.accept()  # Enter presses the button that has the focus, not the screen's primary one
            return True
        if self._busy and event.type() in _PRESSES:
            return True
        return super().event(event)

    def _tick(self) -> None:
        self._turn = (self._turn + 45) % 360
        if self.isVisible():
            self.update()

    # Looks ----------------------------------------------------------------------------------------------------

    def _style(self) -> str:
        strong = self._role in {Role.PRIMARY, Role.DANGER}
        return _STYLES.get(self._size, "body_strong" if strong else "body_medium")

    def _icon_side(self) -> int:
        look = theme.current()
        if self._size == "tile":
            return look.size("icon_tile")
        return look.size("icon_l" if self._size.startswith("primary") else "icon")

    def _pad(self) -> int:
        return S8 if self._role is Role.LINK else S12

    def _keycap_width(self) -> float:
        return paint.keycap_size(self.key_words).width() if self.key_words else 0.0

    def _text_part_width(self) -> float:
        lead = self._icon_side() + S8 if self._icon or self._busy else 0
        return lead + paint.text_width(self.label, self._style())

    def sizeHint(self) -> QSize:
        look = theme.current()
        key = self._keycap_width()
        if self._size == "tile":
            width = 2 * S12 + paint.text_width(self.label, self._style()) + (S8 + key if key else 0)
        elif not self.label:
            width = look.size(self._size)
        else:
            width = 2 * self._pad() + self._text_part_width() + (_GAP + key if key else 0)
        return QSize(max(round(width + 1.5), self._least_width), look.size(self._size))

    def minimumSizeHint(self) -> QSize:
        """Tiles in a full row come closer to their words."""
        hint = self.sizeHint()
        return QSize(hint.width() - 2 * S8, hint.height()) if self._size == "tile" else hint

    def ring_radius(self) -> int:
        return theme.current().radius("tile" if self._size == "tile" else "control")

    def _colours(self) -> tuple[str, str, str]:
        if not self.isEnabled():
            return ("", "", "disabled") if self._role is Role.LINK else ("neutral_soft", "", "disabled")
        if self.isCheckable() and self.isChecked():
            return "selected", "accent", "accent"
        state = "pressed" if self.isDown() else "hover" if self.hovered and not self._busy else "rest"
        return _LOOKS[self._role][state]

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        ground, line, ink = self._colours()
        with paint.smooth(QPainter(self)) as painter:
            width = 2 if self.isCheckable() and self.isChecked() else look.line
            paint.rounded(
                painter, QRectF(self.rect()), self.ring_radius(), look.colour(ground) if ground else None,
                look.colour(line) if line else None, width,
            )  # fmt: skip
            (self._paint_tile if self._size == "tile" else self._paint_line)(painter, look.colour(ink), ink)

    def _paint_line(self, painter: QPainter, colour: QColor, ink: str) -> None:
        area, key = QRectF(self.rect()), self._keycap_width()
        pad = self._pad()
        if key:
            self._paint_keycap(painter, QRectF(area.right() - pad - key, 0, key, area.height()), ink)
            area.setRight(area.right() - pad - key - _GAP + pad)
        content = min(self._text_part_width(), area.width() - 2 * pad)
        x = area.x() + (area.width() - content) / 2 if self.label else area.x()
        lead = self._icon_side()
        if self._busy:
            self._paint_spinner(painter, QRectF(x, (area.height() - lead) / 2, lead, lead), colour)
            x += lead + S8
        elif self._icon:
            spot = x if self.label else x + (area.width() - lead) / 2
            icons.paint(painter, QRectF(spot, (area.height() - lead) / 2, lead, lead), self._icon, colour)
            x += lead + S8
        paint.draw_text(painter, QRectF(x, 0, area.right() - x - 2, area.height()), self.label, self._style(), colour)

    def _paint_tile(self, painter: QPainter, colour: QColor, ink: str) -> None:
        area, side, key = QRectF(self.rect()), self._icon_side(), self._keycap_width()
        line = max(paint.text_height(self._style()), theme.current().size("keycap"))
        top = (area.height() - side - S8 - line) / 2
        quiet = colour if ink != "text" else theme.current().colour("text2")
        icons.paint(painter, QRectF((area.width() - side) / 2, top, side, side), self._icon, quiet)
        words = paint.text_width(self.label, self._style())
        x = max(4.0, (area.width() - words - (S8 + key if key else 0)) / 2)
        row = QRectF(x, top + side + S8, words + 1, line)
        paint.draw_text(painter, row, self.label, self._style(), colour)
        if key:
            self._paint_keycap(painter, QRectF(row.right() + S8 - 1, row.y(), key, line), ink)

    def _paint_keycap(self, painter: QPainter, area: QRectF, ink: str) -> None:
        height = theme.current().size("keycap")
        cap = QRectF(area.x(), area.y() + (area.height() - height) / 2, area.width(), height)
        paint.paint_keycap(painter, cap, self.key_words, ink if ink.startswith("on_") else "")

    def _paint_spinner(self, painter: QPainter, area: QRectF, colour: QColor) -> None:
        painter.save()
        painter.translate(area.center())
        painter.rotate(self._turn)
        icons.paint(
            painter, QRectF(-area.width() / 2, -area.height() / 2, area.width(), area.height()), "loader", colour
        )
        painter.restore()


class IconButton(KeycapButton):
    """A square button with an icon only: close, back, previous, next. `name` is spoken and shown as tool tip."""

    def __init__(
        self,
        icon: str,
        name: str,
        *,
        role: Role = Role.PLAIN,
        action: QAction | None = None,
        size: str = "control",
        parent: QWidget | None = None,
    ) -> None:
        self._name = name
        super().__init__("", role=role, action=action, icon=icon, size=size, parent=parent)

    @property
    def label(self) -> str:
        return ""

    @property
    def key_words(self) -> str:
        return ""

    def _say(self) -> None:
        key = key_words(self._bound) if self._bound else ""
        self.setAccessibleName(self._name)
        self.setToolTip(f"{self._name} ({key})" if key else self._name)
        self.restyle()
