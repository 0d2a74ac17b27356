"""Receipt printers that speak ESC/POS (Epson and the many that follow): status, jobs with proof, drawer pulses.

Proof of printing: real-time status (DLE EOT) is answered at once and out of order, so it says whether the printer may
be given a job; the paper report (GS r 1) is worked off in order, so its answer after the cut means that everything
before it was printed. An answer to an earlier job's report that comes late must not prove a later job: as long as
reports are unanswered, they are owed, and a job is proved by its own answer and all that are owed. No answer is looked
into; what stays open is UNKNOWN. A job is never sent twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from devices.base import (
    BytePipe,
    DeviceState,
    DeviceStatus,
    PrinterStatus,
    PrintResult,
    Reason,
    nobody_waits,
)
from devices.bytes import (
    AUTO_STATUS_BYTES,
    AUTO_STATUS_MARK,
    AUTO_STATUS_MASK,
    CAUSE_COVER_OPEN,
    CAUSE_ERROR,
    CAUSE_PAPER_END,
    DC4,
    DLE,
    ERROR_CUTTER,
    ESC,
    IN_ORDER_MARK,
    IN_ORDER_MASK,
    PAPER_END,
    PAPER_IN_ORDER,
    PAPER_NEAR_END,
    PRINTER_DRAWER_PIN_HIGH,
    PRINTER_OFFLINE,
    RECOVER_AND_CLEAR,
    STATUS_ERROR_CAUSE,
    STATUS_MARK,
    STATUS_MASK,
    STATUS_OFFLINE_CAUSE,
    STATUS_PAPER,
    STATUS_PRINTER,
)
from devices.printers.chunks import split_job
from devices.printers.profiles import PROFILES, DrawerSensor, PrinterProfile
from devices.ticks import REAL, Ticks
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing, DeviceTimeout, Effect, OutOfPaper
from models.basics.facts import facts

log = logging.getLogger(__name__)

CHUNK_BYTES = 256
PULSE_ON = PULSE_OFF = 0x32  # ESC p counts in 2 ms: 100 ms on, 100 ms off
REAL_TIME_PULSE = 1  # DLE DC4 counts in 100 ms
DRAWER_CONNECTOR_PINS = {2: 0, 5: 1}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds. Printing itself is given `confirm_s` and a second for each `bytes_per_s`; reports
    with nothing to print between them are answered within `quiet_s` of each other. What it said when it was asked ahead
    holds for `ahead_s`."""

    status_s: float = 1.0
    write_s: float = 3.0
    confirm_s: float = 5.0
    bytes_per_s: float = 500.0
    poll_s: float = 0.5
    quiet_s: float = 0.1
    ahead_s: float = 0.5


class Kind(Enum):
    """What a byte from the printer is an answer to."""

    STATUS = "status"
    IN_ORDER = "in_order"


class ReplySorter:
    """Tells the printer's answers apart by their fixed bits. Automatic status (four bytes, the first marked) is
    passed over, as are XON and XOFF."""

    def __init__(self) -> None:
        self._automatic_left = 0

    def feed(self, data: bytes) -> list[tuple[Kind, int]]:
        """The answers in `data`, in order."""
        found: list[tuple[Kind, int]] = []
        for byte in data:
            if byte & STATUS_MASK == STATUS_MARK:
                found.append((Kind.STATUS, byte))
                continue
            if byte & AUTO_STATUS_MASK == AUTO_STATUS_MARK:
                self._automatic_left = AUTO_STATUS_BYTES - 1
            elif byte & IN_ORDER_MASK == IN_ORDER_MARK:
                if self._automatic_left:
                    self._automatic_left -= 1
                else:
                    found.append((Kind.IN_ORDER, byte))
        return found


_REASON_FROM_CAUSE = ((CAUSE_COVER_OPEN, Reason.COVER_OPEN), (CAUSE_PAPER_END, Reason.PAPER_OUT))

_REFUSALS: dict[Reason, tuple[type[DeviceError], str]] = {
    Reason.PAPER_OUT: (OutOfPaper, "printer.paper_out"),
    Reason.COVER_OPEN: (OutOfPaper, "printer.cover_open"),
    Reason.CUTTER: (DeviceBusy, "printer.cutter"),
    Reason.OFFLINE: (DeviceBusy, "printer.offline"),
    Reason.TIMEOUT: (DeviceTimeout, "printer.silent"),
}


class EscposPrinter:
    """See ReceiptPrinter."""

    def __init__(
        self,
        pipe: BytePipe,
        profile: PrinterProfile = PROFILES["80mm"],
        patience: Patience = Patience(),
        ticks: Ticks = REAL,
        *,
        one_job_per_connection: bool = False,
    ) -> None:
        self.profile = profile
        self._pipe = pipe
        self._patience = patience
        self._ticks = ticks
        self._hangs_up = one_job_per_connection
        self._sorter = ReplySorter()
        self._unanswered = False
        self._ready_until = -1.0
        self._left_over = True  # a job broken off before this program started may still lie in the printer's memory
        self._owed = 1  # and so may the report it ended with

    def status(self) -> PrinterStatus:
        """See ReceiptPrinter. `detail` holds the message key of what is wrong with the wire."""
        try:
            self._open()
            return self._look()
        except DeviceError as error:
            reason = Reason.NO_HARDWARE if isinstance(error, DeviceMissing) else Reason.TIMEOUT
            self._pipe.close()
            return PrinterStatus(DeviceStatus(DeviceState.OFFLINE, reason, error.message_key))
        finally:
            self._hang_up()

    def look_ahead(self) -> PrinterStatus | None:
        """See ReceiptPrinter. A printer that is spoken to once per connection is asked when it is given the job."""
        if self._hangs_up:
            return None
        try:
            self._open()
            status = self._look()
        except DeviceError:
            self._pipe.close()
            return None
        if status.device.state is DeviceState.READY:
            self._ready_until = self._ticks.now() + self._patience.ahead_s
        return status

    def print_bytes(self, data: bytes, begun: Callable[[], None] = nobody_waits) -> PrintResult:
        """See ReceiptPrinter. A job that was broken off is cleared from the printer's memory, so that its rest does
        not come out when paper is put in."""
        started = self._ticks.now()
        try:
            self._open()
            if self._ticks.now() >= self._ready_until:
                self._refuse_unless_ready(self._look())
            self._ready_until = -1.0  # of one job only
            if self._left_over:
                self._clear()
            result = self._send(data, begun)
        finally:
            self._hang_up()
        took_ms = round((self._ticks.now() - started) * 1000)
        log.info("printed", extra=facts(bytes=len(data), result=result, milliseconds=took_ms))
        return result

    def open_drawer(self, pin: int = 0) -> None:
        """One pulse on `pin` (2 or 5; 0: as the profile says). Raises DeviceError before anything was sent; should the
        wire break while the pulse is sent, its error has effect UNKNOWN.

        While the printer is out of paper or open, the pulse goes by the real-time way where the printer has one:
        a buffered pulse would open the drawer much later, with nobody there.
        """
        connector = DRAWER_CONNECTOR_PINS[pin or self.profile.drawer_pin]
        try:
            self._open()
            status = self._look()
            offline_but_answers = status.device.reason not in (Reason.NONE, Reason.PAPER_LOW, Reason.TIMEOUT)
            if offline_but_answers and self.profile.real_time_drawer:
                pulse = bytes((DLE, DC4, 1, connector, REAL_TIME_PULSE))
            else:
                self._refuse_unless_ready(status)
                pulse = bytes((ESC, ord("p"), connector, PULSE_ON, PULSE_OFF))
            self._pulse(pulse)
        finally:
            self._hang_up()

    def close(self) -> None:
        """Give the wire back."""
        self._pipe.close()

    def _open(self) -> None:
        self._pipe.open()
        self._sorter = ReplySorter()
        try:
            self._pipe.flush_input()
        except DeviceMissing:  # unplugged since the last job, perhaps plugged in again
            self._pipe.close()
            self._pipe.open()
            self._pipe.flush_input()

    def _hang_up(self) -> None:
        if self._hangs_up:
            self._pipe.close()
            self._unanswered = False

    # asking

    def _ask(self, query: bytes) -> int | None:
        """The answer to a real-time query; None when there was none in time."""
        if self._unanswered:
            self._answer_within(self._patience.status_s)  # a late answer must not be taken for this question's
        self._pipe.write(query, self._patience.write_s)
        answer = self._answer_within(self._patience.status_s)
        self._unanswered = answer is None
        return answer

    def _answer_within(self, seconds: float) -> int | None:
        deadline = self._ticks.now() + seconds
        while (left_s := deadline - self._ticks.now()) > 0:
            for kind, byte in self._sorter.feed(self._pipe.read(64, left_s)):
                if kind is Kind.STATUS:
                    return byte
        return None

    def _reports_within(self, seconds: float) -> int:
        """How many answers to the in-order report come; after the first one only as long as they follow at once."""
        found, deadline = 0, self._ticks.now() + seconds
        while (left_s := deadline - self._ticks.now()) > 0:
            come = sum(kind is Kind.IN_ORDER for kind, _ in self._sorter.feed(self._pipe.read(64, left_s)))
            if come:
                found, deadline = found + come, self._ticks.now() + self._patience.quiet_s
        return found

    def _look(self) -> PrinterStatus:
        """Ask three times: how are you, why offline, how is the paper. Raises DeviceError when the wire fails."""
        answers = []
        for query in (STATUS_PRINTER, STATUS_OFFLINE_CAUSE, STATUS_PAPER):
            answer = self._ask(query)
            if answer is None:
                silent = DeviceStatus(DeviceState.OFFLINE, Reason.TIMEOUT, "printer.silent")
                return PrinterStatus(silent)
            answers.append(answer)
        return self._read_status(*answers)

    def _read_status(self, printer: int, cause: int, paper: int) -> PrinterStatus:
        reason = next((reason for bit, reason in _REASON_FROM_CAUSE if cause & bit), Reason.NONE)
        if reason is Reason.NONE and paper & PAPER_END == PAPER_END:
            reason = Reason.PAPER_OUT
        if reason is Reason.NONE and cause & CAUSE_ERROR:
            error = self._ask(STATUS_ERROR_CAUSE) or 0
            reason = Reason.CUTTER if error & ERROR_CUTTER else Reason.OFFLINE
            state = DeviceState.ERROR
        else:
            if reason is Reason.NONE and printer & PRINTER_OFFLINE:
                reason = Reason.OFFLINE
            state = DeviceState.READY if reason is Reason.NONE else DeviceState.OFFLINE
        low = bool(paper & PAPER_NEAR_END)
        if state is DeviceState.READY and low:
            reason = Reason.PAPER_LOW
        return PrinterStatus(DeviceStatus(state, reason), paper_low=low, drawer_open=self._drawer(printer))

    def _drawer(self, printer: int) -> bool | None:
        if self.profile.drawer_sensor is DrawerSensor.NONE:
            return None
        return bool(printer & PRINTER_DRAWER_PIN_HIGH) == (self.profile.drawer_sensor is DrawerSensor.HIGH_IS_OPEN)

    def _refuse_unless_ready(self, status: PrinterStatus) -> None:
        if status.device.state is not DeviceState.READY:
            kind, key = _REFUSALS[status.device.reason]
            raise kind(key, device="printer")

    # sending

    def _clear(self) -> None:
        """Clear what a broken-off job left in the printer's memory, and have the reports answered that are owed: with
        nothing to print between them and one more, their answers come together. Raises DeviceError."""
        self._pipe.write(RECOVER_AND_CLEAR, self._patience.write_s)
        self._left_over = False
        self._owed += 1
        self._pipe.write(PAPER_IN_ORDER, self._patience.write_s)
        if self._reports_within(self._patience.status_s):
            self._owed = 0

    def _send(self, data: bytes, begun: Callable[[], None]) -> PrintResult:
        """Write in chunks, looking between them, then wait for proof. Raises nothing: bytes have left."""
        whole_job_left = False
        try:
            pieces = split_job(data, CHUNK_BYTES)
            for number, piece in enumerate(pieces, start=1):
                if number > 1 and not self._goes_on():
                    return self._stopped(whole_job_left)
                whole_job_left = number == len(pieces)
                self._pipe.write(piece, self._patience.write_s)
                if number == 1:
                    begun()
            return self._wait_for_proof(len(data))
        except DeviceError:
            self._left_over = True
            self._pipe.close()
            return PrintResult.UNKNOWN if whole_job_left else PrintResult.NOT_PRINTED

    def _goes_on(self) -> bool:
        answer = self._ask(STATUS_PRINTER)
        return answer is not None and not answer & PRINTER_OFFLINE

    def _wait_for_proof(self, size: int) -> PrintResult:
        self._owed += 1
        self._pipe.write(PAPER_IN_ORDER, self._patience.write_s)
        now = self._ticks.now()
        deadline, next_look = now + self._patience.confirm_s + size / self._patience.bytes_per_s, now
        while now < deadline:
            next_look = now + self._patience.poll_s if now >= next_look else next_look
            for kind, byte in self._sorter.feed(self._pipe.read(64, min(deadline, next_look) - now)):
                if kind is Kind.IN_ORDER:
                    self._owed -= 1
                    if not self._owed:
                        return PrintResult.PRINTED
                elif byte & PRINTER_OFFLINE:
                    return self._stopped(whole_job_left=True)
            now = self._ticks.now()
            if next_look <= now < deadline:
                self._pipe.write(STATUS_PRINTER, self._patience.write_s)
        return self._stopped(whole_job_left=True)

    def _stopped(self, whole_job_left: bool) -> PrintResult:
        """The printer does not go on: ask why. Raises DeviceError when the wire fails."""
        self._left_over = True
        status = self._look()
        if status.device.reason is not Reason.TIMEOUT and status.device.state is not DeviceState.READY:
            self._pipe.write(RECOVER_AND_CLEAR, self._patience.write_s)  # else its rest comes out with the next paper
            return PrintResult.NOT_PRINTED
        return PrintResult.UNKNOWN if whole_job_left else PrintResult.NOT_PRINTED

    def _pulse(self, pulse: bytes) -> None:
        try:
            self._pipe.write(pulse, self._patience.write_s)
        except DeviceError as error:
            error.effect = Effect.UNKNOWN
            raise
