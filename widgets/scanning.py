"""A scanner that types, and cards swiped into the keyboard: their keys never get into a form.

Looks at the native window's keys before any widget does. What may be a scan is held back until it is clear what it is;
a person's keys are then typed after all, in order.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QWidget

from devices.scanners.burst import Burst

_PLAIN = {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier}
_ENDS = {Qt.Key.Key_Return.value: "\r", Qt.Key.Key_Enter.value: "\r", Qt.Key.Key_Tab.value: "\t"}
"""Keys that end a scan, whatever text the platform gives them."""
_LATE = 1.5
"""A timer may be late by so much before a key that was already waiting counts as one after the silence."""


class TypedScans(QObject):
    """Emits `scanned(str)` for every burst of keys. `burst()` tells bursts apart, asked for at each beginning."""

    scanned = Signal(str)

    def __init__(self, burst: Callable[[], Burst], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make = burst
        self._burst = burst()
        self._window: QWindow | None = None
        self._held: list[QKeyEvent] = []
        self._last_s = 0.0
        self._replaying = 0
        self._silence = QTimer(self, singleShot=True)
        self._silence.timeout.connect(self._end)

    def watch(self, window: QWindow) -> None:
        """Look at the keys of `window` from now on."""
        if self._window is not window:
            self._window = window
            window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or "_replaying" not in vars(self):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            return not self._replaying and self._kept_from_shortcuts(event)
        if event.type() != QEvent.Type.KeyPress:
            return False
        if self._replaying:
            self._replaying -= 1
            return False
        return self._pressed(event)

    def _kept_from_shortcuts(self, event: QKeyEvent) -> bool:
        """A key that may be part of a scan is no shortcut yet."""
        if not self._may_be_held(event):
            return False
        event.accept()
        return True

    def _may_be_held(self, event: QKeyEvent) -> bool:
        if event.isAutoRepeat() or not _sign(event):
            return False
        if self._held:
            return True
        return event.modifiers() in _PLAIN and self._make().begins(_sign(event))

    def _pressed(self, event: QKeyEvent) -> bool:
        """Is this key held back? A key that cannot be part of a scan ends it, and follows what was typed before it."""
        if self._held and (monotonic() - self._last_s) * 1000 > self._burst.patience_ms * _LATE:
            self._end()  # the timer is due, and this key was already waiting
        if self._may_be_held(event):
            self._hold(event)
            return True
        if not self._held:
            return False
        self._end()
        self._type([event.clone()])
        return True

    def _hold(self, event: QKeyEvent) -> None:
        if not self._held:
            self._burst = self._make()
        self._burst.take(_sign(event))
        self._held.append(event.clone())
        self._last_s = monotonic()
        if self._burst.full:
            self._end()
        else:
            self._silence.start(self._burst.patience_ms)

    @Slot()
    def _end(self) -> None:
        self._silence.stop()
        held, self._held = self._held, []
        payload = self._burst.end()
        if payload is None:
            self._type(held)
        else:
            self.scanned.emit(payload)

    def _type(self, keys: list[QKeyEvent]) -> None:
        """Type held keys after all: into a field as the signs they are, elsewhere as keys, which may be shortcuts."""
        if self._window is None or not keys:
            return
        focus = QGuiApplication.focusObject()
        field = isinstance(focus, QWidget) and focus.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self._replaying += len(keys)
        if field:
            for key in keys:
                QCoreApplication.postEvent(self._window, key)
            return
        from PySide6.QtTest import QTest  # the one door to the shortcuts

        for key in keys:
            QTest.keyEvent(QTest.KeyAction.Press, self._window, Qt.Key(key.key()), key.modifiers())
        self._replaying = 0


def _sign(event: QKeyEvent) -> str:
    """What a key types."""
    return _ENDS.get(event.key()) or event.text()
