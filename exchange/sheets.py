"""Tables for other programs: rows of text and amounts as CSV or as an Excel workbook, written row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from exchange.workbook import write_workbook

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


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


def write_csv(sheet: Sheet, out: BinaryIO) -> None:
    """UTF-8 with a mark that spreadsheets know it by; amounts as `1234.50`.

    Text that a spreadsheet would run as a formula gets an apostrophe before it: names come from outside.
    """
    text = io.TextIOWrapper(out, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(column.title for column in sheet.columns)
    for row in sheet.rows:
        writer.writerow(_plain(cell) for cell in row)
    text.flush()
    text.detach()


def write_xlsx(sheet: Sheet, out: BinaryIO) -> None:
    """A workbook: a frozen head with filters, amounts as numbers with two decimals. No cell is a formula or a link,
    whatever its text."""
    write_workbook(sheet.name, [column.title for column in sheet.columns], sheet.rows, out)


WRITERS: dict[str, Callable[[Sheet, BinaryIO], None]] = {"csv": write_csv, "xlsx": write_xlsx}
"""Writers by the suffix of a file."""


def _plain(cell: str | int) -> str:
    if isinstance(cell, int):
        sign, cents = ("-" if cell < 0 else ""), abs(cell)
        return f"{sign}{cents // 100}.{cents % 100:02d}"
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell
