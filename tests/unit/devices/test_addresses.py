"""Addresses as settings write them, and drivers made from them."""

from __future__ import annotations

import pytest

from devices.printers.escpos import EscposPrinter
from devices.printers.profiles import PROFILES
from devices.registry import PRINTERS, TERMINALS, printer_for, terminal_for
from devices.terminals.pax import PaxTerminal
from devices.wires import open_pipe
from devices.wires.address import HttpAddress, SerialAddress, TcpAddress, UsbAddress, parse_address, plain_address
from models.basics.errors import RuleBroken

GOOD = {
    "serial:///dev/ttyUSB0?baud=9600": SerialAddress("/dev/ttyUSB0", 9600),
    "serial:///dev/ttyACM0": SerialAddress("/dev/ttyACM0"),
    "serial://COM7?baud=115200&parity=even&flow=rtscts": SerialAddress("COM7", 115200, "even", "rtscts"),
    "serial:///dev/serial/by-id/usb-PAX%20Tech-if00": SerialAddress("/dev/serial/by-id/usb-PAX Tech-if00"),
    "tcp://10.0.0.7:9100": TcpAddress("10.0.0.7", 9100),
    "tcp://[::1]:10009": TcpAddress("::1", 10009),
    "tcp://reader.clinic:10009/": TcpAddress("reader.clinic", 10009),
    "http://10.0.0.7:10009": HttpAddress("10.0.0.7", 10009),
    "usb://2fb8:2206/0000000001?baud=115200": UsbAddress(0x2FB8, 0x2206, "0000000001", "", SerialAddress("", 115200)),
    "usb://0403:6001?location=1-4.2": UsbAddress(0x0403, 0x6001, "", "1-4.2", SerialAddress("")),
}
BAD = {
    "": "scheme",
    "usb://1234": "vendor and product",
    "usb://0403:6001": "serial number or location",
    "usb://0403:6001/A1?speed=9": "option speed",
    "http://10.0.0.7": "port",
    "serial://": "port",
    "serial:///dev/ttyUSB0?baud=fast": "baud",
    "serial:///dev/ttyUSB0?baud=0": "baud",
    "serial:///dev/ttyUSB0?parity=mark": "parity",
    "serial:///dev/ttyUSB0?flow=maybe": "flow",
    "serial:///dev/ttyUSB0?speed=9600": "option speed",
    "tcp://:9100": "host",
    "tcp://10.0.0.7": "port",
    "tcp://10.0.0.7:99999": "port",
    "tcp://10.0.0.7:9100/queue": "path",
    "tcp://user:secret@10.0.0.7:9100": "host",
}


@pytest.mark.parametrize("url", GOOD)
def test_reads(url: str) -> None:
    assert parse_address(url) == GOOD[url]


@pytest.mark.parametrize("url", BAD)
def test_refuses_and_names_the_part(url: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        parse_address(url)
    assert caught.value.message_key == "device.address_wrong"
    assert caught.value.facts["part"] == BAD[url]
    assert "secret" not in str(caught.value)


def test_errors_carry_no_options() -> None:
    assert plain_address("serial:///dev/ttyUSB0?baud=9600") == "serial:///dev/ttyUSB0"


def test_a_pipe_keeps_the_address_of_the_settings() -> None:
    assert open_pipe("serial:///dev/ttyUSB0?baud=9600").address == "serial:///dev/ttyUSB0?baud=9600"
    assert open_pipe("tcp://10.0.0.7", default_port=9100).address == "tcp://10.0.0.7"


@pytest.mark.parametrize("url", ["pax+serial:///dev/ttyACM0?baud=115200", "pax+tcp://10.0.0.7", "tcp://10.0.0.7",
                                 "pax+http://10.0.0.7", "pax+usb://2fb8:2206/0001?baud=115200",
                                 "serial://COM3"])  # fmt: skip
def test_terminals_by_address(url: str) -> None:
    assert isinstance(terminal_for(url), PaxTerminal)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("url", ["escpos+serial:///dev/ttyUSB0", "escpos+tcp://10.0.0.8", "serial:///dev/ttyUSB0",
                                 "escpos+usblp://04b8:0e03/A1B2", "usblp:///dev/usb/lp0"])  # fmt: skip
def test_printers_by_address(url: str, profile: str) -> None:
    printer = printer_for(url, profile)
    assert isinstance(printer, EscposPrinter)
    assert printer.profile.columns in (48, 42, 32)


@pytest.mark.parametrize(
    ("make", "url"),
    [(terminal_for, "zvt+tcp://10.0.0.7"), (terminal_for, "escpos+tcp://10.0.0.7"), (printer_for, "pax+serial://COM1")],
)
def test_unknown_drivers_are_named(make: object, url: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        make(url)  # type: ignore[operator]
    assert caught.value.message_key == "device.driver_unknown"
    assert caught.value.facts["driver"] == url.partition("+")[0]


def test_unknown_profile_is_named() -> None:
    with pytest.raises(RuleBroken) as caught:
        printer_for("tcp://10.0.0.8:9100", "a4")
    assert (caught.value.message_key, caught.value.facts["profile"]) == ("device.profile_unknown", "a4")


def test_tables_say_which_port_is_usual() -> None:
    assert set(TERMINALS) == {"pax", "stripe"}
    assert {name: row.tcp_port for name, row in PRINTERS.items()} == {"escpos": 9100}
    for name, row in PROFILES.items():
        assert row.key == name
        assert "é".encode(row.code_page)
