"""Lines that lie, hubs that die, desks that were copied: nothing is lost, nothing doubled, and the cause is named."""

from __future__ import annotations

import random
import shutil
import threading
from pathlib import Path

import pytest

from app.sync.state import SyncState
from models.operations.operation import GENESIS
from models.operations.protocol import Cursor
from models.store.desk import DeskStore
from tests.support.desks import DESK_KEY, ClinicDesk, HubOutside, in_step
from tests.support.fault_proxy import FaultProxy
from tests.support.hub import (
    RunningHub,
    hub,
    until,
)
from tests.support.stores import revoke

__all__ = ["hub"]


@pytest.mark.parametrize("seed", [1])
def test_a_hub_killed_under_load_loses_nothing(outside_hub: HubOutside, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    desks = [ClinicDesk(tmp_path / name, outside_hub.line(name), name) for name in ("a", "b")]
    over = threading.Event()
    taken: list[str] = []
    taking = [threading.Thread(target=_take_until, args=(desk, over, taken)) for desk in desks]
    for thread in taking:
        thread.start()
    try:
        known: set[str] = set()
        for _ in range(3):
            enough = len(desks[0].acknowledged()) + chance.randint(5, 25)
            until(lambda enough=enough: len(desks[0].acknowledged()) >= enough, 20)  # type: ignore[misc]
            for desk in desks:
                known |= desk.acknowledged()
            outside_hub.kill()
        over.set()
        for thread in taking:
            thread.join(20)
        until(lambda: in_step(*desks), 30)
        log = desks[0].log_ids()
        assert known <= set(log)  # what the hub had answered before it was killed is there
        assert len(log) == len(set(log))
        assert log == desks[1].log_ids()
        assert all(desk.has_payment(payment) for desk in desks for payment in taken)
        assert desks[0].balances() == desks[1].balances()
        assert outside_hub.failures() == []
    finally:
        over.set()
        for desk in desks:
            desk.close()


def _take_until(desk: ClinicDesk, over: threading.Event, taken: list[str]) -> None:
    patient, charge = desk.patient(10_000_000)
    while not over.wait(0.02):
        taken.append(desk.take(patient, charge, 100))


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_lost_cut_and_repeated_answers_change_nothing(hub: RunningHub, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    healed = threading.Event()

    def fault(head: bytes) -> str:
        if healed.is_set() or head.startswith(b"POST /v1/enrol") or chance.random() < 0.6:
            return ""
        return chance.choice(["request lost", "reply lost", "reply lost", "reply cut", "html", "garbage"])

    proxy = FaultProxy(hub.address.port, fault)
    tenant = hub.practice()
    desks = [ClinicDesk(tmp_path / name, hub.line(tenant, name), name, through=proxy.url) for name in ("a", "b")]
    try:
        taken: list[str] = []
        while len(taken) < 15 or len(proxy.met) < 8:  # how many exchanges so many payments are is up to the desks
            assert len(taken) < 200
            desk = desks[len(taken) % 2]
            patient, charge = desk.patient(5_000)
            taken.append(desk.take(patient, charge, 3_000))
            desk.engine.nudge()
            if len(taken) > 15:
                until(lambda: len(proxy.met) >= 8 or all(desk.settled() for desk in desks), 20)
        healed.set()
        for desk in desks:
            desk.engine.nudge()
        until(lambda: in_step(*desks), 20)
        assert len(desks[0].log_ids()) == 1 + len(taken) * 4
        assert desks[0].balances() == desks[1].balances()
        assert all(desk.has_payment(payment) for desk in desks for payment in taken)
        assert hub.store.verify(tenant) == []
        assert desks[0].store.verify(deep=True) == []
    finally:
        for desk in desks:
            desk.close()
        proxy.close()


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("html", "sync.not_the_hub"),
        ("garbage", "sync.garbled"),
        ("silence", "sync.hub_slow"),
        ("refused", "sync.line_broken"),
    ],
)
def test_what_is_wrong_is_named_and_heals(sqlite_hub: RunningHub, tmp_path: Path, fault: str, cause: str) -> None:
    broken = threading.Event()
    proxy = FaultProxy(sqlite_hub.address.port, lambda _head: fault if broken.is_set() else "")
    desk = ClinicDesk(tmp_path / "a", sqlite_hub.line(sqlite_hub.practice()), "Desk 1", through=proxy.url)
    states: list[SyncState] = []
    desk.engine.subscribe(states.append)
    try:
        until(lambda: desk.engine.state().online)
        broken.set()
        patient, charge = desk.patient(2_500)
        payment = desk.take(patient, charge, 2_500)
        until(lambda: desk.engine.state().cause == cause)
        state = desk.engine.state()
        assert (state.online, state.stopped) == (False, False)
        until(lambda: desk.engine.state().pending == 4)
        assert desk.has_payment(payment)
        broken.clear()
        until(desk.settled)
        until(desk.says_all_is_well)
        assert states[-1] == desk.engine.state() or states[-1].online
    finally:
        desk.close()
        proxy.close()


def test_h8_a_desk_put_back_to_an_old_copy_goes_on_by_itself(sqlite_hub: RunningHub, tmp_path: Path) -> None:
    tenant = sqlite_hub.practice()
    desk = ClinicDesk(tmp_path / "a", sqlite_hub.line(tenant), "Desk 1")
    patient, charge = desk.patient(9_000)
    until(desk.settled)
    desk.close()
    shutil.copy(tmp_path / "a" / "desk.db", tmp_path / "copy.db")
    desk.store = DeskStore.open(tmp_path / "a" / "desk.db", DESK_KEY)
    desk.connect()
    desk.take(patient, charge, 1_000)
    until(desk.settled)
    desk.close()
    shutil.copy(tmp_path / "copy.db", tmp_path / "a" / "desk.db")
    desk.store = DeskStore.open(tmp_path / "a" / "desk.db", DESK_KEY)
    payment = desk.take(patient, charge, 2_000)  # the copy did not know of the last one: the same place, another act
    desk.connect()
    try:
        until(desk.settled)
        assert desk.has_payment(payment)
        assert desk.balances()[f"AR:{charge}"] == (9_000, 3_000)  # the payment it had forgotten too
        assert sqlite_hub.store.verify(tenant, deep=True) == []
        until(desk.says_all_is_well)
    finally:
        desk.close()


def test_h11_a_hub_put_back_to_an_old_copy_learns_what_it_forgot(own_sqlite_hub: RunningHub, tmp_path: Path) -> None:
    tenant = own_sqlite_hub.practice()
    desk = ClinicDesk(tmp_path / "a", own_sqlite_hub.line(tenant), "Desk 1")
    patient, charge = desk.patient(2_500)
    until(desk.settled)
    desk.disconnect()
    own_sqlite_hub.stop()
    database = own_sqlite_hub.settings.database_path
    shutil.copy(database, tmp_path / "backup.db")
    own_sqlite_hub.start()
    desk.connect()
    desk.take(patient, charge, 2_500)
    until(desk.settled)
    desk.disconnect()
    own_sqlite_hub.stop()
    for leftover in database.parent.glob("hub.db-*"):
        leftover.unlink()
    shutil.copy(tmp_path / "backup.db", database)
    own_sqlite_hub.start()
    desk.connect()
    try:
        until(lambda: own_sqlite_hub.store.head(tenant) == desk.store.cursor())
        until(desk.says_all_is_well)
        assert desk.balances()[f"AR:{charge}"] == (2_500, 2_500)
        assert own_sqlite_hub.store.verify(tenant, deep=True) == []
    finally:
        desk.close()


def test_a_hub_that_knows_less_of_a_desk_gets_it_again(sqlite_hub: RunningHub, tmp_path: Path) -> None:
    tenant = sqlite_hub.practice()
    desk = ClinicDesk(tmp_path / "a", sqlite_hub.line(tenant), "Desk 1")
    try:
        until(lambda: desk.engine.state().online)
        desk.disconnect()
        patient, charge = desk.patient(2_500)
        with desk.store.write() as tx:  # as if the answers to the first two had been kept, and the hub had lost them
            tx.session.run("UPDATE outbox SET acknowledged_at = '2026-03-02T14:00:00.000Z' WHERE dseq <= 2")
        desk.take(patient, charge, 2_500)
        desk.connect()
        until(desk.settled)
        assert sqlite_hub.store.pull(tenant, Cursor("", 0, GENESIS)).head == 5
        until(desk.says_all_is_well)
    finally:
        desk.close()


def test_a_revoked_desk_sends_into_quarantine_and_reads_no_more(hub: RunningHub, tmp_path: Path) -> None:
    tenant = hub.practice()
    desk = ClinicDesk(tmp_path / "a", hub.line(tenant), "Desk 1")
    try:
        patient, charge = desk.patient(2_500)
        until(desk.settled)
        identity = desk.store.identity
        assert identity is not None
        revoke(hub.store, identity.device_id)
        hub.hub.auth.forget(identity.device_id)
        desk.take(patient, charge, 2_500)
        until(lambda: desk.store.pending_count() == 0)
        until(lambda: desk.engine.state().stopped)
        assert desk.engine.state().cause == "auth.revoked"
        other = hub.member(tenant, "Desk 2")
        kinds = {
            (entry.op["kind"], entry.verdict) for entry in other.transport.pull(Cursor("", 0, GENESIS)).entries[3:]
        }
        assert kinds == {("payment.collect", "quarantined"), ("payment.allocate", "quarantined")}
    finally:
        desk.close()
