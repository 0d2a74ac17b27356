"""Payers' fee schedules for Settings (S2-16): looked at, searched, changed by hand with a reason, read in from a file
that is looked at first. History only grows: every change is a schedule of its own that begins on a day."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.clinic import Clinic
from app.fee_schedules import FeeSchedules
from app.fee_views import FeeForm, FeeItem, FeeList, FeePreview, PayerFees
from app.refusals import need
from app.views import Person
from exchange.drafts import FileContent, Reading
from models.basics.clock import utc_text
from models.basics.errors import ImportRefused, RuleBroken
from models.basics.facts import facts
from models.basics.money import LARGEST_ENTRY_CENTS
from models.operations.eligibility import payer_key
from models.operations.records import FeeLine, FeeSchedule
from models.rules.codes import LONGEST_CODE, tidy
from models.rules.fees import COMING, IN_FORCE, FeeSpan, FeeStep, spans
from models.rules.rights import Right
from models.store.queries import fees, recorded
from models.store.queries.fees import ScheduleRow
from models.store.queries.staff import staff_names

log = logging.getLogger(__name__)

LONGEST_PAYER, LONGEST_REASON = 120, 200
MOST_SHOWN = 500
"""Rows of a list at once; the search narrows what is more."""
FARTHEST = timedelta(days=5 * 366)
"""No price is noted for a day that lies farther away than this, before or behind: it is a slip of the hand."""


class FeeBook:
    """`payers`, `fees` and `look` on the `reads` lane, the rest on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def payers(self) -> tuple[PayerFees, ...]:
        """Every payer of which a schedule is known, by name."""
        clinic, today = self._clinic, self._clinic.today().isoformat()
        with clinic.store.reader() as reader:
            known = fees.everything(reader, clinic.tenant)
            made = [self._payer(reader, key, known, today) for key in dict.fromkeys(row.payer_key for row in known)]
        return tuple(sorted(made, key=lambda each: (each.payer.casefold(), each.payer_key)))

    def fees(self, key: str, search: str = "", *, every: bool = False) -> FeeList:
        """Prices of a payer whose code begins like `search`: those of today and to come, or `every` one that ever was
        noted."""
        clinic, wanted = self._clinic, tidy(search)
        with clinic.store.reader() as reader:
            known = fees.of_payer(reader, clinic.tenant, key)
            names = staff_names(reader, clinic.tenant)
            payer = fees.written_as(reader, clinic.tenant, key)
        heads = {head.id: head for head, _ in known}
        codes: dict[str, list[FeeStep]] = {}
        for _, steps in known:
            for step in steps:
                if step.code.startswith(wanted):
                    codes.setdefault(step.code, []).append(step)
        today = clinic.today().isoformat()
        found = [span for code in sorted(codes) for span in spans(codes[code], today)
                 if every or span.state in (IN_FORCE, COMING)]  # fmt: skip
        items = tuple(self._item(span, heads[span.step.schedule_id], names) for span in found[:MOST_SHOWN])
        return FeeList(key, payer, items, len(found))

    def set(self, form: FeeForm, person: Person) -> str:
        """Note a price: a new one, or another one for a code from a day on. Returns the payer's key.

        Raises RuleBroken, nothing written: `staff.right_missing`, `fees.payer_missing`, `fees.code_missing`,
        `fees.amount_wrong` (limit), `fees.day_wrong`, `fees.reason_missing`, `fees.as_before`.
        """
        if not 0 < form.cents <= LARGEST_ENTRY_CENTS:
            raise RuleBroken("fees.amount_wrong", field="amount", limit_cents=LARGEST_ENTRY_CENTS)
        return self._note(form, person)

    def end(self, form: FeeForm, person: Person) -> str:
        """Say that no price is known of a code from `starts_on` on; its `cents` count for nothing. Raises as `set`, and
        RuleBroken `fees.not_in_force` where none is in force on that day."""
        return self._note(FeeForm(form.fee_id, form.payer, form.code, 0, form.starts_on, form.reason), person)

    def look(self, paths: Sequence[Path], starts_on: date, person: Person) -> FeePreview:
        """What files would change. Raises RuleBroken `staff.right_missing`, `fees.day_wrong`, ImportRefused
        `fees.none_in_file`."""
        from app.importing import read_file
        from exchange.csv.columns import Mapping

        need(Right.SET_UP, person)
        clinic = self._clinic
        contents = tuple(read_file(path, path.name, Reading(clinic.zone), Mapping(), clinic.today()) for path in paths)
        refusals = [each for content in contents for each in content.refusals]
        if not any(content.fees for content in contents) and not refusals:
            raise ImportRefused("fees.none_in_file")
        return self._preview(tuple(path.name for path in paths), contents, starts_on, person)

    def from_day(self, preview: FeePreview, starts_on: date, person: Person) -> FeePreview:
        """The same files, held from another day on. Raises RuleBroken `fees.day_wrong`."""
        return self._preview(preview.names, preview.contents, starts_on, person)

    def take(self, preview: FeePreview, person: Person) -> int:
        """Read in what was looked at; returns how many prices were news, compared with what stands now. Raises
        RuleBroken `staff.right_missing`; nothing was written then."""
        need(Right.SET_UP, person)
        plan = self._schedules.write(preview.contents, preview.starts_on.isoformat(), person.staff_id, dry_run=False)
        log.info("fee schedules read in", extra=facts(news=len(plan.changes), same=plan.same, staff=person.staff_id))
        return len(plan.changes)

    # Inside -----------------------------------------------------------------------------------------------------------

    @property
    def _schedules(self) -> FeeSchedules:
        return FeeSchedules(self._clinic.store, self._clinic.clock)

    def _payer(self, reader: Any, key: str, known: list[ScheduleRow], today: str) -> PayerFees:
        mine = [row for row in known if row.payer_key == key]
        begun = [row.starts_on for row in mine if row.starts_on <= today]
        coming = [row.starts_on for row in mine if row.starts_on > today]
        codes = len(fees.prices(reader, self._clinic.tenant, key, today))
        return PayerFees(key, mine[0].payer, codes, _day(max(begun, default="")), _day(min(coming, default="")))

    def _item(self, span: FeeSpan, head: ScheduleRow, names: dict[str, str]) -> FeeItem:
        step = span.step
        return FeeItem(
            f"{head.id}:{step.code}", step.code, step.cents, date.fromisoformat(step.starts_on), _day(span.ends_on),
            span.state, head.reason, self._clinic.local(head.noted_at), names.get(head.noted_by, ""),
        )  # fmt: skip

    def _preview(
        self, names: tuple[str, ...], contents: tuple[FileContent, ...], starts_on: date, person: Person
    ) -> FeePreview:
        self._check_day(starts_on)
        plan = self._schedules.plan(contents, starts_on.isoformat(), person.staff_id)
        refusals = [each for content in contents for each in content.refusals]
        return FeePreview(names, contents, starts_on, tuple(plan.changes[:MOST_SHOWN]), len(plan.changes), plan.same,
                          (*refusals, *plan.refusals))  # fmt: skip

    def _note(self, form: FeeForm, person: Person) -> str:
        need(Right.SET_UP, person)
        clinic, code = self._clinic, tidy(form.code)
        payer, reason = _line(form.payer, LONGEST_PAYER), _line(form.reason, LONGEST_REASON)
        for missing, key, field in ((not payer, "fees.payer_missing", "payer"),
                                    (not code or len(code) > LONGEST_CODE, "fees.code_missing", "code"),
                                    (not reason, "fees.reason_missing", "reason")):  # fmt: skip
            if missing:
                raise RuleBroken(key, field=field)
        self._check_day(form.starts_on)
        key, day = payer_key(clinic.tenant, payer), form.starts_on.isoformat()
        with clinic.store.write() as tx:
            if recorded.one(tx.reader, clinic.tenant, FeeSchedule, form.fee_id) is not None:
                return key
            stands = fees.prices(tx.reader, clinic.tenant, key, day).get(code, 0)
            if stands == form.cents:
                raise RuleBroken("fees.as_before" if stands else "fees.not_in_force", field="amount", code=code)
            tx.record(FeeSchedule(
                id=form.fee_id, payer=fees.written_as(tx.reader, clinic.tenant, key) or payer, payer_key=key,
                starts_on=day, noted_at=utc_text(clinic.clock.now()), noted_by=person.staff_id, reason=reason,
                lines=(FeeLine(code, form.cents),),
            ), person_id=person.staff_id, business_date=clinic.today().isoformat())  # fmt: skip
        log.info("fee noted", extra=facts(schedule=form.fee_id, staff=person.staff_id))
        return key

    def _check_day(self, day: date) -> None:
        if abs(day - self._clinic.today()) > FARTHEST:
            raise RuleBroken("fees.day_wrong", field="day")


def _line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
