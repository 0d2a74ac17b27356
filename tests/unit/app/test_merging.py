"""Two records of one person at two desks (H17): whatever each did before it heard of the merge, both end alike, money
of both counts for the person, and nothing that was posted changes. On both databases of a hub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.accounts import Accounts
from app.clinic import Clinic
from app.find import Find
from app.merging import Merging
from app.plan import standing
from app.settings import Settings
from app.words import sentence
from models.basics.clock import FixedClock
from models.basics.errors import RuleBroken
from models.operations import bodies, records
from models.operations.merging import PatientMerged
from models.rules.rights import Right
from models.store.desk import DeskStore
from models.store.engine import postgres_engine
from models.store.hub import HubStore
from models.store.patient_list import PatientList, Wanted
from models.store.queries import given
from tests.support import stores
from tests.support.acts import allocate, collect
from tests.support.stores import TENANT, TODAY
from tests.unit.app.test_hard_cases import MANAGER, MARIA, STAFF, Two
from tests.unit.models.store.takings import ask

ANN = records.Patient(id="ann", family="Quillfeather", given="Ann", birth_date="1984-03-14", mrn="1001")
NAN = records.Patient(id="nan", family="Quillfeather", given="Nan", birth_date="1984-03-14", mrn="2002")
CARL = records.Patient(id="carl", family="Quillfeather", given="Carl", birth_date="1990-01-02", mrn="3003")


def owes(charge_id: str, patient_id: str, cents: int, visit: str = "") -> records.Charge:
    return records.Charge(id=charge_id, patient_id=patient_id, service_date="2026-03-03", description="Lab panel",
                          responsibility_cents=cents, appointment_id=visit)  # fmt: skip


def visit(name: str, patient_id: str) -> records.Appointment:
    return records.Appointment(id=name, patient_id=patient_id, starts_at=f"{TODAY}T16:00:00.000Z", service_date=TODAY,
                               title="Follow-up")  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def desks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Two]:
    """Ann owes 40.00 and has 10.00; Nan, who is the same person, owes 30.00 and has 60.00."""
    clock = FixedClock(datetime(2026, 3, 16, 15, 0, tzinfo=UTC))
    if request.param == "sqlite":
        hub = stores.sqlite_hub(tmp_path, clock)
    else:
        url = request.getfixturevalue("postgres_url")
        hub = HubStore.open(postgres_engine(url, pool_size=4), clock, upgrade=False)
        hub.create_tenant(TENANT, stores.PRACTICE)
    two = Two(hub, clock, *(stores.joined_desk(hub, tmp_path, f"desk-{n}", clock) for n in (1, 2)))
    two.do(two.one, *STAFF, ANN, NAN, CARL, visit("v1", "nan"), owes("c1", "ann", 4000), owes("c2", "nan", 3000, "v1"),
           collect("PAY-1-00001", "ann", 1000), collect("PAY-1-00002", "nan", 6000))  # fmt: skip
    two.in_step()
    yield two
    for desk in (two.one, two.two):
        desk.close()
    hub.close()


def merge(desks: Two, desk: DeskStore, gone: str = "nan", stays: str = "ann") -> None:
    desks.clock.advance(60)
    Merging(Clinic(desk, desks.clock)).merge(gone, stays, MANAGER)


def settings() -> Settings:
    """As they are before anybody set anything."""
    return Settings(None)


def accounts(desks: Two, desk: DeskStore) -> Accounts:
    return Accounts(Clinic(desk, desks.clock), settings())


def test_h17_money_and_visits_of_both_are_the_persons_at_both_desks(desks: Two) -> None:
    merge(desks, desks.one)
    before = ask(desks.two, "SELECT op_id, debit, credit, amount_cents FROM transfer ORDER BY op_id, n")
    desks.in_step()
    assert ask(desks.two, "SELECT op_id, debit, credit, amount_cents FROM transfer ORDER BY op_id, n") == before
    for desk in (desks.one, desks.two):
        for asked in ("ann", "nan"):
            view = accounts(desks, desk).ledger(asked)
            assert (view.patient.patient_id, view.patient.merged_with) == ("ann", "")
            assert (view.figures.statement_balance_cents, view.figures.unallocated_cents) == (7000, 7000)
            assert [line.appointment_id for line in view.visits if line.appointment_id] == ["v1"]
            assert sorted(line.number for line in view.payments) == ["PAY-1-00001", "PAY-1-00002"]
            [merged] = view.merged
            assert (merged.patient.name, merged.by, merged.patient.mrn) == ("Nan Quillfeather", "Priya Nair", "2002")
            assert "act.merged" in [line.act for line in view.log]


def test_h17_new_money_follows_who_stays_and_either_credit_pays(desks: Two) -> None:
    merge(desks, desks.one)
    desks.in_step()
    clinic = Clinic(desks.two, desks.clock)
    with desks.two.reader() as reader:
        now = standing(clinic, settings(), reader, "nan", "v1")
    assert (now.patient.id, now.visit.patient_id if now.visit else "") == ("ann", "ann")
    assert sorted(due.payable.owes_cents for due in now.dues) == [3000, 4000]
    assert sum(lot.cents for lot in now.lots) == 7000
    desks.do(desks.two, allocate("PAY-1-00002", "ann", ("c1", 4000)), allocate("PAY-1-00002", "ann", ("c2", 3000)))
    desks.in_step()
    figures = accounts(desks, desks.one).ledger("ann").figures
    assert (figures.statement_balance_cents, figures.unallocated_cents) == (1000, 1000)


def test_h17_what_another_desk_did_for_the_other_record_meanwhile_counts(desks: Two) -> None:
    merge(desks, desks.one)
    desks.do(desks.two, collect("PAY-2-00001", "nan", 500), owes("c3", "nan", 1200), visit("v2", "nan"),
             bodies.Adjust(adjustment_id="d1", charge_id="c2", patient_id="nan", kind="discount", group="PR",
                           reason_code="", amount_cents=200, note=""))  # fmt: skip
    desks.in_step()
    for desk in (desks.one, desks.two):
        view = accounts(desks, desk).ledger("nan")
        assert view.figures.unallocated_cents == 7500
        assert "v2" in [line.appointment_id for line in view.visits]
    assert desks.items() == ()


def test_h17_the_same_credit_spent_at_both_desks_is_spent_once(desks: Two) -> None:
    merge(desks, desks.one)
    desks.do(desks.one, allocate("PAY-1-00002", "ann", ("c1", 4000)))
    desks.do(desks.two, allocate("PAY-1-00002", "nan", ("c2", 3000)))
    desks.in_step()
    [item] = desks.items()
    assert (item.kind, item.amount_cents) == ("credit_used", 1000)
    figures = accounts(desks, desks.two).ledger("ann").figures
    assert (figures.statement_balance_cents, figures.unallocated_cents) == (1000, 1000)


def test_h17_merged_both_ways_the_first_that_arrives_says_who_stays(desks: Two) -> None:
    merge(desks, desks.one, "nan", "ann")
    merge(desks, desks.two, "ann", "nan")
    assert accounts(desks, desks.two).ledger("ann").patient.patient_id == "nan"
    desks.in_step()
    for desk in (desks.one, desks.two):
        assert accounts(desks, desk).ledger("nan").patient.patient_id == "ann"
        assert desks.items(desk) == ()


def test_h17_one_record_to_two_people_asks_a_person(desks: Two) -> None:
    merge(desks, desks.one, "nan", "ann")
    merge(desks, desks.two, "nan", "carl")
    desks.in_step()
    [item] = desks.items()
    said = sentence(item.words, item.facts)
    assert said.title == "Is this one person with two others?"
    assert "merged this record with Carl Quillfeather at this desk" in said.body
    assert "merged with Ann Quillfeather before" in said.body
    assert accounts(desks, desks.two).ledger("carl").figures.unallocated_cents == 0
    desks.resolve(item, "seen", "Carl is her brother")
    assert desks.items() == ()


def test_h17_taken_apart_both_are_as_they_were_taken(desks: Two) -> None:
    merge(desks, desks.one)
    desks.in_step()
    desks.do(desks.two, collect("PAY-2-00001", "ann", 500))
    desks.in_step()
    story = Merging(Clinic(desks.two, desks.clock))
    with pytest.raises(RuleBroken, match=r"attention\.reason_missing"):
        story.part("nan", " ", MANAGER)
    story.part("nan", "Two people after all", MANAGER)
    desks.in_step()
    for desk in (desks.one, desks.two):
        found = {who: accounts(desks, desk).ledger(who).figures.unallocated_cents for who in ("ann", "nan")}
        assert found == {"ann": 1500, "nan": 6000}
    with pytest.raises(RuleBroken, match=r"refused\.not_merged"):
        story.part("nan", "again", MANAGER)


def test_h17_merging_needs_its_right_and_two_records(desks: Two) -> None:
    story = Merging(Clinic(desks.one, desks.clock))
    with pytest.raises(RuleBroken, match=r"staff\.right_missing"):
        story.merge("nan", "ann", MARIA)
    story.merge("nan", "ann", MARIA, MANAGER)
    for gone, stays, key in (("nan", "ann", "known_already"), ("ann", "ann", "same_record"),
                             ("nan", "carl", "merged_meanwhile")):  # fmt: skip
        with pytest.raises(RuleBroken, match=rf"refused\.{key}"):
            story.merge(gone, stays, MANAGER)
    with pytest.raises(RuleBroken, match=r"collect\.patient_gone"):
        story.merge("nobody", "ann", MANAGER)
    assert Right.MERGE in MANAGER.rights


def test_h17_both_sides_are_shown_before_they_are_merged(desks: Two) -> None:
    sheet = Merging(Clinic(desks.one, desks.clock)).open("nan", "carl")
    assert sheet.differs == ("birth_date", "name")
    assert sheet.together.unallocated_cents == 6000
    assert (sheet.one.last_visit, sheet.other.last_visit) == (date(2026, 3, 16), None)
    merge(desks, desks.one)
    with pytest.raises(RuleBroken, match=r"refused\.same_record"):
        Merging(Clinic(desks.one, desks.clock)).open("nan", "ann")


def test_h17_the_merged_record_says_so_wherever_it_is_met(desks: Two) -> None:
    merge(desks, desks.one)
    desks.in_step()
    clinic = Clinic(desks.two, desks.clock)
    found = {hit.patient.patient_id: hit for hit in Find(clinic, settings()).search("quillfeather")}
    assert {name: hit.patient.merged_with for name, hit in found.items()} == {
        "ann": "", "nan": "Ann Quillfeather", "carl": ""}  # fmt: skip
    assert found["nan"].credit_cents == found["ann"].credit_cents == 7000
    listed = PatientList(desks.two)
    rows = {row.id: row for row in listed.everybody(Wanted(), clinic.today())}
    assert (rows["ann"].unallocated_cents, rows["nan"].unallocated_cents) == (7000, 0)
    assert rows["nan"].merged_with == "Ann Quillfeather"
    assert rows["ann"].last_visit == TODAY
    listed.close()
    with desks.two.reader() as reader:
        assert len(given.of_patient(reader, TENANT, "nan")) == len(given.of_patient(reader, TENANT, "ann")) == 2


def test_h17_a_family_keeps_together_whichever_record_is_named(desks: Two) -> None:
    desks.do(desks.one, replace(CARL, guarantor_id="nan"))
    merge(desks, desks.one)
    desks.in_step()
    view = accounts(desks, desks.two).ledger("carl", whole_family=True)
    assert [each.patient.patient_id for each in view.family] == ["ann", "carl"]
    assert view.figures.unallocated_cents == 7000


def test_h17_a_merge_is_posted_nowhere(desks: Two) -> None:
    desks.do(desks.one, PatientMerged(patient_id="nan", into_id="ann"))
    desks.in_step()
    assert ask(desks.two, "SELECT survivor_id, into_id FROM alias") == [("ann", "ann")]
    assert ask(desks.two, "SELECT transfers FROM log WHERE kind = 'patient.merged'") == [("[]",)]
