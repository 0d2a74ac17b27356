"""The store is looked after while the desk is open: checked after the start, room kept, alarms where a person looks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from app.backup import Backups, note
from app.care import Care
from app.clinic import Clinic
from app.folders import Folders
from app.reserve import MOST_BYTES, Reserve
from app.secrets import Secrets
from app.settings import Settings
from models.basics.clock import FixedClock, utc_text
from models.store.desk import DeskStore
from models.store.log_room import ROOM
from tests.support import stores
from tests.unit.models.store.takings import appointment, charge, patient, record, take_copay

ROOT = Path(__file__).resolve().parents[3]


def care_of(store: DeskStore, home: Path, clock: FixedClock) -> Care:
    """What looks after a store in `home`."""
    folders = Folders(home)
    settings = Settings.load(folders.settings)
    return Care(Clinic(store, clock), folders, Backups(folders, settings, Secrets(folders, settings), clock))


@pytest.fixture
def store(tmp_path: Path) -> DeskStore:
    """A desk's store with payments that wait."""
    made = stores.lone_desk(tmp_path)
    record(made, patient(), appointment(), charge(cents=50_000))
    with made.write() as tx:
        take_copay(tx)
    return made


def test_all_is_well(store: DeskStore, tmp_path: Path) -> None:
    care = care_of(store, tmp_path, stores.clock())
    assert care.checked is None
    check = care.check()
    assert (check.failures, check.error) == ((), "")
    assert care.items() == ()
    store.close()


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        ("UPDATE account SET pending_debits = pending_debits + 1 WHERE id LIKE 'CASH:%'", ("I1", "I18", "I2")),
        ("UPDATE transfer SET code = 'other' WHERE seq = 0", ("I18",)),
        ("INSERT INTO log (tenant, seq, op_id) VALUES ('clinic', 5, 'x')", ("I21",)),
    ],
)
def test_books_that_do_not_hold_are_told_and_not_put_aside(
    broken: str, found: tuple[str, ...], store: DeskStore, tmp_path: Path
) -> None:
    with store.write() as tx:
        tx.session.run(broken)
    care = care_of(store, tmp_path, stores.clock())
    heard: list[str] = []
    care.subscribe(lambda: heard.append("told"))
    assert care.check().failures == found
    (item,) = care.items()
    assert (item.kind, item.facts["invariant"]) == ("books_wrong", ", ".join(found))
    assert heard
    store.close()


def test_the_check_changes_nothing(store: DeskStore, tmp_path: Path) -> None:
    before = store.verify(deep=True)
    pending = store.pending_count()
    care_of(store, tmp_path, stores.clock()).check()
    assert store.verify(deep=True) == before == []
    assert store.pending_count() == pending
    store.close()


def test_a_store_that_cannot_be_read_is_an_error_of_the_check(store: DeskStore, tmp_path: Path) -> None:
    care = care_of(store, tmp_path, stores.clock())
    store.close()
    assert care.check().error == "store.closed"


def test_an_old_backup_stands_until_there_is_a_new_one(store: DeskStore, tmp_path: Path) -> None:
    clock = stores.clock()
    care = care_of(store, tmp_path, clock)
    note(Folders(tmp_path), last_good_at=utc_text(clock.now() - timedelta(days=9)))
    (item,) = care.items()
    assert (item.kind, item.words, item.facts["days"]) == ("backup_old", "backup.alarm_old", 9)
    note(Folders(tmp_path), last_good_at=utc_text(clock.now()))
    assert care.items() == ()
    store.close()


def test_room_is_kept_behind_the_first_screen(store: DeskStore, tmp_path: Path) -> None:
    """For the store's log and in reserve; a store that is closed is no failure of the desk."""
    care = care_of(store, tmp_path, stores.clock())
    care.keep_room()
    assert (tmp_path / "desk.db-wal").stat().st_size == ROOM
    care.reserve.give()
    store.close()
    care.keep_room()
    assert care.reserve.give()


# The reserve ------------------------------------------------------------------------------------------------------


def test_the_reserve_takes_real_room_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    reserve = Reserve(tmp_path / "reserve")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage._replace(free=200 << 20))
    assert reserve.keep() == reserve.keep() == reserve.size() == 4 << 20  # a fiftieth on a small disk
    assert (tmp_path / "reserve").stat().st_blocks * 512 >= 4 << 20
    assert reserve.give()
    assert not reserve.give()
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage._replace(free=1 << 40))
    assert reserve.keep() == MOST_BYTES
    assert sorted(found.name for found in tmp_path.iterdir()) == ["reserve"]


_ON_SMALL_DISK = """
import shutil, sys
from pathlib import Path
from models.basics.errors import StorageError
from models.store import log_room
from tests.support import stores
from tests.unit.app.test_care import care_of
from tests.unit.models.store.takings import *

home = Path(sys.argv[1])
store = stores.lone_desk(home)
record(store, patient(), appointment(), charge(cents=10_000_000))
care = care_of(store, home, stores.clock())
kept = 2 << 20
(home / "reserve").write_bytes(bytes(kept))
(home / "ballast").write_bytes(bytes(2 << 20))
free, log_room._SHARE = shutil.disk_usage(home).free, 0
store.keep_room()
untouched = shutil.disk_usage(home).free == free < log_room.ROOM
told = taken = after = 0
key = ""
while not key and taken < 5000:
    try:
        with store.write() as tx:
            take_copay(tx)
        taken += 1
    except StorageError as error:
        key = error.message_key
for _ in range(20):
    with store.write() as tx:
        take_copay(tx)
    after += 1
there = ask(store, "SELECT count(*) FROM payment")[0][0]
kinds = [item.kind for item in care.items()]
print(untouched, key, there == taken + after, kinds == ["disk_full"], len(store.verify(deep=True)))
"""


def test_f16_a_full_disk_gives_its_reserve_and_the_day_is_finished(tmp_path: Path) -> None:
    """A file system of its own, filled up copay by copay: the one that meets its end is taken back whole, the next
    twenty are taken in the room that was kept. Room ahead for the log is tried first, and takes nothing."""
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid() != 0:
        pytest.skip("making a small file system needs root and unshare")
    probe = subprocess.run([unshare, "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], check=False,
                           capture_output=True)  # fmt: skip
    if probe.returncode:
        pytest.skip("this container may not mount")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = f'mount -t tmpfs -o size=6m none {disk} && exec {sys.executable} -c "$CODE" {disk}'
    done = subprocess.run([unshare, "--mount", "sh", "-c", mounted], env={**os.environ, "CODE": _ON_SMALL_DISK},
                          cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)  # fmt: skip
    assert done.stdout.split() == ["True", "care.reserve_used", "True", "True", "0"], done.stderr[-2000:]
