"""A cash drawer on a serial wire of its own: any byte opens it, a person closes it. It answers nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from devices.simulators.control import Handler
from devices.simulators.faults import FaultPlan
from devices.simulators.lines import Line

FAULTS = {
    "jammed": "takes the pulse and stays closed",
    "hold": "holds flow control: takes nothing",
    "unplug": "the cable is pulled as the pulse arrives",
}


class DrawerSimulator:
    """One drawer. `line` is set by whoever makes it. `opens_on` is the byte it opens on; None: any."""

    line: Line

    def __init__(self, show: Callable[[str], None], *, opens_on: int | None, closes_after_s: float) -> None:
        self.plan = FaultPlan(FAULTS)
        self.is_open = False
        self.bytes_seen: list[int] = []
        self.openings = 0
        self._show, self._opens_on, self._closes_after_s = show, opens_on, closes_after_s

    async def run(self) -> None:
        """Wait: everything happens by pulse or command."""
        if self.plan.peek("hold"):
            self.line.hold(True)
        await asyncio.Event().wait()

    def received(self, data: bytes) -> None:
        """Bytes from the till."""
        for byte in data:
            self.bytes_seen.append(byte)
            if self._opens_on in (None, byte) and not self.plan.take("jammed"):
                self._open()
        if self.plan.take("unplug"):
            self.line.unplug()

    def handlers(self) -> dict[str, Handler]:
        """What can be told and asked while it runs."""
        return {
            "next": self._next, "always": self._always, "clear": self._clear, "close-drawer": self._shut,
            "press": self._shut, "state": self._state, "unplug": self._unplug, "replug": self._replug,
            "reset": self._reset,
        }  # fmt: skip

    def _open(self) -> None:
        if not self.is_open:
            self.openings += 1
            self._show("drawer opens")
        self.is_open = True
        if self._closes_after_s:
            asyncio.get_running_loop().call_later(self._closes_after_s, self._close)

    def _close(self) -> None:
        self.is_open = False

    async def _next(self, text: str) -> None:
        self.plan.next(text)

    async def _always(self, text: str) -> None:
        self.plan.always(text)
        self.line.hold(self.plan.peek("hold") is not None)

    async def _clear(self, _: str) -> None:
        self.plan.clear()
        self.line.hold(False)

    async def _shut(self, _: str) -> None:
        self._close()

    async def _state(self, _: str) -> dict[str, Any]:
        return {"drawer": "open" if self.is_open else "closed", "openings": self.openings, "bytes": self.bytes_seen}

    async def _unplug(self, _: str) -> None:
        self.line.unplug()

    async def _replug(self, _: str) -> None:
        await self.line.plug_in()

    async def _reset(self, _: str) -> None:
        await self._clear("")
        self._close()
        self.bytes_seen.clear()
        self.openings = 0
        await self.line.plug_in()
