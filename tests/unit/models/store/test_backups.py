"""Copies of stores: consistent while somebody writes, encrypted, checked, whole or not there; and back again."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from models.basics.errors import RuleBroken, StorageError
from models.operations.recovery_key import backup_key, new_recovery_key
from models.store import backups, restoring
from models.store.backups import Backup, back_up_database, back_up_store, read_manifest
from models.store.desk import DeskStore
from models.store.engine import postgres_engine, sqlite_engine
from models.store.hub import HubStore
from models.store.reading import connect
from tests.support import stores
from tests.support.stores import KEY, TENANT
from tests.unit.models.store.takings import appointment, ask, charge, patient, record, state, take_copay

NOW = "2026-03-16T15:00:00.000Z"
OTHER = "c3" * 32
SAFE = backup_key(new_recovery_key())


def busy_desk(folder: Path) -> DeskStore:
    """A desk with a few people and payments that wait."""
    desk = stores.lone_desk(folder)
    record(desk, *(patient(n) for n in range(1, 40)), appointment(), charge(cents=1_000_000))
    for _ in range(5):
        with desk.write() as tx:
            take_copay(tx)
    return desk


def restored_desk(backup: Path, folder: Path, key: str = OTHER) -> DeskStore:
    folder.mkdir(exist_ok=True)
    restoring.restore_store(backup, SAFE, folder / "desk.db", key, "desk", stores.clock(), replace=False, stamp="s")
    return DeskStore.open(folder / "desk.db", key, stores.clock())


def test_a_backup_brings_every_row_back_under_another_key(tmp_path: Path) -> None:
    desk = busy_desk(tmp_path)
    made = back_up_store(desk.path, KEY, "desk", tmp_path / "to" / "a.backup", SAFE, now=NOW, parts={"device_key": "x"})
    assert made.manifest.waiting == desk.pending_count() > 0
    again = restored_desk(tmp_path / "to" / "a.backup", tmp_path / "new")
    assert state(again) == state(desk)
    assert again.identity == desk.identity
    assert again.pending_count() == desk.pending_count()
    assert again.verify(deep=True) == []
    with again.reader() as reader:
        assert reader.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup_part'").fetchone() is None
    assert sorted(found.name for found in (tmp_path / "to").iterdir()) == ["a.backup"]
    again.close()
    desk.close()


def test_nothing_in_a_backup_can_be_read_without_its_key(tmp_path: Path) -> None:
    desk = busy_desk(tmp_path)
    to = tmp_path / "a.backup"
    back_up_store(desk.path, KEY, "desk", to, SAFE, now=NOW, parts={"device_key": "Larkspur-secret"})
    raw = to.read_bytes()
    assert b"Quillfeather" not in raw
    assert b"Larkspur" not in raw
    assert not raw.startswith(b"SQLite format 3")
    for key in (KEY, backup_key(new_recovery_key())):  # the store's own key does not open it either
        with pytest.raises(StorageError, match=r"backup\.key_wrong"):
            read_manifest(to, key)
    desk.close()


def test_a_backup_while_the_desk_writes_is_one_moment(tmp_path: Path) -> None:
    """Whole copays only, none of those told before it began is missing, and no writer waits for it."""
    desk = busy_desk(tmp_path)
    stop, told = threading.Event(), list[str]()

    def work() -> None:
        while not stop.is_set():
            with desk.write() as tx:
                taken = take_copay(tx)
            told.append(taken)

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for turn in range(3):
            before = list(told)
            to = tmp_path / f"{turn}.backup"
            back_up_store(desk.path, KEY, "desk", to, SAFE, now=NOW)
            copy = connect(to, SAFE, read_only=True)
            there = {row[0] for row in copy.execute("SELECT payment_id FROM payment").fetchall()}
            printed = {row[0] for row in copy.execute("SELECT payment_id FROM print_job").fetchall()}
            copy.close()
            assert set(before) <= there == printed
            assert len(told) > len(before)
    finally:
        stop.set()
        writer.join()
        desk.close()


def test_money_changed_behind_the_programs_back_makes_no_good_backup(tmp_path: Path) -> None:
    """What does not hold is kept as suspect, counts for nothing, and is told."""
    desk = busy_desk(tmp_path)
    with desk.write() as tx:
        tx.session.run("UPDATE account SET pending_debits = pending_debits + 1 WHERE id = 'CASH:drawer-1'")
    with pytest.raises(StorageError, match=r"backup\.not_sound"):
        back_up_store(desk.path, KEY, "desk", tmp_path / "to" / "a.backup", SAFE, now=NOW)
    assert [found.name for found in (tmp_path / "to").iterdir()] == ["a.backup.suspect"]
    with pytest.raises(StorageError, match=r"restore\.not_sound"):
        restored_desk(tmp_path / "to" / "a.backup.suspect", tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
    desk.close()


@pytest.mark.parametrize("step", ["check_copy", "_put_parts", "settle", "_read_back", "sync_folder"])
def test_a_backup_cut_off_anywhere_is_not_there_or_whole(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = busy_desk(tmp_path)
    to = tmp_path / "to" / "a.backup"
    back_up_store(desk.path, KEY, "desk", to, SAFE, now=NOW)
    before = to.read_bytes()

    def cut(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(backups, step, cut)
    with pytest.raises(StorageError, match=r"store\.disk_full"):
        back_up_store(desk.path, KEY, "desk", to, SAFE, now=NOW)
    assert [found.name for found in to.parent.iterdir()] == ["a.backup"]
    monkeypatch.undo()
    assert step == "sync_folder" or to.read_bytes() == before
    read_manifest(to, SAFE)
    desk.close()


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.99])
def test_a_damaged_backup_is_refused_and_leaves_nothing(at: float, tmp_path: Path) -> None:
    desk = busy_desk(tmp_path)
    to = tmp_path / "a.backup"
    back_up_store(desk.path, KEY, "desk", to, SAFE, now=NOW)
    raw = bytearray(to.read_bytes())
    place = int(len(raw) * at)
    raw[place] ^= 0xFF
    to.write_bytes(raw)
    with pytest.raises(StorageError, match=r"backup\.key_wrong|store\.damaged|restore\.not_sound|store\.disk_error"):
        restored_desk(to, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
    desk.close()


def test_a_backup_cut_short_is_refused(tmp_path: Path) -> None:
    desk = busy_desk(tmp_path)
    to = tmp_path / "a.backup"
    back_up_store(desk.path, KEY, "desk", to, SAFE, now=NOW)
    to.write_bytes(to.read_bytes()[: -4096 * 3])
    with pytest.raises(StorageError):
        restored_desk(to, tmp_path / "new")
    desk.close()


def test_a_store_that_is_no_backup_is_told(tmp_path: Path) -> None:
    desk = busy_desk(tmp_path)
    desk.close()
    with pytest.raises(StorageError, match=r"backup\.not_one"):
        read_manifest(desk.path, KEY)


def test_restoring_over_a_store_needs_the_word_and_keeps_the_old_one(tmp_path: Path) -> None:
    desk = busy_desk(tmp_path)
    to = tmp_path / "a.backup"
    back_up_store(desk.path, KEY, "desk", to, SAFE, now=NOW)
    with desk.write() as tx:
        later = take_copay(tx)
    path = desk.path
    shutil.copyfile(path, tmp_path / "unclean.db")  # as after a power cut: the newest copay lies in the log alone
    shutil.copyfile(f"{path}-wal", tmp_path / "unclean.db-wal")
    desk.close()
    path = tmp_path / "unclean.db"
    with pytest.raises(RuleBroken, match=r"restore\.store_there"):
        restoring.restore_store(to, SAFE, path, KEY, "desk", stores.clock(), replace=False, stamp="s")
    restoring.restore_store(to, SAFE, path, KEY, "desk", stores.clock(), replace=True, stamp="s")
    old = DeskStore.open(tmp_path / "unclean.db.before-restore-s", KEY, stores.clock())
    new = DeskStore.open(path, KEY, stores.clock())
    asked = "SELECT count(*) FROM payment WHERE payment_id = ?"
    assert ask(old, asked, later) == [(1,)]
    assert ask(new, asked, later) == [(0,)]
    assert new.verify(deep=True) == []
    old.close()
    new.close()


@pytest.mark.parametrize("step", ["open_backup", "_check", "_keep_old", "sync_folder"])
def test_a_restore_that_fails_leaves_the_store(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = busy_desk(tmp_path)
    to = tmp_path / "a.backup"
    back_up_store(desk.path, KEY, "desk", to, SAFE, now=NOW)
    kept = state(desk)
    desk.close()

    def cut(*_: object, **__: object) -> None:
        raise OSError(5, "gone")

    monkeypatch.setattr(restoring, step, cut)
    with pytest.raises(StorageError):
        restoring.restore_store(to, SAFE, desk.path, KEY, "desk", stores.clock(), replace=True, stamp="s")
    monkeypatch.undo()
    assert not desk.path.with_name("desk.db.restoring").exists()
    again = DeskStore.open(desk.path, KEY, stores.clock())
    assert state(again) == kept
    again.close()


def test_a_newer_programs_backup_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = busy_desk(tmp_path)
    to = tmp_path / "a.backup"
    monkeypatch.setattr(backups, "SCHEMA", "9999")
    back_up_store(desk.path, KEY, "desk", to, SAFE, now=NOW)
    monkeypatch.undo()
    with pytest.raises(StorageError, match=r"store\.newer_program"):
        restored_desk(to, tmp_path / "new")
    desk.close()


# A hub ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def back_up(tmp_path: Path, hub: HubStore) -> Callable[[], Path]:
    """Backs the `hub` of this test up, whichever database it has."""
    to = tmp_path / "to" / "hub.backup"

    def made() -> Path:
        kept: Backup
        if hub._engine.dialect.name == "postgresql":
            kept = back_up_database(hub._engine, to, SAFE, now=NOW)
        else:
            kept = back_up_store(tmp_path / "hub.db", KEY, "hub", to, SAFE, now=NOW)
        assert [head.tenant for head in kept.manifest.heads] == [TENANT]
        assert kept.manifest.heads[0].hash == hub.head(TENANT).hash
        return to

    return made


def a_day(hub: HubStore, folder: Path) -> DeskStore:
    desk = stores.joined_desk(hub, folder)
    record(desk, patient(), appointment(), charge())
    with desk.write() as tx:
        take_copay(tx)
    stores.sync(hub, desk)
    return desk


@pytest.mark.parametrize("goes_to", ["sqlite", "postgres"])
def test_a_hub_comes_back_on_either_database(
    hub: HubStore, back_up: Callable[[], Path], goes_to: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The same log, ledger and desks; another epoch, so that desks notice."""
    desk = a_day(hub, tmp_path)
    to = back_up()
    (tmp_path / "new").mkdir()
    if goes_to == "sqlite":
        path = tmp_path / "new" / "hub.db"
        restoring.restore_store(to, SAFE, path, OTHER, "hub", stores.clock(), replace=False, stamp="s")
        again = HubStore.open(sqlite_engine(path, OTHER), stores.clock())
    else:
        engine = postgres_engine(request.getfixturevalue("postgres_empty_url"))
        restoring.restore_database(to, SAFE, engine, stores.clock(), tmp_path / "new" / "build.db")
        again = HubStore(engine, stores.clock())
        with pytest.raises(RuleBroken, match=r"restore\.practice_there"):
            restoring.restore_database(to, SAFE, engine, stores.clock(), tmp_path / "new" / "build.db")
    was, now = hub.head(TENANT), again.head(TENANT)
    assert (now.seq, now.hash) == (was.seq, was.hash)
    assert now.server_epoch != was.server_epoch
    assert again.devices(TENANT) == hub.devices(TENANT)
    assert again.verify(TENANT, deep=True) == []
    again.close()
    assert [found.name for found in (tmp_path / "new").iterdir()] == (["hub.db"] if goes_to == "sqlite" else [])
    desk.close()


def test_a_desks_backup_is_no_hubs(tmp_path: Path) -> None:
    desk = busy_desk(tmp_path)
    to = tmp_path / "a.backup"
    back_up_store(desk.path, KEY, "desk", to, SAFE, now=NOW)
    with pytest.raises(RuleBroken, match=r"restore\.other_kind"):
        restoring.restore_store(to, SAFE, tmp_path / "hub.db", KEY, "hub", stores.clock(), replace=False, stamp="s")
    desk.close()


def test_a_hub_is_backed_up_while_desks_push(hub: HubStore, back_up: Callable[[], Path], tmp_path: Path) -> None:
    """Dense to its head and its chain unbroken, whatever came in meanwhile."""
    desk = a_day(hub, tmp_path)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            with desk.write() as tx:
                take_copay(tx, spend=1)
            stores.push(desk, hub)

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for _ in range(2):  # `back_up` itself checks every link
            to = tmp_path / "to" / "hub.backup"
            engine = hub._engine
            if engine.dialect.name == "postgresql":
                made = back_up_database(engine, to, SAFE, now=NOW)
            else:
                made = back_up_store(tmp_path / "hub.db", KEY, "hub", to, SAFE, now=NOW)
            assert made.manifest.heads[0].seq == made.manifest.log_rows
    finally:
        stop.set()
        writer.join()
        desk.close()
