"""The Ledger's lists as cells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from app.views import ChargeLine, LedgerView, LogLine, PaymentLine, VisitLine
from widgets.common.cells import Cell, MoneyCell, RowKind, TableRow, TailCell, WordsCell
from widgets.common.table import Column
from widgets.common.when import day_text, spoken_cents, time_text
from widgets.ledger.state import (
    Tab,
    charge_pill,
    log_words,
    payment_pill,
    visit_badge,
    visit_pill,
    when_words,
)  # fmt: skip
from widgets.ledger.tail import MarkCell

COLUMNS: dict[Tab, tuple[Column, ...]] = {
    Tab.VISITS: (
        Column("Date", 96), Column("Visit", 210, stretch=1), Column("Owed", 96, right=True),
        Column("Paid", 86, right=True), Column("Balance", 92, right=True), Column("", 126, right=True),
    ),
    Tab.PAYMENTS: (
        Column("Date", 104), Column("Payment", 190, stretch=1), Column("Amount", 96, right=True),
        Column("Used", 92, right=True), Column("Left", 92, right=True), Column("", 140, right=True),
    ),
    Tab.LINES: (
        Column("Date", 96), Column("Line item", 190, stretch=1), Column("Allowed", 92, right=True),
        Column("Patient owes", 104, right=True), Column("Balance", 92, right=True), Column("", 150, right=True),
    ),
    Tab.LOG: (
        Column("When", 140), Column("What", 220, stretch=1), Column("Amount", 100, right=True),
        Column("By", 180, stretch=1),
    ),
}  # fmt: skip


def visit_row(at: int, line: VisitLine, today: date) -> TableRow:
    """One visit: a visit of today stands out, a paid one steps back."""
    is_today, quiet = line.service_date == today, line.balance_cents <= 0
    style, ink = ("table_strong", "text") if is_today else ("table", "text2" if quiet else "text")
    charged = line.state != "no_charges"
    paid = line.paid_cents if line.paid_cents or line.balance_cents <= 0 else None
    mark = visit_badge(line) or visit_pill(line)
    day = day_text(line.service_date, today)
    cells: tuple[Cell, ...] = (
        WordsCell(day, style=style, ink=ink),
        WordsCell(line.title, line.subtitle, "body_medium"),
        MoneyCell(line.owed_cents if charged else None, "table", "text2" if quiet else "text"),
        MoneyCell(paid if charged else None, "table", "text2" if quiet else "text"),
        MoneyCell(line.balance_cents if charged else None, "table" if quiet else "table_strong",
                  "text2" if quiet else "text"),
        MarkCell(mark, square=line.prepaid_cents > 0),  # type: ignore[assignment]
    )  # fmt: skip
    said = [day, line.title, line.subtitle]
    if charged:
        said += [f"owed {spoken_cents(line.owed_cents)}", f"paid {spoken_cents(line.paid_cents)}",
                 f"balance {spoken_cents(line.balance_cents)}"]  # fmt: skip
    return TableRow(f"{line.appointment_id}:{at}", cells, spoken=_said(said, mark[0] if mark else ""))


def payment_row(_at: int, line: PaymentLine, today: date) -> TableRow:
    """One payment; a voided one counts nowhere."""
    void = line.state == "voided"
    ink = "muted" if void else "text"
    look = payment_pill(line)
    day = day_text(line.taken_at.date(), today)
    under = " · ".join(part for part in (line.number, line.by) if part)
    cells: tuple[Cell, ...] = (
        WordsCell(day, time_text(line.taken_at), "table", ink),
        WordsCell(line.method_text, under, "body_medium", ink),
        MoneyCell(line.amount_cents, "table_strong", ink),
        MoneyCell(None if void else line.allocated_cents, "table", ink),
        MoneyCell(None if void else line.unspent_cents, "table", "ok_text" if line.unspent_cents else ink),
        MarkCell(look),  # type: ignore[assignment]
    )
    said = [day, line.method_text, line.number, spoken_cents(line.amount_cents)]
    if not void:
        said += [f"used {spoken_cents(line.allocated_cents)}", f"left {spoken_cents(line.unspent_cents)}"]
    return TableRow(line.payment_id, cells, spoken=_said(said, look[0]))


def charge_row(at: int, line: ChargeLine, today: date) -> TableRow:
    """One line item."""
    look = charge_pill(line)
    day = day_text(line.service_date, today)
    cells: tuple[Cell, ...] = (
        WordsCell(day),
        WordsCell(line.description, line.code, "body_medium"),
        MoneyCell(line.allowed_cents or None, "table"),
        MoneyCell(line.responsibility_cents, "table"),
        MoneyCell(line.balance_cents, "table_strong" if line.balance_cents else "table"),
        MarkCell(look),  # type: ignore[assignment]
    )
    said = [day, line.description, line.code, f"patient owes {spoken_cents(line.responsibility_cents)}",
            f"balance {spoken_cents(line.balance_cents)}"]  # fmt: skip
    return TableRow(f"line:{at}", cells, spoken=_said(said, look[0]))


def log_row(at: int, line: LogLine, today: date) -> TableRow:
    """One act. What the hub has not confirmed yet says so."""
    words, when = log_words(line), when_words(line, today)
    who = ", ".join(part for part in (line.by, line.station) if part)
    under = "On its way to the other desks" if line.pending else ""
    cells: tuple[Cell, ...] = (
        WordsCell(when, ink="text2"),
        WordsCell(words, under, "body_medium"),
        MoneyCell(line.amount_cents, "table") if line.amount_cents is not None else None,
        WordsCell(who, ink="text2"),
    )
    cents = spoken_cents(line.amount_cents) if line.amount_cents is not None else ""
    return TableRow(f"log:{at}", cells, spoken=_said([when, words, cents, who], under))


def _said(parts: list[str], last: str) -> str:
    return ", ".join(part for part in (*parts, last) if part)


_MAKERS: dict[Tab, Callable[..., TableRow]] = {
    Tab.VISITS: visit_row, Tab.PAYMENTS: payment_row, Tab.LINES: charge_row, Tab.LOG: log_row,
}  # fmt: skip


def rows_of(tab: Tab, view: LedgerView, today: date) -> list[TableRow]:
    """The rows of a list."""
    lines = {Tab.VISITS: view.visits, Tab.PAYMENTS: view.payments, Tab.LINES: view.charges, Tab.LOG: view.log}[tab]
    make = _MAKERS[tab]
    return [make(at, line, today) for at, line in enumerate(lines)]


def total_row(totals: tuple[int, int, int]) -> TableRow:
    """The sums under the visits: owed, paid, balance."""
    owed, paid, balance = totals
    said = f"Total, owed {spoken_cents(owed)}, paid {spoken_cents(paid)}, balance {spoken_cents(balance)}"
    cells: tuple[Cell, ...] = (
        WordsCell("Total", style="table_strong"), None, MoneyCell(owed), MoneyCell(paid), MoneyCell(balance),
        TailCell(),
    )  # fmt: skip
    return TableRow("total", cells, RowKind.TOTAL, said)
