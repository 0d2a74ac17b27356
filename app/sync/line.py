"""The line itself: one HTTP exchange with the hub, and every way it can fail told as a SyncError.

Nothing here knows what travels. Every wait has an end, every answer a largest size, and the hub is known by the
fingerprint of its certificate: no authority, no name, only the machine the desk joined.
"""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead

import orjson

from app.sync.connections import Connection, Connections, WrongCertificate
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


class Line:
    """A pool of kept connections to one hub. Thread-safe."""

    def __init__(self, hub_url: str, fingerprint: str = "", *, connect_s: float = CONNECT_S) -> None:
        self._connections = Connections(hub_url, fingerprint, connect_s)
        self._host, self._connect_s = self._connections.host, connect_s

    def exchange(self, method: str, target: str, headers: dict[str, str], body: bytes = b"",
                 read_s: float = READ_S) -> Reply:  # fmt: skip
        """Ask once, without trying again. Raises SyncLater when nothing usable came back, within
        `connect_s + read_s`, or SyncRefused `sync.wrong_certificate`; whether the hub acted on the request is then not
        known."""
        deadline_s = time.monotonic() + self._connect_s + read_s
        connection = self._opened()
        try:
            answer = connection.ask(method, target, headers, body, read_s)
            content = _read(answer, deadline_s)
        except (HTTPException, OSError, ValueError) as error:
            connection.close()
            raise self._told(error) from error
        except BaseException:
            connection.close()
            raise
        if answer.will_close:
            connection.close()
        else:
            self._connections.give_back(connection)
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
        self._connections.break_off(for_good=False)

    def abort(self) -> None:
        """Break off what is under way and end: callers get SyncLater. The line is not used again."""
        self._connections.break_off(for_good=True)
        self._connections.close()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._connections.close()

    def _opened(self) -> Connection:
        try:
            return self._connections.take()
        except WrongCertificate as error:
            raise SyncRefused("sync.wrong_certificate", hub=self._host) from error
        except ssl.SSLError as error:
            raise SyncLater("sync.tls_failed", hub=self._host) from error
        except OSError as error:
            raise SyncLater("sync.hub_unreachable", hub=self._host) from error

    def _told(self, error: Exception) -> SyncLater:
        key = next((key for kind, key in _FAILURES if isinstance(error, kind)), "sync.line_broken")
        return SyncLater(key, hub=self._host)

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


_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "sync.hub_slow"),
    (ssl.SSLError, "sync.tls_failed"),
)


def _read(answer: HTTPResponse, deadline_s: float) -> bytes:
    """The whole body; TimeoutError when it only drips, HTTPException when it does not end, or too early."""
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(_PART_BYTES):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER_BYTES:
            raise HTTPException("an answer without end")
        if time.monotonic() > deadline_s:
            raise TimeoutError("an answer that drips")
    if answer.length:
        raise IncompleteRead(b"", answer.length)
    answer.close()
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
