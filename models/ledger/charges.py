"""Charges: what a patient owes appears, grows, shrinks, is let off; and what money does by rule when that happens."""

from __future__ import annotations

from collections.abc import Iterable

from models.ledger import accounts
from models.ledger.accounts import Account, Code
from models.ledger.draft import Draft
from models.ledger.judging import (
    accept,
    aside_for,
    available,
    derived,
    free_to_spend,
    is_future,
    is_gone,
    oldest_first,
    one_family,
    owed,
    quarantine,
    receivable_of,
    reject,
    same_person,
)  # fmt: skip
from models.ledger.states import ChargeState, Entry, Transfer, Verdict
from models.operations import bodies, records
from models.operations.operation import Operation
from models.rules.adjusting import is_reason


def charge_put(op: Operation, body: records.Charge, draft: Draft) -> None:
    """Mirror the newest responsibility; release what it no longer covers; let money by rule pay what appeared."""
    known = draft.charge(body.id)
    if known is not None and not same_person(draft, known.patient_id, body.patient_id):
        quarantine(draft, op, "charge_of_another_patient")
        return
    if body.responsibility_cents < 0:
        quarantine(draft, op, "negative_responsibility")
        return
    if body.kind == "fee" or (known is not None and known.kind == "fee"):
        quarantine(draft, op, "charge_is_a_fee")  # its contra is another one: only `charge.fee` makes and changes it
        return
    patient_id, appointment_id = _first_said(known, body)
    state = ChargeState(body.id, patient_id, appointment_id, body.service_date, body.responsibility_cents,
                        body.kind, body.practitioner_id, known.plan_id if known else "")  # fmt: skip
    _owe(op, state, known, accounts.responsibility(patient_id), draft)


def _first_said(known: ChargeState | None, body: records.Charge | bodies.Fee) -> tuple[str, str]:
    """(patient, visit) of a charge: as it was first put, whatever record of the person it is put under since."""
    return (known.patient_id, known.appointment_id) if known else (body.patient_id, body.appointment_id)


def fee(op: Operation, body: bodies.Fee, draft: Draft) -> None:
    """The practice's own fee appears, changes or (with 0) is taken off. The same fee from two desks is one."""
    known = draft.charge(body.charge_id)
    if body.amount_cents < 0 or (body.amount_cents == 0 and known is None):
        reject(draft, op, "amount_not_positive")
        return
    ours = known is None or same_person(draft, known.patient_id, body.patient_id)
    if known is not None and (not ours or known.kind != "fee"):
        reject(draft, op, "not_a_fee" if ours else "other_patient")
        return
    patient_id, appointment_id = _first_said(known, body)
    state = ChargeState(body.charge_id, patient_id, appointment_id, body.service_date, body.amount_cents, "fee",
                        plan_id=known.plan_id if known else "")  # fmt: skip
    _owe(op, state, known, accounts.fees(patient_id), draft)


def _owe(op: Operation, state: ChargeState, known: ChargeState | None, contra: Account, draft: Draft) -> None:
    ar = receivable_of(state)
    delta = state.responsibility_cents - (known.responsibility_cents if known else 0)
    if delta < 0:
        _make_room(op, ar, -delta - owed(draft, state.charge_id), draft)
    draft.know_charge(state)
    code = "responsibility" if known else "charge"
    if delta > 0:
        accept(draft, op, Transfer(ar, contra, delta, code))
    elif delta < 0:
        accept(draft, op, Transfer(contra, ar, -delta, code))
    else:
        accept(draft, op)
    if delta and state.appointment_id:
        spend_what_waits(op, state.appointment_id, draft)
    if delta > 0:
        spend_by_rule(op, state, draft)


# A charge shrinks -------------------------------------------------------------------------------------------------


def _make_room(op: Operation, ar: Account, excess: int, draft: Draft) -> None:
    """A charge falls by more than is owed on it: payments are released first, then adjustments lapse."""
    if excess <= 0:
        return
    released = _release(op, ar, excess, draft)
    if released < excess:
        _lapse(op, ar, excess - released, draft)


def _release(op: Operation, ar: Account, excess: int, draft: Draft, *, keep: bool = False) -> int:
    """Give up to `excess` cents of what was paid to a charge back to the lots, newest first (S0-18: Auto un-allocate).

    With the setting it is free credit; without it, or with `keep`, it stays with its visit, where only that visit's
    charges may have it.
    """
    free = not ar.appointment_id or (draft.rules().auto_unallocate and not keep)
    transfers, lines, left = [], [], excess
    for lot, paid in draft.paid_to_charge(ar.charge_id):
        part = min(paid, left)
        if part <= 0:
            break
        transfers += [Transfer(ar, lot, part, "release"), *_lay(lot, ar, part, draft, free=free)]
        lines.append(bodies.ReleaseLine(lot_payment_id=lot.payment_id, amount_cents=part))
        left -= part
    if lines:
        body = bodies.Released(charge_id=ar.charge_id, patient_id=ar.patient_id, cause_op_id=op.op_id,
                               lines=tuple(lines))  # fmt: skip
        draft.add(Entry(derived(op, body, ar.charge_id), Verdict.ACCEPTED, tuple(transfers)))
    return excess - left


def _lay(lot: Account, ar: Account, cents: int, draft: Draft, *, free: bool) -> list[Transfer]:
    """From the lot that had paid to where released money shall lie."""
    payment = draft.payment(lot.payment_id)
    assert payment is not None, "a lot without its payment"
    if free:
        target, code = accounts.credit(payment.payment_id, payment.patient_id), "unearmark"
    else:
        target, code = aside_for(draft, payment, ar.appointment_id), "earmark"
    return [Transfer(lot, target, cents, code)] if lot.id != target.id else []


def release_visit(op: Operation, appointment_id: str, draft: Draft) -> None:
    """A visit will not be: what was paid for it waits there for its next day, fees apart (hard case H6)."""
    for charge in draft.charges_of_appointment(appointment_id):
        if charge.kind != "fee":
            ar = receivable_of(charge)
            _release(op, ar, sum(cents for _, cents in draft.paid_to_charge(charge.charge_id)), draft, keep=True)


def _lapse(op: Operation, ar: Account, excess: int, draft: Draft) -> None:
    """What was taken off a charge no longer fits on it: so much of it lapses."""
    transfers, left = [], excess
    for contra, cents in draft.adjustments_of(ar.charge_id):
        part = min(cents, left)
        if part > 0:
            transfers.append(Transfer(ar, contra, part, "lapse"))
            left -= part
    body = bodies.AdjustmentLapsed(charge_id=ar.charge_id, patient_id=ar.patient_id, cause_op_id=op.op_id,
                                   amount_cents=excess - left)  # fmt: skip
    draft.add(Entry(derived(op, body, ar.charge_id), Verdict.ACCEPTED, tuple(transfers)))


# A charge appears -------------------------------------------------------------------------------------------------


def spend_what_waits(op: Operation, appointment_id: str, draft: Draft) -> None:
    """Money that waited for this visit pays its charges (domain rows N7, N8), oldest payment and charge first."""
    lots = [lot for lot in draft.lots_for_appointment(appointment_id) if available(draft, lot) > 0]
    if not lots:
        return
    for charge in draft.charges_of_appointment(appointment_id):
        if charge.kind == "fee" or not is_gone(draft, appointment_id):
            _pay(op, charge, lots, "visit", draft)


def spend_by_rule_at(op: Operation, appointment_id: str, draft: Draft) -> None:
    """The patient is here: what the visit's charges still owe falls due, and rule applies to it as to a new charge."""
    if not draft.rules().auto_allocate:
        return
    for charge in draft.charges_of_appointment(appointment_id):
        spend_by_rule(op, charge, draft)


def spend_by_rule(op: Operation, charge: ChargeState, draft: Draft) -> None:
    """Auto allocate (S0-16, S0-18): free credit, oldest first, pays what appeared, where practice and provider let it;
    then, with their setting, money set aside for other visits."""
    rules = draft.rules()
    if not rules.auto_allocate or owed(draft, charge.charge_id) <= 0:
        return
    if is_future(op, charge) or is_gone(draft, charge.appointment_id):
        return
    visit = draft.appointment(charge.appointment_id) if charge.appointment_id else None
    if not draft.auto_allocates(charge.practitioner_id or (visit.practitioner_id if visit else "")):
        return
    purse = oldest_first(draft, draft.person_purse(charge.patient_id))
    _pay(op, charge, [lot for lot in purse if lot.code is Code.CREDIT], "credit", draft)
    if rules.use_other_visits:
        others = [lot for lot in purse if lot.code is Code.EARMARKED and lot.appointment_id != charge.appointment_id]
        _pay(op, charge, others, "other_visit", draft)


def _pay(op: Operation, charge: ChargeState, lots: Iterable[Account], rule: str, draft: Draft) -> None:
    ar = receivable_of(charge)
    for lot in lots:
        part = min(free_to_spend(draft, lot), owed(draft, charge.charge_id))
        if part <= 0 or not one_family(draft, lot.patient_id, charge.patient_id):
            continue
        transfers, source = [], lot
        if rule == "other_visit":
            payment = draft.payment(lot.payment_id)
            source = accounts.credit(lot.payment_id, payment.patient_id if payment else lot.patient_id)
            transfers.append(Transfer(lot, source, part, "unearmark"))
        body = bodies.AutoAllocated(
            lot_payment_id=lot.payment_id, patient_id=charge.patient_id, appointment_id=charge.appointment_id,
            cause_op_id=op.op_id, rule=rule,
            lines=(bodies.AllocationLine(charge_id=charge.charge_id, amount_cents=part),),
        )  # fmt: skip
        transfers.append(Transfer(source, ar, part, "auto_allocate"))
        named = derived(op, body, charge.charge_id, lot.payment_id, *([lot.appointment_id] if rule != "visit" else []))
        draft.add(Entry(named, Verdict.ACCEPTED, tuple(transfers)))


# A charge is let off ----------------------------------------------------------------------------------------------


def adjust(op: Operation, body: bodies.Adjust, draft: Draft) -> None:
    """Discount, courtesy, write-off and its recovery: the charge is owed less, or again, without money."""
    charge = draft.charge(body.charge_id)
    reason = _cannot_adjust(body, charge, draft)
    if reason or charge is None:
        reject(draft, op, reason)
        return
    ar = receivable_of(charge)
    if body.kind == "recovery":
        accept(draft, op, Transfer(ar, accounts.write_offs(charge.patient_id), body.amount_cents, "adjust"))
        return
    contra = accounts.write_offs if body.kind == "write_off" else accounts.discounts
    accept(draft, op, Transfer(contra(charge.patient_id), ar, body.amount_cents, "adjust"))


def _cannot_adjust(body: bodies.Adjust, charge: ChargeState | None, draft: Draft) -> str:
    if charge is None:
        return "missing_dependency"
    if not same_person(draft, charge.patient_id, body.patient_id):
        return "other_patient"
    if body.amount_cents <= 0:
        return "amount_not_positive"
    if body.kind not in bodies.ADJUSTMENT_KINDS or body.group not in bodies.ADJUSTMENT_GROUPS:
        return "reason_unknown"
    if not is_reason(body.kind, body.group, body.reason_code):
        return "reason_unknown"
    if body.kind == "recovery":
        written_off = dict(draft.adjustments_of(body.charge_id)).get(accounts.write_offs(charge.patient_id), 0)
        return "not_that_much" if body.amount_cents > written_off else ""
    return "more_than_owed" if body.amount_cents > owed(draft, body.charge_id) else ""
