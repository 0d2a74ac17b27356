"""What was paid from home and does not show on an account yet, for the screens where money is asked for."""

from __future__ import annotations

from typing import Any

from app.clinic import Clinic
from app.views import FromHome


def from_home(clinic: Clinic, reader: Any, patient_id: str) -> FromHome:
    """Of the whole account: whoever of the family paid."""
    from models.store.queries import online  # nothing from home is looked for before the first screen stands
    from models.store.queries.insured import asking

    ask = asking(reader)
    found = online.unposted(ask, clinic.tenant, online.payer_of(ask, clinic.tenant, patient_id))
    asked = sum(each.amount_cents for each in found if each.processing)
    return FromHome(sum(each.amount_cents for each in found) - asked, asked)
