"""A report on the receipt printer's roll, and as plain text."""

from __future__ import annotations

from models.basics.money import show_cents
from receipts.layouts.common import NARROWEST_COLUMNS, TRAINING, Block, Roll, Text
from receipts.layouts.letters import UNICODE, width
from receipts.report import ReportDocument, ReportSection

_WIDE = 2
"""Tables of more columns than this lay their middle cells on a line of their own."""


def report_blocks(document: ReportDocument, columns: int = 42, code_page: str = "cp1252") -> tuple[Block, ...]:
    """The report line by line for paper of `columns` characters (24 or more). Raises ValueError for fewer."""
    if columns < NARROWEST_COLUMNS:
        raise ValueError(f"a report needs {NARROWEST_COLUMNS} columns or more, not {columns}")
    page = Roll(columns, code_page)
    if document.clinic.training:
        page.centered(TRAINING, bold=True, tall=True)
    page.centered(document.clinic.name.upper(), bold=True)
    page.centered(document.kind.upper(), bold=True, tall=True)
    page.centered(document.number)
    page.rule()
    for words, text in document.facts:
        page.pair(words, text)
    for section in document.sections:
        page.rule()
        _section(page, section)
    page.rule()
    for words in document.sign:
        page.done += (Text(""), Text(""))
        page.pair(words, "_" * max(columns - len(words) - 2, 4))
    if document.closing:
        page.centered(document.closing)
    return tuple(page.done)


def report_text(document: ReportDocument, columns: int = 42) -> str:
    """The same in lines of at most `columns`, letters as written; ends with a line break."""
    lines = []
    for block in report_blocks(document, columns, UNICODE):
        if isinstance(block, Text):
            inset = (columns - width(block.text)) // 2 if block.align == "center" else 0
            lines.append(" " * inset + block.text)
        else:
            lines.append("-" * columns)
    return "\n".join(lines) + "\n"


def _section(page: Roll, section: ReportSection) -> None:
    page.centered(section.title, bold=True)
    for number, row in enumerate((*section.rows, *((section.total,) if section.total else ()))):
        last = number == len(section.rows)
        page.pair(_cell(row[0]), _cell(row[-1]) if len(row) > 1 else "", bold=last)
        if len(row) > _WIDE:
            for head, cell in zip(section.columns[1:-1], row[1:-1], strict=True):
                if cell not in ("", 0):
                    page.pair(head, _cell(cell), "  ")
    if section.note:
        page.centered(section.note)


def _cell(cell: str | int) -> str:
    return show_cents(cell) if isinstance(cell, int) else cell
