"""A superbill as a letter page: what an insurer wants to know of one visit. As many pages as it needs, the same bytes
each time.

Importing this loads reportlab (about 0.1 s): do it where a page is wanted, not at start.
"""

from __future__ import annotations

from models.basics.money import show_cents
from receipts.compose import date_text
from receipts.layouts.letter import BODY, INSET, LEADING, LEFT, RIGHT, SMALL, Letter
from receipts.layouts.pdf_page import BORDER, HAIRLINE, MUTED, SECOND, SUNKEN, TEXT
from receipts.superbill import SuperbillDocument, SuperbillLine, letter_of

CODE_X, WORDS_X, WORDS_WIDTH = LEFT + INSET, LEFT + 98, 178.0
CODE_WIDTH = WORDS_X - CODE_X - 8
FOR_X, UNITS_X = LEFT + 290, 398.0
MONEY = (("Price", 472.0), ("Allowed", RIGHT - INSET))
"""Heads of the amounts and where they end."""

SUMS_X = 440.0
DIAGNOSES_ACROSS = 3


def superbill_pdf(document: SuperbillDocument) -> bytes:
    """`document` as a PDF on letter paper with its fonts embedded; characters as in `statement_pdf`."""
    return _Superbill(document).draw()


class _Superbill(Letter):
    """One superbill while it is drawn."""

    def __init__(self, document: SuperbillDocument) -> None:
        super().__init__(document.clinic, "Superbill", f"Superbill of {date_text(document.service_date)}")
        self._document = document

    def draw(self) -> bytes:
        document = self._document
        self.head()
        self.whom(document.patient_name, document.address, self._facts())
        self._diagnoses()
        self._table()
        self._sums()
        phone = document.clinic.phone
        self.closing(document.message, f"Questions about this bill? Call {phone}." if phone else "")
        return self.finish()

    def _facts(self) -> list[tuple[str, str]]:
        document = self._document
        facts = (
            ("Service on", date_text(document.service_date)), ("Provider", document.provider),
            ("Provider's NPI", document.provider_npi), ("Place", document.place),
            ("Born", date_text(document.birth_date)), ("Account", document.account_no), ("Insurance", document.payer),
            ("Member", document.member_id), ("Printed", date_text(document.printed_on)),
        )  # fmt: skip
        return [(words, text) for words, text in facts if text]

    def _diagnoses(self) -> None:
        """The list the lines point to."""
        found = self._document.diagnoses
        if not found:
            return
        sheets = self.sheets
        self.sheets.words(LEFT, self.y, "Diagnoses (ICD-10)", BODY, strong=True)
        width = (RIGHT - LEFT) / DIAGNOSES_ACROSS
        for place, code in enumerate(found):
            if place % DIAGNOSES_ACROSS == 0:
                self.room(LEADING + 4)
                self.y -= LEADING + 2
            x = LEFT + width * (place % DIAGNOSES_ACROSS)
            sheets.words(x, self.y, letter_of(place), BODY, strong=True, ink=MUTED)
            for line in sheets.lines(code, width - 24, BODY)[:1]:
                sheets.words(x + 18, self.y, line, BODY)
        self.y -= 24

    # The services

    def _table(self) -> None:
        self.room(60)
        self._table_head()
        for line in self._document.lines:
            self._row(line)

    def _table_head(self) -> None:
        sheets = self.sheets
        sheets.box(LEFT, self.y - 12, RIGHT - LEFT, 20, fill=SUNKEN, ink=BORDER)
        for x, words in ((CODE_X, "Code"), (WORDS_X, "Service"), (FOR_X, "For")):
            sheets.words(x, self.y - 5, words, 8.5, strong=True, ink=MUTED)
        for words, x in (("Units", UNITS_X), *MONEY):
            sheets.words(x, self.y - 5, words, 8.5, strong=True, ink=MUTED, right=True)
        self.y -= 14

    def _row(self, line: SuperbillLine) -> None:
        sheets = self.sheets
        words = sheets.lines(line.description, WORDS_WIDTH) or ("Service",)
        codes = sheets.lines(" ".join((line.code, line.modifiers.replace(",", " "))), CODE_WIDTH, strong=True)
        high = max(len(words), len(codes))
        if self.room(LEADING * high + 9):
            self._table_head()
        self.y -= 2
        for number in range(high):
            self.y -= LEADING
            if number == 0:
                sheets.words(FOR_X, self.y, line.pointers, ink=SECOND)
                sheets.words(UNITS_X, self.y, str(line.units), right=True)
                allowed = show_cents(line.allowed_cents, symbol="") if line.allowed_cents else ""
                for (_, x), text in zip(MONEY, (show_cents(line.price_cents, symbol=""), allowed), strict=True):
                    sheets.words(x, self.y, text, right=True)
            for x, lines, strong in ((CODE_X, codes, True), (WORDS_X, words, False)):
                if number < len(lines):
                    sheets.words(x, self.y, lines[number], strong=strong)
        self.y -= 7
        sheets.line(LEFT, self.y, RIGHT, ink=HAIRLINE)

    def _sums(self) -> None:
        sheets, document = self.sheets, self._document
        rows = [("Charges", document.charges_cents), ("Insurance paid", document.insurance_cents),
                ("Patient's part", document.patient_cents), ("Let off", -document.adjusted_cents),
                ("Paid by the patient", -document.paid_cents)]  # fmt: skip
        rows = [(words, cents) for words, cents in rows if cents or words in ("Charges", "Patient's part")]
        self.room(20.0 * len(rows) + 50)
        for words, cents in rows:
            self.y -= 20
            sheets.words(SUMS_X, self.y, words, BODY, right=True, ink=SECOND)
            sheets.words(RIGHT - INSET, self.y, show_cents(cents), BODY, right=True)
        self.y -= 8
        sheets.line(250, self.y, RIGHT, ink=TEXT, thick=1)
        self.y -= 22
        sheets.words(SUMS_X, self.y, "Patient's balance", 13, strong=True, right=True)
        sheets.words(RIGHT - INSET, self.y, show_cents(document.balance_cents), 18, strong=True, right=True)
        self.y -= 16
        self._how(document)

    def _how(self, document: SuperbillDocument) -> None:
        if not any(line.allowed_cents for line in document.lines):
            return
        words = "Allowed is what the insurance accepts for a service; the patient's part is of that."
        self.y -= 6
        self.sheets.words(RIGHT - INSET, self.y, words, SMALL, ink=MUTED, right=True)
        self.y -= 12
