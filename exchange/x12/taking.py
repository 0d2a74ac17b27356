"""An answer becomes a check of one of our patients: whose it is, and what it says of the insurance we know.

Used alike by a desk that reads a file and by the hub that is handed one.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from exchange.x12.checks import check_of, iso_day
from exchange.x12.eligibility import Party, Subject
from models.basics.errors import ImportRefused
from models.basics.ids import natural_id
from models.operations.eligibility import EligibilityCheck, insurance_after
from models.operations.records import Coverage


class Record(Protocol):
    """A patient's record that may be meant; `person_id` is the record that person goes by."""

    @property
    def patient_id(self) -> str: ...

    @property
    def person_id(self) -> str: ...

    @property
    def family(self) -> str: ...

    @property
    def given(self) -> str: ...

    @property
    def birth_date(self) -> str: ...


class Lookup(Protocol):
    """Where patients and their insurances are looked up."""

    def with_member(self, member_id: str) -> Sequence[Record]: ...

    def born_on(self, birth_date: str) -> Sequence[Record]: ...

    def coverages(self, patient_id: str) -> Sequence[Coverage]: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What is to be recorded: the check, and the insurance it is about where the answer says something newer of it."""

    check: EligibilityCheck
    coverage: Coverage | None


def take(subject: Subject, lookup: Lookup, tenant: str, zone: ZoneInfo, now: datetime) -> Taken:
    """Raises ImportRefused with the segment: what `check_of` raises, `x12.patient_unknown`, `x12.patient_ambiguous`."""
    check = check_of(subject, zone, now)
    patient_id = whose(subject, lookup)
    coverage = _insurance(lookup.coverages(patient_id), check)
    check = replace(check, patient_id=patient_id, check_id=check_id(tenant, patient_id, check.raw),
                    coverage_id=coverage.id if coverage else "")  # fmt: skip
    return Taken(check, insurance_after(coverage, check) if coverage else None)


def check_id(tenant: str, patient_id: str, raw: str) -> str:
    """The same answer about the same patient is the same check, wherever it is read."""
    return natural_id(tenant, "eligibility", patient_id, hashlib.sha256(raw.encode()).hexdigest())


def whose(subject: Subject, lookup: Lookup) -> str:
    """The patient an answer is about: by member number, where birth date and name do not speak against it; else by
    name and birth date. Somebody else of the same family is never taken instead."""
    person, born = subject.person, iso_day(subject.person.birth_date)
    member = subject.person.id or subject.subscriber.id
    found = [each for each in lookup.with_member(member) if _may_be(each, person, born)] if member else []
    if not found and born:
        found = [each for each in lookup.born_on(born) if _is_called(each, person)]
    people = {each.person_id for each in found}
    if len(people) > 1:
        called = [each for each in found if _is_called(each, person)]
        found, people = called or found, {each.person_id for each in called or found}
    if not people:
        raise ImportRefused("x12.patient_unknown", segment=subject.number)
    if len(people) > 1:
        raise ImportRefused("x12.patient_ambiguous", segment=subject.number)
    return found[0].patient_id


def _may_be(record: Record, person: Party, born: str) -> bool:
    if born and record.birth_date:
        return born == record.birth_date
    return _is_called(record, person)


def _is_called(record: Record, person: Party) -> bool:
    """Same family name, and the same first name where both have one."""
    if _plain(record.family) != _plain(person.family):
        return False
    first, other = _first(record.given), _first(person.given)
    return not first or not other or first == other


def _first(given: str) -> str:
    return _plain(given.split(maxsplit=1)[0]) if given.split() else ""


def _plain(name: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", name).casefold() if sign.isalnum())


def _insurance(coverages: Sequence[Coverage], check: EligibilityCheck) -> Coverage | None:
    """The insurance an answer is about: that of the member number; else the only one there is."""
    same = [each for each in coverages if check.member_id and _plain(each.member_id) == _plain(check.member_id)]
    return same[0] if same else coverages[0] if len(coverages) == 1 else None
