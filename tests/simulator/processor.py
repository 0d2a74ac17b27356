"""The card processor that patients pay with from home: the simulated one, in this thread, on the world's clock.

What it captured is the world's truth. The hub asks it through the processor's own library; only the wire is ours.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from server.online.line import Line
from server.online.settings import Account

if TYPE_CHECKING:
    from devices.simulators.stripe_http import Response
    from tests.simulator.world import World

KEY, BASE = "rk_test_simulated", "http://processor.test"
ACCOUNT = Account(KEY, "whsec_simulated", BASE)
VISA, DECLINED = "4242424242424242", "4000000000009995"


class Processor:
    """One account for all practices. `events` are what it wants to tell, oldest first, as ids."""

    def __init__(self, world: World) -> None:
        from devices.simulators.faults import FaultPlan
        from devices.simulators.stripe_faults import FAULTS
        from devices.simulators.stripe_readers import Manner
        from devices.simulators.stripe_simulator import StripeSimulator

        self.events: list[str] = []
        listener: Any = SimpleNamespace(tell=lambda event: self.events.append(event["id"]), delivered=0)
        self.plan = FaultPlan(FAULTS)
        self.sim = StripeSimulator(self.plan, Manner(), lambda _words: None, KEY, listener)
        self.sim.line = SimpleNamespace(base=BASE)  # type: ignore[assignment]
        self.sim.books.now = lambda: int(world.now.timestamp())  # type: ignore[method-assign]

    def event(self, event_id: str) -> dict[str, Any]:
        """One of them."""
        found: dict[str, Any] = self.sim.books.things["event"][event_id]
        return found

    def intents(self) -> list[dict[str, Any]]:
        """Everything that took money."""
        return [each for each in self.sim.books.things["payment_intent"].values() if each["status"] == "succeeded"]

    def captured(self) -> dict[str, int]:
        """Cents by practice."""
        found: dict[str, int] = {}
        for each in self.intents():
            tenant = each["metadata"]["practice"]
            found[tenant] = found.get(tenant, 0) + each["amount_received"]
        return found

    def pay(self, url: str, number: str = VISA) -> tuple[int, str]:
        """A patient fills in the processor's page. Returns (status, where it leads)."""
        body = urlencode({"number": number, "expiry": "12 / 34", "cvc": "123"})
        answer = self.ask("POST", urlsplit(url).path, {}, body)
        return answer.status, answer.headers.get("location", "")

    def ask(self, method: str, path: str, headers: dict[str, str], said: str) -> Response:
        """One request. Raises NoAnswer where the connection breaks."""
        from devices.simulators.stripe_http import Request, nested

        request = Request(method, unquote(path), nested(parse_qsl(said, keep_blank_values=True)), headers, said)
        work = self.sim.answer(request)
        try:
            work.send(None)
        except StopIteration as done:
            answer: Response = done.value
            return answer
        raise AssertionError("it waited")


class ThreadLine(Line):
    """The hub's line: what an answer means is the real one's business."""

    def __init__(self, processor: Processor) -> None:
        super().__init__(ACCOUNT)
        self._processor = processor

    def _client(self) -> Any:
        known = getattr(self._local, "client", None)
        if known is None:
            import stripe

            stripe.enable_telemetry = False
            known = self._local.client = stripe.StripeClient(
                KEY, max_network_retries=1, base_addresses={"api": BASE}, http_client=_wire(self._processor)
            )
        return known


def _wire(processor: Processor) -> Any:
    """The library's wire, to here."""
    import stripe

    from devices.simulators.stripe_http import NoAnswer

    class Wire(stripe.HTTPClient):
        name = "thread"

        def request(  # type: ignore[override]
            self, method: str, url: str, headers: Any, post_data: Any = None
        ) -> tuple[str, int, Any]:
            parts = urlsplit(url)
            lower = {str(name).lower(): str(value) for name, value in headers.items()}
            said = str(post_data or "") if method == "post" else parts.query
            try:
                answer = processor.ask(method.upper(), parts.path, lower, said)
            except NoAnswer:
                raise stripe.APIConnectionError("gone", should_retry=True) from None  # type: ignore[no-untyped-call]
            return answer.text or json.dumps(answer.body), answer.status, answer.headers

        def close(self) -> None:
            """Nothing is kept open."""

        def _sleep_time_seconds(self, _retries: int, *_more: Any) -> float:
            return 0.0

    return Wire()


__all__ = ["ACCOUNT", "DECLINED", "VISA", "Processor", "ThreadLine"]
