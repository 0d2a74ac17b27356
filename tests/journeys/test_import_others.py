"""Files of other programs as they really are: what is taken, what is refused and why, to the cent."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from models.basics.ids import natural_id
from tests.support.imports import TENANT, ImportDesk, patient, write_json
from tests.support.shared_data import shared

VISITS = (
    "SELECT v.status, v.title, v.service_date, v.minutes, w.name, l.name FROM appointment v "
    "LEFT JOIN practitioner w ON w.id = v.practitioner_id LEFT JOIN location l ON l.id = v.location_id"
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ImportDesk]:
    made = ImportDesk(tmp_path / "desk")
    yield made
    made.close()


def twice(desk: ImportDesk, *paths: Path) -> None:
    """A second run changes nothing."""
    before = desk.content()
    again = desk.run(*paths)
    assert (again.created, again.updated) == (0, 0)
    assert desk.content() == before
    assert desk.store.verify() == []


def test_a_hospital_systems_api_alone(desk: ImportDesk) -> None:
    folder = shared("cerner-fhir-r4")
    report = desk.run(folder)
    assert report.files == 74
    assert Counter(refusal.reason for refusal in report.refused) == {
        "import.not_fhir": 10, "import.no_id": 7, "import.no_start": 7, "import.patient_unknown": 11,
        "import.balance_negative": 2, "import.no_patient": 1,
    }  # fmt: skip
    assert desk.rows("SELECT family, given, active FROM patient ORDER BY family") == [
        ("England", "Brad", 1), ("SMART", "JOE", 1),
    ]  # fmt: skip
    twice(desk, folder)


def test_a_hospital_systems_api_with_its_patients(desk: ImportDesk, tmp_path: Path) -> None:
    folder = shared("cerner-fhir-r4")
    names = ("12724066", "6330017", "6330015", "12768550", "12742419", "12462008", "1349960", "1914010", "12742633")
    people = [write_json(tmp_path / f"{name}.json", patient(name)) for name in names]
    report = desk.run(folder, *people)
    assert "import.patient_unknown" not in {refusal.reason for refusal in report.refused}
    charges = desk.rows("SELECT description, responsibility_cents, billed_cents, kind, insurance_pending, service_date "
                        "FROM charge ORDER BY description, billed_cents")  # fmt: skip
    assert charges == [
        ("Acetaminophen Level", 0, 80_000, "balance", 1, "2020-03-06"),
        ("Balance carried over", 125_000, 0, "balance", 0, "2019-08-05"),
        ("Blood Culture", 0, 100, "balance", 1, "2022-01-21"),
    ]
    visits = desk.rows(f"{VISITS} WHERE v.title IN ('Video Visit', 'Surgery Rapid') ORDER BY v.title")
    assert visits == [
        ("cancelled", "Surgery Rapid", "2020-01-23", 60, None, "Endoscopy"),
        ("no_show", "Video Visit", "2020-07-10", 15, "C. Applegate, MD", "MX Clinic 1"),
    ]
    payers = desk.rows("SELECT payer, plan, member_id, period_end FROM coverage ORDER BY payer")
    assert ("Aetna", "", "12345", "2021-02-03") in payers
    twice(desk, folder, *people)


def test_a_replaced_record_becomes_inactive(desk: ImportDesk, tmp_path: Path) -> None:
    desk.run(write_json(tmp_path / "p.json", patient("12742633")))
    report = desk.run(shared("cerner-fhir-r4/patient/r4_combined_patient_entry.json"))
    assert report.kinds["patient"].updated == 1
    assert desk.rows("SELECT family, active FROM patient") == [("Quillfeather", 0)]


def test_the_standards_examples(desk: ImportDesk, tmp_path: Path) -> None:
    folder = shared("fhir-r4-examples")
    alone = desk.run(folder)
    assert (alone.files, alone.created) == (35, 2)
    people = [write_json(tmp_path / f"{name}.json", patient(name)) for name in ("example", "4", "pat1")]
    report = desk.run(folder, *people)
    assert sorted(refusal.reason for refusal in report.refused) == ["import.currency", "import.no_start"]
    assert desk.rows(VISITS) == [
        ("scheduled", "A follow up visit from a previous appointment", "2013-12-10", 120, "Dr. Careful",
         "South Wing, second floor"),
    ]  # fmt: skip
    plan = desk.rows("SELECT plan, period_start, period_end FROM coverage")
    assert plan == [("Full Coverage: Medical, Dental, Pharmacy, Vision, EHC", "2011-05-23", "2012-05-23")]
    lines = desk.rows(
        "SELECT responsibility_cents, allowed_cents, insurance_paid_cents FROM charge ORDER BY billed_cents"
    )
    assert lines == [(0, 12_000, 9600), (0, 0, 18_000)]
    twice(desk, folder, *people)


def test_inputs_that_harden_servers(desk: ImportDesk) -> None:
    folder = shared("fhir-r4-server-tests")
    report = desk.run(folder)
    assert {(refusal.file, refusal.path, refusal.reason) for refusal in report.refused} == {
        *(("Import-Patient.ndjson", f"line {line}.id", "import.id_signs") for line in (1, 2, 3, 4)),
        ("PatientWithUnknownElements.json", "name", "import.no_name"),
        ("SmartPatientA.json", "entry[13].resource.period", "import.no_start"),
        ("Coverage.json", "beneficiary.reference", "import.patient_unknown"),
    }
    assert report.skipped["Money"] == 1
    assert report.skipped["request DELETE"] == 2
    assert report.kinds["patient"].created == 9
    twice(desk, folder)


def test_a_payers_own_answers(desk: ImportDesk, tmp_path: Path) -> None:
    folder = shared("carin-bb-eob")
    report = desk.run(folder)
    assert Counter(refusal.reason for refusal in report.refused) == {"import.patient_unknown": 5}  # {{Patient1}}
    for path in folder.glob("*.json"):
        text = path.read_text("utf-8-sig").replace("{{", "").replace("}}", "")
        (tmp_path / path.name).write_text(text, "utf-8")
    files = sorted(tmp_path.glob("*.json"))
    assert desk.run(*files).refused == ()
    assert desk.rows("SELECT description, responsibility_cents FROM charge WHERE responsibility_cents > 0") == [
        ("100 CAPSULE in 1 BOTTLE (0777-3105-02)", 8000),
    ]  # fmt: skip
    assert desk.rows("SELECT payer, plan FROM coverage") == [("Payer 1", "XYZ123-UPMC CONSUMER ADVA")]
    assert desk.rows("SELECT name, npi FROM practitioner ORDER BY name") == [
        ("Dr. Brown", ""), ("Dr. Smith", ""), ("Dr. Williams", ""),
    ]  # fmt: skip
    twice(desk, *files)


def test_tables_of_a_practice_to_the_cent(desk: ImportDesk) -> None:
    folder = shared("synthea-csv")
    report = desk.run(folder)
    assert {kind: counts.created for kind, counts in report.kinds.items()} == {
        "practitioner": 166, "patient": 18, "appointment": 344, "charge": 911,
    }  # fmt: skip
    assert {refusal.reason for refusal in report.refused} == {"import.table_unknown"}
    assert len(report.refused) == 7
    owed: dict[str, Decimal] = defaultdict(Decimal)
    with gzip.open(folder / "claims_transactions.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["TRANSFERTYPE"] == "p":
                owed[row["PATIENTID"]] += Decimal(row["AMOUNT"])
    figures = desk.figures()
    for name, amount in owed.items():
        cents = int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
        assert figures[natural_id(TENANT, "ehr", "Patient", name)].responsibility_cents == cents
    lost = "SELECT count(*) FROM charge c LEFT JOIN appointment a ON a.id = c.appointment_id WHERE a.id IS NULL"
    assert desk.rows(lost) == [(0,)]
    twice(desk, folder)


def test_hostile_folders_leave_the_store_as_it_was(desk: ImportDesk) -> None:
    before, made = desk.content(), desk.outbox()
    for name in ("csv-torture", "naughty-strings", "hl7v2-python-hl7", "aamva-samples"):
        report = desk.run(shared(name))
        assert (report.created, report.updated) == (0, 0)
        assert len(report.refused) == report.files
    assert (desk.content(), desk.outbox()) == (before, made)


def test_naughty_strings_as_names_are_kept_or_refused_and_never_half_written(desk: ImportDesk, tmp_path: Path) -> None:
    strings: list[str] = json.loads(shared("naughty-strings/blns.json").read_text("utf-8"))
    entries = [
        {"resource": patient(str(n), name=[{"family": text, "given": [text]}])} for n, text in enumerate(strings)
    ]
    report = desk.run(write_json(tmp_path / "in.json", {"resourceType": "Bundle", "entry": entries}))
    counts = report.kinds["patient"]
    assert counts.read == len(strings)
    assert counts.created == desk.count("patient") > 450
    assert {refusal.reason for refusal in report.refused} <= {"import.no_name", "import.text_damaged"}
    assert desk.store.verify() == []
