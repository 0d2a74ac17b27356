"""The end of a day at the window, by keys alone: a payment, the count, the close, and the report of it (S0-41)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.front import Front, front
from tests.support.windows import themed  # noqa: F401
from widgets.day_close.state import Step
from widgets.screens import APPROVED, COLLECT, DAY_CLOSE, REPORTS, TODAY

pytestmark = pytest.mark.usefixtures("themed")


def _copay_in_cash(desk: Front) -> None:
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)
    desk.press("F6", "Return")
    desk.arrive(APPROVED)


def test_s0_41_a_day_ends_by_keys(tmp_path: Path) -> None:
    with front(tmp_path) as desk:
        _copay_in_cash(desk)
        taken = desk.payments()[0][1]
        desk.press("Ctrl+7")
        desk.arrive(DAY_CLOSE, lambda: desk.state.view is not None)
        assert desk.state.step is Step.OPEN
        desk.view.take_focus()
        desk.type("100")
        desk.press("Return")
        desk.wait(lambda: desk.state.step is Step.COUNT)
        desk.view.take_focus()
        desk.type("1")
        desk.view.count_panel.rolls.setFocus()
        desk.type(f"{taken / 100:.2f}")
        desk.press("Ctrl+Return")
        desk.wait(lambda: desk.state.step is Step.REVIEW)
        assert desk.state.review.difference_cents == 0
        desk.press("Return")
        desk.wait(lambda: desk.state.step is Step.DEPOSIT)
        desk.picture("close-deposit")
        desk.press("Return")
        desk.wait(lambda: desk.state.step is Step.DONE)
        desk.press("Ctrl+8")
        desk.arrive(REPORTS, lambda: desk.state.view is not None)
        desk.press("Ctrl+1")
        desk.arrive(TODAY)
        assert desk.window._desk.facts().business_date.isoformat() == "2026-05-15"
