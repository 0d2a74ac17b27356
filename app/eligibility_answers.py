"""Payers' answers in files: read, matched with our patients, written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from exchange.drafts import FileContent, Refusal
from exchange.x12.eligibility import ANSWERED, read
from exchange.x12.segments import CHUNK
from exchange.x12.taking import Taken, take
from models.basics.errors import ImportRefused
from models.basics.ids import new_id
from models.operations.records import Coverage
from models.store.desk import DeskStore
from models.store.queries.insured import Insurances, asking
from models.store.queries.records import StoredRecords

KIND = "eligibility"
"""What the report counts them as."""

_HEAD = b"ISA"
_BOM = b"\xef\xbb\xbf"


def looks_like_x12(data: bytes) -> bool:
    """Does an interchange begin here, after a byte-order mark and blanks?"""
    return data[:512].removeprefix(_BOM).lstrip()[: len(_HEAD)] == _HEAD


def read_answers(name: str, data: bytes) -> FileContent:
    """What a file of X12 holds: answers (271), and refusals with their segment. Questions (270) are passed over."""
    content = FileContent(name)
    for found in read(data[at : at + CHUNK] for at in range(0, len(data), CHUNK)):
        if isinstance(found, ImportRefused):
            content.refuse(found, place_of(found))
        elif found.kind == ANSWERED:
            content.answers.append(found)
        else:
            content.skipped["270"] += 1
    return content


def place_of(refused: ImportRefused) -> str:
    """`segment 9`: where in the file."""
    segment = refused.facts.get("segment")
    return f"segment {segment}" if segment else ""


@dataclass(slots=True)
class Outcome:
    """What became of the answers of one file."""

    created: int = 0
    unchanged: int = 0
    refusals: list[Refusal] = field(default_factory=list)


class Answers:
    """Writes answers to a desk's store."""

    def __init__(self, store: DeskStore) -> None:
        self._store = store

    def write(
        self, content: FileContent, zone: ZoneInfo, now: datetime, business_date: str, person_id: str, *,
        dry_run: bool = False,
    ) -> Outcome:  # fmt: skip
        """Record what is news: checks, and insurances that a check says something newer of. One transaction."""
        outcome = Outcome()
        with self._store.reader() as reader:
            lookup = Insurances(asking(reader), self._store.tenant)
            found = list(self._taken(content, lookup, zone, now, outcome))
            news = [taken for taken in found if not lookup.knows_check(taken.check.check_id)]
        once = {taken.check.check_id: taken for taken in news}
        outcome.created, outcome.unchanged = len(once), len(found) - len(once)
        if once and not dry_run:
            self._record(list(once.values()), business_date, person_id)
        return outcome

    def _taken(
        self, content: FileContent, lookup: Insurances, zone: ZoneInfo, now: datetime, outcome: Outcome
    ) -> Iterable[Taken]:
        for subject in content.answers:
            try:
                yield take(subject, lookup, self._store.tenant, zone, now)
            except ImportRefused as refused:
                facts: dict[str, Any] = dict(refused.facts)
                outcome.refusals.append(
                    Refusal(content.name, place_of(refused), refused.message_key, facts, KIND)
                )  # fmt: skip

    def _record(self, news: Sequence[Taken], business_date: str, person_id: str) -> None:
        """The checks, then the insurances as they stand now with what is newer in the answers."""
        by_age = sorted(news, key=lambda taken: taken.check.checked_at)
        newest = {taken.coverage.id: taken.coverage for taken in by_age if taken.coverage is not None}
        with self._store.write() as tx:
            group, known = new_id(), StoredRecords(tx.reader, self._store.tenant)
            bodies: list[object] = [taken.check for taken in news]
            for said in newest.values():
                now: Coverage | None = known.stored("coverage", said.id)
                if now is not None and now.checked_at < said.checked_at:
                    bodies.append(replace(now, checked_at=said.checked_at, status=said.status,
                                          copay_cents=said.copay_cents))  # fmt: skip
            for body in bodies:
                tx.record(body, person_id=person_id, business_date=business_date, group=group)
