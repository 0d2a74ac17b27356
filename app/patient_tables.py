"""A patient's account as tables for whoever gets a copy of it: the columns, and a row from each line of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from app.account_views import (
    ChargeLine,
    LedgerView,
    LogLine,
    LotLine,
    PaymentLine,
    PaymentPart,
    StatementRow,
    VisitLine,
)
from app.consents import ConsentLine
from app.document_views import NoteItem
from app.message_lines import MessageLine
from app.plan_views import PlanHappened, PlanListed
from app.words import sentence

Cells = tuple[str | int, ...]
"""Text, and whole cents in columns of money."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is read of a patient for a copy of their data, beside papers and documents."""

    account: LedgerView
    history: tuple[PlanHappened, ...]
    notes: tuple[NoteItem, ...]
    messages: tuple[MessageLine, ...]
    consents: tuple[ConsentLine, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One file: its name without suffix, what it tells, its columns (name, is it money), and its rows."""

    name: str
    told: str
    columns: tuple[tuple[str, bool], ...]
    rows: Callable[[Known], Iterable[Cells]]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def _visit(line: VisitLine) -> Cells:
    return (_day(line.service_date), line.title, line.subtitle, line.state.replace("_", " "), line.owed_cents,
            line.paid_cents, line.balance_cents, line.prepaid_cents)  # fmt: skip


def _charge(line: ChargeLine) -> Cells:
    return (_day(line.service_date), line.code, line.description, line.practitioner, line.billed_cents,
            line.allowed_cents, line.insurance_paid_cents, line.adjusted_cents, line.responsibility_cents,
            line.paid_cents, line.balance_cents)  # fmt: skip


def _payment(line: PaymentLine) -> Cells:
    return (line.number, line.receipt_no, _moment(line.taken_at), _day(line.day), line.method_text, line.type_words,
            line.amount_cents, line.allocated_cents, line.unspent_cents, line.returned_cents,
            line.state.replace("_", " "), line.trace_no, line.memo, line.by)  # fmt: skip


def _parts(known: Known) -> Iterator[Cells]:
    for payment in known.account.payments:
        yield from (_part(payment, part) for part in payment.parts)


def _part(payment: PaymentLine, part: PaymentPart) -> Cells:
    return payment.number, part.kind, part.title, part.subtitle, part.state, part.number, part.cents


def _lot(line: LotLine) -> Cells:
    return _day(line.day), line.number, line.method_text, line.where, line.cents


def _statement(line: StatementRow) -> Cells:
    return (line.number, _moment(line.issued_at), line.channel, _day(line.due), line.balance_cents,
            line.unallocated_cents)  # fmt: skip


def _plan(line: PlanListed) -> Cells:
    return (line.number, line.kind, line.status.value, line.payment_cents or 0, line.balance_cents, _day(line.next_due),
            line.next_cents, line.late_cents)  # fmt: skip


def _happened(line: PlanHappened) -> Cells:
    return _moment(line.at), line.number, line.event, line.status, line.debit_cents or 0


def _log(line: LogLine) -> Cells:
    return (_moment(line.at), sentence(line.act, {}).title, line.number, line.what, line.amount_cents or 0, line.by,
            line.station, line.approved_by, _yes(line.undone))  # fmt: skip


def _note(item: NoteItem) -> Cells:
    return _moment(item.at), item.about, item.text, item.by


def _message(line: MessageLine) -> Cells:
    kinds = ", ".join(sorted({name.partition(":")[0] for name in line.papers}))
    return (_moment(line.at), line.channel, line.address, kinds, ", ".join(filter(None, line.numbers)), line.state)


def _consent(line: ConsentLine) -> Cells:
    return (_moment(line.at), line.kind, line.subject, line.said_by, line.channel, line.by, line.words, line.sha256,
            line.text, _yes(line.standing), _moment(line.ended_at), line.ended_by)  # fmt: skip


def _texts(*names: str) -> tuple[tuple[str, bool], ...]:
    return tuple((name, False) for name in names)


def _money(*names: str) -> tuple[tuple[str, bool], ...]:
    return tuple((name, True) for name in names)


TABLES: tuple[Table, ...] = (
    Table("visits", "Visits with what was owed and paid",
          _texts("Date", "Visit", "Where", "State") + _money("Owed", "Paid", "Balance", "Prepaid"),
          lambda known: map(_visit, known.account.visits)),
    Table("line-items", "What was charged, line by line",
          _texts("Date", "Code", "Description", "Provider")
          + _money("Billed", "Allowed", "Insurance paid", "Adjusted", "Patient owes", "Paid", "Balance"),
          lambda known: map(_charge, known.account.charges)),
    Table("payments", "Every payment",
          _texts("Number", "Receipt", "Taken", "Counts for", "Method", "Type")
          + _money("Amount", "Used", "Left", "Given back") + _texts("State", "Trace", "Memo", "By"),
          lambda known: map(_payment, known.account.payments)),
    Table("where-payments-went", "What each payment paid, waits for or was given back as",
          _texts("Payment", "Kind", "For", "Detail", "State", "Number") + _money("Amount"), _parts),
    Table("money-on-account", "Money that lies on the account",
          _texts("Date", "Payment", "Method", "Set aside for") + _money("Amount"),
          lambda known: map(_lot, known.account.lots)),
    Table("statements", "Statements that were made",
          _texts("Number", "Made", "How", "Due") + _money("Balance", "On account"),
          lambda known: map(_statement, known.account.statements)),
    Table("plans", "Payment plans",
          _texts("Plan", "Type", "Status") + _money("Payment", "Balance") + _texts("Next due") + _money("Next", "Late"),
          lambda known: map(_plan, known.account.plans)),
    Table("plan-history", "What happened to payment plans",
          _texts("When", "Plan", "Event", "Status") + _money("Debit"), lambda known: map(_happened, known.history)),
    Table("notes", "Notes", _texts("When", "About", "Note", "By"), lambda known: map(_note, known.notes)),
    Table("messages", "E-mails and texts", _texts("When", "Channel", "Address", "What", "Numbers", "State"),
          lambda known: map(_message, known.messages)),
    Table("consents", "What was agreed to, and taken back",
          _texts("When", "Kind", "About", "Who agreed", "Channel", "Written down by", "Words", "SHA-256", "Text",
                 "Stands", "Ended", "Ended by"), lambda known: map(_consent, known.consents)),
    Table("log", "Every act on the account",
          _texts("When", "Act", "Number", "About") + _money("Amount") + _texts("By", "Where", "Approved by", "Undone"),
          lambda known: map(_log, known.account.log)),
)  # fmt: skip
"""Every table of a copy, in the order of its list of contents."""
