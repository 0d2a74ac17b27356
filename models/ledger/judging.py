"""What every handler of the engine needs: the verdicts as calls, what may still be spent or is owed, derived
operations, and who may have whose money."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from models.basics.ids import natural_id
from models.ledger import accounts
from models.ledger.accounts import LOT_CODES, Account, Code
from models.ledger.draft import Draft
from models.ledger.states import ChargeState, Entry, PaymentState, Transfer, Verdict
from models.operations import bodies
from models.operations.online import MERCHANT
from models.operations.operation import GENESIS, Operation, make_operation

HUB = "hub"
"""The device name of derived operations."""

KNOWN_ALREADY = "known_already"
"""Reason of what another desk brought in from the same file: it stands once, and nobody has to look."""

HERE = frozenset({"arrived", "checked_in", "checked_in_online", "in_room", "in_session", "done"})
"""A visit whose patient is or was here."""
GONE = frozenset({"cancelled"})
"""Statuses of a visit that no money may go to, but for its fees."""

NOT_TO_BE = GONE | {"no_show"}
"""Statuses of a visit that money does not go on waiting for."""


# Verdicts ---------------------------------------------------------------------------------------------------------


def accept(draft: Draft, op: Operation, *transfers: Transfer) -> None:
    """The operation stands, with what it posts."""
    draft.add(Entry(op, Verdict.ACCEPTED, transfers))


def grant(
    draft: Draft, op: Operation, transfers: Iterable[Transfer], asked: int, granted: int, branch: Draft
) -> None:  # fmt: skip
    """A decision stands, as it was tried on a branch: whole, or reduced to what was there."""
    verdict = Verdict.ACCEPTED if granted == asked else Verdict.REDUCED
    draft.adopt(Entry(op, verdict, tuple(transfers), granted_cents=granted), branch)


def reject(draft: Draft, op: Operation, reason: str) -> None:
    """A decision falls; the money stays where it was."""
    draft.add(Entry(op, Verdict.REJECTED, reason=reason))


def quarantine(draft: Draft, op: Operation, reason: str) -> None:
    """Kept, not posted: it makes no sense as it is."""
    draft.add(Entry(op, Verdict.QUARANTINED, reason=reason))


def except_(draft: Draft, op: Operation, reason: str, *transfers: Transfer) -> None:
    """A fact stands, but a person must look."""
    draft.add(Entry(op, Verdict.EXCEPTED, transfers, reason=reason))


def derived(cause: Operation, body: object, *names: str) -> Operation:
    """A derived operation of the hub; its id follows from its cause, so nobody can make it twice."""
    return make_operation(
        body, op_id=natural_id(cause.op_id, type(body).__name__, *names), tenant=cause.tenant, device=HUB, epoch=0,
        dseq=0, prev=GENESIS, actor=HUB, business_date=cause.business_date, device_time=cause.device_time,
        group=cause.group, patient=getattr(body, "patient_id", ""),
    )  # fmt: skip


# What is there ----------------------------------------------------------------------------------------------------


def available(draft: Draft, account: Account) -> int:
    """Cents of a lot (or of a refund payable) that may still be spent by the desk whose operation is judged: not what
    another desk holds."""
    balance = draft.balance(account.id)
    if not balance.held:
        return balance.credits - balance.debits
    own = sum(hold.left_cents for hold in draft.holds_on(account.id) if hold.device == draft.acting)
    return balance.credits - balance.debits - balance.held + own


def lies(draft: Draft, account: Account) -> int:
    """Cents that lie in a lot, whoever holds them: what a fact may take."""
    balance = draft.balance(account.id)
    return balance.credits - balance.debits


def owed(draft: Draft, charge_id: str) -> int:
    """Cents still owed on a charge."""
    balance = draft.balance(f"AR:{charge_id}")
    return balance.debits - balance.credits


def waiting(draft: Draft, account: Account) -> int:
    """Cents of a refund made elsewhere that are not netted yet."""
    balance = draft.balance(account.id)
    return balance.debits - balance.credits


def free_to_spend(draft: Draft, lot: Account, there: int | None = None) -> int:
    """Cents of a lot that may go to a charge. What another program gave back and nobody netted yet is not spent again
    (domain row N11): it counts against free credit first, and beyond that against what is set aside. `there`: what lies
    in it, where that is known."""
    there = available(draft, lot) if there is None else there
    if there <= 0:
        return 0
    given_back = sum(waiting(draft, each) for record_id in draft.records_of(lot.patient_id)
                     for each in draft.refunds_elsewhere(record_id))  # fmt: skip
    if not given_back:
        return there
    counts = {Code.CREDIT} if lot.code is Code.CREDIT else LOT_CODES
    lies = sum(available(draft, each) for each in draft.person_purse(lot.patient_id) if each.code in counts)
    return max(min(there, lies - given_back), 0)


def oldest_first(draft: Draft, purse: Iterable[Account]) -> list[Account]:
    """Lots and refunds made elsewhere by when their money came or went: ids of operations grow with time."""

    def since(account: Account) -> tuple[str, str]:
        if account.code is Code.REFUND_ELSEWHERE:
            refund = draft.refund(account.id.split(":")[1])
            return (refund.request_op_id if refund else "", account.id)
        payment = draft.payment(account.payment_id)
        return (payment.collect_op_id if payment else "", account.id)

    return sorted(purse, key=since)


def left_in_lots(draft: Draft, payment_id: str) -> int:
    """Cents of a payment that lie unallocated, whoever holds them."""
    return sum(lies(draft, lot) for lot in draft.lots_of_payment(payment_id))


def holds(draft: Draft, payment_id: str) -> int:
    """Cents of a payment that are still here: unallocated and paid to charges."""
    return left_in_lots(draft, payment_id) + sum(cents for _, _, cents in draft.paid_by_payment(payment_id))


def is_gone_back(draft: Draft, payment: PaymentState) -> bool:
    """Was a payment taken back, and nothing of it left? A card company may have given back less than all of it."""
    return payment.reversed and holds(draft, payment.payment_id) <= 0


# Who and where ----------------------------------------------------------------------------------------------------


def one_family(draft: Draft, patient_id: str, other_id: str) -> bool:
    """May the one's money pay for the other? The same person, or two with the same guarantor."""
    return patient_id == other_id or bill_of(draft, patient_id) == bill_of(draft, other_id)


def same_person(draft: Draft, patient_id: str, other_id: str) -> bool:
    """Are these records of one person (H17)?"""
    return patient_id == other_id or draft.survivor_of(patient_id) == draft.survivor_of(other_id)


def bill_of(draft: Draft, patient_id: str) -> str:
    """Who stands for the account of the person a record is of: the record that guarantor goes by."""
    return draft.survivor_of(draft.guarantor_of(draft.survivor_of(patient_id)))


def is_gone(draft: Draft, appointment_id: str) -> bool:
    """Is this a visit that will not be?"""
    visit = draft.appointment(appointment_id) if appointment_id else None
    return visit is not None and visit.status in GONE


def is_future(op: Operation, charge: ChargeState) -> bool:
    """Does a charge belong to a day after the operation's business date (S0-19)?"""
    return bool(op.business_date) and charge.service_date > op.business_date


def receivable_of(charge: ChargeState) -> Account:
    """The account of a charge."""
    return accounts.receivable(charge.charge_id, charge.patient_id, charge.appointment_id)


def aside_for(draft: Draft, payment: PaymentState, appointment_id: str) -> Account:
    """The earmarked lot of a payment for a visit. It belongs to the visit's patient where that is one of the family,
    else to who paid; and once it is there it stays whose it was."""
    wanted = accounts.earmarked(payment.payment_id, payment.patient_id, appointment_id)
    for lot in draft.lots_of_payment(payment.payment_id):
        if lot.id == wanted.id:
            return lot
    visit = draft.appointment(appointment_id)
    if visit is None or not one_family(draft, payment.patient_id, visit.patient_id):
        return wanted
    return replace(wanted, patient_id=visit.patient_id)


def tender_account(tender: str, *, drawer: str, merchant: str = "", method: str = "") -> Account:
    """Where money of a tender comes in and goes out."""
    makers: dict[str, Callable[[], Account]] = {
        "cash": lambda: accounts.cash(drawer),
        "check": accounts.check,
        "card": lambda: accounts.card(merchant or "main"),
        "external": accounts.external,
        "other": lambda: accounts.other(method or "other"),
        bodies.ONLINE: lambda: accounts.card(MERCHANT),
    }
    return makers[tender]()
