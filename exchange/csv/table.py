"""A table out of text: its delimiter and quotes told apart, rows with the line each begins on, ragged ones refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from models.basics.errors import ImportRefused

DELIMITERS = (",", ";", "\t", "|")
LONGEST_FIELD = 100_000
MOST_COLUMNS = 1_000
_SAMPLE_ROWS = 25


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the number of the line it begins on (1 is the first line of the file)."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and what comes under it: rows, or why one is none."""

    header: list[str]
    delimiter: str
    rows: list[Row | tuple[int, ImportRefused]]


def read_table(text: str, delimiter: str = "") -> Table:
    """The table written in `text`. Blank lines count for nothing, before the header or after it.

    Raises ImportRefused `import.no_header`; rows of another width than the header, or with a quote that never closes,
    stand in `rows` as refusals.
    """
    used = delimiter or detect_delimiter(text)
    rows = _rows(text, used)
    for first in rows:
        if isinstance(first, Row):
            if len(first.cells) > MOST_COLUMNS:
                raise ImportRefused("import.no_header", path=f"line {first.line}")
            header = [cell.strip() for cell in first.cells]
            return Table(header, used, [_checked(row, header) for row in rows])
        raise first[1]
    raise ImportRefused("import.no_header", path="line 1")


def _checked(row: Row | tuple[int, ImportRefused], header: list[str]) -> Row | tuple[int, ImportRefused]:
    if not isinstance(row, Row) or len(row.cells) == len(header):
        return row
    extra = row.cells[len(header) :]
    if extra and not any(cell.strip() for cell in extra):
        return Row(row.line, row.cells[: len(header)])
    refused = ImportRefused("import.ragged_row", path=f"line {row.line}", found=len(row.cells), wanted=len(header))
    return row.line, refused


def _rows(text: str, delimiter: str) -> Iterator[Row | tuple[int, ImportRefused]]:
    """Every row that is not blank. A syntax error refuses its row, and reading goes on after it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    limit = csv.field_size_limit(LONGEST_FIELD)
    try:
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, ImportRefused(_syntax_error(str(error)), path=f"line {line}")
                continue
            if any(cell.strip() for cell in cells):
                yield Row(line, cells)
    finally:
        csv.field_size_limit(limit)


def _syntax_error(said: str) -> str:
    return "import.text_too_long_cell" if "limit" in said else "import.quote_open"


def detect_delimiter(text: str) -> str:
    """The delimiter under which the first rows are widest and alike; a comma when nothing tells.

    Judged by rows, not by signs: a comma inside quotes does not count.
    """
    best = (0.0, 0, ",")
    for order, delimiter in enumerate(DELIMITERS):
        widths = _widths(text, delimiter)
        if not widths or widths[0] < 2:
            continue
        alike = sum(width == widths[0] for width in widths) / len(widths)
        best = max(best, (alike, -order if alike < 1 else widths[0], delimiter))
    return best[2]


def _widths(text: str, delimiter: str) -> list[int]:
    widths: list[int] = []
    for row in _rows(text[: 1 << 16], delimiter):
        if isinstance(row, Row):
            widths.append(len(row.cells))
        if len(widths) >= _SAMPLE_ROWS:
            break
    return widths
