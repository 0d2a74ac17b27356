"""Bugs put in on purpose are caught, each within a minute: the suite is able to fail."""

from __future__ import annotations

import logging

import pytest

from tests.simulator.planted import PATIENCE_S, PLANTS, look_for

QUICK = (
    "cursor before data", "sequence by the clock", "half safe commits", "queue stops", "refund refused", "number twice",
    "desk derives", "locked and never unlocked", "print before commit", "card again", "card before journal",
    "drawer again", "no answer is a no", "mail without a stamp", "drawer of yesterday", "paper counts twice",
    "every window pays",
)  # fmt: skip
"""Caught in a second or two each. The build machine looks for all of them: `python -m tests.simulator planted`."""


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_caught(name: str) -> None:
    assert name in PLANTS
    logging.disable(logging.CRITICAL)
    try:
        caught = look_for(name, PATIENCE_S / 2)
    finally:
        logging.disable(logging.NOTSET)
    assert caught.failure, f"{name}: {caught.how}"


def test_nothing_of_a_planted_bug_stays() -> None:
    """A plant is pulled out again: the same seed is well afterwards."""
    from tests.simulator.run import play

    look_for("refund refused", 20)
    assert play(4).failures == []


def test_there_are_enough_of_them() -> None:
    assert len(PLANTS) >= 20
