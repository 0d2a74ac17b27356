"""What payers allow for services (S2-16): tables the practice was given, compared with what is known, and read in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from exchange.drafts import FeeRow, FileContent, Refusal
from models.basics.clock import Clock, utc_text
from models.basics.ids import new_id
from models.operations.eligibility import payer_key
from models.operations.records import MOST_FEES, FeeLine, FeeSchedule
from models.store.desk import DeskStore
from models.store.queries import fees

KIND = "fee_schedule"
"""What the report counts them as: one for each payer."""


@dataclass(frozen=True, slots=True)
class FeeChange:
    """One price that a table brings: from `starts_on` (ISO day) on it is `cents`; `before_cents` is what held on that
    day, None where nothing did."""

    payer: str
    code: str
    starts_on: str
    before_cents: int | None
    cents: int


@dataclass(slots=True)
class FeePlan:
    """What tables would write: schedules that hold the news alone, the changes they make, how many prices stand as they
    are told, and of the payers how many are new, changed and as before."""

    schedules: list[FeeSchedule] = field(default_factory=list)
    changes: list[FeeChange] = field(default_factory=list)
    same: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)


class FeeSchedules:
    """Reads tables in. Blocks: `store` lane, or that of an import."""

    def __init__(self, store: DeskStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def plan(self, contents: Iterable[FileContent], business_date: str, person_id: str) -> FeePlan:
        """What the tables bring that is news. A price whose table does not say from when holds from `business_date`."""
        with self._store.reader() as reader:
            return self._plan(reader, contents, business_date, person_id)

    def write(self, contents: Iterable[FileContent], business_date: str, person_id: str, *, dry_run: bool) -> FeePlan:
        """Record what is news: codes a table names get their new price, those it does not name keep theirs, and what
        was known before stays in the history. One transaction. `dry_run` plans alike and writes nothing."""
        if dry_run:
            return self.plan(contents, business_date, person_id)
        with self._store.write() as tx:
            plan = self._plan(tx.reader, contents, business_date, person_id)
            for made in plan.schedules:
                tx.record(made, person_id=person_id, business_date=business_date)
        return plan

    # Inside -----------------------------------------------------------------------------------------------------------

    def _plan(self, reader: Any, contents: Iterable[FileContent], business_date: str, person_id: str) -> FeePlan:
        plan, told = FeePlan(), dict[str, tuple[str, list[FeeRow]]]()
        for content in contents:
            for row in content.fees:
                key = payer_key(self._store.tenant, row.payer)
                told.setdefault(key, (content.name, []))[1].append(row)
        for key, (file, rows) in told.items():
            if len({row.code for row in rows}) > MOST_FEES:
                plan.refusals.append(Refusal(file, "", "import.fees_too_many", {"most": MOST_FEES}, KIND))
                continue
            self._of_payer(reader, key, rows, (business_date, person_id), plan)
        return plan

    def _of_payer(self, reader: Any, key: str, rows: list[FeeRow], by: tuple[str, str], plan: FeePlan) -> None:
        known, tenant = fees.written_as(reader, self._store.tenant, key), self._store.tenant
        payer, before = known or rows[0].payer, len(plan.schedules)
        days: dict[str, dict[str, int]] = {}
        for row in rows:
            days.setdefault(row.starts_on or by[0], {})[row.code] = row.allowed_cents
        for day, prices in sorted(days.items()):
            stands = fees.prices(reader, tenant, key, day)
            news = {code: cents for code, cents in sorted(prices.items()) if stands.get(code) != cents}
            plan.same += len(prices) - len(news)
            plan.changes += [FeeChange(payer, code, day, stands.get(code), cents) for code, cents in news.items()]
            if news:
                plan.schedules.append(FeeSchedule(
                    id=new_id(), payer=payer, payer_key=key, starts_on=day, noted_at=utc_text(self._clock.now()),
                    noted_by=by[1], lines=tuple(FeeLine(*each) for each in news.items()),
                ))  # fmt: skip
        changed = len(plan.schedules) > before
        plan.counts["unchanged" if not changed else "updated" if known else "created"] += 1
