"""Tables for other programs: rows of text and amounts as CSV or as an Excel workbook, in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 40


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `money` columns hold whole cents, the others text."""

    title: str
    money: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name, its columns, and rows with a cell for each."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[str | int, ...]]


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with a mark that spreadsheets know it by; amounts as `1234.50`.

    Text that a spreadsheet would run as a formula gets an apostrophe before it: names come from outside.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(column.title for column in sheet.columns)
    for row in sheet.rows:
        writer.writerow(_plain(cell) for cell in row)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(sheet: Sheet) -> bytes:
    """A workbook of one sheet: a frozen head with filters, amounts as numbers with two decimals. No cell is a formula
    or a link, whatever its text."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, options) as book:
        page = book.add_worksheet(sheet.name)
        head, money = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "#,##0.00"})
        page.write_row(0, 0, [column.title for column in sheet.columns], head)
        widths = [len(column.title) for column in sheet.columns]
        count = 0
        for count, row in enumerate(sheet.rows, start=1):
            for at, cell in enumerate(row):
                if isinstance(cell, int):
                    page.write_number(count, at, Decimal(cell) / 100, money)
                elif cell:
                    page.write_string(count, at, cell)
                    widths[at] = max(widths[at], len(cell))
        for at, width in enumerate(widths):
            page.set_column(at, at, min(width, _WIDEST) + 2)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, count, len(sheet.columns) - 1)
    return out.getvalue()


WRITERS: dict[str, Callable[[Sheet], bytes]] = {"csv": as_csv, "xlsx": as_xlsx}
"""Writers by the suffix of a file."""


def _plain(cell: str | int) -> str:
    if isinstance(cell, int):
        sign, cents = ("-" if cell < 0 else ""), abs(cell)
        return f"{sign}{cents // 100}.{cents % 100:02d}"
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell
