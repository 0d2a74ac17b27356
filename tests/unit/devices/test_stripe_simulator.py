"""The simulated processor itself: it speaks as Stripe does, remembers keys, refuses what it does not know, and its
objects have the published shape."""

from __future__ import annotations

import csv
import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import stripe as library
from stripe._request_options import RequestOptions

from devices.simulators.stripe_cards import CARDS
from devices.simulators.stripe_faults import FAULTS
from devices.simulators.stripe_params import _class, fields
from devices.simulators.stripe_simulator import ROUTES
from tests.support.shared_data import shared
from tests.support.simulators import StripeProcess, stripe_running
from tests.support.waiting import until

CENTS = 3000
PRESENT = {"allowed_payment_method_types": ["card_present"]}


@pytest.fixture(scope="module")
def running() -> Iterator[StripeProcess]:
    with stripe_running() as processor:
        yield processor


@pytest.fixture
def stripe(running: StripeProcess) -> StripeProcess:
    running.reset()
    running.tell("card visa")
    return running


@pytest.fixture
def api(stripe: StripeProcess) -> Any:
    return client(stripe.base).v1


def client(base: str, key: str = "rk_test_x") -> library.StripeClient:
    return library.StripeClient(key, max_network_retries=0, http_client=library.RequestsClient(timeout=(5, 10)),
                                base_addresses={"api": base})  # fmt: skip


def intent(api: Any, **more: Any) -> Any:
    return api.payment_intents.create({"amount": CENTS, "currency": "usd", **PRESENT, **more})


def paid(api: Any, stripe: StripeProcess, **more: Any) -> Any:
    made = intent(api, **more)
    api.terminal.readers.process_payment_intent(stripe.reader, {"payment_intent": made.id})
    stripe.wait("approved")
    return api.payment_intents.retrieve(made.id, {"expand": ["latest_charge"]})


def cart(cents: float) -> dict[str, Any]:
    items = [{"description": "Copay", "amount": cents, "quantity": 1}]
    return {"type": "cart", "cart": {"currency": "usd", "total": cents, "line_items": items}}


def code_of(act: Any) -> tuple[int, str]:
    with pytest.raises(library.StripeError) as error:
        act()
    return error.value.http_status or 0, str(error.value.json_body["error"].get("code", ""))


# Refusing -------------------------------------------------------------------------------------------------------------


def test_unknown_routes_and_parameters_are_refused_as_there(api: Any, stripe: StripeProcess) -> None:
    raw = client(stripe.base)
    assert code_of(lambda: raw.raw_request("get", "/v1/subscriptions"))[0] == 404
    assert code_of(lambda: intent(api, colour="blue")) == (400, "parameter_unknown")
    assert code_of(lambda: intent(api, amount="12.50")) == (400, "parameter_invalid_integer")
    assert code_of(lambda: api.payment_intents.create({"currency": "usd"})) == (400, "parameter_missing")
    assert code_of(lambda: intent(api, capture_method="some day"))[0] == 400
    assert code_of(lambda: intent(api, amount=49)) == (400, "amount_too_small")
    assert code_of(lambda: api.payment_intents.retrieve("pi_nobody")) == (404, "resource_missing")
    deep = {"payment_intent": intent(api).id, "process_config": {"tip": True}}
    assert code_of(lambda: api.terminal.readers.process_payment_intent(stripe.reader, deep)) == (
        400,
        "parameter_unknown",
    )
    cart = {"type": "cart", "cart": {"currency": "usd", "total": 12.5, "line_items": []}}
    assert code_of(lambda: api.terminal.readers.set_reader_display(stripe.reader, cart)) == (
        400,
        "parameter_invalid_integer",
    )


@pytest.mark.parametrize("kind", ["payment_intents", "setup_intents"])
def test_payment_method_types_are_no_longer_supported(api: Any, kind: str) -> None:
    asked = {"payment_method_types": ["card_present"]} | ({"amount": 100, "currency": "usd"} if kind[0] == "p" else {})
    told = code_of(lambda: getattr(api, kind).create(asked))
    assert told == (400, "payment_method_types_no_longer_supported")


def test_metadata_has_limits(api: Any) -> None:
    for metadata in ({"k" * 41: "v"}, {"k": "v" * 501}, {f"k{number}": "v" for number in range(51)}):
        assert code_of(lambda metadata=metadata: intent(api, metadata=metadata))[0] == 400


@pytest.mark.parametrize("key", ["rk_live_real", "nonsense"])
def test_only_test_keys_are_let_in(stripe: StripeProcess, key: str) -> None:
    with pytest.raises(library.AuthenticationError):
        client(stripe.base, key).v1.payment_intents.list()


def test_every_route_checks_parameters_that_the_library_publishes() -> None:
    for route in ROUTES:
        kind = _class(route.params)
        assert kind.__module__.startswith("stripe.params"), route.name
        assert set(fields(kind)) == set(kind.__annotations__) - set(RequestOptions.__annotations__), route.name


# Idempotency ----------------------------------------------------------------------------------------------------------


def test_a_key_answers_as_before_and_does_nothing_again(api: Any, stripe: StripeProcess) -> None:
    asked = {"amount": CENTS, "currency": "usd", **PRESENT}
    first = api.payment_intents.create(asked, {"idempotency_key": "k1"})
    again = api.payment_intents.create(asked, {"idempotency_key": "k1"})
    assert (again.id, again.last_response.headers["idempotent-replayed"]) == (first.id, "true")
    assert len(stripe.intents()) == 1


def test_a_key_with_other_parameters_is_refused(api: Any) -> None:
    api.payment_intents.create({"amount": 100, "currency": "usd"}, {"idempotency_key": "k2"})
    with pytest.raises(library.IdempotencyError):
        api.payment_intents.create({"amount": 200, "currency": "usd"}, {"idempotency_key": "k2"})


def test_errors_after_it_began_are_kept_for_the_key_and_bad_parameters_are_not(api: Any, stripe: StripeProcess) -> None:
    stripe.next("error-after:500@payment_intents.create")
    asked = {"amount": CENTS, "currency": "usd"}
    for _ in range(2):
        assert code_of(lambda: api.payment_intents.create(asked, {"idempotency_key": "k3"}))[0] == 500
    assert len(stripe.intents()) == 1
    assert code_of(lambda: api.payment_intents.create({"amount": 1}, {"idempotency_key": "k4"}))[0] == 400
    assert api.payment_intents.create(asked, {"idempotency_key": "k4"}).id


def test_a_key_that_is_being_used_is_409(api: Any, stripe: StripeProcess) -> None:
    stripe.next("in-use@payment_intents.create")
    assert code_of(lambda: intent(api)) == (409, "idempotency_key_in_use")


# State machines -------------------------------------------------------------------------------------------------------


def test_intent_goes_its_way_and_no_other(api: Any, stripe: StripeProcess) -> None:
    done = paid(api, stripe)
    assert (done.status, done.amount_received, done.latest_charge.captured) == ("succeeded", CENTS, True)
    for act in (api.payment_intents.cancel, api.payment_intents.capture):
        assert code_of(lambda act=act: act(done.id)) == (400, "payment_intent_unexpected_state")
    again = lambda: api.terminal.readers.process_payment_intent(stripe.reader, {"payment_intent": done.id})  # noqa: E731
    assert code_of(again) == (400, "intent_invalid_state")
    given_up = api.payment_intents.cancel(intent(api).id)
    assert given_up.status == "canceled"


def test_capture_by_hand(api: Any, stripe: StripeProcess) -> None:
    held = paid(api, stripe, capture_method="manual")
    assert (held.status, held.amount_capturable, stripe.captured_cents()) == ("requires_capture", CENTS, 0)
    assert api.payment_intents.capture(held.id).status == "succeeded"
    assert stripe.captured_cents() == CENTS


def test_one_action_at_a_time_and_a_display_replaces_it_silently(api: Any) -> None:
    with stripe_running("--by-hand") as slow:
        own = client(slow.base).v1
        first, second = intent(own), intent(own)
        own.terminal.readers.process_payment_intent(slow.reader, {"payment_intent": first.id})
        busy = lambda: own.terminal.readers.process_payment_intent(slow.reader, {"payment_intent": second.id})  # noqa: E731
        assert code_of(busy) == (400, "terminal_reader_busy")
        shown = own.terminal.readers.set_reader_display(slow.reader, cart(100))
        assert shown.action.type == "set_reader_display"
        busy()
        slow.tell("press")
        slow.wait("approved")
        assert own.payment_intents.retrieve(first.id).status == "requires_payment_method"
        assert own.payment_intents.retrieve(second.id).status == "succeeded"


def test_simulated_reader_takes_test_cards_from_the_helper(api: Any, stripe: StripeProcess) -> None:
    place = api.terminal.locations.list().data[0]
    asked = {"registration_code": "simulated-wpe", "label": "Test", "location": place.id}
    reader = api.terminal.readers.create(asked)
    assert reader.device_type == "simulated_wisepos_e"
    for number, status in (("4000000000000002", "failed"), ("4242424242424242", "succeeded")):
        made = intent(api)
        api.terminal.readers.process_payment_intent(reader.id, {"payment_intent": made.id})
        api.test_helpers.terminal.readers.present_payment_method(
            reader.id, {"type": "card_present", "card_present": {"number": number}}
        )
        until(lambda status=status: api.terminal.readers.retrieve(reader.id).action.status == status)
    helper = api.test_helpers.terminal.readers.present_payment_method
    assert code_of(lambda: helper(stripe.reader))[0] == 400
    assert code_of(lambda: api.terminal.readers.create({"registration_code": "no", "location": place.id}))[0] == 400


@pytest.mark.parametrize(
    ("cents", "code"), [(3001, "call_issuer"), (3055, "incorrect_pin"), (3075, "pin_try_exceeded")]
)
def test_amounts_decline_a_test_card(api: Any, stripe: StripeProcess, cents: int, code: str) -> None:
    stripe.tell("card test")
    made = intent(api, amount=cents)
    api.terminal.readers.process_payment_intent(stripe.reader, {"payment_intent": made.id})
    stripe.wait("declined")
    assert api.payment_intents.retrieve(made.id).last_payment_error.decline_code == code


def test_saved_card_is_charged_later_and_may_ask_for_its_holder(api: Any, stripe: StripeProcess) -> None:
    holder = api.customers.create({})
    setup = api.setup_intents.create({"customer": holder.id, **PRESENT})
    api.terminal.readers.process_setup_intent(stripe.reader, {"setup_intent": setup.id, "allow_redisplay": "always"})
    stripe.wait("approved")
    saved = api.setup_intents.retrieve(setup.id).payment_method
    assert api.payment_methods.retrieve(saved).card.last4 == "4242"
    later = {"amount": 900, "currency": "usd", "customer": holder.id, "payment_method": saved, "off_session": True,
             "confirm": True}  # fmt: skip
    assert api.payment_intents.create(later).status == "succeeded"
    stripe.next("authentication-required")
    assert code_of(lambda: api.payment_intents.create(later)) == (402, "authentication_required")
    assert stripe.captured_cents() == 900


def test_lists_come_newest_first_a_page_at_a_time_and_search_may_lag(api: Any, stripe: StripeProcess) -> None:
    names = [intent(api, metadata={"n": str(number)}).id for number in range(5)]
    page = api.payment_intents.list({"limit": 2})
    assert ([each.id for each in page.data], page.has_more) == (names[:-3:-1], True)
    assert [each.id for each in api.payment_intents.list({"limit": 2}).auto_paging_iter()] == names[::-1]
    assert api.payment_intents.list({"created": {"gte": int(time.time()) + 100}}).data == []
    query = {"query": "metadata['n']:'3'"}
    assert [each.id for each in api.payment_intents.search(query).data] == [names[3]]
    stripe.next("search-lag")
    assert api.payment_intents.search(query).data == []


# Shapes ---------------------------------------------------------------------------------------------------------------

NEWER = {"charge": {"refunds"}, "refund": {"failure_reason"}, "customer": set[str](), "setup_intent": set[str]()}


def test_objects_have_the_published_shape(api: Any, stripe: StripeProcess) -> None:
    published = json.loads((shared("stripe-openapi") / "fixtures3.json").read_text())["resources"]
    done = paid(api, stripe)
    refund = api.refunds.create({"payment_intent": done.id, "amount": 100})
    holder = api.customers.create({})
    setup = api.setup_intents.create({"customer": holder.id, **PRESENT})
    api.terminal.readers.process_setup_intent(stripe.reader, {"setup_intent": setup.id, "allow_redisplay": "always"})
    until(lambda: api.setup_intents.retrieve(setup.id).status == "succeeded")
    saved = api.payment_methods.retrieve(api.setup_intents.retrieve(setup.id).payment_method)
    found = {
        "payment_intent": done, "charge": done.latest_charge, "refund": refund, "customer": holder,
        "setup_intent": setup, "payment_method": saved, "terminal.reader": api.terminal.readers.retrieve(stripe.reader),
        "terminal.location": api.terminal.locations.list().data[0], "event": api.events.list().data[0],
    }  # fmt: skip
    for kind, thing in found.items():
        ours, theirs = thing.to_dict(), published[kind]
        assert set(theirs) - set(ours) == set(), kind
        assert set(ours) - set(theirs) <= {"customer_account", *NEWER.get(kind, ())}, kind
        for name, value in theirs.items():
            if value is not None and ours[name] is not None:
                assert type(ours[name]) is type(value), f"{kind}.{name}"


def test_cards_behave_as_published() -> None:
    with (shared("stripe-test-cards") / "test_cards.csv").open(newline="") as file:
        published = {row["number"]: row["behaviour"] for row in csv.DictReader(file)}
    for number, card in CARDS.items():
        if number not in published:
            continue  # a card for readers only
        behaviour = published[number]
        if card.declines:
            assert card.declines.rpartition("/")[2] in behaviour or card.declines.partition("/")[0] in behaviour
        else:
            assert behaviour.startswith("authentication_required" if card.asks else "success")


# Webhooks -------------------------------------------------------------------------------------------------------------


class Listener:
    """Somebody to whom events are posted."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, str]] = []
        heard = self.heard

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heard.append((self.rfile.read(int(self.headers["content-length"])), self.headers["stripe-signature"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_what: object) -> None: ...

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def test_webhooks_are_signed_and_go_lost_late_twice_out_of_order_and_forged() -> None:
    listener = Listener()
    try:
        with stripe_running("--webhook", f"http://127.0.0.1:{listener.server.server_port}/hook") as told:
            api = client(told.base)
            kinds = lambda: [json.loads(body)["type"] for body, _ in listener.heard]  # noqa: E731
            intent(api.v1)
            until(lambda: kinds() == ["payment_intent.created"])
            body, signature = listener.heard[0]
            assert api.construct_event(body, signature, "whsec_simulated").type == "payment_intent.created"
            for fault, count in (("webhook-lost", 1), ("webhook-twice", 3), ("webhook-late:50ms", 4)):
                told.next(fault)
                intent(api.v1)
                until(lambda count=count: len(listener.heard) == count)
            told.next("webhook-reordered")
            made = intent(api.v1)
            api.v1.payment_intents.cancel(made.id)
            until(lambda: kinds()[-2:] == ["payment_intent.canceled", "payment_intent.created"])
            told.next("webhook-unsigned")
            intent(api.v1)
            until(lambda: len(listener.heard) == 7)
            with pytest.raises(library.SignatureVerificationError):
                api.construct_event(*listener.heard[-1], "whsec_simulated")
    finally:
        listener.close()


def test_every_fault_of_the_line_can_be_had_on_every_route() -> None:
    from devices.simulators.faults import parse_fault

    for route in ROUTES:
        assert parse_fault(f"drop-after@{route.name}", FAULTS).command == route.name
