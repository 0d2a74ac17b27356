"""Was the same copay taken twice? (Two desks, same patient, visit and amount, close together.)"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Taken:
    """A payment as far as this rule looks at it."""

    patient_id: str
    appointment_id: str
    amount_cents: int
    device: str
    taken_at: datetime


def paid_twice(first: Taken, second: Taken) -> bool:
    """Same patient, visit and amount, within 30 minutes, at different desks."""
    return (
        first.patient_id == second.patient_id
        and first.appointment_id == second.appointment_id != ""
        and first.amount_cents == second.amount_cents
        and first.device != second.device
        and abs(first.taken_at - second.taken_at) < WITHIN
    )
