"""A real PostgreSQL for tests and benches: its own cluster, on a Unix socket only, gone afterwards.

Fixtures: `postgres` (the server, once a session), `postgres_url` (a migrated database for one test) and
`postgres_empty_url` (one without tables). Without PostgreSQL on the machine a test is skipped; where `CI` is `true` it
fails instead, so that a build machine cannot quietly test half.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.memory import on_memory

_FAST = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 "
    "-c max_wal_size=64MB"
)
_DURABLE = "-c fsync=on -c synchronous_commit=on"
_numbers = itertools.count(1)


def find_binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, newest version first; Debian keeps them off the path."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    versions = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    return max(versions, key=lambda folder: int(folder.parent.name), default=None)


@dataclass(frozen=True)
class PostgresServer:
    """A running cluster in `folder`; made by `running_postgres`."""

    binaries: Path
    folder: Path

    def url(self, database: str) -> str:
        """How a client names one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one statement outside any transaction, as the owner."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, template: str = "template1", prefix: str = "t") -> str:
        """The name of a new database, a copy of `template` (to which nobody may be connected)."""
        import psycopg

        name = f"{prefix}{next(_numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            files = (
                " STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
            )  # else it logs every page
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}{files}".encode())
        return name

    def drop(self, name: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def control(self, *arguments: str) -> None:
        """Call `pg_ctl` on this cluster: `stop -m immediate`, `restart -m fast`."""
        _as_postgres(str(self.binaries / "pg_ctl"), "-D", str(self.folder / "data"), "-s", "-w", *arguments)


@contextlib.contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A new cluster, stopped and removed at the end. Without `durable` it forgets on power loss: right for tests."""
    binaries = find_binaries()
    if binaries is None:
        raise FileNotFoundError("initdb")
    folder = Path(tempfile.mkdtemp(prefix="copaydesk-pg-", dir="/tmp" if durable else on_memory() or "/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    server = PostgresServer(binaries, folder)
    try:
        _as_postgres(str(binaries / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "--no-sync",
                     "-E", "UTF8", "--locale=C.UTF-8")  # fmt: skip
        options = f"-c listen_addresses='' -k {folder} -c max_connections=200 {_DURABLE if durable else _FAST}"
        server.control("-l", str(folder / "log"), "-o", options, "start")
        try:
            yield server
        finally:
            server.control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(*command: str) -> None:
    """Run a program of PostgreSQL, which refuses to work as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*prefix, *command], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr.strip()}")


def require_postgres() -> None:
    """Skip the test where PostgreSQL is not installed; fail on a build machine."""
    if find_binaries() is not None:
        return
    reason = "PostgreSQL is not installed here (Debian, Ubuntu: apt-get install postgresql)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The session's PostgreSQL."""
    require_postgres()
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a database with the hub's tables, to copy from."""
    from models.basics.clock import SystemClock
    from models.store.engine import postgres_engine
    from models.store.hub import HubStore

    name = postgres.create(prefix="template_hub")
    engine = postgres_engine(postgres.url(name))
    HubStore.open(engine, SystemClock())
    engine.dispose()
    return name


@pytest.fixture
def postgres_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A database of its own for one test, with the hub's tables in it."""
    name = postgres.create(template=postgres_template)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def postgres_empty_url(postgres: PostgresServer) -> Iterator[str]:
    """A database of its own for one test, without tables."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)
