"""What hangs on this computer and could be used: serial ports by who hangs on them, and printers of the system's own.

Listing takes milliseconds to seconds: never on the window's thread. Nothing is opened, and nothing is sent.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote

from devices.wires.address import SerialAddress, UsbAddress, parse_address
from devices.wires.libusb_pipe import class_printers
from devices.wires.ports import VENDORS, Port, lasting_address, lasting_url, system_ports
from devices.wires.spool_queue import printers_of, system_spooler
from devices.wires.usblp_pipe import usb_printers
from models.basics.errors import RuleBroken
from models.basics.facts import facts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A device that is there now. `wire` is its lasting address without a speed; `speed`: one has to be said. `kind` is
    what it usually is (`reader`, `printer`, `scanner`), or empty: a cable, anything may hang on it. `twin`: another one
    says the same of itself, and `socket` tells them apart."""

    wire: str
    kind: str = ""
    maker: str = ""
    words: str = ""
    number: str = ""
    socket: str = ""
    speed: bool = False
    twin: bool = False

    def address(self, baud: int) -> str:
        """How settings should write it."""
        if not self.speed:
            return self.wire
        return f"{self.wire}{'&' if '?' in self.wire else '?'}baud={baud}"


def serial_devices(ports: Iterable[Port] | None = None) -> tuple[Found, ...]:
    """What hangs on serial ports, real ones and those on USB. Ports of no device at all are left out on Linux, where
    dozens of them are listed."""
    known = tuple(system_ports() if ports is None else ports)
    who = Counter(port.identity for port in known)
    return tuple(
        Found(
            _without_speed(lasting_address(port, known)), port.kind, port.maker, port.words,
            port.serial_number, port.location or port.name, speed=True,
            twin=port.identity is not None and who[port.identity] > 1,
        )
        for port in known
        if port.vendor is not None or not port.name.startswith("/dev/ttyS")
    )  # fmt: skip


def usb_printer_nodes() -> tuple[Found, ...]:
    """Printers of Linux's own USB driver. Two that say the same of themselves are told apart by their node, which lasts
    as long as they stay plugged in."""
    known = [
        (printer, Found(f"usblp://{printer.vendor:04x}:{printer.product:04x}/{printer.serial_number}".rstrip("/"),
                        "printer", VENDORS.get(printer.vendor, ("", ""))[1], printer.words, printer.serial_number,
                        printer.node))
        for printer in usb_printers()
    ]  # fmt: skip
    count = Counter(found.wire for _, found in known)
    return tuple(
        replace(found, wire=f"usblp://{printer.node}", twin=True) if count[found.wire] > 1 else found
        for printer, found in known
    )  # fmt: skip


def usb_class_printers() -> tuple[Found, ...]:
    """Printers by their USB interface; those that say they speak no receipts' language are left out."""
    known = [printer for printer in class_printers() if printer.for_receipts is not False]
    who = Counter((printer.vendor, printer.product, printer.serial_number) for printer in known)
    found = []
    for printer in known:
        twin = who[printer.vendor, printer.product, printer.serial_number] > 1
        where = f"?location={quote(printer.location)}" if twin or not printer.serial_number else ""
        wire = f"usb://{printer.vendor:04x}:{printer.product:04x}/{quote(printer.serial_number)}{where}"
        maker = VENDORS.get(printer.vendor, ("", ""))[1]
        found.append(Found(wire, "printer", maker, printer.words, printer.serial_number, printer.location, twin=twin))
    return tuple(found)


def print_queues() -> tuple[Found, ...]:
    """Print queues of this computer (CUPS). Which printer stands behind one is known to nobody here."""
    if shutil.which("lpstat") is None:
        return ()
    try:
        listed = subprocess.run(["lpstat", "-e"], capture_output=True, timeout=LIST_S, check=False)
    except subprocess.TimeoutExpired:
        return ()
    names = [line.strip() for line in listed.stdout.decode("utf-8", "replace").splitlines() if line.strip()]
    return tuple(Found(f"cups://{quote(name)}", "printer", words=f"Print queue {name}") for name in names)


def spooled_printers() -> tuple[Found, ...]:
    """Printers of the Windows spooler. Those that write a file are none."""
    names = [name for name in printers_of(system_spooler()) if not any(word in name.lower() for word in _NO_PAPER)]
    return tuple(Found(f"spool://{quote(name, safe=_PLAIN)}", "printer", words=f"Print queue {name}") for name in names)


_PLAIN = " ()\\"
"""What needs no escape in the name of a printer."""
_NO_PAPER = ("print to pdf", "xps document writer", "onenote", "fax")
LIST_S = 3.0
SOURCES: tuple[Callable[[], tuple[Found, ...]], ...] = (
    serial_devices, usb_printer_nodes, usb_class_printers, print_queues, spooled_printers,
)  # fmt: skip
"""Everything that is asked what is there; another kind of wire is one more row. A device that several know is shown as
the first one knows it."""


def find() -> tuple[Found, ...]:
    """What is there now, what is known for sure first. A source that cannot say is left out."""
    found: dict[object, Found] = {}
    for source in SOURCES:
        for each in _asked(source):
            found.setdefault((each.maker, each.number) if each.number and not each.twin else each.wire, each)
    return tuple(sorted(found.values(), key=lambda each: (not each.kind, each.kind, each.maker, each.wire)))


def _asked(source: Callable[[], tuple[Found, ...]]) -> tuple[Found, ...]:
    try:
        return source()
    except OSError as error:
        log.warning("devices not listed", extra=facts(source=source.__name__, error=type(error).__name__))
        return ()


def same_wire(url: str, found: Found, ports: Iterable[Port]) -> bool:
    """Is `url` of the settings (its driver in front) the way to `found`?"""
    try:
        return _bare(lasting_url(url, tuple(ports))) == _bare(found.wire)
    except RuleBroken:
        return False


def _bare(url: str) -> object:
    """An address without its driver and its speed."""
    head, colon, rest = url.partition("://")
    address = parse_address(f"{head.rpartition('+')[2]}{colon}{rest}", default_port=1)
    if isinstance(address, UsbAddress):
        return replace(address, line=SerialAddress(""))
    return SerialAddress(address.port) if isinstance(address, SerialAddress) else address


def _without_speed(url: str) -> str:
    head, _, options = url.partition("?")
    kept = [each for each in options.split("&") if each and not each.startswith("baud=")]
    return head + (f"?{'&'.join(kept)}" if kept else "")
