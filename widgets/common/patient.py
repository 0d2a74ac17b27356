"""Who a patient is, in the two identifiers every screen shows beside the name."""

from __future__ import annotations

from app.views import PatientHead, VisitHead
from widgets.common.when import full_day_text, time_text


def birth_text(patient: PatientHead) -> str:
    """`Mar 14, 1984`, or that it is not known."""
    return full_day_text(patient.birth_date) if patient.birth_date else "no birth date"


LONGEST_MRN = 14
"""A longer number (some EHRs use UUIDs) shows its two ends; the receipt has it whole."""


def mrn_text(mrn: str) -> str:
    """The number as it fits beside a name: `0041877`, `f4673866…b480`."""
    return mrn if len(mrn) <= LONGEST_MRN else f"{mrn[:8]}…{mrn[-4:]}"


def identity_text(patient: PatientHead, *, phone: bool = False) -> str:
    """`42 y · Mar 14, 1984 · MRN 0041877`, with the phone number where it is asked for and known."""
    parts = [f"merged with {patient.merged_with}"] if patient.merged_with else []
    parts += [f"{patient.age} y"] if patient.age is not None else []
    parts.append(birth_text(patient))
    if patient.mrn:
        parts.append(f"MRN {mrn_text(patient.mrn)}")
    if phone and patient.phone:
        parts.append(patient.phone)
    return " · ".join(parts)


def short_identity_text(patient: PatientHead) -> str:
    """`Mar 14, 1984 · 0041877`, for a table's second line; of a record that was merged, whom it goes by first."""
    first = f"merged with {patient.merged_with}" if patient.merged_with else birth_text(patient)
    return " · ".join(part for part in (first, mrn_text(patient.mrn)) if part)


def visit_text(visit: VisitHead) -> str:
    """`Office visit 9:45 AM, Dr. Okafor`."""
    first = f"{visit.title or 'Visit'} {time_text(visit.starts_at)}"
    return f"{first}, {visit.practitioner}" if visit.practitioner else first
