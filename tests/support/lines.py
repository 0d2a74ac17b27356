"""Servers that answer over a real socket as somebody else might: a captive portal, a dying hub, a slow one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

from app.sync.line import Line
from models.basics.errors import SyncLater

Answer = Callable[[socket.socket, threading.Event], None]
"""Talks on one connection; the event is set when the test is over."""


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """The URL of a server that greets every connection with `answer`, after the request's head has come."""

    def talk(connection: socket.socket, over: threading.Event) -> None:
        while head(connection):
            answer(connection, over)

    with greeting(talk) as address:
        yield f"http://{address}"


@contextmanager
def greeting(greet: Answer) -> Iterator[str]:
    """Host and port of a server that begins every connection with `greet`, before anything has come."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        with closing(connection), suppress(OSError):
            greet(connection, over)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in connections:
            connection.close()
        thread.join(5)


def head(connection: socket.socket) -> bytes:
    """The request's head and body, empty when the other side is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    top, _, body = data.partition(b"\r\n\r\n")
    wanted = 0
    for row in top.lower().split(b"\r\n"):
        if row.startswith(b"content-length:"):
            wanted = int(row.split(b":")[1])
    while len(body) < wanted:
        part = connection.recv(65536)
        if not part:
            return b""
        body += part
    return top


def says(status: str, content_type: str, body: bytes, *headers: str) -> Answer:
    """Answers every request with this."""
    top = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers, "", ""]
    data = "\r\n".join(top).encode() + body

    def answer(connection: socket.socket, _over: threading.Event) -> None:
        connection.sendall(data)

    return answer


def hangs_up(after: bytes = b"") -> Answer:
    """Sends `after` and closes."""

    def answer(connection: socket.socket, _over: threading.Event) -> None:
        connection.sendall(after)
        connection.shutdown(socket.SHUT_RDWR)

    return answer


def keeps_silent(first: bytes = b"", drip: bytes = b"", every_s: float = 0.05) -> Answer:
    """Sends `first`, then `drip` over and over, or nothing, until the test is over."""

    def answer(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        while not over.wait(every_s):
            connection.sendall(drip)

    return answer


def broken_off(line: Line, asked: threading.Event) -> list[str]:
    """How an exchange ends that is broken off once the other side has heard the question (which sets `asked`)."""
    failures: list[str] = []

    def ask() -> None:
        try:
            line.ask("GET", "/v1/sync/wait", {}, read_s=60)
        except SyncLater as error:
            failures.append(error.message_key)

    thread = threading.Thread(target=ask)
    thread.start()
    assert asked.wait(5)
    line.abort()
    thread.join(5)
    return failures
