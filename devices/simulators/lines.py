"""The machine's end of a cable: a pseudo-terminal or a TCP port.

A pseudo-terminal tells its master "input/output error" at once and again and again while nobody has the other end
open. That is not an end: the master waits a moment and looks again, and so notices when a till comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import sys
from base64 import b64decode
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote

from devices.bytes import ACK, EOT, NAK

LOOK_AGAIN_S = 0.02
Received = Callable[[bytes], None]


class Line(Protocol):
    """Where the machine's bytes go and come from."""

    url: str

    async def plug_in(self) -> None:
        """Be reachable."""
        ...

    def unplug(self) -> None:
        """Be gone, in the middle of whatever runs."""
        ...

    def write(self, data: bytes) -> None:
        """Send; into the void when nobody is there."""
        ...

    def hang_up(self) -> None:
        """End the present connection; a cable cannot."""
        ...

    def hold(self, held: bool) -> None:
        """Stop reading, so that the peer's writes block (flow control), or go on."""
        ...


class PtyLine:
    """A pseudo-terminal under the name of a symbolic link, so that a re-plugged one has the same address."""

    def __init__(self, link: Path, received: Received, baud: int) -> None:
        if sys.platform == "win32":
            raise SystemExit("pseudo-terminals exist on Linux and macOS only: use --tcp 127.0.0.1:0")
        self.link = link.absolute()
        self.url = f"serial://{quote(str(self.link))}?baud={baud}"
        self._received = received
        self._master: int | None = None
        self._name = ""
        self._unsent: deque[bytes] = deque()
        self._held = False

    async def plug_in(self) -> None:
        """Make the pair and point the link at it. Raises FileExistsError when the name belongs to something else."""
        import tty

        if self._master is not None:
            return
        if self.link.exists() and not self.link.is_symlink():
            raise FileExistsError(f"{self.link} is there already and no link")
        master, slave = os.openpty()
        tty.setraw(master)
        os.set_blocking(master, False)
        self._name = os.ttyname(slave)
        os.close(slave)  # a held slave would hide that the till went away
        fresh = self.link.with_name(f".{self.link.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self._name)
        fresh.replace(self.link)
        self._master = master
        self._listen()

    def unplug(self) -> None:
        """Take the link away and close: the till sees a pulled plug."""
        with contextlib.suppress(OSError):  # gone, or not ours any more
            if os.readlink(self.link) == self._name:
                self.link.unlink()
        master, self._master = self._master, None
        self._unsent.clear()
        if master is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(master)
            loop.remove_writer(master)
            os.close(master)

    def hang_up(self) -> None:
        """A cable has no connection to end."""

    def hold(self, held: bool) -> None:
        """See Line."""
        self._held = held
        if self._master is None:
            return
        if held:
            asyncio.get_running_loop().remove_reader(self._master)
        else:
            self._listen()

    def write(self, data: bytes) -> None:
        """See Line."""
        if self._master is not None:
            self._unsent.append(data)
            self._send()

    def _listen(self) -> None:
        if self._master is not None and not self._held:
            asyncio.get_running_loop().add_reader(self._master, self._readable, self._master)

    def _readable(self, master: int) -> None:
        try:
            data = os.read(master, 4096)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            loop = asyncio.get_running_loop()
            loop.remove_reader(master)
            loop.call_later(LOOK_AGAIN_S, self._listen)
            return
        self._received(data)

    def _send(self) -> None:
        master = self._master
        while master is not None and self._unsent:
            try:
                sent = os.write(master, self._unsent[0])
            except BlockingIOError:
                asyncio.get_running_loop().add_writer(master, self._send)
                return
            except OSError:  # nobody there
                self._unsent.clear()
                break
            self._unsent[0] = self._unsent[0][sent:]
            if not self._unsent[0]:
                self._unsent.popleft()
        if master is not None:
            asyncio.get_running_loop().remove_writer(master)


class TcpLine:
    """A TCP port. The newest connection is spoken to; with `one_client` a second one is turned away."""

    def __init__(self, host: str, port: int, received: Received, *, one_client: bool) -> None:
        self.url = f"tcp://{host}:{port}"
        self._host, self._port = host, port
        self._received = received
        self._one_client = one_client
        self._server: asyncio.Server | None = None
        self._peer: asyncio.StreamWriter | None = None
        self._may_read = asyncio.Event()
        self._may_read.set()

    async def plug_in(self) -> None:
        """Listen; after the first time on the same port."""
        if self._server is not None:
            return
        self._server = await asyncio.start_server(self._serve, self._host, self._port)
        host, self._port = self._server.sockets[0].getsockname()[:2]
        self.url = f"tcp://[{host}]:{self._port}" if ":" in host else f"tcp://{host}:{self._port}"

    def unplug(self) -> None:
        """Stop listening and cut the connection."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self.hang_up()

    def hang_up(self) -> None:
        """See Line."""
        peer, self._peer = self._peer, None
        if peer is not None:
            peer.close()

    def hold(self, held: bool) -> None:
        """See Line."""
        if held:
            self._may_read.clear()
        else:
            self._may_read.set()

    def write(self, data: bytes) -> None:
        """See Line."""
        if self._peer is not None and not self._peer.is_closing():
            self._peer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._one_client and self._peer is not None:
            writer.close()
            return
        self._peer = writer
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                await self._may_read.wait()
                self._received(data)
        if self._peer is writer:
            self._peer = None
        writer.close()


class GetLine:
    """HTTP: a request is a GET whose query is the frame in base64, the body of its answer is what the machine says. No
    sign is ever on the line; one request at a time, further ones are turned away."""

    def __init__(self, host: str, port: int, received: Received) -> None:
        self._host, self._port, self._received = host, port, received
        self.url = f"http://{host}:{port}"
        self._server: asyncio.Server | None = None
        self._peer: asyncio.StreamWriter | None = None
        self._begun = False

    async def plug_in(self) -> None:
        """Listen; after the first time on the same port."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, self._host, self._port)
            self._port = self._server.sockets[0].getsockname()[1]
            self.url = f"http://{self._host}:{self._port}"

    def unplug(self) -> None:
        """Stop listening and cut the connection."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self.hang_up()

    def hang_up(self) -> None:
        """See Line."""
        peer, self._peer = self._peer, None
        if peer is not None:
            peer.close()

    def hold(self, held: bool) -> None:
        """A request is read whole or not at all."""

    def write(self, data: bytes) -> None:
        """See Line. Frames are the body, and count as acknowledged; EOT ends it; other signs are not sent."""
        if data == bytes((EOT,)):
            self.hang_up()
        elif data == bytes((NAK,)):
            self._say(b"")
            self.hang_up()
        elif data != bytes((ACK,)):
            self._say(data)
            asyncio.get_running_loop().call_soon(self._received, bytes((ACK,)))

    def _say(self, data: bytes) -> None:
        if self._peer is None or self._peer.is_closing():
            return
        if not self._begun:
            self._peer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n")
            self._begun = True
        self._peer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._peer is not None:
            writer.close()
            return
        self._peer, self._begun = writer, False
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
            head = await reader.readuntil(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode("ascii")
            self._received(b64decode(unquote(target.partition("?")[2]), validate=True))
            await reader.read()  # until the till hangs up
        if self._peer is writer:
            self._peer = None
        writer.close()
