"""Payment plans in the ledger: they post nothing. What an agreement lets off or adds is posted by the adjustments and
the finance charge it comes into force with; what it is paid with is money like any other.

A plan closes when its charges owe nothing, whoever paid or let off the last of it, and opens again when that is undone.
New terms for a plan in force are another agreement over its charges, which ends it when it comes into force itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from dataclasses import replace

from models.ledger.accounts import Code
from models.ledger.draft import Draft
from models.ledger.judging import accept, derived, one_family, owed, quarantine, reject, same_person
from models.ledger.states import ChargeState, Entry, PlanState, Verdict
from models.operations.operation import Operation
from models.operations.plans import (
    ACCEPTED_BY,
    PLAN_CHANNELS,
    PLAN_METHODS,
    PlanAccept,
    PlanActivate,
    PlanCancel,
    PlanClosed,
    PlanMethod,
    PlanPut,
    PlanSkip,
)
from models.rules.plan_standing import PlanStatus
from models.rules.plans import Frequency
from models.rules.signatures import strokes_of

LOCKED, NOT_ACTIVE, WRONG = "plan_locked", "plan_not_active", "plan_wrong"
"""Reasons: it is in force or has ended; it is not in force; it does not add up, or says what nobody knows."""
TAKEN, CHANGED, NOT_ACCEPTED, GONE = "plan_charge_taken", "plan_changed", "plan_not_accepted", "plan_payment_gone"
"""Reasons: a charge is on another plan; its charges do not owe what was agreed; nobody accepted these terms; that
payment is skipped already, or not there."""


def put(op: Operation, body: PlanPut, draft: Draft) -> None:
    """Terms are written down; those of a plan that is not in force may change."""
    known = draft.plan(body.plan_id)
    reason = _not_ours(known, body.patient_id, draft) or _cannot_put(body, known, draft)
    if reason:
        reject(draft, op, reason)
        return
    total = sum(line.amount_cents for line in body.lines)
    draft.know_plan(PlanState(
        body.plan_id, body.patient_id, PlanStatus.DORMANT, total, body.terms_sha256,
        known.accepted_sha256 if known else "", tuple(line.no for line in body.lines), body.charge_ids,
        replaces=body.replaces,
    ))  # fmt: skip
    accept(draft, op)


def _cannot_put(body: PlanPut, known: PlanState | None, draft: Draft) -> str:
    if known is not None and known.status is not PlanStatus.DORMANT:
        return LOCKED
    interest = sum(line.interest_cents for line in body.lines)
    due = body.encounter_cents - body.discount_cents + interest
    numbers = [line.no for line in body.lines]
    adds_up = due == sum(line.amount_cents for line in body.lines) and body.discount_cents >= 0
    sound = all(line.amount_cents > 0 and line.interest_cents >= 0 for line in body.lines)
    shown = hashlib.sha256(body.text.encode()).hexdigest() == body.terms_sha256
    told = body.frequency in frozenset(Frequency) and body.method in PLAN_METHODS and shown
    if not (adds_up and sound and told and body.plan_id) or numbers != list(range(1, len(numbers) + 1)) or not numbers:
        return WRONG
    reason = _cannot_replace(body.plan_id, body.replaces, body.patient_id, draft)
    return reason or _cannot_take((body.plan_id, body.replaces), body.patient_id, body.charge_ids, draft)


def _cannot_replace(plan_id: str, replaces: str, patient_id: str, draft: Draft) -> str:
    """Why terms cannot take the place of another plan's: it is not in force, or somebody else's."""
    if not replaces:
        return ""
    return WRONG if plan_id == replaces else _cannot_follow(draft.plan(replaces), patient_id, draft)


def _cannot_take(plans: Container[str], patient_id: str, charge_ids: Iterable[str], draft: Draft) -> str:
    """Why charges cannot be on one of these plans: unknown, of somebody else, or on another one."""
    found = [draft.charge(charge_id) for charge_id in charge_ids]
    if not found or any(charge is None for charge in found):
        return "missing_dependency"
    for charge in found:
        if charge is not None and not one_family(draft, patient_id, charge.patient_id):
            return "wrong_patient"
        if charge is not None and charge.plan_id and charge.plan_id not in plans:
            return TAKEN
    return ""


def _not_ours(known: PlanState | None, patient_id: str, draft: Draft) -> str:
    return "other_patient" if known is not None and not same_person(draft, known.patient_id, patient_id) else ""


def accepted(op: Operation, body: PlanAccept, draft: Draft) -> None:
    """A patient accepted terms; they count for the plan as long as they are its terms."""
    unknown = body.how not in ACCEPTED_BY or body.channel not in PLAN_CHANNELS or len(body.terms_sha256) != 64
    if unknown or (body.strokes and not strokes_of(body.strokes)):
        quarantine(draft, op, WRONG)
        return
    known = draft.plan(body.plan_id)
    if known is not None:
        draft.know_plan(replace(known, accepted_sha256=body.terms_sha256))
    accept(draft, op)


def activate(op: Operation, body: PlanActivate, draft: Draft) -> None:
    """An accepted agreement comes into force, where its charges owe exactly what its payments add up to."""
    known = draft.plan(body.plan_id)
    if known is None:
        reject(draft, op, "missing_dependency")
        return
    reason = _not_ours(known, body.patient_id, draft) or _cannot_activate(body, known, draft)
    if reason:
        reject(draft, op, reason)
        return
    if replaced := draft.plan(known.replaces):
        _end(replaced, draft)
    for charge in _charges(body.charge_ids, draft):
        draft.know_charge(replace(charge, plan_id=body.plan_id))
    draft.know_plan(replace(known, status=PlanStatus.ACTIVE, charge_ids=body.charge_ids))
    accept(draft, op)


def _cannot_activate(body: PlanActivate, known: PlanState, draft: Draft) -> str:
    if known.status is not PlanStatus.DORMANT:
        return LOCKED
    if not known.terms_sha256 == known.accepted_sha256 == body.terms_sha256:
        return NOT_ACCEPTED
    reason = _cannot_replace(body.plan_id, known.replaces, body.patient_id, draft)
    reason = reason or _cannot_take((body.plan_id, known.replaces), body.patient_id, body.charge_ids, draft)
    if not reason and sum(owed(draft, charge_id) for charge_id in set(body.charge_ids)) != known.total_cents:
        return CHANGED
    return reason


def _charges(charge_ids: Iterable[str], draft: Draft) -> list[ChargeState]:
    return [charge for charge_id in charge_ids if (charge := draft.charge(charge_id)) is not None]


def skip(op: Operation, body: PlanSkip, draft: Draft) -> None:
    """A payment moves to the end. The same one is skipped once, whoever says it first."""
    known = draft.plan(body.plan_id)
    reason = _cannot_follow(known, body.patient_id, draft)
    if reason or known is None:
        reject(draft, op, reason)
    elif body.no not in known.numbers:
        reject(draft, op, GONE)
    else:
        numbers = (*(no for no in known.numbers if no != body.no), known.added + 1)
        draft.know_plan(replace(known, numbers=numbers, added=known.added + 1))
        accept(draft, op)


def method(op: Operation, body: PlanMethod, draft: Draft) -> None:
    """A plan is paid another way from here on."""
    reason = _cannot_follow(draft.plan(body.plan_id), body.patient_id, draft)
    if not reason and body.method not in PLAN_METHODS:
        reason = WRONG
    if reason:
        reject(draft, op, reason)
    else:
        accept(draft, op)


def _cannot_follow(known: PlanState | None, patient_id: str, draft: Draft) -> str:
    if known is None:
        return "missing_dependency"
    if known.status is not PlanStatus.ACTIVE:
        return NOT_ACTIVE
    return _not_ours(known, patient_id, draft)


def cancel(op: Operation, body: PlanCancel, draft: Draft) -> None:
    """A plan, or a draft of one, ends; what is owed is owed without it."""
    known = draft.plan(body.plan_id)
    if known is None:
        reject(draft, op, "missing_dependency")
    elif known.status not in (PlanStatus.ACTIVE, PlanStatus.DORMANT):
        reject(draft, op, NOT_ACTIVE)
    elif reason := _not_ours(known, body.patient_id, draft):
        reject(draft, op, reason)
    else:
        _end(known, draft)
        accept(draft, op)


def _end(known: PlanState, draft: Draft) -> None:
    """A plan, or a draft of one, is over; its charges are on none."""
    if known.status is PlanStatus.ACTIVE:
        for charge in _charges(known.charge_ids, draft):
            draft.know_charge(replace(charge, plan_id=""))
    draft.know_plan(replace(known, status=PlanStatus.CANCELLED))


# What money says --------------------------------------------------------------------------------------------------


def follow(op: Operation, draft: Draft, start: int) -> None:
    """Close plans on whose charges nothing is owed any more, and open those again on which something is."""
    for plan_id in sorted(_touched(draft.entries[start:], draft)):
        known = draft.plan(plan_id)
        if known is None or known.status not in (PlanStatus.ACTIVE, PlanStatus.CLOSED):
            continue
        open_cents = sum(owed(draft, charge_id) for charge_id in known.charge_ids)
        status = PlanStatus.ACTIVE if open_cents else PlanStatus.CLOSED
        if status is known.status:
            continue
        body = PlanClosed(plan_id=plan_id, patient_id=known.patient_id, cause_op_id=op.op_id,
                          reopened=status is PlanStatus.ACTIVE)  # fmt: skip
        draft.know_plan(replace(known, status=status))
        draft.add(Entry(derived(op, body, plan_id), Verdict.ACCEPTED))


def _touched(entries: Iterable[Entry], draft: Draft) -> set[str]:
    """The plans whose charges any of these entries moved money on."""
    charges = {
        account.charge_id
        for entry in entries
        for transfer in entry.transfers
        for account in (transfer.debit, transfer.credit)
        if account.code is Code.RECEIVABLE
    }
    return {charge.plan_id for charge in _charges(charges, draft)} - {""}
