"""A hub that dies at any boundary between a plan's acceptance from home and its first payment: that is paid once, by
whoever goes on, or the plan is not in force and nothing was taken (S4-06, F10)."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from models.basics.points import Point, visited_by
from tests.simulator import agreeing, oracles
from tests.simulator.crash import clinic
from tests.simulator.run import Run


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def healed(run: Run) -> list[str]:
    """What is wrong once everything is sent, fetched and told."""
    with visited_by(lambda _point: None):
        run.heal()
    oracles.at_the_end(run)
    return run.failures


def status(run: Run, plan_id: str) -> str:
    return str(run.hub.rows("SELECT status FROM plan WHERE plan_id = ?", plan_id)[0][0])


def test_f10_nobody_killed_it_is_paid_on_the_spot() -> None:
    with clinic() as run:
        agreed = agreeing.sent(run, run.desks[0])
        agreeing.agrees(run, agreed)
        assert agreeing.charges(run) == [agreed.first_cents]
        agreeing.comes_back(run, agreed)
        agreeing.mornings(run)
        assert agreeing.charges(run) == [agreed.first_cents]
        assert healed(run) == []


@pytest.mark.parametrize("comes_back", [True, False], ids=["comes-back", "stays-away"])
def test_f10_killed_at_every_boundary_between_acceptance_and_first_payment(comes_back: bool) -> None:
    with clinic() as run:
        points = agreeing.boundaries(run, agreeing.sent(run, run.desks[0]))
    assert {Point.HUB_AFTER_COMMIT, Point.BEFORE_ONLINE, Point.AFTER_ONLINE} <= set(points)
    ends = []
    for number, point in enumerate(points):
        with clinic() as run:
            agreed = agreeing.sent(run, run.desks[0])
            agreeing.killed(run, agreed, number)
            if comes_back:
                agreeing.comes_back(run, agreed)
            agreeing.mornings(run)
            (agreeing.comes_back if comes_back else agreeing.reloads)(run, agreed)
            agreeing.mornings(run, 1)
            in_force = status(run, agreed.plan_id) == "active"
            taken = agreeing.charges(run)
            assert taken == ([agreed.first_cents] if in_force else []), f"killed at {number} ({point}): {taken}"
            assert healed(run) == [], f"killed at {number} ({point})"
            ends.append(in_force)
    assert ends == sorted(ends), "once it is in force it stays so"
    assert all(ends) if comes_back else not ends[0]


def test_f10_what_was_paid_at_the_desk_after_the_hub_died_is_not_charged_on_a_reload() -> None:
    """Her payment is written down and nothing was asked of the processor; she pays at the counter and loads the page
    again, which would ask for it under its own name."""
    with clinic() as run:
        points = agreeing.boundaries(run, agreeing.sent(run, run.desks[0]))
    seen = 0
    for number in range(len(points)):
        with clinic() as run:
            agreed = agreeing.sent(run, run.desks[0])
            agreeing.killed(run, agreed, number)
            if agreeing.asked_of_nobody(run):
                seen += 1
                agreeing.pays_at_desk(run, run.desks[1], agreed)
                agreeing.reloads(run, agreed)
                agreeing.mornings(run)
                assert agreeing.charges(run) == [], f"killed at {number} ({points[number]})"
                assert healed(run) == []
    assert seen, "there is such a moment"
