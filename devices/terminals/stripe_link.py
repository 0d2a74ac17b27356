"""The line to Stripe: its own library, loaded when a payment needs it, with explicit deadlines, and its errors in ours.

The key is a restricted one (`rk_…`), asked for at each start of the line and kept nowhere else. It goes to Stripe's own
address or to this computer, never elsewhere, and never over an open line.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from devices.base import Secret
from devices.scrubber import PanGuard
from devices.wires.address import plain_address
from models.basics.errors import (
    DeviceBusy,
    DeviceError,
    DeviceMissing,
    DeviceTimeout,
    PosError,
    RuleBroken,
    StorageError,
)

if TYPE_CHECKING:
    import stripe

STRIPE = "https://api.stripe.com"
KEY = re.compile(r"(?:rk|sk)_(?:test|live)_[A-Za-z0-9]{1,200}")
READER = re.compile(r"tmr_[A-Za-z0-9]{1,100}")
_NAME = re.compile(r"[a-z]{2,8}_[A-Za-z0-9_]{1,200}")
_HERE = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class StripeTimers:
    """Patience in seconds. `give_up_s`: for getting a PaymentIntent, no reader being involved; `lost_s`: for a line
    that broke in the middle; `card_s`: until an action that never ends is ended; `authorising_s`: for a bank after
    that."""

    connect_s: float = 5.0
    call_s: float = 10.0
    process_s: float = 30.0
    poll_s: float = 1.0
    poll_slow_after_s: float = 60.0
    poll_slow_s: float = 2.0
    retry_s: float = 1.0
    give_up_s: float = 60.0
    lost_s: float = 60.0
    card_s: float = 180.0
    busy_look_s: float = 5.0
    authorising_s: float = 60.0
    heard_lately_s: float = 30.0
    ask_again_s: float = 2.0
    present_after_s: float = 1.5


@dataclass(frozen=True, slots=True)
class StripeAddress:
    """`https://api.stripe.com/tmr_…`, or the same on this computer. Without a reader it names the account alone."""

    base: str
    reader: str

    @classmethod
    def parse(cls, url: str) -> StripeAddress:
        """Raises RuleBroken `device.address_wrong` with the part that is wrong."""
        parts = urlsplit(url)
        base, reader = f"{parts.scheme}://{parts.netloc}", parts.path.strip("/")
        here = parts.hostname in _HERE
        wrong = ""
        if base != STRIPE and not (here and parts.scheme in ("http", "https")):
            wrong = "host"
        elif parts.username is not None or parts.query or parts.fragment:
            wrong = "options"
        elif reader and not READER.fullmatch(reader):
            wrong = "reader"
        if wrong:
            raise RuleBroken("device.address_wrong", address=plain_address(url), part=wrong)
        return cls(base, reader)


class Fault(Enum):
    """What an error means for what was asked: certainly not done, refused with a code, or not known."""

    LINE = "line"
    NOT_DONE = "not_done"
    REFUSED = "refused"


class CallFailed(Exception):
    """A call that did not succeed. `error` is what it is to a person, `body` the error object as Stripe sent it."""

    def __init__(self, fault: Fault, error: PosError, code: str = "", body: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.fault, self.error, self.code, self.body = fault, error, code, body or {}


class StripeLink:
    """One desk's line. `call` runs one request and answers plain data; every failure is a CallFailed."""

    def __init__(self, address: StripeAddress, secret: Secret, timers: StripeTimers, guard: PanGuard) -> None:
        self.address, self.timers = address, timers
        self._secret, self._guard = secret, guard
        self._clients: dict[tuple[float, int], stripe.StripeClient] = {}
        self._key = ""

    def call(self, work: Callable[[Any], Any], *, timeout_s: float | None = None, retries: int = 0) -> dict[str, Any]:
        """`work` gets Stripe's v1 services. `retries` repeat with the same idempotency key, so they are only for calls
        whose repetition Stripe answers from memory. Raises CallFailed."""
        client = self._client(timeout_s or self.timers.call_s, retries)
        import stripe

        try:
            found = work(client.v1)
        except stripe.StripeError as error:
            raise self._failed(error) from None  # the cause would carry what was sent
        return dict(found.to_dict())

    def close(self) -> None:
        """Forget the key and the connections."""
        self._clients.clear()
        self._key = ""

    def _client(self, timeout_s: float, retries: int) -> Any:
        if not self._key:
            try:
                key = self._secret()
            except StorageError as error:
                missing = DeviceMissing("stripe.key_locked", device="reader", cause=error.message_key)
                raise CallFailed(Fault.NOT_DONE, missing) from None
            if not key:
                raise CallFailed(Fault.NOT_DONE, DeviceMissing("stripe.no_key", device="reader"))
            if not KEY.fullmatch(key):
                raise CallFailed(Fault.NOT_DONE, DeviceMissing("stripe.key_refused", device="reader"))
            self._key = key
        known = self._clients.get((timeout_s, retries))
        if known is None:
            known = self._clients[timeout_s, retries] = _new_client(
                self.address.base, self._key, (self.timers.connect_s, timeout_s), retries
            )
        return known

    def _failed(self, error: stripe.StripeError) -> CallFailed:
        """What went wrong, without a word of what was sent."""
        import stripe

        status = error.http_status or 0
        body = dict((error.json_body or {}).get("error") or {}) if isinstance(error.json_body, dict) else {}
        code = str(body.get("code") or "")
        if isinstance(error, stripe.AuthenticationError):
            self.close()  # it may be typed anew
            return CallFailed(Fault.NOT_DONE, DeviceMissing("stripe.key_refused", device="reader"))
        if isinstance(error, stripe.PermissionError):
            return CallFailed(Fault.NOT_DONE, DeviceMissing("stripe.key_limited", device="reader"))
        if status == 429:
            return CallFailed(Fault.LINE, DeviceBusy("stripe.too_many", device="reader"))
        if status in (400, 402, 404) and body:
            clean = self._guard.clean(code)[:60]
            return CallFailed(Fault.REFUSED, DeviceError("stripe.refused", device="reader", code=clean), code, body)
        if isinstance(error, stripe.APIConnectionError) and status == 0:
            return CallFailed(Fault.LINE, DeviceMissing("stripe.unreachable", device="reader"))
        return CallFailed(Fault.LINE, DeviceTimeout("stripe.trouble", device="reader", status=status))


def _new_client(base: str, key: str, timeout: tuple[float, float], retries: int) -> stripe.StripeClient:
    import stripe

    logging.getLogger("stripe").setLevel(logging.ERROR)  # it would name what is sent
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        key, max_network_retries=retries, http_client=stripe.RequestsClient(timeout=timeout),
        base_addresses={"api": base},
    )  # fmt: skip


def named(value: object) -> str:
    """An opaque name of Stripe's, such as `pi_…`; empty for whatever is none."""
    text = value if isinstance(value, str) else ""
    return text if _NAME.fullmatch(text) else ""
