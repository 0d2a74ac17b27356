"""What every table is made of: the naming of constraints, and the few kinds of column.

STRICT tables on SQLite know INTEGER and TEXT; PostgreSQL gets BIGINT and TEXT. Truth values are 0 and 1.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.schema import SchemaItem

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)
"""Every table of both roles."""

WHOLE = BigInteger().with_variant(Integer(), "sqlite")
"""Whole numbers and cents: 64 bits everywhere."""


def words(name: str, **more: Any) -> Column[str]:
    """Text that is never null; empty means nothing."""
    return Column(name, Text, nullable=False, server_default=text("''"), **more)


def key(name: str) -> Column[str]:
    """Text of a primary key."""
    return Column(name, Text, primary_key=True, nullable=False)


def whole(name: str, **more: Any) -> Column[int]:
    """A whole number that is never null; 0 by default."""
    return Column(name, WHOLE, nullable=False, server_default=text("0"), **more)


def maybe_whole(name: str) -> Column[int]:
    """A whole number that may be unknown (null)."""
    return Column(name, WHOLE, nullable=True)


def number_key(name: str) -> Column[int]:
    """A whole number of a primary key."""
    return Column(name, WHOLE, primary_key=True, nullable=False, autoincrement=False)


def check(rule: str, name: str) -> CheckConstraint:
    """A CHECK named `ck_<table>_<name>`."""
    return CheckConstraint(rule, name=name)


def table(name: str, *items: SchemaItem) -> Table:
    """A table of the common metadata, STRICT on SQLite."""
    return Table(name, metadata, *items, sqlite_strict=True)


def index(made: Table, *names: str, unique: bool = False, where: str = "") -> Index:
    """An index over columns of `made`, partial when `where` is given."""
    kind = "uq" if unique else "ix"
    name = "_".join((kind, made.name, *names, *(["part"] if where else [])))
    rule = text(where) if where else None
    columns = (made.c[column] for column in names)
    return Index(name, *columns, unique=unique, sqlite_where=rule, postgresql_where=rule)
