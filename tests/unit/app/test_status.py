"""The lights: what each says, and that nobody is asked in the window's way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.card_reader import CardReader
from app.hub_line import HubLine
from app.lanes import Lane
from app.posting import Posting
from app.printing import Printing
from app.scans import Scans
from app.settings import DRAWER, HUB_HERE, PRINTER_URL, TERMINAL_URL, Settings
from app.status import DeskStatus
from app.sync.state import SyncState
from app.words import WORDS
from devices.base import DeviceState, DeviceStatus, PrinterStatus, Reason
from models.operations.bodies import Collect
from models.store.rows import AttemptRow
from tests.support.clinic import TestClinic


class Bench:
    """A status over a store and settings, with its devices told what to say."""

    def __init__(self, folder: Path) -> None:
        self.clinic = TestClinic(folder)
        self.settings = Settings(None)
        self.lanes = {name: Lane(name) for name in ("terminal", "printer")}
        self.line = HubLine(self.clinic.clock)
        posting = Posting(self.clinic.clinic, self.settings)
        self.printing = Printing(self.clinic.clinic, self.settings, posting, self.lanes["printer"])
        self.status = DeskStatus(self.clinic.clinic, self.settings, self.lanes, CardReader(self.settings),
                                 self.printing, Scans(self.settings), self.line)  # fmt: skip

    def words(self) -> dict[str, str]:
        lights = self.status.lights()
        assert all(light.words in WORDS for light in lights)
        return {light.key: light.words.removeprefix(f"light.{light.key}.") for light in lights}

    def printer_says(self, state: DeviceState, reason: Reason = Reason.NONE, **more: object) -> None:
        status = PrinterStatus(DeviceStatus(state, reason), **more)  # type: ignore[arg-type]
        self.printing.look = lambda: status  # type: ignore[method-assign]
        self.status.check_printer()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    for lane in made.lanes.values():
        lane.close()
    made.clinic.close()


def test_without_devices(bench: Bench) -> None:
    assert bench.words() == {"reader": "none", "printer": "none", "drawer": "none", "sync": "never",
                             "line": "connecting"}  # fmt: skip


@pytest.mark.parametrize(
    ("state", "reason", "more", "printer", "drawer"),
    [
        (DeviceState.READY, Reason.NONE, {"drawer_open": False}, "ready", "closed"),
        (DeviceState.READY, Reason.NONE, {"drawer_open": True}, "ready", "open"),
        (DeviceState.READY, Reason.PAPER_LOW, {"paper_low": True}, "paper_low", "ready"),
        (DeviceState.OFFLINE, Reason.PAPER_OUT, {}, "paper_out", "ready"),
        (DeviceState.OFFLINE, Reason.COVER_OPEN, {}, "cover_open", "ready"),
        (DeviceState.ERROR, Reason.CUTTER, {}, "cutter", "ready"),
        (DeviceState.OFFLINE, Reason.NO_HARDWARE, {}, "missing", "missing"),
        (DeviceState.OFFLINE, Reason.TIMEOUT, {}, "missing", "missing"),
    ],
)
def test_printer_and_drawer(
    bench: Bench, state: DeviceState, reason: Reason, more: dict[str, object], printer: str, drawer: str
) -> None:
    bench.settings.for_now({PRINTER_URL: "escpos+serial:///dev/none"})
    assert bench.words()["printer"] == "checking"
    bench.printer_says(state, reason, **more)
    assert (bench.words()["printer"], bench.words()["drawer"]) == (printer, drawer)
    bench.settings.for_now({DRAWER: False})
    assert bench.words()["drawer"] == "none"


def test_the_reader(bench: Bench, tmp_path: Path) -> None:
    heard: list[int] = []
    stop = bench.status.subscribe(lambda: heard.append(1))
    bench.settings.for_now({TERMINAL_URL: f"pax+serial://{tmp_path}/nothing-here"})
    assert bench.words()["reader"] == "checking"
    bench.status.check_reader()
    light = bench.status.lights()[0]
    assert (light.words, light.facts["cause"]) == ("light.reader.missing", "device.port_absent")
    for step, words in (("arming", "arming"), ("waiting", "waiting"), ("authorising", "busy"), ("checking", "busy")):
        bench.status.told(step)
        assert bench.words()["reader"] == words
    bench.status.told("")
    with bench.clinic.store.write() as tx:
        tx.open_attempt(AttemptRow(attempt_id="a", terminal_ref="1", driver="pax", amount_cents=5, patient_id="p"))
        tx.set_attempt("a", "unknown")
    assert bench.words()["reader"] == "doubt"
    assert len(heard) >= 7
    stop()
    stop()


def test_the_desk_with_the_hub_knows_whether_others_go_on_without_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serves() -> object:
        return bench.status.lights()[4].facts["serves"]

    bench.clinic.patient()
    bench.clinic.put(Collect(payment_id="p", patient_id="rosa", amount_cents=500, tender="cash", number="PAY-1-00001",
                             receipt_no=""))  # fmt: skip
    bench.settings.set(HUB_HERE, True)
    assert serves() is False  # it took that payment itself
    other = replace(bench.clinic.clinic.identity, device_id="another")
    monkeypatch.setattr(type(bench.clinic.clinic), "identity", property(lambda _clinic: other))
    assert serves() is True
    bench.settings.set(HUB_HERE, False)
    assert serves() is False
    bench.settings.set(HUB_HERE, True)
    bench.clinic.clock.advance(8 * 86_400)
    assert serves() is False


def test_the_line(bench: Bench) -> None:
    now = bench.clinic.clock.now()
    base = SyncState(True, now, 0, last_synced_at=now)
    for state, sync, line in (
        (base, "synced_now", "online"),
        (replace(base, online=False, pending=4, cause="sync.hub_unreachable"), "waiting", "offline"),
        (replace(base, online=False, stopped=True, cause="sync.forked"), "stopped", "offline"),
        (replace(base, online=False, stopped=True, cause="sync.update_needed"), "update", "offline"),
        (replace(base, last_synced_at=None), "never", "online"),
        (replace(base, hub_ahead_ms=3_600_000), "synced_now", "clock_off"),
        (replace(base, repair="sync.repair.hub_restored", repair_count=3), "synced_now", "mending"),
    ):
        bench.line._first = state
        assert (bench.words()["sync"], bench.words()["line"]) == (sync, line)
    bench.line._first = base
    bench.clinic.clock.advance(185)
    assert bench.status.lights()[3].facts["minutes"] == 3
    told: list[SyncState] = []
    stop = bench.line.subscribe(told.append)
    bench.line.failed("hub.not_started")
    bench.line.nudge()
    stop()
    assert [state.cause for state in told] == ["hub.not_started"]
    assert bench.words()["line"] == "offline"
