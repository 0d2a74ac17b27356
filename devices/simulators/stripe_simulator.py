"""A payment processor's API on this computer: routes, keys, idempotency, and everything that can go wrong between.

What the routes do is in `stripe_books` (money) and `stripe_readers`. Every request is checked against the published
typed parameters first; an unknown route is 404, an unknown parameter 400, as there.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from devices.simulators import stripe_shapes as shapes
from devices.simulators.control import Handler
from devices.simulators.faults import Fault, FaultPlan
from devices.simulators.stripe_bank import Bank
from devices.simulators.stripe_books import Books
from devices.simulators.stripe_checkout import Checkout
from devices.simulators.stripe_errors import ApiError, missing, wrong
from devices.simulators.stripe_http import HttpLine, NoAnswer, Request, Response
from devices.simulators.stripe_params import checked
from devices.simulators.stripe_readers import SIMULATED_CODES, Manner, Readers
from devices.simulators.stripe_webhooks import Webhooks

Shape = dict[str, Any]

UNKNOWN_WORD = "a_value_from_tomorrow"
PAGES = "/c/pay/"
"""Where the hosted pages are, which patients see and which take no key."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route: `name` as the SDK calls it, the class of its parameters, what it does with the ids of its path."""

    name: str
    method: str
    path: re.Pattern[str]
    params: str
    work: Callable[[StripeSimulator, tuple[str, ...], Shape], Any]


@dataclass(slots=True)
class _Kept:
    """What a key did: of which request, and the answer once there is one."""

    asked: str
    answer: Response | None = None


class StripeSimulator:
    """One account. `key`: the only key that is let in; empty lets every test key in."""

    def __init__(self, plan: FaultPlan, manner: Manner, show: Callable[[str], None], key: str = "",
                 webhooks: Webhooks | None = None) -> None:  # fmt: skip
        self.plan, self._key, self._show = plan, key, show
        self.webhooks = webhooks or Webhooks(plan)
        self.books = Books(plan, self.webhooks.tell)
        self.readers = Readers(self.books, plan, manner, show)
        self.line: HttpLine
        self.checkout, self.bank = Checkout(self.books, lambda: self.line.base), Bank(self.books)
        self.requests: dict[str, int] = {}
        self.keys_used: list[str] = []
        self._kept: dict[str, _Kept] = {}

    def furnish(self, kind: str) -> str:
        """A location with one reader. Returns the reader's id."""
        place = self.readers.create_location({"display_name": "Front desk", "address": {
            "line1": "12 Alder Street", "city": "Denver", "state": "CO", "postal_code": "80202", "country": "US",
        }})  # fmt: skip
        code = next((code for code, made in SIMULATED_CODES.items() if made == kind), "three-word-code")
        made = self.readers.register({"registration_code": code, "location": place["id"], "label": "Front desk"})
        made["device_type"] = kind
        return str(made["id"])

    async def run(self) -> None:
        """Serve until it is ended."""
        self._show("idle")
        await self.webhooks.run()

    # A request --------------------------------------------------------------------------------------------------------

    async def answer(self, request: Request) -> Response:
        """What the API says. Raises NoAnswer where the connection breaks."""
        if request.path.startswith(PAGES):
            return self.checkout.page(request)
        route, ids = self._route(request)
        name = route.name if route else ""
        self.requests[name or request.path] = self.requests.get(name or request.path, 0) + 1
        await self._before(name)
        try:
            if route is None:
                raise ApiError(404, "invalid_request_error", "", f"Unrecognized request URL ({request.method}: "
                               f"{request.path}).")  # fmt: skip
            self._let_in(request)
            response = await self._once(route, ids, request)
        except ApiError as error:
            response = Response(error.status, {"error": error.error}, error.headers)
        return await self._after(name, response)

    def _route(self, request: Request) -> tuple[Route | None, tuple[str, ...]]:
        for route in ROUTES:
            found = route.path.fullmatch(request.path)
            if found and route.method == request.method:
                return route, found.groups()
        return None, ()

    async def _before(self, name: str) -> None:
        if self._due("drop-before", name):
            raise NoAnswer

    async def _after(self, name: str, response: Response) -> Response:
        if self._due("drop-after", name):
            raise NoAnswer
        if slow := self._due("slow", name):
            await asyncio.sleep(slow.seconds(35.0))
        if strange := self._due("unknown-enum", name):
            field = strange.argument or "read_method"
            response = Response(response.status, _strange(copy.deepcopy(response.body), field), response.headers)
        if self._due("garbled", name):
            text = json.dumps(response.body)
            response = Response(response.status, headers=response.headers, text=text[: len(text) // 2])
        return response

    def _let_in(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        known = key == self._key if self._key else key.startswith(("rk_test_", "sk_test_"))
        if scheme != "Bearer" or not known:
            raise ApiError(401, "invalid_request_error", "", "Invalid API Key provided.")

    async def _once(self, route: Route, ids: tuple[str, ...], request: Request) -> Response:
        """Do it, and for a key that was used before answer as then."""
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        self._refuse(route.name)
        if key:
            self.keys_used.append(key)
        asked = hashlib.sha256(f"{request.path}?{request.raw}".encode()).hexdigest()
        kept = self._kept.get(key) if key else None
        if kept is not None:
            return self._replayed(kept, asked)
        said = checked(route.params, request.params)  # what is refused here is not kept for the key
        if key:
            kept = self._kept[key] = _Kept(asked)
        response = await self._do(route, ids, said)
        if kept is not None:
            kept.answer = response
        return response

    def _replayed(self, kept: _Kept, asked: str) -> Response:
        if kept.asked != asked:
            raise ApiError(400, "idempotency_error", "", "Keys for idempotent requests can only be used with the same "
                           "parameters they were first used with.")  # fmt: skip
        if kept.answer is None:
            raise _in_use()
        return Response(kept.answer.status, kept.answer.body, {**kept.answer.headers, "idempotent-replayed": "true"})

    async def _do(self, route: Route, ids: tuple[str, ...], said: Shape) -> Response:
        broken = self._due("error-after", route.name)
        try:
            found = route.work(self, ids, said)
            if isinstance(found, Awaitable):
                found = await found
            body = expanded(self.books, _told(found), said.get("expand", []))
            response = Response(200, body)
        except ApiError as error:
            response = Response(error.status, {"error": copy.deepcopy(error.error)}, error.headers)
        if broken:
            return Response(broken.number(500), {"error": {"type": "api_error", "message": "Something went wrong."}})
        return response

    def _refuse(self, name: str) -> None:
        """Faults that answer before anything is done. Raises ApiError."""
        for fault_name, make in _REFUSALS.items():
            fault = self._due(fault_name, name)
            if fault:
                raise make(fault)

    def _due(self, fault: str, name: str) -> Fault | None:
        return self.plan.take(fault, name) or self.plan.take(fault)

    # What routes do that neither book nor reader does -----------------------------------------------------------------

    def process(self, ids: tuple[str, ...], said: Shape) -> Shape:
        """Start a payment on a reader."""
        if self.plan.take("other-till"):
            self.readers.other_till(1000)
        return self.readers.process_payment(ids[0], said)

    def cancel_intent(self, ids: tuple[str, ...], said: Shape) -> Shape:
        """Give an intent up."""
        intent = self.books.find("payment_intent", ids[0])
        if self.readers.asked_for == ids[0] and self.plan.take("cancel-race"):
            self.books.approve(intent, self.readers.card, {"reader": None, "location": None})
        return self.books.cancel_intent(ids[0], said)

    def search(self, _ids: tuple[str, ...], said: Shape) -> Shape:
        """`metadata['key']:'value'` only."""
        wanted = re.fullmatch(r"""metadata\[['"](\w+)['"]\]:['"]([^'"]*)['"]""", said["query"].strip())
        if wanted is None:
            raise wrong("", "We were unable to parse your search query.", "query")
        lag = 60 if self.plan.take("search-lag") else 0
        until = self.books.now() - lag
        found = [each for each in self.books.things["payment_intent"].values()
                 if each["metadata"].get(wanted[1]) == wanted[2] and (not lag or each["created"] < until)]  # fmt: skip
        return {"object": "search_result", "data": found, "has_more": False, "next_page": None,
                "url": "/v1/payment_intents/search"}  # fmt: skip

    def delete_reader(self, ids: tuple[str, ...], _said: Shape) -> Shape:
        """Unregister."""
        gone = self.readers.seen(ids[0])
        del self.readers.readers[ids[0]]
        return {"id": gone["id"], "object": "terminal.reader", "deleted": True, "device_type": gone["device_type"],
                "serial_number": gone["serial_number"]}  # fmt: skip

    # The control channel ----------------------------------------------------------------------------------------------

    def handlers(self) -> dict[str, Handler]:
        """What can be told and asked while it runs."""
        return {
            "next": _plain(self.plan.next),
            "always": _plain(self.plan.always),
            "clear": _plain(lambda _: self.plan.clear()),
            "card": _plain(self.readers.choose),
            "press": _plain(lambda _: self.readers.by_hand("card")),
            "cancel": _plain(lambda _: self.readers.by_hand("cancel")),
            "offline": _plain(lambda _: self.readers.away(True)),
            "online": _plain(lambda _: self.readers.away(False)),
            "other-till": _plain(lambda cents: self.readers.other_till(int(cents or "1000"))),
            "settle": _plain(lambda _: self.books.settle_refunds()),
            "settle-debits": _plain(lambda _: self.books.debits.settle()),
            "dispute": _plain(self.bank.dispute),
            "decide": _plain(lambda said: self.bank.decide(*said.split())),
            "payout": self._pay_out,
            "arrive": _plain(self.bank.arrive),
            "bounce": _plain(self.bank.bounce),
            "webhook": _plain(self.webhooks.turn_to),
            "tell-again": _plain(self._tell_again),
            "forget-events": _plain(lambda _: self.books.things["event"].clear()),
            "events": self._events,
            "captured": self._captured,
            "intents": self._intents,
            "state": self._state,
            "wait": self.readers.wait,
            "unplug": _plain(lambda _: self.line.unplug()),
            "replug": self._replug,
            "reset": self._reset,
        }

    async def _captured(self, _: str) -> Shape:
        return {"captured_cents": self.books.captured_cents(), "requests": self.requests,
                "keys": self.keys_used}  # fmt: skip

    async def _intents(self, _: str) -> list[Shape]:
        return [{name: intent[name] for name in ("id", "amount", "status", "amount_received", "metadata")}
                for intent in self.books.things["payment_intent"].values()]  # fmt: skip

    async def _pay_out(self, _: str) -> Shape:
        return {"payout": self.bank.pay_out()["id"]}

    def _tell_again(self, event_id: str) -> None:
        self.webhooks.tell(self.books.find("event", event_id))

    async def _events(self, kind: str) -> list[str]:
        return [name for name, event in self.books.things["event"].items() if not kind or event["type"] == kind]

    async def _state(self, _: str) -> Shape:
        return {"screen": self.readers.screen, "faults": self.plan.pending(), "delivered": self.webhooks.delivered,
                "readers": [{**reader, "action": (reader["action"] or {}).get("type", "")}
                            for reader in self.readers.readers.values()]}  # fmt: skip

    async def _replug(self, _: str) -> None:
        await self.line.plug_in()

    async def _reset(self, _: str) -> None:
        """No money, no faults, nobody in front of the readers, which stay registered: as after a start."""
        self.plan.clear()
        self.readers.stop()
        self.readers.away(False)
        for kind in self.books.things.values():
            kind.clear()
        self._kept.clear()
        self.requests.clear()
        self.keys_used.clear()
        await self.line.plug_in()


def expanded(books: Books, found: Any, ways: list[str]) -> Any:
    """`found` with the objects that `expand` names in place of their ids. Raises ApiError for one that cannot be."""
    for way in ways:
        for each in found["data"] if way.startswith("data.") else [found]:
            field = way.removeprefix("data.").split(".")[0]
            if field not in each:
                raise wrong("", f"This property cannot be expanded ({way}).", "expand")
            for kind in ("charge", "payment_method", "customer", "payment_intent", "setup_intent",
                         "balance_transaction"):  # fmt: skip
                if each[field] in books.things[kind]:
                    each[field] = copy.deepcopy(books.things[kind][each[field]])
                    break
    return found


def _told(found: Any) -> Any:
    """A copy without what is kept beside objects (`_…`)."""
    if isinstance(found, list):
        return [_told(each) for each in found]
    if not isinstance(found, dict):
        return copy.deepcopy(found)
    return {name: _told(value) for name, value in found.items() if not name.startswith("_")}


def _strange(body: Any, field: str) -> Any:
    """`body` with a word nobody knows wherever `field` is."""
    if isinstance(body, list):
        return [_strange(each, field) for each in body]
    if not isinstance(body, dict):
        return body
    return {name: UNKNOWN_WORD if name == field and isinstance(value, str) else _strange(value, field)
            for name, value in body.items()}  # fmt: skip


def _limited(fault: Fault) -> ApiError:
    error = ApiError(429, "invalid_request_error", "rate_limit", "Too many requests.")
    if fault.argument == "no":
        error.headers["stripe-should-retry"] = "false"
    return error


def _in_use() -> ApiError:
    words = "There is currently another in-progress request using this Idempotency Key."
    return ApiError(409, "idempotency_error", "idempotency_key_in_use", words)


_REFUSALS: dict[str, Callable[[Fault], ApiError]] = {
    "rate-limited": _limited,
    "error-before": lambda fault: ApiError(fault.number(503), "api_error", "", "Stripe is having a moment."),
    "key-refused": lambda _: ApiError(401, "invalid_request_error", "", "Invalid API Key provided."),
    "key-limited": lambda _: ApiError(403, "invalid_request_error", "", "The provided key does not have the required "
                                      "permissions for this endpoint."),
    "in-use": lambda _: _in_use(),
    "refuse": lambda fault: wrong(fault.argument, "The reader cannot do this now."),
}  # fmt: skip


def _plain(act: Callable[[str], Any]) -> Handler:
    async def handler(argument: str) -> None:
        act(argument)

    return handler


def _listed(
    of: Callable[[StripeSimulator], dict[str, Shape]], url: str, *filters: str
) -> Callable[[StripeSimulator, tuple[str, ...], Shape], Shape]:
    """Newest first, a page at a time; `filters` are fields that must be equal where they are asked for."""

    def work(simulator: StripeSimulator, _ids: tuple[str, ...], said: Shape) -> Shape:
        found = [each for each in reversed(list(of(simulator).values())) if _fits(each, said, filters)]
        after = said.get("starting_after")
        if after is not None:
            at = next((place for place, each in enumerate(found) if each["id"] == after), None)
            if at is None:
                raise missing("object", after, "starting_after")
            found = found[at + 1 :]
        limit = min(said.get("limit", 10), 100)
        return shapes.page(found[:limit], url, more=len(found) > limit)

    return work


def _fits(each: Shape, said: Shape, filters: tuple[str, ...]) -> bool:
    created = said.get("created", {})
    since = created.get("gte", 0) if isinstance(created, dict) else created
    return each.get("created", since) >= since and all(each.get(name) == said[name] for name in filters if name in said)


def _books(kind: str) -> Callable[[StripeSimulator], dict[str, Shape]]:
    return lambda simulator: simulator.books.things[kind]


def _found(kind: str) -> Callable[[StripeSimulator, tuple[str, ...], Shape], Shape]:
    return lambda simulator, ids, _said: simulator.books.find(kind, ids[0])


def _location(simulator: StripeSimulator, ids: tuple[str, ...], _said: Shape) -> Shape:
    found = simulator.readers.locations.get(ids[0])
    if found is None:
        raise missing("terminal.location", ids[0], "location")
    return found


def _balance(simulator: StripeSimulator, ids: tuple[str, ...], said: Shape) -> Shape:
    """The account's balance, or what one payout was made of."""
    wanted = said.pop("payout", None)
    lines = simulator.bank.lines()
    mine = {name: line for name, line in lines.items() if wanted is None or line.get("_payout") == wanted}
    return _listed(lambda _: mine, "/v1/balance_transactions", "source", "type")(simulator, ids, said)


def _new_customer(simulator: StripeSimulator, _ids: tuple[str, ...], said: Shape) -> Shape:
    return simulator.books.keep("customer", shapes.customer(simulator.books.now(), said))


def _new_setup(simulator: StripeSimulator, _ids: tuple[str, ...], said: Shape) -> Shape:
    return simulator.books.keep("setup_intent", shapes.setup_intent(simulator.books.now(), said))


def _cancel_setup(simulator: StripeSimulator, ids: tuple[str, ...], _said: Shape) -> Shape:
    found = simulator.books.find("setup_intent", ids[0])
    if found["status"] in ("succeeded", "canceled"):
        raise wrong("setup_intent_unexpected_state", f"This SetupIntent has a status of {found['status']}.")
    found["status"] = "canceled"
    return found


_ID = r"(\w+)"
_READER = f"/v1/terminal/readers/{_ID}"
_TEST_READER = f"/v1/test_helpers/terminal/readers/{_ID}"


def _table(*rows: tuple[str, str, str, str, Callable[..., Any]]) -> tuple[Route, ...]:
    return tuple(Route(name, method, re.compile(path), params, work) for name, method, path, params, work in rows)


ROUTES = _table(
    ("payment_intents.create", "POST", "/v1/payment_intents", "PaymentIntentCreateParams",
     lambda it, _ids, said: it.books.create_intent(said)),
    ("payment_intents.list", "GET", "/v1/payment_intents", "PaymentIntentListParams",
     _listed(_books("payment_intent"), "/v1/payment_intents", "customer")),
    ("payment_intents.search", "GET", "/v1/payment_intents/search", "PaymentIntentSearchParams",
     StripeSimulator.search),
    ("payment_intents.retrieve", "GET", f"/v1/payment_intents/{_ID}", "PaymentIntentRetrieveParams",
     _found("payment_intent")),
    ("payment_intents.update", "POST", f"/v1/payment_intents/{_ID}", "PaymentIntentUpdateParams",
     lambda it, ids, said: it.books.update_intent(ids[0], said)),
    ("payment_intents.cancel", "POST", f"/v1/payment_intents/{_ID}/cancel", "PaymentIntentCancelParams",
     StripeSimulator.cancel_intent),
    ("payment_intents.confirm", "POST", f"/v1/payment_intents/{_ID}/confirm", "PaymentIntentConfirmParams",
     lambda it, ids, said: it.books.confirm_intent(ids[0], said)),
    ("payment_intents.capture", "POST", f"/v1/payment_intents/{_ID}/capture", "PaymentIntentCaptureParams",
     lambda it, ids, said: it.books.capture_intent(ids[0], said)),
    ("setup_intents.create", "POST", "/v1/setup_intents", "SetupIntentCreateParams", _new_setup),
    ("setup_intents.retrieve", "GET", f"/v1/setup_intents/{_ID}", "SetupIntentRetrieveParams",
     _found("setup_intent")),
    ("setup_intents.cancel", "POST", f"/v1/setup_intents/{_ID}/cancel", "SetupIntentCancelParams", _cancel_setup),
    ("charges.list", "GET", "/v1/charges", "ChargeListParams",
     _listed(_books("charge"), "/v1/charges", "payment_intent", "customer")),
    ("charges.retrieve", "GET", f"/v1/charges/{_ID}", "ChargeRetrieveParams", _found("charge")),
    ("refunds.create", "POST", "/v1/refunds", "RefundCreateParams",
     lambda it, _ids, said: it.books.create_refund(said)),
    ("refunds.list", "GET", "/v1/refunds", "RefundListParams",
     _listed(_books("refund"), "/v1/refunds", "payment_intent", "charge")),
    ("refunds.retrieve", "GET", f"/v1/refunds/{_ID}", "RefundRetrieveParams", _found("refund")),
    ("sessions.create", "POST", "/v1/checkout/sessions", "SessionCreateParams",
     lambda it, _ids, said: it.checkout.create(said)),
    ("sessions.list", "GET", "/v1/checkout/sessions", "SessionListParams",
     _listed(_books("checkout.session"), "/v1/checkout/sessions", "customer", "payment_intent", "status")),
    ("sessions.retrieve", "GET", f"/v1/checkout/sessions/{_ID}", "SessionRetrieveParams",
     lambda it, ids, _said: it.checkout.seen(ids[0])),
    ("sessions.expire", "POST", f"/v1/checkout/sessions/{_ID}/expire", "SessionExpireParams",
     lambda it, ids, _said: it.checkout.expire(ids[0])),
    ("disputes.list", "GET", "/v1/disputes", "DisputeListParams",
     _listed(_books("dispute"), "/v1/disputes", "charge", "payment_intent")),
    ("disputes.retrieve", "GET", f"/v1/disputes/{_ID}", "DisputeRetrieveParams", _found("dispute")),
    ("payouts.list", "GET", "/v1/payouts", "PayoutListParams", _listed(_books("payout"), "/v1/payouts", "status")),
    ("payouts.retrieve", "GET", f"/v1/payouts/{_ID}", "PayoutRetrieveParams", _found("payout")),
    ("balance_transactions.list", "GET", "/v1/balance_transactions", "BalanceTransactionListParams",
     _balance),
    ("payment_methods.attach", "POST", f"/v1/payment_methods/{_ID}/attach", "PaymentMethodAttachParams",
     lambda it, ids, said: it.books.attach(ids[0], said["customer"])),
    ("payment_methods.detach", "POST", f"/v1/payment_methods/{_ID}/detach", "PaymentMethodDetachParams",
     lambda it, ids, _said: it.books.attach(ids[0], None)),
    ("customers.create", "POST", "/v1/customers", "CustomerCreateParams", _new_customer),
    ("customers.retrieve", "GET", f"/v1/customers/{_ID}", "CustomerRetrieveParams", _found("customer")),
    ("payment_methods.retrieve", "GET", f"/v1/payment_methods/{_ID}", "PaymentMethodRetrieveParams",
     _found("payment_method")),
    ("payment_methods.detach", "POST", f"/v1/payment_methods/{_ID}/detach", "PaymentMethodDetachParams",
     lambda it, ids, _said: it.books.detach_card(ids[0])),
    ("events.list", "GET", "/v1/events", "EventListParams", _listed(_books("event"), "/v1/events", "type")),
    ("events.retrieve", "GET", f"/v1/events/{_ID}", "EventRetrieveParams", _found("event")),
    ("locations.create", "POST", "/v1/terminal/locations", "LocationCreateParams",
     lambda it, _ids, said: it.readers.create_location(said)),
    ("locations.list", "GET", "/v1/terminal/locations", "LocationListParams",
     _listed(lambda it: it.readers.locations, "/v1/terminal/locations")),
    ("locations.retrieve", "GET", f"/v1/terminal/locations/{_ID}", "LocationRetrieveParams", _location),
    ("readers.create", "POST", "/v1/terminal/readers", "ReaderCreateParams",
     lambda it, _ids, said: it.readers.register(said)),
    ("readers.list", "GET", "/v1/terminal/readers", "ReaderListParams",
     _listed(lambda it: {name: it.readers.seen(name) for name in it.readers.readers}, "/v1/terminal/readers",
             "location", "device_type", "serial_number", "status")),
    ("readers.retrieve", "GET", _READER, "ReaderRetrieveParams", lambda it, ids, _said: it.readers.seen(ids[0])),
    ("readers.delete", "DELETE", _READER, "ReaderDeleteParams", StripeSimulator.delete_reader),
    ("readers.process_payment_intent", "POST", f"{_READER}/process_payment_intent",
     "ReaderProcessPaymentIntentParams", StripeSimulator.process),
    ("readers.process_setup_intent", "POST", f"{_READER}/process_setup_intent", "ReaderProcessSetupIntentParams",
     lambda it, ids, said: it.readers.process_setup(ids[0], said)),
    ("readers.set_reader_display", "POST", f"{_READER}/set_reader_display", "ReaderSetReaderDisplayParams",
     lambda it, ids, said: it.readers.show_cart(ids[0], said)),
    ("readers.cancel_action", "POST", f"{_READER}/cancel_action", "ReaderCancelActionParams",
     lambda it, ids, _said: it.readers.cancel_action(ids[0])),
    ("readers.present_payment_method", "POST", f"{_TEST_READER}/present_payment_method",
     "ReaderPresentPaymentMethodParams", lambda it, ids, said: it.readers.present(ids[0], said)),
)  # fmt: skip
"""Every route there is."""
