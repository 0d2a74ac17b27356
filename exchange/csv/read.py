"""One CSV file: its table, its columns, and its rows as drafts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from exchange.csv import fees, payments, people, transactions, visits
from exchange.csv.cells import date_order
from exchange.csv.columns import Mapping, find_columns
from exchange.csv.table import Row, Table, read_table
from exchange.csv.view import Sheet
from exchange.drafts import FileContent, Reading
from models.basics.errors import ImportRefused

READERS: dict[str, Callable[[Sheet, FileContent], None]] = {
    "patients": people.read_patients,
    "practitioners": people.read_practitioners,
    "appointments": visits.read,
    "transactions": transactions.read,
    "payments": payments.read,
    "fees": fees.read,
}
"""Who reads which table."""

_DATES = ("birth_date", "death_date", "start", "date", "end", "from", "received", "posted", "starts_on")


def read_csv(name: str, text: str, reading: Reading, mapping: Mapping, today: date) -> FileContent:
    """Everything of use in one table. Never raises for its content: what cannot be taken is listed in refusals."""
    content = FileContent(name)
    try:
        table = read_table(text, mapping.delimiter)
        kind, columns = find_columns(table.header, mapping)
    except ImportRefused as error:
        content.refuse(error, "line 1")
        return content
    order = mapping.dates or _order(table, columns)
    sheet = Sheet(kind, columns, _good_rows(table, content, kind), reading.zone, order, today)
    READERS[kind](sheet, content)
    return content


RECORD_OF_TABLE = {"patients": "patient", "appointments": "appointment", "practitioners": "practitioner",
                   "transactions": "charge", "payments": "payment", "fees": "fee_schedule"}  # fmt: skip


def _good_rows(table: Table, content: FileContent, kind: str) -> list[Row]:
    good = []
    for row in table.rows:
        if isinstance(row, Row):
            good.append(row)
        else:
            line, error = row
            content.read[f"{kind} row"] += 1
            content.refuse(error, f"line {line}", RECORD_OF_TABLE[kind])
    return good


def _order(table: Table, columns: dict[str, int]) -> str:
    places = [columns[name] for name in _DATES if name in columns]
    return date_order(row.cells[at] for row in table.rows if isinstance(row, Row) for at in places)
