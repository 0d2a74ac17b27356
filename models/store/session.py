"""One transaction's hands on a database: the same few statements on SQLite and PostgreSQL, without detours.

Statements here are text over the tables of `models.tables`, made once per dialect and run on the driver's own cursor:
taking a copay is some twenty statements and has a millisecond. Begin and commit stay with SQLAlchemy. Runs of rows
travel in one statement: `executemany` on SQLite, one JSON value on PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from itertools import chain, islice
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Connection, Table

from models.tables.columns import WHOLE

Row = Mapping[str, Any]
"""A row of a table by column name."""

RUN = 32
"""So many rows SQLite adds in one statement: each row of its own is a way into the library and back, during which
another thread may take the interpreter."""

_NAMED = re.compile(r"(?<![:\w]):(\w+)")
_AMONG = re.compile(r"IN \(:(\w+)\)")
_EACH = re.compile(r"EACH \(:(\w+)\)")
_PLAIN = frozenset({str, int, bool, type(None)})
"""Values that stand for themselves, and so do other kinds of text and numbers; the rest are collections of text."""


class Session:
    """Reads and writes within one open transaction of `connection`. Not to be kept beyond it.

    After a first error every further statement raises it again: SQLite may have ended the transaction by itself (a full
    disk), and what follows would be committed alone.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect.name
        self.driver: Any = connection.connection.dbapi_connection
        self._postgres = self.dialect == "postgresql"
        self._entering: str | None = None
        self._in_journey = False
        self.failed: Exception | None = None

    def enter(self, tenant: str, *, at_once: bool = False) -> None:
        """From here on act for this practice alone, for the rest of the transaction: on PostgreSQL under the serving
        role, behind the walls of `models.migrations.walls`; with an empty `tenant` only the directory is seen.

        Travels with the next statement; `at_once` for those who use `connection` without this session.
        """
        if self._postgres:
            self._entering = tenant
            if at_once:
                self._execute("SELECT 1", ())

    def rows(self, query: str, /, **values: Any) -> list[Any]:
        """Every row of a query with `:name` values; `IN (:names)` takes a collection of text.

        `EACH (:names)` at the end of a query, or of a part of a UNION ALL, takes one too, and has PostgreSQL look for
        one after the other: of a table it has not taken stock of yet it would rather read a whole practice.
        """
        cursor = self._run(query, values)
        found: list[Any] = cursor.fetchall()
        return found

    def one(self, query: str, /, **values: Any) -> Any:
        """The first row of a query, or None."""
        cursor = self._run(query, values)
        found = cursor.fetchone()
        cursor.close()
        return found

    def run(self, query: str, /, **values: Any) -> int:
        """Run a statement and return how many rows it touched."""
        return int(self._run(query, values).rowcount)

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows; every column of the table must be in each."""
        self._bulk(table, rows, "")

    def insert_new(self, table: Table, rows: Sequence[Row]) -> None:
        """Add the rows whose key is not there yet."""
        self._bulk(table, rows, " ON CONFLICT DO NOTHING")

    def put(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows or replace those with the same key, whole. One key may appear once."""
        self._bulk(table, rows, _replace_clause(table))

    def change(self, table: Table, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
        """Set some columns of rows that are there, found by their keys."""
        if not rows:
            return
        if self._postgres:
            self._execute(_change_postgres(table, columns), (orjson.dumps(rows).decode(),))
        else:
            cells = itemgetter(*columns, *_key_names(table))
            self.many(_change_sqlite(table, columns), map(cells, rows))

    def post_to_accounts(self, table: Table, rows: Sequence[Row], there: Mapping[str, tuple[int, int]], tenant: str, *,
                         pending: bool, asking: Session | None = None) -> None:  # fmt: skip
        """Move totals of accounts, of the pending or the confirmed layer: `rows` are whole rows of accounts that may be
        new, with what to begin with or to add; `there` says what to add to accounts that certainly exist, (debits,
        credits) by id. The CHECKs look at the sums. `asking`: who is asked which exist, where not this session."""
        debits, credits_ = ("pending_debits", "pending_credits") if pending else ("debits", "credits")
        adds = [(sums[0], sums[1], tenant, account_id) for account_id, sums in there.items()]
        if self._postgres:
            if rows:
                self._execute(_open_postgres(table, debits, credits_), (orjson.dumps(rows).decode(),))
            if adds:
                told = [dict(zip(("debits", "credits", "tenant", "id"), row, strict=True)) for row in adds]
                self._execute(_add_postgres(debits, credits_), (orjson.dumps(told).decode(),))
            return
        if rows:
            query = "SELECT id FROM account WHERE tenant = :tenant AND id IN (:ids)"
            known = {row[0] for row in (asking or self).rows(query, tenant=tenant, ids=[row["id"] for row in rows])}
            self.insert(table, [row for row in rows if row["id"] not in known])
            adds += [(row[debits], row[credits_], tenant, row["id"]) for row in rows if row["id"] in known]
        if adds:
            self.many(_add_sqlite(debits, credits_), adds)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Statements inside need no answer of each other: PostgreSQL gets them in one journey."""
        if not self._postgres:
            yield
            return
        with self.driver.pipeline():
            self._in_journey = True
            try:
                yield
            finally:
                self._in_journey = False

    def read_together(self, queries: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Any]]:
        """The rows of several independent queries, asked in one journey."""
        if not self._postgres or len(queries) < 2:
            return [self._run(query, values).fetchall() for query, values in queries]
        with self.together():
            cursors = [self._run(query, values) for query, values in queries]
        return [cursor.fetchall() for cursor in cursors]

    def many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement of SQLite's own once for every row of `?` values."""
        if self.failed is not None:
            raise self.failed
        try:
            self.driver.executemany(statement, rows)
        except Exception as error:
            self.failed = error
            raise

    def _execute(self, statement: str, values: Any) -> Any:
        if self.failed is not None:
            raise self.failed
        try:
            if self._entering is None:
                return self.driver.execute(statement, values)
            with nullcontext() if self._in_journey else self.driver.pipeline():  # begins the transaction, too, with it
                tenant, self._entering = self._entering, None
                self.driver.execute(_ENTER, (tenant,))
                return self.driver.execute(statement, values)
        except Exception as error:
            self.failed = error
            raise

    def _run(self, query: str, values: Mapping[str, Any]) -> Any:
        text = _postgres_text if self._postgres else _sqlite_text
        lists = [name for name, value in values.items()
                 if type(value) not in _PLAIN and not isinstance(value, str | int)]  # fmt: skip
        if not lists:
            return self._execute(text(query), values)
        plain = dict(values)
        single: list[str] = []
        for name in lists:
            value = values[name]
            if len(value) == 1:
                plain[name] = next(iter(value))
                single.append(name)
            elif self._postgres and f"EACH (:{name})" not in query:
                plain[name] = list(value)
            else:
                plain[name] = orjson.dumps(sorted(value)).decode()
        return self._execute(text(query, *single), plain)

    def _bulk(self, table: Table, rows: Sequence[Row], clause: str) -> None:
        if not rows:
            return
        if self._postgres:
            self._execute(_insert_postgres(table) + clause, (orjson.dumps(rows).decode(),))
        else:
            self._insert_runs(table, clause, map(_cells(table), rows), len(rows))

    def _insert_runs(self, table: Table, clause: str, cells: Iterator[tuple[Any, ...]], count: int) -> None:
        """Rows by RUN in one statement, what is left one by one."""
        for _ in range(count // RUN):
            self._execute(_insert_sqlite(table, RUN) + clause, tuple(chain.from_iterable(islice(cells, RUN))))
        if count % RUN:
            self.many(_insert_sqlite(table) + clause, cells)


class Looking(Session):
    """A session over a desk's reading connection: it asks, and what it is told to write is written nowhere."""

    def __init__(self, reader: Any) -> None:
        self.dialect = "sqlite"
        self.driver = reader
        self._postgres = False
        self.failed = None
        self._entering = None
        self._in_journey = False

    def run(self, query: str, /, **values: Any) -> int:  # noqa: ARG002 - as if one row was touched
        return 1

    def many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Written nowhere."""

    def _insert_runs(self, table: Table, clause: str, cells: Iterator[tuple[Any, ...]], count: int) -> None:
        """Written nowhere."""


@cache
def column_names(table: Table) -> tuple[str, ...]:
    """The names of a table's columns, in order."""
    return tuple(str(column.name) for column in table.columns)  # plain text: the library has a kind of its own


@cache
def select_columns(table: Table) -> str:
    """`SELECT <every column> FROM <table>`, to be continued with WHERE."""
    return f"SELECT {', '.join(_quoted(name) for name in column_names(table))} FROM {table.name}"


def as_rows(table: Table, found: Sequence[Any]) -> list[dict[str, Any]]:
    """What `select_columns` found, by column name."""
    names = column_names(table)
    return [dict(zip(names, row, strict=True)) for row in found]


@cache
def _postgres_text(query: str, *single: str) -> str:
    """`IN (:ids)` takes an array, whose length the planner sees, `EACH (:ids)` a JSON list; names of `single` values
    are compared plainly."""
    parts = " UNION ALL ".join(map(_one_by_one, _plainly(query, single).replace("%", "%%").split(" UNION ALL ")))
    return _NAMED.sub(r"%(\1)s", _AMONG.sub(r"= ANY(:\1)", parts))


def _one_by_one(query: str) -> str:
    """A query whose rows are looked up id by id where it says `EACH (:ids)`."""
    found = _EACH.search(query)
    if found is None:
        return query
    wanted = f"json_array_elements_text(:{found[1]}::json) AS wanted(id)"
    return f"SELECT found.* FROM {wanted}, LATERAL ({query.replace(found[0], '= wanted.id')} OFFSET 0) AS found"


@cache
def _sqlite_text(query: str, *single: str) -> str:
    """`IN (:ids)` and `EACH (:ids)` read a JSON list; names of `single` values are compared plainly."""
    return _AMONG.sub(r"IN (SELECT value FROM json_each(:\1))", _plainly(query, single).replace("EACH (:", "IN (:"))


def _plainly(query: str, single: Sequence[str]) -> str:
    for name in single:
        query = query.replace(f"IN (:{name})", f"= :{name}").replace(f"EACH (:{name})", f"= :{name}")
    return query


@cache
def _insert_postgres(table: Table) -> str:
    shape = _shape_postgres(table, column_names(table))
    return f"{_insert_head(table)} SELECT * FROM json_to_recordset(%s::json) AS r({shape})"


@cache
def _insert_sqlite(table: Table, rows: int = 1) -> str:
    row = f"({', '.join('?' for _ in table.columns)})"
    return f"{_insert_head(table)} VALUES {', '.join([row] * rows)}"


def _insert_head(table: Table) -> str:
    return f"INSERT INTO {table.name} ({', '.join(_quoted(name) for name in column_names(table))})"


@cache
def _replace_clause(table: Table) -> str:
    keys = [column.name for column in table.primary_key.columns]
    others = [name for name in column_names(table) if name not in keys]
    changes = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in others)
    return f" ON CONFLICT ({', '.join(_quoted(name) for name in keys)}) DO UPDATE SET {changes}"


@cache
def _key_names(table: Table) -> tuple[str, ...]:
    return tuple(str(column.name) for column in table.primary_key.columns)


@cache
def _change_sqlite(table: Table, columns: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_quoted(name)} = ?" for name in columns)
    return f"UPDATE {table.name} SET {changes} WHERE {' AND '.join(f'{_quoted(n)} = ?' for n in _key_names(table))}"


@cache
def _change_postgres(table: Table, columns: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_quoted(name)} = r.{_quoted(name)}" for name in columns)
    same = " AND ".join(f"t.{_quoted(name)} = r.{_quoted(name)}" for name in _key_names(table))
    shape = _shape_postgres(table, (*_key_names(table), *columns))
    return f"UPDATE {table.name} t SET {changes} FROM json_to_recordset(%s::json) AS r({shape}) WHERE {same}"


def _shape_postgres(table: Table, names: Sequence[str]) -> str:
    return ", ".join(f'"{name}" {"bigint" if table.c[name].type is WHOLE else "text"}' for name in names)


@cache
def _cells(table: Table) -> Callable[[Row], tuple[Any, ...]]:
    """Takes the cells of a row out in the order of the table's columns."""
    return itemgetter(*column_names(table))


def _quoted(name: str) -> str:
    return f'"{name}"'


_ENTER = "SELECT set_config('role', 'copaydesk_serving', true), set_config('copaydesk.tenant', %s, true)"


@cache
def _add_sqlite(debits: str, credits_: str) -> str:
    return f"UPDATE account SET {debits} = {debits} + ?, {credits_} = {credits_} + ? WHERE tenant = ? AND id = ?"


@cache
def _add_postgres(debits: str, credits_: str) -> str:
    """As a recordset: PostgreSQL then looks for one account after the other, not through all of a practice."""
    return (
        f"UPDATE account a SET {debits} = a.{debits} + told.debits, {credits_} = a.{credits_} + told.credits FROM "
        "json_to_recordset(%s::json) AS told(tenant text, id text, debits bigint, credits bigint) "
        "WHERE a.tenant = told.tenant AND a.id = told.id"
    )


@cache
def _open_postgres(table: Table, debits: str, credits_: str) -> str:
    """Rows that are there are moved, the others made: both see the table as it was before. Asked for one by one, not
    joined: see `Session.rows`."""
    names = ", ".join(_quoted(name) for name in column_names(table))
    shape = _shape_postgres(table, column_names(table))
    return (
        f"WITH told AS MATERIALIZED (SELECT * FROM json_to_recordset(%s::json) AS r({shape})), made AS (INSERT INTO "
        f"account ({names}) SELECT {names} FROM told WHERE (SELECT a.id FROM account a WHERE a.tenant = told.tenant "
        f"AND a.id = told.id) IS NULL) UPDATE account a SET {debits} = a.{debits} + told.{debits}, "
        f"{credits_} = a.{credits_} + told.{credits_} FROM told WHERE a.tenant = told.tenant AND a.id = told.id"
    )
