"""The hub as a child: its secret stays in a pipe, it comes back when it dies, and it does not outlive its desk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import orjson
import pytest

from app.hub_process import HubProcess
from app.sync.join import join, new_device_key
from models.basics.errors import RuleBroken, StorageError
from models.basics.ids import new_id
from models.operations.records import Practice
from tests.support.desks import free_port
from tests.support.hub import KEY
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="looks at processes as POSIX shows them")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    running = HubProcess.start(tmp_path / "hub", KEY, port=free_port())
    yield running
    running.close()


def well(hub: HubProcess) -> bool:
    try:
        with urlopen(f"{hub.address}/v1/health") as answer:
            return answer.status == 200
    except OSError:
        return False


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_it_serves_and_ends(hub: HubProcess, tmp_path: Path) -> None:
    assert well(hub)
    assert hub.address == f"http://127.0.0.1:{hub.port}"
    told = orjson.loads((tmp_path / "hub" / "hub.json").read_bytes())
    assert told == {"address": hub.address, "port": hub.port, "fingerprint": ""}
    process = hub.process_id
    hub.close()
    assert gone(process)
    assert hub.process_id == 0
    hub.close()  # twice does no harm


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_key_is_seen_nowhere(hub: HubProcess, tmp_path: Path) -> None:
    for name in ("cmdline", "environ"):
        assert KEY.encode() not in Path(f"/proc/{hub.process_id}/{name}").read_bytes()
    assert not any(KEY.encode() in path.read_bytes() for path in (tmp_path / "hub").rglob("*") if path.is_file())


def test_a_practice_and_its_desks(hub: HubProcess) -> None:
    practice = Practice(id=new_id(), name="Riverside Family Practice", timezone="America/New_York")
    first = join(hub.add_practice(practice, "Front desk"), new_device_key(), "Front desk")
    second = join(hub.join_code(practice.id, "Desk 2"), new_device_key(), "Desk 2")
    assert (first.tenant, first.device_no, second.device_no) == (practice.id, 1, 2)
    third = join(hub.add_practice(practice, "Desk 3"), new_device_key(), "Desk 3")  # asked for again: the same practice
    assert (third.tenant, third.device_no) == (practice.id, 3)
    with pytest.raises(RuleBroken, match=r"practice\.unknown"):
        hub.join_code("nobody", "Desk 4")
    with pytest.raises(RuleBroken, match=r"practice\.timezone_unknown"):
        hub.add_practice(Practice(id=new_id(), name="Elsewhere", timezone="Mars/Olympus"), "Desk 1")


def test_it_comes_back_at_the_same_place(hub: HubProcess) -> None:
    for _ in range(2):
        killed, address = hub.process_id, hub.address
        os.kill(killed, signal.SIGKILL)
        until(lambda killed=killed: hub.process_id not in {0, killed} and well(hub))  # type: ignore[misc]
        assert hub.address == address


def test_another_start_finds_the_port_of_last_time(tmp_path: Path) -> None:
    port = free_port()
    HubProcess.start(tmp_path / "hub", KEY, port=port).close()
    again = HubProcess.start(tmp_path / "hub", KEY)
    assert again.port == port
    again.close()
    with socket.create_server(("127.0.0.1", port)):
        elsewhere = HubProcess.start(tmp_path / "hub", KEY)
        assert elsewhere.port != port
        assert well(elsewhere)
        elsewhere.close()


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    HubProcess.start(tmp_path / "hub", KEY, port=free_port()).close()
    with pytest.raises(StorageError) as failed:
        HubProcess.start(tmp_path / "hub", KEY.replace("c0", "0c"), port=free_port())
    assert failed.value.message_key == "store.key_wrong"
    with pytest.raises(RuleBroken, match=r"hub\.setting_placeholder"):
        HubProcess.start(tmp_path / "hub", "0" * 64)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(RuleBroken) as failed_rule:
        HubProcess.start(tmp_path / "hub", KEY, port=taken.getsockname()[1])
    assert failed_rule.value.message_key == "hub.port_taken"
    with pytest.raises(RuleBroken, match=r"hub\.address_unknown"):
        HubProcess.start(tmp_path / "hub", KEY, host="203.0.113.7", port=free_port())


PARENT = """
import sys
from pathlib import Path
from app.hub_process import HubProcess
hub = HubProcess.start(Path(sys.argv[1]), sys.stdin.readline().strip(), port=int(sys.argv[2]))
print(hub.process_id, flush=True)
sys.stdin.read()
"""


def test_it_does_not_outlive_a_killed_desk(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "hub"), str(free_port())], cwd=root,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(f"{KEY}\n".encode())
    parent.stdin.flush()
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    until(lambda: gone(child))
    parent.stdin.close()
    parent.stdout.close()


def test_other_machines_reach_it_with_tls(tmp_path: Path) -> None:
    hub = HubProcess.start(tmp_path / "hub", KEY, host="0.0.0.0", port=free_port())
    try:
        assert hub.address == f"https://127.0.0.1:{hub.port}"  # this desk's own way
        practice = Practice(id=new_id(), name="Riverside Family Practice", timezone="America/New_York")
        line = hub.add_practice(practice, "Front desk")
        assert len(hub.fingerprint) == 64
        identity = join(line, new_device_key(), "Front desk", hub_url=hub.address)
        assert (identity.hub_url, identity.hub_fingerprint) == (hub.address, hub.fingerprint)
    finally:
        hub.close()
