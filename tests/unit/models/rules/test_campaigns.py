"""Payment requests by link: who of many is asked (S1-17), and the days of reminders (S1-16)."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.campaigns import (
    FROM_HOUR,
    LONGEST_AFTER,
    MOST_REMINDERS,
    TO_HOUR,
    Age,
    Candidate,
    LeftOut,
    Wish,
    age_of,
    left_out,
    may_write,
    next_reminder,
    sound,
)

CASES: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "campaigns.toml").read_text("utf-8"))
TODAY = date(2026, 5, 14)
SENT = date(2026, 3, 2)
DAYS = st.integers(1, LONGEST_AFTER)
AFTER = st.lists(DAYS, max_size=MOST_REMINDERS, unique=True).map(lambda days: tuple(sorted(days)))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_s1_17_who_is_asked_and_who_is_not(case: dict[str, Any]) -> None:
    who = Candidate(
        "ada", case.get("owed", 8_000), case.get("oldest", date(2026, 4, 1)), case.get("guarantor", True),
        case.get("on_plan", False), case.get("snoozed"), case.get("asked", False),
        case.get("known", True), case.get("reachable", True),
    )  # fmt: skip
    wish = Wish(case.get("least", 1), frozenset(Age(each) for each in case.get("ages", list(Age))))
    assert left_out(who, wish, TODAY) == case.get("left")


@given(
    st.builds(
        Candidate, st.just("ada"), st.integers(-10, 10), st.none() | st.dates(date(2025, 1, 1), TODAY), st.booleans(),
        st.booleans(), st.none() | st.dates(TODAY - timedelta(3), TODAY + timedelta(3)), st.booleans(), st.booleans(),
        st.booleans(),
    ),
    st.builds(Wish, st.integers(1, 9), st.frozensets(st.sampled_from(Age))),
)  # fmt: skip
def test_s1_17_who_is_asked_meets_every_rule(who: Candidate, wish: Wish) -> None:
    if left_out(who, wish, TODAY) is not None:
        return
    assert who.guarantor
    assert who.reachable
    assert who.known
    assert not who.on_plan
    assert not who.asked
    assert who.owed_cents >= wish.least_cents
    assert who.oldest is not None
    assert age_of(who.oldest, TODAY) in wish.ages
    assert who.snoozed_until is None or who.snoozed_until < TODAY


@given(st.dates(date(2020, 1, 1), TODAY))
def test_s1_17_every_day_is_in_one_bucket_and_older_is_never_in_a_younger_one(oldest: date) -> None:
    order = list(Age)
    assert order.index(age_of(oldest - timedelta(1), TODAY)) >= order.index(age_of(oldest, TODAY))


def test_s1_17_every_reason_has_a_case() -> None:
    assert {case["left"] for case in CASES.values() if "left" in case} == set(LeftOut)


# Reminders --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "fine"),
    [((), True), ((3,), True), ((3, 7), True), ((LONGEST_AFTER,), True), ((0,), False), ((7, 3), False),
     ((3, 3), False), ((1, 2, 3), False), ((LONGEST_AFTER + 1,), False)],
)  # fmt: skip
def test_s1_16_up_to_two_reminders(after: tuple[int, ...], fine: bool) -> None:
    assert sound(after) is fine


@given(AFTER, st.lists(st.integers(0, 9), max_size=6))
def test_s1_16_reminders_never_come_early_nor_twice_nor_two_on_a_day(after: tuple[int, ...], late: list[int]) -> None:
    """However late the hub is each time."""
    assert sound(after)
    told, told_on, days = 1, SENT, [SENT]
    for lateness in [*late, 0, 0, 0]:
        due = next_reminder(after, SENT, told, told_on)
        if due is None:
            break
        told, told_on = told + 1, due + timedelta(lateness)
        days.append(told_on)
    assert len(days) == 1 + len(after)
    assert days == sorted(set(days))
    assert all(day >= SENT + timedelta(planned) for day, planned in zip(days[1:], after, strict=True))


@given(AFTER)
def test_s1_16_on_time_they_come_on_their_days(after: tuple[int, ...]) -> None:
    told_on = SENT
    for told, planned in enumerate(after, 1):
        due = next_reminder(after, SENT, told, told_on)
        assert due == SENT + timedelta(planned)
        told_on = due


def test_s1_16_nothing_is_due_before_it_was_sent_or_after_the_last_one() -> None:
    assert next_reminder((3, 7), SENT, 0, SENT) is None
    assert next_reminder((3, 7), SENT, 3, SENT) is None
    assert next_reminder((), SENT, 1, SENT) is None


def test_s1_16_nobody_is_reminded_at_night() -> None:
    assert [hour for hour in range(24) if may_write(hour)] == list(range(FROM_HOUR, TO_HOUR))
    assert (FROM_HOUR, TO_HOUR) == (9, 19)
