"""Bodies of the operations about holds: credit that the hub sets aside for one desk, so that the desk may spend it
firmly while the line is down. Escrow: a desk never spends beyond its hold, and nobody else spends what is held."""

from __future__ import annotations

from dataclasses import dataclass

HOLD_ENDS = ("used", "returned", "expired", "broken", "renewed", "taken")
"""Why (part of) a hold is free again: spent by its desk, given back, past its time, broken by a supervisor, asked for
anew by the same desk, or taken by a fact (money that left the house all the same)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsk:
    """A desk asks for up to `amount_cents` of a patient's free credit (decision). Granted is what nobody else holds;
    what this desk held of the patient before is asked for anew."""

    ask_id: str
    patient_id: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldGranted:
    """Derived by the hub: so much of the free credit of one payment is held for a desk."""

    hold_id: str
    ask_id: str
    device: str
    patient_id: str
    payment_id: str
    amount_cents: int
    cause_op_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFreed:
    """Derived by the hub: so much of a hold ends. `why` is one of HOLD_ENDS."""

    hold_id: str
    patient_id: str
    amount_cents: int
    why: str
    cause_op_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReturned:
    """A desk gives its holds back (fact): somebody signed off, the screen was locked, another desk asked."""

    hold_ids: tuple[str, ...]
    patient_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldExpired:
    """Derived by the hub: the time of a hold is over."""

    hold_id: str
    patient_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBroken:
    """A supervisor breaks the hold of a desk that cannot be reached (decision); `reason` in their words. What that desk
    spends of it afterwards is judged like anybody's spending."""

    hold_id: str
    patient_id: str
    reason: str
