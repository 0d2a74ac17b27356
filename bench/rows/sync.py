"""Desks and their hub: a real hub in a process of its own, loopback HTTP, signed requests, durable commits."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import psycopg
from sqlcipher3 import dbapi2

from app.sync.ahead import PagesAhead
from app.sync.join import join, new_device_key
from app.sync.transport import HubTransport
from bench.measure import Row, collected_later, interleaved, process, spread, timed
from models.operations.joining import JoinLine
from models.operations.protocol import PushBatch
from models.store.desk import DeskStore
from tests.support.desks import DESK_KEY, ClinicDesk, EmbeddedHub, HubOutside, SharedHub, free_port
from tests.support.hub import KEY
from tests.support.postgres import running_postgres
from tests.support.stream import Stream
from tests.support.waiting import until

CLIENTS = 8
MANY = 10_000

HELLO = """
import sys, uvicorn
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), lifespan="off", log_level="critical",
            timeout_keep_alive=600)
"""


class Client:
    """A desk's line and stream, without a desk's store: what the hub sees of a desk."""

    def __init__(self, line: JoinLine, name: str) -> None:
        self.key = new_device_key()
        self.identity = join(line, self.key, name)
        device_id = self.identity.device_id
        self.transport = HubTransport(self.identity.hub_url, device_id=device_id, private_key_hex=self.key)
        self.stream = Stream(self.identity.tenant, device_id)
        self._sent = self.head = 0

    def owing(self, patients: int) -> list[tuple[str, str]]:
        """Patients with one charge each, pushed."""
        found = []
        for _ in range(patients):
            patient = self.stream.patient()
            found.append((patient, self.stream.charge(patient, 2_500)))
        self.push_all()
        return found

    def push_all(self, most: int = 200) -> None:
        """Send what was not sent yet."""
        while self._sent < self.stream.dseq:
            stop = min(self._sent + most, self.stream.dseq)
            self.head = self.transport.push(self.stream.batch(self._sent + 1, stop)).head
            self._sent = stop

    def copays(self, count: int) -> Iterator[PushBatch]:
        """Batches of one copay each (collect and allocate), ready to be sent in order."""
        owing = self.owing(count)
        made = []
        for patient, charge in owing:
            self.stream.copay(patient, charge, 2_500)
            made.append(self.stream.batch(self.stream.dseq - 1))
        self._sent = self.stream.dseq
        return iter(made)


@contextlib.contextmanager
def sqlite_hub() -> Iterator[tuple[HubOutside, Callable[[], object]]]:
    """A first desk's hub, and the floor beside it: a bare insert and commit on plain SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        bare = dbapi2.connect(f"{folder}/bare.db", isolation_level=None)
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("PRAGMA synchronous=FULL")
        bare.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)")
        hub = EmbeddedHub(Path(folder) / "hub", KEY)
        try:
            yield hub, lambda: bare.execute("INSERT INTO t (body) VALUES (?)", ("x" * 700,))
        finally:
            hub.close()
            bare.close()


@contextlib.contextmanager
def postgres_hub() -> Iterator[tuple[HubOutside, Callable[[], object]]]:
    """A hub on a PostgreSQL that syncs, and a bare insert and commit on the same server."""
    with running_postgres(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        bare = psycopg.connect(server.url(server.create()), autocommit=True)
        bare.execute("CREATE TABLE t (id bigserial PRIMARY KEY, body text)")
        hub = SharedHub(Path(folder) / "hub", server.url(server.create()))
        try:
            yield hub, lambda: bare.execute("INSERT INTO t (body) VALUES (%s)", ("x" * 700,))
        finally:
            hub.close()
            bare.close()


@contextlib.contextmanager
def hello() -> Iterator[Callable[[], object]]:
    """One exchange with a bare uvicorn that says two letters."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", HELLO, str(port)])
    line = http.client.HTTPConnection("127.0.0.1", port)

    def ask() -> None:
        line.request("GET", "/")
        line.getresponse().read()

    def answers() -> bool:
        try:
            ask()
        except OSError:
            line.close()
            return False
        return True

    try:
        until(answers)
        yield ask
    finally:
        server.kill()
        server.wait()
        line.close()


def copay_through(open_hub: Callable[[], Any], name: str, set_beside_ms: float | None, rounds: int = 400) -> Row:
    """One client's copays in turn; then eight clients at once."""
    with open_hub() as (hub, insert), hello() as ask:
        client = Client(hub.line("Desk"), "Desk")
        batches = client.copays(rounds + 20)
        ours, floor = interleaved(
            [lambda: client.transport.push(next(batches)), lambda: (ask(), insert())], rounds, warm_up=20
        )
        rate = together([Client(hub.line(f"Desk {n}"), f"Desk {n}") for n in range(CLIENTS)], rounds // 2)
        broken = hub.failures()
    return Row(name, ours, "uvicorn hello + bare insert, commit", floor, target_ms=4.0,
               set_beside_ms=set_beside_ms, figures={
        f"{CLIENTS} clients copays/s": rate, "invariants broken": len(broken),
    })  # fmt: skip


def together(clients: list[Client], each: int) -> int:
    """Copays a second of all clients at once; every one must be accepted."""
    work = [list(client.copays(each)) for client in clients]
    refused: list[str] = []
    begin = threading.Barrier(len(clients) + 1)

    def send(client: Client, batches: list[PushBatch]) -> None:
        begin.wait()
        for batch in batches:
            refused.extend(r.verdict for r in client.transport.push(batch).results if r.verdict != "accepted")

    threads = [threading.Thread(target=send, args=pair) for pair in zip(clients, work, strict=True)]
    for thread in threads:
        thread.start()
    begin.wait()
    started_s = time.perf_counter()
    for thread in threads:
        thread.join()
    if refused:
        raise AssertionError(f"{len(refused)} not accepted")
    return round(len(clients) * each / (time.perf_counter() - started_s))


def push_many(open_hub: Callable[[], Any], name: str, rounds: int = 3) -> Row:
    """Ten thousand operations of one client in batches of two hundred; then the same by eight clients."""
    with open_hub() as (hub, insert):
        timings = []
        for n in range(rounds):
            client = Client(hub.line(f"Desk {n}"), f"Desk {n}")
            timings.append(timed(mixed(client, MANY).push_all))
        clients = [mixed(Client(hub.line(f"Till {n}"), f"Till {n}"), MANY // CLIENTS) for n in range(CLIENTS)]
        at_once_s = timed(lambda: at_once([client.push_all for client in clients]))
        floor = timed(lambda: [insert() for _ in range(50)])
        broken = hub.failures()
    ours = spread(timings)
    return Row(name, ours, "50 bare commits", spread([floor]), target_ms=MANY / 9, figures={
        "operations/s": round(MANY / ours.p50_ms * 1000), f"{CLIENTS} clients operations/s": round(MANY / at_once_s),
        "invariants broken": len(broken),
    })  # fmt: skip


def mixed(client: Client, count: int) -> Client:
    """`count` operations in the client's stream, not yet sent: patient, charge, copay."""
    for _ in range(count // 4):
        patient = client.stream.patient()
        client.stream.copay(patient, client.stream.charge(patient, 2_500), 2_500)
    return client


def at_once(works: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def pull_and_apply(rounds: int = 5) -> Row:
    """A desk that was away fetches ten thousand entries and has them durably, figures and search index included."""
    with sqlite_hub() as (hub, _), tempfile.TemporaryDirectory() as folder:
        client = mixed(Client(hub.line("Desk"), "Desk"), MANY)
        client.push_all()
        timings, rows = [], []
        for n in range(rounds):
            reader = Client(hub.line(f"Reader {n}"), f"Reader {n}")
            store = DeskStore.open(Path(folder) / f"{n}.db", DESK_KEY)
            store.enrol(reader.identity)
            store.prepare_writing()
            with collected_later():
                timings.append(timed(partial(catch_up, store, reader.transport)))
            if n == 0:
                with store.reader() as connection:
                    rows = connection.execute("SELECT seq, op_id, op, transfers FROM log").fetchall()
                if len(rows) != MANY + 1 or store.verify():
                    raise AssertionError("not everything arrived")
            store.close()
        floor = spread([bare_apply(Path(folder) / f"bare{n}.db", rows) for n in range(rounds)])
    return Row("pull and apply 10,000", spread(timings), "JSON read + rows into plain SQLite", floor, target_ms=350.0)


def catch_up(store: DeskStore, transport: HubTransport) -> None:
    pages = PagesAhead(transport)  # as the sync engine does
    more = True
    while more:
        page = pages.pull(store.cursor())
        store.apply_page(page)
        more = page.has_more
    pages.close()


def bare_apply(path: Path, rows: list[Any]) -> float:
    """What nobody can go below: read the JSON, write the rows, commit once."""
    texts = [row[2] for row in rows]
    bare = dbapi2.connect(str(path), isolation_level=None)
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute("PRAGMA synchronous=FULL")
    bare.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, op_id TEXT UNIQUE, op TEXT, transfers TEXT)")

    def work() -> None:
        for text in texts:
            orjson.loads(text)
        bare.execute("BEGIN")
        bare.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", rows)
        bare.execute("COMMIT")

    seconds = timed(work)
    bare.close()
    return seconds


def desk_to_desk(rounds: int = 200) -> Row:
    """A copay written at one desk until another desk, a process of its own, has it durably in its store."""
    with sqlite_hub() as (hub, insert), hello() as ask, tempfile.TemporaryDirectory() as folder:
        front = ClinicDesk(Path(folder) / "a", hub.line("Front desk"), "Front desk")
        owing = [front.patient(2_500) for _ in range(rounds + 20)]
        other = subprocess.Popen(
            [sys.executable, "-m", "bench.rows.sync_desk", f"{folder}/b", str(hub.line("Desk 2"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.getcwd()},
        )  # fmt: skip
        try:
            assert other.stdout is not None
            other.stdout.readline()
            until(front.settled, 60)
            front.store.keep_room()  # as the desk's care does at its start
            there: list[float] = []
            floor: list[float] = []
            worked = {"front": os.getpid(), "hub": hub.process_id, "other": other.pid}
            for n, (patient, charge) in enumerate(owing):
                if n == 20:
                    before = {name: cpu_s(pid) for name, pid in worked.items()}
                started_ns = time.monotonic_ns()
                front.take(patient, charge, 2_500)
                seen_ns = int(other.stdout.readline())
                until(front.settled)
                floor_s = timed(lambda: (insert(), ask(), ask(), insert()))
                if n >= 20:
                    there.append((seen_ns - started_ns) / 1e9)
                    floor.append(floor_s)
            spent = {f"{name} CPU ms": round((cpu_s(pid) - before[name]) * 1000 / rounds, 2)
                     for name, pid in worked.items()}  # fmt: skip
        finally:
            other.communicate()
            front.close()
    return Row("desk to desk", spread(there), "2 bare commits + 2 uvicorn hellos", spread(floor), target_ms=3.5,
               set_beside_ms=1.0, figures={**spent})  # fmt: skip


def cpu_s(pid: int) -> float:
    """Processor time of a process so far, its threads together; 0 where the system does not tell."""
    table = Path(f"/proc/{pid}/stat")
    if not table.exists():
        return 0.0
    cells = table.read_text().rpartition(")")[2].split()
    return (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")


def hub_start(rounds: int = 5) -> Row:
    """The first desk's hub: process start to the first answer; memory of the process that serves."""
    timings, memory = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for n in range(rounds + 1):
            port = free_port()
            started_s = time.perf_counter()
            command = [sys.executable, "-m", "server", "--embedded", "--data-dir", folder, "--port", str(port)]
            hub = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})  # fmt: skip
            assert hub.stdin is not None
            assert hub.stdout is not None
            hub.stdin.write(orjson.dumps({"key": KEY}) + b"\n")
            hub.stdin.flush()
            hub.stdout.readline()
            line = http.client.HTTPConnection("127.0.0.1", port)
            line.request("GET", "/v1/health")
            if line.getresponse().status != 200:
                raise AssertionError("not well")
            if n:  # the first one makes the tables
                timings.append(time.perf_counter() - started_s)
            memory = memory_mib(hub.pid)
            line.close()
            hub.communicate()
    floor = process("import fastapi, uvicorn, sqlalchemy, sqlcipher3.dbapi2, cryptography.x509", rounds)
    return Row("hub start to first answer", spread(timings), "importing its libraries alone", floor, target_ms=700.0,
               figures=memory)  # fmt: skip


def memory_mib(pid: int) -> dict[str, float | int | str]:
    """Proportional and resident memory, where the system tells."""
    table = Path(f"/proc/{pid}/smaps_rollup")
    if not table.exists():
        return {}
    rows = dict(line.split(":", 1) for line in table.read_text().splitlines()[1:])
    return {f"{name} MiB": round(int(rows[name].split()[0]) / 1024, 1) for name in ("Pss", "Rss")}


ROWS: dict[str, Callable[[], Row]] = {
    "copay through the hub, SQLite": lambda: copay_through(sqlite_hub, "copay through the hub, SQLite", None),
    "copay through the hub, PostgreSQL": lambda: copay_through(postgres_hub, "copay through the hub, PostgreSQL", 0.6),
    "desk to desk": desk_to_desk,
    "push 10,000, SQLite": lambda: push_many(sqlite_hub, "push 10,000, SQLite"),
    "push 10,000, PostgreSQL": lambda: push_many(postgres_hub, "push 10,000, PostgreSQL"),
    "pull and apply 10,000": pull_and_apply,
    "hub start to first answer": hub_start,
}
