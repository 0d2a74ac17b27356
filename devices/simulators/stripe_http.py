"""HTTP/1.1 as a payment processor's front door speaks it: requests with form bodies in, JSON out, connections kept.

Lives in one thread with asyncio. A handler may end the connection without an answer (`NoAnswer`): that is how a line
breaks before or after the work was done.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LONGEST_BODY = 1 << 20
_WORDS = {200: "OK", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required",
          403: "Forbidden", 404: "Not Found", 409: "Conflict", 429: "Too Many Requests", 500: "Internal Server Error",
          503: "Service Unavailable"}  # fmt: skip


class NoAnswer(Exception):
    """Close the connection; nothing is said."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `params` are of the form body or the query, nested as `a[b][0]=c` says; header names are lower."""

    method: str
    path: str
    params: dict[str, Any]
    headers: dict[str, str]
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered. `text` is sent as it stands where there is no `body`."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""

    def bytes(self) -> bytes:
        """On the wire."""
        payload = (self.text or json.dumps(self.body)).encode()
        headers = {"content-type": "application/json", **self.headers, "content-length": str(len(payload))}
        lines = [f"HTTP/1.1 {self.status} {_WORDS.get(self.status, 'Answer')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + payload


Answer = Callable[[Request], Awaitable[Response]]


class HttpLine:
    """A port that can be plugged in and out. `place` is what its address names besides: a reader."""

    def __init__(
        self, host: str, port: int, answer: Answer, certificate: ssl.SSLContext | None = None, place: str = ""
    ) -> None:
        self._host, self._port, self._answer, self._certificate = host, port, answer, certificate
        self._place = place
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def base(self) -> str:
        """Where it is reached, without what it names besides."""
        return f"{'https' if self._certificate else 'http'}://{self._host}:{self._port}"

    @property
    def url(self) -> str:
        """Where it is reached: `http://127.0.0.1:PORT/PLACE`."""
        return f"{self.base}/{self._place}".rstrip("/")

    async def plug_in(self) -> None:
        """Listen; after the first time on the same port."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, self._host, self._port, ssl=self._certificate)
            self._port = self._server.sockets[0].getsockname()[1]

    def unplug(self) -> None:
        """Refuse connections and cut those there are."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for writer in list(self._open):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        ends = (
            ConnectionError,
            NoAnswer,
            asyncio.IncompleteReadError,
            asyncio.CancelledError,
            ValueError,
            ssl.SSLError,
        )
        with contextlib.suppress(*ends):
            while (request := await _read(reader)) is not None:
                response = await self._answer(request)
                writer.write(response.bytes())
                await writer.drain()
        self._open.discard(writer)
        writer.close()


def untrusted() -> ssl.SSLContext:
    """TLS with a certificate made this moment, which nobody has reason to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody else")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + timedelta(1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()))  # fmt: skip
        file.write(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None when the peer has gone. Raises ValueError for what is no HTTP."""
    first = await reader.readline()
    if not first.strip():
        return None
    method, target, _ = first.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while line := (await reader.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= LONGEST_BODY:
        raise ValueError("a body too long")
    body = (await reader.readexactly(length)).decode("utf-8", "replace")
    parts = urlsplit(target)
    said = body if method == "POST" else parts.query
    return Request(method, unquote(parts.path), nested(parse_qsl(said, keep_blank_values=True)), headers, said)


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """`[("a[b][0]", "c")]` as `{"a": {"b": ["c"]}}`."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        *way, last = list(_steps(name))
        place = made
        for step in way:
            inner = place.setdefault(step, {})
            place = inner if isinstance(inner, dict) else {}
        place[last or str(len(place))] = value
    return {name: _as_lists(value) for name, value in made.items()}


def _steps(name: str) -> Iterator[str]:
    head, _, rest = name.partition("[")
    yield head
    for part in rest.split("["):
        if rest:
            yield part.rstrip("]")


def _as_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _as_lists(each) for key, each in value.items()}
    if inner and all(key.isdecimal() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
