"""A scanner on a serial or network wire: what it sends is a scan when its line ends, or when it falls silent."""

from __future__ import annotations

from devices.base import BytePipe

SILENCE_S = 0.1
_LONGEST = 4_000
_LOOK_S = 0.5


class SerialScanner:
    """Reads scans from `pipe`, one after the other. Not thread-safe: it belongs to the thread that listens."""

    def __init__(self, pipe: BytePipe) -> None:
        self._pipe = pipe

    def open(self) -> None:
        """Open the wire; what was scanned before nobody listened is thrown away. Raises DeviceMissing."""
        self._pipe.open()
        self._pipe.flush_input()

    def next(self, patience_s: float = _LOOK_S) -> str:
        """The next scan, or empty when none began within `patience_s`. Raises DeviceMissing when the wire is gone.

        A licence has line ends of its own: it ends with silence alone. Everything else ends with CR or LF, too.
        """
        got = self._pipe.read(_LONGEST, patience_s)
        while got and len(got) < _LONGEST:
            if not got.lstrip(b"\r\n").startswith(b"@") and got.endswith((b"\r", b"\n")):
                break
            more = self._pipe.read(_LONGEST, SILENCE_S)
            if not more:
                break
            got += more
        return got.decode("latin-1").strip("\r\n")

    def close(self) -> None:
        """Close the wire."""
        self._pipe.close()
