"""What is collected by default, and where every cent goes."""

from __future__ import annotations

from datetime import date
from typing import Any

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
    less_given_back,
    payment_type,
    selected_by_default,
    spend_credit,
)  # fmt: skip

TODAY = date(2026, 5, 14)


def payable(key: str, part: Part, owes: int, day: date = TODAY, visit: str = "", **more: Any) -> Payable:
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


# Families, visits ahead, refunds made elsewhere -----------------------------------------------------------------------


def test_n27_a_family_stands_in_one_order() -> None:
    mine = payable("p1", Part.BALANCE, 6000, date(2026, 1, 10), patient_id="one")
    others = payable("p2", Part.BALANCE, 4000, date(2026, 2, 10), patient_id="two")
    later = payable("p1b", Part.BALANCE, 5000, date(2026, 3, 10), patient_id="one")
    family = [later, others, mine]
    shares, rest = distribute(family, {"p1": 6000, "p2": 4000, "p1b": 5000}, (), 15000)
    assert [(share.key, share.tender_cents) for share in shares] == [("p1", 6000), ("p2", 4000), ("p1b", 5000)]
    assert rest == 0
    shares, _ = distribute(family, {"p1": 6000, "p2": 4000, "p1b": 5000}, (), 8000)
    assert [share.tender_cents for share in shares] == [6000, 2000, 0]


def test_s0_19_free_credit_pays_no_visit_ahead_but_what_was_taken_for_it_does() -> None:
    ahead = payable("next", Part.TODAY, 5000, date(2026, 5, 28), visit="later", ahead=True)
    lots = (Lot("free", "", 9000), Lot("for it", "later", 1200), Lot("other", "elsewhen", 700))
    assert [(each.payment_id, each.cents) for each in spend_credit([ahead], {"next": 5000}, lots)] == [("for it", 1200)]


@pytest.mark.parametrize(
    ("kinds", "extra", "found"),
    [
        (["copay"], 0, "copay"), (["copay", "copay"], 0, "copay"), (["coinsurance"], 0, "coinsurance"),
        (["copay", "coinsurance"], 0, ""), (["deductible"], 0, ""), (["balance"], 0, ""), ([], 0, ""),
        (["copay"], 1, ""),
    ],
)  # fmt: skip
def test_s0_05_a_payment_is_for_what_it_pays(kinds: list[str], extra: int, found: str) -> None:
    assert payment_type(kinds, extra) == found


_lots = st.lists(
    st.builds(Lot, st.sampled_from("abc"), st.sampled_from(["", "v", "w"]), st.integers(1, 500)), max_size=6
)


@given(_lots, st.integers(0, 3000))
def test_n11_what_went_back_elsewhere_is_not_there_to_spend(lots: list[Lot], given_back: int) -> None:
    """Never more than is there, nothing of zero, free credit before what is set aside, the newest money first."""
    left = less_given_back(lots, given_back)
    total = sum(lot.cents for lot in lots)
    assert sum(lot.cents for lot in left) == max(total - given_back, 0)
    assert all(lot.cents > 0 for lot in left)
    free = sum(lot.cents for lot in lots if not lot.appointment_id)
    assert sum(lot.cents for lot in left if not lot.appointment_id) == max(free - given_back, 0)
    if given_back == 0:
        assert list(left) == lots


def test_n11_the_oldest_money_stays_longest() -> None:
    lots = (Lot("old", "", 300), Lot("new", "", 300), Lot("set aside", "v", 100))
    assert less_given_back(lots, 350) == (Lot("old", "", 250), Lot("set aside", "v", 100))
    assert less_given_back(lots, 650) == (Lot("set aside", "v", 50),)
