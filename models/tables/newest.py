"""Today's tables as statements of SQLite, for a file that has none yet: what all migrations together come to, without
loading them. A test holds the two against each other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from operator import attrgetter

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from models.tables.catalogue import Role, tables_of

_STAMP = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
_SEARCH = (
    "CREATE VIRTUAL TABLE patient_search USING fts5(words, content='patient_index', content_rowid='no', "
    "tokenize=\"ascii tokenchars '_'\", prefix='1 2 3 6', detail='none', columnsize=0)"
)
_INSERT_ONLY = tuple(
    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}{rule} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is insert only'); END"
    for table, rule in (("log", ""), ("transfer", " WHEN OLD.seq > 0"))
    for act in ("UPDATE", "DELETE")
)


@cache
def statements(role: Role) -> tuple[str, ...]:
    """Everything that makes the tables of a desk or a hub, but the row that says which revision they are."""
    return (_STAMP, *_tables(role), *_INSERT_ONLY, *([_SEARCH] if role == "desk" else []))


def _tables(role: Role) -> Iterator[str]:
    dialect = sqlite.dialect()
    for table in tables_of(role).values():
        yield str(CreateTable(table).compile(dialect=dialect))
        for index in sorted(table.indexes, key=attrgetter("name")):
            yield str(CreateIndex(index).compile(dialect=dialect))
