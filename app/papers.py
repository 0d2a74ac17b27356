"""Papers of an account to look at, to save and to print again: receipts of every kind, and statements.

A paper is named `<kind>:<id>`: receipt or void and the payment, refund or correction and its own id, statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.printing import Printing
from app.saving import save_private
from app.statements import StatementDraft, Statements
from app.views import Person
from models.basics.errors import RuleBroken
from receipts.layouts.pictures import Picture, pictures

SCREEN_DPI, PRINT_DPI = 110.0, 200.0
STATEMENT = "statement"
_RECEIPTS = frozenset({"receipt", "void", "refund", "correction"})


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: its PDF and its pages as they are shown. `number` is what it is called."""

    name: str
    number: str
    pdf: bytes
    pages: tuple[Picture, ...]

    @property
    def is_statement(self) -> bool:
        """Does it belong on letter paper, not on the receipt printer's roll?"""
        return self.name.startswith(STATEMENT)


class Papers:
    """Makes the pages. `look`, `proof` and `for_printer` on the `reads` lane, `print_receipt` and `save` on `store`."""

    def __init__(self, printing: Printing, statements: Statements) -> None:
        self._printing, self._statements = printing, statements

    def look(self, name: str) -> Paper:
        """A paper of the books. Raises RuleBroken `paper.unknown`, `receipt.no_receipt`, `statement.unknown`."""
        kind, _, source_id = name.partition(":")
        if kind in _RECEIPTS:
            from receipts.layouts.pdf_letter import pdf

            receipt = self._printing.receipt(source_id, original=kind == "receipt")
            return _paper(name, receipt.receipt_no, pdf(receipt))
        if kind != STATEMENT:
            raise RuleBroken("paper.unknown")
        from receipts.layouts.statement_letter import statement_pdf

        statement = self._statements.document(source_id)
        return _paper(name, statement.number, statement_pdf(statement))

    def proof(self, draft: StatementDraft) -> Paper:
        """A statement that is not issued yet, as it would look."""
        from receipts.layouts.statement_letter import statement_pdf

        return _paper(f"{STATEMENT}:", "", statement_pdf(draft.document))

    def for_printer(self, paper: Paper) -> tuple[Picture, ...]:
        """The pages in the dots a page printer wants."""
        return pictures(paper.pdf, PRINT_DPI)

    def print_receipt(self, paper: Paper, person: Person) -> None:
        """Send a receipt to the receipt printer again, marked COPY. Raises as `Printing.reprint`."""
        self._printing.reprint(paper.name.partition(":")[2], person)

    def save(self, paper: Paper, path: Path) -> Path:
        """Write the PDF for this user alone. Raises StorageError `export.not_written`; nothing was changed then."""
        save_private(path, paper.pdf)
        return path


def _paper(name: str, number: str, content: bytes) -> Paper:
    return Paper(name, number, content, pictures(content, SCREEN_DPI))
