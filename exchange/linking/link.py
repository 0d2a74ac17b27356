"""The order in which drafts become records, and the order in which files are written."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from exchange.drafts import KINDS, FileContent, Refusal
from exchange.linking.charges import Charges
from exchange.linking.insurance import Coverages
from exchange.linking.payments import Payments
from exchange.linking.people import Patients, Staff
from exchange.linking.state import Known, Planned, Run
from exchange.linking.visits import Visits

_NAMES = (
    "patient_id", "practitioner_id", "location_id", "coverage_id", "appointment_id", "charge_id", "method_id",
    "payment_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Linked:
    """What to write, file by file in an order in which nothing is named before it is there.

    `read` counts what was drafted for each kind of record, refused ones included; `repeats` those of them that only
    say again what another says.
    """

    files: tuple[tuple[int, tuple[Planned, ...]], ...]
    refusals: tuple[Refusal, ...]
    read: Counter[str]
    repeats: Counter[str]


def link(contents: Sequence[FileContent], tenant: str, source: str, known: Known, zone: ZoneInfo) -> Linked:
    """Records from the drafts of all files. Never raises for their content: what cannot be taken is refused by name."""
    run = Run(contents, tenant, source, known)
    patients, staff = Patients(run), Staff(run)
    coverages = Coverages(run, patients)
    visits = Visits(run, patients, staff, coverages, zone)
    staff.take()
    patients.take()
    coverages.take()
    visits.take()
    Charges(run, patients, staff, coverages, visits).take()
    Payments(run, patients, staff, visits).take()
    read = Counter(run.implied)
    for content in contents:
        read.update(RECORD_OF_DRAFT[type(draft).__name__] for draft in content.drafts
                    if type(draft).__name__ in RECORD_OF_DRAFT)  # fmt: skip
        read.update(refusal.kind for refusal in content.refusals if refusal.kind in KINDS)
    refusals = [refusal for content in contents for refusal in content.refusals] + run.refusals
    return Linked(_in_order(run.planned), together(refusals), read, run.repeats)


def together(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Refusals that say the same of the same place (the lines of one claim) as one, counted."""
    found: dict[tuple[str, str, str, str], Refusal] = {}
    for refusal in refusals:
        key = (refusal.file, refusal.path, refusal.reason, refusal.kind)
        other = found.get(key)
        found[key] = refusal if other is None else replace(other, count=other.count + refusal.count)
    return tuple(found.values())


RECORD_OF_DRAFT = {
    "PractitionerDraft": "practitioner",
    "LocationDraft": "location",
    "PatientDraft": "patient",
    "CoverageDraft": "coverage",
    "VisitDraft": "appointment",
    "ChargeDraft": "charge",
    "PaymentDraft": "payment",
}


def _in_order(planned: dict[str, Planned]) -> tuple[tuple[int, tuple[Planned, ...]], ...]:
    by_file: dict[int, list[Planned]] = {}
    for item in planned.values():
        by_file.setdefault(item.file, []).append(item)
    rank = {kind: place for place, kind in enumerate(KINDS)}
    for items in by_file.values():
        items.sort(key=lambda item: rank[item.kind])
    needs: dict[int, set[int]] = {number: set() for number in by_file}
    for item in planned.values():
        for name in _NAMES:
            named = planned.get(getattr(item.record, name, "") or "")
            if named is not None and named.file != item.file:
                needs[item.file].add(named.file)
        stays = planned.get(item.merged_into)
        if stays is not None and stays.file != item.file:
            needs[item.file].add(stays.file)
    return tuple((number, tuple(by_file[number])) for number in file_order(needs))


def file_order(needs: dict[int, set[int]]) -> list[int]:
    """File numbers so that each comes after those it needs; files that need each other keep their own order."""
    waiting = {number: set(others) for number, others in needs.items()}
    needed_by: dict[int, list[int]] = {}
    for number, others in waiting.items():
        for other in others:
            needed_by.setdefault(other, []).append(number)
    ready = [number for number, others in waiting.items() if not others]
    heapq.heapify(ready)
    order: list[int] = []
    while waiting:
        number = heapq.heappop(ready) if ready else min(waiting)
        if number not in waiting:
            continue
        del waiting[number]
        order.append(number)
        for later in needed_by.get(number, ()):
            if later in waiting:
                waiting[later].discard(number)
                if not waiting[later]:
                    heapq.heappush(ready, later)
    return order
