"""The chart of accounts. An account's id says what it is; its dimensions say whose it is.

A payment's money is a *lot*: one credit account per payment (free) and one per payment and appointment (earmarked).
Lots carry guard `L` (debits + held ≤ credits), receivables guard `A` (credits ≤ debits); the tables hold both as
CHECKs. A lot belongs to who paid, except where it is set aside for a visit: then to the visit's patient, who may be
another of the family.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Code(StrEnum):
    """Account codes of the chart (docs/ledger.md)."""

    CASH = "CASH"
    CARD = "CARD"
    CHECK = "CHK"
    EXTERNAL = "EXT"
    OTHER = "OTH"
    RECEIVABLE = "AR"
    OVER_REFUNDED = "OVR"
    CREDIT = "CR"
    EARMARKED = "CRE"
    REFUND_PAYABLE = "RFP"
    REFUND_ELSEWHERE = "RFU"
    DISPUTED = "DISP"
    ONLINE_WAITING = "ONP"
    ONLINE_RETURNED = "ONR"
    SUSPENSE = "SUSP"
    RESPONSIBILITY = "RESP"
    FEES = "REV"
    DISCOUNTS = "DISC"
    WRITE_OFFS = "WO"
    CHARGEBACK_LOSS = "CBL"
    PROCESSOR_FEES = "FEE"
    LOSS = "LOSS"
    SAFE = "SAFE"
    TRANSIT = "TRANSIT"
    OVER_SHORT = "OS"
    PETTY_CASH = "EXP"


class Guard(StrEnum):
    """What the database itself refuses: LOT debits + held > credits, RECEIVABLE credits > debits."""

    NONE = ""
    LOT = "L"
    RECEIVABLE = "A"


LOT_CODES = frozenset({Code.CREDIT, Code.EARMARKED})
"""Unallocated money."""
RESPONSIBLE_CODES = frozenset({Code.RESPONSIBILITY, Code.FEES, Code.DISCOUNTS, Code.WRITE_OFFS})
"""Contras of a patient's receivables: their net is what the patient is responsible for."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account. Dimensions that do not apply are empty."""

    id: str
    code: Code
    guard: Guard = Guard.NONE
    patient_id: str = ""
    appointment_id: str = ""
    charge_id: str = ""
    payment_id: str = ""


KEPT = 4_096
"""So many accounts of charges and payments are kept at hand: a fill names the same ones for every line."""


def cash(drawer: str) -> Account:
    """Notes and coins in a drawer."""
    return Account(f"CASH:{drawer}", Code.CASH)


def card(merchant: str) -> Account:
    """Card sales the processor has captured and not yet settled, per merchant account."""
    return Account(f"CARD:{merchant}", Code.CARD)


def check() -> Account:
    """Checks taken and not yet deposited."""
    return Account("CHK", Code.CHECK)


def safe() -> Account:
    """Cash that was taken out of the drawers and is not at the bank."""
    return Account("SAFE", Code.SAFE)


def transit() -> Account:
    """On its way to the bank."""
    return Account("TRANSIT", Code.TRANSIT)


def over_short() -> Account:
    """What counts of drawers were off by: short is a debit."""
    return Account("OS", Code.OVER_SHORT)


def petty_cash() -> Account:
    """Paid out of drawers for the practice, less what was put in."""
    return Account("EXP", Code.PETTY_CASH)


def external() -> Account:
    """Paid elsewhere (EHR, portal)."""
    return Account("EXT", Code.EXTERNAL)


def other(method: str) -> Account:
    """Taken by a method of the practice's own list, not yet deposited."""
    return Account(f"OTH:{method}", Code.OTHER)


def suspense() -> Account:
    """Facts that match nothing we know; always with an open task."""
    return Account("SUSP", Code.SUSPENSE)


@lru_cache(KEPT)
def receivable(charge_id: str, patient_id: str, appointment_id: str) -> Account:
    """What the patient owes for one charge."""
    return Account(f"AR:{charge_id}", Code.RECEIVABLE, Guard.RECEIVABLE, patient_id, appointment_id, charge_id)


def responsibility(patient_id: str) -> Account:
    """Contra of the receivables, per patient: what payers say the patient is responsible for."""
    return Account(f"RESP:{patient_id}", Code.RESPONSIBILITY, patient_id=patient_id)


@lru_cache(KEPT)
def credit(payment_id: str, patient_id: str) -> Account:
    """The free part of a payment's lot: credit for any visit."""
    return Account(f"CR:{payment_id}", Code.CREDIT, Guard.LOT, patient_id, payment_id=payment_id)


@lru_cache(KEPT)
def earmarked(payment_id: str, patient_id: str, appointment_id: str) -> Account:
    """The part of a payment's lot that waits for the charges of one appointment."""
    return Account(f"CRE:{payment_id}:{appointment_id}", Code.EARMARKED, Guard.LOT, patient_id, appointment_id,
                   payment_id=payment_id)  # fmt: skip


def lot(payment_id: str, patient_id: str, appointment_id: str) -> Account:
    """Where a new payment's money lies: earmarked with an appointment, free without."""
    return earmarked(payment_id, patient_id, appointment_id) if appointment_id else credit(payment_id, patient_id)


def refund_payable(refund_id: str, payment_id: str, patient_id: str) -> Account:
    """Money set aside to go back: no longer the patient's to spend, not yet out of the house."""
    return Account(f"RFP:{refund_id}", Code.REFUND_PAYABLE, Guard.LOT, patient_id, payment_id=payment_id)


def refund_elsewhere(refund_id: str, patient_id: str, appointment_id: str = "") -> Account:
    """A refund made in another program that is not netted with its payment yet; with an appointment, placed there."""
    name = f"RFU:{refund_id}:{appointment_id}" if appointment_id else f"RFU:{refund_id}"
    return Account(name, Code.REFUND_ELSEWHERE, Guard.RECEIVABLE, patient_id, appointment_id)


def disputed(dispute_id: str, payment_id: str, patient_id: str) -> Account:
    """Card money a bank took back until the dispute is decided."""
    return Account(f"DISP:{dispute_id}", Code.DISPUTED, patient_id=patient_id, payment_id=payment_id)


def online_waiting(online_id: str, patient_id: str) -> Account:
    """Clearing: what a patient paid from home and nobody has posted. No figure of the patient counts it."""
    return Account(f"ONP:{online_id}", Code.ONLINE_WAITING, Guard.LOT, patient_id)


def online_returned(return_id: str, patient_id: str) -> Account:
    """Clearing: what the processor gave back of a payment from home and nobody has posted."""
    return Account(f"ONR:{return_id}", Code.ONLINE_RETURNED, Guard.RECEIVABLE, patient_id)


def fees(patient_id: str) -> Account:
    """Contra of the receivables for the practice's own fees, per patient."""
    return Account(f"REV:{patient_id}", Code.FEES, patient_id=patient_id)


def discounts(patient_id: str) -> Account:
    """What a patient was let off: discounts and courtesies."""
    return Account(f"DISC:{patient_id}", Code.DISCOUNTS, patient_id=patient_id)


def write_offs(patient_id: str) -> Account:
    """What is not expected from a patient any more."""
    return Account(f"WO:{patient_id}", Code.WRITE_OFFS, patient_id=patient_id)


def chargeback_loss() -> Account:
    """Disputes lost that the practice bears."""
    return Account("CBL", Code.CHARGEBACK_LOSS)


def processor_fees() -> Account:
    """What processors keep."""
    return Account("FEE", Code.PROCESSOR_FEES)


def loss() -> Account:
    """Money in question that the practice bears, or keeps: what nobody could explain or get back."""
    return Account("LOSS", Code.LOSS)


def over_refunded(payment_id: str, patient_id: str) -> Account:
    """More went back than was paid: to recover; always with an open task."""
    return Account(f"OVR:{payment_id}", Code.OVER_REFUNDED, patient_id=patient_id, payment_id=payment_id)
