"""A payment agreement as a letter page: its sentences, every payment, and where it is signed.

Importing this loads reportlab (about 0.1 s): do it where a page is wanted, not at start.
"""

from __future__ import annotations

from models.basics.money import show_cents
from models.rules.signatures import fitted, strokes_of
from receipts.agreement import AgreementDocument, AgreementLine
from receipts.compose import date_text
from receipts.layouts.letter import BODY, INSET, LEADING, LEFT, RIGHT, SMALL, Letter
from receipts.layouts.pdf_page import BORDER, HAIRLINE, MUTED, SECOND, SUNKEN, TEXT

NUMBER_X, DAY_X, PAYMENT_X = LEFT + INSET, LEFT + 60, 400.0
SIGN_HIGH = 110.0
PEN_WIDE, PEN_HIGH = 280.0, 54.0


def agreement_pdf(document: AgreementDocument) -> bytes:
    """`document` as a PDF on letter paper with its fonts embedded; characters as in `statement_pdf`."""
    return _Agreement(document).draw()


class _Agreement(Letter):
    """One agreement while it is drawn."""

    def __init__(self, document: AgreementDocument) -> None:
        super().__init__(document.clinic, "Payment agreement", f"Payment agreement {document.number}")
        self._document = document

    def draw(self) -> bytes:
        document = self._document
        self.head()
        facts = (("Plan", document.number), ("Written on", date_text(document.written_on)),
                 ("Account", document.account_no))  # fmt: skip
        self.whom(document.name, document.address, [(words, text) for words, text in facts if text])
        self._sums()
        self._words()
        self._table()
        self._signed()
        phone = document.clinic.phone
        self.closing("", f"Questions about this agreement? Call {phone}." if phone else "")
        return self.finish()

    def _sums(self) -> None:
        document, sheets = self._document, self.sheets
        due = document.encounter_cents - document.discount_cents
        rows = [("Encounter balance", document.encounter_cents), ("Discount", -document.discount_cents),
                ("Balance due", due), ("Interest", document.interest_cents)]  # fmt: skip
        for words, cents in rows:
            if cents or words in ("Encounter balance", "Balance due"):
                strong = words == "Balance due"
                sheets.words(LEFT, self.y, words, BODY, strong=strong, ink=TEXT if strong else SECOND)
                sheets.words(RIGHT - INSET, self.y, show_cents(cents), BODY, strong=strong, right=True)
                self.y -= LEADING + 4
        self.y -= 10

    def _words(self) -> None:
        for line in self.sheets.lines(self._document.words, RIGHT - LEFT, 11):
            self.room(LEADING + 3)
            self.sheets.words(LEFT, self.y, line, 11)
            self.y -= LEADING + 3
        self.y -= 12

    def _table(self) -> None:
        self.room(60)
        self._table_head()
        for number, line in enumerate(self._document.lines, 1):
            self._row(number, line)
        self.y -= 18

    def _table_head(self) -> None:
        sheets = self.sheets
        sheets.box(LEFT, self.y - 12, RIGHT - LEFT, 20, fill=SUNKEN, ink=BORDER)
        for x, words in ((NUMBER_X, "#"), (DAY_X, "Day")):
            sheets.words(x, self.y - 5, words, 8.5, strong=True, ink=MUTED)
        for x, words in ((PAYMENT_X, "Payment"), (RIGHT - INSET, "Remaining")):
            sheets.words(x, self.y - 5, words, 8.5, strong=True, ink=MUTED, right=True)
        self.y -= 14

    def _row(self, number: int, line: AgreementLine) -> None:
        if self.room(LEADING + 9):
            self._table_head()
        sheets, ink = self.sheets, MUTED if line.skipped else TEXT
        self.y -= LEADING + 2
        day = f"{date_text(line.due_on)}, skipped" if line.skipped else date_text(line.due_on)
        sheets.words(NUMBER_X, self.y, str(number), ink=MUTED)
        sheets.words(DAY_X, self.y, day, ink=ink)
        sheets.words(PAYMENT_X, self.y, show_cents(line.amount_cents), right=True, ink=ink)
        if not line.skipped:
            sheets.words(RIGHT - INSET, self.y, show_cents(line.left_cents), right=True)
        self.y -= 7
        sheets.line(LEFT, self.y, RIGHT, ink=HAIRLINE)

    def _signed(self) -> None:
        document, sheets = self._document, self.sheets
        self.room(SIGN_HIGH)
        if document.accepted_by:
            how = {"signature": "Signed", "paper": "Signed on paper"}.get(document.accepted_how, "Accepted")
            said = f"{how} by {document.accepted_by} on {date_text(document.accepted_on)}."
            if document.signature:
                self.y -= PEN_HIGH
                pen = fitted(strokes_of(document.signature), PEN_WIDE, PEN_HIGH - 8)
                sheets.strokes(LEFT, self.y + 6, pen)
                sheets.line(LEFT, self.y, LEFT + 300, ink=TEXT)
                self.y -= LEADING
            sheets.words(LEFT, self.y, said, BODY, strong=True)
        else:
            self.y -= 30
            sheets.line(LEFT, self.y, LEFT + 300, ink=TEXT)
            sheets.line(LEFT + 330, self.y, RIGHT, ink=TEXT)
            sheets.words(LEFT, self.y - 12, "Signature", SMALL, ink=MUTED)
            sheets.words(LEFT + 330, self.y - 12, "Day", SMALL, ink=MUTED)
            self.y -= 12
        self.y -= 16
        sheets.words(LEFT, self.y, f"Terms {document.terms_sha256[:16]}", SMALL, ink=MUTED)
        self.y -= 16
