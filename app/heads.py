"""Rows of the store as the screens name them: patients, visits, insurances, dates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from app.clinic import Clinic
from app.views import CoverageHead, PatientHead, VisitHead, VisitState
from models.basics.errors import RuleBroken
from models.rules import people, visits
from models.store.queries import online, rows
from models.store.queries.insured import asking
from models.store.queries.rows import CoverageRow, PatientRow, VisitRow

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def patient_head(row: PatientRow, today: date) -> PatientHead:
    """Who it is, with the two identifiers that are always in view."""
    name = people.display_name(family=row.family, given=row.given, suffix=row.suffix)
    born = people.parse_birth_date(row.birth_date)
    return PatientHead(
        row.id, name, people.initials(people.display_name(family=row.family, given=row.given)), born,
        people.age_on(born, today), row.mrn, people.show_phone(row.phone), row.email, row.receipt_by,
        row.merged_with,
    )  # fmt: skip


def payer_of(reader: Any, tenant: str, patient_id: str) -> PatientRow:
    """Who stands for the account of a patient, as of one read transaction. Raises RuleBroken `collect.patient_gone`."""
    payer = rows.person(reader, tenant, online.payer_of(asking(reader), tenant, patient_id))
    if payer is None:
        raise RuleBroken("collect.patient_gone")
    return payer


def visit_head(row: VisitRow, clinic: Clinic) -> VisitHead:
    """A visit and where it stands now; only a visit of today is late."""
    starts_at = clinic.local(row.starts_at)
    now = clinic.now() if row.service_date == clinic.today().isoformat() else starts_at
    state, late = visits.visit_state(row.status, starts_at, now)
    own = visits.stage_of(row.status) is visits.Stage.CUSTOM
    return VisitHead(
        row.id, starts_at, row.title or "Visit", row.practitioner, VisitState.CUSTOM if own else VisitState(state),
        late, visits.status_words(row.status) if own else "",
    )  # fmt: skip


def coverage_head(row: CoverageRow | None, clinic: Clinic) -> CoverageHead | None:
    """An insurance in one line: eligible only when somebody asked the payer."""
    if row is None:
        return None
    state = "inactive" if row.status != "active" else ("eligible" if row.checked_at else "unknown")
    name = row.plan if row.payer.casefold() in row.plan.casefold() else f"{row.payer} {row.plan}".strip()
    return CoverageHead(name, state, row.copay_cents, clinic.local(row.checked_at) if row.checked_at else None)


def day_text(day: date, today: date) -> str:
    """`Mar 2` this year, `Mar 2, 2025` otherwise."""
    short = f"{MONTHS[day.month - 1]} {day.day}"
    return short if day.year == today.year else f"{short}, {day.year}"


def full_day(day: date) -> str:
    """`Mar 2, 2026`, the year always."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def clock_text(moment: datetime) -> str:
    """`9:42 AM` on the clock the moment is in."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"


def days_text(days: int) -> str:
    """`1 day`, `73 days`."""
    return f"{days} day{'' if days == 1 else 's'}"


def lower_first(text: str) -> str:
    """`Office visit` inside a sentence: `office visit`; `MRI scan` stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
