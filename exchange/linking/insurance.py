"""Coverages: whose, by which payer, and which one counts on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from exchange.drafts import AnswerDraft, CoverageDraft, Key, OrganizationDraft
from exchange.fhir.coverage import pays_without_insurance
from exchange.linking.people import Patients
from exchange.linking.state import Numbers, Placed, Run, moment_of
from exchange.values import cents
from models.basics.errors import ImportRefused
from models.operations import records


@dataclass(frozen=True, slots=True)
class Insured:
    """A coverage, and whether it is none: the patient pays."""

    record: records.Coverage
    self_pay: bool


class Coverages:
    """Plans the coverages of the run, and knows the one that counts."""

    def __init__(self, run: Run, patients: Patients) -> None:
        self._run = run
        self._patients = patients
        self._payers: dict[Key, str] = {}
        self._payer_numbers = Numbers()
        self._by_patient: dict[str, dict[str, Insured]] = {}

    def take(self) -> None:
        """Plan every coverage, those contained in claims after those that stand alone, then payers' answers."""
        for payer in self._run.drafts(OrganizationDraft):
            self._payers[payer.draft.key] = payer.draft.name
            self._payer_numbers.add(payer.draft.identifiers, payer.draft.key)
        alone = [placed for placed in self._run.drafts(CoverageDraft) if not placed.draft.contained]
        best: dict[Key, Placed[CoverageDraft]] = {}
        for placed in alone:
            other = best.get(placed.draft.key)
            if other is None or moment_of(placed.draft) >= moment_of(other.draft):
                best[placed.draft.key] = placed
        self._run.repeats["coverage"] += len(alone) - len(best)
        self._run.each(best.values(), "coverage", self._take_one)
        self._take_contained()
        self._run.each(self._run.drafts(AnswerDraft), "CoverageEligibilityResponse", self._take_answer)

    def _take_one(self, placed: Placed[CoverageDraft]) -> None:
        draft = placed.draft
        record = replace(
            draft.record, id=self._run.id_of(draft.key), patient_id=self._patients.find(draft.patient, draft.path),
            payer=self._payer(draft),
        )  # fmt: skip
        self._keep(placed, record, draft.self_pay or pays_without_insurance(record))

    def _payer(self, draft: CoverageDraft) -> str:
        if draft.payer is None:
            return draft.record.payer
        key = draft.payer.key or self._payer_numbers.find(draft.payer)
        known = self._payers.get(key) if key else None
        return draft.payer.display or known or draft.record.payer

    def _keep(self, placed: Placed[CoverageDraft], record: records.Coverage, self_pay: bool) -> None:
        self._run.plan(placed, "coverage", record)
        self._by_patient.setdefault(record.patient_id, {})[record.id] = Insured(record, self_pay)

    # Contained in claims -------------------------------------------------------------------------------------

    def _take_contained(self) -> None:
        """Every claim repeats its coverage: one record per patient, payer, plan and member number.

        In force from the first claim that names it; up to the last one, when a later claim names another. The one
        named last is the first.
        """
        groups: dict[str, dict[str, list[Placed[CoverageDraft]]]] = {}
        contained = (placed for placed in self._run.drafts(CoverageDraft) if placed.draft.contained)

        def group(placed: Placed[CoverageDraft]) -> None:
            patient_id = self._patients.find(placed.draft.patient, placed.draft.path)
            groups.setdefault(patient_id, {}).setdefault(placed.draft.key.id, []).append(placed)

        self._run.each(contained, "coverage", group)
        for patient_id, named in groups.items():
            self._plan_contained(patient_id, named)

    def _plan_contained(self, patient_id: str, named: dict[str, list[Placed[CoverageDraft]]]) -> None:
        own = self._by_patient.get(patient_id, {})
        payers = {insured.record.payer.casefold() for insured in own.values()}
        used = {
            name: [placed.draft.used_at for placed in group if placed.draft.used_at] for name, group in named.items()
        }
        newest = max((max(days) for days in used.values() if days), default="")
        by_last_use = sorted(named, key=lambda name: (max(used[name], default=""), name), reverse=True)
        order = len(own)
        for name in by_last_use:
            group, days = named[name], used[name]
            first = group[0]
            record = replace(
                first.draft.record, id=self._run.id_of(Key("Coverage", f"{patient_id}|{name}")), patient_id=patient_id,
                payer=self._payer(first.draft), order=order + 1, period_start=min(days)[:10] if days else "",
                period_end=max(days)[:10] if days and max(days) < newest else "",
            )  # fmt: skip
            self._run.repeats["coverage"] += len(group)
            if first.draft.self_pay:
                self._by_patient.setdefault(patient_id, {})[record.id] = Insured(record, True)
            elif record.payer.casefold() not in payers:
                order += 1
                self._run.repeats["coverage"] -= 1
                self._keep(first, record, False)

    # Answers and the one that counts --------------------------------------------------------------------------

    def _take_answer(self, placed: Placed[AnswerDraft]) -> None:
        """A payer's answer dates the check, and may name the copay. An older answer than the stored one is passed."""
        draft = placed.draft
        record_id = self._run.id_of(draft.coverage.key) if draft.coverage.key else ""
        record: records.Coverage | None = self._run.record("coverage", record_id) if record_id else None
        if record is None:
            raise ImportRefused("import.coverage_unknown", path=draft.coverage.path)
        stored: records.Coverage | None = self._run.known.stored("coverage", record_id)
        if draft.checked_at < max(record.checked_at, stored.checked_at if stored else ""):
            return
        copay = record.copay_cents if draft.copay is None else cents(draft.copay, draft.path)
        status = record.status if draft.in_force is not False else "cancelled"
        answered = replace(record, checked_at=draft.checked_at, copay_cents=copay, status=status)
        if record_id in self._run.planned:
            self._run.planned[record_id].record = answered
            insured = self._by_patient[record.patient_id][record_id]
            self._by_patient[record.patient_id][record_id] = replace(insured, record=answered)
        else:
            self._run.plan(placed, "coverage", answered)
            self._run.implied["coverage"] += 1

    def on(self, patient_id: str, day: str) -> Insured | None:
        """The coverage that counts for a patient on a day (ISO): active, in its period, lowest order, newest start."""
        mine = self._by_patient.get(patient_id, {})
        stored = [Insured(record, pays_without_insurance(record)) for record in self._run.known.coverages_of(patient_id)
                  if record.id not in mine]  # fmt: skip
        return _primary([*mine.values(), *stored], day)


def _primary(insured: Iterable[Insured], day: str) -> Insured | None:
    fitting = [
        item
        for item in insured
        if item.record.status == "active"
        and (not item.record.period_start or item.record.period_start <= day)
        and (not item.record.period_end or day <= item.record.period_end)
    ]
    fitting.sort(key=lambda item: (item.record.period_start, item.record.id), reverse=True)
    return min(fitting, key=lambda item: item.record.order, default=None)
