"""Families: a guarantor and those who name them as such."""

from __future__ import annotations

from typing import Any

from models.store.queries.rows import PATIENT_COLUMNS, PatientRow


def guarantor(connection: Any, tenant: str, patient_id: str) -> str:
    """Who stands for the account of a patient; the patient's own id without a guarantor, or for one not known."""
    row = connection.execute(
        "SELECT guarantor_id FROM patient WHERE tenant = ? AND id = ?", (tenant, patient_id)
    ).fetchone()
    return (row[0] if row else "") or patient_id


def family(connection: Any, tenant: str, patient_id: str) -> list[PatientRow]:
    """The guarantor first, then the dependents, eldest first; one row for somebody without a family."""
    head = guarantor(connection, tenant, patient_id)
    found = connection.execute(
        f"SELECT {PATIENT_COLUMNS} FROM patient p WHERE p.tenant = ? AND p.deleted_at = '' "
        "AND (p.id = ? OR p.guarantor_id = ?) ORDER BY p.id <> ?, p.birth_date, p.given, p.id",
        (tenant, head, head, head),
    )
    return [PatientRow(*row) for row in found]


def dependents(connection: Any, tenant: str, patient_id: str) -> list[str]:
    """The ids of those who name a patient as their guarantor."""
    found = connection.execute(
        "SELECT id FROM patient WHERE tenant = ? AND guarantor_id = ? AND id <> ? AND deleted_at = ''",
        (tenant, patient_id, patient_id),
    )
    return [str(row[0]) for row in found]
