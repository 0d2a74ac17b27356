"""A small proxy between desk and hub that loses, cuts, delays or replaces what passes, one exchange at a time."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

Fault = Callable[[bytes], str]
"""Told the head of each request, says what happens to it: one of FAULTS, or "" for nothing."""


def _answer(status: str, content_type: str, body: bytes, more: str = "") -> bytes:
    """A whole answer behind which the line ends, as it says: who believes it asks on another one."""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{more}Connection: close"
    )
    return head.encode() + b"\r\n\r\n" + body


HTML = _answer("200 OK", "text/html", b"<html><body>Please sign in</body></html> ")
GARBAGE = _answer("200 OK", "application/json", b"\x00\xff{{{]]]\x00")
BAD_GATEWAY = _answer("502 Bad Gateway", "text/plain", b"Bad Gateway")
BUSY = _answer("429 Too Many Requests", "text/plain", b"busy", "Retry-After: 1\r\n")
TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
INSTEAD = {"html": HTML, "garbage": GARBAGE, "bad gateway": BAD_GATEWAY, "busy": BUSY, "tls alert": TLS_ALERT}
"""What the desk is told in the hub's place."""
SLOW_S, SLOW_PARTS = 0.05, 4
FAULTS = (
    "request lost", "request cut", "reply lost", "reply cut", "reply slow", "doubled", "late", "silence", "refused",
    *INSTEAD,
)  # fmt: skip
"""`doubled`: the hub gets it twice and its second answer is passed on. `late`: the desk is told nothing, and the hub
gets it only behind the next exchange."""


class FaultProxy:
    """Listens on `url` and passes exchanges on to the hub at `port`. `fault` may be changed at any time."""

    def __init__(self, port: int, fault: Fault = lambda _head: "") -> None:
        self.port, self.fault = port, fault
        self.met: list[str] = []
        self._held_back: list[bytes] = []
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
        if fault in INSTEAD:
            client.sendall(INSTEAD[fault])
            return False
        if fault == "late":
            self._held_back.append(request)
            return False
        if fault == "doubled":
            self._ask_hub(request)
        reply = self._ask_hub(request[: len(request) // 2] if fault == "request cut" else request)
        while self._held_back:
            self._ask_hub(self._held_back.pop(0))
        if not reply or fault == "reply lost":
            return False
        if fault == "reply slow":
            return self._drip(client, reply)
        client.sendall(reply[: len(reply) // 2] if fault == "reply cut" else reply)
        return fault != "reply cut"

    def _drip(self, client: socket.socket, reply: bytes) -> bool:
        """An answer in parts, each after a while."""
        step = max(1, len(reply) // SLOW_PARTS)
        for at in range(0, len(reply), step):
            self._over.wait(SLOW_S)
            client.sendall(reply[at : at + step])
        return True

    def _ask_hub(self, request: bytes) -> bytes:
        """The hub's answer; a request that is cut off ends there."""
        with socket.create_connection(("127.0.0.1", self.port)) as hub:
            self._sockets.add(hub)
            try:
                hub.sendall(request)
                if not _is_whole(request):
                    hub.shutdown(socket.SHUT_WR)
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
    while not _is_whole(data):
        part = source.recv(1 << 16)
        if not part:
            return b""
        data += part
    return data


def _is_whole(data: bytes) -> bool:
    """Is this a message of its told length?"""
    head, end, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(row.split(b":")[1]) for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")), 0
    )
    return bool(end) and len(body) >= length
