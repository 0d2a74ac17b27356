"""Windows in tests: an offscreen application in the product's theme, keys as a person types them, and pictures
for review."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.backup import Backups
from app.card_reader import CardReader
from app.care import Care
from app.claims import Claims
from app.clock_guard import ClockGuard
from app.desks import Desks
from app.device_log import DeviceLog
from app.devices import Devices
from app.find import Find
from app.folders import Folders
from app.hub_line import HubLine
from app.lanes import Lane
from app.online_inbox import OnlineInbox
from app.patients import Patients
from app.posting import Posting
from app.practice import PracticeFacts
from app.printing import Printing
from app.scans import Scans
from app.secrets import Secrets
from app.signin import SignIn
from app.stripe_readers import StripeReaders
from app.syncing import Syncing
from app.views import AttentionItem, DeviceLight
from app.ways import Ways
from tests.support.clinic import TestClinic
from widgets import fonts, theme
from widgets.screens import SCREENS

PICTURES = os.environ.get("COPAYDESK_PICTURES", "")
"""A folder where tests leave what they saw, for a person to look at."""

NAMES = ("store", "reads", "lists", "payments", "files", "terminal", "printer", "net", "hub")


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[theme.Theme]:
    """The application in the light theme at 100 %, and so again afterwards."""
    look = theme.current()
    if qapp.font().family() != fonts.SANS:
        theme.apply(qapp)
    plain: dict[str, Any] = {
        "scheme": "light", "compact": False, "scale": 100, "less_motion": False, "high_contrast": False
    }  # fmt: skip
    look.set(**plain)
    yield look
    let_go()  # what only waits to be deleted is not restyled
    look.set(**plain)


@pytest.fixture(scope="module", autouse=True)
def cycles_wait() -> Iterator[None]:
    """Garbage of windows is cleared away on this thread, as the program does it: on a lane it would take timers with it
    that Qt still ticks. What a window that settled has frozen is garbage like the rest once its test is over. No window
    is left to the next file, where it would be restyled with every change of the theme."""
    gc.disable()
    frozen = gc.get_freeze_count()
    yield
    if gc.get_freeze_count() > frozen:  # else the whole heap need not be looked through
        gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.enable()
    if QApplication.instance() is not None:
        for window in QApplication.topLevelWidgets():
            window.deleteLater()
        let_go()


@pytest.fixture(autouse=True)
def windows_go() -> Iterator[None]:
    """What a test closed is gone before the next one begins: windows that only wait for it are restyled with the others
    at every change of the theme. pytest-qt asks for their deletion before fixtures end, and leaves it to a loop that
    does not run."""
    yield
    if QApplication.instance() is not None:
        let_go()


def let_go() -> None:
    """Delete now what was asked to be deleted later."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # type: ignore[arg-type]


@pytest.fixture
def lane() -> Iterator[Lane]:
    """One lane, closed afterwards."""
    made = Lane("reads")
    yield made
    made.close()


def settle() -> None:
    """Let layouts, paints and queued calls that are already on their way come to their end."""
    for _ in range(4):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def picture(widget: QWidget, name: str) -> None:
    """Leave a picture of `widget` for review, where a folder for pictures is named."""
    settle()
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        widget.grab().save(str(Path(PICTURES) / f"{name}.png"))


def press(keys: str) -> None:
    """Press keys (`Ctrl+K`, `F2`, `Return`) where the focus is, as a person would."""
    target = QApplication.focusWidget() or QApplication.activeWindow()
    assert target is not None, "no window has the focus"
    QTest.keySequence(target, QKeySequence(keys))


def type_text(text: str) -> None:
    """Type `text` where the focus is."""
    target = QApplication.focusWidget()
    assert target is not None, "no window has the focus"
    QTest.keyClicks(target, text)


def shown(widget: QWidget) -> QWidget:
    """Show `widget` as the active window."""
    widget.show()
    widget.activateWindow()
    QTest.qWaitForWindowActive(widget)
    return widget


def clipped(root: QWidget) -> list[str]:
    """Labels under `root` that are seen and do not have the room their words need."""
    from widgets.common.text import Text

    settle()
    found = []
    for label in root.findChildren(Text):
        if not label.isVisible() or label.elides or not label.text():
            continue
        need = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        narrow = not label.wordWrap() and label.width() < label.sizeHint().width()
        if narrow or label.height() < need - 1:
            found.append(f"{label.text()!r}: {label.width()}x{label.height()}, needs {label.sizeHint().width()}x{need}")
    return found


# A desk to put a window on ----------------------------------------------------------------------------------------

LIGHTS = (
    DeviceLight("reader", "ok", "light.reader.ready"),
    DeviceLight("printer", "ok", "light.printer.ready"),
    DeviceLight("drawer", "ok", "light.drawer.closed"),
    DeviceLight("sync", "ok", "light.sync.synced_now", {"pending": 0}),
    DeviceLight("line", "ok", "light.line.online"),
)


class Board:
    """Lights that a test switches."""

    def __init__(self) -> None:
        self.now = {light.key: light for light in LIGHTS}
        self._callbacks: list[Callable[..., None]] = []
        self.paying = False
        self.looked: list[str] = []

    def lights(self) -> tuple[DeviceLight, ...]:
        return tuple(self.now.values())

    def subscribe(self, callback: Callable[..., None]) -> Callable[[], None]:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def contact(self, _key: str) -> None:
        return None

    def watch_closely(self, on: bool) -> None:
        self.looked = [*self.looked, "closely" if on else "no more"]

    def check_reader(self, _job: Any = None) -> None:
        self.looked = [*self.looked, "reader"]

    def check_printer(self, _job: Any = None) -> None:
        self.looked = [*self.looked, "printer"]

    def switch(self, *lights: DeviceLight) -> None:
        """Show other lights and tell."""
        self.now |= {light.key: light for light in lights}
        for callback in list(self._callbacks):
            callback()


class Acts:
    """Remembers what was asked of a story, as (name, arguments)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Callable[..., str]:
        def act(*arguments: Any) -> str:
            self.asked.append((name, arguments))
            return "job-1"

        return act


class BlankPage:
    """A page of nothing: what the window does around pages is what is looked at."""

    def __init__(self, _kit: Any) -> None:
        self.widget = QWidget()
        self.widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.money_in_flight = False
        self.entered: list[Any] = []
        self.left = 0
        self.changes: list[Any] = []

    def enter(self, place: Any) -> None:
        self.entered.append(place)
        self.widget.setFocus()

    def leave(self) -> None:
        self.left += 1

    def changed(self, change: Any) -> None:
        self.changes.append(change)


class StandDesk:
    """A desk over a real store with real sign-in and find; devices are lights and acts that a test sees."""

    def __init__(self, clinic: TestClinic) -> None:
        self.store, self.clock, self.settings = clinic.store, clinic.clock, clinic.settings
        self.clinic = clinic.clinic
        self.desks = Desks(clinic.clinic, None)
        self.lanes = {name: Lane(name) for name in NAMES}
        self.sign_in, self.find = SignIn(clinic.clinic), Find(clinic.clinic, clinic.settings)
        self.patients = Patients(clinic.clinic)
        self.claims = Claims(clinic.clinic)
        self.online_inbox = OnlineInbox(clinic.clinic)
        self.practice = PracticeFacts(clinic.clinic)
        self.ways = Ways(clinic.clinic)
        self.scans = Scans(clinic.settings)
        self.device_log = DeviceLog()
        secrets = Secrets(Folders(clinic.folder), clinic.settings)
        self.stripe_readers = StripeReaders(clinic.settings, secrets, CardReader(clinic.settings), lambda: None)
        self.status = Board()
        self.items: tuple[AttentionItem, ...] = ()
        self.attention = SimpleNamespace(items=lambda: self.items)
        self.printing, self.sync, self.importing = Acts(), Acts(), Acts()
        spool = Printing(clinic.clinic, clinic.settings, Posting(clinic.clinic, clinic.settings), self.lanes["printer"])
        self.devices = Devices(clinic.clinic, clinic.settings, self.status, spool, self.device_log,
                               CardReader(clinic.settings))  # fmt: skip
        self.schedule = self.checkout = self.accounts = None
        folders = Folders(clinic.folder)
        self.backups = Backups(folders, clinic.settings, Secrets(folders, clinic.settings), clinic.clock)
        self.care = Care(clinic.clinic, folders, self.backups)
        line = HubLine(clinic.clock)
        self.syncing = Syncing(clinic.clinic, line, ClockGuard(clinic.clinic, line), lambda: False, lambda: "")

    def facts(self) -> Any:
        return self.clinic.facts()

    def close(self) -> None:
        for made in self.lanes.values():
            made.close()


@pytest.fixture
def blank_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Screens of other rooms are blank pages."""
    from dataclasses import replace

    for name, screen in list(SCREENS.items()):
        if name not in {"patients", "settings"}:
            monkeypatch.setitem(SCREENS, name, replace(screen, make=BlankPage))


FULL, LOW = (1162, 654), (1076, 608)
LOOKS: dict[str, tuple[dict[str, Any], tuple[int, int]]] = {
    "light": ({}, FULL),
    "scheme": ({"scheme": "dark"}, FULL),
    "compact": ({"compact": True}, LOW),
    "scale": ({"scale": 125}, (1500, 900)),
}
"""Every look a page must hold in: what the theme is set to, and the room a page then has."""


def unfit(page: Any, name: str, look: str, states: Mapping[str, Any], focus: Callable[[], None]) -> dict[str, Any]:
    """Draw `page` in every state and one look, leave pictures, and return what was cut or grew past its room."""
    _, room = LOOKS[look]
    page.resize(*room)
    shown(page)
    wrong: dict[str, Any] = {}
    for state_name, state in states.items():
        page.draw(state)
        focus()
        QTest.qWait(2)
        page.resize(*room)
        QTest.qWait(1)
        picture(page, f"{name}-{state_name}-{look}")
        if (page.width(), page.height()) != room:
            wrong[state_name] = (page.width(), page.height())
        elif found := clipped(page):
            wrong[state_name] = found
    return wrong
