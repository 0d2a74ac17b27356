"""The sums of a day sheet, row by row: what counts as collected, what lies on charges, which copays were to be had
(S0-41)."""

from __future__ import annotations

from typing import Any

import pytest

from app.day_sheet import in_order, tender_words
from app.day_sums import BY_BANK, add_up, copays
from models.store.queries.day import CopayRow, DayAct


def act(kind: str, cents: int, **more: Any) -> DayAct:
    return DayAct(kind, "source", "", "2026-05-14", "rosa", "", "", amount_cents=cents, **more)


def test_s0_41_what_another_program_gave_back_is_never_collected_whatever_it_was() -> None:
    sums = add_up([act("payment", 5_000, tender="cash"), act("elsewhere", -700, tender="cash"),
                   act("payment", 900, tender="external")])  # fmt: skip
    assert (sums.collected_cents, sums.elsewhere.net_cents) == (5_000, 200)
    assert (sums.credits_cents, sums.debits_cents) == (5_900, 700)


def test_s0_41_allocated_is_what_was_taken_less_what_lies_on_account() -> None:
    sums = add_up([act("payment", 5_000, tender="cash", on_account_cents=1_200),
                   act("payment", 900, tender="external", on_account_cents=900)])  # fmt: skip
    assert sums.allocated_cents == 3_800


def test_s0_41_handed_back_is_no_refund_more() -> None:
    sums = add_up([act("refund", -500, tender="cash"), act("refund_undone", 500, tender="cash")])
    assert (sums.tenders["cash"].refunds, sums.tenders["cash"].net_cents) == (1, 0)


def test_s2_16_a_bank_debit_is_a_way_of_its_own_beside_cards_from_home() -> None:
    sums = add_up([act("payment", 5_000, tender="online"), act("payment", 900, tender="online", method_id="ach"),
                   act("refund", -200, tender="online", method_id="ach")])  # fmt: skip
    assert {key: each.net_cents for key, each in sums.tenders.items()} == {"online": 5_000, BY_BANK: 700}
    assert tender_words(BY_BANK, {}) == "Bank debit (ACH), from home"
    assert in_order([BY_BANK, "other:hsa", "online", "cash"]) == ["cash", "online", BY_BANK, "other:hsa"]


_VISIT = CopayRow("v", "dr", "", "arrived", charges=0, asked_cents=0, paid_cents=0, visit_copay_cents=None,
                  plan_copay_cents=3_000, prepaid_cents=0)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected", "collected"),
    [
        ({}, 3_000, 0),
        ({"visit_copay_cents": 2_000}, 2_000, 0),
        ({"visit_copay_cents": 0}, 0, 0),
        ({"plan_copay_cents": None}, 0, 0),
        ({"prepaid_cents": 1_000}, 3_000, 1_000),
        ({"prepaid_cents": 9_000}, 3_000, 3_000),
        ({"status": "cancelled"}, 0, 0),
        ({"status": "no_show"}, 0, 0),
        ({"status": "no_show", "charges": 1, "asked_cents": 2_500, "paid_cents": 500}, 2_500, 500),
        ({"charges": 1, "prepaid_cents": 900}, 0, 0),
    ],
)
def test_s0_41_copays_that_were_to_be_had(change: dict[str, Any], expected: int, collected: int) -> None:
    assert copays([_VISIT._replace(**change)]) == (expected, collected)
