from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from exchange.csv.columns import Mapping
from exchange.csv.read import read_csv
from exchange.drafts import FileContent, Reading
from exchange.fhir.bundle import read_fhir
from exchange.linking.link import Linked, link
from exchange.money import GIVEN_BACK, TAKEN, TAKEN_OFF, MoneyElsewhere
from exchange.samples.clinic import SampleClinic, clinic
from exchange.samples.resources import npi
from exchange.unpack import csv_text, json_text, unpacked
from models.operations.records import Appointment, Charge, Coverage, Patient, Practitioner
from tests.unit.exchange.known import SOURCE, TENANT, KnownRecords, made, reasons

DAY = date(2026, 5, 14)
ZONE = ZoneInfo("America/New_York")


def of_files(*files: FileContent) -> Linked:
    return link(files, TENANT, SOURCE, KnownRecords(), ZONE)


def records_of(sample: SampleClinic) -> Linked:
    return of_files(read_fhir("clinic.ndjson", json_text(sample.ndjson()), Reading(ZONE)))


def test_the_same_day_time_and_seed_give_the_same_clinic() -> None:
    assert clinic(DAY).ndjson() == clinic(DAY).ndjson()
    assert clinic(DAY, seed=2).ndjson() != clinic(DAY).ndjson()


def test_the_day_is_the_one_of_the_pictures() -> None:
    result = records_of(clinic(DAY))
    assert reasons(result) == []
    people = {person.id: person for person in made(result, Patient)}
    doctors = {doctor.id: doctor.name for doctor in made(result, Practitioner)}
    today = sorted((v for v in made(result, Appointment) if v.service_date == "2026-05-14"), key=lambda v: v.starts_at)
    assert len(today) == 22
    shown = [(people[v.patient_id].family, v.title, doctors[v.practitioner_id], v.status) for v in today[:6]]
    assert sorted(shown) == sorted([
        ("Novak", "Follow-up", "Dr. Okafor", "in_room"), ("Rahman", "New patient", "L. Fischer, NP", "in_room"),
        ("Kowalski", "Lab draw", "Nurse visit", "checked_in"), ("Brooks", "Office visit", "Dr. Reyes", "scheduled"),
        ("Alvarez", "Office visit", "Dr. Okafor", "arrived"), ("Osei", "Annual physical", "Dr. Okafor", "scheduled"),
    ])  # fmt: skip
    assert len({person.mrn for person in people.values()}) == len(people) == 63


def test_copays_expected_and_charged_balances_and_nothing_due() -> None:
    result = records_of(clinic(DAY))
    charged = Counter(charge.appointment_id for charge in made(result, Charge) if charge.kind == "copay")
    today = [v for v in made(result, Appointment) if v.service_date == "2026-05-14"]
    assert sum(bool(charged[v.id]) for v in today) >= 12
    assert sum(not charged[v.id] and v.copay_cents is not None for v in today) >= 4
    assert sum(not charged[v.id] and v.copay_cents is None for v in today) >= 3
    open_days = [
        c.service_date for c in made(result, Charge) if c.service_date < "2026-05-14" and c.responsibility_cents
    ]
    ages = [(DAY - date.fromisoformat(day)).days for day in open_days]
    assert min(ages) < 40
    assert max(ages) > 180
    assert any(charge.insurance_pending for charge in made(result, Charge))
    plans = {record.checked_at for record in made(result, Coverage)}
    assert "2026-05-14T12:05:00.000Z" in plans


@pytest.mark.parametrize("hour", range(6, 21))
def test_somebody_who_owes_has_arrived_at_any_time_of_day(hour: int) -> None:
    now = datetime(2026, 5, 14, hour, 17, tzinfo=ZONE)
    sample = clinic(DAY, now)
    result = records_of(sample)
    facts = sample.next_arrived
    (visit,) = [v for v in made(result, Appointment) if v.id == sample.record_id(TENANT, facts.appointment, SOURCE)]
    assert visit.status == "arrived"
    paid = sum(cents for payment in sample.payments if payment.patient == facts.patient for _, cents in payment.lines)
    owed = sum(charge.responsibility_cents for charge in made(result, Charge) if charge.patient_id == visit.patient_id)
    assert owed - paid == facts.owed_cents == 17_500
    waiting = [v for v in made(result, Appointment) if v.service_date == "2026-05-14" and v.status == "scheduled"]
    late = [v for v in waiting if v.starts_at < now.astimezone(UTC).isoformat()]
    assert len(late) <= 1
    assert all(payment.taken_at <= now for payment in sample.payments)


def test_every_shape_says_the_same() -> None:
    sample = clinic(DAY)
    shapes = sample.bundles()
    singles = [name for name in shapes if name.startswith("single-")]
    whole = [name for name in shapes if name not in singles]
    assert len(singles) == len(sample.resources)
    wanted = {item.record.id: item.record for _, items in records_of(sample).files for item in items}
    for names in (*([name] for name in whole), singles):
        files = [read_fhir(name, json_text(unpacked(shapes[name])), Reading(ZONE)) for name in names]
        result = of_files(*files)
        assert reasons(result) == []
        assert {item.record.id: item.record for _, items in result.files for item in items} == wanted


def test_tables_name_the_same_people_and_visits() -> None:
    sample = clinic(DAY)
    wanted = records_of(sample)
    files = [
        read_csv(name, csv_text(data), Reading(ZONE), Mapping(), DAY)
        for name, data in (("visits.csv", sample.csv_appointments()), ("patients.csv", sample.csv_patients()))
    ]
    result = of_files(*files)
    assert reasons(result) == []
    assert {p.id: (p.family, p.given, p.middle, p.birth_date, p.mrn, p.phone, p.guarantor_id)
            for p in made(result, Patient)} == {
        p.id: (p.family, p.given, p.middle, p.birth_date, p.mrn, p.phone, p.guarantor_id) for p in made(wanted, Patient)
    }  # fmt: skip
    assert {(v.id, v.patient_id, v.starts_at, v.title, v.minutes) for v in made(result, Appointment)} == {
        (v.id, v.patient_id, v.starts_at, v.title, v.minutes)
        for v in made(wanted, Appointment)
        if v.service_date >= "2026-05-14"
    }


def test_a_family_with_one_bill_and_a_visit_paid_ahead() -> None:
    sample = clinic(DAY)
    result = records_of(sample)
    bills = {person.given: person for person in made(result, Patient) if person.family == "Pemberton"}
    assert {name for name, person in bills.items() if person.guarantor_id == bills["Laura"].id} == {"Chloe", "Grace"}
    assert bills["Laura"].guarantor_id == ""
    (ahead,) = [visit for visit in made(result, Appointment) if visit.service_date > "2026-05-14"]
    prepaid = [p for p in sample.payments if p.appointment and sample.record_id(TENANT, p.appointment) == ahead.id]
    assert [(payment.amount_cents, payment.lines) for payment in prepaid] == [(2000, ())]
    assert not [charge for charge in made(result, Charge) if charge.appointment_id == ahead.id]


def test_amounts_are_written_as_decimals_with_cents() -> None:
    amounts = [
        resource["costToBeneficiary"][0]["valueMoney"]["value"]
        for resource in (json.loads(line, parse_float=str, parse_int=str) for line in clinic(DAY).ndjson().splitlines())
        if "costToBeneficiary" in resource
    ]
    assert set(amounts) <= {"15.00", "20.00", "25.00", "30.00", "35.00", "40.00", "50.00"}
    assert {Decimal(amount) for amount in amounts}


def test_national_numbers_carry_their_check_digit() -> None:
    assert npi(123_456_789) == "1234567893"


def test_a_day_in_another_zone_begins_at_nine_there() -> None:
    sample = clinic(DAY, zone="America/Los_Angeles")
    files = read_fhir("clinic.ndjson", json_text(sample.ndjson()), Reading(sample.zone))
    visits = made(link([files], TENANT, SOURCE, KnownRecords(), sample.zone), Appointment)
    assert min(v.starts_at for v in visits if v.service_date == "2026-05-14") == "2026-05-14T16:00:00.000Z"
    assert sample.practice.timezone == "America/Los_Angeles"
    assert sample.now - datetime(2026, 5, 14, 16, 41, tzinfo=UTC) == timedelta()


def test_its_payments_come_back_as_a_table() -> None:
    """Every payment of the practice with its line or visit, one refund and one correction tied to theirs."""
    sample = clinic(DAY)
    people = read_fhir("clinic.ndjson", json_text(sample.ndjson()), Reading(ZONE))
    table = read_csv("payments.csv", csv_text(sample.csv_payments()), Reading(ZONE), Mapping(), DAY)
    result = of_files(people, table)
    assert reasons(result) == []
    money = made(result, MoneyElsewhere)
    taken = [each for each in money if each.way == TAKEN]
    assert len(taken) == len(sample.payments)
    assert sum(each.amount_cents for each in taken) == sum(each.amount_cents for each in sample.payments)
    lines = {charge.id: charge.patient_id for charge in made(result, Charge)}
    for each in taken:
        assert not each.charge_id or lines[each.charge_id] == each.patient_id
    assert sum(bool(each.charge_id) for each in taken) == sum(bool(each.lines) for each in sample.payments)
    assert sorted(each.way for each in money if each.way != TAKEN) == [GIVEN_BACK, TAKEN_OFF]
