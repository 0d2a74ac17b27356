"""The hub's line itself: what is no HTTP, what never ends, what comes in pieces."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from server.http import MOST_HEAD_BYTES
from server.settings import HubSettings
from tests.support.hub import RunningHub

HEALTH = b"GET /v1/health HTTP/1.1\r\nHost: hub\r\n"


@pytest.fixture(params=["plain", "under TLS"])
def any_hub(request: pytest.FixtureRequest) -> Iterator[RunningHub]:
    """On this computer alone, and on the network."""
    if request.param == "plain":
        yield request.getfixturevalue("sqlite_hub")
        return
    settings: HubSettings = request.getfixturevalue("sqlite_settings")
    hub = RunningHub(replace(settings, host="0.0.0.0", public_address="127.0.0.1"))
    yield hub
    hub.close()


@contextmanager
def line(hub: RunningHub) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", hub.address.port), timeout=10) as opened:
        if not hub.address.fingerprint:
            yield opened
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(opened) as secured:
            yield secured


def answered(opened: socket.socket) -> bytes:
    """Everything until the hub hangs up."""
    parts = []
    while part := opened.recv(65_536):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no line of this kind\r\n\r\n",
        b"GET /v1/health\r\nHost hub\r\n\r\n",
        b"POST /v1/sync/push HTTP/1.1\r\nHost: hub\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello",
        b"POST /v1/sync/push HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"POST /v1/sync/push HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: hub\r\nName : spaced\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_and_the_line_closed(any_hub: RunningHub, sent: bytes) -> None:
    with line(any_hub) as opened:
        opened.sendall(sent)
        assert answered(opened).startswith(b"HTTP/1.1 400")


def test_a_beginning_without_an_end_is_not_listened_to_for_ever(any_hub: RunningHub) -> None:
    with line(any_hub) as opened:
        opened.sendall(HEALTH)
        told, filler = 0, b"X-Filler: " + b"x" * 8_000 + b"\r\n"
        with pytest.raises((ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            while True:
                opened.sendall(filler)
                told += len(filler)
    assert told < 16 * MOST_HEAD_BYTES + (8 << 20)  # what both systems hold in their buffers besides


def test_requests_in_pieces_and_one_behind_the_other(any_hub: RunningHub) -> None:
    large = b"POST /v1/sync/push HTTP/1.1\r\nHost: hub\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000
    with line(any_hub) as opened:
        for byte in HEALTH + b"\r\n":
            opened.sendall(bytes([byte]))
        assert opened.recv(12) == b"HTTP/1.1 200"
    with line(any_hub) as opened:
        opened.sendall(large + HEALTH + b"Connection: close\r\n\r\n")
        found = answered(opened)
    assert found.startswith(b"HTTP/1.1 4")
    assert b"HTTP/1.1 200" in found
