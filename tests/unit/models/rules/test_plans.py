"""Schedules of payment plans in cents: worked numbers, and what holds for any terms."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from models.basics.errors import RuleBroken
from models.rules.plan_standing import LastTry, State, next_try, pay_off_cents, standing
from models.rules.plans import (
    MOST_PAYMENTS,
    Frequency,
    Instalment,
    Limits,
    Terms,
    check_limits,
    interest_of,
    nth_due,
    schedule,
    skip,
    sum_of,
)

DAY = date(2026, 5, 14)


def terms(balance: int, payments: int = 0, **more: object) -> Terms:
    return Terms(balance_cents=balance, payments=payments, **({"first": DAY, "signed_on": DAY} | more))  # type: ignore[arg-type]


def cents(lines: object) -> list[int]:
    return [line.cents for line in lines]  # type: ignore[attr-defined]


def test_n32_a_down_payment_and_two_payments() -> None:
    assert cents(schedule(terms(20_00, 2, down_cents=5_00))) == [5_00, 7_50, 7_50]


def test_n33_the_last_payment_takes_the_odd_cents() -> None:
    assert cents(schedule(terms(16318_33, 12))) == [1359_87] * 11 + [1359_76]


def test_the_plan_of_the_design() -> None:
    lines = schedule(terms(1260_00, 6))
    assert cents(lines) == [210_00] * 6
    assert [line.due for line in lines] == [date(2026, month, 14) for month in range(5, 11)]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (date(2026, 1, 31), ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (date(2028, 1, 30), ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]),
        (date(2026, 11, 29), ["2026-11-29", "2026-12-29", "2027-01-29", "2027-02-28"]),
    ],
)
def test_the_29th_to_31st_fall_on_the_last_day_of_a_shorter_month(first: date, expected: list[str]) -> None:
    assert [nth_due(first, n, Frequency.MONTHLY).isoformat() for n in range(4)] == expected


def test_later_payments_fall_on_the_day_that_was_agreed() -> None:
    found = [nth_due(DAY, n, Frequency.MONTHLY, 31).isoformat() for n in range(3)]
    assert found == ["2026-05-14", "2026-06-30", "2026-07-31"]


@pytest.mark.parametrize(("frequency", "days"), [(Frequency.WEEKLY, 7), (Frequency.BIWEEKLY, 14)])
def test_weeks(frequency: Frequency, days: int) -> None:
    lines = schedule(terms(100_00, 4, frequency=frequency))
    assert [line.due for line in lines] == [DAY + timedelta(days=days * n) for n in range(4)]


def test_interest_at_a_stated_yearly_rate() -> None:
    """1,000.00 at 12 % in two months: 10.00 and 5.02 of interest on what is left."""
    lines = schedule(terms(1000_00, 2, apr_hundredths=1_200, first=date(2026, 6, 14)))
    assert [(line.cents, line.interest_cents) for line in lines] == [(507_51, 10_00), (507_51, 5_02)]


def test_a_first_payment_at_signing_bears_no_interest() -> None:
    assert schedule(terms(1000_00, 2, apr_hundredths=1_200))[0].interest_cents == 0


def test_so_much_a_month_until_it_is_paid() -> None:
    assert cents(schedule(terms(100_00, payment_cents=30_00))) == [30_00, 30_00, 30_00, 10_00]


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        (terms(0, 3), "plan.balance_missing"),
        (terms(10_00, 3, down_cents=10_00), "plan.down_too_much"),
        (terms(10_00, 0), "plan.payments_wrong"),
        (terms(2, 3), "plan.payments_wrong"),
        (terms(10_00, MOST_PAYMENTS + 1), "plan.payments_wrong"),
        (terms(10_00, 3, apr_hundredths=3_601), "plan.apr_wrong"),
        (terms(10_00, 3, first=DAY - timedelta(days=1)), "plan.first_before"),
        (terms(10000_00, payment_cents=10_00, apr_hundredths=3_600, first=date(2026, 6, 1)), "plan.never_ends"),
        (terms(10000_00, payment_cents=1_00), "plan.never_ends"),
    ],
)
def test_terms_that_cannot_be(wrong: Terms, key: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        schedule(wrong)
    assert broken.value.message_key == key


ANY_TERMS = st.builds(
    Terms,
    balance_cents=st.integers(1, 3_000_000),
    payments=st.integers(1, MOST_PAYMENTS),
    down_cents=st.integers(0, 50_000),
    apr_hundredths=st.sampled_from([0, 1, 499, 1_200, 2_999, 3_600]),
    frequency=st.sampled_from(Frequency),
    signed_on=st.just(DAY),
    first=st.dates(DAY, date(2027, 5, 14)),
    day=st.integers(0, 31),
)


@given(ANY_TERMS)
@example(terms(10, 6))
@example(terms(7, 7))
def test_any_schedule_adds_up(agreed: Terms) -> None:
    """Balance and interest, to the cent; nothing is zero or less; the same every time; days only go on."""
    assume(agreed.payments <= agreed.balance_cents - agreed.down_cents)
    lines = schedule(agreed)
    assert sum_of(lines) == agreed.balance_cents + interest_of(lines)
    assert all(line.cents > 0 and line.interest_cents >= 0 for line in lines)
    assert [line.no for line in lines] == list(range(1, len(lines) + 1))
    assert len(lines) == agreed.payments + bool(agreed.down_cents)
    assert all(one.due <= two.due for one, two in pairwise(lines))
    assert len(set(cents(lines[bool(agreed.down_cents) : -1]))) <= 1, "all but the last are the same"
    assert schedule(agreed) == lines


@given(ANY_TERMS, st.integers(1, 200_000))
def test_any_amount_a_month_adds_up(agreed: Terms, each: int) -> None:
    try:
        lines = schedule(Terms(balance_cents=agreed.balance_cents, payment_cents=each, first=agreed.first,
                               signed_on=DAY, apr_hundredths=agreed.apr_hundredths))  # fmt: skip
    except RuleBroken:
        return
    assert sum_of(lines) == agreed.balance_cents + interest_of(lines)
    assert all(line.cents == each for line in lines[:-1])
    assert 0 < lines[-1].cents <= each


# What a practice allows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreed", "limits", "key"),
    [
        (terms(99_99, 2), Limits(least_balance_cents=100_00), "plan.balance_small"),
        (terms(100_01, 2), Limits(most_balance_cents=100_00), "plan.balance_large"),
        (terms(100_00, 2), Limits(least_payments=3), "plan.payments_few"),
        (terms(100_00, 13), Limits(most_payments=12), "plan.payments_many"),
        (terms(100_00, 4), Limits(least_monthly_cents=25_01), "plan.monthly_small"),
        (terms(100_00, 16, frequency=Frequency.WEEKLY), Limits(least_monthly_cents=27_09), "plan.monthly_small"),
    ],
)
def test_s0_44_limits_of_the_practice(agreed: Terms, limits: Limits, key: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        check_limits(schedule(agreed), agreed, limits)
    assert broken.value.message_key == key


@pytest.mark.parametrize(
    ("agreed", "limits"),
    [
        (terms(100_00, 4), Limits(least_monthly_cents=25_00, least_balance_cents=100_00, most_balance_cents=100_00,
                                  least_payments=4, most_payments=4)),
        (terms(100_00, 4, down_cents=20_00), Limits(least_payments=4, most_payments=4, least_monthly_cents=20_00)),
        (terms(5_00, 1), Limits(least_balance_cents=100_00, least_payments=3)),
    ],
)  # fmt: skip
def test_s0_44_within_the_limits(agreed: Terms, limits: Limits) -> None:
    check_limits(schedule(agreed), agreed, limits)


# Skip, extra, late, paid off --------------------------------------------------------------------------------------

THREE = tuple(Instalment(n, date(2026, n, 15), 50_00) for n in (1, 2, 3))


def stands(lines: tuple[Instalment, ...] = THREE, owed: int = 150_00, paid: object = None, **more: object) -> list[str]:
    found = standing(lines, owed, paid or {}, **({"today": date(2026, 1, 1), "late_days": 5} | more))  # type: ignore[arg-type]
    return [each.state.value for each in found.lines]


def test_n36_a_skipped_payment_comes_once_more_at_the_end() -> None:
    lines = skip(THREE, 2, Frequency.MONTHLY)
    assert [(line.due.isoformat(), line.cents, line.skipped) for line in lines] == [
        ("2026-01-15", 50_00, False), ("2026-02-15", 50_00, True), ("2026-03-15", 50_00, False),
        ("2026-04-15", 50_00, False),
    ]  # fmt: skip
    assert sum_of(lines) == 150_00
    assert stands(lines) == ["scheduled", "skipped", "scheduled", "scheduled"]
    assert skip(lines, 2, Frequency.MONTHLY) == lines, "a payment is skipped once"


def test_s0_45_an_extra_payment_is_one_on_another_row() -> None:
    assert stands(owed=100_00, paid={"p": 50_00}, extras={"p": 3}) == ["scheduled", "scheduled", "paid"]
    assert stands(owed=100_00, paid={"p": 50_00}) == ["paid", "scheduled", "scheduled"]


def test_what_is_paid_beyond_an_extra_row_counts_for_what_is_due_first() -> None:
    found = standing(THREE, 70_00, {"p": 80_00}, extras={"p": 3}, today=date(2026, 1, 1), late_days=5)
    assert [each.paid_cents for each in found.lines] == [30_00, 0, 50_00]


def test_late_after_the_days_of_grace() -> None:
    assert stands(today=date(2026, 1, 20))[0] == "due"
    assert stands(today=date(2026, 1, 21))[0] == "late"
    found = standing(THREE, 130_00, {"p": 20_00}, today=date(2026, 2, 25), late_days=5)
    assert (found.late_cents, found.late) == (80_00, True)


def test_a_card_that_said_no_and_one_nobody_knows_of() -> None:
    tries = {1: LastTry("declined"), 2: LastTry("unknown")}
    assert stands(today=date(2026, 2, 15), tries=tries) == ["failed", "confirming", "scheduled"]
    assert stands(owed=50_00, paid={"p": 100_00}, tries=tries)[:2] == ["paid", "paid"]


def test_a_payment_whose_bank_was_asked_is_neither_late_nor_paid() -> None:
    tries = {1: LastTry("processing")}
    found = standing(THREE, 150_00, {}, today=date(2026, 2, 25), late_days=5, tries=tries)
    assert [each.state for each in found.lines] == [State.PROCESSING, State.LATE, State.SCHEDULED]
    assert (found.late_cents, found.owed_cents, found.lines[0].open_cents) == (50_00, 150_00, 50_00)


def test_what_is_owed_no_more_falls_off_the_end() -> None:
    assert stands(owed=80_00) == ["scheduled", "scheduled", State.LET_OFF]
    found = standing(THREE, 80_00, {}, today=date(2026, 1, 1), late_days=5)
    assert [each.open_cents for each in found.lines] == [50_00, 30_00, 0]


def test_what_was_charged_since_is_beyond_the_plan() -> None:
    found = standing(THREE, 160_00, {}, today=date(2026, 1, 1), late_days=5)
    assert found.beyond_cents == 10_00


def test_paying_off_early_bears_no_interest_to_come() -> None:
    lines = schedule(terms(1000_00, 2, apr_hundredths=1_200, first=date(2026, 6, 14)))
    found = standing(lines, sum_of(lines) - 507_51, {"p": 507_51}, today=date(2026, 6, 14), late_days=5)
    assert pay_off_cents(found, date(2026, 6, 14)) == (502_49, 5_02)
    assert pay_off_cents(found, date(2026, 7, 14)) == (507_51, 0)


@given(st.lists(st.integers(1, 90_00), max_size=6), st.integers(0, 150_00))
def test_open_payments_are_always_what_is_owed(parts: list[int], let_off: int) -> None:
    paid = {f"p{n}": cents for n, cents in enumerate(parts)}
    owed = max(150_00 - sum(parts) - let_off, 0)
    found = standing(THREE, owed, paid, today=date(2026, 2, 1), late_days=5)
    assert sum(each.open_cents for each in found.lines) + found.beyond_cents == owed
    assert all(each.open_cents >= 0 and 0 <= each.paid_cents <= each.line.cents for each in found.lines)


def test_a_card_is_tried_again_after_three_days_and_after_seven() -> None:
    assert next_try(DAY, 1, (3, 7), DAY) == date(2026, 5, 17)
    assert next_try(DAY, 2, (3, 7), date(2026, 5, 17)) == date(2026, 5, 21)
    assert next_try(DAY, 3, (3, 7), date(2026, 5, 21)) is None
    assert next_try(DAY, 1, (3, 7), date(2026, 6, 1)) == date(2026, 6, 2), "never on the same day again"
