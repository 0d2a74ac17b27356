"""The desks' questions, asked at a hub: `models.store.queries` over one of its transactions, on either database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from models.store.session import Session

_HINT = re.compile(r" INDEXED BY \w+| NOT INDEXED")
_MARK = re.compile(r"\?")


class Answer:
    """Rows as a driver's cursor hands them out."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = iter(rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows

    def fetchone(self) -> Any:
        """The next row, or None."""
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        """What is left."""
        return list(self._rows)


class HubReader:
    """What a question takes for a connection. Not to be kept beyond its transaction."""

    def __init__(self, session: Session) -> None:
        self._session, self._postgres = session, session.dialect == "postgresql"

    def execute(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Answer:
        """Ask; `?` or `:name` stand for the values."""
        named = values if isinstance(values, Mapping) else {f"v{n}": value for n, value in enumerate(values)}
        text = query if isinstance(values, Mapping) else _numbered(query)
        if not self._postgres:
            return Answer(self._session.rows(text, **named))
        found = self._session.rows(_HINT.sub("", text), **named)
        return Answer([tuple(_plain(cell) for cell in row) for row in found])


@cache
def _numbered(query: str) -> str:
    """`?` as `:v0`, `:v1`, …; a list of one is no collection."""
    count = iter(range(query.count("?")))
    return _MARK.sub(lambda _found: f":v{next(count)}", query.replace("IN (?)", "IN ((?))"))


def _plain(cell: Any) -> Any:
    """Sums of whole numbers are whole numbers, whatever the database calls them."""
    return int(cell) if isinstance(cell, Decimal) else cell
