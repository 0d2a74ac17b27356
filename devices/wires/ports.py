"""What hangs on this computer's serial ports: known by vendor, product and serial number or location.

Names of ports are given anew at every plugging in; two readers of a kind change places. A device is therefore known by
what it says of itself and, where it has no number of its own, by the socket it hangs on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from devices.wires.address import UsbAddress
from models.basics.errors import DeviceMissing

VENDORS: dict[int, tuple[str, str]] = {
    0x2FB8: ("reader", "PAX"),
    0x04B8: ("printer", "Epson"),
    0x0519: ("printer", "Star"),
    0x1504: ("printer", "Bixolon"),
    0x1D90: ("printer", "Citizen"),
    0x2730: ("printer", "Citizen"),
    0x0DD4: ("printer", "Custom"),
    0x154F: ("printer", "SNBC"),
    0x0C2E: ("scanner", "Honeywell"),
    0x05E0: ("scanner", "Zebra"),
    0x05F9: ("scanner", "Datalogic"),
    0x0403: ("", "FTDI"),
    0x067B: ("", "Prolific"),
    0x10C4: ("", "SiLabs"),
    0x1A86: ("", "CH340"),
}
"""What a vendor's devices usually are, and its name (usb.ids). Empty: a cable, anything may hang on it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which device it is, wherever it is plugged in; `location` only where it has no serial number."""

    vendor: int
    product: int
    serial_number: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port and what hangs on it. `vendor` is None for one that is no USB device."""

    name: str
    vendor: int | None = None
    product: int | None = None
    serial_number: str = ""
    location: str = ""
    words: str = ""

    @property
    def identity(self) -> Identity | None:
        """Who hangs on it; None when that cannot be told from any other."""
        if self.vendor is None or self.product is None or not (self.serial_number or self.location):
            return None
        return Identity(self.vendor, self.product, self.serial_number, "" if self.serial_number else self.location)

    @property
    def kind(self) -> str:
        """What it usually is: `reader`, `printer`, `scanner`, or empty."""
        return VENDORS.get(self.vendor or 0, ("", ""))[0]

    @property
    def maker(self) -> str:
        """Who made it, or empty."""
        return VENDORS.get(self.vendor or 0, ("", ""))[1]


Lister = Callable[[], Sequence[Port]]
"""Lists the ports there are now. A few milliseconds, far more on Windows: never on the window's thread."""


def system_ports() -> tuple[Port, ...]:
    """The serial ports of this computer."""
    from serial.tools import list_ports

    found = list_ports.comports()
    if sys.platform == "darwin":
        found = [each for each in found if "/cu." in each.device]  # tty.* waits for a carrier that never comes
    return tuple(
        Port(each.device, each.vid, each.pid, each.serial_number or "", each.location or "", each.description or "")
        for each in found
    )


def port_of(wanted: UsbAddress, ports: Iterable[Port], *, device: str) -> str:
    """The name under which `wanted` is there now. Raises DeviceMissing: `device.port_absent`, or `device.two_alike`
    when several devices cannot be told apart, for then none of them is right."""
    alike = [port for port in ports if (port.vendor, port.product) == (wanted.vendor, wanted.product)]
    if wanted.serial_number:
        alike = [port for port in alike if port.serial_number == wanted.serial_number]
    if wanted.location and (len(alike) > 1 or not wanted.serial_number):
        alike = [port for port in alike if port.location == wanted.location]
    if len(alike) == 1:
        return alike[0].name
    key = "device.two_alike" if alike else "device.port_absent"
    shown = f"usb://{wanted.vendor:04x}:{wanted.product:04x}/{wanted.serial_number}"
    raise DeviceMissing(key, device=device, address=shown[:64])


def lasting_url(url: str, ports: Sequence[Port]) -> str:
    """`url` as settings should keep it: an address by a port's name becomes one by who hangs on that port, options
    kept. Anything else stays as it is."""
    head, colon, rest = url.partition("://")
    driver, plus, scheme = head.rpartition("+")
    name, _, options = rest.partition("?")
    port = next((each for each in ports if each.name == unquote(name)), None)
    if scheme != "serial" or port is None or port.identity is None:
        return url
    where, _, location = lasting_address(port, ports).partition("://")[2].partition("?")
    location = location.partition("&")[2]
    more = "&".join(each for each in (options, location) if each)
    return f"{driver}{plus}usb{colon}{where}" + (f"?{more}" if more else "")


def lasting_address(port: Port, ports: Iterable[Port], baud: int = 115200) -> str:
    """How settings should write `port`: by who hangs on it, and by its socket besides where another one says the same
    of itself; by name only where it is no USB device at all."""
    who = port.identity
    if who is None:
        return f"serial://{quote(port.name)}?baud={baud}"
    twins = [each for each in ports if each.identity == who and each.name != port.name]
    location = port.location if twins or not port.serial_number else ""
    more = f"&location={quote(location)}" if location else ""
    return f"usb://{who.vendor:04x}:{who.product:04x}/{quote(port.serial_number)}?baud={baud}{more}"
