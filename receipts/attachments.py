"""Papers on their way as data, and back: what a request to send carries becomes the PDF that goes along.

Importing a layout loads reportlab: that is left until a page is wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from models.operations.codec import from_json, to_json
from models.operations.messages import MessagePaper
from receipts.agreement import AgreementDocument
from receipts.document import ReceiptDocument
from receipts.statement import StatementDocument
from receipts.superbill import SuperbillDocument

Document = ReceiptDocument | StatementDocument | SuperbillDocument | AgreementDocument
"""Every paper there is."""


def as_text(document: Document) -> str:
    """A paper as JSON text, as a request carries it."""
    return orjson.dumps(to_json(document)).decode()


def pdf_of(paper: MessagePaper) -> bytes:
    """The PDF of a paper that a request carries. Raises ValueError when it carries none that is whole."""
    kind, layout = _PAPERS[paper.kind]
    return layout(from_json(kind, orjson.loads(paper.document)))


def pdf_of_document(document: Document) -> bytes:
    """The PDF of a paper."""
    return next(layout for kind, layout in _PAPERS.values() if isinstance(document, kind))(document)


def _receipt(document: Any) -> bytes:
    from receipts.layouts.pdf_letter import pdf

    return pdf(document)


def _statement(document: Any) -> bytes:
    from receipts.layouts.statement_letter import statement_pdf

    return statement_pdf(document)


def _superbill(document: Any) -> bytes:
    from receipts.layouts.superbill_letter import superbill_pdf

    return superbill_pdf(document)


def _agreement(document: Any) -> bytes:
    from receipts.layouts.agreement_letter import agreement_pdf

    return agreement_pdf(document)


_PAPERS: dict[str, tuple[type[Any], Callable[[Any], bytes]]] = {
    **dict.fromkeys(("receipt", "void", "refund", "correction"), (ReceiptDocument, _receipt)),
    "statement": (StatementDocument, _statement),
    "superbill": (SuperbillDocument, _superbill),
    "agreement": (AgreementDocument, _agreement),
}
