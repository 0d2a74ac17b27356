"""Ways of paying as they are named on screens."""

from __future__ import annotations

DOTS = "\u2022\u2022\u2022\u2022"
_PLAIN = {"cash": "Cash", "credit": "Credit on account", "external": "Paid elsewhere"}
ENTRY_MODES = {
    "chip": "Chip",
    "contactless": "Contactless",
    "swipe": "Swiped",
    "fallback_swipe": "Swiped, chip not read",
    "manual": "Typed on the reader",
    "scanner": "Scanned",
}


def card_text(brand: str, last4: str) -> str:
    """`Visa 4242`; what is not known is left out."""
    return " ".join(part for part in (brand or "Card", last4) if part)


def method_text(tender: str, *, brand: str = "", last4: str = "", check_no: str = "") -> str:
    """`Visa •••• 4242`, `Check 2281`, `Cash`, `Credit on account`."""
    if tender == "card":
        return f"{brand or 'Card'} {DOTS} {last4}" if last4 else brand or "Card"
    if tender == "check":
        return f"Check {check_no}".rstrip()
    return _PLAIN.get(tender, tender.capitalize())


def entry_text(entry_mode: str) -> str:
    """`Contactless`; empty for what is not known."""
    return ENTRY_MODES.get(entry_mode, "")
