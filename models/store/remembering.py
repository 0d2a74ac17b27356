"""A connection's answers kept for the length of one transaction: a story asks for the same patient three times. And
longer, from the sheet that a person looked at to the write that follows it, as long as nothing was written between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Known = dict[tuple[str, Any], Sequence[Any]]
"""Rows by query and values."""


class Answer:
    """Rows as a cursor gives them."""

    __slots__ = ("_rest",)

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rest = iter(rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rest

    def fetchone(self) -> Any:
        """The next row, or None."""
        return next(self._rest, None)

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        return list(self._rest)

    def close(self) -> None:
        """Nothing is held open."""


class Remembering:
    """Asks `driver` each question once. Whoever writes to a table meanwhile calls `forget`."""

    def __init__(self, driver: Any, known: Known | None = None) -> None:
        """`known`: answers that certainly still hold."""
        self._driver = driver
        self._known: Known = dict(known or {})

    @property
    def known(self) -> Known:
        """Every answer so far."""
        return self._known

    def execute(self, query: str, values: Any = ()) -> Answer:
        """The answer to a query, from memory where it was asked with the same values before."""
        key = (query, tuple(values.items()) if isinstance(values, dict) else tuple(values))
        rows = self._known.get(key)
        if rows is None:
            rows = self._known[key] = self._driver.execute(query, values).fetchall()
        return Answer(rows)

    def forget(self, table: str) -> None:
        """Something was written to a table: what names it is asked anew."""
        for key in [key for key in self._known if table in key[0]]:
            del self._known[key]
