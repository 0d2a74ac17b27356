"""Short names for what revisions are made of: columns of each kind, and indexes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str) -> sa.Column[Any]:
    """Text that is never null; empty means nothing."""
    return sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''"))


def whole(name: str) -> sa.Column[Any]:
    """A whole number that is never null; 0 by default."""
    return sa.Column(name, _WHOLE, nullable=False, server_default=sa.text("0"))


def maybe_whole(name: str) -> sa.Column[Any]:
    """A whole number that may be unknown (null)."""
    return sa.Column(name, _WHOLE, nullable=True)


def key(name: str) -> sa.Column[Any]:
    """Text of a primary key."""
    return sa.Column(name, sa.Text(), nullable=False)


def number_key(name: str) -> sa.Column[Any]:
    """A whole number of a primary key."""
    return sa.Column(name, _WHOLE, nullable=False, autoincrement=False)


def add_index(name: str, table: str, columns: Sequence[str], *, unique: bool = False, where: str = "") -> None:
    """An index, partial when `where` is given."""
    rule = sa.text(where) if where else None
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=rule, postgresql_where=rule)
