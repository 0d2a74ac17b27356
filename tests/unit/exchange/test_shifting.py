from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from exchange.linking.state import Planned
from exchange.money import TAKEN, MoneyElsewhere
from exchange.shifting import FIRST_VISITS_ARRIVED, MOST_TODAY, shift_to
from models.basics.clock import parse_utc
from models.operations.records import Appointment, Charge, Coverage, Patient

ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 5, 14)


def visit(patient: str, number: int, starts_at: str, status: str = "done") -> Planned:
    local = parse_utc(starts_at).astimezone(ZONE).date().isoformat()
    record = Appointment(
        id=f"{patient}-{number}", patient_id=patient, starts_at=starts_at, service_date=local, status=status
    )
    return Planned(0, "", "appointment", record)


def practice(people: int, **more: bool) -> list[Planned]:
    items = []
    for number in range(people):
        patient = f"p{number}"
        plan = Coverage(id=f"c{patient}", patient_id=patient, payer="Blue", period_start="2019-01-01",
                        period_end="2020-12-31")  # fmt: skip
        line = Charge(id=f"x{patient}", patient_id=patient, service_date="2019-11-01", description="",
                      responsibility_cents=1)  # fmt: skip
        items += [
            Planned(0, "", "patient", Patient(id=patient, family="Quillfeather", **more)),
            Planned(0, "", "coverage", plan),
            visit(patient, 1, "2019-11-01T15:30:00.000Z"),
            visit(patient, 2, f"2020-03-{number % 28 + 1:02d}T03:10:00.000Z"),
            Planned(0, "", "charge", line),
        ]
    return items


def visits(items: list[Planned]) -> list[Appointment]:
    return [item.record for item in items if item.kind == "appointment"]


def test_newest_visits_fill_todays_schedule_and_the_rest_lie_before() -> None:
    items = practice(50)
    shift_to(TODAY, ZONE, items)
    today = sorted((v for v in visits(items) if v.service_date == TODAY.isoformat()), key=lambda v: v.starts_at)
    assert len(today) == MOST_TODAY
    assert len({v.patient_id for v in today}) == MOST_TODAY
    clock = [parse_utc(v.starts_at).astimezone(ZONE).strftime("%H:%M") for v in today]
    assert (clock[0], clock[-1]) == ("09:00", "16:15")
    assert [v.status for v in today[:FIRST_VISITS_ARRIVED]] == ["arrived"] * FIRST_VISITS_ARRIVED
    assert {v.status for v in today[FIRST_VISITS_ARRIVED:]} == {"scheduled"}
    others = {v.patient_id for v in visits(items)} - {v.patient_id for v in today}
    newest = {v.patient_id: v.service_date for v in visits(items) if v.patient_id in others and v.id.endswith("-2")}
    assert set(newest.values()) == {(TODAY - timedelta(days=1)).isoformat()}
    assert all(v.service_date <= TODAY.isoformat() for v in visits(items))


def test_distances_within_one_history_stay_to_the_day() -> None:
    before = practice(50)
    after = deepcopy(before)
    shift_to(TODAY, ZONE, after)
    moved: dict[str, set[int]] = {}
    for old, new in zip(before, after, strict=True):
        for name in ("service_date", "period_start", "period_end"):
            if hasattr(old.record, name):
                days = date.fromisoformat(getattr(new.record, name)) - date.fromisoformat(getattr(old.record, name))
                moved.setdefault(old.record.patient_id, set()).add(days.days)
    assert all(len(days) == 1 for days in moved.values())
    clocks = [parse_utc(item.record.starts_at).astimezone(ZONE).strftime("%H:%M") for item in after if item.kind ==
              "appointment" and item.record.id.endswith("-1")]  # fmt: skip
    assert set(clocks) == {"11:30"}  # across the change of the clocks


def test_the_same_day_and_input_give_the_same_result() -> None:
    one, other = practice(40), list(reversed(practice(40)))
    shift_to(TODAY, ZONE, one)
    shift_to(TODAY, ZONE, other)
    assert {v.id: v for v in visits(one)} == {v.id: v for v in visits(other)}
    tomorrow = practice(40)
    shift_to(TODAY + timedelta(days=1), ZONE, tomorrow)
    assert {v.id for v in visits(tomorrow) if v.service_date == "2026-05-15"} != {
        v.id for v in visits(one) if v.service_date == "2026-05-14"
    }


def test_who_has_arrived_owes_something_where_anybody_does() -> None:
    items = practice(20)
    for item in items:
        if item.kind == "charge" and item.record.patient_id not in {"p3", "p11"}:
            item.record = replace(item.record, responsibility_cents=0)
    shift_to(TODAY, ZONE, items)
    today = sorted((v.starts_at, v.patient_id) for v in visits(items) if v.service_date == TODAY.isoformat())
    assert {patient for _, patient in today[:2]} == {"p3", "p11"}


@pytest.mark.parametrize("gone", [{"deceased": True}, {"active": False}])
def test_who_cannot_come_does_not_come_today(gone: dict[str, bool]) -> None:
    items = practice(3, **gone)
    shift_to(TODAY, ZONE, items)
    assert {v.service_date for v in visits(items) if v.id.endswith("-2")} == {"2026-05-13"}


def test_a_cancelled_visit_is_not_the_newest_and_stays_cancelled() -> None:
    items = [visit("p", 1, "2020-01-05T15:00:00.000Z"), visit("p", 2, "2020-02-05T15:00:00.000Z", "cancelled")]
    shift_to(TODAY, ZONE, items)
    assert [(v.service_date, v.status) for v in visits(items)] == [
        ("2026-05-14", "arrived"),
        ("2026-06-14", "cancelled"),
    ]


def test_patients_without_visits_stay_and_the_ends_of_the_calendar_do_not_break() -> None:
    charge = Charge(id="x", patient_id="nobody", service_date="2019-01-01", description="", responsibility_cents=1)
    items = [
        Planned(0, "", "charge", charge),
        visit("p", 1, "9999-12-31T20:00:00.000Z"),
        visit("p", 2, "0001-01-02T15:00:00.000Z"),
    ]
    shift_to(TODAY, ZONE, items)
    assert items[0].record == charge
    assert items[1].record.service_date == "2026-05-14"
    assert items[2].record.service_date == "0001-01-02"


def test_payments_move_with_their_patient() -> None:
    items = practice(1)
    paid = MoneyElsewhere(id="m", patient_id="p0", way=TAKEN, amount_cents=1, method_id="cash",
                          received_date="2020-03-01", posted_date="")  # fmt: skip
    items.append(Planned(0, "", "payment", paid))
    newest = max(visit.service_date for visit in visits(items))
    shift_to(TODAY, ZONE, items)
    moved = TODAY - date.fromisoformat(newest)
    assert items[-1].record.received_date == (date(2020, 3, 1) + moved).isoformat()
    assert items[-1].record.posted_date == ""
