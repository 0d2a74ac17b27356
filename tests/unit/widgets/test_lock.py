"""Lock and sign-in, through the keys: real PINs, real pauses, nothing of a patient."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.lanes import Lane
from app.signin import SignIn
from app.views import Person, StaffTile
from tests.support.clinic import TestClinic
from tests.support.stalls import loop_watch
from tests.support.windows import LIGHTS, clipped, picture, press, shown, type_text
from widgets.bridge import Bridge
from widgets.lock.parts import PadKey, StaffButton
from widgets.lock.presenter import LockPresenter
from widgets.lock.state import first_name, step, wait_text
from widgets.lock.view import LockView
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")
PINS = {"Maria Delgado": "2580", "Nora Whitfield": "137946"}


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """A clinic with two people who have PINs; hashing them is slow by design, so once."""
    clinic = TestClinic(tmp_path_factory.mktemp("lock"))
    sign_in = SignIn(clinic.clinic)
    boss = Person("setup", "Setup", "", "S", manager=True)
    sign_in.add("Maria Delgado", "receptionist", PINS["Maria Delgado"], boss)
    sign_in.add("Nora Whitfield", "manager", PINS["Nora Whitfield"], boss)
    yield clinic, sign_in
    clinic.close()


@pytest.fixture
def locked(staffed, qtbot, lane: Lane):
    clinic, sign_in = staffed
    view, session = LockView(), Session()
    qtbot.addWidget(view)
    view.resize(1366, 768)
    view.left.show_now(clinic.clinic.now())
    view.left.show_place("Alder Street Family Medicine", "Desk 1")
    presenter = LockPresenter(view, bridge=Bridge(view), lane=lane, sign_in=sign_in, session=session)
    shown(view)
    presenter.show("Locked after 3 minutes without a key press. Your work is kept.")
    qtbot.waitUntil(lambda: len(presenter.state.tiles) == 2)
    view.pin.setFocus()
    view.presenter, view.session = presenter, session
    return view


def test_the_pin_alone_signs_in(locked, qtbot) -> None:
    type_text(PINS["Maria Delgado"])
    with qtbot.waitSignal(locked.presenter.opened):
        press("Return")
    assert locked.session.acting.name == "Maria Delgado"
    assert not locked.session.locked
    assert locked.pin.text() == ""


def test_six_digits_need_no_enter(locked, qtbot) -> None:
    press("Right")
    assert locked.presenter.state.tile.name == "Nora Whitfield"
    with qtbot.waitSignal(locked.presenter.opened):
        type_text(PINS["Nora Whitfield"])
    assert locked.session.acting.manager


def test_the_loop_stays_free_while_the_pin_is_checked(locked, qtbot) -> None:
    type_text(PINS["Maria Delgado"])
    with loop_watch() as watch, qtbot.waitSignal(locked.presenter.opened):
        press("Return")
        assert locked.button.busy
        assert locked.button.label == "Checking…"
    assert watch.longest_ms < 100


def test_touch_works_like_keys(locked, qtbot) -> None:
    keys = {key.key: key for key in locked.findChildren(PadKey)}
    for digit in PINS["Maria Delgado"] + "9":
        QTest.mouseClick(keys[digit], Qt.MouseButton.LeftButton)
    QTest.mouseClick(keys["back"], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(locked.presenter.opened):
        QTest.mouseClick(locked.button, Qt.MouseButton.LeftButton)


def test_a_pasted_pin_loses_what_is_no_digit(locked) -> None:
    QGuiApplication.clipboard().setText("25 80\n")
    press("Ctrl+V")
    assert locked.pin.text() == "2580"
    QGuiApplication.clipboard().clear()


def test_too_few_digits_are_not_tried(locked) -> None:
    type_text("123")
    press("Return")
    assert not locked.presenter.state.busy
    assert not locked.button.isEnabled()
    assert locked.button.toolTip() == "Type your PIN first"


def test_a_wrong_pin_says_how_many_tries_are_left(locked, qtbot) -> None:
    type_text("9173")
    press("Return")
    qtbot.waitUntil(lambda: bool(locked.presenter.state.message))
    assert locked.error.text == "That PIN is not right. 4 tries left before a pause."
    assert locked.pin.text() == ""
    assert locked.pin.hasFocus()
    picture(locked, "lock-wrong")
    type_text(PINS["Maria Delgado"])
    with qtbot.waitSignal(locked.presenter.opened):
        press("Return")


def test_after_five_wrong_pins_there_is_a_pause_for_that_person_only(locked, staffed, qtbot) -> None:
    clinic, _ = staffed
    for _ in range(5):
        qtbot.waitUntil(lambda: not locked.presenter.state.busy)
        type_text("9173")
        press("Return")
        qtbot.waitUntil(lambda: not locked.presenter.state.busy)
    qtbot.waitUntil(lambda: locked.presenter.state.wait_s > 0)
    assert locked.error.text == "Too many wrong PINs. Next try in 5:00"
    picture(locked, "lock-paused")
    type_text("2580")
    assert locked.pin.text() == ""
    locked.presenter._tick()
    assert locked.error.text.endswith("4:59")
    press("Right")
    assert locked.error.text == ""
    with qtbot.waitSignal(locked.presenter.opened):
        type_text(PINS["Nora Whitfield"])
    clinic.clock.advance(301)


def test_choosing_somebody_else_forgets_what_was_typed(locked) -> None:
    type_text("258")
    other = next(tile for tile in locked.findChildren(StaffButton) if tile.tile.name == "Nora Whitfield")
    QTest.mouseClick(other, Qt.MouseButton.LeftButton)
    assert locked.pin.text() == ""
    assert locked.pin.hasFocus()
    assert locked.pin.accessibleName() == "PIN for Nora"


def test_locking_again_keeps_who_was_at_the_desk(locked, qtbot) -> None:
    press("Right")
    with qtbot.waitSignal(locked.presenter.opened):
        type_text(PINS["Nora Whitfield"])
    locked.session.lock()
    locked.presenter.show("Locked.", "Payment running. It goes on and is kept.")
    assert locked.presenter.state.tile.name == "Nora Whitfield"
    assert locked.note.isVisible()
    assert locked.note.title.text() == "Payment running. It goes on and is kept."


@pytest.mark.parametrize(("scale", "size"), [(100, (1366, 768)), (100, (1280, 680)), (150, (1366, 768))])
def test_nothing_is_clipped_and_nothing_lies_over_another(locked, themed, scale: int, size, qtbot) -> None:
    themed.set(scale=scale, compact=size[1] * 100 < 740 * scale)
    locked.resize(*size)
    locked.left.lights.show_lights([])
    qtbot.waitUntil(lambda: locked.width() == size[0])
    picture(locked, f"lock-{scale}-{size[0]}x{size[1]}")
    assert clipped(locked) == []
    assert locked.pin.geometry().right() < locked.pad.geometry().left()
    assert locked.left.geometry().right() < locked.pin.geometry().left()


def test_twelve_people_can_be_reached(locked, qtbot) -> None:
    many = tuple(StaffTile(f"s{n}", f"Person Number {n}", "Front desk", "PN") for n in range(12))
    locked.presenter._tiles_arrived(many)
    for _ in range(11):
        press("Right")
    assert locked.presenter.state.chosen == "s11"
    press("Right")
    assert locked.presenter.state.chosen == "s0"
    qtbot.waitUntil(lambda: len([tile for tile in locked.findChildren(StaffButton) if tile.isVisible()]) == 12)
    picture(locked, "lock-many")


def test_the_lights_on_the_lock_are_spoken(locked) -> None:
    from app.words import sentence

    locked.left.lights.show_lights([(light, sentence(light.words, light.facts)) for light in LIGHTS])
    assert locked.left.lights.accessibleName() == "Reader ready, Printer ready, Online"


@pytest.mark.parametrize(("name", "called"), [("Maria Delgado", "Maria"), ("Dr. Okafor", "Dr. Okafor"), ("", "")])
def test_people_are_called_by_their_first_name(name: str, called: str) -> None:
    assert first_name(name) == called


def test_stepping_and_waiting_are_plain() -> None:
    assert step((), "", 1) == ""
    assert wait_text(301) == "5:01"


def test_the_stories_time_is_not_the_tests(staffed) -> None:
    """Hashing a PIN is meant to be slow: the window must never do it itself."""
    _, sign_in = staffed
    started = time.perf_counter()
    sign_in.hash("2580")
    assert time.perf_counter() - started > 0.005
