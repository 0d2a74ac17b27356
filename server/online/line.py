"""The hub's line to the processor: its own library, loaded when it is needed, with explicit deadlines.

A key goes to the processor's own address or to this computer, never elsewhere. What fails says one of three things: it
certainly was not done, it was refused with a word, or nobody knows.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from server.online.settings import Account

CONNECT_S, ANSWER_S = 5.0, 20.0
"""So long a connection, and an answer, may take."""
RETRIES = 2
"""So often a request that may be repeated is: with the same idempotency key, or one that only reads."""
TOLERANCE_S = 300
"""So old a signed event may be."""


class Fault(Enum):
    """NOT_DONE: certainly nothing happened. REFUSED: answered, with a word. UNKNOWN: it may have happened."""

    NOT_DONE = "not_done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class CallFailed(Exception):
    """A request that did not succeed. `code` is the processor's word, cleaned; nothing of what was sent is here."""

    def __init__(self, fault: Fault, code: str = "", intent: str = "") -> None:
        super().__init__(f"{fault.value} {code}".strip())
        self.fault, self.code, self.intent = fault, code, intent


@dataclass(frozen=True, slots=True)
class Told:
    """A verified event: its id and kind, what it is about, when it happened (seconds since 1970)."""

    event_id: str
    kind: str
    subject: str
    at: int


class Line:
    """One account's line. Thread-safe."""

    def __init__(self, account: Account, *, connect_s: float = CONNECT_S, answer_s: float = ANSWER_S) -> None:
        self._account, self._timeout = account, (connect_s, answer_s)
        self._local = threading.local()

    def call(self, work: Callable[[Any], Any], key: str = "") -> dict[str, Any]:
        """`work` gets the processor's services and, as `options`, what carries the idempotency key. Raises
        CallFailed."""
        import stripe

        try:
            found = work(Services(self._client(), {"idempotency_key": key} if key else {}))
        except stripe.StripeError as error:
            raise _failed(error) from None  # the cause would carry what was sent
        made: dict[str, Any] = found.to_dict()
        return made

    def pages(self, work: Callable[[Any, dict[str, Any]], Any], asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Everything a list has, page after page. Raises CallFailed."""
        after: dict[str, Any] = {}
        while True:
            wanted = {**asked, "limit": 100, **after}
            page = self.call(lambda it, wanted=wanted: work(it, wanted))  # type: ignore[misc]
            yield from page["data"]
            if not page["has_more"] or not page["data"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}

    def _client(self) -> Any:
        known = getattr(self._local, "client", None)
        if known is None:
            import stripe

            logging.getLogger("stripe").setLevel(logging.ERROR)  # it would name what is sent
            stripe.enable_telemetry = False
            known = self._local.client = stripe.StripeClient(
                self._account.key, max_network_retries=RETRIES, base_addresses={"api": self._account.base},
                http_client=stripe.RequestsClient(timeout=self._timeout),
            )  # fmt: skip
        return known


class Services:
    """The processor's services (`v1`) and the options a request that changes something must carry."""

    def __init__(self, client: Any, options: dict[str, Any]) -> None:
        self.v1, self.options = client.v1, options


def _failed(error: Any) -> CallFailed:
    import stripe

    body = (error.json_body or {}).get("error") if isinstance(error.json_body, dict) else None
    body = body if isinstance(body, dict) else {}
    code = clean(str(body.get("decline_code") or body.get("code") or ""))
    intent = body.get("payment_intent")
    named = str(intent.get("id", "")) if isinstance(intent, dict) else ""
    status = error.http_status or 0
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return CallFailed(Fault.NOT_DONE, "key_refused")
    if status in (400, 402, 404) and body:
        return CallFailed(Fault.REFUSED, code or "refused", named)
    return CallFailed(Fault.UNKNOWN, "rate_limit" if status == 429 else "")


def clean(word: str) -> str:
    """A word of the processor's as it may be kept and shown: letters and underscores, forty at most."""
    return "".join(sign for sign in word.lower() if sign.isascii() and (sign.isalpha() or sign == "_"))[:40]


def verified(payload: bytes, signature: str, secret: str) -> Told | None:
    """What an event says, where it is signed with `secret` and not too old; None for everything else. The comparison
    takes the same time whatever is wrong."""
    import orjson
    import stripe

    try:
        stripe.WebhookSignature.verify_header(payload.decode("utf-8"), signature, secret, TOLERANCE_S)
        event = orjson.loads(payload)
        told = Told(str(event["id"]), str(event["type"]), str(event["data"]["object"]["id"]), int(event["created"]))
    except (stripe.SignatureVerificationError, UnicodeDecodeError, orjson.JSONDecodeError, KeyError, TypeError,
            ValueError):  # fmt: skip
        return None
    return told if told.event_id and told.subject and told.at >= 0 else None
