"""Every way the line to the hub can fail is told as one message key, in time."""

from __future__ import annotations

import socket
import threading
import time

import orjson
import pytest

from app.sync.line import HubRefusal, Line
from models.basics.errors import SyncError, SyncLater, SyncRefused
from tests.support.lines import Answer, answering, broken_off, hangs_up, keeps_silent, says

JSON = "application/json"
PORTAL = b"<!doctype html><html><body>Welcome to the guest network. Please accept our terms.</body></html>"


def told(key: str, **facts: object) -> bytes:
    return orjson.dumps({"error": key, "facts": facts})


@pytest.mark.parametrize(
    ("answer", "kind", "key"),
    [
        (says("200 OK", "text/html", PORTAL), SyncLater, "sync.not_the_hub"),
        (says("200 OK", "text/html; charset=utf-8", b""), SyncLater, "sync.not_the_hub"),
        (says("302 Found", "text/html", b"", "Location: http://portal.example/login"), SyncLater, "sync.not_the_hub"),
        (says("404 Not Found", "text/html", PORTAL), SyncLater, "sync.not_the_hub"),
        (says("511 Network Authentication Required", "text/html", PORTAL), SyncLater, "sync.hub_failed"),
        (says("500 Internal Server Error", "text/plain", b"Internal Server Error"), SyncLater, "sync.hub_failed"),
        (says("503 Service Unavailable", JSON, told("store.locked"), "Retry-After: 7"), SyncLater, "sync.hub_failed"),
        (says("429 Too Many Requests", JSON, told("sync.hub_busy"), "Retry-After: 3"), SyncLater, "sync.hub_busy"),
        (says("429 Too Many Requests", JSON, told("enrol.locked", seconds=42)), SyncLater, "enrol.locked"),
        (says("401 Unauthorized", JSON, told("auth.unknown_device")), SyncRefused, "auth.unknown_device"),
        (says("403 Forbidden", JSON, told("auth.revoked")), SyncRefused, "auth.revoked"),
        (says("409 Conflict", JSON, told("sync.gap", expected_dseq=4)), SyncRefused, "sync.gap"),
        (says("413 Content Too Large", JSON, told("sync.too_large")), SyncRefused, "sync.too_large"),
        (says("426 Upgrade Required", JSON, told("sync.update_needed")), SyncRefused, "sync.update_needed"),
        (says("403 Forbidden", JSON, b"{nonsense"), SyncLater, "sync.not_the_hub"),
        (says("403 Forbidden", JSON, b'{"error": 5}'), SyncLater, "sync.not_the_hub"),
        (hangs_up(), SyncLater, "sync.line_broken"),
        (hangs_up(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"), SyncLater,
         "sync.line_broken"),
        (hangs_up(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n"), SyncLater, "sync.line_broken"),
        (hangs_up(bytes(range(256)) * 4), SyncLater, "sync.line_broken"),
        (hangs_up(b"HTTP/1.1 200 OK\r\nContent-Length: lots\r\n\r\n"), SyncLater, "sync.not_the_hub"),
        (keeps_silent(), SyncLater, "sync.hub_slow"),
        (keeps_silent(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n", b"{"),
         SyncLater, "sync.hub_slow"),
    ],
)  # fmt: skip
def test_what_is_not_the_hubs_answer(answer: Answer, kind: type[SyncError], key: str) -> None:
    with answering(answer) as url:
        line = Line(url, connect_s=0.1)
        started_s = time.monotonic()
        with pytest.raises(SyncError) as failed:
            line.ask("GET", "/v1/health", {}, read_s=0.2)
        line.close()
    assert isinstance(failed.value, kind)
    assert failed.value.message_key == key
    assert time.monotonic() - started_s < 2


def test_a_good_answer_and_a_kept_connection() -> None:
    with answering(says("200 OK", JSON, b'{"head": 3}')) as url:
        line = Line(url)
        assert [line.ask("GET", "/v1/sync/wait", {}) for _ in range(3)] == [b'{"head": 3}'] * 3
        line.close()


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    line = Line(f"http://127.0.0.1:{port}")
    with pytest.raises(SyncLater) as failed:
        line.ask("GET", "/", {})
    assert failed.value.message_key == "sync.hub_unreachable"
    assert failed.value.facts["hub"] == f"127.0.0.1:{port}"


def test_what_the_hub_asks_for_is_kept() -> None:
    answer = says("429 Too Many Requests", JSON, told("sync.hub_busy"), "Retry-After: 3")
    with answering(answer) as url, pytest.raises(SyncLater) as failed:
        Line(url).ask("GET", "/", {})
    assert failed.value.facts["retry_after_s"] == 3


def test_what_the_hub_told_comes_with_the_refusal() -> None:
    answer = says("409 Conflict", JSON, told("sync.gap", expected_dseq=4))
    with answering(answer) as url, pytest.raises(HubRefusal) as failed:
        Line(url).ask("GET", "/", {})
    assert (failed.value.status, failed.value.facts) == (409, {"expected_dseq": 4})


def test_an_answer_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sync.line.LARGEST_ANSWER_BYTES", 1 << 16)
    with answering(says("200 OK", JSON, b" " * (1 << 17))) as url, pytest.raises(SyncLater) as failed:
        Line(url).ask("GET", "/", {})
    assert failed.value.message_key == "sync.line_broken"


def test_an_exchange_can_be_broken_off() -> None:
    asked = threading.Event()

    def answer(_connection: socket.socket, over: threading.Event) -> None:
        asked.set()
        over.wait()

    with answering(answer) as url:
        assert broken_off(Line(url), asked) == ["sync.line_broken"]
