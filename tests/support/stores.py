"""Stores for tests: made once a session and copied, so that a test has a fresh one in a few milliseconds."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from models.basics.clock import Clock, FixedClock, SystemClock
from models.operations import records
from models.store.desk import DeskStore
from models.store.engine import sqlite_engine
from models.store.hub import HubStore
from models.store.reading import connect
from models.store.rows import DeskIdentity, DeviceRow
from models.store.upgrade import settle_file

KEY = "5a" * 32
"""Raw key of every test store."""

TENANT = "clinic"
TODAY = "2026-03-16"
PRACTICE = records.Practice(id="practice", name="Larkspur Family Medicine", timezone="America/Denver")


def clock() -> FixedClock:
    """A clock that stands on a Monday morning."""
    return FixedClock(datetime(2026, 3, 16, 15, 0, tzinfo=UTC))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="copaydesk-templates-")


@cache
def _desk_template(key_hex: str) -> Path:
    path = Path(_folder().name) / f"{key_hex[:8]}.db"
    DeskStore.open(path, key_hex).close()
    return path


def open_desk(path: Path, key_hex: str, at: Clock | None = None) -> DeskStore:
    """The desk's store at `path`; where there is none, a copy of one that was made before, which is quicker."""
    if not path.exists():
        shutil.copyfile(_desk_template(key_hex), path)
    return DeskStore.open(path, key_hex, at or SystemClock())


@cache
def _hub_template() -> Path:
    path = Path(_folder().name) / "hub.db"
    HubStore.open(sqlite_engine(path, KEY)).close()
    connection = connect(path, KEY)
    settle_file(connection)
    connection.close()
    return path


def empty_desk(folder: Path, name: str = "desk", at: Clock | None = None) -> DeskStore:
    """A store in `folder` that belongs to nobody yet."""
    return open_desk(folder / f"{name}.db", KEY, at or clock())


def lone_desk(folder: Path, name: str = "desk", at: Clock | None = None, **changes: object) -> DeskStore:
    """A store that belongs to a desk whose hub is not there."""
    store = empty_desk(folder, name, at)
    store.enrol(identity(**changes))
    return store


def identity(**changes: object) -> DeskIdentity:
    """Who `lone_desk` is, with changes."""
    values: dict[str, object] = {
        "tenant": TENANT, "device_id": "device-1", "device_no": 1, "epoch": 1, "desk_name": "Front desk",
        "hub_url": "", "server_epoch": "e0",
    }  # fmt: skip
    return DeskIdentity(**{**values, **changes})  # type: ignore[arg-type]


def sqlite_hub(folder: Path, at: Clock | None = None) -> HubStore:
    """An embedded hub in `folder`, with the tenant TENANT."""
    path = folder / "hub.db"
    shutil.copyfile(_hub_template(), path)
    hub = HubStore.open(sqlite_engine(path, KEY), at or clock(), upgrade=False)
    hub.create_tenant(TENANT, PRACTICE)
    return hub


def join(hub: HubStore, name: str = "Front desk", public_key: str = "a2V5") -> DeviceRow:
    """A new desk of TENANT as its hub knows it."""
    return hub.redeem(hub.new_code(TENANT, name, "operator"), public_key, {"os": "test"})


def revoke(hub: HubStore, device_id: str) -> None:
    """Take a desk out of its practice, as a manager does, where none is at hand."""
    row = hub.device(device_id)
    assert row is not None
    query = "UPDATE device SET revoked_at = '2026-05-14T14:00:00.000Z' WHERE tenant = :tenant AND device_id = :id"
    hub._transaction(lambda session: session.run(query, tenant=row.tenant, id=device_id), row.tenant)


def joined_desk(hub: HubStore, folder: Path, name: str = "desk", at: Clock | None = None) -> DeskStore:
    """A desk's store that has joined `hub` and read nothing yet."""
    row = join(hub, name)
    store = empty_desk(folder, name, at)
    store.enrol(DeskIdentity(
        tenant=row.tenant, device_id=row.device_id, device_no=row.device_no, epoch=row.epoch, desk_name=row.name,
        hub_url="", server_epoch=hub.head(row.tenant).server_epoch,
    ))  # fmt: skip
    return store


def push(desk: DeskStore, hub: HubStore, max_ops: int = 200) -> int:
    """Send everything a desk has; returns how many operations were answered."""
    answered = 0
    while batch := desk.outbox_batch(max_ops, 1 << 20):
        desk.mark_attempted(batch)
        answer = hub.push(desk.tenant, batch)
        desk.acknowledge(answer)
        answered += len(answer.results)
    return answered


def pull(desk: DeskStore, hub: HubStore, limit: int = 1000) -> int:
    """Read everything a hub has; returns how many entries came."""
    came = 0
    while True:
        page = hub.pull(desk.tenant, desk.cursor(), limit)
        desk.apply_page(page)
        came += len(page.entries)
        if not page.has_more:
            return came


def sync(hub: HubStore, *desks: DeskStore) -> None:
    """Push every desk, then let every desk pull."""
    for desk in desks:
        push(desk, hub)
    for desk in desks:
        pull(desk, hub)
