"""A simulated receipt printer and a driver on one wire in memory, in time of its own; see `virtual_pax`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from devices.simulators.printer_simulator import PrinterSimulator
from models.basics.errors import DeviceTimeout
from tests.support.virtual_pax import MemoryLine, MemoryPipe, VirtualTime

WIDTH_DOTS = 576


class HoldingLine(MemoryLine):
    """A wire whose far end may take nothing for a while."""

    held = False

    def hold(self, held: bool) -> None:
        self.held = held


class HoldingPipe(MemoryPipe):
    """The driver's end of it."""

    def __init__(self, loop: VirtualTime, line: HoldingLine, watch: Callable[[str], None]) -> None:
        super().__init__(loop, line, watch)
        self._time, self._far = loop, line

    def write(self, data: bytes, timeout_s: float) -> None:
        if self._far.there and self._far.held:
            self._watch("write")
            self._time.sleep(timeout_s)
            raise DeviceTimeout("device.write_timeout", device="printer", address=self.address)
        super().write(data, timeout_s)


class VirtualPrinter:
    """The printer, its drawer and the paper that came out; close it to let go of its loop."""

    def __init__(self) -> None:
        self.loop = VirtualTime()
        self.papers: list[str] = []
        self.machine = PrinterSimulator(
            WIDTH_DOTS, None, lambda _text: None, drawer_closes_after_s=3.0, sensor_high_is_open=True,
            done=lambda paper: self.papers.append(paper.text()),
        )  # fmt: skip
        self.line = HoldingLine(self.loop, self.machine.received)
        self.machine.line = self.line
        self.loop.run_until_complete(self.line.plug_in())
        self._work = self.loop.create_task(self.machine.run())
        self.loop.sleep(0.001)

    def pipe(self, watch: Callable[[str], None] = lambda _act: None) -> HoldingPipe:
        """A wire to it, as a driver opens it. `watch` is called before every act, with its name: it may raise."""
        return HoldingPipe(self.loop, self.line, watch)

    def have(self, fault: str) -> None:
        """Be in this state from now on."""
        self._tell(lambda: self.machine.have(fault))

    def tell(self, command: str) -> None:
        """Do what its control channel does: `clear`, `refill`, `replug`, `tear`."""
        self.loop.run_until_complete(self.machine.handlers()[command](""))
        self.loop.sleep(0.001)

    def text(self) -> str:
        """Everything on paper so far, what is not cut off yet at the end."""
        return "".join([*self.papers, self.machine.paper.text()])

    def _tell(self, what: Callable[[], None]) -> None:
        async def told() -> None:
            what()

        self.loop.run_until_complete(told())

    def close(self) -> None:
        self._work.cancel()
        self.loop.run_until_complete(asyncio.gather(self._work, return_exceptions=True))
        self.loop.close()
