"""The wire on which things go wrong: each trouble does what its words say, once, and at its turn."""

from __future__ import annotations

import pytest

from devices.wires.faulty_pipe import NOISE, FaultyPipe, Mishap, Trouble
from models.basics.errors import DeviceError, DeviceMissing, DeviceTimeout


class Echo:
    """A wire that says back what it hears."""

    address = "memory://echo"

    def __init__(self) -> None:
        self.heard = b""
        self.unread = b""
        self.is_open = False

    def open(self) -> None:
        self.is_open = True

    def write(self, data: bytes, timeout_s: float) -> None:
        self.heard += data
        self.unread += data

    def read(self, at_most: int, timeout_s: float) -> bytes:
        data, self.unread = self.unread[:at_most], self.unread[at_most:]
        return data

    def flush_input(self) -> None:
        self.unread = b""

    def close(self) -> None:
        self.is_open = False


class Hours:
    """Time that goes by when somebody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def everything(pipe: FaultyPipe, times: int = 8) -> bytes:
    return b"".join(pipe.read(100, 1.0) for _ in range(times))


def test_without_trouble_nothing_is_changed() -> None:
    pipe = FaultyPipe(Echo())
    pipe.open()
    pipe.write(b"hello", 1.0)
    assert (everything(pipe), pipe.happened, pipe.address) == (b"hello", [], "memory://echo")


HEARD_AND_READ = {
    Trouble.UNHEARD: (b"", b""),
    Trouble.SPOILT_OUT: (b"he}lo", b"he}lo"),
    Trouble.LOST: (b"hello", b""),
    Trouble.SPOILT: (b"hello", b"he}lo"),
    Trouble.TWICE: (b"hello", b"hellohello"),
    Trouble.PIECES: (b"hello", b"hello"),
    Trouble.LATE: (b"hello", b"hello"),
    Trouble.NOISE: (b"hello", NOISE + b"hello"),
}


@pytest.mark.parametrize("trouble", HEARD_AND_READ)
def test_bytes_are_changed_on_their_way(trouble: Trouble) -> None:
    echo, hours = Echo(), Hours()
    pipe = FaultyPipe(echo, [Mishap(trouble, seconds=2.5)], hours)
    pipe.open()
    pipe.write(b"hello", 1.0)
    first = pipe.read(100, 1.0)
    assert (echo.heard, first + everything(pipe)) == HEARD_AND_READ[trouble]
    assert pipe.happened == [trouble]
    assert (first, hours.at) == {Trouble.LATE: (b"", 2.5), Trouble.PIECES: (b"h", 0.0)}.get(trouble, (first, 0.0))
    pipe.write(b"again", 1.0)
    assert everything(pipe) == b"again", "it happens once"


FAILS = {
    Trouble.REFUSED: (b"", DeviceMissing, "device.refused"),
    Trouble.TAKEN: (b"", DeviceMissing, "device.port_taken"),
    Trouble.GONE_BEFORE: (b"", DeviceMissing, "device.unplugged"),
    Trouble.GONE_BEHIND: (b"hello", DeviceMissing, "device.unplugged"),
    Trouble.CUT: (b"he", DeviceMissing, "device.unplugged"),
    Trouble.HELD: (b"", DeviceTimeout, "device.write_timeout"),
    Trouble.GONE: (b"hello", DeviceMissing, "device.unplugged"),
}


@pytest.mark.parametrize("trouble", FAILS)
def test_the_wire_fails(trouble: Trouble) -> None:
    echo = Echo()
    pipe = FaultyPipe(echo, [Mishap(trouble)], Hours())
    with pytest.raises(DeviceError) as failed:
        pipe.open()
        pipe.write(b"hello", 1.0)
        pipe.read(100, 1.0)
    heard, kind, key = FAILS[trouble]
    assert (echo.heard, type(failed.value), failed.value.message_key) == (heard, kind, key)
    assert echo.is_open is (trouble is Trouble.HELD)


def test_every_trouble_is_tried() -> None:
    assert {*HEARD_AND_READ, *FAILS} == {*Trouble}


def test_its_turn_comes_among_acts_of_its_kind() -> None:
    pipe = FaultyPipe(Echo(), [Mishap(Trouble.UNHEARD, after=1), Mishap(Trouble.LOST, after=5)])
    pipe.open()
    for word in (b"one", b"two", b"six"):
        pipe.write(word, 1.0)
    assert everything(pipe) == b"onesix"
    pipe.heal()
    assert pipe.happened == [Trouble.UNHEARD]


def test_what_was_not_read_is_flushed() -> None:
    pipe = FaultyPipe(Echo(), [Mishap(Trouble.PIECES)])
    pipe.open()
    pipe.write(b"hello", 1.0)
    assert pipe.read(100, 1.0) == b"h"
    pipe.flush_input()
    assert everything(pipe) == b""
