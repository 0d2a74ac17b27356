"""Tables for other programs: what is written is read back the same, and nothing in it is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from exchange import workbook
from exchange.sheets import WRITERS, Column, Sheet

COLUMNS = (Column("Name"), Column("Balance", money=True))
_text = st.text(st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=40)
_rows = st.lists(st.tuples(_text, st.integers(-(10**12), 10**12)), max_size=12)


def written(kind: str, rows: Iterable[tuple[str | int, ...]]) -> bytes:
    out = io.BytesIO()
    WRITERS[kind](Sheet("List", COLUMNS, rows), out)
    return out.getvalue()


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@settings(max_examples=60, deadline=None)
@given(_rows)
def test_csv_is_read_back_the_same(rows: list[tuple[str, int]]) -> None:
    head, *found = read_csv(written("csv", rows))
    assert head == ["Name", "Balance"]
    assert [(name.removeprefix("'"), Decimal(cents)) for name, cents in found] == [
        (name.removeprefix("'"), Decimal(cents) / 100) for name, cents in rows
    ]


@settings(max_examples=30, deadline=None)
@given(_rows)
def test_a_workbook_is_read_back_the_same(rows: list[tuple[str, int]]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", rows)))
    assert book.sheetnames == ["List"]
    head, *found = book["List"].iter_rows(max_col=2)
    assert [cell.value for cell in head] == ["Name", "Balance"]
    assert [(cells[0].value or "", round(Decimal(str(cells[1].value)), 2)) for cells in found] == [
        (name, Decimal(cents) / 100) for name, cents in rows
    ]
    assert all(cells[0].data_type != "f" and cells[0].hyperlink is None for cells in found)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@sum(a)", "\tx", '=HYPERLINK("http://x","y")'])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert read_csv(written("csv", [(text, 0)]))[1][0] == f"'{text}"
    cell = openpyxl.load_workbook(io.BytesIO(written("xlsx", [(text, 0)])))["List"]["A2"]
    assert (cell.data_type, cell.value) == ("s", text)


@pytest.mark.parametrize(
    ("cents", "shown"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-1234, "-12.34"), (100, "1.00")]
)
def test_amounts_have_two_decimals(cents: int, shown: str) -> None:
    assert read_csv(written("csv", [("Ann", cents)]))[1][1] == shown


def test_an_empty_list_still_has_its_head() -> None:
    assert [cell.value for cell in openpyxl.load_workbook(io.BytesIO(written("xlsx", [])))["List"][1]] == [
        "Name",
        "Balance",
    ]
    assert read_csv(written("csv", [])) == [["Name", "Balance"]]


def test_a_long_list_goes_on_in_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", [(f"Row {n}", n * 100) for n in range(7)])))
    assert book.sheetnames == ["List", "List 2", "List 3"]
    assert [[row[0].value for row in page.iter_rows()] for page in book] == [
        ["Name", "Row 0", "Row 1", "Row 2"], ["Name", "Row 3", "Row 4", "Row 5"], ["Name", "Row 6"],
    ]  # fmt: skip
    assert [(page.freeze_panes, page.auto_filter.ref) for page in book] == [("A2", "A1:B4"), ("A2", "A1:B4"),
                                                                            ("A2", "A1:B2")]  # fmt: skip


def test_signs_a_workbook_cannot_hold_are_left_out_and_codes_stay_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", [("a\x00b\ud800c _x0041_ <&> \n end", 0)])))
    assert unescape(book["List"]["A2"].value) == "abc _x0041_ <&> \n end"
