"""Hands and eyes for the window: scripts that press keys where the focus is and wait for what a person would see.

The tour and the bench drive the program with these; there is no way past the keyboard.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.views import DueState, TodayRow
from widgets.opening import application
from widgets.screens import TODAY

if TYPE_CHECKING:
    from widgets.main_window import MainWindow

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Wait:
    """What the script waits for before it goes on."""

    what: str
    ready: Callable[[], bool]
    patience_s: float = PATIENCE_S


Script = Generator[Wait, None, None]


class Driver(QObject):
    """Runs a script on the window's thread; ends the application when it is over or something did not come."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script
        self._wait = Wait("the window", lambda: True)
        self._until = time.monotonic() + PATIENCE_S
        self.failure = "did not run"
        self._timer = QTimer(self, interval=5)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    @Slot()
    def _look(self) -> None:
        try:
            if not self._wait.ready():
                if time.monotonic() > self._until:
                    self._end(f"waited in vain for {self._wait.what}")
                return
            self._wait = next(self._script)
            self._until = time.monotonic() + self._wait.patience_s
        except StopIteration:
            self._end("")
        except Exception as error:
            self._end(f"stopped while waiting for {self._wait.what}: {type(error).__name__}")
            raise

    def _end(self, failure: str) -> None:
        self.failure = failure
        self._timer.stop()
        QApplication.exit(0)


def drive(script: Script, window: Callable[[], QWidget | None], out: Path) -> str:
    """Run a script to its end. Returns what went wrong, or nothing; a picture of that moment is left then."""
    driver = Driver(script)
    application().exec()
    shown_now = window()
    if driver.failure and shown_now is not None:
        shown_now.grab().save(str(out / "failed.png"))
    return driver.failure


# Hands and eyes ---------------------------------------------------------------------------------------------------


def sign_in(window: MainWindow, pin: str) -> Script:
    """Type a PIN at the lock, for the person who is chosen there."""
    yield Wait("the window to be in front", window.isActiveWindow)
    yield Wait("the staff", lambda: any(tile.staff_id == window.lock.state.chosen for tile in window.lock.state.tiles))
    type_text(pin)
    press(window, "Return")
    yield Wait("the desk to open", lambda: not window.session.locked)
    yield Wait("the schedule", lambda: bool(rows(window)))


def walk_to(window: MainWindow, appointment_id: str) -> Script:
    """Move the selection to a visit with the arrow keys, up or down."""
    while selected(window) != appointment_id:
        order = [row.visit.appointment_id for row in page(window).presenter.state.rows]
        before = selected(window)
        down = before not in order or order.index(before) < order.index(appointment_id)
        press(window, "Down" if down else "Up")
        yield Wait("the selection to move", lambda before=before: selected(window) != before)  # type: ignore[misc]


def settled() -> Script:
    """Let everything that is under way arrive and be painted."""
    until = time.monotonic() + 0.25
    yield Wait("the screen to settle", lambda: time.monotonic() > until)


def press(window: MainWindow, keys: str) -> None:
    """Press keys where the focus is, as a person would."""
    QTest.keySequence(QApplication.focusWidget() or window, QKeySequence(keys))


def type_text(text: str) -> None:
    """Type where the focus is."""
    target = QApplication.focusWidget()
    if target is not None:
        QTest.keyClicks(target, text, Qt.KeyboardModifier.NoModifier)


def on(window: MainWindow, screen: str) -> bool:
    """Is this screen shown?"""
    return window.navigator.place is not None and window.navigator.place.screen == screen


def page(window: MainWindow) -> Any:
    """The page that is shown."""
    return window.navigator.page


def rows(window: MainWindow) -> tuple[TodayRow, ...]:
    """The day's visits as painted."""
    if not on(window, TODAY):
        return ()
    view = page(window).presenter.state.view
    return tuple(view.rows) if view else ()


def selected(window: MainWindow) -> str:
    """The visit that is selected."""
    return str(page(window).presenter.state.choice.appointment_id) if on(window, TODAY) else ""


def due_row(window: MainWindow) -> TodayRow | None:
    """The selected visit, when something is due for it."""
    return next((row for row in rows(window) if row.visit.appointment_id == selected(window)
                 and row.due_state is DueState.DUE), None)  # fmt: skip


def is_paid(window: MainWindow, appointment_id: str) -> bool:
    """Does the schedule show this visit as paid, in whole or in part?"""
    return any(row.visit.appointment_id == appointment_id and row.paid_cents for row in rows(window))
