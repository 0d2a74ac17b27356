"""Taking a payment back without a refund: void and delete on its own day, correction, returned check, dispute.

Nothing is ever erased: each is an operation of its own, with who, why and (where a right was lent) whose PIN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.basis import only_once
from app.checkout import Checkout, check_whole
from app.fields import no_card_number
from app.giving_back import GivingBack, Who
from app.heads import patient_head
from app.lanes import Job
from app.method import paid_text
from app.posting import Undoing, credit_back, goes_back, tender_of
from app.refund_views import (
    NOTE_MOST,
    RefundEnd,
    TakeBack,
    TakeBackOrder,
    TakeBackPreview,
    TakeBackSheet,
    TakenBack,
)  # fmt: skip
from app.refunds import seen_of, still_seen
from app.refusals import insist, lend
from app.till import Till
from app.views import Collected, CollectEnd, Person
from app.visits_after import visits_after
from models.basics.errors import RuleBroken
from models.basics.ids import natural_id, new_id
from models.basics.money import check_entry
from models.ledger.states import Verdict
from models.operations import bodies
from models.operations.bodies import ONLINE
from models.rules.rights import Right
from models.store.queries import collect, ledger, receipts, recorded, refunds, rows
from models.store.queries.ledger import DisputeRow
from models.store.queries.receipts import PaidRow
from models.store.queries.refunds import HeldRow
from models.store.rehearsal import Rehearsal

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

RIGHTS: dict[TakeBack, tuple[Right, ...]] = {
    TakeBack.VOID: (Right.VOID,),
    TakeBack.DELETE: (Right.PAYMENTS, Right.BILLING),
    TakeBack.CORRECT: (Right.CORRECT,),
    TakeBack.BOUNCE: (Right.DISPUTES,),
    TakeBack.DISPUTE: (Right.DISPUTES,),
    TakeBack.DISPUTE_END: (Right.DISPUTES,),
}
"""What each act asks for (S0-10, S0-26)."""

_ENDS = {
    CollectEnd.TAKEN: RefundEnd.PAID,
    CollectEnd.UNKNOWN: RefundEnd.UNKNOWN,
    CollectEnd.NOT_SENT: RefundEnd.NOT_SENT,
    CollectEnd.CANCELLED: RefundEnd.CANCELLED,
}
BOUNCED_CODE, BOUNCED_WORDS = "NSF", "Returned check fee"


@dataclass(frozen=True, slots=True)
class _Case:
    """A payment, what it still holds, and the day it is; empty once the payment's own day was closed."""

    payment: PaidRow
    held: HeldRow
    today: str


class TakingBack:
    """The story. `open`, `preview` on `reads`; `do` on the lane that `lane_for` names."""

    def __init__(self, till: Till, checkout: Checkout, giving: GivingBack) -> None:
        self._till, self._clinic, self._checkout, self._giving = till, till.clinic, checkout, giving

    def lane_for(self, sheet: TakeBackSheet) -> str:
        """A card is voided on the reader's lane."""
        return "terminal" if sheet.act is TakeBack.VOID and sheet.card else "store"

    def open(self, act: TakeBack, payment_id: str, dispute_id: str = "") -> TakeBackSheet:
        """What the dialog shows. Raises RuleBroken where the act cannot be: `refund.not_found`, `refund.taken_back`,
        `undo.not_today`, `undo.partly_back`, `delete.…`, `correct.…`, `bounce.not_check`, `dispute.…`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            payment = receipts.payment(reader, clinic.tenant, payment_id)
            if payment is None:
                raise RuleBroken("refund.not_found")
            seen = seen_of(reader, clinic.tenant, payment)
            self._check(act, self._case(payment, seen.held))
            rules = recorded.rules(reader, clinic.tenant)
            dispute = ledger.dispute(reader, clinic.tenant, dispute_id) if dispute_id else None
            if act is TakeBack.DISPUTE_END:
                _insist_open(dispute)
            person = rows.patient(reader, clinic.tenant, payment.patient_id)
            way = paid_text(reader, clinic.tenant, payment)
        whole = act in (TakeBack.VOID, TakeBack.DELETE, TakeBack.BOUNCE)
        most = _disputable(payment, seen.held) if act is TakeBack.DISPUTE else seen.held.held_cents
        return TakeBackSheet(
            act=act, act_id=new_id(), payment_id=payment_id, number=payment.number, method=way,
            patient=patient_head(person or rows.PatientRow(payment.patient_id, *[""] * 8), clinic.today()),
            paid_on=date.fromisoformat(payment.business_date), paid_cents=payment.amount_cents,
            most_cents=payment.amount_cents if whole else most, needs=RIGHTS[act], seen=seen,
            fee_cents=rules.bounced_check_fee_cents if act is TakeBack.BOUNCE else 0,
            card=payment.tender in ("card", ONLINE), dispute_id=dispute_id,
            disputed_cents=dispute.amount_cents if dispute else 0,
        )  # fmt: skip

    def preview(self, order: TakeBackOrder) -> TakeBackPreview:
        """What it would do, by the engine itself. Raises RuleBroken for what cannot be."""
        clinic, sheet = self._clinic, order.sheet
        with clinic.store.reader() as reader:
            payment = self._payment(reader, sheet.payment_id)
            rehearsal = Rehearsal(reader, clinic.tenant, clinic.identity.device_id, clinic.today().isoformat())
            spent = credit_back(reader, clinic.tenant, payment) if sheet.act is TakeBack.VOID else None
            if spent and rehearsal.act(spent).verdict is Verdict.REJECTED and not sheet.card:
                raise RuleBroken("undo.credit_moved")
            for body in self._bodies(order, payment, "", ""):
                insist(rehearsal.act(body))
            before = collect.figures(reader, clinic.tenant, sheet.patient.patient_id)
            after = rehearsal.after(before, sheet.patient.patient_id)
            visits = visits_after(reader, clinic.tenant, rehearsal.entries(), sheet.patient.patient_id)
            held = refunds.held(reader, clinic.tenant, sheet.payment_id)
        gone = {TakeBack.CORRECT: order.amount_cents, TakeBack.DISPUTE: 0, TakeBack.DISPUTE_END: 0}
        kept = held.held_cents - gone.get(sheet.act, held.held_cents)
        if order.outcome == "owed_again":
            kept -= min(sheet.disputed_cents, held.held_cents)
        return TakeBackPreview(order, before, after, kept, visits)

    def do(
        self, order: TakeBackOrder, person: Person, job: Job[Collected], supervisor: Person | None = None
    ) -> TakenBack:
        """Do it. The same sheet a second time does nothing more.

        Raises RuleBroken (nothing written): as `open`, and `undo.reason_missing`, `correct.amount`, `dispute.amount`,
        `dispute.outcome`, a fee that may not be, `staff.right_missing`, `account.changed`, `account.done_before`. A
        void ends as the reader says.
        """
        sheet = order.sheet
        _check_form(order)
        lent = lend(sheet.needs, person, supervisor)
        if sheet.act is TakeBack.VOID:
            return self._void(order, person, job, supervisor if lent else None)
        clinic, who = self._clinic, Who(person.staff_id, person.name, lent)
        with clinic.store.write() as tx:
            only_once(tx.reader, clinic.tenant, sheet.act_id)
            payment = self._payment(tx.reader, sheet.payment_id)
            held = refunds.held(tx.reader, clinic.tenant, sheet.payment_id)
            self._check(sheet.act, self._case(payment, held))
            still_seen(tx.reader, clinic.tenant, payment, sheet.seen)
            document, job_id = _WRITERS[sheet.act](self, tx, order, payment, who)
        self._till.paper()
        return TakenBack(sheet.act, RefundEnd.PAID, sheet.patient, sheet.number, _amount(order), document, job_id)

    # Inside -----------------------------------------------------------------------------------------------------------

    def _case(self, payment: PaidRow, held: HeldRow) -> _Case:
        """A day its desk has closed is over: what was taken then is refunded, not voided."""
        closed = self._clinic.is_closed(payment.device, payment.business_date)
        return _Case(payment, held, "" if closed else self._clinic.today().isoformat())

    def _void(self, order: TakeBackOrder, person: Person, job: Job[Collected], supervisor: Person | None) -> TakenBack:
        sheet = order.sheet
        clinic = self._clinic

        def still(reader: Any) -> None:
            still_seen(reader, clinic.tenant, self._payment(reader, sheet.payment_id), sheet.seen)

        ended = self._checkout.undo(sheet.payment_id, _words(order), person, job, supervisor, still)
        return TakenBack(
            sheet.act, _ENDS.get(ended.end, RefundEnd.DECLINED), sheet.patient, sheet.number,
            ended.amount_cents or sheet.paid_cents, ended.receipt, ended.print_job_id,
            reason=str(ended.facts.get("reason") or ""), host_text=ended.host_text,
        )  # fmt: skip

    def _whole(
        self, tx: Tx, order: TakeBackOrder, payment: PaidRow, who: Who
    ) -> tuple[Any, str]:  # fmt: skip
        act = "bounced" if order.sheet.act is TakeBack.BOUNCE else "delete"
        undo = Undoing(payment, who.person_id, who.person_name, _words(order), act, who.supervisor, order.sheet.act_id,
                       on_paper=act == "delete")  # fmt: skip
        made = self._till.posting.reverse(tx, undo)
        if order.fee_cents:
            insist(self._record(tx, self._fee(order, payment), who, order.sheet.act_id))
        return made

    def _correct(self, tx: Tx, order: TakeBackOrder, payment: PaidRow, who: Who) -> tuple[Any, str]:
        body = self._bodies(order, payment, tx.next_payment_number("COR"), tx.next_receipt_no())[0]
        tender = tender_of(payment, None, order.amount_cents)
        written = self._giving.correct(tx, body, who, tender, payment.receipt_no.partition("+")[0])
        return written.document, written.print_job_id

    def _dispute(self, tx: Tx, order: TakeBackOrder, payment: PaidRow, who: Who) -> tuple[Any, str]:
        if order.sheet.act is TakeBack.DISPUTE_END:
            _insist_open(ledger.dispute(tx.reader, self._clinic.tenant, order.sheet.dispute_id))
        insist(self._record(tx, self._bodies(order, payment, "", "")[0], who, order.sheet.act_id))
        return None, ""

    def _record(self, tx: Tx, body: object, who: Who, group: str) -> Any:
        return tx.record(body, person_id=who.person_id, business_date=self._clinic.today().isoformat(), group=group,
                         supervisor=who.supervisor)  # fmt: skip

    def _bodies(self, order: TakeBackOrder, payment: PaidRow, number: str, receipt_no: str) -> tuple[Any, ...]:
        """The operations of an act."""
        sheet, owner = order.sheet, payment.patient_id
        if sheet.act is TakeBack.CORRECT:
            return (bodies.Correct(
                correction_id=sheet.act_id, payment_id=sheet.payment_id, patient_id=owner,
                amount_cents=order.amount_cents, reason=order.reason, number=number, receipt_no=receipt_no,
                note=order.note.strip()[:NOTE_MOST],
            ),)  # fmt: skip
        if sheet.act is TakeBack.DISPUTE:
            return (bodies.DisputeOpened(
                dispute_id=sheet.act_id, payment_id=sheet.payment_id, patient_id=owner,
                amount_cents=order.amount_cents, fee_cents=order.fee_cents, reason=_words(order),
                reference=order.reference.strip()[:60],
            ),)  # fmt: skip
        if sheet.act is TakeBack.DISPUTE_END:
            return (bodies.DisputeClosed(dispute_id=sheet.dispute_id, patient_id=owner, outcome=order.outcome,
                                         note=order.note.strip()[:NOTE_MOST]),)  # fmt: skip
        act = {TakeBack.BOUNCE: "bounced", TakeBack.DELETE: "delete"}.get(sheet.act, "void")
        reverse = bodies.Reverse(
            payment_id=sheet.payment_id, patient_id=owner, reason=_words(order), reversal_id=sheet.act_id,
            receipt_no=receipt_no, drawer=payment.drawer, act=act,
            given_back_cents=goes_back(payment, sheet.seen.held),
        )  # fmt: skip
        return (reverse, self._fee(order, payment)) if order.fee_cents else (reverse,)

    def _fee(self, order: TakeBackOrder, payment: PaidRow) -> bodies.Fee:
        """The fee for a returned check: one for each payment, whoever asks for it."""
        return bodies.Fee(
            charge_id=natural_id(self._clinic.tenant, payment.payment_id, BOUNCED_CODE),
            patient_id=payment.patient_id, code=BOUNCED_CODE, description=BOUNCED_WORDS,
            amount_cents=order.fee_cents, service_date=self._clinic.today().isoformat(),
        )  # fmt: skip

    def _payment(self, reader: Any, payment_id: str) -> PaidRow:
        payment = receipts.payment(reader, self._clinic.tenant, payment_id)
        if payment is None:
            raise RuleBroken("refund.not_found")
        return payment

    def _check(self, act: TakeBack, case: _Case) -> None:
        if case.payment.reversed_at and act is not TakeBack.DISPUTE_END:
            raise RuleBroken("refund.taken_back")
        _CHECKS[act](case)


def _check_void(case: _Case) -> None:
    if case.payment.business_date != case.today:
        raise RuleBroken("undo.not_today")
    check_whole(case.payment, case.held)
    if case.payment.tender == ONLINE:
        raise RuleBroken("undo.from_home")
    if case.payment.tender == "external" or (case.payment.tender == "card" and not case.payment.terminal_txn_no):
        raise RuleBroken("undo.elsewhere")


def _check_delete(case: _Case) -> None:
    if case.payment.tender in ("card", ONLINE):
        raise RuleBroken("delete.card" if case.payment.tender == "card" else "undo.from_home")
    if case.payment.tender == "external":
        raise RuleBroken("undo.elsewhere")
    if case.payment.business_date != case.today:
        raise RuleBroken("delete.not_today")
    check_whole(case.payment, case.held)


def _check_correct(case: _Case) -> None:
    if case.payment.tender in ("card", ONLINE):
        raise RuleBroken("correct.card" if case.payment.tender == "card" else "undo.from_home")
    if case.payment.tender == "external":
        raise RuleBroken("undo.elsewhere")
    if not case.held.held_cents:
        raise RuleBroken("refund.nothing_left")


def _check_bounce(case: _Case) -> None:
    """The bank returns a check whatever was corrected or given back since; what is missing then somebody must look
    after."""
    if case.payment.tender != "check":
        raise RuleBroken("bounce.not_check")


def _check_dispute(case: _Case) -> None:
    if case.payment.tender != "card":
        raise RuleBroken("dispute.not_card")
    if _disputable(case.payment, case.held) <= 0:
        raise RuleBroken("dispute.whole_disputed")


def _disputable(payment: PaidRow, held: HeldRow) -> int:
    """Cents a bank can still take back, whatever the practice gave back itself: no more than was charged."""
    return payment.amount_cents - held.disputed_cents - held.charged_back_cents


_CHECKS: dict[TakeBack, Callable[[_Case], None]] = {
    TakeBack.VOID: _check_void,
    TakeBack.DELETE: _check_delete,
    TakeBack.CORRECT: _check_correct,
    TakeBack.BOUNCE: _check_bounce,
    TakeBack.DISPUTE: _check_dispute,
    TakeBack.DISPUTE_END: lambda _case: None,
}
_WRITERS: dict[TakeBack, Callable[..., tuple[Any, str]]] = {
    TakeBack.DELETE: TakingBack._whole,
    TakeBack.BOUNCE: TakingBack._whole,
    TakeBack.CORRECT: TakingBack._correct,
    TakeBack.DISPUTE: TakingBack._dispute,
    TakeBack.DISPUTE_END: TakingBack._dispute,
}


def _insist_open(dispute: DisputeRow | None) -> None:
    if dispute is None or dispute.outcome:
        raise RuleBroken("dispute.not_open")


def _check_form(order: TakeBackOrder) -> None:
    sheet = order.sheet
    for field in ("reason", "note", "reference"):
        no_card_number(getattr(order, field), field)
    if order.fee_cents:
        check_entry(order.fee_cents)
    if sheet.act is TakeBack.DISPUTE_END:
        if order.outcome not in bodies.DISPUTE_OUTCOMES:
            raise RuleBroken("dispute.outcome", field="outcome")
        return
    if not order.reason.strip():
        raise RuleBroken("undo.reason_missing", field="reason")
    if sheet.act is TakeBack.CORRECT and not 0 < order.amount_cents <= sheet.most_cents:
        raise RuleBroken("correct.amount", field="amount", most_cents=sheet.most_cents)
    if sheet.act is TakeBack.DISPUTE and not 0 < order.amount_cents <= sheet.most_cents:
        raise RuleBroken("dispute.amount", field="amount", most_cents=sheet.most_cents)


def _amount(order: TakeBackOrder) -> int:
    """Cents the act was about."""
    if order.sheet.act is TakeBack.DISPUTE_END:
        return order.sheet.disputed_cents
    return order.amount_cents or order.sheet.paid_cents


def _words(order: TakeBackOrder) -> str:
    return " \u00b7 ".join(part for part in (order.reason.strip(), order.note.strip()) if part)[:NOTE_MOST]
