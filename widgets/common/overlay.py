"""What lies over the window for a while: a scrim, a panel on it, the focus kept inside and given back at the end."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from widgets import theme
from widgets.theme import Themed

_SHADOW, _SHADOW_STEP = 34, 0.018

FLOOR = "floor"
"""Name of the part of a window that overlays cover."""


class Overlay(Themed, QWidget):
    """Covers `host` while it is open. Esc or a click beside the panel closes it. `closed` follows every end.

    Over a window it covers the part named FLOOR, where there is one: what lies above that (the lock) stays above it.

    A subclass lays its panel in `place_panel` and takes the focus in `take_focus`.
    """

    closed = Signal()
    closes_beside = True
    """Does a click beside the panel close it?"""

    def __init__(self, host: QWidget) -> None:
        host = host.findChild(QWidget, FLOOR) or host
        super().__init__(host)
        self.hide()
        self._host = host
        self._came_from: QWidget | None = None
        self.panel: QWidget | None = None
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.escape)
        host.installEventFilter(self)
        self.follow_theme()

    # Opening and closing --------------------------------------------------------------------------------------

    def open_over(self) -> None:
        """Cover the host and take the focus; what had it gets it back when this closes."""
        if not self.isVisible():
            self._came_from = QApplication.focusWidget()
        self.setGeometry(self._host.rect())
        self.place_panel()
        self.raise_()
        self.show()
        self.place_panel()  # once more: hidden parts have their size now
        self.take_focus()

    def close_over(self, *, give_back: bool = True) -> None:
        """Uncover the host. `give_back` returns the focus to where it was."""
        if not self.isVisible():
            return
        self.hide()
        before, self._came_from = self._came_from, None
        if give_back and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def escape(self) -> None:
        """Esc was pressed."""
        self.close_over()

    def place_panel(self) -> None:
        """Lay the panel for the present size."""

    def take_focus(self) -> None:
        """Put the focus where work begins."""
        if self.panel is not None:
            self.panel.setFocus(Qt.FocusReason.OtherFocusReason)

    # Keeping the focus inside ---------------------------------------------------------------------------------

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes around inside the overlay."""
        now = QApplication.focusWidget()
        if now is None or not self.isAncestorOf(now):
            return False
        step = now
        for _ in range(2000):
            following = step.nextInFocusChain() if forward else step.previousInFocusChain()
            if following is None or following is now:
                return True
            step = following
            reachable = step.isVisible() and step.isEnabled() and self.isAncestorOf(step)
            if reachable and step.focusPolicy() & Qt.FocusPolicy.TabFocus:
                reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
                step.setFocus(reason)
                return True
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        host: QWidget | None = vars(self).get("_host")  # nothing while Qt takes the window apart
        if host is not None and watched is host and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(host.rect())
            self.place_panel()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        beside = self.panel is None or not self.panel.geometry().contains(event.position().toPoint())
        if beside and self.closes_beside:
            self.close_over()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().scrim())
        if self.panel is not None:
            self._shadow(painter, self.panel)

    @staticmethod
    def _shadow(painter: QPainter, panel: QWidget) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colour = QColor(theme.current().colour("shadow"))
        colour.setAlphaF(_SHADOW_STEP)
        painter.setBrush(colour)
        for spread in range(4, _SHADOW, 5):
            around = QRectF(panel.geometry()).adjusted(-spread, 8 - spread, spread, 8 + spread)
            painter.drawRoundedRect(around, 12 + spread, 12 + spread)
