"""A desk's store: one transaction, one commit, and everything of it or nothing."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from models.basics.errors import StorageError
from models.ledger.states import Verdict
from models.store.checkpoints import WRITES
from models.store.desk import DeskStore
from models.store.reading import connect
from models.store.rows import AttemptRow, Change, PrintJobRow
from models.store.session import RUN
from models.store.transaction import epoch_letters
from models.store.upgrade import settle_file
from models.tables.desk import proof
from tests.support import stores
from tests.support.acts import collect
from tests.support.money_acts import line, line_item, move, paid, people, request
from tests.support.stores import KEY, TODAY
from tests.unit.models.store.takings import (
    BY,
    appointment,
    ask,
    balances,
    cash,
    charge,
    patient,
    record,
    spend,
    take_back,
    take_copay,
)


def commits_in_log(path: Path) -> int:
    """Commits in the write-ahead log: the frames that name a database size (file format, section 4.2)."""
    wal = path.with_name(path.name + "-wal").read_bytes()
    page = struct.unpack_from(">I", wal, 8)[0]
    salt = wal[16:24]
    found = 0
    for at in range(32, len(wal), page + 24):
        size = struct.unpack_from(">I", wal, at + 4)[0]
        found += bool(size) and wal[at + 8 : at + 16] == salt
    return found


def test_a_copay_is_one_durable_commit(desk: DeskStore) -> None:
    """One commit with synchronous=FULL is one sync of the disk; no checkpoint runs inside it."""
    record(desk, patient(), appointment(), charge())
    connection = connect(desk.path, KEY)
    settle_file(connection)
    connection.close()
    with desk.write() as tx:
        take_copay(tx, tendered=4000)
        assert tx.session.one("PRAGMA synchronous")[0] == 2
        assert tx.session.one("PRAGMA journal_mode")[0] == "wal"
        assert tx.session.one("PRAGMA wal_autocheckpoint")[0] == 0
    assert commits_in_log(desk.path) == 1


@pytest.mark.parametrize("count", [0, 1, RUN - 1, RUN, RUN + 1, 3 * RUN])
def test_rows_arrive_whatever_their_number(desk: DeskStore, count: int) -> None:
    """Many travel in one statement; each arrives once, and replaces only the one with its key."""

    def rows(first: int, mark: str) -> list[dict[str, object]]:
        return [{"tenant": desk.tenant, "seq": first + n, "mark": mark} for n in range(count)]

    with desk.write() as tx:
        tx.session.insert(proof, rows(1, "old"))
        tx.session.insert_new(proof, rows(2, "new"))  # all but the last are there
        tx.session.put(proof, rows(3, "newest"))  # all but the last two are
    expected = {n + 1: "old" for n in range(count)}
    expected |= {count + 1: "new"} if count else {}
    expected |= {n + 3: "newest" for n in range(count)}
    assert dict(ask(desk, "SELECT seq, mark FROM proof")) == expected


def test_a_copay_leaves_everything_it_should(desk: DeskStore) -> None:
    record(desk, patient(), appointment(), charge())
    with desk.write() as tx:
        payment_id = take_copay(tx, tendered=4000)
    assert balances(desk)["AR:charge-1"] == (2500, 2500)
    assert balances(desk)[f"CRE:{payment_id}:visit-1"] == (4000, 4000)
    assert balances(desk)["CASH:drawer-1"] == (4000, 1500)
    columns = (
        "number, receipt_no, amount_cents, change_cents, tender, drawer, seq, actor, business_date, reversed_op_id"
    )
    assert ask(desk, f"SELECT {columns} FROM payment") == [
        ("PAY-1-00001", "01-1-A-0001", 2500, 1500, "cash", "drawer-1", 0, "staff-1", TODAY, "")
    ]
    assert ask(desk, "SELECT kind, state, payment_id, copies_no FROM print_job") == [
        ("receipt", "queued", payment_id, 0)
    ]
    assert desk.pending_count() == 5
    assert desk.oldest_pending_at() == "2026-03-16T15:00:00.000Z"
    assert desk.verify(deep=True) == []


def test_an_exception_takes_everything_back(desk: DeskStore) -> None:
    record(desk, patient(), appointment(), charge())
    before = {
        name: ask(desk, f"SELECT * FROM {name}") for name in ("account", "transfer", "payment", "outbox", "stream")
    }
    with pytest.raises(ZeroDivisionError), desk.write() as tx:
        take_copay(tx)
        raise ZeroDivisionError
    assert before == {name: ask(desk, f"SELECT * FROM {name}") for name in before}
    assert ask(desk, "SELECT * FROM print_job") == []
    with desk.write() as tx:
        assert tx.next_receipt_no() == "01-1-A-0001"  # the number was not used up


def test_operations_form_an_unbroken_stream(desk: DeskStore) -> None:
    record(desk, patient(), appointment(), charge())
    record(desk, cash("p1"), spend("p1", 1, 2500))
    batch = desk.outbox_batch(200, 1 << 20)
    assert batch is not None
    assert (batch.device, batch.epoch, batch.from_dseq) == ("device-1", 1, 1)
    assert [op.dseq for op in batch.ops] == [1, 2, 3, 4, 5]
    assert [op.prev for op in batch.ops[1:]] == [op.hash for op in batch.ops[:-1]]
    assert [op.op_id for op in batch.ops] == sorted(op.op_id for op in batch.ops)


def test_batches_keep_to_their_limits_and_linked_groups_whole(desk: DeskStore) -> None:
    record(desk, patient(), appointment(), charge())
    record(desk, cash("p1"), spend("p1", 1, 500), spend("p1", 1, 600), group="g", linked=True)
    record(desk, patient(2))

    def sizes(max_ops: int, max_bytes: int = 1 << 20) -> int:
        batch = desk.outbox_batch(max_ops, max_bytes)
        assert batch is not None
        return len(batch.ops)

    assert sizes(200) == 7
    assert sizes(2) == 2
    assert sizes(200, 1) == 1  # one always goes
    assert sizes(3) == 3
    assert sizes(4) == 3  # the linked group of three does not fit any more
    assert sizes(6) == 6
    connection = connect(desk.path, KEY)
    connection.execute("UPDATE outbox SET acknowledged_at = 'x' WHERE dseq <= 3")
    connection.close()
    assert sizes(2) == 3  # a group larger than the limit goes whole


def test_a_decision_that_does_not_fit_is_expected_to_fall(desk: DeskStore) -> None:
    record(desk, patient(), appointment(), charge(cents=1000))
    _, first, second = record(desk, cash("p1", cents=1500), spend("p1", 1, 1500), spend("p1", 1, 1100))
    assert (first.verdict, first.granted_cents) == (Verdict.REDUCED, 1000)
    assert second.verdict is Verdict.REJECTED
    assert ask(desk, "SELECT reason FROM outbox WHERE reason <> ''") == [("more_than_owed",)]


def test_reversal_shows_on_the_payment(desk: DeskStore) -> None:
    record(desk, patient(), appointment(), charge(), cash("p1"), spend("p1", 1, 2500))
    record(desk, take_back("p1"))
    assert ask(desk, "SELECT reversed_reason, reversed_by, reversal_receipt_no FROM payment") == [
        ("keyed_wrong", "staff-1", "R-back-p1")
    ]
    assert balances(desk)["AR:charge-1"] == (5000, 2500)
    assert desk.verify(deep=True) == []


def test_records_show_as_rows(desk: DeskStore) -> None:
    record(desk, patient(address=("12 Mill Street", "Larkspur"), deceased=True), appointment(copay_cents=2500))
    assert ask(desk, "SELECT family, address, deceased, active, seq FROM patient") == [
        ("Quillfeather", '["12 Mill Street","Larkspur"]', 1, 1, 0)
    ]
    record(desk, patient(given="Anna"), patient(2))
    assert ask(desk, "SELECT given, address, deceased FROM patient WHERE id = 'patient-1'") == [("Anna", "[]", 0)]
    assert ask(desk, "SELECT copay_cents FROM appointment") == [(2500,)]


def test_a_visit_keeps_what_the_desk_said_until_the_source_says_something_new(desk: DeskStore) -> None:
    from models.operations.bodies import VisitStatus

    def stands() -> tuple[str, str]:
        row = ask(desk, "SELECT status, desk_status FROM appointment")[0]
        return str(row[0]), str(row[1])

    record(desk, appointment())
    record(desk, VisitStatus(appointment_id="visit-1", patient_id="patient-1", status="checked_in"))
    assert stands() == ("scheduled", "checked_in")
    record(desk, appointment(title="Follow-up"))  # imported again, status as before
    assert stands() == ("scheduled", "checked_in")
    record(desk, appointment(status="cancelled"))
    assert stands() == ("cancelled", "")
    record(desk, VisitStatus(appointment_id="nowhere", patient_id="patient-1", status="done"))


def test_a_charge_stays_with_its_first_patient_and_visit(desk: DeskStore) -> None:
    record(desk, charge(), charge(appointment_id="visit-9", responsibility_cents=3000))
    row = ask(desk, "SELECT appointment_id, responsibility_cents, posted_cents FROM charge")[0]
    assert row == ("visit-1", 3000, 0)


def test_not_collecting_is_noted(desk: DeskStore) -> None:
    from models.operations.bodies import NotCollecting

    record(desk, NotCollecting(appointment_id="visit-1", patient_id="patient-1", reason="declined", due_cents=2500))
    assert ask(desk, "SELECT appointment_id, reason, due_cents, actor FROM not_collecting") == [
        ("visit-1", "declined", 2500, "staff-1")
    ]


def test_attempts_and_print_jobs_move_on(desk: DeskStore) -> None:
    row = AttemptRow(attempt_id="a1", terminal_ref="T1", driver="pax", amount_cents=2500, patient_id="patient-1",
                     request={"lines": [1]})  # fmt: skip
    with desk.write() as tx:
        tx.open_attempt(row)
        tx.add_print_job(PrintJobRow(job_id="j1", kind="receipt", document={"a": 1}))
    with desk.write() as tx:
        tx.set_attempt("a1", "resolved", outcome="approved", result={"auth": "A1"}, payment_id="p1")
        tx.set_print_job("j1", "not_printed", reason="out_of_paper")
    assert ask(desk, "SELECT state, outcome, result, request, payment_id FROM terminal_attempt") == [
        ("resolved", "approved", '{"auth":"A1"}', '{"lines":[1]}', "p1")
    ]
    assert ask(desk, "SELECT state, reason, document FROM print_job") == [("not_printed", "out_of_paper", '{"a":1}')]
    with pytest.raises(LookupError), desk.write() as tx:
        tx.set_attempt("nobody", "resolved")
    with pytest.raises(TypeError), desk.write() as tx:
        tx.set_attempt("a1", "resolved", amount_cents="1")


def test_subscribers_hear_of_everybody_whose_money_moved(desk: DeskStore) -> None:
    """A mother's credit pays for her daughter: the operation is the mother's, both accounts changed."""
    heard: list[Change] = []
    record(desk, *people(), line_item("c6", 3000), collect("p", "ann", 3000))
    desk.subscribe(heard.append)
    record(desk, move("ann", line("p", 3000, "", "c6")))
    assert heard[-1].patients == {"ann", "amy"}


def test_subscribers_hear_of_every_commit_and_of_nothing_else(desk: DeskStore) -> None:
    heard: list[Change] = []
    end = desk.subscribe(heard.append)
    record(desk, patient(), appointment(), charge())
    with pytest.raises(ZeroDivisionError), desk.write() as tx:
        tx.record(patient(2), **BY)
        raise ZeroDivisionError
    with desk.write() as tx:
        take_copay(tx)
    with desk.write():
        pass
    end()
    record(desk, patient(3))
    assert [change.patients for change in heard] == [{"patient-1"}, {"patient-1"}]
    assert {"patient", "appointment", "charge", "account", "transfer", "outbox"} == heard[0].topics
    assert {"payment", "account", "transfer", "outbox", "print_job"} == heard[1].topics


def test_a_write_inside_a_write_is_a_bug_not_a_deadlock(desk: DeskStore) -> None:
    with desk.write(), pytest.raises(RuntimeError), desk.write():
        pass


def test_writers_of_many_threads_queue_up(desk: DeskStore) -> None:
    def work(number: int) -> None:
        for turn in range(5):
            record(desk, patient(number * 100 + turn))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ask(desk, "SELECT count(*), max(dseq) FROM outbox") == [(30, 30)]


def test_readers_see_one_moment(desk: DeskStore) -> None:
    record(desk, patient())
    with desk.reader() as reader:
        assert reader.execute("SELECT count(*) FROM patient").fetchone()[0] == 1
        record(desk, patient(2))
        assert reader.execute("SELECT count(*) FROM patient").fetchone()[0] == 1
    assert ask(desk, "SELECT count(*) FROM patient") == [(2,)]


def test_readers_cannot_write(desk: DeskStore) -> None:
    with pytest.raises(StorageError, match=r"store\.read_only"):
        ask(desk, "DELETE FROM outbox")


def test_what_is_not_enrolled_records_nothing(tmp_path: Path) -> None:
    store = stores.empty_desk(tmp_path)
    assert store.identity is None
    with store.write() as tx:
        tx.set_meta("theme", {"dark": True})
    assert store.meta("theme") == {"dark": True}
    with pytest.raises(StorageError, match=r"store\.not_enrolled"):
        record(store, patient())
    assert store.verify(deep=True) == []
    store.close()


def test_it_is_all_there_after_a_restart(tmp_path: Path) -> None:
    store = stores.lone_desk(tmp_path)
    record(store, patient(), appointment(), charge())
    with store.write() as tx:
        take_copay(tx)
        last = tx.new_id()
    store.close()
    again = DeskStore.open(store.path, KEY, stores.clock())
    assert again.identity == stores.identity()
    with again.write() as tx:
        take_copay(tx)
        assert tx.new_id() > last
    assert ask(again, "SELECT number FROM payment ORDER BY 1") == [("PAY-1-00001",), ("PAY-1-00002",)]
    assert ask(again, "SELECT count(*), max(dseq) FROM outbox") == [(7, 7)]
    assert again.verify(deep=True) == []
    again.close()
    with pytest.raises(StorageError, match=r"store\.closed"):
        record(again, patient())


def test_ids_do_not_go_back_with_the_clock_over_a_restart(tmp_path: Path) -> None:
    store = stores.lone_desk(tmp_path)
    record(store, patient())
    with store.write() as tx:
        ahead = "7fffffff-ffff-7000-8000-000000000000"
        tx.session.run("UPDATE stream SET last_id = :ahead", ahead=ahead)
    store.close()
    again = DeskStore.open(store.path, KEY, stores.clock())
    with again.write() as tx:
        assert tx.new_id() > "7fffffff-ffff"
    again.close()


def test_two_programs_on_one_store_share_its_stream(tmp_path: Path) -> None:
    """A second window opened by mistake: both keep one unbroken stream."""
    first = stores.lone_desk(tmp_path)
    second = DeskStore.open(first.path, KEY, stores.clock())
    for store in (first, second, first):
        record(store, patient())
    batch = second.outbox_batch(10, 1 << 20)
    assert batch is not None
    assert [op.dseq for op in batch.ops] == [1, 2, 3]
    assert [op.prev for op in batch.ops[1:]] == [op.hash for op in batch.ops[:-1]]
    first.close()
    second.close()


def test_a_new_epoch_moves_what_was_not_answered(desk: DeskStore) -> None:
    record(desk, patient(), patient(2), patient(3))
    before = desk.outbox_batch(10, 1 << 20)
    assert before is not None
    with desk.write() as tx:
        tx.session.run("UPDATE outbox SET acknowledged_at = 'x' WHERE dseq = 1")
    desk.enrol(stores.identity(epoch=2))
    record(desk, patient(4))
    after = desk.outbox_batch(10, 1 << 20)
    assert after is not None
    assert [(op.epoch, op.dseq) for op in after.ops] == [(2, 1), (2, 2), (2, 3)]
    assert [op.op_id for op in after.ops[:2]] == [op.op_id for op in before.ops[1:]]
    assert [op.body_hash for op in after.ops[:2]] == [op.body_hash for op in before.ops[1:]]
    assert [op.prev for op in after.ops[1:]] == [op.hash for op in after.ops[:-1]]
    assert all(op.hash == op.stream_hash() for op in after.ops)
    with desk.write() as tx:
        assert tx.next_receipt_no() == "01-1-B-0001"


def test_a_store_belongs_to_one_practice(desk: DeskStore) -> None:
    with pytest.raises(StorageError, match=r"store\.other_practice"):
        desk.enrol(stores.identity(tenant="elsewhere"))


@pytest.mark.parametrize(("epoch", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA"), (0, "A")])
def test_epochs_as_letters(epoch: int, letters: str) -> None:
    assert epoch_letters(epoch) == letters


def test_times_come_from_the_clock_it_was_given(tmp_path: Path) -> None:
    clock = stores.clock()
    store = stores.lone_desk(tmp_path, at=clock)
    clock.set(clock.now() + timedelta(days=400))
    record(store, patient())
    assert store.oldest_pending_at() == "2027-04-20T15:00:00.000Z"
    store.close()


def test_opening_and_reading_load_no_sqlalchemy(tmp_path: Path) -> None:
    """The first screen cannot wait for a quarter of a second of imports."""
    store = stores.lone_desk(tmp_path)
    store.close()
    code = (
        "import sys, pathlib; from models.store.desk import DeskStore\n"
        f"s = DeskStore.open(pathlib.Path({str(store.path)!r}), {KEY!r})\n"
        "with s.reader() as r: assert r.execute('SELECT count(*) FROM patient').fetchone()[0] == 0\n"
        "assert s.identity.device_no == 1 and s.pending_count() == 0\n"
        "print(sorted({'sqlalchemy', 'alembic', 'models.tables.columns'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_write_ahead_log_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when writers are never idle it begins again from its start."""
    monkeypatch.setattr("models.store.checkpoints.LARGEST", 4 << 20)
    store = stores.lone_desk(tmp_path)
    wal = store.path.with_name("desk.db-wal")
    start, grown, reused = store.path.stat().st_size, 0, False
    for turn in range(200 * WRITES):  # how soon the other thread gets its moment is not said
        record(store, patient(turn % 50))
        reused = wal.stat().st_size == grown
        grown = wal.stat().st_size
        if reused:
            break
    assert reused
    assert store.path.stat().st_size > start  # carried over while the store was open
    store.close()
    assert not wal.exists()


def test_i22_a_refund_paid_twice_under_one_number_is_two_receipts(desk: DeskStore) -> None:
    """The money went out twice, whatever the paper says: the later row names its operation beside the number."""
    record(desk, patient(), cash("p1"))
    record(desk, request("r1", "p1", 1000, patient_id="patient-1"))
    ops = [record(desk, paid("r1", "p1", 1000, patient_id="patient-1"))[0].op.op_id for _ in range(3)]
    numbers = ask(desk, "SELECT receipt_no FROM refund ORDER BY settled_op_id")
    assert numbers == [("R-r1",), (f"R-r1+{ops[1]}",), (f"R-r1+{ops[2]}",)]
    assert desk.verify(deep=True) == []
