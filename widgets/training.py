"""Training at the window: the strip over everything, the program that trains, and the way there and back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.folders import Folders
from app.words import sentence
from models.basics.errors import PosError
from models.basics.wall import raise_wall
from widgets import theme
from widgets.common import KeycapButton, Text
from widgets.common.paint import smooth
from widgets.theme import S12, S20, Themed

if TYPE_CHECKING:
    from app.desk import Desk

KEYS: Final = "Ctrl+Shift+T"
_STRIPES = 52
"""How wide the stripes at both ends of the strip are."""


class TrainingStrip(Themed, QWidget):
    """Over every screen, the lock and whatever lies over them: nothing here is real. `leave` is the way back."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAccessibleName("Training")
        self.leave = QAction("Leave training", window)
        self.leave.setShortcut(QKeySequence(KEYS))
        self.leave.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        window.addAction(self.leave)
        self._title = Text("TRAINING", "heading_l", "on_warn")
        self.text = Text("", "body_medium", "on_warn", wrap=True)
        self.button = KeycapButton(action=self.leave, size="control_small")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it has its key; the PIN comes first
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(_STRIPES + S20, 6, _STRIPES + S20, 6)
        row.setSpacing(S20)
        row.addWidget(self._title)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        self.show_locked(True)
        self.follow_theme()

    def show_locked(self, locked: bool) -> None:
        """Under the lock say who may sign in: everybody here is invented."""
        from app.sample_practice import MANAGER, RECEPTIONIST

        known = {"receptionist": RECEPTIONIST.name, "receptionist_pin": RECEPTIONIST.pin, "manager": MANAGER.name,
                 "manager_pin": MANAGER.pin}  # fmt: skip
        self.text.setText(sentence("training.sign_in" if locked else "training.banner", known).body)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        with smooth(QPainter(self)) as painter:
            painter.fillRect(self.rect(), look.colour("warn_solid"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("on_warn"))
            for left in (0, self.width() - _STRIPES):
                painter.setClipRect(left, 0, _STRIPES, self.height())
                self._stripes(painter, left)

    def _stripes(self, painter: QPainter, left: int) -> None:
        high, step = self.height(), 2 * S12
        for x in range(left - high - step, left + _STRIPES, step):
            corners = ((x, high), (x + high, 0), (x + high + S12, 0), (x + S12, high))
            painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))


class Training(QObject):
    """Trains at the desk in `folders`: its desk is closed, the training program runs. `shown` when its window is there,
    `left` when it ended; `error` is then why it never began, or None."""

    shown = Signal()
    left = Signal()

    def __init__(self, folders: Folders, parent: QObject) -> None:
        super().__init__(parent)
        self._folders = folders
        self.error: PosError | None = None
        self.process_id = 0

    def start(self, desk: Desk) -> None:
        """Close `desk`, then train. Blocks nothing."""
        threading.Thread(target=self._run, args=(desk,), name="training", daemon=True).start()

    def _run(self, desk: Desk) -> None:
        from app.training import TrainingProgram

        desk.close()
        try:
            program = TrainingProgram(self._folders)
        except PosError as error:
            self.error = error
        else:
            self.process_id = program.process_id
            if program.wait_shown():
                self.shown.emit()
            program.wait_left()
        self.left.emit()


def run_training(folders: Folders) -> int:
    """The training program: the wall first, then the training practice of the desk in `folders` and its window."""
    raise_wall(folders.training.home)
    from app.training import make_ready, say_ready
    from widgets.opening import DeskWindow, Opening, application

    opening = Opening(folders.training, prepare=lambda: make_ready(folders))
    app = application()
    window = DeskWindow(opening)
    window.shown.connect(lambda: QTimer.singleShot(0, say_ready))
    code = app.exec()
    window.close_desk()
    return code
