"""Bodies of the operations that are not plain records: money taken, allocated, reversed; visits moved on."""

from __future__ import annotations

from dataclasses import dataclass

TENDERS = ("cash", "check", "card", "external")
"""How money comes in. `external` was paid elsewhere (EHR, portal) and is only mirrored."""

NOT_COLLECTING_REASONS = ("declined", "no_means", "waived", "insurance_question", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What a receipt may say of a card: never a number, a track or an expiry."""

    brand: str = ""
    last4: str = ""
    entry_mode: str = ""
    auth_code: str = ""
    host_ref: str = ""
    terminal_txn_no: str = ""
    terminal_ref: str = ""
    merchant: str = "main"
    aid: str = ""
    app_label: str = ""
    cvm: str = ""
    tvr: str = ""
    tsi: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Money was taken (fact). `amount_cents` is what stays: tendered less change, or what the card approved.

    With an appointment the lot is earmarked to it until it is allocated; without, it is free credit.
    """

    payment_id: str
    patient_id: str
    tender: str
    amount_cents: int
    number: str
    receipt_no: str
    appointment_id: str = ""
    tendered_cents: int = 0
    change_cents: int = 0
    requested_cents: int = 0
    check_no: str = ""
    check_name: str = ""
    drawer: str = ""
    attempt_id: str = ""
    card: CardFacts | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationLine:
    """`amount_cents` of the lot to one charge; or, with `charge_id` empty, set aside for the appointment that has no
    charge yet."""

    charge_id: str
    amount_cents: int
    appointment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocate:
    """Spend a lot on charges (decision). `if_short` says what to do when less is there: take_available or reject.

    `lot_payment_id` names the payment whose lot is spent; the engine takes the part earmarked to the charge's own
    appointment first, then free credit, never what is earmarked to another appointment. A line without a charge
    earmarks free credit to its appointment.
    """

    allocation_id: str
    lot_payment_id: str
    patient_id: str
    lines: tuple[AllocationLine, ...]
    if_short: str = "take_available"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse:
    """A whole payment of this business day is taken back (fact): cash returned, card sale voided, check handed back.

    Everything it had paid is owed again. `card` carries the terminal's answer to the void.
    """

    payment_id: str
    patient_id: str
    reason: str
    reversal_id: str
    receipt_no: str
    drawer: str = ""
    card: CardFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitStatus:
    """A visit moves on (fact): arrived, checked_in, in_room, done, no_show."""

    appointment_id: str
    patient_id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCollecting:
    """Nothing is collected for a visit today, and why (fact). See NOT_COLLECTING_REASONS."""

    appointment_id: str
    patient_id: str
    reason: str
    note: str = ""
    due_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Derived by the hub: what no longer fits on a charge goes back to the lots it came from, newest first."""

    charge_id: str
    patient_id: str
    cause_op_id: str
    lines: tuple[ReleaseLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLine:
    """`amount_cents` back to the lot of `lot_payment_id`."""

    lot_payment_id: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoAllocated:
    """Derived by the hub: money earmarked to an appointment pays the charges that appeared on it."""

    lot_payment_id: str
    patient_id: str
    appointment_id: str
    cause_op_id: str
    lines: tuple[AllocationLine, ...]
