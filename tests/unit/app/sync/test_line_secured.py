"""A line under TLS: what goes wrong before, in and after the handshake is told as one message key, in time."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from app.sync.line import Line
from models.basics.clock import SystemClock
from models.basics.errors import SyncLater, SyncRefused
from server.tls import Certificate, own_certificate
from tests.support.lines import Answer, broken_off, greeting, hangs_up, head, keeps_silent, says
from tests.unit.app.sync.test_line import JSON

Greeting = Callable[[ssl.SSLContext], Answer]
"""Talks on a connection that was just accepted, with what the hub proves itself with."""

ALERT = b"\x15\x03\x03\x00\x02\x02\x28"  # RFC 5246 §7.2: fatal, handshake_failure
HELLO_BEGUN = b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76"  # the first bytes of a ServerHello (RFC 8446 §4.1.3)
GOOD = says("200 OK", JSON, b'{"head": 3}')


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return own_certificate(tmp_path_factory.mktemp("hub"), SystemClock())


@contextmanager
def hub(greet: Greeting, certificate: Certificate) -> Iterator[str]:
    """The address of a server that begins every connection with `greet`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    with greeting(greet(context)) as address:
        yield f"https://{address}"


def before(answer: Answer) -> Greeting:
    """In the handshake's place, once the desk has begun it."""

    def greet(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65_536)
        answer(connection, over)

    return lambda _context: greet


def behind(answer: Answer) -> Greeting:
    """To every request, under TLS."""

    def with_proof(context: ssl.SSLContext) -> Answer:
        def greet(connection: socket.socket, over: threading.Event) -> None:
            with context.wrap_socket(connection, server_side=True) as secured:
                while head(secured):
                    answer(secured, over)

        return greet

    return with_proof


def torn(connection: socket.socket, _over: threading.Event) -> None:
    """Bytes below TLS that no record begins with, where an answer is due."""
    socket.socket.sendall(connection, b"HTTP/1.1 200 OK\r\n\r\n")
    socket.socket.shutdown(connection, socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("greet", "key"),
    [
        (before(hangs_up()), "sync.tls_failed"),
        (before(hangs_up(ALERT)), "sync.tls_failed"),
        (before(hangs_up(HELLO_BEGUN)), "sync.tls_failed"),
        (before(says("400 Bad Request", "text/plain", b"plain")), "sync.tls_failed"),
        (before(keeps_silent()), "sync.hub_unreachable"),
        (before(keeps_silent(HELLO_BEGUN, b"\x00")), "sync.hub_unreachable"),
        (behind(hangs_up()), "sync.line_broken"),
        (behind(hangs_up(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")), "sync.line_broken"),
        (behind(torn), "sync.tls_failed"),
        (behind(keeps_silent()), "sync.hub_slow"),
        (behind(keeps_silent(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b"{")), "sync.hub_slow"),
    ],
)
def test_what_is_not_the_hubs_answer(greet: Greeting, key: str, certificate: Certificate) -> None:
    with hub(greet, certificate) as url:
        line = Line(url, certificate.fingerprint, connect_s=1.0)
        started_s = time.monotonic()
        with pytest.raises(SyncLater) as failed:
            line.ask("GET", "/v1/health", {}, read_s=0.2 if key == "sync.hub_slow" else 3.0)
        line.close()
    assert failed.value.message_key == key
    assert time.monotonic() - started_s < 5


@pytest.mark.parametrize("known", ["ab" * 32, ""])
def test_nothing_is_told_to_who_is_not_known(known: str, certificate: Certificate) -> None:
    asked, hung_up = b"", threading.Event()

    def with_proof(context: ssl.SSLContext) -> Answer:
        def greet(connection: socket.socket, _over: threading.Event) -> None:
            nonlocal asked
            try:
                with context.wrap_socket(connection, server_side=True) as secured:
                    asked = secured.recv(65_536)
            finally:
                hung_up.set()

        return greet

    with hub(with_proof, certificate) as url, pytest.raises(SyncRefused) as refused:
        Line(url, known).ask("GET", "/v1/health", {})
    assert refused.value.message_key == "sync.wrong_certificate"
    assert hung_up.wait(5)
    assert asked == b""


def test_a_kept_connection_greets_once(certificate: Certificate) -> None:
    greeted = threading.Semaphore(0)

    def with_proof(context: ssl.SSLContext) -> Answer:
        def greet(connection: socket.socket, over: threading.Event) -> None:
            greeted.release()
            behind(GOOD)(context)(connection, over)

        return greet

    with hub(with_proof, certificate) as url:
        line = Line(url, certificate.fingerprint)
        assert [line.ask("GET", "/v1/sync/wait", {}) for _ in range(3)] == [b'{"head": 3}'] * 3
        line.close()
    assert greeted.acquire(blocking=False)
    assert not greeted.acquire(blocking=False)


def test_an_exchange_can_be_broken_off(certificate: Certificate) -> None:
    asked = threading.Event()

    def answer(_connection: socket.socket, over: threading.Event) -> None:
        asked.set()
        over.wait()

    with hub(behind(answer), certificate) as url:
        assert broken_off(Line(url, certificate.fingerprint), asked) == ["sync.line_broken"]
