"""Wires: what carries bytes and knows nothing of what they mean."""

from __future__ import annotations

from devices.base import BytePipe
from devices.wires.address import HttpAddress, SerialAddress, UsbAddress, UsbPrinterAddress, parse_address
from devices.wires.http_pipe import HttpPipe
from devices.wires.ports import Lister, port_of, system_ports
from devices.wires.serial_pipe import SerialPipe
from devices.wires.tcp_pipe import TcpPipe
from devices.wires.usblp_pipe import UsbLpPipe, usb_printers


def open_pipe(
    url: str, *, device: str = "wire", default_port: int | None = None, ports: Lister = system_ports
) -> BytePipe:
    """The wire at `url`, not yet opened. `device` names what hangs on it in every error (`reader`, `printer`); `ports`
    lists the serial ports there are whenever a `usb://` address is opened.

    Raises RuleBroken `device.address_wrong` when the address cannot be read.
    """
    address = parse_address(url, default_port=default_port)
    if isinstance(address, SerialAddress):
        return SerialPipe(url, address, device=device)
    if isinstance(address, UsbAddress):
        usb = address
        return SerialPipe(url, usb.line, device=device, find=lambda: port_of(usb, ports(), device=device))
    if isinstance(address, UsbPrinterAddress):
        return UsbLpPipe(url, address, device=device, printers=usb_printers)
    if isinstance(address, HttpAddress):
        return HttpPipe(url, address, device=device)
    return TcpPipe(url, address, device=device)
