"""The Ledger's lists as cells. What a visit or payment is made of follows it, as rows, while it is unfolded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from app.account_views import ChargeLine, DocumentLine, LogLine, PaymentLine, PaymentPart, StatementRow, VisitLine
from app.plan_views import PlanListed
from models.basics.money import show_cents
from widgets.common.cells import Cell, MoneyCell, PillCell, RowKind, TableRow, TailCell, WordsCell
from widgets.common.pill import Look
from widgets.common.table import Column, LazyRows
from widgets.common.when import count_text, day_text, spoken_cents, time_text
from widgets.ledger.state import (
    LedgerState,
    Tab,
    charge_pill,
    log_words,
    payment_bubble,
    payment_pill,
    visit_badge,
    visit_flag,
    visit_pill,
    when_words,
)  # fmt: skip
from widgets.ledger.tail import LeadCell, MarkCell, TickCell
from widgets.plans.list_state import look_of

COLUMNS: dict[Tab, tuple[Column, ...]] = {
    Tab.VISITS: (
        Column("Date", 96), Column("Visit", 210, stretch=1), Column("Owed", 96, right=True),
        Column("Paid", 86, right=True), Column("Balance", 92, right=True), Column("", 126, right=True),
    ),
    Tab.PAYMENTS: (
        Column("Date", 126), Column("Payment", 180, stretch=1), Column("Amount", 92, right=True),
        Column("Used", 88, right=True), Column("Left", 88, right=True), Column("", 134, right=True),
    ),
    Tab.LINES: (
        Column("", 40), Column("Date", 76), Column("Line item", 186, stretch=1), Column("Owed", 88, right=True),
        Column("Paid", 84, right=True), Column("Balance", 92, right=True), Column("", 140, right=True),
    ),
    Tab.STATEMENTS: (
        Column("Date", 110), Column("Statement", 180, stretch=1), Column("Balance", 100, right=True),
        Column("On account", 104, right=True), Column("Due", 112, right=True),
    ),
    Tab.PLANS: (
        Column("Plan ID", 168, stretch=1), Column("Type", 140, stretch=1), Column("Status", 124),
        Column("Payment", 92, right=True), Column("Balance", 96, right=True),
    ),
    Tab.DOCUMENTS: (
        Column("Date", 118), Column("Document", 240, stretch=1), Column("Amount", 110, right=True),
        Column("", 130, right=True),
    ),
    Tab.LOG: (
        Column("When", 124), Column("What", 220, stretch=2), Column("Amount", 92, right=True),
        Column("By", 116, stretch=1), Column("", 88, right=True),
    ),
}  # fmt: skip

DEEP: dict[Tab, tuple[Column, ...]] = {
    Tab.VISITS: (
        Column("Date", 78), Column("Visit", 140, stretch=1), Column("Owed", 118, right=True),
        Column("Paid", 112, right=True), Column("Balance", 100, right=True), Column("", 122, right=True),
    ),
    Tab.LINES: (
        Column("", 40), Column("Date", 66), Column("Line item", 120, stretch=1), Column("Owed", 118, right=True),
        Column("Paid", 112, right=True), Column("Balance", 100, right=True), Column("", 122, right=True),
    ),
}  # fmt: skip
"""The columns with Simple off: wide enough for what insurance and adjustments did, under the amounts."""


def columns_of(tab: Tab, *, simple: bool) -> tuple[Column, ...]:
    """The columns of a list."""
    return COLUMNS[tab] if simple else DEEP.get(tab, COLUMNS[tab])


def _amount(cents: int | None, style: str, ink: str, under: str = "", part_cents: int = 0) -> Cell:
    """An amount; over a quiet second line where there is something to say: `allowed $140.00`."""
    if not part_cents:
        return MoneyCell(cents, style, ink)
    shown = MoneyCell(cents, style, ink).text
    return WordsCell(shown, f"{under} {show_cents(part_cents)}", style, ink, right=True)


# Visits -----------------------------------------------------------------------------------------------------------


def visit_key(line: VisitLine) -> str:
    """The identity of a visit's row."""
    return f"visit:{line.appointment_id or line.patient_id}:{line.service_date.isoformat()}"


def _visit_rows(line: VisitLine, state: LedgerState, today: date) -> Iterator[TableRow]:
    key = visit_key(line)
    unfolded = bool(line.items) and (key in state.unfolded or not state.shown.condensed)
    yield visit_row(line, today, simple=state.shown.simple, unfolded=unfolded)
    if unfolded:
        for item in line.items:
            yield _item_of_visit(item, simple=state.shown.simple)


def visit_row(line: VisitLine, today: date, *, simple: bool = True, unfolded: bool = False) -> TableRow:
    """One visit: a visit of today stands out, a paid one steps back."""
    is_today, quiet = line.service_date == today, line.balance_cents <= 0
    style, ink = ("table_strong", "text") if is_today else ("table", "text2" if quiet else "text")
    charged = line.state != "no_charges"
    paid = line.paid_cents if line.paid_cents or line.balance_cents <= 0 else None
    flag = visit_flag(line)
    mark = flag or visit_badge(line) or visit_pill(line)
    day = day_text(line.service_date, today)
    soft = "text2" if quiet else "text"
    fold = ("open" if unfolded else "closed") if line.items else ""
    under = " · ".join(part for part in (line.whose, line.subtitle) if part)
    cells: tuple[Cell, ...] = (
        LeadCell(day, style=style, ink=ink, fold=fold),
        WordsCell(line.title, under, "body_medium"),
        *_amounts(
            line,
            line.owed_cents if charged else None,
            paid if charged else None,
            line.balance_cents if charged else None,
            soft,
            simple=simple,
            strong=not quiet,
        ),
        MarkCell(mark, square=line.prepaid_cents > 0 and flag is None),
    )
    said = [day, line.title, under]
    if charged:
        said += [f"owed {spoken_cents(line.owed_cents)}", f"paid {spoken_cents(line.paid_cents)}",
                 f"balance {spoken_cents(line.balance_cents)}"]  # fmt: skip
    said += [f"payment of {spoken_cents(line.overdue_cents)} overdue"] if flag is not None else []
    return TableRow(visit_key(line), cells, spoken=_said(said, None if flag is not None else mark))


def _amounts(
    line: VisitLine | ChargeLine, owed: int | None, paid: int | None, balance: int | None, ink: str, *, simple: bool,
    strong: bool = False,
) -> tuple[Cell, Cell, Cell]:  # fmt: skip
    """Owed, paid, balance; with Simple off what was allowed, what insurance paid and what was let off under them."""
    parts = (0, 0, 0) if simple else (line.allowed_cents, line.insurance_paid_cents, line.adjusted_cents)
    return (
        _amount(owed, "table", ink, "allowed", parts[0]), _amount(paid, "table", ink, "insurer", parts[1]),
        _amount(balance, "table_strong" if strong else "table", ink, "let off", parts[2]),
    )  # fmt: skip


def _item_of_visit(item: ChargeLine, *, simple: bool) -> TableRow:
    look = charge_pill(item)
    under = " · ".join(part for part in (item.code, "Practice fee" if item.fee else "") if part)
    cells: tuple[Cell, ...] = (
        LeadCell(""),
        WordsCell(item.description, under, "table", "text2"),
        *_amounts(
            item,
            item.responsibility_cents - item.adjusted_cents,
            item.paid_cents or None,
            item.balance_cents,
            "text2",
            simple=simple,
        ),
        MarkCell(look),
    )
    return TableRow(f"item:{item.charge_id}", cells, spoken=_said(_item_words(item), look))


def _item_words(item: ChargeLine) -> list[str]:
    return [item.description, item.code,
            f"patient owes {spoken_cents(item.responsibility_cents - item.adjusted_cents)}",
            f"balance {spoken_cents(item.balance_cents)}"]  # fmt: skip


# Payments ---------------------------------------------------------------------------------------------------------


def payment_key(line: PaymentLine) -> str:
    """The identity of a payment's row."""
    return f"payment:{line.payment_id}"


def _payment_rows(line: PaymentLine, state: LedgerState, today: date) -> Iterator[TableRow]:
    unfolded = bool(line.parts) and (payment_key(line) in state.unfolded or not state.shown.condensed)
    yield payment_row(line, today, simple=state.shown.simple, unfolded=unfolded)
    if unfolded:
        for at, part in enumerate(line.parts):
            yield _part_row(line, at, part)


def payment_row(line: PaymentLine, today: date, *, simple: bool = True, unfolded: bool = False) -> TableRow:
    """One payment with its bubble; one that was taken back counts nowhere."""
    ink = "text" if line.stands else "muted"
    look = payment_pill(line)
    meaning, words = payment_bubble(line)
    day = day_text(line.day, today)
    under = " · ".join(part for part in _payment_words(line, today, simple=simple) if part)
    fold = ("open" if unfolded else "closed") if line.parts else ""
    stands = line.stands
    cells: tuple[Cell, ...] = (
        LeadCell(day, words, "table", ink, fold=fold, bubble=meaning),
        WordsCell(line.method_text, under, "body_medium", ink),
        _amount(line.amount_cents, "table_strong", ink, "back", 0 if simple else line.returned_cents),
        MoneyCell(line.allocated_cents if stands else None, "table", ink),
        MoneyCell(line.unspent_cents if stands else None, "table", "ok_text" if line.unspent_cents > 0 else ink),
        MarkCell(look),
    )
    said = [day, line.method_text, line.number, spoken_cents(line.amount_cents)]
    if stands:
        said += [f"used {spoken_cents(line.allocated_cents)}", f"left {spoken_cents(line.unspent_cents)}", words]
    return TableRow(payment_key(line), cells, spoken=_said(said, look))


def _payment_words(line: PaymentLine, today: date, *, simple: bool) -> Iterator[str]:
    yield line.number
    yield line.whose
    yield line.type_words
    if simple:
        yield line.by
        return
    yield time_text(line.taken_at)
    if line.received and line.posted_on and line.received != line.posted_on:
        yield f"posted {day_text(line.posted_on, today)}"
    yield f"trace {line.trace_no}" if line.trace_no else ""
    yield line.practitioner
    yield line.memo
    yield ", ".join(part for part in (line.by, line.station) if part)


def _part_row(line: PaymentLine, at: int, part: PaymentPart) -> TableRow:
    given = part.kind in ("refund", "correction")
    counts = not given or part.state in ("paid", "requested")
    lies = part.kind in ("visit", "credit")
    ink = "text2" if counts else "muted"
    nothing = MoneyCell(None, "table", "muted", words=" ")
    used = MoneyCell(part.cents, "table", ink) if part.kind in ("charge", "other") else nothing
    back = MoneyCell(-part.cents, "table", ink) if given else nothing
    left = MoneyCell(part.cents, "table", "ok_text") if lies else nothing
    cells: tuple[Cell, ...] = (
        LeadCell(""),
        WordsCell(part.title, part.subtitle, "table", ink),
        back,
        used,
        left,
        MarkCell(_PART_LOOKS.get((part.kind, part.state)), square=part.kind == "visit"),
    )
    said = [part.title, part.subtitle, spoken_cents(-part.cents if given else part.cents)]
    return TableRow(f"part:{line.payment_id}:{at}", cells, spoken=_said(said, None))


_PART_LOOKS: dict[tuple[str, str], Look] = {
    ("visit", ""): ("Prepaid", "warn", ""),
    ("refund", "requested"): ("Pending", "warn", "clock"),
    ("refund", "failed"): ("Failed", "bad", "circle-x"),
    ("refund", "undone"): ("Undone", "neutral", "undo-2"),
    ("dispute", "open"): ("Open", "bad", "circle-alert"),
}


# Line items, statements, documents, log ---------------------------------------------------------------------------


def _item_rows(line: ChargeLine, state: LedgerState, today: date) -> Iterator[TableRow]:
    yield charge_row(line, today, simple=state.shown.simple, ticked=line.charge_id in state.ticked)


def charge_row(line: ChargeLine, today: date, *, simple: bool = True, ticked: bool = False) -> TableRow:
    """One line item; one that is still owed can be ticked for Fill."""
    look = charge_pill(line)
    day = day_text(line.service_date, today)
    can = line.balance_cents > 0 and not line.future
    under = " · ".join(part for part in (line.whose, line.code, line.practitioner) if part)
    cells: tuple[Cell, ...] = (
        TickCell(ticked) if can else None,
        WordsCell(day),
        WordsCell(line.description, under, "body_medium"),
        *_amounts(
            line,
            line.responsibility_cents - line.adjusted_cents,
            line.paid_cents or None,
            line.balance_cents,
            "text",
            simple=simple,
            strong=line.balance_cents > 0,
        ),
        MarkCell(look),
    )
    return TableRow(f"item:{line.charge_id}", cells, spoken=_said(["ticked" if ticked else "", day,
                                                                  *_item_words(line)], look))  # fmt: skip


def _statement_rows(line: StatementRow, _state: LedgerState, today: date) -> Iterator[TableRow]:
    day = day_text(line.issued_at.date(), today)
    made = {"print": "Printed", "pdf": "Saved as PDF"}.get(line.channel, line.channel)
    under = " · ".join(part for part in (made, count_text(line.lines, "visit", "visits"), line.by) if part)
    due = day_text(line.due, today) if line.due else ""
    cells: tuple[Cell, ...] = (
        WordsCell(day, time_text(line.issued_at)),
        WordsCell(line.number, under, "body_medium"),
        MoneyCell(line.balance_cents),
        MoneyCell(line.unallocated_cents or None, "table"),
        TailCell(due, "table", "text2"),
    )
    said = [day, f"statement {line.number}", f"balance {spoken_cents(line.balance_cents)}", f"due {due}" if due else ""]
    yield TableRow(f"statement:{line.statement_id}", cells, spoken=_said(said, None))


_DOCUMENT_LOOKS: dict[str, Look] = {
    "receipt": ("Receipt", "neutral", "receipt-text"),
    "void": ("Void", "neutral", "ban"),
    "refund": ("Refund", "moved", "undo-2"),
    "correction": ("Correction", "moved", "square-pen"),
    "statement": ("Statement", "info", "file-text"),
}


_NOT_SENT: Look = ("Not sent", "bad", "mail")


def _document_rows(line: DocumentLine, _state: LedgerState, today: date) -> Iterator[TableRow]:
    day, look = day_text(line.at.date(), today), _DOCUMENT_LOOKS[line.kind]
    cells: tuple[Cell, ...] = (
        WordsCell(day, time_text(line.at)),
        WordsCell(line.title, " · ".join(part for part in (line.number, line.sent) if part), "body_medium"),
        MoneyCell(line.cents, "table"),
        MarkCell(_NOT_SENT if line.not_sent else look),
    )
    said = [day, line.title, line.number, line.sent, spoken_cents(line.cents)]
    yield TableRow(f"document:{line.key}", cells, spoken=_said(said, None))


def _log_rows(line: LogLine, _state: LedgerState, today: date) -> Iterator[TableRow]:
    yield log_row(line, today)


def log_row(line: LogLine, today: date) -> TableRow:
    """One act. What the hub has not confirmed yet says so, and so does what was taken back later."""
    words, when = log_words(line), when_words(line, today)
    approved = f"approved by {line.approved_by}" if line.approved_by else ""
    sending = "On its way to the other desks" if line.pending else ""
    under = " · ".join(part for part in (line.what, sending) if part)
    look = ("Undone", "neutral", "undo-2") if line.undone else None
    who = [part for part in (line.by, line.station, approved) if part]
    cells: tuple[Cell, ...] = (
        WordsCell(when, ink="text2"),
        WordsCell(words, under, "body_medium", "muted" if line.undone else "text"),
        MoneyCell(line.amount_cents, "table") if line.amount_cents is not None else None,
        WordsCell(who[0], ", ".join(who[1:]), ink="text2") if who else None,
        MarkCell(look),
    )
    cents = spoken_cents(line.amount_cents) if line.amount_cents is not None else ""
    return TableRow(f"log:{line.op_id}", cells, spoken=_said([when, words, line.what, cents, line.by, line.station,
                                                             approved, sending], look))  # fmt: skip


def _said(parts: list[str], last: Look | None) -> str:
    return ", ".join(part for part in (*parts, last[0] if last else "") if part)


def _plan_rows(line: PlanListed, state: LedgerState, today: date) -> Iterator[TableRow]:
    """A plan, or what is owed without one (S4-04, S4-05)."""
    look, following = look_of(line), day_text(line.next_due, today) if line.next_due else ""
    under = f"next {following}, {show_cents(line.next_cents)}" if following else ""
    whose = line.name if state.view is not None and state.view.whole_family else ""
    cells: tuple[Cell, ...] = (
        WordsCell(line.number or "No agreement yet", whose, "table_strong" if line.number else "table"),
        WordsCell(line.kind, under, "table", "text2"), PillCell(look), MoneyCell(line.payment_cents, "table"),
        MoneyCell(line.balance_cents),
    )  # fmt: skip
    said = [f"Plan {line.number}" if line.number else "No agreement yet", line.kind, look[0],
            f"balance {spoken_cents(line.balance_cents)}"]  # fmt: skip
    yield TableRow(NAMES[Tab.PLANS](line), cells, spoken=", ".join(said))


NAMES: dict[Tab, Callable[[Any], str]] = {
    Tab.VISITS: visit_key, Tab.PAYMENTS: payment_key, Tab.LINES: lambda line: f"item:{line.charge_id}",
    Tab.STATEMENTS: lambda line: f"statement:{line.statement_id}",
    Tab.DOCUMENTS: lambda line: f"document:{line.key}", Tab.LOG: lambda line: f"log:{line.op_id}",
    Tab.PLANS: lambda line: f"plan:{line.plan_id or line.patient_id}",
}  # fmt: skip
"""The key of each line's row, by list."""

_MAKERS: dict[Tab, Callable[[Any, LedgerState, date], Iterator[TableRow]]] = {
    Tab.VISITS: _visit_rows, Tab.PAYMENTS: _payment_rows, Tab.LINES: _item_rows, Tab.STATEMENTS: _statement_rows,
    Tab.DOCUMENTS: _document_rows, Tab.LOG: _log_rows, Tab.PLANS: _plan_rows,
}  # fmt: skip


_SHORT = 200
"""A list up to here is made at once; a longer one row by row, as it is looked at."""


def rows_of(state: LedgerState) -> Sequence[TableRow]:
    """The rows of the list that is shown."""
    make, today = _MAKERS.get(state.tab), state.today
    if make is None or today is None:
        return []
    if len(state.lines) <= _SHORT or not state.shown.condensed or state.unfolded:
        return [row for line in state.lines for row in make(line, state, today)]
    name, lines = NAMES[state.tab], state.lines
    return LazyRows([name(line) for line in lines], lambda at: next(make(lines[at], state, today)))


def total_row(totals: tuple[int, int, int]) -> TableRow:
    """The sums under the visits: owed, paid, balance."""
    owed, paid, balance = totals
    said = f"Total, owed {spoken_cents(owed)}, paid {spoken_cents(paid)}, balance {spoken_cents(balance)}"
    cells: tuple[Cell, ...] = (
        WordsCell("Total", style="table_strong"), None, MoneyCell(owed), MoneyCell(paid), MoneyCell(balance),
        TailCell(),
    )  # fmt: skip
    return TableRow("total", cells, RowKind.TOTAL, said)
