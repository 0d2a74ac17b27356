"""A printer on USB by who it is, however the system lets one reach it: by a serial port or by its printer interface."""

from __future__ import annotations

from devices.base import BytePipe
from models.basics.errors import DeviceMissing


class UsbPipe:
    """See BytePipe. Every opening tries `serial` first, then `direct`; in between it is one of them."""

    def __init__(self, url: str, serial: BytePipe, direct: BytePipe) -> None:
        self._url, self._serial, self._direct = url, serial, direct
        self._now = serial

    @property
    def address(self) -> str:
        return self._url

    def open(self) -> None:
        """Raises DeviceMissing as the serial port does where there is one, else as the printer's interface does."""
        try:
            self._serial.open()
            self._now = self._serial
        except DeviceMissing as error:
            if error.message_key != "device.port_absent":
                raise
            self._direct.open()
            self._now = self._direct

    def write(self, data: bytes, timeout_s: float) -> None:
        """See BytePipe."""
        self._now.write(data, timeout_s)

    def read(self, at_most: int, timeout_s: float) -> bytes:
        """See BytePipe."""
        return self._now.read(at_most, timeout_s)

    def flush_input(self) -> None:
        """See BytePipe."""
        self._now.flush_input()

    def close(self) -> None:
        """See BytePipe."""
        self._serial.close()
        self._direct.close()
