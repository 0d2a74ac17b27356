"""Kept connections to one hub, each for one exchange at a time.

The hub is known by the fingerprint of its certificate: no authority, no name, only the machine the desk joined. Where
none is known, nobody is the hub.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import selectors
import socket
import ssl
import threading
import weakref
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

MOST_KEPT = 4

_Looking: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""The cheapest way to look at one socket once."""


class WrongCertificate(Exception):
    """Whoever answers is not the hub that the desk joined. Nothing was told to it."""


class Connection(HTTPConnection):
    """A connection to a hub. Head and body leave in one piece: two would wake the hub twice."""

    def __init__(
        self, host: str, port: int, connect_s: float, secured: ssl.SSLContext | None, fingerprint: str
    ) -> None:
        super().__init__(host, port, timeout=connect_s)
        self._secured, self._fingerprint = secured, fingerprint
        self._held: list[bytes] | None = None

    def connect(self) -> None:
        """Raises OSError (ssl.SSLError among them), or WrongCertificate."""
        super().connect()
        if self._secured is None:
            return
        plain = self.sock
        try:
            self.sock = self._secured.wrap_socket(plain, server_hostname=self.host)
            shown = hashlib.sha256(self.sock.getpeercert(binary_form=True) or b"").hexdigest()
            if not hmac.compare_digest(shown, self._fingerprint):
                raise WrongCertificate
        except BaseException:
            plain.close()
            self.close()
            raise

    def ask(self, method: str, target: str, headers: dict[str, str], body: bytes, read_s: float) -> HTTPResponse:
        """Send a request and hear the beginning of its answer, each read within `read_s`. Raises OSError,
        HTTPException, or ValueError for headers that cannot be sent."""
        self.sock.settimeout(read_s)
        self._held = []
        try:
            self.request(method, target, body or None, headers)
        finally:
            held, self._held = self._held, None
        self.sock.sendall(b"".join(held))
        return self.getresponse()

    def send(self, data: Any) -> None:
        """Hold a piece of a request until the last one is there."""
        assert self._held is not None
        self._held.append(data)

    @property
    def idle(self) -> bool:
        """Is it open, and silent as it should be between two exchanges?"""
        if self.sock is None:
            return False
        with _Looking() as waiting:
            waiting.register(self.sock, selectors.EVENT_READ)
            return not waiting.select(0)


class Connections:
    """Connections to one hub, kept between exchanges. Thread-safe."""

    def __init__(self, hub_url: str, fingerprint: str, connect_s: float) -> None:
        where = urlsplit(hub_url)
        self.host = where.netloc
        self._address = where.hostname or "", where.port or (443 if where.scheme == "https" else 80)
        self._connect_s, self._fingerprint = connect_s, fingerprint
        self._secured = _secured() if where.scheme == "https" else None
        self._lock = threading.Lock()
        self._kept: list[Connection] = []
        self._open: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._ended = False
        weakref.finalize(self, _close_all, self._kept)

    def take(self) -> Connection:
        """A connection that nobody uses: kept, or made now. Raises as `Connection.connect`."""
        while (kept := self._pop()) is not None:
            if kept.idle:
                return kept
            kept.close()
        made = Connection(*self._address, self._connect_s, self._secured, self._fingerprint)
        made.connect()
        with self._lock:
            self._open.add(made.sock)
            ended = self._ended
        if ended:
            _break(made.sock)
        return made

    def give_back(self, used: Connection) -> None:
        """Keep a connection whose exchange is over, if there is room."""
        with self._lock:
            room = len(self._kept) < MOST_KEPT and not self._ended
            if room:
                self._kept.append(used)
        if not room:
            used.close()

    def break_off(self, *, for_good: bool) -> None:
        """End every exchange under way, and `for_good` every one that is still to begin."""
        with self._lock:
            self._ended = self._ended or for_good
            made = list(self._open)
        for one in made:
            _break(one)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            _close_all(self._kept)

    def _pop(self) -> Connection | None:
        with self._lock:
            return self._kept.pop() if self._kept else None


def _close_all(kept: list[Connection]) -> None:
    while kept:
        kept.pop().close()


def _secured() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # known by fingerprint alone
    return context


def _break(made: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(made, socket.SHUT_RDWR)  # below TLS: whoever reads sees the end at once
