"""The one engine: judges an operation against a book and says what is posted. The same on every desk and on the hub.

Facts always post: what a guarded account cannot bear goes to SUSP or OVR, and the verdict is `excepted`. Decisions are
accepted, reduced to what is there, or rejected with a coded reason. What follows from an operation by rule (release of
an overpaid charge, earmarked money onto new charges) becomes derived entries around it; only the hub's count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from models.basics.ids import natural_id
from models.ledger import accounts
from models.ledger.accounts import Account
from models.ledger.book import ChargeState, Draft, Entry, PaymentState, Transfer, Verdict
from models.operations import bodies, records
from models.operations.codec import BodyInvalid
from models.operations.kinds import NotUnderstood, OpClass
from models.operations.operation import GENESIS, Operation, make_operation

HUB = "hub"
"""The device name of derived operations."""

RECEIPT_USED = "receipt_no_used"
"""Reason of a payment that is posted although another one carries its receipt number: a person must look."""


def settle(op: Operation, draft: Draft) -> tuple[Entry, ...]:
    """Judge `op`, add its entry and every derived one to `draft`, and return them in the order they are logged.

    Never raises for the content of an operation: what is not understood, or does not fit its kind, is quarantined.
    """
    try:
        body = op.typed_body()
    except (NotUnderstood, BodyInvalid) as error:
        return _added(draft, Entry(op, Verdict.QUARANTINED, reason=type(error).__name__))
    start = len(draft.entries)
    handler = _HANDLERS.get(op.kind, _record_only)
    handler(op, body, draft)
    return tuple(draft.entries[start:])


def settle_run(ops: Sequence[Operation], draft: Draft) -> list[tuple[Entry, ...]]:
    """Judge operations in their order, linked ones of a group together; one tuple of entries per operation.

    Linked decisions succeed or fail as one: when any of them would be rejected, all are. Facts among them still post.
    """
    settled: list[tuple[Entry, ...]] = []
    for linked, run in groupby(ops, key=lambda op: op.group if op.linked else ""):
        members = list(run)
        if not linked or len(members) == 1:
            settled += [settle(op, draft) for op in members]
            continue
        branch = draft.branch()
        together = [settle(op, branch) for op in members]
        if any(entry.verdict is Verdict.REJECTED for entries in together for entry in entries):
            together = [
                settle(op, draft) if op.op_class == OpClass.FACT else _fall(op, entries, draft)
                for op, entries in zip(members, together, strict=True)
            ]
        else:
            draft.merge(branch)
        settled += together
    return settled


def _fall(op: Operation, together: Sequence[Entry], draft: Draft) -> tuple[Entry, ...]:
    """Reject a decision because of the others it is linked with; for its own reason when it had one."""
    own = [entry.reason for entry in together if entry.verdict is Verdict.REJECTED]
    reason = own[0] if own else "linked_rejected"
    return _added(draft, Entry(op, Verdict.REJECTED, reason=reason))


def _added(draft: Draft, *entries: Entry) -> tuple[Entry, ...]:
    for entry in entries:
        draft.add(entry)
    return entries


def _accept(draft: Draft, op: Operation, *transfers: Transfer) -> None:
    draft.add(Entry(op, Verdict.ACCEPTED, transfers))


def _quarantine(draft: Draft, op: Operation, reason: str) -> None:
    draft.add(Entry(op, Verdict.QUARANTINED, reason=reason))


def _reject(draft: Draft, op: Operation, reason: str) -> None:
    draft.add(Entry(op, Verdict.REJECTED, reason=reason))


def _record_only(op: Operation, _body: Any, draft: Draft) -> None:
    _accept(draft, op)


def available(draft: Draft, lot: Account) -> int:
    """Cents of a lot that may still be spent."""
    balance = draft.balance(lot.id)
    return balance.credits - balance.debits - balance.held


def owed(draft: Draft, charge_id: str) -> int:
    """Cents still owed on a charge."""
    balance = draft.balance(f"AR:{charge_id}")
    return balance.debits - balance.credits


# Charges ----------------------------------------------------------------------------------------------------------


def _charge_put(op: Operation, body: records.Charge, draft: Draft) -> None:
    """Mirror the newest responsibility; release what it no longer covers; let earmarked money pay what appeared."""
    known = draft.charge(body.id)
    if known is not None and known.patient_id != body.patient_id:
        _quarantine(draft, op, "charge_of_another_patient")
        return
    if body.responsibility_cents < 0:
        _quarantine(draft, op, "negative_responsibility")
        return
    appointment_id = known.appointment_id if known else body.appointment_id
    ar = accounts.receivable(body.id, body.patient_id, appointment_id)
    resp = accounts.responsibility(body.patient_id)
    delta = body.responsibility_cents - (known.responsibility_cents if known else 0)
    if delta < 0:
        _release_excess(op, ar, -delta - owed(draft, body.id), draft)
    draft.know_charge(ChargeState(body.id, body.patient_id, appointment_id, body.service_date,
                                  body.responsibility_cents))  # fmt: skip
    code = "responsibility" if known else "charge"
    if delta > 0:
        _accept(draft, op, Transfer(ar, resp, delta, code))
    elif delta < 0:
        _accept(draft, op, Transfer(resp, ar, -delta, code))
    else:
        _accept(draft, op)
    if delta > 0 and appointment_id:
        _spend_earmarks(op, ar, draft)


def _release_excess(op: Operation, ar: Account, excess: int, draft: Draft) -> None:
    """Give `excess` cents of what was paid to a charge back to the lots, newest first, as free credit."""
    if excess <= 0:
        return
    transfers, lines, left = [], [], excess
    for lot, paid in draft.paid_to_charge(ar.charge_id):
        part = min(paid, left)
        transfers.append(Transfer(ar, lot, part, "release"))
        if lot.appointment_id:
            free = accounts.credit(lot.payment_id, lot.patient_id)
            transfers.append(Transfer(lot, free, part, "unearmark"))
        lines.append(bodies.ReleaseLine(lot_payment_id=lot.payment_id, amount_cents=part))
        left -= part
        if not left:
            break
    body = bodies.Released(charge_id=ar.charge_id, patient_id=ar.patient_id, cause_op_id=op.op_id, lines=tuple(lines))
    draft.add(Entry(_derived(op, body, ar.charge_id), Verdict.ACCEPTED, tuple(transfers)))


def _spend_earmarks(op: Operation, ar: Account, draft: Draft) -> None:
    """Money that waited for this appointment pays the charge that appeared (domain row N7), oldest payment first."""
    for lot in draft.lots_for_appointment(ar.appointment_id):
        part = min(available(draft, lot), owed(draft, ar.charge_id))
        if lot.patient_id != ar.patient_id or part <= 0:
            continue
        body = bodies.AutoAllocated(
            lot_payment_id=lot.payment_id, patient_id=ar.patient_id, appointment_id=ar.appointment_id,
            cause_op_id=op.op_id, lines=(bodies.AllocationLine(charge_id=ar.charge_id, amount_cents=part),),
        )  # fmt: skip
        derived = _derived(op, body, ar.charge_id, lot.payment_id)
        draft.add(Entry(derived, Verdict.ACCEPTED, (Transfer(lot, ar, part, "auto_allocate"),)))


def _derived(cause: Operation, body: object, *names: str) -> Operation:
    """A derived operation of the hub; its id follows from its cause, so nobody can make it twice."""
    return make_operation(
        body, op_id=natural_id(cause.op_id, type(body).__name__, *names), tenant=cause.tenant, device=HUB, epoch=0,
        dseq=0, prev=GENESIS, actor=HUB, business_date=cause.business_date, device_time=cause.device_time,
        group=cause.group,
    )  # fmt: skip


# Money in ---------------------------------------------------------------------------------------------------------


def _collect(op: Operation, body: bodies.Collect, draft: Draft) -> None:
    """Money came in: it lies in the payment's lot. Cash tendered and change are both seen by the drawer."""
    if body.amount_cents <= 0 or body.change_cents < 0:
        _quarantine(draft, op, "amount_not_positive")
        return
    if body.tender not in bodies.TENDERS:
        _quarantine(draft, op, "tender_unknown")
        return
    source = _tender_account(body.tender, body.drawer or op.device, body.card.merchant if body.card else "main")
    if draft.payment(body.payment_id) is not None:
        _except(draft, op, "payment_id_used", Transfer(source, accounts.suspense(), body.amount_cents, "collect"))
        return
    lot = accounts.lot(body.payment_id, body.patient_id, body.appointment_id)
    transfers = [Transfer(source, lot, body.amount_cents + body.change_cents, "collect")]
    if body.change_cents:
        transfers.append(Transfer(lot, source, body.change_cents, "change"))
    twice = body.receipt_no and draft.payment_with_receipt(body.receipt_no)
    draft.know_payment(PaymentState(body.payment_id, body.patient_id, body.appointment_id, body.tender,
                                    body.amount_cents, body.drawer or op.device,
                                    body.card.merchant if body.card else "", op.op_id, body.receipt_no))  # fmt: skip
    if twice:
        _except(draft, op, RECEIPT_USED, *transfers)
    else:
        _accept(draft, op, *transfers)


def _tender_account(tender: str, drawer: str, merchant: str) -> Account:
    makers: dict[str, Callable[[], Account]] = {
        "cash": lambda: accounts.cash(drawer),
        "check": accounts.check,
        "card": lambda: accounts.card(merchant or "main"),
        "external": accounts.external,
    }
    return makers[tender]()


def _except(draft: Draft, op: Operation, reason: str, *transfers: Transfer) -> None:
    draft.add(Entry(op, Verdict.EXCEPTED, transfers, reason=reason))


# Spending a lot ---------------------------------------------------------------------------------------------------


def _allocate(op: Operation, body: bodies.Allocate, draft: Draft) -> None:
    """Spend a lot on charges: earmarked to the charge's visit first, then free; never beyond what is owed or there."""
    payment = draft.payment(body.lot_payment_id)
    asked = sum(line.amount_cents for line in body.lines)
    reason = _cannot_allocate(body, payment, draft)
    if reason or payment is None:
        _reject(draft, op, reason)
        return
    branch = draft.branch()
    transfers: list[Transfer] = []
    for line in body.lines:
        transfers += _allocate_line(payment, line, branch) if line.charge_id else _earmark(payment, line, branch)
    granted = sum(transfer.amount_cents for transfer in transfers)
    if granted == 0 or (granted < asked and body.if_short == "reject"):
        _reject(draft, op, "credit_used" if not _left(body.lot_payment_id, draft) else "not_that_much")
        return
    verdict = Verdict.ACCEPTED if granted == asked else Verdict.REDUCED
    draft.add(Entry(op, verdict, tuple(transfers), granted_cents=granted))


def _cannot_allocate(body: bodies.Allocate, payment: PaymentState | None, draft: Draft) -> str:
    if payment is None:
        return "missing_dependency"
    if payment.reversed:
        return "payment_reversed"
    if payment.patient_id != body.patient_id:
        return "wrong_patient"
    if not body.lines or any(line.amount_cents <= 0 for line in body.lines):
        return "amount_not_positive"
    for line in body.lines:
        if line.appointment_id and not line.charge_id:
            continue
        charge = draft.charge(line.charge_id)
        if charge is None:
            return "missing_dependency"
        if charge.patient_id != body.patient_id:
            return "wrong_patient"
    return ""


def _earmark(payment: PaymentState, line: bodies.AllocationLine, branch: Draft) -> list[Transfer]:
    """Set free credit of a lot aside for an appointment without charges (domain row N6)."""
    free = accounts.credit(payment.payment_id, payment.patient_id)
    part = min(line.amount_cents, available(branch, free))
    if part <= 0:
        return []
    aside = accounts.earmarked(payment.payment_id, payment.patient_id, line.appointment_id)
    transfer = Transfer(free, aside, part, "earmark")
    branch.move(transfer)
    return [transfer]


def _allocate_line(payment: PaymentState, line: bodies.AllocationLine, branch: Draft) -> list[Transfer]:
    charge = branch.charge(line.charge_id)
    assert charge is not None
    ar = accounts.receivable(charge.charge_id, charge.patient_id, charge.appointment_id)
    wanted = min(line.amount_cents, owed(branch, charge.charge_id))
    transfers = []
    for lot in _spendable(payment.payment_id, charge.appointment_id, branch):
        part = min(wanted, available(branch, lot))
        if part > 0:
            transfer = Transfer(lot, ar, part, "allocate")
            branch.move(transfer)
            transfers.append(transfer)
            wanted -= part
    return transfers


def _spendable(payment_id: str, appointment_id: str, draft: Draft) -> list[Account]:
    lots = [lot for lot in draft.lots_of_payment(payment_id)
            if not lot.appointment_id or lot.appointment_id == appointment_id]  # fmt: skip
    return sorted(lots, key=lambda lot: not lot.appointment_id)


def _left(payment_id: str, draft: Draft) -> int:
    return sum(available(draft, lot) for lot in draft.lots_of_payment(payment_id))


# Taking a whole payment back --------------------------------------------------------------------------------------


def _reverse(op: Operation, body: bodies.Reverse, draft: Draft) -> None:
    """Take a whole payment back: release what it paid, gather its lot, mirror the transfers that took the money."""
    payment = draft.payment(body.payment_id)
    if payment is None:
        _quarantine(draft, op, "missing_dependency")  # it names no amount, so there is nothing to post
        return
    out = _tender_account(payment.tender, body.drawer or payment.drawer, payment.merchant)
    if payment.reversed:
        over = accounts.over_refunded(payment.payment_id, payment.patient_id)
        _except(draft, op, "already_reversed", Transfer(over, out, payment.amount_cents, "reverse"))
        return
    home = accounts.lot(payment.payment_id, payment.patient_id, payment.appointment_id)
    transfers = [Transfer(ar, lot, cents, "release") for ar, lot, cents in draft.paid_by_payment(payment.payment_id)]
    lots = sorted(draft.lots_of_payment(payment.payment_id), key=lambda lot: lot.id)
    released = {lot.id: 0 for lot in lots}
    for transfer in transfers:
        released[transfer.credit.id] = released.get(transfer.credit.id, 0) + transfer.amount_cents
    for lot in lots:
        left = available(draft, lot) + released[lot.id]
        if lot.id != home.id and left > 0:
            transfers.append(Transfer(lot, home, left, "gather"))
    for n, taken in enumerate(draft.transfers_of(payment.collect_op_id)):
        transfers.append(Transfer(taken.credit, taken.debit, taken.amount_cents, "reverse", (payment.collect_op_id, n)))
    draft.mark_reversed(payment)
    _accept(draft, op, *transfers)


# Visits -----------------------------------------------------------------------------------------------------------


def _visit_status(op: Operation, body: bodies.VisitStatus, draft: Draft) -> None:
    if body.status in records.APPOINTMENT_STATUSES:
        _accept(draft, op)
    else:
        _quarantine(draft, op, "status_unknown")


_HANDLERS: dict[str, Callable[[Operation, Any, Draft], None]] = {
    "charge.put": _charge_put,
    "payment.collect": _collect,
    "payment.allocate": _allocate,
    "payment.reverse": _reverse,
    "visit.status": _visit_status,
}
