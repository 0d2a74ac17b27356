"""Files of every shape through the real import: known again in another shape, across files, whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.importing import Counts, ImportReport, found_files
from app.lanes import Job, Progress
from exchange.csv.columns import Mapping
from exchange.samples.clinic import clinic
from exchange.samples.money import as_operations
from models.basics.errors import StorageError
from models.ledger.figures import Figures
from models.operations.bodies import VisitStatus
from models.operations.records import Patient
from models.store.desk import DeskStore
from tests.support.imports import (
    KEY,
    TENANT,
    ImportDesk,
    appointment,
    bundle,
    coverage,
    encounter,
    explanation,
    patient,
    write_json,
    write_ndjson,
)

DAY = date(2026, 5, 14)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ImportDesk]:
    made = ImportDesk(tmp_path / "desk")
    yield made
    made.close()


def person_file(folder: Path, number: int) -> Path:
    """A patient with three visits and three charges in one file."""
    name = f"p{number}"
    visits = [encounter(f"{name}-e{n}", name, f"2026-0{n}-03T15:00:00Z") for n in (1, 2, 3)]
    claims = [explanation(f"{name}-x{n}", name, [{"copay": 10 + n}], encounter=None) for n in (1, 2, 3)]
    for n, claim in enumerate(claims, start=1):
        claim["item"][0]["encounter"] = [{"reference": f"Encounter/{name}-e{n}"}]
    born = f"19{number % 70 + 10}-01-01"
    return write_json(folder / f"{number:03d}.json", bundle(patient(name, birthDate=born), *visits, *claims))


RECORDS_A_FILE = 7


# Shapes -----------------------------------------------------------------------------------------------------------


def test_one_clinic_in_every_shape_is_one_clinic(desk: ImportDesk, tmp_path: Path) -> None:
    sample = clinic(DAY)
    for name, data in sample.bundles().items():
        place = tmp_path / ("singles" if name.startswith("single-") else name.replace(".", "-")) / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)
    first = desk.run(tmp_path / "clinic-ndjson")
    assert (first.refused, first.kinds["patient"].created, first.kinds["appointment"].created) == ((), 63, 80)
    content, made = desk.content(), desk.outbox()
    for shape in ("clinic-ndjson-gz", "transaction-json", "transaction-json-gz", "searchset-json", "singles"):
        report = desk.run(tmp_path / shape)
        assert (report.created, report.updated, report.refused) == (0, 0, ()), shape
    assert (desk.content(), desk.outbox()) == (content, made)
    tables = [tmp_path / "patients.csv", tmp_path / "visits.csv"]
    tables[0].write_bytes(sample.csv_patients())
    tables[1].write_bytes(sample.csv_appointments())
    report = desk.run(*tables)
    assert report.kinds["patient"] == Counts(63, 0, 0, 63, 0)
    assert (report.created, report.refused) == (0, ())
    assert desk.store.verify() == []


def test_what_was_paid_before_shows_in_the_ledger(desk: ImportDesk, tmp_path: Path) -> None:
    sample = clinic(DAY)
    (tmp_path / "clinic.ndjson").write_bytes(sample.ndjson())
    desk.run(tmp_path / "clinic.ndjson")
    for payment in sample.payments:
        with desk.store.write() as tx:
            collect, allocate = as_operations(sample, payment, TENANT, number=tx.next_payment_number(),
                                              receipt_no=tx.next_receipt_no())  # fmt: skip
            for body in (collect, allocate):
                if body is not None:
                    entry = tx.record(body, person_id="staff", business_date="2026-05-14")
                    assert entry.verdict.value == "accepted"
    figures = desk.figures()
    henry = figures[sample.record_id(TENANT, "Patient/p-0039914")]
    assert henry == Figures(responsibility_cents=41_200, allocated_cents=12_700, unallocated_cents=20_000,
                            prepaid_cents=2_000)  # fmt: skip
    mei = figures[sample.record_id(TENANT, "Patient/p-0044012")]
    assert mei.prepaid_cents == 2000
    rosa = figures[sample.record_id(TENANT, sample.next_arrived.patient)]
    assert rosa.statement_balance_cents == sample.next_arrived.owed_cents
    assert desk.store.verify() == []


def test_a_table_with_a_map_of_its_own(desk: ImportDesk, tmp_path: Path) -> None:
    table = tmp_path / "kunden.csv"
    table.write_bytes("Nr;Nachname;Vorname;Geboren\n1;Quillfeather;Zoë;03.12.1990\n".encode("cp1252"))
    mapping = Mapping(
        dates="dmy", columns={"id": "Nr", "family": "Nachname", "given": "Vorname", "birth_date": "Geboren"}
    )
    assert desk.run(table, mapping=mapping).created == 1
    assert desk.rows("SELECT given, birth_date FROM patient") == [("Zoë", "1990-12-03")]


def test_an_update_is_one_operation_and_keeps_what_only_the_desk_knows(desk: ImportDesk, tmp_path: Path) -> None:
    desk.run(write_json(tmp_path / "p.json", patient(telecom=[{"system": "phone", "value": "5550101111"}])))
    (row,) = desk.rows("SELECT id FROM patient")
    known = Patient(id=row[0], family="Quillfeather", given="Ada", birth_date="1984-03-14", phone="(555) 010-1111",
                    receipt_by="text")  # fmt: skip
    with desk.store.write() as tx:
        tx.record(known, person_id="staff", business_date="2026-05-14")
    made = desk.outbox()
    report = desk.run(write_json(tmp_path / "p.json", patient(telecom=[{"system": "phone", "value": "5550102222"}])))
    assert report.kinds["patient"] == Counts(1, 0, 1, 0, 0)
    assert desk.outbox() == made + 1
    assert desk.rows("SELECT phone, receipt_by FROM patient") == [("(555) 010-2222", "text")]


def test_a_table_without_a_column_wipes_nothing(desk: ImportDesk, tmp_path: Path) -> None:
    desk.run(write_json(tmp_path / "p.json", patient(telecom=[{"system": "phone", "value": "5550101111"}])))
    table = tmp_path / "p.csv"
    table.write_text("Patient ID,Last Name,First Name\n1,Quillfeather,Ada\n")
    assert desk.run(table).kinds["patient"] == Counts(1, 0, 0, 1, 0)


def test_a_visit_a_desk_moved_on_stays_there_until_the_source_says_otherwise(desk: ImportDesk, tmp_path: Path) -> None:
    files = [write_json(tmp_path / "p.json", patient()), write_json(tmp_path / "a.json", appointment())]
    desk.run(*files)
    (row,) = desk.rows("SELECT id, patient_id FROM appointment")
    with desk.store.write() as tx:
        tx.record(VisitStatus(appointment_id=row[0], patient_id=row[1], status="checked_in"), person_id="staff",
                  business_date="2026-05-14")  # fmt: skip
    assert desk.run(*files).updated == 0
    assert desk.rows("SELECT status, desk_status FROM appointment") == [("scheduled", "checked_in")]
    desk.run(write_json(tmp_path / "a.json", appointment(status="fulfilled")))
    assert desk.rows("SELECT status, desk_status FROM appointment") == [("done", "")]


# Across files -----------------------------------------------------------------------------------------------------


def across_files(folder: Path) -> list[Path]:
    claim = explanation(lines=[{"copay": 30}])
    claim["item"][0]["encounter"] = [{"reference": "Encounter/e1"}]
    seen = encounter(appointment=[{"reference": "Appointment/a1"}])
    values = [claim, seen, appointment(), coverage(), patient()]
    return [write_json(folder / f"{number}.json", value) for number, value in enumerate(values)]


def test_references_across_files_in_any_order(desk: ImportDesk, tmp_path: Path) -> None:
    files = across_files(tmp_path)
    report = desk.run(*files)
    assert report.refused == ()
    (linked,) = desk.rows("SELECT c.responsibility_cents, a.status, p.family, v.payer FROM charge c "
                          "JOIN appointment a ON a.id = c.appointment_id JOIN patient p ON p.id = c.patient_id "
                          "JOIN coverage v ON v.id = a.coverage_id")  # fmt: skip
    assert linked == (3000, "done", "Quillfeather", "Blue Cross PPO")
    order = desk.rows("SELECT json_extract(op, '$.kind') FROM outbox ORDER BY dseq")
    assert [kind for (kind,) in order[1:]] == ["patient.put", "coverage.put", "appointment.put", "charge.put"]


def test_references_to_what_an_earlier_run_brought(desk: ImportDesk, tmp_path: Path) -> None:
    files = across_files(tmp_path)
    for file in reversed(files):
        assert desk.run(file).refused == ()
    (linked,) = desk.rows("SELECT a.status, a.patient_id = c.patient_id FROM charge c, appointment a")
    assert linked == ("done", 1)
    assert desk.run(files[0]).refused == ()
    early = ImportDesk(tmp_path / "early")
    assert [refusal.reason for refusal in early.run(files[0]).refused] == ["import.patient_unknown"]
    early.close()


def test_folders_are_looked_through_for_what_we_read(tmp_path: Path) -> None:
    for name in ("b.json", "a/x.ndjson.gz", "a/y.CSV", ".hidden/z.json", "notes.txt", "LICENSE", "pic.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    names = [name for _, name in found_files([tmp_path, tmp_path / "b.json", tmp_path / "notes.txt"])]
    assert names == ["a/x.ndjson.gz", "a/y.CSV", "b.json", "notes.txt"]


# Whole or not at all ----------------------------------------------------------------------------------------------


def whole_files(desk: ImportDesk) -> set[str]:
    """The patients that are here; fails when any of them lacks part of its file."""
    rows = desk.rows("SELECT p.id, (SELECT count(*) FROM appointment a WHERE a.patient_id = p.id), "
                     "(SELECT count(*) FROM charge c WHERE c.patient_id = p.id) FROM patient p")  # fmt: skip
    assert all((visits, charges) == (3, 3) for _, visits, charges in rows)
    strays = "SELECT count(*) FROM charge c WHERE NOT EXISTS (SELECT 1 FROM patient p WHERE p.id = c.patient_id)"
    assert desk.rows(strays) == [(0,)]
    return {row[0] for row in rows}


def test_progress_is_told_and_cancelling_stops_between_files(desk: ImportDesk, tmp_path: Path) -> None:
    files = [person_file(tmp_path / "in", number) for number in range(6)]
    told: list[Progress] = []

    def tell(progress: Progress) -> None:
        told.append(progress)
        if (progress.step, progress.done) == ("import.writing", 3):
            job.cancel()

    job: Job[ImportReport] = Job(tell)
    report = desk.run(*files, job=job)
    assert report.cancelled
    assert len(whole_files(desk)) == 4  # the file in work is finished
    assert [(p.step, p.done, p.total) for p in told[:2]] == [("import.reading", 0, 6), ("import.reading", 1, 6)]
    assert desk.run(*files).created == 2 * RECORDS_A_FILE
    early: Job[ImportReport] = Job()
    early.cancel()
    assert desk.run(*files, job=early).cancelled


def test_a_full_disk_leaves_whole_files_and_running_again_completes(desk: ImportDesk, tmp_path: Path) -> None:
    files = [person_file(tmp_path / "in", number) for number in range(40)]
    with desk.store._locked() as connection:
        driver: Any = connection.connection.dbapi_connection
        pages = driver.execute("PRAGMA page_count").fetchone()[0]
        driver.execute(f"PRAGMA max_page_count = {pages + 60}")
    with pytest.raises(StorageError, match=r"store\.disk_full"):
        desk.run(*files)
    with desk.store._locked() as connection:
        driver = connection.connection.dbapi_connection
        driver.execute("PRAGMA max_page_count = 1000000")
    there = whole_files(desk)
    assert 0 < len(there) < 40
    assert desk.run(*files).created == (40 - len(there)) * RECORDS_A_FILE
    assert len(whole_files(desk)) == 40
    assert desk.store.verify() == []


def test_a_killed_import_leaves_whole_files_and_running_again_completes(tmp_path: Path) -> None:
    files = [person_file(tmp_path / "in", number) for number in range(120)]
    folder = tmp_path / "desk"
    ImportDesk(folder).close()
    program = (
        "import sys; from pathlib import Path; from tests.support.imports import ImportDesk\n"
        "ImportDesk(Path(sys.argv[1])).run(Path(sys.argv[2]))"
    )
    child = subprocess.Popen([sys.executable, "-c", program, str(folder), str(files[0].parent)],
                             cwd=Path(__file__).resolve().parents[2], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)  # fmt: skip
    watcher = DeskStore.open(folder / "desk.db", KEY)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with watcher.reader() as reader:
            if reader.execute("SELECT count(*) FROM patient").fetchone()[0] >= 3:
                break
    os.kill(child.pid, signal.SIGKILL)
    child.wait(10)
    watcher.close()
    desk = ImportDesk(folder)
    there = whole_files(desk)
    assert 3 <= len(there) <= 120
    again = desk.run(files[0].parent)
    assert again.refused == ()
    assert len(whole_files(desk)) == 120
    assert again.created == (120 - len(there)) * RECORDS_A_FILE
    assert desk.store.verify() == []
    desk.close()


def test_one_bad_line_of_many_does_not_stop_the_rest(desk: ImportDesk, tmp_path: Path) -> None:
    lines: list[Any] = [patient(str(number)) for number in range(5)]
    file = write_ndjson(tmp_path / "in.ndjson", lines)
    text = file.read_text().splitlines()
    text[2] = text[2][:-5]
    text[3] = json.dumps(patient("3", name=[]))
    file.write_text("\n".join(text))
    report = desk.run(file)
    assert [(r.file, r.path, r.reason) for r in report.refused] == [
        ("in.ndjson", "line 3", "import.not_json"), ("in.ndjson", "line 4.name", "import.no_name"),
    ]  # fmt: skip
    assert desk.count("patient") == 3


def test_h17_a_file_that_replaces_a_record_makes_one_person_once(desk: ImportDesk, tmp_path: Path) -> None:
    first = write_json(tmp_path / "first.json", bundle(patient("1"), patient("2"), encounter("e1", "1"),
                                                       explanation("x1", "1", [{"copay": 25}])))  # fmt: skip
    desk.run(first)
    gone = {"resourceType": "Patient", "id": "1", "active": False,
            "link": [{"other": {"reference": "Patient/2"}, "type": "replaced-by"}]}  # fmt: skip
    moved = explanation("x1", "2", [{"copay": 30}])
    second = write_json(tmp_path / "second.json", bundle(gone, patient("2"), moved))
    report = desk.run(second)
    assert report.refused == ()
    assert desk.rows("SELECT count(*) FROM alias WHERE survivor_id <> ''") == [(1,)]
    assert desk.rows("SELECT sum(debits - credits + pending_debits - pending_credits) FROM account "
                     "WHERE code = 'AR'") == [(3000,)]  # fmt: skip
    made = desk.rows("SELECT count(*) FROM outbox")
    again = desk.run(second)
    assert (again.created, again.updated, again.refused) == (0, 0, ())
    assert desk.rows("SELECT count(*) FROM outbox") == made
