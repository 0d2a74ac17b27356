"""H10, F22: a computer whose clock lies behind what the hub said last opens no day without a manager."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.clock_guard import ClockGuard, off_seconds
from app.hub_line import HubLine
from app.signin import SignIn
from app.sync.state import SyncState
from models.basics.clock import utc_text
from models.basics.errors import RuleBroken
from tests.support.clinic import MARIA, MORNING, PRIYA, TestClinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    yield made
    made.close()


def hub_said(clinic: TestClinic, ahead: timedelta) -> None:
    with clinic.store.write() as tx:
        tx.session.run("UPDATE stream SET server_time = :at", at=utc_text(MORNING + ahead))


@pytest.fixture
def guard(clinic: TestClinic) -> ClockGuard:
    return ClockGuard(clinic.clinic, None)


def test_h10_a_clock_three_hours_behind_needs_a_manager_to_open_the_day(clinic: TestClinic, guard: ClockGuard) -> None:
    hub_said(clinic, timedelta(hours=3))
    assert guard.behind_s() == 3 * 3600
    with pytest.raises(RuleBroken, match=r"clock\.behind") as refused:
        guard.check_opening(MARIA)
    assert refused.value.facts == {"seconds": 10800}
    guard.check_opening(PRIYA)
    guard.check_opening(MARIA)  # the manager has opened this day


def test_f22_what_a_manager_agreed_to_holds_for_one_day(clinic: TestClinic, guard: ClockGuard) -> None:
    hub_said(clinic, timedelta(days=5))
    guard.check_opening(PRIYA)
    clinic.clock.advance(24 * 3600)
    with pytest.raises(RuleBroken, match=r"clock\.behind"):
        guard.check_opening(MARIA)


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(seconds=120), timedelta(days=-3650)])
def test_a_clock_that_is_right_or_ahead_of_the_last_word_opens(
    clinic: TestClinic, guard: ClockGuard, ahead: timedelta
) -> None:
    guard.check_opening(MARIA)  # the hub never spoke
    hub_said(clinic, ahead)
    guard.check_opening(MARIA)


def test_f22_a_clock_set_right_again_opens(clinic: TestClinic, guard: ClockGuard) -> None:
    hub_said(clinic, timedelta(hours=3))
    clinic.clock.advance(3 * 3600)
    guard.check_opening(MARIA)


def test_h10_a_right_pin_does_not_open_the_day_a_wrong_one_says_so_first(clinic: TestClinic, guard: ClockGuard) -> None:
    sign_in = SignIn(clinic.clinic, guard.check_opening)
    maria = sign_in.add("Maria Delgado", "receptionist", "2580", PRIYA)
    hub_said(clinic, timedelta(hours=3))
    with pytest.raises(RuleBroken, match=r"pin\.wrong"):
        sign_in.verify(maria, "2581")
    with pytest.raises(RuleBroken, match=r"clock\.behind"):
        sign_in.verify(maria, "2580")
    boss = sign_in.add("Nora Whitfield", "manager", "137946", PRIYA)
    assert sign_in.verify(boss, "137946").manager
    assert sign_in.verify(maria, "2580").name == "Maria Delgado"


def test_the_line_tells_how_far_off_it_is(clinic: TestClinic) -> None:
    line = HubLine(clinic.clock)
    guard = ClockGuard(clinic.clinic, line)
    assert guard.off_s == 0
    line._first = SyncState(True, MORNING, hub_ahead_ms=3 * 3600_000)
    assert guard.off_s == -3 * 3600


@pytest.mark.parametrize(("ahead_ms", "off_s"), [(0, 0), (120_999, 0), (121_000, -121), (-121_000, 121), (-119_000, 0)])
def test_seconds(ahead_ms: int, off_s: int) -> None:
    assert off_seconds(ahead_ms) == off_s
