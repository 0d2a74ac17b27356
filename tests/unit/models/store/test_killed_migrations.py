"""F36: a migration killed at every step. The next start finds the old store or the new one, whole, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.store.desk import DeskStore
from models.store.engine import postgres_engine, sqlite_engine
from models.store.hub import HubStore
from models.store.reading import SCHEMA
from tests.support.stores import KEY
from tests.unit.models.store.test_migrations import OLD_ROWS, older_desk

ROOT = Path(__file__).resolve().parents[4]

_BREEDER = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from models.migrations import migrate
from models.store import desk, engine, hub, invariants, paging, upgrade

def die(*_a, **_k):
    os.kill(os.getpid(), signal.SIGKILL)

def around(module, name, when):
    real = getattr(module, name)
    def wrapped(*a, **k):
        if when == "before":
            die()
        real(*a, **k)
        die()
    setattr(module, name, wrapped)

def at_statement(made, number):
    seen = [0]
    @event.listens_for(made, "before_cursor_execute")
    def count(*_a):
        seen[0] += 1
        if seen[0] == number:
            die()

def desk_life(path, step):
    kind, _, what = step.partition(":")
    if kind == "statement":
        real = upgrade.sqlite_engine
        def made(*a, **k):
            engine = real(*a, **k)
            at_statement(engine, int(what))
            return engine
        upgrade.sqlite_engine = made
    else:
        module, _, name = what.partition(".")
        around({"upgrade": upgrade, "os": os, "shutil": upgrade.shutil}[module], name, kind)
    desk.DeskStore.open(Path(path), sys.argv[1]).close()

def hub_life(where, step):
    shared = where.startswith("postgres")
    made = engine.postgres_engine(where) if shared else engine.sqlite_engine(Path(where), sys.argv[1])
    at_statement(made, int(step.partition(":")[2]))
    hub.HubStore.open(made).close()

for line in sys.stdin:
    role, where, step = line.split()
    child = os.fork()
    if not child:
        {"desk": desk_life, "hub": hub_life}[role](where, step)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Lives:
    """Opens stores in processes that kill themselves at a step."""

    def __init__(self) -> None:
        self._breeder = subprocess.Popen([sys.executable, "-c", _BREEDER, KEY], cwd=ROOT, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)  # fmt: skip

    def one(self, role: str, where: str, step: str) -> int:
        """Open once, until `step`."""
        assert self._breeder.stdin is not None
        assert self._breeder.stdout is not None
        print(role, where, step, file=self._breeder.stdin, flush=True)
        return int(self._breeder.stdout.readline())

    def close(self) -> None:
        """End the process they come from."""
        self._breeder.communicate()


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    """One process that has everything loaded."""
    made = Lives()
    yield made
    made.close()


STEPS = ("before:upgrade.export", "after:upgrade.export", "statement:7", "statement:90", "after:upgrade.settle_file",
         "after:shutil.copyfile", "before:os.replace", "after:os.replace")  # fmt: skip
"""Where a desk's migration is killed: around each of its steps, and in the middle of its statements."""


@pytest.mark.parametrize("step", STEPS)
def test_f36_a_desk_killed_while_it_is_brought_up_to_date(step: str, lives: Lives, tmp_path: Path) -> None:
    path = older_desk(tmp_path)
    before = path.read_bytes()
    assert lives.one("desk", str(path), step) == -9
    if step != "after:os.replace":
        assert path.read_bytes() == before
    desk = DeskStore.open(path, KEY)
    assert desk.meta("greeting") == "hello"
    assert desk.pending_count() == 1
    assert desk.verify(deep=True) == []
    desk.close()
    assert {found.name for found in tmp_path.iterdir()} == {"desk.db", "desk.db.before-0001"}


def test_f36_killed_again_and_again_it_still_arrives(lives: Lives, tmp_path: Path) -> None:
    path = older_desk(tmp_path)
    assert [lives.one("desk", str(path), step) for step in STEPS[1:-1:2]] == [-9] * 3
    desk = DeskStore.open(path, KEY)
    assert desk.verify(deep=True) == []
    desk.close()


@pytest.mark.parametrize("number", [20, 90])
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_f36_a_hub_killed_while_it_is_brought_up_to_date(
    database: str, number: int, lives: Lives, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """One transaction: all of it or nothing."""
    from sqlalchemy import text

    from models.migrations import migrate

    url = request.getfixturevalue("postgres_empty_url") if database == "postgres" else ""
    path = tmp_path / "hub.db"
    engine = postgres_engine(url) if url else sqlite_engine(path, KEY)
    migrate(engine, "hub", "0001")
    with engine.begin() as connection:
        for row in OLD_ROWS:
            connection.execute(text(row))
    engine.dispose()
    assert lives.one("hub", url or str(path), f"statement:{number}") == -9
    engine = postgres_engine(url) if url else sqlite_engine(path, KEY)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0001"
        assert connection.scalar(text("SELECT count(*) FROM payment")) == 2
    store = HubStore.open(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == SCHEMA
        assert connection.scalar(text("SELECT count(*) FROM payment")) == 2
    store.close()
