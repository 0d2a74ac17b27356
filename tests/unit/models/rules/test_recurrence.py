"""Visits that come again: the days as data, what holds for every plan, and the clinic's clock at its two odd nights."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.rules.recurrence import MOST_VISITS, Repeat, days, fault, instance_key, moment

CHICAGO = ZoneInfo("America/Chicago")


def iso(plan: Repeat) -> list[str]:
    return [day.isoformat() for day in days(plan)]


def plan(starts: str, ends: str, repeat: str = "weekly", weekdays: tuple[int, ...] = (), every: int = 1) -> Repeat:
    return Repeat(repeat, date.fromisoformat(starts), date.fromisoformat(ends), weekdays, every)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        # Thursday; without weekdays its own
        (plan("2026-05-14", "2026-06-04"), ["2026-05-14", "2026-05-21", "2026-05-28", "2026-06-04"]),
        # Tuesday and Thursday; the Tuesday of the first week lies before the start
        (plan("2026-05-14", "2026-05-28", weekdays=(1, 3)),
         ["2026-05-14", "2026-05-19", "2026-05-21", "2026-05-26", "2026-05-28"]),
        # every other week, counted from the week of the start
        (plan("2026-05-14", "2026-06-11", weekdays=(0, 3), every=2),
         ["2026-05-14", "2026-05-25", "2026-05-28", "2026-06-08", "2026-06-11"]),
        (plan("2026-05-14", "2026-05-14"), ["2026-05-14"]),
        (plan("2026-05-14", "2026-05-19", weekdays=(2,)), []),
        (plan("2026-12-28", "2027-01-11", weekdays=(0,)), ["2026-12-28", "2027-01-04", "2027-01-11"]),
        # the 31st falls on the last day
        (plan("2026-01-31", "2026-06-30", "monthly"),
         ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]),
        (plan("2027-12-31", "2028-03-30", "monthly"), ["2027-12-31", "2028-01-31", "2028-02-29"]),
        (plan("2026-11-15", "2027-05-15", "monthly", every=3), ["2026-11-15", "2027-02-15", "2027-05-15"]),
        (plan("2026-01-31", "2026-02-27", "monthly"), ["2026-01-31"]),
    ],
)  # fmt: skip
def test_s0_37_the_days_of_a_series(made: Repeat, expected: list[str]) -> None:
    assert iso(made) == expected


@pytest.mark.parametrize(
    ("made", "key"),
    [
        (plan("2026-05-14", "2026-05-13"), "series.ends_before_it_starts"),
        (plan("2026-05-14", "2026-06-13", "yearly"), "series.repeat_unknown"),
        (plan("2026-05-14", "2026-06-13", every=0), "series.every_out_of_range"),
        (plan("2026-05-14", "2026-06-13", every=53), "series.every_out_of_range"),
        (plan("2026-05-14", "2026-06-13", weekdays=(7,)), "series.weekday_unknown"),
        (plan("2026-05-14", "2026-05-19", weekdays=(2,)), "series.empty"),
        (plan("2026-05-14", "2028-05-14", weekdays=(0, 1)), "series.too_many"),
        (plan("2026-05-14", "9999-12-31"), "series.too_many"),
        (plan("2026-05-14", "2028-05-10"), ""),
        (plan("2026-05-14", "2026-06-13", "monthly"), ""),
    ],
)
def test_s0_37_what_is_wrong_with_a_series(made: Repeat, key: str) -> None:
    assert fault(made) == key


PLANS = st.builds(
    Repeat,
    st.sampled_from(["weekly", "monthly"]),
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.dates(date(2020, 1, 1), date(2036, 12, 31)),
    st.lists(st.integers(0, 6), max_size=4).map(tuple),
    st.integers(1, 6),
)


@given(PLANS)
def test_s0_37_every_day_is_in_the_plan_and_has_a_key_of_its_own(made: Repeat) -> None:
    assume(not fault(made))
    found = days(made)
    assert list(found) == sorted(set(found))
    assert 0 < len(found) <= MOST_VISITS
    assert all(made.starts_on <= day <= made.ends_on for day in found)
    assert len({instance_key("series-7", day) for day in found}) == len(found)
    if made.repeat == "weekly":
        wanted = set(made.weekdays) or {made.starts_on.weekday()}
        assert {day.weekday() for day in found} <= wanted
        monday = made.starts_on - timedelta(days=made.starts_on.weekday())
        assert all((day - monday).days // 7 % made.every == 0 for day in found)
    else:
        after = [day + timedelta(days=1) for day in found]
        assert all(
            day.day == made.starts_on.day or next_day.day == 1 for day, next_day in zip(found, after, strict=True)
        )


@given(PLANS)
def test_s0_37_a_longer_series_only_adds_visits(made: Repeat) -> None:
    assume(not fault(made))
    longer = Repeat(made.repeat, made.starts_on, made.ends_on + timedelta(days=45), made.weekdays, made.every)
    assert days(longer)[: len(days(made))] == days(made)


def test_s0_37_the_key_names_the_day_first_planned() -> None:
    assert instance_key("0198-ab_c", date(2026, 5, 4)) == "0198-ab_c_20260504"


@pytest.mark.parametrize(
    ("day", "wall", "utc"),
    [
        ("2026-05-14", "09:30", "2026-05-14T14:30"),
        ("2026-01-14", "09:30", "2026-01-14T15:30"),
        ("2026-03-08", "02:30", "2026-03-08T08:30"),  # skipped: an hour later by the wall
        ("2026-11-01", "01:30", "2026-11-01T06:30"),  # twice: the first
        ("2026-05-14", "23:45", "2026-05-15T04:45"),
    ],
)
def test_the_clinics_clock(day: str, wall: str, utc: str) -> None:
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert moment(date.fromisoformat(day), wall, CHICAGO) == expected


@pytest.mark.parametrize("wall", ["", "9", "25:00", "09:60", "nine:ten"])
def test_what_is_no_time_is_refused(wall: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the clock says of it
        moment(date(2026, 5, 14), wall, CHICAGO)
