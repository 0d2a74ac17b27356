"""Banners in the page, and notices at the bottom right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QAction, QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import paint
from widgets.common.button import IconButton, KeycapButton, Role
from widgets.common.card import IconLabel
from widgets.common.text import Text
from widgets.theme import S4, S8, S10, S12, S16, S20, Themed

ICONS: Final = {"ok": "circle-check", "warn": "triangle-alert", "bad": "circle-alert", "info": "info"}


class Banner(Themed, QFrame):
    """What happened, what it means, and one button. `strip` runs over the page's width, its words in one line where
    they fit, else it is a card.

    Emits `pressed` when its button is pressed without an action of its own.
    """

    pressed = Signal()

    def __init__(
        self,
        meaning: str = "info",
        title: str = "",
        text: str = "",
        *,
        icon: str = "",
        button: str = "",
        action: QAction | None = None,
        strip: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._meaning, self._strip = meaning, strip
        self._icon = IconLabel(icon or ICONS[meaning], f"{meaning}_text", 18)
        self.title = Text("", "body_strong", f"{meaning}_text", wrap=not strip)
        body_ink = f"{meaning}_text" if strip else "text"
        self.text = Text("", "body" if strip else "table", body_ink, wrap=True)
        self.note = Text("", "caption_medium", f"{meaning}_text", parent=self)
        self.button = KeycapButton(button, action=action, size="control_small", icon="refresh-cw" if strip else "")
        self.button.clicked.connect(self.pressed)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setSpacing(S12)
        row.addWidget(self._icon)
        if strip:
            row.setContentsMargins(S20, 6, S20, 7)
            row.addWidget(self.title)
            row.addWidget(self.text, 1)
            row.addWidget(self.note)
        else:
            row.setContentsMargins(S12, S8, S12, S8)
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(self.title)
            words.addWidget(self.text)
            row.addLayout(words, 1)
            self.note.hide()
        row.addWidget(self.button)
        self.button.setVisible(bool(button or action))
        self.set(title, text)
        self.follow_theme()

    def set(
        self,
        title: str,
        text: str = "",
        note: str = "",
        *,
        meaning: str = "",
        icon: str = "",
        button: str | None = None,
    ) -> None:
        """Say something else; `meaning`, `icon` and `button` stay where not given (an empty button goes away)."""
        if meaning:
            self._meaning = meaning
            self.title.set_look(ink=f"{meaning}_text")
            self.text.set_look(ink=f"{meaning}_text" if self._strip else "text")
            self.note.set_look(ink=f"{meaning}_text")
        if meaning or icon:
            self._icon.set(icon or ICONS[self._meaning], f"{self._meaning}_text")
        if button is not None:
            self.button.set_text(button)
            self.button.setVisible(bool(button))
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text) or self._strip)
        self.note.setText(note)
        self.note.setVisible(bool(note) and self._strip)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area = theme.current(), QRectF(self.rect())
        ground, line = look.colour(f"{self._meaning}_soft"), look.colour(f"{self._meaning}_line")
        with paint.smooth(QPainter(self)) as painter:
            if self._strip:
                painter.fillRect(area, ground)
                painter.fillRect(QRectF(0, area.height() - 1, area.width(), 1), line)
            else:
                paint.rounded(painter, area, look.radius("panel"), ground, line, look.line)


class _Notice(Themed, QFrame):
    gone = Signal(object)

    def __init__(self, text: str, meaning: str, stays_ms: int, parent: QWidget) -> None:
        super().__init__(parent)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(S12, S8, S8, S8)
        row.setSpacing(S10)
        row.addWidget(IconLabel(ICONS.get(meaning, "info"), f"{meaning}_text", 16))
        self.words = Text(text, "body_medium", wrap=True)
        row.addWidget(self.words, 1)
        close = IconButton("x", "Close", role=Role.LINK, size="control_tiny")
        close.clicked.connect(self._end)
        row.addWidget(close)
        self._timer = QTimer(self, singleShot=True, interval=stays_ms)
        self._timer.timeout.connect(self._end)
        self._timer.start()
        self.follow_theme()

    def _end(self) -> None:
        self.gone.emit(self)

    def sizeHint(self) -> QSize:
        width = theme.current().px(340)
        return QSize(width, max(self._row.heightForWidth(width), theme.current().px(46)))

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()  # reading takes as long as it takes
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        with paint.smooth(QPainter(self)) as painter:
            area = QRectF(self.rect())
            paint.rounded(painter, area, look.radius("panel"), look.colour("surface"), look.colour("control"), 1)


class Notices(QObject):
    """Short messages at the bottom right of `host`: 6 s, at most three. Money results are never only a notice.

    `edge` tells where the decision column begins: notices stay left of it.
    """

    STAYS_MS: Final = 6000
    AT_MOST: Final = 3

    def __init__(self, host: QWidget, edge: Callable[[], int] | None = None) -> None:
        super().__init__(host)
        self._host, self._edge = host, edge
        self._shown: list[_Notice] = []
        host.installEventFilter(self)

    def show(self, text: str, meaning: str = "info") -> None:
        """Say `text`; the oldest leaves when there are more than three. What is said again takes its own old place."""
        for said in [each for each in self._shown if each.words.text() == text]:
            self._remove(said)
        notice = _Notice(text, meaning, self.STAYS_MS, self._host)
        notice.gone.connect(self._remove)
        self._shown.append(notice)
        while len(self._shown) > self.AT_MOST:
            self._remove(self._shown[0])
        self._place()
        notice.show()

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands there now, oldest first."""
        return tuple(notice.words.text() for notice in self._shown)

    def clear(self) -> None:
        """Take all away (the lock does: a notice may name somebody)."""
        for notice in list(self._shown):
            self._remove(notice)

    def _remove(self, notice: _Notice) -> None:
        if notice in self._shown:
            self._shown.remove(notice)
            notice.hide()
            notice.deleteLater()
            self._place()

    def _place(self) -> None:
        bottom = self._host.height() - theme.current().size("status_bar") - S16
        right = self._edge() if self._edge is not None else self._host.width()
        for notice in reversed(self._shown):
            size = notice.sizeHint()
            left = max(S20, right - size.width() - S20)
            notice.setGeometry(left, bottom - size.height(), size.width(), size.height())
            notice.raise_()
            bottom -= size.height() + S4 + S4

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        shown = vars(self).get("_shown")  # nothing while Qt takes the window apart
        if shown and watched is self._host and event.type() == QEvent.Type.Resize:
            self._place()
        return False
