"""Training: a manager begins it at the desk, a card is taken there, and the real desk is back as it was."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.desk import open_desk
from app.folders import Folders
from app.sample_practice import MANAGER, RECEPTIONIST
from app.settings import (
    HUB_LISTEN,
    PRACTICE_DEVICES,
    PRINTER_URL,
    SCANNER_URL,
    TERMINAL_URL,
    WINDOW_COMPACT,
    WINDOW_SCHEME,
    WINDOW_TEXT_SCALE,
)
from app.signin import SignIn
from app.training import make_ready
from models.basics.clock import FixedClock, SystemClock
from models.basics.errors import RuleBroken, StorageError
from tests.support.clinic import TestClinic
from tests.support.counter import furnish, rosa_with_copay_and_balance
from tests.support.front import attended
from tests.support.stalls import LoopWatch
from tests.support.windows import LOOKS, clipped, picture, press, themed, type_text  # noqa: F401
from widgets.common.lending import LendStrip
from widgets.devices.view import DevicesPart
from widgets.main_window import MainWindow
from widgets.opening import DeskWindow, Opening
from widgets.screens import SCREENS, SETTINGS, Place
from widgets.settings.stripe import StripePart
from widgets.settings.training import TrainingPart

pytestmark = [pytest.mark.usefixtures("themed"), pytest.mark.timeout(180)]

PATIENCE_S = 60.0


def staffed(clinic: TestClinic) -> None:
    """Rosa owes; Priya manages."""
    rosa_with_copay_and_balance(clinic)
    clinic.put(SignIn(clinic.clinic).new_staff("Priya Nair", "manager", "2468"))


def live(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Let windows live until `condition`."""
    QTest.qWait(1)
    for _ in range(int(patience_s * 50)):
        if condition():
            return
        QTest.qWait(20)
    raise AssertionError("it did not happen in time")


def children_of(process_id: int) -> list[int]:
    """This process and every one under it."""
    found = [process_id]
    for task in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = task.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == process_id:
            found += children_of(int(task.parent.name))
    return found


def open_files(process_ids: list[int]) -> Iterator[str]:
    """What these processes have open now, by name."""
    for process_id in process_ids:
        for link in Path(f"/proc/{process_id}/fd").glob("*"):
            try:
                yield str(link.readlink())
            except OSError:
                continue


def far_addresses(process_ids: list[int]) -> set[str]:
    """Addresses beyond this computer that these processes talk to or listen on."""
    own = {name[8:-1] for name in open_files(process_ids) if name.startswith("socket:[")}
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6), ("udp", socket.AF_INET)):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[9] not in own:
                continue
            for end in words[1:3]:
                raw = bytes.fromhex(end.partition(":")[0])
                swapped = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
                found.add((socket.inet_ntop(family, swapped), end.partition(":")[2]))
    return {host for host, port in found if not host.startswith("127.") and host != "::1" and port != "0000"}


def _focused() -> str:
    """What has the focus is called."""
    focused = QApplication.focusWidget()
    return focused.accessibleName() if focused is not None else ""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real desk's folder; its training is furnished by the first test that trains."""
    folder = tmp_path_factory.mktemp("desk")
    furnish(folder, staffed)
    return folder


def test_a_manager_trains_and_the_desk_is_back(home: Path, qapp: QApplication) -> None:
    with attended() as watch:
        opened = DeskWindow(Opening(Folders(home)))
        live(lambda: isinstance(opened.window, MainWindow))
        watch.longest_ms = 0.0  # the window was made: how long that takes is measured where programs start
        train_and_come_back(opened, watch, home)


def train_and_come_back(opened: DeskWindow, watch: LoopWatch, home: Path) -> None:
    window = opened.window
    assert isinstance(window, MainWindow)
    window.activateWindow()
    desk = window._desk
    live(lambda: desk.wait_started(0))
    person = desk.sign_in.person(next(tile.staff_id for tile in desk.sign_in.tiles() if tile.name == "Priya Nair"))
    window.session.sign_in(person)
    window.navigator.top(Place(SETTINGS, item="desk"))
    live(lambda: window.navigator.page is not None)
    picture(window, "training-offered")
    press("Alt+T")
    live(lambda: "PIN" in _focused())
    picture(window, "training-asked")
    type_text("1111")
    press("Return")
    live(lambda: any("not right" in strip.error.text() for strip in window.findChildren(LendStrip)))
    assert opened.training is None
    type_text("2468")
    press("Return")
    live(lambda: opened.training is not None and opened.training.process_id)
    before = {name: (home / name).stat().st_mtime_ns for name in ("desk.db", "settings.json", "keys.json")}
    assert opened.training is not None
    program = opened.training.process_id
    live(lambda: (home / "training" / "furnished-on").exists() and len(children_of(program)) > 3)
    family = children_of(program)
    watch.leave_out()
    seen = set(open_files(family))
    inside = {name for name in seen if name.startswith(str(home))}
    assert any(name.endswith("/training/desk.db") for name in inside)
    assert {name for name in inside if not name.startswith(f"{home}/training/")} == set()
    assert {name for name in seen if name.startswith("/dev/tty")} == set()
    assert far_addresses(family) == set()
    watch.leave_out()  # this very thread looked through the system's tables
    assert opened.window is not None
    live(lambda: opened.window is not None and not opened.window.isVisible())
    assert {name: (home / name).stat().st_mtime_ns for name in before} == before
    longest_ms = watch.longest_ms
    os.kill(program, signal.SIGKILL)  # however it ends
    live(lambda: isinstance(opened.window, MainWindow) and opened.window.isVisible())
    watch.longest_ms = longest_ms  # the window was made anew
    assert isinstance(opened.window, MainWindow)
    assert opened.window.training is None
    assert opened.window._desk.facts().practice == "Alder Street Family Medicine"
    opened.close_desk()


@pytest.fixture
def trained(home: Path) -> Iterator[MainWindow]:
    """The window over the training of that desk, signed in by its PIN as the strip says."""
    desk = open_desk(make_ready(Folders(home)))
    window = MainWindow(desk)
    try:
        assert desk.wait_started()
        window.show()
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        with attended() as watch:
            window.watch = watch
            yield window
    finally:
        window.hide()
        window.deleteLater()
        QTest.qWait(1)
        desk.close()


def test_a_day_in_training(trained: MainWindow, home: Path) -> None:
    window, desk = trained, trained._desk
    strip = window.training
    assert strip is not None
    assert strip.isVisible()
    assert (RECEPTIONIST.name in strip.text.text(), MANAGER.pin in strip.text.text()) == (True, True)
    assert window.windowTitle().startswith("TRAINING")
    picture(window, "training-locked")
    with pytest.raises(StorageError, match=r"store\.open_elsewhere"):  # nobody else trains here meanwhile
        make_ready(Folders(home), FixedClock(SystemClock().now() + timedelta(days=1)))
    window.watch.leave_out()
    live(lambda: len(window.lock.state.tiles) == 2)
    window.lock_view.pin.setFocus()  # the first of the two is chosen: the receptionist
    type_text(RECEPTIONIST.pin)
    press("Return")
    live(lambda: not window.session.locked)
    live(
        lambda: (
            window.navigator.page is not None
            and window.navigator.page.presenter.state.side is not None
            and window.navigator.page.presenter.state.side.view is not None
        )
    )
    assert "take no money" in strip.text.text()
    _pay(window)
    paper = _receipt(desk.practice_devices.paper)
    assert "*** TRAINING ***" in paper
    assert "no money was taken" in paper
    for name in SCREENS:
        if SCREENS[name].rail:
            window.navigator.top(Place(name))
            live(lambda name=name: window.navigator.place is not None and window.navigator.place.screen == name)
            assert strip.isVisible()
            assert strip.width() == window.width()
    window.navigator.top(Place(SETTINGS, item="devices"))
    part = window.navigator.page.widget.findChild(DevicesPart)
    live(lambda: part.cards)
    picture(window, "training-devices")
    assert not part.find_button.isVisible()
    assert window.navigator.page.widget.findChild(StripePart) is None
    for option, value in ((TERMINAL_URL, "pax+tcp://10.0.0.7:10009"), (PRINTER_URL, ""), (HUB_LISTEN, "0.0.0.0"),
                          (SCANNER_URL, "serial:///dev/ttyS0"), (PRACTICE_DEVICES, False)):  # fmt: skip
        with pytest.raises(RuleBroken, match=r"training\.fixed"):
            desk.settings.set(option, value)
    assert not window.findChildren(TrainingPart)
    press("Ctrl+Shift+T")
    live(lambda: not window.isVisible())


def test_another_day_begins_anew(home: Path) -> None:
    training = make_ready(Folders(home))
    before = training.store.stat().st_ino
    (training.home / "left-behind").touch()
    assert make_ready(Folders(home)).store.stat().st_ino == before  # the same day goes on
    make_ready(Folders(home), FixedClock(SystemClock().now() + timedelta(days=1)))
    assert not (training.home / "left-behind").exists()
    (training.home / "furnished-on").unlink()  # it broke off while it was furnished
    make_ready(Folders(home))
    assert (training.home / "furnished-on").exists()


def _pay(window: MainWindow) -> None:
    """The next patient pays by card."""
    press("Return")
    live(lambda: window.navigator.place.screen == "collect" and window.navigator.page.presenter.state.primary)
    picture(window, "training-collect")
    press("Return")
    live(lambda: window.navigator.place.screen == "approved")
    picture(window, "training-approved")


def _receipt(paper: Path) -> str:
    live(lambda: list(paper.glob("*.txt")))
    return "".join(path.read_text("utf-8") for path in paper.glob("*.txt"))


def test_the_strip_in_every_look(trained: MainWindow) -> None:
    window, settings = trained, trained._desk.settings
    assert window.training is not None
    manager = next(tile.staff_id for tile in window._desk.sign_in.tiles() if tile.name == MANAGER.name)
    for look, (changes, room) in LOOKS.items():
        window.resize(room[0] + 204, room[1] + 114)
        for option, key in ((WINDOW_SCHEME, "scheme"), (WINDOW_COMPACT, "compact"), (WINDOW_TEXT_SCALE, "scale")):
            settings.for_now({option: changes.get(key, option.default)})
        window.lock_now()
        picture(window, f"training-strip-{look}-locked")
        assert clipped(window.training) == []
        window.session.sign_in(window._desk.sign_in.person(manager))
        window.navigator.top(Place(SETTINGS, item="desk"))
        picture(window, f"training-strip-{look}")
        assert clipped(window.training) == []
