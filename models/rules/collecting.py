"""What is collected at the desk by default, and where the money goes: today's copay first, then the oldest balance.

Credit on account is spent before the tender, in the same order; money earmarked to a visit pays that visit's charges
before free credit does. A family pays on one sheet: its lines stand in one order, whoever they are of (domain row N27).
Everything here is arithmetic over whole cents: shares add up to the cent, nothing is negative,
and no line gets more than it owes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from models.basics.errors import RuleBroken
from models.basics.money import LARGEST_ENTRY_CENTS


class Part(StrEnum):
    """What may be paid: a charge of today's visit, an older balance, or a copay no charge exists for yet."""

    COPAY = "copay"
    TODAY = "today"
    BALANCE = "balance"
    EXPECTED_COPAY = "expected_copay"


_RANK = {Part.COPAY: 0, Part.EXPECTED_COPAY: 0, Part.TODAY: 1, Part.BALANCE: 2}


@dataclass(frozen=True, slots=True)
class Payable:
    """Something that may be paid now. `key` is its name on the sheet; only an expected copay has no charge.

    `patient_id` says whose it is on the sheet of a family. `ahead`: its visit is still to come, so only money taken for
    that very visit may pay it (S0-19).
    """

    key: str
    part: Part
    owes_cents: int
    service_date: date
    charge_id: str = ""
    appointment_id: str = ""
    on_plan: bool = False
    insurance_pending: bool = False
    patient_id: str = ""
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Lot:
    """Money of one payment that may still be spent: free (no appointment) or earmarked to one. The last
    `provisional_cents` of it another desk may spend, too: the hub's word on them is awaited."""

    payment_id: str
    appointment_id: str
    cents: int
    provisional_cents: int = 0


@dataclass(frozen=True, slots=True)
class Spend:
    """`cents` of a lot for one line."""

    payment_id: str
    key: str
    cents: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one line gets: from credit on account and from the tender."""

    key: str
    credit_cents: int = 0
    tender_cents: int = 0

    @property
    def cents(self) -> int:
        return self.credit_cents + self.tender_cents


def in_order(payables: Iterable[Payable]) -> list[Payable]:
    """Copay of today first, then what else is due today, then the oldest balance."""
    return sorted(payables, key=lambda p: (_RANK[p.part], p.service_date, p.key))


def selected_by_default(payable: Payable, today: date, past_due_days: int) -> bool:
    """Is this asked for without a word? Today's copay and charges, and balances past due; never what is on a plan,
    nor a balance the insurance is still deciding."""
    if payable.owes_cents <= 0 or payable.on_plan:
        return False
    if payable.part is not Part.BALANCE:
        return True
    return not payable.insurance_pending and (today - payable.service_date).days >= past_due_days


def expected_copay_cents(
    visit_copay_cents: int | None, plan_copay_cents: int | None, charged_cents: int, prepaid_cents: int
) -> int:
    """The copay still to ask for on a visit that has no charge yet: the visit's own figure, else the plan's, less what
    lies prepaid for it. 0 as soon as the visit has charges (they say what is owed), or when no copay is known."""
    if charged_cents > 0:
        return 0
    known = visit_copay_cents if visit_copay_cents is not None else plan_copay_cents
    return max((known or 0) - prepaid_cents, 0)


# Checks -----------------------------------------------------------------------------------------------------------


def check_amounts(payables: Sequence[Payable], amounts: Mapping[str, int], extra_cents: int = 0) -> int:
    """The sum asked for, when it may be taken. Raises RuleBroken (nothing written): an amount that is no whole number,
    negative, more than its line owes or beyond $1,000,000; a line not on the sheet; nothing at all."""
    by_key = {payable.key: payable for payable in payables}
    total = 0
    for key, cents in (*amounts.items(), ("extra", extra_cents)):
        if type(cents) is not int:
            raise RuleBroken("amount.not_a_number", field="amount")
        if cents < 0:
            raise RuleBroken("amount.negative", field="amount")
        if cents > LARGEST_ENTRY_CENTS:
            raise RuleBroken("amount.too_large", field="amount", cents=cents, limit_cents=LARGEST_ENTRY_CENTS)
        if key != "extra":
            _check_line(by_key.get(key), cents)
        total += cents
    if total == 0:
        raise RuleBroken("amount.zero", field="amount")
    if total > LARGEST_ENTRY_CENTS:
        raise RuleBroken("amount.too_large", field="amount", cents=total, limit_cents=LARGEST_ENTRY_CENTS)
    return total


def _check_line(payable: Payable | None, cents: int) -> None:
    if payable is None:
        raise RuleBroken("collect.line_unknown")
    if cents > payable.owes_cents:
        raise RuleBroken("collect.more_than_owed", cents=cents, owes_cents=payable.owes_cents)


# Where the money goes ---------------------------------------------------------------------------------------------


def spend_credit(payables: Sequence[Payable], amounts: Mapping[str, int], lots: Iterable[Lot]) -> tuple[Spend, ...]:
    """Which lots pay which lines: money earmarked to the line's visit first, then free credit, the given order of
    lots (oldest first) within each. Money earmarked to other visits stays, and free credit pays no visit ahead."""
    left = {(lot.payment_id, lot.appointment_id): lot.cents for lot in lots}
    spends = []
    for payable in in_order(payables):
        wanted = amounts.get(payable.key, 0)
        fitting = [key for key in left if key[1] == payable.appointment_id != "" and payable.charge_id]
        free = [] if payable.ahead else [key for key in left if key[1] == ""]
        for lot_key in [*fitting, *free]:
            cents = min(wanted, left[lot_key])
            if cents > 0:
                left[lot_key] -= cents
                wanted -= cents
                spends.append(Spend(lot_key[0], payable.key, cents))
    return tuple(spends)


def provisional(spends: Iterable[Spend], lots: Iterable[Lot]) -> dict[str, int]:
    """By payment the cents of `spends` that the hub may still refuse: what goes beyond the firm part of its lots."""
    firm: dict[str, int] = {}
    for lot in lots:
        firm[lot.payment_id] = firm.get(lot.payment_id, 0) + lot.cents - lot.provisional_cents
    spent: dict[str, int] = {}
    for spend in spends:
        spent[spend.payment_id] = spent.get(spend.payment_id, 0) + spend.cents
    beyond = {payment_id: cents - firm.get(payment_id, 0) for payment_id, cents in spent.items()}
    return {payment_id: cents for payment_id, cents in beyond.items() if cents > 0}


def distribute(
    payables: Sequence[Payable], amounts: Mapping[str, int], spends: Iterable[Spend], tender_cents: int
) -> tuple[tuple[Share, ...], int]:
    """The share of each line, in order, and the tender's cents that no line took.

    Credit goes where `spends` says; the tender fills the rest of each amount until it is used up (after a part
    approval it is less than was asked for).
    """
    credit: dict[str, int] = {}
    for spend in spends:
        credit[spend.key] = credit.get(spend.key, 0) + spend.cents
    shares, left = [], tender_cents
    for payable in in_order(payables):
        share = Share(payable.key, credit.get(payable.key, 0))
        part = min(max(amounts.get(payable.key, 0) - share.credit_cents, 0), left)
        left -= part
        shares.append(replace(share, tender_cents=part))
    return tuple(shares), left


def is_for_visit_only(payables: Sequence[Payable], shares: Iterable[Share], appointment_id: str) -> bool:
    """Does every cent of the tender go to this one visit? Then the whole payment is earmarked to it."""
    visits = {payable.key: payable.appointment_id for payable in payables}
    return bool(appointment_id) and all(visits[s.key] == appointment_id for s in shares if s.tender_cents)


def payment_type(kinds: Iterable[str], extra_cents: int = 0) -> str:
    """What a payment is for, where nobody says it: copay or coinsurance when all of it is, else plain credit (S0-05).
    `kinds` are those of the lines it pays."""
    found = set(kinds)
    return next(iter(found)) if len(found) == 1 and not extra_cents and found <= {"copay", "coinsurance"} else ""


def less_given_back(lots: Sequence[Lot], given_back_cents: int) -> tuple[Lot, ...]:
    """What may be spent of `lots` (oldest first) after refunds made elsewhere that nobody netted yet (domain row N11):
    they count against free credit first, then against what is set aside, the newest money first."""
    left, given_back = [lot.cents for lot in lots], given_back_cents
    for is_free in (True, False):
        for at in reversed(range(len(lots))):
            if (lots[at].appointment_id == "") is is_free:
                part = min(left[at], given_back)
                left[at] -= part
                given_back -= part
    return tuple(replace(lot, cents=cents, provisional_cents=min(lot.provisional_cents, cents))
                 for lot, cents in zip(lots, left, strict=True) if cents > 0)  # fmt: skip
