"""Training: this desk with a practice of invented people, a hub and devices of its own, in a program of its own.

The real desk stays closed and held while somebody trains; leaving opens it again as it was. The training program raises
the wall (`models.basics.wall`) before it opens anything, and so do the hub and the simulators it starts.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import suppress
from datetime import date
from zoneinfo import ZoneInfo

from app.folders import Folders
from app.one_desk import FolderLock
from app.practice_devices import own_environment, own_program
from app.sample_practice import furnish
from app.setup import local_zone
from models.basics.clock import Clock, SystemClock, business_date
from models.basics.errors import StorageError

_DAY_FILE = "furnished-on"
READY_LINE = b"ready\n"
"""What the training program says once its window is there."""


def make_ready(folders: Folders, clock: Clock | None = None) -> Folders:
    """The training of the desk in `folders`, furnished for today. What was trained on another day is forgotten; the
    same day goes on. Takes seconds the first time of a day.

    Raises StorageError `store.open_elsewhere` when somebody trains already, and what `furnish` raises.
    """
    training, zone = folders.training, local_zone()
    today = business_date((clock or SystemClock()).now(), ZoneInfo(zone)).isoformat()
    training.make()
    FolderLock(training.home).release()  # nobody trains now
    if _furnished_on(training) != today:
        _empty(training)
        furnish(training, zone, training=True)
        (training.home / _DAY_FILE).write_text(today, "utf-8")
    return training


def _furnished_on(training: Folders) -> str:
    try:
        return date.fromisoformat((training.home / _DAY_FILE).read_text("utf-8")).isoformat()
    except (OSError, ValueError):
        return ""


def _empty(training: Folders) -> None:
    try:
        shutil.rmtree(training.home)
    except OSError as error:
        raise StorageError("store.folder_forbidden", folder=str(training.home)) from error
    training.make()


class TrainingProgram:
    """The training program as the real desk's program sees it. Holds the real desk's folder until it ends, so that no
    other program opens that desk meanwhile."""

    def __init__(self, folders: Folders) -> None:
        """Start it. Raises StorageError `training.not_started`; nothing runs then."""
        self._lock = FolderLock(folders.home)
        try:
            self._process = subprocess.Popen(
                [*own_program(), "--home", str(folders.home), "train"], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, env=own_environment(),
            )  # fmt: skip
        except OSError as error:
            self._lock.release()
            raise StorageError("training.not_started") from error

    @property
    def process_id(self) -> int:
        """Its process."""
        return self._process.pid

    def wait_shown(self) -> bool:
        """Wait until its window is there. False: it ended before."""
        assert self._process.stdout is not None
        return self._process.stdout.readline() == READY_LINE

    def wait_left(self) -> None:
        """Wait until training was left, however; then let go of the real desk's folder."""
        try:
            assert self._process.stdout is not None
            self._process.stdout.read()
            self._process.wait()
            self._process.stdout.close()
        finally:
            self._lock.release()


def say_ready() -> None:
    """Tell the program that started this one that the window is there."""
    with suppress(OSError):  # it may be gone: this one goes on
        sys.stdout.buffer.write(READY_LINE)
        sys.stdout.buffer.flush()
