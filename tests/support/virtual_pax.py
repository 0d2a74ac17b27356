"""A simulated card terminal and a driver on one wire in memory, in time of its own: three minutes of waiting take a
millisecond, and the same seed plays the same game.

Nothing runs beside anything: whoever waits (the driver for a byte, a person for a while) lets the terminal work.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable

from devices.simulators.faults import FaultPlan
from devices.simulators.lines import Received
from devices.simulators.pax_bank import Wallet
from devices.simulators.pax_faults import FAULTS
from devices.simulators.pax_simulator import Manner, PaxSimulator
from models.basics.errors import DeviceMissing


class _Skipping(selectors.SelectSelector):
    """Waits for nothing: time is moved on by as much as somebody would have waited."""

    loop: VirtualTime

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "nobody would ever do anything again"
        self.loop.moved_s += timeout
        return []


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop whose time goes by only while somebody waits. Also Ticks, for drivers."""

    def __init__(self) -> None:
        self.moved_s = 1000.0
        selector = _Skipping()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.moved_s

    def now(self) -> float:
        return self.moved_s

    def sleep(self, seconds: float) -> None:
        """Let so much time go by, whatever the terminal says meanwhile; everything that is due in it happens."""
        self.until(lambda: False, seconds)

    def until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Let time go by until `ready`, which calls `stop` itself, or for `seconds` at most."""
        end = self.moved_s + seconds
        while not ready() and self.moved_s < end - 1e-6:
            handle = self.call_later(end - self.moved_s, self.stop)
            self.run_forever()
            handle.cancel()
        if not ready():  # what is left is less than a timer can tell
            self.moved_s = max(self.moved_s, end)


class MemoryLine:
    """The terminal's end. See Line."""

    url = "memory://pax"

    def __init__(self, loop: VirtualTime, received: Received) -> None:
        self._loop, self.received = loop, received
        self.there = False
        self.sent = bytearray()

    async def plug_in(self) -> None:
        self.there = True

    def unplug(self) -> None:
        self.there = False
        self.sent.clear()
        self._loop.stop()

    def write(self, data: bytes) -> None:
        if self.there:
            self.sent += data
            self._loop.stop()

    def hang_up(self) -> None:
        """A cable has no connection to end."""

    def hold(self, held: bool) -> None:
        """It always reads."""


class MemoryPipe:
    """The driver's end. See BytePipe. `watch` is called before every act, with its name: it may raise."""

    address = "memory://pax"

    def __init__(self, loop: VirtualTime, line: MemoryLine, watch: Callable[[str], None] = lambda _act: None) -> None:
        self._loop, self._line, self._watch = loop, line, watch
        self._open = False

    def open(self) -> None:
        self._watch("open")
        if not self._open:
            if not self._line.there:
                raise DeviceMissing("device.port_absent", device="reader", address=self.address)
            self._line.sent.clear()  # what was said before anybody listened is not there
            self._open = True

    def write(self, data: bytes, timeout_s: float) -> None:
        self._watch("write")
        self._still_there()
        self._loop.call_soon(self._line.received, data)
        self._watch("written")

    def read(self, at_most: int, timeout_s: float) -> bytes:
        self._watch("read")
        self._still_there()
        self._loop.until(lambda: bool(self._line.sent) or not self._line.there, timeout_s)
        data = bytes(self._line.sent[:at_most])
        del self._line.sent[:at_most]
        if not data:
            self._still_there()
        return data

    def flush_input(self) -> None:
        self._still_there()
        self._line.sent.clear()

    def close(self) -> None:
        self._open = False

    def _still_there(self) -> None:
        if not self._line.there or not self._open:
            self._open = False
            raise DeviceMissing("device.unplugged", device="reader", address=self.address)


class VirtualTerminal:
    """The terminal with its bank and the patients in front of it; close it to let go of its loop."""

    def __init__(self, present_after_s: float = 4.0) -> None:
        self.loop = VirtualTime()
        manner = Manner(present_after_s=present_after_s)
        self.machine = PaxSimulator(FaultPlan(FAULTS), Wallet("visa"), manner, lambda _text: None)
        self.line = MemoryLine(self.loop, self.machine.received)
        self.machine.line = self.line
        self.loop.run_until_complete(self.line.plug_in())
        self._work = self.loop.create_task(self.machine.run())
        self.loop.sleep(0.001)

    def replug(self) -> None:
        """Plug in again."""
        self.loop.run_until_complete(self.line.plug_in())

    def close(self) -> None:
        self._work.cancel()
        self.loop.run_until_complete(asyncio.gather(self._work, return_exceptions=True))
        self.loop.close()
