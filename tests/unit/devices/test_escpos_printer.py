"""The ESC/POS driver: what the status bits mean, and what may be said of a job afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.base import DeviceState, PrinterStatus, PrintResult, Reason
from devices.printers.chunks import split_job
from devices.printers.escpos import EscposPrinter, Kind, Patience, ReplySorter
from devices.printers.profiles import PROFILES, DrawerSensor
from devices.registry import printer_for
from devices.wires import open_pipe
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing, DeviceTimeout, Effect, OutOfPaper
from tests.support.scripted_wire import scripted_wire
from tests.support.simulators import PrinterProcess, printer_running

QUICK = Patience(status_s=0.2, write_s=0.5, confirm_s=0.4, bytes_per_s=20000.0, poll_s=0.1, quiet_s=0.02)
PRINTER, CAUSE, ERROR, PAPER = b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04"
RECOVER, PROOF = b"\x10\x05\x02", b"\x1d\x72\x01"
CLEARED = (RECOVER + PROOF, b"\x00")


def look(printer: int = 0x12, cause: int = 0x12, paper: int = 0x12) -> list[tuple[bytes, bytes]]:
    return [(PRINTER, bytes((printer,))), (CAUSE, bytes((cause,))), (PAPER, bytes((paper,)))]


# status, bit by bit

STATUS = {
    "all well": (look(), DeviceState.READY, Reason.NONE, False, False),
    "drawer open": (look(0x16), DeviceState.READY, Reason.NONE, False, True),
    "near end": (look(paper=0x1E), DeviceState.READY, Reason.PAPER_LOW, True, False),
    "cover open": (look(0x1A, 0x16), DeviceState.OFFLINE, Reason.COVER_OPEN, False, False),
    "paper end": (look(0x1A, 0x32, 0x7E), DeviceState.OFFLINE, Reason.PAPER_OUT, True, False),
    "paper end, told by the sensor alone": (look(0x12, 0x12, 0x7E), DeviceState.OFFLINE, Reason.PAPER_OUT, True, False),
    "cover open and no paper": (look(0x1A, 0x36, 0x7E), DeviceState.OFFLINE, Reason.COVER_OPEN, True, False),
    "offline, no cause": (look(0x1A), DeviceState.OFFLINE, Reason.OFFLINE, False, False),
    "cutter": ([*look(0x3A, 0x52), (ERROR, b"\x1a")], DeviceState.ERROR, Reason.CUTTER, False, False),
    "another error": ([*look(0x1A, 0x52), (ERROR, b"\x32")], DeviceState.ERROR, Reason.OFFLINE, False, False),
    "an error it does not explain": ([*look(0x1A, 0x52), (ERROR, b"")], DeviceState.ERROR, Reason.OFFLINE, False,
                                     False),
}  # fmt: skip


@pytest.mark.parametrize("case", STATUS)
def test_status(case: str) -> None:
    script, state, reason, low, drawer = STATUS[case]
    with scripted_wire(script) as pipe:
        status = EscposPrinter(pipe, patience=QUICK).status()
    assert (status.device.state, status.device.reason) == (state, reason)
    assert (status.paper_low, status.drawer_open) == (low, drawer)


@pytest.mark.parametrize(
    ("sensor", "pin_high", "is_open"),
    [(DrawerSensor.HIGH_IS_OPEN, True, True), (DrawerSensor.HIGH_IS_OPEN, False, False),
     (DrawerSensor.LOW_IS_OPEN, True, False), (DrawerSensor.LOW_IS_OPEN, False, True), (DrawerSensor.NONE, True, None)],
)  # fmt: skip
def test_which_way_round_the_drawer_switch_is(sensor: DrawerSensor, pin_high: bool, is_open: bool | None) -> None:
    profile = replace(PROFILES["80mm"], drawer_sensor=sensor)
    with scripted_wire(look(0x16 if pin_high else 0x12)) as pipe:
        assert EscposPrinter(pipe, profile, QUICK).status().drawer_open is is_open


def test_a_silent_printer_is_a_status_not_an_exception() -> None:
    with scripted_wire([(PRINTER, b"")]) as pipe:
        status = EscposPrinter(pipe, patience=QUICK).status()
    assert (status.device.state, status.device.reason) == (DeviceState.OFFLINE, Reason.TIMEOUT)
    assert status.device.detail == "printer.silent"


def test_a_wire_that_fails_is_a_status_too() -> None:
    gone = DeviceMissing("device.unplugged", device="printer")
    with scripted_wire([(PRINTER, gone)]) as pipe:
        status = EscposPrinter(pipe, patience=QUICK).status()
    assert (status.device.reason, status.device.detail) == (Reason.NO_HARDWARE, "device.unplugged")
    held = DeviceTimeout("device.write_timeout", device="printer")
    with scripted_wire([(held, b"")]) as pipe:
        assert EscposPrinter(pipe, patience=QUICK).status().device.reason is Reason.TIMEOUT


def test_a_late_answer_is_not_taken_for_another_questions() -> None:
    late = [(PRINTER, b""), (PRINTER, b"\x12"), (CAUSE, b"\x16"), (PAPER, b"\x12")]
    with scripted_wire(late) as pipe:
        printer = EscposPrinter(pipe, patience=QUICK)
        assert printer.status().device.reason is Reason.TIMEOUT
        pipe.arrives_late(b"\x12")
        assert printer.status().device.reason is Reason.COVER_OPEN


def test_other_bytes_are_not_taken_for_an_answer() -> None:
    noise = b"\x11\x13\x10\x00\x00\x00"  # XON, XOFF, automatic status
    script = [(query, noise + answer + noise) for query, answer in look(0x16)]
    with scripted_wire(script) as pipe:
        status = EscposPrinter(pipe, patience=QUICK).status()
        pipe.flush_input()
    assert status.drawer_open is True


def test_answers_are_told_apart_by_their_bits() -> None:
    sorter = ReplySorter()
    assert sorter.feed(b"\x12\x00\x11\x13") == [(Kind.STATUS, 0x12), (Kind.IN_ORDER, 0x00)]
    assert sorter.feed(b"\x14\x00\x0f") == []
    assert sorter.feed(b"\x00\x03") == [(Kind.IN_ORDER, 0x03)], "the fourth byte of automatic status, then an answer"


@given(st.binary(max_size=60), st.lists(st.integers(1, 9), max_size=20))
def test_how_answers_are_cut_changes_nothing(stream: bytes, cuts: list[int]) -> None:
    whole, sorter, pieces, rest = ReplySorter().feed(stream), ReplySorter(), [], stream
    for cut in [*cuts, len(stream)]:
        pieces += sorter.feed(rest[:cut])
        rest = rest[cut:]
    assert pieces == whole


# a job, byte by byte


def test_a_job_is_looked_at_before_cleared_before_and_proved_after() -> None:
    script = [*look(), CLEARED, (b"\x1b@Hello\n" + PROOF, b"\x00")]
    with scripted_wire(script) as pipe:
        assert EscposPrinter(pipe, patience=QUICK).print_bytes(b"\x1b@Hello\n") is PrintResult.PRINTED


def test_the_second_job_needs_no_clearing() -> None:
    job = b"Hello\n"
    with scripted_wire([*look(), CLEARED, (job + PROOF, b"\x00"), *look(), (job + PROOF, b"\x03")]) as pipe:
        printer = EscposPrinter(pipe, patience=QUICK)
        assert [printer.print_bytes(job), printer.print_bytes(job)] == [PrintResult.PRINTED] * 2


def test_a_long_job_is_looked_at_in_between() -> None:
    lines = [b"x" * 199 + b"\n"] * 3
    script = [*look(), CLEARED, (b"x" * 199 + b"\n" + b"x" * 56, b""), (PRINTER, b"\x12")]
    script += [(b"x" * 143 + b"\n" + b"x" * 112, b""), (PRINTER, b"\x12"), (b"x" * 87 + b"\n" + PROOF, b"\x00")]
    with scripted_wire(script) as pipe:
        assert EscposPrinter(pipe, patience=QUICK).print_bytes(b"".join(lines)) is PrintResult.PRINTED


REFUSED = {
    "paper end": (look(0x1A, 0x32, 0x7E), OutOfPaper, "printer.paper_out"),
    "cover open": (look(0x1A, 0x16), OutOfPaper, "printer.cover_open"),
    "cutter": ([*look(0x3A, 0x52), (ERROR, b"\x1a")], DeviceBusy, "printer.cutter"),
    "offline": (look(0x1A), DeviceBusy, "printer.offline"),
    "silent": ([(PRINTER, b"")], DeviceTimeout, "printer.silent"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_is_sent_to_a_printer_that_cannot(case: str) -> None:
    script, kind, key = REFUSED[case]
    with scripted_wire(script) as pipe, pytest.raises(kind) as caught:
        EscposPrinter(pipe, patience=QUICK).print_bytes(b"Hello\n")
    assert (caught.value.message_key, caught.value.effect) == (key, Effect.NONE)


LONG = b"x" * 299 + b"\n"
GONE = DeviceMissing("device.unplugged", device="printer")

BROKEN = {
    "offline between two pieces": ([(PRINTER, b"\x1a"), *look(0x1A, 0x32, 0x7E), (RECOVER, b"")],
                                   PrintResult.NOT_PRINTED),
    "silent between two pieces": ([(PRINTER, b""), (PRINTER, b"")], PrintResult.NOT_PRINTED),
    "wire gone between two pieces": ([(PRINTER, GONE)], PrintResult.NOT_PRINTED),
    "wire gone with the last piece": ([(PRINTER, b"\x12"), (GONE, b"")], PrintResult.UNKNOWN),
    "paper end before the proof": ([(PRINTER, b"\x12"), (b"x" * 43 + b"\n" + PROOF, b"\x1a"),
                                    *look(0x1A, 0x32, 0x7E), (RECOVER, b"")], PrintResult.NOT_PRINTED),
    "wire gone before the proof": ([(PRINTER, b"\x12"), (b"x" * 43 + b"\n" + PROOF, GONE)], PrintResult.UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_what_a_broken_job_is_worth(case: str) -> None:
    rest, result = BROKEN[case]
    with scripted_wire([*look(), CLEARED, (b"x" * 256, b""), *rest]) as pipe:
        assert EscposPrinter(pipe, patience=QUICK).print_bytes(LONG) is result


def test_after_a_job_broke_off_its_rest_is_cleared_before_the_next() -> None:
    script = [*look(), CLEARED, (b"a\n" + PROOF, GONE), *look(), CLEARED, (b"b\n" + PROOF, b"\x00")]
    with scripted_wire(script) as pipe:
        printer = EscposPrinter(pipe, patience=QUICK)
        assert printer.print_bytes(b"a\n") is PrintResult.UNKNOWN
        assert printer.print_bytes(b"b\n") is PrintResult.PRINTED


# the drawer


@pytest.mark.parametrize(
    ("pin", "row", "pulse"), [(2, "80mm", b"\x1bp\x00\x32\x32"), (5, "80mm-pin5", b"\x1bp\x01\x32\x32")]
)
def test_one_pulse(pin: int, row: str, pulse: bytes) -> None:
    with scripted_wire([*look(), (pulse, b"")]) as pipe:
        EscposPrinter(pipe, patience=QUICK).open_drawer(pin)
    with scripted_wire([*look(), (pulse, b"")]) as pipe:
        EscposPrinter(pipe, PROFILES[row], QUICK).open_drawer()


def test_without_paper_the_pulse_does_not_wait_for_paper() -> None:
    with scripted_wire([*look(0x1A, 0x32, 0x7E), (b"\x10\x14\x01\x00\x01", b"")]) as pipe:
        EscposPrinter(pipe, patience=QUICK).open_drawer()
    with scripted_wire(look(0x1A, 0x32, 0x7E)) as pipe, pytest.raises(OutOfPaper):
        EscposPrinter(pipe, PROFILES["58mm"], QUICK).open_drawer()


def test_no_pulse_into_the_dark() -> None:
    with scripted_wire([(PRINTER, b"")]) as pipe, pytest.raises(DeviceTimeout) as caught:
        EscposPrinter(pipe, patience=QUICK).open_drawer()
    assert caught.value.effect is Effect.NONE


def test_a_pulse_that_may_have_gone_out_says_so() -> None:
    with scripted_wire([*look(), (GONE, b"")]) as pipe, pytest.raises(DeviceMissing) as caught:
        EscposPrinter(pipe, patience=QUICK).open_drawer()
    assert caught.value.effect is Effect.UNKNOWN


# where a job may be cut

SIGN = st.binary(min_size=1, max_size=1).filter(lambda sign: sign[0] >= 0x20)
COMMAND = st.one_of(
    SIGN,
    st.sampled_from([b"\n", b"\x1b@", b"\x1ba\x01", b"\x1bE\x10", b"\x1d!\x11", b"\x1bt\x10", b"\x1bd\x0a",
                     b"\x1dV\x00", b"\x1dVB\x00", b"\x1bp\x00\x10\x04", b"\x1dr\x01"]),
    st.binary(max_size=40).map(lambda data: b"\x1d(k" + bytes((len(data) + 3, 0)) + b"1P0" + data),
    st.binary(min_size=6, max_size=6).map(lambda data: b"\x1dv0\x00\x02\x00\x03\x00" + data),
    st.binary(min_size=1, max_size=20).map(lambda data: b"\x1dkI" + bytes((len(data),)) + data),
)  # fmt: skip


@given(st.lists(COMMAND, max_size=40), st.integers(1, 50))
def test_a_job_is_cut_between_commands_only(commands: list[bytes], most: int) -> None:
    job = b"".join(commands)
    pieces = split_job(job, most)
    assert b"".join(pieces) == job
    ends, at = set(), 0
    for command in commands:
        at += len(command)
        ends.add(at)
    at = 0
    for piece in pieces:
        at += len(piece)
        assert at in ends
        assert len(piece) <= max(most, 48)


@given(st.binary(max_size=300), st.integers(1, 64))
def test_no_bytes_are_lost_by_cutting(job: bytes, most: int) -> None:
    assert b"".join(split_job(job, most)) == job


# against the simulated printer


@contextmanager
def driver(machine: PrinterProcess, patience: Patience = QUICK, profile: str = "80mm") -> Iterator[EscposPrinter]:
    wire = machine.url.partition("+")[2]
    made = EscposPrinter(
        open_pipe(wire, device="printer"), PROFILES[profile], patience, one_job_per_connection=wire.startswith("tcp")
    )
    try:
        yield made
    finally:
        made.close()


def receipt(lines: int = 3, number: str = "0042") -> bytes:
    body = b"".join(b"Line %d of the receipt %s\n" % (line, b"." * 20) for line in range(1, lines + 1))
    return b"\x1b@\x1bt\x10" + body + f"Receipt {number}\n".encode() + b"\x1dVB\x00"


def test_a_receipt_on_paper(printer: PrinterProcess) -> None:
    with driver(printer) as made:
        assert made.status() == PrinterStatus(made.status().device, False, False)
        assert made.print_bytes(receipt(30)) is PrintResult.PRINTED
    (text,) = printer.receipts()
    assert text.splitlines()[0] == "Line 1 of the receipt " + "." * 20
    assert text.splitlines()[-1] == "Receipt 0042"
    assert printer.state()["not_understood"] == {}


def test_over_the_network_one_connection_a_job() -> None:
    with printer_running(tcp=True) as machine:
        made = printer_for(machine.url)
        assert made.status().device.state is DeviceState.READY
        assert [made.print_bytes(receipt()) for _ in range(3)] == [PrintResult.PRINTED] * 3
        assert len(machine.receipts()) == 3


SHOWN = {
    "paper-out": Reason.PAPER_OUT,
    "cover-open": Reason.COVER_OPEN,
    "offline": Reason.OFFLINE,
    "cutter": Reason.CUTTER,
    "silent": Reason.TIMEOUT,
    "late-status:0.5s": Reason.TIMEOUT,
    "near-end": Reason.PAPER_LOW,
    "stale-asb": Reason.NONE,
}


@pytest.mark.parametrize("fault", SHOWN)
def test_a_printer_in_trouble(printer: PrinterProcess, fault: str) -> None:
    printer.always(fault)
    with driver(printer) as made:
        assert made.status().device.reason is SHOWN[fault]
        if SHOWN[fault] in (Reason.NONE, Reason.PAPER_LOW):
            assert made.print_bytes(receipt()) is PrintResult.PRINTED
        else:
            with pytest.raises(DeviceError):
                made.print_bytes(receipt())
        printer.clear()
        assert made.status().device.state is DeviceState.READY
    assert len(printer.receipts()) == int(SHOWN[fault] in (Reason.NONE, Reason.PAPER_LOW)), "nothing was sent"


def test_the_paper_ends_in_the_middle(printer: PrinterProcess) -> None:
    printer.always("paper-out-after:300")
    with driver(printer) as made:
        assert made.print_bytes(receipt(60)) is PrintResult.NOT_PRINTED
        assert made.status().device.reason is Reason.PAPER_OUT
        with pytest.raises(OutOfPaper):
            made.print_bytes(receipt(60))
        printer.tell("refill")
        assert made.print_bytes(receipt(2, "0043")) is PrintResult.PRINTED
    half, whole = printer.receipts()
    assert "Receipt" not in half
    assert whole.splitlines()[0].startswith("Line 1 "), "the rest of the first one did not come out"
    assert whole.splitlines()[-1] == "Receipt 0043"


def test_a_job_broken_off_by_another_program_does_not_come_out_first(printer: PrinterProcess) -> None:
    wire = open_pipe(printer.url.partition("+")[2])
    wire.open()
    wire.write(b"half a rec", 1.0)
    wire.close()
    with driver(printer) as made:
        assert made.print_bytes(receipt()) is PrintResult.PRINTED
    assert "half" not in "".join(printer.receipts())


def test_no_proof_is_unknown(printer: PrinterProcess) -> None:
    printer.always("no-proof")
    with driver(printer) as made:
        assert made.print_bytes(receipt()) is PrintResult.UNKNOWN
    assert len(printer.receipts()) == 1, "it was printed, but that cannot be known"


def test_unplugged_in_the_middle(printer: PrinterProcess) -> None:
    printer.always("unplug:300")
    with driver(printer) as made:
        assert made.print_bytes(receipt(60)) in (PrintResult.NOT_PRINTED, PrintResult.UNKNOWN)
        assert made.status().device.reason is Reason.NO_HARDWARE
        with pytest.raises(DeviceMissing):
            made.print_bytes(receipt())
        printer.replug()
        printer.tell("power-cycle")
        assert made.print_bytes(receipt()) is PrintResult.PRINTED


def test_plugged_in_again_while_we_hold_the_old_port(printer: PrinterProcess) -> None:
    with driver(printer) as made:
        assert made.print_bytes(receipt()) is PrintResult.PRINTED
        printer.unplug()
        printer.replug()
        assert made.print_bytes(receipt()) is PrintResult.PRINTED


def test_a_slow_printer_is_waited_for(printer: PrinterProcess) -> None:
    printer.always("slow:2000")
    with driver(printer, replace(QUICK, bytes_per_s=50.0)) as made:  # far longer than it takes, far less than for ever
        assert made.print_bytes(receipt(12)) is PrintResult.PRINTED


def test_a_printer_that_takes_nothing(printer: PrinterProcess) -> None:
    printer.always("hold")
    with driver(printer) as made:
        assert made.status().device.reason is Reason.TIMEOUT


def test_taken_by_another_program(printer: PrinterProcess) -> None:
    with driver(printer) as first, driver(printer) as second:
        first.status()
        status = second.status()
        assert (status.device.reason, status.device.detail) == (Reason.NO_HARDWARE, "device.port_taken")
        with pytest.raises(DeviceMissing):
            second.print_bytes(receipt())
    assert printer.receipts() == []


def until_pulsed(printer: PrinterProcess, times: int) -> list[int]:
    """The pulses, once as many arrived: a pulse has no answer."""
    for _ in range(2000):
        pulses: list[int] = printer.state()["pulses"]
        if len(pulses) >= times:
            break
    return pulses


def test_the_drawer_opens_once(printer: PrinterProcess) -> None:
    with driver(printer) as made:
        made.open_drawer()
        assert until_pulsed(printer, 1) == [2]
        assert made.status().drawer_open is True
        printer.tell("close-drawer")
        assert made.status().drawer_open is False
        assert made.print_bytes(receipt()) is PrintResult.PRINTED
        made.open_drawer(5)
        assert until_pulsed(printer, 2) == [2, 5]
    assert len(printer.receipts()) == 1


def test_the_drawer_opens_without_paper_too_and_not_later_again(printer: PrinterProcess) -> None:
    printer.always("paper-out")
    with driver(printer) as made:
        made.open_drawer()
        assert until_pulsed(printer, 1) == [2]
        printer.tell("refill")
        assert made.print_bytes(receipt()) is PrintResult.PRINTED
    assert printer.state()["pulses"] == [2]


SENT = [CLEARED, (b"paper\n", b""), (PROOF, b"\x00")]


def test_what_it_said_ahead_is_not_asked_again_for_one_job() -> None:
    second = [*look(), (b"paper\n", b""), (PROOF, b"\x00")]
    with scripted_wire([*look(), *SENT, *second]) as pipe:
        made = EscposPrinter(pipe, patience=replace(QUICK, ahead_s=30.0))
        made.look_ahead()
        assert [made.print_bytes(b"paper\n") for _ in range(2)] == [PrintResult.PRINTED] * 2


@pytest.mark.parametrize("first", [look(0x1A, 0x32, 0x7E), [(PRINTER, b"")]], ids=["no paper", "silent"])
def test_a_printer_that_was_not_ready_ahead_is_asked_again(first: list[tuple[bytes, bytes]]) -> None:
    with scripted_wire([*first, *look(), *SENT]) as pipe:
        made = EscposPrinter(pipe, patience=replace(QUICK, ahead_s=30.0))
        made.look_ahead()
        if len(first) == 1:
            pipe.arrives_late(b"\x12")
        assert made.print_bytes(b"paper\n") is PrintResult.PRINTED


def test_what_it_said_long_ago_is_asked_again_and_a_wire_that_fails_is_no_error_yet() -> None:
    with scripted_wire([*look(), *look(), *SENT]) as pipe:
        made = EscposPrinter(pipe, patience=replace(QUICK, ahead_s=0.0))
        made.look_ahead()
        assert made.print_bytes(b"paper\n") is PrintResult.PRINTED
    with scripted_wire([(PRINTER, DeviceMissing("device.unplugged", device="printer"))]) as pipe:
        EscposPrinter(pipe, patience=QUICK).look_ahead()


def test_a_second_till_is_turned_away() -> None:
    """A printer on the network serves one connection: the other till is told, and nothing of its job comes out."""
    with printer_running(tcp=True) as machine:
        address = machine.url.partition("+")[2]
        first = open_pipe(address, device="printer")
        first.open()
        first.write(b"\x10\x04\x01", 1.0)
        assert first.read(1, 20.0) == b"\x12", "it is the one being served"
        with driver(machine) as second, pytest.raises(DeviceError):
            second.print_bytes(receipt())
        first.close()
        assert machine.receipts() == []
