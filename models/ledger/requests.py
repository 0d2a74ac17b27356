"""Requests: an amount asked of a patient, moved on by people and readers, answered by money.

Nothing here posts a cent. What came for a request is read from what was posted: money a payment names it for, and money
that reached the visit it is for, whichever way (taken, spent from credit, moved). So a copay that is taken without a
thought of its request answers it all the same, and nobody is asked twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from models.ledger.accounts import LOT_CODES, Account, Code
from models.ledger.draft import Draft
from models.ledger.judging import accept, derived, reject, same_person
from models.ledger.states import PAYS, UNPAYS, Entry, RequestState, Transfer, Verdict
from models.operations import bodies
from models.operations.operation import Operation
from models.operations.rekeying import Rekeyed
from models.operations.requests import (
    REQUEST_ACTORS,
    REQUEST_TYPES,
    PaymentRequestAnswered,
    PaymentRequestPut,
    PaymentRequestStatus,
)
from models.rules.payment_status import AWAITED, EDITABLE, Actor, Status, may, when_put

LOCKED = "request_locked"
"""Reason: it is under way, or ended, and is not edited any more."""
NO_WAY = "request_status"
"""Reason: nobody may bring it there from where it is."""


def put(op: Operation, body: PaymentRequestPut, draft: Draft) -> None:
    """An amount is asked, or what was asked changes."""
    known = draft.request(body.request_id)
    reason = _cannot_put(body, known, draft)
    if reason:
        reject(draft, op, reason)
        return
    after = when_put(known.status if known else None, submitted=body.submitted)
    draft.know_request(RequestState(body.request_id, body.patient_id, body.appointment_id, body.amount_cents,
                                    known.paid_cents if known else 0, after, body.due_date, op.op_id))  # fmt: skip
    accept(draft, op)


def _cannot_put(body: PaymentRequestPut, known: RequestState | None, draft: Draft) -> str:
    if body.amount_cents <= 0:
        return "amount_not_positive"
    if body.request_type not in REQUEST_TYPES:
        return "reason_unknown"
    visit = draft.appointment(body.appointment_id) if body.appointment_id else None
    if visit is not None and not same_person(draft, visit.patient_id, body.patient_id):
        return "wrong_patient"
    if known is None:
        return ""
    if not same_person(draft, known.patient_id, body.patient_id):
        return "other_patient"
    if known.status not in EDITABLE or body.amount_cents <= known.paid_cents:
        return LOCKED
    return ""


def status(op: Operation, body: PaymentRequestStatus, draft: Draft) -> None:
    """A request moves on, as far as the table lets it. Said again where it stands already, nothing happens."""
    known = draft.request(body.request_id)
    if known is None:
        reject(draft, op, "missing_dependency")
    elif body.status not in frozenset(Status) or body.by not in REQUEST_ACTORS or body.status == Status.PAID:
        reject(draft, op, NO_WAY)
    elif not may(known.status, Status(body.status), Actor(body.by)):
        reject(draft, op, LOCKED if known.status not in EDITABLE | AWAITED else NO_WAY)
    else:
        draft.know_request(replace(known, status=Status(body.status)))
        accept(draft, op)


# What money says --------------------------------------------------------------------------------------------------


def follow(op: Operation, body: Any, draft: Draft, start: int) -> None:
    """Answer requests by what `op` let happen to money, from entry `start` of the draft on."""
    entries = draft.entries[start:]
    reached = _reached(entries)
    took = _taken_for(body) if any(each.op is op and each.transfers for each in entries) else None
    if took is not None:
        payment_id, request_id, cents = took
        named = draft.request(request_id)
        if named is not None:
            answered = _answer(op, [named], cents, payment_id, draft)
            if named.appointment_id in reached:
                reached[named.appointment_id] -= answered
    elif op.kind == "payment.reverse":
        _taken_back(op, body, draft)
    payment_id = body.payment_id if op.kind == "payment.collect" else ""
    for appointment_id, cents in reached.items():
        waiting = draft.requests_at(appointment_id) if cents else ()
        if cents > 0:
            _answer(op, waiting, cents, payment_id, draft)
        elif cents < 0:
            _take(op, waiting, -cents, draft)


def _taken_for(body: Any) -> tuple[str, str, int] | None:
    """(payment, request, cents) of money that names its request."""
    collect = body.payment if isinstance(body, Rekeyed) else body
    if isinstance(collect, bodies.Collect) and collect.request_id:
        return collect.payment_id, collect.request_id, collect.amount_cents
    return None


def _taken_back(op: Operation, body: bodies.Reverse, draft: Draft) -> None:
    """A payment that answered a part of a request that is for no visit was taken back."""
    payment = draft.payment(body.payment_id)
    request = draft.request(payment.request_id) if payment is not None and payment.request_id else None
    if payment is not None and request is not None and not request.appointment_id:
        _take(op, [request], payment.amount_cents - payment.corrected_cents, draft)


def _reached(entries: Iterable[Entry]) -> dict[str, int]:
    """Net cents that reached each visit: onto its charges from a lot, or into what is set aside for it."""
    net: dict[str, int] = {}
    for entry in entries:
        for transfer in entry.transfers:
            for account, sign in ((transfer.credit, 1), (transfer.debit, -1)):
                if account.appointment_id and _holds_money(account, transfer):
                    net[account.appointment_id] = net.get(account.appointment_id, 0) + sign * transfer.amount_cents
    return net


def _holds_money(account: Account, transfer: Transfer) -> bool:
    """Is this end of a transfer money of patients on a visit? What is owed there changes by other acts, too."""
    return account.code in LOT_CODES or (account.code is Code.RECEIVABLE and transfer.code in PAYS | UNPAYS)


def _answer(op: Operation, requests: Sequence[RequestState], cents: int, payment_id: str, draft: Draft) -> int:
    """Let `cents` answer these requests, in their order, as far as they wait. Returns how much they took."""
    left = cents
    for request in requests:
        part = min(request.open_cents, left)
        if part <= 0 or request.status not in AWAITED:
            continue
        left -= part
        paid = request.paid_cents + part
        done = paid == request.amount_cents and may(request.status, Status.PAID, Actor.MONEY)
        whole = payment_id if part == request.amount_cents else ""
        _note(op, replace(request, paid_cents=paid, status=Status.PAID if done else request.status), part, whole, draft)
    return cents - left


def _take(op: Operation, requests: Sequence[RequestState], cents: int, draft: Draft) -> None:
    """Money that had answered a part went away again: so much is still asked. What was paid in full stays paid."""
    for request in reversed(requests):
        part = min(request.paid_cents, cents)
        if part > 0 and request.status in AWAITED:
            cents -= part
            _note(op, replace(request, paid_cents=request.paid_cents - part), -part, "", draft)


def _note(op: Operation, after: RequestState, cents: int, payment_id: str, draft: Draft) -> None:
    body = PaymentRequestAnswered(request_id=after.request_id, patient_id=after.patient_id, amount_cents=cents,
                                  status=after.status.value, cause_op_id=op.op_id, payment_id=payment_id)  # fmt: skip
    draft.know_request(after)
    draft.add(Entry(derived(op, body, after.request_id), Verdict.ACCEPTED))
