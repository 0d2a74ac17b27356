"""Checkout, the hosted page, payouts and disputes at the simulated processor, through the published library."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import stripe as published

from tests.support.shared_data import shared
from tests.support.simulators import StripeProcess, stripe_running

KEY = "rk_test_hub"
BACK = "http://127.0.0.1:9/portal/back?session={CHECKOUT_SESSION_ID}"


@pytest.fixture(scope="module")
def running() -> Iterator[StripeProcess]:
    with stripe_running("--key", KEY) as processor:
        yield processor


@pytest.fixture
def api(running: StripeProcess) -> Any:
    running.reset()
    return published.StripeClient(KEY, max_network_retries=0, base_addresses={"api": running.base}).v1


def session(api: Any, cents: int = 6_000, **more: Any) -> Any:
    asked = {
        "mode": "payment", "success_url": BACK, "cancel_url": "http://127.0.0.1:9/portal", "client_reference_id": "a1",
        "line_items": [{"quantity": 1, "price_data": {"currency": "usd", "unit_amount": cents,
                                                      "product_data": {"name": "Balance"}}}],
        "payment_intent_data": {"metadata": {"attempt": "a1"}}, **more,
    }  # fmt: skip
    return api.checkout.sessions.create({name: value for name, value in asked.items() if value is not None})


def typed(url: str, number: str = "4242424242424242", **more: str) -> tuple[int, str, str]:
    """Fill the page in. Returns (status, where it leads, what it says)."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    body = urlencode({"number": number, "expiry": "12 / 34", "cvc": "123", "zip": "80202", **more})
    line.request("POST", parts.path, body, {"content-type": "application/x-www-form-urlencoded"})
    answer = line.getresponse()
    found = answer.status, answer.getheader("location") or "", answer.read().decode()
    line.close()
    return found


def test_a_page_takes_a_card_once_and_goes_back(api: Any, running: StripeProcess) -> None:
    made = session(api)
    assert (made.status, made.payment_status, made.amount_total, made.payment_intent) == ("open", "unpaid", 6_000, None)
    assert typed(made.url)[:2] == (303, BACK.replace("{CHECKOUT_SESSION_ID}", made.id))
    done = api.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent"]})
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert done.payment_intent.metadata["attempt"] == "a1"
    status, _, words = typed(made.url)
    assert (status, "paid already" in words) == (200, True)
    assert running.captured_cents() == 6_000


@pytest.mark.parametrize("number", ["4000000000000002", "4000000000009995", "4111"])
def test_a_declined_card_leaves_the_page_open_for_another(api: Any, running: StripeProcess, number: str) -> None:
    made = session(api)
    assert typed(made.url, number)[0] == 402
    assert running.captured_cents() == 0
    assert typed(made.url)[0] == 303
    assert running.captured_cents() == 6_000


def test_a_bank_that_asks_may_be_told_no(api: Any, running: StripeProcess) -> None:
    made = session(api)
    status, _, words = typed(made.url, "4000002760003184")
    assert (status, "Your bank asks" in words, running.captured_cents()) == (200, True, 0)
    assert typed(made.url, "4000002760003184", bank="fail")[0] == 402
    assert typed(made.url, "4000002760003184", bank="complete")[0] == 303
    assert running.captured_cents() == 6_000


def test_a_card_is_kept_where_the_patient_said_so(api: Any) -> None:
    holder = api.customers.create({}).id
    data = {"setup_future_usage": "off_session", "metadata": {"attempt": "a2"}}
    made = session(api, customer=holder, payment_intent_data=data)
    typed(made.url)
    done = api.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent"]})
    method = api.payment_methods.retrieve(done.payment_intent.payment_method)
    assert (method.customer, method.card.last4) == (holder, "4242")
    charged = api.payment_intents.create({"amount": 500, "currency": "usd", "customer": holder, "off_session": True,
                                          "payment_method": method.id, "confirm": True})  # fmt: skip
    assert charged.status == "succeeded"
    api.payment_methods.detach(method.id)
    with pytest.raises(published.InvalidRequestError):
        api.payment_intents.create({"amount": 500, "currency": "usd", "customer": holder, "off_session": True,
                                    "payment_method": method.id, "confirm": True})  # fmt: skip


def test_setup_mode_saves_without_taking(api: Any, running: StripeProcess) -> None:
    holder = api.customers.create({}).id
    made = session(api, mode="setup", customer=holder, currency="usd", line_items=None, payment_intent_data=None,
                   setup_intent_data={"metadata": {"attempt": "a3"}})  # fmt: skip
    typed(made.url)
    done = api.checkout.sessions.retrieve(made.id, {"expand": ["setup_intent"]})
    assert (done.setup_intent.status, done.setup_intent.metadata["attempt"]) == ("succeeded", "a3")
    assert api.payment_methods.retrieve(done.setup_intent.payment_method).customer == holder
    assert running.captured_cents() == 0


def test_a_page_that_was_taken_back_takes_nothing(api: Any, running: StripeProcess) -> None:
    made = session(api)
    assert api.checkout.sessions.expire(made.id).status == "expired"
    assert "expired" in typed(made.url)[2]
    assert running.captured_cents() == 0
    assert typed(f"{running.base}/c/pay/cs_test_nobody")[0] == 404


@pytest.mark.parametrize(("more", "param"), [
    ({"success_url": None}, "success_url"), ({"line_items": None}, "line_items"), ({"colour": "red"}, "colour"),
    ({"payment_method_types": ["card"]}, "payment_method_types"), ({"expires_at": int(time.time()) + 60}, "expires_at"),
    ({"customer": "cus_nobody"}, "customer"),
])  # fmt: skip
def test_what_a_session_cannot_be_is_refused_by_name(api: Any, more: dict[str, Any], param: str) -> None:
    with pytest.raises(published.InvalidRequestError) as refused:
        session(api, **more)
    assert refused.value.param == param


def test_payouts_carry_what_came_and_what_the_processor_keeps(api: Any, running: StripeProcess) -> None:
    typed(session(api).url)
    charge = api.charges.list().data[0]
    api.refunds.create({"charge": charge.id, "amount": 1_000})
    made = api.payouts.retrieve(running.tell("payout")["payout"])
    lines = api.balance_transactions.list({"payout": made.id}).data
    assert sorted((line.type, line.amount, line.fee) for line in lines) == [
        ("charge", 6_000, 204), ("refund", -1_000, 0)]  # fmt: skip
    assert made.amount == 6_000 - 204 - 1_000
    running.tell(f"arrive {made.id}")
    assert api.payouts.retrieve(made.id).status == "paid"


def test_a_bank_takes_back_and_decides(api: Any, running: StripeProcess) -> None:
    typed(session(api).url)
    charge = api.charges.list().data[0]
    running.tell(f"dispute {charge.id}")
    made = api.disputes.list({"charge": charge.id}).data[0]
    assert (made.status, made.balance_transactions[0].net) == ("needs_response", -7_500)
    running.tell(f"decide {made.id} won")
    assert api.disputes.retrieve(made.id).status == "won"


def test_objects_have_the_published_shape(api: Any, running: StripeProcess) -> None:
    fixtures = json.loads((shared("stripe-openapi") / "fixtures3.json").read_text())["resources"]
    made = session(api)
    typed(made.url)
    charge = api.charges.list().data[0]
    payout = api.payouts.retrieve(running.tell("payout")["payout"])
    running.tell(f"dispute {charge.id}")
    found = {"checkout.session": made, "payout": payout, "dispute": api.disputes.list().data[0],
             "balance_transaction": api.balance_transactions.list().data[0]}  # fmt: skip
    for kind, thing in found.items():
        ours, theirs = thing.to_dict(), fixtures[kind]
        assert set(ours) == set(theirs), kind
        for name, value in theirs.items():
            if value is not None and ours[name] is not None:
                assert type(ours[name]) is type(value), f"{kind}.{name}"
