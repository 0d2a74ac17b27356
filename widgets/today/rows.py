"""The schedule's rows as cells: time, patient, visit, status, money on account, due today; and the Now line."""

from __future__ import annotations

from datetime import datetime

from app.views import DueState, TodayRow, TodayView, VisitState
from models.basics.money import show_cents
from widgets.common.cells import BadgeCell, Cell, MoneyCell, PillCell, RowKind, TableRow, WordsCell
from widgets.common.patient import short_identity_text
from widgets.common.pill import visit_look
from widgets.common.table import Column
from widgets.common.when import hour_text, spoken_cents, time_text

COLUMNS = (
    Column("Time", 66),
    Column("Patient", 182, stretch=1),
    Column("Visit", 146, stretch=2),
    Column("Status", 124),
    Column("On account", 150, stretch=1),
    Column("Due today", 118, right=True),
)
ACCOUNT_COLUMN = 4
NOW_KEY = "now"

_OVER = frozenset(
    {
        VisitState.CHECKED_IN,
        VisitState.IN_ROOM,
        VisitState.IN_SESSION,
        VisitState.DONE,
        VisitState.NO_SHOW,
        VisitState.CANCELLED,
    }
)


def due_cell(row: TodayRow) -> MoneyCell:
    """What the due column says of a visit; where nothing else is due, what is overdue (S2-15)."""
    if row.overdue_cents and row.due_state is DueState.NOTHING:
        return MoneyCell(row.overdue_cents, "table_strong", "bad_text", "triangle-alert", "Overdue")
    cells = {
        DueState.NOTHING: MoneyCell(None),
        DueState.DUE: MoneyCell(row.due_cents, "body_strong"),
        DueState.PAID: MoneyCell(row.paid_cents, "table", "muted", "check"),
        DueState.CONFIRMING: MoneyCell(row.due_cents, "table_strong", "warn_text", "hourglass", "Confirming"),
        DueState.NOT_COLLECTING: MoneyCell(row.due_cents, "table", "muted", "ban", "Not today"),
    }
    return cells[row.due_state]


_DUE_SAID = {
    DueState.NOTHING: "nothing due today",
    DueState.DUE: "due today, {due}",
    DueState.PAID: "{paid} paid today",
    DueState.CONFIRMING: "a payment of {due} is being confirmed",
    DueState.NOT_COLLECTING: "not collecting today",
}


def due_words(row: TodayRow) -> str:
    """What the due column says, spoken: `Due today, 75 dollars`."""
    text = _DUE_SAID[row.due_state].replace("{due}", spoken_cents(row.due_cents))
    return text.replace("{paid}", spoken_cents(row.paid_cents))


def sentence(row: TodayRow) -> str:
    """The row as one sentence."""
    parts = [
        time_text(row.visit.starts_at),
        row.patient.name,
        short_identity_text(row.patient),
        ", ".join(part for part in (row.visit.title, row.visit.practitioner) if part),
        visit_look(row.visit)[0],
        f"credit {spoken_cents(row.credit_cents)}" if row.credit_cents else "",
        f"prepaid {spoken_cents(row.prepaid_cents)}" if row.prepaid_cents else "",
        due_words(row),
        f"payment of {spoken_cents(row.overdue_cents)} overdue" if row.overdue_cents else "",
        "on a payment plan" if row.on_plan else "",
        plan_words(row).lower(),
    ]
    return ", ".join(part for part in parts if part)


def table_row(row: TodayRow) -> TableRow:
    """One visit."""
    here = row.visit.state not in _OVER
    time = WordsCell(hour_text(row.visit.starts_at), style="table_strong" if here else "table",
                     ink="text" if here else "text2")  # fmt: skip
    cells: tuple[Cell, ...] = (
        time,
        WordsCell(row.patient.name, _identity(row), "body_medium"),
        WordsCell(row.visit.title or "Visit", _under(row), "body"),
        PillCell(visit_look(row.visit)),
        BadgeCell(row.credit_cents, row.prepaid_cents),
        due_cell(row),
    )
    return TableRow(row.visit.appointment_id, cells, spoken=sentence(row))


def _identity(row: TodayRow) -> str:
    """Who it is; after it, that they pay something by a plan (S0-44)."""
    identity = short_identity_text(row.patient)
    return f"{identity} · On a plan" if row.on_plan else identity


def _under(row: TodayRow) -> str:
    """Whom to; before it what is overdue, where the due column has something else to say (S2-15)."""
    flagged = row.overdue_cents and row.due_state is not DueState.NOTHING
    late = f"Overdue {show_cents(row.overdue_cents)}" if flagged else ""
    return " · ".join(part for part in (late, plan_words(row), row.visit.practitioner) if part) or " "


PLAN_WORDS = {"old": "Plan check is old", "earlier": "Plan check is of an earlier month", "never": "Plan not checked"}
"""What is said of a plan of somebody who is still to come, where the payer was not asked of late."""


def plan_words(row: TodayRow) -> str:
    """That the payer should be asked before the patient stands here; nothing where that was done, or is too late."""
    return "" if row.visit.state in _OVER else PLAN_WORDS.get(row.plan_age, "")


def table_rows(rows: tuple[TodayRow, ...], view: TodayView) -> tuple[TableRow, ...]:
    """All rows of the list; on the day itself the Now line stands between what has begun and what is to come."""
    made = [table_row(row) for row in rows]
    if view.is_today and rows:
        made.insert(now_place(rows, view.now), TableRow(NOW_KEY, (), RowKind.RULE, f"Now {hour_text(view.now)}"))
    return tuple(made)


def now_place(rows: tuple[TodayRow, ...], now: datetime) -> int:
    """Before which row the Now line stands."""
    return next((at for at, row in enumerate(rows) if row.visit.starts_at > now), len(rows))


def tip(row: TodayRow) -> str:
    """What lies on account, for the pointer."""
    parts = [f"Credit {show_cents(row.credit_cents)}" if row.credit_cents else "",
             f"Prepaid {show_cents(row.prepaid_cents)}" if row.prepaid_cents else ""]  # fmt: skip
    return ", ".join(part for part in parts if part)
