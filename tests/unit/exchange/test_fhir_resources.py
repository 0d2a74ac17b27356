"""What each resource type becomes, one by one, before references are found."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exchange.drafts import (
    AccountDraft,
    AnswerDraft,
    AnyDraft,
    ChargeDraft,
    CoverageDraft,
    FileContent,
    Identifier,
    Key,
    LocationDraft,
    PatientDraft,
    PractitionerDraft,
    Reading,
    SlotDraft,
    VisitDraft,
)
from exchange.fhir.bundle import read_fhir
from models.operations import records
from tests.support.imports import appointment, bundle, coverage, encounter, explanation, patient

READING = Reading(ZoneInfo("America/New_York"))


def read(*resources: Any) -> FileContent:
    """What is in a file with these resources."""
    value = resources[0] if len(resources) == 1 else bundle(*resources)
    return read_fhir("file.json", json.dumps(value), READING)


def only(resource: Any) -> AnyDraft:
    """The one draft of a resource that is taken."""
    content = read(resource)
    assert content.refusals == []
    assert len(content.drafts) == 1
    return content.drafts[0]


def reason(*resources: Any) -> tuple[str, str]:
    """(reason, path) of the one refusal."""
    content = read(*resources)
    assert content.drafts == []
    (refusal,) = content.refusals
    return refusal.reason, refusal.path


# Patient ----------------------------------------------------------------------------------------------------------


def patient_of(**more: Any) -> records.Patient:
    draft = only(patient(**more))
    assert isinstance(draft, PatientDraft)
    return draft.record


def test_a_patient_with_everything() -> None:
    draft = only(patient(
        identifier=[
            {"type": {"coding": [{"code": "MR"}]}, "value": "OLD-1", "period": {"end": "2020"}},
            {"type": {"coding": [{"code": "MR"}]}, "use": "usual", "system": "urn:clinic", "value": "0041877"},
            {"type": {"coding": [{"code": "SS"}]}, "value": "999-16-5745"},
        ],
        name=[
            {"use": "maiden", "family": "Windsor", "given": ["Ada"]},
            {"use": "usual", "family": "Q", "given": ["Addie"]},
            {"use": "official", "family": "Quillfeather", "given": ["Ada", "Beth", "Cleo"], "suffix": ["III"]},
        ],
        telecom=[
            {"system": "phone", "value": "555 010 0000", "use": "old"},
            {"system": "phone", "value": "5550101111", "use": "work", "rank": 1},
            {"system": "phone", "value": "555-010-2222", "use": "mobile", "rank": 2},
            {"system": "email", "value": "ada@example.org"},
            {"use": "home"},
        ],
        gender="female",
        deceasedDateTime="2026-01-01",
        address=[{"use": "home", "line": ["7 Birch Lane", "Flat 2"], "city": "Boston", "state": "MA",
                  "postalCode": "02101"}],
        meta={"lastUpdated": "2026-05-01T00:00:00Z"},
    ))  # fmt: skip
    assert isinstance(draft, PatientDraft)
    assert draft.record == records.Patient(
        id="", family="Quillfeather", given="Ada", middle="Beth Cleo", suffix="III", birth_date="1984-03-14",
        sex="female", mrn="0041877", phone="(555) 010-2222", email="ada@example.org",
        address=("7 Birch Lane", "Flat 2", "Boston, MA 02101"), deceased=True,
    )  # fmt: skip
    assert draft.key == Key("Patient", "1")
    assert draft.updated == "2026-05-01T00:00:00Z"
    assert Identifier("urn:clinic", "0041877") in draft.identifiers


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ([{"text": "Dr. Ada Quillfeather, Jr."}], "Quillfeather", "Ada"),
        ([{"given": ["Cher"]}], "Cher", ""),
        ([{"use": "official", "extension": []}, {"use": "usual", "family": "Quillfeather"}], "Quillfeather", ""),
        ([{"family": "Quillfeather", "period": {"end": "2001"}}, {"family": "Quillfeather-Ng"}], "Quillfeather-Ng", ""),
    ],
)
def test_which_name_counts(name: list[dict[str, Any]], family: str, given: str) -> None:
    record = patient_of(name=name)
    assert (record.family, record.given) == (family, given)


def test_a_replaced_patient_is_inactive_and_may_lack_a_name() -> None:
    link = [{"other": {"reference": "Patient/2"}, "type": "replaced-by"}]
    draft = only({"resourceType": "Patient", "id": "1", "active": False, "link": link, "name": [{"extension": []}]})
    assert isinstance(draft, PatientDraft)
    assert draft.merged
    assert not draft.record.active
    assert not patient_of(link=link).active
    assert patient_of(link=[{"other": {"reference": "Patient/2"}, "type": "seealso"}]).active


@pytest.mark.parametrize(
    ("spoken", "language"),
    [
        ([], ""),
        ([("es-MX", False)], "es"),
        ([("en-US", False), ("ES", True)], "es"),
        ([("english", True), ("zh-Hans-CN", False)], "zh"),
        ([("", True)], ""),
    ],
)
def test_the_language_somebody_would_rather_speak(spoken: list[tuple[str, bool]], language: str) -> None:
    said = [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": code}]}, "preferred": preferred}
            for code, preferred in spoken]  # fmt: skip
    draft = only(patient(communication=said))
    assert isinstance(draft, PatientDraft)
    assert draft.record.language == language
    assert ("language" in draft.silent) is (language == ""), "what is not said leaves what was"


def test_a_year_of_birth_alone_is_no_identifier() -> None:
    assert patient_of(birthDate="1984").birth_date == ""


@pytest.mark.parametrize(
    ("more", "key", "path"),
    [
        ({"name": []}, "import.no_name", "name"),
        ({"name": [{"use": "official"}]}, "import.no_name", "name"),
        ({"name": "Ada"}, "import.wrong_type", "name"),
        ({"name": [{"family": ["Quillfeather"]}]}, "import.wrong_type", "name[0].family"),
        ({"name": [{"family": "Q\u0000"}]}, "import.text_damaged", "name[0].family"),
        ({"name": [{"family": "Q" * 5_000}]}, "import.text_too_long", "name[0].family"),
        ({"active": "true"}, "import.wrong_type", "active"),
        ({"id": "../../etc/passwd"}, "import.id_signs", "id"),
        ({"id": ""}, "import.id_signs", "id"),
        ({"id": 17}, "import.id_signs", "id"),
        ({"id": "x" * 129}, "import.id_signs", "id"),
        ({"id": None}, "import.no_id", ""),
        ({"telecom": [7]}, "import.wrong_type", "telecom[0]"),
    ],
)
def test_patients_that_are_refused(more: dict[str, Any], key: str, path: str) -> None:
    assert reason(patient(**more)) == (key, path)


# Practitioner, Location, Organization -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ({"family": "Okafor", "given": ["Chidi"], "prefix": ["Dr."]}, "Dr. Okafor"),
        ({"family": "Fischer", "given": ["Lena"], "suffix": ["NP"]}, "L. Fischer, NP"),
        ({"family": "Ruiz", "given": ["Ana"]}, "Ana Ruiz"),
        ({"text": "Nurse visit"}, "Nurse visit"),
    ],
)
def test_practitioners_are_called_as_beside_a_visit(name: dict[str, Any], shown: str) -> None:
    numbers = [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}]
    draft = only({"resourceType": "Practitioner", "id": "d1", "name": [name], "identifier": numbers, "active": "true"})
    assert isinstance(draft, PractitionerDraft)
    assert draft.record == records.Practitioner(id="", name=shown, npi="1234567893")


def test_what_is_no_national_number_is_left_out() -> None:
    numbers = [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "490"}]
    draft = only({"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Okafor"}], "identifier": numbers})
    assert isinstance(draft, PractitionerDraft)
    assert draft.record.npi == ""
    assert draft.identifiers == (Identifier("http://hl7.org/fhir/sid/us-npi", "490"),)


def test_places_and_their_other_names() -> None:
    draft = only({"resourceType": "Location", "id": "l1", "alias": ["South Wing"]})
    assert isinstance(draft, LocationDraft)
    assert draft.record.name == "South Wing"
    assert reason({"resourceType": "Location", "id": "l1"}) == ("import.no_name", "name")
    assert reason({"resourceType": "Practitioner", "id": "d1", "name": []}) == ("import.no_name", "name")


# Coverage ---------------------------------------------------------------------------------------------------------


def coverage_of(**more: Any) -> CoverageDraft:
    draft = only(coverage(**more))
    assert isinstance(draft, CoverageDraft)
    return draft


def cost(code: str, cents: str, currency: str = "USD") -> dict[str, Any]:
    return {"type": {"coding": [{"code": code}]}, "valueMoney": {"value": float(cents), "currency": currency}}


def test_a_coverage_with_everything() -> None:
    plan = {"type": {"coding": [{"code": "plan"}]}, "value": "77", "name": "Gold"}
    draft = coverage_of(
        subscriberId="M-1", order=2, period={"start": "2026", "end": "2026-06"}, **{"class": [plan]},
        costToBeneficiary=[cost("spvisit", "60"), cost("gpvisit", "30.00"), {"type": {"coding": [{"code": "copaypct"}]},
                           "valueQuantity": {"value": 20}}],
    )  # fmt: skip
    assert draft.record == records.Coverage(
        id="", patient_id="", payer="Blue Cross PPO", plan="Gold", member_id="M-1", order=2, copay_cents=3000,
        period_start="2026-01-01", period_end="2026-06-30",
    )  # fmt: skip


def test_paying_without_insurance_is_told_from_insurance() -> None:
    system = "http://terminology.hl7.org/CodeSystem/coverage-selfpay"
    kind = {"coding": [{"system": system, "code": "pay"}]}
    draft = coverage_of(type=kind, payor=[{"reference": "Patient/1"}])
    assert draft.self_pay
    assert draft.record.payer == "Self pay"
    assert coverage_of(payor=[{"display": "SELF PAY"}]).self_pay
    assert not coverage_of().self_pay


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"beneficiary": None}, "import.no_patient"),
        ({"beneficiary": {"reference": "Group/1"}}, "import.no_patient"),
        ({"costToBeneficiary": [cost("copay", "-5")]}, "import.amount_negative"),
        ({"costToBeneficiary": [cost("copay", "5", "EUR")]}, "import.currency"),
        ({"period": {"start": "soon"}}, "import.not_a_date"),
    ],
)
def test_coverages_that_are_refused(more: dict[str, Any], key: str) -> None:
    assert reason(coverage(**more))[0] == key


def test_a_payers_answer() -> None:
    draft = only({
        "resourceType": "CoverageEligibilityResponse", "id": "q1", "status": "active", "outcome": "complete",
        "created": "2026-05-14T12:05:00Z",
        "insurance": [{"coverage": {"reference": "Coverage/c1"}, "inforce": True, "item": [
            {"benefit": [{"type": {"coding": [{"code": "copay"}]}, "allowedMoney": {"value": 25}}]}]}],
    })  # fmt: skip
    assert isinstance(draft, AnswerDraft)
    assert (draft.checked_at, draft.copay, draft.in_force) == ("2026-05-14T12:05:00.000Z", Decimal(25), True)


# Visits -----------------------------------------------------------------------------------------------------------


def visit_of(resource: dict[str, Any]) -> VisitDraft:
    draft = only(resource)
    assert isinstance(draft, VisitDraft)
    return draft


def test_an_appointment_with_who_takes_part() -> None:
    draft = visit_of(appointment(
        end="2026-05-14T14:20:00Z", appointmentType={"text": "Office visit"}, reasonCode=[{"text": "Cough"}],
        participant=[
            {"actor": {"reference": "Practitioner/helper"}, "status": "accepted"},
            {"type": [{"coding": [{"code": "PPRF"}]}], "actor": {"reference": "Practitioner/okafor"}},
            {"actor": {"reference": "Location/main"}},
            {"actor": {"reference": "#28"}, "type": [{"text": "Virtual room"}]},
            {"actor": {"reference": "Patient/1"}},
        ],
        contained=[{"resourceType": "HealthcareService", "id": "28"}],
    ))  # fmt: skip
    assert draft.record == records.Appointment(
        id="", patient_id="", starts_at="2026-05-14T14:00:00.000Z", service_date="2026-05-14", title="Office visit",
        reason="Cough", minutes=20,
    )  # fmt: skip
    assert draft.patient.key == Key("Patient", "1")
    assert draft.practitioner is not None
    assert draft.practitioner.key == Key("Practitioner", "okafor")
    assert draft.location is not None
    assert draft.location.key == Key("Location", "main")


@pytest.mark.parametrize(
    ("status", "ours"),
    [("booked", "scheduled"), ("arrived", "arrived"), ("checked-in", "checked_in"), ("fulfilled", "done"),
     ("noshow", "no_show"), ("cancelled", "cancelled"), ("entered-in-error", "cancelled")],
)  # fmt: skip
def test_statuses_of_appointments(status: str, ours: str) -> None:
    assert visit_of(appointment(status=status)).record.status == ours


@pytest.mark.parametrize(
    ("status", "ours"),
    [("planned", "scheduled"), ("arrived", "arrived"), ("triaged", "checked_in"), ("in-progress", "in_room"),
     ("finished", "done"), ("cancelled", "cancelled")],
)  # fmt: skip
def test_statuses_of_encounters(status: str, ours: str) -> None:
    assert visit_of(encounter(status=status)).record.status == ours


def test_an_encounter_is_a_visit_on_the_clinics_day() -> None:
    draft = visit_of(encounter(
        period={"start": "2015-08-23T01:16:09+00:00", "end": "2015-08-23T01:46:09+00:00"},
        type=[{"text": "Encounter for check up (procedure)"}], appointment=[{"reference": "Appointment/a1"}],
        participant=[{"individual": {"reference": "Practitioner/d1"}}],
        location=[{"location": {"reference": "Location/l1"}}],
    ))  # fmt: skip
    assert draft.record.service_date == "2015-08-22"
    assert draft.record.title == "Encounter for check up"
    assert draft.record.minutes == 30
    assert draft.appointment is not None
    assert draft.appointment.key == Key("Appointment", "a1")


@pytest.mark.parametrize(
    ("resource", "key", "path"),
    [
        (appointment(status="waiting"), "import.status_unknown", "status"),
        (appointment(start=None), "import.no_start", "start"),
        (appointment(participant=[]), "import.no_patient", "participant"),
        (appointment(start="2026-05-14T99:00:00Z"), "import.not_a_date", "start"),
        (encounter(status=""), "import.status_unknown", "status"),
        (encounter(period=None), "import.no_start", "period"),
        (encounter(subject=None), "import.no_patient", "subject"),
        (encounter(subject={"reference": "Group/1"}), "import.no_patient", "subject"),
    ],
)
def test_visits_that_are_refused(resource: dict[str, Any], key: str, path: str) -> None:
    assert reason(resource) == (key, path)


def test_slots_and_schedules() -> None:
    draft = only({"resourceType": "Slot", "id": "s1", "start": "2026-05-14T14:00:00Z", "end": "2026-05-14T14:30:00Z",
                  "schedule": {"reference": "Schedule/c1"}})  # fmt: skip
    assert isinstance(draft, SlotDraft)
    assert draft.schedule is not None
    assert draft.schedule.key == Key("Schedule", "c1")
    assert reason({"resourceType": "Slot", "id": "s1"}) == ("import.no_start", "start")


# Charges ----------------------------------------------------------------------------------------------------------


def charges_of(resource: dict[str, Any]) -> list[records.Charge]:
    content = read(resource)
    assert content.refusals == []
    return [draft.record for draft in content.drafts if isinstance(draft, ChargeDraft)]


def charge_item(**more: Any) -> dict[str, Any]:
    made = {"resourceType": "ChargeItem", "id": "i1", "status": "billable", "subject": {"reference": "Patient/1"},
            "code": {"coding": [{"code": "99213"}], "text": "Office visit"},
            "occurrenceDateTime": "2026-05-14T14:00:00Z"}  # fmt: skip
    return made | more


def price(name: str, value: Any, currency: str = "USD") -> dict[str, Any]:
    return {
        "url": f"https://ehr.example.org/StructureDefinition/{name}",
        "valueMoney": {"value": value, "currency": currency},
    }


def test_a_copay_is_the_patients_at_once() -> None:
    (record,) = charges_of(charge_item(code={"coding": [{"code": "COPAY"}]}, priceOverride={"value": 30}))
    assert (record.kind, record.responsibility_cents, record.copay_cents) == ("copay", 3000, 3000)
    assert not record.insurance_pending


@pytest.mark.parametrize(
    ("more", "cents"),
    [
        ({"priceOverride": {"value": 40.0}}, 4000),
        ({"extension": [price("unit-price", 100), price("net-price", 800)]}, 80_000),
        ({"extension": [price("unit-price", 12.5)], "quantity": {"value": 3}}, 3750),
        ({"extension": [price("unit-price", 12.5)]}, 1250),
        ({}, 0),
        ({"priceOverride": {"value": 40}, "status": "not-billable"}, 0),
    ],
)
def test_prices_wait_for_the_payer(more: dict[str, Any], cents: int) -> None:
    (record,) = charges_of(charge_item(**more))
    assert (record.billed_cents, record.responsibility_cents) == (cents, 0)
    assert record.insurance_pending == ("status" not in more)


def test_a_hospitals_own_description() -> None:
    extension = [{"url": "https://ehr.example.org/StructureDefinition/description", "valueString": "Blood Culture"}]
    assert charges_of(charge_item(extension=extension))[0].description == "Blood Culture"


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"status": "?"}, "import.status_unknown"),
        ({"subject": None}, "import.no_patient"),
        ({"occurrenceDateTime": None}, "import.no_start"),
        ({"priceOverride": {"value": -1}}, "import.amount_negative"),
        ({"priceOverride": {"value": 1, "currency": "EUR"}}, "import.currency"),
        ({"priceOverride": {"value": "00x"}}, "import.wrong_type"),
        ({"priceOverride": {"value": 1e9}}, "import.amount_too_large"),
        ({"extension": [price("unit-price", 9_000_000)], "quantity": {"value": 1000}}, "import.amount_too_large"),
    ],
)
def test_charge_items_that_are_refused(more: dict[str, Any], key: str) -> None:
    assert reason(charge_item(**more))[0] == key


def account(balance: Any = "1250.00", **more: Any) -> dict[str, Any]:
    extension = [{"url": "https://ehr.example.org/StructureDefinition/account-balance",
                  "valueMoney": {"value": balance, "currency": "USD"}}]  # fmt: skip
    made = {"resourceType": "Account", "id": "g1", "status": "active", "type": {"text": "guarantor-balance"},
            "subject": [{"reference": "Patient/1"}], "servicePeriod": {"start": "2019-08-05T05:00:00Z"}}  # fmt: skip
    return made | {"extension": extension} | more


def test_a_balance_written_as_text() -> None:
    (record,) = charges_of(account())
    assert (record.responsibility_cents, record.kind, record.service_date) == (125_000, "balance", "2019-08-05")


def test_accounts_that_owe_nothing_or_say_nothing() -> None:
    assert charges_of(account(status="inactive"))[0].responsibility_cents == 0
    assert charges_of(account(type={"text": "statement"})) == []
    assert charges_of(account(extension=[])) == []
    assert isinstance(only(account(extension=[])), AccountDraft)
    assert reason(account("-5.00"))[0] == "import.balance_negative"
    assert reason(account(servicePeriod=None))[0] == "import.no_start"


# Types we do not know ---------------------------------------------------------------------------------------------


def test_types_of_no_use_are_counted_not_refused() -> None:
    content = read({"resourceType": "Observation", "id": "o"}, {"resourceType": "Observation"}, patient(),
                   {"resourceType": "<script>"})  # fmt: skip
    assert content.skipped == {"Observation": 2, "?": 1}
    assert content.read == {"Patient": 1}
    assert content.refusals == []


def test_an_explanation_that_is_only_a_draft_says_nothing() -> None:
    assert read(explanation(status="draft")).drafts == []
