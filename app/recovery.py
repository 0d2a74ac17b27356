"""Finding out what became of card payments whose answer is missing: by asking the reader, never by guessing.

Runs at start-up, before cards may be taken, and from Needs attention. Asking moves no money. A person may decide only
after the reader was asked twice and could not say.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson

from app.attempts import POSTS, Attempts, Settled, times_asked
from app.card_reader import CardReader
from app.fields import no_card_number
from app.heads import patient_head
from app.lanes import Job
from app.signing import SIGNED_FACT, WANTED, Signing
from app.till import Till
from app.views import AttentionItem, Collected, CollectEnd, Person
from devices.base import CardInfo, Outcome, PaymentResult
from models.basics.errors import Fact, PosError, RuleBroken, StorageError
from models.basics.facts import facts
from models.store.queries import jobs, receipts, rows
from models.store.queries.jobs import AttemptRow

log = logging.getLogger(__name__)

ASK_FIRST = 2
"""So often the reader is asked before a person may decide."""

_ENDS = {
    "approved": CollectEnd.TAKEN,
    "partially_approved": CollectEnd.PARTLY,
    "declined": CollectEnd.DECLINED,
    "cancelled": CollectEnd.CANCELLED,
    "not_performed": CollectEnd.NOT_SENT,
    "not_sent": CollectEnd.NOT_SENT,
}


class Recovery:
    """Settles open card attempts. `check` and `check_all` run on the `terminal` lane, the rest anywhere."""

    def __init__(self, till: Till, attempts: Attempts, reader: CardReader, told: Callable[[str], None]) -> None:
        self._till, self._attempts, self._reader, self._told = till, attempts, reader, told
        self._asked = threading.Event()

    @property
    def signing(self) -> Signing:
        """The signatures of card payments."""
        return self._attempts.signing

    @property
    def asked(self) -> bool:
        """Was the reader asked about everything open since the program started?"""
        return self._asked.is_set()

    def open_attempts(self) -> tuple[AttentionItem, ...]:
        """Card payments and voids whose outcome is not known, oldest first."""
        clinic = self._till.clinic
        with clinic.store.reader() as reader:
            found = jobs.unknown(reader, clinic.tenant)
            return tuple(self._item(reader, row) for row in found)

    def item_of(self, reader: Any, attempt_id: str) -> AttentionItem:
        """A card payment, void or refund that is or was in doubt. Raises RuleBroken `attempt.not_found`."""
        row = jobs.attempt(reader, self._till.clinic.tenant, attempt_id)
        if row is None:
            raise RuleBroken("attempt.not_found")
        return self._item(reader, row)

    def _item(self, reader: Any, row: AttemptRow) -> AttentionItem:
        clinic, kind = self._till.clinic, _kind(row)
        person = rows.patient(reader, clinic.tenant, row.patient_id)
        result = orjson.loads(row.result or "{}")
        return AttentionItem(
            item_id=row.attempt_id, kind=kind, at=clinic.local(row.created_at),
            patient=patient_head(person, clinic.today()) if person else None, amount_cents=row.amount_cents,
            words=f"attention.{kind}",
            facts={"asked": times_asked(row), "reason": str(result.get("reason", "")),
                   "appointment_id": row.appointment_id},
        )  # fmt: skip

    def park(self) -> int:
        """At the start, before anything else: what the last run left in the middle is unknown now, and is listed.
        Returns how many."""
        clinic = self._till.clinic
        with clinic.store.reader() as reader:
            left = [row for row in jobs.unresolved(reader, clinic.tenant) if row.state != "unknown"]
        self._attempts.signing.sweep()
        if left:
            with clinic.store.write() as tx:
                for row in left:
                    self._attempts.park(tx, row)
        return len(left)

    def before_cards(self, job: Job[Any]) -> None:
        """No card is taken before everything open was asked about once since the start."""
        if not self._asked.is_set():
            self.check_all(job)

    def check_all(self, job: Job[Any]) -> int:
        """Ask about every open attempt. Returns how many are still not known. Nothing is raised for a silent reader."""
        clinic = self._till.clinic
        with clinic.store.reader() as reader:
            found = jobs.unresolved(reader, clinic.tenant)
        left = 0
        for row in found:
            if job.cancelled:
                return left + 1
            try:
                left += self.check(row.attempt_id, job).end is CollectEnd.UNKNOWN
            except PosError as error:
                log.warning("card attempt not settled", extra=facts(attempt=row.attempt_id, key=error.message_key))
                left += 1
        self._asked.set()
        return left

    def charged_before(self, cents: int, earlier: PaymentResult | None, job: Job[Any]) -> None:
        """The reader says it charged this amount before. An open payment that went by the reference of that charge is
        settled by it; about every other open one of this amount the reader is asked at once."""
        clinic = self._till.clinic
        with clinic.store.reader() as reader:
            found = [row for row in jobs.unresolved(reader, clinic.tenant) if row.amount_cents == cents]
        for row in found:
            sale = not row.refund_id and not row.void_of_payment_id
            if sale and earlier is not None and earlier.terminal_ref == row.terminal_ref and earlier.outcome in POSTS:
                self._tell(self._attempts.settle(row.attempt_id, _believed(earlier, row)))
            else:
                self.check(row.attempt_id, job)

    def check(self, attempt_id: str, job: Job[Any]) -> Collected:
        """Ask the reader about one attempt, post what it approved, and tell how it stands.

        Raises RuleBroken `attempt.not_found`, PaymentUnavailable `card.no_reader`. A reader that cannot say leaves it
        UNKNOWN, and counts as asked.
        """
        attempt = self._attempt(attempt_id)
        if attempt.state != "resolved":
            terminal = self._reader.terminal()
            job.step("checking")
            self._told("checking")
            try:
                with self._till.clinic.store.reader() as reader:
                    traced = self._attempts.traced(reader, attempt)
                result = terminal.transaction_status(attempt.terminal_ref, attempt.amount_cents, traced)
            finally:
                self._told("")
            return self._tell(self._attempts.settle(attempt_id, _believed(result, attempt)))
        return self._tell(Settled(attempt))

    def resolve_by_person(self, attempt_id: str, person: Person, charged: bool, reason: str) -> Collected:
        """A named person saw how it ended (on the reader's own list, on the slip). Posts the payment or closes it.

        Raises RuleBroken: `attempt.not_found`, `attempt.settled`, `attempt.reason_missing`, `collect.card_number`,
        `attempt.ask_first` as long as the reader was not asked twice in vain.
        """
        attempt = self._attempt(attempt_id)
        if attempt.state == "resolved":
            raise RuleBroken("attempt.settled")
        if not reason.strip():
            raise RuleBroken("attempt.reason_missing", field="reason")
        no_card_number(reason, "reason")
        if times_asked(attempt) < ASK_FIRST:
            raise RuleBroken("attempt.ask_first", asked=times_asked(attempt), needed=ASK_FIRST)
        known = orjson.loads(attempt.result or "{}").get("card") or {}
        result = PaymentResult(
            outcome=Outcome.APPROVED if charged else Outcome.NOT_PERFORMED,
            approved_cents=attempt.amount_cents if charged else 0, terminal_ref=attempt.terminal_ref,
            reason="decided_by_person", card=CardInfo(brand=known.get("brand", ""), last4=known.get("last4", "")),
        )  # fmt: skip
        log.warning("card attempt decided by a person",
                    extra=facts(attempt=attempt_id, staff=person.staff_id, charged=charged))  # fmt: skip
        settled = self._attempts.settle(attempt_id, result, person_id=person.staff_id, reason=reason.strip()[:200])
        return self._tell(settled)

    def tell(self, reader: Any, attempt: AttemptRow) -> Collected:
        """How an attempt stands, from the books."""
        clinic, telling = self._till.clinic, self._till.telling
        if attempt.void_of_payment_id:
            undo = self._attempts.undoing_of(reader, attempt)
            if undo is None:
                raise RuleBroken("undo.not_found")
            if undo.payment.reversed_at:
                return telling.undone(reader, undo.payment, None, "")
            return telling.not_undone(reader, undo.payment, _end(attempt), None, attempt_id=attempt.attempt_id)
        if attempt.refund_id:
            return telling.refund(reader, attempt, _end(attempt))
        if attempt.payment_id:
            payment = receipts.payment(reader, clinic.tenant, attempt.payment_id)
            if payment is not None:
                return telling.from_books(reader, payment, can_undo=self._till.may_undo(payment))
        result = orjson.loads(attempt.result or "{}")
        told: dict[str, Fact] = {"attempt_id": attempt.attempt_id, "reason": str(result.get("reason", ""))}
        return telling.ended(reader, self._attempts.plan_of(attempt), _end(attempt), None, told)

    def _tell(self, settled: Settled) -> Collected:
        till = self._till
        if settled.told is not None:
            return self._signed_later(settled.attempt.attempt_id, settled.told)
        with till.clinic.store.reader() as reader:
            if settled.voided is not None and settled.payment is not None:
                return till.telling.undone(reader, settled.payment, *settled.voided)
            now = jobs.attempt(reader, till.clinic.tenant, settled.attempt.attempt_id)
            return self.tell(reader, now or settled.attempt)

    def _signed_later(self, attempt_id: str, told: Collected) -> Collected:
        """A payment was found later and wants a signature: nobody stands at the reader any more, so a slip prints."""
        if told.facts.get(SIGNED_FACT) != WANTED:
            return told
        with suppress(StorageError):
            self._attempts.signing.on_paper(attempt_id)
        return told

    def _attempt(self, attempt_id: str) -> AttemptRow:
        clinic = self._till.clinic
        with clinic.store.reader() as reader:
            attempt = jobs.attempt(reader, clinic.tenant, attempt_id)
        if attempt is None:
            raise RuleBroken("attempt.not_found")
        return attempt


def _kind(attempt: AttemptRow) -> str:
    if attempt.refund_id:
        return "unknown_refund"
    return "unknown_void" if attempt.void_of_payment_id else "unknown_payment"


def _end(attempt: AttemptRow) -> CollectEnd:
    if attempt.state != "resolved":
        return CollectEnd.UNKNOWN
    return _ENDS.get(attempt.outcome, CollectEnd.DECLINED)


def _believed(result: PaymentResult, attempt: AttemptRow) -> PaymentResult:
    """An approval found later counts only with our reference and no more than was asked; that of a refund for all of
    it."""
    least = attempt.amount_cents if attempt.refund_id else 1
    if result.outcome in POSTS and (
        result.terminal_ref != attempt.terminal_ref or not least <= result.approved_cents <= attempt.amount_cents
    ):
        return PaymentResult(outcome=Outcome.UNKNOWN, terminal_ref=attempt.terminal_ref, reason="card.answer_odd")
    return result
