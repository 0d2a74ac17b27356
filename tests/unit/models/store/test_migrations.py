"""Every revision goes up and down with rows in it, on both databases, and the newest is what the tables say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, inspect, text

import models.migrations
from models.basics.errors import StorageError
from models.migrations import HEAD, migrate
from models.store.desk import DeskStore
from models.store.engine import postgres_engine, sqlite_engine
from models.store.reading import SCHEMA, connect, schema_of
from models.tables.catalogue import Role, tables_of
from tests.support.stores import KEY, empty_desk

KINDS: list[tuple[str, Role]] = [("sqlite", "desk"), ("sqlite", "hub"), ("postgres", "hub")]


@pytest.fixture(params=KINDS, ids=["-".join(kind) for kind in KINDS])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Role]]:
    """An empty database and the role it shall have."""
    kind, role = request.param
    if kind == "sqlite":
        engine = sqlite_engine(tmp_path / "store.db", KEY)
    else:
        engine = postgres_engine(request.getfixturevalue("postgres_empty_url"))
    yield engine, role
    engine.dispose()


def revisions() -> list[str]:
    script = ScriptDirectory(str(Path(models.migrations.__file__).parent))
    return [found.revision for found in script.walk_revisions()][::-1]


def fill(engine: Engine, role: Role) -> dict[str, int]:
    """One row in every table."""
    with engine.begin() as connection:
        for table in tables_of(role).values():
            values: dict[str, Any] = {c.name: 1 if c.name in {"n", "seq", "no"} else str(c.name)
                                      for c in table.primary_key.columns}  # fmt: skip
            values |= SPECIAL.get(table.name, {})
            connection.execute(table.insert(), [values])
    return dict.fromkeys(tables_of(role), 1)


SPECIAL: dict[str, dict[str, Any]] = {
    "transfer": {"debit": "CHK", "credit": "CR:p", "amount_cents": 1, "seq": 1, "n": 0},
    "payment": {"amount_cents": 1},
    "refund": {"amount_cents": 1, "kind": "refund", "state": "paid", "payment_id": "payment_id"},
    "adjustment": {"amount_cents": 1, "kind": "discount"},
    "dispute": {"amount_cents": 1},
    "terminal_attempt": {"state": "created", "amount_cents": 1},
    "print_job": {"kind": "receipt", "state": "queued"},
}


def counts(engine: Engine, role: Role) -> dict[str, int]:
    with engine.connect() as connection:
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables_of(role)}


def test_history_is_one_line_and_its_end_is_known() -> None:
    assert revisions()[-1] == HEAD == SCHEMA
    assert revisions() == sorted(revisions())


def test_up_and_down_with_rows(store: tuple[Engine, Role]) -> None:
    engine, role = store
    for step, revision in enumerate(revisions()):
        migrate(engine, role, revision)
        below = revisions()[step - 1] if step else "base"
        migrate(engine, role, below)
        migrate(engine, role, revision)
    made = fill(engine, role)
    assert counts(engine, role) == made
    migrate(engine, role)  # nothing to do, nothing lost
    assert counts(engine, role) == made
    migrate(engine, role, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}


def test_the_newest_is_what_the_tables_say(store: tuple[Engine, Role]) -> None:
    engine, role = store
    migrate(engine, role)
    wanted = MetaData(naming_convention=next(iter(tables_of(role).values())).metadata.naming_convention)
    for table in tables_of(role).values():
        table.to_metadata(wanted)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = [d for d in compare_metadata(context, wanted) if not _search_index(d)]
        assert differences == []
        for table in wanted.tables.values():
            found = {check["name"] for check in inspect(connection).get_check_constraints(table.name)}
            assert {str(c.name) for c in table.constraints if type(c).__name__ == "CheckConstraint"} == found
            if engine.dialect.name == "sqlite":
                sql = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :n"), {"n": table.name})
                assert "STRICT" in sql.scalar_one()


def _search_index(difference: Any) -> bool:
    """The full-text index and its inner tables are no tables of SQLAlchemy's."""
    return difference[0] == "remove_table" and difference[1].name.startswith("patient_search")


def test_indexes_are_the_same(store: tuple[Engine, Role]) -> None:
    engine, role = store
    migrate(engine, role)
    inspector = inspect(engine)
    for table in tables_of(role).values():
        found = {(index["name"], tuple(index["column_names"]), bool(index["unique"]))
                 for index in inspector.get_indexes(table.name)}  # fmt: skip
        assert found == {(i.name, tuple(c.name for c in i.columns), bool(i.unique)) for i in table.indexes}


def test_a_failed_migration_leaves_nothing(store: tuple[Engine, Role]) -> None:
    engine, role = store
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE log (x INTEGER)"))  # the first revision will trip over this one
    with pytest.raises(Exception, match="log"):
        migrate(engine, role)
    assert inspect(engine).get_table_names() == ["log"]


def test_tenant_comes_first_in_every_key() -> None:
    """What keeps the schema fit for sharding: no key or unique without the tenant, and it leads."""
    free = {"patient_index", "name_slip"}  # a desk's own search tables
    for role in ("desk", "hub"):
        for table in tables_of(role).values():
            if table.name in free:
                continue
            assert next(iter(table.primary_key.columns)).name == "tenant"
            for index in table.indexes:
                assert not index.unique or next(iter(index.columns)).name == "tenant", index.name


# A desk's file ----------------------------------------------------------------------------------------------------


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    store = empty_desk(tmp_path)
    path = store.path
    store.close()
    connection = connect(path, KEY)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StorageError, match=r"store\.newer_program"):
        DeskStore.open(path, KEY)
    connection = connect(path, KEY, read_only=True)
    assert schema_of(connection) == "9999"
    connection.close()


def test_an_older_store_is_migrated_by_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are there afterwards, and so is the old file. A store of the day before yesterday is made by hand here:
    there is only one revision yet."""
    store = empty_desk(tmp_path)
    with store.write() as tx:
        tx.set_meta("greeting", "hello")
    path = store.path
    store.close()
    connection = connect(path, KEY)
    connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    old = path.read_bytes()

    def stamp(engine: Engine, role: Role) -> None:
        with engine.begin() as made:
            made.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": SCHEMA})

    monkeypatch.setattr("models.store.upgrade.migrate", stamp)
    again = DeskStore.open(path, KEY)
    assert again.meta("greeting") == "hello"
    again.close()
    assert path.with_name("desk.db.before-0000").read_bytes() == old


def test_what_a_killed_migration_left_is_cleared_away(tmp_path: Path) -> None:
    """Killed before the swap: half a copy lies beside the store, which opens as ever; a new one is made whole."""
    for name in ("desk.db.building", "desk.db.building-wal"):
        (tmp_path / name).write_bytes(b"half")
    store = DeskStore.open(tmp_path / "desk.db", KEY)
    store.close()
    assert sorted(found.name for found in tmp_path.iterdir()) == ["desk.db"]


def test_a_migration_that_fails_leaves_the_old_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = empty_desk(tmp_path)
    path = store.path
    store.close()
    connection = connect(path, KEY)
    connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    old = path.read_bytes()

    def fail(engine: Engine, role: Role) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("models.store.upgrade.migrate", fail)
    with pytest.raises(ZeroDivisionError):
        DeskStore.open(path, KEY)
    assert path.read_bytes() == old
    assert sorted(found.name for found in tmp_path.iterdir()) == ["desk.db"]
