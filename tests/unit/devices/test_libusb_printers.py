"""Receipt printers through libusb: our own pipe and pyusb over a bus whose far end is a simulated printer."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from devices.base import DeviceState, PrintResult, Reason
from devices.printers.escpos import EscposPrinter, Patience
from devices.wires import open_pipe
from devices.wires.address import UsbAddress, parse_address
from devices.wires.libusb_pipe import LibusbPipe, UsbClassPrinter, class_printers, system_backend
from devices.wires.ports import Port
from devices.wires.usb_pipe import UsbPipe
from models.basics.errors import DeviceMissing, DeviceTimeout
from tests.support.simulators import PrinterProcess, printer_running
from tests.support.usb_bus import Gadget, UsbBus

URL = "usb://04b8:0e03/A1B2"
RECEIPT = b"\x1b@" + b"Copay 25.00 thank you\n" * 40 + b"\x1dVB\x00"
QUICK = Patience(status_s=2.0, write_s=0.3, confirm_s=10.0, poll_s=0.1)


@pytest.fixture(scope="module")
def machine() -> Iterator[PrinterProcess]:
    with printer_running("--drawer-closes-after", "0", tcp=True) as running:
        yield running


@pytest.fixture
def gadget(machine: PrinterProcess) -> Gadget:
    machine.reset()
    for piece in machine.paper.iterdir():
        piece.unlink()
    return Gadget(port_of(machine))


def port_of(machine: PrinterProcess) -> int:
    port = urlsplit(machine.url.partition("+")[2]).port
    assert port is not None
    return port


def pipe(bus: UsbBus, url: str = URL) -> LibusbPipe:
    address = parse_address(url)
    assert isinstance(address, UsbAddress)
    return LibusbPipe(url, address, device="printer", backend=lambda: bus)


def test_a_receipt_is_printed_and_confirmed(gadget: Gadget, machine: PrinterProcess) -> None:
    printer = EscposPrinter(pipe(UsbBus(gadget)), patience=QUICK)
    assert printer.status().device.state is DeviceState.READY
    assert printer.print_bytes(RECEIPT) is PrintResult.PRINTED
    printer.open_drawer()
    printer.close()
    assert machine.receipts()[0].count("Copay 25.00 thank you") == 40
    assert machine.state()["pulses"] == [2]
    assert gadget.claimed == set()


def test_the_systems_driver_lets_go_and_gets_it_back(gadget: Gadget) -> None:
    gadget.driver = True
    printer = EscposPrinter(pipe(UsbBus(gadget)), patience=QUICK)
    assert printer.status().device.state is DeviceState.READY
    assert not gadget.driver
    printer.close()
    assert (gadget.done, gadget.driver) == (["detached", "attached"], True)


def test_a_printer_out_of_paper_says_so(gadget: Gadget, machine: PrinterProcess) -> None:
    machine.always("paper-out")
    printer = EscposPrinter(pipe(UsbBus(gadget)), patience=QUICK)
    assert printer.status().device.reason is Reason.PAPER_OUT
    printer.close()


def test_a_printer_without_a_way_back_is_silent(gadget: Gadget) -> None:
    gadget.two_way = False
    printer = EscposPrinter(pipe(UsbBus(gadget)), patience=Patience(status_s=0.1))
    assert printer.status().device.reason is Reason.TIMEOUT
    printer.close()


@pytest.mark.parametrize("stuck", [True, False], ids=["takes no more", "pulled"])
@pytest.mark.parametrize("spare", range(1, 90, 22))
def test_a_job_whose_end_is_cut_off_is_in_doubt(gadget: Gadget, stuck: bool, spare: int) -> None:
    """Its last piece may have arrived in part: nobody knows whether it is on paper."""
    printer = EscposPrinter(pipe(UsbBus(gadget)), patience=QUICK)
    assert printer.status().device.state is DeviceState.READY
    text = b"x" * 200  # one piece
    gadget.takes, gadget.stuck = 3 * 3 + 3 + len(text) - spare, stuck  # status, "clear", all but `spare` bytes
    assert printer.print_bytes(text) is PrintResult.UNKNOWN
    printer.close()


def test_a_job_cut_off_before_its_last_piece_did_not_print(gadget: Gadget) -> None:
    printer = EscposPrinter(pipe(UsbBus(gadget)), patience=QUICK)
    gadget.takes = 300
    assert printer.print_bytes(RECEIPT) is PrintResult.NOT_PRINTED
    printer.close()


def test_a_write_goes_on_after_a_part(gadget: Gadget) -> None:
    """libusb may say that time is over with part of the bytes sent: the rest follows, nothing is sent twice."""
    wire = pipe(UsbBus(gadget))
    wire.open()
    gadget.takes, gadget.stuck = 10, True
    with pytest.raises(DeviceTimeout) as caught:
        wire.write(b"a" * 50, 0.1)
    assert caught.value.message_key == "device.write_timeout"
    wire.close()


def test_it_is_found_again_after_it_was_pulled(gadget: Gadget) -> None:
    printer = EscposPrinter(pipe(UsbBus(gadget)), patience=QUICK)
    assert printer.status().device.state is DeviceState.READY
    gadget.pulled = True
    assert printer.status().device.reason is Reason.NO_HARDWARE
    gadget.pulled = False
    assert printer.status().device.state is DeviceState.READY
    printer.close()


@pytest.mark.parametrize(
    ("gadgets", "url", "key"),
    [
        ([], URL, "device.port_absent"),
        ([Gadget(serial_number="OTHER")], URL, "device.port_absent"),
        ([Gadget(interface_class=3)], URL, "device.port_absent"),
        ([Gadget(), Gadget()], URL, "device.two_alike"),
        ([Gadget(socket_ports=(1,))], "usb://04b8:0e03?location=1-2", "device.port_absent"),
        ([Gadget(forbidden=True)], URL, "device.port_forbidden"),
        ([Gadget(taken=True)], URL, "device.port_taken"),
    ],
    ids=["nothing there", "another one", "no printer", "two alike", "another socket", "forbidden", "taken"],
)
def test_what_cannot_be_opened_has_its_name(gadgets: list[Gadget], url: str, key: str) -> None:
    with pytest.raises(DeviceMissing) as caught:
        pipe(UsbBus(*gadgets), url).open()
    assert caught.value.message_key == key


def test_of_two_alike_the_socket_decides(gadget: Gadget) -> None:
    gadget.serial_number = ""
    other = Gadget(serial_number="", socket_ports=(9,))
    wire = pipe(UsbBus(other, gadget), "usb://04b8:0e03?location=1-4.2")
    wire.open()
    assert gadget.claimed == {0}
    wire.close()


def test_without_libusb_it_says_so() -> None:
    address = parse_address(URL)
    assert isinstance(address, UsbAddress)
    with pytest.raises(DeviceMissing) as caught:
        LibusbPipe(URL, address, device="printer", backend=lambda: None).open()
    assert caught.value.message_key == "device.no_libusb"


def test_a_printer_is_its_serial_port_where_it_has_one(gadget: Gadget, machine: PrinterProcess) -> None:
    with printer_running() as on_a_port:
        node = urlsplit(on_a_port.url.partition("+")[2]).path
        there: list[Port] = []
        made = open_pipe(URL, device="printer", ports=lambda: there)
        assert isinstance(made, UsbPipe)
        made._direct = pipe(UsbBus(gadget))  # type: ignore[assignment]  # the bus of this test instead of the computer's
        printer = EscposPrinter(made, patience=QUICK)
        assert printer.print_bytes(RECEIPT) is PrintResult.PRINTED
        assert (len(machine.receipts()), len(on_a_port.receipts())) == (1, 0)
        printer.close()
        there.append(Port(node, 0x04B8, 0x0E03, "A1B2"))
        assert printer.print_bytes(RECEIPT) is PrintResult.PRINTED
        assert (len(machine.receipts()), len(on_a_port.receipts())) == (1, 1)
        printer.close()


def test_printers_are_listed_with_what_they_say_of_themselves() -> None:
    office = Gadget(product=0x9999, serial_number="", socket_ports=(3,), device_id="MFG:X;CMD:PCL,PJL;")
    mute = Gadget(vendor=0x0519, forbidden=True)
    found = list(class_printers(lambda: UsbBus(Gadget(), office, mute, Gadget(interface_class=8))))
    assert found == [
        UsbClassPrinter(0x04B8, 0x0E03, "A1B2", "1-4.2", "EPSON TM-T20", True),
        UsbClassPrinter(0x04B8, 0x9999, "", "1-3", "EPSON TM-T20", False),
        UsbClassPrinter(0x0519, 0x0E03, "", "1-4.2", "", None),
    ]


def test_libusb_itself_is_there() -> None:
    """The library loads and lists what hangs on this computer, which may be nothing."""
    assert system_backend() is not None
    assert isinstance(list(class_printers()), list)
