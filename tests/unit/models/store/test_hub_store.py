"""The hub's log on both databases: streams followed, verdicts kept, desks joined and shut out."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from models.basics.clock import FixedClock
from models.basics.errors import RuleBroken, SyncRefused
from models.operations.operation import GENESIS, Operation
from models.operations.protocol import Cursor, PushBatch, PushConflict
from models.operations.wire import page_from_bytes
from models.store.hub import OPERATOR, HubStore
from models.store.rows import DeviceRow
from models.store.session import Session
from tests.support import stores
from tests.support.acts import OpMaker, allocate, charge, collect, reverse
from tests.support.money_acts import adjust, closed, correct, fee, opened, paid, request
from tests.support.stores import TENANT, revoke


class Line:
    """A desk as the hub sees it: pushes operations of its own making."""

    def __init__(self, hub: HubStore, tenant: str = TENANT) -> None:
        self.hub, self.tenant = hub, tenant
        self.row: DeviceRow = stores.join(hub)
        self.maker = OpMaker(device=self.row.device_id, tenant=tenant)

    def batch(self, *ops: Operation, from_dseq: int = 0) -> PushBatch:
        return PushBatch(self.row.device_id, self.row.epoch, from_dseq or ops[0].dseq, ops)

    def push(self, *bodies: object, **more: object) -> list[tuple[str, str]]:
        """(verdict, reason) of each."""
        return self.send(self.batch(*(self.maker.make(body, **more) for body in bodies)))  # type: ignore[arg-type]

    def send(self, batch: PushBatch) -> list[tuple[str, str]]:
        return [(result.verdict, result.reason) for result in self.hub.push(self.tenant, batch).results]


@pytest.fixture
def line(hub: HubStore) -> Line:
    return Line(hub)


def log(hub: HubStore) -> list[tuple[int, str, str, str]]:
    """(seq, kind, verdict, reason) of every entry."""
    page = hub.pull(TENANT, Cursor("", 0, GENESIS))
    return [(entry.seq, entry.op["kind"], entry.verdict, entry.reason) for entry in page.entries]


def test_a_practice_begins_with_its_own_record(hub: HubStore) -> None:
    assert hub.tenants() == (TENANT,)
    assert log(hub) == [(1, "practice.put", "accepted", "")]
    assert hub.verify(TENANT, deep=True) == []
    with pytest.raises(RuleBroken, match=r"tenant\.exists"):
        hub.create_tenant(TENANT, stores.PRACTICE)
    hub.create_tenant("another", replace(stores.PRACTICE, id="p2"))
    assert hub.tenants() == ("another", TENANT)
    assert hub.head("another").seq == 1
    with pytest.raises(SyncRefused, match=r"sync\.tenant_unknown"):
        hub.head("nobody")


def test_push_judges_logs_and_posts(hub: HubStore, line: Line) -> None:
    verdicts = line.push(
        charge("c1", 80), collect("p1", "ann", 50, visit="v1"), allocate("p1", "ann", ("c1", 80)),
        allocate("p1", "ann", ("c1", 10)), reverse("p1"), collect("p1", "ann", 5),
    )  # fmt: skip
    assert verdicts == [
        ("accepted", ""), ("accepted", ""), ("reduced", ""), ("rejected", "credit_used"), ("accepted", ""),
        ("excepted", "payment_id_used"),
    ]  # fmt: skip
    assert [entry[0] for entry in log(hub)] == list(range(1, 10))  # and two tasks: credit used, money in question
    assert hub.verify(TENANT, deep=True) == []
    device = hub.device(line.row.device_id)
    assert device is not None
    assert (device.last_dseq, device.last_hash) == (6, line.maker.prev)


def test_derived_entries_are_in_the_log(hub: HubStore, line: Line) -> None:
    line.push(collect("p1", "ann", 50, visit="v1"), charge("c1", 80), charge("c1", 20))
    kinds = [entry[1] for entry in log(hub)]
    assert kinds == [
        "practice.put", "payment.collect", "charge.put", "payment.auto_allocate", "payment.release", "charge.put",
        "task.opened",
    ]  # fmt: skip
    assert hub.verify(TENANT, deep=True) == []


def test_a_batch_sent_again_is_answered_again(hub: HubStore, line: Line) -> None:
    ops = line.maker.run([charge("c1", 80), collect("p1", "ann", 50), allocate("p1", "ann", ("c1", 60))])
    first = hub.push(TENANT, line.batch(*ops[:2]))
    again = hub.push(TENANT, line.batch(*ops))  # the overlap and something new
    assert [(r.verdict, r.reason, r.seq) for r in again.results] == [
        ("duplicate", "accepted", 2), ("duplicate", "accepted", 3), ("reduced", "", 4),
    ]  # fmt: skip
    third = hub.push(TENANT, line.batch(*ops))
    assert [(r.verdict, r.reason, r.granted) for r in third.results] == [
        ("duplicate", "accepted", None), ("duplicate", "accepted", None), ("duplicate", "reduced", 50),
    ]  # fmt: skip
    assert first.head == 3
    assert third.head == 4
    assert hub.verify(TENANT, deep=True) == []


def test_gaps_and_forks_are_told(hub: HubStore, line: Line) -> None:
    ops = line.maker.run([collect(f"p{n}", "ann", 5) for n in range(1, 5)])
    line.send(line.batch(*ops[:2]))
    with pytest.raises(PushConflict) as gap:
        line.send(line.batch(ops[3]))
    assert (gap.value.code, gap.value.expected_dseq, gap.value.last_hash) == ("gap", 3, ops[1].hash)
    other = OpMaker(device=line.row.device_id)
    forked = other.run([collect(f"q{n}", "ann", 5) for n in range(1, 4)])
    for batch in (line.batch(*forked), line.batch(forked[2])):
        with pytest.raises(PushConflict) as fork:
            line.send(batch)
        assert (fork.value.code, fork.value.expected_dseq, fork.value.last_hash) == ("fork", 3, ops[1].hash)
    line.send(line.batch(*ops[2:]))
    assert hub.verify(TENANT, deep=True) == []


def test_strangers_are_refused(hub: HubStore, line: Line) -> None:
    op = line.maker.make(collect("p1", "ann", 5))
    elsewhere = OpMaker(device=line.row.device_id, tenant="elsewhere")
    wrong = [
        PushBatch("nobody", 1, 1, (op,)),
        PushBatch("hub", 0, 0, (op,)),
        PushBatch(line.row.device_id, 1, 1, (OpMaker(device="other").make(collect("p1", "ann", 5)),)),
        PushBatch(line.row.device_id, 1, 1, (elsewhere.make(collect("p1", "ann", 5)),)),
    ]
    for batch in wrong:
        with pytest.raises(PushConflict, match="device"):
            line.send(batch)
    with pytest.raises(PushConflict, match="fork"):  # of another epoch: it shall ask for a new one
        line.send(PushBatch(line.row.device_id, 2, 1, (op,)))
    assert len(log(hub)) == 1


def test_one_id_for_two_acts_is_set_aside(hub: HubStore, line: Line) -> None:
    """A copied id with another meaning: kept under its place in the stream, answered, never posted."""
    other = Line(hub)
    first = line.maker.make(collect("p1", "ann", 5), op_id="the-same")
    second = other.maker.make(collect("p2", "ann", 7), op_id="the-same")
    assert line.send(line.batch(first)) == [("accepted", "")]
    assert other.send(other.batch(second)) == [("quarantined", "id_conflict")]
    assert other.send(other.batch(second)) == [("duplicate", "quarantined:id_conflict")]
    assert other.push(collect("p3", "ann", 9)) == [("accepted", "")]  # the stream goes on
    assert hub.verify(TENANT, deep=True) == []


def test_the_same_act_in_two_streams_counts_once(hub: HubStore, line: Line) -> None:
    """Sent again in a new epoch after a restore: known by its meaning."""
    op = line.maker.make(collect("p1", "ann", 5))
    line.send(line.batch(op))
    other = Line(hub)
    moved = replace(op, device=other.row.device_id).at(1, 1, GENESIS)
    assert moved.body_hash == op.body_hash
    other.maker.dseq, other.maker.prev = 1, moved.hash
    assert other.send(other.batch(moved)) == [("duplicate", "accepted")]
    assert other.push(collect("p2", "ann", 5)) == [("accepted", "")]


def test_a_poison_operation_blocks_nobody(hub: HubStore, line: Line) -> None:
    strange = replace(line.maker.make(collect("p1", "ann", 5)), kind="payment.teleport", v=7)
    strange = replace(strange, body_hash="")
    strange = replace(strange, body_hash=strange.meaning_hash())
    strange = replace(strange, hash=strange.stream_hash())
    line.maker.prev = strange.hash
    after = line.maker.make(collect("p2", "ann", 5))
    assert line.send(line.batch(strange, after)) == [("quarantined", "NotUnderstood"), ("accepted", "")]
    huge = collect("p3", "ann", 10**12 + 1)
    assert line.push(huge, collect("p4", "ann", 1)) == [("quarantined", "BodyInvalid"), ("accepted", "")]
    zero_sign = replace(collect("p5", "ann", 1), memo="a\x00b")
    assert line.push(zero_sign, collect("p6", "ann", 1)) == [("quarantined", "BodyInvalid"), ("accepted", "")]
    assert hub.verify(TENANT, deep=True) == []


def test_linked_decisions_fall_together(hub: HubStore, line: Line) -> None:
    line.push(charge("c1", 80), charge("c3", 50))
    verdicts = line.push(
        collect("p1", "ann", 60), allocate("p1", "ann", ("c1", 40)),
        allocate("p1", "ann", ("c3", 30), if_short="reject"), group="g", linked=True,
    )  # fmt: skip
    assert verdicts == [("accepted", ""), ("rejected", "linked_rejected"), ("rejected", "not_that_much")]


def test_a_used_receipt_number_is_posted_and_shown(hub: HubStore, line: Line) -> None:
    verdicts = line.push(collect("p1", "ann", 5, receipt_no="R"), collect("p2", "ann", 6, receipt_no="R"))
    assert verdicts == [("accepted", ""), ("excepted", "receipt_no_used")]
    assert line.push(collect("p3", "ann", 6, receipt_no="R")) == [("excepted", "receipt_no_used")]
    assert hub.verify(TENANT, deep=True) == []


# Desks ------------------------------------------------------------------------------------------------------------


def test_codes_are_good_once_and_for_ten_minutes(hub: HubStore) -> None:
    code = hub.new_code(TENANT, "Desk 1", OPERATOR)
    assert len(code.replace("-", "")) == 12
    first = hub.redeem(code.lower().replace("-", " "), "key-1", {"os": "x"})  # as people type it
    assert (first.device_no, first.epoch, first.name, first.tenant) == (1, 1, "Desk 1", TENANT)
    assert hub.redeem(code, "key-1", {}) == first  # the answer was lost
    with pytest.raises(RuleBroken, match=r"enrol\.code_used"):
        hub.redeem(code, "key-2", {})
    with pytest.raises(RuleBroken, match=r"enrol\.code_wrong"):
        hub.redeem("AAAA-AAAA-AAAA", "key-2", {})
    late = hub.new_code(TENANT, "Desk 2", OPERATOR)
    clock = hub._clock
    assert isinstance(clock, FixedClock)
    clock.advance(601)
    with pytest.raises(RuleBroken, match=r"enrol\.code_expired"):
        hub.redeem(late, "key-2", {})
    second = hub.redeem(hub.new_code(TENANT, "Desk 2", OPERATOR), "key-2", {})
    assert [(row.device_no, row.name) for row in hub.devices(TENANT)] == [(1, "Desk 1"), (2, "Desk 2")]
    assert hub.device(second.device_id) == second
    assert hub.device("nobody") is None


def test_a_code_that_desk_has_used_to_push_is_spent(hub: HubStore) -> None:
    code = hub.new_code(TENANT, "Desk 1", OPERATOR)
    row = hub.redeem(code, "key-1", {})
    maker = OpMaker(device=row.device_id)
    hub.push(TENANT, PushBatch(row.device_id, 1, 1, (maker.make(collect("p1", "ann", 5)),)))
    with pytest.raises(RuleBroken, match=r"enrol\.code_used"):
        hub.redeem(code, "key-1", {})


def test_a_revoked_desk_is_kept_in_quarantine(hub: HubStore, line: Line) -> None:
    line.push(collect("p1", "ann", 5))
    revoke(hub, line.row.device_id)
    revoke(hub, line.row.device_id)
    assert line.push(collect("p2", "ann", 5)) == [("quarantined", "device_revoked")]
    device = hub.device(line.row.device_id)
    assert device is not None
    assert device.revoked_at
    assert hub.verify(TENANT, deep=True) == []


# Pulling ----------------------------------------------------------------------------------------------------------


def test_pages_are_contiguous_and_chained(hub: HubStore, line: Line) -> None:
    line.push(*(collect(f"p{n}", "ann", 5) for n in range(1, 11)))
    cursor, seen = Cursor("", 0, GENESIS), []
    while True:
        page = hub.pull(TENANT, cursor, 4)
        link = page.prev_hash
        assert (page.from_seq, page.prev_hash) == (cursor.seq + 1, cursor.hash)
        for entry in page.entries:
            assert entry.expected_hash(link) == entry.hash
            link = entry.hash
        seen += [entry.seq for entry in page.entries]
        cursor = Cursor(page.server_epoch, page.to_seq, page.hash)
        if not page.has_more:
            break
    assert seen == list(range(1, 12))
    assert cursor == hub.head(TENANT)
    assert hub.pull(TENANT, cursor).entries == ()
    for wrong in (replace(cursor, hash=GENESIS), replace(cursor, seq=99), replace(cursor, server_epoch="other")):
        with pytest.raises(SyncRefused, match=r"sync\.history_diverged"):
            hub.pull(TENANT, wrong)


# Many at once -----------------------------------------------------------------------------------------------------


def test_eight_desks_at_once_lose_and_double_nothing(hub: HubStore) -> None:
    """Pushers, readers and a hasty repeater together: dense log, every operation once, nobody refused."""
    lines = [Line(hub) for _ in range(8)]
    lines[0].push(charge("c1", 10_000))
    stop, broken = threading.Event(), []

    def work(line: Line, number: int) -> None:
        for turn in range(10):
            payment = f"p-{number}-{turn}"
            ops = line.maker.run([collect(payment, "ann", 5), allocate(payment, "ann", ("c1", 5))])
            assert line.send(line.batch(*ops)) == [("accepted", ""), ("accepted", "")]
            if turn % 3 == 0:
                assert [v for v, _ in line.send(line.batch(*ops))] == ["duplicate", "duplicate"]

    def read() -> None:
        cursor = Cursor("", 0, GENESIS)
        while not stop.is_set():
            page = hub.pull(TENANT, cursor, 50)
            seqs = [entry.seq for entry in page.entries]
            if seqs != list(range(cursor.seq + 1, cursor.seq + 1 + len(seqs))):
                broken.append(seqs)
            cursor = Cursor(page.server_epoch, page.to_seq, page.hash)

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, line, n) for n, line in enumerate(lines)]:
            done.result()
    stop.set()
    reader.join()
    assert broken == []
    assert hub.head(TENANT).seq == 1 + 1 + 8 * 10 * 2
    assert hub.verify(TENANT, deep=True) == []


def test_one_bad_batch_spoils_no_other_of_its_turn(hub: HubStore) -> None:
    """Batches written together stand alone: a fork among them is told to its own desk only."""
    good, bad = Line(hub), Line(hub)
    bad.push(collect("p0", "ann", 5))
    forked = OpMaker(device=bad.row.device_id).make(collect("q0", "ann", 5))
    batches = [good.batch(good.maker.make(collect("p1", "ann", 5))), bad.batch(forked),
               good.batch(good.maker.make(collect("p2", "ann", 5)))]  # fmt: skip
    answers = hub._push_together(TENANT, batches)
    told = [answer[0] if isinstance(answer, tuple) else answer for answer in answers]
    assert [type(answer).__name__ for answer in told] == ["PushAnswer", "PushConflict", "PushAnswer"]
    assert hub.verify(TENANT, deep=True) == []


def test_an_sqlite_hub_writes_by_one_connection(hub: HubStore, line: Line) -> None:
    """Another one would fetch and decrypt every page anew after each commit of the first. Who reads has others."""
    pushed = [line.push(collect(f"p{n}", "ann", 5)) and hub._writer._kept for n in range(3)]
    with hub._engine.connect() as reading, reading.execution_options(read_only=True).begin():
        pushed.append(line.push(collect("p3", "ann", 5)) and hub._writer._kept)
    assert len(set(map(id, pushed))) == 1
    assert (pushed[0] is not None) == (hub._engine.dialect.name == "sqlite")
    hub._let_go()
    assert line.push(collect("p4", "ann", 5)) == [("accepted", "")]
    assert hub.verify(TENANT, deep=True) == []


def test_what_a_push_adds_is_what_a_desk_would_read(hub: HubStore, line: Line) -> None:
    before = hub.head(TENANT)
    batch = line.batch(line.maker.make(charge("c1", 80)), line.maker.make(collect("p1", "ann", 50)))
    answer, grown = hub.push_and_show(TENANT, batch)
    assert grown is not None
    read = hub.pull(TENANT, before)
    assert page_from_bytes(hub.page_bytes(TENANT, grown)) == replace(read, server_time=grown.server_time)
    again, nothing = hub.push_and_show(TENANT, batch)
    assert nothing is None
    assert (again.head, len(answer.results)) == (answer.head, len(again.results))


def test_tenants_do_not_see_each_other(hub: HubStore, line: Line) -> None:
    hub.create_tenant("another", replace(stores.PRACTICE, id="p2"))
    line.push(charge("c1", 80), collect("p1", "ann", 50))
    code = hub.new_code("another", "Desk", OPERATOR)
    row = hub.redeem(code, "k", {})
    assert row.device_no == 1
    maker = OpMaker(device=row.device_id, tenant="another")
    answer = hub.push("another", PushBatch(row.device_id, 1, 1, (maker.make(allocate("p1", "ann", ("c1", 5))),)))
    assert [(r.verdict, r.reason) for r in answer.results] == [("rejected", "missing_dependency")]
    with pytest.raises(PushConflict, match="device"):
        hub.push("another", line.batch(line.maker.make(collect("p2", "ann", 5))))
    for tenant in (TENANT, "another"):
        assert hub.verify(tenant, deep=True) == []


def test_serialization_failures_are_tried_again(hub: HubStore, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    class Deadlock(Exception):
        sqlstate = "40P01"

    import models.store.hub as module

    real, turns = module.push_and_show, []

    def sometimes(*args: object) -> object:
        turns.append(1)
        if len(turns) < 3:
            raise Deadlock
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "push_and_show", sometimes)
    assert line.push(collect("p1", "ann", 5)) == [("accepted", "")]
    assert len(turns) == 3


def test_verify_names_what_was_tampered_with(hub: HubStore, line: Line) -> None:
    """Below the triggers' reach, as an owner of the database could: the chain and the sums tell."""
    line.push(charge("c1", 80), collect("p1", "ann", 50), allocate("p1", "ann", ("c1", 30)))
    with hub._engine.begin() as connection:
        session = Session(connection)
        for name in ("log_no_update", "transfer_no_update") if session.dialect == "sqlite" else ():
            session.run(f"DROP TRIGGER {name}")
        if session.dialect == "postgresql":
            session.run("DROP TRIGGER log_no_change ON log")
            session.run("DROP TRIGGER transfer_no_change ON transfer")
        session.run("UPDATE log SET verdict = 'rejected' WHERE kind = 'payment.collect'")
        session.run("UPDATE transfer SET amount_cents = 31 WHERE code = 'allocate'")
    found = {failure.invariant for failure in hub.verify(TENANT, deep=True)}
    assert {"I2", "I6", "I9", "I10", "I11"} <= found


TAMPERED = {
    "I10 a payment says more": ("I10", "UPDATE payment SET amount_cents = amount_cents + 1 WHERE payment_id = 'p1'"),
    "I10 a refund says less": ("I10", "UPDATE refund SET amount_cents = 19 WHERE refund_id = 'r1'"),
    "I10 a correction is gone": ("I10", "DELETE FROM refund WHERE kind = 'correction'"),
    "I10 a lost dispute is gone": ("I10", "DELETE FROM dispute"),
    "I10 a refund was not paid": ("I10", "UPDATE refund SET state = 'requested' WHERE refund_id = 'r1'"),
    "I11 an adjustment is gone": ("I11", "DELETE FROM adjustment"),
    "I11 an adjustment was undone": ("I11", "UPDATE adjustment SET undone_op_id = 'x'"),
    "I11 an adjustment says more": ("I11", "UPDATE adjustment SET amount_cents = 8"),
    "I13 more went back than came": ("I13", "UPDATE refund SET amount_cents = 300 WHERE refund_id = 'r1'"),
    "I15 nobody looks at what was over-refunded": ("I15", "UPDATE task SET resolved_op_id = 'x'"),
    "I26 held without a hold": (
        "I26",
        "UPDATE account SET held = 1 WHERE guard = ''",
    ),
    "I27 a fee says more": ("I27", "UPDATE charge SET responsibility_cents = 26 WHERE kind = 'fee'"),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_verify_names_rows_that_no_longer_agree_with_the_ledger(hub: HubStore, line: Line, case: str) -> None:
    """Refunds, corrections, disputes, adjustments and fees are told twice: by their rows and by their transfers."""
    invariant, sql = TAMPERED[case]
    line.push(
        charge("c1", 80), collect("p1", "ann", 100, tender="card"), request("r1", "p1", 20, tender="card"),
        paid("r1", "p1", 20, tender="card"), correct("p1", 10), opened("d1", "p1", 30), closed("d1", "owed_again"),
        adjust("c1", 7), fee("f1", 25), paid("r2", "p1", 60, tender="card"),
    )  # fmt: skip
    assert hub.verify(TENANT, deep=True) == []
    with hub._engine.begin() as connection:
        session = Session(connection)
        drop = "DROP TRIGGER log_no_update" if session.dialect == "sqlite" else "DROP TRIGGER log_no_change ON log"
        session.run(drop)
        assert session.run(sql)
    assert invariant in {failure.invariant for failure in hub.verify(TENANT)}
