"""A cash drawer with a serial port of its own: opens on one byte, and may tell by a line of its plug that it is open.

Such drawers open on any byte they get; which one is a setting, for some look at it. They answer nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from devices.base import BytePipe, DeviceState, DeviceStatus, DrawerStatus, Reason
from devices.wires.serial_pipe import ModemLine
from models.basics.errors import DeviceError, Effect

PULSES: dict[str, bytes] = {"07": b"\x07", "00": b"\x00"}
"""What opens a drawer, as settings name it: BEL or NUL."""
WRITE_S = 1.0


@dataclass(frozen=True, slots=True)
class Sensor:
    """The line of the plug that tells, and whether it is up while the drawer is open."""

    line: ModemLine
    up_is_open: bool


SENSORS: dict[str, Sensor | None] = {
    "none": None,
    "cts": Sensor("cts", up_is_open=True),
    "cts_closed": Sensor("cts", up_is_open=False),
    "dsr": Sensor("dsr", up_is_open=True),
    "dsr_closed": Sensor("dsr", up_is_open=False),
    "cd": Sensor("cd", up_is_open=True),
    "cd_closed": Sensor("cd", up_is_open=False),
}
"""By the name settings use: a line that is up while the drawer is open, or `…_closed` while it is closed."""


class DrawerPipe(BytePipe, Protocol):
    """A wire whose plug has lines that can be read."""

    def line_up(self, line: ModemLine) -> bool | None: ...


class SerialDrawer:
    """See CashDrawer. The port stays open between pulses: opening one may pulse its lines."""

    def __init__(self, pipe: DrawerPipe, pulse: bytes = PULSES["07"], sensor: Sensor | None = None) -> None:
        self._pipe, self._pulse, self._sensor = pipe, pulse, sensor

    def open_drawer(self) -> None:
        """See CashDrawer."""
        self._pipe.open()
        try:
            self._pipe.write(self._pulse, WRITE_S)
        except DeviceError as error:
            error.effect = Effect.UNKNOWN
            self._pipe.close()
            raise

    def status(self) -> DrawerStatus:
        """See CashDrawer."""
        try:
            self._pipe.open()
            is_up = self._pipe.line_up(self._sensor.line) if self._sensor else None
        except DeviceError as error:
            self._pipe.close()
            return DrawerStatus(DeviceStatus(DeviceState.OFFLINE, Reason.NO_HARDWARE, error.message_key))
        known = None if is_up is None or self._sensor is None else is_up is self._sensor.up_is_open
        return DrawerStatus(DeviceStatus(DeviceState.READY), known)

    def close(self) -> None:
        """See CashDrawer."""
        self._pipe.close()
