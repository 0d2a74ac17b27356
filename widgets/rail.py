"""The rail: the order of a day from top to bottom, settings and the person at its foot."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.views import Person
from widgets import icons, theme
from widgets.common import paint
from widgets.common.brand import Logo
from widgets.common.card import Avatar
from widgets.common.focus_ring import Ringed
from widgets.common.hover import Hovered
from widgets.common.keycap import key_words
from widgets.common.pill import CountBadge
from widgets.common.text import Divider, Text
from widgets.screens import Screen
from widgets.theme import S2, S8, S10, S14, S16, Themed

_EDGE, _LOGO = 10, 26


class RailItem(Hovered, Ringed, Themed, QAbstractButton):
    """One page on the rail: icon and word, a count if there is one; only the icon while the rail is narrow."""

    def __init__(self, words: str, icon: str, keys: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words, self._icon, self._key_text = words, icon, key_words(keys)
        self._narrow, self._count = False, 0
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.badge = CountBadge(self)
        self._say()
        self.follow_theme()

    def set_narrow(self, narrow: bool) -> None:
        """Show the icon only, or icon and word."""
        self._narrow = narrow
        self._say()
        self.restyle()

    def set_count(self, count: int, *, urgent: bool = False) -> None:
        """Show how many wait there; `urgent` in red."""
        self._count = count
        self.badge.set(count, urgent=urgent)
        self._say()
        self._place_badge()

    def _say(self) -> None:
        self.setAccessibleName(f"{self.words} {self._count}" if self._count else self.words)
        key = f" ({self._key_text})" if self._key_text else ""
        self.setToolTip(f"{self.words}{key}")

    def restyle(self) -> None:
        self.setFixedHeight(theme.current().size("rail_item"))
        self._place_badge()
        self.update()

    def _place_badge(self) -> None:
        size = self.badge.sizeHint()
        x = self.width() - size.width() + (S2 if self._narrow else -_EDGE)
        y = 0 if self._narrow else (self.height() - size.height()) // 2
        self.badge.setGeometry(x, y, size.width(), size.height())

    def resizeEvent(self, _event: object) -> None:
        self._place_badge()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().size("rail_item"), theme.current().size("rail_item"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area = theme.current(), QRectF(self.rect())
        on = self.isChecked()
        with paint.smooth(QPainter(self)) as painter:
            ground = "rail_active" if on else "rail_hover" if self.hovered else ""
            if ground:
                paint.rounded(painter, area, look.radius("control"), look.colour(ground))
            side = look.size("icon_l")
            x = (area.width() - side) / 2 if self._narrow else _EDGE
            icon_ink = "rail_bar" if on else "rail_muted"
            icons.paint(painter, QRectF(x, (area.height() - side) / 2, side, side), self._icon, icon_ink)
            if not self._narrow:
                left = _EDGE + side + S10
                room = area.width() - left - (self.badge.width() + 2 * _EDGE if self._count else _EDGE)
                words = QRectF(left, 0, room, area.height())
                style, ink = ("body_medium", "rail_strong") if on else ("body", "rail_text")
                paint.draw_text(painter, words, self.words, style, ink)


class RailPerson(Ringed, Themed, QAbstractButton):
    """Who is at the desk, and the lock. Pressing it locks."""

    def __init__(self, lock: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._title = "", ""
        self._narrow = False
        self._lock = lock
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._avatar = Avatar(size="avatar_s", tokens=("rail_active", "rail_strong"), parent=self)
        self.clicked.connect(lock.trigger)
        self.follow_theme()

    def show_person(self, person: Person | None) -> None:
        """Show `person`, or nobody."""
        self._name, self._title = (person.name, person.title) if person else ("", "")
        self._avatar.set(person.initials if person else "")
        self.setAccessibleName(f"{self._name}, lock".strip(", "))
        key = key_words(self._lock)
        self.setToolTip(f"{self._name} · Lock ({key})")
        self.update()

    def set_narrow(self, narrow: bool) -> None:
        """Show the initials only."""
        self._narrow = narrow
        self.restyle()

    def restyle(self) -> None:
        look = theme.current()
        self.setFixedHeight(look.px(48))
        side = look.size("avatar_s")
        x = (look.size("rail_narrow") - 2 * _EDGE - side) // 2 if self._narrow else 6
        self._avatar.setGeometry(x, (self.height() - side) // 2, side, side)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._narrow:
            return
        look = theme.current()
        with paint.smooth(QPainter(self)) as painter:
            side = look.size("icon")
            spot = QRectF(self.width() - side - 6, (self.height() - side) / 2, side, side)
            icons.paint(painter, spot, "lock", "rail_muted")
            left = self._avatar.geometry().right() + S10
            first, second = paint.text_height("table_strong"), paint.text_height("caption")
            top = (self.height() - first - second) / 2
            width = spot.left() - left - S8
            paint.draw_text(painter, QRectF(left, top, width, first), self._name, "table_strong", "rail_strong")
            paint.draw_text(painter, QRectF(left, top + first, width, second), self._title, "caption", "rail_muted")


class Rail(Themed, QWidget):
    """The rail. Emits `chosen(screen name)`."""

    chosen = Signal(str)

    def __init__(self, screens: tuple[Screen, ...], lock: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: dict[str, RailItem] = {}
        self._narrow = False
        self.setAccessibleName("Pages")
        body = QVBoxLayout(self)
        body.setContentsMargins(_EDGE, S16, _EDGE, S10)
        body.setSpacing(S2)
        head = self._head = QHBoxLayout()
        head.setContentsMargins(S8, 0, 0, S14)
        head.setSpacing(S10)
        head.addWidget(Logo(_LOGO))
        self._brand = Text("Copaydesk", "heading", "rail_strong")
        head.addWidget(self._brand, 1)
        body.addLayout(head)
        for screen in screens:
            item = RailItem(screen.rail, screen.icon, screen.keys)
            item.clicked.connect(lambda _checked=False, name=screen.name: self.chosen.emit(name))
            self._items[screen.name] = item
            if screen.name == "settings":
                body.addStretch(1)
            body.addWidget(item)
        body.addSpacing(S8)
        body.addWidget(Divider("rail_line"))
        self.person = RailPerson(lock)
        body.addWidget(self.person)
        self.follow_theme()

    def light(self, name: str) -> None:
        """Light the entry of the screen `name` (none where the rail has none)."""
        for key, item in self._items.items():
            item.setChecked(key == name)

    def set_count(self, name: str, count: int, *, urgent: bool = False) -> None:
        """Show a count at an entry."""
        self._items[name].set_count(count, urgent=urgent)

    def set_narrow(self, narrow: bool) -> None:
        """Icons only, or icons and words."""
        self._narrow = narrow
        self._brand.setVisible(not narrow)
        for item in self._items.values():
            item.set_narrow(narrow)
        self.person.set_narrow(narrow)
        self.restyle()

    def restyle(self) -> None:
        look = theme.current()
        self.setFixedWidth(look.size("rail_narrow" if self._narrow else "rail"))
        middle = (look.size("rail_narrow") - 2 * _EDGE - look.px(_LOGO)) // 2
        self._head.setContentsMargins(middle if self._narrow else S8, 0, 0, S14)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(_EDGE, S16 + S2, _EDGE, S2 if look.compact else S10)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().colour("rail"))
