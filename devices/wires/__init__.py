"""Wires: what carries bytes and knows nothing of what they mean."""

from __future__ import annotations

import sys

from devices.base import BytePipe
from devices.queues import JobQueue
from devices.wires.address import (
    HttpAddress,
    QueueAddress,
    SerialAddress,
    UsbAddress,
    UsbPrinterAddress,
    parse_address,
    plain_address,
)
from devices.wires.http_pipe import HttpPipe
from devices.wires.ports import Lister, port_of, system_ports
from devices.wires.serial_pipe import SerialPipe
from devices.wires.tcp_pipe import TcpPipe
from devices.wires.usblp_pipe import UsbLpPipe, usb_printers
from models.basics.errors import RuleBroken


def open_pipe(
    url: str, *, device: str = "wire", default_port: int | None = None, ports: Lister = system_ports
) -> BytePipe:
    """The wire at `url`, not yet opened. `device` names what hangs on it in every error (`reader`, `printer`); `ports`
    lists the serial ports there are whenever a `usb://` address is opened.

    Raises RuleBroken `device.address_wrong` when the address cannot be read, or is one of a print queue, which is no
    wire.
    """
    sys.audit("copaydesk.wire", url)
    address = parse_address(url, default_port=default_port)
    if isinstance(address, SerialAddress):
        return SerialPipe(url, address, device=device)
    if isinstance(address, UsbAddress):
        return _usb(url, address, device, ports)
    if isinstance(address, UsbPrinterAddress):
        return UsbLpPipe(url, address, device=device, printers=usb_printers)
    if isinstance(address, HttpAddress):
        return HttpPipe(url, address, device=device)
    if isinstance(address, QueueAddress):
        raise RuleBroken("device.address_wrong", address=plain_address(url), part="kind")
    return TcpPipe(url, address, device=device)


def open_queue(url: str, *, device: str = "printer") -> JobQueue | None:
    """The print queue at `url`, or None where `url` is a wire. Raises RuleBroken `device.address_wrong`."""
    if not url.startswith(QUEUES):
        return None
    sys.audit("copaydesk.wire", url)
    address = parse_address(url)
    assert isinstance(address, QueueAddress)
    if address.system == "cups":
        from devices.wires.cups_queue import CupsQueue

        return CupsQueue(url, address, device=device)
    from devices.wires.spool_queue import SpoolQueue

    return SpoolQueue(url, address, device=device)


QUEUES = ("cups:", "spool:")
"""How addresses of print queues begin."""


def _usb(url: str, address: UsbAddress, device: str, ports: Lister) -> BytePipe:
    """A serial port; a printer that is none is spoken to directly."""
    serial = SerialPipe(url, address.line, device=device, find=lambda: port_of(address, ports(), device=device))
    if device != "printer":
        return serial
    from devices.wires.libusb_pipe import LibusbPipe
    from devices.wires.usb_pipe import UsbPipe

    return UsbPipe(url, serial, LibusbPipe(url, address, device=device))
