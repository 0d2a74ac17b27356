"""What the processor's objects say of bank debits (ACH): which way something is paid, and whether a bank has answered.

A debit's page is complete at once and its intent `processing` for some business days; then it succeeds, or asks for
another method, which here means that the bank refused. Later a bank may still take it back: that is a dispute.
"""

from __future__ import annotations

from typing import Any

from models.operations.online import BANK, CARD, WAYS
from server.online.line import clean

KINDS = {CARD: "card", BANK: "us_bank_account"}
"""What the processor calls each way."""
UNNAMED = "Bank account"
"""A bank whose name the processor does not know."""
NAME_LETTERS = 60


def kinds(*, debits: bool) -> list[str]:
    """What a page may be paid with."""
    return [KINDS[way] for way in WAYS if debits or way != BANK]


def way_of(kind: str) -> str:
    """The way of a kind of the processor's."""
    return BANK if kind == KINDS[BANK] else CARD


def options() -> dict[str, Any]:
    """How a bank account is entered: signed in to at the bank, so that no page waits for test deposits."""
    return {KINDS[BANK]: {"verification_method": "instant"}}


def bank_name(account: dict[str, Any]) -> str:
    """The bank, as it may be shown."""
    name = " ".join("".join(sign for sign in str(account.get("bank_name") or "") if sign.isprintable()).split())
    return name[:NAME_LETTERS] or UNNAMED


def charge_of(intent: dict[str, Any]) -> dict[str, Any]:
    """The newest charge of an intent, where it was expanded."""
    charge = intent.get("latest_charge")
    return charge if isinstance(charge, dict) else {}


def is_debit(intent: dict[str, Any]) -> bool:
    """Was a bank account debited with this intent, or was it last tried?"""
    told = charge_of(intent).get("payment_method_details") or {}
    method = (intent.get("last_payment_error") or {}).get("payment_method") or {}
    return KINDS[BANK] in (told.get("type"), method.get("type"))


def refusal(intent: dict[str, Any]) -> str:
    """The bank's word."""
    error = intent.get("last_payment_error") or {}
    charge = charge_of(intent)
    return clean(str(charge.get("failure_code") or error.get("decline_code") or error.get("code") or "refused"))
