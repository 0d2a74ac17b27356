"""A store whose key is missing or wrong, that is damaged, locked or on a full disk: told, and nothing half-written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.basics.errors import StorageError
from models.store.desk import DeskStore
from models.store.reading import connect
from tests.support import stores
from tests.support.stores import KEY
from tests.unit.models.store.takings import appointment, ask, charge, patient, record, take_copay

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize("key", ["", "abc", "G" * 64, "A" * 64, "a" * 63, "a" * 65])
def test_a_key_that_is_none(key: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"store\.key_missing"):
        DeskStore.open(tmp_path / "desk.db", key)
    assert list(tmp_path.iterdir()) == []


def test_the_wrong_key_changes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    store = stores.lone_desk(tmp_path)
    record(store, patient())
    store.close()
    before = store.path.read_bytes()
    with pytest.raises(StorageError, match=r"store\.key_wrong"):
        DeskStore.open(store.path, "0" * 64)
    assert store.path.read_bytes() == before
    assert b"Quillfeather" not in before
    assert capfd.readouterr() == ("", "")  # the library's own complaints stay out of the terminal


def test_a_file_that_is_something_else(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(StorageError, match=r"store\.key_wrong"):
        DeskStore.open(path, KEY)
    assert path.read_bytes() == b"Dear diary, " * 1000


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"store\.not_reachable"):
        DeskStore.open(tmp_path / "nowhere" / "desk.db", KEY)


def test_damage_inside_is_seen_when_it_is_met(tmp_path: Path) -> None:
    store = stores.lone_desk(tmp_path)
    record(store, *(patient(n) for n in range(1500)))
    store.close()
    raw = bytearray(store.path.read_bytes())
    for page in range(1, len(raw) // 4096):
        raw[page * 4096 + 100 : page * 4096 + 140] = bytes(40)
    store.path.write_bytes(raw)
    with pytest.raises(StorageError, match=r"store\.(damaged|key_wrong|disk_error)"):
        damaged = DeskStore.open(store.path, KEY)
        try:
            ask(damaged, "SELECT family, phone, mrn FROM patient")
        finally:
            damaged.close()


def test_deep_verify_names_damage(tmp_path: Path) -> None:
    """Money changed behind the program's back is named by the invariant it breaks."""
    store = stores.lone_desk(tmp_path)
    record(store, patient(), appointment(), charge())
    with store.write() as tx:
        take_copay(tx)
    with store.write() as tx:
        tx.session.run("UPDATE account SET pending_debits = pending_debits + 1 WHERE id = 'CASH:drawer-1'")
    assert {failure.invariant for failure in store.verify(deep=True)} == {"I1", "I2", "I18"}
    store.close()


def test_a_locked_store_is_tried_again_and_then_told(tmp_path: Path) -> None:
    store = stores.lone_desk(tmp_path)
    record(store, patient())
    impatient = DeskStore.open(store.path, KEY, stores.clock(), busy_ms=30)
    holder = connect(store.path, KEY)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match=r"store\.locked") as caught:
        record(impatient, patient(2))
    assert caught.value.retry
    assert ask(impatient, "SELECT count(*) FROM patient") == [(1,)]  # reading goes on
    holder.execute("ROLLBACK")
    holder.close()
    record(impatient, patient(2))
    impatient.close()
    store.close()


def test_a_full_disk_takes_the_whole_copay_back(desk: DeskStore) -> None:
    record(desk, patient(), appointment(), charge())
    with desk.write() as tx:
        pages = tx.session.one("PRAGMA page_count")[0]
        tx.session.rows(f"PRAGMA max_page_count = {pages + 1}")
    counts = (
        "SELECT (SELECT count(*) FROM payment), (SELECT count(*) FROM outbox), (SELECT count(*) FROM print_job), "
        "(SELECT count(*) FROM transfer), (SELECT receipt_count FROM stream)"
    )
    taken = 0
    with pytest.raises(StorageError, match=r"store\.disk_full"):
        while True:
            before = ask(desk, counts)
            with desk.write() as tx:
                take_copay(tx, spend=1)
            taken += 1
    assert ask(desk, counts) == before
    assert desk.verify(deep=True) == []
    with desk.write() as tx:
        tx.session.rows("PRAGMA max_page_count = 1000000")
    with desk.write() as tx:
        take_copay(tx, spend=1)  # room again: it goes on where it was
    assert ask(desk, "SELECT count(*) FROM payment") == [(taken + 1,)]
    assert desk.verify(deep=True) == []


def test_a_disk_full_swallowed_by_the_caller_still_takes_everything_back(desk: DeskStore) -> None:
    """SQLite ends the transaction by itself when the disk is full: what follows must not be committed alone."""
    record(desk, patient(), appointment(), charge())
    with desk.write() as tx:
        pages = tx.session.one("PRAGMA page_count")[0]
        tx.session.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match=r"store\.disk_full"), desk.write() as tx:
        try:
            for n in range(2000):
                tx.set_meta(f"filler-{n}", "x" * 4000)
        except Exception:
            pass
        take_copay(tx)
    assert ask(desk, "SELECT count(*) FROM meta WHERE key LIKE 'filler%'") == [(0,)]
    assert ask(desk, "SELECT count(*) FROM payment") == [(0,)]


_ON_SMALL_DISK = """
import sys
from pathlib import Path
from models.basics.errors import StorageError
from tests.support import stores
from tests.unit.models.store.takings import *

store = stores.lone_desk(Path(sys.argv[1]))
record(store, patient(), appointment(), charge())
taken = 0
try:
    while taken < 5000:
        with store.write() as tx:
            take_copay(tx, spend=1)
        taken += 1
except StorageError as error:
    print(error.message_key, taken, ask(store, "SELECT count(*) FROM payment")[0][0], len(store.verify(deep=True)))
"""


def test_a_disk_that_really_is_full(tmp_path: Path) -> None:
    """A file system of three megabytes of its own, filled up copay by copay."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = f'mount -t tmpfs -o size=3m none {disk} && exec {sys.executable} -c "$CODE" {disk}'
    said = _in_own_mounts(mounted)
    key, taken, there, failures = said.split()
    assert key in {"store.disk_full", "store.disk_error"}
    assert int(taken) == int(there) > 0
    assert failures == "0"


def _in_own_mounts(command: str) -> str:
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid() != 0:
        pytest.skip("making a small file system needs root and unshare; the page limit test covers the same path")
    probe = subprocess.run(
        [unshare, "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], check=False, capture_output=True
    )
    if probe.returncode:
        pytest.skip("this container may not mount; the page limit test covers the same path")
    done = subprocess.run(
        [unshare, "--mount", "sh", "-c", command], env={**os.environ, "CODE": _ON_SMALL_DISK}, cwd=ROOT,
        capture_output=True, text=True, check=True, timeout=100,
    )  # fmt: skip
    return done.stdout


def test_no_secret_in_what_is_said(tmp_path: Path) -> None:
    store = stores.lone_desk(tmp_path)
    store.close()
    with pytest.raises(StorageError) as caught:
        DeskStore.open(store.path, "1" * 64)
    assert "1111" not in str(caught.value) + repr(caught.value.facts)


def test_a_store_that_vanished(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"store\.missing"):
        connect(tmp_path / "desk.db", KEY, read_only=True)
