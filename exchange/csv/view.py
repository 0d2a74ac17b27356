"""A table with its columns known, and one row of it by field name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from exchange.csv.table import Row
from exchange.drafts import FileContent
from exchange.values import clean
from models.basics.errors import ImportRefused


@dataclass(frozen=True, slots=True)
class Sheet:
    """Good rows of a table. `order` is how it writes dates, `today` the clinic's day."""

    kind: str
    columns: dict[str, int]
    rows: list[Row]
    zone: ZoneInfo
    order: str
    today: date

    def each(self, content: FileContent, record_kind: str, work: Callable[[Cells], None]) -> None:
        """Do `work` for every row; what it refuses is listed with its line and does not stop the rest."""
        for row in self.rows:
            content.read[f"{self.kind} row"] += 1
            try:
                work(Cells(self, row))
            except ImportRefused as error:
                content.refuse(error, f"line {row.line}", record_kind)

    def silent(self, *fields: tuple[str, str]) -> frozenset[str]:
        """Of (field of the record, field of the table): the records' fields no column speaks of."""
        return frozenset(name for name, column in fields if column not in self.columns)


@dataclass(frozen=True, slots=True)
class Cells:
    """One row, cell by field name."""

    sheet: Sheet
    row: Row

    @property
    def path(self) -> str:
        return f"line {self.row.line}"

    def at(self, name: str) -> str:
        """Where a cell stands."""
        return f"line {self.row.line}, {name}"

    def text(self, name: str, limit: int = 1_000) -> str:
        """A clean cell; empty when there is no such column."""
        place = self.sheet.columns.get(name)
        return clean(self.row.cells[place], self.at(name), limit) if place is not None else ""
