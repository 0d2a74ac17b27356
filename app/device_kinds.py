"""The kinds of devices a desk may have: where each one's address is kept, what drives it, on which lane it works.

A further kind is one more row; Settings draws a card for each.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.device_log import DISPLAY, DRAWER, PRINTER, READER, SCANNER
from app.scans import KEYBOARD
from app.settings import DISPLAY_URL, DRAWER_URL, PRINTER_URL, SCANNER_URL, TERMINAL_URL, Option
from models.basics.errors import RuleBroken


@dataclass(frozen=True, slots=True)
class DeviceKind:
    """One kind. `key` names its light; `address` the option with its address; `driver` stands before an address that
    names none; `baud` is the speed such a device has out of the box. `check` raises RuleBroken for what cannot be an
    address of it. `examples` show what addresses look like."""

    key: str
    name: str
    lane: str
    address: Option[str]
    driver: str = ""
    baud: int = 9600
    check: Callable[[str], None] = lambda _url: None
    examples: tuple[str, ...] = ()


def _check_reader(url: str) -> None:
    from devices.registry import terminal_for

    terminal_for(url).close()


def _check_printer(url: str) -> None:
    from devices.registry import printer_for

    printer_for(url).close()


def _check_drawer(url: str) -> None:
    from devices.registry import drawer_for

    drawer_for(url).close()


def _check_display(url: str) -> None:
    from devices.registry import display_for

    display_for(url).close()


def _check_scanner(url: str) -> None:
    if url == KEYBOARD:
        return
    from devices.wires import open_pipe

    open_pipe(url, device="scanner").close()


KINDS: dict[str, DeviceKind] = {
    kind.key: kind
    for kind in (
        DeviceKind(READER, "Card reader", "terminal", TERMINAL_URL, "pax", 115200, _check_reader,
                   ("192.168.4.21", "pax+tcp://192.168.4.21:10009", "pax+http://192.168.4.21:10009", "COM3")),
        DeviceKind(PRINTER, "Receipt printer", "printer", PRINTER_URL, "escpos", 9600, _check_printer,
                   ("192.168.4.30", "escpos+tcp://192.168.4.30:9100", "escpos+usblp://04b8:0e03", "COM4")),
        DeviceKind(DRAWER, "Cash drawer", "drawer", DRAWER_URL, "", 9600, _check_drawer,
                   ("COM6", "serial:///dev/ttyUSB1")),
        DeviceKind(SCANNER, "Scanner", "reads", SCANNER_URL, "", 9600, _check_scanner,
                   ("keyboard", "COM5", "serial:///dev/ttyACM1")),
        DeviceKind(DISPLAY, "Customer display", "display", DISPLAY_URL, "escpos", 9600, _check_display,
                   ("COM7", "cd5220+serial:///dev/ttyUSB2", "escpos+tcp://192.168.4.31:9100")),
    )
}  # fmt: skip
"""By key, in the order of the page."""

_PORT = re.compile(r"(COM\d{1,3}|/dev/\S+)", re.IGNORECASE)


def whole_address(typed: str, kind: DeviceKind) -> str:
    """What somebody typed as settings keep it: a bare port or host gets its scheme, a bare scheme the usual driver.

    Raises RuleBroken `devices.address_missing`, or what the driver says of an address that cannot be one."""
    typed = typed.strip()
    if not typed:
        raise RuleBroken("devices.address_missing", device=kind.name.lower())
    url = typed if kind.key == SCANNER and typed == KEYBOARD else _with_driver(_with_scheme(typed, kind), kind)
    kind.check(url)
    return url


def _with_scheme(typed: str, kind: DeviceKind) -> str:
    if "://" in typed:
        return typed
    port = _PORT.fullmatch(typed)
    return f"serial://{typed}?baud={kind.baud}" if port else f"tcp://{typed}"


def _with_driver(url: str, kind: DeviceKind) -> str:
    head = url.partition("://")[0]
    return url if not kind.driver or "+" in head else f"{kind.driver}+{url}"
