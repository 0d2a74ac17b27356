"""Enter and Esc of a part of a page: while the focus is in it they are its own, not the page's."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class OwnKeys(QObject):
    """Watches `part` and everything in it. Enter calls `enter` with the widget that has the focus, Esc `escape`; a list
    that hangs open keeps both."""

    def __init__(self, part: QWidget, *, enter: Callable[[QWidget], None], escape: Callable[[], None]) -> None:
        super().__init__(part)
        self._part, self._enter, self._escape = part, enter, escape
        for widget in (part, *part.findChildren(QWidget)):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        wanted = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if event.type() not in wanted or not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if event.modifiers() not in _PLAIN or QApplication.activePopupWidget() is not None:
            return False
        key = Qt.Key(event.key())
        if key not in (*_ENTER, Qt.Key.Key_Escape):
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            self._escape() if key is Qt.Key.Key_Escape else self._enter(watched)
        return True
