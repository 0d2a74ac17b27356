"""Hard case H6: money that waits for a visit that will not be is credit a day later, not before, and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.basics.clock import FixedClock
from models.operations import bodies
from models.operations.operation import GENESIS
from models.operations.protocol import Cursor
from models.store.desk import DeskStore
from models.store.hub import HubStore
from tests.support import stores
from tests.support.stores import TENANT
from tests.unit.models.store.takings import appointment, ask, balances, cash, charge, patient, record, spend, state


@pytest.fixture
def desks(hub: HubStore, tmp_path: Path) -> Iterator[list[DeskStore]]:
    """Two desks; the first has taken 25.00 ahead for a visit of today and 10.00 for one of next week."""
    made = [stores.joined_desk(hub, tmp_path, name) for name in ("one", "two")]
    record(made[0], patient(), appointment(), appointment(2, patient_id="patient-1"),
           cash("p1", appointment_id="visit-1"), cash("p2", cents=1000, appointment_id="visit-2"))  # fmt: skip
    stores.sync(hub, *made)
    yield made
    for desk in made:
        desk.close()


def later(hub: HubStore, hours: float) -> None:
    """The hub's clock goes on."""
    assert isinstance(hub._clock, FixedClock)
    hub._clock.advance(timedelta(hours=hours).total_seconds())


def status(word: str, visit: str = "visit-1") -> bodies.VisitStatus:
    return bodies.VisitStatus(appointment_id=visit, patient_id="patient-1", status=word)


def lies(desk: DeskStore) -> dict[str, int]:
    return {name: cents - debits for name, (debits, cents) in balances(desk).items()
            if name.startswith("CR") and cents != debits}  # fmt: skip


@pytest.mark.parametrize("word", ["cancelled", "no_show"])
def test_s0_39_h6_a_day_after_it_is_credit(hub: HubStore, desks: list[DeskStore], word: str) -> None:
    record(desks[0], status(word))
    stores.sync(hub, *desks)
    later(hub, 23.9)
    assert hub.free_waiting(TENANT) == 0
    later(hub, 0.2)
    assert hub.free_waiting(TENANT) == 1
    assert hub.free_waiting(TENANT) == 0
    stores.sync(hub, *desks)
    for desk in desks:
        assert lies(desk) == {"CR:p1": 2500, "CRE:p2:visit-2": 1000}
        assert desk.verify(deep=True) == []
    assert state(desks[0]) == state(desks[1])
    assert hub.verify(TENANT, deep=True) == []
    entry = hub.pull(TENANT, Cursor("", 0, GENESIS)).entries[-1]
    assert (entry.op["kind"], entry.op["class"], entry.op["device"]) == ("payment.freed", "derived", "hub")
    assert entry.op["body"]["lines"] == [{"lot_payment_id": "p1", "amount_cents": 2500}]


def test_a_visit_that_comes_back_keeps_its_money(hub: HubStore, desks: list[DeskStore]) -> None:
    """Cancelled, on again, cancelled again: the day begins anew."""
    for word in ("cancelled", "scheduled", "cancelled"):
        record(desks[0], status(word))
        stores.sync(hub, *desks)
        later(hub, 12)
    assert hub.free_waiting(TENANT) == 0
    record(desks[0], status("confirmed"))
    stores.sync(hub, *desks)
    later(hub, 48)
    assert hub.free_waiting(TENANT) == 0
    assert lies(desks[1]) == {"CRE:p1:visit-1": 2500, "CRE:p2:visit-2": 1000}


def test_the_source_may_say_it_and_say_it_twice(hub: HubStore, desks: list[DeskStore]) -> None:
    """The practice's program cancels the visit and sends it again an hour later: the first word counts."""
    record(desks[0], appointment(status="cancelled"))
    stores.sync(hub, *desks)
    later(hub, 23)
    record(desks[0], appointment(status="cancelled", reason="told by phone"))
    stores.sync(hub, *desks)
    later(hub, 2)
    assert hub.free_waiting(TENANT) == 1


def test_what_was_paid_for_a_cancelled_visit_is_freed_too(hub: HubStore, desks: list[DeskStore]) -> None:
    """It was released when the visit was cancelled and waited since; later money for the same visit likewise."""
    record(desks[0], charge(cents=2000), spend("p1", 1, 2000), status("cancelled"))
    stores.sync(hub, *desks)
    later(hub, 25)
    assert hub.free_waiting(TENANT) == 1
    record(desks[0], cash("p3", cents=700, appointment_id="visit-1"))
    stores.sync(hub, *desks)
    assert hub.free_waiting(TENANT) == 1
    stores.sync(hub, *desks)
    assert lies(desks[1]) == {"CR:p1": 2500, "CR:p3": 700, "CRE:p2:visit-2": 1000}
    assert hub.verify(TENANT, deep=True) == []


def test_a_desk_cannot_do_it(hub: HubStore, desks: list[DeskStore]) -> None:
    line = bodies.ReleaseLine(lot_payment_id="p1", amount_cents=2500)
    record(desks[0], status("cancelled"), bodies.Freed(appointment_id="visit-1", patient_id="patient-1", lines=(line,)))
    stores.sync(hub, *desks)
    assert ask(desks[0], "SELECT verdict, reason FROM outbox ORDER BY dseq DESC LIMIT 1") == [
        ("quarantined", "derived_by_hub")
    ]
    assert lies(desks[0]) == {"CRE:p1:visit-1": 2500, "CRE:p2:visit-2": 1000}


def test_what_waits_at_a_desk_is_replayed_on_top(hub: HubStore, desks: list[DeskStore]) -> None:
    """A desk away moves the waiting money to another day; the hub had freed it: the desk's move finds it gone."""
    record(desks[0], status("cancelled"))
    stores.sync(hub, *desks)
    later(hub, 25)
    line = bodies.MoveLine(lot_payment_id="p1", amount_cents=2500, from_appointment_id="visit-1",
                           to_appointment_id="visit-2")  # fmt: skip
    record(desks[1], bodies.Move(move_id="m", patient_id="patient-1", lines=(line,)))
    assert lies(desks[1]) == {"CRE:p1:visit-2": 2500, "CRE:p2:visit-2": 1000}
    assert hub.free_waiting(TENANT) == 1
    stores.pull(desks[1], hub)
    assert lies(desks[1]) == {"CR:p1": 2500, "CRE:p2:visit-2": 1000}
    stores.sync(hub, *desks)
    assert ask(desks[1], "SELECT verdict, reason FROM outbox") == [("rejected", "credit_used")]
    assert state(desks[0]) == state(desks[1])
