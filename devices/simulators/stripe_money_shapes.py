"""Objects of Stripe's API around a hosted page and around the bank: sessions, balance, payouts, disputes."""

from __future__ import annotations

import secrets
from typing import Any

from devices.simulators.stripe_shapes import new_id, setup_intent

Shape = dict[str, Any]


def total_of(said: Shape) -> int:
    """The cents of a session's lines."""
    lines = said.get("line_items", [])
    return sum(int(line["price_data"]["unit_amount"]) * int(line.get("quantity", 1)) for line in lines)


def checkout_session(now: int, said: Shape, ends: int, base: str) -> Shape:
    """A Checkout Session that waits for a patient."""
    name = "cs_test_" + "".join(
        secrets.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(58)
    )
    paying = said.get("mode", "payment") == "payment"
    cents = total_of(said) if paying else None
    totals = {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0} if paying else None
    return {
        "id": name, "object": "checkout.session", "adaptive_pricing": None, "after_expiration": None,
        "allow_promotion_codes": None, "amount_subtotal": cents, "amount_total": cents,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None, "cancel_url": said.get("cancel_url"),
        "client_reference_id": said.get("client_reference_id"), "client_secret": None, "collected_information": None,
        "consent": None, "consent_collection": None, "created": now, "currency": said.get("currency", "usd"),
        "currency_conversion": None, "custom_fields": [], "custom_text": {
            "after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None},
        "customer": said.get("customer"), "customer_account": None,
        "customer_creation": None if said.get("customer") else "if_required", "customer_details": None,
        "customer_email": said.get("customer_email"), "discounts": [], "expires_at": ends,
        "integration_identifier": None, "invoice": None,
        "invoice_creation": None, "livemode": False, "locale": said.get("locale"), "managed_payments": None,
        "metadata": dict(said.get("metadata", {})), "mode": said.get("mode", "payment"), "origin_context": None,
        "payment_intent": None, "payment_link": None,
        "payment_method_collection": "if_required" if paying else "always",
        "payment_method_configuration_details": None, "payment_method_options": {},
        "payment_method_types": said.get("allowed_payment_method_types") or ["card"],
        "payment_status": "unpaid" if paying else "no_payment_required", "permissions": None,
        "phone_number_collection": {"enabled": False}, "recovered_from": None,
        "saved_payment_method_options": _saving(said) if paying else None, "setup_intent": None,
        "shipping_address_collection": None, "shipping_cost": None, "shipping_options": [], "status": "open",
        "submit_type": said.get("submit_type"), "subscription": None, "success_url": said["success_url"],
        "total_details": totals, "ui_mode": "hosted_page", "url": f"{base}/c/pay/{name}", "wallet_options": None,
        "_names": [str(line["price_data"]["product_data"]["name"]) for line in said.get("line_items", [])],
        "_payment_intent_data": dict(said.get("payment_intent_data", {})),
    }  # fmt: skip


def session_setup(now: int, said: Shape) -> Shape:
    """The SetupIntent that a session in setup mode brings along."""
    return setup_intent(now, {"customer": said.get("customer"), **said.get("setup_intent_data", {})})


def _saving(said: Shape) -> Shape:
    given = said.get("saved_payment_method_options", {})
    return {"allow_redisplay_filters": given.get("allow_redisplay_filters", ["always"]),
            "payment_method_remove": given.get("payment_method_remove", "disabled"),
            "payment_method_save": given.get("payment_method_save")}  # fmt: skip


def balance_transaction(now: int, kind: str, source: str, cents: int, fee: int) -> Shape:
    """A line of the account's balance."""
    details = [{"amount": fee, "application": None, "currency": "usd", "description": "Stripe processing fees",
                "type": "stripe_fee"}] if fee else []  # fmt: skip
    categories = {"charge": "charge", "refund": "refund", "adjustment": "dispute"}
    return {
        "id": new_id("txn"), "object": "balance_transaction", "amount": cents, "available_on": now,
        "balance_type": "payments", "created": now, "currency": "usd", "description": None, "exchange_rate": None,
        "fee": fee, "fee_details": details, "net": cents - fee, "reporting_category": categories.get(kind, kind),
        "source": source, "status": "available", "type": kind,
    }  # fmt: skip


def payout(now: int, cents: int, arrives: int) -> Shape:
    """Money on its way to the bank."""
    return {
        "id": new_id("po"), "object": "payout", "amount": cents, "application_fee": None,
        "application_fee_amount": None, "arrival_date": arrives, "automatic": True,
        "balance_transaction": new_id("txn"), "created": now, "currency": "usd", "description": "STRIPE PAYOUT",
        "destination": new_id("ba"), "failure_balance_transaction": None, "failure_code": None,
        "failure_message": None, "livemode": False, "metadata": {}, "method": "standard", "original_payout": None,
        "payout_method": None, "reconciliation_status": "completed", "reversed_by": None, "source_type": "card",
        "statement_descriptor": None, "status": "in_transit", "trace_id": None, "type": "bank_account",
    }  # fmt: skip


_EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier",
    "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def dispute(now: int, charge: Shape, reason: str) -> Shape:
    """A bank takes a charge back: of a card it may be contested, of a bank account it is final."""
    details = charge["payment_method_details"]
    final = details["type"] != "card"
    about = {"type": details["type"]} if final else {"card": {
        "brand": details["card"]["brand"], "case_type": "chargeback", "network": details["card"]["brand"],
        "network_reason_code": "10.4"}, "type": "card"}  # fmt: skip
    return {
        "id": new_id("dp"), "object": "dispute", "amount": charge["amount_captured"], "balance_transactions": [],
        "charge": charge["id"], "created": now, "currency": "usd", "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {"due_by": now + 7 * 86_400, "enhanced_eligibility": {}, "has_evidence": False,
                             "past_due": False, "submission_count": 0},
        "is_charge_refundable": False, "livemode": False, "metadata": {}, "payment_intent": charge["payment_intent"],
        "payment_method_details": about, "reason": reason, "status": "lost" if final else "needs_response",
    }  # fmt: skip
