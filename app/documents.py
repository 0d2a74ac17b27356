"""The papers of an account: receipts of payments, of what was taken or given back, and statements; and whether they
were sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.account_lines import Books, way_text
from app.account_views import DocumentLine
from app.heads import day_text
from app.message_lines import MessageLine, message_line
from models.basics.money import show_cents
from models.store.queries.ledger import PaymentRow, StatementRow
from models.store.queries.refunds import RefundRow
from receipts.messages import PAPER_WORDS

TAKEN_BACK = {"delete": "Receipt of a deleted payment", "bounced": "Receipt of a returned check"}
"""What the receipt of a payment that was taken back is called, where that is not void."""
GIVEN_BACK = {"refund": PAPER_WORDS["refund"], "correction": PAPER_WORDS["correction"]}
_SENT = {("email", "sent"): "E-mailed", ("text", "sent"): "Texted", ("email", "waiting"): "E-mail on its way",
         ("text", "waiting"): "Text on its way", ("email", "failed"): "E-mail not sent",
         ("text", "failed"): "Text not sent"}  # fmt: skip
"""What became of a message, by channel and state; with the day."""


def document_lines(books: Books, statements: Sequence[StatementRow]) -> list[DocumentLine]:
    """Everything that can be looked at and printed again, newest first."""
    found = [*_receipts(books), *_refunds(books), *_statements(books, statements)]
    last = _last_messages(books)
    told = [_told(books, line, last[line.key]) if line.key in last else line for line in found]
    return sorted(told, key=lambda line: (line.at, line.number), reverse=True)


def _last_messages(books: Books) -> dict[str, MessageLine]:
    """The newest message about each paper, by its name."""
    lines = [message_line(books.clinic, row) for row in books.messages]
    return {name: line for line in reversed(lines) for name in line.papers}


def _told(books: Books, line: DocumentLine, message: MessageLine) -> DocumentLine:
    words = f"{_SENT[message.channel, message.state]} {day_text(message.at.date(), books.today)}"
    return replace(line, sent=words, not_sent=message.state == "failed")


def _receipts(books: Books) -> Iterator[DocumentLine]:
    local = books.clinic.local
    for row in books.payments:
        if row.patient_id not in books.patients:
            continue
        if row.receipt_no:
            yield DocumentLine("receipt", row.payment_id, row.receipt_no.partition("+")[0], local(row.taken_at),
                               _title(books, "Receipt", row), row.amount_cents)  # fmt: skip
        if row.reversal_receipt_no:
            name = TAKEN_BACK.get(row.reversed_act, PAPER_WORDS["void"])
            yield DocumentLine("void", row.payment_id, row.reversal_receipt_no, local(row.reversed_at),
                               _title(books, name, row), -row.amount_cents)  # fmt: skip


def _refunds(books: Books) -> Iterator[DocumentLine]:
    for row in books.refunds:
        name = GIVEN_BACK.get(row.kind)
        if name and row.receipt_no and row.patient_id in books.patients:
            at, number = books.clinic.local(row.settled_at), row.receipt_no.partition("+")[0]
            yield DocumentLine(row.kind, row.refund_id, number, at, _title(books, name, row), -row.amount_cents)


def _statements(books: Books, rows: Sequence[StatementRow]) -> Iterator[DocumentLine]:
    for row in rows:
        on_account = f" · {show_cents(row.unallocated_cents)} on account" if row.unallocated_cents else ""
        yield DocumentLine("statement", row.statement_id, row.number, books.clinic.local(row.issued_at),
                           f"Statement{on_account}", row.balance_cents)  # fmt: skip


def _title(books: Books, name: str, row: PaymentRow | RefundRow) -> str:
    return f"{name} · {way_text(books, row)}"
