"""The golden receipts: reviewed by eye like code. `python -m tests.unit.receipts.golden` writes them anew."""

from __future__ import annotations

from pathlib import Path

from receipts.document import ReceiptDocument
from receipts.layouts.escpos import escpos
from receipts.layouts.pdf_letter import pdf
from receipts.layouts.text import text
from tests.unit.receipts.pages import texts
from tests.unit.receipts.paper import shown, spelled
from tests.unit.receipts.samples import DOCUMENTS, PRINTERS

FOLDER = Path(__file__).parent / "golden"
BYTES = "card-copay-and-balance"
"""The one receipt whose bytes are written out; the others are shown as a printer would print them."""


def golden(name: str, document: ReceiptDocument) -> str:
    """One receipt in every layout."""
    narrow = PRINTERS["58mm-437"]
    parts = {
        "text, 48 columns": text(document, 48),
        "ESC/POS, 80mm": shown(escpos(document), 42),
        "ESC/POS, 58mm-437": shown(escpos(document, narrow), narrow.columns),
        "PDF, letter": "\n---- next page\n".join(texts(pdf(document))) + "\n",
    }
    if name == BYTES:
        parts["ESC/POS bytes, 80mm"] = spelled(escpos(document))
    return "\n".join(f"==== {title}\n{part}" for title, part in parts.items())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for sample, receipt in DOCUMENTS.items():
        (FOLDER / f"{sample}.txt").write_text(golden(sample, receipt), encoding="utf-8")
