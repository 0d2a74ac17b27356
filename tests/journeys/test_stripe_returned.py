"""A refund that Stripe had called done fails days later: the desk finds it out by itself, the money is on the payment
again, and somebody is told that the patient has not got it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app import returned, status
from app.refund_views import RefundEnd, RefundOrder
from app.views import CollectEnd, TenderKind
from devices import registry
from models.basics.clock import FixedClock
from models.store.queries import day
from tests.support.clinic import DAY, MORNING, PRIYA
from tests.support.counter import Counter, counter, furnish, rosa_with_copay_and_balance
from tests.support.simulators import PaxProcess, StripeProcess, stripe_running
from tests.support.waiting import until

QUICK = replace(registry.STRIPE_TIMERS, poll_s=0.05, retry_s=0.05, lost_s=0.3, ask_again_s=0.05)
LATER = MORNING + timedelta(days=4)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "STRIPE_TIMERS", QUICK)


@pytest.fixture(scope="module")
def shared() -> Iterator[StripeProcess]:
    with stripe_running() as running:
        yield running


@pytest.fixture
def stripe(shared: StripeProcess) -> StripeProcess:
    shared.reset()
    shared.tell("card visa")
    return shared


@pytest.fixture
def desk(tmp_path: Path, stripe: StripeProcess) -> Iterator[Counter]:
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=stripe.url) as here:
        yield here
        here.holds()


def on_lane(desk: Counter, work: Callable[[Any], Any]) -> Any:
    return desk.desk.lanes["terminal"].call(work, 60.0)


def given_back(desk: Counter, cents: int, payment_id: str = "", **more: Any) -> str:
    """A card payment of 75.00 of which `cents` went back; its id."""
    if not payment_id:
        taken = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
        assert taken.end is CollectEnd.TAKEN
        payment_id = taken.payment_id
    story = desk.desk.refunds
    order = RefundOrder(story.open(payment_id), cents, "patient_request", **more)
    assert on_lane(desk, lambda job: story.refund(order, PRIYA, job)).end is RefundEnd.PAID
    return payment_id


def days_later(stripe: StripeProcess) -> None:
    """The card's bank has no such account any more."""
    stripe.next("refund-fails")
    stripe.tell("settle")


def stands(desk: Counter) -> list[Any]:
    return desk.rows("SELECT state, amount_cents FROM refund ORDER BY requested_at, refund_id")


def posted(desk: Counter) -> int:
    """What the books say lies at the processor."""
    [(cents,)] = desk.rows("SELECT sum(debits + pending_debits - credits - pending_credits) FROM account "
                           "WHERE code = 'CARD'")  # fmt: skip
    return int(cents)


def test_it_is_found_once_and_the_money_is_on_the_payment_again(desk: Counter, stripe: StripeProcess) -> None:
    payment_id = given_back(desk, 2500)
    assert (posted(desk), stripe.captured_cents()) == (5000, 5000)
    assert on_lane(desk, desk.desk.returned.look) == 0
    days_later(stripe)
    assert (posted(desk), stripe.captured_cents()) == (5000, 7500)
    assert on_lane(desk, desk.desk.returned.look) == 1
    assert on_lane(desk, desk.desk.returned.look) == 0, "what was found is not found again"
    assert (posted(desk), stripe.captured_cents()) == (7500, 7500)
    assert stands(desk) == [("undone", 2500)]
    assert desk.desk.refunds.open(payment_id).left_cents == 7500
    [item] = desk.desk.attention.items()
    assert (item.kind, item.amount_cents) == ("refund_returned", 2500)
    assert (item.patient.patient_id if item.patient else "", item.facts["payment_id"]) == ("rosa", payment_id)


def test_it_goes_back_another_way_and_the_task_is_a_person_s_to_close(desk: Counter, stripe: StripeProcess) -> None:
    payment_id = given_back(desk, 2500)
    days_later(stripe)
    on_lane(desk, desk.desk.returned.look)
    given_back(desk, 2500, payment_id, tender="cash", note="The card was closed")
    [item] = desk.desk.attention.items()
    desk.desk.attention.resolve(item.item_id, "refunded", "", PRIYA)
    assert desk.desk.attention.items() == ()
    assert stands(desk) == [("undone", 2500), ("paid", 2500)]
    assert posted(desk) == stripe.captured_cents() == 7500


def test_a_void_that_comes_back_is_a_payment_again_and_somebody_is_told(desk: Counter, stripe: StripeProcess) -> None:
    taken = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
    story = desk.desk.checkout
    undone = on_lane(desk, lambda job: story.undo(taken.payment_id, "Wrong patient", PRIYA, job))
    assert undone.end is CollectEnd.TAKEN
    assert posted(desk) == stripe.captured_cents() == 0
    days_later(stripe)
    assert (posted(desk), stripe.captured_cents()) == (0, 7500)
    assert on_lane(desk, desk.desk.returned.look) == 1
    assert on_lane(desk, desk.desk.returned.look) == 0, "what was found is not found again"
    assert posted(desk) == stripe.captured_cents() == 7500
    [item] = desk.desk.attention.items()
    assert (item.kind, item.amount_cents) == ("void_returned", 7500)
    again = str(item.facts["payment_id"])
    assert desk.rows(f"SELECT tender, last4, memo, reversed_at FROM payment WHERE payment_id = '{again}'") == [
        ("card", "4242", "Void of PAY-1-00001: Expired or canceled card", "")
    ]
    given_back(desk, 7500, again, tender="cash", note="The card was closed")
    desk.desk.attention.resolve(item.item_id, "refunded", "", PRIYA)
    assert desk.desk.attention.items() == ()
    assert posted(desk) == stripe.captured_cents() == 7500


def test_the_day_it_went_and_the_day_it_came_back_both_show_it(tmp_path: Path, stripe: StripeProcess) -> None:
    """And nobody has to ask: the desk does at its next opening."""
    folders = furnish(tmp_path, rosa_with_copay_and_balance, terminal=stripe.url)
    first = Counter(folders)
    given_back(first, 2500)
    first.close()
    days_later(stripe)
    desk = Counter(folders, FixedClock(LATER))
    try:
        until(lambda: stands(desk) == [("undone", 2500)], 30)
        came = LATER.date().isoformat()
        with desk.desk.store.reader() as reader:
            before = [(act.kind, act.amount_cents) for act in day.acts(reader, "alder", DAY, DAY)]
            after = [(act.kind, act.amount_cents, act.day) for act in day.acts(reader, "alder", came, came)]
        assert ("refund", -2500) in before
        assert ("refund_undone", 2500) not in before, "a day that is over stays as it was"
        assert after == [("refund_undone", 2500, came)]
        assert [item.kind for item in desk.desk.attention.items()] == ["refund_returned"]
        desk.holds()
    finally:
        desk.close()


def test_it_is_asked_for_again_after_a_day(desk: Counter, stripe: StripeProcess, monkeypatch: Any) -> None:
    monkeypatch.setattr(returned, "EVERY_S", 0.0)
    monkeypatch.setattr(status, "TICK_S", 0.05)
    until(lambda: not desk.desk.returned.due or stripe.requests("refunds.list") > 0, 30)
    given_back(desk, 2500)
    days_later(stripe)
    desk.desk.returned._next_s = 0.0  # the look at opening was a day ago
    until(lambda: stands(desk) == [("undone", 2500)], 30)


def test_a_line_that_is_away_is_asked_later(desk: Counter, stripe: StripeProcess) -> None:
    given_back(desk, 2500)
    days_later(stripe)
    until(lambda: not desk.desk.returned.due, 30)
    stripe.always("drop-before@refunds.list")
    assert on_lane(desk, desk.desk.returned.look) == 0
    assert stands(desk) == [("paid", 2500)]
    stripe.clear()
    assert on_lane(desk, desk.desk.returned.look) == 1


def test_a_reader_without_a_line_to_its_processor_tells_of_nothing(tmp_path: Path, terminal: PaxProcess) -> None:
    terminal.reset()
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as desk:
        assert on_lane(desk, desk.desk.returned.look) == 0
        assert not desk.desk.returned.due
