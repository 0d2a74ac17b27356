"""The top bar: find field, walk-in payment, date and time; in compact mode the folded menu at its left."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from widgets import icons, theme
from widgets.common import paint
from widgets.common.button import IconButton, KeycapButton, Role
from widgets.common.focus_ring import Ringed
from widgets.common.hover import Hovered
from widgets.common.keycap import key_words
from widgets.common.text import Text
from widgets.common.when import MONTHS, WEEKDAYS, time_text
from widgets.theme import S8, S10, S12, S20, Themed

_LONG = "Find a patient: name, date of birth, phone or MRN"
_WIDEST = 470


class FindBox(Hovered, Ringed, Themed, QAbstractButton):
    """Looks like the find field and opens it; a letter or digit typed on it is the first one searched for."""

    typed = Signal(str)

    def __init__(self, find: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._find = find
        self.setAccessibleName(_LONG)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(find.trigger)
        self.follow_theme()

    def restyle(self) -> None:
        look = theme.current()
        self.setFixedHeight(look.size("control"))
        self.setMaximumWidth(look.px(_WIDEST))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(_WIDEST), theme.current().size("control"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if plain and event.text().strip() and event.text().isprintable():
            self.typed.emit(event.text())
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area = theme.current(), QRectF(self.rect())
        with paint.smooth(QPainter(self)) as painter:
            ground = look.colour("hover" if self.hovered else "sunken")
            paint.rounded(painter, area, look.radius("control"), ground, look.colour("control"), look.line)
            side = look.size("icon")
            icons.paint(painter, QRectF(S10 + 1, (area.height() - side) / 2, side, side), "search", "muted")
            words = key_words(self._find)
            size = paint.keycap_size(words)
            top = (area.height() - size.height()) / 2
            cap = QRectF(area.right() - size.width() - S10, top, size.width(), size.height())
            paint.paint_keycap(painter, cap, words)
            left = S10 + side + S8
            paint.draw_text(painter, QRectF(left, 0, cap.left() - left - S8, area.height()), _LONG, "body", "muted")


class TopBar(Themed, QWidget):
    """The bar over the content. `menu_pressed` is the folded menu's button."""

    menu_pressed = Signal()

    def __init__(self, find: QAction, walk_in: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.menu = IconButton("menu", "Menu", role=Role.LINK)
        self.menu.clicked.connect(self.menu_pressed)
        self.find_box = FindBox(find)
        self.walk_in = KeycapButton(action=walk_in, icon="plus")
        self._date = Text("", "body", "muted")
        self._time = Text("", "heading_s")
        self._row = QHBoxLayout(self)
        self._row.setSpacing(S12)
        self._row.addWidget(self.menu)
        self._row.addWidget(self.find_box, 10)
        self._row.addStretch(1)
        self._row.addWidget(self.walk_in)
        self._row.addWidget(self._date)
        self._row.addWidget(self._time)
        self.follow_theme()

    def show_now(self, now: datetime) -> None:
        """Show the desk's local date and time."""
        self._date.setText(f"{WEEKDAYS[now.weekday()][:3]} {MONTHS[now.month - 1]} {now.day}")
        self._time.setText(time_text(now))

    def restyle(self) -> None:
        look = theme.current()
        self.setFixedHeight(look.size("top_bar"))
        self.menu.setVisible(look.compact)
        self._row.setContentsMargins(S12 if look.compact else S20, 0, S20, 1)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), look.colour("surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, look.colour("border"))
