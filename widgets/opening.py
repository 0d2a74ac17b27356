"""From nothing to a painted window: the application, the desk opened beside it, or first run."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

import resources
from app.folders import Folders, desk_folder
from app.words import sentence_for
from models.basics.errors import PosError
from models.basics.wall import raise_wall
from widgets import theme
from widgets.collector import Collector

if TYPE_CHECKING:
    from app.desk import Desk
    from widgets.first_run.presenter import FirstRunPresenter
    from widgets.main_window import MainWindow
    from widgets.training import Training

_NOT_DONE = "setup.not_done"
_PATIENCE_MS = 300
AFTER_PAINT_MS = 30
"""What runs behind the screen begins when the screen is there: it would compete with its painting."""


BEHIND_LOCK_MS = 300
"""When the first pages' modules are loaded: while somebody types a PIN."""


SETTLED_MS = 5_000
"""What was loaded by then stays as long as the program: the collector of cycles is spared looking at it again, which
would take a tenth of a second of the window's thread every now and then."""


def _load_first_pages() -> None:
    for name in ("widgets.today.page", "widgets.collect.page"):
        import_module(name)


FILLED = "filled"
"""The property of a window that filled the screen when it was closed."""


TURN_S = 0.0005
"""A thread that draws lets another one have its turn after so long (Python's own is ten times that): a receipt that is
ready must not wait for every part of a screen."""


def application() -> QApplication:
    """The application of this process, dressed in the theme; made on first use."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        QApplication.setApplicationName("Copaydesk")
        QApplication.setDesktopFileName("copaydesk")
        app = QApplication(sys.argv[:1])
        app.setWindowIcon(QIcon(str(resources.path("logo.svg"))))
        theme.apply(app)
        Collector(app)
    sys.setswitchinterval(TURN_S)
    return app


def show(window: QWidget) -> None:
    """Show the window at its own size, or filling the screen when that is no larger or the window did so last time
    (its property FILLED)."""
    screen = QGuiApplication.primaryScreen()
    room = screen.availableSize() if screen is not None else window.size()
    if QGuiApplication.platformName() in {"offscreen", "minimal"}:  # no screen there that could be filled
        window.show()
    elif window.property(FILLED) or room.width() <= window.width() or room.height() <= window.height():
        window.showMaximized()
    else:
        window.show()


def open_window(desk: Desk, then: Callable[[MainWindow], None] | None = None) -> int:
    """Show the window over an open `desk` until it is closed; `then` gets it when it is shown. The desk stays open."""
    from widgets.main_window import MainWindow

    app = application()
    window = MainWindow(desk)
    show(window)
    QTimer.singleShot(SETTLED_MS, window, gc.freeze)
    if then is not None:
        then(window)
    return app.exec()


def run_desk(home: Path | None = None) -> int:
    """Open the desk of this computer until its window is closed; where none is set up, first run comes before.

    The desk opens on a thread of its own while Qt starts, so that neither waits for the other.
    """
    opening = Opening(desk_folder(home))
    app = application()
    desk_window = DeskWindow(opening)
    code = app.exec()
    desk_window.close_desk()
    return code


class Opening:
    """Opens a desk on a thread and keeps what came of it."""

    def __init__(self, folders: Folders, prepare: Callable[[], object] = lambda: None) -> None:
        """`prepare` runs before, on the same thread."""
        self.folders = folders
        self._prepare = prepare
        self.desk: Desk | None = None
        self.error: Exception | None = None
        self.begin()

    def begin(self) -> None:
        """Open, or open again."""
        self.desk = self.error = None
        self.thread = threading.Thread(target=self._open, name="desk-open", daemon=True)
        self.thread.start()

    def _open(self) -> None:
        from app.desk import open_desk

        try:
            self._prepare()
            self.desk = open_desk(self.folders, start=False)
        except Exception as error:  # shown by the window, whatever it is
            self.error = error
        else:
            if self.desk.clinic.training:
                raise_wall(self.folders.home)


class DeskWindow(QObject):
    """Shows what belongs on the screen: the desk's window, first run, or why the desk does not open."""

    _opened = Signal()
    shown = Signal()
    """Something else is on the screen now."""

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.training: Training | None = None
        self._opening = opening
        self._shown: QWidget | None = None
        self.first_run: FirstRunPresenter | None = None
        self._import_next = False
        self._training_error: PosError | None = None
        self._opened.connect(self._look, Qt.ConnectionType.QueuedConnection)
        self._slow = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._slow.timeout.connect(self._say_opening)
        self._wait(patient=True)

    @property
    def window(self) -> QWidget | None:
        """What is on the screen now."""
        return self._shown

    def close_desk(self) -> None:
        """Close the desk, when it was opened. The window goes with it, as soon as events are handled."""
        self._opening.thread.join()
        if self._shown is not None:
            self._shown.hide()
            self._shown.deleteLater()
            self._shown = None
        if self._opening.desk is not None:
            self._opening.desk.close()

    def _wait(self, *, patient: bool) -> None:
        """Look when the desk is open; after a while say that it takes long, unless the screen says so already."""
        if patient:
            self._slow.start()
        threading.Thread(target=self._tell_when_open, name="desk-opened", daemon=True).start()

    def _tell_when_open(self) -> None:
        self._opening.thread.join()
        self._opened.emit()

    @Slot()
    def _say_opening(self) -> None:
        self._put(waiting_page("Opening the desk…"))

    @Slot()
    def _look(self) -> None:
        self._slow.stop()
        error = self._opening.error
        if self._opening.desk is not None:
            self._show_desk(self._opening.desk)
        elif isinstance(error, PosError) and error.message_key == _NOT_DONE:
            self._show_first_run()
        elif error is not None:
            self._show_error(error)

    def _show_desk(self, desk: Desk) -> None:
        from widgets.main_window import MainWindow

        window = MainWindow(desk)
        if self._import_next:
            window.offer_import()
        window.training_wanted.connect(self._train)
        self._put(window)
        if self._training_error is not None:
            words, self._training_error = sentence_for(self._training_error), None
            window.notices.show(f"{words.title}. {words.body}", "warn")
        QTimer.singleShot(AFTER_PAINT_MS, desk.start)
        QTimer.singleShot(BEHIND_LOCK_MS, _load_first_pages)
        QTimer.singleShot(SETTLED_MS, window, gc.freeze)

    @Slot()
    def _train(self) -> None:
        """The desk closes, training opens in a program of its own; when that ends the desk opens again."""
        from widgets.training import Training

        self.training = Training(self._opening.folders, self)
        self.training.shown.connect(self._hide)
        self.training.left.connect(self._back_from_training)
        QApplication.setQuitOnLastWindowClosed(False)
        self._put(waiting_page("Getting the training practice ready…"))
        desk, self._opening.desk = self._opening.desk, None
        assert desk is not None
        self.training.start(desk)

    @Slot()
    def _hide(self) -> None:
        if self._shown is not None:
            self._shown.hide()

    @Slot()
    def _back_from_training(self) -> None:
        assert self.training is not None
        self._training_error, self.training = self.training.error, None
        QApplication.setQuitOnLastWindowClosed(True)
        self._put(waiting_page("Opening the desk…"))
        self._again()

    def _show_first_run(self) -> None:
        from app.lanes import Lane
        from app.secrets import Secrets
        from app.settings import Settings
        from app.setup import Setup
        from models.basics.clock import SystemClock
        from widgets.bridge import Bridge
        from widgets.first_run.presenter import FirstRunPresenter
        from widgets.first_run.view import FirstRunView

        folders = self._opening.folders
        settings = Settings.load(folders.settings)
        setup = Setup(folders, settings, Secrets(folders, settings), SystemClock())
        view = FirstRunView(setup.zones())
        lane = Lane("setup")
        self.first_run = FirstRunPresenter(view, bridge=Bridge(view), lane=lane, setup=setup)
        self.first_run.finished.connect(self._set_up)
        view.destroyed.connect(lambda: lane.close(0))
        self._put(view)

    @Slot()
    def _set_up(self) -> None:
        self._import_next = True
        self._opening.begin()
        self._wait(patient=False)

    def _show_error(self, error: Exception) -> None:
        from widgets.common import KeycapButton, Role, Text, page_action

        words = sentence_for(error)
        page = _Plain("Copaydesk")
        centre = Qt.AlignmentFlag.AlignCenter
        page.body.addWidget(Text(words.title, "title", align=centre, wrap=True))
        rest = " ".join(part for part in (words.body, words.action) if part)
        page.body.addWidget(Text(rest, "lead", "text2", align=centre, wrap=True))
        code = error.message_key if isinstance(error, PosError) else type(error).__name__
        page.body.addWidget(Text(code, "mono_caption", "muted", align=centre))
        again = KeycapButton(role=Role.PRIMARY, action=page_action(page, "Try again", ("Return", "Enter"), self._again))
        page.body.addWidget(again, 0, Qt.AlignmentFlag.AlignHCenter)
        page.body.addStretch(1)
        self._put(page)
        again.setFocus()

    def _again(self) -> None:
        self._opening.begin()
        self._wait(patient=True)

    def _put(self, window: QWidget) -> None:
        before, self._shown = self._shown, window
        show(window)
        self.shown.emit()
        if before is not None:  # only now: the last window closed would end the program
            before.hide()
            before.deleteLater()


def waiting_page(words: str) -> QWidget:
    """A window that says what is waited for."""
    from widgets.common import Spinner, Text

    page = _Plain("Copaydesk")
    page.body.addWidget(Spinner("accent"), 0, Qt.AlignmentFlag.AlignHCenter)
    page.body.addWidget(Text(words, "lead", "text2", align=Qt.AlignmentFlag.AlignCenter))
    page.body.addStretch(1)
    return page


class _Plain(QWidget):
    """A quiet window with something in its middle."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setWindowTitle(title)
        self.resize(1366, 768)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(160, 40, 160, 40)
        self.body.setSpacing(theme.S16)
        self.body.addStretch(1)
