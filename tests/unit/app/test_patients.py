"""The list of patients: figures as the ledger has them, narrowed down, sorted, kept right, and saved as a table."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app.list_views import BalanceKind, PatientOrder, PatientsAsk
from app.patients import PAGE, Patients
from models.basics.errors import RuleBroken, StorageError
from models.operations.bodies import Allocate, AllocationLine
from models.operations.records import Patient
from models.rules.rights import Right
from models.store.queries import collect
from tests.support.clinic import DAY, MARIA, TestClinic

MANAGER = replace(MARIA, rights=frozenset(Right))


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """Rosa owes 45, Ann has 20 of credit, Ben paid 30 ahead and owes 10, Cleo has nothing."""
    made = TestClinic(tmp_path)
    made.patient("rosa", "Rosa", "Alvarez", birth_date="1984-03-14", mrn="0041877")
    made.charge(4500, "2026-03-02", "rosa")
    made.patient("ann", "Ann", "Baker", birth_date="2003-11-02", mrn="0044190")
    made.visit("seen", "ann", minutes=-60 * 24 * 30, service_date="2026-04-14", status="done")
    made.visit("missed", "ann", minutes=-60 * 24, service_date="2026-05-13", status="no_show")
    made.paid(2000, "credit", "ann")
    made.patient("ben", "Ben", "carter", birth_date="1990-01-01", mrn="0044191")
    made.visit("later", "ben", minutes=60 * 24 * 7, service_date="2026-05-21", status="scheduled")
    made.paid(3000, "ahead", "ben", visit="later")
    made.charge(1000, "2026-04-02", "ben", "ben-owes")
    made.patient("cleo", "Cleo", "Dunn", birth_date="1951-01-01", mrn="0044192")
    yield made
    made.close()


@pytest.fixture
def patients(clinic: TestClinic) -> Iterator[Patients]:
    made = Patients(clinic.clinic)
    yield made
    made.close()


def ids(patients: Patients, **ask: object) -> list[str]:
    return [line.patient.patient_id for line in patients.page(PatientsAsk(**ask)).lines]  # type: ignore[arg-type]


def test_everybody_by_name_with_their_figures_and_the_sums(patients: Patients) -> None:
    view = patients.page(PatientsAsk())
    assert [
        (line.patient.patient_id, line.statement_cents, line.total_cents, line.credit_cents, line.prepaid_cents)
        for line in view.lines
    ] == [("rosa", 4500, 4500, 0, 0), ("ann", 0, -2000, 2000, 0), ("ben", 1000, -2000, 0, 3000), ("cleo", 0, 0, 0, 0)]
    assert (view.patients, view.statement_cents, view.unallocated_cents) == (4, 5500, 5000)


def test_the_last_visit_is_one_that_took_place(patients: Patients) -> None:
    assert [line.last_visit for line in patients.page(PatientsAsk()).lines] == [None, date(2026, 4, 14), None, None]


@pytest.mark.parametrize(
    ("kind", "least", "most", "who"),
    [(BalanceKind.STATEMENT, 1, None, ["rosa", "ben"]), (BalanceKind.STATEMENT, 1000, 1000, ["ben"]),
     (BalanceKind.STATEMENT, 1001, 4499, []), (BalanceKind.STATEMENT, None, 999, ["ann", "cleo"]),
     (BalanceKind.TOTAL, None, -1, ["ann", "ben"]), (BalanceKind.TOTAL, -2000, 0, ["ann", "ben", "cleo"]),
     (BalanceKind.UNALLOCATED, 1, None, ["ann", "ben"]), (BalanceKind.UNALLOCATED, 2001, 3000, ["ben"]),
     (BalanceKind.ANY, 999, 999, ["rosa", "ann", "ben", "cleo"])],
)  # fmt: skip
def test_s0_02_the_balance_filter_lies_between_two_amounts_both_included(
    patients: Patients, kind: BalanceKind, least: int | None, most: int | None, who: list[str]
) -> None:
    assert ids(patients, kind=kind, least_cents=least, most_cents=most) == who
    assert patients.page(PatientsAsk(kind=kind, least_cents=least, most_cents=most)).patients == len(who)


@pytest.mark.parametrize(
    ("text", "who"),
    [("rosa", ["rosa"]), ("alvrez", ["rosa"]), ("0044191", ["ben"]), ("1/1/1951", ["cleo"]), ("zzz", []),
     ("  ", ["rosa", "ann", "ben", "cleo"])],
)  # fmt: skip
def test_what_is_typed_narrows_the_list(patients: Patients, text: str, who: list[str]) -> None:
    assert ids(patients, text=text) == who


def test_what_is_typed_and_amounts_go_together(patients: Patients) -> None:
    assert ids(patients, text="ann", kind=BalanceKind.STATEMENT, least_cents=1) == []
    assert ids(patients, text="ann", kind=BalanceKind.UNALLOCATED, least_cents=1) == ["ann"]


@pytest.mark.parametrize(
    ("order", "who"),
    [(PatientOrder.NAME, ["rosa", "ann", "ben", "cleo"]), (PatientOrder.BIRTH_DATE, ["cleo", "rosa", "ben", "ann"]),
     (PatientOrder.STATEMENT, ["rosa", "ben", "cleo", "ann"]), (PatientOrder.TOTAL, ["rosa", "cleo", "ben", "ann"]),
     (PatientOrder.UNALLOCATED, ["ben", "ann", "cleo", "rosa"]),
     (PatientOrder.LAST_VISIT, ["ann", "cleo", "ben", "rosa"])],
)  # fmt: skip
def test_sorted_as_asked(patients: Patients, order: PatientOrder, who: list[str]) -> None:
    assert ids(patients, order=order) == who


def test_what_changes_is_seen_at_the_next_look(clinic: TestClinic, patients: Patients) -> None:
    patients.page(PatientsAsk())
    clinic.charge(700, "2026-05-01", "cleo")
    clinic.put(Patient(id="rosa", family="Zimmer", given="Rosa", birth_date="1984-03-14"))
    clinic.patient("new", "Nora", "Aaron")
    view = patients.page(PatientsAsk())
    assert [(line.patient.patient_id, line.statement_cents) for line in view.lines] == [
        ("new", 0), ("ann", 0), ("ben", 1000), ("cleo", 700), ("rosa", 4500)
    ]  # fmt: skip


def test_money_of_a_guarantor_changes_a_dependents_figures_too(clinic: TestClinic, patients: Patients) -> None:
    clinic.patient("kid", "Kim", "Baker", guarantor_id="ann")
    clinic.charge(1500, "2026-05-01", "kid", "kids")
    assert {line.patient.patient_id: line.statement_cents for line in patients.page(PatientsAsk()).lines}["kid"] == 1500
    clinic.put(Allocate(allocation_id="a", lot_payment_id="credit", patient_id="ann",
                        lines=(AllocationLine(charge_id="kids", amount_cents=1500),)))  # fmt: skip
    lines = {line.patient.patient_id: line for line in patients.page(PatientsAsk()).lines}
    assert (lines["kid"].statement_cents, lines["ann"].credit_cents) == (0, 500)


def test_the_figures_are_those_of_the_ledger(clinic: TestClinic, patients: Patients) -> None:
    for line in patients.page(PatientsAsk()).lines:
        with clinic.store.reader() as reader:
            figures = collect.figures(reader, clinic.store.tenant, line.patient.patient_id)
        assert (line.statement_cents, line.total_cents, line.credit_cents, line.prepaid_cents) == (
            figures.statement_balance_cents, figures.total_balance_cents, figures.credit_cents, figures.prepaid_cents
        )  # fmt: skip


def test_page_by_page_and_never_beyond_the_end(clinic: TestClinic, patients: Patients) -> None:
    clinic.put(*(Patient(id=f"p{n:03d}", family=f"Z{n:03d}", given="Zoe") for n in range(PAGE)))
    first, second, beyond = (patients.page(PatientsAsk(page=n)) for n in (0, 1, 9))
    assert (len(first.lines), first.first, first.patients) == (PAGE, 0, PAGE + 4)
    assert (len(second.lines), second.first) == (4, PAGE)
    assert (beyond.first, beyond.lines) == (second.first, second.lines)


def test_something_is_there_before_everything_was_read(patients: Patients) -> None:
    assert not patients.ready
    view = patients.first()
    assert [line.patient.patient_id for line in view.lines] == ["rosa", "ann", "cleo", "ben"]
    assert view.lines[0].statement_cents == 4500
    assert not view.whole
    patients.page(PatientsAsk())
    assert patients.ready


# Saved as a table -------------------------------------------------------------------------------------------------


def test_s0_42_unallocated_money_is_saved_as_csv(patients: Patients, tmp_path: Path) -> None:
    path = tmp_path / patients.file_name("csv")
    saved = patients.export(PatientsAsk(kind=BalanceKind.UNALLOCATED, least_cents=1), path, MANAGER)
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    assert (saved.rows, saved.file, path.name) == (2, path.name, f"patients-{DAY}.csv")
    assert [(row["Family name"], row["Statement balance"], row["Total balance"], row["Credit"], row["Prepaid"])
            for row in rows] == [("Baker", "0.00", "-20.00", "20.00", "0.00"),
                                 ("carter", "10.00", "-20.00", "0.00", "30.00")]  # fmt: skip
    assert (rows[0]["Birth date"], rows[0]["Last visit"], rows[0]["MRN"]) == ("2003-11-02", "2026-04-14", "0044190")


def test_a_workbook_holds_amounts_as_numbers_and_never_a_formula(clinic: TestClinic, tmp_path: Path) -> None:
    clinic.patient("evil", "=1+1", "=HYPERLINK(0)", phone="", mrn="007")
    patients = Patients(clinic.clinic)
    path = tmp_path / "list.xlsx"
    assert patients.export(PatientsAsk(), path, MANAGER).rows == 5
    sheet = openpyxl.load_workbook(path).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[5] for row in rows] == [0, 45, 0, 10, 0]
    assert rows[0][:2] == ["=HYPERLINK(0)", "=1+1"]
    assert sheet["A2"].data_type == "s"
    assert rows[1][3] == "0041877"
    assert sheet["F3"].number_format == "#,##0.00"


def test_a_name_that_is_a_formula_is_text_in_csv(clinic: TestClinic, tmp_path: Path) -> None:
    clinic.patient("evil", "@now", "=1+1")
    path = tmp_path / "list.csv"
    Patients(clinic.clinic).export(PatientsAsk(text="1"), path, MANAGER)
    Patients(clinic.clinic).export(PatientsAsk(), path, MANAGER)
    assert "'=1+1,'@now" in path.read_text("utf-8-sig")


def test_only_this_user_may_open_the_file(patients: Patients, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("old")
    path.chmod(0o644)
    patients.export(PatientsAsk(), path, MANAGER)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".part"] == []


def test_saving_needs_the_right_to_export(patients: Patients, tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match=r"staff\.right_missing"):
        patients.export(PatientsAsk(), tmp_path / "list.csv", replace(MARIA, rights=frozenset()))
    assert not (tmp_path / "list.csv").exists()
    lent = patients.export(PatientsAsk(), tmp_path / "list.csv", replace(MARIA, rights=frozenset()), MANAGER)
    assert lent.rows == 4


def test_another_kind_of_file_is_refused(patients: Patients, tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match=r"export\.kind_unknown"):
        patients.export(PatientsAsk(), tmp_path / "list.pdf", MANAGER)


def test_a_folder_that_is_not_there_leaves_nothing_behind(patients: Patients, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"export\.not_written"):
        patients.export(PatientsAsk(), tmp_path / "no" / "list.csv", MANAGER)
