"""Addresses of wires as settings write them: `serial:///dev/ttyUSB0?baud=9600`, `serial://COM7`, `tcp://10.0.0.7:9100`,
`http://10.0.0.7:10009`, and for what hangs on USB `usb://2fb8:2206/0000000001?baud=115200` (vendor, product, serial
number) or, for a device without a number of its own, `usb://0403:6001?location=1-4.2`: port names change, these do
not. A printer of Linux's own USB driver is `usblp://04b8:0e03/A1B2` or, without a number, `usblp://04b8:0e03`. A queue
of the computer's own printing system is `cups://front_desk` (Linux, macOS) or `spool://EPSON TM-T20` (Windows).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from models.basics.errors import RuleBroken

PARITIES = {"none": "N", "even": "E", "odd": "O"}
_USB_IDS = re.compile(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})")
_QUEUE_NAME = re.compile(r"[^\s/#?'\"\\-][^\s/#?'\"\\]{0,126}")  # what lpadmin lets a queue be called
_LONGEST_PRINTER_NAME = 220  # Windows
FLOWS = ("none", "xonxoff", "rtscts", "dsrdtr")


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """A serial port and how it talks. `flow` is one of `FLOWS`, `parity` a key of `PARITIES`; always 8 data bits."""

    port: str
    baud: int = 9600
    parity: str = "none"
    flow: str = "none"


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """A device on USB by what it says of itself. At least one of `serial_number` and `location` is there; `line` says
    how it talks where it is a serial port, whose `port` is empty until it is found."""

    vendor: int
    product: int
    serial_number: str
    location: str
    line: SerialAddress


@dataclass(frozen=True, slots=True)
class UsbPrinterAddress:
    """A printer on USB by what it says of itself, or by its `node` where somebody wants just that one."""

    vendor: int = 0
    product: int = 0
    serial_number: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A host (name or number) and its port."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """A host (name or number) and its port, spoken to by HTTP."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class QueueAddress:
    """A print queue of this computer, of the printing `system` `cups` or `spool`, by its name there."""

    system: str
    queue: str


Address = SerialAddress | UsbAddress | UsbPrinterAddress | TcpAddress | HttpAddress | QueueAddress


def parse_address(url: str, *, default_port: int | None = None) -> Address:
    """What `url` says. `default_port` is for network addresses that name none.

    Raises RuleBroken `device.address_wrong` with the part that is wrong; nothing was opened.
    """
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        reader = _READERS.get(parts.scheme)
        if reader is None:
            raise ValueError("scheme")
        return reader(parts.netloc, unquote(parts.path), options, default_port)
    except ValueError as error:
        raise RuleBroken("device.address_wrong", address=plain_address(url), part=str(error)[:40]) from error


def plain_address(url: str) -> str:
    """`url` without its options and without what could be a secret in front of an `@`: for errors and logs."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"[:64]


def _serial(netloc: str, path: str, options: dict[str, str], _: int | None) -> SerialAddress:
    port = unquote(netloc) + path
    if not port:
        raise ValueError("port")
    return _line(port, options)


def _usb(netloc: str, path: str, options: dict[str, str], _: int | None) -> UsbAddress:
    ids = _USB_IDS.fullmatch(netloc)
    if ids is None:
        raise ValueError("vendor and product")
    number, location = path.strip("/"), options.pop("location", "")
    if not number and not location:
        raise ValueError("serial number or location")
    return UsbAddress(int(ids[1], 16), int(ids[2], 16), number, location, _line("", options))


def _usblp(netloc: str, path: str, options: dict[str, str], _: int | None) -> UsbPrinterAddress:
    _no_more(options)
    if not netloc and path.startswith("/dev/"):
        return UsbPrinterAddress(node=path)
    ids = _USB_IDS.fullmatch(netloc)
    if ids is None:
        raise ValueError("vendor and product")
    return UsbPrinterAddress(int(ids[1], 16), int(ids[2], 16), path.strip("/"))


def _line(port: str, options: dict[str, str]) -> SerialAddress:
    baud = options.pop("baud", "9600")
    if not baud.isascii() or not baud.isdigit() or not 50 <= int(baud) <= 4_000_000:
        raise ValueError("baud")
    parity, flow = options.pop("parity", "none"), options.pop("flow", "none")
    if parity not in PARITIES:
        raise ValueError("parity")
    if flow not in FLOWS:
        raise ValueError("flow")
    _no_more(options)
    return SerialAddress(port, int(baud), parity, flow)


def _tcp(netloc: str, path: str, options: dict[str, str], default_port: int | None) -> TcpAddress:
    return TcpAddress(*_host(netloc, path, options, default_port))


def _http(netloc: str, path: str, options: dict[str, str], default_port: int | None) -> HttpAddress:
    return HttpAddress(*_host(netloc, path, options, default_port))


def _host(netloc: str, path: str, options: dict[str, str], default_port: int | None) -> tuple[str, int]:
    parts = urlsplit(f"//{netloc}")
    if not parts.hostname or parts.username is not None:
        raise ValueError("host")
    if path not in ("", "/"):
        raise ValueError("path")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("port") from None
    if port is None:
        port = default_port
    if not port:
        raise ValueError("port")
    _no_more(options)
    return parts.hostname, port


def _cups(netloc: str, path: str, options: dict[str, str], _: int | None) -> QueueAddress:
    _no_more(options)
    name = unquote(netloc)
    if not _QUEUE_NAME.fullmatch(name) or path.strip("/"):
        raise ValueError("queue")
    return QueueAddress("cups", name)


def _spool(netloc: str, path: str, options: dict[str, str], _: int | None) -> QueueAddress:
    _no_more(options)
    name = unquote(netloc) + path
    if not 1 <= len(name) <= _LONGEST_PRINTER_NAME or not name.isprintable():
        raise ValueError("printer's name")
    return QueueAddress("spool", name)


def _no_more(options: dict[str, str]) -> None:
    if options:
        raise ValueError(f"option {min(options)}")


_READERS: dict[str, Callable[[str, str, dict[str, str], int | None], Address]] = {
    "serial": _serial,
    "usb": _usb,
    "usblp": _usblp,
    "tcp": _tcp,
    "http": _http,
    "cups": _cups,
    "spool": _spool,
}
