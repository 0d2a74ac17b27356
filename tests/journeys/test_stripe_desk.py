"""A desk with a Stripe reader, behind the window: refunds that get lost, a void, a hub that is away, what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.refund_views import RefundEnd, RefundOrder
from app.settings import TERMINAL_URL
from app.views import CollectEnd, TenderKind
from devices import registry
from models.basics.errors import PaymentUnavailable
from tests.support import clinic
from tests.support.counter import Counter, counter, rosa_with_copay_and_balance
from tests.support.simulators import StripeProcess, pax_running, stripe_running
from tests.support.waiting import until

QUICK = replace(registry.STRIPE_TIMERS, poll_s=0.05, retry_s=0.05, lost_s=0.3, ask_again_s=0.05)


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


def paid_by_card(desk: Counter) -> str:
    taken = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
    assert taken.end is CollectEnd.TAKEN
    return taken.payment_id


def refund(desk: Counter, payment_id: str, cents: int) -> Any:
    story = desk.desk.refunds
    order = RefundOrder(story.open(payment_id), cents, "patient_request")
    return desk.desk.lanes["terminal"].call(lambda job: story.refund(order, clinic.PRIYA, job), 60.0)


def stands(desk: Counter) -> list[Any]:
    """(state, cents) of every refund."""
    return desk.rows("SELECT state, amount_cents FROM refund ORDER BY requested_at, refund_id")


def aside(desk: Counter) -> int:
    """Cents set aside to go back."""
    [(cents,)] = desk.rows("SELECT coalesce(sum(credits + pending_credits - debits - pending_debits), 0) FROM account "
                           "WHERE code = 'RFP'")  # fmt: skip
    return int(cents)


def test_s0_25_part_of_a_card_payment_goes_back_without_a_card(desk: Counter, stripe: StripeProcess) -> None:
    payment_id = paid_by_card(desk)
    told = refund(desk, payment_id, 2500)
    assert (told.end, told.amount_cents) == (RefundEnd.PAID, 2500)
    assert (stripe.captured_cents(), stands(desk), aside(desk)) == (5000, [("paid", 2500)], 0)


def test_a_refund_whose_answer_is_lost_is_found_again(desk: Counter, stripe: StripeProcess) -> None:
    payment_id = paid_by_card(desk)
    for route in ("refunds.create", "refunds.list"):
        stripe.always(f"drop-after@{route}")
    told = refund(desk, payment_id, 2500)
    assert told.end is RefundEnd.UNKNOWN
    assert (stands(desk), aside(desk)) == ([("requested", 2500)], 2500)
    with pytest.raises(PaymentUnavailable, match=r"card\.frozen"):
        refund(desk, payment_id, 100)
    stripe.clear()
    [item] = desk.desk.attention.items()
    found = desk.desk.lanes["terminal"].call(lambda job: desk.desk.recovery.check(item.item_id, job), 60.0)
    assert found.end is CollectEnd.TAKEN
    assert (stripe.captured_cents(), stands(desk)) == (5000, [("paid", 2500)])


def test_a_pending_refund_that_fails_lies_where_it_lay(desk: Counter, stripe: StripeProcess) -> None:
    stripe.tell("card refund-fails")
    payment_id = paid_by_card(desk)
    stripe.next("refund-pending")
    assert refund(desk, payment_id, 2500).end is RefundEnd.UNKNOWN
    stripe.tell("settle")
    [item] = desk.desk.attention.items()
    desk.desk.lanes["terminal"].call(lambda job: desk.desk.recovery.check(item.item_id, job), 60.0)
    assert (stripe.captured_cents(), stands(desk), aside(desk)) == (7500, [("failed", 2500)], 0)


def test_a_payment_of_another_reader_is_not_refunded_here(desk: Counter, stripe: StripeProcess) -> None:
    with pax_running(tcp=True) as other:
        desk.desk.settings.set(TERMINAL_URL, other.url)
        payment_id = paid_by_card(desk)
        desk.desk.settings.set(TERMINAL_URL, stripe.url)
        told = refund(desk, payment_id, 2500)
        assert (told.end, told.reason) == (RefundEnd.NOT_SENT, "stripe.not_its_payment")
        assert (other.captured_cents(), stands(desk)) == (7500, [("failed", 2500)])


def test_cards_go_on_while_the_hub_is_away(
    tmp_path: Path, stripe: StripeProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clinic's hub is no part of a card payment."""
    away = replace(clinic.identity(), hub_url="https://127.0.0.1:9")
    monkeypatch.setattr(clinic, "identity", lambda _number=1: away)
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=stripe.url) as desk:
        line = desk.desk.sync
        assert line is not None
        assert not line.state().online
        assert desk.collect(desk.request(desk.sheet(), TenderKind.CARD)).end is CollectEnd.TAKEN
        assert stripe.captured_cents() == 7500


def test_nothing_of_the_card_or_the_key_is_kept(desk: Counter, stripe: StripeProcess) -> None:
    """Store, settings and logs hold brand and last four; neither a number nor the key."""
    paid_by_card(desk)
    until(lambda: desk.desk.recovery.asked)
    kept = "".join(str(row) for row in desk.rows("SELECT * FROM terminal_attempt"))
    kept += "".join(str(row) for row in desk.rows("SELECT * FROM payment"))
    for path in (desk.folders.settings, *desk.folders.logs.rglob("*")):
        kept += path.read_text("utf-8", errors="replace") if path.is_file() else ""
    assert "4242" in kept
    for secret in ("4242424242424242", "rk_test_desk", "fingerprint", "exp_month"):
        assert secret not in kept
