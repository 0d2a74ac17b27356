"""What is collected by default, and where every cent goes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.errors import RuleBroken
from models.rules.collecting import (
    Lot,
    Part,
    Payable,
    check_amounts,
    distribute,
    expected_copay_cents,
    in_order,
    is_for_visit_only,
    selected_by_default,
    spend_credit,
)  # fmt: skip

TODAY = date(2026, 5, 14)


def payable(key: str, part: Part, owes: int, day: date = TODAY, visit: str = "", **more: bool) -> Payable:
    return Payable(key, part, owes, day, "" if part is Part.EXPECTED_COPAY else f"charge-{key}", visit, **more)


COPAY = payable("copay", Part.COPAY, 3000, visit="today")
LAB = payable("lab", Part.BALANCE, 4500, date(2026, 3, 2), visit="march")
OLD = payable("old", Part.BALANCE, 10000, date(2026, 1, 22), visit="january")


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (COPAY, True),
        (payable("e", Part.EXPECTED_COPAY, 3000), True),
        (payable("t", Part.TODAY, 500), True),
        (LAB, True),
        (payable("recent", Part.BALANCE, 4500, date(2026, 4, 22)), False),
        (payable("plan", Part.BALANCE, 10000, date(2026, 1, 22), on_plan=True), False),
        (payable("planned copay", Part.COPAY, 3000, on_plan=True), False),
        (payable("claim", Part.BALANCE, 4500, date(2026, 1, 2), insurance_pending=True), False),
        (payable("nothing", Part.BALANCE, 0, date(2026, 1, 2)), False),
    ],
)
def test_default_selection_is_copay_then_balances_past_due(what: Payable, expected: bool) -> None:
    assert selected_by_default(what, TODAY, past_due_days=60) is expected


def test_copay_comes_first_then_the_oldest() -> None:
    due = payable("due", Part.TODAY, 900, visit="today")
    assert [p.key for p in in_order([LAB, due, OLD, COPAY])] == ["copay", "due", "old", "lab"]


@pytest.mark.parametrize(
    ("visit_copay", "plan_copay", "charged", "prepaid", "expected"),
    [
        (3000, 2500, 0, 0, 3000),
        (None, 2500, 0, 0, 2500),
        (None, None, 0, 0, 0),
        (0, 2500, 0, 0, 0),
        (3000, None, 0, 1000, 2000),
        (3000, None, 0, 5000, 0),
        (3000, None, 8000, 0, 0),
    ],
)
def test_expected_copay(
    visit_copay: int | None, plan_copay: int | None, charged: int, prepaid: int, expected: int
) -> None:
    assert expected_copay_cents(visit_copay, plan_copay, charged, prepaid) == expected


@pytest.mark.parametrize(
    ("amounts", "extra", "key"),
    [
        ({}, 0, "amount.zero"),
        ({"copay": 0}, 0, "amount.zero"),
        ({"copay": -1}, 0, "amount.negative"),
        ({"copay": 3000}, -1, "amount.negative"),
        ({"copay": 3001}, 0, "collect.more_than_owed"),
        ({"nobody": 5}, 0, "collect.line_unknown"),
        ({"copay": True}, 0, "amount.not_a_number"),
        ({}, 100_000_001, "amount.too_large"),
        ({"old": 10000}, 99_999_999, "amount.too_large"),
    ],
)
def test_refused_amounts(amounts: dict[str, int], extra: int, key: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_amounts([COPAY, LAB, OLD], amounts, extra)
    assert refused.value.message_key == key


def test_credit_earmarked_to_the_visit_goes_first_then_the_oldest_free_credit() -> None:
    lots = [
        Lot("oldest", "", 1000),
        Lot("marked", "march", 2000),
        Lot("other visit", "may", 9999),
        Lot("new", "", 9000),
    ]
    spends = spend_credit([COPAY, LAB], {"copay": 3000, "lab": 4500}, lots)
    assert [(s.payment_id, s.key, s.cents) for s in spends] == [
        ("oldest", "copay", 1000), ("new", "copay", 2000), ("marked", "lab", 2000), ("new", "lab", 2500),
    ]  # fmt: skip


def test_an_expected_copay_is_not_paid_by_what_is_already_set_aside_for_it() -> None:
    expected = payable("e", Part.EXPECTED_COPAY, 1000, visit="today")
    assert spend_credit([expected], {"e": 1000}, [Lot("p", "today", 500)]) == ()


def test_part_approval_pays_the_copay_and_leaves_the_balance() -> None:
    """Domain row N40: 75 asked, 50 approved, 25 still due."""
    shares, rest = distribute([COPAY, LAB], {"copay": 3000, "lab": 4500}, (), 5000)
    assert [(s.key, s.tender_cents) for s in shares] == [("copay", 3000), ("lab", 2000)]
    assert rest == 0


def test_a_payment_is_for_the_visit_only_when_every_cent_is() -> None:
    shares, _ = distribute([COPAY, LAB], {"copay": 3000}, (), 3000)
    assert is_for_visit_only([COPAY, LAB], shares, "today")
    shares, _ = distribute([COPAY, LAB], {"copay": 3000, "lab": 100}, (), 3100)
    assert not is_for_visit_only([COPAY, LAB], shares, "today")
    assert not is_for_visit_only([COPAY, LAB], shares, "")


@st.composite
def sheets(draw: st.DrawFn) -> tuple[list[Payable], dict[str, int], list[Lot], int]:
    payables = [
        payable(str(n), draw(st.sampled_from(Part)), draw(st.integers(0, 50_000)),
                date(2026, 1, 1 + draw(st.integers(0, 27))), draw(st.sampled_from(["", "today", "march"])))
        for n in range(draw(st.integers(1, 6)))
    ]  # fmt: skip
    amounts = {p.key: draw(st.integers(0, p.owes_cents)) for p in payables if draw(st.booleans())}
    lots = [
        Lot(str(n), draw(st.sampled_from(["", "today", "march", "may"])), draw(st.integers(0, 30_000)))
        for n in range(draw(st.integers(0, 4)))
    ]
    return payables, amounts, lots, draw(st.integers(0, 120_000))


@given(sheets())
def test_every_cent_is_somewhere_and_no_line_gets_more_than_asked(
    sheet: tuple[list[Payable], dict[str, int], list[Lot], int],
) -> None:
    payables, amounts, lots, tender = sheet
    spends = spend_credit(payables, amounts, lots)
    shares, rest = distribute(payables, amounts, spends, tender)
    assert sum(s.tender_cents for s in shares) + rest == tender
    assert sum(s.credit_cents for s in shares) == sum(s.cents for s in spends)
    assert all(s.cents > 0 for s in spends)
    owes = {p.key: p.owes_cents for p in payables}
    for share in shares:
        assert share.credit_cents >= 0
        assert share.tender_cents >= 0
        assert share.cents <= amounts.get(share.key, 0) <= owes[share.key]
    for lot in lots:
        spent = sum(s.cents for s in spends if s.payment_id == lot.payment_id)
        assert spent <= lot.cents
    if rest:
        assert all(share.cents == amounts.get(share.key, 0) for share in shares)
