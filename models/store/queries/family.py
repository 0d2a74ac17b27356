"""Families: a guarantor and those who name them as such."""

from __future__ import annotations

from typing import Any

from models.store.queries import people
from models.store.queries.rows import PATIENT_COLUMNS, PatientRow, marks

_BY_GUARANTOR = "INDEXED BY ix_patient_tenant_guarantor_id"
"""Nearly everybody stands for themselves: by its own count SQLite would rather read all patients than this index."""


def guarantor(connection: Any, tenant: str, patient_id: str) -> str:
    """Who stands for the account of a person, by the record that guarantor goes by; the person's own without a
    guarantor, or for one not known."""
    own = people.survivor(connection, tenant, patient_id)
    row = connection.execute("SELECT guarantor_id FROM patient WHERE tenant = ? AND id = ?", (tenant, own)).fetchone()
    named = row[0] if row else ""
    return people.survivor(connection, tenant, named) if named else own


def family(connection: Any, tenant: str, patient_id: str) -> list[PatientRow]:
    """The guarantor first, then the dependents, eldest first; one row for somebody without a family. A person is
    there once, by the record they go by."""
    head = guarantor(connection, tenant, patient_id)
    heads = people.records(connection, tenant, head)
    found = connection.execute(
        f"SELECT {PATIENT_COLUMNS} FROM patient p WHERE p.tenant = ? AND p.deleted_at = '' "
        f"AND p.id IN (SELECT ? UNION ALL SELECT d.id FROM patient d {_BY_GUARANTOR} WHERE d.tenant = ? "
        f"AND d.guarantor_id IN ({marks(len(heads))})) AND NOT EXISTS (SELECT 1 FROM alias l "
        "WHERE l.tenant = p.tenant AND l.patient_id = p.id AND l.survivor_id <> '') "
        "ORDER BY p.id <> ?, p.birth_date, p.given, p.id",
        (tenant, head, tenant, *heads, head),
    )
    return [PatientRow(*row) for row in found]


def dependents(connection: Any, tenant: str, patient_id: str) -> list[str]:
    """The ids of those who name a person as their guarantor."""
    if guarantor(connection, tenant, patient_id) != people.survivor(connection, tenant, patient_id):
        return []
    return [each.id for each in family(connection, tenant, patient_id)[1:]]
