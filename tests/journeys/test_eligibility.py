"""Payers' answers from file to estimate: by import with their patients, at two desks, and through the hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.clinic import Clinic
from app.eligibility import Eligibility, EstimateOrder
from app.importing import Counts
from models.basics.clock import FixedClock
from models.operations.records import Coverage, Patient
from models.rules.estimate import OFFICE_VISIT, TREATMENT, Procedure
from models.store.desk import DeskStore
from tests.support.imports import NOW, ImportDesk, write_json
from tests.support.shared_data import shared
from tests.support.stores import joined_desk, sqlite_hub, sync

GOLD = "x12-271-public-samples/gold_ppo_in_out_network.271"


@pytest.fixture
def desk(tmp_path: Path):
    made = ImportDesk(tmp_path / "desk")
    yield made
    made.close()


def jane(folder: Path) -> Path:
    """Who the answer is about, as an EHR tells it."""
    return write_json(folder / "jane.json", {
        "resourceType": "Bundle", "type": "collection", "entry": [
            {"resource": {"resourceType": "Patient", "id": "1", "name": [{"family": "Doe", "given": ["Jane"]}],
                          "birthDate": "1980-01-01"}},
            {"resource": {"resourceType": "Coverage", "id": "2", "status": "active",
                          "beneficiary": {"reference": "Patient/1"}, "subscriberId": "MBR123456",
                          "payor": [{"display": "Springfield Health Plan"}]}},
        ],
    })  # fmt: skip


def test_an_answer_comes_in_with_its_patient_and_again_changes_nothing(desk: ImportDesk, tmp_path: Path) -> None:
    gold = shared(GOLD)
    report = desk.run(jane(tmp_path), gold)
    assert report.refused == ()
    assert report.kinds["eligibility"] == Counts(1, 1, 0, 0, 0)
    before = desk.outbox()
    assert desk.run(jane(tmp_path), gold).kinds["eligibility"] == Counts(1, 0, 0, 1, 0)
    assert desk.outbox() == before
    assert desk.rows("SELECT copay_cents, status, checked_at <> '' FROM coverage") == [(2500, "active", 1)]


def test_what_cannot_be_taken_is_listed_with_segment_and_reason(desk: ImportDesk) -> None:
    folder = shared("x12-oopfactory")
    report = desk.run(folder / "271_5010_Example_3_1_3.txt", folder / "835_5010_Example1.txt",
                      folder / "271_5010_Example_3_1_2.txt", folder / "270_5010_Example1_IG.txt")  # fmt: skip
    assert {(each.path, each.reason) for each in report.refused} == {
        ("segment 9", "x12.rejected"), ("segment 3", "x12.other_transaction"), ("segment 9", "x12.patient_unknown"),
    }  # fmt: skip
    assert report.skipped == {"270": 1}
    assert desk.count("eligibility_check") == 0


def test_a_dry_run_writes_nothing(desk: ImportDesk, tmp_path: Path) -> None:
    desk.run(jane(tmp_path))
    before = desk.outbox()
    assert desk.run(shared(GOLD), dry_run=True).kinds["eligibility"] == Counts(1, 1, 0, 0, 0)
    assert (desk.count("eligibility_check"), desk.outbox()) == (0, before)


def put(store: DeskStore, *bodies: object) -> None:
    with store.write() as tx:
        for body in bodies:
            tx.record(body, person_id="maria", business_date="2026-03-16")


def test_one_answer_read_at_two_desks_is_one_everywhere(tmp_path: Path) -> None:
    """Both read it without the line; every desk then estimates the same from one check."""
    from app.importing import Importing

    clock = FixedClock(NOW)
    hub = sqlite_hub(tmp_path, clock)
    one, two = joined_desk(hub, tmp_path, "one", clock), joined_desk(hub, tmp_path, "two", clock)
    put(one, Patient(id="jane", family="Doe", given="Jane", birth_date="1980-01-01"),
        Coverage(id="cover", patient_id="jane", payer="Springfield", member_id="MBR123456"))  # fmt: skip
    sync(hub, one, two)
    for desk in (one, two):
        assert Importing(desk, clock).run([shared(GOLD)]).kinds["eligibility"].created == 1
    sync(hub, one, two)
    sync(hub, one, two)
    three = joined_desk(hub, tmp_path, "three", clock)
    sync(hub, three)
    for desk in (one, two, three):
        with desk.reader() as reader:
            found = reader.execute("SELECT check_id, seq > 0, length(raw) > 500 FROM eligibility_check").fetchall()
            assert [tuple(row)[1:] for row in found] == [(1, 1)]
        story = Eligibility(Clinic(desk, clock))
        order = EstimateOrder(patient_id="jane", purpose=TREATMENT,
                              procedures=(Procedure(allowed_cents=150_000, from_payer=True),))  # fmt: skip
        assert story.estimate(order).estimate.amount_cents == 94_000
        visit = EstimateOrder(patient_id="jane", purpose=OFFICE_VISIT)
        assert story.estimate(visit).estimate.amount_cents == 2_500
        assert desk.verify(deep=True) == []
    assert hub.verify("clinic", deep=True) == []
    for each in (one, two, three):
        each.close()
    hub.close()
