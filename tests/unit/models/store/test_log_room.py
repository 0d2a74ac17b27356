"""Room ahead in the write-ahead log: given while nobody writes, never over a frame, and used again from its start.

What a power cut leaves of it: `test_power_loss`.
"""

from __future__ import annotations

import errno
import shutil
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from models.store import checkpoints, log_room
from models.store.checkpoints import LARGEST, WRITES
from models.store.desk import DeskStore
from models.store.log_room import ROOM, make_room
from models.store.reading import connect
from tests.support import stores
from tests.support.stores import KEY
from tests.unit.models.store.takings import appointment, ask, charge, patient, record, take_copay


def log_of(store: DeskStore) -> Path:
    """The write-ahead log of a store."""
    return store.path.with_name(store.path.name + "-wal")


@pytest.fixture
def store(tmp_path: Path) -> DeskStore:
    """A desk's store with a visit."""
    made = stores.lone_desk(tmp_path)
    record(made, patient(), appointment(), charge(cents=100_000_000))
    return made


def test_what_is_written_is_kept_and_the_rest_is_zeros_on_the_disk(store: DeskStore) -> None:
    written = log_of(store).read_bytes()
    store.keep_room()
    store.keep_room()
    assert log_of(store).read_bytes() == written + bytes(ROOM - len(written))
    assert log_of(store).stat().st_blocks * 512 >= ROOM  # a hole would be no room
    with store.write() as tx:
        payment_id = take_copay(tx)
    assert ask(store, "SELECT payment_id FROM payment") == [(payment_id,)]
    assert store.verify(deep=True) == []
    store.close()
    assert not log_of(store).exists()


def test_nobody_writes_while_room_is_made(store: DeskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even another connection: a frame it adds could be covered with zeros."""
    other, met = connect(store.path, KEY, busy_ms=0), list[str]()

    def watched(log: Path) -> bool:
        try:
            other.execute("BEGIN IMMEDIATE")
        except Exception as error:
            met.append(str(error))
        return make_room(log)

    monkeypatch.setattr(checkpoints, "make_room", watched)
    store.keep_room()
    assert met == ["database is locked"]
    other.execute("BEGIN IMMEDIATE")  # and it is free again
    other.close()
    store.close()


def test_a_log_that_has_room_begins_again_from_its_start(store: DeskStore) -> None:
    """Although writers are never idle; how soon the other thread gets its moment is not said."""
    store.keep_room()
    begun = set[bytes]()
    for turn in range(200 * WRITES):
        record(store, patient(turn % 50))
        with log_of(store).open("rb") as log:
            begun.add(log.read(32)[16:24])  # the salt is another one each time
        if len(begun) == 3:
            break
    assert len(begun) == 3
    assert ROOM <= log_of(store).stat().st_size <= LARGEST
    store.close()


def test_room_is_nothing_that_was_written(store: DeskStore) -> None:
    """The first act after it wakes nobody to carry sixteen mebibytes of zeros."""
    store.keep_room()
    record(store, patient())
    assert store._checkpoints._thread is None
    store.close()


def test_a_new_file_from_a_snapshot_has_room_too(store: DeskStore, tmp_path: Path) -> None:
    store.keep_room()
    twin = stores.lone_desk(tmp_path, "twin")
    twin.close()
    store._swap(twin.path)
    assert not log_of(store).exists()
    record(store, patient())
    assert log_of(store).stat().st_size == ROOM
    store.close()


def test_a_log_after_a_crash_has_room_beside_what_it_holds(store: DeskStore, tmp_path: Path) -> None:
    """The desk died while room was made: part of it is there. The next start keeps what was taken, and goes on."""
    with store.write() as tx:
        payment_id = take_copay(tx)
    left = tmp_path / "left"
    left.mkdir()
    shutil.copyfile(store.path, left / "desk.db")
    (left / "desk.db-wal").write_bytes(log_of(store).read_bytes() + bytes(300_001))
    store.close()
    again = DeskStore.open(left / "desk.db", KEY, stores.clock())
    again.keep_room()
    with again.write() as tx:
        more = take_copay(tx)
    assert {row[0] for row in ask(again, "SELECT payment_id FROM payment")} == {payment_id, more}
    assert again.verify(deep=True) == []
    again.close()


def test_a_small_disk_keeps_its_room(store: DeskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(store.path.parent)
    written = log_of(store).read_bytes()
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage._replace(free=40 * ROOM))
    store.keep_room()
    assert log_of(store).read_bytes() == written
    store.close()


@pytest.mark.parametrize("fails", ["write", "sync"])
def test_f16_a_disk_that_refuses_takes_nothing_from_the_log(
    fails: str, store: DeskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The really full disk: `unit/app/test_care`."""
    written = log_of(store).read_bytes()

    class Full(FileIO):
        def write(self, data: Any) -> int:
            if fails == "write" and self.tell() > 4 << 20:
                raise OSError(errno.ENOSPC, "no space left")
            return super().write(data)

    def refused(_file: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(log_room, "FileIO", Full)
    if fails == "sync":
        monkeypatch.setattr("os.fsync", refused)
    store.keep_room()
    monkeypatch.undo()
    assert log_of(store).read_bytes() == written
    with store.write() as tx:
        take_copay(tx)
    assert store.verify(deep=True) == []
    store.close()


def test_a_hubs_log_has_room_too(tmp_path: Path) -> None:
    hub = stores.sqlite_hub(tmp_path)
    desk = stores.joined_desk(hub, tmp_path)
    [log] = [path for path in tmp_path.glob("*-wal") if path != log_of(desk)]
    written = log.read_bytes()
    hub.keep_room()
    assert log.read_bytes() == written + bytes(ROOM - len(written))
    record(desk, patient(), appointment(), charge())
    stores.sync(hub, desk)
    assert desk.everything_sent()
    assert hub.verify(stores.TENANT, deep=True) == []
    desk.close()
    hub.close()


def test_where_there_is_no_log_there_is_no_room(tmp_path: Path) -> None:
    assert not make_room(tmp_path / "nothing-wal")
    assert list(tmp_path.iterdir()) == []
