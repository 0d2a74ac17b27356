"""Who pays for whom: a guarantor and dependents (style of most practices: one person gets the bill for a household)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.clinic import Clinic
from app.heads import patient_head
from app.views import PatientHead, Person
from models.basics.errors import RuleBroken
from models.ledger.figures import Figures
from models.rules.rights import Right
from models.store.queries import collect, family
from models.store.queries.records import StoredRecords

if TYPE_CHECKING:
    from models.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """One of a family with the figures of their own account."""

    patient: PatientHead
    is_guarantor: bool
    figures: Figures


class Family:
    """Reads and changes families. Call it on the `reads` lane, `set_guarantor` on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def members(self, patient_id: str) -> tuple[FamilyMember, ...]:
        """Everybody on the guarantor's bill, the guarantor first; only the patient where there is no family. Empty for
        a patient that is not known."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            head = family.guarantor(reader, tenant, patient_id)
            rows = family.family(reader, tenant, patient_id)
            return tuple(
                FamilyMember(patient_head(row, clinic.today()), row.id == head, collect.figures(reader, tenant, row.id))
                for row in rows
            )

    def set_guarantor(self, patient_id: str, guarantor_id: str, person: Person) -> None:
        """Put a patient on somebody's bill; an empty `guarantor_id` (or their own) puts them on their own again.

        Money that was paid stays where it is. Raises RuleBroken, nothing written: `staff.right_missing`,
        `family.unknown`, `family.has_dependents` (who pays for others cannot be a dependent),
        `family.is_dependent` (nor can a dependent pay for others).
        """
        if Right.VISITS not in person.rights:
            raise RuleBroken("staff.right_missing", right=Right.VISITS.value)
        guarantor_id = "" if guarantor_id == patient_id else guarantor_id
        clinic = self._clinic
        with clinic.store.write() as tx:
            stored = StoredRecords(tx.reader, clinic.tenant)
            known = stored.stored("patient", patient_id)
            if known is None:
                raise RuleBroken("family.unknown")
            self._check(tx, stored, patient_id, guarantor_id)
            if known.guarantor_id != guarantor_id:
                tx.record(replace(known, guarantor_id=guarantor_id), person_id=person.staff_id,
                          business_date=clinic.today().isoformat())  # fmt: skip

    def _check(self, tx: Tx, stored: StoredRecords, patient_id: str, guarantor_id: str) -> None:
        if not guarantor_id:
            return
        payer = stored.stored("patient", guarantor_id)
        if payer is None:
            raise RuleBroken("family.unknown")
        if payer.guarantor_id not in ("", guarantor_id):
            raise RuleBroken("family.is_dependent")
        if family.dependents(tx.reader, self._clinic.tenant, patient_id):
            raise RuleBroken("family.has_dependents")


def short_names(members: Sequence[PatientHead]) -> dict[str, str]:
    """What each of a family is called beside the others, by patient: the first name; whole names where two share it."""
    firsts = Counter(member.name.split()[0] for member in members)
    return {member.patient_id: member.name.split()[0] if firsts[member.name.split()[0]] == 1 else member.name
            for member in members}  # fmt: skip
