"""Stripe Terminal, server-driven: this computer asks Stripe, Stripe asks the reader, the reader asks the patient.

The PaymentIntent is the truth, the reader's action only says when to look. Whatever cannot be asked for now is UNKNOWN,
and asked for later; a payment that is over without a charge has its intent canceled, so that no late card can pay it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal

from devices.base import (
    UNTRACED,
    Capability,
    CartLine,
    Moved,
    Outcome,
    PaymentRequest,
    PaymentResult,
    RefundRequest,
    ReturnedRefund,
    ReversalRequest,
    Secret,
    Step,
    StoreCardRequest,
    StoredCard,
    TerminalInfo,
    Traced,
    Watch,
)
from devices.scrubber import PanGuard
from devices.terminals.stripe_answers import ATTEMPT, UNDECIDED, WAITING, Reading, metadata_of
from devices.terminals.stripe_link import CallFailed, Fault, StripeAddress, StripeLink, StripeTimers, named
from devices.terminals.stripe_run import Run
from devices.ticks import REAL, Ticks
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing

Shape = dict[str, Any]

REPLAYED_FOR = timedelta(hours=24)
"""So long Stripe answers a key that was used before as it did then."""

SEEN_FROM = timedelta(days=1)
"""Clocks differ: from so long before a try its intent is looked for."""

MOST_PAGES = 20


class StripeTerminal:
    """See PaymentTerminal, KeepsCards, ShowsCart, ShowsMessage, TellsReturned. `blocked_count` says how often card data
    was kept out since start."""

    capabilities = (
        Capability.PAYMENT | Capability.VOID | Capability.REFUND | Capability.ABORT | Capability.TXN_STATUS
        | Capability.TOKENIZE | Capability.CART_DISPLAY | Capability.TELLS_RETURNED | Capability.MESSAGE
    )  # fmt: skip

    def __init__(
        self, address: StripeAddress, secret: Secret, timers: StripeTimers | None = None, *, ticks: Ticks = REAL
    ) -> None:
        self._timers, self._ticks = timers or StripeTimers(), ticks
        self._guard = PanGuard("reader")
        self._link = StripeLink(address, secret, self._timers, self._guard)
        self._reader = address.reader
        self._heard_at: float | None = None
        self._left_over: list[tuple[Shape, str]] = []

    @property
    def blocked_count(self) -> int:
        """How many strings with card data Stripe sent."""
        return self._guard.blocked_count

    def diagnosis(self) -> TerminalInfo:
        """Ask Stripe for the reader. Raises DeviceError: `stripe.unreachable`, `stripe.no_key`, `stripe.reader_gone`,
        `stripe.reader_offline`…"""
        reader = self._retrieve_reader()
        self._heard_at = self._ticks.now()
        self._cancel_left_over()
        if reader.get("status") == "offline":
            raise DeviceMissing("stripe.reader_offline", device="reader")
        return TerminalInfo(
            serial=self._word(reader, "serial_number"), model=model_name(self._word(reader, "device_type")),
            app=self._word(reader, "device_sw_version"), protocol="Stripe",
        )  # fmt: skip

    def payment(self, request: PaymentRequest, watch: Watch) -> PaymentResult:
        """Charge a card shown at the reader. A try that goes on from a declined one uses its intent. Raises DeviceError
        when Stripe could not be reached and no reader was asked."""
        watch.step(Step.ARMING)
        reading = self._reading(request)
        self._sign_of_life()
        intent = self._intent(request, reading, watch)
        if isinstance(intent, PaymentResult):
            return intent
        request.noted(named(intent.get("id")))  # from here on recovery finds it
        run = Run(self._link, self._reader, reading, self._timers, self._ticks)
        result = run.pay(intent, request.attempt_id, watch)
        if result.outcome is not Outcome.UNKNOWN:
            self._heard_at = self._ticks.now()
        return result

    def reversal(self, request: ReversalRequest, watch: Watch) -> PaymentResult:
        """Give a payment of today back whole: at Stripe a refund, which it turns into a void where the bank has not
        booked yet. Raises DeviceError when nothing was sent."""
        return self._give_back(request, request.host_ref, watch)

    def refund(self, request: RefundRequest, watch: Watch) -> PaymentResult:
        """Give money back to the card of a payment, linked by its PaymentIntent; no card is asked for. Raises
        DeviceError when nothing was sent."""
        return self._give_back(request, request.host_ref, watch)

    def transaction_status(self, terminal_ref: str, amount_cents: int, traced: Traced = UNTRACED) -> PaymentResult:
        """How a try ended, by the intent that was noted, or by our name in its metadata. Moves no money, raises
        nothing. A payment that still waits is ended first, so that "nothing was charged" stays true."""
        reading = Reading(self._guard, terminal_ref, amount_cents)
        try:
            if traced.moved is Moved.TAKEN:
                return self._status_of_payment(reading, traced, terminal_ref, amount_cents)
            return self._status_of_refund(reading, traced)
        except CallFailed as failed:
            return reading.result(Outcome.UNKNOWN, failed.error.message_key, {"id": traced.host_ref})

    def store_card(self, request: StoreCardRequest, watch: Watch) -> StoredCard:
        """Read a card and keep it with Stripe for a customer of its own; the token is `cus_…/pm_…`. Raises DeviceError
        when nothing was sent, ValueError without a consent."""
        if not request.consent_id:
            raise ValueError("a card is kept only with a consent")
        from devices.terminals.stripe_saving import save_card

        watch.step(Step.ARMING)
        self._sign_of_life()
        return save_card(self._link, self._reader, request, watch, self._guard, self._timers, self._ticks)

    def charge_kept(self, request: PaymentRequest, token: str, watch: Watch) -> PaymentResult:
        """Charge a kept card (`cus_…/pm_…`) without its holder. Raises DeviceError when Stripe could not be reached and
        nothing was asked."""
        from devices.terminals.stripe_saving import charge_kept_card

        watch.step(Step.AUTHORISING)
        run = Run(self._link, "", self._reading(request), self._timers, self._ticks)
        try:
            result = charge_kept_card(self._link, run, request, token, self._reading(request), self._guard)
        except CallFailed as failed:
            raise self._not_sent(failed) from None
        if result.outcome is not Outcome.UNKNOWN:
            self._heard_at = self._ticks.now()
        return result

    def forget_card(self, token: str) -> None:
        """Take a kept card off its customer; one that is gone already is gone. Raises DeviceError."""
        from devices.terminals.stripe_saving import detach_card

        try:
            detach_card(self._link, token)
        except CallFailed as failed:
            raise self._not_sent(failed) from None

    def show_cart(self, lines: Sequence[CartLine], total_cents: int) -> None:
        """Show amounts on the reader. Never while it does anything else: it would silently replace a payment. Raises
        DeviceError; nothing is shown then."""
        self._idle_but_for_display()
        items: Any = [{"description": line.words, "amount": line.cents, "quantity": 1} for line in lines]
        cart: Any = {"currency": "usd", "total": total_cents, "line_items": items}
        self._plain(lambda v1: v1.terminal.readers.set_reader_display(self._reader, {"type": "cart", "cart": cart}))

    def show_message(self, title: str, words: str) -> None:
        """Show words, as a cart in which nothing is to be paid: a reader at Stripe shows nothing else. Raises as
        `show_cart`."""
        self.show_cart([CartLine(title, 0), CartLine(words, 0)], 0)

    def clear_display(self) -> None:
        """Take the cart away; a payment is left alone. Raises DeviceError."""
        if self._idle_but_for_display():
            self._plain(lambda v1: v1.terminal.readers.cancel_action(self._reader))

    def returned_refunds(self, since: datetime) -> tuple[ReturnedRefund, ...]:
        """Refunds made since then that failed (`refund.failed` may come days after `succeeded`), oldest first. A refund
        that was canceled has gone back to the account as well. Raises DeviceError."""
        asked = int(since.timestamp())
        try:
            made = [each for each in self._pages(_list_refunds, asked) if each.get("status") in _SENT_BACK]
        except CallFailed as failed:
            raise self._not_sent(failed) from None
        return tuple(self._returned(each) for each in reversed(made))

    def _returned(self, refund: Shape) -> ReturnedRefund:
        attempt_id = str((refund.get("metadata") or {}).get(ATTEMPT) or "")
        words = self._guard.clean(str(refund.get("failure_reason") or "").replace("_", " ").capitalize())[:60]
        return ReturnedRefund(attempt_id, int(refund.get("amount") or 0), words, named(refund.get("id")))

    def close(self) -> None:
        """Forget key and connections."""
        self._link.close()

    # The intent -------------------------------------------------------------------------------------------------------

    def _intent(self, request: PaymentRequest, reading: Reading, watch: Watch) -> Shape | PaymentResult:
        """The group's intent, ready for a card, or how this try ended without one."""
        if request.continues:
            known = self._go_on(request, reading)
            if known is not None:
                return known
        params: Shape = {
            "amount": request.amount_cents, "currency": "usd", "allowed_payment_method_types": ["card_present"],
            "capture_method": "automatic", "description": "Visit balance",
            "metadata": metadata_of(request.attempt_id, request.terminal_ref), **self._keeping(request),
        }  # fmt: skip
        until = self._ticks.now() + self._timers.give_up_s
        key, tried = _intent_key(request.attempt_id), False
        while True:
            if watch.cancelled:
                self._left_over += [(params, key)] if tried else []
                return reading.result(Outcome.CANCELLED, "terminal.cancelled_here")
            tried = True
            try:
                return self._create(params, key)
            except CallFailed as failed:
                if failed.fault is not Fault.LINE:
                    raise self._not_sent(failed) from None
                if self._ticks.now() > until:
                    self._left_over.append((params, key))
                    raise self._not_sent(failed) from None
            self._ticks.sleep(self._timers.retry_s)

    def _go_on(self, request: PaymentRequest, reading: Reading) -> Shape | PaymentResult | None:
        """The intent of the try before: used again for the same amount, canceled for another. None: make a new one.
        An intent that turns out to be charged is this try's payment, or nobody can say whose."""
        before = request.continues
        told: Any = {"metadata": metadata_of(request.attempt_id, request.terminal_ref), "expand": ["latest_charge"],
                     **self._keeping(request)}  # fmt: skip
        try:
            intent = self._link.call(lambda v1: v1.payment_intents.update(
                before, told, {"idempotency_key": f"go-{request.attempt_id}"}), retries=2)  # fmt: skip
            unwanted = bool(intent.get("setup_future_usage")) and not request.consent_id
            if intent.get("status") == WAITING and intent.get("amount") == request.amount_cents and not unwanted:
                return intent
            if intent.get("status") in (WAITING, *UNDECIDED):
                intent = self._link.call(lambda v1: v1.payment_intents.cancel(before))
        except CallFailed as failed:
            if failed.fault is not Fault.REFUSED:
                raise self._not_sent(failed) from None
            if failed.code == "resource_missing":
                return None
            intent = self._plain(lambda v1: v1.payment_intents.retrieve(before, {"expand": ["latest_charge"]}))
        ended = reading.final(intent)
        if ended is None:
            return reading.result(Outcome.UNKNOWN, "stripe.undecided", intent)
        return None if ended.outcome is Outcome.CANCELLED else ended

    def _keeping(self, request: PaymentRequest) -> Shape:
        """What makes Stripe keep the card of a payment, for a customer of its own. Raises DeviceError."""
        if not request.consent_id:
            return {}
        from devices.terminals.stripe_saving import keep_with_payment

        try:
            return keep_with_payment(self._link, request)
        except CallFailed as failed:
            raise self._not_sent(failed) from None

    def _create(self, params: Shape, key: str) -> Shape:
        return self._link.call(
            lambda v1: v1.payment_intents.create(params, {"idempotency_key": key}), retries=2
        )  # fmt: skip

    def _cancel_left_over(self) -> None:
        """Intents that may have been made without our hearing of it: asked for by their key, then given up."""
        while self._left_over:
            params, key = self._left_over[0]
            try:
                made = named(self._create(params, key).get("id"))
                self._link.call(partial(_cancel, made))
            except CallFailed as failed:
                if failed.fault is Fault.LINE:
                    return
            self._left_over.pop(0)

    # Giving back ------------------------------------------------------------------------------------------------------

    def _give_back(self, request: ReversalRequest | RefundRequest, host_ref: str, watch: Watch) -> PaymentResult:
        reading = self._reading(request)
        if not named(host_ref).startswith("pi_"):
            return reading.result(Outcome.NOT_PERFORMED, "stripe.not_its_payment")
        watch.step(Step.AUTHORISING)
        params: Any = {
            "payment_intent": host_ref, "amount": request.amount_cents, "reason": "requested_by_customer",
            "metadata": metadata_of(request.attempt_id, request.terminal_ref),
        }  # fmt: skip
        options: Any = {"idempotency_key": f"ref-{request.attempt_id}"}
        self._sign_of_life()
        try:
            return reading.refunded(self._link.call(lambda v1: v1.refunds.create(params, options), retries=2))
        except CallFailed as failed:
            if failed.fault is Fault.NOT_DONE:
                raise self._not_sent(failed) from None
            if failed.fault is Fault.REFUSED:
                reason = _REFUND_REFUSED.get(failed.code, "stripe.refund_refused")
                return reading.result(Outcome.DECLINED, reason, host_code=self._guard.clean(failed.code)[:60])
            watch.step(Step.CHECKING)
            traced = Traced(request.attempt_id, Moved.GIVEN_BACK, host_ref)
            found = self.transaction_status(request.terminal_ref, request.amount_cents, traced)
            return found if found.outcome is Outcome.APPROVED else reading.result(
                Outcome.UNKNOWN, "stripe.line_lost", {"id": host_ref}
            )  # fmt: skip

    # Finding out ------------------------------------------------------------------------------------------------------

    def _status_of_payment(self, reading: Reading, traced: Traced, reference: str, cents: int) -> PaymentResult:
        run = Run(self._link, self._reader, reading, self._timers, self._ticks)
        name = named(traced.host_ref)
        if not name:
            found = self._unnoted(traced, reference, cents)
            name = named(found.get("id")) if found else ""
        if not name:
            return reading.result(Outcome.NOT_PERFORMED, "stripe.never_asked")
        return run.settle(name)

    def _unnoted(self, traced: Traced, reference: str, cents: int) -> Shape | None:
        """An intent whose name was never written down: by its key while Stripe keeps that, else in the list."""
        metadata = metadata_of(traced.attempt_id, reference)
        tried_at = traced.tried_at or datetime.now(UTC)
        since = int((tried_at - SEEN_FROM).timestamp())
        for intent in self._pages(_list_intents, since):
            if (intent.get("metadata") or {}) == metadata:
                return intent
        if datetime.now(UTC) - tried_at > REPLAYED_FOR:
            return None
        params = {
            "amount": cents, "currency": "usd", "allowed_payment_method_types": ["card_present"],
            "capture_method": "automatic", "description": "Visit balance", "metadata": metadata,
        }  # fmt: skip
        return self._create(params, _intent_key(traced.attempt_id))

    def _pages(self, listing: Callable[[Shape, Any], Any], since: int) -> Iterator[Shape]:
        """What was made since then, newest first. A list, because search lags. Raises CallFailed."""
        after = ""
        for _ in range(MOST_PAGES):
            asked: Any = {"created": {"gte": since}, "limit": 100, **({"starting_after": after} if after else {})}
            page = self._link.call(partial(listing, asked))
            yield from page["data"]
            if not page.get("has_more") or not page["data"]:
                return
            after = named(page["data"][-1].get("id"))

    def _status_of_refund(self, reading: Reading, traced: Traced) -> PaymentResult:
        """Not found twice, with a pause between: it never happened."""
        if not named(traced.host_ref).startswith("pi_"):
            return reading.result(Outcome.NOT_PERFORMED, "stripe.not_its_payment")
        for ask_again in (True, False):
            asked: Any = {"payment_intent": traced.host_ref, "limit": 100}
            page = self._link.call(partial(_list_refunds, asked), retries=1)
            for refund in page["data"]:
                if (refund.get("metadata") or {}) == metadata_of(traced.attempt_id, reading.reference):
                    return reading.refunded(refund)
            if ask_again:
                self._ticks.sleep(self._timers.ask_again_s)
        return reading.result(Outcome.NOT_PERFORMED, "stripe.never_asked")

    # Small things -----------------------------------------------------------------------------------------------------

    def _reading(self, request: PaymentRequest | ReversalRequest | RefundRequest) -> Reading:
        if request.amount_cents <= 0:
            raise ValueError("a payment is of one cent or more")
        return Reading(self._guard, request.terminal_ref, request.amount_cents)

    def _word(self, reader: Shape, name: str) -> str:
        return self._guard.clean(str(reader.get(name) or ""))[:40]

    def _retrieve_reader(self) -> Shape:
        return self._plain(lambda v1: v1.terminal.readers.retrieve(self._reader))

    def _plain(self, work: Callable[[Any], Any]) -> Shape:
        """A call that moves no money. Raises DeviceError."""
        if not self._reader:
            raise DeviceMissing("stripe.no_reader", device="reader")
        try:
            return self._link.call(work)
        except CallFailed as failed:
            raise self._not_sent(failed) from None

    def _sign_of_life(self) -> None:
        """Stripe is asked for the reader before money is to move, unless it answered a moment ago: a dead line is then
        an error with nothing sent. Raises DeviceError."""
        lately = self._timers.heard_lately_s
        if self._heard_at is None or self._ticks.now() - self._heard_at > lately:
            self._retrieve_reader()
            self._heard_at = self._ticks.now()
            self._cancel_left_over()

    def _idle_but_for_display(self) -> Literal["", "display"]:
        """Is the reader idle, or only showing a cart? Raises DeviceBusy otherwise."""
        action = self._retrieve_reader().get("action") or {}
        if action.get("status") != "in_progress":
            return ""
        if action.get("type") != "set_reader_display":
            raise DeviceBusy("terminal.busy", device="reader")
        return "display"

    def _not_sent(self, failed: CallFailed) -> DeviceError:
        """The same as an error that says: nothing was sent to a reader."""
        self._heard_at = None
        if failed.code == "resource_missing":
            return DeviceMissing("stripe.reader_gone", device="reader")
        error = failed.error
        return error if isinstance(error, DeviceError) else DeviceMissing("stripe.unreachable", device="reader")


_SENT_BACK = frozenset({"failed", "canceled"})
_REFUND_REFUSED = {
    "charge_already_refunded": "stripe.refunded_before",
    "charge_disputed": "stripe.disputed",
    "resource_missing": "stripe.not_its_payment",
}
_MODELS = {
    "bbpos_wisepos_e": "WisePOS E",
    "stripe_s700": "Stripe S700",
    "stripe_s710": "Stripe S710",
    "stripe_t600": "Stripe T600",
    "verifone_m425": "Verifone M425",
    "verifone_p400": "Verifone P400",
    "verifone_p630": "Verifone P630",
    "verifone_ux700": "Verifone UX700",
    "verifone_v660p": "Verifone V660p",
    "wisepos_e": "WisePOS E",
}


def model_name(kind: str) -> str:
    """What a reader is called: `simulated_stripe_s700` is a Stripe S700, simulated."""
    plain = kind.lower().removeprefix("simulated_")
    name = _MODELS.get(plain, plain.replace("_", " ").title()[:40])
    return f"{name} (simulated)" if kind.lower().startswith("simulated_") else name


def _list_intents(asked: Shape, v1: Any) -> Any:
    return v1.payment_intents.list(asked)


def _list_refunds(asked: Shape, v1: Any) -> Any:
    return v1.refunds.list(asked)


def _cancel(name: str, v1: Any) -> Any:
    return v1.payment_intents.cancel(name)


def _intent_key(attempt_id: str) -> str:
    return f"pi-{attempt_id}"
