"""Which drivers there are, and how an address in the settings becomes one: two tables, read top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from devices.base import (
    BytePipe,
    CashDrawer,
    LineDisplay,
    PaymentTerminal,
    ReceiptPrinter,
    Secret,
    no_secret,
)
from devices.counter.line_display import DISPLAYS, TwoLineDisplay
from devices.counter.serial_drawer import PULSES, SENSORS, SerialDrawer
from devices.printers.escpos import EscposPrinter
from devices.printers.profiles import PROFILES, PrinterProfile
from devices.printers.queued import QueuedPrinter
from devices.terminals.pax import PaxTerminal
from devices.terminals.pax_link import CABLE, HTTP, NETWORK, SERIAL_TIMERS, TCP_TIMERS, Medium, Timers
from devices.terminals.stripe import StripeTerminal
from devices.terminals.stripe_link import StripeAddress, StripeTimers
from devices.wires import open_pipe, open_queue
from devices.wires.address import plain_address
from devices.wires.serial_pipe import SerialPipe
from models.basics.errors import RuleBroken

Driver = TypeVar("Driver")


@dataclass(frozen=True, slots=True)
class TerminalDriver:
    """How a card terminal's driver is made from the address behind `driver+`, and where its key is kept, if it has
    one."""

    make: Callable[[str, Secret], PaymentTerminal]


@dataclass(frozen=True, slots=True)
class PrinterDriver:
    """How a printer's driver is made from its wire and profile."""

    make: Callable[[BytePipe, PrinterProfile, bool], ReceiptPrinter]
    tcp_port: int


PAX_MEDIA: dict[str, tuple[Timers, Medium]] = {
    "serial": (SERIAL_TIMERS, CABLE),
    "usb": (SERIAL_TIMERS, CABLE),
    "tcp": (TCP_TIMERS, NETWORK),
    "http": (TCP_TIMERS, HTTP),
}


def _pax(wire: str, _secret: Secret) -> PaymentTerminal:
    pipe = open_pipe(wire, device="reader", default_port=10009)
    return PaxTerminal(pipe, *PAX_MEDIA[wire.partition(":")[0]])


def _stripe(wire: str, secret: Secret) -> PaymentTerminal:
    return StripeTerminal(StripeAddress.parse(wire), secret, STRIPE_TIMERS)


STRIPE_TIMERS = StripeTimers()


def _escpos(pipe: BytePipe, profile: PrinterProfile, over_tcp: bool) -> ReceiptPrinter:
    return EscposPrinter(pipe, profile, one_job_per_connection=over_tcp)


TERMINALS: dict[str, TerminalDriver] = {"pax": TerminalDriver(_pax), "stripe": TerminalDriver(_stripe)}
PRINTERS: dict[str, PrinterDriver] = {"escpos": PrinterDriver(_escpos, tcp_port=9100)}


def terminal_for(url: str, secret: Secret = no_secret) -> PaymentTerminal:
    """The driver of the card terminal at `url` (`pax+serial:///dev/ttyACM0?baud=115200`, `pax+usb://2fb8:2206/0001`,
    `pax+tcp://10.0.0.7:10009`, `pax+http://10.0.0.7:10009`; a bare scheme means pax; `stripe+https://api.stripe.com/tmr_…`).
    `secret` is asked for a driver's key when it is used. Opens nothing. Raises RuleBroken for an address or driver
    unknown."""
    driver, wire = _split(url, TERMINALS, "pax", "reader")
    return driver.make(wire, secret)


def printer_for(url: str, profile: str = "80mm") -> ReceiptPrinter:
    """The driver of the receipt printer at `url` (`escpos+serial:///dev/ttyUSB0`, `escpos+tcp://10.0.0.8:9100`,
    `escpos+cups://front_desk`, `escpos+spool://EPSON TM-T20`…; bare means escpos), of the kind `profile`. Opens
    nothing. Raises RuleBroken for an address, driver or profile unknown."""
    driver, wire = _split(url, PRINTERS, "escpos", "printer")
    if profile not in PROFILES:
        raise RuleBroken("device.profile_unknown", device="printer", profile=profile[:40])
    queue = open_queue(wire)
    if queue is not None:
        return QueuedPrinter(queue, PROFILES[profile])
    pipe = open_pipe(wire, device="printer", default_port=driver.tcp_port)
    return driver.make(pipe, PROFILES[profile], wire.startswith("tcp:"))


def drawer_for(url: str, pulse: str = "07", sensor: str = "none") -> CashDrawer:
    """The driver of the drawer with a wire of its own at `url` (`serial:///dev/ttyUSB1`, `usb://0403:6001/A1`), opened
    by the byte `pulse` and watched by `sensor`. Opens nothing. Raises RuleBroken for an address or name unknown, and
    for a wire whose plug has no lines."""
    if pulse not in PULSES or sensor not in SENSORS:
        raise RuleBroken(
            "device.profile_unknown", device="drawer", profile=(pulse if sensor in SENSORS else sensor)[:40]
        )
    pipe = open_pipe(url, device="drawer")
    if not isinstance(pipe, SerialPipe):
        raise RuleBroken("device.address_wrong", address=plain_address(url), part="kind")
    return SerialDrawer(pipe, PULSES[pulse], SENSORS[sensor])


def display_for(url: str) -> LineDisplay:
    """The driver of the customer display at `url` (`escpos+serial:///dev/ttyUSB2?baud=9600`,
    `cd5220+tcp://10.0.0.9:9100`; bare means escpos). Opens nothing. Raises RuleBroken for an address or driver
    unknown."""
    (write, begin), wire = _split(url, DISPLAYS, "escpos", "display")
    return TwoLineDisplay(open_pipe(wire, device="display", default_port=9100), write, begin)


def _split(url: str, table: dict[str, Driver], usual: str, device: str) -> tuple[Driver, str]:
    scheme, colon, rest = url.partition("://")
    name, plus, wire = scheme.rpartition("+")
    if not plus:
        name = usual
    if name not in table:
        raise RuleBroken("device.driver_unknown", device=device, address=plain_address(url), driver=name[:40])
    return table[name], f"{wire}{colon}{rest}"
