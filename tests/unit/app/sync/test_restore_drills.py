"""Restore drills on files (T7): a desk's or a hub's file of another moment comes back; no fact is lost or doubled."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.basics.errors import SyncRefused
from tests.support.hub import RunningHub, own_sqlite_hub, sqlite_hub_template, sqlite_settings  # noqa: F401
from tests.support.stepping import SteppedDesk, hub_log
from tests.support.stores import revoke

Day = tuple[RunningHub, str, SteppedDesk, SteppedDesk, Path]


@pytest.fixture
def day(own_sqlite_hub: RunningHub, tmp_path: Path) -> Iterator[Day]:  # noqa: F811
    """A clinic with two desks in the middle of a day."""
    tenant = own_sqlite_hub.practice()
    desks = [SteppedDesk.of(own_sqlite_hub, tenant, tmp_path / name, name) for name in "ab"]
    for desk in (*desks, desks[0]):
        desk.acts(2)
        desk.settle()
    yield own_sqlite_hub, tenant, desks[0], desks[1], tmp_path
    for desk in desks:
        desk.close()


def keep(hub: RunningHub, to: Path) -> Path:
    """A copy of the hub's file."""
    hub.stop()
    shutil.copyfile(hub.settings.database_path, to)
    hub.start()
    return to


def put_back(hub: RunningHub, tenant: str, copy: Path) -> None:
    """The hub's file of another moment, and a new epoch."""
    hub.stop()
    for suffix in ("-wal", "-shm"):
        hub.settings.database_path.with_name(f"hub.db{suffix}").unlink(missing_ok=True)
    shutil.copyfile(copy, hub.settings.database_path)
    hub.start()
    hub.store.begin_epoch(tenant)


def taken(hub: RunningHub, tenant: str) -> list[str]:
    """The payments the hub knows, in the order of its log."""
    return [entry.op["body"]["payment_id"] for entry in hub_log(hub, tenant) if entry.op["kind"] == "payment.collect"]


def holds(hub: RunningHub, tenant: str, paid: list[str], *desks: SteppedDesk) -> None:
    """Every payment once, everything holds, all agree."""
    for _ in range(2):
        for desk in desks:
            desk.settle()
    assert sorted(taken(hub, tenant)) == sorted(paid)
    assert hub.store.verify(tenant, deep=True) == []
    for desk in desks:
        assert desk.waiting() == []
        assert desk.failures() == []
        assert desk.balances() == desks[0].balances()


def test_t7_1_a_desk_of_before_with_nothing_new(day: Day) -> None:
    hub, tenant, desk, other, folder = day
    image = desk.image(folder / "image")
    desk.acts(3)
    desk.settle()
    desk.restore(image)
    holds(hub, tenant, taken(hub, tenant), desk, other)
    assert len(taken(hub, tenant)) == 9


def test_t7_2_a_desk_of_before_that_took_money_before_it_asked(day: Day) -> None:
    hub, tenant, desk, other, folder = day
    image = desk.image(folder / "image")
    desk.acts(3)
    desk.settle()
    before = taken(hub, tenant)
    desk.restore(image)
    holds(hub, tenant, [*before, *desk.acts(2)], desk, other)


def test_t7_3_a_copy_of_a_desk_beside_it(day: Day) -> None:
    hub, tenant, desk, other, folder = day
    twin = desk.copy(desk.image(folder / "twin"))
    known = taken(hub, tenant)
    counted = desk.acts(1)
    desk.push()
    counted += twin.acts(1)
    twin.push()
    apart = desk.acts(1)
    with pytest.raises(SyncRefused, match="cloned"):
        desk.push()
    desk.push()
    other.settle()
    assert sorted(taken(hub, tenant)) == sorted([*known, *counted])
    kept = {row.op["body"].get("payment_id") for row in hub.store.repairs.apart(tenant)}
    assert set(apart) <= kept  # not a cent is gone, and none counts twice
    twin.close()


def test_t7_4_a_revoked_desk_with_money_nobody_knew_of(day: Day) -> None:
    hub, tenant, desk, other, _ = day
    known = taken(hub, tenant)
    apart = desk.acts(2)
    revoke(hub.store, desk.member.identity.device_id)
    hub.hub.auth.forget(desk.member.identity.device_id)
    desk.push()
    assert desk.store.everything_sent()
    other.settle()
    assert taken(hub, tenant) == [*known, *apart]  # in the log, and posted nowhere
    assert {row.op["body"].get("payment_id") for row in hub.store.repairs.apart(tenant)} >= set(apart)
    with other.store.reader() as reader:
        shown = {row[0] for row in reader.execute("SELECT payment_id FROM payment").fetchall()}
    assert shown == set(known)


def test_t7_5_a_hub_of_before(day: Day) -> None:
    hub, tenant, desk, other, folder = day
    copy = keep(hub, folder / "hub.copy")
    for one in (desk, other):
        one.acts(3)
        one.settle()
    before = taken(hub, tenant)
    put_back(hub, tenant, copy)
    holds(hub, tenant, before, desk, other)


def test_t7_6_a_hub_and_a_desk_of_before_at_once(day: Day) -> None:
    hub, tenant, desk, other, folder = day
    copy, image = keep(hub, folder / "hub.copy"), desk.image(folder / "image")
    desk.acts(2)
    desk.settle()
    other.acts(1)
    other.settle()
    before = taken(hub, tenant)
    put_back(hub, tenant, copy)
    desk.restore(image)
    fresh = desk.acts(1)
    desk.settle()  # knows of nothing that was lost, and the hub neither
    other.settle()  # this one knows all of it
    holds(hub, tenant, [*before, *fresh], other, desk)
