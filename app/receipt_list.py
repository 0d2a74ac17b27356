"""The list of receipts: those of some days, or all of one patient; printed, saved as one PDF, exported (S0-40)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from app.clinic import Clinic
from app.documents import TAKEN_BACK
from app.heads import patient_head
from app.list_views import Exported
from app.method import method_names, method_text
from app.papers import Papers
from app.refusals import need
from app.saving import private_file
from app.views import PatientHead, Person
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.rules.rights import Right
from models.store.queries import given, rows, staff
from models.store.queries.given import GivenRow
from receipts.messages import PAPER_WORDS

log = logging.getLogger(__name__)

LONGEST_DAYS = 92
"""So many days can be looked at at once; a longer span is cut at its beginning."""
COLUMNS: tuple[tuple[str, bool], ...] = (
    ("Day", False), ("Time", False), ("Receipt", False), ("Kind", False), ("Patient", False), ("MRN", False),
    ("Paid by", False), ("Amount", True), ("Payment", False), ("By", False),
)  # fmt: skip
"""What an exported list has, in order, and whether it is money."""


@dataclass(frozen=True, slots=True)
class ReceiptsAsk:
    """Which receipts: of the business days from `first` to `last`, or all of `patient_id`."""

    first: date
    last: date
    patient_id: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One receipt as it is listed; `name` is its paper's (`receipt:<payment>`), `cents` negative where money went
    back."""

    name: str
    number: str
    words: str
    at: datetime
    patient: PatientHead
    method_text: str
    cents: int
    payment_number: str
    by: str


@dataclass(frozen=True, slots=True)
class ReceiptsView:
    """The list, oldest first, and what came in less what went back."""

    ask: ReceiptsAsk
    lines: tuple[ReceiptLine, ...]
    today: date

    @property
    def total_cents(self) -> int:
        return sum(line.cents for line in self.lines)


class Receipts:
    """Reads and hands out lists of receipts. Lane `lists`, but for `print` (lane `store`)."""

    def __init__(self, clinic: Clinic, papers: Papers) -> None:
        self._clinic, self._papers = clinic, papers

    def page(self, ask: ReceiptsAsk) -> ReceiptsView:
        """The receipts asked for."""
        clinic, tenant, today = self._clinic, self._clinic.tenant, self._clinic.today()
        with clinic.store.reader() as reader:
            if ask.patient_id:
                found = given.of_patient(reader, tenant, ask.patient_id)
            else:
                first = max(ask.first, ask.last - timedelta(days=LONGEST_DAYS - 1))
                found = given.of_days(reader, tenant, first.isoformat(), ask.last.isoformat())
            people = {row.patient_id: rows.patient(reader, tenant, row.patient_id) for row in found}
            heads = {key: patient_head(row or rows.PatientRow(key, *[""] * 8), today) for key, row in people.items()}
            names, methods = staff.staff_names(reader, tenant), method_names(reader, tenant)
        lines = [_line(clinic, row, heads[row.patient_id], names.get(row.actor, ""), methods.get(row.method_id, ""))
                 for row in found]  # fmt: skip
        return ReceiptsView(ask, tuple(lines), today)

    def print(self, names: Sequence[str], person: Person) -> int:
        """Print these receipts once more, in this order, each marked COPY; returns how many. Raises RuleBroken
        `receipts.nothing_chosen`, and as `Printing.reprint`."""
        return self._papers.print_receipts(_some(names), person)

    def save(self, names: Sequence[str], path: Path) -> Exported:
        """These receipts as one PDF, for this user alone. Raises RuleBroken `receipts.nothing_chosen`, StorageError
        `export.not_written`; nothing was written then."""
        return Exported(self._papers.save_all(_some(names), path), path.name)

    def file_name(self, suffix: str) -> str:
        """What a file is called unless somebody says otherwise: of nobody's name (`receipts-2026-05-14.csv`)."""
        return f"receipts-{self._clinic.today().isoformat()}.{suffix}"

    def export(self, ask: ReceiptsAsk, path: Path, person: Person, supervisor: Person | None = None) -> Exported:
        """Save the list as CSV or XLSX by the suffix, for this user alone. `supervisor` lends the right to it.

        Raises RuleBroken `staff.right_missing`, `export.kind_unknown`; StorageError `export.not_written`. Nothing was
        saved then, and a file that was there is as it was.
        """
        from exchange.sheets import WRITERS, Column, Sheet

        lender = need(Right.EXPORT, person, supervisor)
        write = WRITERS.get(path.suffix.lower().removeprefix("."))
        if write is None:
            raise RuleBroken("export.kind_unknown")
        lines = self.page(ask).lines
        columns = tuple(Column(name, money=money) for name, money in COLUMNS)
        with private_file(path) as file:
            write(Sheet("Receipts", columns, map(_cells, lines)), file)
        log.info("exported", extra=facts(list="receipts", rows=len(lines), kind=path.suffix.lower(),
                                         staff=person.staff_id, lender=lender or None))  # fmt: skip
        return Exported(len(lines), path.name)


def _some(names: Sequence[str]) -> Sequence[str]:
    if not names:
        raise RuleBroken("receipts.nothing_chosen")
    return names


def _line(clinic: Clinic, row: GivenRow, patient: PatientHead, by: str, method: str) -> ReceiptLine:
    way = method_text(row.tender, brand=row.brand, last4=row.last4, check_no=row.check_no, method=method,
                      trace_no=row.trace_no)  # fmt: skip
    return ReceiptLine(
        name=f"{row.kind}:{row.source_id}", number=row.number.partition("+")[0],
        words=TAKEN_BACK.get(row.act, PAPER_WORDS[row.kind]), at=clinic.local(row.at), patient=patient,
        method_text=way, cents=row.cents, payment_number=row.payment_number, by=by,
    )  # fmt: skip


def _cells(line: ReceiptLine) -> tuple[str | int, ...]:
    return (
        line.at.date().isoformat(), f"{line.at:%H:%M}", line.number, line.words, line.patient.name, line.patient.mrn,
        line.method_text, line.cents, line.payment_number, line.by,
    )  # fmt: skip
