"""Wires: what carries bytes and knows nothing of what they mean."""

from __future__ import annotations

from devices.base import BytePipe
from devices.wires.address import SerialAddress, parse_address
from devices.wires.serial_pipe import SerialPipe
from devices.wires.tcp_pipe import TcpPipe


def open_pipe(url: str, *, device: str = "wire", default_port: int | None = None) -> BytePipe:
    """The wire at `url`, not yet opened. `device` names what hangs on it in every error (`reader`, `printer`).

    Raises RuleBroken `device.address_wrong` when the address cannot be read.
    """
    address = parse_address(url, default_port=default_port)
    if isinstance(address, SerialAddress):
        return SerialPipe(url, address, device=device)
    return TcpPipe(url, address, device=device)
