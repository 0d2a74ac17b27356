from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.linking.link import Linked, file_order, link
from models.basics.ids import natural_id
from models.operations.records import Appointment, Charge, Coverage, Location, Patient, Practitioner
from tests.support.imports import appointment, bundle, coverage, encounter, explanation, patient
from tests.unit.exchange.known import SOURCE, TENANT, ZONE, KnownRecords, fhir, linked, made, only, reasons
from tests.unit.exchange.test_fhir_resources import account, charge_item


def our_id(kind: str, name: str) -> str:
    return natural_id(TENANT, SOURCE, kind, name)


ADA = Patient(id=our_id("Patient", "1"), family="Quillfeather", given="Ada", birth_date="1984-03-14", mrn="0041877")


# References -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reference",
    [
        {"reference": "Patient/1"},
        {"reference": "Patient/1/_history/7"},
        {"reference": "https://ehr.example.org/fhir/R4/Patient/1"},
        {"reference": "urn:uuid:1"},
        {"reference": "Patient?identifier=urn:clinic|0041877"},
        {"reference": "Patient?identifier=urn%3Aclinic%7C0041877"},
        {"identifier": {"system": "urn:clinic", "value": "0041877"}},
        {"type": "Patient", "identifier": {"value": "0041877"}},
    ],
)
@pytest.mark.parametrize("order", [0, 1])
def test_every_way_to_name_a_patient_in_another_file(reference: dict[str, object], order: int) -> None:
    person = patient(identifier=[{"type": {"coding": [{"code": "MR"}]}, "system": "urn:clinic", "value": "0041877"}])
    visit = encounter(subject=reference)
    result = linked(*((person, visit) if order else (visit, person)))
    assert reasons(result) == []
    assert only(result, Appointment).patient_id == only(result, Patient).id == ADA.id
    assert [items[0].kind for _, items in result.files] == ["patient", "appointment"]  # whoever is named comes first


def test_a_patient_of_the_store_is_found_by_id_and_by_record_number() -> None:
    by_id = linked(encounter(), known=[ADA])
    by_number = linked(encounter(subject={"identifier": {"value": "0041877"}}), known=[ADA])
    assert only(by_id, Appointment) == only(by_number, Appointment)


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ({"reference": "Patient/2"}, "import.patient_unknown"),
        ({"reference": "Patient/{{Patient1}}"}, "import.patient_unknown"),
        ({"reference": "urn:uuid:other"}, "import.patient_unknown"),
        ({"reference": "#p"}, "import.patient_unknown"),
        ({"reference": "Patient?name=ada"}, "import.patient_unknown"),
        ({"display": "Ada Quillfeather"}, "import.patient_unknown"),
        ({"identifier": {"system": "urn:other", "value": "0041877"}}, "import.patient_unknown"),
        ({"reference": "x" * 5_000}, "import.text_too_long"),
    ],
)
def test_patients_that_cannot_be_found(reference: dict[str, object], key: str) -> None:
    person = patient(identifier=[{"system": "urn:clinic", "value": "0041877"}])
    assert reasons(linked(person, encounter(subject=reference))) == [key]


def test_a_record_number_of_two_people_names_neither() -> None:
    twin = Patient(id="other", family="Quillfeather", given="Bea", mrn="0041877")
    result = linked(encounter(subject={"identifier": {"value": "0041877"}}), known=[ADA, twin])
    assert reasons(result) == ["import.patient_ambiguous"]


def test_addresses_of_a_bundle_come_before_everything_else() -> None:
    entries = [
        {"fullUrl": "urn:uuid:aaa", "resource": patient("p-7")},
        {"fullUrl": "https://ehr.example.org/odd/address", "resource": appointment("a-7", participant=[
            {"actor": {"reference": "urn:uuid:aaa"}}])},
        {"fullUrl": "urn:uuid:bbb", "resource": encounter("e-7", subject={"reference": "urn:uuid:aaa"}, appointment=[
            {"reference": "https://ehr.example.org/odd/address"}])},
    ]  # fmt: skip
    result = linked({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert reasons(result) == []
    assert only(result, Appointment).id == our_id("Appointment", "a-7")
    assert only(result, Patient).id == our_id("Patient", "p-7")


def test_a_resource_without_id_is_known_by_its_entry_or_its_number() -> None:
    nameless = patient()
    del nameless["id"]
    entry = {"fullUrl": "urn:uuid:61ebe359", "resource": nameless}
    result = linked({"resourceType": "Bundle", "entry": [entry]})
    assert only(result, Patient).id == our_id("Patient", "61ebe359")
    result = linked(nameless | {"identifier": [{"system": "urn:x", "value": "234"}]})
    assert only(result, Patient).id == our_id("Patient", "urn:x|234")
    assert reasons(linked(nameless)) == ["import.no_id"]


# One record for each thing ----------------------------------------------------------------------------------------


def test_the_newest_word_wins_and_the_others_repeat_it() -> None:
    older = patient(meta={"lastUpdated": "2026-01-01T00:00:00Z"}, gender="male")
    newer = patient(meta={"lastUpdated": "2026-02-01T00:00:00+02:00"}, gender="female")
    for values in ((older, newer), (newer, older)):
        result = linked(*values)
        assert only(result, Patient).sex == "female"
        assert (result.read["patient"], result.repeats["patient"]) == (2, 1)


def test_two_people_under_one_id_are_both_refused_with_all_that_names_them() -> None:
    other = patient(name=[{"family": "Someone"}], birthDate="1999-09-09")
    result = linked(patient(), other, encounter(), coverage())
    assert reasons(result) == ["import.other_person"] * 3
    assert made(result, Appointment) == []
    stored = linked(other, encounter(), known=[ADA])
    assert set(reasons(stored)) == {"import.other_person"}


def test_a_corrected_name_or_birth_date_is_still_the_same_person() -> None:
    assert only(linked(patient(name=[{"family": "Married"}]), known=[ADA]), Patient).family == "Married"
    assert only(linked(patient(birthDate="1984-03-15"), known=[ADA]), Patient).birth_date == "1984-03-15"


def test_a_merged_patient_keeps_the_name_and_becomes_inactive() -> None:
    merged = {
        "resourceType": "Patient",
        "id": "1",
        "link": [{"other": {"reference": "Patient/2"}, "type": "replaced-by"}],
    }
    record = only(linked(merged, known=[ADA]), Patient)
    assert (record.family, record.mrn, record.active) == ("Quillfeather", "0041877", False)
    unseen = linked(merged)
    assert (made(unseen, Patient), reasons(unseen), unseen.repeats["patient"]) == ([], [], 1)


MERGED = {
    "resourceType": "Patient",
    "id": "1",
    "link": [{"other": {"reference": "Patient/2"}, "type": "replaced-by"}],
}
REPLACES = {"link": [{"other": {"reference": "Patient/1"}, "type": "replaces"}]}
BEA = Patient(id=our_id("Patient", "2"), family="Quillfeather", given="Bea")


def merges(result: Linked) -> dict[str, str]:
    return {item.record.id: item.merged_into for _, items in result.files for item in items if item.merged_into}


def test_h17_whichever_record_says_so_they_are_one_person() -> None:
    stays = patient(id="2", name=[{"family": "Quillfeather", "given": ["Ada"]}])
    for result in (
        linked(MERGED, stays, known=[ADA]),
        linked(MERGED, known=[ADA, BEA]),
        linked(stays | REPLACES, known=[ADA]),
        linked(patient(), stays | REPLACES),
        linked(MERGED, stays | REPLACES, known=[ADA]),
    ):
        assert merges(result) == {ADA.id: our_id("Patient", "2")}
        assert next(each for each in made(result, Patient) if each.id == ADA.id).active is False
        assert reasons(result) == []


def test_h17_who_is_not_here_is_merged_when_the_next_file_says_so_again() -> None:
    assert merges(linked(MERGED, known=[ADA])) == {}
    assert merges(linked(patient(id="2") | REPLACES)) == {}


def test_h17_a_merge_that_is_known_is_not_made_again_and_another_one_is_refused() -> None:
    known = KnownRecords([ADA, BEA])
    known.survivors = {ADA.id: BEA.id}
    again = link(fhir(MERGED), TENANT, SOURCE, known, ZONE)
    assert (merges(again), reasons(again)) == ({}, [])
    known.survivors = {ADA.id: "somebody"}
    otherwise = link(fhir(MERGED), TENANT, SOURCE, known, ZONE)
    assert (merges(otherwise), reasons(otherwise)) == ({}, ["import.merged_otherwise"])


def test_h17_a_charge_that_moved_to_the_record_that_stays_is_the_same_charge() -> None:
    stored = only(linked(explanation(), known=[ADA]), Charge)
    known = KnownRecords([ADA, BEA, stored])
    moved = fhir(explanation(patient_id="2"))
    assert reasons(link(moved, TENANT, SOURCE, known, ZONE)) == ["import.charge_of_another_patient"]
    known.survivors = {ADA.id: BEA.id}
    assert only(link(moved, TENANT, SOURCE, known, ZONE), Charge) == stored


# Practitioners and places -----------------------------------------------------------------------------------------


def test_who_is_only_named_becomes_a_practitioner_once() -> None:
    who = [{"individual": {"reference": "Practitioner/d1", "display": "Dr. Okafor"}}]
    result = linked(patient(), encounter("e1", participant=who), encounter("e2", participant=who))
    assert only(result, Practitioner).name == "Dr. Okafor"
    assert {visit.practitioner_id for visit in made(result, Appointment)} == {our_id("Practitioner", "d1")}
    known = Practitioner(id=our_id("Practitioner", "d1"), name="Dr. C. Okafor")
    assert made(linked(patient(), encounter(participant=who), known=[known]), Practitioner) == []


def test_a_name_alone_means_whoever_is_called_so() -> None:
    who = [{"individual": {"display": "Dr. Okafor"}}]
    doctor = {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Okafor", "prefix": ["Dr."]}]}
    result = linked(encounter(participant=who), patient(), doctor)
    assert only(result, Appointment).practitioner_id == our_id("Practitioner", "d1")
    unknown = linked(encounter(participant=[{"individual": {"display": "Unknown"}}]), patient())
    assert only(unknown, Appointment).practitioner_id == ""


def test_practitioners_by_national_number() -> None:
    numbers = [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}]
    doctor = {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Okafor"}], "identifier": numbers}
    who = [{"individual": {"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1234567893"}}]
    assert only(linked(patient(), encounter(participant=who), doctor), Appointment).practitioner_id == our_id(
        "Practitioner", "d1"
    )
    known = Practitioner(id="kept", name="Dr. Okafor", npi="1234567893")
    assert only(linked(patient(), encounter(participant=who), known=[known]), Appointment).practitioner_id == "kept"


def test_contained_practitioners_are_known_by_name() -> None:
    inner = {
        "resourceType": "Practitioner",
        "id": "p",
        "name": [{"prefix": ["Dr."], "given": ["Ana"], "family": "Ruiz"}],
    }
    visit = appointment(contained=[inner], participant=[
        {"actor": {"reference": "Patient/1"}}, {"actor": {"reference": "#p"}}])  # fmt: skip
    assert only(linked(patient(), visit), Practitioner).name == "Dr. Ana Ruiz"


# Visits -----------------------------------------------------------------------------------------------------------


def test_an_encounter_of_a_booked_visit_is_that_visit() -> None:
    booked = appointment(appointmentType={"text": "Office visit"}, minutesDuration=20)
    seen = encounter(status="in-progress", start="2026-05-14T14:07:00Z", appointment=[{"reference": "Appointment/a1"}],
                     participant=[{"individual": {"display": "Dr. Okafor"}}])  # fmt: skip
    claim = explanation(encounter=None)
    claim["item"][0]["encounter"] = [{"reference": "Encounter/e1"}]
    result = linked(seen, patient(), booked, claim)
    visit = only(result, Appointment)
    assert (visit.id, visit.title, visit.minutes) == (our_id("Appointment", "a1"), "Office visit", 20)
    assert (visit.status, visit.starts_at) == ("in_room", "2026-05-14T14:00:00.000Z")
    assert visit.practitioner_id == only(result, Practitioner).id
    assert only(result, Charge).appointment_id == visit.id
    assert (result.read["appointment"], result.repeats["appointment"]) == (2, 1)


def test_an_encounter_alone_moves_the_stored_booking_on() -> None:
    stored = Appointment(id=our_id("Appointment", "a1"), patient_id=ADA.id, starts_at="2026-05-14T14:00:00.000Z",
                         service_date="2026-05-14", title="Office visit", minutes=20)  # fmt: skip
    seen = encounter(start="2026-05-14T14:07:00Z", appointment=[{"reference": "Appointment/a1"}])
    visit = only(linked(seen, known=[ADA, stored]), Appointment)
    assert (visit.status, visit.title, visit.starts_at) == ("done", "Office visit", stored.starts_at)


@pytest.mark.parametrize(
    ("booked", "seen", "status"),
    [("booked", "planned", "scheduled"), ("arrived", "planned", "arrived"), ("cancelled", "planned", "cancelled"),
     ("cancelled", "in-progress", "in_room"), ("arrived", "cancelled", "cancelled"), ("noshow", "finished", "done")],
)  # fmt: skip
def test_booking_and_encounter_agree_on_how_far_a_visit_is(booked: str, seen: str, status: str) -> None:
    other = encounter(status=seen, appointment=[{"reference": "Appointment/a1"}])
    assert only(linked(patient(), appointment(status=booked), other), Appointment).status == status


def test_the_time_of_a_visit_comes_from_its_slot() -> None:
    slot = {"resourceType": "Slot", "id": "s1", "start": "2026-05-14T14:00:00Z", "end": "2026-05-14T14:30:00Z",
            "schedule": {"reference": "Schedule/c1"}}  # fmt: skip
    actors = [
        {"reference": "Practitioner/d1", "display": "Dr. Okafor"},
        {"reference": "Location/l1", "display": "Clinic 1"},
    ]
    schedule = {"resourceType": "Schedule", "id": "c1", "actor": actors}
    visit = appointment(start=None, slot=[{"reference": "Slot/s1"}])
    result = linked(visit, slot, schedule, patient())
    made_visit = only(result, Appointment)
    assert (made_visit.starts_at, made_visit.minutes) == ("2026-05-14T14:00:00.000Z", 30)
    assert only(result, Practitioner).name == "Dr. Okafor"
    assert only(result, Location).name == "Clinic 1"
    assert reasons(linked(visit, patient())) == ["import.slot_unknown"]


def test_the_plan_and_its_copay_on_the_day_of_the_visit() -> None:
    cost = [{"type": {"coding": [{"code": "gpvisit"}]}, "valueMoney": {"value": 30}}]
    now = coverage("new", period={"start": "2026-01-01"}, costToBeneficiary=cost)
    old = coverage("old", period={"end": "2025-12-31"})
    second = coverage("second", order=2)
    result = linked(patient(), now, old, second, encounter("e1"), encounter("e2", start="2025-05-01T14:00:00Z"))
    visits = {visit.service_date: visit for visit in made(result, Appointment)}
    assert (visits["2026-05-01"].coverage_id, visits["2026-05-01"].copay_cents) == (our_id("Coverage", "new"), 3000)
    assert (visits["2025-05-01"].coverage_id, visits["2025-05-01"].copay_cents) == (our_id("Coverage", "old"), None)
    kept = Coverage(id="kept", patient_id=ADA.id, payer="Harbor", copay_cents=2500)
    assert only(linked(encounter(), known=[ADA, kept]), Appointment).copay_cents == 2500


# Coverages --------------------------------------------------------------------------------------------------------


def claim_by(payer: str, name: str, created: str) -> dict[str, object]:
    inner = {
        "resourceType": "Coverage",
        "id": "c",
        "status": "active",
        "type": {"text": payer},
        "payor": [{"display": payer}],
    }
    return explanation(name, contained=[inner], insurance=[{"coverage": {"reference": "#c"}}], created=created)


def test_coverages_inside_claims_become_one_per_payer_the_newest_first() -> None:
    result = linked(patient(), claim_by("private", "x1", "2010-05-01"), claim_by("private", "x2", "2014-05-01"),
                    claim_by("medicare", "x3", "2020-05-01"), claim_by("no_insurance", "x4", "2018-05-01"))  # fmt: skip
    found = {record.payer: record for record in made(result, Coverage)}
    assert set(found) == {"private", "medicare"}
    assert (found["medicare"].order, found["private"].order) == (1, 2)
    assert (found["private"].period_start, found["private"].period_end) == ("2010-05-01", "2014-05-01")
    assert (found["medicare"].period_start, found["medicare"].period_end) == ("2020-05-01", "")
    assert (result.read["coverage"], result.repeats["coverage"]) == (4, 2)


def test_payers_are_called_by_their_organisation() -> None:
    payer = {"resourceType": "Organization", "id": "o1", "name": "Harbor Health"}
    result = linked(patient(), coverage(payor=[{"reference": "Organization/o1"}]), payer)
    assert only(result, Coverage).payer == "Harbor Health"


def test_an_answer_dates_the_check_and_names_the_copay() -> None:
    benefit = {"type": {"coding": [{"code": "copay"}]}, "allowedMoney": {"value": 25}}
    insurance = {"coverage": {"reference": "Coverage/c1"}, "inforce": False, "item": [{"benefit": [benefit]}]}
    answer = {"resourceType": "CoverageEligibilityResponse", "id": "q", "status": "active", "outcome": "complete",
              "created": "2026-05-14T12:05:00Z", "insurance": [insurance]}  # fmt: skip
    record = only(linked(answer, coverage(), patient()), Coverage)
    assert (record.checked_at, record.copay_cents, record.status) == ("2026-05-14T12:05:00.000Z", 2500, "cancelled")
    kept = Coverage(id=our_id("Coverage", "c1"), patient_id=ADA.id, payer="Blue", checked_at="2026-05-15T00:00:00.000Z")
    assert made(linked(answer, known=[ADA, kept]), Coverage) == []  # asked again since
    assert reasons(linked(answer)) == ["import.coverage_unknown"]


# Charges ----------------------------------------------------------------------------------------------------------


def test_a_line_is_dated_with_its_visit_unless_the_stay_is_longer() -> None:
    claim = explanation(lines=[{"copay": 1}, {"copay": 2}])
    for item, day in zip(claim["item"], ("2013-10-20", "2026-05-02"), strict=True):
        item |= {"servicedDate": day, "encounter": [{"reference": "Encounter/e1"}]}
    stay = encounter(period={"start": "2026-05-01T14:00:00Z", "end": "2026-05-04T14:00:00Z"})
    assert [charge.service_date for charge in made(linked(patient(), stay, claim), Charge)] == [
        "2026-05-01",
        "2026-05-02",
    ]


def test_a_visit_that_is_not_here_yet_keeps_its_place() -> None:
    claim = explanation()
    claim["item"][0] |= {"encounter": [{"reference": "Encounter/e9"}], "servicedDate": "2026-05-02"}
    assert only(linked(patient(), claim), Charge).appointment_id == our_id("Encounter", "e9")
    that_day = Appointment(id="a", patient_id=ADA.id, starts_at="2026-05-02T14:00:00.000Z", service_date="2026-05-02")
    assert only(linked(claim, known=[ADA, that_day]), Charge).appointment_id == "a"  # the only visit of that day


def test_what_was_posted_stays_where_it_was_posted() -> None:
    charge_id = our_id("ExplanationOfBenefit", "x1/1")
    posted = Charge(id=charge_id, patient_id=ADA.id, service_date="2026-05-02", description="", responsibility_cents=1,
                    appointment_id="old")  # fmt: skip
    claim = explanation()
    claim["item"][0]["encounter"] = [{"reference": "Encounter/e1"}]
    assert only(linked(encounter(), claim, known=[ADA, posted]), Charge).appointment_id == "old"
    other = Charge(id=charge_id, patient_id="other", service_date="2026-05-02", description="", responsibility_cents=1)
    assert reasons(linked(claim, known=[ADA, other])) == ["import.charge_of_another_patient"]


def test_a_charge_of_another_patients_visit_is_refused() -> None:
    claim = explanation(patient_id="2")
    claim["item"][0]["encounter"] = [{"reference": "Encounter/e1"}]
    result = linked(patient(), patient("2", name=[{"family": "Else"}]), encounter(), claim)
    assert reasons(result) == ["import.visit_of_another_patient"]


def test_a_price_is_owed_in_full_only_without_insurance() -> None:
    item = charge_item(priceOverride={"value": 145})
    insured = only(linked(patient(), coverage(), item), Charge)
    assert (insured.responsibility_cents, insured.insurance_pending) == (0, True)
    own = coverage(payor=[{"display": "Self Pay"}])
    alone = only(linked(patient(), own, item), Charge)
    assert (alone.responsibility_cents, alone.insurance_pending) == (14_500, False)


def test_a_price_the_payer_decided_about_no_longer_waits() -> None:
    item = charge_item(
        code={"coding": [{"code": "99211"}]}, context={"reference": "Encounter/e1"}, priceOverride={"value": 1}
    )
    claim = explanation()
    claim["item"][0]["encounter"] = [{"reference": "Encounter/e1"}]
    charges = {charge.id: charge for charge in made(linked(patient(), encounter(), item, claim), Charge)}
    assert not charges[our_id("ChargeItem", "i1")].insurance_pending


def test_a_balance_stands_aside_where_lines_say_what_is_owed() -> None:
    reference = {"url": "https://ehr/associated-encounter", "valueReference": {"reference": "Encounter/e1"}}
    summed = account()
    summed["extension"].append(reference)
    assert only(linked(patient(), encounter(), summed), Charge).responsibility_cents == 125_000
    claim = explanation()
    claim["item"][0]["encounter"] = [{"reference": "Encounter/e1"}]
    result = linked(patient(), encounter(), summed, claim)
    assert [charge.responsibility_cents for charge in made(result, Charge)] == [1250]
    assert result.repeats["charge"] == 1


def test_the_patient_of_an_account_that_is_part_of_another() -> None:
    inner = account(subject=None, partOf={"reference": "Account/f1"})
    outer = {"resourceType": "Account", "id": "f1", "status": "active", "subject": [{"reference": "Patient/1"}]}
    assert only(linked(inner, outer, patient()), Charge).patient_id == ADA.id
    assert reasons(linked(inner, patient())) == ["import.no_patient"]
    loop = outer | {"subject": None, "partOf": {"reference": "Account/f1"}}
    assert reasons(linked(inner, loop, patient())) == ["import.no_patient"]


# Counting and order -----------------------------------------------------------------------------------------------


def test_lines_of_one_claim_that_are_refused_alike_are_listed_once() -> None:
    (refusal,) = linked(explanation(lines=[{}, {}, {}])).refusals
    assert (refusal.reason, refusal.count, refusal.kind) == ("import.patient_unknown", 3, "charge")


def test_one_bad_resource_never_stops_the_rest() -> None:
    bad = [patient("2", name=[]), encounter("e2", status="?"), {"resourceType": "Patient"}, {"no": "type"},
           coverage("c2", period={"start": "x"})]  # fmt: skip
    result = linked(bundle(*bad, patient(), encounter(), coverage()))
    assert len(reasons(result)) == len(bad)
    assert len(made(result, Patient)) == len(made(result, Appointment)) == len(made(result, Coverage)) == 1


@given(st.dictionaries(st.integers(0, 8), st.sets(st.integers(0, 8))))
def test_files_come_after_what_they_need_where_that_can_be(needs: dict[int, set[int]]) -> None:
    numbers = set(needs) | {other for others in needs.values() for other in others}
    graph = {number: needs.get(number, set()) - {number} for number in numbers}
    order = file_order(graph)
    assert sorted(order) == sorted(numbers)
    if all(other < number for number, others in graph.items() for other in others):  # no circle
        places = {number: place for place, number in enumerate(order)}
        assert all(places[other] < places[number] for number, others in graph.items() for other in others)


def test_read_is_what_was_made_repeated_or_refused() -> None:
    files = [
        patient(),
        patient(),
        encounter(),
        encounter("e2", patient_id="9"),
        explanation(lines=[{}, {}]),
        coverage(),
    ]
    result = linked(*files)
    for kind in ("patient", "appointment", "charge", "coverage"):
        written = sum(item.kind == kind for _, items in result.files for item in items)
        refused = sum(refusal.count for refusal in result.refusals if refusal.kind == kind)
        assert result.read[kind] == written + result.repeats[kind] + refused, kind
    assert sum(len(content.drafts) for content in fhir(*files)) == 7


# Who gets the bill ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [0, 1])
def test_the_guarantor_of_an_account_gets_the_bill(order: int) -> None:
    bill = account(extension=[], guarantor=[{"party": {"reference": "Patient/2"}}])
    parent = patient(id="2", name=[{"family": "Quillfeather", "given": ["Ida"]}], birthDate="1960-02-03")
    child = patient()
    result = linked(*((child, parent, bill) if order else (bill, parent, child)))
    assert reasons(result) == []
    bills = {person.given: person.guarantor_id for person in made(result, Patient)}
    assert bills == {"Ada": our_id("Patient", "2"), "Ida": ""}


def test_an_account_alone_puts_a_stored_patient_on_a_stored_ones_bill() -> None:
    ida = Patient(id=our_id("Patient", "2"), family="Quillfeather", given="Ida", birth_date="1960-02-03")
    bill = account(extension=[], guarantor=[{"party": {"reference": "Patient/2"}}])
    result = linked(bill, known=[ADA, ida])
    assert only(result, Patient).guarantor_id == ida.id


def test_a_guarantor_nobody_knows_is_refused_and_the_patient_taken() -> None:
    bill = account(extension=[], guarantor=[{"party": {"reference": "Patient/7"}}])
    result = linked(patient(), bill)
    assert reasons(result) == ["import.patient_unknown"]
    assert only(result, Patient).guarantor_id == ""


def test_ones_own_guarantor_and_one_on_hold_are_none() -> None:
    own = account(extension=[], guarantor=[{"party": {"reference": "Patient/1"}}])
    held = account(extension=[], guarantor=[{"party": {"reference": "Patient/2"}, "onHold": True}])
    for bill in (own, held):
        assert only(linked(patient(), bill), Patient).guarantor_id == ""
