"""A reader that is pulled and comes back under another name: ready again by itself, and what was open is found out."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from app.views import CollectEnd, TenderKind
from tests.support.counter import counter, rosa_with_copay_and_balance
from tests.support.simulators import PaxProcess, pax_running
from tests.support.waiting import until

WORDS = {"ok": "light.reader.ready", "bad": "light.reader.missing"}


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "1-1"


@pytest.fixture
def terminal(socket: Path) -> Iterator[PaxProcess]:
    with pax_running(link=socket) as running:
        yield running


def held(name: str, taken: list[tuple[int, int]]) -> bool:
    """Is a port's name taken, so that the reader does not get it again? It lets go of it a little later than of its
    cable; what two hundred tries do not get, another program has."""
    taken.append(os.openpty())
    return os.ttyname(taken[-1][1]) == name or len(taken) > 200


def test_rule_12_ready_again_within_ten_seconds_under_another_name(
    tmp_path: Path, terminal: PaxProcess, socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Device rules 2 and 12: the answer is lost with the cable; the reader is plugged in again as another port. Nobody
    does anything: the light comes back, and the payment stands in the books."""

    def ports() -> list[SimpleNamespace]:
        if not socket.is_symlink():
            return []
        return [SimpleNamespace(device=os.readlink(socket), vid=0x2FB8, pid=0x2206, serial_number="0000000001",
                                location="1-1", description="PAX")]  # fmt: skip

    monkeypatch.setattr(list_ports, "comports", ports)
    url = "pax+usb://2fb8:2206/0000000001?baud=115200"
    with counter(tmp_path / "desk", rosa_with_copay_and_balance, terminal=url) as desk:

        def light() -> str:
            return desk.desk.status.lights()[0].words

        until(lambda: light() == WORDS["ok"])
        before = os.readlink(socket)
        terminal.next("unplug:answer")
        assert desk.collect(desk.request(desk.sheet(), TenderKind.CARD)).end is CollectEnd.UNKNOWN
        until(lambda: desk.desk.status._reader_key == "device.port_absent")
        taken: list[tuple[int, int]] = []
        until(lambda: held(before, taken), 30)
        terminal.replug()
        started = time.monotonic()
        assert os.readlink(socket) != before
        until(lambda: light() == WORDS["ok"] and desk.payments() == [("card", 7500, "")], 30)
        assert time.monotonic() - started < 10
        assert terminal.captured_cents() == 7500
        assert desk.desk.attention.items() == ()
        for end in chain(*taken):
            os.close(end)
        desk.holds()
