"""The objects of Stripe's API as they are answered: every field, in the shape of the published examples."""

from __future__ import annotations

import secrets
import string
from typing import Any

from devices.simulators.stripe_cards import Card

Shape = dict[str, Any]


def new_id(kind: str) -> str:
    """An opaque name such as `pi_…`. Letters only: no run of digits that could be taken for a card number."""
    return f"{kind}_" + "".join(secrets.choice(string.ascii_letters) for _ in range(24))


def payment_intent(now: int, said: Shape) -> Shape:
    """A PaymentIntent that waits for a card."""
    name = new_id("pi")
    kinds = said.get("allowed_payment_method_types") or ["card"]
    return {
        "id": name, "object": "payment_intent", "amount": said["amount"], "amount_capturable": 0,
        "amount_details": {"tip": {}}, "amount_received": 0, "application": None, "application_fee_amount": None,
        "automatic_payment_methods": None, "canceled_at": None, "cancellation_reason": None,
        "capture_method": said.get("capture_method", "automatic"), "client_secret": f"{name}_secret_{new_id('s')}",
        "confirmation_method": "automatic", "created": now, "currency": said["currency"],
        "customer": said.get("customer"), "customer_account": None, "description": said.get("description"),
        "excluded_payment_method_types": None, "last_payment_error": None, "latest_charge": None, "livemode": False,
        "managed_payments": None, "metadata": dict(said.get("metadata", {})), "next_action": None,
        "on_behalf_of": None, "payment_method": said.get("payment_method"),
        "payment_method_configuration_details": None, "payment_method_options": {}, "payment_method_types": kinds,
        "processing": None, "receipt_email": None, "review": None,
        "setup_future_usage": said.get("setup_future_usage"), "shipping": None, "source": None,
        "statement_descriptor": None, "statement_descriptor_suffix": said.get("statement_descriptor_suffix"),
        "status": "requires_payment_method", "transfer_data": None, "transfer_group": None,
    }  # fmt: skip


def setup_intent(now: int, said: Shape) -> Shape:
    """A SetupIntent that waits for a card."""
    name = new_id("seti")
    return {
        "id": name, "object": "setup_intent", "application": None, "automatic_payment_methods": None,
        "cancellation_reason": None, "client_secret": f"{name}_secret_{new_id('s')}", "created": now,
        "customer": said.get("customer"), "description": said.get("description"),
        "excluded_payment_method_types": None, "flow_directions": None, "last_setup_error": None,
        "latest_attempt": None, "livemode": False, "mandate": None, "metadata": dict(said.get("metadata", {})),
        "next_action": None, "on_behalf_of": None, "payment_method": None,
        "payment_method_configuration_details": None, "payment_method_options": {},
        "payment_method_types": said.get("allowed_payment_method_types") or ["card"], "single_use_mandate": None,
        "status": "requires_payment_method", "usage": said.get("usage", "off_session"),
    }  # fmt: skip


def charge(now: int, intent: Shape, card: Card, present: Shape | None) -> Shape:
    """A charge of an intent. `present`: what a reader adds (reader, location, read method, generated card)."""
    details = _present_details(card, present) if present is not None else _card_details(card)
    return charge_of(now, intent, "card_present" if present is not None else "card", details)


def charge_of(now: int, intent: Shape, kind: str, details: Shape) -> Shape:
    """A charge of an intent by any kind of method."""
    name = new_id("ch")
    return {
        "id": name, "object": "charge", "amount": intent["amount"], "amount_captured": 0, "amount_refunded": 0,
        "application": None, "application_fee": None, "application_fee_amount": None, "balance_transaction": None,
        "billing_details": billing_details(), "calculated_statement_descriptor": None, "captured": False,
        "created": now, "currency": intent["currency"], "customer": intent["customer"],
        "description": intent["description"], "disputed": False, "failure_balance_transaction": None,
        "failure_code": None, "failure_message": None, "fraud_details": {}, "livemode": False,
        "metadata": dict(intent["metadata"]), "on_behalf_of": None, "outcome": _outcome(""), "paid": True,
        "payment_intent": intent["id"], "payment_method": new_id("pm"),
        "payment_method_details": {kind: details, "type": kind}, "receipt_email": None, "receipt_number": None,
        "receipt_url": None, "refunded": False,
        "refunds": {"data": [], "has_more": False, "object": "list", "url": f"/v1/charges/{name}/refunds"},
        "review": None, "shipping": None, "source": None, "source_transfer": None, "statement_descriptor": None,
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"], "status": "succeeded",
        "transfer_data": None, "transfer_group": None,
    }  # fmt: skip


def fail_charge(made: Shape, code: str, decline_code: str) -> None:
    """The bank said no."""
    made.update(failure_code=code, failure_message="Your card was declined.", outcome=_outcome(decline_code),
                paid=False, status="failed")  # fmt: skip


def _outcome(decline_code: str) -> Shape:
    fine = not decline_code
    return {
        "advice_code": None, "network_advice_code": None, "network_decline_code": None if fine else "51",
        "network_status": "approved_by_network" if fine else "declined_by_network", "reason": decline_code or None,
        "seller_message": "Payment complete." if fine else "The bank declined the payment.",
        "type": "authorized" if fine else "issuer_declined",
    }  # fmt: skip


def _present_details(card: Card, present: Shape) -> Shape:
    return {
        "amount_authorized": None, "brand": card.brand, "brand_product": None, "capture_before": None,
        "cardholder_name": None, "country": "US", "description": None,
        "emv_auth_data": "8A023030", "exp_month": 12, "exp_year": 2034, "fingerprint": card.fingerprint,
        "funding": card.funding, "generated_card": present.get("generated_card"),
        "incremental_authorization_supported": False, "issuer": None, "last4": card.last4,
        "location": present.get("location"), "network": card.brand, "network_transaction_id": None,
        "offline": {"stored_at": None, "type": None}, "overcapture_supported": False, "preferred_locales": ["en"],
        "read_method": present.get("read_method", "contactless_emv"), "reader": present.get("reader"),
        "receipt": {
            "account_type": card.funding, "application_cryptogram": "0A1B2C3D4E5F6071",
            "application_preferred_name": card.label, "authorization_code": present.get("authorization_code"),
            "authorization_response_code": "3030", "cardholder_verification_method": card.pin,
            "dedicated_file_name": card.aid, "terminal_verification_results": "0000008000",
            "transaction_status_information": "E800",
        },
        "transaction_link_id": None, "wallet": {"type": "apple_pay"} if card.wallet else None,
    }  # fmt: skip


def _card_details(card: Card) -> Shape:
    return {
        "brand": card.brand, "country": "US", "exp_month": 12, "exp_year": 2034, "fingerprint": card.fingerprint,
        "funding": card.funding, "last4": card.last4, "network": card.brand, "wallet": None,
    }  # fmt: skip


def refund(now: int, made_of: Shape, cents: int, said: Shape) -> Shape:
    """Money back of a charge."""
    kind = next(iter(made_of["payment_method_details"]))
    return {
        "id": new_id("re"), "object": "refund", "amount": cents, "balance_transaction": None, "charge": made_of["id"],
        "created": now, "currency": made_of["currency"], "customer": made_of["customer"], "customer_account": None,
        "destination_details": {kind: {"type": "refund"}, "type": kind}, "metadata": dict(said.get("metadata", {})),
        "payment_intent": made_of["payment_intent"], "payment_method": made_of["payment_method"],
        "reason": said.get("reason"), "receipt_number": None, "source_transfer_reversal": None,
        "status": "succeeded", "transfer_reversal": None,
    }  # fmt: skip


def customer(now: int, said: Shape) -> Shape:
    """Somebody who may pay again."""
    return {
        "id": new_id("cus"), "object": "customer", "address": None, "balance": 0, "created": now, "currency": None,
        "default_source": None, "delinquent": False, "description": said.get("description"), "discount": None,
        "email": said.get("email"), "invoice_prefix": "COPAYDSK",
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None,
                             "rendering_options": None},
        "livemode": False, "metadata": dict(said.get("metadata", {})), "name": said.get("name"),
        "next_invoice_sequence": 1, "phone": said.get("phone"), "preferred_locales": [], "shipping": None,
        "tax_exempt": "none", "test_clock": None,
    }  # fmt: skip


def payment_method(now: int, card: Card, customer_id: str | None, made_of: str | None, redisplay: str) -> Shape:
    """A card that was saved: usable without being shown again."""
    return {
        "id": new_id("pm"), "object": "payment_method", "allow_redisplay": redisplay,
        "billing_details": billing_details(),
        "card": {
            "brand": card.brand, "checks": {"address_line1_check": None, "address_postal_code_check": None,
                                            "cvc_check": None},
            "country": "US", "display_brand": card.brand, "exp_month": 12, "exp_year": 2034,
            "fingerprint": card.fingerprint, "funding": card.funding,
            "generated_from": {"charge": made_of, "payment_method_details": None, "setup_attempt": None},
            "last4": card.last4, "networks": {"available": [card.brand], "preferred": None}, "regulated_status": None,
            "three_d_secure_usage": {"supported": True}, "wallet": None,
        },
        "created": now, "customer": customer_id, "customer_account": None, "livemode": False, "metadata": {},
        "type": "card",
    }  # fmt: skip


def bank_method(now: int, details: Shape, customer_id: str | None) -> Shape:
    """A bank account that was saved: usable without being asked for again."""
    known = ("account_holder_type", "account_type", "bank_name", "fingerprint", "last4", "routing_number")
    account = {name: details[name] for name in known} | {
        "financial_connections_account": None, "networks": {"preferred": "ach", "supported": ["ach"]},
        "status_details": {},
    }  # fmt: skip
    return {
        "id": new_id("pm"), "object": "payment_method", "allow_redisplay": "always",
        "billing_details": billing_details(), "created": now, "customer": customer_id, "customer_account": None,
        "livemode": False, "metadata": {}, "type": "us_bank_account", "us_bank_account": account,
    }  # fmt: skip


def reader(kind: str, label: str, location: str | None, serial: str) -> Shape:
    """A card reader that was registered."""
    return {
        "id": new_id("tmr"), "object": "terminal.reader", "action": None, "device_sw_version": "2.42.1.0",
        "device_type": kind, "ip_address": "192.168.2.2", "label": label, "last_seen_at": None, "livemode": False,
        "location": location, "metadata": {}, "serial_number": serial, "status": "online",
    }  # fmt: skip


def location(name: str, address: Shape) -> Shape:
    """A place where readers stand."""
    known = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
    return {"id": new_id("tml"), "object": "terminal.location", "address": {**known, **address},
            "display_name": name, "livemode": False, "metadata": {}}  # fmt: skip


def event(now: int, kind: str, about: Shape) -> Shape:
    """What happened, as webhooks carry it."""
    return {"id": new_id("evt"), "object": "event", "api_version": "2026-10-28.endive", "created": now,
            "data": {"object": about}, "livemode": False, "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None}, "type": kind}  # fmt: skip


def page(found: list[Shape], url: str, *, more: bool) -> Shape:
    """A list as it is answered."""
    return {"object": "list", "data": found, "has_more": more, "url": url}


def billing_details() -> Shape:
    """Nothing is known of who holds the card."""
    return {"address": {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None,
                        "state": None},
            "email": None, "name": None, "phone": None, "tax_id": None}  # fmt: skip
