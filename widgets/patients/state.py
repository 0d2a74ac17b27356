"""What the list of patients shows: rows of cells, the words of its foot and of its empty states. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.list_views import BalanceKind, PatientLine, PatientOrder, PatientsAsk, PatientsView
from models.basics.money import show_cents
from widgets.common.cells import BadgeCell, MoneyCell, TableRow, WordsCell
from widgets.common.patient import short_identity_text
from widgets.common.speech import Notice
from widgets.common.table import Column
from widgets.common.when import count_text, day_text, spoken_cents

COLUMNS = (
    Column("Patient", 214, 3),
    Column("Phone", 132, 1),
    Column("Last visit", 104, 1),
    Column("On account", 168, 2),
    Column("Statement balance", 138, 0, True),
    Column("Total balance", 126, 0, True),
)
KIND_WORDS: dict[BalanceKind, str] = {
    BalanceKind.ANY: "Balance: any",
    BalanceKind.STATEMENT: "Statement balance",
    BalanceKind.TOTAL: "Total balance",
    BalanceKind.UNALLOCATED: "Unallocated",
}
ORDER_WORDS: dict[PatientOrder, str] = {
    PatientOrder.NAME: "Name",
    PatientOrder.BIRTH_DATE: "Birth date",
    PatientOrder.LAST_VISIT: "Last visit",
    PatientOrder.STATEMENT: "Statement balance",
    PatientOrder.TOTAL: "Total balance",
    PatientOrder.UNALLOCATED: "Unallocated",
}
ONE_CENT = 1
"""Where a filter begins: whoever owes, or has on account, anything at all."""


@dataclass(frozen=True, slots=True)
class PatientsState:
    """The page as it stands. `foot` says which patients of how many and the sums; `empty` replaces the list;
    `amounts_wrong` says what is wrong with the two amounts, as typed."""

    ask: PatientsAsk = field(default_factory=PatientsAsk)
    rows: tuple[TableRow, ...] = ()
    foot: str = ""
    page_text: str = ""
    has_before: bool = False
    has_after: bool = False
    patients: int = 0
    empty: tuple[str, str] | None = None
    skeleton: bool = False
    amounts_wrong: str = ""
    notice: Notice | None = None


def patients_state(view: PatientsView, page_size: int, *, notice: Notice | None = None) -> PatientsState:
    """The page for what was found."""
    last = view.first + len(view.lines)
    pages = max(-(-view.patients // page_size), 1)
    at = view.first // page_size + 1
    return PatientsState(
        ask=view.ask,
        rows=tuple(row(line, view) for line in view.lines),
        foot=_foot(view, last),
        page_text=f"Page {at:,} of {pages:,}" if view.whole else "",
        has_before=view.whole and at > 1,
        has_after=view.whole and at < pages,
        patients=view.patients,
        empty=None if view.lines else _nobody(view.ask),
        notice=notice,
    )


def row(line: PatientLine, view: PatientsView) -> TableRow:
    """One patient."""
    visit = day_text(line.last_visit, view.today) if line.last_visit else "—"
    cells = (
        WordsCell(line.patient.name, short_identity_text(line.patient), "body_medium"),
        WordsCell(line.patient.phone or "—", style="table", ink="text" if line.patient.phone else "muted"),
        WordsCell(visit, style="table", ink="text" if line.last_visit else "muted"),
        BadgeCell(line.credit_cents, line.prepaid_cents),
        MoneyCell(line.statement_cents, "body_strong" if line.statement_cents else "table", _ink(line.statement_cents)),
        MoneyCell(line.total_cents, "body_strong" if line.total_cents else "table", _ink(line.total_cents)),
    )
    return TableRow(line.patient.patient_id, cells, spoken=_sentence(line, visit))


def _ink(cents: int) -> str:
    return "ok_text" if cents < 0 else "text" if cents else "muted"


def _sentence(line: PatientLine, visit: str) -> str:
    parts = [
        line.patient.name, short_identity_text(line.patient), line.patient.phone,
        f"last visit {visit}" if line.last_visit else "no visit yet",
        f"credit {spoken_cents(line.credit_cents)}" if line.credit_cents else "",
        f"prepaid {spoken_cents(line.prepaid_cents)}" if line.prepaid_cents else "",
        f"statement balance {spoken_cents(line.statement_cents)}", f"total balance {spoken_cents(line.total_cents)}",
    ]  # fmt: skip
    return ", ".join(part for part in parts if part)


def _foot(view: PatientsView, last: int) -> str:
    if not view.whole:
        return "Adding up every account…"
    if not view.lines:
        return ""
    return " · ".join((
        f"{view.first + 1:,} to {last:,} of {count_text(view.patients, 'patient', 'patients')}",
        f"statement balances {show_cents(view.statement_cents)}",
        f"on account {show_cents(view.unallocated_cents)}",
    ))  # fmt: skip


def _nobody(ask: PatientsAsk) -> tuple[str, str]:
    if ask.narrowed:
        return "No patient matches.", "Change the filters, or clear them (Esc)."
    return "No patients yet.", "Bring them in from your other program: Import, in the File menu."


def amounts_wrong(least: int | None, most: int | None) -> str:
    """What is wrong with the two amounts of the filter; empty while nothing is."""
    if least is not None and most is not None and least > most:
        return "The first amount is larger than the second."
    return ""
