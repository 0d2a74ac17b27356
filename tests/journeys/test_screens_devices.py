"""Settings > Devices through the window, by keyboard, with real simulators: found, chosen, tried, and written down."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtTest import QTest
from serial.tools import list_ports

from app import status
from app.settings import DRAWER, PRINTER_URL, TERMINAL_URL
from app.views import TenderKind
from tests.support.clinic import MARIA, PRIYA
from tests.support.front import Front, front
from tests.support.simulators import PaxProcess, PrinterProcess, pax_running, printer_running
from tests.support.windows import themed  # noqa: F401
from widgets.common.overlay import Overlay
from widgets.devices import presenter as presenting
from widgets.devices.presenter import DevicesPresenter
from widgets.screens import SETTINGS, TODAY, Place
from widgets.settings.state import DEVICES

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """USB sockets: whatever link lies there is a serial port with something on it."""
    folder = tmp_path / "sockets"
    folder.mkdir()

    def ports() -> list[SimpleNamespace]:
        found = []
        for link in sorted(folder.iterdir()):
            vendor, number, location = link.name.split("_")
            found.append(SimpleNamespace(device=os.readlink(link), vid=int(vendor, 16), pid=0x2206, location=location,
                                         serial_number=number, description="PAX A920" if vendor == "2fb8" else
                                         "USB receipt printer"))  # fmt: skip
        return found

    monkeypatch.setattr(list_ports, "comports", ports)
    return folder


@pytest.fixture
def terminal(sockets: Path) -> Iterator[PaxProcess]:
    with pax_running(link=sockets / "2fb8_0000000001_1-1") as running:
        yield running


@pytest.fixture
def paper() -> Iterator[PrinterProcess]:
    with printer_running() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path / "desk") as made:
        open_devices(made)
        yield made


def open_devices(desk: Front, person=PRIYA) -> DevicesPresenter:
    desk.window.session.sign_in(person)
    desk.window.navigator.top(Place(SETTINGS, item=DEVICES))
    desk.arrive(SETTINGS)
    made = presenter(desk)
    desk.wait(lambda: made.view is not None)
    desk.page.widget.take_focus()
    return made


def presenter(desk: Front) -> DevicesPresenter:
    return desk.view.findChild(DevicesPresenter)


def pill(desk: Front, key: str) -> str:
    return presenter(desk)._part.cards[key].pill.text


def overlay(desk: Front) -> str:
    open_now = [each for each in desk.window.shell.findChildren(Overlay) if each.isVisible()]
    return type(open_now[-1]).__name__ if open_now else ""


def acts(desk: Front) -> list[tuple[str, str]]:
    return [(one.device, str(one.act)) for one in desk.counter.desk.device_log.events()]


def press_button(desk: Front, key: str, act: str) -> None:
    """The button of a card, reached with the keyboard."""
    desk.wait(lambda: act in presenter(desk)._part.cards[key].buttons)
    button = presenter(desk)._part.cards[key].buttons[act]
    desk.wait(button.isVisible)
    button.setFocus()
    desk.press("Space")


def add(desk: Front, address: str) -> None:
    """Add by address what the dialog is open for."""
    desk.type(address)
    desk.press("Return")


def test_a_reader_is_found_chosen_and_tried_and_all_of_it_is_in_the_log(terminal: PaxProcess, desk: Front) -> None:
    desk.press("Alt+S")
    find = presenter(desk)._find
    desk.wait(lambda: find.table.rows)
    desk.picture("journey-devices-found")
    assert find.kind.key == "reader"
    desk.press("Return")
    desk.wait(lambda: desk.counter.desk.settings.get(TERMINAL_URL))
    assert desk.counter.desk.settings.get(TERMINAL_URL) == "pax+usb://2fb8:2206/0000000001?baud=115200"
    desk.wait(lambda: pill(desk, "reader") == "Ready")
    press_button(desk, "reader", "test")
    desk.wait(lambda: ("reader", "test") in acts(desk))
    desk.wait(lambda: presenter(desk)._part.banner.title.text() == "The reader answers")
    desk.picture("journey-devices-reader")
    assert acts(desk)[-1] == ("reader", "chosen")
    assert {"Serial", "Answer time", "Last contact"} <= {label for label, _ in state(desk, "reader").facts}


def test_it_shows_words_and_starts_anew_when_it_is_told_to(
    terminal: PaxProcess, desk: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And takes the next card: what was in its batch is still there."""
    monkeypatch.setattr(presenting, "MESSAGE_MS", 300)
    monkeypatch.setattr(status, "RESTART_PAUSE_S", 0.5)
    desk.press("Alt+S")
    desk.wait(lambda: presenter(desk)._find.table.rows)
    desk.press("Return")
    desk.wait(lambda: pill(desk, "reader") == "Ready")
    press_button(desk, "reader", "message")
    desk.wait(lambda: terminal.requests("A10") == 1)
    desk.wait(lambda: "two lines" in presenter(desk)._part.banner.title.text())
    desk.picture("journey-devices-message")
    desk.wait(lambda: terminal.requests("A12") == 1)
    terminal.wait("idle")
    press_button(desk, "reader", "restart")
    desk.wait(lambda: pill(desk, "reader") == "Starting anew")
    assert not {"message", "restart"} & set(presenter(desk)._part.cards["reader"].buttons)
    desk.picture("journey-devices-restart")
    desk.wait(lambda: pill(desk, "reader") == "Ready", 30)
    assert terminal.requests("A26") == 1
    assert {("reader", "message"), ("reader", "restart")} <= set(acts(desk))
    here = desk.counter
    taken: list[object] = []
    here.desk.lanes["terminal"].submit(
        lambda job: here.desk.checkout.collect(here.request(here.sheet(), TenderKind.CARD), job), done=taken.append,
        failed=taken.append,
    )  # fmt: skip
    desk.wait(lambda: taken)
    assert terminal.captured_cents() == 7500, taken


def test_while_somebody_looks_every_device_is_asked_again_and_again(
    terminal: PaxProcess, paper: PrinterProcess, desk: Front
) -> None:
    """What a card says is no older than a moment: nothing is pressed, and a cover that is opened is on the screen. Once
    the page is left, devices have their peace."""
    here = desk.counter.desk
    here.settings.update({TERMINAL_URL: terminal.url, PRINTER_URL: paper.url})
    desk.wait(lambda: pill(desk, "reader") == "Ready" and pill(desk, "printer") in ("Ready", "Paper low"))
    asked = terminal.requests("A00")
    desk.wait(lambda: terminal.requests("A00") > asked + 1)
    paper.always("cover-open")
    desk.wait(lambda: pill(desk, "printer") == "Cover open")
    paper.clear()
    desk.wait(lambda: pill(desk, "printer") in ("Ready", "Paper low"))
    desk.window.navigator.go(Place(TODAY))
    desk.wait(lambda: not here.status._closely)


def state(desk: Front, key: str):
    return presenter(desk)._part.cards[key]._shown


def test_unplugged_it_says_so_and_is_back_by_itself_within_ten_seconds(terminal: PaxProcess, desk: Front) -> None:
    desk.press("Alt+S")
    desk.wait(lambda: presenter(desk)._find.table.rows)
    desk.press("Return")
    desk.wait(lambda: pill(desk, "reader") == "Ready")
    terminal.unplug()
    began = time.monotonic()
    desk.wait(lambda: pill(desk, "reader") == "Not connected", 30)
    gone_s = time.monotonic() - began
    desk.wait(lambda: state(desk, "reader").steps)
    desk.picture("journey-devices-unplugged")
    terminal.replug()
    began = time.monotonic()
    desk.wait(lambda: pill(desk, "reader") == "Ready", 30)
    assert max(gone_s, time.monotonic() - began) < 10
    assert [act for device, act in acts(desk) if device == "reader"].count("look") == 3


def test_a_printer_by_address_prints_a_test_and_the_log_knows_it(paper: PrinterProcess, desk: Front) -> None:
    press_button(desk, "printer", "set_up")
    desk.wait(lambda: overlay(desk) == "FindDialog")
    desk.press("Esc", "Alt+A")
    dialog = presenter(desk)._address
    dialog.kind.setFocus()
    desk.press("Down", "Tab")
    add(desk, paper.url.removeprefix("escpos+"))
    desk.wait(lambda: desk.counter.desk.settings.get(PRINTER_URL))
    desk.wait(lambda: pill(desk, "printer") in ("Ready", "Paper low"))
    press_button(desk, "printer", "test")
    desk.wait(lambda: presenter(desk)._part.printed.text().startswith("Printed in"))
    [test] = paper.receipts()
    assert "TEST PRINT" in test
    assert "48 columns" in test
    assert next(line.strip() for line in presenter(desk)._part.paper.lines) == "TEST PRINT"
    press_button(desk, "printer", "cut")
    desk.wait(lambda: presenter(desk)._part.banner.title.text() == "The paper is cut")
    assert len(paper.receipts()) == 1, "nothing is printed by that"
    assert desk.counter.jobs() == [], "a test is no receipt"
    press_button(desk, "drawer", "set_up")
    desk.wait(lambda: desk.counter.desk.settings.get(DRAWER))
    press_button(desk, "drawer", "test")
    desk.wait(lambda: ("drawer", "open") in acts(desk))
    desk.wait(lambda: len(paper.state()["pulses"]) == 1)
    desk.picture("journey-devices-printed")
    desk.press("Alt+L")
    log = presenter(desk)._log
    desk.wait(lambda: len(log.table.rows) >= 3)
    desk.picture("journey-devices-log")
    assert {"test_print", "cut", "chosen"} <= {act for _, act in acts(desk)}
    assert [reason for (reason,) in desk.counter.rows("SELECT reason FROM drawer_act")] == ["Test of the drawer"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the address of the card reader"),
        ("tcp://", "The address tcp:// cannot be used"),
        ("ftp://10.0.0.7", "The address ftp://10.0.0.7 cannot be used"),
        ("usb://pax", "usblp://04b8:0e03"),
        ("nobody+tcp://10.0.0.7", "There is no reader driver called nobody"),
    ],
)
def test_a_wrong_address_stays_open_and_says_what_addresses_look_like(desk: Front, typed: str, words: str) -> None:
    desk.press("Alt+A")
    add(desk, typed)
    dialog = presenter(desk)._address
    desk.wait(lambda: dialog.row.error.text)
    assert words in dialog.row.error.text
    desk.picture(f"journey-devices-wrong-{len(typed)}")
    assert overlay(desk) == "AddressDialog"
    assert desk.counter.desk.settings.get(TERMINAL_URL) == ""


def test_a_receptionist_asks_a_manager_who_types_a_pin(desk: Front) -> None:
    open_devices(desk, MARIA)
    desk.press("Alt+A")
    add(desk, "192.168.4.21")
    desk.wait(lambda: overlay(desk) == "LendDialog")
    desk.picture("journey-devices-lend")
    desk.press("Esc")
    desk.wait(lambda: overlay(desk) == "")
    assert desk.counter.desk.settings.get(TERMINAL_URL) == ""


def test_the_reader_stays_while_it_owes_an_answer(tmp_path: Path) -> None:
    """Another reader would be asked about a payment it never saw, and say that nothing was charged."""
    with pax_running() as terminal, front(tmp_path / "desk", terminal=terminal.url) as desk:
        terminal.next("unplug:answer")
        here = desk.counter
        here.collect(here.request(here.sheet(), TenderKind.CARD))
        open_devices(desk)
        desk.press("Alt+A")
        presenter(desk)._address.field.selectAll()
        add(desk, "192.168.4.99")
        desk.wait(lambda: "not known yet" in presenter(desk)._part.banner.title.text(), 60)
        desk.picture("journey-devices-in-doubt")
        assert here.desk.settings.get(TERMINAL_URL) == terminal.url
        terminal.replug()
        left: list[int] = []
        here.desk.lanes["terminal"].submit(here.desk.recovery.check_all, done=left.append)
        desk.wait(lambda: left, 30)
        assert left == [0]
        here.desk.devices.may_change("reader")


def test_twins_are_kept_apart(desk: Front, sockets: Path) -> None:
    with pax_running(link=sockets / "2fb8_0000000001_1-1"), pax_running(link=sockets / "2fb8_0000000001_1-2"):
        QTest.qWait(50)
        desk.watch.longest_ms = 0.0  # this very thread started the simulators
        desk.press("Alt+S")
        desk.wait(lambda: len(presenter(desk)._find.table.rows) == 2)
        desk.picture("journey-devices-twins")
        desk.press("Down", "Return")
        desk.wait(lambda: desk.counter.desk.settings.get(TERMINAL_URL).count("location=1-2"))
        desk.wait(lambda: pill(desk, "reader") == "Ready")


def test_nothing_of_a_card_is_in_the_log(tmp_path: Path) -> None:
    with pax_running() as terminal, front(tmp_path / "desk", terminal=terminal.url) as desk:
        here = desk.counter
        here.collect(here.request(here.sheet(), TenderKind.CARD))
        here.desk.scans.take("%B4111111111111111^QUILLFEATHER/ROSA^27121011000000000000?")
        lines = [json.loads(line) for line in here.folders.device_log.read_text().splitlines()]
        assert {"payment", "scan"} <= {line["act"] for line in lines}
        assert {key for line in lines for key in line} == {"at", "device", "act", "end", "took_ms"}
        assert not {"4111", "1111", "quillfeather"} & set(here.folders.device_log.read_text().lower().split())
        assert "41111" not in here.folders.device_log.read_text()
