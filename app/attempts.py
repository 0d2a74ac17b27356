"""The journal of card payments: a try is written down before the first byte leaves, and settled in one transaction.

However an answer arrives (at once, late, asked for after a crash, told by a person), `settle` posts it, and at most
once: the attempt's state and the payment move together under the writer's lock.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from app import asked_for
from app.giving_back import GivingBack, Who, Written
from app.keeping_cards import KeepingCards
from app.plan import Plan
from app.posting import Undoing, payment_id_of
from app.signing import SIGNED_FACT, WANTED, Signing
from app.till import Till
from app.views import Collected
from devices.base import Moved, Outcome, PaymentResult, Traced
from models.basics.clock import parse_utc, utc_text
from models.basics.errors import StorageError
from models.basics.facts import facts
from models.operations import tasks
from models.operations.bodies import CardFacts
from models.operations.codec import from_json, to_json
from models.rules.numbers import terminal_reference, terminal_serial
from models.store.queries import jobs, receipts, refunds, staff
from models.store.queries.jobs import AttemptRow as Attempt
from models.store.queries.receipts import PaidRow
from models.store.queries.refunds import RefundRow
from models.store.rows import AttemptRow
from receipts.document import ReceiptDocument

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

log = logging.getLogger(__name__)

SERIAL = "terminal serial"
POSTS = frozenset({Outcome.APPROVED, Outcome.PARTIALLY_APPROVED})
GROUP_LASTS = timedelta(hours=12)
"""So long a try that took nothing may be gone on from."""

_TRIED_AGAIN = frozenset({"declined", "not_performed"})
_CVM = {"6": "none", "none": "none", "pin": "pin", "signature": "signature"}
"""What a terminal's cardholder verification value certainly means; others are not printed."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How an attempt stands after it was settled: what was posted now (`told`, `voided` or `refunded`), or had been
    before."""

    attempt: Attempt
    told: Collected | None = None
    payment: PaidRow | None = None
    voided: tuple[ReceiptDocument, str] | None = None
    refunded: Written | None = None


class Attempts:
    """Opens and settles card attempts."""

    def __init__(self, till: Till) -> None:
        self._till, self._clinic = till, till.clinic
        self.giving = GivingBack(till.clinic, till.posting)
        self._keeping = KeepingCards(till.clinic)
        self.signing = Signing(till.clinic, till.settings, till.posting, till.paper)

    def open(self, tx: Tx, plan: Plan, driver: str) -> str:
        """Write a payment's try down, as dispatching: from the commit on, whatever happens is unknown until it is
        asked. Returns our reference on the terminal."""
        asked_for.begins(tx, plan, card=True)
        if plan.keep is not None:
            self._keeping.agree(tx, plan.keep, plan.patient_id, plan.person_id)
        return self._open(tx, AttemptRow(
            attempt_id=plan.attempt_id, terminal_ref=self.reference(tx), driver=driver,
            amount_cents=plan.due_cents, patient_id=plan.patient_id, appointment_id=plan.appointment_id,
            request=to_json(plan),
        ))  # fmt: skip

    def goes_on_from(self, reader: Any, plan: Plan, driver: str) -> str:
        """The processor's reference of the patient's last try where nothing was charged: it may be used again, so that
        one balance has one transaction there. Empty without one."""
        clinic = self._clinic
        since = utc_text(clinic.clock.now() - GROUP_LASTS)
        last = jobs.last_sale_tried(reader, clinic.tenant, plan.patient_id, since)
        if last is None or last.driver != driver or last.outcome not in _TRIED_AGAIN:
            return ""
        return _host_ref(last)

    def note(self, attempt_id: str, host_ref: str) -> None:
        """Keep what the processor calls this try, before a card is asked for. Raises StorageError."""
        with self._clinic.store.write() as tx:
            tx.set_attempt(attempt_id, "dispatching", result={"host_ref": host_ref})

    def rehearse(self, attempt_id: str) -> None:
        """A card is waited for: ask now what writing its approval down will ask then. Writes nothing, raises
        nothing."""

        def settle(tx: Tx) -> None:
            attempt = jobs.attempt(tx.reader, self._clinic.tenant, attempt_id)
            if attempt is not None:
                cents = attempt.amount_cents
                self._post(tx, attempt, PaymentResult(outcome=Outcome.APPROVED, approved_cents=cents))

        self._clinic.store.rehearse(settle)

    def traced(self, reader: Any, attempt: Attempt) -> Traced:
        """What recovery can tell a driver about a try."""
        tenant, tried_at = self._clinic.tenant, parse_utc(attempt.created_at)
        given = attempt.void_of_payment_id
        if attempt.refund_id:
            refund = refunds.refund(reader, tenant, attempt.refund_id)
            given = refund.payment_id if refund else ""
        if not given:
            return Traced(attempt.attempt_id, Moved.TAKEN, _host_ref(attempt), tried_at)
        payment = receipts.payment(reader, tenant, given)
        return Traced(attempt.attempt_id, Moved.GIVEN_BACK, payment.host_ref if payment else "", tried_at)

    def open_void(self, tx: Tx, attempt_id: str, undo: Undoing, driver: str) -> str:
        """Write the try to void a payment down, the same way."""
        payment = undo.payment
        return self._open(tx, AttemptRow(
            attempt_id=attempt_id, terminal_ref=self.reference(tx), driver=driver,
            amount_cents=payment.amount_cents, patient_id=payment.patient_id,
            appointment_id=payment.appointment_id, void_of_payment_id=payment.payment_id,
            request={"person_id": undo.person_id, "person_name": undo.person_name, "reason": undo.reason,
                     "supervisor": undo.supervisor},
        ))  # fmt: skip

    def open_refund(
        self, tx: Tx, attempt_id: str, refund: RefundRow, appointment_id: str, who: Who, driver: str
    ) -> str:  # fmt: skip
        """Write the try to give money back to a card down, the same way. Its money is set aside already."""
        return self._open(tx, AttemptRow(
            attempt_id=attempt_id, terminal_ref=self.reference(tx), driver=driver,
            amount_cents=refund.amount_cents, patient_id=refund.patient_id, appointment_id=appointment_id,
            refund_id=refund.refund_id, request={"person_id": who.person_id, "person_name": who.person_name,
                                                 "supervisor": who.supervisor},
        ))  # fmt: skip

    def settle(
        self, attempt_id: str, result: PaymentResult, *, person_id: str = "", reason: str = ""
    ) -> Settled:  # fmt: skip
        """Post what an approval says, or note that nothing was charged, or that it is still not known.

        One transaction, after which the printer looks what is to be printed. An attempt that is settled already changes
        nothing and tells what was posted then. `person_id` and `reason` are set when a person decided. Raises
        StorageError; the attempt stays open then.
        """
        clinic = self._clinic
        with clinic.store.write() as tx:
            attempt = jobs.attempt(tx.reader, clinic.tenant, attempt_id)
            if attempt is None:
                raise LookupError(attempt_id)
            if attempt.state == "resolved":
                paid = receipts.payment(tx.reader, clinic.tenant, attempt.payment_id) if attempt.payment_id else None
                return Settled(attempt, payment=paid)
            who = {"resolved_by": person_id, "resolved_reason": reason}
            if result.outcome is Outcome.UNKNOWN:
                self.park(tx, attempt, _told(result, attempt, asked=1))
                return Settled(attempt)
            self._know(tx, attempt, result.outcome.value, person_id)
            if result.outcome not in POSTS:
                self._fell(tx, attempt, result.outcome.value)
                tx.set_attempt(
                    attempt_id, "resolved", outcome=result.outcome.value, result=_told(result, attempt), **who
                )
                return Settled(attempt)
            settled = self._post(tx, attempt, result)
            tx.set_attempt(attempt_id, "resolved", outcome=result.outcome.value, result=_told(result, attempt),
                           payment_id=_payment_of(settled), signing=_signing_of(settled), **who)  # fmt: skip
        self._till.paper()  # the printer first, then the log
        log.info("card attempt settled", extra=facts(attempt=attempt_id, outcome=result.outcome))
        return settled

    def settle_or_park(self, attempt_id: str, result: PaymentResult) -> Settled | StorageError:
        """As `settle`, for an answer just heard. When it cannot be written down (a full disk) the attempt is marked
        unknown as far as that is possible, and will be asked about: the failure is returned, never the answer lost."""
        try:
            return self.settle(attempt_id, result)
        except StorageError as error:
            log.error("card answer not saved", extra=facts(attempt=attempt_id, outcome=result.outcome,
                                                           key=error.message_key))  # fmt: skip
            with suppress(StorageError), self._clinic.store.write() as tx:
                attempt = jobs.attempt(tx.reader, self._clinic.tenant, attempt_id)
                if attempt is not None:
                    self.park(tx, attempt)
            return error

    def park(self, tx: Tx, attempt: Attempt, told: dict[str, object] | None = None) -> None:
        """The try is unknown from now on, with what was `told` of it; the other desks hear of it once."""
        said = {} if told is None else {"result": told}
        tx.set_attempt(attempt.attempt_id, "unknown", outcome="unknown", **said)
        if attempt.state != "unknown":
            self._say(tx, attempt, tasks.CardDoubted(
                task_id=attempt.attempt_id, patient_id=attempt.patient_id, appointment_id=attempt.appointment_id,
                amount_cents=attempt.amount_cents, moves=_moves(attempt), desk_no=self._clinic.identity.device_no,
            ))  # fmt: skip

    def _know(self, tx: Tx, attempt: Attempt, outcome: str, person_id: str) -> None:
        """It is known now: other desks that heard of the doubt hear of that."""
        if attempt.state == "unknown":
            known = tasks.CardKnown(task_id=attempt.attempt_id, patient_id=attempt.patient_id, outcome=outcome)
            self._say(tx, attempt, known, person_id)

    def _say(self, tx: Tx, attempt: Attempt, body: object, person_id: str = "") -> None:
        tx.record(body, person_id=person_id or _who(attempt).person_id,
                  business_date=self._clinic.today().isoformat())  # fmt: skip

    def not_sent(self, attempt_id: str, reason: str) -> None:
        """Nothing reached the terminal: the try is over."""
        with self._clinic.store.write() as tx:
            attempt = jobs.attempt(tx.reader, self._clinic.tenant, attempt_id)
            if attempt is not None:
                self._fell(tx, attempt, "not_sent")
            tx.set_attempt(attempt_id, "resolved", outcome="not_sent", result={"reason": reason})

    def plan_of(self, attempt: Attempt) -> Plan:
        """What was to be paid."""
        return from_json(Plan, orjson.loads(attempt.request))

    def undoing_of(self, reader: Any, attempt: Attempt) -> Undoing | None:
        """Which payment was to be taken back, by whom and why."""
        payment = receipts.payment(reader, self._clinic.tenant, attempt.void_of_payment_id)
        if payment is None:
            return None
        asked = orjson.loads(attempt.request)
        names = staff.staff_names(reader, self._clinic.tenant)
        who = str(asked["person_id"])
        return Undoing(payment, who, str(asked.get("person_name") or names.get(who, "")), str(asked["reason"]),
                       supervisor=str(asked.get("supervisor") or ""))  # fmt: skip

    def reference(self, tx: Tx) -> str:
        """A new reference on the terminal, never used before."""
        row = tx.reader.execute("SELECT value FROM meta WHERE tenant = ? AND key = ?",
                                (self._clinic.tenant, SERIAL)).fetchone()  # fmt: skip
        serial = terminal_serial(int(row[0]) if row else 0, int(self._clinic.clock.now().timestamp()))
        tx.set_meta(SERIAL, serial)
        return terminal_reference(self._clinic.identity.device_no, serial)

    # Inside -------------------------------------------------------------------------------------------------------

    def _open(self, tx: Tx, row: AttemptRow) -> str:
        tx.open_attempt(row)
        tx.set_attempt(row.attempt_id, "dispatching")
        return row.terminal_ref

    def _post(self, tx: Tx, attempt: Attempt, result: PaymentResult) -> Settled:
        card, tenant = card_facts(result), self._till.clinic.tenant
        if attempt.refund_id:
            row = refunds.refund(tx.reader, tenant, attempt.refund_id)
            if row is None or row.state != "requested":
                return Settled(attempt)
            written = self.giving.paid(tx, row, _who(attempt), card=card, attempt_id=attempt.attempt_id)
            return Settled(attempt, refunded=written)
        if attempt.void_of_payment_id:
            undo = self.undoing_of(tx.reader, attempt)
            if undo is None or undo.payment.reversed_at:
                return Settled(attempt, payment=undo.payment if undo else None)
            return Settled(attempt, payment=undo.payment, voided=self._till.posting.reverse(
                tx, undo, card, result.approved_cents or attempt.amount_cents))  # fmt: skip
        known = receipts.payment(tx.reader, tenant, payment_id_of(tenant, attempt.attempt_id))
        if known is not None:
            return Settled(attempt, payment=known)
        plan = self.plan_of(attempt)
        told = self._till.post(tx, plan, result.approved_cents, card)
        asked_for.took(tx, plan, result.approved_cents)
        if plan.keep is not None:
            kept = self._keeping.keep_paid(tx, plan, result, attempt.driver)
            told = replace(told, facts={**told.facts, "card_kept": kept})
        if self.signing.wanted(tx.reader, card, result.approved_cents):
            told = replace(told, facts={**told.facts, SIGNED_FACT: WANTED})
        return Settled(attempt, told=told)

    def _fell(self, tx: Tx, attempt: Attempt, reason: str) -> None:
        """Nothing moved: what was set aside for a refund lies again where it lay, what was asked is asked again."""
        if attempt.refund_id:
            row = refunds.refund(tx.reader, self._clinic.tenant, attempt.refund_id)
            if row is not None and row.state == "requested":
                self.giving.failed(tx, row.refund_id, row.patient_id, reason, _who(attempt))
        elif not attempt.void_of_payment_id:
            asked_for.fell(tx, self.plan_of(attempt), reason)


def _moves(attempt: Attempt) -> str:
    if attempt.refund_id:
        return "refund"
    return "void" if attempt.void_of_payment_id else "payment"


def _who(attempt: Attempt) -> Who:
    asked = orjson.loads(attempt.request)
    return Who(str(asked["person_id"]), str(asked.get("person_name") or ""), str(asked.get("supervisor") or ""))


def card_facts(result: PaymentResult) -> CardFacts:
    """What the books keep of a card."""
    return CardFacts(
        brand=result.card.brand, last4=result.card.last4, entry_mode=result.card.entry_mode,
        auth_code=result.auth_code, host_ref=result.host_ref, terminal_txn_no=result.terminal_txn_no,
        terminal_ref=result.terminal_ref, aid=result.emv.aid, app_label=result.emv.app_label,
        cvm=_CVM.get(result.emv.cvm, ""), tvr=result.emv.tvr, tsi=result.emv.tsi, holder=result.card.holder,
    )  # fmt: skip


def _told(result: PaymentResult, attempt: Attempt, asked: int = 0) -> dict[str, object]:
    """What the terminal said, as the journal keeps it, and how often it was asked without an answer."""
    kept: dict[str, object] = {name: value for name, value in asdict(result).items() if value not in ("", 0)}
    kept["outcome"] = result.outcome.value
    if result.outcome is Outcome.UNKNOWN and not result.host_ref:
        kept["host_ref"] = _host_ref(attempt)
    kept["asked"] = times_asked(attempt) + asked
    return kept


def _host_ref(attempt: Attempt) -> str:
    return str(orjson.loads(attempt.result or "{}").get("host_ref", ""))


def times_asked(attempt: Attempt) -> int:
    """How often the terminal was asked about an attempt and could not say."""
    return int(orjson.loads(attempt.result or "{}").get("asked", 0))


def _signing_of(settled: Settled) -> str:
    """Where the signature of what was posted now is: still to be asked for, or none is."""
    return str(settled.told.facts.get(SIGNED_FACT, "")) if settled.told else ""


def _payment_of(settled: Settled) -> str:
    if settled.told is not None:
        return settled.told.payment_id
    return settled.payment.payment_id if settled.payment else ""
