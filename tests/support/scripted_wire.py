"""A wire in memory that follows a script: what must be sent, and what comes back. Leftovers fail the test."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from models.basics.errors import DeviceError


class ScriptedPipe:
    """See BytePipe. Each step is (bytes that must be written, bytes that then arrive); an error instead of bytes is
    raised by the next read, or by the write when it stands first."""

    def __init__(self, script: Sequence[tuple[bytes | DeviceError, bytes | DeviceError]]) -> None:
        self._script = list(script)
        self._written = b""
        self._arrived = bytearray()
        self._late = b""
        self._broken: DeviceError | None = None
        self.opened = 0
        self.is_open = False

    address = "memory://script"

    def open(self) -> None:
        if not self.is_open:
            self.opened += 1
            self.is_open = True

    def write(self, data: bytes, timeout_s: float) -> None:
        assert self.is_open, "written while closed"
        if self._script and isinstance(self._script[0][0], DeviceError):
            error = self._script.pop(0)[0]
            assert isinstance(error, DeviceError)
            raise error
        self._written += data
        while self._script and self._written:
            expected, answer = self._script[0]
            assert isinstance(expected, bytes)
            if self._written[: len(expected)] != expected:
                assert expected.startswith(self._written), f"wrote {self._written.hex(' ')}, not {expected.hex(' ')}"
                return
            del self._script[0]
            self._written = self._written[len(expected) :]
            if isinstance(answer, DeviceError):
                self._broken = answer
            else:
                self._arrived += answer
        assert not self._written, f"wrote {self._written.hex(' ')} after the end of the script"

    def read(self, at_most: int, timeout_s: float) -> bytes:
        assert self.is_open, "read while closed"
        if self._arrived:
            data = bytes(self._arrived[:at_most])
            del self._arrived[:at_most]
            return data
        if self._broken is not None:
            broken, self._broken = self._broken, None
            raise broken
        time.sleep(min(timeout_s, 0.005))  # nothing comes: the patience of the reader goes by
        return b""

    def arrives_late(self, data: bytes) -> None:
        """Bytes nobody asked for, which come just after the next flush."""
        self._late += data

    def flush_input(self) -> None:
        assert self.is_open, "flushed while closed"
        self._arrived.clear()
        self._arrived += self._late
        self._late = b""

    def close(self) -> None:
        self.is_open = False

    def leftovers(self) -> list[str]:
        """What the script still expected."""
        return [sent.hex(" ") if isinstance(sent, bytes) else repr(sent) for sent, _ in self._script]


@contextmanager
def scripted_wire(script: Sequence[tuple[bytes | DeviceError, bytes | DeviceError]]) -> Iterator[ScriptedPipe]:
    """A wire for one test; at its end everything must have been sent and read."""
    pipe = ScriptedPipe(script)
    yield pipe
    assert not pipe.leftovers()
    assert not pipe._arrived, f"not read: {pipe._arrived.hex(' ')}"
