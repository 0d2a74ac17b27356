"""A past practice brought to today: every patient's history moved by a whole number of days.

For practice and demonstrations. Some patients' newest visits come to lie on today's schedule, the others' on the days
just before; all distances within one patient's history stay. The same day and input always give the same result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from exchange.linking.state import Planned
from exchange.money import MoneyElsewhere
from models.basics.clock import parse_utc, utc_text
from models.basics.ids import natural_id
from models.operations import records

MOST_TODAY = 30
"""Patients whose newest visit comes to lie on today."""

OPENS = time(9)
FIRST_VISITS_ARRIVED = 6
VISIT_MINUTES = 15
_SLOT_MINUTES = 15
_EARLIER_A_DAY = 20
_GONE = ("cancelled", "no_show")


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to one patient: days to move by, and the slot of the newest visit on today (-1: not today)."""

    days: int
    newest_id: str
    slot: int = -1


def shift_to(today: date, zone: ZoneInfo, planned: Iterable[Planned]) -> None:
    """Move visits, charges, payments and insurance periods of `planned` in place: the newest visits lie on `today`.

    Patients without visits stay as they are. Times of day stay on the clinic's clock, save for the visits of today,
    which are spread over the day from nine o'clock in quarters of an hour.
    """
    items = list(planned)
    visits = [item.record for item in items if item.kind == "appointment"]
    people = {item.record.id: item.record for item in items if item.kind == "patient"}
    owing = {item.record.patient_id for item in items if item.kind == "charge" and item.record.responsibility_cents}
    moves = plan_moves(today, visits, people, owing)
    for item in items:
        change = _CHANGES.get(item.kind)
        move = moves.get(getattr(item.record, "patient_id", ""))
        if change is not None and move is not None:
            item.record = change(item.record, move, today, zone)


def plan_moves(
    today: date, visits: Iterable[records.Appointment], people: dict[str, records.Patient], owing: set[str]
) -> dict[str, Move]:
    """For each patient with visits, how far their history moves. Who cannot come in any more, does not come today; of
    those who do, the ones who owe something come first."""
    newest: dict[str, records.Appointment] = {}
    for visit in visits:
        other = newest.get(visit.patient_id)
        if other is None or (visit.status not in _GONE, visit.starts_at, visit.id) > (
            other.status not in _GONE, other.starts_at, other.id
        ):  # fmt: skip
            newest[visit.patient_id] = visit
    shuffled = sorted(newest, key=lambda patient_id: natural_id(today.isoformat(), patient_id))
    able = [patient_id for patient_id in shuffled if _may_come(people.get(patient_id), newest[patient_id])]
    chosen = sorted(able[:MOST_TODAY], key=lambda patient_id: patient_id not in owing)
    moves = {}
    for slot, patient_id in enumerate(chosen):
        moves[patient_id] = Move(_days(today, newest[patient_id]), newest[patient_id].id, slot)
    picked = set(chosen)
    for place, patient_id in enumerate(other for other in shuffled if other not in picked):
        day = today - timedelta(days=1 + place // _EARLIER_A_DAY)
        moves[patient_id] = Move(_days(day, newest[patient_id]), newest[patient_id].id)
    return moves


def _may_come(person: records.Patient | None, visit: records.Appointment) -> bool:
    return visit.status not in _GONE and (person is None or (person.active and not person.deceased))


def _days(day: date, visit: records.Appointment) -> int:
    return (day - date.fromisoformat(visit.service_date)).days


def _moved_day(text: str, days: int) -> str:
    try:
        return (date.fromisoformat(text) + timedelta(days=days)).isoformat() if text else ""
    except OverflowError:
        return text


def _visit(visit: records.Appointment, move: Move, today: date, zone: ZoneInfo) -> records.Appointment:
    if visit.id == move.newest_id and move.slot >= 0:
        return _on_today(visit, move.slot, today, zone)
    try:
        local = parse_utc(visit.starts_at).astimezone(zone)
        moved = datetime.combine(local.date() + timedelta(days=move.days), local.time(), zone)
        starts_at = utc_text(moved.astimezone(UTC))
    except OverflowError:  # at the ends of the calendar there is nowhere to go
        return visit
    status = "done" if moved.date() < today and visit.status not in _GONE else visit.status
    return replace(visit, starts_at=starts_at, service_date=moved.date().isoformat(), status=status)


def _on_today(visit: records.Appointment, slot: int, today: date, zone: ZoneInfo) -> records.Appointment:
    """On today's schedule: the first ones have arrived, the rest are to come."""
    starts_at = datetime.combine(today, OPENS, zone) + timedelta(minutes=_SLOT_MINUTES * slot)
    return replace(
        visit, starts_at=utc_text(starts_at.astimezone(UTC)), service_date=today.isoformat(),
        status="arrived" if slot < FIRST_VISITS_ARRIVED else "scheduled", minutes=visit.minutes or VISIT_MINUTES,
    )  # fmt: skip


def _charge(charge: records.Charge, move: Move, _today: date, _zone: ZoneInfo) -> records.Charge:
    return replace(charge, service_date=_moved_day(charge.service_date, move.days))


def _coverage(coverage: records.Coverage, move: Move, _today: date, _zone: ZoneInfo) -> records.Coverage:
    return replace(coverage, period_start=_moved_day(coverage.period_start, move.days),
                   period_end=_moved_day(coverage.period_end, move.days))  # fmt: skip


def _payment(payment: MoneyElsewhere, move: Move, _today: date, _zone: ZoneInfo) -> MoneyElsewhere:
    return replace(payment, received_date=_moved_day(payment.received_date, move.days),
                   posted_date=_moved_day(payment.posted_date, move.days))  # fmt: skip


_CHANGES: dict[str, Any] = {"appointment": _visit, "charge": _charge, "coverage": _coverage, "payment": _payment}
