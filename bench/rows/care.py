"""Care of data: the check after a start, and a backup made while a desk works."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.measure import Row, spread
from models.basics.clock import SystemClock, utc_text
from models.operations.recovery_key import backup_key, new_recovery_key
from models.store.backups import back_up_store
from models.store.desk import DeskStore
from models.store.engine import sqlite_engine
from models.store.hub import HubStore
from tests.support import stores
from tests.unit.models.store.takings import appointment, charge, patient, record, take_copay

OPERATIONS = 100_000
A_TURN = 500
ROUNDS = 5


@contextmanager
def busy_clinic(operations: int = OPERATIONS) -> Iterator[tuple[DeskStore, Path]]:
    """A desk that has taken so many operations through its own store and a hub, a few still waiting."""
    with tempfile.TemporaryDirectory(prefix="copaydesk-care-") as name:
        folder = Path(name)
        hub = HubStore.open(sqlite_engine(folder / "hub.db", stores.KEY), SystemClock())
        hub.create_tenant(stores.TENANT, stores.PRACTICE)
        desk = stores.joined_desk(hub, folder, at=SystemClock())
        record(desk, *(each for n in range(1, 201) for each in (patient(n), appointment(n), charge(n, 10_000_000))))
        done = 600
        while done < operations:
            with desk.write() as tx:
                for n in range(A_TURN // 2):
                    take_copay(tx, 1 + n % 200)
            done += A_TURN
            stores.push(desk, hub, 1000)
            stores.pull(desk, hub, 2000)
        with desk.write() as tx:
            for n in range(20):
                take_copay(tx, 1 + n)
        yield desk, folder
        hub.close()
        desk.close()


def check_at_start() -> Row:
    """What runs behind the first screen: every page, I1–I5, I18, on 100,000 operations."""
    taken, cpu = [], []
    with busy_clinic() as (desk, folder):
        for _ in range(ROUNDS):
            started, worked = time.perf_counter(), time.process_time()
            failures = desk.check_quickly()
            taken.append(time.perf_counter() - started)
            cpu.append(time.process_time() - worked)
            assert failures == [], failures
        size = (folder / "desk.db").stat().st_size >> 20
    return Row("check after the start, 100,000 ops", spread(taken), "limit of the specification", target_ms=3_000,
               figures={"MiB": size, "operations": OPERATIONS, "cpu ms": int(median(cpu) * 1000)})  # fmt: skip


def backup_beside_work() -> Row:
    """A copay taken while a backup of 20,000 operations is made and checked in the same process: the worst case, since
    the program makes it in another."""
    with busy_clinic(20_000) as (desk, folder):
        key, waits = backup_key(new_recovery_key()), []
        alone = [_copay(desk) for _ in range(200)]
        started = time.perf_counter()
        maker = threading.Thread(target=back_up_store, kwargs={
            "path": desk.path, "key_hex": stores.KEY, "kind": "desk", "to": folder / "to" / "a.backup",
            "backup_key": key, "now": utc_text(SystemClock().now()),
        })  # fmt: skip
        maker.start()
        while maker.is_alive():
            waits.append(_copay(desk))
        took_s = time.perf_counter() - started
    return Row("a copay while a backup is made", spread(waits), "the same copay alone", spread(alone),
               figures={"backup s": round(took_s, 2), "copays meanwhile": len(waits)})  # fmt: skip


def _copay(desk: DeskStore) -> float:
    started = time.perf_counter()
    with desk.write() as tx:
        take_copay(tx)
    return time.perf_counter() - started


ROWS = {"check after the start": check_at_start, "copay while a backup is made": backup_beside_work}
