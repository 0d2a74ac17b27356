"""A payment agreement as a letter page: its sentences, every payment, and where it is signed.

Importing this loads reportlab (about 0.1 s): do it where a page is wanted, not at start.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from models.basics.money import show_cents
from models.rules.agreement_words import long_day
from models.rules.signatures import fitted, strokes_of
from receipts.agreement import AgreementDocument, AgreementLine
from receipts.layouts.letter import BODY, INSET, LEADING, LEFT, RIGHT, SMALL, Letter
from receipts.layouts.pdf_page import BORDER, HAIRLINE, MUTED, SECOND, SUNKEN, TEXT

NUMBER_X, DAY_X, PAYMENT_X = LEFT + INSET, LEFT + 60, 400.0
SIGN_HIGH = 110.0
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "kind": "Payment agreement", "plan": "Plan", "written": "Written on", "account": "Account",
        "balance": "Encounter balance", "discount": "Discount", "due": "Balance due", "interest": "Interest",
        "day": "Day", "payment": "Payment", "remaining": "Remaining", "skipped": ", skipped",
        "signature": "Signed by {name} on {day}.", "paper": "Signed on paper by {name} on {day}.",
        "terms": "Accepted by {name} on {day}.", "signature_line": "Signature", "terms_line": "Terms",
        "questions": "Questions about this agreement? Call {phone}.",
        "continued": "{name}, continued", "page_of": "Page {number} of {count}",
    },
    "es": {
        "kind": "Acuerdo de pago", "plan": "Plan", "written": "Escrito el", "account": "Cuenta",
        "balance": "Saldo de la atención", "discount": "Descuento", "due": "Saldo a pagar", "interest": "Intereses",
        "day": "Fecha", "payment": "Pago", "remaining": "Restante", "skipped": ", omitido",
        "signature": "Firmado por {name} el {day}.", "paper": "Firmado en papel por {name} el {day}.",
        "terms": "Aceptado por {name} el {day}.", "signature_line": "Firma", "terms_line": "Términos",
        "questions": "¿Preguntas sobre este acuerdo? Llame al {phone}.",
        "continued": "{name}, continuación", "page_of": "Página {number} de {count}",
    },
}  # fmt: skip
"""By language, the same keys in each; how it was accepted by `models.operations.plans.ACCEPTED_BY`."""
PEN_WIDE, PEN_HIGH = 280.0, 54.0


def agreement_pdf(document: AgreementDocument) -> bytes:
    """`document` as a PDF on letter paper with its fonts embedded; characters as in `statement_pdf`."""
    return _Agreement(document).draw()


class _Agreement(Letter):
    """One agreement while it is drawn."""

    def __init__(self, document: AgreementDocument) -> None:
        words = self._says = WORDS[document.language]
        super().__init__(document.clinic, words["kind"], f"{words['kind']} {document.number}")
        self.continued, self.page_of = words["continued"], words["page_of"]
        self._document = document

    def _day(self, iso: str) -> str:
        return long_day(self._document.language, date.fromisoformat(iso))

    def draw(self) -> bytes:
        document = self._document
        self.head()
        says = self._says
        facts = ((says["plan"], document.number), (says["written"], self._day(document.written_on)),
                 (says["account"], document.account_no))  # fmt: skip
        self.whom(document.name, document.address, [(words, text) for words, text in facts if text])
        self._sums()
        self._words()
        self._table()
        self._signed()
        phone = document.clinic.phone
        self.closing("", says["questions"].format(phone=phone) if phone else "")
        return self.finish()

    def _sums(self) -> None:
        document, sheets = self._document, self.sheets
        due = document.encounter_cents - document.discount_cents
        rows = [("balance", document.encounter_cents), ("discount", -document.discount_cents), ("due", due),
                ("interest", document.interest_cents)]  # fmt: skip
        for name, cents in rows:
            if cents or name in ("balance", "due"):
                strong = name == "due"
                sheets.words(LEFT, self.y, self._says[name], BODY, strong=strong, ink=TEXT if strong else SECOND)
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
        for x, words in ((NUMBER_X, "#"), (DAY_X, self._says["day"])):
            sheets.words(x, self.y - 5, words, 8.5, strong=True, ink=MUTED)
        for x, words in ((PAYMENT_X, self._says["payment"]), (RIGHT - INSET, self._says["remaining"])):
            sheets.words(x, self.y - 5, words, 8.5, strong=True, ink=MUTED, right=True)
        self.y -= 14

    def _row(self, number: int, line: AgreementLine) -> None:
        if self.room(LEADING + 9):
            self._table_head()
        sheets, ink = self.sheets, MUTED if line.skipped else TEXT
        self.y -= LEADING + 2
        day = self._day(line.due_on) + (self._says["skipped"] if line.skipped else "")
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
            said = self._says[document.accepted_how].format(
                name=document.accepted_by, day=self._day(document.accepted_on)
            )
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
            sheets.words(LEFT, self.y - 12, self._says["signature_line"], SMALL, ink=MUTED)
            sheets.words(LEFT + 330, self.y - 12, self._says["day"], SMALL, ink=MUTED)
            self.y -= 12
        self.y -= 16
        sheets.words(LEFT, self.y, f"{self._says['terms_line']} {document.terms_sha256[:16]}", SMALL, ink=MUTED)
        self.y -= 16
