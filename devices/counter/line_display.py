"""A customer display of two lines of twenty signs, on a serial port or at a network address.

Two languages: `escpos` (Epson DM-D: ESC @ begins anew, FF clears, US $ x y moves) and `cd5220` (ESC Q A and ESC Q B
write the upper and the lower line, ended by CR). The whole room reads it: amounts only.
"""

from __future__ import annotations

from collections.abc import Callable

from devices.base import BytePipe
from devices.bytes import CAN, CR, ESC, FF, US
from models.basics.errors import DeviceError

COLUMNS = 20
WRITE_S = 1.0
Layout = Callable[[str, str], bytes]


class TwoLineDisplay:
    """See LineDisplay."""

    def __init__(self, pipe: BytePipe, write: Layout, begin: bytes) -> None:
        self._pipe, self._write, self._begin = pipe, write, begin
        self._begun = False

    def show(self, first: str, second: str) -> None:
        """See LineDisplay. Signs that the display has not are shown as `?`."""
        self._send(self._write(_fit(first), _fit(second)))

    def clear(self) -> None:
        """See LineDisplay."""
        self._send(b"")

    def close(self) -> None:
        """See LineDisplay."""
        self._begun = False
        self._pipe.close()

    def _send(self, data: bytes) -> None:
        """What stood there is taken away with every new text. Raises DeviceError."""
        try:
            self._pipe.open()
            self._pipe.write((b"" if self._begun else self._begin) + CLEAR + data, WRITE_S)
        except DeviceError:
            self.close()
            raise
        self._begun = True


CLEAR = bytes((FF,))


def _escpos(first: str, second: str) -> bytes:
    """Epson: move to the start of each line (x, y from 1), then write."""
    return b"".join(bytes((US, ord("$"), 1, row)) + text.encode("ascii")
                    for row, text in enumerate((first, second), start=1))  # fmt: skip


def _cd5220(first: str, second: str) -> bytes:
    """CD5220: a line is written whole, CR ends it."""
    return b"".join(bytes((ESC, ord("Q"), ord(line))) + text.encode("ascii") + bytes((CR,))
                    for line, text in (("A", first), ("B", second)))  # fmt: skip


DISPLAYS: dict[str, tuple[Layout, bytes]] = {
    "escpos": (_escpos, bytes((ESC, ord("@")))),
    "cd5220": (_cd5220, bytes((CAN,))),
}
"""By the name that stands before `+` in an address: how two lines are written, and how the display is begun."""


def _fit(text: str) -> str:
    """Twenty signs, none of them a command."""
    return "".join(sign if " " <= sign <= "~" else "?" for sign in text[:COLUMNS]).ljust(COLUMNS)
