"""What proves that a job is on paper, and what does not, whatever the printer does: in time of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.base import PrintResult
from devices.printers.escpos import EscposPrinter
from models.basics.errors import DeviceError
from tests.support.virtual_printer import VirtualPrinter


@pytest.fixture
def printer() -> Iterator[VirtualPrinter]:
    made = VirtualPrinter()
    yield made
    made.close()


def driver(printer: VirtualPrinter) -> EscposPrinter:
    return EscposPrinter(printer.pipe(), ticks=printer.loop)


def job(number: int, lines: int = 20) -> bytes:
    return b"\x1b@" + b"".join(b"line %d of %d\n" % (line, number) for line in range(lines)) + b"\x1dVB\x00"


def whole(printer: VirtualPrinter, number: int) -> bool:
    return f"line 19 of {number}\n" in printer.text() and f"line 0 of {number}\n" in printer.text()


def test_jobs_one_after_another_are_each_proved(printer: VirtualPrinter) -> None:
    made = driver(printer)
    assert [made.print_bytes(job(n)) for n in range(5)] == [PrintResult.PRINTED] * 5
    assert len(printer.papers) == 5


def test_a_late_answer_proves_no_later_job(printer: VirtualPrinter) -> None:
    """The report of the first job is answered while the second one waits for its own, and the paper ends there."""
    made = driver(printer)
    assert made.print_bytes(job(0)) is PrintResult.PRINTED
    printer.have("late-proof:8.5s")
    assert made.print_bytes(job(1)) is PrintResult.UNKNOWN
    printer.tell("clear")
    printer.have("no-proof")
    assert made.print_bytes(job(2)) is PrintResult.UNKNOWN, "the answer to the first one came meanwhile"
    printer.tell("clear")
    assert made.print_bytes(job(3)) is PrintResult.PRINTED
    assert made.print_bytes(job(4)) is PrintResult.PRINTED


def test_a_printer_that_keeps_what_it_was_told_to_clear(printer: VirtualPrinter) -> None:
    """Slow, too: the report of the first job is worked off long after the next one was sent."""
    made = driver(printer)
    assert made.print_bytes(job(0)) is PrintResult.PRINTED
    printer.have("keeps-rest")
    printer.have("slow:40")
    assert made.print_bytes(job(1)) is PrintResult.UNKNOWN
    for number in (2, 3, 4):
        result = made.print_bytes(job(number))
        assert result is not PrintResult.PRINTED or whole(printer, number)
    printer.tell("clear")
    printer.loop.sleep(100)
    assert made.print_bytes(job(5)) is PrintResult.PRINTED
    assert whole(printer, 5)


BROKEN_OFF = {
    "paper-out-after:150": (PrintResult.NOT_PRINTED, "refill"),
    "unplug:150": (PrintResult.NOT_PRINTED, "replug"),
    "power-cycle:150": (PrintResult.NOT_PRINTED, "clear"),
    "no-proof": (PrintResult.UNKNOWN, "clear"),
}


@pytest.mark.parametrize("fault", BROKEN_OFF)
def test_the_next_job_is_whole_after_one_broke_off(printer: VirtualPrinter, fault: str) -> None:
    made = driver(printer)
    assert made.print_bytes(job(0)) is PrintResult.PRINTED
    result, heal = BROKEN_OFF[fault]
    printer.have(fault)
    assert made.print_bytes(job(1, 60)) is result
    printer.loop.sleep(10)
    printer.tell(heal)
    assert made.print_bytes(job(2)) is PrintResult.PRINTED
    assert whole(printer, 2)
    assert ("line 59 of 1" in printer.text()) is (result is PrintResult.UNKNOWN)


STOPPED = ("paper-out", "cover-open", "offline", "cutter", "broken", "overheated:60s", "silent", "hold", "xoff",
           "late-status:1.5s")  # fmt: skip


@pytest.mark.parametrize("fault", STOPPED)
def test_a_printer_that_cannot_is_sent_nothing(printer: VirtualPrinter, fault: str) -> None:
    made = driver(printer)
    printer.have(fault)
    with pytest.raises(DeviceError):
        made.print_bytes(job(1))
    printer.tell("clear")
    printer.loop.sleep(10)
    assert printer.text().strip() == ""
    assert made.print_bytes(job(2)) is PrintResult.PRINTED


def test_one_that_was_too_hot_goes_on_by_itself(printer: VirtualPrinter) -> None:
    made = driver(printer)
    printer.have("overheated:5s")
    printer.loop.sleep(6)
    assert made.print_bytes(job(1)) is PrintResult.PRINTED


def test_a_drawer_that_stands_open_or_is_stuck_says_so(printer: VirtualPrinter) -> None:
    made = driver(printer)
    printer.have("drawer-jammed")
    made.open_drawer()
    printer.loop.sleep(1)
    assert (made.status().drawer_open, printer.machine.pulses) == (False, [2])
    printer.have("drawer-open")
    printer.loop.sleep(60)
    assert made.status().drawer_open is True
