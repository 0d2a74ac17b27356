"""A crowded hub on PostgreSQL: pushers of several practices, live readers, transactions that fall, lines that are cut.

Whatever is rolled back or cut: logs stay dense, readers meet every entry once and in order, nothing is lost or doubled.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import Connection, make_url

from models.basics.errors import StorageError
from models.basics.points import Point, visited_by
from models.operations.operation import GENESIS
from models.operations.protocol import Cursor, PushBatch
from models.store.engine import postgres_engine
from models.store.hub import OPERATOR, HubStore
from models.store.rows import DeviceRow
from tests.support import stores
from tests.support.acts import OpMaker, allocate, charge, collect
from tests.support.postgres import PostgresServer

PUSHERS, TURNS = 8, 25
FALLS = 0.05
ASKS_AGAIN = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)


class Pusher:
    """A desk that pushes one payment after another and asks again until it is answered, as desks do."""

    def __init__(self, hub: HubStore, tenant: str, name: str) -> None:
        self.hub, self.tenant, self.name = hub, tenant, name
        self.row: DeviceRow = hub.redeem(hub.new_code(tenant, name, OPERATOR), f"key-{name}", {})
        self.maker = OpMaker(device=self.row.device_id, tenant=tenant)
        self.verdicts: list[str] = []
        self.interrupted = 0

    def work(self, turns: int) -> None:
        self._send(charge("c1", 100_000))
        for turn in range(turns):
            payment = f"{self.name}-{turn}"
            self._send(collect(payment, "ann", 5), allocate(payment, "ann", ("c1", 5)))

    def _send(self, *bodies: object) -> None:
        ops = self.maker.run(list(bodies))
        batch = PushBatch(self.row.device_id, self.row.epoch, ops[0].dseq, tuple(ops))
        while True:
            try:
                self.verdicts += [result.verdict for result in self.hub.push(self.tenant, batch).results]
                return
            except StorageError as error:  # the answer is lost: was it written? Ask again, the same
                if not error.retry:
                    raise
                self.interrupted += 1


class Reader:
    """Follows a practice's log and insists that every page begins where the last one ended."""

    def __init__(self, hub: HubStore, tenant: str) -> None:
        self.hub, self.tenant = hub, tenant
        self.cursor = Cursor("", 0, GENESIS)
        self.op_ids: list[str] = []
        self.stop = threading.Event()

    def follow(self) -> None:
        while not self.stop.is_set():
            self._read_on()
        while not self._read_on():
            continue

    def _read_on(self) -> bool:
        """Is the end reached?"""
        try:
            page = self.hub.pull(self.tenant, self.cursor, 17)
        except StorageError as error:
            if not error.retry:
                raise
            return False
        assert [entry.seq for entry in page.entries] == list(range(self.cursor.seq + 1, page.to_seq + 1))
        self.op_ids += [entry.op["op_id"] for entry in page.entries]
        self.cursor = Cursor(page.server_epoch, page.to_seq, page.hash)
        return not page.has_more


def falling(seed: int) -> Callable[[Point], None]:
    """Lets one in twenty transactions fall after everything was written, as the database may at its commit."""
    chance, lock = random.Random(seed), threading.Lock()

    def visit(point: Point) -> None:
        if point is Point.HUB_BEFORE_COMMIT:
            with lock:
                falls = chance.random() < FALLS
                asked = chance.choice(ASKS_AGAIN)
            if falls:
                raise asked("run it again")

    return visit


@pytest.fixture
def hub(postgres_url: str) -> Iterator[HubStore]:
    made = HubStore.open(postgres_engine(postgres_url), stores.clock())
    yield made
    made.close()


def practices(hub: HubStore, count: int) -> list[str]:
    names = [f"practice-{n:02d}" for n in range(count)]
    for name in names:
        hub.create_tenant(name, replace(stores.PRACTICE, id=name))
    return names


def join(hub: HubStore, tenants: list[str]) -> list[Pusher]:
    return [Pusher(hub, tenants[n % len(tenants)], f"desk-{n}") for n in range(max(PUSHERS, len(tenants)))]


def crowd(hub: HubStore, pushers: list[Pusher], turns: int) -> list[Reader]:
    """Everybody at once; returns when the pushers are answered and the readers have read to the end."""
    readers = [Reader(hub, tenant) for tenant in sorted({pusher.tenant for pusher in pushers})[:4]]
    with ThreadPoolExecutor(PUSHERS) as pool, ThreadPoolExecutor(len(readers)) as watching:
        followed = [watching.submit(reader.follow) for reader in readers]
        try:
            for pushed in [pool.submit(pusher.work, turns) for pusher in pushers]:
                pushed.result()
        finally:
            for reader in readers:
                reader.stop.set()
        for done in followed:
            done.result()
    return readers


def check(hub: HubStore, pushers: list[Pusher], readers: list[Reader]) -> None:
    for tenant in {pusher.tenant for pusher in pushers}:
        sent = sum(pusher.maker.dseq for pusher in pushers if pusher.tenant == tenant)
        assert hub.head(tenant).seq == 1 + sent
        assert hub.verify(tenant, deep=True) == []
    for reader in readers:
        assert len(reader.op_ids) == len(set(reader.op_ids)) == hub.head(reader.tenant).seq
    assert {verdict for pusher in pushers for verdict in pusher.verdicts} <= {"accepted", "duplicate"}


@pytest.mark.parametrize("tenants", [1, 3, 40])
def test_f12_transactions_that_fall_are_run_again(hub: HubStore, tenants: int) -> None:
    pushers = join(hub, practices(hub, tenants))
    with visited_by(falling(tenants)):
        readers = crowd(hub, pushers, TURNS if tenants < 10 else 3)
    check(hub, pushers, readers)


def test_f11_connections_cut_at_any_moment_lose_and_double_nothing(
    hub: HubStore, postgres: PostgresServer, postgres_url: str
) -> None:
    database = make_url(postgres_url).database
    stop = threading.Event()

    def cut() -> None:
        chance = random.Random(11)
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            while not stop.wait(chance.uniform(0.005, 0.03)):
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s "
                    "ORDER BY random() LIMIT 1",
                    (database,),
                )

    pushers = join(hub, practices(hub, 3))
    cutter = threading.Thread(target=cut)
    cutter.start()
    try:
        readers = crowd(hub, pushers, TURNS)
    finally:
        stop.set()
        cutter.join()
    check(hub, pushers, readers)
    assert sum(pusher.interrupted for pusher in pushers) > 0


@pytest.fixture
def holder(postgres_url: str) -> Iterator[Connection]:
    """A session of the hub's own kind."""
    engine = postgres_engine(postgres_url)
    with engine.connect() as connection:
        yield connection
        connection.invalidate()
    engine.dispose()


def hold(holder: Connection, patience: str) -> None:
    """Take the first practice's lock, and then do nothing for as long as the server lets it."""
    holder.exec_driver_sql("UPDATE tenant_head SET seq = seq WHERE tenant = 'practice-00'")
    holder.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{patience}'")


def test_f34_a_practice_that_is_held_up_holds_up_nobody_else(hub: HubStore, holder: Connection) -> None:
    east, west = practices(hub, 2)
    slow, quick = Pusher(hub, east, "slow"), Pusher(hub, west, "quick")
    hold(holder, "0")
    waiting = threading.Thread(target=slow.work, args=(1,))
    waiting.start()
    quick.work(5)
    assert quick.verdicts == ["accepted"] * 11
    assert (waiting.is_alive(), slow.verdicts) == (True, [])
    holder.rollback()
    waiting.join(10)
    assert slow.verdicts == ["accepted"] * 3


def test_f34_a_session_that_idles_in_its_transaction_is_thrown_out(hub: HubStore, holder: Connection) -> None:
    assert holder.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar() == "5s"
    holder.commit()
    pusher = Pusher(hub, practices(hub, 1)[0], "desk")
    hold(holder, "50ms")
    pusher.work(1)
    assert pusher.verdicts == ["accepted"] * 3
