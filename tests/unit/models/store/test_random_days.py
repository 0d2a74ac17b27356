"""Random days through the real stores: a desk, a hub, desks with a bad line, all against the engine in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from models.ledger.draft import Draft
from models.ledger.memory import memory_book
from models.ledger.posting import settle, settle_run
from models.operations import bodies, records
from models.operations.holds import HoldAsk, HoldReturned
from models.operations.merging import PatientMerged, PatientParted
from models.operations.operation import GENESIS, Operation
from models.operations.protocol import Cursor, PushBatch
from models.operations.tasks import TaskResolved
from models.store.desk import DeskStore
from models.store.engine import postgres_engine
from models.store.hub import HubStore
from models.store.session import Session
from tests.support import stores
from tests.support.acts import DAY, OpMaker, allocate, days, shown
from tests.support.money_acts import VISITS, correct, line, money_days, move, paid, request, resolved
from tests.support.often import often
from tests.support.stores import TENANT, pull, push, sync
from tests.unit.models.store.takings import Doer, ask, balances, state


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="copaydesk-day-") as path:
        yield Path(path)


_said = st.sampled_from([
    bodies.StatementIssued(statement_id="s1", patient_id="ann", number="ST-1-00001", channel="print", balance_cents=1,
                           unallocated_cents=0, lines=(bodies.StatementLine(
                               service_date=DAY, description="Visit", owed_cents=1, paid_cents=0, balance_cents=1),)),
    bodies.StatementIssued(statement_id="s1", patient_id="ann", number="ST-1-00002", channel="pdf", balance_cents=2,
                           unallocated_cents=0, lines=()),
    *(bodies.VisitBilling(appointment_id=name, patient_id=VISITS[name][0], billing_status=word)
      for name in ("v1", "v3") for word in ("balance_due", "settled", "no such word")),
    records.Appointment(id="v1", patient_id="ann", starts_at=f"{DAY}T15:00:00.000Z", service_date=DAY,
                        billing_status="internal_review"),
    records.Method(id="flex", name="Flex spending card", reference="Confirmation"),
    records.Method(id="flex", name="Flex spending card", active=False),
    records.BillingProfile(id="b", name="New patient", lines=(
        records.ProfileLine(code="99203", description="Office visit", price_cents=100),)),
    records.AppointmentProfile(id="a", name="New patient", billing_profile_id="b", consents=("privacy",)),
    records.Series(id="s", patient_id="ann", starts_on=DAY, starts_time="09:30", ends_on=DAY, weekdays=(0, 2)),
    records.Staff(id="staff-1", name="Ines Brandt", role="manager"),
    records.Staff(id="staff-2", name="Lee Ortega", role="receptionist", rights=("refund",)),
    records.Rules(id="another", auto_allocate=True),
    *(PatientMerged(patient_id=gone, into_id=stays)
      for gone, stays in (("ben", "ann"), ("ann", "ben"), ("amy", "ben"), ("ben", "amy"))),
    *(PatientParted(patient_id=name, reason="not the same") for name in ("ann", "amy", "ben")),
])  # fmt: skip


_SPENT = [allocate("p1", "ann", ("c1", 30)), allocate("p2", "ann", ("c3", 50)), paid("h1", "p1", 40),
          move("ann", line("p1", 20, "", "v2")), request("h2", "p2", 10), correct("p1", 10, name="h")]  # fmt: skip


_ASKED = ["over_refunded:#{}:OVR:p1", "over_refunded:#{}:OVR:p2", "money_out:#{}:SUSP", "money_in:#{}:SUSP"]


@st.composite
def _whole_days(draw: st.DrawFn) -> list[object]:
    """A day of money, or one of every kind of act, with what does not move money, then credit that is set aside, spent,
    given back, and money in question that somebody settles."""
    day: list[object] = [*draw(days | money_days), *draw(st.lists(_said, max_size=4))]
    asked: list[int] = []
    for act in draw(st.lists(st.sampled_from(("ask", "ask", "return", "spend", "spend", "settle")), max_size=8)):
        if act == "ask":
            asked.append(len(day))
            day.append(HoldAsk(ask_id=f"a{len(day)}", patient_id=draw(st.sampled_from(("ann", "ben"))),
                               amount_cents=draw(st.integers(0, 90))))  # fmt: skip
        elif act == "spend":
            day.append(draw(st.sampled_from(_SPENT)))
        elif act == "return" and asked:
            at, whose = draw(st.sampled_from(asked)), draw(st.sampled_from(("p1", "p2")))
            day.append(HoldReturned(hold_ids=(f"#{at}:{whose}",), patient_id="ann"))
        elif act == "settle":
            day.append(TaskResolved(
                task_id=draw(st.sampled_from(_ASKED)).format(draw(st.integers(0, max(len(day) - 1, 0)))),
                patient_id="ann", reason="looked",
                how=draw(st.sampled_from(("recovered", "borne", "set_against", "given_back", "kept", "no such word"))),
                amount_cents=draw(st.integers(0, 60)), tender="cash", drawer="drawer-1", lot_payment_id="p2",
            ))  # fmt: skip
    return day


whole_days = _whole_days()


def operations(day: Sequence[object], device: str = "device-1") -> list[Operation]:
    """A day's acts as operations of a device."""
    maker, made = OpMaker(device=device), list[Operation]()
    for body in day:
        made.append(maker.make(resolved(body, [op.op_id for op in made])))
    return made


def in_memory(day: Sequence[object]) -> Draft:
    """What the engine alone makes of a day at a desk, which doubts nobody's rights: that is the hub's to judge."""
    draft = memory_book(grants=False)
    for op in operations(day):
        settle(op, draft)
    return draft


def totals(draft: Draft) -> dict[str, tuple[int, int]]:
    return {name: (delta.debits, delta.credits) for name, delta in draft.deltas.items()}


@often(20)
@given(whole_days, st.integers(1, 4))
def test_a_desk_shows_what_the_engine_says(day: Sequence[object], together: int) -> None:
    """Recorded one by one or several in a transaction: the pending layer is the engine's word."""
    with folder() as path:
        desk = stores.lone_desk(path)
        doer, more = Doer(day), True
        while more:
            with desk.write() as tx:
                more = doer.do(tx, together)
        draft = in_memory(day)
        assert balances(desk) == totals(draft)
        posted = ask(desk, "SELECT debit, credit, amount_cents FROM transfer ORDER BY pending_no, n")
        moved = [transfer for entry in draft.entries for transfer in entry.transfers]
        assert posted == [(t.debit.id, t.credit.id, t.amount_cents) for t in moved]
        assert desk.verify(deep=True) == []
        desk.close()


def _hub_balances(hub: HubStore) -> dict[str, tuple[int, int]]:
    with hub._engine.connect() as connection:
        rows = Session(connection).rows("SELECT id, debits, credits FROM account WHERE tenant = :t", t=TENANT)
    return {name: (debits, cents) for name, debits, cents in rows}


def _push_a_day(hub: HubStore, day: Sequence[object], cut: int) -> None:
    row = stores.join(hub)
    ops = operations(day, row.device_id)
    for part in (ops[:cut], ops[cut:]):
        if part:
            hub.push(TENANT, PushBatch(row.device_id, 1, part[0].dseq, tuple(part)))


def _compare(hub: HubStore, day: Sequence[object], cut: int) -> None:
    _push_a_day(hub, day, cut)
    draft = memory_book()
    settle_run(operations(day), draft)
    page = hub.pull(TENANT, Cursor("", 0, GENESIS))
    said = [(e.op["kind"], e.verdict, e.reason, e.granted, *[(t[0], t[1], t[2], t[3]) for t in e.transfers])
            for e in page.entries[1:]]  # fmt: skip
    assert said == shown(draft.entries)
    assert _hub_balances(hub) == totals(draft)
    assert hub.verify(TENANT, deep=True) == []


@often(20)
@given(whole_days, st.integers(0, 25))
def test_a_hub_on_sqlite_logs_what_the_engine_says(day: Sequence[object], cut: int) -> None:
    with folder() as path:
        hub = stores.sqlite_hub(path)
        _compare(hub, day, cut)
        hub.close()


@often(10, HealthCheck.function_scoped_fixture)
@given(day=whole_days, cut=st.integers(0, 25))
def test_a_hub_on_postgresql_logs_what_the_engine_says(postgres_url: str, day: Sequence[object], cut: int) -> None:
    engine = postgres_engine(postgres_url, pool_size=1)
    with engine.begin() as connection:
        session = Session(connection)
        session.run("TRUNCATE tenant_head, device, enrolment, log, transfer, account, payment, charge, appointment, "
                    "patient, practice, not_collecting, refund, adjustment, dispute, statement, rules, method, "
                    "billing_profile, appointment_profile, series, staff, practitioner, task, hold, alias")  # fmt: skip
    hub = HubStore.open(engine, stores.clock(), upgrade=False)
    hub.create_tenant(TENANT, stores.PRACTICE)
    _compare(hub, day, cut)
    hub.close()


LINE_ACTS = ("record", "record", "record", "push", "push_lost", "pull", "pull_small", "pull_twice", "restart")


@often(16)
@given(st.data())
def test_two_desks_with_a_bad_line_end_up_alike(data: st.DataObject) -> None:
    """Acts, pushes, lost answers, pages once and twice, restarts, in any order: everything adds up at every step, and
    once the line holds, both desks show the hub's word."""
    with folder() as path:
        hub = stores.sqlite_hub(path)
        desks = [stores.joined_desk(hub, path, f"desk-{n}") for n in (1, 2)]
        todo = [Doer(data.draw(whole_days, label="day")) for _ in desks]
        for _ in range(data.draw(st.integers(1, 14), label="steps")):
            which = data.draw(st.integers(0, 1))
            act = data.draw(st.sampled_from(LINE_ACTS))
            desks[which] = _line_act(act, hub, desks[which], todo[which])
            assert desks[which].verify(deep=True) == []
        sync(hub, *desks)
        assert hub.verify(TENANT, deep=True) == []
        assert state(desks[0]) == state(desks[1])
        assert balances(desks[0]) == _hub_balances(hub)
        third = stores.joined_desk(hub, path, "desk-3")
        snapshot = hub.snapshot(TENANT)
        third.load_snapshot(snapshot.manifest, snapshot.chunks)
        assert state(third) == state(desks[0])
        for desk in (*desks, third):
            assert desk.verify(deep=True) == []
            assert desk.pending_count() == 0
            desk.close()
        hub.close()


def _line_act(act: str, hub: HubStore, desk: DeskStore, todo: Doer) -> DeskStore:
    if act == "record":
        with desk.write() as tx:
            todo.do(tx, 4)
    elif act == "push":
        push(desk, hub, 3)
    elif act == "push_lost" and (batch := desk.outbox_batch(5, 1 << 20)):
        desk.mark_attempted(batch)
        hub.push(TENANT, batch)
    elif act == "pull":
        pull(desk, hub)
    elif act == "pull_small":
        desk.apply_page(hub.pull(TENANT, desk.cursor(), 3))
    elif act == "pull_twice":
        page = hub.pull(TENANT, desk.cursor(), 5)
        desk.apply_page(page)
        desk.apply_page(page)
    elif act == "restart":
        desk.close()
        return DeskStore.open(desk.path, stores.KEY, stores.clock())
    return desk


@pytest.mark.parametrize("limit", [1, 1000])
@often(10)
@given(day=whole_days, other=whole_days)
def test_the_short_way_of_a_page_is_the_long_one(limit: int, day: Sequence[object], other: Sequence[object]) -> None:
    """Own operations confirmed in place give the same rows as taking the layer away and replaying it."""
    with folder() as path:
        hub = stores.sqlite_hub(path)
        short, reader = (stores.joined_desk(hub, path, name) for name in ("short", "reader"))
        with short.write() as tx:
            Doer(day).do(tx)
            Doer(other).do(tx)
        push(short, hub)
        pull(short, hub, limit)
        pull(reader, hub)
        assert state(short) == state(reader)
        assert short.verify(deep=True) == []
        for desk in (short, reader):
            desk.close()
        hub.close()
