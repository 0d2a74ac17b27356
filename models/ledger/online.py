"""Money that patients pay from home: it lies in clearing accounts until it is posted, and changes no figure before.

Only the hub says what the processor did; desks decide what becomes of it. Posting is the engine's own: a payment and
its allocation follow from it, as a receptionist would have entered them, with the number the payer was told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from models.basics.ids import natural_id
from models.ledger import accounts, tasks
from models.ledger.accounts import Account
from models.ledger.draft import Draft
from models.ledger.judging import (
    HUB,
    KNOWN_ALREADY,
    accept,
    except_,
    lies,
    one_family,
    quarantine,
    reject,
    tender_account,
    waiting,
)
from models.ledger.states import OnlineReturnState, OnlineState, OnlineStep, PayoutState, RefundStep, Transfer, Verdict
from models.operations import bodies, online
from models.operations.operation import GENESIS, Operation, make_operation

NOT_YOURS = "derived_by_hub"
POSTED_ALREADY = "posted_already"
"""Reason: somebody posted it before, or said that it is in the books by another way."""


# What the processor did -------------------------------------------------------------------------------------------


def receive(op: Operation, body: online.OnlineReceive, draft: Draft) -> None:
    """Captured: it lies in the clearing account of this payment."""
    wrong = _not_hubs(op, body.amount_cents, body.channel in online.CHANNELS)
    if wrong or draft.online(body.online_id) is not None:
        quarantine(draft, op, wrong or KNOWN_ALREADY)
        return
    draft.know_online(OnlineState(
        body.online_id, body.patient_id, body.amount_cents, 0, OnlineStep.OPEN, body.number, body.brand, body.last4,
        body.charge, op.business_date, body.request_id, body.way,
    ))  # fmt: skip
    waits = accounts.online_waiting(body.online_id, body.patient_id)
    accept(draft, op, Transfer(_processor(), waits, body.amount_cents, "online"))


def processing(op: Operation, body: online.OnlineProcessing, draft: Draft) -> None:
    """A bank was asked: nothing moves before it answers."""
    _only_said(op, _not_hubs(op, body.amount_cents, body.channel in online.CHANNELS), draft)


def refused(op: Operation, _body: online.OnlineRefused, draft: Draft) -> None:
    """The bank did not pay: nothing had moved."""
    _only_said(op, _not_hubs(op, 1, True), draft)


def _only_said(op: Operation, wrong: str, draft: Draft) -> None:
    if wrong:
        quarantine(draft, op, wrong)
    else:
        accept(draft, op)


def returned(op: Operation, body: online.OnlineReturn, draft: Draft) -> None:
    """Given back: off what was not posted yet, the rest waits to be posted itself."""
    known = draft.online(body.online_id)
    wrong = _not_hubs(op, body.amount_cents, body.kind in online.RETURN_KINDS)
    if wrong or known is None or draft.online_return(body.return_id) is not None:
        quarantine(draft, op, wrong or ("missing_dependency" if known is None else KNOWN_ALREADY))
        return
    waits = accounts.online_waiting(known.online_id, known.patient_id)
    off = min(body.amount_cents, lies(draft, waits)) if known.step is OnlineStep.OPEN else 0
    rest = body.amount_cents - off
    back = accounts.online_returned(body.return_id, known.patient_id)
    parts = ((waits, off), (back, rest))
    if off:
        all_off = known.off_cents + off == known.amount_cents
        step = OnlineStep.OFF if all_off else known.step
        draft.know_online(replace(known, off_cents=known.off_cents + off, step=step))
    draft.know_online_return(OnlineReturnState(
        body.return_id, known.online_id, known.patient_id, body.amount_cents, off,
        OnlineStep.OPEN if rest else OnlineStep.OFF, body.number, body.refund_id,
    ))  # fmt: skip
    accept(draft, op, *(Transfer(account, _processor(), part, "online_return") for account, part in parts if part))


def refund_refused(op: Operation, _body: online.OnlineRefundRefused, draft: Draft) -> None:
    """The processor does not give it: what was set aside lies where it lay (`follow`)."""
    _only_said(op, _not_hubs(op, 1, True), draft)


def dispute_lost(op: Operation, body: online.OnlineDisputeLost, draft: Draft) -> None:
    """The bank keeps it; what becomes of it a person says. A task tells them (`tasks.follow`)."""
    wrong = _not_hubs(op, 1, True)
    if wrong or draft.dispute(body.dispute_id) is None:
        quarantine(draft, op, wrong or "missing_dependency")
    else:
        accept(draft, op)


def dispute_ended(op: Operation, body: online.OnlineDisputeEnded, draft: Draft) -> None:
    """A bank decided about money that is not posted: won, it lies with the processor again; lost, it comes off what is
    left to be posted. What it had taken back lies in suspense until then, and a task asks about it (`tasks.follow`)."""
    known, asked = draft.online(body.online_id), tasks.of_dispute(draft, body.online_id, body.dispute_id)
    wrong = _not_hubs(op, body.amount_cents, body.outcome in online.DISPUTE_ENDS)
    if wrong or known is None or asked is None or asked.open_cents != body.amount_cents:
        quarantine(draft, op, wrong or "missing_dependency")
    elif body.outcome == "won":
        accept(draft, op, Transfer(_processor(), accounts.suspense(), body.amount_cents, "dispute_won"))
    else:
        waits = accounts.online_waiting(known.online_id, known.patient_id)
        off = min(body.amount_cents, lies(draft, waits)) if known.step is OnlineStep.OPEN else 0
        if off:
            step = OnlineStep.OFF if known.off_cents + off == known.amount_cents else known.step
            draft.know_online(replace(known, off_cents=known.off_cents + off, step=step))
        accept(draft, op, *[Transfer(waits, accounts.suspense(), off, "dispute_lost")] if off else [])


def return_failed(op: Operation, body: online.OnlineReturnFailed, draft: Draft) -> None:
    """What had gone back lies with the processor again: where it lay before, and on the account where that was
    posted. What nobody can place any more is in question."""
    known = draft.online_return(body.return_id)
    payment = draft.online(body.online_id)
    wrong = _not_hubs(op, 1, True)
    if wrong or known is None or payment is None or known.step is OnlineStep.FAILED:
        quarantine(draft, op, wrong or ("missing_dependency" if known is None or payment is None else KNOWN_ALREADY))
        return
    draft.know_online_return(replace(known, step=OnlineStep.FAILED))
    posted = known.step is OnlineStep.POSTED
    targets = [(_rest_of(known), known.amount_cents - known.off_cents)] if not posted else []
    reopened = payment.step in (OnlineStep.OPEN, OnlineStep.OFF)
    if known.off_cents:
        waits = accounts.online_waiting(payment.online_id, payment.patient_id)
        targets.append((waits if reopened else accounts.suspense(), known.off_cents))
        if reopened:
            off = payment.off_cents - known.off_cents
            draft.know_online(replace(payment, off_cents=off, step=OnlineStep.OPEN))
    transfers = [Transfer(_processor(), account, cents, "online_return_failed") for account, cents in targets if cents]
    if known.off_cents and not reopened:
        except_(draft, op, "missing_dependency", *transfers)
    else:
        accept(draft, op, *transfers)


def _rest_of(known: OnlineReturnState) -> Account:
    if known.step is OnlineStep.ELSEWHERE:
        return accounts.external()
    return accounts.online_returned(known.return_id, known.patient_id)


def payout(op: Operation, body: online.OnlinePayout, draft: Draft) -> None:
    """On its way to the bank: what came from home less what went back and what the processor keeps."""
    wrong = _not_hubs(op, 1, True)
    if wrong or draft.payout(body.payout_id) is not None:
        quarantine(draft, op, wrong or KNOWN_ALREADY)
        return
    mine = [line for line in body.lines if line.online_id]
    net = sum(line.amount_cents - line.fee_cents for line in mine)
    fees = sum(line.fee_cents for line in mine if line.kind == "charge")
    draft.know_payout(PayoutState(body.payout_id, op.op_id))
    accept(draft, op, *_moved(accounts.transit(), net), *_moved(accounts.processor_fees(), fees))


def _moved(account: Account, cents: int) -> list[Transfer]:
    """From the processor to an account, or with less than nothing the other way round."""
    if cents == 0:
        return []
    ends = (account, _processor()) if cents > 0 else (_processor(), account)
    return [Transfer(*ends, abs(cents), "payout")]


def payout_failed(op: Operation, body: online.OnlinePayoutFailed, draft: Draft) -> None:
    """Back from the bank: every transfer of the payout mirrored."""
    known = draft.payout(body.payout_id)
    wrong = _not_hubs(op, 1, True)
    if wrong or known is None or known.failed:
        quarantine(draft, op, wrong or ("missing_dependency" if known is None else KNOWN_ALREADY))
        return
    draft.know_payout(replace(known, failed=True))
    accept(draft, op, *(
        Transfer(each.credit, each.debit, each.amount_cents, "payout_failed", (known.made_op_id, n))
        for n, each in enumerate(draft.transfers_of(known.made_op_id))
    ))  # fmt: skip


def _not_hubs(op: Operation, cents: int, known: bool) -> str:
    """Why this is no word of the processor: it came from a desk, or makes no sense; empty when it is one."""
    if op.device != HUB:
        return NOT_YOURS
    return "amount_not_positive" if cents <= 0 else "" if known else "reason_unknown"


def _processor() -> Account:
    return accounts.card(online.MERCHANT)


# What becomes of it -----------------------------------------------------------------------------------------------


def post(op: Operation, body: online.OnlinePost, draft: Draft) -> None:
    """Into the account; what that means follows (`follow`)."""
    known = draft.online(body.online_id)
    back = draft.online_return(body.return_id) if body.return_id else None
    reason = _cannot(body, known, back, draft)
    if reason:
        reject(draft, op, reason)
        return
    assert known is not None
    if back is not None:
        draft.know_online_return(replace(back, step=OnlineStep.POSTED))
    else:
        draft.know_online(replace(known, step=OnlineStep.POSTED))
    accept(draft, op)


def associate(op: Operation, body: online.OnlineAssociate, draft: Draft) -> None:
    """In the books by another way: the clearing account is emptied against how it got there."""
    known = draft.online(body.online_id)
    back = draft.online_return(body.return_id) if body.return_id else None
    reason = _cannot(body, known, back, draft)
    other = _entered_by(body, draft)
    if reason or other is None:
        reject(draft, op, reason or "missing_dependency")
        return
    assert known is not None
    if back is not None:
        clearing = accounts.online_returned(back.return_id, back.patient_id)
        draft.know_online_return(replace(back, step=OnlineStep.ELSEWHERE))
        accept(draft, op, Transfer(other, clearing, waiting(draft, clearing), "associate"))
        return
    clearing = accounts.online_waiting(known.online_id, known.patient_id)
    draft.know_online(replace(known, step=OnlineStep.ELSEWHERE))
    accept(draft, op, Transfer(clearing, other, lies(draft, clearing), "associate"))


def _entered_by(body: online.OnlineAssociate, draft: Draft) -> Account | None:
    """Where the books say that this money came in; None for a payment that is not there."""
    if not body.payment_id:
        return accounts.external()
    payment = draft.payment(body.payment_id)
    if payment is None:
        return None
    return tender_account(payment.tender, drawer=payment.drawer, merchant=payment.merchant, method=payment.method_id)


def _cannot(
    body: online.OnlinePost | online.OnlineAssociate, known: OnlineState | None,
    back: OnlineReturnState | None, draft: Draft,
) -> str:  # fmt: skip
    """Why nothing can become of it; empty when something can."""
    if known is None or (body.return_id and back is None):
        return "missing_dependency"
    if not one_family(draft, known.patient_id, body.patient_id):
        return "wrong_patient"
    step = back.step if back is not None else known.step
    if step is not OnlineStep.OPEN:
        return POSTED_ALREADY
    if back is not None and isinstance(body, online.OnlinePost) and draft.payment(known.online_id) is None:
        return "missing_dependency"  # what the refund is of was never posted here
    return ""


# What follows -----------------------------------------------------------------------------------------------------


def follow(op: Operation, body: Any, draft: Draft, start: int) -> Iterator[Operation]:
    """The operations that follow from `op`, whose entry is in the draft from `start` on: each is to be judged before
    the next one is asked for."""
    rule = _FOLLOWS.get(op.kind)
    own = next((entry for entry in draft.entries[start:] if entry.op is op), None) if rule else None
    if rule is not None and own is not None and own.verdict not in (Verdict.REJECTED, Verdict.QUARANTINED):
        yield from rule(op, body, draft)


def _posted(op: Operation, body: online.OnlinePost, draft: Draft) -> Iterator[Operation]:
    """A payment of what is left of it and its allocation, or the refund that went back."""
    known = draft.online(body.online_id)
    back = draft.online_return(body.return_id) if body.return_id else None
    assert known is not None
    if back is not None:
        yield _follows(op, _refund_of(known, back, draft), "refund")
        return
    yield _follows(op, _collect_of(op, known), "collect")
    if body.lines:
        allocate = bodies.Allocate(allocation_id=natural_id(op.op_id, "allocation"), lot_payment_id=known.online_id,
                                   patient_id=known.patient_id, lines=body.lines)  # fmt: skip
        yield _follows(op, allocate, "allocate")


def _collect_of(op: Operation, known: OnlineState) -> bodies.Collect:
    card = bodies.CardFacts(brand=known.brand, last4=known.last4, host_ref=known.charge, merchant=online.MERCHANT)
    paid_on = known.paid_on if known.paid_on != op.business_date else ""
    return bodies.Collect(
        payment_id=known.online_id, patient_id=known.patient_id, tender=bodies.ONLINE,
        amount_cents=known.amount_cents - known.off_cents, number=known.number, receipt_no=known.number,
        drawer=online.MERCHANT, card=card, received_date=paid_on, request_id=known.request_id,
        online_id=known.online_id, method_id=_method_of(known),
    )  # fmt: skip


def _refund_of(known: OnlineState, back: OnlineReturnState, draft: Draft) -> bodies.RefundPaid:
    return bodies.RefundPaid(
        refund_id=back.refund_id or back.return_id, payment_id=known.online_id, patient_id=known.patient_id,
        amount_cents=waiting(draft, accounts.online_returned(back.return_id, back.patient_id)), tender=bodies.ONLINE,
        receipt_no=back.number, drawer=online.MERCHANT, method_id=_method_of(known),
        card=bodies.CardFacts(brand=known.brand, last4=known.last4, merchant=online.MERCHANT),
        online_return_id=back.return_id,
    )  # fmt: skip


def _method_of(known: OnlineState) -> str:
    """A payment by bank debit says so; one by card names no method."""
    return online.ACH if known.way == online.BANK else ""


def _came_back(op: Operation, body: online.OnlineReturnFailed, draft: Draft) -> Iterator[Operation]:
    """A refund that was posted is undone; one that was only asked for lies where it lay."""
    known = draft.online_return(body.return_id)
    assert known is not None
    refund = draft.refund(known.refund_id or known.return_id)
    reason = body.reason or "failed"
    if refund is not None and refund.step is RefundStep.PAID:
        undone = bodies.RefundUndone(refund_id=refund.refund_id, patient_id=refund.patient_id, reason=reason,
                                     receipt_no="")  # fmt: skip
        yield _follows(op, undone, "undone")
    elif refund is not None and refund.step is RefundStep.REQUESTED:
        failed = bodies.RefundFailed(refund_id=refund.refund_id, patient_id=refund.patient_id, reason=reason)
        yield _follows(op, failed, "failed")


def _not_given(op: Operation, body: online.OnlineRefundRefused, draft: Draft) -> Iterator[Operation]:
    refund = draft.refund(body.refund_id)
    if refund is not None and refund.step is RefundStep.REQUESTED:
        failed = bodies.RefundFailed(refund_id=refund.refund_id, patient_id=refund.patient_id, reason=body.reason)
        yield _follows(op, failed, "failed")


_FOLLOWS: dict[str, Callable[[Operation, Any, Draft], Iterator[Operation]]] = {
    "online.post": _posted, "online.return_failed": _came_back,
    "online.refund_refused": _not_given,
}  # fmt: skip


def _follows(cause: Operation, body: object, name: str) -> Operation:
    """What the posting of money from home says as an operation of its own: by who posted it, at the hub's place."""
    return make_operation(
        body, op_id=natural_id(cause.op_id, type(body).__name__, name), tenant=cause.tenant, device=HUB, epoch=0,
        dseq=0, prev=GENESIS, actor=cause.actor, supervisor=cause.supervisor, business_date=cause.business_date,
        device_time=cause.device_time, group=cause.group,
    )  # fmt: skip


def is_posting(op: Operation, body: bodies.Collect, draft: Draft) -> bool:
    """Is this a payment that follows from posting money from home, and nothing else that calls itself so?"""
    if body.tender != bodies.ONLINE:
        return False
    known = draft.online(body.online_id) if body.online_id else None
    return known is not None and op.device == HUB and body.payment_id == known.online_id


__all__: Sequence[str] = (
    "associate", "dispute_ended", "follow", "is_posting", "payout", "payout_failed", "post", "processing", "receive",
    "refund_refused", "refused", "return_failed", "returned",
)  # fmt: skip
