"""The visit that a payment is for, as a payment names it (S2-12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.clinic import Clinic
from app.request_views import Treatment
from models.operations.records import Appointment, Location
from models.rules.numbers import treatment_number
from models.rules.visits import Stage, is_over, stage_of, status_words
from models.store.queries import ledger, people, recorded, rows, visits
from models.store.queries.rows import VisitRow

LONGEST_AGO = timedelta(days=366)
MOST = 40
"""So many visits are offered for a payment."""


def treatment(clinic: Clinic, reader: Any, appointment_id: str) -> Treatment | None:
    """One visit with everything a payment says of it; None for one that is not there any more."""
    row = rows.visit(reader, clinic.tenant, appointment_id) if appointment_id else None
    record = recorded.one(reader, clinic.tenant, Appointment, appointment_id) if row is not None else None
    if row is None or record is None:
        return None
    place = recorded.one(reader, clinic.tenant, Location, record.location_id) if record.location_id else None
    codes = [charge.code for charge in visits.charges(reader, clinic.tenant, appointment_id)
             if charge.code and charge.kind != "fee"]  # fmt: skip
    return _named(clinic, row, place.name if place else "", tuple(dict.fromkeys(codes)))


def treatments_of(clinic: Clinic, reader: Any, patient_id: str) -> tuple[Treatment, ...]:
    """What somebody may be asked to pay for: visits to come, soonest first, then those of the last year, newest first;
    none that will not be."""
    mine = people.records(reader, clinic.tenant, patient_id)
    since, today = (clinic.today() - LONGEST_AGO).isoformat(), clinic.today().isoformat()
    found = [row for row in ledger.visits(reader, clinic.tenant, mine)
             if row.service_date >= since and stage_of(row.status) is not Stage.CANCELLED]  # fmt: skip
    coming = sorted((row for row in found if row.service_date >= today), key=lambda row: (row.starts_at, row.id))
    gone = [row for row in found if row.service_date < today]
    return tuple(_named(clinic, row) for row in [*coming, *gone][:MOST])


def _named(clinic: Clinic, row: VisitRow, location: str = "", codes: tuple[str, ...] = ()) -> Treatment:
    return Treatment(
        row.id, treatment_number(row.id), clinic.local(row.starts_at), row.title or "Visit", row.practitioner, location,
        codes, status_words(row.status) if is_over(row.status) else "",
    )  # fmt: skip
