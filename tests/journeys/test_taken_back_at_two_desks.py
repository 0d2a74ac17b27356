"""Two desks take the same payment back, correct or refund it, and have not heard of each other: the drawer has what
really went, somebody is told what is missing, and the day sheet explains the drawer (S0-26, H5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.day_sheet import DaySheet
from app.day_views import DaySheetAsk, Tab
from app.giving_back import GivingBack
from app.posting import Posting
from app.settings import Settings
from app.tasks import Tasks
from app.words import sentence
from models.basics.clock import FixedClock
from models.operations import records
from models.store.hub import HubStore
from models.store.queries import receipts
from tests.cases.desk import MANAGER, CaseDesk, Names, noon
from tests.cases.verbs import prepare
from tests.support import stores
from tests.support.stores import TENANT, TODAY, pull, push


def tasks_of(desk: CaseDesk) -> Tasks:
    return Tasks(desk.clinic, GivingBack(desk.clinic, Posting(desk.clinic, Settings(None))))


@dataclass
class Two:
    """Two desks of a hub: a payment of $30.00 taken at the first is known to both."""

    hub: HubStore
    one: CaseDesk
    two: CaseDesk

    def do(self, desk: CaseDesk, act: str, **values: Any) -> None:
        desk.clock.advance(60)
        prepare(desk, act, values)()

    def in_step(self, first: CaseDesk) -> None:
        """`first` is heard first; everything holds everywhere then."""
        desks = sorted((self.one, self.two), key=lambda desk: desk is not first)
        for desk in desks:
            push(desk.store, self.hub)
        for desk in desks:
            pull(desk.store, self.hub)
            assert desk.store.verify(deep=True) == []
        assert self.hub.verify(TENANT, deep=True) == []

    def items(self, desk: CaseDesk) -> list[Any]:
        with desk.store.reader() as reader:
            return list(tasks_of(desk).items(reader))


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Two]:
    clock = FixedClock(noon(TODAY))
    hub = stores.sqlite_hub(tmp_path, clock)
    names = Names()
    one, two = (CaseDesk(stores.joined_desk(hub, tmp_path, name, clock), clock, names) for name in ("one", "two"))
    pair = Two(hub, one, two)
    one.record(records.Patient(id="rosa", family="Quillfeather", given="Rosa"),
               records.Staff(id=MANAGER.staff_id, name=MANAGER.name, role="manager"))  # fmt: skip
    pair.do(one, "pay", id="p", patient="rosa", amount=3000)
    pair.do(one, "pay", id="check", patient="rosa", amount=3000, by="check")
    pair.in_step(one)
    yield pair
    for desk in (one, two):
        desk.store.close()
    hub.close()


ACTS: dict[str, tuple[str, dict[str, Any], int, dict[str, int]]] = {
    "a correction and a void": ("correct", {"payment": "p", "amount": 100}, 100, {"one": -100}),
    "a void and a void": ("void", {"payment": "p"}, 3000, {"two": -3000}),
    "a refund and a void": ("refund", {"payment": "p", "amount": 500}, 500, {"two": -500}),
}  # fmt: skip
"""What the second desk does while the first one voids: what is missing then, and what lies in the drawers."""


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("heard", ["one", "two"])
def test_s0_26_what_two_desks_handed_back_is_what_the_drawers_gave(desks: Two, name: str, heard: str) -> None:
    act, values, missing, drawers = ACTS[name]
    desks.do(desks.two, act, **values)
    desks.do(desks.one, "void", payment="p")
    desks.in_step(desks.one if heard == "one" else desks.two)
    for desk in (desks.one, desks.two):
        assert drawer_cents(desk, desks) == drawers
        [item] = [each for each in desks.items(desk) if each.kind == "over_refunded"]
        assert item.amount_cents == missing
        assert sheet_cents(desk) == sum(drawers.values()), "the sheet of the day explains the drawers"


def drawer_cents(desk: CaseDesk, desks: Two) -> dict[str, int]:
    """What lies in the drawer of each desk, where something does."""
    homes = {f"CASH:{desks.one.clinic.identity.device_id}": "one", f"CASH:{desks.two.clinic.identity.device_id}": "two"}
    found = desk.ask("SELECT id, debits + pending_debits - credits - pending_credits FROM account WHERE code = 'CASH'")
    return {homes[account]: cents for account, cents in found if cents}


def sheet_cents(desk: CaseDesk) -> int:
    """Cash as the sheet of the day adds it up."""
    view = DaySheet(desk.clinic).page(DaySheetAsk(first=desk.clinic.today(), last=desk.clinic.today(), tab=Tab.SUMMARY))
    return view.sums.tenders["cash"].net_cents


def test_s0_26_a_void_that_had_not_heard_of_a_correction_is_told_with_both_sides(desks: Two) -> None:
    desks.do(desks.two, "correct", payment="p", amount=100)
    desks.do(desks.one, "void", payment="p")
    desks.in_step(desks.two)
    [item] = desks.items(desks.two)
    said = sentence(item.words, item.facts)
    assert said.title == "More was returned than was paid"
    assert said.body.startswith("$30.00 was returned on a $29.00 payment: $1.00 too much, at Desk 1 (")
    here, there = item.sides
    assert here.title == "Taken back at Desk 1"
    assert [(row.label, row.cents) for row in here.rows] == [("Went out", 3000), ("Too much", 100)]
    assert [(row.label, row.cents) for row in there.rows] == [
        ("Taken", 3000), ("Corrected by", 100), ("Really came in", 2900),
    ]  # fmt: skip
    tasks_of(desks.two).resolve(item.item_id, "borne", "agreed with the patient", MANAGER)
    desks.in_step(desks.two)
    assert desks.items(desks.one) == desks.items(desks.two) == []


def test_s0_11_a_check_that_was_corrected_bounces_with_what_it_was(desks: Two) -> None:
    desks.do(desks.two, "correct", payment="check", amount=100)
    desks.in_step(desks.two)
    desks.do(desks.one, "bounce", payment="check")
    desks.in_step(desks.one)
    assert desks.one.ask("SELECT debits - credits FROM account WHERE id = 'CHK'") == [(0,)]
    assert desks.items(desks.one) == []
    with desks.one.store.reader() as reader:
        payment = receipts.payment(reader, TENANT, desks.one.names.payments["check"])
        assert payment is not None
        paper = Posting(desks.one.clinic, Settings(None)).describe(reader, payment, {})
    assert [line.amount_cents for line in paper.lines] == [-2900], "printed again it says what went"
