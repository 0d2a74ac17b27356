"""What Appointment and Encounter have in common: a stretch of time on the clinic's clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from exchange.values import clinic_day, moment_text
from models.operations import records

LONGEST_VISIT_MINUTES = 24 * 60


def visit_record(
    start: datetime | None, end: datetime | None, zone: ZoneInfo, path: str, *, status: str, title: str, reason: str
) -> records.Appointment:
    """An appointment without ids. Without a start its times stay empty until a slot fills them."""
    return records.Appointment(
        id="", patient_id="", starts_at=moment_text(start, path) if start else "",
        service_date=clinic_day(start, zone, path) if start else "", title=title, reason=reason, status=status,
        minutes=minutes_between(start, end),
    )  # fmt: skip


def minutes_between(start: datetime | None, end: datetime | None) -> int:
    """Whole minutes from start to end; 0 when not known, backwards, or longer than a day (a stay, not a visit)."""
    if start is None or end is None:
        return 0
    minutes = int((end - start).total_seconds() // 60)
    return minutes if 0 < minutes <= LONGEST_VISIT_MINUTES else 0
