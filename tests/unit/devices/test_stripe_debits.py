"""Bank accounts at the simulated processor, through the published library: asked, paid or refused days later, back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import stripe as published

from tests.support.online import BROKE, CLOSED, pay_by_bank
from tests.support.simulators import StripeProcess, stripe_running

KEY = "rk_test_hub"
BACK = "http://127.0.0.1:9/portal/back"
BOTH = ["card", "us_bank_account"]


@pytest.fixture(scope="module")
def running() -> Iterator[StripeProcess]:
    with stripe_running("--key", KEY, "--reader", "") as processor:
        yield processor


@pytest.fixture
def api(running: StripeProcess) -> Any:
    running.reset()
    return published.StripeClient(KEY, max_network_retries=0, base_addresses={"api": running.base}).v1


def session(api: Any, ways: list[str], **more: Any) -> Any:
    price = {"currency": "usd", "unit_amount": 6_000, "product_data": {"name": "Balance"}}
    return api.checkout.sessions.create({
        "mode": "payment", "success_url": BACK, "line_items": [{"quantity": 1, "price_data": price}],
        "allowed_payment_method_types": ways, **more,
    })  # fmt: skip


def test_a_debit_is_under_way_for_days_and_then_paid(api: Any, running: StripeProcess) -> None:
    made = session(api, BOTH)
    assert pay_by_bank(made.url) == (303, BACK)
    asked = api.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent"]})
    assert (asked.status, asked.payment_status, asked.payment_intent.status) == ("complete", "unpaid", "processing")
    assert running.captured_cents() == 0
    running.tell("settle-debits")
    done = api.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent"]})
    assert (done.payment_status, done.payment_intent.status) == ("paid", "succeeded")
    assert running.captured_cents() == 6_000
    [charge] = api.charges.list().data
    account = charge.payment_method_details.us_bank_account
    assert (account.bank_name, account.last4) == ("STRIPE TEST BANK", "6789")


@pytest.mark.parametrize(("number", "code"), [(BROKE, "insufficient_funds"), (CLOSED, "account_closed")])
def test_a_debit_is_refused_days_later(api: Any, running: StripeProcess, number: str, code: str) -> None:
    made = session(api, BOTH)
    pay_by_bank(made.url, number)
    running.tell("settle-debits")
    intent = api.payment_intents.list().data[0]
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", code)
    assert running.captured_cents() == 0
    assert [each.type for each in api.events.list({"limit": 3}).data] == [
        "checkout.session.async_payment_failed", "payment_intent.payment_failed", "charge.failed"]  # fmt: skip


def test_where_only_cards_are_taken_no_account_is_asked_for(api: Any) -> None:
    assert pay_by_bank(session(api, ["card"]).url)[0] == 402


def test_a_kept_account_is_debited_again_and_never_as_a_card(api: Any, running: StripeProcess) -> None:
    holder = api.customers.create({}).id
    made = api.checkout.sessions.create({"mode": "setup", "customer": holder, "success_url": BACK, "currency": "usd",
                                         "allowed_payment_method_types": BOTH})  # fmt: skip
    pay_by_bank(made.url)
    kept = api.setup_intents.retrieve(made.setup_intent, {"expand": ["payment_method"]}).payment_method
    assert (kept.type, kept.us_bank_account.last4, kept.customer) == ("us_bank_account", "6789", holder)
    asked = {"amount": 500, "currency": "usd", "customer": holder, "payment_method": kept.id, "confirm": True,
             "off_session": True}  # fmt: skip
    with pytest.raises(published.InvalidRequestError):
        api.payment_intents.create({**asked, "allowed_payment_method_types": ["card"]})
    begun = api.payment_intents.create({**asked, "allowed_payment_method_types": BOTH[1:]})
    assert begun.status == "processing"
    running.tell("settle-debits")
    assert api.payment_intents.retrieve(begun.id).status == "succeeded"


def test_what_was_paid_comes_back_for_good_and_a_refund_takes_its_time(api: Any, running: StripeProcess) -> None:
    pay_by_bank(session(api, BOTH).url)
    running.tell("settle-debits")
    [charge] = api.charges.list().data
    given = api.refunds.create({"charge": charge.id, "amount": 1_000})
    assert given.status == "pending"
    running.tell("settle")
    assert api.refunds.retrieve(given.id).status == "succeeded"
    running.tell(f"dispute {charge.id} debit_not_authorized")
    [back] = api.disputes.list({"charge": charge.id}).data
    assert (back.status, back.reason, back.payment_method_details.type) == (
        "lost", "debit_not_authorized", "us_bank_account")  # fmt: skip
