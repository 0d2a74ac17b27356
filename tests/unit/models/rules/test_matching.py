"""What was typed, and how well somebody fits it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.search_keys import patient_words
from models.rules.matching import Query, allowed_slips, fit, parse_query

TODAY = date(2026, 5, 14)
ROSA = patient_words(
    names=("Rosa", "María", "Álvarez"), birth_date="1984-03-14", phone="(555) 010-4417", mrn="0041877"
).split()


@pytest.mark.parametrize(
    "typed",
    ["3/14/1984", "03/14/1984", "3/14/84", "03-14-1984", "3.14.84", "1984-03-14", "1984/3/14", "19840314", "03141984",
     "031484", "Mar 14 1984", "march 14, 1984", "14 mar 1984", "14-Mar-1984", "14/3/1984", "3/1984", "1984", "3/14",
     "3-14", "3/1", "mar 14", "14 mar", "14th of march"[:4] + " march", "3/14/198", "dob 3/14/1984"],
)  # fmt: skip
def test_a_birth_date_in_any_usual_form(typed: str) -> None:
    assert fit(parse_query(typed, TODAY), ROSA) == (0, "birth date")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("(555) 010-4417", "phone"), ("555-010-4417", "phone"), ("5550104417", "phone"), ("+1 555 010 4417", "phone"),
        ("010-4417", "phone"), ("4417", "phone"), ("417", "phone"), ("0041877", "MRN"), ("41877", "MRN"),
        ("MRN 0041877", "MRN"), ("mrn41877", "MRN"), ("#41877", "MRN"), ("00418", "MRN"),
    ],
)  # fmt: skip
def test_numbers(typed: str, why: str) -> None:
    assert fit(parse_query(typed, TODAY), ROSA) == (0, why)


def test_a_record_number_with_letters() -> None:
    known = patient_words(names=("X",), birth_date="", phone="", mrn="A-10442").split()
    assert fit(parse_query("a-10442", TODAY), known) == (0, "MRN")


@pytest.mark.parametrize(
    ("typed", "cost"),
    [("rosa alvarez", 0), ("Álvarez, Rosa", 0), ("alv", 1), ("ros alv", 2), ("alvrez", 3), ("lavarez", 3),
     ("alvares", 3), ("alvarrez", 3), ("rsoa", 3), ("alvvres", 5), ("zz", 9), ("xy rosa", 9)],
)  # fmt: skip
def test_names_in_any_order_with_slips(typed: str, cost: int) -> None:
    assert fit(parse_query(typed, TODAY), ROSA)[0] == cost


def test_name_and_date_together() -> None:
    assert fit(parse_query("alvrez 3/14", TODAY), ROSA) == (3, "birth date")
    assert fit(parse_query("alvrez 3/15", TODAY), ROSA) == (9, "")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("O'Brien", ("obrien",)), ("Smith-Jones", ("smith", "jones")), ("St. John", ("st", "john")), ("  ", ()),
     ("Dr. Núñez", ("nunez",)), ("%_'\" OR *", ("or",)), ("李小龍", ("李小龍",)), ("rosa rosa", ("rosa",))],
)  # fmt: skip
def test_name_parts(typed: str, words: tuple[str, ...]) -> None:
    assert parse_query(typed, TODAY).words == words


def test_two_digit_years_are_never_in_the_future() -> None:
    texts = {code.text for group in parse_query("3/14/30", TODAY).numbers for code in group}
    assert texts == {"_d19300314"}
    texts = {code.text for group in parse_query("3/14/20", TODAY).numbers for code in group}
    assert texts == {"_d20200314", "_d19200314"}


def test_short_words_allow_no_slip() -> None:
    assert [allowed_slips(word) for word in ("li", "lee", "jones", "alvarez")] == [0, 1, 1, 2]
    assert parse_query("", TODAY).empty


@given(st.text(max_size=60))
def test_any_text_may_be_typed(text: str) -> None:
    query = parse_query(text, TODAY)
    assert isinstance(query, Query)
    assert all(word and '"' not in word and " " not in word for word in query.words)
    assert all(reading.text.replace("_", "").isalnum() for group in query.numbers for reading in group)
    fit(query, ROSA)
