"""Credit that is set aside for one desk: asked for, granted by the hub alone, used by what the desk spends, free again.

A hold is escrow: what lies in the lot stays there and counts as ever, but only its desk may spend it. The table's CHECK
(debits + held ≤ credits) is the last guard.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from models.ledger import charges
from models.ledger.accounts import Code
from models.ledger.draft import Draft
from models.ledger.judging import HERE, HUB, accept, derived, free_to_spend, oldest_first, quarantine, reject
from models.ledger.states import Entry, HoldState, Verdict
from models.operations import holds
from models.operations.kinds import OpClass
from models.operations.operation import Operation

_ASKS = frozenset({"hold.ask", "hold.returned", "hold.expired", "hold.broken"})
_VISITS = frozenset({"visit.status", "appointment.put"})
_OWES = frozenset({"charge", "responsibility"})


def ask(op: Operation, body: holds.HoldAsk, draft: Draft) -> None:
    """Set free credit of a patient aside for the desk that asks: what it holds of it already first, then what nobody
    else holds, oldest money first. A desk alone grants itself nothing."""
    if not draft.grants:
        accept(draft, op)
        return
    if body.amount_cents <= 0:
        reject(draft, op, "amount_not_positive")
        return
    branch = draft.branch()
    freed = [_free(op, hold, hold.left_cents, "renewed", branch)
             for record_id in branch.records_of(body.patient_id)
             for hold in branch.holds_of(op.device, record_id)]  # fmt: skip
    ruled = len(branch.entries)
    _let_rule_spend(op, body.patient_id, (hold.hold_id for hold in branch.holds.values()), branch)
    by_rule = branch.entries[ruled:]
    granted, left = list[Entry](), body.amount_cents
    for lot in oldest_first(branch, branch.person_purse(body.patient_id)):
        part = min(free_to_spend(branch, lot), left) if lot.code is Code.CREDIT else 0
        if part > 0:
            left -= part
            granted.append(_grant(op, body, lot.id, lot.payment_id, part, branch))
    if not granted:
        reject(draft, op, "in_use" if _held_by_others(op.device, body.patient_id, draft) else "credit_used")
        return
    verdict = Verdict.REDUCED if left else Verdict.ACCEPTED
    draft.add(Entry(op, verdict, granted_cents=body.amount_cents - left))
    for entry in (*freed, *by_rule, *granted):
        draft.add(entry)
    for hold in branch.holds.values():
        draft.know_hold(hold)


def _held_by_others(device: str, patient_id: str, draft: Draft) -> bool:
    return any(hold.device != device for lot in draft.person_purse(patient_id) for hold in draft.holds_on(lot.id))


def _grant(op: Operation, body: holds.HoldAsk, account_id: str, payment_id: str, cents: int, branch: Draft) -> Entry:
    made = holds.HoldGranted(
        hold_id=f"{op.op_id}:{payment_id}", ask_id=body.ask_id, device=op.device, patient_id=body.patient_id,
        payment_id=payment_id, amount_cents=cents, cause_op_id=op.op_id,
    )  # fmt: skip
    branch.know_hold(HoldState(made.hold_id, op.device, body.patient_id, payment_id, account_id, cents))
    return Entry(derived(op, made, made.hold_id), Verdict.ACCEPTED)


def _free(op: Operation, hold: HoldState, cents: int, why: str, draft: Draft) -> Entry:
    """So much of a hold ends. The caller logs the entry."""
    draft.know_hold(replace(hold, left_cents=hold.left_cents - cents))
    body = holds.HoldFreed(hold_id=hold.hold_id, patient_id=hold.patient_id, amount_cents=cents, why=why,
                           cause_op_id=op.op_id)  # fmt: skip
    return Entry(derived(op, body, hold.hold_id), Verdict.ACCEPTED)


def returned(op: Operation, body: holds.HoldReturned, draft: Draft) -> None:
    """A desk gives its holds back. Another desk's, or one that is over, stays as it is."""
    mine = [hold for hold_id in dict.fromkeys(body.hold_ids) if (hold := draft.hold(hold_id)) is not None]
    _end(op, [hold for hold in mine if hold.device == op.device], "returned", draft)


def expired(op: Operation, body: holds.HoldExpired, draft: Draft) -> None:
    """The time of a hold is over, as the hub says."""
    hold = draft.hold(body.hold_id)
    _end(op, [hold] if hold is not None else [], "expired", draft)


def broken(op: Operation, body: holds.HoldBroken, draft: Draft) -> None:
    """A supervisor breaks a hold, and says why."""
    hold = draft.hold(body.hold_id)
    if hold is None or not body.reason.strip():
        reject(draft, op, "missing_dependency" if hold is None else "reason_unknown")
        return
    _end(op, [hold], "broken", draft)


def _end(op: Operation, ending: Sequence[HoldState], why: str, draft: Draft) -> None:
    accept(draft, op)
    ended: dict[str, list[str]] = {}
    for hold in ending:
        if hold.left_cents:
            draft.add(_free(op, hold, hold.left_cents, why, draft))
            ended.setdefault(hold.patient_id, []).append(hold.hold_id)
    for patient_id, hold_ids in ended.items():
        _let_rule_spend(op, patient_id, hold_ids, draft)


def _let_rule_spend(op: Operation, patient_id: str, hold_ids: Iterable[str], draft: Draft) -> None:
    """What fell due while a patient's credit was held is paid by rule now, as it would have been without the hold. Only
    the hub says so, and only of what nobody took money off again meanwhile."""
    asks = sorted({hold_id.partition(":")[0] for hold_id in hold_ids})
    if not draft.grants or not asks or not draft.rules().auto_allocate:
        return
    draft.acting = ""  # what this desk still holds is held
    for charge_id in _fell_due(draft, asks[0], draft.records_of(patient_id)):
        charge = draft.charge(charge_id)
        if charge is not None:
            charges.spend_by_rule(op, charge, draft)


def _fell_due(draft: Draft, since: str, records: Sequence[str]) -> list[str]:
    """The charges that came to be owed, or whose patient came, after an operation; oldest act first."""
    found: dict[str, None] = {}
    for act in draft.posted_after(since, records):
        if act.op.kind in _VISITS:
            visit = draft.appointment(str(act.op.body.get("appointment_id") or act.op.body.get("id")))
            if visit is not None and visit.status in HERE:
                found |= {charge.charge_id: None for charge in draft.charges_of_appointment(visit.appointment_id)}
        for debit, _, code in act.moves:
            if code in _OWES:
                found[debit.removeprefix("AR:")] = None
            elif code == "release":
                found.pop(debit.removeprefix("AR:"), None)
    return list(found)


def fit(op: Operation, draft: Draft, start: int) -> None:
    """What the desk of `op` spent of a lot it held uses its hold; what a fact took beyond that ends others' holds.

    Logged before the spending: wherever a page of the log ends, no lot is spent beyond what is not held.
    """
    if op.kind in _ASKS:  # what rule spends here is not what the desk holds
        return
    spent: dict[str, int] = {}
    for entry in draft.entries[start:]:
        for transfer in entry.transfers:
            for account, sign in ((transfer.debit, 1), (transfer.credit, -1)):
                if account.code is Code.CREDIT:
                    spent[account.id] = spent.get(account.id, 0) + sign * transfer.amount_cents
    freed = list[Entry]()
    for account_id, cents in spent.items():
        if cents <= 0 or draft.balance(account_id).held <= 0:
            continue
        left = cents
        for hold in draft.holds_on(account_id):
            used = min(hold.left_cents, left) if hold.device == op.device else 0
            if used:
                freed.append(_free(op, hold, used, "used", draft))
                left -= used
        freed += _taken(op, account_id, draft)
    draft.entries[start:start] = freed


def _taken(op: Operation, account_id: str, draft: Draft) -> list[Entry]:
    balance = draft.balance(account_id)
    over, freed = balance.debits + balance.held - balance.credits, list[Entry]()
    for hold in draft.holds_on(account_id) if over > 0 else ():
        part = min(hold.left_cents, over)
        freed.append(_free(op, hold, part, "taken", draft))
        over -= part
    return freed


def only_by_hub(op: Operation, draft: Draft) -> bool:
    """Set aside what only the hub may say. True when it was."""
    if op.op_class == OpClass.DERIVED and op.device != HUB:
        quarantine(draft, op, "derived_by_hub")
        return True
    return False
