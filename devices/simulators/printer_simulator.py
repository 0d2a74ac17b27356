"""A receipt printer with a cash drawer on its cable: prints on paper that can be read and looked at.

Real-time commands (DLE EOT, DLE ENQ, DLE DC4) are answered on arrival, whatever else it does; everything else waits in
the receive buffer and is worked off in order, while there is paper and the cover is closed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devices import bytes as codes
from devices.simulators.control import Handler
from devices.simulators.escpos_paper import EPSON, Mechanics, Paper
from devices.simulators.escpos_parser import Reader
from devices.simulators.faults import Fault, parse_fault
from devices.simulators.lines import Line

FAULTS: dict[str, str] = {
    "paper-out": "no paper",
    "paper-out-after": "the paper ends after so many more bytes: `paper-out-after:300`",
    "near-end": "the paper is near its end",
    "cover-open": "the cover is open",
    "offline": "offline for no reason it tells",
    "cutter": "the cutter is stuck",
    "broken": "an error it cannot recover from, until `clear`",
    "overheated": "the head is too hot: an error that is over by itself, `overheated:5s`",
    "silent": "answers no question at all; prints what it gets",
    "no-proof": "prints, but never answers the in-order report",
    "late-status": "answers late: `late-status:1.5s`",
    "late-proof": "answers the in-order report late: `late-proof:8s`",
    "stale-asb": "mixes automatic status into its answers",
    "slow": "prints so many bytes a second: `slow:1000`",
    "hold": "holds flow control: takes nothing",
    "xoff": "says XOFF and takes nothing; `clear` says XON",
    "unplug": "the cable is pulled after so many bytes: `unplug:300`",
    "power-cycle": "it is switched off and on after so many bytes, what it held is lost: `power-cycle:300`",
    "keeps-rest": "does not obey when told to clear: the rest of a broken-off job comes out later",
    "drawer-open": "the drawer stands open, and stays open",
    "drawer-jammed": "the drawer's latch is stuck: a pulse opens nothing",
}

BUFFER_BYTES = 65536
_REAL_TIME_LENGTHS = {codes.EOT: 3, codes.ENQ: 3, codes.DC4: 5}
STARTS_S = 3.0
"""From switching on until it hears."""
CLEARED_BY_RECOVERY = ("cutter", "offline")
OFFLINE = {"paper-out", "cover-open", "offline", "cutter", "broken", "overheated"}
ERRORS = {"cutter": codes.ERROR_CUTTER, "broken": codes.ERROR_FATAL, "overheated": codes.ERROR_RECOVERS}


class PrinterSimulator:
    """The printer. `show` is told what happens; finished paper goes to `folder` when there is one, and to `done`."""

    def __init__(
        self,
        width_dots: int,
        folder: Path | None,
        show: Callable[[str], None],
        *,
        drawer_closes_after_s: float,
        sensor_high_is_open: bool,
        mechanics: Mechanics = EPSON,
        done: Callable[[Paper], None] = lambda _paper: None,
    ) -> None:
        self.line: Line
        self.drawer_open = False
        self.pulses: list[int] = []
        self.pieces = 0
        self._show = show
        self._folder, self._done = folder, done
        self._closes_after_s = drawer_closes_after_s
        self._high_is_open = sensor_high_is_open
        self._faults: dict[str, Fault] = {}
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._at_rest = asyncio.Condition()
        self._real_time = bytearray()
        self._automatic = False
        self._paper_left: int | None = None
        self._cable_left: int | None = None
        self._power_left: int | None = None
        self._off = False
        self._saving: set[asyncio.Task[None]] = set()
        self._number = _last_number(folder)
        self._reader = Reader(
            width_dots,
            cut=self._finish,
            pulse=self._pulse,
            tell=self._report,
            automatic_status=self._set_automatic,
            mechanics=mechanics,
        )

    @property
    def paper(self) -> Paper:
        """What has been printed since the last cut."""
        return self._reader.head.paper

    async def run(self) -> None:
        """Work off the buffer for ever."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._buffer and self._online():
                used = self._reader.step(self._buffer)
                if not used:
                    break
                del self._buffer[:used]
                self._use_paper(used)
                if slow := self._faults.get("slow"):
                    await asyncio.sleep(used / max(slow.number(1000), 1))
            async with self._at_rest:
                self._at_rest.notify_all()

    def received(self, data: bytes) -> None:
        """Bytes from the till."""
        if self._off:
            return
        for byte in data:
            if len(self._buffer) < BUFFER_BYTES:
                self._buffer.append(byte)
            self._hear(byte)
        self._arrived.set()
        self._cable_left, pulled = _counted(self._cable_left, len(data))
        if pulled:
            self.line.unplug()
        self._power_left, off = _counted(self._power_left, len(data))
        if off:
            self._switch_off_and_on()

    async def finish(self) -> None:
        """The roll is taken out: what is half printed counts as a piece; wait until all is saved."""
        if not self._reader.head.paper.empty:
            self._finish(self._reader.head.take_paper())
        await self._saved()

    # answers

    def _hear(self, byte: int) -> None:
        """Look for real-time commands in what arrives, wherever they stand."""
        seen = self._real_time
        seen.append(byte)
        if len(seen) == 1 or (len(seen) == 2 and byte not in _REAL_TIME_LENGTHS):
            seen[:] = b"\x10" if byte == codes.DLE else b""
        elif len(seen) == _REAL_TIME_LENGTHS[seen[1]]:
            command = bytes(seen)
            seen.clear()
            self._do_now(command)

    def _do_now(self, command: bytes) -> None:
        if command[1] == codes.EOT:
            self._answer(self._status(command[2]))
        elif command == codes.RECOVER_AND_CLEAR:
            self._recover()
        elif command[1] == codes.DC4 and command[2] == 1:
            self._pulse(5 if command[3] else 2)

    def _recover(self) -> None:
        """DLE ENQ 2: what waits in the buffer, these three bytes among it, is thrown away; errors that can be are
        over."""
        if "keeps-rest" in self._faults:
            return
        if len(self._buffer) > len(codes.RECOVER_AND_CLEAR) or not self._online():
            self._show("buffer cleared")
        self._buffer.clear()
        self._reader.lose_line()
        for fault in CLEARED_BY_RECOVERY:
            self._faults.pop(fault, None)

    def _status(self, query: int) -> int | None:
        """The byte for DLE EOT 1 to 4; None for a query it does not know."""
        bits = {1: self._printer_bits, 2: self._cause_bits, 3: self._error_bits, 4: self._paper_bits}.get(query)
        return None if bits is None else codes.STATUS_MARK | bits()

    def _printer_bits(self) -> int:
        offline = 0 if self._online() else codes.PRINTER_OFFLINE
        waits = codes.PRINTER_WAITS_FOR_RECOVERY if self._error_bits() else 0
        return self._pin() | offline | waits

    def _cause_bits(self) -> int:
        cover = codes.CAUSE_COVER_OPEN if "cover-open" in self._faults else 0
        paper = codes.CAUSE_PAPER_END if "paper-out" in self._faults else 0
        return cover | paper | (codes.CAUSE_ERROR if self._error_bits() else 0)

    def _error_bits(self) -> int:
        return sum(bit for fault, bit in ERRORS.items() if fault in self._faults)

    def _paper_bits(self) -> int:
        if "paper-out" in self._faults:
            return codes.PAPER_NEAR_END | codes.PAPER_END
        return codes.PAPER_NEAR_END if "near-end" in self._faults else 0

    def _pin(self) -> int:
        return codes.PRINTER_DRAWER_PIN_HIGH if self.drawer_open == self._high_is_open else 0

    def _report(self, kind: int) -> None:
        """GS r, when its turn has come: 1 is the paper, 2 the drawer."""
        if "no-proof" not in self._faults:
            near_end = 0x03 if "near-end" in self._faults else 0
            late = self._faults.get("late-proof")
            self._answer(near_end if kind == 1 else int(bool(self._pin())), late.seconds(8.0) if late else 0.0)

    def _answer(self, byte: int | None, later_s: float = 0.0) -> None:
        if byte is None or self._off or "silent" in self._faults:
            return
        said = bytes((byte,))
        if "stale-asb" in self._faults:
            said = self._automatic_bytes() + said + self._automatic_bytes()
        if late := self._faults.get("late-status"):
            later_s += late.seconds(1.5)
        if later_s:
            asyncio.get_running_loop().call_later(later_s, self.line.write, said)
        else:
            self.line.write(said)

    def _set_automatic(self, wanted: int) -> None:
        self._automatic = bool(wanted)
        self._tell_change()

    def _tell_change(self) -> None:
        """Automatic status (ASB): four bytes with every change, once it was switched on."""
        if self._automatic and "silent" not in self._faults:
            self.line.write(self._automatic_bytes())

    def _automatic_bytes(self) -> bytes:
        first = codes.AUTO_STATUS_MARK | (self._printer_bits() & ~codes.STATUS_MASK & 0x2C)
        paper = (0x03 if self._paper_bits() else 0) | (0x0C if "paper-out" in self._faults else 0)
        return bytes((first, self._error_bits() & 0x6C, paper, 0))

    # paper and drawer

    def _online(self) -> bool:
        return not OFFLINE & self._faults.keys()

    def _use_paper(self, used: int) -> None:
        self._paper_left, ended = _counted(self._paper_left, used)
        if ended:
            self._faults["paper-out"] = Fault("paper-out")
            self._show("paper out")
            if not self._reader.head.paper.empty:
                self._finish(self._reader.head.take_paper())
            self._tell_change()

    def _pulse(self, pin: int) -> None:
        self.pulses.append(pin)
        if "drawer-jammed" in self._faults:
            self._show("the drawer stays shut")
            return
        self.drawer_open = True
        self._show(f"drawer opens (pin {pin})")
        self._tell_change()
        if self._closes_after_s:
            asyncio.get_running_loop().call_later(self._closes_after_s, self._close_drawer)

    def _close_drawer(self) -> None:
        if self.drawer_open and "drawer-open" not in self._faults:
            self.drawer_open = False
            self._tell_change()

    def _finish(self, paper: Paper) -> None:
        if paper.empty:
            return
        self.pieces += 1
        self._number += 1
        self._show(f"receipt {self._number:03d}")
        self._done(paper)
        if self._folder is not None:
            saving = asyncio.create_task(asyncio.to_thread(_save, paper, self._folder, self._number))
            self._saving.add(saving)
            saving.add_done_callback(self._saving.discard)

    async def _saved(self) -> None:
        while self._saving:
            await asyncio.gather(*self._saving)

    # the control channel

    def have(self, text: str) -> None:
        """Be in this state from now on. Raises FaultUnknown."""
        fault = parse_fault(text, FAULTS)
        if fault.name == "paper-out-after":
            self._paper_left = fault.number(200)
        elif fault.name == "unplug":
            if fault.argument:
                self._cable_left = fault.number(0)
            else:
                self.line.unplug()
        elif fault.name == "power-cycle":
            self._power_left = fault.number(0)
            if not self._power_left:
                self._switch_off_and_on()
        else:
            self._faults[fault.name] = fault
            if act := _AT_ONCE.get(fault.name):
                act(self, fault)
            self._tell_change()

    def _stop_reading(self, _fault: Fault) -> None:
        self.line.hold(True)

    def _say_stop(self, _fault: Fault) -> None:
        self.line.write(bytes((codes.XOFF,)))
        self.line.hold(True)

    def _cool_down(self, fault: Fault) -> None:
        asyncio.get_running_loop().call_later(fault.seconds(5.0), self._cooled)

    def _cooled(self) -> None:
        if self._faults.pop("overheated", None):
            self._tell_change()
            self._arrived.set()

    def _stand_open(self, _fault: Fault) -> None:
        self.drawer_open = True

    def handlers(self) -> dict[str, Handler]:
        """What can be told and asked while it runs."""
        return {
            "next": self._have,
            "always": self._have,
            "clear": self._clear,
            "refill": self._refill,
            "press": self._press,
            "tear": self._tear,
            "close-drawer": self._close,
            "state": self._state,
            "settled": self._settled,
            "unplug": self._unplug,
            "replug": self._replug,
            "power-cycle": self._power_cycle,
            "reset": self._reset,
        }

    async def _have(self, text: str) -> None:
        self.have(text)

    async def _clear(self, _: str) -> None:
        """All well again: paper in, cover closed; what waits in the buffer comes out."""
        if "xoff" in self._faults:
            self.line.write(bytes((codes.XON,)))
        self._faults.clear()
        self._paper_left = self._cable_left = self._power_left = None
        self.line.hold(False)
        self._tell_change()
        self._arrived.set()

    async def _refill(self, _: str) -> None:
        for fault in ("paper-out", "near-end"):
            self._faults.pop(fault, None)
        self._tell_change()
        self._arrived.set()

    async def _press(self, _: str) -> None:
        """The feed button."""
        self._reader.head.feed(self._reader.head.spacing_dots)

    async def _tear(self, _: str) -> None:
        """A person tears the paper off: for printers without a cutter."""
        self._finish(self._reader.head.take_paper())

    async def _close(self, _: str) -> None:
        self._close_drawer()

    async def _state(self, _: str) -> dict[str, Any]:
        return {
            "faults": sorted(self._faults),
            "drawer": "open" if self.drawer_open else "closed",
            "pulses": self.pulses,
            "receipts": self.pieces,
            "buffered": len(self._buffer),
            "half_printed": not self._reader.head.paper.empty,
            "not_understood": dict(self._reader.unknown),
            "pages_not_had": sorted(self._reader.lacking),
        }

    async def _settled(self, _: str) -> None:
        """Answer when everything that can be printed is printed and on disk."""
        async with self._at_rest:
            await self._at_rest.wait_for(lambda: not self._arrived.is_set() or not self._online())
        await self._saved()

    async def _unplug(self, _: str) -> None:
        self.line.unplug()

    async def _replug(self, _: str) -> None:
        await self.line.plug_in()

    async def _power_cycle(self, _: str) -> None:
        """Somebody switched it off and on; it has started again when this is answered."""
        self._forget()

    def _switch_off_and_on(self) -> None:
        """The buffer is lost, styles are as at first; it hears nothing until it has started again."""
        self._off = True
        asyncio.get_running_loop().call_later(STARTS_S, self._switched_on)
        self._forget()

    def _switched_on(self) -> None:
        self._off = False

    def _forget(self) -> None:
        self._buffer.clear()
        self._reader.lose_line()
        self._automatic = False
        self.line.hang_up()

    async def _reset(self, _: str) -> None:
        """As after a start; the paper folder keeps what is in it, numbers go on."""
        await self._clear("")
        self._switched_on()
        self._forget()
        self._reader.head.take_paper()
        self._reader.unknown.clear()
        self._reader.lacking.clear()
        self.pulses.clear()
        self.pieces = 0
        self._close_drawer()
        await self._saved()
        await self.line.plug_in()


_AT_ONCE: dict[str, Callable[[PrinterSimulator, Fault], None]] = {
    "hold": PrinterSimulator._stop_reading,
    "xoff": PrinterSimulator._say_stop,
    "overheated": PrinterSimulator._cool_down,
    "drawer-open": PrinterSimulator._stand_open,
}
"""What begins with a fault at the moment it is told of."""


def _counted(left: int | None, used: int) -> tuple[int | None, bool]:
    """(what is left, is it used up just now) of a count that may not be running."""
    if left is None:
        return None, False
    return (None, True) if left <= used else (left - used, False)


def _last_number(folder: Path | None) -> int:
    if folder is None:
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [int(path.stem) for path in folder.glob("[0-9][0-9][0-9]*.*") if path.stem.isdecimal()]
    return max(numbers, default=0)


def _save(paper: Paper, folder: Path, number: int) -> None:
    """Write the piece of paper three times: the bytes, the picture, and last the text; each appears whole."""
    from devices.simulators.paper_picture import picture

    for ending, content in (
        ("escpos", bytes(paper.wire)),
        ("png", picture(paper)),
        ("txt", paper.text().encode()),
    ):
        fresh = folder / f".{number:03d}.{ending}.{os.getpid()}"
        fresh.write_bytes(content)
        fresh.replace(folder / f"{number:03d}.{ending}")
