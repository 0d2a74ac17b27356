"""Ways of paying as they are named on screens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.operations.online import ACH
from models.store.queries import methods
from models.store.queries.moving import PaymentName
from models.store.queries.receipts import PaidRow

DOTS = "\u2022\u2022\u2022\u2022"
_PLAIN = {"cash": "Cash", "credit": "Credit on account", "external": "Paid elsewhere", "other": "Other"}
ENTRY_MODES = {
    "chip": "Chip",
    "contactless": "Contactless",
    "swipe": "Swiped",
    "fallback_swipe": "Swiped, chip not read",
    "manual": "Typed on the reader",
    "scanner": "Scanned",
    "on_file": "Card on file",
}
KNOWN_METHODS: Mapping[str, str] = {
    "cash": "Cash",
    "check": "Check",
    "card": "Card",
    "debit": "Debit card",
    "square": "Square",
    "portal": "Patient portal",
    ACH: "Bank debit (ACH)",
    "patient_payment": "Patient payment",
    "other": "Other",
}
"""Methods every desk knows by their id (S0-07), with their words; the practice's own stand in the store."""


def method_names(reader: Any, tenant: str) -> dict[str, str]:
    """What every method is called, by its id: those every desk knows, and the practice's own."""
    return {**KNOWN_METHODS, **{row.id: row.name for row in methods.methods(reader, tenant)}}


def card_text(brand: str, last4: str) -> str:
    """`Visa 4242`; what is not known is left out."""
    return " ".join(part for part in (brand or "Card", last4) if part)


def method_text(
    tender: str, *, brand: str = "", last4: str = "", check_no: str = "", method: str = "", trace_no: str = ""
) -> str:
    """`Visa •••• 4242`, `Check 2281`, `Cash`, `Credit on account`, `Flex spending card 118`; what another program took
    says so: `Check 2281, paid elsewhere`. `method` is the name of the practice's own way to pay."""
    if tender == "card":
        return f"{brand or 'Card'} {DOTS} {last4}" if last4 else brand or "Card"
    if tender == "check":
        return f"Check {check_no}".rstrip()
    if tender == "online" and method:
        return f"{method} {DOTS} {last4}, from home"
    if tender == "online":
        return f"{method_text('card', brand=brand, last4=last4)}, from home"
    if tender == "other":
        return f"{method or _PLAIN[tender]} {trace_no}".rstrip()
    if tender == "external" and (brand or method):
        return f"{f'{brand or method} {check_no or trace_no}'.rstrip()}, paid elsewhere"
    return _PLAIN.get(tender, tender.capitalize())


def paid_text(reader: Any, tenant: str, payment: PaidRow) -> str:
    """How a payment of the books was paid, in words."""
    named = method_name(reader, tenant, payment.method_id)
    return method_text(payment.tender, brand=payment.brand, last4=payment.last4, check_no=payment.check_no,
                       method=named, trace_no=payment.trace_no)  # fmt: skip


def named_text(payment: PaymentName) -> str:
    """The same for a payment by its name alone."""
    return method_text(payment.tender, brand=payment.brand, last4=payment.last4, check_no=payment.check_no,
                       method=payment.method or KNOWN_METHODS.get(payment.method_id, ""),
                       trace_no=payment.trace_no)  # fmt: skip


def method_name(reader: Any, tenant: str, method_id: str) -> str:
    """What one method is called; empty where a payment names none."""
    if not method_id:
        return ""
    row = methods.method(reader, tenant, method_id)
    return row.name if row else KNOWN_METHODS.get(method_id, "")


def entry_text(entry_mode: str) -> str:
    """`Contactless`; empty for what is not known."""
    return ENTRY_MODES.get(entry_mode, "")
