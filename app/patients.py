"""The list of patients: narrowed down by what is typed and by amounts, sorted, page by page, and saved as a table
(S0-02 Balance, S0-42)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from app.clinic import Clinic
from app.heads import patient_head
from app.list_views import BalanceKind, Exported, PatientLine, PatientOrder, PatientsAsk, PatientsView
from app.refusals import need
from app.saving import private_file
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.rules import people
from models.rules.matching import parse_query
from models.rules.rights import Right
from models.store.patient_list import ListedPatient, PatientList, Wanted
from models.store.queries.rows import PatientRow

log = logging.getLogger(__name__)

PAGE = 50
"""Patients of one page."""
_NEWEST_FIRST = frozenset(
    {PatientOrder.STATEMENT, PatientOrder.TOTAL, PatientOrder.UNALLOCATED, PatientOrder.LAST_VISIT}
)
COLUMNS: tuple[tuple[str, bool], ...] = (
    ("Family name", False), ("Given name", False), ("Birth date", False), ("MRN", False), ("Phone", False),
    ("Statement balance", True), ("Total balance", True), ("Unallocated", True), ("Credit", True), ("Prepaid", True),
    ("Last visit", False),
)  # fmt: skip
"""What an exported table has, in order, and whether it is money; dates as ISO text."""


class Patients:
    """Every patient with their figures. Call it on the `lists` lane: the first question reads the whole store."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._list = PatientList(clinic.store)

    @property
    def ready(self) -> bool:
        """Has the list been read once? Until then `first` shows something at once."""
        return self._list.ready

    def first(self) -> PatientsView:
        """The first patients by name without sums, in a few milliseconds. Lane `reads`."""
        today = self._clinic.today()
        found = self._list.first_page(today, PAGE)
        return PatientsView(PatientsAsk(), _lines(found, today), today, patients=len(found), whole=False)

    def page(self, ask: PatientsAsk) -> PatientsView:
        """One page, and the sums over everybody who fits. A page beyond the end is the last one."""
        today = self._clinic.today()
        wanted = _wanted(ask, today)
        first = max(ask.page, 0) * PAGE
        found, sums = self._list.page(wanted, today, first=first, count=PAGE)
        if not found and sums.patients:
            first = (sums.patients - 1) // PAGE * PAGE
            found, sums = self._list.page(wanted, today, first=first, count=PAGE)
        return PatientsView(
            ask, _lines(found, today), today, first, sums.patients, sums.statement_cents, sums.unallocated_cents
        )  # fmt: skip

    def close(self) -> None:
        """Forget everybody: the list lies in memory alone."""
        self._list.close()

    def file_name(self, suffix: str) -> str:
        """What an exported list is called unless somebody says otherwise: `patients-2026-05-14.csv`."""
        return f"patients-{self._clinic.today().isoformat()}.{suffix}"

    def export(self, ask: PatientsAsk, path: Path, person: Person, supervisor: Person | None = None) -> Exported:
        """Save everybody who fits, in the order shown, as CSV or XLSX by the suffix; only this user may read the file.
        `supervisor` lends the right to it.

        Raises RuleBroken `staff.right_missing`, `export.kind_unknown`; StorageError `export.not_written`. Nothing was
        saved then, and a file that was there is as it was.
        """
        from exchange.sheets import WRITERS, Column, Sheet

        lender = need(Right.EXPORT, person, supervisor)
        write = WRITERS.get(path.suffix.lower().removeprefix("."))
        if write is None:
            raise RuleBroken("export.kind_unknown")
        today = self._clinic.today()
        found = self._list.everybody(_wanted(ask, today), today)
        columns = tuple(Column(name, money=money) for name, money in COLUMNS)
        with private_file(path) as file:
            write(Sheet("Patients", columns, map(_cells, found)), file)
        log.info("exported", extra=facts(list="patients", rows=len(found), kind=path.suffix.lower(),
                                         staff=person.staff_id, lender=lender or None))  # fmt: skip
        return Exported(len(found), path.name)


def _wanted(ask: PatientsAsk, today: date) -> Wanted:
    limits = (ask.least_cents, ask.most_cents) if ask.kind is not BalanceKind.ANY else (None, None)
    query = parse_query(ask.text, today) if ask.text.strip() else None
    return Wanted(query, ask.kind.value, *limits, order=ask.order.value, descending=ask.order in _NEWEST_FIRST)


def _lines(found: Iterable[ListedPatient], today: date) -> tuple[PatientLine, ...]:
    return tuple(_line(row, today) for row in found)


def _line(row: ListedPatient, today: date) -> PatientLine:
    who = PatientRow(row.id, row.family, row.given, row.suffix, row.birth_date, row.mrn, row.phone, "", "",
                     row.merged_with)  # fmt: skip
    return PatientLine(
        patient_head(who, today), row.statement_cents, row.total_cents, row.unallocated_cents - row.prepaid_cents,
        row.prepaid_cents, date.fromisoformat(row.last_visit) if row.last_visit else None,
    )  # fmt: skip


def _cells(row: ListedPatient) -> tuple[str | int, ...]:
    family = f"{row.family} {row.suffix}".strip()
    return (
        family, row.given, row.birth_date, row.mrn, people.show_phone(row.phone), row.statement_cents,
        row.total_cents, row.unallocated_cents, row.unallocated_cents - row.prepaid_cents, row.prepaid_cents,
        row.last_visit,
    )  # fmt: skip
