"""A scanner on a serial or network wire: what it sends is a scan when its line ends, or when it falls silent."""

from __future__ import annotations

import re

from devices.base import BytePipe

SILENCE_S = 0.1
_LONGEST = 4_000
_LOOK_S = 0.5
_ENDS = b"\r\n"
_LICENCE = b"@"
_LINE = re.compile(rb"([^\r\n]+)[\r\n]+(.*)", re.DOTALL)


class SerialScanner:
    """Reads scans from `pipe`, one after the other. Not thread-safe: it belongs to the thread that listens."""

    def __init__(self, pipe: BytePipe) -> None:
        self._pipe = pipe
        self._rest = b""

    def open(self) -> None:
        """Open the wire; what was scanned before nobody listened is thrown away. Raises DeviceMissing."""
        self._pipe.open()
        self._pipe.flush_input()
        self._rest = b""

    def next(self, patience_s: float = _LOOK_S) -> str:
        """The next scan, or empty when none began within `patience_s`. Raises DeviceMissing when the wire is gone.

        A licence has line ends of its own: it ends with silence alone. Everything else ends with CR or LF, too.
        """
        got, self._rest = (self._rest or self._pipe.read(_LONGEST, patience_s)).lstrip(_ENDS), b""
        while got and len(got) < _LONGEST and not _line(got):
            more = self._pipe.read(_LONGEST, SILENCE_S)
            if not more:
                break
            got += more
        if line := _line(got):
            got, self._rest = line[1], line[2].lstrip(_ENDS)
        return got.decode("latin-1").rstrip("\r\n")

    def close(self) -> None:
        """Close the wire."""
        self._pipe.close()


def _line(got: bytes) -> re.Match[bytes] | None:
    """The first line and what follows it, where a line ends the scan."""
    return None if got.startswith(_LICENCE) else _LINE.match(got)
