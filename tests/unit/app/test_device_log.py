"""The device log: bounded, survives a restart, and nothing of a card or a person has a way in."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app import device_log
from app.device_log import (
    DEVICES,
    DRAWER,
    GOOD,
    OTHER,
    PRINTER,
    READER,
    SCANNER,
    Act,
    DeviceLog,
    act_words,
    end_of,
    end_words,
    line_of,
    noted_as,
    watched,
)
from app.words import WORDS
from devices.base import CardInfo, DeviceState, DeviceStatus, Outcome, PaymentResult, PrinterStatus, PrintResult, Reason
from models.basics.clock import FixedClock
from models.basics.errors import DeviceMissing, StorageError

PANS = ("4111111111111111", "5555555555554444", "378282246310005", "6011111111111117")
TRACK = "%B4111111111111111^QUILLFEATHER/ROSA^27121011000000000000?;4111111111111111=27121011000000000000?"
AT = datetime(2026, 5, 14, 14, 41, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "devices.jsonl"


@pytest.fixture
def events(path: Path) -> DeviceLog:
    return DeviceLog(path, FixedClock(AT))


def told(events: DeviceLog) -> list[tuple[str, Act, str]]:
    return [(one.device, one.act, one.end) for one in events.events()]


def test_an_event_is_there_after_a_restart(events: DeviceLog, path: Path) -> None:
    events.note(PRINTER, Act.PRINT, "device_log.end.printed", 401.6)
    events.note(READER, Act.PAYMENT, "device_log.end.approved", 2300)
    again = DeviceLog(path, FixedClock(AT))
    assert told(again) == [(READER, Act.PAYMENT, "device_log.end.approved"), (PRINTER, Act.PRINT,
                                                                              "device_log.end.printed")]  # fmt: skip
    assert [one.took_ms for one in again.events()] == [2300, 402]
    assert [one.at for one in again.events(PRINTER)] == [AT]


def test_it_is_bounded_in_memory_and_on_disk(events: DeviceLog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_log, "KEEPS", 10)
    for number in range(57):
        events.note(PRINTER, Act.PRINT, GOOD, number)
        assert len(path.read_text().splitlines()) <= 20
    assert [one.took_ms for one in events.events()] == list(range(56, 46, -1))
    assert told(DeviceLog(path)) == told(events)


def test_what_is_asked_all_the_time_is_noted_only_when_the_answer_changes(events: DeviceLog) -> None:
    for end in (GOOD, GOOD, "device.port_absent", "device.port_absent", GOOD):
        events.note(READER, Act.LOOK, end)
    assert [one.end for one in events.events()] == [GOOD, "device.port_absent", GOOD]


@settings(max_examples=200, deadline=None)
@given(device=some.one_of(some.text(), some.sampled_from([*DEVICES, *PANS, TRACK])),
       act=some.one_of(some.text(), some.sampled_from([*Act, *PANS])),
       end=some.one_of(some.text(), some.sampled_from([*PANS, TRACK, GOOD, "printer.paper_out"])),
       took=some.one_of(some.integers(), some.floats(allow_nan=False, allow_infinity=False)))  # fmt: skip
def test_only_words_of_fixed_lists_enter(
    tmp_path_factory: pytest.TempPathFactory, device: str, act: Any, end: str, took: float
) -> None:
    path = tmp_path_factory.mktemp("log") / "devices.jsonl"
    DeviceLog(path, FixedClock(AT)).note(device, act, end, took)
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    assert len(lines) == (device in DEVICES and isinstance(act, Act))
    for line in map(json.loads, lines):
        assert set(line) == {"at", "device", "act", "end", "took_ms"}
        assert (line["device"] in DEVICES, line["act"] in list(Act), line["end"] in WORDS) == (True, True, True)
        assert 0 <= line["took_ms"] <= device_log.LONGEST_MS < int(min(PANS, key=int))


@pytest.mark.parametrize("pan", PANS)
def test_no_card_data_of_an_answer_enters(events: DeviceLog, path: Path, tmp_path: Path, pan: str) -> None:
    """A driver that says too much everywhere: results, errors, arguments."""

    class Leaky:
        def payment(self, *_asked: object, **_named: object) -> PaymentResult:
            return PaymentResult(outcome=Outcome.DECLINED, reason=f"card {pan}", host_text=pan, auth_code=pan,
                                 card=CardInfo(holder="Rosa Quillfeather", last4=pan))  # fmt: skip

        def diagnosis(self) -> None:
            raise DeviceMissing(f"reader.{pan}", address=pan)

        def print_bytes(self, _data: bytes) -> PrintResult:
            return PrintResult.PRINTED

    reader = watched(Leaky(), READER, events)
    assert reader.payment(pan, track=TRACK).host_text == pan
    with pytest.raises(DeviceMissing):
        reader.diagnosis()
    watched(Leaky(), PRINTER, events).print_bytes(pan.encode())
    events.note(SCANNER, Act.SCAN, TRACK)
    events.export(tmp_path / "log.txt", ZoneInfo("America/Chicago"))
    for written in (path.read_text(), (tmp_path / "log.txt").read_text()):
        assert len(written.splitlines()) == 4
        assert pan not in written
        assert "QUILLFEATHER" not in written.upper()
    assert [end for _, _, end in told(events)] == [OTHER, "device_log.end.printed", OTHER, "device_log.end.declined"]


def test_lines_of_another_kind_are_not_read_back(path: Path) -> None:
    good = {"at": "2026-05-14T14:41:00.000Z", "device": PRINTER, "act": "print", "end": GOOD, "took_ms": 4}
    wrong = ("", "{", "[]", "null", json.dumps({**good, "end": PANS[0]}), json.dumps({**good, "device": PANS[0]}),
             json.dumps({**good, "took_ms": int(PANS[0])}), json.dumps({**good, "act": "x"}))  # fmt: skip
    path.write_text("\n".join([*wrong, json.dumps(good)]))
    assert told(DeviceLog(path)) == [(PRINTER, Act.PRINT, GOOD)]


def test_a_disk_that_is_full_stops_nothing(tmp_path: Path) -> None:
    events = DeviceLog(tmp_path / "nowhere" / "devices.jsonl")
    events.note(PRINTER, Act.PRINT)
    assert told(events) == [(PRINTER, Act.PRINT, GOOD)]
    with pytest.raises(StorageError, match=r"device_log\.not_written"):
        events.export(tmp_path / "nowhere" / "log.txt", UTC)


@pytest.mark.parametrize(
    ("result", "end"),
    [
        (PaymentResult(outcome=Outcome.APPROVED), "device_log.end.approved"),
        (PaymentResult(outcome=Outcome.UNKNOWN, reason="terminal.silent"), "terminal.silent"),
        (PaymentResult(outcome=Outcome.UNKNOWN), "device_log.end.unknown"),
        (PrintResult.UNKNOWN, "device_log.end.unknown"),
        (PrinterStatus(DeviceStatus(DeviceState.READY)), GOOD),
        (PrinterStatus(DeviceStatus(DeviceState.READY), paper_low=True), "light.printer.paper_low"),
        (PrinterStatus(DeviceStatus(DeviceState.ERROR, Reason.PAPER_OUT)), "light.printer.paper_out"),
        (PrinterStatus(DeviceStatus(DeviceState.OFFLINE, Reason.NO_HARDWARE, "device.unplugged")), "device.unplugged"),
        (None, GOOD),
    ],
)
def test_how_an_act_ended(result: object, end: str) -> None:
    assert end_of(result) == end
    assert end in WORDS


def test_every_act_and_outcome_has_words() -> None:
    acts = [f"device_log.act.{act}" for act in Act]
    ends = [f"device_log.end.{each.value}" for each in (*Outcome, *PrintResult)]
    assert [key for key in (*acts, *ends) if key not in WORDS] == []


def test_a_line_of_text_names_no_hole(events: DeviceLog) -> None:
    events.note(READER, Act.LOOK, "device.port_absent", 12)
    [one] = events.events()
    assert (act_words(one), end_words(one)) == ("Asked how it is", "The card reader is not connected")
    assert line_of(one, ZoneInfo("America/Chicago")).startswith("2026-05-14 09:41:00  reader")
    for key in WORDS:
        assert "{" not in end_words(device_log.DeviceEvent(AT, READER, Act.LOOK, key)), key


def test_a_drawer_is_told_apart_and_a_test_is_no_receipt(events: DeviceLog) -> None:
    class Printer:
        def open_drawer(self) -> None: ...

        def print_bytes(self, _data: bytes) -> PrintResult:
            return PrintResult.PRINTED

    printer = watched(Printer(), PRINTER, events)
    printer.open_drawer()
    noted_as(printer, Act.TEST_PRINT).print_bytes(b"")
    assert told(events) == [(PRINTER, Act.TEST_PRINT, "device_log.end.printed"), (DRAWER, Act.OPEN, GOOD)]


def test_the_file_is_replaced_whole(events: DeviceLog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed while it is shortened, the old file stands."""
    monkeypatch.setattr(device_log, "KEEPS", 2)
    for _ in range(4):
        events.note(PRINTER, Act.PRINT)
    before = path.read_text()

    def dies(*_paths: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(os, "replace", dies)
    events.note(PRINTER, Act.TEST_PRINT)
    assert path.read_text() == before
