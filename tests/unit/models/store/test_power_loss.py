"""T4: the power fails at any moment (F15). What was told as taken is there when the disk comes back, and all adds up.

The statements of a real desk's store are replayed on a disk that records every write and every sync; SQLCipher's own
files are cut and torn besides.
"""

from __future__ import annotations

import random
import shutil
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import pytest

from models.store import log_room
from models.store.desk import DeskStore
from models.store.engine import sqlite_engine
from models.store.reading import connect
from tests.support import stores
from tests.support.power import Recorder
from tests.support.stores import KEY
from tests.unit.models.store.takings import appointment, ask, charge, patient, record, take_copay

COPAYS, IMAGES = 60, 500
CHECKPOINT_AFTER = 12
EARLIER = 5
MAKING = 3
TOLD = "told:"


@dataclass(frozen=True)
class Day:
    """A desk's file without a key before its day, and the statements of that day as the store sent them."""

    base: Path
    statements: tuple[str, ...]
    pragmas: dict[str, int | str]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Copays taken through the real store, every statement noted on its way to the driver."""
    folder = tmp_path_factory.mktemp("day")
    desk = stores.lone_desk(folder)
    record(desk, patient(), appointment(), charge(cents=100_000_000))
    base = folder / "base.db"
    source = connect(desk.path, KEY)
    source.execute("ATTACH ? AS bare KEY ''", (str(base),))
    source.execute("SELECT sqlcipher_export('bare')").fetchone()
    source.execute("DETACH bare")
    source.close()
    with desk._locked() as connection:
        driver: Any = connection.connection.dbapi_connection
        pragmas = {name: driver.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")}
    statements: list[str] = []
    driver.set_trace_callback(statements.append)
    for number in range(1, COPAYS + 1):
        with desk.write() as tx:
            payment_id = take_copay(tx)
        statements.append(TOLD + payment_id)
        if number % CHECKPOINT_AFTER == 0:
            statements.append("PRAGMA wal_checkpoint(PASSIVE)")
    driver.set_trace_callback(None)
    desk.close()
    return Day(base, tuple(text for text in statements if not text.startswith("--")), pragmas)


@dataclass
class Disk:
    """The file before it was recorded, what was told by then, what older logs left behind, and all that happened."""

    base: dict[str, bytes]
    told: set[str]
    stale: dict[str, bytes]
    recorder: Recorder


def live(day: Day, folder: Path, synchronous: int | str, *, room: bool = False) -> Disk:
    """The same day on a recording disk. With `room` the log has room ahead, in blocks where the log of two starts ago
    lay, complete."""
    path = folder / "desk.db"
    shutil.copyfile(day.base, path)
    opened = apsw.Connection(str(path))
    opened.execute("PRAGMA journal_mode = WAL")
    opened.close()
    stale, told = {}, set[str]()
    statements: Sequence[str] = day.statements
    if room:
        (stale["desk.db-wal"], first), statements = earlier(path, statements)
        (_, second), statements = earlier(path, statements)
        told = first | second
    disk = Disk({path.name: path.read_bytes()}, told, stale, Recorder(folder))
    recorder = disk.recorder
    vfs = recorder.vfs(f"recording-{folder.name}")
    connection = apsw.Connection(str(path), vfs=f"recording-{folder.name}")
    try:
        # A recording file shares no memory with others; alone, the log is written and synced just the same.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        if room:
            give_room(connection, recorder, path)
        for text in statements:
            if text.startswith(TOLD):
                recorder.told(text.removeprefix(TOLD))
            else:
                connection.execute(text).fetchall()
        recorder.events.append(recorder.events[-1])
    finally:
        kept = len(recorder.events)
        connection.close()
        del recorder.events[kept:]  # closing tidies up: no power cut waits for that
        vfs.unregister()
    return disk


def earlier(path: Path, statements: Sequence[str]) -> tuple[tuple[bytes, set[str]], Sequence[str]]:
    """A day before this one, of a few copays: the log it left in its blocks, what was told, and the statements left."""
    end = [number for number, text in enumerate(statements) if text.startswith(TOLD)][EARLIER - 1] + 1
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    for text in statements[:end]:
        if not text.startswith(TOLD):
            connection.execute(text).fetchall()
    log = path.with_name(path.name + "-wal").read_bytes()
    connection.close()
    return (log, {text.removeprefix(TOLD) for text in statements[:end] if text.startswith(TOLD)}), statements[end:]


def give_room(connection: apsw.Connection, recorder: Recorder, path: Path) -> None:
    """As the store does, on the recording disk."""
    files, calls = recorder.disk()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_room, "FileIO", files)
        patch.setattr(log_room, "os", calls)
        connection.execute("BEGIN IMMEDIATE")
        assert log_room.make_room(path.with_name(path.name + "-wal"))
        connection.execute("ROLLBACK")


def lost_and_damaged(
    day: Day, folder: Path, synchronous: int | str, images: int, *, room: bool = False, first: int = 0
) -> tuple[int, int, int]:
    """Over so many cuts, all within the `first` events where that is said: how many lost something that was told, how
    many are damaged, and how much was told in all."""
    disk = live(day, folder, synchronous, room=room)
    chance, lost, damaged, told_in_all = random.Random(41), 0, 0, 0
    for number in range(images):
        image = folder / f"image-{number}"
        cut = chance.randint(1, first or len(disk.recorder.events))
        told = disk.told | disk.recorder.image(disk.base, cut, chance, image, stale=disk.stale)
        there, whole = reopened(image / "desk.db")
        lost += not told <= there
        damaged += not whole
        told_in_all += len(told)
        shutil.rmtree(image)
    return lost, damaged, told_in_all


def reopened(path: Path) -> tuple[set[str], bool]:
    """The payments in an image, and whether its file is whole and its books balance."""
    connection = apsw.Connection(str(path))
    try:
        whole = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        there = {str(row[0]) for row in connection.execute("SELECT payment_id FROM payment")}
        printed = {str(row[0]) for row in connection.execute("SELECT payment_id FROM print_job")}
        sums = connection.execute("SELECT sum(pending_debits) = sum(pending_credits) FROM account").fetchall()
    finally:
        connection.close()
    return there, whole and there == printed and sums in ([(1,)], [(None,)])


@pytest.fixture
def small_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than the day writes between two checkpoints: it goes through the room, beyond it, and begins again."""
    monkeypatch.setattr(log_room, "ROOM", 1 << 19)


@pytest.mark.parametrize("room", [False, True], ids=["as-it-grows", "with-room"])
def test_five_hundred_power_cuts_lose_nothing_that_was_told(
    day: Day, tmp_path: Path, small_room: None, room: bool
) -> None:
    lost, damaged, told = lost_and_damaged(day, tmp_path, day.pragmas["synchronous"], IMAGES // 2, room=room)
    assert (lost, damaged) == (0, 0)
    assert told > IMAGES // 2 * COPAYS // 4


def test_a_cut_while_the_room_is_made_brings_no_older_log_back(day: Day, tmp_path: Path, small_room: None) -> None:
    assert lost_and_damaged(day, tmp_path, "FULL", 60, room=True, first=MAKING)[:2] == (0, 0)


def test_the_harness_sees_a_room_that_is_made_in_one_go(
    day: Day, tmp_path: Path, small_room: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the first block is not on the disk before the others, and an older log comes to light where it lay."""
    monkeypatch.setattr(log_room, "_HEAD", 0)
    assert lost_and_damaged(day, tmp_path, "FULL", 60, room=True, first=MAKING)[:2] != (0, 0)


def test_the_harness_sees_a_store_that_does_not_wait_for_the_disk(day: Day, tmp_path: Path) -> None:
    """Planted: synchronous=NORMAL keeps the file whole and forgets payments that were told."""
    lost, damaged, _ = lost_and_damaged(day, tmp_path, "NORMAL", 60)
    assert lost > 20
    assert damaged == 0


def test_what_is_shipped_waits_for_the_disk(day: Day, tmp_path: Path) -> None:
    """Every connection that writes: the desk's, the hub's, and that of the checkpoints."""
    full = {"synchronous": 2, "journal_mode": "wal"}
    assert day.pragmas == full
    engine = sqlite_engine(tmp_path / "hub.db", KEY)
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        asked = {name: driver.execute(f"PRAGMA {name}").fetchone()[0] for name in full}
    engine.dispose()
    assert asked == full
    checkpoints = connect(tmp_path / "hub.db", KEY)
    assert {name: checkpoints.execute(f"PRAGMA {name}").fetchone()[0] for name in full} == full
    checkpoints.close()


def test_one_writer_owns_the_log_and_readers_cannot_write(tmp_path: Path) -> None:
    desk = stores.lone_desk(tmp_path)
    with desk.reader() as reader:
        facts = {name: reader.execute(f"PRAGMA {name}").fetchone()[0] for name in ("query_only", "wal_autocheckpoint")}
    with desk._locked() as connection:
        writer: Any = connection.connection.dbapi_connection
        assert writer.execute("PRAGMA wal_autocheckpoint").fetchone()[0] == 0
        assert writer.execute("PRAGMA query_only").fetchone()[0] == 0
        assert writer.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert facts == {"query_only": 1, "wal_autocheckpoint": 0}
    desk.close()


def end_of_log(log: Path) -> int:
    """Where the last commit in a log ends (file format, section 4.1): the frame after it has another salt, or none."""
    content = log.read_bytes()
    size, salt, at, end = struct.unpack_from(">I", content, 8)[0] + 24, content[16:24], 32, 32
    while content[at + 8 : at + 16] == salt:
        at += size
        if content[at - size + 4 : at - size + 8] != bytes(4):
            end = at
    return end


@pytest.mark.parametrize("room", [False, True], ids=["as-it-grows", "with-room"])
def test_sqlcipher_after_a_cut_opens_with_all_that_was_told(tmp_path: Path, small_room: None, room: bool) -> None:
    """The real, encrypted files. Between two commits the log only grows: an image is the log up to the last sync, and
    of what came after it any part, torn anywhere; where the log had room, zeros lie there."""
    desk = stores.lone_desk(tmp_path)
    record(desk, patient(), appointment(), charge(cents=100_000_000))
    log = desk.path.with_name("desk.db-wal")
    if room:
        desk.keep_room()
    begin, told, synced = end_of_log(log), list[str](), list[int]()
    for _ in range(COPAYS):
        with desk.write() as tx:
            told.append(take_copay(tx))
        synced.append(end_of_log(log))  # synchronous=FULL: on the disk when the commit returns
    file, grown = desk.path.read_bytes(), log.read_bytes()
    desk.close()
    assert begin < synced[0] < synced[-1] <= len(grown)
    chance = random.Random(7)
    for number in range(30):
        known = chance.randint(1, COPAYS - 1)
        tail = bytearray(grown[synced[known - 1] : chance.randint(synced[known - 1], len(grown))])
        for sector in range(0, len(tail), 512):
            if chance.random() < 0.2:
                tail[sector : sector + 512] = bytes(len(tail[sector : sector + 512]))
        image = tmp_path / f"image-{number}"
        image.mkdir()
        (image / "desk.db").write_bytes(file)
        (image / "desk.db-wal").write_bytes(grown[: synced[known - 1]] + tail + bytes(room * 100_000))
        again = DeskStore.open(image / "desk.db", KEY, stores.clock())
        there = {row[0] for row in ask(again, "SELECT payment_id FROM payment")}
        assert set(told[:known]) <= there
        assert again.verify(deep=number % 10 == 0) == []
        again.close()
        shutil.rmtree(image)
