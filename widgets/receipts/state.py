"""What the list of receipts shows, worked out without a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from app.receipt_list import ReceiptLine, ReceiptsAsk, ReceiptsView
from app.views import PatientHead
from models.basics.money import show_cents
from widgets.common.cells import MoneyCell, TableRow, WordsCell
from widgets.common.speech import Notice
from widgets.common.table import Column
from widgets.common.when import count_text, day_text, spoken_cents, time_text
from widgets.ledger.tail import TickCell

SPAN_WORDS = {"today": "Today", "yesterday": "Yesterday", "week": "Last 7 days", "month": "Last 31 days"}
"""Which business days are listed."""
_SPANS: dict[str, Callable[[date], tuple[date, date]]] = {
    "today": lambda day: (day, day),
    "yesterday": lambda day: (day - timedelta(days=1), day - timedelta(days=1)),
    "week": lambda day: (day - timedelta(days=6), day),
    "month": lambda day: (day - timedelta(days=30), day),
}
COLUMNS = (
    Column("", 40), Column("When", 118), Column("Receipt", 200, stretch=1), Column("Patient", 180, stretch=1),
    Column("Paid by", 150), Column("Amount", 104, right=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is listed: the days of `span`, or everything of one patient."""

    span: str = "today"
    patient_id: str = ""

    def ask(self, today: date) -> ReceiptsAsk:
        first, last = _SPANS[self.span](today)
        return ReceiptsAsk(first, last, self.patient_id)


@dataclass(frozen=True, slots=True)
class ReceiptsState:
    """All of the page. `ticked` are the papers chosen, in the list's order."""

    chosen: Chosen = Chosen()
    title: str = "Receipts"
    rows: tuple[TableRow, ...] = ()
    lines: tuple[ReceiptLine, ...] = ()
    ticked: tuple[str, ...] = ()
    foot: str = ""
    empty: tuple[str, str] | None = None
    skeleton: bool = False
    notice: Notice | None = None

    def line(self, name: str) -> ReceiptLine | None:
        """The receipt of a row."""
        return next((line for line in self.lines if line.name == name), None)


def receipts_state(
    view: ReceiptsView, chosen: Chosen, ticked: frozenset[str], notice: Notice | None = None
) -> ReceiptsState:
    """Everything the page shows; ticks of receipts that are not listed any more are forgotten."""
    marked = tuple(line.name for line in view.lines if line.name in ticked)
    whose = f"Receipts of {view.lines[0].patient.name}" if chosen.patient_id and view.lines else "Receipts"
    return ReceiptsState(
        chosen=chosen, title=whose, rows=tuple(_row(line, line.name in ticked, view.today) for line in view.lines),
        lines=view.lines, ticked=marked, foot=_foot(view, marked), empty=None if view.lines else _nothing(chosen),
        notice=notice,
    )  # fmt: skip


def _nothing(chosen: Chosen) -> tuple[str, str]:
    if chosen.patient_id:
        return "No receipts yet.", "What is collected from this patient appears here."
    return "No receipts on these days.", "Choose other days above."


def _foot(view: ReceiptsView, ticked: tuple[str, ...]) -> str:
    words = f"{count_text(len(view.lines), 'receipt', 'receipts')}, {show_cents(view.total_cents)} together"
    return f"{words} · {len(ticked)} chosen" if ticked else words


def _row(line: ReceiptLine, ticked: bool, today: date) -> TableRow:
    day = day_text(line.at.date(), today)
    under = " · ".join(part for part in (line.number, line.payment_number) if part)
    cells = (
        TickCell(ticked), WordsCell(day, time_text(line.at)), WordsCell(line.words, under, "body_medium"),
        WordsCell(line.patient.name, _whose(line.patient)),
        WordsCell(line.method_text, line.by), MoneyCell(line.cents, "table_strong"),
    )  # fmt: skip
    said = (("ticked" if ticked else ""), day, line.words, line.number, line.patient.name, line.method_text,
            spoken_cents(line.cents))  # fmt: skip
    return TableRow(line.name, cells, spoken=", ".join(part for part in said if part))


def _whose(patient: PatientHead) -> str:
    """The record number; of a record that was merged, whom it goes by."""
    if patient.merged_with:
        return f"merged with {patient.merged_with}"
    return f"MRN {patient.mrn}" if patient.mrn else ""
