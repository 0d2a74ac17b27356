"""Prices of a payer over time: which counts on a day, and what became of the others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.fees import COMING, ENDED, IN_FORCE, REPLACED, STATES, FeeStep, spans

TODAY = date(2026, 5, 14)


def step(cents: int, starts_on: str, noted: int = 0) -> FeeStep:
    return FeeStep("99213", cents, starts_on, f"2026-01-01T00:00:{noted:02}.000Z", f"s{noted:02}")


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ([], []),
        ([step(1, "2026-05-14")], [(1, "", IN_FORCE)]),
        ([step(1, "2026-05-15")], [(1, "", COMING)]),
        ([step(1, "2026-01-01"), step(2, "2026-05-14", 1)], [(2, "", IN_FORCE), (1, "2026-05-13", ENDED)]),
        ([step(1, "2026-01-01"), step(2, "2026-05-15", 1)], [(2, "", COMING), (1, "2026-05-14", IN_FORCE)]),
        ([step(1, "2026-01-01"), step(0, "2026-05-15", 1)], [(1, "2026-05-14", IN_FORCE)]),
        ([step(1, "2026-01-01"), step(0, "2026-02-01", 1), step(3, "2026-06-01", 2)],
         [(3, "", COMING), (1, "2026-01-31", ENDED)]),
        ([step(1, "2026-01-01"), step(2, "2026-01-01", 1)], [(2, "", IN_FORCE), (1, "2025-12-31", REPLACED)]),
    ],
    ids=["nothing", "from today", "from tomorrow", "followed", "will be followed", "will end", "ended and again",
         "put right"],
)  # fmt: skip
def test_s2_16_a_price_holds_until_the_next_begins(steps: list[FeeStep], wanted: list[tuple[int, str, str]]) -> None:
    found = spans(steps, TODAY.isoformat())
    assert [(each.step.cents, each.ends_on, each.state) for each in found] == wanted


DAYS = st.integers(-40, 40).map(lambda away: (TODAY + timedelta(days=away)).isoformat())
STEPS = st.lists(st.tuples(st.integers(0, 3), DAYS), max_size=8).map(
    lambda found: [step(cents, day, noted) for noted, (cents, day) in enumerate(found)]
)


@given(STEPS, DAYS)
def test_s2_16_one_price_at_most_holds_on_a_day_and_it_is_the_newest_that_began(steps: list[FeeStep], day: str) -> None:
    found = spans(steps, TODAY.isoformat())
    assert sorted(each.step.schedule_id for each in found) == sorted(each.schedule_id for each in steps if each.cents)
    assert {each.state for each in found} <= set(STATES)
    holds = [each.step.cents for each in found
             if each.step.starts_on <= day and (not each.ends_on or day <= each.ends_on)]  # fmt: skip
    begun = sorted((each.starts_on, each.noted_at, each.cents) for each in steps if each.starts_on <= day)
    assert holds == ([begun[-1][2]] if begun and begun[-1][2] else [])
