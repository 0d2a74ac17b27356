"""The one engine: judges an operation against a book and says what is posted. The same on every desk and on the hub.

Facts always post: what a guarded account cannot bear goes to SUSP or OVR, and the verdict is `excepted`. Decisions are
accepted, reduced to what is there, or rejected with a coded reason. What follows from an operation by rule (release of
an overpaid charge, waiting money onto new charges) becomes derived entries around it; only the hub's count.

Here operations are dispatched; the postings themselves are in `charges`, `spending`, `giving_back` and `days`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from models.ledger import (
    accounts,
    asks,
    cards,
    charges,
    days,
    documents,
    giving_back,
    holding,
    links,
    merging,
    online,
    plans,
    requests,
    rightful,
    spending,
    tasks,
)
from models.ledger.draft import Draft
from models.ledger.judging import (
    GONE,
    HERE,
    HUB,
    KNOWN_ALREADY,
    accept,
    aside_for,
    derived,
    except_,
    quarantine,
    reject,
    same_person,
    tender_account,
)
from models.ledger.states import AppointmentState, Entry, PaymentState, Transfer, Verdict
from models.operations import bodies, messages, records, rekeying
from models.operations.codec import BodyInvalid
from models.operations.kinds import NotUnderstood, OpClass
from models.operations.operation import Operation
from models.rules.addresses import address_for
from models.rules.rights import rights_of

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
    if holding.only_by_hub(op, draft):
        return (draft.entries[-1],)
    start = len(draft.entries)
    draft.acting = op.device
    if rightful.falls(op, body, draft):
        return tuple(draft.entries[start:])
    handler = _HANDLERS.get(op.kind, _record_only)
    handler(op, body, draft)
    tasks.follow(op, body, draft, start)
    holding.fit(op, draft, start)
    requests.follow(op, body, draft, start)
    plans.follow(op, draft, start)
    rightful.doubt(op, body, draft, start)
    for following in online.follow(op, body, draft, start):
        settle(following, draft)
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
    start = len(draft.entries)
    draft.add(Entry(op, Verdict.REJECTED, reason=reason))
    tasks.fell(op, reason, draft)
    return tuple(draft.entries[start:])


def _added(draft: Draft, *entries: Entry) -> tuple[Entry, ...]:
    for entry in entries:
        draft.add(entry)
    return entries


def _record_only(op: Operation, _body: Any, draft: Draft) -> None:
    accept(draft, op)


# Money in ---------------------------------------------------------------------------------------------------------


def _collect(op: Operation, body: bodies.Collect, draft: Draft) -> None:
    """Money came in: it lies in the payment's lot. Cash tendered and change are both seen by the drawer."""
    if body.amount_cents <= 0 or body.change_cents < 0:
        quarantine(draft, op, "amount_not_positive")
        return
    from_home = online.is_posting(op, body, draft)
    if not from_home and (body.tender not in bodies.TENDERS or body.online_id):
        quarantine(draft, op, "tender_unknown")
        return
    merchant = (body.card.merchant if body.card else "main") if body.tender == "card" else ""
    source = tender_account(body.tender, drawer=body.drawer or op.device, merchant=merchant, method=body.method_id)
    if from_home:
        source = accounts.online_waiting(body.online_id, body.patient_id)
    known = draft.payment(body.payment_id)
    if known is not None and _told_twice(body, known, draft):
        quarantine(draft, op, KNOWN_ALREADY)
        return
    if known is not None:
        except_(draft, op, "payment_id_used", Transfer(source, accounts.suspense(), body.amount_cents, "collect"))
        return
    _end_stand_in(op, body.receipt_no, draft)
    payment = PaymentState(
        body.payment_id, body.patient_id, body.appointment_id, body.tender, body.amount_cents,
        body.drawer or op.device, body.card.merchant if body.card else "", op.op_id, body.receipt_no,
        method_id=body.method_id, request_id=body.request_id,
    )  # fmt: skip
    lot = accounts.credit(body.payment_id, body.patient_id)
    if body.appointment_id:
        lot = aside_for(draft, payment, body.appointment_id)
    transfers = [Transfer(source, lot, body.amount_cents + body.change_cents, "collect")]
    if body.change_cents:
        transfers.append(Transfer(lot, source, body.change_cents, "change"))
    twice = body.receipt_no and draft.payment_with_receipt(body.receipt_no)
    draft.know_payment(payment)
    if twice:
        except_(draft, op, RECEIPT_USED, *transfers)
    else:
        accept(draft, op, *transfers)
    tasks.match(op, body.payment_id, draft)
    if body.tender == "external" and body.appointment_id:
        charges.spend_what_waits(op, body.appointment_id, draft)


def _rekeyed(op: Operation, body: rekeying.Rekeyed, draft: Draft) -> None:
    """A payment comes from paper because its desk died with it (H13): once for each receipt, and not where it is."""
    stand_in = rekeying.rekeyed_id(body.of)
    if body.payment.payment_id != stand_in or body.payment.patient_id != body.patient_id:
        quarantine(draft, op, "missing_dependency")
    elif draft.payment(stand_in) is not None or draft.payment_with_receipt(body.of):
        quarantine(draft, op, KNOWN_ALREADY)
    else:
        _collect(op, body.payment, draft)


def _end_stand_in(op: Operation, receipt_no: str, draft: Draft) -> None:
    """A payment has arrived that was entered from its paper meanwhile: it counts, what stood in for it no more. What a
    patient got back of that by then must not be had again from this one: somebody looks at it. An entry that was
    deleted never was one."""
    stand_in = draft.payment(rekeying.rekeyed_id(receipt_no)) if receipt_no else None
    if stand_in is None or stand_in.reversed_act == "delete" or draft.payment_with_receipt(receipt_no):
        return
    back = bodies.Reverse(payment_id=stand_in.payment_id, patient_id=stand_in.patient_id, reason="original_arrived",
                          reversal_id=f"{stand_in.payment_id}:ended", receipt_no="", act="delete")  # fmt: skip
    ended = rekeying.RekeyEnded(payment_id=stand_in.payment_id, patient_id=stand_in.patient_id,
                                cause_op_id=op.op_id, reverse=back)  # fmt: skip
    giving_back.reverse(derived(op, ended, stand_in.payment_id), back, draft)


def _told_twice(body: bodies.Collect, known: PaymentState, draft: Draft) -> bool:
    """Did two desks bring in the same: a line of another program's file, or a void that the bank sent back?"""
    told = body.tender == "external" or bool(body.returned_of)
    return told and body.tender == known.tender and _same_money(body, known, draft)


def _same_money(body: bodies.Collect, known: PaymentState, draft: Draft) -> bool:
    return same_person(draft, body.patient_id, known.patient_id) and body.amount_cents == known.amount_cents


# Visits, people, rules --------------------------------------------------------------------------------------------


def _visit_status(op: Operation, body: bodies.VisitStatus, draft: Draft) -> None:
    """A visit moves on."""
    custom = body.status.removeprefix(records.CUSTOM_STATUS)
    if body.status not in records.APPOINTMENT_STATUSES and (custom == body.status or not custom.strip()):
        quarantine(draft, op, "status_unknown")
        return
    known = draft.appointment(body.appointment_id)
    if known is not None and not body.by_payment:
        _stands(op, replace(known, desk_status=body.status), known, draft)
        return
    if known is not None:
        draft.know_appointment(replace(known, desk_status=body.status))
    accept(draft, op)


def _appointment_put(op: Operation, body: records.Appointment, draft: Draft) -> None:
    """A visit as its source has it. The desk's own word stands until the source says something new."""
    known = draft.appointment(body.id)
    said = known.desk_status if known and known.source_status == body.status else ""
    visit = AppointmentState(body.id, body.patient_id, body.service_date, body.status, body.practitioner_id, said)
    _stands(op, visit, known, draft)


def _stands(op: Operation, visit: AppointmentState, known: AppointmentState | None, draft: Draft) -> None:
    """What money does when a visit moves on: cancelled, what was paid for it waits there; no longer cancelled, or the
    patient is here, and what waits pays its charges."""
    before = known.status if known else ""
    draft.know_appointment(visit)
    if visit.status in GONE and known and before not in GONE:
        charges.release_visit(op, visit.appointment_id, draft)
    accept(draft, op)
    came = visit.status in HERE and before != visit.status
    if came or (before in GONE and visit.status not in GONE):
        charges.spend_what_waits(op, visit.appointment_id, draft)
    if came:
        charges.spend_by_rule_at(op, visit.appointment_id, draft)


def _visit_billing(op: Operation, body: bodies.VisitBilling, draft: Draft) -> None:
    if body.billing_status in records.BILLING_STATUSES:
        accept(draft, op)
    else:
        quarantine(draft, op, "status_unknown")


def _patient_put(op: Operation, body: records.Patient, draft: Draft) -> None:
    draft.guarantors[body.id] = body.guarantor_id or body.id
    accept(draft, op)


def _staff_put(op: Operation, body: records.Staff, draft: Draft) -> None:
    draft.staff[body.id] = rights_of(body.role, body.rights) if body.active else None
    accept(draft, op)


def _practitioner_put(op: Operation, body: records.Practitioner, draft: Draft) -> None:
    draft.practitioners[body.id] = body.auto_allocate
    accept(draft, op)


def _rules_put(op: Operation, body: records.Rules, draft: Draft) -> None:
    draft.rules_put = body
    accept(draft, op)


def _message_send(op: Operation, body: messages.MessageSend, draft: Draft) -> None:
    """A message that no carrier could take falls at once; nothing is sent."""
    known = body.channel in messages.CHANNELS and body.template in messages.TEMPLATES and bool(body.papers)
    paper_only = body.template in messages.PAPER_ALONE
    words_alone = body.template in messages.WORDS_ALONE and body.template != messages.WITH_STATEMENT
    no_paper = body.channel != "email" or words_alone
    if not known or (body.attach and no_paper) or (paper_only and not body.attach):
        reject(draft, op, "message_unknown")
    elif not body.address or address_for(body.channel, body.address) != body.address:
        reject(draft, op, "address_wrong")
    else:
        accept(draft, op)


def _of_payment(op: Operation, body: bodies.Reverse | bodies.Correct, draft: Draft) -> None:
    """A whole payment is taken back, or was entered too high; one never seen here is waited for."""
    if body.amount_cents <= 0 if isinstance(body, bodies.Correct) else body.given_back_cents < 0:
        quarantine(draft, op, "amount_not_positive")
    elif draft.payment(body.payment_id) is None:
        tasks.not_known(op, draft, body.payment_id)
    elif isinstance(body, bodies.Reverse):
        giving_back.reverse(op, body, draft)
    else:
        giving_back.correct(op, body, draft)


_HANDLERS: dict[str, Callable[[Operation, Any, Draft], None]] = {
    "charge.put": charges.charge_put,
    "charge.fee": charges.fee,
    "charge.adjust": charges.adjust,
    "payment.collect": _collect,
    "payment.rekeyed": _rekeyed,
    "payment.allocate": spending.allocate,
    "payment.move": spending.move,
    "act.undo": spending.undo,
    "payment.freed": spending.freed,
    "payment.reverse": _of_payment,
    "payment.correct": _of_payment,
    "refund.request": giving_back.refund_request,
    "refund.paid": giving_back.refund_paid,
    "refund.failed": giving_back.refund_failed,
    "refund.undone": giving_back.refund_undone,
    "refund.elsewhere": giving_back.refund_elsewhere,
    "refund.place": spending.refund_place,
    "drawer.opened": days.drawer_opened,
    "drawer.moved": days.drawer_moved,
    "drawer.closed": days.drawer_closed,
    "deposit.made": days.deposit_made,
    "deposit.deleted": days.deposit_deleted,
    "dispute.opened": giving_back.dispute_opened,
    "dispute.closed": giving_back.dispute_closed,
    "visit.status": _visit_status,
    "visit.billing": _visit_billing,
    "appointment.put": _appointment_put,
    "patient.put": _patient_put,
    "patient.merged": merging.merged,
    "patient.parted": merging.parted,
    "practitioner.put": _practitioner_put,
    "staff.put": _staff_put,
    "rules.put": _rules_put,
    "message.send": _message_send,
    "document.add": documents.add,
    "note.add": documents.note,
    "card.consent": cards.consent,
    "card.keep": cards.keep,
    "online.receive": online.receive,
    "online.processing": online.processing,
    "online.refused": online.refused,
    "online.return": online.returned,
    "online.refund_refused": online.refund_refused,
    "online.return_failed": online.return_failed,
    "online.dispute_lost": online.dispute_lost,
    "online.dispute_ended": online.dispute_ended,
    "online.post": online.post,
    "online.associate": online.associate,
    "online.payout": online.payout,
    "online.payout_failed": online.payout_failed,
    "plan.put": plans.put,
    "plan.accept": plans.accepted,
    "plan.activate": plans.activate,
    "plan.skip": plans.skip,
    "plan.method": plans.method,
    "plan.cancel": plans.cancel,
    "link.issue": links.issue,
    "ask.start": asks.start,
    "payment_request.put": requests.put,
    "payment_request.status": requests.status,
    "task.resolved": tasks.resolve,
    "hold.ask": holding.ask,
    "hold.returned": holding.returned,
    "hold.expired": holding.expired,
    "hold.broken": holding.broken,
}

__all__ = ["HUB", "RECEIPT_USED", "settle", "settle_run"]
