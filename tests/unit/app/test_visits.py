"""Visits: booked once and in series, moved, moved on, fallen out and put back; what that does to charges and money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.accounts import Accounts
from app.visit_charges import VisitCharges
from app.visit_views import ChargeForm, NewVisit
from app.visits import Visits
from models.basics.errors import RuleBroken
from models.operations.records import (
    Appointment,
    AppointmentProfile,
    BillingProfile,
    Charge,
    Location,
    ProfileLine,
    Rules,
    Series,
)
from models.rules.recurrence import Repeat
from models.store.queries import collect, recorded, visits
from tests.support.clinic import DAY, MARIA, TestClinic


def line(code: str, description: str, price_cents: int, units: int = 1) -> ProfileLine:
    return ProfileLine(code=code, description=description, price_cents=price_cents, units=units)


OFFICE = BillingProfile(id="codes", name="Office visit codes", lines=(
    line("99213", "Office visit, established", 12500),
    line("J1885", "Ketorolac injection", 1500, units=2),
), diagnoses=("Z00.00",))  # fmt: skip
ROUTINE = AppointmentProfile(id="routine", name="Routine check", reason="Check-up", minutes=20,
                             billing_profile_id="codes", payment_profile="cash")  # fmt: skip
NOBODY = replace(MARIA, rights=frozenset())


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient()
    made.put(OFFICE, ROUTINE, Location(id="main", name="Main street"))
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def story(clinic: TestClinic) -> Visits:
    return Visits(clinic.clinic)


def form(**more: Any) -> NewVisit:
    known = {"visit_id": "new", "patient_id": "rosa", "day": date(2026, 5, 28), "time": "09:30", "title": "Follow-up",
             **more}  # fmt: skip
    return NewVisit(**known)


def visit(clinic: TestClinic, appointment_id: str = "new") -> Appointment:
    with clinic.store.reader() as reader:
        found = recorded.one(reader, "alder", Appointment, appointment_id)
    assert found is not None
    return found


def charges(clinic: TestClinic, appointment_id: str = "new") -> list[Charge]:
    with clinic.store.reader() as reader:
        return sorted(visits.charges(reader, "alder", appointment_id), key=lambda charge: charge.code)


def figures(clinic: TestClinic) -> tuple[int, int, int]:
    """(owed, credit, prepaid) of Rosa in cents."""
    with clinic.store.reader() as reader:
        found = collect.figures(reader, "alder", "rosa")
    return found.statement_balance_cents, found.credit_cents, found.prepaid_cents


def status(clinic: TestClinic, appointment_id: str = "new") -> str:
    with clinic.store.reader() as reader:
        found = visits.standing(reader, "alder", appointment_id)
    assert found is not None
    return found.status


def refused(key: str, act: Any, *arguments: Any, **more: Any) -> RuleBroken:
    with pytest.raises(RuleBroken) as error:
        act(*arguments, **more)
    assert error.value.message_key == key
    return error.value


# A new visit ------------------------------------------------------------------------------------------------------


def test_a_visit_is_booked_at_the_clinics_time_and_takes_no_money(clinic: TestClinic, story: Visits) -> None:
    plan = story.book(form(minutes=15, practitioner_id="okafor", copay_cents=3000), MARIA)
    assert plan.days == (date(2026, 5, 28),)
    made = visit(clinic)
    assert (made.starts_at, made.service_date) == ("2026-05-28T14:30:00.000Z", "2026-05-28")
    assert (made.title, made.minutes, made.practitioner_id, made.copay_cents) == ("Follow-up", 15, "okafor", 3000)
    assert (made.series_id, made.instance_key, made.status) == ("", "", "scheduled")
    assert figures(clinic) == (0, 0, 0)


def test_the_offer_names_what_the_practice_has(clinic: TestClinic, story: Visits) -> None:
    offer = story.offer("rosa")
    assert offer.patient.name == "Rosa Quillfeather"
    assert [each.id for each in offer.profiles] == ["routine"]
    assert [each.id for each in offer.billing_profiles] == ["codes"]
    assert offer.practitioners == (("okafor", "Dr. Okafor"),)
    assert offer.locations == (("main", "Main street"),)
    assert not offer.covered
    clinic.coverage()
    assert story.offer("rosa").covered
    assert story.offer("rosa").visit_id != offer.visit_id
    refused("visit.no_patient", story.offer, "nobody")


def test_s0_36_the_connected_profile_lists_the_charges(clinic: TestClinic, story: Visits) -> None:
    wanted = form(profile_id="routine", billing_profile_id="codes", payment_profile="cash", practitioner_id="okafor")
    preview = story.preview(wanted)
    assert figures(clinic) == (0, 0, 0), "a preview writes nothing"
    assert (preview.billed_cents, preview.patient_cents) == (15500, 15500)
    assert story.book(wanted, MARIA) == preview
    listed = charges(clinic)
    assert [(each.code, each.billed_cents, each.units, each.service_date) for each in listed] == [
        ("99213", 12500, 1, "2026-05-28"), ("J1885", 3000, 2, "2026-05-28"),
    ]  # fmt: skip
    assert all(each.made_here and each.diagnoses == ("Z00.00",) and each.practitioner_id == "okafor" for each in listed)


def test_s0_22_with_cash_the_patient_owes_all_at_once_and_no_copay_is_asked(clinic: TestClinic, story: Visits) -> None:
    clinic.coverage()
    story.book(form(billing_profile_id="codes", payment_profile="cash", copay_cents=3000), MARIA)
    assert [(each.responsibility_cents, each.insurance_pending) for each in charges(clinic)] == [
        (12500, False), (3000, False)]  # fmt: skip
    assert visit(clinic).copay_cents == 0
    assert figures(clinic)[0] == 15500


@pytest.mark.parametrize("profile", ["insurance", "out_of_network", "auto_accident", "workers_comp"])
def test_s0_22_with_insurance_the_payer_decides_first(clinic: TestClinic, story: Visits, profile: str) -> None:
    story.book(form(billing_profile_id="codes", payment_profile=profile), MARIA)
    assert all(each.insurance_pending and not each.responsibility_cents for each in charges(clinic))
    assert figures(clinic)[0] == 0


@pytest.mark.parametrize("covered", [True, False])
def test_s0_22_where_nothing_is_said_the_insurance_on_file_tells(
    clinic: TestClinic, story: Visits, covered: bool
) -> None:
    if covered:
        clinic.coverage()
    story.book(form(billing_profile_id="codes"), MARIA)
    assert figures(clinic)[0] == (0 if covered else 15500)


def test_s0_38_booking_never_takes_money(clinic: TestClinic, story: Visits) -> None:
    clinic.paid(20000)
    story.book(form(billing_profile_id="codes", payment_profile="cash"), MARIA)
    assert clinic.rows("SELECT count(*) FROM payment")[0][0] == 1
    assert figures(clinic) == (15500, 20000, 0), "credit stays credit: nobody allocates to a visit that lies ahead"


def test_a_second_enter_books_nothing_twice(clinic: TestClinic, story: Visits) -> None:
    wanted = form(billing_profile_id="codes", payment_profile="cash")
    story.book(wanted, MARIA)
    before = clinic.rows("SELECT count(*) FROM outbox")[0][0]
    story.book(wanted, MARIA)
    assert clinic.rows("SELECT count(*) FROM outbox")[0][0] == before


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"patient_id": "nobody"}, "visit.no_patient"),
        ({"title": "  "}, "visit.title_missing"),
        ({"time": "25:00"}, "visit.time"),
        ({"time": ""}, "visit.time"),
        ({"minutes": -1}, "visit.minutes"),
        ({"minutes": 1441}, "visit.minutes"),
        ({"day": date(2206, 5, 28)}, "visit.day_out_of_range"),
        ({"day": date(2020, 5, 28)}, "visit.day_out_of_range"),
        ({"billing_profile_id": "gone"}, "profile.not_known"),
        ({"profile_id": "gone"}, "profile.not_known"),
        ({"repeat": Repeat("weekly", date(2026, 5, 28), date(2026, 5, 27))}, "series.ends_before_it_starts"),
        ({"repeat": Repeat("weekly", date(2026, 5, 28), date(2029, 5, 28))}, "series.too_many"),
    ],
)
def test_what_cannot_be_booked_is_refused_and_nothing_is_written(
    clinic: TestClinic, story: Visits, change: dict[str, Any], key: str
) -> None:
    before = clinic.rows("SELECT count(*) FROM outbox")[0][0]
    refused(key, story.book, form(**change), MARIA)
    assert clinic.rows("SELECT count(*) FROM outbox")[0][0] == before


def test_booking_needs_the_right(clinic: TestClinic, story: Visits) -> None:
    refused("staff.right_missing", story.book, form(), NOBODY)
    refused("staff.right_missing", story.set_status, "new", "arrived", NOBODY)
    refused("staff.right_missing", story.move, "new", date(2026, 6, 1), "09:30", NOBODY)
    refused("staff.right_missing", story.set_billing, "new", "settled", NOBODY)


def test_a_time_that_is_taken_is_named_and_refused(clinic: TestClinic, story: Visits) -> None:
    story.book(form(), MARIA)
    again = form(visit_id="other")
    assert story.preview(again).clashes == (date(2026, 5, 28),)
    assert refused("visit.time_taken", story.book, again, MARIA).facts == {"count": 1}
    story.set_status("new", "cancelled", MARIA)
    story.book(again, MARIA)
    assert visit(clinic, "other").service_date == "2026-05-28"


# Series -----------------------------------------------------------------------------------------------------------


def series(clinic: TestClinic, story: Visits, **more: Any) -> list[visits.Standing]:
    """Four Thursdays from May 28."""
    repeat = Repeat("weekly", date(2026, 5, 28), date(2026, 6, 18))
    story.book(form(repeat=repeat, **more), MARIA)
    return of_series(clinic)


def of_series(clinic: TestClinic) -> list[visits.Standing]:
    with clinic.store.reader() as reader:
        return visits.of_series(reader, "alder", "rosa", "new")


def test_s0_37_every_visit_of_a_series_has_a_stable_key_and_its_charges(clinic: TestClinic, story: Visits) -> None:
    made = series(clinic, story, billing_profile_id="codes", payment_profile="cash")
    assert [each.visit.instance_key for each in made] == [
        "new_20260528", "new_20260604", "new_20260611", "new_20260618"]  # fmt: skip
    assert [each.visit.service_date for each in made] == ["2026-05-28", "2026-06-04", "2026-06-11", "2026-06-18"]
    assert figures(clinic)[0] == 4 * 15500
    assert len({charge.id for each in made for charge in charges(clinic, each.visit.id)}) == 8


def test_s0_37_two_desks_book_one_series(clinic: TestClinic, story: Visits) -> None:
    first = series(clinic, story)
    again = [each.visit.id for each in first]
    series(clinic, story)
    assert [each.visit.id for each in of_series(clinic)] == again


def test_s0_37_monthly_on_the_31st_falls_on_the_last_day(clinic: TestClinic, story: Visits) -> None:
    repeat = Repeat("monthly", date(2026, 5, 31), date(2026, 9, 30))
    story.book(form(day=date(2026, 5, 31), repeat=repeat), MARIA)
    assert [each.visit.service_date for each in of_series(clinic)] == [
        "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"]  # fmt: skip


def test_s0_37_one_visit_of_a_series_is_moved_and_keeps_its_key(clinic: TestClinic, story: Visits) -> None:
    second = series(clinic, story, billing_profile_id="codes", payment_profile="cash")[1].visit
    assert story.move(second.id, date(2026, 6, 5), "14:15", MARIA) == 1
    moved = of_series(clinic)[1]
    assert (moved.visit.instance_key, moved.visit.service_date) == ("new_20260604", "2026-06-05")
    assert (moved.visit.starts_at, moved.status) == ("2026-06-05T19:15:00.000Z", "rescheduled")
    assert {charge.service_date for charge in charges(clinic, second.id)} == {"2026-06-05"}
    assert [each.visit.service_date for each in of_series(clinic)][2:] == ["2026-06-11", "2026-06-18"]
    assert figures(clinic)[0] == 4 * 15500


def test_s0_37_the_rest_of_a_series_moves_by_as_many_days(clinic: TestClinic, story: Visits) -> None:
    made = series(clinic, story)
    assert story.move(made[1].visit.id, date(2026, 6, 5), "10:00", MARIA, following=True) == 3
    assert [each.visit.service_date for each in of_series(clinic)] == [
        "2026-05-28", "2026-06-05", "2026-06-12", "2026-06-19"]  # fmt: skip
    assert [each.status for each in of_series(clinic)] == ["scheduled", *["rescheduled"] * 3]


def test_s0_37_the_rest_of_a_series_is_cancelled_and_the_series_ends(clinic: TestClinic, story: Visits) -> None:
    made = series(clinic, story, billing_profile_id="codes", payment_profile="cash")
    story.set_status(made[2].visit.id, "confirmed", MARIA)
    assert story.set_status(made[1].visit.id, "cancelled", MARIA, following=True).visits == 3
    assert [each.status for each in of_series(clinic)] == ["scheduled", *["cancelled"] * 3]
    assert figures(clinic)[0] == 15500
    with clinic.store.reader() as reader:
        kept = recorded.one(reader, "alder", Series, "new")
    assert kept is not None
    assert (kept.ends_on, kept.starts_on) == ("2026-06-03", "2026-05-28")


def test_a_visit_moves_only_before_it_begins_and_not_onto_another(clinic: TestClinic, story: Visits) -> None:
    story.book(form(), MARIA)
    story.book(form(visit_id="other", time="10:00"), MARIA)
    refused("visit.time_taken", story.move, "other", date(2026, 5, 28), "09:30", MARIA)
    refused("visit.time", story.move, "other", date(2026, 5, 28), "nine", MARIA)
    refused("visit.day_out_of_range", story.move, "other", date(2999, 5, 28), "09:30", MARIA)
    assert story.move("other", date(2026, 5, 28), "10:00", MARIA) == 0, "where it is already"
    story.set_status("other", "in_room", MARIA)
    refused("visit.has_begun", story.move, "other", date(2026, 5, 29), "10:00", MARIA)
    refused("visit.not_found", story.move, "gone", date(2026, 5, 29), "10:00", MARIA)


# Moving on --------------------------------------------------------------------------------------------------------


def test_s0_39_every_transition_is_in_the_log_with_who_and_when(clinic: TestClinic, story: Visits) -> None:
    story.book(form(), MARIA)
    for each in ("confirmed", "arrived", "checked_in", "in_room", "in_session", "done"):
        assert story.set_status("new", each, MARIA).visits == 1
        assert status(clinic) == each
    assert story.set_status("new", "done", MARIA).visits == 0
    logged = clinic.rows("SELECT json_extract(op, '$.body.status'), json_extract(op, '$.actor') FROM outbox "
                         "WHERE json_extract(op, '$.kind') = 'visit.status' ORDER BY dseq")  # fmt: skip
    assert [tuple(row) for row in logged] == [
        (each, "maria") for each in ("confirmed", "arrived", "checked_in", "in_room", "in_session", "done")
    ]


def test_s0_39_a_status_of_the_practices_own(clinic: TestClinic, story: Visits) -> None:
    story.book(form(), MARIA)
    refused("visit.cannot_become", story.set_status, "new", "custom:At x-ray", MARIA)
    clinic.put(Rules(custom_statuses=("At x-ray",)))
    assert ("custom:At x-ray", "At x-ray") in story.card("new").ways
    story.set_status("new", "custom:At x-ray", MARIA)
    assert story.card("new").status == "custom:At x-ray"
    refused("visit.cannot_become", story.set_status, "new", "custom:At x-rax", MARIA)


def test_h6_a_cancelled_visit_keeps_its_money_and_loses_its_listed_charges(clinic: TestClinic, story: Visits) -> None:
    story.book(form(billing_profile_id="codes", payment_profile="cash"), MARIA)
    clinic.paid(2500, visit="new")
    assert figures(clinic) == (15500, 0, 2500)
    card = story.card("new")
    assert (card.money_cents, card.listed) == (2500, 2)
    made = story.set_status("new", "cancelled", MARIA)
    assert (made.waits_cents, made.credit_cents, made.fee_cents) == (2500, 0, 0)
    assert figures(clinic) == (0, 0, 2500), "never refunded by itself"
    assert not any(each.insurance_pending or each.responsibility_cents for each in charges(clinic))


def test_h6_put_back_on_the_schedule_the_charges_are_owed_again(clinic: TestClinic, story: Visits) -> None:
    story.book(form(day=date(2026, 5, 14), billing_profile_id="codes", payment_profile="cash"), MARIA)
    story.set_status("new", "cancelled", MARIA)
    clinic.charge(700, DAY, charge_id="theirs", visit="new")
    clinic.paid(2500, visit="new")
    story.set_status("new", "scheduled", MARIA)
    assert [each.responsibility_cents for each in charges(clinic) if each.made_here] == [12500, 3000]
    owed, credit, prepaid = figures(clinic)
    assert owed - credit - prepaid == 15500 + 700 - 2500
    story.set_status("new", "no_show", MARIA)
    story.set_status("new", "no_show", MARIA)
    story.set_status("new", "arrived", MARIA)
    assert [each.responsibility_cents for each in charges(clinic) if each.made_here] == [12500, 3000]
    owed, credit, prepaid = figures(clinic)
    assert owed - credit - prepaid == 15500 + 700 - 2500


def test_h6_nobody_asks_the_payer_about_a_visit_that_was_not(clinic: TestClinic, story: Visits) -> None:
    story.book(form(billing_profile_id="codes", payment_profile="insurance"), MARIA)
    story.set_status("new", "cancelled", MARIA)
    assert not any(each.insurance_pending for each in charges(clinic))
    story.set_status("new", "scheduled", MARIA)
    assert [(each.insurance_pending, each.responsibility_cents) for each in charges(clinic)] == [(True, 0)] * 2
    assert story.card("new").billing_status == "bill_insurance"


def test_h6_charges_of_another_program_wait_for_its_word(clinic: TestClinic, story: Visits) -> None:
    clinic.visit(status="scheduled")
    clinic.charge(4000, DAY, charge_id="theirs", visit="today")
    story.set_status("today", "cancelled", MARIA)
    assert figures(clinic)[0] == 4000


def test_h6_what_waits_becomes_credit_when_somebody_says_so(clinic: TestClinic, story: Visits) -> None:
    story.book(form(), MARIA)
    clinic.paid(2500, visit="new")
    story.set_status("new", "cancelled", MARIA)
    stale = refused("account.changed", story.keep_as_credit, "new", 2400, MARIA)
    assert stale.facts["unallocated_cents"] == 2500
    assert story.keep_as_credit("new", 2500, MARIA) == 2500
    assert figures(clinic) == (0, 2500, 0)
    refused("account.changed", story.keep_as_credit, "new", 2500, MARIA)
    refused("staff.right_missing", story.keep_as_credit, "new", 2500, NOBODY)


def test_the_no_show_fee_is_asked_once_and_only_for_a_no_show(clinic: TestClinic, story: Visits) -> None:
    clinic.put(Rules(no_show_fee_cents=5000))
    clinic.visit(status="scheduled")
    refused("visit.not_a_no_show", story.charge_no_show, "today", 5000, MARIA)
    assert story.set_status("today", "no_show", MARIA).fee_cents == 5000
    story.charge_no_show("today", 5000, MARIA)
    story.charge_no_show("today", 5000, MARIA)
    assert figures(clinic)[0] == 5000
    story.set_status("today", "scheduled", MARIA)
    assert story.set_status("today", "no_show", MARIA).fee_cents == 0, "it is asked already"
    assert figures(clinic)[0] == 5000, "the fee is nobody's listed charge"


def test_the_no_show_fee_is_paid_by_what_waits(clinic: TestClinic, story: Visits) -> None:
    clinic.put(Rules(no_show_fee_cents=5000))
    clinic.visit(status="scheduled")
    clinic.paid(7500, visit="today")
    story.set_status("today", "no_show", MARIA)
    story.charge_no_show("today", 5000, MARIA)
    assert figures(clinic) == (0, 0, 2500)


# Its bill ---------------------------------------------------------------------------------------------------------


def test_s0_23_the_billing_status_follows_payments_until_a_person_settles_it(clinic: TestClinic, story: Visits) -> None:
    clinic.visit()
    assert story.card("today").billing_status == ""
    clinic.charge(10000, DAY, charge_id="c", visit="today")
    assert story.card("today").billing_status == "balance_due"
    clinic.paid(4000, "first", visit="today")
    clinic.charge(10001, DAY, charge_id="c", visit="today")  # what waits for a visit pays when its charges change
    assert figures(clinic) == (6001, 0, 0)
    assert story.card("today").billing_status == "balance_due", "a part payment leaves it"
    story.set_billing("today", "settled", MARIA)
    assert (story.card("today").billing_status, story.card("today").billing_said) == ("settled", "settled")
    story.set_billing("today", "", MARIA)
    assert story.card("today").billing_status == "balance_due"
    refused("visit.billing_unknown", story.set_billing, "today", "paid_twice", MARIA)


def test_s0_23_paid_in_full_when_a_payment_zeroes_it(clinic: TestClinic, story: Visits) -> None:
    clinic.visit()
    clinic.paid(10000, "all", visit="today")
    clinic.charge(10000, DAY, charge_id="c", visit="today")
    assert story.card("today").billing_status == "paid_in_full"
    clinic.put(Rules(paid_in_full_follows=False))
    assert story.card("today").billing_status == ""


# Charges ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def items(clinic: TestClinic, story: Visits) -> VisitCharges:
    clinic.visit()
    return VisitCharges(clinic.clinic, story)


def item(**more: Any) -> ChargeForm:
    known = {"charge_id": "line", "appointment_id": "today", "code": " 99213 ", "description": "Office visit",
             "billed_cents": 12500, "allowed_cents": 9000, "patient_cents": 3000, "kind": "copay", **more}  # fmt: skip
    return ChargeForm(**known)


def test_a_charge_is_typed_and_changed(clinic: TestClinic, items: VisitCharges) -> None:
    items.save(item(), MARIA)
    items.save(item(), MARIA)
    [made] = charges(clinic, "today")
    assert (made.code, made.kind, made.copay_cents, made.responsibility_cents) == ("99213", "copay", 3000, 3000)
    assert (made.allowed_cents, made.billed_cents, made.service_date) == (9000, 12500, DAY)
    assert figures(clinic)[0] == 3000
    sheet = items.sheet("today", "line")
    assert sheet.changes
    items.save(replace(sheet.form, patient_cents=9000, kind="deductible"), MARIA)
    [made] = charges(clinic, "today")
    assert (made.copay_cents, made.deductible_cents) == (0, 9000)
    assert figures(clinic)[0] == 9000


def test_n7_money_that_waits_for_the_visit_pays_a_typed_charge_at_once(clinic: TestClinic, items: VisitCharges) -> None:
    clinic.paid(2000, visit="today")
    assert items.sheet("today").waiting_cents == 2000
    items.save(item(patient_cents=5000), MARIA)
    assert figures(clinic) == (3000, 0, 0)


def test_a_charge_taken_off_gives_back_what_was_paid_on_it(clinic: TestClinic, items: VisitCharges) -> None:
    clinic.paid(2000, visit="today")
    items.save(item(patient_cents=5000), MARIA)
    assert items.sheet("today", "line").paid_cents == 2000
    assert items.remove("line", MARIA) == 2000
    assert figures(clinic) == (0, 0, 2000)
    assert items.remove("line", MARIA) == 0


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"code": " "}, "charge.code_missing"),
        ({"code": "X" * 17}, "charge.code_missing"),
        ({"description": ""}, "charge.words_missing"),
        ({"units": 0}, "charge.units"),
        ({"kind": "fee"}, "charge.units"),
        ({"billed_cents": -1}, "charge.amounts"),
        ({"billed_cents": 0, "allowed_cents": 0, "patient_cents": 0}, "charge.amounts"),
        ({"allowed_cents": 12501}, "charge.allowed_above_billed"),
        ({"patient_cents": 9001}, "charge.patient_above_allowed"),
        ({"allowed_cents": 0, "patient_cents": 12501}, "charge.patient_above_allowed"),
        ({"diagnoses": ("flu",)}, "charge.diagnosis"),
        ({"appointment_id": "gone"}, "visit.not_found"),
    ],
)
def test_a_charge_that_makes_no_sense_is_refused(
    clinic: TestClinic, items: VisitCharges, change: dict[str, Any], key: str
) -> None:
    refused(key, items.save, item(**change), MARIA)
    assert charges(clinic, "today") == []


def test_charges_of_other_programs_and_fallen_visits_are_left_alone(clinic: TestClinic, items: VisitCharges) -> None:
    clinic.charge(4500, DAY, charge_id="theirs", visit="today")
    refused("charge.of_another_program", items.sheet, "today", "theirs")
    refused("charge.of_another_program", items.save, item(charge_id="theirs"), MARIA)
    refused("charge.of_another_program", items.remove, "theirs", MARIA)
    refused("charge.not_found", items.remove, "nothing", MARIA)
    refused("staff.right_missing", items.save, item(), NOBODY)
    Visits(clinic.clinic).set_status("today", "cancelled", MARIA)
    refused("visit.fallen_out", items.save, item(), MARIA)


def test_the_sheet_knows_the_practices_codes_and_who_pays(clinic: TestClinic, items: VisitCharges) -> None:
    sheet = items.sheet("today")
    assert sheet.known_codes == (("99213", "Office visit, established", 12500), ("J1885", "Ketorolac injection", 1500))
    assert (sheet.covered, sheet.cash, sheet.form.insurance_pending) == (False, True, False)
    clinic.coverage()
    assert items.sheet("today").form.insurance_pending


def test_s0_02_the_ledger_lists_what_a_payer_decides_about_and_not_what_was_taken_off(
    clinic: TestClinic, story: Visits, items: VisitCharges
) -> None:
    story.book(form(billing_profile_id="codes", payment_profile="insurance"), MARIA)
    items.save(item(), MARIA)
    listed = Accounts(clinic.clinic, clinic.settings).ledger("rosa").charges
    assert {(line.code, line.responsibility_cents, line.insurance_pending) for line in listed} == {
        ("99213", 0, True), ("J1885", 0, True), ("99213", 3000, False),
    }  # fmt: skip
    items.remove("line", MARIA)
    listed = Accounts(clinic.clinic, clinic.settings).ledger("rosa").charges
    assert {line.code for line in listed if not line.insurance_pending} == set()
