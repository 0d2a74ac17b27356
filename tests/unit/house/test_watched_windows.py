"""No window of a journey goes unwatched: whoever opens one measures how long its event loop was away."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
WATCHED = re.compile(r"with attended\(\)|, attended\(\)|with front\(|longest_ms > allowed_stall_ms\(\)")
"""How a file says so; the last is a window in a process of its own, which ends with what it measured."""


def test_every_window_of_a_journey_is_attended() -> None:
    """Who makes a window, or a Front of one, has `attended` or `front` around it."""
    unwatched = []
    for path in (*(TESTS / "journeys").glob("*.py"), *(TESTS / "support").glob("*.py")):
        text = path.read_text("utf-8")
        makes = re.search(r"\b(?:MainWindow|Front)\(", text.replace("class Front", ""))
        name = path.relative_to(TESTS).as_posix()
        if makes and not WATCHED.search(text):
            unwatched.append(name)
    assert unwatched == []


def test_no_journey_measures_stalls_by_itself() -> None:
    """One way to measure, one limit: a watch of a journey's own could be looked at by nobody."""
    own = [path.name for path in (TESTS / "journeys").glob("*.py") if "loop_watch" in path.read_text("utf-8")]
    assert own == []
