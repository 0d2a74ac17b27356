"""What the import page shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.lanes import Progress
from app.words import sentence
from widgets.common.cells import MoneyCell, TableRow, WordsCell
from widgets.common.when import count_text

if TYPE_CHECKING:
    from app.importing import ImportReport

KIND_WORDS: Final = {
    "method": "Ways to pay", "practitioner": "Practitioners", "location": "Places", "patient": "Patients",
    "coverage": "Coverages", "appointment": "Visits", "charge": "Charges", "payment": "Payments",
    "eligibility": "Plan answers", "fee_schedule": "Fee schedules",
}  # fmt: skip
SHOWN_REFUSALS: Final = 200
"""Refusals on the screen; the saved list has them all."""


class Step(StrEnum):
    """Where the import is."""

    CHOOSE = "choose"
    RUNNING = "running"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class ImportState:
    """The page as it stands. `part` is 0 to 1, or None while it is not known; `checked` after a dry run of the same
    files, which may then be imported."""

    step: Step = Step.CHOOSE
    files: tuple[Path, ...] = ()
    doing: str = ""
    part: float | None = None
    title: str = ""
    text: str = ""
    meaning: str = "info"
    counts: tuple[TableRow, ...] = ()
    refused: tuple[TableRow, ...] = ()
    refused_title: str = ""
    checked: bool = False


def files_text(files: tuple[Path, ...]) -> str:
    """What was chosen: names, the first three of many."""
    if not files:
        return "Nothing chosen yet."
    names = [path.name or str(path) for path in files]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def progress_state(progress: Progress) -> tuple[str, float | None]:
    """Words and part done of a step."""
    title = sentence(progress.step, {}).title
    if not progress.total:
        return f"{title}…", None
    return f"{title} {progress.done:,} of {progress.total:,}", progress.done / progress.total


def report_state(files: tuple[Path, ...], report: ImportReport) -> ImportState:
    """The page after a run or a check."""
    new = report.created + report.updated
    if report.cancelled:
        title, meaning = "Stopped", "warn"
        text = "Files written before stay. Run it again to complete the rest."
    elif report.dry_run:
        title, meaning = "Checked, nothing written yet", "info"
        text = f"{count_text(new, 'record', 'records')} would be written."
    else:
        title, meaning = "Imported", "ok"
        text = f"{count_text(new, 'record', 'records')} written. Running it again changes nothing."
    if report.refused:
        meaning = "warn"
        text += f" {count_text(len(report.refused), 'thing', 'things')} could not be taken."
    return ImportState(
        step=Step.REPORT, files=files, title=title, text=text, meaning=meaning, counts=_counts(report),
        refused=_refused(report), refused_title=_refused_title(report), checked=report.dry_run and not report.cancelled,
    )  # fmt: skip


def _counts(report: ImportReport) -> tuple[TableRow, ...]:
    rows = []
    for kind, words in KIND_WORDS.items():
        counts = report.kinds.get(kind)
        if counts is None or not counts.read:
            continue
        numbers = (counts.read, counts.created, counts.updated, counts.unchanged, counts.refused)
        cells = tuple(MoneyCell(None if not n else 0, "table", words=f"{n:,}" if n else "") for n in numbers)
        rows.append(TableRow(kind, (WordsCell(words, style="table_medium"), *cells)))
    return tuple(rows)


def _refused(report: ImportReport) -> tuple[TableRow, ...]:
    rows = []
    for number, refusal in enumerate(report.refused[:SHOWN_REFUSALS]):
        words = sentence(refusal.reason, refusal.facts)
        times = f" ({refusal.count} times)" if refusal.count > 1 else ""
        cells = (WordsCell(f"{words.title}{times}", f"{refusal.file} · {refusal.path}".rstrip(" ·"), "table_medium"),)
        rows.append(TableRow(str(number), cells))
    return tuple(rows)


def _refused_title(report: ImportReport) -> str:
    if not report.refused:
        return ""
    shown = f", the first {SHOWN_REFUSALS} here" if len(report.refused) > SHOWN_REFUSALS else ""
    return f"Not taken: {len(report.refused):,}{shown}"
