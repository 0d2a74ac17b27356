"""Keeping a card with Stripe: a SetupIntent shown to the reader, a reusable card for a customer without a name."""

from __future__ import annotations

from typing import Any

from devices.base import CardInfo, Outcome, Step, StoreCardRequest, StoredCard, Watch
from devices.scrubber import PanGuard
from devices.terminals.stripe_answers import BRANDS, metadata_of
from devices.terminals.stripe_link import CallFailed, Fault, StripeLink, StripeTimers, named
from devices.ticks import Ticks

Shape = dict[str, Any]
_REFUSED = {"terminal_reader_offline": "stripe.reader_offline", "terminal_reader_busy": "stripe.reader_busy"}


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
    return StoredCard(outcome=Outcome.APPROVED, token=f"{holder}/{method}", card=known)


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
