"""How a person or a test tells a simulator what to do: one line in, one line out.

Lines come over a socket (`--control PATH`, or `--control HOST:PORT` where there are no UNIX sockets) or are typed. The
answer is `ok`, `ok {json}`, or `error why`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Handler = Callable[[str], Awaitable[Any]]
"""Takes the line's argument; what it returns is sent as JSON, None as a bare `ok`."""


class Control:
    """The table of commands of one simulator, and the doors they come in by."""

    def __init__(self, handlers: dict[str, Handler], ended: asyncio.Event) -> None:
        self._handlers = handlers
        self._ended = ended
        self._server: asyncio.Server | None = None
        self._path: Path | None = None

    async def answer(self, line: str) -> str:
        """Do what `line` says. An empty line is `press`: what Enter does at the keyboard."""
        name, _, argument = (line.strip() or "press").partition(" ")
        if name == "help":
            return "ok " + json.dumps(sorted((*self._handlers, "help", "quit")))
        if name == "quit":
            self._ended.set()
            return "ok"
        handler = self._handlers.get(name)
        if handler is None:
            return f"error no command {name!r}; try help"
        try:
            result = await handler(argument.strip())
        except ValueError as error:
            return f"error {error}"
        return "ok" if result is None else "ok " + json.dumps(result)

    async def listen(self, where: str) -> str:
        """Open the socket at `where` (a path, or `host:port`); returns it with the port that was given."""
        host, colon, port = where.rpartition(":")
        if colon and port.isdecimal():
            self._server = await asyncio.start_server(self._serve, host, int(port))
            return "{}:{}".format(*self._server.sockets[0].getsockname()[:2])
        self._path = Path(where)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, where)
        return where

    def listen_to_keyboard(self, *, end_with_it: bool) -> None:
        """Take lines from standard input too; with `end_with_it` the simulator ends when that closes."""
        loop = asyncio.get_running_loop()
        thread = threading.Thread(target=self._read_keyboard, args=(loop, end_with_it), daemon=True)
        thread.start()

    def close(self) -> None:
        """Close the socket and take its name away."""
        if self._server is not None:
            self._server.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                writer.write((await self.answer(line.decode("utf-8", "replace")) + "\n").encode())
                await writer.drain()
        writer.close()

    def _read_keyboard(self, loop: asyncio.AbstractEventLoop, end_with_it: bool) -> None:
        """Read the bare descriptor: a buffered read would hold a lock the interpreter needs when it ends."""
        rest = b""
        with contextlib.suppress(OSError, RuntimeError):  # no terminal in the background; loop already closed
            while data := os.read(0, 4096):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    asyncio.run_coroutine_threadsafe(self._typed(line.decode("utf-8", "replace")), loop)
        if end_with_it:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._ended.set)

    async def _typed(self, line: str) -> None:
        sys.stdout.write(await self.answer(line) + "\n")
        sys.stdout.flush()
