"""A TCP connection to a device on the clinic's network."""

from __future__ import annotations

import socket
import time
from typing import NoReturn

from devices.wires.address import TcpAddress, plain_address
from models.basics.errors import DeviceMissing, DeviceTimeout

CONNECT_TIMEOUT_S = 3.0
"""An unreachable device is told within 5 s, name look-up included."""


class TcpPipe:
    """See BytePipe. Opening an open pipe is nothing; a connection the peer closed reads as DeviceMissing."""

    def __init__(
        self, url: str, address: TcpAddress, *, device: str, connect_timeout_s: float = CONNECT_TIMEOUT_S
    ) -> None:
        self._url = url
        self._address = address
        self._device = device
        self._connect_timeout_s = connect_timeout_s
        self._socket: socket.socket | None = None

    @property
    def address(self) -> str:
        return self._url

    def open(self) -> None:
        """Connect. Raises DeviceMissing: name not known, refused, no way there, or nobody answers in time."""
        if self._socket is not None:
            return
        try:
            connection = socket.create_connection((self._address.host, self._address.port), self._connect_timeout_s)
        except socket.gaierror as error:
            raise self._missing("device.host_unknown") from error
        except ConnectionRefusedError as error:
            raise self._missing("device.refused") from error
        except OSError as error:  # TimeoutError, no route, network down
            raise self._missing("device.unreachable") from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket = connection

    def write(self, data: bytes, timeout_s: float) -> None:
        """See BytePipe. After DeviceTimeout or DeviceMissing an unknown part of `data` has left."""
        connection = self._opened()
        deadline = time.monotonic() + timeout_s
        left = memoryview(data)
        try:
            while left:
                connection.settimeout(max(deadline - time.monotonic(), 0.001))
                left = left[connection.send(left) :]
        except TimeoutError as error:
            raise DeviceTimeout(
                "device.write_timeout", device=self._device, address=plain_address(self._url)
            ) from error
        except OSError as error:
            self._lost(error)

    def read(self, at_most: int, timeout_s: float) -> bytes:
        """See BytePipe."""
        connection = self._opened()
        connection.settimeout(max(timeout_s, 0.0))
        try:
            data = connection.recv(at_most)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            self._lost(error)
        if not data:
            self._lost(None)
        return data

    def flush_input(self) -> None:
        """See BytePipe."""
        while self.read(4096, 0.0):
            pass

    def close(self) -> None:
        """See BytePipe."""
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise self._missing("device.closed")
        return self._socket

    def _lost(self, error: Exception | None) -> NoReturn:
        self.close()
        raise self._missing("device.unplugged") from error

    def _missing(self, key: str) -> DeviceMissing:
        return DeviceMissing(key, device=self._device, address=plain_address(self._url))
