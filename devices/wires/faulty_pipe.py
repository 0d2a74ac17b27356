"""A wire on which things go wrong on purpose: one wrapper for every wire and every driver.

What may go wrong between two machines is a short table. Each trouble waits for its turn among the acts of its kind
(opening, writing, reading) and happens once; everything else goes through untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from devices.base import BytePipe
from devices.ticks import REAL, Ticks
from models.basics.errors import DeviceMissing, DeviceTimeout


class Trouble(Enum):
    """What goes wrong, and on which act."""

    REFUSED = "open/refused"  # nobody is there
    TAKEN = "open/taken"  # another program has it
    GONE_BEFORE = "write/gone_before"  # the plug is pulled, nothing has left
    GONE_BEHIND = "write/gone_behind"  # everything has left, then the plug is pulled
    CUT = "write/cut"  # half of it has left, then the plug is pulled
    HELD = "write/held"  # the other side takes nothing: flow control
    UNHEARD = "write/unheard"  # it leaves and never arrives
    SPOILT_OUT = "write/spoilt_out"  # a byte of it is another one when it arrives
    GONE = "read/gone"  # the plug is pulled while it is waited for
    LOST = "read/lost"  # what arrived is not there
    SPOILT = "read/spoilt"  # a byte of it is another one
    TWICE = "read/twice"  # it arrives twice
    PIECES = "read/pieces"  # it arrives byte by byte, with a pause in between
    LATE = "read/late"  # it is held up for `seconds`
    NOISE = "read/noise"  # bytes nobody sent come first

    @property
    def act(self) -> str:
        """`open`, `write` or `read`."""
        return self.value.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Mishap:
    """One trouble, and how many acts of its kind go well before."""

    trouble: Trouble
    after: int = 0
    seconds: float = 1.0


NOISE = b"\x00\xfe~\n\x7f"


class FaultyPipe:
    """See BytePipe. `happened` are the troubles that have had their turn, oldest first."""

    def __init__(self, pipe: BytePipe, mishaps: Iterable[Mishap] = (), ticks: Ticks = REAL) -> None:
        self._pipe, self._ticks = pipe, ticks
        self._waiting: list[list[Mishap | int]] = []
        self._unread = bytearray()
        self._not_before = 0.0
        self._slowly = False
        self.happened: list[Trouble] = []
        for mishap in mishaps:
            self.plan(mishap)

    def plan(self, mishap: Mishap) -> None:
        """Let this happen too, counted from now."""
        self._waiting.append([mishap, mishap.after])

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self._waiting.clear()

    @property
    def address(self) -> str:
        return self._pipe.address

    def open(self) -> None:
        due = self._due("open")
        if due is not None:
            key = "device.port_taken" if due.trouble is Trouble.TAKEN else "device.refused"
            raise DeviceMissing(key, device="wire", address=self.address[:64])
        self._pipe.open()

    def write(self, data: bytes, timeout_s: float) -> None:
        due = self._due("write")
        if due is None:
            self._pipe.write(data, timeout_s)
        else:
            _WRITING[due.trouble](self, data, timeout_s)

    def read(self, at_most: int, timeout_s: float) -> bytes:
        """See BytePipe. A trouble of reading has its turn when something arrives."""
        if not self._unread:
            data = self._pipe.read(4096, timeout_s)
            if not data:
                return b""
            due = self._due("read")
            self._unread += data if due is None else _READING[due.trouble](self, data, due)
        wait_s = self._not_before - self._ticks.now()
        if wait_s > 0:
            self._ticks.sleep(min(wait_s, timeout_s))
            if wait_s > timeout_s:
                return b""
        share = 1 if self._slowly else at_most
        data = bytes(self._unread[:share])
        del self._unread[:share]
        self._slowly = self._slowly and bool(self._unread)
        return data

    def flush_input(self) -> None:
        self._unread.clear()
        self._pipe.flush_input()

    def close(self) -> None:
        self._unread.clear()
        self._pipe.close()

    def _due(self, act: str) -> Mishap | None:
        """The trouble whose turn it is; every one that waits for this act comes nearer."""
        found: Mishap | None = None
        for entry in list(self._waiting):
            mishap, left = entry
            assert isinstance(mishap, Mishap)
            assert isinstance(left, int)
            if mishap.trouble.act != act:
                continue
            if left > 0:
                entry[1] = left - 1
            elif found is None:
                found = mishap
                self._waiting.remove(entry)
                self.happened.append(mishap.trouble)
        return found

    def _pull(self) -> None:
        self.close()
        raise DeviceMissing("device.unplugged", device="wire", address=self.address[:64])

    # writing

    def _gone_before(self, _data: bytes, _timeout_s: float) -> None:
        self._pull()

    def _gone_behind(self, data: bytes, timeout_s: float) -> None:
        self._pipe.write(data, timeout_s)
        self._pull()

    def _cut(self, data: bytes, timeout_s: float) -> None:
        self._pipe.write(data[: len(data) // 2], timeout_s)
        self._pull()

    def _held(self, _data: bytes, timeout_s: float) -> None:
        self._ticks.sleep(timeout_s)
        raise DeviceTimeout("device.write_timeout", device="wire", address=self.address[:64])

    def _unheard(self, _data: bytes, _timeout_s: float) -> None:
        """It left, as far as anybody here can tell."""

    def _spoilt_out(self, data: bytes, timeout_s: float) -> None:
        self._pipe.write(_spoil(data), timeout_s)

    # reading

    def _gone(self, _data: bytes, _due: Mishap) -> bytes:
        self._pull()
        return b""

    def _late(self, data: bytes, due: Mishap) -> bytes:
        self._not_before = self._ticks.now() + due.seconds
        return data

    def _in_pieces(self, data: bytes, _due: Mishap) -> bytes:
        self._slowly = True
        return data


def _spoil(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes((data[middle] ^ 0x11,)) + data[middle + 1 :]


_WRITING: dict[Trouble, Callable[[FaultyPipe, bytes, float], None]] = {
    Trouble.GONE_BEFORE: FaultyPipe._gone_before,
    Trouble.GONE_BEHIND: FaultyPipe._gone_behind,
    Trouble.CUT: FaultyPipe._cut,
    Trouble.HELD: FaultyPipe._held,
    Trouble.UNHEARD: FaultyPipe._unheard,
    Trouble.SPOILT_OUT: FaultyPipe._spoilt_out,
}
_READING: dict[Trouble, Callable[[FaultyPipe, bytes, Mishap], bytes]] = {
    Trouble.GONE: FaultyPipe._gone,
    Trouble.LOST: lambda _pipe, _data, _due: b"",
    Trouble.SPOILT: lambda _pipe, data, _due: _spoil(data),
    Trouble.TWICE: lambda _pipe, data, _due: data + data,
    Trouble.PIECES: FaultyPipe._in_pieces,
    Trouble.LATE: FaultyPipe._late,
    Trouble.NOISE: lambda _pipe, data, _due: NOISE + data,
}
