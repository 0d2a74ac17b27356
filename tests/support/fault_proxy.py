"""A small proxy between desk and hub that loses, cuts, delays or replaces what passes, one exchange at a time."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

Fault = Callable[[bytes], str]
"""Told the head of each request, says what happens to it: one of FAULTS, or "" for nothing."""

HTML = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 40\r\n\r\n<html><body>Please sign in</body></html> "
)
GARBAGE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n\x00\xff{{{]]]\x00"
FAULTS = ("request lost", "reply lost", "reply cut", "html", "garbage", "silence", "refused")


class FaultProxy:
    """Listens on `url` and passes exchanges on to the hub at `port`. `fault` may be changed at any time."""

    def __init__(self, port: int, fault: Fault = lambda _head: "") -> None:
        self.port, self.fault = port, fault
        self.met: list[str] = []
        self._over = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Cut everything."""
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in list(self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._sockets.add(client)
        try:
            with contextlib.suppress(OSError):
                while (request := _message(client)) and self._exchange(client, request):
                    pass
        finally:
            self._sockets.discard(client)
            client.close()

    def _exchange(self, client: socket.socket, request: bytes) -> bool:
        """Pass one exchange on, or not. False ends the connection."""
        fault = self.fault(request.partition(b"\r\n\r\n")[0])
        if fault:
            self.met.append(fault)
        if fault in {"request lost", "refused"}:
            return False
        if fault == "silence":
            self._over.wait()
            return False
        if fault in {"html", "garbage"}:
            client.sendall(HTML if fault == "html" else GARBAGE)
            return False
        reply = self._ask_hub(request)
        if not reply or fault == "reply lost":
            return False
        client.sendall(reply[: len(reply) // 2] if fault == "reply cut" else reply)
        return fault != "reply cut"

    def _ask_hub(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port)) as hub:
            self._sockets.add(hub)
            try:
                hub.sendall(request)
                return _message(hub)
            finally:
                self._sockets.discard(hub)


def _message(source: socket.socket) -> bytes:
    """One whole HTTP message with a told length; empty when the other side is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = source.recv(1 << 16)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(row.split(b":")[1]) for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")), 0
    )
    while len(body) < length:
        part = source.recv(1 << 16)
        if not part:
            return b""
        data, body = data + part, body + part
    return data
