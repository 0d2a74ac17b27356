"""The list of payments as a file for other programs and for paper (S2-02): as long as it likes, row by row."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from app.clinic import Clinic
from app.heads import clock_text, full_day
from app.lanes import Job, Progress
from app.list_views import Exported
from app.payment_views import TENDERS, PaymentLine
from app.saving import private_file
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.basics.money import show_cents
from models.rules.payment_status import Status

log = logging.getLogger(__name__)

COLUMNS: tuple[tuple[str, bool], ...] = (
    ("Payment ID", False), ("Patient", False), ("Amount", True), ("Refunded", True), ("Status", False),
    ("Due date", False), ("Treatment", False), ("Created", False), ("Paid by", False), ("Memo", False),
)  # fmt: skip
"""What a saved list has, in order, and whether it is money."""
STATUS_WORDS = {status: status.value.replace("_", " ").capitalize() for status in Status}
WAYS = dict(TENDERS)
PDF_MOST = 20_000
"""More rows than this are no paper: a PDF is put together in memory, and some 450 pages long then."""
_TELL_EVERY = 1_000
Rows = Iterable[tuple[str | int, ...]]


def save_payments(
    clinic: Clinic, lines: Iterable[PaymentLine], total: int, cents: int, path: Path, job: Job[Exported], *,
    words: str, staff_id: str, lender: str,
) -> Exported:  # fmt: skip
    """Save `total` lines (`cents` together) as CSV, XLSX or PDF by the suffix of `path`, for this user alone; `words`
    say what the list was narrowed to. The job tells how far it is and may be cancelled.

    Raises RuleBroken `export.kind_unknown`, `export.too_long_for_paper`, `export.stopped`; StorageError
    `export.not_written`. Nothing was saved then, and a file that was there is as it was.
    """
    kind = path.suffix.lower().removeprefix(".")
    write = _writer(clinic, kind, total, cents, words)
    told = _told(lines, total, job)
    with private_file(path) as file:
        write(map(_cells, told), file)
    log.info("exported", extra=facts(list="payments", rows=total, kind=kind, staff=staff_id, lender=lender or None))
    return Exported(total, path.name)


def _told(lines: Iterable[PaymentLine], total: int, job: Job[Exported]) -> Iterator[PaymentLine]:
    for done, line in enumerate(lines):
        if done % _TELL_EVERY == 0:
            if job.cancelled:
                raise RuleBroken("export.stopped")
            job.report(Progress("export.saving", done, total))
        yield line


def _writer(clinic: Clinic, kind: str, total: int, cents: int, words: str) -> Callable[[Rows, BinaryIO], None]:
    from exchange.sheets import WRITERS, Column, Sheet

    if kind == "pdf":
        if total > PDF_MOST:
            raise RuleBroken("export.too_long_for_paper", rows=total, most=PDF_MOST)
        return lambda rows, file: _write_pdf(clinic, rows, cents, words, file)
    write = WRITERS.get(kind)
    if write is None:
        raise RuleBroken("export.kind_unknown")
    columns = tuple(Column(name, money=money) for name, money in COLUMNS)
    return lambda rows, file: write(Sheet("Payments", columns, rows), file)


PAPER_COLUMNS = ("Payment ID", "Patient", "Amount", "Status", "Due", "Treatment", "Created", "Memo")
"""What of it stands on paper; how it was paid and what went back stand with the memo."""


def _on_paper(row: tuple[str | int, ...]) -> tuple[str | int, ...]:
    number, patient, cents, back, status, due, treatment, created, way, memo = row
    told = f"{show_cents(int(back))} back" if back else ""
    return (number, patient, cents, status, due, treatment, str(created)[:10],
            ", ".join(str(part) for part in (way, told, memo) if part))  # fmt: skip


def _write_pdf(clinic: Clinic, rows: Rows, cents: int, words: str, file: BinaryIO) -> None:
    from receipts.compose import clinic_block
    from receipts.layouts.report_letter import report_pdf
    from receipts.report import ReportDocument, ReportSection

    now, found = clinic.now(), tuple(map(_on_paper, rows))
    document = ReportDocument(
        clinic=clinic_block(clinic.practice), kind="Payments", number="",
        facts=(("Chosen", words or "All payments"), ("Payments", f"{len(found):,}"),
               ("Printed", f"{full_day(now.date())} {clock_text(now)}"), ("Desk", clinic.identity.desk_name)),
        sections=(
            ReportSection(title="Payments", columns=PAPER_COLUMNS, rows=found,
                          total=("Total", "", cents, "", "", "", "", "")),
        ),
    )  # fmt: skip
    file.write(report_pdf(document))


def _cells(line: PaymentLine) -> tuple[str | int, ...]:
    return (
        line.number, line.patient, line.amount_cents, line.refunded_cents, STATUS_WORDS[line.status],
        line.due.isoformat() if line.due else "", line.treatment_number, f"{line.created:%Y-%m-%d %H:%M}",
        WAYS.get(line.tender, ""), line.memo,
    )  # fmt: skip
