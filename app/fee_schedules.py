"""What payers allow for services (S2-16): tables the practice was given, read in, and looked up for an estimate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from exchange.drafts import FileContent, Refusal
from models.operations.eligibility import schedule_id
from models.operations.records import MOST_FEES, FeeLine, FeeSchedule
from models.store.desk import DeskStore
from models.store.queries import recorded

KIND = "fee_schedule"
"""What the report counts them as: one for each payer."""


@dataclass(slots=True)
class Outcome:
    """What became of the schedules of some files."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)


class FeeSchedules:
    """Writes schedules to a desk's store."""

    def __init__(self, store: DeskStore) -> None:
        self._store = store

    def write(self, contents: Iterable[FileContent], business_date: str, person_id: str, *, dry_run: bool) -> Outcome:
        """Record what is news: codes a table names get their new price, those it does not name keep theirs. One
        transaction for each payer."""
        outcome, payers = Outcome(), dict[str, tuple[str, str, dict[str, int]]]()
        for content in contents:
            for payer, line in content.fees:
                key = schedule_id(self._store.tenant, payer)
                payers.setdefault(key, (content.name, payer, {}))[2][line.code] = line.allowed_cents
        for key, (file, payer, told) in payers.items():
            self._write(key, file, payer, told, outcome, (business_date, person_id), dry_run=dry_run)
        return outcome

    def _write(
        self, key: str, file: str, payer: str, told: dict[str, int], outcome: Outcome, by: tuple[str, str], *,
        dry_run: bool,
    ) -> None:  # fmt: skip
        with self._store.reader() as reader:
            known = recorded.one(reader, self._store.tenant, FeeSchedule, key)
        prices = {line.code: line.allowed_cents for line in known.lines} if known else {}
        lines = tuple(FeeLine(*each) for each in sorted((prices | told).items()))
        made = FeeSchedule(id=key, payer=known.payer if known else payer, lines=lines)
        if len(lines) > MOST_FEES:
            outcome.refusals.append(Refusal(file, "", "import.fees_too_many", {"most": MOST_FEES}, KIND))
        elif made == known:
            outcome.counts["unchanged"] += 1
        else:
            outcome.counts["updated" if known else "created"] += 1
            if not dry_run:
                with self._store.write() as tx:
                    tx.record(made, person_id=by[1], business_date=by[0])
