"""Patients, and those who see them and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from exchange.drafts import AccountDraft, Draft, Key, LocationDraft, PatientDraft, PractitionerDraft, Ref
from exchange.linking.state import Numbers, Placed, Run
from models.basics.errors import ImportRefused
from models.operations import records

MR_SYSTEM = "MR"
"""The system of a reference by medical record number alone, as tables make it."""


class Patients:
    """Finds patients; takes their drafts first."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._numbers = Numbers()
        self._by_mrn: dict[str, set[str]] = {}
        self._others: set[str] = set()
        self._doubtful: set[Key] = set()

    def take(self) -> None:
        """Plan every patient of the run.

        A record under whose id there is plainly somebody else (family name and birth date both differ) is refused, and
        with it everything that refers to it: money must not reach the wrong person.
        """
        self._doubtful = self._doubtful_keys()
        winners = self._run.winners(PatientDraft, "patient")
        self._run.each(winners.values(), "patient", self._take_one)
        self._run.each((placed for placed in winners.values() if placed.draft.guarantor), "patient", self._own_bill)
        self._run.each((placed for placed in winners.values() if placed.draft.into), "patient", self._replaced)
        self._run.each((placed for placed in winners.values() if placed.draft.replaces), "patient", self._replaces)
        accounts = (placed for placed in self._run.drafts(AccountDraft) if placed.draft.guarantor)
        self._run.each(accounts, "patient", self._bill_of_account)

    def _own_bill(self, placed: Placed[PatientDraft]) -> None:
        self._put_on_bill(self._run.id_of(placed.draft.key), placed.draft.guarantor, placed)

    def _replaced(self, placed: Placed[PatientDraft]) -> None:
        if placed.draft.into is not None:
            self._merge(self._run.id_of(placed.draft.key), self._named(placed.draft.into), placed)

    def _replaces(self, placed: Placed[PatientDraft]) -> None:
        for ref in placed.draft.replaces:
            self._merge(self._named(ref), self._run.id_of(placed.draft.key), placed)

    def _named(self, ref: Ref) -> str:
        """The id of who a link names; empty while that one is not here: the next file says it again."""
        try:
            return self._payer(ref)
        except ImportRefused:
            return ""

    def _merge(self, gone_id: str, stays_id: str, placed: Placed[PatientDraft]) -> None:
        """From now on the one record goes by the other, if both are here and did not before. Raises ImportRefused
        `import.merged_otherwise` where somebody here said that it is a third one's."""
        run, record = self._run, self._run.record("patient", gone_id)
        if record is None or run.record("patient", stays_id) is None or gone_id == stays_id:
            return
        if gone_id not in run.planned:
            run.plan(placed, "patient", record)
        run.planned[gone_id].record = replace(record, active=False)
        goes_by = run.known.survivor(gone_id)
        if goes_by == run.known.survivor(stays_id):
            return
        if goes_by != gone_id:
            raise ImportRefused("import.merged_otherwise", path=placed.draft.path)
        run.planned[gone_id].merged_into = stays_id

    def _bill_of_account(self, placed: Placed[AccountDraft]) -> None:
        self._put_on_bill(self.find(placed.draft.patient, placed.draft.path), placed.draft.guarantor, placed)

    def _put_on_bill(self, patient_id: str, ref: Ref | None, placed: Placed[Any]) -> None:
        """Name who gets a patient's bill. Raises ImportRefused where that is nobody we know; the patient stays."""
        record = self._run.record("patient", patient_id)
        if record is None or ref is None:
            return
        guarantor_id = self._payer(ref)
        if patient_id not in self._run.planned:
            self._run.plan(placed, "patient", record)
        planned = self._run.planned[patient_id]
        planned.record = replace(record, guarantor_id="" if guarantor_id == patient_id else guarantor_id)
        planned.silent -= {"guarantor_id"}

    def _payer(self, ref: Ref) -> str:
        known = ref.key is not None and self._run.record("patient", self._run.id_of(ref.key)) is not None
        return self.find(ref if known or ref.identifier is None else replace(ref, key=None), ref.path)

    def _doubtful_keys(self) -> set[Key]:
        seen: dict[Key, records.Patient] = {}
        doubtful = set()
        for placed in self._run.drafts(PatientDraft):
            first = seen.setdefault(placed.draft.key, placed.draft.record)
            if _somebody_else(first, placed.draft.record):
                doubtful.add(placed.draft.key)
        return doubtful

    def _take_one(self, placed: Placed[PatientDraft]) -> None:
        run, draft = self._run, placed.draft
        record_id = run.id_of(draft.key)
        stored: records.Patient | None = run.known.stored("patient", record_id)
        if draft.key in self._doubtful or (stored is not None and _somebody_else(stored, draft.record)):
            self._others.add(record_id)
            raise ImportRefused("import.other_person", path=draft.path)
        record = replace(draft.record, id=record_id)
        if draft.merged and not draft.record.family:
            if stored is None:
                run.repeats["patient"] += 1  # merged into another before it was ever here: nothing to change
                return
            record = replace(stored, active=False)
        self._numbers.add(draft.identifiers, draft.key)
        if record.mrn:
            self._by_mrn.setdefault(record.mrn, set()).add(record_id)
        run.plan(placed, "patient", record)

    def find(self, ref: Ref | None, path: str) -> str:
        """The id of the patient a reference names, in this run or in the store.

        Raises ImportRefused `import.patient_unknown`, `import.patient_ambiguous`, `import.other_person`.
        """
        if ref is None or ref.kind != "Patient":
            raise ImportRefused("import.no_patient", path=path)
        record_id = self._by_number(ref) if ref.key is None else self._run.id_of(ref.key)
        if record_id in self._others:
            raise ImportRefused("import.other_person", path=ref.path)
        if not record_id or self._run.record("patient", record_id) is None:
            raise ImportRefused("import.patient_unknown", path=ref.path)
        return record_id

    def _by_number(self, ref: Ref) -> str:
        if ref.identifier is None:
            return ""
        key = self._numbers.find(ref)
        if key is not None:
            return self._run.id_of(key)
        number = ref.identifier.value
        found = self._by_mrn.get(number, set()) | set(self._run.known.patients_with_mrn(number))
        if len(found) > 1:
            raise ImportRefused("import.patient_ambiguous", path=ref.path)
        return next(iter(found), "")


def _somebody_else(one: records.Patient, other: records.Patient) -> bool:
    """Do both the family name and the birth date differ, where both are known? A typo in one is not enough."""
    names = one.family.casefold(), other.family.casefold()
    days = one.birth_date, other.birth_date
    return all(names) and all(days) and names[0] != names[1] and days[0] != days[1]


_NOBODY = {"", "unknown", "n/a", "none", "-"}


class Staff:
    """Finds practitioners and places; who is only named in passing becomes a record with that name."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._numbers = {"Practitioner": Numbers(), "Location": Numbers()}
        self._named: dict[tuple[str, str], str] = {}

    def take(self) -> None:
        """Plan every practitioner and place of the run."""
        self._plan_all(self._run.winners(PractitionerDraft, "practitioner").values(), "practitioner")
        self._plan_all(self._run.winners(LocationDraft, "location").values(), "location")

    def _plan_all(self, winners: Iterable[Placed[PractitionerDraft] | Placed[LocationDraft]], record_kind: str) -> None:
        for placed in winners:
            key = placed.draft.key
            record_id = self._run.id_of(key)
            self._numbers[key.kind].add(placed.draft.identifiers, key)
            self._named.setdefault((record_kind, placed.draft.record.name), record_id)
            self._run.plan(placed, record_kind, replace(placed.draft.record, id=record_id))

    def practitioner(self, ref: Ref | None, at: Placed[Draft]) -> str:
        """The id of who is meant; empty when nobody can be made out. `at` is the draft that names them."""
        if ref is None or ref.kind != "Practitioner":
            return ""
        found = self._find(ref, "practitioner")
        if found:
            return found
        if ref.identifier and (stored := self._run.known.practitioner_with_npi(ref.identifier.value)):
            return stored
        return self._imply(ref, at, "practitioner", records.Practitioner(id="", name=ref.display))

    def location(self, ref: Ref | None, at: Placed[Draft]) -> str:
        """The id of the place meant; empty when none can be made out."""
        if ref is None or ref.kind != "Location":
            return ""
        return self._find(ref, "location") or self._imply(
            ref, at, "location", records.Location(id="", name=ref.display)
        )

    def _find(self, ref: Ref, record_kind: str) -> str:
        key = ref.key or self._numbers[ref.kind].find(ref)
        if key is None:
            return ""
        record_id = self._run.id_of(key)
        return record_id if self._run.record(record_kind, record_id) is not None else ""

    def _called(self, name: str, record_kind: str) -> str:
        """The one who is called exactly so, where only a name is given."""
        return self._named.get((record_kind, name), "") or self._run.known.called(record_kind, name)

    def _imply(
        self, ref: Ref, at: Placed[Draft], record_kind: str, record: records.Practitioner | records.Location
    ) -> str:
        if ref.display.casefold() in _NOBODY:
            return ""
        if ref.key is None and (namesake := self._called(ref.display, record_kind)):
            return namesake
        key = ref.key or Key(ref.kind, f"name:{ref.display.casefold()}")
        record_id = self._run.id_of(key)
        if self._run.record(record_kind, record_id) is None:
            self._run.plan(at, record_kind, replace(record, id=record_id))
            self._run.planned[record_id].silent = frozenset()
            self._run.implied[record_kind] += 1
        return record_id
