"""A hundred patients of another program: read, posted to the cent, known again, and brought to today."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from app.importing import Counts, ImportReport
from models.basics.ids import natural_id
from tests.support.imports import TENANT, ImportDesk
from tests.support.shared_data import shared

TODAY = "2026-05-14"


@pytest.fixture(scope="module")
def folder() -> Path:
    return shared("synthea-fhir-r4")


@pytest.fixture(scope="module")
def imported(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ImportDesk, ImportReport]]:
    """A desk that has imported the whole folder once."""
    desk = ImportDesk(tmp_path_factory.mktemp("synthea"))
    yield desk, desk.run(folder)
    desk.close()


def test_everything_is_taken(imported: tuple[ImportDesk, ImportReport]) -> None:
    desk, report = imported
    assert report.refused == ()
    assert {name: report.resources[name] for name in ("Patient", "Encounter", "ExplanationOfBenefit")} == {
        "Patient": 100, "Encounter": 1505, "ExplanationOfBenefit": 1505,
    }  # fmt: skip
    assert report.kinds["patient"] == Counts(100, 100, 0, 0, 0)
    assert report.kinds["appointment"] == Counts(1505, 1505, 0, 0, 0)
    assert report.kinds["charge"] == Counts(3883, 3883, 0, 0, 0)
    assert report.skipped["Observation"] == 8871
    assert (desk.count("patient"), desk.count("appointment"), desk.count("charge")) == (100, 1505, 3883)
    assert desk.rows("SELECT count(*) FROM patient WHERE deceased = 1") == [(10,)]
    unlinked = (
        "SELECT count(*) FROM charge c WHERE NOT EXISTS (SELECT 1 FROM appointment a WHERE a.id = c.appointment_id)"
    )
    assert desk.rows(unlinked) == [(0,)]


def is_share(adjudication: dict[str, Any]) -> bool:
    code: str = adjudication["category"]["coding"][0]["code"]
    return code.endswith(("/line_coinsrnc_amt", "/line_bene_ptb_ddctbl_amt"))


def test_the_ledger_shows_the_patients_responsibility_to_the_cent(
    imported: tuple[ImportDesk, ImportReport], folder: Path
) -> None:
    desk, _ = imported
    owed: dict[str, int] = defaultdict(int)
    claims_with_share = 0
    for path in folder.glob("*_*.json.gz"):
        for entry in json.loads(gzip.decompress(path.read_bytes()), parse_float=Decimal, parse_int=Decimal)["entry"]:
            claim = entry["resource"]
            if claim["resourceType"] != "ExplanationOfBenefit":
                continue
            shares = [
                sum((part["amount"]["value"] for part in item.get("adjudication", ()) if is_share(part)), Decimal(0))
                for item in claim["item"]
            ]
            patient = claim["patient"]["reference"].removeprefix("urn:uuid:")
            owed[patient] += sum(int((share * 100).quantize(Decimal(1), ROUND_HALF_UP)) for share in shares)
            claims_with_share += any(shares)
    assert claims_with_share == 978
    figures = desk.figures()
    ours = {patient: natural_id(TENANT, "ehr", "Patient", patient) for patient in owed}
    assert {patient: figures[ours[patient]].responsibility_cents for patient in owed if owed[patient]} == {
        patient: cents for patient, cents in owed.items() if cents
    }
    assert sum(one.statement_balance_cents for one in figures.values()) == sum(owed.values()) > 0
    assert all(one.total_paid_cents == 0 for one in figures.values())
    assert desk.store.verify() == []


def test_a_second_import_changes_nothing(imported: tuple[ImportDesk, ImportReport], folder: Path) -> None:
    desk, first = imported
    before, made = desk.content(), desk.outbox()
    again = desk.run(folder)
    assert (again.created, again.updated, again.refused) == (0, 0, ())
    assert again.unchanged == again.read
    assert again.kinds["patient"] == Counts(100, 0, 0, 100, 0)
    assert (desk.content(), desk.outbox()) == (before, made)
    assert first.created == made - 1  # and the practice itself


def test_another_desk_makes_the_same_records(
    imported: tuple[ImportDesk, ImportReport], folder: Path, tmp_path: Path
) -> None:
    desk, _ = imported
    other = ImportDesk(tmp_path, device="desk-2")
    files = sorted(folder.glob("*_*.json.gz"))[:4]
    other.run(*files)
    for name in ("patient", "appointment", "charge", "coverage"):
        mine, theirs = (set(each.rows(f"SELECT * FROM {name}")) for each in (desk, other))
        assert theirs <= mine, name
        assert theirs
    other.close()


def test_dry_run_counts_alike_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    desk = ImportDesk(tmp_path)
    files = sorted(folder.glob("*_*.json.gz"))[:6]
    before = desk.outbox()
    dry = desk.run(*files, dry_run=True)
    assert dry.dry_run
    assert desk.outbox() == before
    assert desk.count("patient") == 0
    wet = desk.run(*files)
    assert wet.kinds == dry.kinds
    assert wet.created == desk.outbox() - before
    desk.close()


def test_the_practice_is_brought_to_today_once(folder: Path, tmp_path: Path) -> None:
    desk = ImportDesk(tmp_path)
    report = desk.run(folder, shift_to_today=True)
    assert report.shifted_to == date(2026, 5, 14)
    today = desk.rows("SELECT patient_id, status, starts_at FROM appointment WHERE service_date = ?", TODAY)
    coming = [row for row in today if row[1] != "done"]  # some were here twice that day
    assert len({patient for patient, _, _ in coming}) == len(coming) == 30
    assert {status for _, status, _ in coming} == {"arrived", "scheduled"}
    assert min(starts for _, _, starts in coming) == "2026-05-14T13:00:00.000Z"
    assert desk.rows("SELECT count(*) FROM appointment WHERE service_date > ?", TODAY) == [(0,)]
    gone = ("SELECT count(*) FROM appointment a JOIN patient p ON p.id = a.patient_id WHERE p.deceased = 1 "
            "AND a.service_date = ?")  # fmt: skip
    assert desk.rows(gone, TODAY) == [(0,)]
    strangers = ("SELECT count(*) FROM charge c JOIN appointment a ON a.id = c.appointment_id WHERE "
                 "c.service_date < a.service_date")  # fmt: skip
    assert desk.rows(strangers) == [(0,)]
    before, made = desk.content(), desk.outbox()
    again = desk.run(folder, shift_to_today=True)
    assert (again.created, again.updated) == (0, 0)
    assert (desk.content(), desk.outbox()) == (before, made)
    desk.close()
