"""A customer display of two lines of twenty signs: shows what it is sent, in Epson's language or in CD5220's.

Sources: Epson DM-D command reference (ESC @, FF, CR, LF, US $ x y, US r), CD5220 mode (ESC Q A, ESC Q B … CR, CAN).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from devices import bytes as codes
from devices.simulators.control import Handler
from devices.simulators.faults import FaultPlan
from devices.simulators.lines import Line

FAULTS = {
    "hold": "holds flow control: takes nothing",
    "unplug": "the cable is pulled after the next text",
    "power-cycle": "goes dark after the next text, as after a power cut",
}
COLUMNS, ROWS = 20, 2
_ROW_OF = {ord("A"): 0, ord("B"): 1}


class DisplaySimulator:
    """One display. `line` is set by whoever makes it."""

    line: Line

    def __init__(self, show: Callable[[str], None]) -> None:
        self.plan = FaultPlan(FAULTS)
        self._show = show
        self._rows = [" " * COLUMNS] * ROWS
        self._x = self._y = 0
        self._waiting = bytearray()
        self._line_of: int | None = None
        self._history: list[list[str]] = []
        self._unknown: list[str] = []

    async def run(self) -> None:
        """Wait: everything happens by bytes or command."""
        if self.plan.peek("hold"):
            self.line.hold(True)
        await asyncio.Event().wait()

    def received(self, data: bytes) -> None:
        """Bytes from the till."""
        self._waiting += data
        while self._waiting and (used := self._step(self._waiting)):
            del self._waiting[:used]
        self._note()
        if self.plan.take("power-cycle"):
            self._dark()
        if self.plan.take("unplug"):
            self._dark()
            self.line.unplug()

    def handlers(self) -> dict[str, Handler]:
        """What can be told and asked while it runs."""
        return {
            "next": self._next, "always": self._always, "clear": self._clear, "state": self._state,
            "unplug": self._unplug, "replug": self._replug, "reset": self._reset,
        }  # fmt: skip

    # What comes over the wire

    def _step(self, waiting: bytearray) -> int:
        """Do the first sign or command; how many bytes it took, 0 when it is not whole yet."""
        first = waiting[0]
        if first == codes.ESC:
            return self._escape(waiting)
        if first == codes.US:
            return self._move(waiting)
        if first in (codes.FF, codes.CAN):
            self._dark()
        elif first == codes.CR:
            self._x, self._line_of = 0, None
        elif first == codes.LF:
            self._y = min(self._y + 1, ROWS - 1)
        elif first >= 0x20:
            self._put(chr(first))
        else:
            self._unknown.append(f"{first:02x}")
        return 1

    def _escape(self, waiting: bytearray) -> int:
        if len(waiting) < 2:
            return 0
        if waiting[1] == ord("@"):
            self._dark()
            return 2
        if waiting[1] == ord("Q"):
            if len(waiting) < 3:
                return 0
            row = _ROW_OF.get(waiting[2])
            if row is None:
                self._unknown.append(waiting[:3].hex())
            else:
                self._line_of, self._y, self._x = row, row, 0
                self._rows[row] = " " * COLUMNS
            return 3
        self._unknown.append(waiting[:2].hex())
        return 2

    def _move(self, waiting: bytearray) -> int:
        if len(waiting) < 2:
            return 0
        if waiting[1] != ord("$"):
            self._unknown.append(waiting[:2].hex())
            return 2
        if len(waiting) < 4:
            return 0
        x, y = waiting[2], waiting[3]
        if 1 <= x <= COLUMNS and 1 <= y <= ROWS:
            self._x, self._y = x - 1, y - 1
        else:
            self._unknown.append(waiting[:4].hex())
        return 4

    def _put(self, sign: str) -> None:
        """At the end of a line it goes on in the next one; a CD5220 line lets nothing over its end."""
        if self._x >= COLUMNS:
            if self._line_of is not None:
                return
            self._x, self._y = 0, (self._y + 1) % ROWS
        row = self._rows[self._y]
        self._rows[self._y] = row[: self._x] + sign + row[self._x + 1 :]
        self._x += 1

    def _dark(self) -> None:
        self._rows = [" " * COLUMNS] * ROWS
        self._x = self._y = 0
        self._line_of = None

    def _note(self) -> None:
        shown = [row.rstrip() for row in self._rows]
        if not self._history or self._history[-1] != shown:
            self._history.append(shown)
            self._show(" | ".join(shown))

    # The control channel

    async def _next(self, text: str) -> None:
        self.plan.next(text)

    async def _always(self, text: str) -> None:
        self.plan.always(text)
        self.line.hold(self.plan.peek("hold") is not None)

    async def _clear(self, _: str) -> None:
        self.plan.clear()
        self.line.hold(False)

    async def _state(self, _: str) -> dict[str, Any]:
        return {"rows": [row.rstrip() for row in self._rows], "history": self._history,
                "not_understood": self._unknown}  # fmt: skip

    async def _unplug(self, _: str) -> None:
        self._dark()
        self.line.unplug()

    async def _replug(self, _: str) -> None:
        await self.line.plug_in()

    async def _reset(self, _: str) -> None:
        await self._clear("")
        self._dark()
        self._history.clear()
        self._unknown.clear()
        await self.line.plug_in()
