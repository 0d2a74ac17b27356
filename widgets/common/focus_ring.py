"""The focus ring: 2 px outside the control with a 1 px gap, drawn over everything, shown while keys move the focus."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from widgets import theme
from widgets.common import paint

_ROOM = 4
_MOVES = {QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Hide, QEvent.Type.Show}


class FocusRing(QWidget):
    """One per window; follows the control that has the focus."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("focus-ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._target: QWidget | None = None
        self._chain: list[QWidget] = []
        self.hide()

    @staticmethod
    def of(window: QWidget) -> FocusRing:
        """The ring of `window`, made on first use."""
        found = window.findChild(FocusRing, "focus-ring", Qt.FindChildOption.FindDirectChildrenOnly)
        return found or FocusRing(window)

    def surround(self, target: QWidget) -> None:
        """Lie around `target` from now on."""
        self.leave()
        self._target = target
        step: QWidget | None = target
        while step is not None and step is not self.parentWidget():
            step.installEventFilter(self)
            self._chain.append(step)
            step = step.parentWidget()
        self._place()

    def leave(self, target: QWidget | None = None) -> None:
        """Lie around nothing; with `target` only if it is around that one."""
        if target is not None and target is not self._target:
            return
        for step in self._chain:
            if isValid(step):
                step.removeEventFilter(self)
        self._chain.clear()
        self._target = None
        self.hide()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES and vars(self).get("_target") is not None:  # nothing while Qt takes the window apart
            self._place()
        return False

    def _place(self) -> None:
        target, window = self._target, self.parentWidget()
        if target is None or window is None or not isValid(target) or not target.isVisible():
            self.hide()
            return
        area: QRect = target.ring_rect()  # type: ignore[attr-defined]
        spot = target.mapTo(window, QPoint(0, 0))
        self.setGeometry(area.translated(spot).adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM))
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._target is None:
            return
        with paint.smooth(QPainter(self)) as painter:
            painter.setPen(QPen(theme.current().colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inner = QRectF(self.rect()).adjusted(_ROOM, _ROOM, -_ROOM, -_ROOM)
            painter.drawPath(paint.focus_path(inner, self._target.ring_radius()))  # type: ignore[attr-defined]


class Ringed:
    """Mix-in (before the Qt class) for controls that wear the ring when keys bring the focus."""

    def ring_rect(self: Any) -> QRect:
        """What the ring goes around, in the control's coordinates."""
        area: QRect = self.rect()
        return area

    def ring_radius(self) -> int:
        """The control's corner radius."""
        return theme.current().radius("control")

    def focusInEvent(self: Any, event: QFocusEvent) -> None:
        super().focusInEvent(event)  # type: ignore[misc]
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            FocusRing.of(self.window()).surround(self)

    def focusOutEvent(self: Any, event: QFocusEvent) -> None:
        super().focusOutEvent(event)  # type: ignore[misc]
        FocusRing.of(self.window()).leave(self)
