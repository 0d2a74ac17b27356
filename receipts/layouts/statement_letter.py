"""A statement as a letter page, with a slip to send back. As many pages as it needs, the same bytes each time.

Importing this loads reportlab (about 0.1 s): do it where a page is wanted, not at start.
"""

from __future__ import annotations

from models.basics.money import show_cents
from receipts.compose import date_text
from receipts.layouts.letter import BODY, BOTTOM, INSET, LEADING, LEFT, RIGHT, SMALL, Letter
from receipts.layouts.pdf_page import BORDER, HAIRLINE, MUTED, SECOND, SUNKEN, TEXT
from receipts.statement import StatementDocument, StatementItem, ages

SLIP = 118.0
"""The height of the slip at the foot of the last page."""
DAY_X, WORDS_X, WORDS_WIDTH = LEFT + INSET, LEFT + 92, 190.0
MONEY = (("Your part", 400.0), ("Paid", 474.0), ("Open", RIGHT - INSET))
"""Heads of the amounts and where they end."""


def statement_pdf(document: StatementDocument) -> bytes:
    """`document` as a PDF on letter paper with its fonts embedded.

    Characters the font does not have are shown as U+FFFD, a black diamond with a question mark.
    """
    return _Statement(document).draw()


class _Statement(Letter):
    """One statement while it is drawn."""

    def __init__(self, document: StatementDocument) -> None:
        super().__init__(document.clinic, "Statement", f"Statement {document.number}".strip())
        self._document = document

    def draw(self) -> bytes:
        document = self._document
        self.head()
        self.whom(document.name, document.address, self._facts())
        self._table()
        self._sums()
        self._ages()
        phone = document.clinic.phone
        self.closing(document.message, f"Questions about this statement? Call {phone}." if phone else "")
        self._slip()
        return self.finish()

    def _facts(self) -> list[tuple[str, str]]:
        document = self._document
        facts = [("Number", document.number or "not issued yet"), ("Date", date_text(document.issued_on)),
                 ("Account", document.account_no), ("Please pay by", date_text(document.due_on))]  # fmt: skip
        return [(words, text) for words, text in facts if text] + ([("Copy", "as issued")] if document.copy else [])

    # The visits

    def _table(self) -> None:
        self._table_head()
        for item in self._document.items:
            self._row(item)

    def _table_head(self) -> None:
        sheets = self.sheets
        sheets.box(LEFT, self.y - 12, RIGHT - LEFT, 20, fill=SUNKEN, ink=BORDER)
        for x, words in ((DAY_X, "Visit on"), (WORDS_X, "What for")):
            sheets.words(x, self.y - 5, words, 8.5, strong=True, ink=MUTED)
        for words, x in MONEY:
            sheets.words(x, self.y - 5, words, 8.5, strong=True, ink=MUTED, right=True)
        self.y -= 14

    def _row(self, item: StatementItem) -> None:
        sheets = self.sheets
        lines = sheets.lines(item.description, WORDS_WIDTH) or ("Visit",)
        if self.room(LEADING * len(lines) + 9):
            self._table_head()
        self.y -= 2
        for number, words in enumerate(lines):
            self.y -= LEADING
            if number == 0:
                sheets.words(DAY_X, self.y, date_text(item.service_date), ink=SECOND)
                amounts = (item.owed_cents, item.paid_cents, item.balance_cents)
                for (_, x), cents in zip(MONEY, amounts, strict=True):
                    strong = x == MONEY[-1][1] and cents > 0
                    sheets.words(x, self.y, show_cents(cents, symbol=""), right=True, strong=strong)
            sheets.words(WORDS_X, self.y, words)
        self.y -= 7
        sheets.line(LEFT, self.y, RIGHT, ink=HAIRLINE)

    def _sums(self) -> None:
        sheets, document = self.sheets, self._document
        rows = [("Statement balance", document.balance_cents)]
        if document.unallocated_cents:
            rows.append(("On your account, not used yet", -document.unallocated_cents))
        self.room(26.0 * len(rows) + 34)
        for words, cents in rows:
            self.y -= 20
            sheets.words(WORDS_X + WORDS_WIDTH + 60, self.y, words, BODY, right=True, ink=SECOND)
            sheets.words(RIGHT - INSET, self.y, show_cents(cents), BODY, right=True)
        self.y -= 8
        sheets.line(250, self.y, RIGHT, ink=TEXT, thick=1)
        self.y -= 22
        sheets.words(WORDS_X + WORDS_WIDTH + 60, self.y, "To pay", 13, strong=True, right=True)
        sheets.words(RIGHT - INSET, self.y, show_cents(document.to_pay_cents), 18, strong=True, right=True)
        self.y -= 20

    def _ages(self) -> None:
        """How old the open balance is, in four boxes."""
        sheets, document = self.sheets, self._document
        self.room(52)
        found = list(ages(document.items, document.issued_on))
        width = (RIGHT - LEFT) / len(found)
        sheets.box(LEFT, self.y - 38, RIGHT - LEFT, 40, ink=BORDER)
        for number, (words, cents) in enumerate(found):
            x = LEFT + width * number + INSET
            sheets.words(x, self.y - 12, words, 8.5, ink=MUTED)
            sheets.words(x, self.y - 28, show_cents(cents), BODY, strong=cents > 0)
        self.y -= 54

    # The end

    def _slip(self) -> None:
        """What comes back with a check, at the foot of the last page."""
        sheets, document = self.sheets, self._document
        self.room(SLIP + 10)
        top = BOTTOM + SLIP - 14
        for x in range(int(LEFT), int(RIGHT), 8):
            sheets.line(x, top + 14, x + 4, ink=MUTED)
        sheets.words(LEFT, top - 2, "Please send this part with your payment", 8.5, ink=MUTED)
        left = top - 20
        for number, text in enumerate((document.clinic.name, *document.clinic.address)):
            for line in sheets.lines(text, 250, BODY, strong=number == 0)[:2]:
                sheets.words(LEFT, left, line, BODY, strong=number == 0)
                left -= LEADING
        right = top - 20
        facts = (("Name", document.name), ("Account", document.account_no), ("Statement", document.number),
                 ("To pay", show_cents(document.to_pay_cents)))  # fmt: skip
        for words, text in (fact for fact in facts if fact[1]):
            sheets.words(340, right, words, SMALL, ink=MUTED)
            for line in sheets.lines(text, RIGHT - 420, BODY, strong=words == "To pay")[:1]:
                sheets.words(420, right, line, BODY, strong=words == "To pay")
            right -= LEADING + 2
        sheets.words(340, right, "Enclosed", SMALL, ink=MUTED)
        sheets.line(420, right - 2, RIGHT, ink=TEXT)
