"""Money that lies on an account goes to charges and visits: allocated, moved, placed, and taken back again."""

from __future__ import annotations

from collections.abc import Iterable

from models.ledger import accounts
from models.ledger.accounts import Account, Code, Guard
from models.ledger.draft import Draft
from models.ledger.judging import (
    HUB,
    KNOWN_ALREADY,
    NOT_TO_BE,
    accept,
    aside_for,
    available,
    free_to_spend,
    grant,
    is_future,
    is_gone,
    is_gone_back,
    left_in_lots,
    lies,
    oldest_first,
    one_family,
    owed,
    quarantine,
    receivable_of,
    reject,
    waiting,
)  # fmt: skip
from models.ledger.states import ChargeState, PaymentState, Transfer
from models.operations import bodies
from models.operations.operation import Operation


class Refused(Exception):
    """A decision cannot stand; the argument is the coded reason."""


# Allocate ---------------------------------------------------------------------------------------------------------


def allocate(op: Operation, body: bodies.Allocate, draft: Draft) -> None:
    """Spend a lot on charges: earmarked to the charge's visit first, then free; never beyond what is owed or there."""
    asked = sum(line.amount_cents for line in body.lines)
    branch = draft.branch()
    try:
        payment = _payment_to_spend(body.lot_payment_id, body.patient_id, draft)
        _check_amounts(line.amount_cents for line in body.lines)
        transfers: list[Transfer] = []
        for line in body.lines:
            transfers += _allocate_line(op, payment, line, branch) if line.charge_id else _set_aside(
                payment, line.appointment_id, line.amount_cents, branch)  # fmt: skip
        granted = sum(transfer.amount_cents for transfer in transfers)
        if granted == 0 or (granted < asked and body.if_short == "reject"):
            raise Refused(_why_short(body, granted, branch))
    except Refused as refused:
        reject(draft, op, str(refused))
        return
    grant(draft, op, transfers, asked, granted, branch)


def _why_short(body: bodies.Allocate, granted: int, branch: Draft) -> str:
    """Why less than asked could be spent: another program's word came twice, nothing lies there any more, nothing is
    owed, or not that much lies there."""
    payment = branch.payment(body.lot_payment_id)
    mirrored = payment is not None and payment.tender == "external"
    paid = [line.charge_id and _has_paid(body.lot_payment_id, line, branch) for line in body.lines]
    if granted == 0 and mirrored and all(paid):
        return KNOWN_ALREADY
    left = left_in_lots(branch, body.lot_payment_id)
    if granted == 0 and left == 0:
        return "credit_used"
    if left and not any(available(branch, lot) for lot in branch.lots_of_payment(body.lot_payment_id)):
        return "in_use"
    paid_up = [line.charge_id and owed(branch, line.charge_id) == 0 for line in body.lines]
    return "more_than_owed" if all(paid_up) else "not_that_much"


def _has_paid(payment_id: str, line: bodies.AllocationLine, branch: Draft) -> bool:
    paid = sum(cents for lot, cents in branch.paid_to_charge(line.charge_id) if lot.payment_id == payment_id)
    return paid >= line.amount_cents


def _payment_to_spend(payment_id: str, patient_id: str, draft: Draft) -> PaymentState:
    payment = draft.payment(payment_id)
    if payment is None:
        raise Refused("missing_dependency")
    if is_gone_back(draft, payment):
        raise Refused("payment_reversed")
    if not one_family(draft, payment.patient_id, patient_id):
        raise Refused("wrong_patient")
    return payment


def _check_amounts(amounts: Iterable[int]) -> None:
    found = list(amounts)
    if not found or any(cents <= 0 for cents in found):
        raise Refused("amount_not_positive")


def _charge_to_pay(charge_id: str, payment: PaymentState, draft: Draft) -> ChargeState:
    """The charge, if money may go to it: known, of the family, of a visit that will be."""
    charge = draft.charge(charge_id)
    if charge is None:
        raise Refused("missing_dependency")
    if not one_family(draft, payment.patient_id, charge.patient_id):
        raise Refused("wrong_patient")
    if is_closed(receivable_of(charge), draft):
        raise Refused("visit_cancelled")
    return charge


def _allocate_line(
    op: Operation, payment: PaymentState, line: bodies.AllocationLine, branch: Draft
) -> list[Transfer]:  # fmt: skip
    charge = _charge_to_pay(line.charge_id, payment, branch)
    lots = [lot for lot in branch.lots_of_payment(payment.payment_id)
            if not lot.appointment_id or lot.appointment_id == charge.appointment_id]  # fmt: skip
    if is_future(op, charge):  # only what was taken for that very visit
        lots = [lot for lot in lots if lot.appointment_id]
        if not any(available(branch, lot) for lot in lots):
            raise Refused("future_visit")
    wanted = min(line.amount_cents, owed(branch, charge.charge_id))
    ar, transfers = receivable_of(charge), []
    for lot in sorted(lots, key=lambda lot: not lot.appointment_id):
        part = min(wanted, free_to_spend(branch, lot))
        if part > 0:
            transfers.append(_done(Transfer(lot, ar, part, "allocate"), branch))
            wanted -= part
    return transfers


def _set_aside(payment: PaymentState, appointment_id: str, cents: int, branch: Draft) -> list[Transfer]:
    """Set free credit of a lot aside for a visit (domain row N6)."""
    aside = _aside_to_fill(payment, appointment_id, branch)
    free = accounts.credit(payment.payment_id, payment.patient_id)
    part = min(cents, available(branch, free))
    return [_done(Transfer(free, aside, part, "earmark"), branch)] if part > 0 else []


def _aside_to_fill(payment: PaymentState, appointment_id: str, branch: Draft) -> Account:
    """The lot of a payment for a visit, if money may wait there: of the family, and a visit that will be."""
    visit = branch.appointment(appointment_id) if appointment_id else None
    if not appointment_id:
        raise Refused("missing_dependency")
    if visit is not None and not one_family(branch, payment.patient_id, visit.patient_id):
        raise Refused("wrong_patient")
    if is_gone(branch, appointment_id):
        raise Refused("visit_cancelled")
    return aside_for(branch, payment, appointment_id)


def _done(transfer: Transfer, branch: Draft) -> Transfer:
    branch.move(transfer)
    return transfer


# Move -------------------------------------------------------------------------------------------------------------


def move(op: Operation, body: bodies.Move, draft: Draft) -> None:
    """Money from where it lies to where it shall lie; total paid and total balance never change."""
    branch = draft.branch()
    asked = sum(line.amount_cents for line in body.lines)
    transfers: list[Transfer] = []
    granted = 0
    try:
        if body.way not in bodies.MOVE_WAYS:
            raise Refused("reason_unknown")
        _check_amounts(line.amount_cents for line in body.lines)
        for line in body.lines:
            made, cents = _move_line(op, body, line, branch)
            transfers += made
            granted += cents
        if granted == 0:
            raise Refused("credit_used")
    except Refused as refused:
        reject(draft, op, str(refused))
        return
    grant(draft, op, transfers, asked, granted, branch)


def _move_line(
    op: Operation, body: bodies.Move, line: bodies.MoveLine, branch: Draft
) -> tuple[list[Transfer], int]:  # fmt: skip
    """The transfers of one line and the cents that arrived. Raises Refused."""
    payment = _payment_to_spend(line.lot_payment_id, body.patient_id, branch)
    if _end(line.from_charge_id, line.from_appointment_id) == _end(line.to_charge_id, line.to_appointment_id):
        raise Refused("same_place")
    charge = _charge_to_pay(line.to_charge_id, payment, branch) if line.to_charge_id else None
    within = charge is not None and _is_set_aside_for(charge.appointment_id, line)
    if charge is not None and is_future(op, charge) and not within:
        raise Refused("future_visit")
    there, spendable = _lies_at(line, payment, branch)
    cents = line.amount_cents
    room = min(spendable, owed(branch, charge.charge_id)) if charge else there
    if cents > room and body.if_short == "reject":
        raise Refused("in_use" if _in_use(line, payment, cents, branch) else _why_not(cents, there, spendable))
    cents = min(cents, room)
    if cents <= 0:
        return [], 0
    if charge is not None and within:
        aside = aside_for(branch, payment, charge.appointment_id)
        return [_done(Transfer(aside, receivable_of(charge), cents, "allocate"), branch)], cents
    transfers = _lift(line, payment, cents, branch)
    if charge is not None:
        credit = accounts.credit(payment.payment_id, payment.patient_id)
        transfers.append(_done(Transfer(credit, receivable_of(charge), cents, "allocate"), branch))
    elif line.to_appointment_id:
        transfers += _put_on_visit(op, payment, line, cents, min(cents, spendable), branch)
    return transfers, cents


def _end(charge_id: str, appointment_id: str) -> tuple[str, str]:
    """Where an end of a line is: a charge says it alone."""
    return charge_id, "" if charge_id else appointment_id


def _is_set_aside_for(appointment_id: str, line: bodies.MoveLine) -> bool:
    """Does a line take what is set aside for this visit?"""
    return bool(appointment_id) and not line.from_charge_id and line.from_appointment_id == appointment_id


def _in_use(line: bodies.MoveLine, payment: PaymentState, cents: int, branch: Draft) -> bool:
    """Would it be there, if no other desk held it?"""
    if line.from_charge_id or line.from_appointment_id:
        return False
    lot = accounts.credit(payment.payment_id, payment.patient_id)
    return available(branch, lot) < cents <= lies(branch, lot)


def _why_not(cents: int, there: int, spendable: int) -> str:
    if there <= 0:
        return "credit_used"
    if cents > there:
        return "not_that_much"
    return "refunded_elsewhere" if cents > spendable else "more_than_owed"


def _lies_at(line: bodies.MoveLine, payment: PaymentState, branch: Draft) -> tuple[int, int]:
    """Cents of the payment that lie where the line takes them from, and those of them that may go to a charge."""
    if line.from_charge_id:
        there = sum(cents for lot, cents in branch.paid_to_charge(line.from_charge_id)
                    if lot.payment_id == payment.payment_id)  # fmt: skip
        return there, there
    lot = accounts.credit(payment.payment_id, payment.patient_id)
    if line.from_appointment_id:
        lot = aside_for(branch, payment, line.from_appointment_id)
    there = max(available(branch, lot), 0)
    return there, free_to_spend(branch, lot, there)


def _lift(line: bodies.MoveLine, payment: PaymentState, cents: int, branch: Draft) -> list[Transfer]:
    """Make the money free credit of its payment."""
    if line.from_charge_id:
        return take_off(line.from_charge_id, payment, cents, branch)
    if not line.from_appointment_id:
        return []
    aside = aside_for(branch, payment, line.from_appointment_id)
    credit = accounts.credit(payment.payment_id, payment.patient_id)
    return [_done(Transfer(aside, credit, cents, "unearmark"), branch)]


def take_off(charge_id: str, payment: PaymentState, cents: int, branch: Draft) -> list[Transfer]:
    """Give back what a payment paid to a charge, as its free credit. The caller knows that it is there."""
    charge = branch.charge(charge_id)
    assert charge is not None
    ar, credit = receivable_of(charge), accounts.credit(payment.payment_id, payment.patient_id)
    transfers: list[Transfer] = []
    for lot, paid in branch.paid_to_charge(charge_id):
        part = min(paid, cents) if lot.payment_id == payment.payment_id else 0
        if part <= 0:
            continue
        transfers.append(_done(Transfer(ar, lot, part, "release"), branch))
        if lot.id != credit.id:
            transfers.append(_done(Transfer(lot, credit, part, "unearmark"), branch))
        cents -= part
    return transfers


def _put_on_visit(
    op: Operation, payment: PaymentState, line: bodies.MoveLine, cents: int, spendable: int, branch: Draft
) -> list[Transfer]:  # fmt: skip
    """For a visit as a whole: its open charges first, oldest first, unless it lies ahead; the rest waits there. A
    charge that the money was just taken off does not get it back."""
    appointment_id = line.to_appointment_id
    _aside_to_fill(payment, appointment_id, branch)
    transfers: list[Transfer] = []
    credit = accounts.credit(payment.payment_id, payment.patient_id)
    for charge in branch.charges_of_appointment(appointment_id):
        if charge.charge_id == line.from_charge_id or is_future(op, charge):
            continue
        if not one_family(branch, payment.patient_id, charge.patient_id):
            continue
        part = min(spendable, owed(branch, charge.charge_id))
        if part > 0:
            transfers.append(_done(Transfer(credit, receivable_of(charge), part, "allocate"), branch))
            cents, spendable = cents - part, spendable - part
    if cents > 0:
        transfers += _set_aside(payment, appointment_id, cents, branch)
        transfers += net_out(appointment_id, branch)
    return transfers


# Refunds made elsewhere -------------------------------------------------------------------------------------------


def net_out(appointment_id: str, branch: Draft) -> list[Transfer]:
    """What is set aside for a visit against the refunds placed there (domain row N10), oldest first."""
    lots = branch.lots_for_appointment(appointment_id)
    payments = [branch.payment(lot.payment_id) for lot in lots]
    owners = {lot.patient_id for lot in lots} | {payment.patient_id for payment in payments if payment}
    people = sorted({record_id for owner in owners for record_id in branch.records_of(owner)})
    refunds = [each for record_id in people for each in branch.purse(record_id)
               if each.code is Code.REFUND_ELSEWHERE and each.appointment_id == appointment_id]  # fmt: skip
    transfers = []
    for refund in oldest_first(branch, refunds):
        for lot in lots:
            part = min(available(branch, lot), waiting(branch, refund))
            if part > 0:
                transfers.append(_done(Transfer(lot, refund, part, "net_out"), branch))
    return transfers


def refund_place(op: Operation, body: bodies.RefundPlace, draft: Draft) -> None:
    """Put a refund made elsewhere onto a visit or a payment, so that the two rows net (S3-07)."""
    branch = draft.branch()
    try:
        transfers = _place(body, branch)
    except Refused as refused:
        reject(draft, op, str(refused))
        return
    accept(draft, op, *transfers)


def _place(body: bodies.RefundPlace, branch: Draft) -> list[Transfer]:
    refund = branch.refund(body.refund_id)
    if refund is None:
        raise Refused("missing_dependency")
    if not one_family(branch, refund.patient_id, body.patient_id):
        raise Refused("wrong_patient")
    parts = [each for each in oldest_first(branch, branch.purse(refund.patient_id))
             if each.code is Code.REFUND_ELSEWHERE and each.id.split(":")[1] == refund.refund_id]  # fmt: skip
    open_cents = sum(waiting(branch, each) for each in parts)
    if open_cents <= 0:
        raise Refused("already_netted")
    if body.lot_payment_id:
        return _net_with_payment(body.lot_payment_id, parts, branch)
    _check_place(body.appointment_id, refund.patient_id, branch)
    target = accounts.refund_elsewhere(refund.refund_id, refund.patient_id, body.appointment_id)
    transfers = [
        _done(Transfer(target, part, waiting(branch, part), "place"), branch) for part in parts if part.id != target.id
    ]
    if not transfers:
        raise Refused("same_place")
    return transfers + (net_out(body.appointment_id, branch) if body.appointment_id else [])


def _check_place(appointment_id: str, patient_id: str, branch: Draft) -> None:
    """May a refund of this patient be placed on the visit? A cancelled one may: its money waits there, too."""
    visit = branch.appointment(appointment_id) if appointment_id else None
    if appointment_id and visit is None:
        raise Refused("missing_dependency")
    if visit is not None and not one_family(branch, visit.patient_id, patient_id):
        raise Refused("wrong_patient")


def _net_with_payment(payment_id: str, parts: list[Account], branch: Draft) -> list[Transfer]:
    payment = branch.payment(payment_id)
    if payment is None:
        raise Refused("missing_dependency")
    if not one_family(branch, payment.patient_id, parts[0].patient_id):
        raise Refused("wrong_patient")
    lot = accounts.credit(payment.payment_id, payment.patient_id)
    transfers = []
    for part in parts:
        cents = min(available(branch, lot), waiting(branch, part))
        if cents > 0:
            transfers.append(_done(Transfer(lot, part, cents, "net_out"), branch))
    if not transfers:
        raise Refused("credit_used")
    return transfers


# Freed ------------------------------------------------------------------------------------------------------------


def freed(op: Operation, body: bodies.Freed, draft: Draft) -> None:
    """Money that waited for a visit that will not be becomes credit (hard case H6). The hub's own doing, nobody's
    else."""
    visit = draft.appointment(body.appointment_id)
    if op.device != HUB or visit is None or visit.status not in NOT_TO_BE:
        quarantine(draft, op, "derived_by_hub" if op.device != HUB else "visit_stands")
        return
    transfers: list[Transfer] = []
    wanted = {line.lot_payment_id: line.amount_cents for line in body.lines}
    for lot in draft.lots_for_appointment(body.appointment_id):
        payment = draft.payment(lot.payment_id)
        part = min(wanted.get(lot.payment_id, 0), available(draft, lot))
        if part > 0 and payment is not None:
            credit = accounts.credit(payment.payment_id, payment.patient_id)
            transfers.append(Transfer(lot, credit, part, "unearmark"))
    accept(draft, op, *transfers)


# Undo -------------------------------------------------------------------------------------------------------------

_MIRROR = {
    "allocate": "release", "auto_allocate": "release", "release": "allocate", "earmark": "unearmark",
    "unearmark": "earmark", "adjust": "adjust", "place": "place", "net_out": "net_out",
}  # fmt: skip
"""Transfer codes that can be undone, and the code of their mirror. All others move money in or out, or what is owed."""


def undo(op: Operation, body: bodies.Undo, draft: Draft) -> None:
    """Mirror every transfer of the named acts, the last act first: all, or none."""
    branch = draft.branch()
    transfers: list[Transfer] = []
    try:
        for op_id in reversed(body.op_ids):
            transfers += _mirrored(op_id, body.patient_id, branch)
        if not transfers:
            raise Refused("missing_dependency")
        if not all(_bears(account, branch) for each in transfers for account in (each.debit, each.credit)):
            raise Refused("cannot_undo")
    except Refused as refused:
        reject(draft, op, str(refused))
        return
    accept(draft, op, *transfers)


def _mirrored(op_id: str, patient_id: str, branch: Draft) -> list[Transfer]:
    done = branch.transfers_of(op_id)
    if not done:
        raise Refused("missing_dependency")
    if branch.is_mirrored(op_id):
        raise Refused("already_undone")
    if any(each.code not in _MIRROR or each.reverses for each in done):
        raise Refused("cannot_undo")
    if not all(one_family(branch, account.patient_id, patient_id)
               for each in done for account in (each.debit, each.credit)):  # fmt: skip
        raise Refused("wrong_patient")
    if any(each.code == "release" and is_closed(each.debit, branch) for each in done):
        raise Refused("visit_cancelled")
    return [
        _done(Transfer(each.credit, each.debit, each.amount_cents, _MIRROR[each.code], (op_id, n)), branch)
        for n, each in reversed(list(enumerate(done)))
    ]


def is_closed(ar: Account, branch: Draft) -> bool:
    """Is this the charge of a visit that will not be, and not a fee?"""
    charge = branch.charge(ar.charge_id)
    return charge is not None and charge.kind != "fee" and is_gone(branch, charge.appointment_id)


def _bears(account: Account, branch: Draft) -> bool:
    """Does a guarded account stand within its guard, and a charge give back no more than it was given? What was paid
    to it or taken off it since may be there no more."""
    balance = branch.balance(account.id)
    if account.guard is Guard.LOT:
        return balance.debits + balance.held <= balance.credits
    if account.code is Code.RECEIVABLE:
        rows = (*branch.paid_to_charge(account.charge_id), *branch.adjustments_of(account.charge_id))
        return balance.credits <= balance.debits and all(cents > 0 for _, cents in rows)
    return account.guard is not Guard.RECEIVABLE or balance.credits <= balance.debits
