"""PAX terminals, semi-integrated (POSLINK): the terminal talks to card and bank, we see brand and last four.

Once a byte of a money command may have left, every trouble is an outcome (UNKNOWN), not an exception; the driver then
asks for the transaction by its reference, and never repeats the command.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from devices.base import (
    BytePipe,
    Capability,
    Outcome,
    PaymentRequest,
    PaymentResult,
    RefundRequest,
    ReversalRequest,
    Step,
    TerminalInfo,
    Watch,
)
from devices.scrubber import PanGuard
from devices.terminals.pax_answers import (
    CARD_TIMEOUT,
    NOT_FOUND,
    OK,
    REPORT_PLACES,
    RETURN,
    SALE,
    SALE_PLACES,
    VOID,
    judge_record,
    judge_sale,
    read_transaction,
    scrub,
)
from devices.terminals.pax_codec import VERSION, Answer, parts
from devices.terminals.pax_link import SERIAL_TIMERS, EndKind, PaxLink, Timers
from models.basics.errors import DeviceBusy, DeviceError

ALL_TYPES = "00"
OVERRIDE_DUPLICATE = "1"

_ASK_AGAIN = frozenset({"terminal.silent", "terminal.no_answer", "terminal.garbled", "terminal.broke_off",
                        "terminal.link_lost"})  # fmt: skip
"""Line trouble: the terminal knows the outcome and can be asked at once. A wrong answer is a person's business."""

HEARD_LATELY_S = 600.0
"""After ten idle minutes, and at the first payment, the terminal is asked for a sign of life before it is given money
to move: one that sleeps or is switched off is then an error with nothing sent, not an unknown outcome."""


class PaxTerminal:
    """See PaymentTerminal. `blocked_count` says how often card data was kept out since start."""

    capabilities = (
        Capability.PAYMENT | Capability.PARTIAL_APPROVAL | Capability.VOID | Capability.REFUND | Capability.ABORT
        | Capability.TXN_STATUS
    )  # fmt: skip

    def __init__(
        self,
        pipe: BytePipe,
        timers: Timers = SERIAL_TIMERS,
        *,
        version: str = VERSION,
        one_exchange_per_connection: bool = False,
    ) -> None:
        self._link = PaxLink(pipe, timers, version=version, one_exchange_per_connection=one_exchange_per_connection)
        self._timers = timers
        self._guard = PanGuard("reader")
        self._in_doubt = False
        self._heard_at: float | None = None

    @property
    def blocked_count(self) -> int:
        """How many strings with card data the terminal sent."""
        return self._guard.blocked_count

    def diagnosis(self) -> TerminalInfo:
        """Ask who is there (A00); waits for a running dialogue to end. Raises DeviceError."""
        answer = self._link.ask("A00")
        if answer.code != OK:
            raise DeviceBusy("terminal.not_ready", device="reader", code=self._guard.clean(answer.code)[:12])
        self._in_doubt = False
        self._heard_at = time.monotonic()
        about = answer.named(6)
        app = f"{about.get('APPNAME', '')} {about.get('APPVERSION', '')}".strip()
        clean = self._guard.clean
        return TerminalInfo(
            serial=clean(answer.part(0)), model=clean(answer.part(1)), app=clean(app), protocol=clean(answer.version)
        )

    def payment(self, request: PaymentRequest, watch: Watch) -> PaymentResult:
        """Sale (T00/01). Raises DeviceError when the terminal could not be reached and nothing was sent.

        A cancel of the watch is passed on (A14); an approval that comes all the same is an approval. Whether a part of
        the amount may be approved is the terminal's own setting: the caller compares `approved_cents`.
        """
        override = parts("", "", "", "", "", OVERRIDE_DUPLICATE) if request.allow_duplicate else ""
        trace = parts(_digits(request.terminal_ref), request.invoice)
        fields = (SALE, _amount(request.amount_cents), override, trace, "", request.clerk, "", "", "")
        return self._move_money(fields, request.terminal_ref, request.amount_cents, watch, Step.WAITING)

    def reversal(self, request: ReversalRequest, watch: Watch) -> PaymentResult:
        """Void (T00/16) of a transaction in the open batch. Raises DeviceError when nothing was sent."""
        trace = parts(_digits(request.terminal_ref), "", "", request.terminal_txn_no)
        extra = f"HREF={request.host_ref}" if request.host_ref else ""
        fields = (VOID, "", "", trace, "", "", "", "", extra)
        return self._move_money(fields, request.terminal_ref, request.amount_cents, watch, Step.AUTHORISING)

    def refund(self, request: RefundRequest, watch: Watch) -> PaymentResult:
        """Return (T00/02), tied to its sale by the host's reference where that is known; else the terminal asks for the
        card. Raises DeviceError when nothing was sent."""
        trace = parts(_digits(request.terminal_ref))
        extra = f"HREF={request.host_ref}" if request.host_ref else ""
        fields = (RETURN, _amount(request.amount_cents), "", trace, "", request.clerk, "", "", extra)
        step = Step.AUTHORISING if request.host_ref else Step.WAITING
        result = self._move_money(fields, request.terminal_ref, request.amount_cents, watch, step)
        if result.outcome is Outcome.PARTIALLY_APPROVED:
            self._in_doubt = True
            return replace(
                result, outcome=Outcome.UNKNOWN, approved_cents=0, due_cents=0, reason="terminal.other_amount"
            )
        return result

    def transaction_status(self, terminal_ref: str, amount_cents: int) -> PaymentResult:
        """Ask for a transaction by our reference (R02) in the open batch. Moves no money, raises nothing.

        First A00, which the terminal answers only when it is idle. Not found twice, with a pause and another A00
        between, means it never happened; another reference or amount stays UNKNOWN.
        """
        reference = _digits(terminal_ref)
        try:
            for ask_again in (True, False):
                self.diagnosis()
                found = self._report(reference, amount_cents)
                if found is not None:
                    return found
                if ask_again:
                    time.sleep(self._timers.ask_again_s)
        except DeviceError as error:
            return PaymentResult(outcome=Outcome.UNKNOWN, terminal_ref=reference, reason=error.message_key)
        return PaymentResult(outcome=Outcome.NOT_PERFORMED, terminal_ref=reference, reason="terminal.not_found")

    def close(self) -> None:
        """Give the wire back."""
        self._link.close()

    def _move_money(self, fields: Sequence[str], reference: str, cents: int, watch: Watch, step: Step) -> PaymentResult:
        watch.step(Step.ARMING)
        self._sign_of_life()
        if watch.cancelled:
            return PaymentResult(outcome=Outcome.CANCELLED, terminal_ref=reference, reason="terminal.cancelled_here")
        ending = self._link.exchange("T00", fields, watch, step)
        if ending.kind is EndKind.NOTHING_DONE:
            return PaymentResult(outcome=Outcome.NOT_PERFORMED, terminal_ref=reference, reason=ending.reason)
        if ending.answer is not None:
            self._heard_at = time.monotonic()
            answer = scrub(ending.answer, self._guard, reference)
            result = self._confirm(answer, judge_sale(answer, reference, cents), reference, cents, watch)
        else:
            result = PaymentResult(outcome=Outcome.UNKNOWN, terminal_ref=reference, reason=ending.reason)
        if result.outcome is Outcome.UNKNOWN:
            self._in_doubt = True
            if result.reason in _ASK_AGAIN:
                result = self._find_out(result, reference, cents, watch)
        return result if result.terminal_ref else replace(result, terminal_ref=reference)

    def _sign_of_life(self) -> None:
        """A00 before money moves: after a long silence, and always after an unknown outcome, because the terminal
        answers only when what runs there has ended. Raises DeviceError."""
        if self._in_doubt:
            try:
                self.diagnosis()
            except DeviceError as error:
                raise DeviceBusy("terminal.still_in_doubt", device="reader", cause=error.message_key) from error
        elif self._heard_at is None or time.monotonic() - self._heard_at > HEARD_LATELY_S:
            self.diagnosis()

    def _confirm(
        self, answer: Answer, result: PaymentResult, reference: str, cents: int, watch: Watch
    ) -> PaymentResult:
        """A second witness (R02) where the answer alone is not enough: the card wait ran out, or a smaller amount was
        approved without a word about "partial"."""
        timed_out = answer.code == CARD_TIMEOUT
        less = read_transaction(answer, SALE_PLACES).approved_cents or 0
        if not timed_out and not (result.reason == "terminal.other_amount" and 0 < less < cents):
            return result
        watch.step(Step.CHECKING)
        try:
            report = self._report(reference, cents, less)
        except DeviceError:
            return replace(result, outcome=Outcome.UNKNOWN, reason="terminal.no_answer" if timed_out else result.reason)
        if timed_out:
            return report or result
        return report if report is not None and report.approved_cents == less else result

    def _find_out(self, result: PaymentResult, reference: str, cents: int, watch: Watch) -> PaymentResult:
        """The line failed after the command had left: ask how it ended."""
        watch.step(Step.CHECKING)
        found = self.transaction_status(reference, cents)
        return result if found.outcome is Outcome.UNKNOWN and not found.host_code else found

    def _report(self, reference: str, cents: int, witness_cents: int | None = None) -> PaymentResult | None:
        """R02 by reference; None when it is not in the open batch. Raises DeviceError."""
        fields = (ALL_TYPES, "", "", "", "", "", reference, "")
        answer = scrub(self._link.ask("R02", fields), self._guard, reference)
        if answer.code == NOT_FOUND:
            return None
        if answer.code != OK:
            return PaymentResult(
                outcome=Outcome.UNKNOWN,
                terminal_ref=reference,
                host_code=answer.code,
                host_text=answer.text,
                reason="terminal.unknown_code",
            )
        return judge_record(read_transaction(answer, REPORT_PLACES), reference, cents, witness_cents=witness_cents)


def _digits(reference: str) -> str:
    if not (reference.isascii() and reference.isdecimal()):
        raise ValueError("a terminal reference is decimal digits")
    return reference


def _amount(cents: int) -> str:
    """Minor units, digits only: `25.00` would be refused as AMOUNT INVALID."""
    if cents <= 0:
        raise ValueError("a sale or return is of one cent or more")
    return str(cents)
