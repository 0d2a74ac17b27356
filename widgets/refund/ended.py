"""How a refund ended, in one line for a notice."""

from __future__ import annotations

from app.refund_views import Refunded, RefundEnd
from models.basics.money import show_cents


def ended_words(told: Refunded) -> str:
    """What is said and shown once the dialog is closed."""
    amount = show_cents(told.amount_cents)
    if told.end is RefundEnd.AT_PROCESSOR:
        return f"The card processor gives {amount} back. It shows under Transactions."
    if told.end is RefundEnd.WAITING:
        return f"{amount} is set aside. The hub has not answered; it waits in Needs attention."
    if told.end is RefundEnd.UNKNOWN:
        return f"We do not know yet whether {amount} went back. See Needs attention."
    if told.end is not RefundEnd.PAID:
        return f"{amount} was not given back; the money lies where it lay."
    to = f" to {told.way_words}" if "\u2022" in told.way_words else ""
    return f"Refunded {amount}{to}. {told.number}"
