"""Every flow of a desk, killed at every commit and side effect it passes (F14): money and paper are as they were said
to be. The cases are made from the flows and from the points they reach."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from models.basics.points import Point
from tests.simulator.crash import FLOWS, killed_at, points_of

_REACHED: set[Point] = set()
BY_PROCESSES = {
    Point.BEFORE_SIGNATURE: "test_killed_mid_payment.py",
    Point.BEFORE_ONLINE: "test_online_killed.py",
    Point.AFTER_ONLINE: "test_online_killed.py",
    Point.AFTER_HEARD: "test_online_killed.py",
}
"""Boundaries of parts that the simulator has none of: there real processes are killed."""
JOURNEYS = Path(__file__).resolve().parents[2] / "journeys"


@pytest.mark.parametrize("name", FLOWS)
def test_f14_a_flow_killed_at_every_boundary_leaves_what_really_happened(name: str) -> None:
    logging.disable(logging.CRITICAL)
    try:
        points = points_of(name)
        _REACHED.update(points)
        assert points, "a flow that reaches no boundary tests nothing"
        wrong = {f"{name} at {number} ({point})": found for number, point in enumerate(points)
                 if (found := killed_at(name, number))}  # fmt: skip
    finally:
        logging.disable(logging.NOTSET)
    assert not wrong


def test_no_boundary_is_left_unvisited() -> None:
    for point, file in BY_PROCESSES.items():
        text = (JOURNEYS / file).read_text("utf-8")
        assert f"Point.{point.name}" in text or point.value in text
    wanted = set(Point) - set(BY_PROCESSES)
    reached = set(_REACHED)
    for name in FLOWS if not reached >= wanted else ():
        reached |= set(points_of(name))
    assert reached >= wanted
