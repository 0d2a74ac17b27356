"""Days and times as people type them; codes of line items."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.codes import code_system, is_diagnosis, tidy
from models.rules.typed import read_day, read_time, show_time

THURSDAY = date(2026, 5, 14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5/28", "2026-05-28"),
        ("05/28/26", "2026-05-28"),
        ("5/28/2027", "2027-05-28"),
        ("5.28", "2026-05-28"),
        ("1/4", "2026-01-04"),
        ("12/20", "2025-12-20"),  # nearer than the next one
        ("May 28", "2026-05-28"),
        ("may 28, 2027", "2027-05-28"),
        ("  September   3 ", "2026-09-03"),
        ("2026-06-01", "2026-06-01"),
        ("today", "2026-05-14"),
        ("Tomorrow", "2026-05-15"),
        ("yesterday", "2026-05-13"),
        ("+7", "2026-05-21"),
        ("+2w", "2026-05-28"),
        ("-3", "2026-05-11"),
        ("mon", "2026-05-18"),
        ("Thursday", "2026-05-21"),
        ("2/29", "2024-02-29"),
        ("", None),
        ("13/1", None),
        ("2/30", None),
        ("Foo 3", None),
        ("marble 3", None),
        ("sept 3", "2026-09-03"),
        ("soon", None),
        ("monkey", None),
        ("99999", None),
        ("9999-99-99", None),
    ],
)
def test_days(text: str, expected: str | None) -> None:
    if text == "2/29":  # only leap years have it; the nearest of three years may have none
        assert read_day(text, date(2024, 6, 1)) == date(2024, 2, 29)
        assert read_day(text, THURSDAY) is None
    else:
        assert read_day(text, THURSDAY) == (date.fromisoformat(expected) if expected else None)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_written_out_is_that_day(day: date, today: date) -> None:
    assert read_day(day.isoformat(), today) == day
    assert read_day(f"{day.month}/{day.day}/{day.year}", today) == day


@given(st.text(max_size=12))
def test_nothing_typed_is_an_error(text: str) -> None:
    read_day(text, THURSDAY)
    time = read_time(text)
    assert time == "" or (len(time) == 5 and show_time(time))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:30", "09:30"), ("9", "09:00"), ("930", "09:30"), ("2", "14:00"), ("2:15", "14:15"), ("2:15 am", "02:15"),
        ("2:15 PM", "14:15"), ("12 am", "00:00"), ("12pm", "12:00"), ("12:05", "12:05"), ("14:15", "14:15"),
        ("1415", "14:15"), ("06:00", "06:00"), ("7", "07:00"), ("9.45", "09:45"), ("9:5", ""), ("25:00", ""),
        ("13 pm", ""), ("0 pm", ""), ("9:60", ""), ("", ""), ("noon", ""),
    ],
)  # fmt: skip
def test_times(text: str, expected: str) -> None:
    assert read_time(text) == expected


def test_times_as_they_are_shown() -> None:
    assert [show_time(each) for each in ("00:05", "09:30", "12:00", "14:15")] == [
        "12:05 AM", "9:30 AM", "12:00 PM", "2:15 PM",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "system"),
    [("99213", "CPT"), ("0042T", "CPT"), ("1036F", "CPT"), ("G0438", "HCPCS"), ("J1885", "HCPCS"), ("NOSHOW", "custom"),
     ("9921", "custom"), ("W1234", "custom"), ("99213A", "custom")],
)  # fmt: skip
def test_s0_35_codes(code: str, system: str) -> None:
    assert code_system(code) == system
    assert tidy(f" {code.lower()} ") == code


@pytest.mark.parametrize(("code", "is_one"), [("E11.9", True), ("Z00", True), ("M54.50", True), ("S72.001A", True),
                                               ("E1", False), ("11.9", False), ("E11.", False)])  # fmt: skip
def test_s0_35_diagnoses(code: str, is_one: bool) -> None:
    assert is_diagnosis(code) is is_one
