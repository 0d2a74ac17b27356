"""A visit's bill: whose turn it is, as data; what a payment may and may not change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.operations.records import BILLING_STATUSES, PAYMENT_PROFILES
from models.rules.billing import (
    BILLING_STATUS_WORDS,
    BY_HAND_ONLY,
    PAYMENT_PROFILE_WORDS,
    Bill,
    billing_status,
    copay_mark,
    patient_part_cents,
)


def test_every_status_and_profile_has_words() -> None:
    assert tuple(PAYMENT_PROFILE_WORDS) == PAYMENT_PROFILES
    assert set(BILLING_STATUS_WORDS) == set(BILLING_STATUSES) - {""}


@pytest.mark.parametrize(
    ("bill", "expected"),
    [
        (Bill(), ""),
        (Bill(charged_cents=10000), "paid_in_full"),  # N1
        (Bill(charged_cents=10000, owed_cents=6000), "balance_due"),  # N2
        (Bill(charged_cents=10000, owed_cents=10000), "balance_due"),
        (Bill(charged_cents=10000, owed_cents=4000, said="paid_in_full"), "balance_due"),  # N16: refunded since
        (Bill(charged_cents=10000, said="balance_due"), "paid_in_full"),
        (Bill(charged_cents=10000, owed_cents=10000, said="settled"), "settled"),
        (Bill(charged_cents=10000, said="internal_review"), "internal_review"),
        (Bill(insurance_pending=True), "bill_insurance"),
        (Bill(insurance_pending=True, said="bill_secondary"), "bill_secondary"),
        (Bill(insurance_pending=True, said="balance_due"), "bill_insurance"),
        (Bill(5000, 5000, insurance_pending=True, payment_profile="cash"), "balance_due"),
        (Bill(charged_cents=5000, insurance_pending=True, payment_profile="cash"), "paid_in_full"),
        (Bill(said="bill_insurance"), "bill_insurance"),
    ],
)
def test_s0_23_the_status_follows_the_money(bill: Bill, expected: str) -> None:
    assert billing_status(bill) == expected


@pytest.mark.parametrize(
    ("bill", "expected"),
    [
        (Bill(charged_cents=10000, said="balance_due"), "balance_due"),
        (Bill(charged_cents=10000), ""),
        (Bill(charged_cents=10000, owed_cents=1), "balance_due"),
        (Bill(charged_cents=10000, owed_cents=10000, said="paid_in_full"), "paid_in_full"),
    ],
)
def test_s0_23_the_option_off_leaves_what_was_said(bill: Bill, expected: str) -> None:
    assert billing_status(bill, paid_in_full_follows=False) == expected


BILLS = st.builds(
    Bill, st.integers(0, 20000), st.integers(0, 20000), st.booleans(), st.sampled_from(PAYMENT_PROFILES),
    st.sampled_from(BILLING_STATUSES),
).filter(lambda bill: bill.owed_cents <= bill.charged_cents)  # fmt: skip


@given(BILLS, st.booleans())
def test_s0_23_a_bill_always_has_a_known_status(bill: Bill, follows: bool) -> None:
    found = billing_status(bill, paid_in_full_follows=follows)
    assert found in BILLING_STATUSES
    if bill.said in BY_HAND_ONLY:
        assert found == bill.said
    elif follows:
        assert found != "paid_in_full" or bill.owed_cents == 0
        assert billing_status(replace(bill, said=found)) == found, "said once more it stays"


@pytest.mark.parametrize(
    ("profile", "asked", "paid", "expected"),
    [
        ("", 3000, 0, "due"),
        ("insurance", 3000, 1000, "part"),
        ("insurance", 3000, 3000, "paid"),
        ("insurance", 3000, 4000, "paid"),
        ("", 0, 0, ""),
        ("cash", 3000, 0, ""),
        ("cash", 3000, 3000, ""),
    ],
)
def test_s0_21_the_copay_indicator_is_hidden_with_cash(profile: str, asked: int, paid: int, expected: str) -> None:
    assert copay_mark(profile, asked, paid) == expected


@pytest.mark.parametrize("profile", PAYMENT_PROFILES)
def test_s0_22_with_cash_the_patient_owes_all_at_once(profile: str) -> None:
    assert patient_part_cents(profile, 8500, 2) == (17000 if profile == "cash" else 0)
