"""Printers on USB: known by what they say of themselves, whatever node they come back under."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from devices.base import DeviceState, PrintResult, Reason
from devices.printers.escpos import EscposPrinter, Patience
from devices.wires.address import UsbPrinterAddress, parse_address
from devices.wires.usblp_pipe import UsbLpPipe, UsbPrinter, usb_printers
from models.basics.errors import DeviceMissing
from tests.support.simulators import PrinterProcess, printer_running

QUICK = Patience(status_s=0.5, write_s=0.5, confirm_s=2.0, bytes_per_s=20000.0, poll_s=0.1)
URL = "usblp://04b8:0e03/A1B2"


class Bus:
    """What the system tells of USB printers, as files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.system, self.nodes = folder / "usbmisc", folder / "dev"
        self.system.mkdir()
        self.nodes.mkdir()

    def plug_in(self, name: str, node: Path | None = None, vendor: str = "04b8", serial: str = "A1B2") -> None:
        device = self.system.parent / f"bus-{name}"
        interface = device / "1-4:1.0"
        interface.mkdir(parents=True)
        told = {"idVendor": vendor, "idProduct": "0e03", "serial": serial, "manufacturer": "EPSON", "product": "TM-T20"}
        for key, value in told.items():
            (device / key).write_text(value + "\n")
        entry = self.system / name
        entry.mkdir()
        (entry / "device").symlink_to(interface)
        if node is not None:
            (self.nodes / name).symlink_to(node)

    def unplug(self, name: str) -> None:
        (self.system / name / "device").unlink()
        (self.system / name).rmdir()
        (self.nodes / name).unlink(missing_ok=True)

    def printers(self) -> tuple[UsbPrinter, ...]:
        return tuple(usb_printers(self.system, self.nodes))

    def pipe(self, url: str = URL) -> UsbLpPipe:
        address = parse_address(url)
        assert isinstance(address, UsbPrinterAddress)
        return UsbLpPipe(url, address, device="printer", printers=self.printers)


@pytest.fixture
def bus(tmp_path: Path) -> Bus:
    return Bus(tmp_path)


@pytest.fixture(scope="module")
def machine() -> Iterator[PrinterProcess]:
    with printer_running("--drawer-closes-after", "0") as running:
        yield running


def node_of(machine: PrinterProcess) -> Path:
    return Path(unquote(urlsplit(machine.url).path))


def test_a_printer_says_who_it_is(bus: Bus) -> None:
    bus.plug_in("lp3")
    assert bus.printers() == (UsbPrinter(str(bus.nodes / "lp3"), 0x04B8, 0x0E03, "A1B2", "EPSON TM-T20"),)


def test_it_prints_and_answers_through_its_node(bus: Bus, machine: PrinterProcess) -> None:
    machine.reset()
    bus.plug_in("lp0", node_of(machine))
    printer = EscposPrinter(bus.pipe(), patience=QUICK)
    assert printer.status().device.state is DeviceState.READY
    assert printer.print_bytes(b"Hello\n\n\x1dVB\x00") is PrintResult.PRINTED
    printer.close()


def test_it_is_found_again_under_another_name(bus: Bus, machine: PrinterProcess) -> None:
    machine.reset()
    bus.plug_in("lp0", node_of(machine))
    printer = EscposPrinter(bus.pipe(), patience=QUICK)
    assert printer.status().device.state is DeviceState.READY
    machine.tell("unplug")
    bus.unplug("lp0")
    assert printer.status().device.reason in {Reason.NO_HARDWARE, Reason.TIMEOUT}
    machine.tell("replug")
    bus.plug_in("lp7", node_of(machine))
    assert printer.status().device.state is DeviceState.READY
    printer.close()


@pytest.mark.parametrize(
    ("plugged", "url", "key"),
    [
        ([], URL, "device.port_absent"),
        ([("lp0", "OTHER")], URL, "device.port_absent"),
        ([("lp0", "A"), ("lp1", "B")], "usblp://04b8:0e03", "device.two_alike"),
        ([], "usblp:///dev/usb/no-such-printer", "device.port_absent"),
    ],
    ids=["nothing there", "another one", "two alike", "no such node"],
)
def test_what_cannot_be_opened_has_its_name(
    bus: Bus, plugged: list[tuple[str, str]], url: str, key: str
) -> None:  # fmt: skip
    for name, serial in plugged:
        bus.plug_in(name, serial=serial)
    with pytest.raises(DeviceMissing) as caught:
        bus.pipe(url).open()
    assert caught.value.message_key == key
