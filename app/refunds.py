"""Refunds: money of one payment goes back, in whole or in part, the way it came or (with a right more) another way.

The money is set aside first, so that nobody can spend it or give it back twice; where there is a hub, its word on that
is awaited before anything leaves the house. A card refund is written down before the reader is asked; an answer that
does not come is looked into, never guessed and never repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from app.attempts import Attempts
from app.basis import Basis, basis_at, still_so
from app.card_reader import CardReader
from app.fields import no_card_number
from app.giving_back import Who, Written
from app.heads import patient_head
from app.lanes import Job
from app.method import method_text, paid_text
from app.recovery import Recovery
from app.refund_views import (
    NOTE_MOST,
    Refunded,
    RefundEnd,
    RefundOrder,
    RefundPreview,
    RefundSheet,
    Seen,
    Way,
)  # fmt: skip
from app.refusals import account_changed, insist, lend, need, refusal
from app.settings import CARD_WAIT_S
from app.tenders.card import CardWatch, checked
from app.till import Till
from app.verdicts import Verdicts
from app.views import Person
from app.visits_after import visits_after
from devices.base import Capability, Outcome, PaymentResult, RefundRequest
from models.basics.errors import DeviceError, PaymentUnavailable, RuleBroken, StorageError
from models.basics.ids import new_id
from models.basics.points import Point, point
from models.ledger.states import Entry
from models.operations import bodies
from models.operations.bodies import ONLINE
from models.rules.rights import Right
from models.store.queries import collect, receipts, recorded, refunds, rows
from models.store.queries.receipts import PaidRow
from models.store.queries.refunds import RefundRow
from models.store.rehearsal import Rehearsal

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

_REACHES = {
    "card": "3 to 5 business days to reach the card",
    ONLINE: "The card processor gives it back; 7 to 10 days",
    "cash": "The drawer opens when you confirm",
    "check": "Write the check, then confirm",
}
_OWN = {"cash": "Cash from the drawer", "check": "A check of the clinic"}
"""Ways that are the clinic's own, whatever the payment was."""
_ENDS = {
    Outcome.DECLINED: RefundEnd.DECLINED,
    Outcome.CANCELLED: RefundEnd.CANCELLED,
    Outcome.NOT_PERFORMED: RefundEnd.NOT_SENT,
    Outcome.UNKNOWN: RefundEnd.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class _Going:
    """A refund on its way to the reader."""

    attempt_id: str
    reference: str


class Refunds:
    """The refund story. `open`, `preview` on `reads`; the rest on the lane that `lane_for` names."""

    def __init__(
        self, till: Till, attempts: Attempts, reader: CardReader, recovery: Recovery, hub: Verdicts,
        told: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._till, self._clinic, self._attempts, self._reader = till, till.clinic, attempts, reader
        self._recovery, self._hub, self._told = recovery, hub, told
        self._giving = attempts.giving

    def lane_for(self, tender: str) -> str:
        """Where a refund of this tender runs: the reader's lane for cards; where the hub's word is awaited not the lane
        everybody writes on."""
        return "terminal" if tender == "card" else "store" if self._hub.alone else "net"

    # Looking at it ----------------------------------------------------------------------------------------------------

    def open(self, payment_id: str, charge_id: str = "") -> RefundSheet:
        """What the dialog shows, with an id of its own. Raises RuleBroken: `refund.not_found`, `refund.taken_back`,
        `refund.nothing_left`, `refund.disputed`."""
        tenant = self._clinic.tenant
        with self._clinic.store.looking() as reader:
            payment = self._payment(reader, payment_id)
            seen = seen_of(reader, tenant, payment)
            if not seen.held.held_cents:
                raise RuleBroken("refund.nothing_left")
            if not seen.held.refundable_cents:
                raise RuleBroken("refund.disputed", disputed_cents=seen.held.disputed_cents)
            person = rows.patient(reader, tenant, payment.patient_id)
            rules = recorded.rules(reader, tenant)
            there = next((row.cents for row in receipts.applied(reader, tenant, payment_id)
                          if row.charge_id and row.charge_id == charge_id), 0)  # fmt: skip
        self._clinic.store.foresee(payment.patient_id, payment_id)
        head = patient_head(person or rows.PatientRow(payment.patient_id, *[""] * 8), self._clinic.today())
        return RefundSheet(
            refund_id=new_id(), payment_id=payment_id, number=payment.number, patient=head,
            paid_on=date.fromisoformat(payment.business_date), paid_cents=payment.amount_cents,
            refunded_cents=seen.held.refunded_cents, left_cents=seen.held.refundable_cents, ways=self._ways(payment),
            limit_cents=rules.refund_limit_cents, seen=seen, from_charge_id=charge_id if there else "",
            from_cents=there,
        )  # fmt: skip

    def preview(self, order: RefundOrder) -> RefundPreview:
        """What the refund would do, by the engine itself. Raises RuleBroken as `refund` for what cannot be."""
        clinic, sheet = self._clinic, order.sheet
        with clinic.store.looking() as reader:
            rehearsal = Rehearsal(reader, clinic.tenant, clinic.identity.device_id, clinic.today().isoformat())
            entry = rehearsal.act(self._body(order, "", self._payment(reader, sheet.payment_id)))
            held = refunds.held(reader, clinic.tenant, sheet.payment_id)
            insist(entry, held_cents=held.refundable_cents)
            before = collect.figures(reader, clinic.tenant, sheet.patient.patient_id)
            after = rehearsal.after(before, sheet.patient.patient_id)
            visits = visits_after(reader, clinic.tenant, rehearsal.entries(), sheet.patient.patient_id)
        clinic.store.rehearse(lambda tx: self._rehearsed(tx, order))
        return RefundPreview(order, before, after, held.held_cents - order.amount_cents, visits, needs(order))

    # Giving it back ---------------------------------------------------------------------------------------------------

    def refund(
        self, order: RefundOrder, person: Person, job: Job[Refunded], supervisor: Person | None = None
    ) -> Refunded:
        """Give it back. One sheet gives back once: the same one again tells what it did.

        Raises RuleBroken (nothing written): `refund.amount`, `refund.reason_missing`, `refund.note_missing`,
        `refund.check_number`, `refund.sheet_used`, `refund.offline`, `staff.right_missing`, `account.changed`, what the
        ledger or the hub refuses; PaymentUnavailable (nothing sent); StorageError. However a card ends once something
        was sent is told, UNKNOWN included; WAITING when the hub did not answer in time.
        """
        check_form(order)
        who = Who(person.staff_id, person.name, lend(needs(order), person, supervisor))
        if order.way.tender == "card":
            self._card_can()
            self._recovery.before_cards(job)
        with self._giving.running(order.sheet.refund_id):
            return self._begin(order, who, person, job)

    def finish(self, refund_id: str, person: Person, job: Job[Refunded]) -> Refunded:
        """Hand out what was set aside and never went: the hub's word came late, or the program ended between. Raises
        RuleBroken `refund.not_waiting`, `refund.not_granted` while the hub has not said yes; otherwise as `refund`."""
        with self._clinic.store.reader() as reader:
            row = self._waiting(reader, refund_id)
            payment = self._payment(reader, row.payment_id)
        verdict, reason = self._hub.said(row.request_op_id)
        if not self._hub.alone and verdict not in ("accepted", "reduced"):
            raise refusal(reason) if verdict else RuleBroken("refund.not_granted")
        who = Who(person.staff_id, person.name, row.supervisor)
        if row.tender == "card":
            self._card_can()
            self._recovery.before_cards(job)
        with self._giving.running(refund_id):
            with self._clinic.store.write() as tx:
                self._waiting(tx.reader, refund_id)
                going = self._go(tx, row, payment, who, None)
            return self._end(row, payment, going, person, job)

    def give_up(self, refund_id: str, person: Person) -> None:
        """Nothing goes back after all: what was set aside lies again where it lay. Lane `store`. Raises RuleBroken
        `refund.not_waiting`, PaymentUnavailable `card.frozen` while the card's answer is not known."""
        with self._clinic.store.write() as tx:
            row = self._waiting(tx.reader, refund_id)
            if row.tender == "card":
                self._no_doubt(tx.reader, row.patient_id)
            who = Who(person.staff_id, person.name)
            self._giving.failed(tx, refund_id, row.patient_id, "given_up", who)

    def to_hand_back(self, refund_id: str) -> Refunded:
        """A cash refund of today as it stands, for who hands it back. Lane `reads`. Raises RuleBroken as `undo`."""
        with self._clinic.store.reader() as reader:
            row = refunds.refund(reader, self._clinic.tenant, refund_id)
            self._may_undo(row)
            assert row is not None
            return self._told_of(reader, row, RefundEnd.PAID)

    def undo(self, refund_id: str, reason: str, person: Person) -> Refunded:
        """The patient hands cash back on the same day. Lane `store`. Raises RuleBroken: `refund.not_found`,
        `refund.undo_not_cash`, `refund.undo_not_today`, `refund.undo_done`, `undo.reason_missing`,
        `staff.right_missing`."""
        need(Right.REFUND, person)
        if not reason.strip():
            raise RuleBroken("undo.reason_missing", field="reason")
        clinic = self._clinic
        with clinic.store.write() as tx:
            row = refunds.refund(tx.reader, clinic.tenant, refund_id)
            self._may_undo(row)
            assert row is not None
            who = Who(person.staff_id, person.name)
            written = self._giving.undone(tx, row, reason.strip()[:NOTE_MOST], who)
        self._till.paper()
        with clinic.store.reader() as reader:
            return self._told_of(reader, row, RefundEnd.UNDONE, written)

    # Inside -----------------------------------------------------------------------------------------------------------

    def _rehearsed(self, tx: Tx, order: RefundOrder) -> None:
        """What giving it back will ask is asked now."""
        if refunds.refund(tx.reader, self._clinic.tenant, order.sheet.refund_id) is None:
            _, row, _, going = self._write(tx, order, Who("", ""))
            if isinstance(going, Written):
                self._told_of(tx.reader, row, RefundEnd.PAID, going)

    def _begin(self, order: RefundOrder, who: Who, person: Person, job: Job[Refunded]) -> Refunded:
        clinic, sheet = self._clinic, order.sheet
        going: _Going | Written | None = None
        told: Refunded | None = None
        from_home = order.way.tender == ONLINE
        with clinic.store.write() as tx:
            known = refunds.refund(tx.reader, clinic.tenant, sheet.refund_id)
            if known is not None:
                return self._again(tx.reader, known)
            payment, row, asks_hub, going = self._write(tx, order, who)
            if isinstance(going, Written):  # told from pages that are at hand
                told = self._told_of(tx.reader, row, RefundEnd.PAID, going)
        if told is not None:
            self._till.paper()
            return told
        if asks_hub:
            verdict, reason = self._hub.wait(row.request_op_id, job)
            if not verdict:
                return self._waits(row)
            if verdict in ("rejected", "quarantined"):
                raise refusal(reason, held_cents=self._held(sheet.payment_id))
            if from_home:  # the hub asks the processor, now that it has the request
                return self._asked_processor(row)
            with clinic.store.write() as tx:
                self._waiting(tx.reader, sheet.refund_id)
                going = self._go(tx, row, payment, who, None)
        if from_home:
            return self._asked_processor(row)
        assert going is not None
        return self._end(row, payment, going, person, job)

    def _write(self, tx: Tx, order: RefundOrder, who: Who) -> tuple[PaidRow, RefundRow, bool, _Going | Written | None]:
        """The request and, where nobody is asked first, the money that leaves: (payment, refund, is the hub asked
        first, how it goes)."""
        clinic, sheet = self._clinic, order.sheet
        payment = self._payment(tx.reader, sheet.payment_id)
        asks_hub = self._asks_hub(order, payment, recorded.rules(tx.reader, clinic.tenant).offline_refund_cents)
        still_seen(tx.reader, clinic.tenant, payment, sheet.seen)
        if order.way.tender == "card":
            self._no_doubt(tx.reader, payment.patient_id)
        number = tx.next_payment_number("REF")
        entry = self._giving.request(tx, self._body(order, number, payment), who)
        insist(entry, held_cents=sheet.left_cents)
        row = self._row(order, payment, number, entry, who)
        waits = asks_hub or order.way.tender == ONLINE
        return payment, row, asks_hub, None if waits else self._go(tx, row, payment, who, entry)

    def _asks_hub(self, order: RefundOrder, payment: PaidRow, offline_cents: int) -> bool:
        """Is the hub asked first? Without the line only what cannot go wrong twice goes back: cash of this desk's own
        payments, from its own drawer, up to the practice's limit. Raises RuleBroken `refund.offline`."""
        if self._hub.alone:
            return False
        if self._hub.online:
            return True
        own = payment.device == self._clinic.identity.device_id
        if order.way.tender != "cash" or payment.tender != "cash" or not own or order.amount_cents > offline_cents:
            raise RuleBroken("refund.offline", limit_cents=offline_cents)
        return False

    def _go(self, tx: Tx, row: RefundRow, payment: PaidRow, who: Who, before: Entry | None) -> _Going | Written:
        """Money that is there leaves now; a card refund is written down as on its way."""
        if row.tender != "card":
            return self._giving.paid(tx, row, who, before=before)
        self._no_doubt(tx.reader, row.patient_id)
        attempt_id = new_id()
        reference = self._attempts.open_refund(tx, attempt_id, row, payment.appointment_id, who, self._reader.driver)
        return _Going(attempt_id, reference)

    def _end(
        self, row: RefundRow, payment: PaidRow, going: _Going | Written, person: Person, job: Job[Refunded]
    ) -> Refunded:
        if isinstance(going, _Going):
            return self._ask_reader(row, payment, going, person, job)
        self._till.paper()
        with self._clinic.store.reader() as reader:
            return self._told_of(reader, row, RefundEnd.PAID, going)

    def _ask_reader(
        self, row: RefundRow, payment: PaidRow, going: _Going, person: Person, job: Job[Refunded]
    ) -> Refunded:
        """Sent once, and settled however it ends."""
        asked = RefundRequest(
            attempt_id=going.attempt_id, terminal_ref=going.reference, amount_cents=row.amount_cents,
            host_ref=payment.host_ref if payment.tender == "card" else "", clerk=person.initials[:4],
        )  # fmt: skip
        watch = CardWatch(job, self._till.settings.get(CARD_WAIT_S), self._told)
        point(Point.BEFORE_CARD)
        try:
            result = checked(self._reader.terminal().refund(asked, watch), asked, whole=True)
            point(Point.AFTER_CARD)
        except DeviceError as error:
            self._attempts.not_sent(going.attempt_id, error.message_key)
            with self._clinic.store.reader() as reader:
                return self._told_of(reader, row, RefundEnd.NOT_SENT, reason=error.message_key)
        except Exception:  # a bug of ours: from here on it is not known, and the journal says so
            self._attempts.settle(going.attempt_id, PaymentResult(outcome=Outcome.UNKNOWN, reason="bug"))
            raise
        finally:
            self._told("")
        settled = self._attempts.settle_or_park(going.attempt_id, result)
        with self._clinic.store.reader() as reader:
            if isinstance(settled, StorageError):
                return self._told_of(reader, row, RefundEnd.UNKNOWN, reason=settled.message_key)
            if settled.refunded is not None:
                return self._told_of(reader, row, RefundEnd.PAID, settled.refunded)
            end = _ENDS.get(result.outcome, RefundEnd.UNKNOWN)
            return self._told_of(reader, row, end, reason=result.reason, host_text=result.host_text)

    def _asked_processor(self, row: RefundRow) -> Refunded:
        with self._clinic.store.reader() as reader:
            return self._told_of(reader, row, RefundEnd.AT_PROCESSOR)

    def _waits(self, row: RefundRow) -> Refunded:
        with self._clinic.store.reader() as reader:
            return self._told_of(reader, row, RefundEnd.WAITING, reason="refund.waiting")

    def _again(self, reader: Any, known: RefundRow) -> Refunded:
        """What this very sheet did before. Raises RuleBroken `refund.sheet_used` when it did not end well."""
        if known.state == "failed":
            raise RuleBroken("refund.sheet_used")
        waits = RefundEnd.AT_PROCESSOR if known.tender == ONLINE else RefundEnd.WAITING
        ends = {"requested": waits, "paid": RefundEnd.PAID, "undone": RefundEnd.UNDONE}
        return replace(self._told_of(reader, known, ends[known.state]), again=True)

    def _told_of(
        self, reader: Any, row: RefundRow, end: RefundEnd, written: Written | None = None, *, reason: str = "",
        host_text: str = "",
    ) -> Refunded:  # fmt: skip
        tenant = self._clinic.tenant
        payment = receipts.payment(reader, tenant, row.payment_id)
        person = rows.patient(reader, tenant, row.patient_id)
        head = patient_head(person or rows.PatientRow(row.patient_id, *[""] * 8), self._clinic.today())
        own = payment is not None and payment.tender == row.tender
        words = paid_text(reader, tenant, payment) if own and payment else method_text(row.tender)
        return Refunded(
            end, head, row.refund_id, row.payment_id, row.number, row.amount_cents, words,
            receipt=written.document if written else None, print_job_id=written.print_job_id if written else "",
            reason=reason, host_text=host_text,
        )  # fmt: skip

    def _body(self, order: RefundOrder, number: str, payment: PaidRow) -> bodies.RefundRequest:
        sheet = order.sheet
        part = min(sheet.from_cents, order.amount_cents) if sheet.from_charge_id else 0
        lines = (bodies.RefundLine(charge_id=sheet.from_charge_id, amount_cents=part),) if sheet.from_charge_id else ()
        return bodies.RefundRequest(
            refund_id=sheet.refund_id, payment_id=sheet.payment_id, patient_id=sheet.patient.patient_id,
            amount_cents=order.amount_cents, tender=order.way.tender, reason=order.reason or "other", number=number,
            note=order.note.strip()[:NOTE_MOST], method_id=payment.method_id if order.way.own else "",
            check_no=order.check_no.strip(), lines=lines,
            reopens_cents=part + max(order.amount_cents - part - sheet.seen.held.unallocated_cents, 0),
        )  # fmt: skip

    def _row(self, order: RefundOrder, payment: PaidRow, number: str, entry: Entry, who: Who) -> RefundRow:
        """The refund as its row will be once the request is committed."""
        sheet, own = order.sheet, order.way.own
        return RefundRow(
            refund_id=sheet.refund_id, payment_id=sheet.payment_id, patient_id=sheet.patient.patient_id, kind="refund",
            state="requested", amount_cents=order.amount_cents, tender=order.way.tender,
            method_id=payment.method_id if own else "", reason=order.reason, note=order.note.strip(), number=number,
            check_no=order.check_no.strip(), requested_by=who.person_id, supervisor=who.supervisor,
            device=entry.op.device, business_date=entry.op.business_date, request_op_id=entry.op.op_id,
        )  # fmt: skip

    def _payment(self, reader: Any, payment_id: str) -> PaidRow:
        payment = receipts.payment(reader, self._clinic.tenant, payment_id)
        if payment is None:
            raise RuleBroken("refund.not_found")
        if payment.reversed_at and not refunds.held(reader, self._clinic.tenant, payment_id).held_cents:
            raise RuleBroken("refund.taken_back")
        return payment

    def _waiting(self, reader: Any, refund_id: str) -> RefundRow:
        row = refunds.refund(reader, self._clinic.tenant, refund_id)
        if row is None or row.state != "requested":
            raise RuleBroken("refund.not_waiting")
        if row.tender == ONLINE:
            raise RuleBroken("refund.at_processor")
        return row

    def _may_undo(self, row: RefundRow | None) -> None:
        if row is None or row.kind != "refund":
            raise RuleBroken("refund.not_found")
        if row.state == "undone":
            raise RuleBroken("refund.undo_done")
        if row.tender != "cash" or row.state != "paid":
            raise RuleBroken("refund.undo_not_cash")
        closed = self._clinic.is_closed(row.drawer or row.device, row.settled_business_date)  # counted at its own desk
        if closed or row.settled_business_date != self._clinic.today().isoformat():
            raise RuleBroken("refund.undo_not_today")

    def _held(self, payment_id: str) -> int:
        with self._clinic.store.reader() as reader:
            return refunds.held(reader, self._clinic.tenant, payment_id).refundable_cents

    def _no_doubt(self, reader: Any, patient_id: str) -> None:
        doubt = collect.attempt_in_doubt(reader, self._clinic.tenant, patient_id)
        if doubt is not None:
            raise PaymentUnavailable("card.frozen", cents=doubt[1])

    def _card_can(self) -> None:
        if Capability.REFUND not in self._reader.terminal().capabilities:
            raise PaymentUnavailable("card.refunds_not_supported")

    def _ways(self, payment: PaidRow) -> tuple[Way, ...]:
        """The way it was paid first; what was paid in another program goes back there, or by hand."""
        blocked = "" if payment.tender != "card" or self._reader.fitted else "card.no_reader"
        words = _OWN.get(payment.tender) or way_words(payment)
        own = Way(payment.tender, words, True, _REACHES.get(payment.tender, ""), blocked)
        others = [Way(tender, words, False, _REACHES[tender]) for tender, words in _OWN.items()
                  if tender != payment.tender]  # fmt: skip
        return tuple(others) if payment.tender == "external" else (own, *others)


def needs(order: RefundOrder) -> tuple[Right, ...]:
    """The rights this refund asks for; a payment's refunds count together against the limit."""
    sheet, asked = order.sheet, [Right.REFUND]
    if sheet.limit_cents and sheet.refunded_cents + order.amount_cents > sheet.limit_cents:
        asked.append(Right.REFUND_OVER_LIMIT)
    if not order.way.own:
        asked.append(Right.REFUND_OTHER_WAY)
    return tuple(asked)


def check_form(order: RefundOrder) -> None:
    """Everything a refund needs was said. Raises RuleBroken naming the field."""
    sheet = order.sheet
    if not 0 < order.amount_cents <= sheet.left_cents:
        raise RuleBroken("refund.amount", field="amount", most_cents=sheet.left_cents)
    if order.reason not in bodies.REFUND_REASONS:
        raise RuleBroken("refund.reason_missing", field="reason")
    if (not order.way.own or order.reason == "other") and not order.note.strip():
        raise RuleBroken("refund.note_missing", field="note")
    no_card_number(order.note, "note")
    no_card_number(order.check_no, "check_no")
    if order.way.tender == "check" and not order.check_no.strip():
        raise RuleBroken("refund.check_number", field="check_no")


def seen_of(reader: Any, tenant: str, payment: PaidRow) -> Seen:
    """How the account and the payment stand at this moment."""
    basis: Basis = basis_at(reader, tenant, payment.patient_id, [f"CR:{payment.payment_id}"])
    return Seen(basis, refunds.held(reader, tenant, payment.payment_id))


def still_seen(reader: Any, tenant: str, payment: PaidRow, seen: Seen) -> None:
    """Nothing changed since. Raises RuleBroken `account.changed`."""
    still_so(reader, tenant, seen.account)
    if refunds.held(reader, tenant, payment.payment_id) != seen.held:
        raise account_changed(collect.figures(reader, tenant, payment.patient_id))


def way_words(payment: PaidRow) -> str:
    """The way a payment was made, as screens name it."""
    return method_text(payment.tender, brand=payment.brand, last4=payment.last4, check_no=payment.check_no)
