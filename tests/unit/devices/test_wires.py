"""Serial lines and TCP connections: every way the world refuses has its own name, and re-plugging works."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.wires import open_pipe
from models.basics.errors import DeviceMissing, DeviceTimeout

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals exist on Linux and macOS only")


class Pair:
    """Both ends of a pseudo-terminal: the far one is ours."""

    def __init__(self, link: Path) -> None:
        import tty

        self.far, near = os.openpty()
        tty.setraw(near)
        self.name = os.ttyname(near)
        link.unlink(missing_ok=True)
        link.symlink_to(self.name)
        os.close(near)
        self.url = f"serial://{link}?baud=19200"

    def unplug(self) -> None:
        if self.far >= 0:
            os.close(self.far)
        self.far = -1


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path / "port")
    yield made
    made.unplug()


def key_of(url: str) -> tuple[str, object]:
    pipe = open_pipe(url, device="reader")
    with pytest.raises(DeviceMissing) as caught:
        pipe.open()
    assert caught.value.facts["device"] == "reader"
    assert "?" not in str(caught.value.facts["address"])
    assert caught.value.retry
    return caught.value.message_key, caught.value.facts["address"]


@contextmanager
def without_privileges() -> Iterator[None]:
    """As an ordinary person: root may open everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_absent(tmp_path: Path) -> None:
    assert key_of(f"serial://{tmp_path}/none")[0] == "device.port_absent"


def test_taken(pair: Pair) -> None:
    first = open_pipe(pair.url)
    first.open()
    assert key_of(pair.url)[0] == "device.port_taken"
    first.close()
    second = open_pipe(pair.url)
    second.open()
    second.close()


def test_forbidden(pair: Pair) -> None:
    os.chmod(pair.name, 0)
    with without_privileges():
        pipe = open_pipe(f"serial://{pair.name}", device="reader")
        with pytest.raises(DeviceMissing) as caught:
            pipe.open()
    assert caught.value.message_key == "device.port_forbidden"
    assert caught.value.facts == {"device": "reader", "address": f"serial://{pair.name}"}


def test_a_folder_or_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert key_of(f"serial://{tmp_path}")[0] == "device.not_a_port"
    assert key_of(f"serial://{tmp_path}/file")[0] == "device.not_a_port"
    assert key_of(f"serial://{tmp_path}/file/deeper")[0] == "device.not_a_port"


def test_every_byte_goes_through_both_ways(pair: Pair) -> None:
    pipe = open_pipe(pair.url)
    pipe.open()
    pipe.open()  # nothing happens twice
    everything = bytes(range(256))
    pipe.write(everything, 1.0)
    assert os.read(pair.far, 1000) == everything
    os.write(pair.far, everything)
    got = b""
    while len(got) < 256:
        got += pipe.read(100, 1.0)
    assert got == everything
    pipe.close()


def test_reading_is_patient_and_flushing_forgets(pair: Pair) -> None:
    pipe = open_pipe(pair.url)
    pipe.open()
    assert pipe.read(10, 0.01) == b""
    os.write(pair.far, b"late")
    assert pipe.read(1, 1.0) == b"l"
    pipe.flush_input()
    assert pipe.read(10, 0.01) == b""
    pipe.close()
    pipe.close()


def test_flow_control_that_is_held_times_out(pair: Pair) -> None:
    pipe = open_pipe(pair.url, device="printer")
    pipe.open()
    with pytest.raises(DeviceTimeout) as caught:
        pipe.write(bytes(1_000_000), 0.1)
    assert caught.value.message_key == "device.write_timeout"
    assert caught.value.facts["device"] == "printer"
    pipe.close()


@pytest.mark.parametrize("act", ["read", "write", "flush"])
def test_unplugged_and_plugged_in_again(pair: Pair, act: str) -> None:
    pipe = open_pipe(pair.url)
    pipe.open()
    pair.unplug()
    acts = {
        "read": lambda: pipe.read(10, 1.0),
        "write": lambda: [pipe.write(b"x", 1.0) for _ in range(3)],
        "flush": pipe.flush_input,
    }
    with pytest.raises(DeviceMissing) as caught:
        acts[act]()
    assert caught.value.message_key == "device.unplugged"
    with pytest.raises(DeviceMissing) as closed:
        pipe.read(1, 0.0)
    assert closed.value.message_key == "device.closed"
    with pytest.raises(DeviceMissing) as absent:
        pipe.open()
    assert absent.value.message_key == "device.port_absent"
    again = Pair(Path(pair.url[9:].partition("?")[0]))
    pipe.open()
    pipe.write(b"back", 1.0)
    assert os.read(again.far, 10) == b"back"
    pipe.close()
    again.unplug()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield door


def address_of(door: socket.socket) -> str:
    return f"tcp://127.0.0.1:{door.getsockname()[1]}"


def test_nobody_listens() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        assert key_of(address_of(door))[0] == "device.refused"


def test_name_not_known() -> None:
    assert key_of("tcp://reader.invalid:9100")[0] == "device.host_unknown"


def test_no_way_there() -> None:
    from devices.wires.address import TcpAddress
    from devices.wires.tcp_pipe import TcpPipe

    with socket.socket() as door:  # a full queue of connections nobody takes: SYN without answer
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        port = door.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for caller in waiting:
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        pipe = TcpPipe(f"tcp://127.0.0.1:{port}", TcpAddress("127.0.0.1", port), device="printer",
                       connect_timeout_s=0.1)  # fmt: skip
        with pytest.raises(DeviceMissing) as caught:
            pipe.open()
        for caller in waiting:
            caller.close()
    assert caught.value.message_key == "device.unreachable"


def test_tcp_both_ways_then_the_peer_goes(listener: socket.socket) -> None:
    pipe = open_pipe(address_of(listener), device="reader")
    pipe.open()
    pipe.open()
    peer, _ = listener.accept()
    with peer:
        pipe.write(bytes(range(256)), 1.0)
        assert peer.recv(1000) == bytes(range(256))
        peer.sendall(b"old")
        assert pipe.read(1, 1.0) == b"o"
        pipe.flush_input()
        assert pipe.read(10, 0.01) == b""
    with pytest.raises(DeviceMissing) as caught:
        pipe.read(10, 1.0)
    assert caught.value.message_key == "device.unplugged"
    pipe.open()  # again, on the same address
    pipe.close()


def test_a_peer_that_takes_nothing_times_out(listener: socket.socket) -> None:
    pipe = open_pipe(address_of(listener))
    pipe.open()
    peer, _ = listener.accept()
    with peer, pytest.raises(DeviceTimeout) as caught:
        pipe.write(bytes(64 * 1024 * 1024), 0.05)
    assert caught.value.message_key == "device.write_timeout"
    pipe.close()


def test_a_wait_ends_when_the_peer_goes(listener: socket.socket) -> None:
    pipe = open_pipe(address_of(listener))
    pipe.open()
    peer, _ = listener.accept()
    ended: list[str] = []

    def wait() -> None:
        try:
            pipe.read(10, 5.0)
        except DeviceMissing as error:
            ended.append(error.message_key)

    thread = threading.Thread(target=wait)
    thread.start()
    peer.close()
    thread.join(5.0)
    assert ended == ["device.unplugged"]
    pipe.close()
