"""A manager looks through what the hub keeps apart, with a real hub behind it (H12)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clinic import Clinic
from app.hub_line import HubLine
from app.quarantine import Quarantine
from app.sync.engine import SyncEngine
from app.views import Person
from app.words import sentence
from models.basics.clock import SystemClock
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.operations.records import Staff
from tests.support.desks import PERSON
from tests.support.hub import RunningHub, session_sqlite_hub, sqlite_hub, sqlite_hub_template  # noqa: F401
from tests.support.stepping import SteppedDesk
from tests.support.stream import DAY
from tests.support.waiting import until


@pytest.fixture
def desk(sqlite_hub: RunningHub, tmp_path: Path) -> Iterator[SteppedDesk]:  # noqa: F811
    made = SteppedDesk.of(sqlite_hub, sqlite_hub.practice(), tmp_path / "a")
    yield made
    made.close()


@pytest.fixture
def maria(desk: SteppedDesk) -> Person:
    staff = Staff(id=new_id(), name="Maria", role="manager")
    with desk.store.write() as tx:
        tx.record(staff, person_id=PERSON, business_date=DAY)
    desk.settle()
    return Person(staff.id, "Maria", "Manager", "M", True)


@pytest.fixture
def story(sqlite_hub: RunningHub, desk: SteppedDesk, maria: Person) -> Iterator[Quarantine]:  # noqa: F811
    line = HubLine(SystemClock())
    transport = sqlite_hub.transport(desk.member.identity, desk.member.private_key)
    line.connect(SyncEngine(desk.store, transport), transport)
    until(lambda: line.state().online)
    yield Quarantine(Clinic(desk.store, SystemClock()), line)
    line.stop()


def test_h12_a_manager_lets_in_and_leaves_out(
    sqlite_hub: RunningHub,  # noqa: F811
    desk: SteppedDesk,
    maria: Person,
    story: Quarantine,
    tmp_path: Path,
) -> None:
    tenant = desk.member.identity.tenant
    stolen = SteppedDesk.of(sqlite_hub, tenant, tmp_path / "s", "Desk 3")
    (payment,) = stolen.acts(1)
    sqlite_hub.store.desks.revoke(tenant, stolen.member.identity.device_id, maria.staff_id)
    sqlite_hub.hub.auth.forget(stolen.member.identity.device_id)
    stolen.push()
    stolen.close()
    waiting = story.list(maria)
    assert [row.kind for row in waiting] == ["patient.put", "charge.put", "payment.collect", "payment.allocate"]
    money = waiting[2]
    assert (money.amount_cents, money.may_count, money.receipt_no != "") == (2_500, True, True)
    assert sentence(money.because).title == "Its desk was revoked"
    with pytest.raises(RuleBroken, match="reason_missing"):
        story.discard(waiting[:1], maria, "  ")
    with pytest.raises(RuleBroken, match="manager_only"):
        story.list(Person("nobody", "Ana", "", "A", False))
    assert story.accept(waiting[:3], maria, "Counted") == 3
    assert story.discard(waiting[3:], maria, "Its patient paid twice") == 1
    assert story.list(maria) == ()
    decided = story.list(maria, decided=True)
    assert [(row.decision, row.decided_by) for row in decided] == [("accepted", "Maria")] * 3 + [("discarded", "Maria")]
    until(lambda: desk.has_payment(payment))
