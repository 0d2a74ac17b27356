"""The Windows spooler: our own queue over functions of `win32print`'s shape.

The one thing this computer cannot run is the call into Windows itself. `Spooler` stands in for that layer alone, with
the numbers and flags the Win32 print spooler documents; everything above it is what runs at a desk.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest

from devices import found
from devices.base import DeviceState, PrintResult, Reason
from devices.printers.queued import QueuedPrinter, QueuePatience
from devices.registry import printer_for
from devices.wires import open_queue
from devices.wires.address import QueueAddress, parse_address
from devices.wires.spool_queue import SpoolQueue
from models.basics.errors import DeviceBusy, DeviceMissing, Effect, PosError, RuleBroken

NAME = "EPSON TM-T20 (copy 1)"
URL = f"spool://{NAME}"
RECEIPT = b"\x1b@Copay 25.00\n\x1dVB\x00"
PAUSED, ERROR, DELETING, PRINTING, OFFLINE, PAPER_OUT, PRINTED = 0x1, 0x2, 0x4, 0x10, 0x20, 0x40, 0x80


class Ticks:
    """Time that goes by only by waiting."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


class Refused(Exception):
    """`win32print.error`: (number, function, words)."""


class Spooler:
    """The spooler of a computer with one printer. `course` is what its job's flags are, look by look; None: it is gone.
    A cancelled job goes on as `after_cancel` says."""

    error = Refused

    def __init__(self, *course: int | None, after_cancel: tuple[int | None, ...] = (DELETING, None)) -> None:
        self.course, self.after_cancel = list(course), after_cancel
        self.printer = {"Status": 0, "Attributes": 0}
        self.written: list[bytes] = []
        self.documents: list[tuple[str, None, str]] = []
        self.calls: list[str] = []
        self.takes = 1.0
        self.open_handles = 0
        self.fails: set[str] = set()
        self.hangs: threading.Event | None = None

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.fails:
            raise Refused(1722, name, "The RPC server is unavailable.")

    def EnumPrinters(self, flags: int, name: None, level: int) -> tuple[dict[str, Any], ...]:
        self._call("EnumPrinters")
        assert (flags, name, level) == (6, None, 4), "this computer's own and its connections, no server asked"
        names = (NAME, "Microsoft Print to PDF", "Fax", "Label #2 50% off?", "\\\\front\\receipts")
        return tuple({"pPrinterName": each, "pServerName": None, "Attributes": 64} for each in names)

    def OpenPrinter(self, name: str) -> str:
        if name != NAME:
            raise Refused(1801, "OpenPrinter", "The printer name is invalid.")
        self.open_handles += 1
        return "handle"

    def ClosePrinter(self, _handle: Any) -> None:
        self.open_handles -= 1

    def GetPrinter(self, _handle: Any, level: int) -> dict[str, Any]:
        assert level == 2
        return self.printer

    def StartDocPrinter(self, _handle: Any, level: int, document: tuple[str, None, str]) -> int:
        self._call("StartDocPrinter")
        assert level == 1
        self.documents.append(document)
        return 7

    def StartPagePrinter(self, _handle: Any) -> None:
        self._call("StartPagePrinter")

    def WritePrinter(self, _handle: Any, data: bytes) -> int:
        self._call("WritePrinter")
        if self.hangs is not None:
            self.hangs.wait(60)
        self.written.append(data)
        return int(len(data) * self.takes)

    def EndPagePrinter(self, _handle: Any) -> None:
        self._call("EndPagePrinter")

    def EndDocPrinter(self, _handle: Any) -> None:
        self._call("EndDocPrinter")

    def GetJob(self, _handle: Any, number: int, level: int) -> dict[str, Any]:
        assert (number, level) == (7, 1)
        flags = self.course[0] if self.course else None
        if len(self.course) > 1:
            del self.course[0]
        if flags is None:
            raise Refused(87, "GetJob", "The parameter is incorrect.")
        return {"Status": flags}

    def SetJob(self, _handle: Any, number: int, level: int, info: None, command: int) -> None:
        assert (number, level, info, command) == (7, 0, None, 3)
        self._call("cancel")
        self.course = list(self.after_cancel)


def printer(spooler: Spooler | None, **patience: float) -> QueuedPrinter:
    address = parse_address(URL)
    assert isinstance(address, QueueAddress)
    queue = SpoolQueue(URL, address, device="printer", spooler=lambda: spooler)
    return QueuedPrinter(queue, patience=QueuePatience(**patience), ticks=Ticks())


@pytest.mark.parametrize(
    ("course", "result"),
    [
        ((0, PRINTING, None), PrintResult.HANDED_OVER),
        ((None,), PrintResult.HANDED_OVER),
        ((PRINTING, PRINTED), PrintResult.HANDED_OVER),
        ((PRINTING, ERROR | PRINTING, None), PrintResult.UNKNOWN),
        ((PRINTING, DELETING, None), PrintResult.UNKNOWN),
        ((PAUSED, DELETING | PAUSED, None), PrintResult.NOT_PRINTED),
    ],
    ids=["went through", "gone at once", "kept as printed", "deleted after an error", "deleted half way",
         "deleted while it was held"],
)  # fmt: skip
def test_how_a_job_ends(course: tuple[int | None, ...], result: PrintResult) -> None:
    """Never PRINTED: the spooler is one-way."""
    spooler = Spooler(*course)
    assert printer(spooler).print_bytes(RECEIPT) is result
    assert spooler.written == [RECEIPT]
    assert spooler.documents == [("Receipt", None, "RAW")]
    assert spooler.open_handles == 0


@pytest.mark.parametrize(
    ("stuck", "result"),
    [(PAUSED, PrintResult.NOT_PRINTED), (OFFLINE, PrintResult.UNKNOWN), (PRINTING | PAPER_OUT, PrintResult.UNKNOWN)],
    ids=["held", "offline", "paper out"],
)
def test_a_job_that_gets_stuck_is_taken_back(stuck: int, result: PrintResult) -> None:
    """It must not come out later; only one that was surely held is known not to have printed."""
    spooler = Spooler(stuck)
    assert printer(spooler).print_bytes(RECEIPT) is result
    assert spooler.calls.count("cancel") == 1


def test_a_job_that_went_through_while_it_was_taken_back_is_in_doubt() -> None:
    assert printer(Spooler(0, after_cancel=(None,))).print_bytes(RECEIPT) is PrintResult.UNKNOWN


@pytest.mark.parametrize(
    ("status", "attributes", "reason", "key"),
    [
        (0x1, 0, Reason.OFFLINE, "queue.stopped"), (0, 0x400, Reason.OFFLINE, "queue.stopped"),
        (0x10, 0, Reason.PAPER_OUT, "printer.paper_out"), (0x400000, 0, Reason.COVER_OPEN, "printer.cover_open"),
        (0x80, 0, Reason.OFFLINE, "printer.offline"), (0x2, 0, Reason.OFFLINE, "printer.offline"),
    ],
)  # fmt: skip
def test_a_queue_in_trouble_is_given_nothing(status: int, attributes: int, reason: Reason, key: str) -> None:
    spooler = Spooler(0)
    spooler.printer = {"Status": status, "Attributes": attributes}
    told = printer(spooler).status().device
    assert (told.state, told.reason, told.detail) == (DeviceState.OFFLINE, reason, key)
    with pytest.raises(DeviceBusy) as refused:
        printer(spooler).print_bytes(RECEIPT)
    assert refused.value.message_key == key
    assert spooler.calls == []


def test_a_spooler_that_refuses_the_job_has_taken_nothing() -> None:
    spooler = Spooler(0)
    spooler.fails = {"StartDocPrinter"}
    with pytest.raises(PosError) as refused:
        printer(spooler).print_bytes(RECEIPT)
    assert (refused.value.message_key, refused.value.effect) == ("queue.rejects", Effect.NONE)


@pytest.mark.parametrize("where", ["StartPagePrinter", "WritePrinter", "EndPagePrinter", "EndDocPrinter"])
def test_a_job_that_breaks_off_is_in_doubt(where: str) -> None:
    spooler = Spooler(0)
    spooler.fails = {where}
    assert printer(spooler).print_bytes(RECEIPT) is PrintResult.UNKNOWN
    assert spooler.open_handles == 0


def test_a_job_that_was_taken_in_part_is_taken_back_and_in_doubt() -> None:
    spooler = Spooler(0)
    spooler.takes = 0.5
    assert printer(spooler).print_bytes(RECEIPT) is PrintResult.UNKNOWN
    assert "cancel" in spooler.calls


def test_a_spooler_that_hangs_keeps_nobody_waiting_for_ever() -> None:
    spooler = Spooler(0)
    spooler.hangs = threading.Event()
    try:
        assert printer(spooler, put_s=0.1).print_bytes(RECEIPT) is PrintResult.UNKNOWN
    finally:
        spooler.hangs.set()


def test_the_drawers_pulse_is_a_job_of_its_own() -> None:
    spooler = Spooler(None)
    printer(spooler).open_drawer()
    assert spooler.written == [b"\x1bp\x00\x32\x32"]


def test_without_windows_it_says_so() -> None:
    with pytest.raises(DeviceMissing) as refused:
        printer(None).print_bytes(RECEIPT)
    assert refused.value.message_key == "queue.no_spooler"
    assert printer_for(f"escpos+{URL}").status().device.detail in {"queue.no_spooler", "queue.unknown"}


def test_an_unknown_printer_says_so() -> None:
    queue = SpoolQueue("spool://Other", QueueAddress("spool", "Other"), device="printer", spooler=lambda: Spooler(0))
    assert queue.status().detail == "queue.unknown"


@pytest.mark.parametrize("url", ["spool://", "spool://x?baud=1", "spool://%0a"])
def test_a_name_that_is_none_is_turned_away(url: str) -> None:
    with pytest.raises(RuleBroken):
        open_queue(url)


def test_names_with_spaces_and_of_other_computers_are_read() -> None:
    assert parse_address(URL) == QueueAddress("spool", NAME)
    assert parse_address("spool://%5C%5Cserver%5CFront") == QueueAddress("spool", "\\\\server\\Front")


# Finding them -----------------------------------------------------------------------------------------------------


def test_the_spoolers_printers_are_found_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    spooler = Spooler()
    monkeypatch.setattr(found, "system_spooler", lambda: spooler)
    listed = found.spooled_printers()
    assert [each.wire for each in listed] == [URL, "spool://Label %232 50%25 off%3F", "spool://\\\\front\\receipts"]
    assert parse_address(listed[1].wire) == QueueAddress("spool", "Label #2 50% off?"), "and what writes a file is none"
    assert {each.kind for each in listed} == {"printer"}
    assert found.same_wire(f"escpos+{URL}", listed[0], ())
    address = parse_address(listed[0].address(9600))
    assert isinstance(address, QueueAddress)
    assert address.queue == NAME
    assert found.spooled_printers in found.SOURCES


def test_a_computer_without_a_spooler_or_with_a_dead_one_has_no_such_printers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found.spooled_printers() == ()
    dead = Spooler()
    dead.fails.add("EnumPrinters")
    monkeypatch.setattr(found, "system_spooler", lambda: dead)
    assert found._asked(found.spooled_printers) == ()
