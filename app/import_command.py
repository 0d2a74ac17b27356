"""`copaydesk import`: bring in files of other programs from the command line, with a progress bar on a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from app.folders import desk_folder
from app.importing import Importing, ImportReport, bytes_of
from app.lanes import Job, Progress
from app.secrets import STORE_KEY, Secrets
from app.settings import Settings
from app.words import sentence, sentence_for
from exchange.csv.columns import Mapping as ColumnMapping
from exchange.csv.columns import read_mapping
from exchange.drafts import Refusal
from exchange.linking.state import SOURCE
from exchange.unpack import csv_text, unpacked
from models.basics.clock import SystemClock
from models.basics.errors import PosError, RuleBroken, StorageError
from models.store.desk import DeskStore

_KIND_WORDS = {
    "method": "Ways to pay", "practitioner": "Practitioners", "location": "Places", "patient": "Patients",
    "coverage": "Coverages", "appointment": "Visits", "charge": "Charges", "payment": "Payments",
    "eligibility": "Plan answers", "fee_schedule": "Fee schedules",
}  # fmt: skip
_BAR_WIDTH = 30
_UTC = ZoneInfo("UTC")

EVERYTHING_TAKEN, SOMETHING_REFUSED, NOTHING_DONE = 0, 1, 2
"""Exit statuses."""


def add_options(sub: argparse.ArgumentParser) -> None:
    """The options of `copaydesk import`."""
    sub.add_argument("paths", nargs="+", type=Path, metavar="PATH",
                     help="files or folders: FHIR R4 JSON, NDJSON, CSV, X12 271; also with .gz")  # fmt: skip
    sub.add_argument("--shift-to-today", action="store_true",
                     help="move every patient's history so that the newest visits lie on today's schedule")  # fmt: skip
    sub.add_argument("--dry-run", action="store_true", help="say what would change and write nothing")
    sub.add_argument("--map", type=Path, dest="map_file", metavar="FILE",
                     help="TOML file that says which column of a table is what")  # fmt: skip
    sub.add_argument("--source", default=SOURCE, metavar="NAME",
                     help="name of the program the files come from (default: %(default)s)")  # fmt: skip


def import_command(options: argparse.Namespace, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Import what `options` name into this computer's desk and print the report.

    Returns 0 when everything was taken, 1 when something was refused or it was stopped, 2 when it could not begin or
    the store failed.
    """
    out, err = out or sys.stdout, err or sys.stderr
    bar = Bar(err)
    try:
        mapping = _mapping_from(options.map_file)
        with _desk_store(options.home) as store:
            report = Importing(store, SystemClock()).run(
                options.paths, shift_to_today=options.shift_to_today, dry_run=options.dry_run, job=Job(bar.show),
                mapping=mapping, source=options.source,
            )  # fmt: skip
    except PosError as error:
        bar.clear()
        print(sentence_for(error, _UTC), file=err)
        return NOTHING_DONE
    except KeyboardInterrupt:  # the file in work was taken back as a whole
        bar.clear()
        print(sentence("import.stopped", {}, _UTC), file=err)
        return SOMETHING_REFUSED
    bar.clear()
    out.write(report_text(report))
    return SOMETHING_REFUSED if report.refused or report.cancelled else EVERYTHING_TAKEN


def _mapping_from(path: Path | None) -> ColumnMapping:
    return ColumnMapping() if path is None else read_mapping(csv_text(unpacked(bytes_of(path)), "utf-8"))


@contextmanager
def _desk_store(home: Path | None) -> Iterator[DeskStore]:
    """The store of this computer's desk. Raises RuleBroken `import.no_desk` before the first run, StorageError where
    the store or its key cannot be had."""
    folders = desk_folder(home)
    if not folders.store.exists():
        raise RuleBroken("import.no_desk")
    key = Secrets(folders, Settings.load(folders.settings)).get(STORE_KEY)
    if key is None:
        raise StorageError("store.key_missing")
    store = DeskStore.open(folders.store, key)
    try:
        if store.identity is None:
            raise RuleBroken("import.no_desk")
        yield store
    finally:
        store.close()


class Bar:
    """One line that fills up, on a terminal; nothing anywhere else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty()

    def show(self, progress: Progress) -> None:
        """Show how far the work is."""
        if not self._shown:
            return
        title = sentence(progress.step, {}, _UTC).title
        count = ""
        if progress.total:
            full = _BAR_WIDTH * progress.done // progress.total
            count = f" [{'#' * full}{' ' * (_BAR_WIDTH - full)}] {progress.done}/{progress.total}"
        self._stream.write(f"\r\x1b[K{title}{count}")
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


# The report -------------------------------------------------------------------------------------------------------


def report_text(report: ImportReport) -> str:
    """The report as lines: a table of counts, what was not taken and why, what was passed over."""
    lines = [f"{report.files:,} {'file' if report.files == 1 else 'files'} read"]
    lines += ["", *_table(report)] if report.kinds else []
    if report.refused:
        lines += ["", f"Not taken ({sum(refusal.count for refusal in report.refused):,}):"]
        lines += [f"  {refusal_text(refusal)}" for refusal in report.refused]
    if report.skipped:
        lines += ["", f"Of no use to a desk: {_listed(report.skipped)}"]
    if report.shifted_to is not None:
        lines += ["", f"Moved so that the newest visits lie on {report.shifted_to.isoformat()}."]
    if report.cancelled:
        lines += ["", str(sentence("import.stopped", {}, _UTC))]
    if report.dry_run:
        lines += ["", "Nothing was written: this was a dry run."]
    return "\n".join(lines) + "\n"


def refusal_text(refusal: Refusal) -> str:
    """`file, place: what is wrong. What to do.`"""
    words = sentence(refusal.reason, {**refusal.facts, "file": refusal.file}, _UTC)
    place = f"{refusal.file}, {refusal.path}" if refusal.path else refusal.file
    times = f" ({refusal.count} times)" if refusal.count > 1 else ""
    return f"{place}: {words.title}.{times} {words.action}".rstrip()


def _table(report: ImportReport) -> list[str]:
    heads = ("", "read", "created", "updated", "unchanged", "refused")
    rows = [
        (_KIND_WORDS[kind], counts.read, counts.created, counts.updated, counts.unchanged, counts.refused)
        for kind, counts in report.kinds.items()
    ]
    sums = tuple(sum(row[column] for row in rows if isinstance(row[column], int)) for column in range(1, 6))  # type: ignore[misc]
    shown = [heads, *(tuple(f"{cell:,}" if isinstance(cell, int) else cell for cell in row)
                      for row in [*rows, ("In all", *sums)])]  # fmt: skip
    return [f"{row[0]:<14}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in shown]


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
