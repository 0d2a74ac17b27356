"""A desk and its hub find together again: restored desks, copied disks, restored hubs, broken downloads (H8–H12)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.sync import steps
from models.basics.clock import FixedClock, SystemClock
from models.basics.errors import RuleBroken, SyncError, SyncLater, SyncRefused
from models.basics.ids import new_id
from models.operations import bodies
from models.store import mending
from models.store.reading import connect
from server.main import open_store
from tests.support.desks import PERSON
from tests.support.hub import (  # noqa: F401
    RunningHub,
    postgres_settings,
    session_postgres_hub,
    session_sqlite_hub,
    sqlite_hub_template,
    sqlite_settings,
)
from tests.support.postgres import PostgresServer
from tests.support.stepping import SteppedDesk, hub_log
from tests.support.stream import DAY


@pytest.fixture(params=["sqlite", "postgresql"])
def hub(request: pytest.FixtureRequest) -> Iterator[RunningHub]:
    running = request.getfixturevalue(f"session_{'sqlite' if request.param == 'sqlite' else 'postgres'}_hub")
    assert isinstance(running, RunningHub)
    yield running
    running.hang_up()


@pytest.fixture
def tenant(hub: RunningHub) -> str:
    return hub.practice()


@pytest.fixture
def desk(hub: RunningHub, tenant: str, tmp_path: Path) -> Iterator[SteppedDesk]:
    made = SteppedDesk.of(hub, tenant, tmp_path / "a")
    yield made
    made.close()


@pytest.fixture
def other(hub: RunningHub, tenant: str, tmp_path: Path) -> Iterator[SteppedDesk]:
    made = SteppedDesk.of(hub, tenant, tmp_path / "b", "Desk 2")
    yield made
    made.close()


def payments(desk: SteppedDesk) -> dict[str, str]:
    """Receipt numbers by payment."""
    with desk.store.reader() as reader:
        return dict(reader.execute("SELECT payment_id, receipt_no FROM payment").fetchall())


def one_log(hub: RunningHub, tenant: str, *desks: SteppedDesk) -> None:
    """Everything answered, every log the hub's, everything holds, everybody shows the same money."""
    ids = [entry.op["op_id"] for entry in hub_log(hub, tenant)]
    assert len(ids) == len(set(ids))
    assert hub.store.verify(tenant, deep=True) == []
    for desk in desks:
        assert desk.waiting() == []
        assert desk.failures() == []
        assert desk.store.cursor() == hub.store.head(tenant)
        assert ids[-len(desk.log_ids()) or len(ids) :] == desk.log_ids()
        assert desk.balances() == desks[0].balances()


# A desk that was restored -----------------------------------------------------------------------------------------


def test_h8_a_restored_desk_fetches_its_own_and_goes_on_in_a_new_epoch(
    hub: RunningHub, tenant: str, desk: SteppedDesk, tmp_path: Path
) -> None:
    old = desk.acts(1)
    desk.settle()
    image = desk.image(tmp_path / "image")
    lost = desk.acts(3)
    desk.settle()
    desk.restore(image)
    fresh = desk.acts(2)  # on the old receipt numbers, before anybody knows
    desk.settle()
    assert desk.told[0] == ("sync.repair.desk_restored", 12)
    assert desk.told[-1] == ("", 0)
    later = desk.acts(1)
    desk.settle()
    assert set(payments(desk)) == {*old, *lost, *fresh, *later}
    assert desk.store.identity is not None
    assert desk.store.identity.epoch == 2
    assert "-B-" in payments(desk)[later[0]]
    one_log(hub, tenant, desk)


def test_h8_what_waited_in_the_backup_is_taken_once(
    hub: RunningHub, tenant: str, desk: SteppedDesk, tmp_path: Path
) -> None:
    desk.settle()
    sent_later = desk.acts(2)
    image = desk.image(tmp_path / "image")
    desk.settle()
    desk.restore(image)
    desk.settle()  # the same operations at the same places: duplicates, nothing else
    assert desk.told == []
    assert set(payments(desk)) == set(sent_later)
    one_log(hub, tenant, desk)
    desk.restore(image)
    desk.acts(1)
    desk.settle()
    assert desk.store.identity is not None
    one_log(hub, tenant, desk)


def test_h8_a_restored_desk_that_reads_first_begins_anew_before_it_makes_a_number_twice(
    hub: RunningHub, tenant: str, desk: SteppedDesk, tmp_path: Path
) -> None:
    desk.acts(1)
    desk.settle()
    image = desk.image(tmp_path / "image")
    desk.acts(3)
    desk.settle()
    desk.restore(image)
    desk.pull()
    desk.acts(1)
    desk.settle()
    numbers = list(payments(desk).values())
    assert len(numbers) == len(set(numbers)) == 5
    with desk.store.reader() as reader:
        labels = [row[0] for row in reader.execute("SELECT number FROM payment").fetchall()]
    assert len(set(labels)) == 5
    one_log(hub, tenant, desk)


def test_f2_a_lost_grant_is_asked_for_again_and_is_the_same(
    hub: RunningHub, tenant: str, desk: SteppedDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.acts(1)
    desk.settle()
    image = desk.image(tmp_path / "image")
    desk.acts(2)
    desk.settle()
    desk.restore(image)
    desk.acts(1)
    ask = desk.exchange._transport.new_epoch

    def lost(question: object) -> None:
        ask(question)  # type: ignore[arg-type]
        raise SyncLater("sync.line_broken")

    monkeypatch.setattr(desk.exchange._transport, "new_epoch", lost)
    for _ in range(3):
        with pytest.raises(SyncLater):
            desk.push()
    monkeypatch.undo()
    desk.settle()
    assert desk.store.identity is not None
    assert desk.store.identity.epoch == 2
    one_log(hub, tenant, desk)


def test_f2_lost_answers_do_not_look_like_a_copy(hub: RunningHub, tenant: str, desk: SteppedDesk) -> None:
    acknowledge = desk.store.acknowledge
    for turn in range(6):
        desk.acts(1)
        if turn % 2:
            desk.store.acknowledge = lambda _answer: (_ for _ in ()).throw(SyncLater("sync.line_broken"))  # type: ignore[method-assign,assignment]
            for _ in range(3):
                with pytest.raises(SyncLater):
                    desk.push()
            desk.store.acknowledge = acknowledge  # type: ignore[method-assign]
    desk.settle()
    row = hub.store.device(desk.member.identity.device_id)
    assert row is not None
    assert (row.epoch, row.apart_at) == (1, "")
    one_log(hub, tenant, desk)


# A disk that was copied -------------------------------------------------------------------------------------------


def test_h9_two_live_copies_are_kept_apart_and_one_is_let_in_again(
    hub: RunningHub, tenant: str, desk: SteppedDesk, other: SteppedDesk, tmp_path: Path
) -> None:
    desk.acts(1)
    desk.settle()
    twin = desk.copy(desk.image(tmp_path / "twin"))
    first = desk.acts(1)
    desk.push()
    second = twin.acts(1)
    twin.settle()  # looks like a desk that was restored
    third = desk.acts(1)
    with pytest.raises(SyncRefused, match="cloned"):
        desk.push()
    desk.push()  # facts are taken, and kept apart
    twin.acts(1)
    twin.push()
    for one in (desk, twin):
        with pytest.raises(SyncRefused, match="cloned"):
            one.pull()
        assert one.store.everything_sent()
    apart = hub.store.repairs.apart(tenant)
    assert {row.reason for row in apart} == {"running_twice"}
    assert sorted(row.kind for row in apart).count("payment.collect") == 2
    other.settle()
    assert {*first, *second} <= set(payments(other))
    assert not set(third) & set(payments(other))  # kept apart: it counts nowhere yet
    twin.close()
    code = hub.store.new_code(tenant, "Desk", "operator", again_for=desk.member.identity.device_id)
    desk.join_again(hub.address.join_line(code))
    later = desk.acts(1)
    desk.settle()
    other.settle()
    assert set(later) <= set(payments(other))
    assert hub.store.verify(tenant, deep=True) == []


# A hub that was restored ------------------------------------------------------------------------------------------


Clinic = tuple[RunningHub, str, SteppedDesk, SteppedDesk]


class Backup:
    """A hub's database, copied while it serves nobody, put back later: its own file, or one of PostgreSQL's."""

    def __init__(self, hub: RunningHub, tenant: str, to: Path, postgres: PostgresServer | None = None) -> None:
        self.hub, self.tenant, self._copy, self._postgres = hub, tenant, to, postgres
        hub.stop()
        if hub.settings.shared:
            assert postgres is not None
            self._database = postgres.create(template=hub.settings.database_url.partition("@/")[2].partition("?")[0])
        else:
            shutil.copyfile(hub.settings.database_path, to)
        hub.start()

    def put_back(self) -> None:
        """As `copaydesk restore` does."""
        self.hub.stop()
        if self._postgres is not None and self.hub.settings.shared:
            self.hub.settings = replace(self.hub.settings, database_url=self._postgres.url(self._database))
        else:
            for suffix in ("-wal", "-shm"):
                self.hub.settings.database_path.with_name(f"hub.db{suffix}").unlink(missing_ok=True)
            shutil.copyfile(self._copy, self.hub.settings.database_path)
        store = open_store(self.hub.settings, self.hub.clock)
        store.begin_epoch(self.tenant)
        store.close()
        self.hub.start()


@pytest.fixture(params=["sqlite", "postgresql"])
def clinic(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Clinic]:
    name = "sqlite_settings" if request.param == "sqlite" else "postgres_settings"
    running = RunningHub(request.getfixturevalue(name))
    tenant = running.practice()
    desks = [SteppedDesk.of(running, tenant, tmp_path / name, name) for name in "ab"]
    yield running, tenant, desks[0], desks[1]
    for one in desks:
        one.close()
    running.close()


@pytest.fixture
def back_up(clinic: Clinic, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Backup]:
    """Takes a backup of the clinic's hub."""
    hub, tenant, _, _ = clinic
    server = request.getfixturevalue("postgres") if hub.settings.shared else None
    return lambda: Backup(hub, tenant, tmp_path / "hub.backup", server)


def test_h11_one_desk_brings_back_everything_to_the_letter(clinic: Clinic, back_up: Callable[[], Backup]) -> None:
    hub, tenant, desk, other = clinic
    desk.acts(2)
    other.acts(2)
    for one in (desk, other, desk):
        one.settle()
    backup = back_up()
    desk.acts(3)
    other.acts(3)
    patient, charge = desk.patient(4_000)
    payment = desk.take(patient, charge, 1_000)
    for one in (desk, other, desk, other):
        one.settle()
    before = hub_log(hub, tenant)
    other.spend(patient, payment, charge, 500)
    backup.put_back()
    missing = len(before) - len(hub_log(hub, tenant))
    assert missing > 0
    desk.settle()  # alone: the other's entries come from its log too
    assert hub_log(hub, tenant) == before
    assert desk.told == [("sync.repair.hub_restored", missing), ("sync.repair.hub_restored", 1), ("", 0)]
    other.settle()
    desk.settle()
    assert [entry.hash for entry in hub_log(hub, tenant)][: len(before)] == [entry.hash for entry in before]
    one_log(hub, tenant, desk, other)


def test_h11_a_hub_that_went_on_meanwhile_gets_every_fact_once(clinic: Clinic, back_up: Callable[[], Backup]) -> None:
    hub, tenant, desk, other = clinic
    shared, charge = desk.patient(5_000)
    lot = desk.take(shared, charge, 1_000)
    for one in (desk, other, desk):
        one.settle()
    backup = back_up()
    lost = desk.acts(3)
    desk.settle()  # the other desk never hears of these
    backup.put_back()
    news = other.acts(2)
    other.settle()  # the hub goes on: what desk knows is another log now
    desk.settle()
    other.settle()
    desk.settle()
    assert {*lost, *news, lot} == set(payments(desk)) == set(payments(other))
    one_log(hub, tenant, desk, other)


@pytest.mark.parametrize("came_back", [False, True])
def test_h11_a_snapshot_begun_before_the_hub_was_restored_forgets_nothing(
    clinic: Clinic, back_up: Callable[[], Backup], *, came_back: bool
) -> None:
    """Its places are those of another log: what was answered at them before may be in neither."""
    hub, tenant, desk, other = clinic
    for one in (desk, other):
        one.acts(1)
        one.settle()
    backup = back_up()
    lost = desk.acts(2)
    desk.settle() if came_back else desk.push()
    desk.exchange.begin_again()
    desk.exchange.pull_once()
    backup.put_back()
    news = other.acts(4)
    other.settle()  # others now stand at the same places
    with suppress(SyncRefused):  # the hub that was put back knows nothing of the first one
        desk.settle()
    for one in (desk, other, desk):
        one.settle()
    assert {*lost, *news} <= set(payments(desk))
    assert payments(desk) == payments(other)
    one_log(hub, tenant, desk, other)


def test_h11_a_desk_that_stands_where_its_log_begins_asks_a_restored_hub_once(
    clinic: Clinic, back_up: Callable[[], Backup], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has one place to compare, which the hub has forgotten; there is nothing below it to ask for."""
    hub, tenant, desk, other = clinic
    desk.acts(1)
    desk.settle()
    backup = back_up()
    lost = other.acts(2)
    other.settle()
    desk.exchange.begin_again()
    desk.settle()
    backup.put_back()
    asked: list[int] = []
    ancestor = desk.exchange._transport.ancestor

    def counted(points: list[tuple[int, str]]) -> object:
        asked.append(len(points))
        assert len(asked) < 5, "it asks the same for ever"
        return ancestor(points)

    monkeypatch.setattr(desk.exchange._transport, "ancestor", counted)
    for one in (desk, other, desk):
        one.settle()
    assert asked[0] == 1
    assert set(lost) <= set(payments(desk))
    one_log(hub, tenant, desk, other)


def test_h11_what_was_refused_stays_refused_and_no_credit_is_spent_twice(
    clinic: Clinic, back_up: Callable[[], Backup], tmp_path: Path
) -> None:
    hub, tenant, desk, other = clinic
    patient, charge = desk.patient(1_000)
    more = desk.charge(patient, 3_000)
    lot = desk.take(patient, charge, 1_000)
    desk.undo(patient, desk.take(patient, more, 500))
    for one in (desk, other, desk):
        one.settle()
    backup = back_up()
    credit = new_id()
    with desk.store.write() as tx:
        tx.record(bodies.Collect(payment_id=credit, patient_id=patient, tender="cash", amount_cents=800,
                                 number=tx.next_payment_number(), receipt_no=tx.next_receipt_no(), drawer="drawer"),
                  person_id=PERSON, business_date=DAY)  # fmt: skip
    desk.settle()
    other.settle()
    desk.spend(patient, credit, more, 600)
    other.spend(patient, credit, more, 600)
    desk.settle()
    other.settle()  # 200 were left
    verdicts = {entry.op["op_id"]: (entry.verdict, entry.granted) for entry in hub_log(hub, tenant)}
    assert ("reduced", 200) in verdicts.values()
    backup.put_back()
    third = SteppedDesk.of(hub, tenant, tmp_path / "c", "c")
    third.acts(1)
    third.settle()  # another log begins
    for one in (other, desk, other, desk, third):
        one.settle()
    now = {entry.op["op_id"]: (entry.verdict, entry.granted) for entry in hub_log(hub, tenant)}
    own = {op_id: said for op_id, said in verdicts.items() if op_id in now}
    assert {op_id: now[op_id] for op_id in own} == own
    assert lot in payments(third)
    one_log(hub, tenant, desk, other)
    third.close()


def test_h11_without_the_key_each_desk_brings_its_own(clinic: Clinic, back_up: Callable[[], Backup]) -> None:
    hub, tenant, desk, other = clinic
    for one in (desk, other, desk):
        one.acts(1)
        one.settle()
    backup = back_up()
    mine, theirs = desk.acts(2), other.acts(2)
    for one in (desk, other, desk):
        one.settle()
    (hub.settings.data_dir / "log.key").unlink()  # another machine, nothing but the backup
    backup.put_back()
    desk.settle()
    assert set(mine) <= {entry.op["body"].get("payment_id") for entry in hub_log(hub, tenant)}
    other.settle()
    desk.settle()
    assert {*mine, *theirs} <= set(payments(desk)) == set(payments(other))
    one_log(hub, tenant, desk, other)


def test_h11_a_witness_is_believed_only_by_the_hubs_own_mark(clinic: Clinic, back_up: Callable[[], Backup]) -> None:
    hub, tenant, desk, _ = clinic
    desk.settle()
    backup = back_up()
    start = desk.store.cursor().seq
    desk.acts(2)
    desk.settle()
    shown = desk.store.mending.stretch(start)
    assert shown is not None
    backup.put_back()
    for wrong in (
        replace(shown, proof="0" * 64),
        replace(shown, entries=shown.entries[:-1]),
        replace(shown, entries=(replace(shown.entries[0], verdict="rejected"), *shown.entries[1:])),
        replace(shown, prev_hash="1" * 64),
    ):
        with pytest.raises(SyncRefused, match=r"sync\.(witness_unproven|page_damaged)"):
            desk.member.transport.witness(wrong)
    assert hub.store.head(tenant).seq == start
    took = desk.member.transport.witness(shown)
    assert (took.to_the_letter, took.head) == (True, start + len(shown.entries))
    assert desk.member.transport.witness(shown).taken == 0  # twice changes nothing


# A download that breaks -------------------------------------------------------------------------------------------


def test_f35_a_snapshot_goes_on_where_it_was(
    hub: RunningHub, tenant: str, desk: SteppedDesk, other: SteppedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.acts(6)
    other.settle()
    monkeypatch.setattr(steps, "SNAPSHOT_BEHIND", 5)
    asked: list[str] = []
    chunk = desk.exchange._transport.chunk

    def breaks(seq: int, chunk_id: str) -> bytes:
        asked.append(chunk_id)
        if len(asked) % 2:
            raise SyncLater("sync.line_broken")
        return chunk(seq, chunk_id)

    monkeypatch.setattr(desk.exchange._transport, "chunk", breaks)
    for _ in range(200):
        try:
            if not desk.exchange.pull_once():
                break
        except SyncError:
            continue
    assert len(set(asked)) > 3
    assert len(asked) == 2 * len(set(asked))  # each once lost, once taken
    assert not list(desk.folder.glob("*.fetching"))
    desk.settle()
    one_log(hub, tenant, other, desk)


def test_f35_a_restarted_desk_and_a_changed_hub_keep_what_was_fetched(
    hub: RunningHub, tenant: str, desk: SteppedDesk, other: SteppedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.acts(6)
    other.settle()
    monkeypatch.setattr(steps, "SNAPSHOT_BEHIND", 5)
    for _ in range(4):
        desk.exchange.pull_once()
    assert desk.store.fetched().manifest() is not None
    desk.restore(desk.image(desk.folder.with_name("image")))
    other.acts(1)
    other.settle()
    fetched: list[str] = []
    chunk = desk.exchange._transport.chunk
    monkeypatch.setattr(
        desk.exchange._transport,
        "chunk",
        lambda seq, name: fetched.append(name) or chunk(seq, name),  # type: ignore[func-returns-value]
    )
    desk.settle()
    assert fetched
    assert len(fetched) == len(set(fetched))
    one_log(hub, tenant, other, desk)


def test_f35_a_snapshot_of_the_very_place_a_desk_stands_at_is_asked_for_once(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its manifest names nothing new, and is gone on with all the same until it is loaded."""
    hub, tenant, desk, other = clinic
    other.acts(2)
    other.settle()
    desk.settle()
    asked: list[int] = []
    snapshot = desk.exchange._transport.snapshot

    def counted() -> dict[str, object]:
        manifest = snapshot()
        asked.append(manifest["seq"])
        return manifest

    monkeypatch.setattr(desk.exchange._transport, "snapshot", counted)
    for _ in range(2):
        desk.exchange.begin_again()
        desk.settle()
    assert asked == [desk.store.cursor().seq] * 2
    one_log(hub, tenant, other, desk)


@pytest.mark.parametrize("clinic", ["sqlite"], indirect=True)
def test_f37_a_cursor_from_before_what_the_hub_keeps_begins_with_a_snapshot(clinic: Clinic, tmp_path: Path) -> None:
    hub, tenant, desk, other = clinic
    desk.acts(2)
    desk.settle()
    other.settle()
    waiting = other.acts(1)
    desk.acts(3)
    desk.settle()
    cut = other.store.cursor().seq + 2
    hub.stop()
    connection = connect(hub.settings.database_path, hub.settings.key_hex)
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'log'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DELETE FROM log WHERE seq <= ?", (cut,))
    connection.close()
    hub.start()
    other.settle()
    assert other.settled()
    assert set(waiting) <= set(payments(other))
    assert other.store.cursor() == hub.store.head(tenant)
    assert other.failures() == []


# What is let go of ------------------------------------------------------------------------------------------------


def test_own_operations_are_kept_as_long_as_a_backup_may_be_old(
    hub: RunningHub, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock(SystemClock().now())
    desk = SteppedDesk(hub, hub.member(tenant), tmp_path / "old", clock)
    desk.acts(3)
    desk.settle()
    desk.acts(1)
    monkeypatch.setattr(mending, "PURGED_AT_ONCE", 5)
    monkeypatch.setattr(steps, "PURGED_AT_ONCE", 5)
    assert not desk.exchange.tidy_once()
    clock.advance(44.9 * 86_400)
    assert not desk.exchange.tidy_once()
    clock.advance(0.2 * 86_400)
    assert [desk.exchange.tidy_once() for _ in range(3)] == [True, True, False]  # in small steps
    with desk.store.reader() as reader:
        assert reader.execute("SELECT count(*) FROM outbox").fetchone() == (4,)  # what waits is never let go
    desk.settle()
    one_log(hub, tenant, desk)
    desk.close()


def test_h11_what_was_let_go_comes_out_of_the_log_again(clinic: Clinic, back_up: Callable[[], Backup]) -> None:
    hub, tenant, desk, other = clinic
    desk.settle()
    backup = back_up()
    mine = desk.acts(2)
    desk.settle()
    with desk.store.write() as tx:
        tx.session.run("DELETE FROM outbox")
        tx.session.run("DELETE FROM proof")  # nor has it the hub's word for it
    backup.put_back()
    desk.settle()
    other.settle()
    assert set(mine) == set(payments(desk)) == set(payments(other))
    one_log(hub, tenant, desk, other)


# A desk the hub has forgotten -------------------------------------------------------------------------------------


@pytest.mark.parametrize("believed", [True, False], ids=["log shown", "own records sent again"])
def test_h11_a_desk_younger_than_the_backup_joins_again_and_nothing_is_lost_or_doubled(
    clinic: Clinic, back_up: Callable[[], Backup], tmp_path: Path, believed: bool
) -> None:
    hub, tenant, desk, other = clinic
    desk.acts(1)
    desk.settle()
    backup = back_up()
    young = SteppedDesk.of(hub, tenant, tmp_path / "young", "young")
    sent = young.acts(3)
    young.settle()
    waiting = young.acts(2)
    former = young.member.identity
    backup.put_back()
    if not believed:
        with young.store.write() as tx:
            tx.session.run("UPDATE proof SET mark = '' WHERE tenant = :tenant", tenant=tenant)
    with pytest.raises(SyncRefused, match=r"auth\.unknown_device"):
        young.push()
    young.join_again(hub.address.join_line(hub.store.new_code(tenant, "young", "operator")))
    joined = young.member.identity
    assert (joined.device_id, joined.device_no) == (former.device_id, former.device_no)
    assert joined.epoch > former.epoch
    later = young.acts(1)
    for one in (young, desk, other, young):
        one.settle()
    assert sorted(p for p in payments(other) if p in {*sent, *waiting, *later}) == sorted([*sent, *waiting, *later])
    assert len(payments(other)) == len(set(payments(other))) == 7
    assert young.waiting() == []
    one_log(hub, tenant, young, desk, other)
    young.close()


def test_h12_a_code_for_a_new_desk_takes_no_known_desks_place(clinic: Clinic) -> None:
    hub, tenant, desk, other = clinic
    for code, refusal in (
        (hub.store.new_code(tenant, "Desk", "operator"), "enrol.desk_known"),
        (hub.store.new_code(tenant, "Desk", "operator", again_for=other.member.identity.device_id),
         "enrol.code_of_another"),
        (hub.store.new_code(hub.practice(), "Desk", "operator"), "enrol.other_practice"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken) as broken:
            desk.join_again(hub.address.join_line(code))
        assert broken.value.message_key == refusal
    for one in (desk, other):  # nobody was shut out
        one.acts(1)
        one.settle()
