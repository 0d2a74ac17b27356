"""The receipt as plain text: for a file, an e-mail or a terminal."""

from __future__ import annotations

from receipts.document import ReceiptDocument
from receipts.layouts.common import Rule, Text, blocks
from receipts.layouts.letters import UNICODE, width


def text(document: ReceiptDocument, columns: int = 42) -> str:
    """`document` in lines of at most `columns` (24 or more), letters as written; ends with a line break."""
    lines = []  # no QR code: the number under it says the same
    for block in blocks(document, columns, UNICODE):
        if isinstance(block, Rule):
            lines.append(block.sign * columns)
        elif isinstance(block, Text):
            inset = (columns - width(block.text)) // 2 if block.align == "center" else 0
            lines.append(" " * inset + block.text)
    return "\n".join(lines) + "\n"
