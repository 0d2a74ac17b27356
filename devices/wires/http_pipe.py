"""A device that is spoken to by HTTP: what is written goes out as one GET, base64 after the question mark, and the body
of its answer is what is read (PAX POSLINK over HTTP).

One request a connection. Nothing is ever repeated here: when the answer does not come, nobody knows what became of it.
"""

from __future__ import annotations

import time
from base64 import b64encode
from typing import NoReturn

from devices.wires.address import HttpAddress, TcpAddress, plain_address
from devices.wires.tcp_pipe import CONNECT_TIMEOUT_S, TcpPipe
from models.basics.errors import DeviceMissing

LARGEST_HEAD = 16 * 1024
LARGEST_CHUNK_LINE = 64


class HttpPipe:
    """See BytePipe. A read after the end of the body, and any answer but 200, is DeviceMissing."""

    def __init__(self, url: str, address: HttpAddress, *, device: str, connect_timeout_s: float = CONNECT_TIMEOUT_S):
        self._url, self._address, self._device = url, address, device
        tcp = TcpAddress(address.host, address.port)
        self._wire = TcpPipe(url, tcp, device=device, connect_timeout_s=connect_timeout_s)
        self._answer = _Answer()

    @property
    def address(self) -> str:
        return self._url

    def open(self) -> None:
        """Connect. Raises DeviceMissing as TcpPipe does; nothing was asked."""
        self._wire.open()

    def write(self, data: bytes, timeout_s: float) -> None:
        """Ask. After DeviceTimeout or DeviceMissing an unknown part of `data` has left."""
        host = f"[{self._address.host}]" if ":" in self._address.host else self._address.host
        lines = (
            f"GET /?{b64encode(data).decode()} HTTP/1.1",
            f"Host: {host}:{self._address.port}",
            "Connection: close",
        )
        self._answer = _Answer()
        self._wire.write("\r\n".join((*lines, "", "")).encode("ascii"), timeout_s)

    def read(self, at_most: int, timeout_s: float) -> bytes:
        """See BytePipe: bytes of the answer's body."""
        deadline = time.monotonic() + timeout_s
        while True:
            body = self._answer.take(at_most)
            if body:
                return body
            if self._answer.wrong or self._answer.ended:
                self._gone()
            patience_s = deadline - time.monotonic()
            data = self._wire.read(4096, max(patience_s, 0.0))
            if not data:
                return b""
            self._answer.feed(data)

    def flush_input(self) -> None:
        """See BytePipe: the answer of an earlier request is forgotten with its connection."""
        self._answer = _Answer()
        self._wire.flush_input()

    def close(self) -> None:
        """See BytePipe."""
        self._wire.close()

    def _gone(self) -> NoReturn:
        self.close()
        raise DeviceMissing("device.unplugged", device=self._device, address=plain_address(self._url))


class _Answer:
    """An answer as it arrives: head, then a body by length, by chunks, or until the connection ends."""

    def __init__(self) -> None:
        self._raw = bytearray()
        self._body = bytearray()
        self._inside = self._chunked = False
        self._left: int | None = None
        self.wrong = self.ended = False

    def take(self, at_most: int) -> bytes:
        data = bytes(self._body[:at_most])
        del self._body[:at_most]
        return data

    def feed(self, data: bytes) -> None:
        self._raw += data
        if not self._inside:
            self._read_head()
        if self._inside and not self.wrong:
            self._read_chunks() if self._chunked else self._read_plain()

    def _read_head(self) -> None:
        head, end, rest = bytes(self._raw).partition(b"\r\n\r\n")
        if not end:
            self.wrong = len(self._raw) > LARGEST_HEAD
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        self.wrong = len(words) < 2 or not words[0].startswith("HTTP/1.") or words[1] != "200"
        known = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = known.get("content-length", "")
        self._chunked = "chunked" in known.get("transfer-encoding", "").lower()
        self._left = int(length) if length.isascii() and length.isdecimal() else None
        self._inside = True
        self._raw = bytearray(rest)

    def _read_plain(self) -> None:
        part = self._raw if self._left is None else self._raw[: self._left]
        self._body += part
        if self._left is not None:
            self._left -= len(part)
            self.ended = self._left == 0
        self._raw.clear()

    def _read_chunks(self) -> None:
        while not self.ended:
            line, end, rest = bytes(self._raw).partition(b"\r\n")
            if not end:
                self.wrong = len(self._raw) > LARGEST_CHUNK_LINE
                return
            try:
                size = int(line.partition(b";")[0], 16)
            except ValueError:
                self.wrong = True
                return
            if len(rest) < size + 2:
                return
            self._body += rest[:size]
            self._raw = bytearray(rest[size + 2 :])
            self.ended = size == 0
