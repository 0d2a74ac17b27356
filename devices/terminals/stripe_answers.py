"""What Stripe's answers mean. Pure: plain data in, results out; whatever is not known stays UNKNOWN.

The PaymentIntent is the truth. The reader's action only says when to look, and why a card was refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from devices.base import ON_FILE, CardInfo, EmvInfo, Outcome, PaymentResult
from devices.scrubber import PanGuard
from devices.terminals.stripe_link import named

Shape = dict[str, Any]
ATTEMPT, REFERENCE = "copaydesk_attempt", "copaydesk_reference"
"""Names in metadata: opaque ids of ours, nothing of a patient."""

WAITING = "requires_payment_method"
UNDECIDED = frozenset({"processing", "requires_action", "requires_confirmation"})
BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}
READ_METHODS = {
    "contact_emv": "chip",
    "contactless_emv": "contactless",
    "contactless_magstripe_mode": "contactless",
    "magnetic_stripe_fallback": "fallback_swipe",
    "magnetic_stripe_track2": "swipe",
}
"""Keys of `CardInfo.entry_mode`; a method not listed reads as empty."""

VERIFIED = {
    "approval": "none",
    "none": "none",
    "signature": "signature",
    "offline_pin": "pin",
    "offline_pin_and_signature": "pin",
    "online_pin": "pin",
}
"""What is certain about how the holder was verified; anything else is not printed."""


class Reading:
    """Reads answers about one try to take money: `reference` is ours, `cents` what was asked."""

    def __init__(self, guard: PanGuard, reference: str, cents: int) -> None:
        self._clean, self._reference, self._cents = guard.clean, reference, cents

    @property
    def reference(self) -> str:
        """Our reference."""
        return self._reference

    def result(self, outcome: Outcome, reason: str = "", intent: Shape | None = None, **more: Any) -> PaymentResult:
        """An outcome without a card."""
        host_ref = named((intent or {}).get("id"))
        return PaymentResult(outcome=outcome, reason=reason, terminal_ref=self._reference, host_ref=host_ref, **more)

    def final(self, intent: Shape) -> PaymentResult | None:
        """How an intent ended, or None while it has not: it waits for a card, or the bank has not decided."""
        judge = _FINAL.get(str(intent.get("status")))
        if judge is not None:
            return judge(self, intent)
        if intent.get("status") in (WAITING, *UNDECIDED):
            return None
        return self.result(Outcome.UNKNOWN, "stripe.status_unknown", intent)

    def declined(self, intent: Shape, action: Shape | None) -> PaymentResult:
        """The bank said no; why, in its own word. The intent may be tried with another card."""
        error = (action or {}).get("api_error") or intent.get("last_payment_error") or {}
        code = self._clean(str(error.get("decline_code") or error.get("code") or ""))[:60]
        words = self._clean(code.replace("_", " ").capitalize())
        return self.result(Outcome.DECLINED, "terminal.declined", intent, host_code=code, host_text=words)

    def _approved(self, intent: Shape) -> PaymentResult:
        if not self._ours(intent):
            return self.result(Outcome.UNKNOWN, "terminal.other_reference", intent)
        if intent.get("amount_received") != self._cents or intent.get("currency") != "usd":
            return self.result(Outcome.UNKNOWN, "terminal.other_amount", intent)
        charge = intent.get("latest_charge")
        return self._with_card(intent, charge if isinstance(charge, dict) else {})

    def _with_card(self, intent: Shape, charge: Shape) -> PaymentResult:
        kinds = charge.get("payment_method_details") or {}
        kept: Shape = kinds.get("card") or {}
        details = kinds.get("card_present") or kept
        receipt, clean = details.get("receipt") or {}, self._clean
        brand, last4 = str(details.get("brand") or ""), _digits(details.get("last4"))
        named_brand = clean(BRANDS.get(brand, brand.replace("_", " ").title()))[:30]
        verified = str(receipt.get("cardholder_verification_method") or "")
        return PaymentResult(
            outcome=Outcome.APPROVED, approved_cents=self._cents, terminal_ref=self._reference,
            host_ref=named(intent.get("id")), terminal_txn_no=named(charge.get("id")) or named(intent.get("id")),
            auth_code=clean(str(receipt.get("authorization_code") or kept.get("authorization_code") or ""))[:12],
            timestamp=_moment(charge.get("created")),
            token=token_of(intent.get("customer"), details.get("generated_card")),
            card=CardInfo(
                brand=named_brand, last4=last4,
                entry_mode=ON_FILE if kept else READ_METHODS.get(str(details.get("read_method")), ""),
                holder=clean(str(details.get("cardholder_name") or ""))[:40],
            ),
            emv=EmvInfo(
                aid=clean(str(receipt.get("dedicated_file_name") or ""))[:32],
                app_label=clean(str(receipt.get("application_preferred_name") or ""))[:32],
                tvr=clean(str(receipt.get("terminal_verification_results") or ""))[:16],
                tsi=clean(str(receipt.get("transaction_status_information") or ""))[:8],
                cvm=VERIFIED.get(verified, ""),
                arc=clean(str(receipt.get("authorization_response_code") or ""))[:8],
            ),
        )  # fmt: skip

    def _canceled(self, intent: Shape) -> PaymentResult:
        return self.result(Outcome.CANCELLED, "terminal.cancelled", intent)

    def _held(self, intent: Shape) -> PaymentResult:
        return self.result(Outcome.UNKNOWN, "stripe.not_captured", intent)

    def _ours(self, intent: Shape) -> bool:
        return bool((intent.get("metadata") or {}).get(REFERENCE) == self._reference)

    def refunded(self, refund: Shape) -> PaymentResult:
        """How a refund stands. Pending is not known: it may still fail."""
        ours = (refund.get("metadata") or {}).get(REFERENCE) == self._reference
        if not ours or refund.get("amount") != self._cents:
            reason = "terminal.other_amount" if ours else "terminal.other_reference"
            return self.result(Outcome.UNKNOWN, reason, refund)
        if refund.get("status") == "succeeded":
            return self.result(
                Outcome.APPROVED, "", refund, approved_cents=self._cents, terminal_txn_no=named(refund.get("id")),
                timestamp=_moment(refund.get("created")),
            )  # fmt: skip
        if refund.get("status") in ("failed", "canceled"):
            words = self._clean(str(refund.get("failure_reason") or "").replace("_", " ").capitalize())
            return self.result(Outcome.DECLINED, "stripe.refund_failed", refund, host_text=words)
        return self.result(Outcome.UNKNOWN, "stripe.refund_pending", refund)


_FINAL: dict[str, Callable[[Reading, Shape], PaymentResult]] = {
    "succeeded": Reading._approved,
    "canceled": Reading._canceled,
    "requires_capture": Reading._held,
}


def of_intent(action: Shape | None, intent_id: str) -> bool:
    """Is this action of a reader about our intent?"""
    if not action:
        return False
    about = action.get("process_payment_intent") or {}
    found = about.get("payment_intent")
    return bool((found.get("id") if isinstance(found, dict) else found) == intent_id)


def metadata_of(attempt_id: str, reference: str) -> dict[str, str]:
    """What an intent or refund carries of ours."""
    return {ATTEMPT: attempt_id, REFERENCE: reference}


def token_of(customer: object, method: object) -> str:
    """A kept card as this program knows it: `cus_…/pm_…`; empty where either is missing."""
    holder, card = named(customer), named(method)
    return f"{holder}/{card}" if holder and card else ""


def _moment(created: object) -> str:
    return datetime.fromtimestamp(created, UTC).strftime("%Y%m%d%H%M%S") if isinstance(created, int) else ""


def _digits(last4: object) -> str:
    text = str(last4 or "")
    return text if len(text) == 4 and text.isdecimal() else ""
