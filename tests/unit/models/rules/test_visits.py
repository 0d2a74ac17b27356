"""Where visits are and which way they go: every pair of statuses as data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.operations.records import APPOINTMENT_STATUSES, CUSTOM_STATUS
from models.rules import visits
from models.rules.visits import STATUSES, Stage, may_become, offered, stage_of, status_words

START = datetime(2026, 5, 14, 14, 30, tzinfo=UTC)
OWN = ("At x-ray", "Left a message")


@pytest.mark.parametrize(
    ("status", "minutes", "expected"),
    [
        ("scheduled", -15, ("scheduled", 0)),
        ("scheduled", 4, ("scheduled", 0)),
        ("scheduled", 11, ("late", 11)),
        ("confirmed", 5, ("late", 5)),
        ("not_confirmed", 4, ("not_confirmed", 0)),
        ("checked_in_online", 30, ("checked_in_online", 0)),
        ("arrived", 11, ("arrived", 0)),
        ("no_show", 200, ("no_show", 0)),
        ("custom:At x-ray", 200, ("custom:At x-ray", 0)),
    ],
)
def test_visit_state(status: str, minutes: int, expected: tuple[str, int]) -> None:
    assert visits.visit_state(status, START, START + timedelta(minutes=minutes)) == expected


def test_s0_39_every_status_of_a_visit_has_words_and_a_stage() -> None:
    assert set(STATUSES) == set(APPOINTMENT_STATUSES)
    assert visits.CUSTOM == CUSTOM_STATUS
    assert len({words for words, _ in STATUSES.values()}) == len(STATUSES)
    assert {stage for _, stage in STATUSES.values()} == set(Stage) - {Stage.CUSTOM}


@pytest.mark.parametrize(
    ("status", "new", "allowed"),
    [
        ("scheduled", "arrived", True),
        ("scheduled", "confirmed", True),
        ("confirmed", "rescheduled", True),
        ("in_room", "arrived", True),
        ("no_show", "checked_in", True),
        ("cancelled", "arrived", False),
        ("cancelled", "scheduled", True),
        ("arrived", "arrived", False),
        ("arrived", "cancelled", True),
        ("done", "cancelled", False),
        ("done", "no_show", False),
        ("done", "in_room", True),
        ("arrived", "somewhere", False),
        ("arrived", "custom:At x-ray", True),
        ("arrived", "custom:Nowhere", False),
        ("custom:At x-ray", "in_room", True),
        ("custom:Gone from the list", "done", True),
        ("cancelled", "custom:At x-ray", False),
    ],
)
def test_s0_39_visits_move_on(status: str, new: str, allowed: bool) -> None:
    assert may_become(status, new, OWN) is allowed


@given(st.sampled_from([*STATUSES, *map(visits.custom_status, OWN)]))
def test_s0_39_what_is_offered_may_become_and_nothing_leads_nowhere(status: str) -> None:
    found = offered(status, OWN)
    assert found
    assert status not in found
    assert all(may_become(status, new, OWN) for new in found)
    assert "checked_in" in found or status in ("cancelled", "checked_in"), "who stands at the desk can be checked in"


def test_who_has_come_and_who_waits() -> None:
    assert [s for s in STATUSES if visits.has_come(s)] == ["arrived", "checked_in", "in_room", "in_session", "done"]
    assert [s for s in STATUSES if visits.waits(s)] == ["arrived", "checked_in"]
    assert [s for s in STATUSES if visits.may_check_in(s)] == [
        "scheduled", "confirmed", "not_confirmed", "rescheduled", "checked_in_online", "arrived", "no_show",
    ]  # fmt: skip
    assert [s for s in STATUSES if visits.is_over(s)] == ["no_show", "cancelled"]


def test_words_of_a_status() -> None:
    assert status_words("checked_in_online") == "Checked in online"
    assert status_words("custom:At x-ray") == "At x-ray"
    assert stage_of("custom:At x-ray") is Stage.CUSTOM
