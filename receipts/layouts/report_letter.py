"""A report as letter pages: facts at the head, then its tables. As many pages as it needs, the same bytes each time.

Importing this loads reportlab (about 0.1 s): do it where a page is wanted, not at start.
"""

from __future__ import annotations

from models.basics.money import show_cents
from receipts.layouts.letter import INSET, LEFT, RIGHT, SMALL, Letter
from receipts.layouts.pdf_page import BORDER, HAIRLINE, MUTED, SECOND, SUNKEN, TEXT
from receipts.report import ReportDocument, ReportSection

_ROW, _HEAD = 15.0, 17.0
_GAP = 8.0


def report_pdf(document: ReportDocument) -> bytes:
    """`document` as a PDF on letter paper with its fonts embedded."""
    letter = Letter(document.clinic, document.kind, document.name)
    letter.head()
    letter.whom("", (), document.facts)
    for section in document.sections:
        _Table(letter, section).draw()
    for words in document.sign:
        letter.room(40)
        letter.y -= 34
        letter.sheets.words(LEFT, letter.y, words, SMALL, ink=MUTED)
        letter.sheets.line(LEFT + 80, letter.y - 2, LEFT + 300, ink=TEXT)
    if document.closing:
        letter.y -= 10
        letter.closing(document.closing)
    return letter.finish()


class _Table:
    """One section while it is drawn: text columns share the room that amounts leave."""

    def __init__(self, letter: Letter, section: ReportSection) -> None:
        self._letter, self._section = letter, section
        self._all = (*section.rows, *((section.total,) if section.total else ()))
        self._edges = self._columns()

    def _columns(self) -> list[tuple[float, float, bool]]:
        """(left, right, is it an amount) of every column."""
        sheets, count = self._letter.sheets, len(self._section.columns)
        wide, money = [], []
        for at in range(count):
            cells = [row[at] for row in self._all]
            money.append(any(isinstance(cell, int) for cell in cells))
            texts = (self._section.columns[at], *map(_cell, cells))
            wide.append(max(sheets.width(text, SMALL, strong=True) for text in texts) + _GAP)
        room = RIGHT - LEFT - 2 * INSET
        fixed = sum(each for each, is_money in zip(wide, money, strict=True) if is_money)
        words = [each for each, is_money in zip(wide, money, strict=True) if not is_money]
        share, most = _shared(words, room - fixed)
        edges, x = [], LEFT + INSET
        for each, is_money in zip(wide, money, strict=True):
            width = each if is_money else min(each, most) * share
            edges.append((x, x + width - _GAP, is_money))
            x += width
        return edges

    def draw(self) -> None:
        letter, section = self._letter, self._section
        letter.room(60)
        letter.y -= 24
        letter.sheets.words(LEFT, letter.y, section.title, 12, strong=True)
        letter.y -= 10
        self._head()
        for number, row in enumerate(self._all):
            self._row(row, strong=bool(section.total) and number == len(section.rows))
        if section.note:
            letter.y -= 4
            letter.closing(section.note)

    def _head(self) -> None:
        letter = self._letter
        letter.sheets.box(LEFT, letter.y - _HEAD + 4, RIGHT - LEFT, _HEAD, fill=SUNKEN, ink=BORDER)
        self._cells(self._section.columns, letter.y - _HEAD + 9, strong=True, ink=MUTED, size=8.5)
        letter.y -= _HEAD - 2

    def _row(self, row: tuple[str | int, ...], *, strong: bool) -> None:
        letter = self._letter
        if letter.room(_ROW + 4):
            self._head()
        letter.y -= _ROW
        self._cells(row, letter.y + 3, strong=strong, ink=TEXT if strong else SECOND, size=SMALL)
        letter.sheets.line(LEFT, letter.y - 1.5, RIGHT, ink=BORDER if strong else HAIRLINE)

    def _cells(
        self, row: tuple[str | int, ...] | tuple[str, ...], y: float, *, strong: bool, ink: str, size: float
    ) -> None:  # fmt: skip
        sheets = self._letter.sheets
        for cell, (left, right, is_money) in zip(row, self._edges, strict=True):
            text = _cell(cell)
            if is_money:
                sheets.words(right, y, text, size, strong=strong, ink=ink, right=True)
            else:
                fitting = sheets.lines(text, max(right - left, 20), size, strong=strong)
                words = fitting[0] if fitting else ""
                sheets.words(left, y, f"{words}…" if len(fitting) > 1 else words, size, strong=strong, ink=ink)


def _shared(wide: list[float], room: float) -> tuple[float, float]:
    """(how much wider each text column gets, and the most one may want): room that is left is shared out; where there
    is too little the widest give way and the narrow ones are read whole."""
    whole = sum(wide)
    if whole <= room:
        return (room / whole if whole else 1.0), max(wide, default=0.0)
    left, waiting = room, sorted(wide)
    while waiting and waiting[0] * len(waiting) <= left:
        left -= waiting.pop(0)
    return 1.0, max(left, 0.0) / len(waiting)


def _cell(cell: str | int) -> str:
    return show_cents(cell) if isinstance(cell, int) else cell
