"""A hub that is put back from a backup has forgotten what patients paid from home since: nobody pays it twice (F21)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from random import Random

import pytest

from models.basics.points import visited_by
from tests.simulator import copying, oracles, paying
from tests.simulator.crash import clinic
from tests.simulator.run import Run
from tests.simulator.template import CLINIC

LEARNS_S = 600.0


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def restored_after(run: Run, *, paid: bool) -> tuple[str, str]:
    """Ann's link is in the backup; she goes on to the card since, and pays or not; then the hub is restored. Returns
    the link and the card's page."""
    desk, rng = run.desks[0], Random(1)
    link_id = paying.sent_to_ann(desk)
    copying.hub_backup(run, desk, rng)
    url = paying.goes_on(run, link_id)
    if paid:
        assert run.world.processor().pay(url)[0] == 303
        paying.hears_all(run)
    copying.hub_restored(run, desk, rng)
    return link_id, url


def settled(run: Run) -> list[str]:
    with visited_by(lambda _point: None):
        run.heal()
    oracles.at_the_end(run)
    return run.failures


@pytest.mark.parametrize("wait_s", [0.0, LEARNS_S - 10, LEARNS_S + 1, LEARNS_S + 3_600])
def test_f21_a_link_that_was_paid_before_the_hub_was_restored_is_not_paid_again(wait_s: float) -> None:
    """Neither while the hub waits for its desks, nor after that until the processor has told it what was paid."""
    with clinic() as run:
        link_id, _ = restored_after(run, paid=True)
        run.world.advance(wait_s)
        assert paying.goes_on(run, link_id) == "", "payments from home are not possible now"
        run.world.advance(LEARNS_S)
        run.hub.look_after_home((CLINIC,), poll=True)
        assert paying.goes_on(run, link_id) == "", "paid already"
        assert len(run.world.processor().intents()) == 1
        assert settled(run) == []


def test_f21_a_page_that_was_open_before_takes_nothing_once_it_is_asked_for_anew() -> None:
    with clinic() as run:
        link_id, url = restored_after(run, paid=False)
        run.world.advance(LEARNS_S + 1)
        run.world.processor().plan.next("drop-before@sessions.list")
        run.world.processor().plan.next("drop-before@sessions.list")
        run.hub.look_after_home((CLINIC,), poll=True)
        assert paying.goes_on(run, link_id) == "", "the processor could not be asked"
        run.hub.look_after_home((CLINIC,), poll=True)
        again = paying.goes_on(run, link_id)
        assert again not in ("", url)
        assert run.world.processor().pay(url)[0] != 303
        assert run.world.processor().pay(again)[0] == 303
        assert len(run.world.processor().intents()) == 1
        assert settled(run) == []
