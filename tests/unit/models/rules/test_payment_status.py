"""The nine statuses of a payment: every step from every status by everybody, and what money says."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.payment_status import (
    BY_COLLECTING,
    COLLECTED,
    EDITABLE,
    LOCKED,
    OUTSTANDING,
    TRANSITIONS,
    Actor,
    Status,
    choices,
    is_overdue,
    may,
    of_money,
    when_put,
)

TABLE = """
draft       person  pending cancelled
pending     person  processing paid cancelled
pending     reader  processing
pending     money   paid
processing  reader  failed voided pending
processing  money   paid
failed      person  pending cancelled
paid        money   voided partially_refunded refunded
partially_refunded money partially_refunded refunded
"""
"""As people read it: from, who, to which. Whatever is not written here must not be."""
ALLOWED = {(words[0], words[1]): set(words[2:]) for words in map(str.split, TABLE.strip().splitlines())}


@pytest.mark.parametrize(("before", "after", "actor"), list(product(Status, Status, Actor)))
def test_s2_09_every_step_by_everybody(before: Status, after: Status, actor: Actor) -> None:
    assert may(before, after, actor) == (after in ALLOWED.get((before, actor), ()))


def test_s2_08_there_are_nine() -> None:
    assert len(Status) == 9


@pytest.mark.parametrize("status", sorted(LOCKED))
def test_s2_09_no_person_moves_what_is_locked(status: Status) -> None:
    assert choices(status) == ()
    assert status not in EDITABLE


def test_s2_10_paid_in_the_dropdown_takes_money() -> None:
    said = {step for step, actors in TRANSITIONS.items() if step[1] is Status.PAID and Actor.PERSON in actors}
    assert said == BY_COLLECTING


def test_s2_08_every_status_is_reached_and_three_are_ends() -> None:
    assert {after for _, after in TRANSITIONS} == set(Status) - {Status.DRAFT}
    ends = set(Status) - {before for before, _ in TRANSITIONS}
    assert ends == {Status.CANCELLED, Status.VOIDED, Status.REFUNDED}


def test_s2_01_what_is_outstanding_has_not_come() -> None:
    assert not OUTSTANDING & COLLECTED


@pytest.mark.parametrize(
    ("before", "submitted", "after"),
    [
        (None, False, "draft"), (None, True, "pending"), ("draft", False, "draft"), ("draft", True, "pending"),
        ("pending", False, "pending"), ("pending", True, "pending"), ("failed", True, "pending"),
        ("failed", False, "failed"),
    ],
)  # fmt: skip
def test_s2_06_a_request_that_is_put(before: str | None, submitted: bool, after: str) -> None:
    assert when_put(Status(before) if before else None, submitted=submitted) == after


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 600), st.booleans())
def test_s2_14_the_status_says_what_is_left(amount: int, corrected: int, refunded: int, gone: bool) -> None:
    status = of_money(amount, corrected, refunded, reversed_=gone)
    kept = amount - corrected
    assert (status is Status.VOIDED) == (gone or kept <= 0)
    if status is not Status.VOIDED:
        assert (status is Status.PAID) == (refunded == 0)
        assert (status is Status.REFUNDED) == (0 < kept <= refunded)


@given(st.integers(1, 500), st.lists(st.integers(1, 50), max_size=8))
def test_s2_14_refunds_go_only_where_the_table_lets_money_go(amount: int, refunds: list[int]) -> None:
    before, total = Status.PAID, 0
    for cents in refunds:
        if total >= amount:
            break
        total += cents
        after = of_money(amount, 0, total, reversed_=False)
        assert may(before, after, Actor.MONEY)
        before = after


@pytest.mark.parametrize(
    ("status", "due", "overdue"),
    [
        ("pending", "2026-03-15", True), ("processing", "2026-03-15", True), ("pending", "2026-03-16", False),
        ("pending", "2026-03-17", False), ("pending", "", False), ("draft", "2026-03-15", False),
        ("failed", "2026-03-15", False), ("paid", "2026-03-15", False), ("cancelled", "2026-03-15", False),
    ],
)  # fmt: skip
def test_s2_15_overdue_is_awaited_and_past_its_day(status: str, due: str, overdue: bool) -> None:
    assert is_overdue(Status(status), due, "2026-03-16") is overdue
