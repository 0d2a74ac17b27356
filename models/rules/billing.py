"""What a visit's bill says by itself: whose turn it is to pay, and whether the copay is in (S0-21 … S0-23)."""

from __future__ import annotations

from dataclasses import dataclass

CASH = "cash"
"""The payment profile under which the patient owes every charge at once."""

NO_INSURANCE = ("self pay", "self-pay", "selfpay", "no_insurance", "no insurance", "uninsured", "none")
"""What other programs write for payer or plan where there is none, in small letters."""


def names_an_insurance(payer: str, plan: str) -> bool:
    """Is a coverage by its payer's and plan's name an insurance, and not the patient's word to pay?"""
    return payer.casefold() not in NO_INSURANCE and plan.casefold() not in NO_INSURANCE


PAYMENT_PROFILE_WORDS: dict[str, str] = {
    "": "Not said",
    CASH: "Cash: the patient pays all",
    "insurance": "Insurance",
    "out_of_network": "Insurance, out of network",
    "auto_accident": "Auto accident",
    "workers_comp": "Workers’ compensation",
}
"""Payment profiles in the order they are offered (S0-22)."""

BILLING_STATUS_WORDS: dict[str, str] = {
    "bill_insurance": "Bill insurance",
    "bill_secondary": "Bill secondary",
    "internal_review": "Internal review",
    "balance_due": "Balance due",
    "paid_in_full": "Paid in full",
    "settled": "Settled",
}
"""Billing statuses in the order they are offered (S0-23); nothing said is the empty one."""

BY_HAND_ONLY = frozenset({"internal_review", "settled"})
"""What a person says stands, whatever is paid."""
_INSURER = frozenset({"bill_insurance", "bill_secondary"})


@dataclass(frozen=True, slots=True)
class Bill:
    """A visit's bill in cents. `charged_cents` is what the patient is responsible for, `owed_cents` what of it is not
    paid. `insurance_pending`: a payer still decides. `said` is the billing status set by hand or by the source."""

    charged_cents: int = 0
    owed_cents: int = 0
    insurance_pending: bool = False
    payment_profile: str = ""
    said: str = ""


def billing_status(bill: Bill, *, paid_in_full_follows: bool = True) -> str:
    """Where the bill is now, empty where there is nothing to say.

    A person's `settled` and `internal_review` stand. Otherwise the status follows the money where the practice wants
    that: what a payment brought to zero is paid in full, what is owed (again) is a balance due, and while a payer
    decides it is the payer's turn. Without `paid_in_full_follows` what was said stands, whatever is paid.
    """
    if bill.said in BY_HAND_ONLY or (bill.said and not paid_in_full_follows):
        return bill.said
    if bill.insurance_pending and bill.payment_profile != CASH:
        return bill.said if bill.said in _INSURER else "bill_insurance"
    if bill.owed_cents > 0:
        return "balance_due"
    if bill.charged_cents > 0:
        return "paid_in_full" if paid_in_full_follows else ""
    return bill.said


def copay_mark(payment_profile: str, asked_cents: int, paid_cents: int) -> str:
    """The COPAY indicator of a visit: `paid`, `part` or `due`; empty where none is asked, and with the payment profile
    Cash, where nobody asks for one (S0-21)."""
    if payment_profile == CASH or asked_cents <= 0:
        return ""
    if paid_cents >= asked_cents:
        return "paid"
    return "part" if paid_cents > 0 else "due"


def patient_part_cents(payment_profile: str, price_cents: int, units: int) -> int:
    """What the patient owes of a listed charge before anybody else has decided: with Cash all of it, else nothing."""
    return price_cents * units if payment_profile == CASH else 0
