"""Finding patients through the word index, slips included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from app.find import Find
from app.settings import Settings
from models.rules.matching import parse_query
from models.store.queries import find
from tests.support.clinic import DAY, TestClinic

PEOPLE = [
    ("rosa", "Rosa", "Alvarez", "1984-03-14", "5550104417", "0041877"),
    ("raul", "Raúl", "Álvarez", "1951-03-14", "(555) 010-4417", "0029310"),
    ("marisol", "Marisol", "Alvares", "1990-03-01", "555-010-8121", "0043022"),
    ("rezende", "Alvaro", "Rezende", "2003-03-14", "5550102765", "0044190"),
    ("obrien", "Máire", "O'Brien-Smith", "1970-07-01", "", "A-10442"),
    ("ann", "Ann", "Lee", "2001-01-31", "", "7"),
    ("bea", "Bea", "Lee", "2001-01-31", "", "8"),
    ("li", "小龍", "李", "1940-11-27", "", ""),
    ("nobody", "", "", "", "", ""),
]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path_factory.mktemp("find"))
    for patient_id, given, family, born, phone, mrn in PEOPLE:
        made.patient(patient_id, given, family, birth_date=born, phone=phone, mrn=mrn)
    made.visit("today", "rosa")
    made.coverage("rosa")
    made.charge(4500, patient_id="rosa")
    made.paid(1500, patient_id="rezende")
    made.paid(3000, "by card", "marisol", tender="card")
    yield made
    made.close()


def found(clinic: TestClinic, text: str) -> list[str]:
    return [hit.patient.patient_id for hit in Find(clinic.clinic, Settings(None)).search(text)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("rosa alvarez", ["rosa"]),
        ("Alvarez, Rosa", ["rosa"]),
        ("alvarez", ["rosa", "raul", "marisol", "rezende"]),
        ("alv", ["rosa", "marisol", "rezende", "raul"]),
        ("alvrez 3/14", ["rosa", "raul"]),
        ("alvares", ["marisol", "rosa", "raul", "rezende"]),
        ("3/14/1984", ["rosa"]),
        ("march 14", ["rosa", "rezende", "raul"]),
        ("4417", ["rosa", "raul"]),
        ("(555) 010-8121", ["marisol"]),
        ("41877", ["rosa"]),
        ("a-10442", ["obrien"]),
        ("obrien", ["obrien"]),
        ("brien smith", ["obrien"]),
        ("maire", ["obrien"]),
        ("李", ["li"]),
        ("rosa 1/1/1999", ["rosa"]),
        ("zzzz", []),
        ("", []),
        ("   ", []),
        ('"* OR NEAR(', []),
    ],
)
def test_who_is_found(clinic: TestClinic, text: str, ids: list[str]) -> None:
    assert sorted(found(clinic, text)) == sorted(ids)


def test_the_best_fit_comes_first_and_todays_visit_before_others(clinic: TestClinic) -> None:
    assert found(clinic, "alvarez")[0] == "rosa"
    assert found(clinic, "alvares")[0] == "marisol"
    assert found(clinic, "raul alvarez")[0] == "raul"


def test_why_due_credit_and_likeness(clinic: TestClinic) -> None:
    hits = {hit.patient.patient_id: hit for hit in Find(clinic.clinic, Settings(None)).search("4417")}
    assert hits["rosa"].why == "phone"
    assert hits["rosa"].alike
    assert hits["raul"].alike
    assert hits["rosa"].due_cents == 7500
    assert hits["rosa"].visit is not None
    assert hits["raul"].visit is None
    [rezende] = Find(clinic.clinic, Settings(None)).search("rezende")
    assert (rezende.credit_cents, rezende.due_cents, rezende.alike) == (1500, 0, False)
    twins = Find(clinic.clinic, Settings(None)).search("lee")
    assert [hit.alike for hit in twins] == [True, True]


def test_two_identifiers_are_always_there(clinic: TestClinic) -> None:
    [hit] = Find(clinic.clinic, Settings(None)).search("41877")
    assert (hit.why, hit.patient.birth_date, hit.patient.mrn) == ("MRN", date(1984, 3, 14), "0041877")


def test_a_patient_taken_out_is_not_found(clinic: TestClinic) -> None:
    with clinic.store.reader() as reader:
        assert find.search(reader, "another practice", parse_query("alvarez", date(2026, 5, 14)), 5) == []
        assert find.visits_today(reader, "alder", [], DAY) == {}
        assert find.on_account(reader, "alder", []) == {}
