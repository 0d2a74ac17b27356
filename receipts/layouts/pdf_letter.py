"""The receipt as a letter page: to save, to send, to keep with the tax papers.

Importing this loads reportlab (about 0.1 s): do it where a page is wanted, not at start.
"""

from __future__ import annotations

from typing import NamedTuple

from models.basics.money import show_cents
from models.rules.signatures import fitted, strokes_of
from receipts.document import ReceiptDocument, ReceiptLine
from receipts.layouts.common import TRAINING, Row, Said, item_title, said
from receipts.layouts.letters import fit
from receipts.layouts.pdf_page import ACCENT, BAD, BORDER, HAIRLINE, LETTER, MUTED, SECOND, SUNKEN, TEXT, Sheets

LEFT, RIGHT = 54.0, LETTER[0] - 54.0
TOP, BOTTOM = LETTER[1] - 54.0, 84.0
"""The page's margins in points; the footer stands below BOTTOM."""

CODE_SIDE = 58.0
INSET = 10.0
SMALL, BODY = 9.0, 10.0
LEADING = 13.5
GAP = 3.5
"""Between one tender and the next."""
SIGN_WIDE, SIGN_HIGH = 260.0, 58.0
"""The room for a signature."""


FIRST_FACTS = {"Patient": 0, "Account": 1, "Date": 2}
"""What a page names first; a roll begins with its numbers."""


class Column(NamedTuple):
    """One column of the table: its head, where its words begin and how wide they may be."""

    head: str
    x: float
    width: float


TABLE = (
    Column("What was paid for", LEFT + INSET, 194),
    Column("Date of service", 264, 66),
    Column("Provider", 336, 88),
    Column("Code", 430, 42),
)


def pdf(document: ReceiptDocument) -> bytes:
    """`document` as a PDF on letter paper with its fonts embedded; as many pages as it needs, the same bytes each time.

    Characters the font does not have are shown as U+FFFD, a black diamond with a question mark.
    """
    return _Letter(document).draw()


class _Letter:
    """One letter while it is drawn; `y` is the line that was written last."""

    def __init__(self, document: ReceiptDocument) -> None:
        self._document = document
        self._said: Said = said(document)
        mark = TRAINING if document.clinic.training else ""
        self._sheets = Sheets(f"Receipt {document.receipt_no}", document.clinic.name, mark=mark)
        self._y = TOP

    def draw(self) -> bytes:
        self._head()
        self._facts()
        self._table()
        self._total()
        self._panels()
        self._signature()
        self._closing()
        return self._finish()

    # Top of the first page

    def _head(self) -> None:
        sheets, contents = self._sheets, self._said
        left = TOP - 2
        for line in sheets.lines(contents.clinic, 300, 17, strong=True):
            left -= 18
            sheets.words(LEFT, left + 4, line, 17, strong=True)
        for line in (part for text in contents.contact for part in sheets.lines(text, 300, SMALL)):
            left -= 12.5
            sheets.words(LEFT, left, line, SMALL, ink=MUTED)
        self._y = min(left, self._corner()) - 18
        if contents.banners:
            self._banners()

    def _corner(self) -> float:
        sheets, number = self._sheets, self._said.code
        edge = RIGHT
        if number:
            sheets.code(RIGHT - CODE_SIDE, TOP - CODE_SIDE, CODE_SIDE, fit(number, "ascii"))
            edge -= CODE_SIDE + 14
        sheets.words(edge, TOP - 16, "Receipt", 20, strong=True, ink=ACCENT, right=True)
        below = TOP - 32
        for line in sheets.lines(number, 170, BODY, strong=True):
            sheets.words(edge, below, line, BODY, strong=True, right=True)
            below -= LEADING
        return min(below + LEADING, TOP - CODE_SIDE)

    def _banners(self) -> None:
        x = LEFT
        self._y -= 10
        for banner in self._said.banners:
            width = self._sheets.width(banner, 12, strong=True) + 2 * INSET
            self._sheets.box(x, self._y - 8, width, 22, ink=BAD)
            self._sheets.words(x + INSET, self._y - 1, banner, 12, strong=True, ink=BAD)
            x += width + 8
        self._y -= 28

    def _facts(self) -> None:
        facts = [row for row in self._said.facts if row.left != "Receipt"]  # stands in the corner
        facts.sort(key=lambda row: FIRST_FACTS.get(row.left, len(FIRST_FACTS)))
        self._sheets.line(LEFT, self._y + 6, RIGHT)
        self._y -= 10
        for at in range(0, len(facts), 3):
            self._facts_row(facts[at : at + 3])
        self._y -= 4

    def _facts_row(self, facts: list[Row]) -> None:
        width = (RIGHT - LEFT) / 3
        values = [self._fact_lines(fact, width - 14) for fact in facts]
        height = 20 + LEADING * max(1, *map(len, values))
        if self._y - height < BOTTOM:
            self._facts_below_each_other(facts)
            return
        top = self._y
        for number, (fact, lines) in enumerate(zip(facts, values, strict=True)):
            self._y = top
            self._fact(LEFT + width * number, fact, lines)
        self._y = top - height

    def _facts_below_each_other(self, facts: list[Row]) -> None:
        for fact in facts:
            self._room(2 * LEADING)
            self._fact(LEFT, fact, self._fact_lines(fact, RIGHT - LEFT))
            self._y -= 20

    def _fact_lines(self, fact: Row, width: float) -> tuple[str, ...]:
        return self._sheets.lines(fact.right, width, 10.5, strong=fact.left == "Patient")

    def _fact(self, x: float, fact: Row, lines: tuple[str, ...]) -> None:
        self._sheets.words(x, self._y, fact.left, 8.5, ink=MUTED)
        self._y -= 0.5
        for line in lines:
            self._room(LEADING)
            self._y -= LEADING
            self._sheets.words(x, self._y, line, 10.5, strong=fact.left == "Patient")

    # The table

    def _table(self) -> None:
        if self._document.lines:
            self._table_head()
        for line in self._document.lines:
            self._table_row(line)

    def _table_head(self) -> None:
        sheets = self._sheets
        sheets.box(LEFT, self._y - 12, RIGHT - LEFT, 20, fill=SUNKEN, ink=BORDER)
        for column in TABLE:
            sheets.words(column.x, self._y - 5, column.head, 8.5, strong=True, ink=MUTED)
        sheets.words(RIGHT - INSET, self._y - 5, "Amount", 8.5, strong=True, ink=MUTED, right=True)
        self._y -= 14

    def _table_row(self, line: ReceiptLine) -> None:
        cells = (item_title(line), line.service_date, line.provider, line.code)
        columns = [self._sheets.lines(text, column.width) for text, column in zip(cells, TABLE, strict=True)]
        height = LEADING * max(1, *map(len, columns)) + 9
        if self._y - height < BOTTOM and height < TOP - BOTTOM - 60:
            self._next_page(table=True)
        self._y -= 2
        for number in range(max(1, *map(len, columns))):
            if self._y - LEADING < BOTTOM:
                self._next_page(table=True)
            self._y -= LEADING
            for column, words in zip(TABLE, columns, strict=True):
                if number < len(words):
                    ink = TEXT if column is TABLE[0] else SECOND
                    self._sheets.words(column.x, self._y, words[number], ink=ink)
            if number == 0:
                amount = show_cents(line.amount_cents, symbol="")
                self._sheets.words(RIGHT - INSET, self._y, amount, right=True)
        self._y -= 7
        self._sheets.line(LEFT, self._y, RIGHT, ink=HAIRLINE)

    def _total(self) -> None:
        self._room(46)
        self._sheets.line(TABLE[1].x, self._y, RIGHT, ink=TEXT, thick=1)
        self._y -= 24
        self._sheets.words(TABLE[1].x, self._y, self._said.total.left, 13, strong=True)
        self._sheets.words(RIGHT - INSET, self._y, self._said.total.right, 18, strong=True, right=True)
        self._y -= 22

    # How it was paid, and what is left

    def _panels(self) -> None:
        contents, width = self._said, (RIGHT - LEFT - 14) / 2
        paid = self._sides((*contents.tenders, *contents.asked), width)
        paid += [_Side(line, "", SMALL) for text in contents.statements for line in self._wrapped(text, width)]
        self._room(min(len(paid), 8) * (LEADING + GAP) + 32)
        top, page = self._y, len(self._sheets.pages)
        if contents.balances:
            self._panel(LEFT + width + 14, width, "Account after this payment", self._sides(contents.balances, width))
        balances_bottom, self._y = self._y, top
        while paid:
            fitting = max(1, int((self._y - BOTTOM - 32) / (LEADING + GAP)))
            self._panel(LEFT, width, "How it was paid", paid[:fitting])
            paid = paid[fitting:]
            if paid:
                self._next_page()
        if len(self._sheets.pages) == page:
            self._y = min(self._y, balances_bottom)

    def _panel(self, x: float, width: float, title: str, sides: list[_Side]) -> None:
        sheets, height = self._sheets, sum(side.height for side in sides) + 32
        sheets.box(x, self._y - height, width, height, ink=BORDER)
        sheets.words(x + INSET, self._y - 17, title, 8.5, strong=True, ink=MUTED)
        y = self._y - 20
        for side in sides:
            y -= side.height
            ink = TEXT if side.size == BODY else SECOND
            sheets.words(x + INSET, y, side.left, side.size, ink=ink)
            sheets.words(x + width - INSET, y, side.right, side.size, ink=ink, strong=side.size == BODY, right=True)
        self._y -= height + 16

    def _sides(self, rows: tuple[Row, ...], width: float) -> list[_Side]:
        sides: list[_Side] = []
        for row in rows:
            first, *rest = self._side(row.left, row.right, width, BODY)
            sides += (first._replace(height=LEADING + (GAP if sides else 0)), *rest)
            for left, right in row.under:
                sides += self._side(left, right, width, SMALL)
        return sides

    def _side(self, left: str, right: str, width: float, size: float) -> list[_Side]:
        room, strong = width - 2 * INSET, size == BODY
        right_width = self._sheets.width(right, size, strong=strong)
        if self._sheets.width(left, size) + right_width + 8 <= room:
            return [_Side(left, right, size)]
        if right_width <= room / 2:
            first, *rest = self._sheets.lines(left, room - right_width - 8, size) or ("",)
            return [_Side(first, right, size), *(_Side(line, "", size) for line in rest)]
        lines = [_Side(line, "", size) for line in self._sheets.lines(left, room, size)]
        return lines + [_Side("", line, size) for line in self._sheets.lines(right, room, size, strong=strong)]

    def _signature(self) -> None:
        """On the clinic's copy: what was signed on the reader, or a line to sign."""
        if not self._said.signing:
            return
        self._room(SIGN_HIGH + 22)
        self._y -= SIGN_HIGH
        self._sheets.strokes(LEFT + INSET, self._y + 4, fitted(
            strokes_of(self._document.signature), SIGN_WIDE - 2 * INSET, SIGN_HIGH - 8))  # fmt: skip
        self._sheets.line(LEFT, self._y, LEFT + SIGN_WIDE, ink=TEXT)
        self._sheets.words(LEFT, self._y - 12, self._said.signing, 8.5, ink=MUTED)
        self._y -= 26

    def _wrapped(self, text: str, width: float) -> tuple[str, ...]:
        return self._sheets.lines(text, width - 2 * INSET, SMALL)

    # The end

    def _closing(self) -> None:
        for text in self._said.closing:
            for paragraph in text.splitlines():
                for line in self._sheets.lines(paragraph, RIGHT - LEFT, BODY):
                    self._room(LEADING)
                    self._y -= LEADING
                    self._sheets.words(LEFT, self._y, line, BODY, ink=SECOND)
            self._y -= 6

    def _finish(self) -> bytes:
        sheets, count = self._sheets, len(self._sheets.pages)
        for number in range(1, count + 1):
            sheets.turn_to(number)
            sheets.line(LEFT, 62, RIGHT, ink=BORDER)
            sheets.logo(LEFT, 40, 14)
            sheets.words(LEFT + 20, 43.5, "Copaydesk", 8.5, strong=True, ink=MUTED)
            sheets.words(RIGHT, 43.5, f"Page {number} of {count}", 8.5, ink=MUTED, right=True)
        return sheets.finish()

    def _room(self, height: float) -> None:
        if self._y - height < BOTTOM:
            self._next_page()

    def _next_page(self, *, table: bool = False) -> None:
        sheets = self._sheets
        sheets.new_page()
        name = sheets.lines(self._said.clinic, 280, BODY, strong=True)[:1]
        number = sheets.lines(f"Receipt {self._said.code}, continued", 200, SMALL)[:1]
        for line in name:
            sheets.words(LEFT, TOP - 6, line, BODY, strong=True)
        for line in number:
            sheets.words(RIGHT, TOP - 6, line, SMALL, ink=MUTED, right=True)
        self._y = TOP - 30
        if table:
            self._table_head()


class _Side(NamedTuple):
    """A line of a panel: BODY for what was paid, SMALL for what belongs to it."""

    left: str
    right: str
    size: float
    height: float = LEADING
