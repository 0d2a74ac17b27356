"""The line itself: one HTTP exchange with the hub, and every way it can fail told as a SyncError.

Nothing here knows what travels. Every wait has an end, every answer a largest size, and the hub is known by the
fingerprint of its certificate: no authority, no name, only the machine the desk joined.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import weakref
from dataclasses import dataclass
from typing import Any

import orjson
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from models.basics.errors import Fact, SyncError, SyncLater, SyncRefused

CONNECT_S = 3.0
READ_S = 15.0
LARGEST_ANSWER_BYTES = 64 << 20
_PART_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Reply:
    """A hub's answer: a status, and what was in it."""

    status: int
    body: bytes
    content_type: str
    retry_after_s: int


class HubRefusal(SyncRefused):
    """The hub answered no; `status` is HTTP's. `facts` are what it told."""

    def __init__(self, message_key: str, status: int, facts: dict[str, Fact]) -> None:
        super().__init__(message_key)
        self.facts.update(facts)
        self.status = status


class _Sockets:
    """The sockets of a pool, so that an exchange under way can be broken off from outside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._closed = False

    def add(self, made: socket.socket) -> None:
        """Remember a connected socket."""
        with self._lock:
            self._open.add(made)
            closed = self._closed
        if closed:
            _break(made)

    def break_all(self, *, for_good: bool) -> None:
        """End every exchange under way, and `for_good` every one that is still to begin."""
        with self._lock:
            self._closed = self._closed or for_good
            made = list(self._open)
        for one in made:
            _break(one)


def _break(made: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(made, socket.SHUT_RDWR)  # below TLS: whoever reads sees the end at once


class Line:
    """A pool of kept connections to one hub. Thread-safe."""

    def __init__(self, hub_url: str, fingerprint: str = "", *, connect_s: float = CONNECT_S) -> None:
        where = urllib3.util.parse_url(hub_url)
        self._host, self._connect_s = where.netloc or "", connect_s
        secured: dict[str, Any] = {"cert_reqs": "CERT_NONE", "assert_fingerprint": fingerprint}
        self._pool = urllib3.connection_from_url(
            f"{where.scheme}://{where.netloc}", maxsize=4, block=False, retries=False,
            **(secured if where.scheme == "https" else {}),
        )  # fmt: skip
        self._sockets = _Sockets()
        self._pool.ConnectionCls = _remembering(self._pool.ConnectionCls, self._sockets)

    def exchange(self, method: str, target: str, headers: dict[str, str], body: bytes = b"",
                 read_s: float = READ_S) -> Reply:  # fmt: skip
        """Ask once, without trying again. Raises SyncLater when nothing usable came back, within
        `connect_s + read_s`; whether the hub acted on the request is then not known."""
        deadline_s = time.monotonic() + self._connect_s + read_s
        try:
            answer = self._pool.urlopen(
                method, target, body=body or None, headers=headers, redirect=False, preload_content=False,
                decode_content=False, timeout=urllib3.Timeout(connect=self._connect_s, read=read_s),
            )  # fmt: skip
            try:
                content = _read(answer, deadline_s)
            except BaseException:
                answer.close()
                raise
            answer.release_conn()
        except (HTTPError, OSError, ValueError) as error:
            raise self._told(error) from error
        wait = answer.headers.get("Retry-After", "")
        return Reply(answer.status, content, answer.headers.get("Content-Type", ""),
                     min(int(wait), 3600) if wait.isascii() and wait.isdigit() else 0)  # fmt: skip

    def ask(self, method: str, target: str, headers: dict[str, str], body: bytes = b"", read_s: float = READ_S,
            content_type: str = "application/json") -> bytes:  # fmt: skip
        """The body of a good answer. Raises SyncLater or HubRefusal for every other."""
        reply = self.exchange(method, target, headers, body, read_s)
        if reply.status == 200 and reply.content_type.split(";")[0] == content_type:
            return reply.body
        raise self._refusal(reply)

    def interrupt(self) -> None:
        """Break off what is under way: callers get SyncLater."""
        self._sockets.break_all(for_good=False)

    def abort(self) -> None:
        """Break off what is under way and end: callers get SyncLater. The line is not used again."""
        self._sockets.break_all(for_good=True)
        self._pool.close()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._pool.close()

    def _told(self, error: Exception) -> SyncError:
        for kinds, key in _FAILURES:
            if isinstance(error, kinds):
                return SyncLater(key, hub=self._host)
        if isinstance(error, SSLError):
            wrong = "ingerprint" in str(error)
            return SyncRefused("sync.wrong_certificate", hub=self._host) if wrong else SyncLater(
                "sync.tls_failed", hub=self._host)  # fmt: skip
        return SyncLater("sync.line_broken", hub=self._host)

    def _refusal(self, reply: Reply) -> SyncError:
        """What an answer that is not what was asked for means."""
        told = _told_by_hub(reply)
        if told is None:
            if reply.status >= 500:
                return SyncLater("sync.hub_failed", hub=self._host, status=reply.status,
                                 retry_after_s=reply.retry_after_s)  # fmt: skip
            return SyncLater("sync.not_the_hub", hub=self._host, status=reply.status)
        key, facts = told
        if reply.status == 429 or reply.status >= 500:
            busy = "sync.hub_busy" if reply.status == 429 and not key.startswith("enrol.") else key
            later = SyncLater("sync.hub_failed" if reply.status >= 500 else busy, hub=self._host, status=reply.status,
                              retry_after_s=reply.retry_after_s)  # fmt: skip
            later.facts.update({name: value for name, value in facts.items() if name == "seconds"})
            return later
        return HubRefusal("sync.not_understood" if key.startswith("http.") else key, reply.status, facts)


_FAILURES: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((ConnectTimeoutError, NewConnectionError), "sync.hub_unreachable"),
    ((ReadTimeoutError, TimeoutError), "sync.hub_slow"),
    ((InvalidHeader,), "sync.not_the_hub"),
    ((ProtocolError,), "sync.line_broken"),
)


def _remembering(made: Any, sockets: _Sockets) -> Any:
    """The pool's kind of connection, telling `sockets` of each one, and sending head and body in one piece: two would
    wake the hub twice."""

    class Remembered(made):  # type: ignore[misc]
        _held: list[bytes] | None = None

        def connect(self) -> None:
            super().connect()
            sockets.add(self.sock)

        def request(self, *arguments: Any, **named: Any) -> None:
            self._held = []
            try:
                super().request(*arguments, **named)
            finally:
                held, self._held = self._held, None
            super().send(b"".join(held))

        def send(self, data: bytes) -> None:
            if self._held is None:
                super().send(data)
            else:
                self._held.append(data)

    return Remembered


def _read(answer: urllib3.BaseHTTPResponse, deadline_s: float) -> bytes:
    """The whole body; TimeoutError when it only drips, ProtocolError when it does not end."""
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(_PART_BYTES):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER_BYTES:
            raise ProtocolError("an answer without end")
        if time.monotonic() > deadline_s:
            raise TimeoutError("an answer that drips")
    return b"".join(parts)


def _told_by_hub(reply: Reply) -> tuple[str, dict[str, Fact]] | None:
    """The hub's own words for a refusal; None when it was not the hub that answered."""
    if reply.status == 200 or reply.content_type.split(";")[0] != "application/json":
        return None
    try:
        plain = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(plain, dict) or not isinstance(plain.get("error"), str):
        return None
    facts = plain.get("facts")
    known = facts.items() if isinstance(facts, dict) else ()
    return plain["error"], {str(name): value for name, value in known if isinstance(value, int | str | bool)}
