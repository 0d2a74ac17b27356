"""A good faith estimate as a letter page: every service with its code and expected charge, and what the patient may do
if the bill is higher. The same bytes each time.

Importing this loads reportlab (about 0.1 s): do it where a page is wanted, not at start.
"""

from __future__ import annotations

from models.basics.money import show_cents
from receipts.compose import date_text
from receipts.good_faith import NOTICES, GoodFaithDocument, GoodFaithLine
from receipts.layouts.letter import BODY, INSET, LEADING, LEFT, RIGHT, Letter
from receipts.layouts.pdf_page import BORDER, HAIRLINE, MUTED, SUNKEN, TEXT
from receipts.superbill import letter_of

CODE_X, WORDS_X, WORDS_WIDTH = LEFT + INSET, LEFT + 98, 222.0
CODE_WIDTH = WORDS_X - CODE_X - 8
FOR_X, UNITS_X = LEFT + 334, 440.0


def good_faith_pdf(document: GoodFaithDocument) -> bytes:
    """`document` as a PDF on letter paper with its fonts embedded; characters as in `statement_pdf`."""
    return _Estimate(document).draw()


class _Estimate(Letter):
    """One estimate while it is drawn."""

    def __init__(self, document: GoodFaithDocument) -> None:
        super().__init__(document.clinic, "Good faith estimate",
                         f"Good faith estimate of {date_text(document.made_on)}")  # fmt: skip
        self._document = document

    def draw(self) -> bytes:
        document = self._document
        self.head()
        self.whom(document.patient_name, document.address, self._facts())
        self._diagnoses()
        self._table()
        phone = document.clinic.phone
        self.closing(*NOTICES, f"Questions about this estimate? Call {phone}." if phone else "")
        return self.finish()

    def _facts(self) -> list[tuple[str, str]]:
        document = self._document
        facts = (
            ("Given on", date_text(document.made_on)), ("Born", date_text(document.birth_date)),
            ("Account", document.account_no), ("Service", document.service),
            ("Expected on", date_text(document.service_date)), ("Treatment", document.treatment_no),
            ("Provider", document.provider), ("Provider's NPI", document.provider_npi),
            ("Practice's NPI", document.clinic.npi), ("Practice's TIN", document.clinic.tin), ("Place", document.place),
        )  # fmt: skip
        return [(words, text) for words, text in facts if text]

    def _diagnoses(self) -> None:
        """The list the services point to; none where no diagnosis is known yet."""
        found = self._document.diagnoses
        if not found:
            return
        self.room(LEADING * 2)
        text = ", ".join(f"{letter_of(place)} {code}" for place, code in enumerate(found))
        self.sheets.words(LEFT, self.y, "Diagnoses (ICD-10)", BODY, strong=True)
        for line in self.sheets.lines(text, RIGHT - LEFT - 120, BODY):
            self.sheets.words(LEFT + 120, self.y, line, BODY)
            self.y -= LEADING
        self.y -= 10

    def _table(self) -> None:
        self.room(60)
        self._table_head()
        for line in self._document.lines:
            self._row(line)
        self.room(40)
        self.y -= 22
        self.sheets.words(UNITS_X, self.y, "Expected charges together", 12, strong=True, right=True)
        self.sheets.words(RIGHT - INSET, self.y, show_cents(self._document.total_cents), 16, strong=True, right=True)
        self.y -= 10
        self.sheets.line(LEFT, self.y, RIGHT, ink=TEXT, thick=1)
        self.y -= 12

    def _table_head(self) -> None:
        sheets = self.sheets
        sheets.box(LEFT, self.y - 12, RIGHT - LEFT, 20, fill=SUNKEN, ink=BORDER)
        for x, words in ((CODE_X, "Code"), (WORDS_X, "Service"), (FOR_X, "For")):
            sheets.words(x, self.y - 5, words, 8.5, strong=True, ink=MUTED)
        for x, words in ((UNITS_X, "Units"), (RIGHT - INSET, "Expected charge")):
            sheets.words(x, self.y - 5, words, 8.5, strong=True, ink=MUTED, right=True)
        self.y -= 14

    def _row(self, line: GoodFaithLine) -> None:
        sheets = self.sheets
        words = sheets.lines(line.description, WORDS_WIDTH) or ("Service",)
        codes = sheets.lines(line.code, CODE_WIDTH, strong=True)
        high = max(len(words), len(codes))
        if self.room(LEADING * high + 9):
            self._table_head()
        self.y -= 2
        for number in range(high):
            self.y -= LEADING
            if number == 0:
                sheets.words(FOR_X, self.y, line.pointers)
                sheets.words(UNITS_X, self.y, str(line.units), right=True)
                sheets.words(RIGHT - INSET, self.y, show_cents(line.charge_cents, symbol=""), right=True)
            for x, lines, strong in ((CODE_X, codes, True), (WORDS_X, words, False)):
                if number < len(lines):
                    sheets.words(x, self.y, lines[number], strong=strong)
        self.y -= 7
        sheets.line(LEFT, self.y, RIGHT, ink=HAIRLINE)
