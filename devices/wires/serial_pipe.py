"""A serial line: RS-232, USB virtual COM port, or pseudo-terminal.

What pyserial and the system raise is told here in the program's own errors. Seen on Linux: `reset_input_buffer` raises
`termios.error`, which is no OSError; a pulled plug shows as a read that is ready but empty. On Windows the port's name
stays taken until our handle is closed, so every failure closes it.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Literal, NoReturn

import serial

from devices.wires.address import PARITIES, SerialAddress, plain_address
from models.basics.errors import DeviceMissing, DeviceTimeout

_TROUBLE: tuple[type[Exception], ...] = (OSError, ValueError)  # SerialException is an OSError; ValueError: closed
try:
    from termios import error as termios_error
except ImportError:  # Windows has none
    pass
else:
    _TROUBLE += (termios_error,)

_OPENING = {
    errno.ENOENT: "device.port_absent",
    errno.ENXIO: "device.port_absent",
    errno.ENODEV: "device.port_absent",
    errno.EIO: "device.port_absent",
    errno.EACCES: "device.port_forbidden",
    errno.EPERM: "device.port_forbidden",
    errno.EBUSY: "device.port_taken",
    errno.EAGAIN: "device.port_taken",
    errno.EISDIR: "device.not_a_port",
    errno.ENOTDIR: "device.not_a_port",
    errno.ENOTTY: "device.not_a_port",
    errno.EINVAL: "device.port_settings",
}
_WINDOWS_WORDS = {"PermissionError": "device.port_taken", "FileNotFoundError": "device.port_absent"}


ModemLine = Literal["cts", "dsr", "cd"]
"""Lines of a serial plug that the other side drives."""


class SerialPipe:
    """See BytePipe. Opened exclusively; opening an open pipe is nothing. `find` tells the port's name of now, for what
    comes back under another one; it raises DeviceMissing when there is none. `make` opens a port as pyserial does."""

    def __init__(
        self,
        url: str,
        address: SerialAddress,
        *,
        device: str,
        find: Callable[[], str] | None = None,
        make: Callable[..., serial.Serial] = serial.Serial,
    ) -> None:
        self._url = url
        self._make = make
        self._address = address
        self._device = device
        self._find = find or (lambda: address.port)
        self._port: serial.Serial | None = None

    @property
    def address(self) -> str:
        return self._url

    def open(self) -> None:
        """Take the port. Raises DeviceMissing: absent, taken, forbidden, not a port, settings refused."""
        if self._port is not None:
            return
        name = self._find()
        try:
            self._port = self._make(
                name,
                self._address.baud,
                parity=PARITIES[self._address.parity],
                xonxoff=self._address.flow == "xonxoff",
                rtscts=self._address.flow == "rtscts",
                dsrdtr=self._address.flow == "dsrdtr",
                timeout=0,
                write_timeout=1.0,
                exclusive=True,
            )
        except _TROUBLE as error:
            raise self._missing(_opening_key(error)) from error

    def write(self, data: bytes, timeout_s: float) -> None:
        """See BytePipe. After DeviceTimeout or DeviceMissing an unknown part of `data` has left."""
        port = self._opened()
        try:
            if port.write_timeout != timeout_s:
                port.write_timeout = timeout_s
            port.write(data)
        except serial.SerialTimeoutException as error:
            raise DeviceTimeout(
                "device.write_timeout", device=self._device, address=plain_address(self._url)
            ) from error
        except _TROUBLE as error:
            self._lost(error)

    def read(self, at_most: int, timeout_s: float) -> bytes:
        """See BytePipe."""
        port = self._opened()
        try:
            if port.timeout != timeout_s:
                port.timeout = timeout_s
            first = port.read(1)
        except _TROUBLE as error:
            self._lost(error)
        if not first or at_most == 1:
            return first
        try:
            return first + port.read(min(at_most - 1, port.in_waiting))
        except _TROUBLE:
            return first  # what came before the plug was pulled still counts; the next read tells

    def flush_input(self) -> None:
        """See BytePipe."""
        port = self._opened()
        try:
            port.reset_input_buffer()
        except _TROUBLE as error:
            self._lost(error)

    def line_up(self, line: ModemLine) -> bool | None:
        """Is this line of the plug up? None where the port has no such lines: a pseudo-terminal, some adapters. Raises
        DeviceMissing."""
        port = self._opened()
        try:
            return bool(getattr(port, line))
        except OSError as error:
            if error.errno in (errno.ENOTTY, errno.EINVAL, errno.ENOSYS):
                return None
            self._lost(error)
        except _TROUBLE as error:
            self._lost(error)

    def close(self) -> None:
        """See BytePipe."""
        port, self._port = self._port, None
        if port is None:
            return
        try:
            port.close()
        except _TROUBLE:
            port.is_open = False  # the device is gone; the handle was given back before the error

    def _opened(self) -> serial.Serial:
        if self._port is None:
            raise self._missing("device.closed")
        return self._port

    def _lost(self, error: Exception) -> NoReturn:
        self.close()
        raise self._missing("device.unplugged") from error

    def _missing(self, key: str) -> DeviceMissing:
        return DeviceMissing(key, device=self._device, address=plain_address(self._url))


def _opening_key(error: BaseException) -> str:
    """The message key for why a port could not be opened."""
    cause: BaseException | None = error
    while cause is not None:
        number = getattr(cause, "errno", None)
        if number is None and cause.args and isinstance(cause.args[0], int):
            number = cause.args[0]  # termios.error carries it so
        if number in _OPENING:
            return _OPENING[number]
        cause = cause.__context__
    words = str(error)
    return next((key for word, key in _WINDOWS_WORDS.items() if word in words), "device.port_settings")
