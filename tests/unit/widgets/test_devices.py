"""Settings > Devices drawn in every state and look, and what its words say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.device_kinds import KINDS, whole_address
from app.device_log import DISPLAY, DRAWER, GOOD, PRINTER, READER, SCANNER, Act, DeviceEvent
from app.devices import THROUGH_PRINTER, DeviceCard, DevicesView, Offer, shown_address
from app.scans import KEYBOARD
from app.views import DeviceLight, Roll
from app.words import WORDS, sentence
from devices import found as finding
from devices.found import Found
from devices.wires.ports import Port
from models.basics.errors import RuleBroken
from receipts.layouts import common
from receipts.trial import trial_print
from tests.support.windows import LOOKS, clipped, picture, settle, shown
from widgets.devices import state as states
from widgets.devices.dialogs import AddressDialog, FindDialog, LogDialog
from widgets.devices.state import cards_of, counts_of, event_words
from widgets.devices.view import DevicesPart
from widgets.settings.state import DEVICES
from widgets.settings.view import SettingsView

pytestmark = pytest.mark.usefixtures("themed")
AT = datetime(2026, 5, 14, 9, 48, tzinfo=UTC)
LONG = "The reader at the far end of the very long counter by the window of the second waiting room"
WRONG = sentence("device.address_wrong", {"address": "escpos+tpc://192.168.4.30", "part": "kind"})
ROLL = Roll(48, "cp1252", 80)
TRIAL = trial_print("Alder Street Family Medicine", "Desk 1", "May 14, 2026 9:48 AM", common.Roll(48, "cp1252"),
                    cutter=True)  # fmt: skip


def light(words: str, state: str = "ok", **facts: Any) -> DeviceLight:
    return DeviceLight(words.split(".")[1], state, words, facts)


def event(device: str, act: Act, end: str = GOOD, took_ms: int = 0) -> DeviceEvent:
    return DeviceEvent(AT, device, act, end, took_ms)


CARDS = (
    DeviceCard(key=READER, name="Card reader", fitted=True, address="tcp://192.168.4.21:10009",
               light=light("light.reader.ready"), model="A920PRO", serial="0000000001", software="4.18", took_ms=38,
               last_at=AT, card_wait_s=120, tested=event(READER, Act.TEST), shows_message=True, restarts=True),
    DeviceCard(key=PRINTER, name="Receipt printer", fitted=True, address="usblp://04b8:0e03/A1B2",
               light=light("light.printer.paper_low", "warn"), paper="80 mm, 48 columns", last_at=AT),
    DeviceCard(key=DRAWER, name="Cash drawer", fitted=True, address=THROUGH_PRINTER, opened_today=14,
               light=light("light.drawer.closed")),
    DeviceCard(key=SCANNER, name="Scanner", fitted=False),
    DeviceCard(key=DISPLAY, name="Customer display", fitted=False),
)  # fmt: skip
EVENTS = (event(PRINTER, Act.TEST_PRINT, "device_log.end.printed", 401), event(PRINTER, Act.LOOK,
          "light.printer.paper_low"), event(READER, Act.TEST, GOOD, 38), event(READER, Act.LOOK))  # fmt: skip
FULL = DevicesView("Desk 1", CARDS, EVENTS, TRIAL, ROLL)
BROKEN = replace(FULL, cards=(
    replace(CARDS[0], light=light("light.reader.missing", "bad", cause="device.unreachable")),
    replace(CARDS[1], light=light("light.printer.missing", "bad", waiting=2), tested=event(PRINTER, Act.TEST_PRINT,
                                                                                          "printer.silent")),
    replace(CARDS[2], light=light("light.drawer.missing", "bad")),
    replace(CARDS[3], fitted=True, address="serial:///dev/ttyACM1", light=light("light.scanner.missing", "warn")),
    CARDS[4],
))  # fmt: skip
EMPTY = replace(FULL, cards=tuple(DeviceCard(key=kind.key, name=kind.name, fitted=False) for kind in KINDS.values()),
                events=())  # fmt: skip
NAMED = replace(FULL, desk=LONG, cards=(replace(CARDS[0], model=LONG, serial="0" * 40, software="9" * 40),
                                        *CARDS[1:]))  # fmt: skip
FIXED = replace(FULL, fixed=True)
ONLINE = replace(FULL, cards=(
    replace(CARDS[0], address="https://api.stripe.com/tmr_1", model="Stripe S700", restarts=False,
            light=light("light.reader.ready")), *CARDS[1:],
))  # fmt: skip
ANEW = replace(FULL, cards=(replace(CARDS[0], light=light("light.reader.restarting", "busy")), *CARDS[1:]))
STATES = {
    "online": ONLINE,
    "anew": ANEW,
    "full": FULL,
    "broken": BROKEN,
    "empty": EMPTY,
    "long": NAMED,
    "training": FIXED,
}
OFFERS = (
    Offer(Found("usb://2fb8:2206/0000000001?location=1-1", "reader", "PAX", "PAX A920", "0000000001", "1-1", True,
                True), READER),
    Offer(Found("usb://2fb8:2206/0000000001?location=1-2", "reader", "PAX", "PAX A920", "0000000001", "1-2", True,
                True)),
    Offer(Found("usblp://04b8:0e03/A1B2", "printer", "Epson", LONG, "A1B2", "/dev/usb/lp0")),
    Offer(Found("usb://0403:6001/A10K", "", "FTDI", "USB serial cable", "A10K", "1-4", True)),
)  # fmt: skip


@pytest.fixture
def page(qtbot) -> SettingsView:
    view = SettingsView()
    qtbot.addWidget(view)
    view.devices = DevicesPart(view)
    view.add_above(DEVICES, view.devices)
    view.open_page(DEVICES)
    return view


@pytest.mark.parametrize("look", list(LOOKS))
@pytest.mark.parametrize("state", list(STATES))
def test_every_state_fits_in_every_look(page, themed, look: str, state: str) -> None:
    settings, room = LOOKS[look]
    themed.set(**settings)
    page.resize(*room)
    shown(page)
    page.devices.draw(STATES[state])
    settle()
    picture(page, f"devices-{state}-{look}")
    assert clipped(page) == []
    assert (page.width(), page.height()) == room


def test_a_desk_that_trains_tries_its_devices_and_changes_none(page) -> None:
    shown(page)
    page.devices.draw(FIXED)
    page.devices.set_at_work(True)
    settle()
    assert not page.devices.find_button.isVisible()
    assert not page.devices.add_button.isVisible()
    assert [action.isEnabled() for action in page.devices.actions_here] == [False, False, True]
    assert {act for card in page.devices.cards.values() for act in card.buttons} == {
        "test", "message", "restart"
    }  # fmt: skip
    page.devices.draw(FULL)
    settle()
    assert page.devices.find_button.isVisible()
    assert [action.isEnabled() for action in page.devices.actions_here] == [True, True, True]


@pytest.mark.parametrize("look", list(LOOKS))
def test_the_dialogs_fit_in_every_look(page, themed, look: str) -> None:
    settings, room = LOOKS[look]
    themed.set(**settings)
    page.resize(*room)
    shown(page)
    find, address, log = FindDialog(page), AddressDialog(page), LogDialog(page)
    for name, open_it in {
        "find": lambda: (find.open_for(), find.show_offers(OFFERS)), "nothing": lambda: (find.open_for(),
                                                                                        find.show_offers(())),
        "address": lambda: (address.open_for(PRINTER), address.show_wrong(str(WRONG))),
        "log": lambda: (log.open_over(), log.show_events(EVENTS)),
        "log-empty": lambda: (log.open_over(), log.show_events(())),
    }.items():  # fmt: skip
        open_it()
        settle()
        picture(page, f"devices-dialog-{name}-{look}")
        assert clipped(page) == [], name
        for dialog in (find, address, log):
            dialog.close_over()


def test_the_cards_say_what_the_picture_says(page) -> None:
    shown(page)
    page.devices.draw(FULL)
    assert [card.pill[0] for card in cards_of(FULL)] == ["Ready", "Paper low", "Closed", "", ""]
    assert counts_of(FULL) == (2, 1)
    assert (page.devices.working.text, page.devices.needs.text) == ("2 working", "1 needs you")
    assert cards_of(FULL)[0].note == "Test passed 9:48 AM"
    assert cards_of(FULL)[2].note == "Opened 14 times today"
    assert [event_words(one) for one in EVENTS] == [
        "Test print", "Receipt printer: paper is low", "Card reader: tested", "Card reader ready",
    ]  # fmt: skip


def test_a_reader_offers_what_it_can_and_says_why_not() -> None:
    def offered(view: DevicesView) -> set[str]:
        return {act for act, _, _ in cards_of(view)[0].acts}

    assert {"message", "restart"} <= offered(FULL)
    assert ("message" in offered(ONLINE), "restart" in offered(ONLINE)) == (True, False)
    assert ("Restart", "With its own power button") in cards_of(ONLINE)[0].facts
    assert "Restart" not in {label for label, _ in cards_of(FULL)[0].facts}
    assert not {"message", "restart"} & offered(BROKEN), "one that is not there hears nothing"
    assert cards_of(ANEW)[0].pill[0] == "Starting anew"
    assert not {"message", "restart"} & offered(ANEW)


def test_what_is_not_there_says_what_to_do_each_with_a_button(page) -> None:
    for card in cards_of(BROKEN)[:4]:
        assert card.steps, card.title
        assert all(step.words.endswith((".", "?")) and step.button for step in card.steps)
    assert "192.168.4.21" in cards_of(BROKEN)[0].steps[1].words


def test_every_light_of_a_device_has_a_pill() -> None:
    families = tuple(f"light.{key}." for key in KINDS)
    lights = {key for key in WORDS if key.startswith(families) and not key.endswith(".none")}
    assert lights - set(states._PILLS) == set()


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (READER, "192.168.4.21", "pax+tcp://192.168.4.21"),
        (READER, " COM3 ", "pax+serial://COM3?baud=115200"),
        (READER, "pax+http://192.168.4.21:10009", "pax+http://192.168.4.21:10009"),
        (PRINTER, "tcp://192.168.4.30:9100", "escpos+tcp://192.168.4.30:9100"),
        (PRINTER, "/dev/ttyUSB0", "escpos+serial:///dev/ttyUSB0?baud=9600"),
        (SCANNER, KEYBOARD, KEYBOARD),
        (DISPLAY, "COM7", "escpos+serial://COM7?baud=9600"),
    ],
)
def test_what_is_typed_becomes_a_whole_address(kind: str, typed: str, kept: str) -> None:
    assert whole_address(typed, KINDS[kind]) == kept


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_example_is_an_address(kind: str) -> None:
    for example in KINDS[kind].examples:
        assert whole_address(example, KINDS[kind])
    with pytest.raises(RuleBroken, match=r"devices\.address_missing"):
        whole_address("  ", KINDS[kind])


def test_no_secret_is_shown_in_an_address() -> None:
    assert shown_address("escpos+serial:///dev/ttyUSB0?baud=9600") == "serial:///dev/ttyUSB0"
    assert "hunter2" not in shown_address("stripe+https://hunter2@api.stripe.com/tmr_1?key=hunter2")


def test_two_alike_are_told_apart_and_their_addresses_last() -> None:
    ports = (Port("/dev/ttyACM0", 0x2FB8, 0x2206, "1", "1-1"), Port("/dev/ttyACM1", 0x2FB8, 0x2206, "1", "1-2"),
             Port("/dev/ttyUSB0", 0x0403, 0x6001, "", "1-4"), Port("COM1"), Port("/dev/ttyS0"))  # fmt: skip
    found = finding.serial_devices(ports)
    assert [each.address(115200) for each in found] == [
        "usb://2fb8:2206/1?location=1-1&baud=115200", "usb://2fb8:2206/1?location=1-2&baud=115200",
        "usb://0403:6001/?location=1-4&baud=115200", "serial://COM1?baud=115200",
    ]  # fmt: skip
    assert [each.twin for each in found] == [True, True, False, False]
    assert [finding.same_wire("pax+serial:///dev/ttyACM1?baud=9600", each, ports) for each in found] == [
        False, True, False, False,
    ]  # fmt: skip


def test_a_source_that_cannot_say_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> tuple[Found, ...]:
        raise OSError("no list")

    monkeypatch.setattr(finding, "SOURCES", (broken, lambda: (OFFERS[3].found,)))
    assert finding.find() == (OFFERS[3].found,)
