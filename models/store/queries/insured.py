"""Whose insurance it is: patients by member number and by name, asked alike at a desk and at the hub."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from models.operations.records import Coverage
from models.store.queries import people

Ask = Callable[..., Sequence[Any]]
"""Rows of a query with `:name` values: `Session.rows` at the hub, `asking` at a desk."""


@dataclass(frozen=True, slots=True)
class Insured:
    """A record that may be meant. `person_id` is the record that person goes by."""

    patient_id: str
    person_id: str
    family: str
    given: str
    birth_date: str


_PERSON = (
    f"SELECT DISTINCT p.id, {people.person_of('c')}, p.family, p.given, p.birth_date FROM patient p "
    "JOIN {source} ON c.tenant = p.tenant AND c.patient_id = p.id WHERE p.tenant = :tenant AND p.deleted_at = '' "
)
_OF_MEMBER = _PERSON.format(source="coverage c") + (
    "AND c.deleted_at = '' AND c.member_id IN (:plain, :upper, :bare) ORDER BY p.id"
)
_BORN = (
    _PERSON.format(source="(SELECT tenant, id AS patient_id FROM patient) c") + "AND p.birth_date = :born ORDER BY p.id"
)
_FIELDS = tuple(field.name for field in fields(Coverage))
_COLUMNS = ", ".join(f'"{name}"' for name in _FIELDS)
_COVERAGES = (
    f"SELECT {_COLUMNS} FROM coverage WHERE tenant = :tenant AND patient_id = :patient AND deleted_at = '' "
    "ORDER BY status <> 'active', \"order\", id"
)


def asking(connection: Any) -> Ask:
    """A desk's reader as `Ask`."""
    return lambda query, **values: connection.execute(query, values).fetchall()


class Insurances:
    """Looks up patients and their insurances as of one read transaction."""

    def __init__(self, ask: Ask, tenant: str) -> None:
        self._ask, self._tenant = ask, tenant

    def with_member(self, member_id: str) -> list[Insured]:
        """Records insured under a member number, written as it is, in capitals, or without signs between."""
        bare = "".join(sign for sign in member_id if sign.isalnum()).upper()
        rows = self._ask(_OF_MEMBER, tenant=self._tenant, plain=member_id, upper=member_id.upper(), bare=bare)
        return [Insured(*row) for row in rows] if bare else []

    def born_on(self, birth_date: str) -> list[Insured]:
        """Records with a birth date (ISO)."""
        rows = self._ask(_BORN, tenant=self._tenant, born=birth_date) if birth_date else []
        return [Insured(*row) for row in rows]

    def coverages(self, patient_id: str) -> list[Coverage]:
        """The insurances of one record, those in force first."""
        rows = self._ask(_COVERAGES, tenant=self._tenant, patient=patient_id)
        return [_coverage(row) for row in rows]

    def knows_check(self, check_id: str) -> bool:
        """Is this answer here already?"""
        query = "SELECT 1 FROM eligibility_check WHERE tenant = :tenant AND check_id = :id"
        return bool(self._ask(query, tenant=self._tenant, id=check_id))

    def clinic(self) -> tuple[str, int]:
        """The practice's zone by name and the hour its day closes; UTC and 0 before it is set up."""
        rows = self._ask(
            "SELECT timezone, closing_hour FROM practice WHERE tenant = :tenant AND deleted_at = ''",
            tenant=self._tenant,
        )
        return (str(rows[0][0]), int(rows[0][1])) if rows else ("UTC", 0)


def _coverage(row: Sequence[Any]) -> Coverage:
    values = dict(zip(_FIELDS, row, strict=True))
    return Coverage(**{**values, "copay_and_deductible": bool(values["copay_and_deductible"])})
