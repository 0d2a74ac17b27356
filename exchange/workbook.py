"""An Excel workbook (ECMA-376, SpreadsheetML) written row by row into any stream: neither its length nor its content is
ever kept in memory or in a file of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import IO, BinaryIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

SHEET_ROWS = 1_000_000
"""So many rows a sheet holds under its head; a longer table goes on in the next (a sheet may have 1,048,576)."""
_MEASURED = 500
"""Rows whose text says how wide the columns are."""
_WIDEST = 40
_HEAD, _MONEY = 1, 2
"""Cell formats, by their place in _STYLES."""
_LEVEL = 4
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/>'
    '<sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="2"><border/><border><left/><right/><top/>'
    '<bottom style="thin"/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">'
    '<xf xfId="0"/><xf fontId="1" borderId="1" applyFont="1" applyBorder="1" xfId="0"/>'
    '<xf numFmtId="4" applyNumberFormat="1" xfId="0"/></cellXfs><cellStyles count="1"><cellStyle '
    'name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
Cells = Sequence[str | int]


def write_workbook(name: str, heads: Sequence[str], rows: Iterable[Cells], out: BinaryIO) -> None:
    """Write a table called `name`: whole numbers are cents and shown with two decimals, everything else is text."""
    waiting = iter(rows)
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as book:
        names: list[str] = []
        following = list(islice(waiting, 1))
        while following or not names:
            names.append(f"{name} {len(names) + 1}" if names else name)
            part = chain(following, islice(waiting, SHEET_ROWS - len(following)))
            with book.open(f"xl/worksheets/sheet{len(names)}.xml", "w", force_zip64=True) as page:
                _write_page(page, heads, part)
            following = list(islice(waiting, 1))
        for path, content in _around(names).items():
            book.writestr(path, content)


def _write_page(page: IO[bytes], heads: Sequence[str], rows: Iterator[Cells]) -> None:
    first = list(islice(rows, _MEASURED))
    widths = [min(max(len(head), *(len(str(row[at])) for row in first), 0), _WIDEST) for at, head in enumerate(heads)]
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width + 2}" customWidth="1"/>' for at, width in enumerate(widths, 1)
    )
    page.write(
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
        'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{_row(heads, _HEAD)}".encode()
    )
    count = 1
    for row in chain(first, rows):
        page.write(_row(row).encode())
        count += 1
    page.write(f'</sheetData><autoFilter ref="A1:{_letters(len(heads))}{count}"/></worksheet>'.encode())


def _row(cells: Cells, style: int = 0) -> str:
    return f"<row>{''.join(_cell(cell, style) for cell in cells)}</row>"


def _cell(cell: str | int, style: int) -> str:
    if isinstance(cell, int):
        return f'<c s="{_MONEY}"><v>{"-" if cell < 0 else ""}{abs(cell) // 100}.{abs(cell) % 100:02d}</v></c>'
    if not cell:
        return "<c/>"
    text = escape(_CODED.sub("_x005F_", _UNREADABLE.sub("", cell)))
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(column: int) -> str:
    """`A` for 1, `AA` for 27."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def _around(names: Sequence[str]) -> dict[str, str]:
    """Everything a package has beside its sheets."""
    numbers = range(1, len(names) + 1)
    styles = len(names) + 1
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(numbers, names, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
    )
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{_TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f"{kinds}</Types>",
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{links}<Relationship '
        f'Id="rId{styles}" Type="{_LINKS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }  # fmt: skip
