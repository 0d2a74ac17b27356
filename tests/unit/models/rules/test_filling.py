"""Money on account goes to many items at once: ticked ones, or by rule."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.collecting import Lot
from models.rules.filling import Filling, OpenItem, auto_fill, fill

TODAY = "2025-02-01"


def item(name: str, owes: int, day: str, *, by_rule: bool = True, gone: bool = False, visit: str = "") -> OpenItem:
    return OpenItem(name, visit or f"visit-{name}", day, owes, by_rule, gone)


JAN_5, JAN_20 = item("jan-5", 3000, "2025-01-05"), item("jan-20", 5000, "2025-01-20")
AHEAD = item("ahead", 4000, "2025-03-01")


def got(fillings: tuple[Filling, ...]) -> dict[str, int]:
    """Cents by item."""
    cents: Counter[str] = Counter()
    for each in fillings:
        cents[each.charge_id] += each.cents
    return dict(cents)


# By rule ----------------------------------------------------------------------------------------------------------


def test_n13_oldest_first_and_nothing_to_a_visit_ahead():
    assert got(auto_fill([AHEAD, JAN_20, JAN_5], [Lot("pay", "", 7000)], TODAY)) == {"jan-5": 3000, "jan-20": 4000}


@pytest.mark.parametrize("use_other_visits", [False, True])
def test_n14_money_of_a_visit_stays_with_its_visit_while_that_owes(use_other_visits: bool):
    lots = [Lot("pay", "visit-jan-20", 2500)]
    assert got(auto_fill([JAN_5, JAN_20], lots, TODAY, use_other_visits=use_other_visits)) == {"jan-20": 2500}


def test_s0_16_money_of_a_visit_fills_that_visits_items_only():
    lots = [Lot("pay", "visit-jan-20", 6000)]
    assert got(auto_fill([JAN_5, JAN_20], lots, TODAY)) == {"jan-20": 5000}


def test_s0_18_what_is_left_of_another_visit_may_be_used_where_the_practice_says_so():
    lots = [Lot("pay", "visit-jan-20", 6000)]
    found = auto_fill([JAN_5, JAN_20], lots, TODAY, use_other_visits=True)
    assert got(found) == {"jan-20": 5000, "jan-5": 1000}
    assert found[-1] == Filling("pay", "visit-jan-20", "jan-5", "visit-jan-5", 1000)


def test_s0_18_free_credit_goes_before_money_of_other_visits():
    lots = [Lot("aside", "visit-x", 3000), Lot("free", "", 3000)]
    found = auto_fill([JAN_5], lots, TODAY, use_other_visits=True)
    assert [each.payment_id for each in found] == ["free"]


def test_s0_16_providers_who_did_not_opt_in_get_no_credit_by_rule():
    closed = item("closed", 2000, "2025-01-01", by_rule=False)
    lots = [Lot("own", "visit-closed", 500), Lot("free", "", 4000)]
    assert got(auto_fill([closed, JAN_5], lots, TODAY)) == {"closed": 500, "jan-5": 3000}


def test_s0_19_a_visit_ahead_gets_nothing_not_even_its_own():
    assert auto_fill([AHEAD], [Lot("pay", "visit-ahead", 4000), Lot("free", "", 4000)], TODAY) == ()


def test_a_cancelled_visit_gets_nothing():
    assert auto_fill([item("off", 2000, "2025-01-01", gone=True)], [Lot("free", "", 4000)], TODAY) == ()


def test_n11_money_refunded_elsewhere_is_not_given_out_again():
    pr80 = item("pr80", 8000, "2025-01-05")
    assert auto_fill([pr80], [Lot("plus", "", 20000)], TODAY, refunded_cents=20000) == ()
    assert got(auto_fill([pr80], [Lot("plus", "", 20000)], TODAY, refunded_cents=15000)) == {"pr80": 5000}


def test_n11_what_went_back_beyond_free_credit_counts_against_what_is_set_aside():
    lots = [Lot("aside", "visit-jan-20", 4000), Lot("free", "", 1000)]
    assert got(auto_fill([JAN_20], lots, TODAY, refunded_cents=3000)) == {"jan-20": 2000}


def test_n31_run_again_there_is_nothing_to_do():
    first = auto_fill([item("c", 5000, "2025-01-05")], [Lot("pay", "", 10000)], TODAY)
    assert got(first) == {"c": 5000}
    assert auto_fill([item("c", 0, "2025-01-05")], [Lot("pay", "", 5000)], TODAY) == ()


def test_n21_n22_oldest_first_until_the_money_ends():
    two = [item("a", 4000, "2025-01-01"), item("b", 4000, "2025-01-02")]
    assert got(auto_fill(two, [Lot("p", "", 5000)], TODAY)) == {"a": 4000, "b": 1000}
    three = [item("c", 5000, "2025-01-03"), item("b", 4000, "2025-01-02"), item("a", 6000, "2025-01-01")]
    assert [(each.charge_id, each.cents) for each in auto_fill(three, [Lot("p", "", 15000)], TODAY)] == [
        ("a", 6000), ("b", 4000), ("c", 5000),
    ]  # fmt: skip


# By hand ----------------------------------------------------------------------------------------------------------


def test_s0_15_ticked_items_are_filled_oldest_first_own_money_first():
    lots = [Lot("free", "", 4000), Lot("aside", "visit-jan-20", 1000), Lot("later", "", 9000)]
    found = fill([JAN_20, JAN_5], lots, TODAY)
    assert [(each.charge_id, each.payment_id, each.cents) for each in found] == [
        ("jan-5", "free", 3000), ("jan-20", "aside", 1000), ("jan-20", "free", 1000), ("jan-20", "later", 3000),
    ]  # fmt: skip


def test_s0_15_by_hand_no_provider_has_to_opt_in_and_no_other_visit_is_robbed():
    closed = item("closed", 2000, "2025-01-01", by_rule=False)
    assert got(fill([closed], [Lot("aside", "visit-x", 500), Lot("free", "", 1500)], TODAY)) == {"closed": 1500}


def test_two_items_of_one_visit_share_what_waits_for_it():
    one, two = item("one", 1500, "2025-01-01", visit="v"), item("two", 2000, "2025-01-01", visit="v")
    assert got(fill([two, one], [Lot("aside", "v", 3000)], TODAY)) == {"one": 1500, "two": 1500}


# Always -----------------------------------------------------------------------------------------------------------

DAYS = st.sampled_from(["2025-01-01", "2025-01-20", TODAY, "2025-02-02"])
VISITS = st.sampled_from(["", "v1", "v2"])
ITEMS = st.lists(
    st.builds(OpenItem, st.uuids().map(str), VISITS, DAYS, st.integers(0, 9000), st.booleans(), st.booleans()),
    max_size=6,
)
LOTS = st.lists(st.builds(Lot, st.uuids().map(str), VISITS, st.integers(0, 9000)), max_size=5)


@given(ITEMS, LOTS, st.integers(0, 12000), st.booleans(), st.booleans())
def test_no_item_is_overpaid_no_lot_overspent(
    items: list[OpenItem], lots: list[Lot], refunded: int, other: bool, by_hand: bool
):
    found = (
        fill(items, lots, TODAY, refunded)
        if by_hand
        else auto_fill(items, lots, TODAY, use_other_visits=other, refunded_cents=refunded)
    )
    known = {each.charge_id: each for each in items}
    assert all(each.cents > 0 for each in found)
    for charge_id, cents in got(found).items():
        wanting = known[charge_id]
        assert cents <= wanting.owes_cents
        assert wanting.service_date <= TODAY
        assert not wanting.gone
    spent: Counter[tuple[str, str]] = Counter()
    for each in found:
        spent[each.payment_id, each.from_appointment_id] += each.cents
    assert all(spent[lot.payment_id, lot.appointment_id] <= lot.cents for lot in lots)
    assert sum(each.cents for each in found) <= max(sum(lot.cents for lot in lots) - refunded, 0)
    free = sum(lot.cents for lot in lots if not lot.appointment_id)
    assert sum(each.cents for each in found if not each.from_appointment_id) <= max(free - refunded, 0)
    if by_hand or not other:
        assert all(each.from_appointment_id in ("", each.appointment_id) for each in found)


@given(ITEMS, LOTS)
def test_free_credit_never_lies_idle_while_a_ticked_item_owes(items: list[OpenItem], lots: list[Lot]):
    found = fill(items, lots, TODAY)
    left = sum(lot.cents for lot in lots if not lot.appointment_id) - sum(
        each.cents for each in found if not each.from_appointment_id
    )
    paid = got(found)
    owing = [
        each for each in items
        if each.owes_cents > paid.get(each.charge_id, 0) and each.service_date <= TODAY and not each.gone
    ]  # fmt: skip
    assert left == 0 or not owing


def test_s0_17_with_nothing_owed_on_its_visit_the_money_stays_there_and_overpays_no_item():
    paid = item("paid", 0, "2025-01-20", visit="v")
    assert auto_fill([paid, JAN_5], [Lot("pay", "v", 2500)], TODAY) == ()
