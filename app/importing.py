"""Bringing in what other programs know: patients, visits, charges from FHIR R4 and CSV files, payers' answers (X12) and
prices.

Two passes. First every file is read, and what was found is linked across files; then file by file, in an order in which
nothing is named before it is there, what differs from the store is written: each file in one transaction, whole or not
at all. A second run of the same files changes nothing. What cannot be taken is listed with file, place and reason, and
stops nothing else. Answers come last: their patients may be in the same files.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.eligibility_answers import KIND as ANSWERS
from app.eligibility_answers import Answers, looks_like_x12, read_answers
from app.fee_schedules import KIND as FEES
from app.fee_schedules import FeeSchedules
from app.lanes import Job, Progress
from exchange.csv.columns import Mapping as ColumnMapping
from exchange.csv.read import read_csv
from exchange.drafts import KINDS, FileContent, Reading, Refusal
from exchange.fhir.bundle import read_fhir
from exchange.linking.link import Linked, link, together
from exchange.linking.state import SOURCE, Planned
from exchange.money import MoneyElsewhere, as_operations
from exchange.shifting import shift_to
from exchange.unpack import LARGEST_BYTES, csv_text, json_text, looks_like_json, unpacked
from models.basics.clock import Clock, business_date
from models.basics.errors import ImportRefused
from models.basics.facts import facts
from models.ledger.states import Verdict
from models.operations.kinds import KINDS as OPERATIONS
from models.operations.kinds import OpClass, kind_of
from models.operations.merging import PatientMerged
from models.store.desk import DeskStore
from models.store.queries.records import StoredRecords

log = logging.getLogger(__name__)

PERSON = "import"
"""Who acted, where nobody is signed in: the command line."""

X12_SUFFIXES = (".271", ".270", ".x12", ".edi")
"""Files that are X12, whatever stands in them."""

SUFFIXES = (".json", ".ndjson", ".jsonl", ".csv", ".tsv", *X12_SUFFIXES)
"""Files of a folder that are looked at, also with `.gz` behind; a file named by itself may be called anything."""

_NOT_POSTED = (Verdict.QUARANTINED, Verdict.REJECTED)


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records of one kind: `read` = created + updated + unchanged + refused in a whole run."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How an import ended.

    `kinds` by record kind (`exchange.drafts.KINDS`), `resources` what was read by the source's own type, `skipped`
    what is of no use to a desk. `refused` names each thing that was not taken.
    """

    files: int = 0
    kinds: Mapping[str, Counts] = field(default_factory=dict)
    resources: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()
    cancelled: bool = False
    dry_run: bool = False
    shifted_to: date | None = None

    @property
    def read(self) -> int:
        return sum(counts.read for counts in self.kinds.values())

    @property
    def created(self) -> int:
        return sum(counts.created for counts in self.kinds.values())

    @property
    def updated(self) -> int:
        return sum(counts.updated for counts in self.kinds.values())

    @property
    def unchanged(self) -> int:
        return sum(counts.unchanged for counts in self.kinds.values())


@dataclass(slots=True)
class _Tally:
    """Counts in the making."""

    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)


class Importing:
    """The story of an import. Blocks: run it on a lane. Several at once wait for each other at the store."""

    def __init__(self, store: DeskStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def run(
        self,
        paths: Sequence[Path],
        *,
        shift_to_today: bool = False,
        dry_run: bool = False,
        job: Job[Any] | None = None,
        mapping: ColumnMapping | None = None,
        source: str = SOURCE,
        person_id: str = PERSON,
    ) -> ImportReport:
        """Import files and folders. `source` names the program they come from: with the same name, the same id means
        the same thing, in whatever file and at whatever desk. `dry_run` counts alike and writes nothing.

        Cancelled between files, it keeps what was written. Raises StorageError when the store fails; files written
        before that stay, and running again completes the rest.
        """
        mapping = mapping or ColumnMapping()
        with self._store.reader() as reader:
            known = StoredRecords(reader, self._store.tenant)
            zone, today = self._clinic_day(known)
        contents = self._read_all(paths, zone, today, mapping, job)
        if job is not None and job.cancelled:
            return _report(contents, None, _Tally(), cancelled=True, dry_run=dry_run)
        _tell(job, "import.linking", 0, None)
        with self._store.reader() as reader:
            known = StoredRecords(reader, self._store.tenant)
            linked = link(contents, self._store.tenant, source, known, zone)
        if shift_to_today:
            shift_to(today, zone, (item for _, items in linked.files for item in items))
        tally = _Tally()
        cancelled = self._write_all(linked, contents, tally, today, dry_run, job, person_id)
        if not cancelled:
            self._write_answers(contents, tally, (zone, today), dry_run, person_id)
            fees = FeeSchedules(self._store, self._clock).write(contents, today.isoformat(), person_id, dry_run=dry_run)
            for outcome in ("created", "updated", "unchanged"):
                getattr(tally, outcome)[FEES] += fees.counts[outcome]
            tally.refusals += fees.refusals
        report = _report(contents, linked, tally, cancelled=cancelled, dry_run=dry_run,
                         shifted_to=today if shift_to_today else None)  # fmt: skip
        log.info("import ended", extra=facts(files=report.files, created=report.created, updated=report.updated,
                                             unchanged=report.unchanged, refused=len(report.refused)))  # fmt: skip
        return report

    def _clinic_day(self, known: StoredRecords) -> tuple[ZoneInfo, date]:
        zone = known.zone()
        return zone, business_date(self._clock.now(), zone, known.closing_hour())

    # First pass -----------------------------------------------------------------------------------------------------

    def _read_all(
        self, paths: Sequence[Path], zone: ZoneInfo, today: date, mapping: ColumnMapping, job: Job[Any] | None
    ) -> list[FileContent]:
        files = list(found_files(paths))
        contents = []
        for done, (path, name) in enumerate(files):
            if job is not None and job.cancelled:
                break
            _tell(job, "import.reading", done, len(files))
            contents.append(read_file(path, name, Reading(zone), mapping, today))
        return contents

    # Second pass ----------------------------------------------------------------------------------------------------

    def _write_all(
        self,
        linked: Linked,
        contents: Sequence[FileContent],
        tally: _Tally,
        today: date,
        dry_run: bool,
        job: Job[Any] | None,
        person_id: str,
    ) -> bool:
        """Write file by file; True when it was cancelled before the last one."""
        for done, (number, items) in enumerate(linked.files):
            if job is not None and job.cancelled:
                return True
            _tell(job, "import.writing", done, len(linked.files))
            with self._store.reader() as reader:
                known = StoredRecords(reader, self._store.tenant)
                changes = [(item, known.stored(item.kind, item.record.id)) for item in items]
            changes = [(_merged(item, stored), stored) for item, stored in changes]
            try:
                if not dry_run:
                    self._write_file([item for item, stored in changes if _outcome(item, stored) != "unchanged"],
                                     today, person_id)  # fmt: skip
            except ImportRefused as error:
                tally.refusals += [Refusal(contents[number].name, item.path, error.message_key, dict(error.facts),
                                           item.kind) for item, _ in changes]  # fmt: skip
                continue
            for item, stored in changes:
                outcome = _outcome(item, stored)
                getattr(tally, outcome)[item.kind] += 1
        return False

    def _write_answers(
        self, contents: Sequence[FileContent], tally: _Tally, day: tuple[ZoneInfo, date], dry_run: bool, person_id: str
    ) -> None:
        zone, today = day
        for content in contents:
            if not content.answers:
                continue
            outcome = Answers(self._store).write(content, zone, self._clock.now(), today.isoformat(), person_id,
                                                 dry_run=dry_run)  # fmt: skip
            tally.created[ANSWERS] += outcome.created
            tally.unchanged[ANSWERS] += outcome.unchanged
            tally.refusals += outcome.refusals

    def _write_file(self, items: Sequence[Planned], today: date, person_id: str) -> None:
        if not items:
            return
        with self._store.write() as tx:
            group = tx.new_id()
            for item in items:
                for body, day in _bodies(item, today):
                    entry = tx.record(body, person_id=person_id, business_date=day, group=group)
                    if entry.verdict in _NOT_POSTED and OPERATIONS[kind_of(body)].op_class is OpClass.FACT:
                        raise ImportRefused("import.not_posted", code=entry.reason)


def _bodies(item: Planned, today: date) -> Iterable[tuple[object, str]]:
    """(body, business date) of what is to be recorded. Money counts for the day its own program counts it for."""
    record = item.record
    if not isinstance(record, MoneyElsewhere):
        merged = [PatientMerged(patient_id=record.id, into_id=item.merged_into)] if item.merged_into else []
        return [(body, today.isoformat()) for body in (record, *merged)]
    day = min(record.posted_on or today.isoformat(), today.isoformat())
    return [(body, day) for body in as_operations(record)]


_OURS: Mapping[str, tuple[str, ...]] = {
    "practitioner": ("auto_allocate",),
    "coverage": ("copay_and_deductible",),
    "appointment": ("payment_profile", "billing_status", "profile_id", "series_id", "instance_key"),
}
"""Fields no other program knows of: what the practice set here stays."""


def _merged(item: Planned, stored: Any | None) -> Planned:
    """The record to write: where its source is silent, the store's value stays."""
    if stored is None or isinstance(item.record, MoneyElsewhere):
        return item
    kept = {name: getattr(stored, name) for name in _OURS.get(item.kind, ())}
    kept |= {name: getattr(stored, name) for name in item.silent if getattr(item.record, name) in ("", None, ())}
    return replace(item, record=replace(item.record, **kept)) if kept else item


def _outcome(item: Planned, stored: Any | None) -> str:
    if stored is None:
        return "created"
    same = isinstance(item.record, MoneyElsewhere) or (item.record == stored and not item.merged_into)
    return "unchanged" if same else "updated"


def _tell(job: Job[Any] | None, step: str, done: int, total: int | None) -> None:
    if job is not None:
        job.report(Progress(step, done, total))


def _report(
    contents: Sequence[FileContent],
    linked: Linked | None,
    tally: _Tally,
    *,
    cancelled: bool,
    dry_run: bool,
    shifted_to: date | None = None,
) -> ImportReport:
    before = linked.refusals if linked else tuple(refusal for content in contents for refusal in content.refusals)
    refusals = (*before, *together(tally.refusals))
    refused: Counter[str] = Counter()
    for refusal in refusals:
        refused[refusal.kind] += refusal.count
    read = Counter(linked.read) if linked else Counter[str]()
    read[ANSWERS] += sum(len(content.answers) for content in contents)
    read[FEES] += tally.created[FEES] + tally.updated[FEES] + tally.unchanged[FEES] + refused[FEES]
    repeats = linked.repeats if linked else Counter[str]()
    kinds = {
        kind: Counts(read[kind], tally.created[kind], tally.updated[kind], tally.unchanged[kind] + repeats[kind],
                     refused[kind])
        for kind in (*KINDS, ANSWERS, FEES) if read[kind]
    }  # fmt: skip
    resources: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for content in contents:
        resources += content.read
        skipped += content.skipped
    return ImportReport(len(contents), kinds, dict(sorted(resources.items())), dict(sorted(skipped.items())), refusals,
                        cancelled, dry_run, shifted_to)  # fmt: skip


# Files ------------------------------------------------------------------------------------------------------------


def found_files(paths: Sequence[Path]) -> Iterable[tuple[Path, str]]:
    """(path, name to show) of each file meant: files as given, folders with every file of a kind we read, sorted."""
    seen: set[Path] = set()
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            if file != path and (not file.is_file() or not _worth(file) or _hidden(file.relative_to(path))):
                continue
            if (place := file.absolute()) not in seen:
                seen.add(place)
                yield file, str(file.relative_to(path)) if file != path else file.name


def _worth(file: Path) -> bool:
    return file.name.casefold().removesuffix(".gz").endswith(SUFFIXES)


def _hidden(file: Path) -> bool:
    return any(part.startswith(".") for part in file.parts)


def read_file(path: Path, name: str, reading: Reading, mapping: ColumnMapping, today: date) -> FileContent:
    """What is in a file, or why it cannot be read: never raises for what a file is or holds."""
    try:
        data = unpacked(bytes_of(path))
        if looks_like_x12(data) or path.name.casefold().removesuffix(".gz").endswith(X12_SUFFIXES):
            return read_answers(name, data)
        if looks_like_json(data) or ".json" in path.name.casefold() or ".ndjson" in path.name.casefold():
            return read_fhir(name, json_text(data), reading)
        return read_csv(name, csv_text(data, mapping.encoding), reading, mapping, today)
    except ImportRefused as error:
        content = FileContent(name)
        content.refuse(error, "")
        return content


def bytes_of(path: Path) -> bytes:
    """What a file holds. Raises ImportRefused: `import.file_missing`, `import.not_a_file`, `import.file_unreadable`,
    `import.too_large`."""
    try:
        if not path.exists():
            raise ImportRefused("import.file_missing")
        if not path.is_file():
            raise ImportRefused("import.not_a_file")
        if path.stat().st_size > LARGEST_BYTES:
            raise ImportRefused("import.too_large", limit_mib=LARGEST_BYTES >> 20)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise ImportRefused("import.file_unreadable") from error
