"""The tour's hands: they find a visit above and below the one that is selected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.clinic import TestClinic
from tests.support.counter import rosa_with_copay_and_balance
from tests.support.front import front
from tests.support.windows import themed  # noqa: F401
from widgets.driving import Wait, drive, rows, selected, walk_to

pytestmark = pytest.mark.usefixtures("themed")


def a_morning(clinic: TestClinic) -> None:
    """Rosa, and somebody before and after her."""
    rosa_with_copay_and_balance(clinic)
    for number, minutes in enumerate((-40, 30, 60)):
        clinic.patient(f"p{number}", f"Given{number}", mrn=f"00{number}")
        clinic.visit(f"v{number}", f"p{number}", minutes=minutes)


def test_walking_up_and_down_the_schedule(tmp_path: Path) -> None:
    with front(tmp_path, a_morning) as desk:
        order = [row.visit.appointment_id for row in rows(desk.window)]
        assert len(order) == 4
        for goal in (order[-1], order[0], order[2], order[1]):
            script: Any = walk_to(desk.window, goal)
            for wait in script:
                desk.wait(wait.ready)
            assert selected(desk.window) == goal


def test_what_never_comes_is_said_and_ends_the_script(tmp_path: Path) -> None:
    def script() -> Any:
        yield Wait("the impossible", lambda: False, patience_s=0.05)

    assert drive(script(), lambda: None, tmp_path) == "waited in vain for the impossible"
