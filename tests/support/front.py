"""The whole window over a desk on the counter, worked by keys alone; every key press is counted."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import Counter, counter, rosa_with_copay_and_balance
from tests.support.stalls import LoopWatch, allowed_stall_ms, loop_watch
from tests.support.windows import picture
from widgets.main_window import MainWindow
from widgets.screens import PREPARED, TODAY, Place

PATIENCE_S = 20.0


class Front:
    """A window somebody sits at."""

    def __init__(self, here: Counter, watch: LoopWatch) -> None:
        self.counter, self.watch = here, watch
        self.keys: list[str] = []
        self.window = MainWindow(here.desk)
        self.window.show()
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)

    def sign_in(self) -> None:
        """Maria sits down; the day is shown with its next patient."""
        self.window.session.sign_in(MARIA)
        self.window.navigator.top(Place(TODAY, select_next=True))
        self.wait(lambda: self.state.side is not None and self.state.side.view is not None)
        self.window.navigator.prepare(PREPARED)  # as the window does in the first quiet moment
        self.wait(lambda: set(PREPARED) <= set(self.window.navigator._pages))
        self.keys.clear()

    # Hands ----------------------------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys one after another, each counted."""
        for key in keys:
            self.keys.append(key)
            QTest.keySequence(self._target(), QKeySequence(key))

    def type(self, text: str) -> None:
        """Type `text`: these are no keys of a budget."""
        QTest.keyClicks(self._target(), text)

    def _target(self) -> QWidget:
        target = QApplication.focusWidget() or QApplication.activeWindow()
        assert target is not None, "no window has the focus"
        return target

    # Eyes -----------------------------------------------------------------------------------------------------------

    @property
    def screen(self) -> str:
        """The name of the screen that is shown."""
        place = self.window.navigator.place
        return place.screen if place else ""

    @property
    def page(self) -> Any:
        """The page that is shown."""
        return self.window.navigator.page

    @property
    def view(self) -> Any:
        """Its widget."""
        return self.page.widget

    @property
    def state(self) -> Any:
        """What its presenter shows."""
        return self.page.presenter.state

    def wait(self, condition: Callable[[], Any], patience_s: float = PATIENCE_S) -> None:
        """Let the window live until `condition`."""
        end = time.monotonic() + patience_s
        while not condition():
            assert time.monotonic() < end, f"it did not happen in time on {self.screen}"
            QTest.qWait(2)

    def meanwhile(self, work: Callable[[], Any]) -> None:
        """Let somebody else do `work` while the window lives: what a test does keeps the window from its keys."""
        with ThreadPoolExecutor(1) as other:
            doing = other.submit(work)
            self.wait(doing.done)
            doing.result()

    def arrive(self, screen: str, ready: Callable[[], Any] = lambda: True) -> None:
        """Wait for a screen."""
        self.wait(lambda: self.screen == screen and ready())

    def picture(self, name: str) -> None:
        """Leave a picture of the window for review."""
        QTest.qWait(20)
        picture(self.window, name)

    # Books ----------------------------------------------------------------------------------------------------------

    def payments(self) -> list[tuple[str, int, str]]:
        """(tender, cents, reversed at) of every payment."""
        return self.counter.payments()


def clear_away() -> None:
    """What other tests left behind is not a window's to clear away; what stays after that is not looked through again,
    a tenth of a second each time."""
    gc.collect()
    gc.freeze()


@contextmanager
def attended() -> Iterator[LoopWatch]:
    """Every window of a journey is opened within one of these: at its end the event loop was never away for long."""
    with loop_watch() as watch:
        yield watch
        assert watch.longest_ms <= allowed_stall_ms(), f"the window stood still for {watch.longest_ms:.0f} ms"


@contextmanager
def front(
    folder: Path,
    fill: Callable[[TestClinic], Any] = rosa_with_copay_and_balance,
    *,
    terminal: str = "",
    printer: str = "",
    signed_in: bool = True,
) -> Iterator[Front]:
    """The window over a furnished desk. At the end the books hold, and the event loop was never away for long."""
    clear_away()
    with counter(folder, fill, terminal=terminal, printer=printer) as here, attended() as watch:
        made = Front(here, watch)
        try:
            if signed_in:
                made.sign_in()
                watch.longest_ms = 0.0
            yield made
            here.holds()
        finally:
            made.window.hide()
            made.window.deleteLater()
            QTest.qWait(1)
