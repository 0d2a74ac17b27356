"""Ports by what hangs on them: found under any name, two of a kind kept apart, told when they come and go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.base import PaymentRequest
from devices.discovery import Change, PortWatch
from devices.terminals.pax import PaxTerminal
from devices.wires import open_pipe
from devices.wires.address import UsbAddress, parse_address
from devices.wires.ports import Identity, Port, lasting_address, lasting_url, port_of, system_ports
from models.basics.errors import DeviceError, DeviceMissing
from tests.support.simulators import PaxProcess, pax_running
from tests.unit.devices.test_pax_terminal import QUICK, Seen

READER = Port("/dev/ttyACM0", 0x2FB8, 0x2206, "0000000001", "1-4:1.0", "PAX A920")
CABLE = Port("/dev/ttyUSB0", 0x0403, 0x6001, "", "1-5")
TWIN = Port("/dev/ttyUSB1", 0x0403, 0x6001, "", "1-6")
BOARD = Port("/dev/ttyS0")


def wanted(url: str) -> UsbAddress:
    address = parse_address(url)
    assert isinstance(address, UsbAddress)
    return address


FOUND = {
    "usb://2fb8:2206/0000000001": "/dev/ttyACM0",
    "usb://2FB8:2206/0000000001?location=9-9": "/dev/ttyACM0",  # it has a number: where it hangs does not matter
    "usb://0403:6001?location=1-5": "/dev/ttyUSB0",
    "usb://0403:6001?location=1-6": "/dev/ttyUSB1",
}
LOST = ["usb://2fb8:2206/0000000002", "usb://2fb8:2207/0000000001", "usb://0403:6001?location=1-7"]


@pytest.mark.parametrize("url", FOUND)
def test_a_device_is_found_by_what_it_is(url: str) -> None:
    assert port_of(wanted(url), (BOARD, TWIN, CABLE, READER), device="reader") == FOUND[url]


@pytest.mark.parametrize("url", LOST)
def test_a_device_that_is_not_there_is_missed(url: str) -> None:
    with pytest.raises(DeviceMissing) as missing:
        port_of(wanted(url), (BOARD, TWIN, CABLE, READER), device="reader")
    assert missing.value.message_key == "device.port_absent"


def test_two_that_cannot_be_told_apart_are_neither() -> None:
    same = Port("/dev/ttyACM1", 0x2FB8, 0x2206, "0000000001", "1-7:1.0")
    with pytest.raises(DeviceMissing) as alike:
        port_of(wanted("usb://2fb8:2206/0000000001"), (READER, same), device="reader")
    assert alike.value.message_key == "device.two_alike"
    by_socket = wanted("usb://2fb8:2206/0000000001?location=1-7%3A1.0")
    assert port_of(by_socket, (READER, same), device="reader") == "/dev/ttyACM1"


def test_the_address_that_lasts_finds_its_port_again() -> None:
    same = Port("/dev/ttyACM1", 0x2FB8, 0x2206, "0000000001", "1-7:1.0")
    for ports in ((READER, CABLE, TWIN), (READER, same)):
        for port in ports:
            url = lasting_address(port, ports)
            assert port.name not in url
            assert port_of(wanted(url), ports, device="reader") == port.name
    assert lasting_address(BOARD, (BOARD,), 9600) == "serial:///dev/ttyS0?baud=9600"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("pax+serial:///dev/ttyACM0?baud=115200", "pax+usb://2fb8:2206/0000000001?baud=115200"),
        ("serial:///dev/ttyACM0", "usb://2fb8:2206/0000000001"),
        ("escpos+serial:///dev/ttyUSB1?baud=38400&flow=rtscts",
         "escpos+usb://0403:6001/?baud=38400&flow=rtscts&location=1-6"),
        ("serial:///dev/ttyS0?baud=9600", "serial:///dev/ttyS0?baud=9600"),
        ("serial:///dev/ttyUSB9", "serial:///dev/ttyUSB9"),
        ("pax+tcp://10.0.0.7:10009", "pax+tcp://10.0.0.7:10009"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_name_that_was_typed_is_kept_as_what_hangs_on_it(typed: str, kept: str) -> None:
    ports = (READER, CABLE, TWIN, BOARD)
    assert lasting_url(typed, ports) == kept
    if "usb" in kept:
        address = wanted(kept.rpartition("+")[2])
        assert port_of(address, ports, device="reader") in typed


def test_what_a_port_says_of_itself() -> None:
    assert READER.identity == Identity(0x2FB8, 0x2206, "0000000001")
    assert CABLE.identity == Identity(0x0403, 0x6001, "", "1-5")
    assert BOARD.identity is None
    assert [(port.kind, port.maker) for port in (READER, CABLE, BOARD)] == [("reader", "PAX"), ("", "FTDI"), ("", "")]
    assert isinstance(system_ports(), tuple)


# coming and going


def test_what_comes_is_told_at_once_and_what_goes_at_the_second_look() -> None:
    now: list[Port] = [CABLE]
    heard: list[Change] = []
    watch = PortWatch(lambda: tuple(now))
    end = watch.subscribe(heard.append)
    assert watch.look() == Change(came=(CABLE,))
    now.append(READER)
    assert watch.look() == Change(came=(READER,))
    now.clear()
    assert watch.look() == Change()
    assert watch.ports == (CABLE, READER)
    assert watch.look() == Change(went=(CABLE, READER))
    assert watch.ports == ()
    end()
    now.append(READER)
    watch.look()
    assert heard == [Change(came=(CABLE,)), Change(came=(READER,)), Change(went=(CABLE, READER))]


def test_a_list_read_in_the_middle_of_things_removes_nothing() -> None:
    now: list[Port] = [READER]
    watch = PortWatch(lambda: tuple(now))
    watch.look()
    for _ in range(3):
        now.clear()
        assert watch.look() == Change()
        now.append(READER)
        assert watch.look() == Change()


def test_another_device_under_the_same_name_went_and_came() -> None:
    now: list[Port] = [CABLE]
    watch = PortWatch(lambda: tuple(now))
    watch.look()
    other = Port(CABLE.name, 0x0403, 0x6001, "", "1-9")
    now[:] = [other]
    assert watch.look() == Change(came=(other,), went=(CABLE,))


def test_it_looks_by_itself_and_survives_a_list_that_fails() -> None:
    looks: list[int] = []

    def ports() -> tuple[Port, ...]:
        looks.append(1)
        if len(looks) == 1:
            raise OSError
        return (READER,)

    watch = PortWatch(ports, every_s=0.001)
    from tests.support.waiting import until

    watch.start()
    until(lambda: watch.ports == (READER,))
    watch.stop()


# over real lines


def listed(*links: Path) -> tuple[Port, ...]:
    """The ports there are: each link is a socket of its own, with the same kind of cable in it."""
    there = [link for link in links if link.is_symlink()]
    return tuple(Port(os.readlink(link), 0x0403, 0x6001, "", link.name, "USB Serial") for link in there)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[PaxProcess, PaxProcess, tuple[Path, Path]]]:
    links = (tmp_path / "1-1", tmp_path / "1-2")
    with pax_running(link=links[0]) as left, pax_running("--card", "amex", link=links[1]) as right:
        yield left, right, links


def test_two_of_a_kind_stay_apart_and_come_back_under_other_names(
    pair: tuple[PaxProcess, PaxProcess, tuple[Path, Path]],
) -> None:
    """Two identical cables without numbers, both pulled, plugged in the other way round: each terminal is where it was,
    under another name, and is ready without a restart."""
    left, right, links = pair

    def at(socket: str) -> PaxTerminal:
        url = f"usb://0403:6001?baud=115200&location={socket}"
        return PaxTerminal(open_pipe(url, device="reader", ports=lambda: listed(*links)), QUICK)

    def pay(terminal: PaxTerminal, reference: str, cents: int) -> str:
        asked = PaymentRequest(attempt_id=reference, terminal_ref=reference, amount_cents=cents)
        return terminal.payment(asked, Seen()).card.brand

    first, second = at("1-1"), at("1-2")
    assert (pay(first, "100001", 100), pay(second, "100002", 200)) == ("Visa", "American Express")
    before = [port.name for port in listed(*links)]
    left.unplug()
    right.unplug()
    for terminal in (first, second):
        with pytest.raises(DeviceError) as gone:
            terminal.diagnosis()
        assert gone.value.message_key in ("device.unplugged", "device.port_absent")
    blocker = os.openpty()  # takes the first free name, so that none is given anew
    right.replug()
    left.replug()
    assert [port.name for port in listed(*links)] != before
    assert (pay(first, "100003", 300), pay(second, "100004", 400)) == ("Visa", "American Express")
    assert (left.captured_cents(), right.captured_cents()) == (400, 600)
    for terminal in (first, second):
        terminal.close()
    for end in blocker:
        os.close(end)
