"""Visits that money may be taken for in advance, and the visits of one day of somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.store.queries.rows import VISIT_COLUMNS, VISIT_JOIN, VisitRow, marks

MOST = 60
"""So many visits are offered, soonest first."""


def visits_ahead(connection: Any, tenant: str, patient_ids: Sequence[str], day: str) -> list[VisitRow]:
    """The visits of patients from `day` (ISO) on."""
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} WHERE v.tenant = ? "
        f"AND v.patient_id IN ({marks(len(patient_ids))}) AND v.service_date >= ? AND v.deleted_at = '' "
        "ORDER BY v.starts_at, v.id LIMIT ?",
        (tenant, *patient_ids, day, MOST),
    )
    return [VisitRow(*row) for row in found]


def visits_of(connection: Any, tenant: str, patient_id: str, day: str) -> list[VisitRow]:
    """A patient's visits of one day (ISO)."""
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} WHERE v.tenant = ? AND v.patient_id = ? "
        "AND v.service_date = ? AND v.deleted_at = '' ORDER BY v.starts_at, v.id",
        (tenant, patient_id, day),
    )
    return [VisitRow(*row) for row in found]
