"""Keeping a card with Stripe, and charging it later: a reusable card for a customer without a name. It comes of a
SetupIntent shown to the reader, or of a payment at the reader that says so."""

from __future__ import annotations

from typing import Any

from devices.base import (
    CardInfo,
    Outcome,
    PaymentRequest,
    PaymentResult,
    Step,
    StoreCardRequest,
    StoredCard,
    Watch,
)
from devices.scrubber import PanGuard
from devices.terminals.stripe_answers import BRANDS, Reading, metadata_of, token_of
from devices.terminals.stripe_link import CallFailed, Fault, StripeLink, StripeTimers, named
from devices.terminals.stripe_run import Run
from devices.ticks import Ticks

Shape = dict[str, Any]
_REFUSED = {"terminal_reader_offline": "stripe.reader_offline", "terminal_reader_busy": "stripe.reader_busy"}
WANTS_HOLDER = "authentication_required"


def save_card(
    link: StripeLink, reader: str, request: StoreCardRequest, watch: Watch, guard: PanGuard, timers: StripeTimers,
    ticks: Ticks,
) -> StoredCard:  # fmt: skip
    """Ask for a card and keep it. No money moves, so that UNKNOWN may be asked for again. A phone leaves no card that
    could be charged later: NOT_PERFORMED `stripe.no_reusable_card`."""
    metadata = {**metadata_of(request.attempt_id, request.terminal_ref), "copaydesk_consent": request.consent_id[:200]}
    key = request.attempt_id
    try:
        holder = link.call(lambda v1: v1.customers.create(
            {"metadata": metadata}, {"idempotency_key": f"cus-{key}"}), retries=2)  # fmt: skip
        told: Any = {"customer": named(holder.get("id")), "allowed_payment_method_types": ["card_present"],
                     "usage": "off_session", "metadata": metadata}  # fmt: skip
        intent = link.call(lambda v1: v1.setup_intents.create(told, {"idempotency_key": f"seti-{key}"}), retries=2)
        name = named(intent.get("id"))
        asked: Any = {"setup_intent": name, "allow_redisplay": "always",
                      "process_config": {"enable_customer_cancellation": True}}  # fmt: skip
        link.call(lambda v1: v1.terminal.readers.process_setup_intent(
            reader, asked, {"idempotency_key": f"save-{key}"}), timeout_s=timers.process_s)  # fmt: skip
        failed = _wait(link, reader, name, watch, timers, ticks)
        ended = link.call(lambda v1: v1.setup_intents.retrieve(name))
        if ended.get("status") != "succeeded":
            return _not_kept(ended, failed, guard)
        return _kept(link, named(ended.get("payment_method")), named(holder.get("id")), guard)
    except CallFailed as error:
        if error.fault is Fault.REFUSED:
            reason = _REFUSED.get(error.code, "terminal.refused")
            return StoredCard(outcome=Outcome.NOT_PERFORMED, reason=reason)
        return StoredCard(outcome=Outcome.UNKNOWN, reason=error.error.message_key)


def keep_with_payment(link: StripeLink, request: PaymentRequest) -> Shape:
    """What a payment says besides so that its card is kept: for a customer of its own, without a name. Raises
    CallFailed; no card was asked for then."""
    about: Any = {"metadata": {**metadata_of(request.attempt_id, request.terminal_ref),
                               "copaydesk_consent": request.consent_id[:200]}}  # fmt: skip
    options: Any = {"idempotency_key": f"cus-{request.attempt_id}"}
    holder = link.call(lambda v1: v1.customers.create(about, options), retries=2)
    return {"customer": named(holder.get("id")), "setup_future_usage": "off_session"}


def charge_kept_card(
    link: StripeLink, run: Run, request: PaymentRequest, token: str, reading: Reading, guard: PanGuard
) -> PaymentResult:  # fmt: skip
    """Charge a kept card, its holder being away: the intent first, noted, and only then confirmed, so that whatever
    breaks can be asked about by its name. One that ends without a charge is canceled. Raises CallFailed when nothing
    was charged for certain, ValueError for what is no token of Stripe's."""
    holder, _, method = token.partition("/")
    if not (named(holder).startswith("cus_") and named(method).startswith("pm_")):
        raise ValueError("a token of Stripe's names a customer and a card")
    params: Any = {
        "amount": request.amount_cents, "currency": "usd", "allowed_payment_method_types": ["card"],
        "capture_method": "automatic", "description": "Visit balance", "customer": holder, "payment_method": method,
        "metadata": metadata_of(request.attempt_id, request.terminal_ref),
    }  # fmt: skip
    options: Any = {"idempotency_key": f"offs-{request.attempt_id}"}
    try:
        name = named(link.call(lambda v1: v1.payment_intents.create(params, options), retries=2).get("id"))
    except CallFailed as failed:
        if failed.fault is not Fault.REFUSED:
            raise
        gone = failed.code == "resource_missing"
        return reading.result(Outcome.NOT_PERFORMED, "stripe.card_gone" if gone else "terminal.refused")
    request.noted(name)
    told: Any = {"off_session": True, "expand": ["latest_charge"]}
    once: Any = {"idempotency_key": f"conf-{request.attempt_id}"}
    try:
        intent = link.call(lambda v1: v1.payment_intents.confirm(name, told, once), timeout_s=link.timers.process_s)
    except CallFailed as failed:
        ended = _asked(run, name)
        if failed.fault is Fault.REFUSED and ended.outcome is Outcome.NOT_PERFORMED:
            return _refused(failed, reading, guard)
        return ended
    return reading.final(intent) or _asked(run, name)


def detach_card(link: StripeLink, token: str) -> None:
    """Take a card off its customer, for good. Raises CallFailed; not for one that is gone already."""
    method = named(token.partition("/")[2])
    try:
        link.call(lambda v1: v1.payment_methods.detach(method))
    except CallFailed as failed:
        if failed.fault is not Fault.REFUSED:
            raise


def _asked(run: Run, name: str) -> PaymentResult:
    """How an intent ended, asked once; one that has not is ended here."""
    try:
        return run.settle(name)
    except CallFailed as lost:
        return PaymentResult(outcome=Outcome.UNKNOWN, reason=lost.error.message_key, host_ref=name,
                             terminal_ref=run.reference)  # fmt: skip


def _refused(failed: CallFailed, reading: Reading, guard: PanGuard) -> PaymentResult:
    """Why a kept card was not charged: the bank's word, or that the bank wants its holder."""
    word = str(failed.body.get("decline_code") or failed.code)
    code = guard.clean(word)[:60]
    reason = "stripe.wants_holder" if failed.code == WANTS_HOLDER else "terminal.declined"
    words = "" if failed.code == WANTS_HOLDER else code.replace("_", " ").capitalize()
    return reading.result(Outcome.DECLINED, reason, host_code=code, host_text=words)


def _wait(
    link: StripeLink, reader: str, name: str, watch: Watch, timers: StripeTimers, ticks: Ticks
) -> str:  # fmt: skip
    """Until the reader's part has ended. Returns its failure code, empty for none."""
    watch.step(Step.WAITING)
    until = ticks.now() + timers.card_s
    while True:
        action: Shape = link.call(lambda v1: v1.terminal.readers.retrieve(reader)).get("action") or {}
        if (action.get("process_setup_intent") or {}).get("setup_intent") != name:
            return "replaced"
        if action.get("status") != "in_progress":
            return str(action.get("failure_code") or "")
        if watch.cancelled or ticks.now() > until:
            link.call(lambda v1: v1.terminal.readers.cancel_action(reader))
            link.call(lambda v1: v1.setup_intents.cancel(name))
            return "customer_canceled"
        ticks.sleep(timers.poll_s)


def _kept(link: StripeLink, method: str, holder: str, guard: PanGuard) -> StoredCard:
    if not method:
        return StoredCard(outcome=Outcome.NOT_PERFORMED, reason="stripe.no_reusable_card")
    card = link.call(lambda v1: v1.payment_methods.retrieve(method)).get("card") or {}
    brand = str(card.get("brand") or "")
    last4 = str(card.get("last4") or "")
    known = CardInfo(
        brand=guard.clean(BRANDS.get(brand, brand.title()))[:30], last4=last4 if len(last4) == 4 else ""
    )  # fmt: skip
    return StoredCard(outcome=Outcome.APPROVED, token=token_of(holder, method), card=known)


def _not_kept(intent: Shape, failed: str, guard: PanGuard) -> StoredCard:
    if failed == "customer_canceled":
        return StoredCard(outcome=Outcome.CANCELLED, reason="terminal.cancelled")
    if failed == "card_declined":
        error = intent.get("last_setup_error") or {}
        code = guard.clean(str(error.get("decline_code") or error.get("code") or ""))[:60]
        return StoredCard(outcome=Outcome.DECLINED, reason="terminal.declined",
                          host_text=code.replace("_", " ").capitalize())  # fmt: skip
    reason = "stripe.replaced" if failed == "replaced" else "stripe.reader_broke_off"
    return StoredCard(outcome=Outcome.NOT_PERFORMED, reason=reason)
