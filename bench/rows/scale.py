"""How the hub carries many: practices beside one another, desks that wait, a desk that comes back, logs that grow."""

from __future__ import annotations

import itertools
import os
import selectors
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.sync.keys import RequestSigner
from app.sync.transport import HubTransport
from bench.measure import Row, spread, timed
from bench.rows.sync import CLIENTS, MANY, Client, memory_mib, mixed, postgres_hub, sqlite_hub
from models.basics.clock import SystemClock
from models.operations.joining import JoinLine
from models.operations.operation import GENESIS
from models.operations.protocol import Cursor
from models.store.desk import DeskStore
from server import practices
from tests.support.desks import DESK_KEY, ClinicDesk, HubOutside, SharedHub, a_practice
from tests.support.hub import chunks_of
from tests.support.waiting import until

PRACTICES = 100
IDLE_DESKS = 2_000
FRONT_DESKS = 20
PENDING = 500
PATIENTS = 50_000
START = Cursor("", 0, GENESIS)


def hundred_practices(rounds: int = 150) -> Row:
    """Eight clients whose copays go to a hundred practices in turn: nobody waits for another practice's lock."""
    with postgres_hub() as (hub, insert):
        clients = [Client(line, "Desk") for line in _lines(hub, PRACTICES)]
        work = [list(client.copays(CLIENTS * rounds // PRACTICES)) for client in clients]
        queue = [
            (client, batch) for turn in zip(*work, strict=True) for client, batch in zip(clients, turn, strict=True)
        ]
        lanes = [queue[n::CLIENTS] for n in range(CLIENTS)]
        timings: list[float] = []
        begin = threading.Barrier(CLIENTS + 1)
        threads = [threading.Thread(target=_send, args=(lane, begin, timings)) for lane in lanes]
        for thread in threads:
            thread.start()
        begin.wait()
        started_s = time.perf_counter()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - started_s
        floor = spread([timed(insert) for _ in range(200)])
    return Row(f"copays of {PRACTICES} practices, PostgreSQL", spread(timings), "one bare commit", floor, figures={
        "copays/s": round(len(queue) / seconds),
    })  # fmt: skip


def _lines(hub: HubOutside, count: int) -> Iterator[JoinLine]:
    assert isinstance(hub, SharedHub)
    for _ in range(count):
        practice = a_practice()
        practices.add_record(hub.store, practice)
        yield JoinLine("127.0.0.1", hub.port, practices.join_code(hub.store, practice.id, "Desk"))


def _send(lane: list[Any], begin: threading.Barrier, timings: list[float]) -> None:
    begin.wait()
    for client, batch in lane:
        timings.append(timed(lambda client=client, batch=batch: client.transport.push(batch)))  # type: ignore[misc]


def back_with_500() -> Row:
    """A desk that worked alone comes back with five hundred operations, until the last verdict is durable at it."""
    timings = []
    with sqlite_hub() as (hub, _), tempfile.TemporaryDirectory() as folder:
        for n in range(5):
            desk = ClinicDesk(Path(folder) / str(n), hub.line(f"Desk {n}"), f"Desk {n}")
            until(desk.settled)
            desk.disconnect()
            for _ in range(PENDING // 4):
                desk.take(*desk.patient(2_500), 2_500)
            waiting = desk.store.pending_count()
            if waiting != PENDING:
                raise AssertionError(f"{waiting} wait")
            desk.connect()
            timings.append(timed(lambda desk=desk: until(desk.settled, 60)))  # type: ignore[misc]
            desk.close()
        broken = hub.failures()
    return Row("back with 500 operations", spread(timings), "", target_ms=5_000.0,
               figures={"invariants broken": len(broken)})  # fmt: skip


def snapshot_of_50_000() -> Row:
    """A new desk begins in a clinic of fifty thousand patients: everything fetched, loaded, searchable, durable."""
    with sqlite_hub() as (hub, _), tempfile.TemporaryDirectory() as folder:
        client = Client(hub.line("Desk"), "Desk")
        for _ in range(PATIENTS):
            client.stream.patient()
        client.push_all()
        timings = []
        for n in range(3):
            reader = Client(hub.line(f"Reader {n}"), f"Reader {n}")
            store = DeskStore.open(Path(folder) / f"{n}.db", DESK_KEY)
            store.enrol(reader.identity)
            timings.append(timed(lambda store=store, reader=reader: _begin(store, reader.transport)))  # type: ignore[misc]
            with store.reader() as connection:
                if connection.execute("SELECT count(*) FROM patient").fetchone()[0] != PATIENTS:
                    raise AssertionError("patients are missing")
            store.close()
        served = [timed(lambda: _read_on(client.transport, START)) for _ in range(3)]
    return Row(f"snapshot of {PATIENTS:,} patients", spread(timings), "", target_ms=30_000.0, figures={
        "log entries served/s": round((PATIENTS + 1) / spread(served).p50_ms * 1000),
    })  # fmt: skip


def _begin(store: DeskStore, transport: HubTransport) -> None:
    manifest = transport.snapshot()
    store.load_snapshot(manifest, chunks_of(transport, manifest))


def _read_on(transport: HubTransport, cursor: Cursor) -> Cursor:
    """Fetch the log from `cursor` on; where it ended."""
    more = True
    while more:
        page = transport.pull(cursor)
        cursor, more = Cursor(page.server_epoch, page.to_seq, page.hash), page.has_more
    return cursor


def idle_desks() -> Row:
    """Two thousand desks of twenty practices wait for news: what they cost, and how soon a practice's hundred hear."""
    with postgres_hub() as (hub, _):
        assert isinstance(hub, SharedHub)
        before = memory_mib(hub.process_id)
        writers = [Client(line, "Front desk") for line in _lines(hub, FRONT_DESKS)]
        waiting = {client: [_Waiting(client, hub.port) for _ in range(IDLE_DESKS // FRONT_DESKS)] for client in writers}
        for client, desks in waiting.items():
            for desk in desks:
                desk.ask(client.head)
        until(lambda: _cpu_share(hub.process_id, 0.5) < 2.0, 120)
        resting = _cpu_share(hub.process_id, 5.0)
        after = memory_mib(hub.process_id)
        heard = [seconds for client, desks in waiting.items() for seconds in _until_heard(client, desks)]
        for desk in itertools.chain(*waiting.values()):
            desk.line.close()
    each_kib = (float(after["Pss MiB"]) - float(before["Pss MiB"])) * 1024 / IDLE_DESKS
    return Row(f"{IDLE_DESKS:,} desks wait, {IDLE_DESKS // FRONT_DESKS} hear", spread(heard), "", target_ms=300.0,
               figures={"CPU % at rest": resting, "KiB a desk": round(each_kib, 1), **after})  # fmt: skip


class _Waiting:
    """A desk that waits for news: one socket, one signed question, no loop."""

    def __init__(self, client: Client, port: int) -> None:
        self._signer = RequestSigner(client.key, client.identity.device_id, SystemClock())
        self.line = socket.create_connection(("127.0.0.1", port))

    def ask(self, head: int) -> None:
        """Send the question; the hub holds the answer back."""
        target = f"/v1/sync/wait?after={head}"
        signed = "".join(f"{name}: {value}\r\n" for name, value in self._signer.headers("GET", target, b"").items())
        self.line.sendall(f"GET {target} HTTP/1.1\r\nHost: hub\r\n{signed}\r\n".encode())


def _until_heard(client: Client, desks: list[_Waiting]) -> list[float]:
    """Seconds from the start of a push until each waiting desk has its answer."""
    client.stream.patient()
    heard: list[float] = []
    with selectors.DefaultSelector() as ready:
        for desk in desks:
            ready.register(desk.line, selectors.EVENT_READ)
        started_s = time.perf_counter()
        client.push_all()
        while len(heard) < len(desks):
            for key, _events in ready.select(10):
                ready.unregister(key.fileobj)
                heard.append(time.perf_counter() - started_s)
    return heard


def _cpu_share(pid: int, seconds: float) -> float:
    """Percent of one core a process takes over some seconds."""
    before = _cpu_s(pid)
    time.sleep(seconds)
    return round((_cpu_s(pid) - before) / seconds * 100, 1)


def _cpu_s(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def growth(open_hub: Callable[[], Any], name: str, most: int) -> Row:
    """One copay through the hub when the log is short, and again each time it has grown tenfold up to `most`."""
    figures: dict[str, float | int | str] = {}
    with open_hub() as (hub, insert):
        client, end = Client(hub.line("Desk"), "Desk"), START
        for length in (MANY, *(MANY * 10**n for n in range(1, 8) if MANY * 10**n <= most)):
            _grow(client, length)
            batches = client.copays(200)
            end = _read_on(client.transport, end)
            ours = spread([timed(lambda: client.transport.push(next(batches))) for _ in range(200)])  # noqa: B023
            last = spread([timed(lambda: client.transport.pull(end, limit=1)) for _ in range(100)])  # noqa: B023
            figures |= {f"copay ms at {length:,}": ours.p50_ms, f"pull ms at {length:,}": last.p50_ms}
        floor = spread([timed(insert) for _ in range(100)])
        broken = hub.failures()
    return Row(name, ours, "one bare commit", floor, target_ms=4.0,
               figures=figures | {"invariants broken": len(broken)})  # fmt: skip


def _grow(client: Client, length: int) -> None:
    """Push until the log has `length` entries, or up to three more."""
    while (missing := length - client.head) > 0:
        mixed(client, max(min(missing, MANY), 4)).push_all()  # a patient, a charge, a copay: four operations or none


ROWS: dict[str, Callable[[], Row]] = {
    f"copays of {PRACTICES} practices": hundred_practices,
    f"back with {PENDING} operations": back_with_500,
    f"snapshot of {PATIENTS:,} patients": snapshot_of_50_000,
    f"{IDLE_DESKS:,} desks wait": idle_desks,
    "growth to 100,000, SQLite": lambda: growth(sqlite_hub, "growth to 100,000, SQLite", 100_000),
    "growth to 100,000, PostgreSQL": lambda: growth(postgres_hub, "growth to 100,000, PostgreSQL", 100_000),
    "growth to 1,000,000, SQLite": lambda: growth(sqlite_hub, "growth to 1,000,000, SQLite", 1_000_000),
    "growth to 1,000,000, PostgreSQL": lambda: growth(postgres_hub, "growth to 1,000,000, PostgreSQL", 1_000_000),
}
LONG = {name for name in ROWS if "1,000,000" in name}
"""Rows of several minutes: run only when somebody names them."""
