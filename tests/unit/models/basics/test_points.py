"""Who hears of a point: the visitor, and with `here` nobody but the thread that put it there."""

from __future__ import annotations

import threading

import pytest

from models.basics.points import Point, point, visited_by


@pytest.mark.parametrize(("here", "heard"), [(False, 2), (True, 1)])
def test_a_visitor_hears_of_every_thread_or_of_its_own(here: bool, heard: int) -> None:
    passed: list[Point] = []
    with visited_by(passed.append, here=here):
        point(Point.BEFORE_COMMIT)
        other = threading.Thread(target=point, args=(Point.BEFORE_COMMIT,))
        other.start()
        other.join()
    point(Point.BEFORE_COMMIT)
    assert len(passed) == heard
