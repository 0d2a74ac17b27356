"""Tabs over a card: words, the chosen one underlined. Arrow keys move."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from widgets import theme
from widgets.common import paint
from widgets.common.focus_ring import Ringed
from widgets.theme import S6, S8, S12, Themed


class _Tab(Ringed, Themed, QAbstractButton):
    def __init__(self, key: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.key, self._words = key, words
        self.setCheckable(True)
        self.setText(words)
        self.setAccessibleName(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def sizeHint(self) -> QSize:
        wide = paint.text_width(self._words, "body_strong") + 2 * (S8 if theme.current().compact else S12) - 2
        return QSize(round(wide), theme.current().px(34 if theme.current().compact else 39))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area, on = theme.current(), QRectF(self.rect()), self.isChecked()
        with paint.smooth(QPainter(self)) as painter:
            ink = "text" if on else "text2"
            paint.draw_text(painter, area, self._words, "body_strong" if on else "body", ink, paint.CENTRE)
            if on:
                painter.fillRect(QRectF(0, area.bottom() - 3, area.width(), 3), look.colour("accent"))


class Tabs(Themed, QWidget):
    """A row of tabs. Emits `chosen(key)`."""

    chosen = Signal(str)

    def __init__(self, name: str, items: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(S6, 0, S6, 0)
        row.setSpacing(2)
        self._tabs = [_Tab(key, words, self) for key, words in items.items()]
        for tab in self._tabs:
            self._group.addButton(tab)
            row.addWidget(tab)
        row.addStretch(1)
        self._tabs[0].setChecked(True)
        self._group.buttonClicked.connect(self._clicked)
        self.follow_theme()

    @property
    def key(self) -> str:
        """The chosen tab."""
        return next((tab.key for tab in self._tabs if tab.isChecked()), "")

    def set_key(self, key: str) -> None:
        """Choose `key` without telling."""
        for tab in self._tabs:
            if tab.key == key:
                tab.setChecked(True)

    def take_focus(self) -> None:
        """Put the focus onto the chosen tab."""
        for tab in self._tabs:
            if tab.isChecked():
                tab.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        at = next((n for n, tab in enumerate(self._tabs) if tab.isChecked()), 0)
        tab = self._tabs[(at + step) % len(self._tabs)]
        tab.setFocus(Qt.FocusReason.OtherFocusReason)
        tab.click()

    def _clicked(self, button: QAbstractButton) -> None:
        if isinstance(button, _Tab):
            self.chosen.emit(button.key)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(0, self.height() - 1, self.width(), 1, theme.current().colour("border"))
