"""SIGKILL at every transition of the journal and around every request that changes something at Stripe, in a real
process against the API on this computer: found out at the next start, posted as captured, never asked for twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.views import CollectEnd, TenderKind
from devices import registry
from tests.support.counter import Counter, furnish, rosa_with_copay_and_balance
from tests.support.killed_paying import DesksThatDie
from tests.support.simulators import StripeProcess, stripe_running
from tests.support.waiting import until

QUICK = replace(registry.STRIPE_TIMERS, retry_s=0.05, lost_s=0.3, ask_again_s=0.05)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "STRIPE_TIMERS", QUICK)


@pytest.fixture(scope="module")
def running() -> Iterator[StripeProcess]:
    with stripe_running() as processor:
        yield processor


@pytest.fixture
def stripe(running: StripeProcess) -> StripeProcess:
    running.reset()
    running.tell("card visa")
    return running


def next_life(folders: object) -> Counter:
    desk = Counter(folders)  # type: ignore[arg-type]
    until(lambda: desk.desk.recovery.asked, 60)
    return desk


SALES: dict[tuple[str, int], int | None] = {
    ("before_commit", 1): 0,  # nothing was written down, nothing sent
    ("after_commit", 1): 0,
    ("before_card", 1): 0,
    ("asking", 1): 0,  # the intent is not made
    ("told", 1): 0,  # it is made, and its name nowhere written down
    ("before_commit", 2): 0,
    ("after_commit", 2): 0,  # its name is in the journal, the reader not asked
    ("asking", 2): 0,
    ("told", 2): None,  # the reader asks for a card: the patient is quicker than the next start, or not
    ("after_card", 1): 7500,
    ("before_commit", 3): 7500,
    ("after_commit", 3): 7500,
}
"""Where a desk dies that takes a card, and what Stripe has captured after the next start; None: either."""


@pytest.mark.parametrize(("moment", "times"), SALES)
def test_a_sale(tmp_path: Path, desks: DesksThatDie, stripe: StripeProcess, moment: str, times: int) -> None:
    folders = furnish(tmp_path, rosa_with_copay_and_balance, terminal=stripe.url)
    assert desks.one(folders.home, "pay", moment, times) == signal.SIGKILL
    desk = next_life(folders)
    try:
        captured = stripe.captured_cents()
        assert captured in ((0, 7500) if SALES[moment, times] is None else (SALES[moment, times],))
        assert desk.payments() == ([("card", 7500, "")] if captured else [])
        outcomes = desk.rows("SELECT state, outcome FROM terminal_attempt")
        told = ("resolved", "approved" if captured else "not_performed")
        assert outcomes == ([] if (moment, times) == ("before_commit", 1) else [told])
        assert {intent["status"] for intent in stripe.intents()} <= {"succeeded", "canceled"}, "nobody can pay it now"
        assert stripe.requests("readers.process_payment_intent") <= 1
        assert desk.desk.attention.items() == ()
        if not captured:
            assert desk.collect(desk.request(desk.sheet(), TenderKind.CARD)).end is CollectEnd.TAKEN
            assert stripe.captured_cents() == 7500
        desk.holds()
    finally:
        desk.close()


NOT_SENT = (("before_commit", 1), ("after_commit", 1), ("before_card", 1), ("asking", 1))
SENT = (("told", 1), ("after_card", 1), ("before_commit", 2), ("after_commit", 2))
BACK = {**dict.fromkeys(NOT_SENT, False), **dict.fromkeys(SENT, True)}
"""Where a desk dies that gives money back, and whether it went."""


@pytest.mark.parametrize(("moment", "times"), BACK)
def test_a_void(tmp_path: Path, desks: DesksThatDie, stripe: StripeProcess, moment: str, times: int) -> None:
    folders = furnish(tmp_path, rosa_with_copay_and_balance, terminal=stripe.url)
    assert desks.one(folders.home, "undo", moment, times) == signal.SIGKILL
    desk = next_life(folders)
    try:
        back = BACK[moment, times]
        assert stripe.captured_cents() == (0 if back else 7500)
        [(tender, cents, reversed_at)] = desk.payments()
        assert (tender, cents, bool(reversed_at)) == ("card", 7500, back)
        assert stripe.requests("refunds.create") == back
        assert desk.desk.attention.items() == ()
        desk.holds()
    finally:
        desk.close()


@pytest.mark.parametrize(("moment", "times"), BACK)
def test_a_refund(tmp_path: Path, desks: DesksThatDie, stripe: StripeProcess, moment: str, times: int) -> None:
    folders = furnish(tmp_path, rosa_with_copay_and_balance, terminal=stripe.url)
    assert desks.one(folders.home, "refund", moment, times) == signal.SIGKILL
    desk = next_life(folders)
    try:
        back = BACK[moment, times]
        never = (moment, times) == ("before_commit", 1)
        assert desk.rows("SELECT state FROM refund") == ([] if never else [("paid" if back else "failed",)])
        assert stripe.captured_cents() == (5000 if back else 7500)
        assert stripe.requests("refunds.create") == back
        assert desk.desk.attention.items() == ()
        desk.holds()
    finally:
        desk.close()
