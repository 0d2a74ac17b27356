"""The hub's schema moves to Citus, YugabyteDB and CockroachDB as it is: docs/scaling.md says why.

What is asked of the tables as they are declared is asked again of a migrated PostgreSQL, where a revision might have
done otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Computed, Identity, Sequence, Table, UniqueConstraint

from models.migrations.walls import DIRECTORY
from models.tables.catalogue import tables_of

TABLES = sorted(tables_of("hub").values(), key=lambda table: table.name)
FOUND_WITHOUT_A_TENANT = {"device": ("device_id",), "enrolment": ("code_hash",)}
"""What is looked up before the practice is known, by a plain index of its own."""


def every(tables: list[Table]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("table", tables, ids=[table.name for table in tables])


@every(TABLES)
def test_the_tenant_leads_every_key(table: Table) -> None:
    assert next(iter(table.primary_key.columns)).name == "tenant"


@every(TABLES)
def test_the_tenant_leads_every_index(table: Table) -> None:
    for index in table.indexes:
        names = tuple(column.name for column in index.columns)
        if names == FOUND_WITHOUT_A_TENANT.get(table.name):
            assert not index.unique
            assert table.name in DIRECTORY
        else:
            assert names[0] == "tenant", index.name
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            assert next(iter(constraint.columns)).name == "tenant"


@every(TABLES)
def test_nothing_is_counted_by_the_database(table: Table) -> None:
    """A sequence is slow and unordered on distributed databases, and a global one is a shared bottleneck."""
    for column in table.columns:
        assert column.autoincrement in (False, "auto"), column.name
        assert not isinstance(column.default, Sequence)
        assert not isinstance(column.server_default, Identity | Computed)


@every(TABLES)
def test_no_row_leans_on_another_table(table: Table) -> None:
    """A foreign key may cross shards, and a deferrable one exists nowhere else."""
    assert not table.foreign_keys


@pytest.fixture
def catalogue(postgres_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(postgres_url) as connection:
        yield connection


REFUSED = {
    "sequences": "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace",
    "foreign keys": "SELECT conname FROM pg_constraint WHERE contype = 'f'",
    "deferrable constraints": "SELECT conname FROM pg_constraint WHERE condeferrable",
    "exclusions": "SELECT conname FROM pg_constraint WHERE contype = 'x'",
    "uniques not led by the tenant": (
        "SELECT i.indexrelid::regclass FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid "
        "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0] WHERE i.indisunique "
        "AND t.relnamespace = 'public'::regnamespace AND t.relname <> 'alembic_version' AND a.attname <> 'tenant'"
    ),
    "types others lack": (
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name <> 'alembic_version' AND data_type NOT IN ('text', 'bigint')"
    ),
    "triggers beside the insert-only ones": (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname NOT IN ('log_no_change', 'transfer_no_change')"
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_migrated_database_has_no(catalogue: psycopg.Connection[tuple[object, ...]], what: str) -> None:
    assert catalogue.execute(REFUSED[what]).fetchall() == []


def test_the_lint_sees_what_it_looks_for(catalogue: psycopg.Connection[tuple[object, ...]]) -> None:
    catalogue.execute("CREATE TABLE bad (id serial PRIMARY KEY, day date UNIQUE DEFERRABLE, head text)")
    catalogue.execute("ALTER TABLE tenant_head ADD UNIQUE (server_epoch), ADD EXCLUDE USING btree (hash WITH =)")
    catalogue.execute("ALTER TABLE bad ADD FOREIGN KEY (head) REFERENCES tenant_head (tenant)")
    catalogue.execute("CREATE TRIGGER t BEFORE INSERT ON bad FOR EACH ROW EXECUTE FUNCTION insert_only()")
    for what, query in REFUSED.items():
        assert catalogue.execute(query).fetchall(), what
    catalogue.rollback()
