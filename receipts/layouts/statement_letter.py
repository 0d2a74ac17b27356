"""A statement as a letter page, with a slip to send back. As many pages as it needs, the same bytes each time.

Importing this loads reportlab (about 0.1 s): do it where a page is wanted, not at start.
"""

from __future__ import annotations

from models.basics.money import show_cents
from receipts.compose import date_text
from receipts.layouts.pdf_page import ACCENT, BORDER, HAIRLINE, LETTER, MUTED, SECOND, SUNKEN, TEXT, Sheets
from receipts.statement import StatementDocument, StatementItem, ages

LEFT, RIGHT = 54.0, LETTER[0] - 54.0
TOP, BOTTOM = LETTER[1] - 54.0, 84.0
INSET, LEADING, SMALL, BODY = 10.0, 13.5, 9.0, 10.0
SLIP = 118.0
"""The height of the slip at the foot of the last page."""
DAY_X, WORDS_X, WORDS_WIDTH = LEFT + INSET, LEFT + 92, 190.0
MONEY = (("Your part", 400.0), ("Paid", 474.0), ("Open", RIGHT - INSET))
"""Heads of the amounts and where they end."""
ADDRESS_WIDTH = 230.0


def statement_pdf(document: StatementDocument) -> bytes:
    """`document` as a PDF on letter paper with its fonts embedded.

    Characters the font does not have are shown as U+FFFD, a black diamond with a question mark.
    """
    return _Letter(document).draw()


class _Letter:
    """One statement while it is drawn; `y` is the line that was written last."""

    def __init__(self, document: StatementDocument) -> None:
        self._document = document
        title = f"Statement {document.number}".strip()
        self._sheets = Sheets(title, document.clinic.name, "Statement")
        self._y = TOP

    def draw(self) -> bytes:
        self._head()
        self._addressee()
        self._table()
        self._sums()
        self._ages()
        self._message()
        self._slip()
        return self._finish()

    def _head(self) -> None:
        sheets, clinic = self._sheets, self._document.clinic
        self._y -= 14
        sheets.words(RIGHT, self._y, "Statement", 20, strong=True, ink=ACCENT, right=True)
        for line in sheets.lines(clinic.name, 330, 17, strong=True):
            sheets.words(LEFT, self._y, line, 17, strong=True)
            self._y -= 19
        numbers = "  ".join(part for part in (f"NPI {clinic.npi}" if clinic.npi else "",
                                              f"TIN {clinic.tin}" if clinic.tin else "") if part)  # fmt: skip
        for text in (*clinic.address, clinic.phone, numbers):
            for line in sheets.lines(text, 330, SMALL):
                sheets.words(LEFT, self._y + 4, line, SMALL, ink=MUTED)
                self._y -= 12
        self._y -= 14

    def _addressee(self) -> None:
        """Whom it goes to at the left, the facts of the statement at the right."""
        sheets, document = self._sheets, self._document
        sheets.line(LEFT, self._y + 8, RIGHT)
        left = right = self._y - 10
        for number, line in enumerate(
            line for text in (document.name, *document.address) for line in sheets.lines(text, ADDRESS_WIDTH, 11)
        ):
            sheets.words(LEFT, left, line, 11, strong=number == 0)
            left -= 15
        for words, text in self._facts():
            sheets.words(360, right, words, SMALL, ink=MUTED)
            for line in sheets.lines(text, RIGHT - 440, BODY, strong=True) or ("",):
                sheets.words(440, right, line, BODY, strong=True)
                right -= 15
        self._y = min(left, right) - 12

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
        sheets = self._sheets
        sheets.box(LEFT, self._y - 12, RIGHT - LEFT, 20, fill=SUNKEN, ink=BORDER)
        for x, words in ((DAY_X, "Visit on"), (WORDS_X, "What for")):
            sheets.words(x, self._y - 5, words, 8.5, strong=True, ink=MUTED)
        for words, x in MONEY:
            sheets.words(x, self._y - 5, words, 8.5, strong=True, ink=MUTED, right=True)
        self._y -= 14

    def _row(self, item: StatementItem) -> None:
        sheets = self._sheets
        lines = sheets.lines(item.description, WORDS_WIDTH) or ("Visit",)
        self._room(LEADING * len(lines) + 9, table=True)
        self._y -= 2
        for number, words in enumerate(lines):
            self._y -= LEADING
            if number == 0:
                sheets.words(DAY_X, self._y, date_text(item.service_date), ink=SECOND)
                amounts = (item.owed_cents, item.paid_cents, item.balance_cents)
                for (_, x), cents in zip(MONEY, amounts, strict=True):
                    strong = x == MONEY[-1][1] and cents > 0
                    sheets.words(x, self._y, show_cents(cents, symbol=""), right=True, strong=strong)
            sheets.words(WORDS_X, self._y, words)
        self._y -= 7
        sheets.line(LEFT, self._y, RIGHT, ink=HAIRLINE)

    def _sums(self) -> None:
        sheets, document = self._sheets, self._document
        rows = [("Statement balance", document.balance_cents)]
        if document.unallocated_cents:
            rows.append(("On your account, not used yet", -document.unallocated_cents))
        self._room(26.0 * len(rows) + 34)
        for words, cents in rows:
            self._y -= 20
            sheets.words(WORDS_X + WORDS_WIDTH + 60, self._y, words, BODY, right=True, ink=SECOND)
            sheets.words(RIGHT - INSET, self._y, show_cents(cents), BODY, right=True)
        self._y -= 8
        sheets.line(250, self._y, RIGHT, ink=TEXT, thick=1)
        self._y -= 22
        sheets.words(WORDS_X + WORDS_WIDTH + 60, self._y, "To pay", 13, strong=True, right=True)
        sheets.words(RIGHT - INSET, self._y, show_cents(document.to_pay_cents), 18, strong=True, right=True)
        self._y -= 20

    def _ages(self) -> None:
        """How old the open balance is, in four boxes."""
        sheets, document = self._sheets, self._document
        self._room(52)
        found = list(ages(document.items, document.issued_on))
        width = (RIGHT - LEFT) / len(found)
        sheets.box(LEFT, self._y - 38, RIGHT - LEFT, 40, ink=BORDER)
        for number, (words, cents) in enumerate(found):
            x = LEFT + width * number + INSET
            sheets.words(x, self._y - 12, words, 8.5, ink=MUTED)
            sheets.words(x, self._y - 28, show_cents(cents), BODY, strong=cents > 0)
        self._y -= 54

    def _message(self) -> None:
        clinic = self._document.clinic
        ask = f"Questions about this statement? Call {clinic.phone}." if clinic.phone else ""
        for text in (self._document.message, ask):
            for paragraph in text.splitlines():
                for line in self._sheets.lines(paragraph, RIGHT - LEFT, BODY):
                    self._room(LEADING)
                    self._y -= LEADING
                    self._sheets.words(LEFT, self._y, line, BODY, ink=SECOND)
            self._y -= 4

    # The end

    def _slip(self) -> None:
        """What comes back with a check, at the foot of the last page."""
        sheets, document = self._sheets, self._document
        self._room(SLIP + 10)
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

    def _finish(self) -> bytes:
        sheets, count = self._sheets, len(self._sheets.pages)
        for number in range(1, count + 1):
            sheets.turn_to(number)
            sheets.line(LEFT, 62, RIGHT, ink=BORDER)
            sheets.logo(LEFT, 40, 14)
            sheets.words(LEFT + 20, 43.5, "Copaydesk", 8.5, strong=True, ink=MUTED)
            sheets.words(RIGHT, 43.5, f"Page {number} of {count}", 8.5, ink=MUTED, right=True)
        return sheets.finish()

    def _room(self, height: float, *, table: bool = False) -> None:
        if self._y - height >= BOTTOM:
            return
        sheets = self._sheets
        sheets.new_page()
        for line in sheets.lines(self._document.clinic.name, 280, BODY, strong=True)[:1]:
            sheets.words(LEFT, TOP - 6, line, BODY, strong=True)
        title = f"Statement {self._document.number}, continued".replace("  ", " ")
        sheets.words(RIGHT, TOP - 6, title, SMALL, ink=MUTED, right=True)
        self._y = TOP - 30
        if table:
            self._table_head()
