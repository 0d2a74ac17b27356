"""Parts of the refund dialog: the two cards Full and Partial."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets import theme
from widgets.common import paint
from widgets.common.choices import paint_radio
from widgets.common.focus_ring import Ringed
from widgets.common.hover import Hovered
from widgets.common.keycap import key_words
from widgets.theme import S10, S12, S16, Themed


class AltKeys(QObject):
    """Alt with a letter inside `part`: its own, before the window's menus get it."""

    def __init__(self, part: QWidget, actions: Mapping[Qt.Key, QAction]) -> None:
        super().__init__(part)
        self._actions = dict(actions)
        for widget in (part, *part.findChildren(QWidget)):
            widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        wanted = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if event.type() not in wanted or not isinstance(event, QKeyEvent):
            return False
        action = self._actions.get(Qt.Key(event.key()))
        if action is None or event.modifiers() != Qt.KeyboardModifier.AltModifier:
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            action.trigger()
        return True


class WayCard(Hovered, Ringed, Themed, QAbstractButton):
    """One of two ways as a card: radio mark, title, what it means, and its key."""

    def __init__(self, title: str, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._text, self._action = title, "", action
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(action.trigger)
        self.follow_theme()

    def say(self, text: str) -> None:
        """What it means."""
        self._text = text
        self.setAccessibleName(f"{self._title}. {text}")
        self.setAccessibleDescription(f"Key {key_words(self._action)}")
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(theme.current().px(56))
        self.update()

    def sizeHint(self) -> QSize:
        look = theme.current()
        cap = paint.keycap_size(key_words(self._action)).width()
        return QSize(round(paint.text_width(self._title, "body_strong") + cap) + look.px(90), look.px(56))

    def ring_radius(self) -> int:
        return theme.current().radius("control")

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area, on = theme.current(), QRectF(self.rect()), self.isChecked()
        words = key_words(self._action) if self.isEnabled() else ""
        with paint.smooth(QPainter(self)) as painter:
            ground = "selected" if on else "hover" if self.hovered else "surface"
            line = look.colour("accent" if on else "control")
            paint.rounded(painter, area, look.radius("control"), look.colour(ground), line, 2 if on else look.line)
            side = look.px(18)
            mark = QRectF(S16 - 2, (area.height() - side) / 2, side, side)
            paint_radio(painter, mark, checked=on, enabled=self.isEnabled())
            cap = paint.keycap_size(words) if words else QSize(0, 0)
            if words:
                spot = QRectF(area.right() - S12 - cap.width(), (area.height() - cap.height()) / 2, cap.width(),
                              cap.height())  # fmt: skip
                paint.paint_keycap(painter, spot, words)
            left, first, second = mark.right() + S10, paint.text_height("body_strong"), paint.text_height("caption")
            top, wide = (area.height() - first - second) / 2, area.width() - left - cap.width() - 2 * S12
            ink = "accent" if on else "text"
            paint.draw_text(painter, QRectF(left, top, wide, first), self._title, "body_strong", ink)
            paint.draw_text(painter, QRectF(left, top + first, wide, second), self._text, "caption", "text2")
