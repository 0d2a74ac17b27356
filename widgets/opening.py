"""From nothing to a painted window: the application, the desk opened beside it, or first run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

import resources
from widgets import theme

if TYPE_CHECKING:
    from app.desk import Desk

    from widgets.main_window import MainWindow


def application() -> QApplication:
    """The application of this process, dressed in the theme; made on first use."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        QApplication.setApplicationName("Copaydesk")
        QApplication.setDesktopFileName("copaydesk")
        app = QApplication(sys.argv[:1])
        app.setWindowIcon(QIcon(str(resources.path("logo.svg"))))
        theme.apply(app)
    return app


def open_window(desk: Desk, then: Callable[[MainWindow], None] | None = None) -> int:
    """Show the window over an open `desk` until it is closed; `then` gets it when it is shown. The desk stays open."""
    from widgets.main_window import MainWindow

    app = application()
    window = MainWindow(desk)
    show(window)
    if then is not None:
        then(window)
    return app.exec()


def show(window: MainWindow) -> None:
    """Show the window at its designed size, or filling a screen that is no larger."""
    screen = QGuiApplication.primaryScreen()
    room = screen.availableSize() if screen is not None else window.size()
    if room.width() <= window.width() or room.height() <= window.height():
        window.showMaximized()
    else:
        window.show()


def run_desk() -> int:
    return 0
