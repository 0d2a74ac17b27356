"""Payment plans: when which payment falls due and how much it is, within what a practice allows.

Everything is whole cents. What is agreed adds up to the cent: the payments are the balance and the interest, no payment
is zero or less, and the last one takes the odd cents. The same terms always give the same schedule.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from models.basics.errors import RuleBroken

MOST_PAYMENTS = 120
"""No plan is longer, whatever the practice allows: ten years of months."""
MOST_APR = 3_600
"""Highest yearly rate that can be stated, in hundredths of a percent."""


class Frequency(StrEnum):
    """How often a payment falls due."""

    MONTHLY = "monthly"
    BIWEEKLY = "biweekly"
    WEEKLY = "weekly"


PERIODS = {Frequency.MONTHLY: 12, Frequency.BIWEEKLY: 26, Frequency.WEEKLY: 52}
"""Periods of a year: a stated yearly rate is divided by them."""
_DAYS = {Frequency.BIWEEKLY: 14, Frequency.WEEKLY: 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is agreed. `down_cents` is due on `signed_on`, beside `payments` payments from `first` on; or, where
    `payment_cents` is given instead of `payments`, as many payments of that much as it takes. `apr_hundredths` is the
    yearly rate in hundredths of a percent. `day` of the month from the second payment on (0: that of `first`); where a
    month is shorter, its last day."""

    balance_cents: int
    first: date
    signed_on: date
    payments: int = 0
    payment_cents: int = 0
    down_cents: int = 0
    apr_hundredths: int = 0
    frequency: Frequency = Frequency.MONTHLY
    day: int = 0


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment of a plan. `interest_cents` of `cents` are interest; `skipped`: it moved to the end of the plan."""

    no: int
    due: date
    cents: int
    interest_cents: int = 0
    skipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a practice allows (S0-44); amounts in cents, 0: no limit."""

    least_monthly_cents: int = 0
    least_balance_cents: int = 0
    most_balance_cents: int = 0
    least_payments: int = 1
    most_payments: int = 24


ASKED = "plan/"


def asked_for(plan_id: str, no: int) -> str:
    """What a payment names that is made for a certain payment of a plan: its `request_id`."""
    return f"{ASKED}{plan_id}/{no}"


def answered(request_id: str) -> tuple[str, int]:
    """(plan, number) a payment was made for; (empty, 0) where it was for none."""
    plan_id, _, no = request_id.removeprefix(ASKED).rpartition("/")
    return (plan_id, int(no)) if request_id.startswith(ASKED) and no.isdecimal() else ("", 0)


# Dates ------------------------------------------------------------------------------------------------------------


def day_of_month(year: int, month: int, day: int) -> date:
    """That day, or the last one of a month that is shorter."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def nth_due(first: date, n: int, frequency: Frequency, day: int = 0) -> date:
    """When payment `n` (0 is the first) falls due."""
    if frequency is not Frequency.MONTHLY:
        return first + timedelta(days=_DAYS[frequency] * n)
    if n == 0:
        return first
    months = first.month - 1 + n
    return day_of_month(first.year + months // 12, months % 12 + 1, day or first.day)


# Schedules --------------------------------------------------------------------------------------------------------


def schedule(terms: Terms) -> tuple[Instalment, ...]:
    """The payments of a plan, in order. Raises RuleBroken: `plan.balance_missing`, `plan.down_too_much`,
    `plan.payments_wrong`, `plan.apr_wrong`, `plan.first_before`, `plan.never_ends`."""
    _check(terms)
    owed = terms.balance_cents - terms.down_cents
    down = (Instalment(1, terms.signed_on, terms.down_cents),) if terms.down_cents else ()
    parts = _by_amount(terms, owed) if terms.payment_cents else _by_number(terms, owed)
    return down + tuple(
        Instalment(len(down) + n + 1, nth_due(terms.first, n, terms.frequency, terms.day), cents, interest)
        for n, (cents, interest) in enumerate(parts)
    )


def _check(terms: Terms) -> None:
    if terms.balance_cents <= 0:
        raise RuleBroken("plan.balance_missing")
    if not 0 <= terms.down_cents < terms.balance_cents:
        raise RuleBroken("plan.down_too_much", field="down", balance_cents=terms.balance_cents)
    if not 0 <= terms.apr_hundredths <= MOST_APR:
        raise RuleBroken("plan.apr_wrong", field="apr", most=MOST_APR // 100)
    if terms.first < terms.signed_on:
        raise RuleBroken("plan.first_before", field="first")
    owed = terms.balance_cents - terms.down_cents
    if not terms.payment_cents and not 1 <= terms.payments <= min(MOST_PAYMENTS, owed):
        raise RuleBroken("plan.payments_wrong", field="payments", most=MOST_PAYMENTS)


def _by_number(terms: Terms, owed: int) -> list[tuple[int, int]]:
    """(cents, interest) of so many payments: the smallest even amount for which the last is no larger."""
    low, high = 1, owed + _interest(owed, terms) * terms.payments + 1
    while low < high:
        middle = (low + high) // 2
        found = _run(terms, owed, middle)
        low, high = (low, middle) if not found or found[-1][0] <= middle else (middle + 1, high)
    for cents in range(low, 0, -1):  # where that leaves nothing for the last, the last takes more
        found = _run(terms, owed, cents)
        if found:
            return found
    raise RuleBroken("plan.never_ends", field="payment")


def _run(terms: Terms, owed: int, cents: int) -> list[tuple[int, int]]:
    """All payments at `cents`, the last with what is left, which is more where `cents` is small; empty when nothing is
    left for it."""
    left, parts = owed, list[tuple[int, int]]()
    for n in range(terms.payments - 1):
        interest = _interest_of(n, left, terms)
        left += interest - cents
        if left <= 0:
            return []
        parts.append((cents, interest))
    interest = _interest_of(terms.payments - 1, left, terms)
    return [*parts, (left + interest, interest)]


def _by_amount(terms: Terms, owed: int) -> list[tuple[int, int]]:
    left, parts = owed, list[tuple[int, int]]()
    while left > 0:
        interest = _interest_of(len(parts), left, terms)
        if terms.payment_cents <= interest or len(parts) == MOST_PAYMENTS:
            raise RuleBroken("plan.never_ends", field="payment")
        cents = min(terms.payment_cents, left + interest)
        left += interest - cents
        parts.append((cents, interest))
    return parts


def _interest_of(n: int, left: int, terms: Terms) -> int:
    """Interest of one period on what is left; none on a first payment that is made at signing."""
    return 0 if n == 0 and terms.first <= terms.signed_on else _interest(left, terms)


def _interest(left: int, terms: Terms) -> int:
    """Half cents go up."""
    whole = 10_000 * PERIODS[terms.frequency]
    return (2 * left * terms.apr_hundredths + whole) // (2 * whole)


def interest_of(lines: Iterable[Instalment]) -> int:
    """Cents of interest in a schedule; a payment that was skipped counts where it moved to."""
    return sum(line.interest_cents for line in lines if not line.skipped)


def sum_of(lines: Iterable[Instalment]) -> int:
    """Cents of all payments; a payment that was skipped counts where it moved to."""
    return sum(line.cents for line in lines if not line.skipped)


# What a practice allows -------------------------------------------------------------------------------------------


def check_limits(lines: Sequence[Instalment], terms: Terms, limits: Limits) -> None:
    """Is this plan one the practice allows (S0-44)? Raises RuleBroken: `plan.balance_small`, `plan.balance_large`,
    `plan.payments_few`, `plan.payments_many`, `plan.monthly_small`. One payment in full is never limited."""
    if len(lines) == 1:
        return
    if limits.least_balance_cents and terms.balance_cents < limits.least_balance_cents:
        raise RuleBroken("plan.balance_small", least_cents=limits.least_balance_cents)
    if limits.most_balance_cents and terms.balance_cents > limits.most_balance_cents:
        raise RuleBroken("plan.balance_large", most_cents=limits.most_balance_cents)
    count = len(lines) - (1 if terms.down_cents else 0)
    if count < limits.least_payments:
        raise RuleBroken("plan.payments_few", field="payments", least=limits.least_payments)
    if limits.most_payments and count > limits.most_payments:
        raise RuleBroken("plan.payments_many", field="payments", most=limits.most_payments)
    even = lines[1 if terms.down_cents else 0].cents
    if even * PERIODS[terms.frequency] // 12 < limits.least_monthly_cents:
        raise RuleBroken("plan.monthly_small", field="payments", least_cents=limits.least_monthly_cents)


# Skipping ---------------------------------------------------------------------------------------------------------


def skip(lines: Sequence[Instalment], no: int, frequency: Frequency, day: int = 0) -> tuple[Instalment, ...]:
    """The schedule with payment `no` skipped: it stays in its place, and the same payment comes once more at the end,
    a period after the last (S0-45, domain row N36). `day` is the day of the month that was agreed."""
    skipped = next((line for line in lines if line.no == no and not line.skipped), None)
    if skipped is None:
        return tuple(lines)
    last = max(line.due for line in lines)
    due = nth_due(last, 1, frequency, day)
    added = replace(skipped, no=max(line.no for line in lines) + 1, due=due)
    return (*(replace(line, skipped=True) if line.no == no else line for line in lines), added)
