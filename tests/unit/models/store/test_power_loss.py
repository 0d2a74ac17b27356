"""T4: the power fails at any moment (F15). What was told as taken is there when the disk comes back, and all adds up.

The statements of a real desk's store are replayed on a disk that records every write and every sync; SQLCipher's own
files are cut and torn besides.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import pytest

from models.store.desk import DeskStore
from models.store.engine import sqlite_engine
from models.store.reading import connect
from tests.support import stores
from tests.support.power import Recorder
from tests.support.stores import KEY
from tests.unit.models.store.takings import appointment, ask, charge, patient, record, take_copay

COPAYS, IMAGES = 60, 500
CHECKPOINT_AFTER = 12
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


def live(day: Day, folder: Path, synchronous: int | str) -> tuple[Recorder, dict[str, bytes]]:
    """The same day on a recording disk; the file before it, and all that happened."""
    path = folder / "desk.db"
    shutil.copyfile(day.base, path)
    opened = apsw.Connection(str(path))
    opened.execute("PRAGMA journal_mode = WAL")
    opened.close()
    base = {path.name: path.read_bytes()}
    recorder = Recorder(folder)
    vfs = recorder.vfs(f"recording-{folder.name}")
    connection = apsw.Connection(str(path), vfs=f"recording-{folder.name}")
    try:
        # A recording file shares no memory with others; alone, the log is written and synced just the same.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        for text in day.statements:
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
    return recorder, base


def lost_and_damaged(day: Day, folder: Path, synchronous: int | str, images: int) -> tuple[int, int, int]:
    """Over so many cuts: how many lost something that was told, how many are damaged, and how much was told in all."""
    recorder, base = live(day, folder, synchronous)
    chance, lost, damaged, told_in_all = random.Random(41), 0, 0, 0
    for number in range(images):
        image = folder / f"image-{number}"
        told = recorder.image(base, chance.randint(1, len(recorder.events)), chance, image)
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


def test_five_hundred_power_cuts_lose_nothing_that_was_told(day: Day, tmp_path: Path) -> None:
    lost, damaged, told = lost_and_damaged(day, tmp_path, day.pragmas["synchronous"], IMAGES)
    assert (lost, damaged) == (0, 0)
    assert told > IMAGES * COPAYS // 4


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


def test_sqlcipher_after_a_cut_opens_with_all_that_was_told(tmp_path: Path) -> None:
    """The real, encrypted files. Between two commits the log only grows: an image is the log up to the last sync, and
    of what came after it any part, torn anywhere."""
    desk = stores.lone_desk(tmp_path)
    record(desk, patient(), appointment(), charge(cents=100_000_000))
    log = desk.path.with_name("desk.db-wal")
    begin, told, synced = log.stat().st_size, list[str](), list[int]()
    for _ in range(COPAYS):
        with desk.write() as tx:
            told.append(take_copay(tx))
        synced.append(log.stat().st_size)  # synchronous=FULL: on the disk when the commit returns
    file, grown = desk.path.read_bytes(), log.read_bytes()
    desk.close()
    assert begin < synced[0] < synced[-1] == len(grown)
    chance = random.Random(7)
    for number in range(60):
        known = chance.randint(1, COPAYS - 1)
        tail = bytearray(grown[synced[known - 1] : chance.randint(synced[known - 1], len(grown))])
        for sector in range(0, len(tail), 512):
            if chance.random() < 0.2:
                tail[sector : sector + 512] = bytes(len(tail[sector : sector + 512]))
        image = tmp_path / f"image-{number}"
        image.mkdir()
        (image / "desk.db").write_bytes(file)
        (image / "desk.db-wal").write_bytes(grown[: synced[known - 1]] + tail)
        again = DeskStore.open(image / "desk.db", KEY, stores.clock())
        there = {row[0] for row in ask(again, "SELECT payment_id FROM payment")}
        assert set(told[:known]) <= there
        assert again.verify(deep=number % 10 == 0) == []
        again.close()
        shutil.rmtree(image)
