"""Change, names, numbers, PINs, lateness, doubles: cases as data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.errors import RuleBroken
from models.rules import change, duplicates, numbers, people, pins

START = datetime(2026, 5, 14, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (7500, (7500, 8000, 10000)),
        (3000, (3000, 4000, 5000)),
        (2500, (2500, 3000, 4000)),
        (3600, (3600, 4000, 5000)),
        (1234, (1234, 1500, 2000)),
        (10000, (10000,)),
        (12000, (12000, 15000, 20000)),
        (0, ()),
        (-5, ()),
    ],
)
def test_quick_amounts(due: int, expected: tuple[int, ...]) -> None:
    assert change.quick_amounts(due) == expected


@given(st.integers(1, 100_000_000))
def test_quick_amounts_start_exact_and_grow(due: int) -> None:
    offered = change.quick_amounts(due)
    assert offered[0] == due
    assert list(offered) == sorted(set(offered))
    assert len(offered) <= 3


@pytest.mark.parametrize(
    ("cents", "expected"),
    [
        (2500, ((1, 2000), (1, 500))),
        (400, ((4, 100),)),
        (0, ()),
        (68, ((2, 25), (1, 10), (1, 5), (3, 1))),
        (37500, ((3, 10000), (1, 5000), (1, 2000), (1, 500))),
    ],
)
def test_change_notes(cents: int, expected: tuple[tuple[int, int], ...]) -> None:
    assert change.change_notes(cents) == expected


@given(st.integers(0, 1_000_000))
def test_change_adds_up(cents: int) -> None:
    notes = change.change_notes(cents)
    assert sum(count * note for count, note in notes) == cents
    assert all(count > 0 for count, _ in notes)


def test_change_is_never_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        change.change_notes(-1)


def test_numbers_read_well() -> None:
    assert numbers.payment_number(1, 42) == "PAY-1-00042"
    assert numbers.payment_number(12, 123456) == "PAY-12-123456"
    assert numbers.receipt_number("01", 1, 1, 42) == "01-1-A-0042"
    assert [numbers.epoch_letters(n) for n in (1, 26, 27, 52, 53)] == ["A", "Z", "AA", "AZ", "BA"]
    with pytest.raises(ValueError, match="from 1"):
        numbers.epoch_letters(0)


def test_a_terminal_reference_is_never_used_twice_even_when_the_store_was_put_back() -> None:
    serial = numbers.terminal_serial(0, 1_763_726_400)
    assert numbers.terminal_serial(serial, 1_763_726_400) == serial + 1
    assert numbers.terminal_serial(5, 1_763_726_401) > serial
    reference = numbers.terminal_reference(1, serial)
    assert reference == "011763726400"
    assert reference != numbers.terminal_reference(2, serial)


@pytest.mark.parametrize(
    ("pin", "key"),
    [("123", "pin.form"), ("1234567", "pin.form"), ("12a4", "pin.form"), ("１２５９", "pin.form"), ("", "pin.form"),
     ("1111", "pin.too_simple"), ("123456", "pin.too_simple"), ("9876", "pin.too_simple")],
)  # fmt: skip
def test_pins_that_may_not_be(pin: str, key: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        pins.check_new_pin(pin)
    assert refused.value.message_key == key


def test_lock_out_grows() -> None:
    assert pins.check_new_pin("4711") == "4711"
    assert [pins.lock_seconds(n) for n in (0, 4, 5, 6, 7, 30)] == [0, 0, 300, 900, 3600, 3600]
    assert [pins.tries_left(n) for n in (0, 4, 5, 9)] == [5, 1, 0, 0]


@pytest.mark.parametrize(
    ("parts", "name", "letters"),
    [
        (("Alvarez", "Rosa"), "Rosa Alvarez", "RA"),
        (("", "Cher"), "Cher", "C"),
        (("Núñez de la Cruz", "José"), "José Núñez de la Cruz", "JC"),
        (("", ""), "No name", "NN"),
    ],
)
def test_names(parts: tuple[str, str], name: str, letters: str) -> None:
    family, given_name = parts
    assert people.display_name(family=family, given=given_name) == name
    assert people.initials(name) == letters


def test_cashier_phone_age_and_birth_date() -> None:
    assert people.first_name("Maria Delgado") == "Maria D."
    assert people.first_name("Maria") == "Maria"
    assert people.initials("…") == "?"
    assert people.show_phone("5550104417") == "(555) 010-4417"
    assert people.show_phone("1-555-010-4417") == "(555) 010-4417"
    assert people.show_phone("+49 30 1234") == "+49 30 1234"
    assert people.age_on(date(1984, 3, 14), date(2026, 3, 13)) == 41
    assert people.age_on(date(1984, 3, 14), date(2026, 3, 14)) == 42
    assert people.age_on(date(2027, 1, 1), date(2026, 3, 14)) is None
    assert people.parse_birth_date("1984-03-14") == date(1984, 3, 14)
    assert [people.parse_birth_date(text) for text in ("1984-03", "1984-13-01", "")] == [None, None, None]


def test_the_same_copay_at_two_desks_is_suspicious() -> None:
    first = duplicates.Taken("p", "visit", 2500, "desk 1", START)
    other = duplicates.Taken("p", "visit", 2500, "desk 2", START + timedelta(minutes=29))
    assert duplicates.paid_twice(first, other)
    for harmless in (
        duplicates.Taken("p", "visit", 2500, "desk 1", START),
        duplicates.Taken("p", "visit", 2501, "desk 2", START),
        duplicates.Taken("p", "later", 2500, "desk 2", START),
        duplicates.Taken("q", "visit", 2500, "desk 2", START),
        duplicates.Taken("p", "visit", 2500, "desk 2", START + timedelta(minutes=30)),
    ):
        assert not duplicates.paid_twice(first, harmless)
    assert not duplicates.paid_twice(duplicates.Taken("p", "", 1, "a", START), duplicates.Taken("p", "", 1, "b", START))
