"""Scanners at the window: a licence finds its patient, and nothing of a scan or a swiped card gets into a form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from app import settings
from app.scans import KEYBOARD
from devices.scanners.burst import Burst
from tests.support.front import Front, front
from tests.support.simulators import SimulatorProcess
from tests.support.windows import themed  # noqa: F401
from widgets import scanning
from widgets.find.panel import FindPanel

pytestmark = pytest.mark.usefixtures("themed")

STRIPE = "%B4242424242424242^QUILLFEATHER/ROSA^27121010000000000000?;4242424242424242=27121010000012345678?\r"
ROSA_AS_KEYS = "@ANSI 636035090002DL00410278ZI03190008DLDAQD1234562DCS{family}DDENDAC{given}DDFNDBB{born}DAG12 ELM ST\r"


@pytest.fixture
def scanner() -> Iterator[SimulatorProcess]:
    machine = SimulatorProcess("scanner", ())
    yield machine
    machine.stop()


@pytest.fixture
def window(tmp_path: Path, themed: object) -> Iterator[Front]:  # noqa: F811
    with front(tmp_path) as made:
        yield made


def keys(window: Front, text: str) -> None:
    """Keys as they come from a keyboard, through the window and not to a widget: a millisecond apart, and silence only
    after the last, however busy the machine is."""
    handle, typed = window.window.windowHandle(), window.window.findChild(scanning.TypedScans)
    assert handle is not None
    assert typed is not None
    silence = typed.findChild(QTimer)
    assert silence is not None
    moments = count(monotonic(), 0.001)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning, "monotonic", lambda: next(moments))
        patch.setattr(Burst, "patience_ms", 60_000)
        for sign in text:
            QTest.keyClick(handle, sign)
    if silence.isActive():
        silence.setInterval(20)


def finder(window: Front) -> FindPanel:
    return window.window.find_overlay.finder


def rosa_as_keys(window: Front) -> str:
    (rosa,) = window.counter.desk.find.search("Quillfeather")[:1]
    born = rosa.patient.birth_date
    return ROSA_AS_KEYS.format(family=rosa.patient.name.split(",")[0].split()[-1].upper(), given="ROSA",
                               born=f"{born:%m%d%Y}")  # fmt: skip


def is_found(window: Front) -> bool:
    return window.window.find_overlay.isVisible() and window.window.finder.shows("rosa")


def test_a_swiped_payment_card_gets_into_no_form(window: Front) -> None:
    window.press("F2")
    window.wait(finder(window).field.hasFocus)
    keys(window, STRIPE)
    window.wait(lambda: window.window.notices.texts)
    assert finder(window).field.text() == ""
    assert "Use the card reader" in " ".join(window.window.notices.texts)
    assert not re.search(r"4242|QUILLFEATHER", " ".join(window.window.notices.texts))
    window.picture("scanner-card-blocked")


def test_a_licence_typed_by_a_scanner_finds_its_patient(window: Front) -> None:
    keys(window, rosa_as_keys(window))
    window.wait(lambda: is_found(window))
    assert "D1234562" not in finder(window).field.text()
    window.picture("scanner-licence")


def test_what_a_person_types_arrives_whole_and_in_order(window: Front) -> None:
    window.counter.desk.settings.set(settings.SCANNER_URL, KEYBOARD)
    window.press("F2")
    window.wait(finder(window).field.hasFocus)
    keys(window, "quill@feather;%")
    window.wait(lambda: finder(window).field.text() == "quill@feather;%")


def test_a_code_from_a_typing_scanner_is_looked_for(window: Front) -> None:
    window.counter.desk.settings.set(settings.SCANNER_URL, KEYBOARD)
    (rosa,) = window.counter.desk.find.search("Quillfeather")[:1]
    keys(window, f"MRN{rosa.patient.mrn}\r")
    window.wait(lambda: is_found(window))


def test_a_key_that_is_no_sign_follows_what_was_typed_before_it(window: Front) -> None:
    window.counter.desk.settings.set(settings.SCANNER_URL, KEYBOARD)
    window.press("F2")
    window.wait(finder(window).field.hasFocus)
    keys(window, "ab")
    handle = window.window.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, Qt.Key.Key_Backspace)
    window.wait(lambda: finder(window).field.text() == "a")


def test_a_scanner_on_a_wire_finds_and_comes_back(scanner: SimulatorProcess, window: Front) -> None:
    desk, light = window.counter.desk, window.window.shell.status_bar.light("scanner")
    desk.settings.set(settings.SCANNER_URL, scanner.url.partition("+")[2])
    window.wait(lambda: light.words.title == "Scanner ready")
    (rosa,) = desk.find.search("Quillfeather")[:1]
    scanner.tell(f"scan MRN{rosa.patient.mrn}")
    window.wait(lambda: is_found(window))
    window.press("Esc")
    scanner.tell("unplug")
    window.wait(lambda: light.words.title == "Scanner not connected")
    scanner.tell("replug")
    window.wait(lambda: light.words.title == "Scanner ready")
    scanner.tell(f"scan MRN{rosa.patient.mrn}")
    window.wait(lambda: is_found(window))


def test_nothing_is_found_under_the_lock(window: Front) -> None:
    window.window.lock_now()
    keys(window, rosa_as_keys(window))
    keys(window, STRIPE)
    QTest.qWait(200)
    assert not window.window.find_overlay.isVisible()


def test_a_letter_that_is_a_shortcut_is_one_still(window: Front) -> None:
    window.counter.desk.settings.set(settings.SCANNER_URL, KEYBOARD)
    page = window.view
    letters = [action for action in page.actions() if re.fullmatch("[A-Z]", action.shortcut().toString())]
    done: list[str] = []
    for action in letters:
        action.triggered.connect(lambda _checked=False, action=action: done.append(action.shortcut().toString()))
    assert letters
    first = letters[0]
    keys(window, first.shortcut().toString().lower())
    window.wait(lambda: done == [first.shortcut().toString()])
