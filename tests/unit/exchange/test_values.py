from __future__ import annotations

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.values import (
    LARGEST_CENTS,
    PersonName,
    cents,
    clean,
    iso_day,
    iso_moment,
    person_name,
    phone,
    split_to_cents,
    whole_day,
)
from models.basics.clock import utc_text
from models.basics.errors import ImportRefused
from tests.support.shared_data import shared

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Alvarez, Rosa", PersonName("Alvarez", "Rosa")),
        ("Rosa Alvarez", PersonName("Alvarez", "Rosa")),
        ("Dr. Juan Q. de la Vega, Jr.", PersonName("de la Vega", "Juan", "Q.", "Jr.")),
        ("de la Vega, Dr. Juan III", PersonName("de la Vega", "Juan", "", "III")),
        ("Juan Velasquez y Garcia", PersonName("Velasquez y Garcia", "Juan")),
        ("John A. Doe III", PersonName("Doe", "John", "A.", "III")),
        ("Doe, John, Jr.", PersonName("Doe", "John", "", "Jr.")),
        ("Christina Applegate MD", PersonName("Applegate", "Christina", "", "MD")),
        ("Nguyễn", PersonName("Nguyễn")),
        ("Ludwig van Beethoven", PersonName("van Beethoven", "Ludwig")),
        ("", PersonName("")),
        (" , ", PersonName("")),
    ],
)
def test_names_in_one_piece(text: str, name: PersonName) -> None:
    assert person_name(text) == name


def test_every_messy_name_keeps_all_its_words() -> None:
    for text in json.loads(shared("person-names/messy_names.json").read_text("utf-8")):
        name = person_name(text)
        assert name.family
        words = {word.strip(".,").casefold() for word in text.replace(",", " ").split()}
        told = " ".join((name.family, name.given, name.middle, name.suffix)).replace(",", " ").split()
        assert {word.strip(".,").replace(".", "").casefold() for word in told} <= {
            word.replace(".", "") for word in words
        }


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("5550102200", "(555) 010-2200"),
        ("1-555-010-2200", "(555) 010-2200"),
        ("+1 (555) 010 2200", "(555) 010-2200"),
        ("555.010.2200 ext. 12", "(555) 010-2200 x12"),
        ("+33 (237) 998327", "+33 (237) 998327"),
        ("(03) 5555 6473", "(03) 5555 6473"),
        ("2232323", "2232323"),
        ("", ""),
    ],
)
def test_phones(written: str, shown: str) -> None:
    assert phone(written) == shown


@pytest.mark.parametrize(
    ("text", "made"),
    [("  Ada\t Quill \n", "Ada Quill"), ("e\u0301", "\u00e9"), ("a\x07b", "a b"), ("x\u202ey", "xy"), ("", "")],
)
def test_clean_text(text: str, made: str) -> None:
    assert clean(text, "name") == made


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 1_001])
def test_text_that_is_refused(text: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        clean(text, "name[0].family")
    assert refused.value.facts["path"] == "name[0].family"


@given(st.text())
def test_clean_text_can_be_stored_and_sent(text: str) -> None:
    try:
        made = clean(text, "")
    except ImportRefused:
        return
    made.encode("utf-8")
    assert "\0" not in made
    assert "\n" not in made
    assert clean(made, "") == made


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("1984", "1984-01-01", "1984-12-31"),
        ("1984-02", "1984-02-01", "1984-02-29"),
        ("1984-12", "1984-12-01", "1984-12-31"),
        ("1984-03-14", "1984-03-14", "1984-03-14"),
        ("1984-03-14T10:00:00Z", "1984-03-14", "1984-03-14"),
    ],
)
def test_days(text: str, start: str, end: str) -> None:
    assert iso_day(text, "").isoformat() == start
    assert iso_day(text, "", end=True).isoformat() == end


@pytest.mark.parametrize("text", ["", "84", "1984-13", "1984-02-30", "03/14/1984", "0000-01-01", "９９９９-01-01x"])
def test_no_days(text: str) -> None:
    with pytest.raises(ImportRefused):
        iso_day(text, "")
    assert whole_day(text) == ""


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2020-07-10T13:00:00.000Z", "2020-07-10T13:00:00.000Z"),
        ("2013-10-20T21:16:09-04:00", "2013-10-21T01:16:09.000Z"),
        ("2026-05-14T09:45", "2026-05-14T13:45:00.000Z"),
        ("2026-05-14", "2026-05-14T04:00:00.000Z"),
        ("2014-08-18T01:43:30+0215", "2014-08-17T23:28:30.000Z"),
    ],
)
def test_moments(text: str, utc: str) -> None:
    assert utc_text(iso_moment(text, NEW_YORK, "")) == utc


@pytest.mark.parametrize("text", ["2020-07-10T25:00:00Z", "2020-02-30T10:00:00Z", "today", "9999-12-31T23:59:59-14:00"])
def test_no_moments(text: str) -> None:
    with pytest.raises(ImportRefused, match=r"import\.not_a_date"):
        iso_moment(text, NEW_YORK, "period.start")


@pytest.mark.parametrize(
    ("amount", "whole"),
    [("28.104000000000003", 2810), ("0.005", 1), ("-0.005", -1), ("0.0049999", 0), ("1E+3", 100_000), ("0", 0)],
)
def test_cents_are_rounded_once_half_away_from_zero(amount: str, whole: int) -> None:
    assert cents(Decimal(amount), "") == whole


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1E+999999", "10000000.01", "-1E99", f"1.{'1' * 400}", "1E-999"])
def test_amounts_beyond_bounds(amount: str) -> None:
    with pytest.raises(ImportRefused):
        cents(Decimal(amount), "item[0]")


SHARE = st.decimals(min_value=0, max_value=1_000_000, allow_nan=False, allow_infinity=False, places=9)


@given(st.lists(SHARE, min_size=1, max_size=4))
def test_parts_add_up_to_the_sum_rounded_once(parts: list[Decimal]) -> None:
    total, shares = split_to_cents(parts, "")
    assert total == int((sum(parts) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    assert sum(shares) == total
    assert all(abs(share - part * 100) < 1 for share, part in zip(shares, parts, strict=True))


def test_no_part_may_be_negative_and_the_sum_is_bounded() -> None:
    with pytest.raises(ImportRefused, match="negative"):
        split_to_cents([Decimal(5), Decimal("-0.01")], "")
    with pytest.raises(ImportRefused, match="too_large"):
        split_to_cents([Decimal(LARGEST_CENTS) / 100, Decimal(1)], "")


def test_a_day_of_birth_needs_all_its_parts() -> None:
    assert whole_day("1984-03-14") == date(1984, 3, 14).isoformat()
    assert whole_day("1984") == ""
