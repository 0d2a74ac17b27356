"""Amounts as people type them, and shares that lose no cent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.errors import RuleBroken
from models.basics.money import (
    LARGEST_ENTRY_CENTS,
    MINUS,
    Money,
    cents_from_decimal,
    check_entry,
    parse_cents,
    show_cents,
    split_cents,
)

TYPED = {
    "25": 2500, "25.": 2500, "25.5": 2550, "25.50": 2550, ".5": 50, ".05": 5, "0.01": 1, "$25": 2500, " $ 25.00 ": 2500,
    "1,234.56": 123456, "$1,234,567": None, "1000000": 100_000_000, "1,000,000.00": 100_000_000, "007": 700,
}  # fmt: skip


@pytest.mark.parametrize("text", [text for text, cents in TYPED.items() if cents])
def test_amounts_as_typed(text: str) -> None:
    assert parse_cents(text) == TYPED[text]


REFUSED = {
    "0": "amount.zero", "0.00": "amount.zero", "$0": "amount.zero",
    "-5": "amount.negative", "-0": "amount.negative", f"{MINUS}5.00": "amount.negative", " -1": "amount.negative",
    "1.234": "amount.three_decimals", "0.001": "amount.three_decimals", "1.000": "amount.three_decimals",
    "1000000.01": "amount.too_large", "1,234,567": "amount.too_large", "9" * 400: "amount.too_large",
    "": "amount.not_a_number", " ": "amount.not_a_number", ".": "amount.not_a_number", "$": "amount.not_a_number",
    "abc": "amount.not_a_number", "12,34": "amount.not_a_number", "1,23.00": "amount.not_a_number",
    "1e3": "amount.not_a_number", "NaN": "amount.not_a_number", "Infinity": "amount.not_a_number",
    "0x10": "amount.not_a_number", "5 5": "amount.not_a_number", "5$": "amount.not_a_number",
    "1.2.3": "amount.not_a_number",
    "٢٥": "amount.not_a_number", "２５": "amount.not_a_number", "25\x00": "amount.not_a_number",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_amount_names_field_and_reason(text: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        parse_cents(text, field="copay")
    assert caught.value.message_key == REFUSED[text]
    assert caught.value.facts["field"] == "copay"


def test_entries_are_whole_and_bounded() -> None:
    assert check_entry(1) == 1
    assert check_entry(LARGEST_ENTRY_CENTS) == LARGEST_ENTRY_CENTS
    for cents, key in ((0, "amount.zero"), (-1, "amount.negative"), (LARGEST_ENTRY_CENTS + 1, "amount.too_large")):
        with pytest.raises(RuleBroken, match=key):
            check_entry(cents)
    for strange in (1.0, True, "1", None):
        with pytest.raises(RuleBroken, match=r"amount\.not_a_number"):
            check_entry(strange)  # type: ignore[arg-type]


@given(st.integers(1, LARGEST_ENTRY_CENTS))
def test_what_is_shown_can_be_typed(cents: int) -> None:
    assert parse_cents(show_cents(cents)) == cents


def test_amounts_as_shown() -> None:
    assert [show_cents(cents) for cents in (0, 5, 123456, -500)] == ["$0.00", "$0.05", "$1,234.56", f"{MINUS}$5.00"]
    assert show_cents(2500, symbol="") == "25.00"
    assert str(Money(2500)) == "$25.00"


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_shares_add_up_and_are_fair(cents: int, weights: list[int]) -> None:
    shares = split_cents(cents, weights)
    assert sum(shares) == cents
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - cents * weight / sum(weights)) < 1
        assert share == 0 or weight > 0


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-5]])
def test_weights_that_make_no_sense(weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"weights|min"):
        split_cents(100, weights)


def test_money_goes_with_money_only() -> None:
    assert Money(5) + Money(7) - Money(2) == Money(10)
    assert -Money(5) < Money(0) < Money(1)
    assert not Money(0)
    assert Money(100).split([1, 1, 1]) == [Money(34), Money(33), Money(33)]
    for wrong in (5.0, True, "5"):
        with pytest.raises(TypeError):
            Money(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money(5) + 5  # type: ignore[operator]
    with pytest.raises(ValueError, match="add up"):
        Money(5) + Money(5, "EUR")


DECIMALS = {
    "28.104000000000003": 2810, "0.005": 1, "0.004": 0, "-0.005": -1, "1e2": 10_000, "12": 1200, "  7.5 ": 750,
    "2.675": 268,
}  # fmt: skip


@pytest.mark.parametrize("text", DECIMALS)
def test_decimals_of_other_programs(text: str) -> None:
    assert cents_from_decimal(text) == DECIMALS[text]


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "-inf", "1,5", "1.2.3"])
def test_decimals_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"decimal|finite"):
        cents_from_decimal(text)
