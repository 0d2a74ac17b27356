"""PAX terminals, semi-integrated (POSLINK): the terminal talks to card and bank, we see brand and last four.

Once a byte of a money command may have left, every trouble is an outcome (UNKNOWN), not an exception; the driver then
asks for the transaction by its reference, and never repeats the command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from devices.base import (
    ON_FILE,
    UNTRACED,
    BatchOutcome,
    BatchResult,
    BatchTotals,
    BytePipe,
    Capability,
    Outcome,
    PaymentRequest,
    PaymentResult,
    RefundRequest,
    ReversalRequest,
    Signature,
    Step,
    StoreCardRequest,
    StoredCard,
    TerminalInfo,
    Traced,
    Watch,
)
from devices.scrubber import PanGuard
from devices.terminals.pax_answers import (
    CARD_TIMEOUT,
    HOST_APPROVED,
    NOT_FOUND,
    OK,
    PLACES,
    REFUSED,
    REPORT_PLACES,
    RETURN,
    SALE,
    SALE_PLACES,
    TOKENIZE,
    VOID,
    judge_record,
    judge_sale,
    read_transaction,
    scrub,
    wants_debit,
)
from devices.terminals.pax_batch import MOST_RECORDS, Entry, add_up, agrees, read_entry
from devices.terminals.pax_codec import VERSION, Answer, parts
from devices.terminals.pax_link import CABLE, SERIAL_TIMERS, Ending, EndKind, Medium, PaxLink, Timers
from devices.terminals.pax_signature import read_strokes
from devices.ticks import REAL, Ticks
from models.basics.errors import DeviceBusy, DeviceError, DeviceTimeout

ALL_TYPES = "00"
OVERRIDE_DUPLICATE = "1"

_ASK_AGAIN = frozenset({"terminal.silent", "terminal.no_answer", "terminal.garbled", "terminal.broke_off",
                        "terminal.link_lost"})  # fmt: skip
"""Line trouble: the terminal knows the outcome and can be asked at once. A wrong answer is a person's business."""

_PASSING = frozenset({"terminal.busy", "terminal.not_ready"})
"""What a terminal at work says: soon it is idle."""

_BEGAN = frozenset({"terminal.no_answer", "terminal.link_lost", "terminal.garbled"})
"""How the exchange ends in which a terminal starts anew before its answer is out."""

_CAN = (
    Capability.PAYMENT | Capability.PARTIAL_APPROVAL | Capability.VOID | Capability.REFUND | Capability.TXN_STATUS
    | Capability.DEBIT | Capability.TOKENIZE | Capability.SIGNATURE | Capability.BATCH | Capability.MESSAGE
    | Capability.RESTART
)  # fmt: skip
SIGNATURE_CHUNK = 9000
MISSES_ENOUGH, MOST_QUESTIONS = 2, 4
CREDIT, DEBIT = "T00", "T02"
KEEP_CARD = "TOKENREQUEST=1"

HEARD_LATELY_S = 600.0
"""After ten idle minutes, and at the first payment, the terminal is asked for a sign of life before it is given money
to move: one that sleeps or is switched off is then an error with nothing sent, not an unknown outcome."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """A transaction to ask for, and how it is written as credit (T00) and as debit (T02). `otherwise` says of which
    final "no" the other kind of card is the cure."""

    kind: str
    cents: int
    trace: str
    otherwise: Callable[[Answer, PaymentResult], bool]
    account: str = ""
    clerk: str = ""
    extra: str = ""
    amount: str = ""

    def fields(self, command: str) -> tuple[str, ...]:
        between = ("", self.clerk, "", "") if command == CREDIT else (self.clerk,)
        return (self.kind, self.amount, self.account, self.trace, *between, self.extra)


class PaxTerminal:
    """See PaymentTerminal, HoldsBatch, KeepsCards, TakesSignatures, ShowsMessage, Restarts. `blocked_count` says how
    often card data was kept out since start."""

    def __init__(
        self,
        pipe: BytePipe,
        timers: Timers = SERIAL_TIMERS,
        medium: Medium = CABLE,
        *,
        version: str = VERSION,
        ticks: Ticks = REAL,
    ) -> None:
        self._link = PaxLink(pipe, timers, medium, version=version, ticks=ticks)
        self._timers = timers
        self._ticks = ticks
        self._guard = PanGuard("reader")
        self._in_doubt = False
        self._heard_at: float | None = None

    @property
    def capabilities(self) -> Capability:
        """Everything; but over HTTP nobody but the patient can cancel."""
        return _CAN | Capability.ABORT if self._link.medium.signs else _CAN

    @property
    def blocked_count(self) -> int:
        """How many strings with card data the terminal sent."""
        return self._guard.blocked_count

    def diagnosis(self) -> TerminalInfo:
        """Ask who is there (A00); after an unknown outcome it waits for the dialogue that may still run to end, as it
        does wherever the terminal acknowledges that it is there. Raises DeviceError."""
        answer = scrub(self._link.ask("A00", hasty=not self._in_doubt), self._guard, "")
        if answer.code != OK:
            raise DeviceBusy("terminal.not_ready", device="reader", code=answer.code[:12])
        self._in_doubt = False
        self._heard_at = self._ticks.now()
        about = answer.named(6)
        app = f"{about.get('APPNAME', '')} {about.get('APPVERSION', '')}".strip()
        return TerminalInfo(serial=answer.part(0), model=answer.part(1), app=app, protocol=answer.version)

    def payment(self, request: PaymentRequest, watch: Watch) -> PaymentResult:
        """Sale (T00/01). Raises DeviceError when the terminal could not be reached and nothing was sent.

        A cancel of the watch is passed on (A14); an approval that comes all the same is an approval. Whether a part of
        the amount may be approved is the terminal's own setting: the caller compares `approved_cents`.
        """
        override = parts("", "", "", "", "", OVERRIDE_DUPLICATE) if request.allow_duplicate else ""
        wish = _Wish(
            SALE, request.amount_cents, parts(_digits(request.terminal_ref), request.invoice), _debit_only,
            account=override, clerk=request.clerk, amount=_amount(request.amount_cents),
            extra=KEEP_CARD if request.consent_id else "",
        )  # fmt: skip
        return self._move_money(wish, request.terminal_ref, watch, Step.WAITING)

    def charge_kept(self, request: PaymentRequest, token: str, watch: Watch) -> PaymentResult:
        """Sale (T00/01) to a card that is kept (TOKEN): the terminal asks for none. Raises DeviceError when nothing was
        sent, ValueError for what is no token."""
        override = parts("", "", "", "", "", OVERRIDE_DUPLICATE) if request.allow_duplicate else ""
        wish = _Wish(
            SALE, request.amount_cents, parts(_digits(request.terminal_ref), request.invoice), _never,
            account=override, clerk=request.clerk, amount=_amount(request.amount_cents),
            extra=f"TOKEN={_token(token)}",
        )  # fmt: skip
        result = self._move_money(wish, request.terminal_ref, watch, Step.AUTHORISING)
        return replace(result, card=replace(result.card, entry_mode=ON_FILE))

    def forget_card(self, token: str) -> None:
        """Nothing: no published command takes a token back, and one that nobody sends charges nothing."""

    def reversal(self, request: ReversalRequest, watch: Watch) -> PaymentResult:
        """Void (T00/16) of a transaction in the open batch, as debit where it was one. Raises DeviceError when nothing
        was sent."""
        trace = parts(_digits(request.terminal_ref), "", "", request.terminal_txn_no)
        extra = f"HREF={request.host_ref}" if request.host_ref else ""
        wish = _Wish(VOID, request.amount_cents, trace, _not_found, extra=extra)
        return self._move_money(wish, request.terminal_ref, watch, Step.AUTHORISING)

    def refund(self, request: RefundRequest, watch: Watch) -> PaymentResult:
        """Return (T00/02), tied to its sale by the host's reference where that is known (as debit where it was one);
        else the terminal asks for the card. Raises DeviceError when nothing was sent."""
        extra = f"HREF={request.host_ref}" if request.host_ref else ""
        wish = _Wish(
            RETURN, request.amount_cents, parts(_digits(request.terminal_ref)),
            _not_found if request.host_ref else _debit_only, clerk=request.clerk, extra=extra,
            amount=_amount(request.amount_cents),
        )  # fmt: skip
        step = Step.AUTHORISING if request.host_ref else Step.WAITING
        result = self._move_money(wish, request.terminal_ref, watch, step)
        if result.outcome is Outcome.PARTIALLY_APPROVED:
            self._in_doubt = True
            return replace(
                result, outcome=Outcome.UNKNOWN, approved_cents=0, due_cents=0, reason="terminal.other_amount"
            )
        return result

    def store_card(self, request: StoreCardRequest, watch: Watch) -> StoredCard:
        """Tokenise (T00/32): read a card and keep it with the processor, for no money. Raises DeviceError when nothing
        was sent, ValueError without a consent."""
        if not request.consent_id:
            raise ValueError("a card is kept only with a consent")
        watch.step(Step.ARMING)
        self._sign_of_life()
        trace = parts(_digits(request.terminal_ref))
        fields = (TOKENIZE, "", "", trace, "", "", "", "", KEEP_CARD)
        ending = self._link.exchange(CREDIT, fields, watch, Step.WAITING)
        if ending.answer is None:
            self._in_doubt = ending.kind is EndKind.UNKNOWN
            outcome = Outcome.UNKNOWN if self._in_doubt else Outcome.NOT_PERFORMED
            return StoredCard(outcome=outcome, reason=ending.reason)
        answer = scrub(ending.answer, self._guard, request.terminal_ref)
        found = read_transaction(answer, SALE_PLACES).result
        if answer.code == OK and found.terminal_ref == request.terminal_ref and found.host_code in HOST_APPROVED:
            if found.token:
                return StoredCard(outcome=Outcome.APPROVED, token=found.token, card=found.card)
            return StoredCard(outcome=Outcome.NOT_PERFORMED, reason="terminal.no_token", host_text=found.host_text)
        told = judge_sale(answer, request.terminal_ref, 0)
        outcome = Outcome.UNKNOWN if told.outcome in (Outcome.APPROVED, Outcome.PARTIALLY_APPROVED) else told.outcome
        return StoredCard(outcome=outcome, reason=told.reason or "terminal.other_reference", host_text=told.host_text)

    def signature(self, patience_s: float, watch: Watch) -> Signature:
        """Ask for a signature (A20) and fetch it in pieces (A08). Raises DeviceError; asking again is harmless."""
        tenths = str(round(patience_s * 10))
        told = self._ask("A20", ("0", "", "", tenths), watch=watch, patience_s=patience_s + self._timers.admin_s)
        if told.code != OK:
            reason = {CARD_TIMEOUT: "terminal.not_signed", "100002": "terminal.cancelled"}.get(told.code)
            return Signature(reason=reason or "terminal.refused")
        text, total = "", 1
        while len(text) < total:
            piece = self._ask("A08", (str(len(text)), str(SIGNATURE_CHUNK)))
            length = piece.part(0)
            if piece.code != OK or not length.isdecimal() or not piece.part(2):
                return Signature(reason="terminal.not_signed")
            text, total = text + piece.part(2), int(length)
        strokes = read_strokes(self._guard.clean(text))
        return Signature(strokes) if strokes else Signature(reason="terminal.not_signed")

    # Its screen, and itself ---------------------------------------------------------------------------------------

    def show_message(self, title: str, words: str) -> None:
        """A10. Raises DeviceError."""
        self._told("A10", (words, title))

    def clear_display(self) -> None:
        """A12. Raises DeviceError."""
        self._told("A12")

    def restart(self) -> None:
        """A26. A terminal that took the command and then falls silent, or whose line goes, has begun: it may be gone
        before its answer is out. Raises DeviceError where it never took it, or says no."""
        ending = self._link.exchange("A26")
        self._heard_at = None
        self._link.close()
        if ending.answer is None and ending.reason not in _BEGAN:
            raise DeviceTimeout("terminal.not_answering", device="reader")
        if ending.answer is not None and scrub(ending.answer, self._guard, "").code != OK:
            raise DeviceBusy("terminal.no_restart", device="reader")

    def _told(self, command: str, fields: Sequence[str] = ()) -> None:
        answer = self._ask(command, fields)
        if answer.code != OK:
            raise DeviceBusy("terminal.not_ready", device="reader", code=answer.code[:12])

    # The batch ----------------------------------------------------------------------------------------------------

    def totals(self, watch: Watch) -> BatchTotals:
        """The open batch entry by entry (R02), checked against the terminal's own totals (R00). Raises DeviceError:
        `terminal.totals_differ` when they disagree or entries are missing."""
        watch.step(Step.CHECKING)
        entries: dict[str, Entry] = {}
        number, total = 0, MOST_RECORDS
        while len(entries) < total and number <= total:
            if watch.cancelled:
                raise DeviceBusy("terminal.cancelled_here", device="reader")
            answer = self._entry(str(number))
            if answer is not None:
                total, entry = read_entry(answer)
                if entry is not None:
                    entries[entry.number] = entry
            elif number == 0:  # nothing at all, or counted from one
                answer = self._entry("1")
                if answer is None:
                    return BatchTotals()
            number += 1
        totals = add_up(entries.values())
        if totals.records != total or not self._own_totals_agree(totals):
            raise DeviceBusy("terminal.totals_differ", device="reader")
        return totals

    def close_batch(self, moment: datetime, watch: Watch) -> BatchResult:
        """Send the batch to the bank (B00). Whatever is unclear afterwards is looked up in the batch itself: empty
        means closed, as before means not; never repeated. Raises DeviceError when nothing was sent."""
        before = self.totals(watch)
        if not before.records:
            return BatchResult(BatchOutcome.NOT_CLOSED, before, reason="terminal.batch_empty")
        ending = self._link.exchange("B00", (moment.strftime("%Y%m%d%H%M%S"),), None, Step.AUTHORISING)
        if ending.kind is EndKind.NOTHING_DONE:
            return BatchResult(BatchOutcome.NOT_CLOSED, before, reason=ending.reason)
        answer = scrub(ending.answer, self._guard, "") if ending.answer is not None else None
        if answer is not None and answer.code == OK:
            return BatchResult(BatchOutcome.CLOSED, before, number=answer.part(0, 5))
        watch.step(Step.CHECKING)
        reason = ending.reason if answer is None else "terminal.batch_refused"
        return self._batch_after(before, reason)

    def _batch_after(self, before: BatchTotals, reason: str) -> BatchResult:
        try:
            self.diagnosis()
            after = self.totals(_Nobody())
        except DeviceError as error:
            self._in_doubt = True
            return BatchResult(BatchOutcome.UNKNOWN, before, reason=error.message_key)
        if not after.records:
            return BatchResult(BatchOutcome.CLOSED, before)
        outcome = BatchOutcome.NOT_CLOSED if after == before else BatchOutcome.UNKNOWN
        return BatchResult(outcome, before, reason=reason)

    def _entry(self, number: str) -> Answer | None:
        """R02 by its place in the batch; None when there is none. Raises DeviceError."""
        answer = self._ask("R02", (ALL_TYPES, "", "", number, "", "", "", ""))
        if answer.code not in (OK, NOT_FOUND):
            raise DeviceBusy("terminal.not_ready", device="reader", code=answer.code[:12])
        return answer if answer.code == OK else None

    def _own_totals_agree(self, totals: BatchTotals) -> bool:
        answer = self._ask("R00", (ALL_TYPES, ""))
        if answer.code == REFUSED:  # an app without this report
            return True
        return answer.code == OK and agrees(answer, totals)

    def transaction_status(
        self,
        terminal_ref: str,
        amount_cents: int,
        traced: Traced = UNTRACED,  # noqa: ARG002 - our reference is all a PAX terminal needs
    ) -> PaymentResult:
        """Ask for a transaction by our reference (R02) in the open batch. Moves no money, raises nothing.

        First A00, which the terminal answers only when it is idle; one that is not is asked again, after a pause: it
        may be at the end of what a program asked that died. Not found twice, with a pause and another A00 between,
        means it never happened; another reference or amount stays UNKNOWN. A "not found" names nobody: it counts only
        when nothing came behind it, for else it may have been the answer to an earlier question.
        """
        reference = _digits(terminal_ref)
        found, misses, reason = None, 0, "terminal.no_answer"
        try:
            for _ in range(MOST_QUESTIONS):
                if busy := self._busy():
                    reason = busy
                else:
                    found = self._report(reference, amount_cents)
                    if found is not None and found.reason != "terminal.other_reference":
                        return found
                    if found is None and self._link.settled():
                        misses += 1
                    if misses == MISSES_ENOUGH:
                        return PaymentResult(
                            outcome=Outcome.NOT_PERFORMED, terminal_ref=reference, reason="terminal.not_found"
                        )
                self._ticks.sleep(self._timers.ask_again_s)
        except DeviceError as error:
            return PaymentResult(outcome=Outcome.UNKNOWN, terminal_ref=reference, reason=error.message_key)
        return found or PaymentResult(outcome=Outcome.UNKNOWN, terminal_ref=reference, reason=reason)

    def _busy(self) -> str:
        """Why the terminal would not say who it is just now; empty when it is idle. Raises DeviceError where nobody
        answers, or another program has the wire."""
        try:
            self.diagnosis()
        except DeviceBusy as error:
            if error.message_key not in _PASSING:
                raise
            return error.message_key
        return ""

    def close(self) -> None:
        """Give the wire back."""
        self._link.close()

    def _ask(
        self,
        command: str,
        fields: Sequence[str] = (),
        *,
        expected: str = "",
        watch: Watch | None = None,
        patience_s: float = 0.0,
    ) -> Answer:
        """A question and its answer, which passes the guard before anybody sees it; `expected` is our own reference.
        Raises DeviceError."""
        return scrub(self._link.ask(command, fields, watch, patience_s), self._guard, expected)

    def _move_money(self, wish: _Wish, reference: str, watch: Watch, step: Step) -> PaymentResult:
        """Ask as credit, and as debit when the terminal's final "no" says that this is what the card is. Both carry our
        one reference, so that asking for it afterwards finds whichever was done."""
        watch.step(Step.ARMING)
        self._sign_of_life()
        result = PaymentResult(outcome=Outcome.CANCELLED, terminal_ref=reference, reason="terminal.cancelled_here")
        for command in (CREDIT, DEBIT):
            if watch.cancelled:
                break
            ending = self._link.exchange(command, wish.fields(command), watch, step)
            result = self._ended(ending, reference, wish.cents, watch)
            if ending.answer is None or not wish.otherwise(ending.answer, result):
                break
            watch.step(Step.ARMING)
        return result if result.terminal_ref else replace(result, terminal_ref=reference)

    def _ended(self, ending: Ending, reference: str, cents: int, watch: Watch) -> PaymentResult:
        if ending.kind is EndKind.NOTHING_DONE:
            return PaymentResult(outcome=Outcome.NOT_PERFORMED, terminal_ref=reference, reason=ending.reason)
        if ending.answer is not None:
            self._heard_at = self._ticks.now()
            answer = scrub(ending.answer, self._guard, reference)
            result = self._confirm(answer, judge_sale(answer, reference, cents), reference, cents, watch)
        else:
            result = PaymentResult(outcome=Outcome.UNKNOWN, terminal_ref=reference, reason=ending.reason)
        if result.outcome is Outcome.UNKNOWN:
            self._in_doubt = True
            if result.reason in _ASK_AGAIN:
                result = self._find_out(result, reference, cents, watch)
        return result

    def _sign_of_life(self) -> None:
        """A00 before money moves: after a long silence, after an exchange that did not end as it should, and always
        after an unknown outcome, because the terminal answers only when what runs there has ended. Raises
        DeviceError."""
        if self._in_doubt:
            try:
                self.diagnosis()
            except DeviceError as error:
                raise DeviceBusy("terminal.still_in_doubt", device="reader", cause=error.message_key) from error
        elif (
            self._heard_at is None or self._ticks.now() - self._heard_at > HEARD_LATELY_S or not self._link.tidy
        ):  # fmt: skip
            self.diagnosis()

    def _confirm(
        self, answer: Answer, result: PaymentResult, reference: str, cents: int, watch: Watch
    ) -> PaymentResult:
        """A second witness (R02) where the answer alone is not enough: the card wait ran out, or a smaller amount was
        approved without a word about "partial"."""
        timed_out = answer.code == CARD_TIMEOUT
        less = read_transaction(answer, PLACES.get(answer.command, SALE_PLACES)).approved_cents or 0
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
        answer = self._ask("R02", fields, expected=reference)
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


class _Nobody:
    """A watch nobody holds: what must be found out is not cancelled."""

    cancelled = False

    def step(self, step: Step) -> None:
        """Nobody looks."""


def _debit_only(answer: Answer, result: PaymentResult) -> bool:
    return wants_debit(answer) and result.outcome is Outcome.NOT_PERFORMED


def _not_found(_: Answer, result: PaymentResult) -> bool:
    return result.outcome is Outcome.NOT_PERFORMED and result.reason == "terminal.original_not_found"


def _never(_answer: Answer, _result: PaymentResult) -> bool:
    """Nothing is tried another way."""
    return False


def _token(token: str) -> str:
    """A processor's word for a card: printable, so that it stays in its own field."""
    if not token or not token.isascii() or not token.isprintable():
        raise ValueError("a token is printable text")
    return token


def _digits(reference: str) -> str:
    if not (reference.isascii() and reference.isdecimal()):
        raise ValueError("a terminal reference is decimal digits")
    return reference


def _amount(cents: int) -> str:
    """Minor units, digits only: `25.00` would be refused as AMOUNT INVALID."""
    if cents <= 0:
        raise ValueError("a sale or return is of one cent or more")
    return str(cents)
