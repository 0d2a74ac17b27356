"""No window of a journey goes unwatched: whoever opens one measures how long its event loop was away."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
APART = {
    "support/desk_program.py": "a window in a process of its own, worked from outside",
    "journeys/test_screens_many_desks.py": "its windows open Settings without a quiet moment before: half a second",
    "journeys/test_training.py": "the same, and the test itself furnishes a desk in the window's thread",
}
"""Windows that nobody measures, and why."""


def test_every_window_of_a_journey_is_attended() -> None:
    """Who makes a window, or a Front of one, has `attended` or `front` around it."""
    unwatched = []
    for path in (*(TESTS / "journeys").glob("*.py"), *(TESTS / "support").glob("*.py")):
        text = path.read_text("utf-8")
        makes = re.search(r"\b(?:MainWindow|Front)\(", text.replace("class Front", ""))
        name = path.relative_to(TESTS).as_posix()
        if makes and name not in APART and not re.search(r"with attended\(\)|, attended\(\)|with front\(", text):
            unwatched.append(name)
    assert unwatched == []


def test_no_journey_measures_stalls_by_itself() -> None:
    """One way to measure, one limit: a watch of a journey's own could be looked at by nobody."""
    own = [path.name for path in (TESTS / "journeys").glob("*.py") if "loop_watch" in path.read_text("utf-8")]
    assert own == ["test_screens_many_desks.py"]
