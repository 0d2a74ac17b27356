"""Two records that are one person: seen side by side, merged by somebody who may, and taken apart again (H17).

Nothing that was posted moves. What another program says of its own records comes in with its files
(`app/importing.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from app.clinic import Clinic
from app.heads import patient_head
from app.money_views import Acted
from app.refusals import insist, need
from app.tasks import Places
from app.views import PatientHead, Person
from models.basics.errors import RuleBroken
from models.ledger.figures import Figures
from models.ledger.states import Entry
from models.operations.merging import PatientMerged, PatientParted
from models.rules.people import display_name
from models.rules.rights import Right
from models.store.queries import aliases, collect, patients, people, rows

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

REASON_LETTERS = 200


@dataclass(frozen=True, slots=True)
class MergedLine:
    """A record that goes by another one: when that was said, by whom (empty: another program) and at which desk."""

    patient: PatientHead
    at: datetime
    by: str
    desk: str


@dataclass(frozen=True, slots=True)
class MergeStart:
    """Whose account it is, and the other records of that person."""

    patient: PatientHead
    merged: tuple[MergedLine, ...]


@dataclass(frozen=True, slots=True)
class MergeSide:
    """One of two records: who, what is owed and lies there, and its last visit."""

    patient: PatientHead
    figures: Figures
    last_visit: date | None


@dataclass(frozen=True, slots=True)
class MergeSheet:
    """Two people side by side. `differs` names what is known of both and not the same: `birth_date`, `name`."""

    one: MergeSide
    other: MergeSide
    differs: tuple[str, ...]

    @property
    def together(self) -> Figures:
        """What the account of the one person would say."""
        return self.one.figures + self.other.figures


class Merging:
    """Merges records and takes them apart. `start` and `open` on the `reads` lane, `merge` and `part` on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def start(self, patient_id: str) -> MergeStart:
        """The person somebody wants to merge or take apart. Raises RuleBroken `collect.patient_gone`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            row = rows.person(reader, clinic.tenant, patient_id)
            if row is None:
                raise RuleBroken("collect.patient_gone")
            return MergeStart(patient_head(row, clinic.today()), merged_lines(clinic, reader, row.id))

    def open(self, patient_id: str, other_id: str) -> MergeSheet:
        """Two records as they would be merged. Raises RuleBroken `collect.patient_gone`, `refused.same_record` (they
        are one person already)."""
        with self._clinic.store.reader() as reader:
            one, other = self._side(reader, patient_id), self._side(reader, other_id)
        if one.patient.patient_id == other.patient.patient_id:
            raise RuleBroken("refused.same_record")
        return MergeSheet(one, other, tuple(_differs(one.patient, other.patient)))

    def merge(self, gone_id: str, stays_id: str, person: Person, supervisor: Person | None = None) -> Acted:
        """From now on `gone_id` goes by `stays_id`. Raises RuleBroken, nothing written: `staff.right_missing`,
        `collect.patient_gone`, `refused.same_record`, `refused.known_already`, `refused.merged_meanwhile`."""
        lender = need(Right.MERGE, person, supervisor)
        with self._clinic.store.write() as tx:
            gone, stays = (rows.patient(tx.reader, self._clinic.tenant, each) for each in (gone_id, stays_id))
            if gone is None or stays is None:
                raise RuleBroken("collect.patient_gone")
            entry = self._record(tx, PatientMerged(patient_id=gone_id, into_id=stays_id), person, lender)
        return Acted((entry.op.op_id,), 0, "merged.done", {"gone": _name(gone), "stays": _name(stays)})

    def part(self, patient_id: str, reason: str, person: Person, supervisor: Person | None = None) -> Acted:
        """The merge of a record was wrong: it is a person again. Raises RuleBroken, nothing written:
        `staff.right_missing`, `attention.reason_missing`, `refused.not_merged`."""
        lender = need(Right.MERGE, person, supervisor)
        if not reason.strip():
            raise RuleBroken("attention.reason_missing", field="reason")
        with self._clinic.store.write() as tx:
            row = rows.patient(tx.reader, self._clinic.tenant, patient_id)
            body = PatientParted(patient_id=patient_id, reason=reason.strip()[:REASON_LETTERS])
            entry = self._record(tx, body, person, lender)
        return Acted((entry.op.op_id,), 0, "merged.parted", {"name": _name(row) if row else ""})

    def _record(self, tx: Tx, body: object, person: Person, lender: str) -> Entry:
        return insist(tx.record(body, person_id=person.staff_id, supervisor=lender,
                                business_date=self._clinic.today().isoformat()))  # fmt: skip

    def _side(self, reader: Any, patient_id: str) -> MergeSide:
        clinic, tenant = self._clinic, self._clinic.tenant
        row = rows.person(reader, tenant, patient_id)
        if row is None:
            raise RuleBroken("collect.patient_gone")
        mine = people.records(reader, tenant, row.id)
        days = [day for _, day in patients.last_visits(reader, tenant, clinic.today().isoformat(), mine)]
        return MergeSide(patient_head(row, clinic.today()), collect.figures(reader, tenant, row.id),
                         date.fromisoformat(max(days)) if days else None)  # fmt: skip


def _name(row: rows.PatientRow) -> str:
    return display_name(family=row.family, given=row.given, suffix=row.suffix)


def _differs(one: PatientHead, other: PatientHead) -> list[str]:
    found = []
    if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
        found.append("birth_date")
    if one.name.casefold() != other.name.casefold():
        found.append("name")
    return found


def merged_lines(clinic: Clinic, reader: Any, patient_id: str) -> tuple[MergedLine, ...]:
    """The other records of a person, the newest word first."""
    found = aliases.aliases(reader, clinic.tenant, patient_id)
    places = Places(clinic, reader) if found else None
    return tuple(
        MergedLine(patient_head(each.patient, clinic.today()), clinic.local(each.said_at),
                   places.full_name(each.actor), places.desk(each.device))
        for each in found
    ) if places else ()  # fmt: skip


__all__ = ["MergeSheet", "MergeSide", "MergeStart", "MergedLine", "Merging", "merged_lines"]
