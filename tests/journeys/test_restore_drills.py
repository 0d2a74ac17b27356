"""T7: restore drills with real backups of real files. What was acknowledged comes back, once, from wherever it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.basics.clock import SystemClock
from models.basics.errors import SyncRefused
from models.operations.recovery_key import backup_key, new_recovery_key
from models.store import hub_repair
from models.store.backups import Backup, back_up_database, back_up_store
from models.store.restoring import restore_store
from tests.support.desks import DESK_KEY
from tests.support.hub import (  # noqa: F401
    KEY,
    RunningHub,
    own_sqlite_hub,
    session_postgres_hub,
    sqlite_hub_template,
    sqlite_settings,
)
from tests.support.online import Home, home_at, pay, processor  # noqa: F401
from tests.support.simulators import StripeProcess
from tests.support.stepping import SteppedDesk, hub_log
from tests.support.stores import revoke
from tests.support.waiting import until

SAFE = backup_key(new_recovery_key())
NOW = "2026-03-16T15:00:00.000Z"


@pytest.fixture
def hub(own_sqlite_hub: RunningHub) -> RunningHub:  # noqa: F811
    """A hub on a file of its own."""
    return own_sqlite_hub


@pytest.fixture
def shared(session_postgres_hub: RunningHub) -> RunningHub:  # noqa: F811
    """A hub on PostgreSQL."""
    return session_postgres_hub


@pytest.fixture
def tenant(hub: RunningHub) -> str:
    return hub.practice()


@pytest.fixture
def desks(hub: RunningHub, tenant: str, tmp_path: Path) -> Iterator[tuple[SteppedDesk, SteppedDesk]]:
    made = (SteppedDesk.of(hub, tenant, tmp_path / "a"),
            SteppedDesk.of(hub, tenant, tmp_path / "b", "Desk 2"))  # fmt: skip
    yield made
    for one in made:
        one.close()


def payments(desk: SteppedDesk) -> dict[str, str]:
    """Receipt numbers by payment."""
    with desk.store.reader() as reader:
        return dict(reader.execute("SELECT payment_id, receipt_no FROM payment").fetchall())


def settle(*desks: SteppedDesk) -> None:
    """Everybody to everybody."""
    for one in (*desks, *desks):
        one.settle()


def all_is_well(hub: RunningHub, tenant: str, *desks: SteppedDesk) -> None:
    """Every operation once, every book balanced, everybody the same money and the same history."""
    ids = [entry.op["op_id"] for entry in hub_log(hub, tenant)]
    assert len(ids) == len(set(ids))
    assert hub.store.verify(tenant, deep=True) == []
    for desk in desks:
        assert desk.waiting() == []
        assert desk.failures() == []
        assert desk.store.cursor() == hub.store.head(tenant)
        assert desk.balances() == desks[0].balances()
    numbers = list(payments(desks[0]).values())
    assert len(numbers) == len(set(numbers))


def hub_backup(hub: RunningHub, to: Path) -> Backup:
    """As `copaydesk backup` does it, while the hub serves."""
    return back_up_store(hub.settings.database_path, KEY, "hub", to, SAFE, now=NOW)


def restore_hub(hub: RunningHub, backup: Path) -> None:
    """As `copaydesk restore --replace` does it."""
    hub.stop()
    restore_store(backup, SAFE, hub.settings.database_path, KEY, "hub", SystemClock(), replace=True, stamp="s")
    hub.start()


def desk_backup(desk: SteppedDesk, to: Path) -> Backup:
    """As `copaydesk backup` does it, while the desk works."""
    return back_up_store(desk.store.path, DESK_KEY, "desk", to, SAFE, now=NOW)


def restore_desk(desk: SteppedDesk, backup: Path) -> None:
    """As `copaydesk restore --replace` does it."""
    desk.store.close()
    restore_store(backup, SAFE, desk.folder / "desk.db", DESK_KEY, "desk", SystemClock(), replace=True, stamp="s")
    desk._open()


def test_h11_a_hub_comes_back_from_a_backup_made_while_desks_pushed(
    hub: RunningHub,
    tenant: str,
    desks: tuple[SteppedDesk, SteppedDesk],
    tmp_path: Path,
) -> None:
    desk, other = desks
    known = desk.acts(2)
    settle(desk, other)
    taken: list[str] = []
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set() or len(taken) < 3:
            taken.extend(desk.acts(1))
            desk.push()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        made = hub_backup(hub, tmp_path / "hub.backup")
    finally:
        stop.set()
        worker.join()
    settle(desk, other)
    later = other.acts(4)
    settle(other, desk)
    before = hub.store.head(tenant).seq
    restore_hub(hub, tmp_path / "hub.backup")
    assert hub.store.head(tenant).seq == made.manifest.heads[0].seq < before
    settle(desk, other)
    assert {*known, *taken, *later} == set(payments(desk)) == set(payments(other))
    assert hub.store.head(tenant).seq >= before
    all_is_well(hub, tenant, desk, other)


def test_h11_a_hub_of_postgresql_comes_back_as_one_file_of_its_own(
    shared: RunningHub,
    hub: RunningHub,
    tmp_path: Path,
) -> None:
    """The server is gone; the clinic goes on with an embedded hub on another computer."""
    tenant = shared.practice()
    desk = SteppedDesk.of(shared, tenant, tmp_path / "a")
    known = desk.acts(2)
    settle(desk)
    engine = shared.store._engine
    back_up_database(engine, tmp_path / "hub.backup", SAFE, now=NOW, tenants=[tenant])
    later = desk.acts(3)
    settle(desk)
    shared.hang_up()
    restore_hub(hub, tmp_path / "hub.backup")
    assert hub.store.tenants() == (tenant,)
    desk.store.close()
    desk._hub = hub
    desk._open()
    settle(desk)
    assert {*known, *later} == set(payments(desk))
    all_is_well(hub, tenant, desk)
    desk.close()


def received(home: Home) -> dict[str, tuple[str, int]]:
    """(number, cents) of what was paid from home, by the processor's own name for it."""
    found = home.entries("online.receive")
    told = {each["intent"]: (each["number"], each["amount_cents"]) for each in found}
    assert len(told) == len(found), "each once"
    return told


def test_h11_money_from_home_comes_back_once_from_desks_and_from_the_processor(
    hub: RunningHub,
    processor: StripeProcess,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Paid before the backup, paid and given back after it and known to a desk, paid after it and known to nobody but
    the processor: the restored hub has all of it once, under the numbers the payers were told."""
    with home_at(hub, processor) as home:
        desk = SteppedDesk.of(hub, home.tenant, tmp_path / "a")
        cents = [1_000, 1_200, 1_300]

        def paid(count: int) -> None:
            pay(home.begin(cents[count - 1]).url)
            until(lambda: len(received(home)) == count)

        paid(1)
        desk.settle()
        hub_backup(hub, tmp_path / "hub.backup")
        paid(2)
        first = home.entries("online.receive")[0]
        line = home.money.line(home.tenant)
        line.call(lambda it: it.v1.refunds.create({"payment_intent": first["intent"], "amount": 400}))
        until(lambda: len(home.entries("online.return")) == 1)
        desk.settle()
        paid(3)
        told, back = received(home), home.entries("online.return")
        restore_hub(hub, tmp_path / "hub.backup")
        home.look_after()
        assert list(received(home).values()) == [("WEB-00001", 1_000)], "it first hears what its desks know"
        assert home.entries("online.return") == []
        settle(desk)
        assert [number for number, _ in received(home).values()] == ["WEB-00001", "WEB-00002"]
        monkeypatch.setattr(hub_repair, "AFTER_RESTORE", timedelta(0))  # ten minutes later

        def whole() -> bool:
            home.look_after()
            return len(received(home)) == 3 and len(home.entries("online.return")) == 1

        until(whole)
        settle(desk)
        assert received(home) == told
        assert [each["reference"] for each in home.entries("online.return")] == [each["reference"] for each in back]
        assert processor.captured_cents() == sum(cents) - 400
        verdicts = {entry.verdict for entry in hub_log(hub, home.tenant)}
        assert verdicts == {"accepted"}, "nothing is said in two ways"
        all_is_well(hub, home.tenant, desk)
        desk.close()


def test_h8_a_desk_comes_back_from_last_nights_backup(
    hub: RunningHub,
    tenant: str,
    desks: tuple[SteppedDesk, SteppedDesk],
    tmp_path: Path,
) -> None:
    desk, other = desks
    known = desk.acts(2)
    settle(desk, other)
    waited = desk.acts(1)  # not yet at the hub when the backup is made
    assert desk_backup(desk, tmp_path / "desk.backup").manifest.waiting > 0
    lost_here = desk.acts(3)
    settle(desk, other)
    restore_desk(desk, tmp_path / "desk.backup")
    assert set(payments(desk)) == {*known, *waited}
    fresh = desk.acts(2)  # on receipt numbers that were given out before
    settle(desk, other)
    assert {*known, *waited, *lost_here, *fresh} == set(payments(desk)) == set(payments(other))
    all_is_well(hub, tenant, desk, other)


def test_h8_h11_desk_and_hub_come_back_together(
    hub: RunningHub,
    tenant: str,
    desks: tuple[SteppedDesk, SteppedDesk],
    tmp_path: Path,
) -> None:
    """The computer that hosts the hub is replaced; the other desk still knows what came after."""
    desk, other = desks
    known = [*desk.acts(2), *other.acts(1)]
    settle(desk, other)
    hub_backup(hub, tmp_path / "hub.backup")
    desk_backup(desk, tmp_path / "desk.backup")
    later = [*desk.acts(3), *other.acts(2)]
    settle(desk, other)
    restore_desk(desk, tmp_path / "desk.backup")
    restore_hub(hub, tmp_path / "hub.backup")
    settle(other, desk)
    fresh = desk.acts(1)
    settle(desk, other)
    assert {*known, *later, *fresh} == set(payments(desk)) == set(payments(other))
    all_is_well(hub, tenant, desk, other)


def test_h9_one_backup_on_two_computers_is_kept_apart(
    hub: RunningHub,
    tenant: str,
    desks: tuple[SteppedDesk, SteppedDesk],
    tmp_path: Path,
) -> None:
    desk, _ = desks
    desk.acts(1)
    settle(desk)
    desk_backup(desk, tmp_path / "desk.backup")
    (tmp_path / "twin").mkdir()
    restore_store(tmp_path / "desk.backup", SAFE, tmp_path / "twin" / "desk.db", DESK_KEY, "desk", SystemClock(),
                  replace=False, stamp="s")  # fmt: skip
    twin = desk.copy(tmp_path / "twin")
    first, second = desk.acts(1), twin.acts(1)
    desk.push()
    twin.settle()  # looks like a desk that was restored
    desk.acts(1)
    with pytest.raises(SyncRefused, match="cloned"):
        desk.push()
    twin.close()
    apart = hub.store.repairs.apart(tenant)
    there = {entry.op["body"].get("payment_id") for entry in hub_log(hub, tenant)}
    assert {*first, *second} <= there  # money of both is kept
    assert all(row.reason == "running_twice" for row in apart)
    assert hub.store.verify(tenant, deep=True) == []


def test_f32_a_revoked_desk_that_was_restored_reaches_quarantine_alone(
    hub: RunningHub,
    tenant: str,
    desks: tuple[SteppedDesk, SteppedDesk],
    tmp_path: Path,
) -> None:
    """A stolen computer's backup restored elsewhere reads nothing new, and what it says is looked at first."""
    desk, other = desks
    settle(desk, other)
    desk_backup(desk, tmp_path / "desk.backup")
    revoke(hub.store, desk.member.identity.device_id)
    hub.hub.auth.forget(desk.member.identity.device_id)  # as the route does that a manager's desk asks
    news = other.acts(1)
    settle(other)
    restore_desk(desk, tmp_path / "desk.backup")
    own = desk.acts(1)
    with pytest.raises(SyncRefused):
        desk.settle()
    assert not set(news) & set(payments(desk))
    assert not set(own) & set(payments(other))
    assert hub.store.verify(tenant, deep=True) == []
