"""No part of the window ever shows itself as a window of its own: it would flash up and take the keyboard away."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from tests.support.front import front
from tests.support.windows import themed  # noqa: F401
from widgets.main_window import MainWindow
from widgets.screens import ATTENTION, PATIENTS, SETTINGS, TODAY, Place
from widgets.settings.state import SECTIONS

pytestmark = pytest.mark.usefixtures("themed")


class Strays(QObject):
    """Writes down every top-level widget that is shown and is not the window."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow()
        if shown and not isinstance(watched, MainWindow):
            self.seen.append(type(watched).__name__)
        return False


def test_pages_and_overlays_are_made_inside_the_window(tmp_path: Path) -> None:
    strays = Strays()
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(strays)
    try:
        with front(tmp_path) as desk:
            for place in (Place(PATIENTS), Place(ATTENTION), *(Place(SETTINGS, item=s.name) for s in SECTIONS)):
                desk.window.navigator.top(place)
                desk.arrive(place.screen)
            desk.window.navigator.top(Place(TODAY, select_next=True))
            desk.arrive(TODAY, lambda: desk.state.side is not None)
            desk.press("F2", "Escape", "Return")
            desk.arrive("collect", lambda: desk.state.primary is not None)
            desk.press("F6", "F7", "Escape")
            desk.window.lock_now()
            desk.watch.longest_ms = 0.0  # looking at every event is slow itself: other journeys measure stalls
    finally:
        application.removeEventFilter(strays)
    assert strays.seen == []
