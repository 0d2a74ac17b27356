"""Papers of an account to look at, to save, to print again and to send: receipts of every kind, statements, superbills.

A paper is named `<kind>:<id>`: receipt or void and the payment, refund or correction and its own id, recovered or
given_back (cash that settled a task) and the task, statement, superbill and the visit, agreement and the payment plan,
good_faith and the document that it was kept as; clinic and a card payment: the clinic's own copy, with what was signed
or a line to sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.agreements import Agreements
from app.printing import Printing
from app.saving import save_private
from app.statements import StatementDraft, Statements
from app.superbills import Superbills
from app.views import Person
from models.basics.errors import RuleBroken
from models.operations.messages import MessagePaper
from receipts.agreement import AgreementDocument
from receipts.attachments import Document, as_text, pdf_of_document
from receipts.document import ReceiptDocument
from receipts.layouts.pictures import Picture, joined, pictures
from receipts.statement import StatementDocument
from receipts.superbill import SuperbillDocument

if TYPE_CHECKING:
    from app.kept_documents import KeptDocuments

SCREEN_DPI, PRINT_DPI = 110.0, 200.0
STATEMENT, SUPERBILL, AGREEMENT, GOOD_FAITH = "statement", "superbill", "agreement", "good_faith"
CLINIC_COPY = "clinic"
RECEIPTS = frozenset({"receipt", "void", "refund", "correction", "recovered", "given_back"})
"""Kinds that belong on the receipt printer's roll."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: its PDF and its pages as they are shown. `number` is what it is called."""

    name: str
    number: str
    pdf: bytes
    pages: tuple[Picture, ...]

    @property
    def kind(self) -> str:
        """What it is, as its name says."""
        return self.name.partition(":")[0]

    @property
    def on_letter(self) -> bool:
        """Does it belong on letter paper, not on the receipt printer's roll?"""
        return self.kind not in RECEIPTS


class Papers:
    """Makes the pages. `look`, `proof`, `to_send` and `for_printer` on the `reads` lane, the others on `store`."""

    def __init__(
        self, printing: Printing, statements: Statements, superbills: Superbills, agreements: Agreements,
        kept: Callable[[], KeptDocuments],
    ) -> None:  # fmt: skip
        """`kept` gives the documents, where papers lie that were given as they are."""
        self._kept = kept
        self._printing, self._statements, self._superbills = printing, statements, superbills
        self._sources: dict[str, Callable[[str], Document]] = {
            STATEMENT: statements.document, SUPERBILL: superbills.document, AGREEMENT: agreements.document,
            **dict.fromkeys(RECEIPTS, lambda source_id: printing.receipt(source_id, original=False)),
            "receipt": lambda source_id: printing.receipt(source_id, original=True),
            CLINIC_COPY: printing.clinic_copy,
        }  # fmt: skip

    def document(self, name: str) -> Document:
        """What a paper of the books says. Raises RuleBroken `paper.unknown`, `receipt.no_receipt`, `statement.unknown`,
        `superbill.no_visit`, `superbill.no_services`, `plan.gone`."""
        kind, _, source_id = name.partition(":")
        if kind not in self._sources:
            raise RuleBroken("paper.unknown")
        return self._sources[kind](source_id)

    def look(self, name: str) -> Paper:
        """A paper of the books with its pages. Raises as `document`, and for one that was kept as
        `KeptDocuments.look`."""
        kind, _, source_id = name.partition(":")
        if kind == GOOD_FAITH:
            return _paper(name, "", b"".join(self._kept().content(source_id)))
        document = self.document(name)
        return _paper(name, _number(document), pdf_of_document(document))

    def proof(self, draft: StatementDraft) -> Paper:
        """A statement that is not issued yet, as it would look."""
        return _paper(f"{STATEMENT}:", "", pdf_of_document(draft.document))

    def to_send(self, name: str) -> MessagePaper:
        """A paper as a message carries it: whole, or by the name of the document that it was kept as, whose bytes the
        hub sends. Raises as `document`, and RuleBroken `documents.gone`."""
        kind, _, source_id = name.partition(":")
        if kind == GOOD_FAITH:
            return MessagePaper(kind=kind, source_id=source_id, number="", day=self._kept().added_on(source_id),
                                amount_cents=0)  # fmt: skip
        document = self.document(name)
        day, cents = _day_and_cents(document)
        return MessagePaper(kind=kind, source_id=source_id, number=_number(document), day=day, amount_cents=cents,
                            document=as_text(_as_sent(document)))  # fmt: skip

    def for_printer(self, paper: Paper) -> tuple[Picture, ...]:
        """The pages in the dots a page printer wants."""
        return pictures(paper.pdf, PRINT_DPI)

    @property
    def has_receipt_printer(self) -> bool:
        """Is a receipt printer set up at this desk?"""
        return self._printing.fitted

    def hand_out(self, name: str, person: Person) -> tuple[str, Document]:
        """A receipt for the page printer (see `Printing.hand_out`): its job, and what it says."""
        return self._printing.hand_out(name.partition(":")[2], person)

    def handed_out(self, job_id: str, *, taken: bool) -> None:
        """The page printer took the receipt of that job, or did not."""
        self._printing.handed_out(job_id, taken=taken)

    def pages_of(self, document: Document) -> tuple[Picture, ...]:
        """A paper's pages in the dots a page printer wants. Lane `reads`."""
        return pictures(pdf_of_document(document), PRINT_DPI)

    def print_receipt(self, paper: Paper, person: Person) -> None:
        """Send a receipt to the receipt printer again, marked COPY. Raises as `Printing.reprint`."""
        self._printing.reprint(paper.name.partition(":")[2], person)

    def print_receipts(self, names: Sequence[str], person: Person) -> int:
        """Several receipts, each a job of its own, in this order; returns how many. Raises as `Printing.reprint`: those
        before are printed then."""
        for name in names:
            self._printing.reprint(name.partition(":")[2], person)
        return len(names)

    def save(self, paper: Paper, path: Path) -> Path:
        """Write the PDF for this user alone. Raises StorageError `export.not_written`; nothing was changed then."""
        save_private(path, paper.pdf)
        return path

    def save_all(self, names: Sequence[str], path: Path) -> int:
        """Several papers as one PDF, in this order, for this user alone; returns how many. Raises as `document`, and
        StorageError `export.not_written`; nothing was written then."""
        save_private(path, joined([pdf_of_document(self.document(name)) for name in names]))
        return len(names)


def _paper(name: str, number: str, content: bytes) -> Paper:
    return Paper(name, number, content, pictures(content, SCREEN_DPI))


def _number(document: Document) -> str:
    """What a paper is called; a superbill has no number of its own."""
    if isinstance(document, ReceiptDocument):
        return document.receipt_no
    return document.number if isinstance(document, StatementDocument | AgreementDocument) else ""


def _day_and_cents(document: Document) -> tuple[str, int]:
    """The day and the amount that name a paper in a message."""
    if isinstance(document, ReceiptDocument):
        return document.taken_on, document.total_cents
    if isinstance(document, SuperbillDocument):
        return document.service_date, document.balance_cents
    if isinstance(document, AgreementDocument):
        return document.written_on, sum(line.amount_cents for line in document.lines if not line.skipped)
    return document.issued_on, document.to_pay_cents


def _as_sent(document: Document) -> Document:
    """A statement that is sent is the statement, not a copy of it."""
    return replace(document, copy=False) if isinstance(document, StatementDocument) else document
