"""Visits that money may be taken for beside their charges, and the visits of one day of somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.store.queries import people
from models.store.queries.rows import NET, STATUS, VISIT_COLUMNS, VISIT_JOIN, VisitRow, marks

MOST = 60
"""So many visits are offered."""

_OPEN_CHARGE = (
    "EXISTS (SELECT 1 FROM account a WHERE a.tenant = v.tenant AND a.appointment_id = v.id AND a.code = 'AR' "
    f"AND {NET} < 0)"
)


def visits_to_prepay(
    connection: Any, tenant: str, patient_ids: Sequence[str], since: str, today: str
) -> list[VisitRow]:  # fmt: skip
    """The visits of these people that money may wait on: of today and to come, soonest first, then those since `since`,
    newest first (ISO days). None that will not be, and none of today or before that still owes."""
    mine = people.records_of_all(connection, tenant, patient_ids)
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} WHERE v.tenant = ? "
        f"AND v.patient_id IN ({marks(len(mine))}) AND v.service_date >= ? AND v.deleted_at = '' "
        f"AND {STATUS} NOT IN ('cancelled', 'no_show') AND (v.service_date > ? OR NOT {_OPEN_CHARGE}) "
        "ORDER BY v.service_date < ?, CASE WHEN v.service_date < ? THEN '' ELSE v.starts_at END, v.starts_at DESC, "
        "v.id LIMIT ?",
        (tenant, *mine, since, today, today, today, MOST),
    )
    return [VisitRow(*row) for row in found]


def visits_of(connection: Any, tenant: str, patient_id: str, day: str) -> list[VisitRow]:
    """A person's visits of one day (ISO)."""
    mine = people.records(connection, tenant, patient_id)
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} WHERE v.tenant = ? "
        f"AND v.patient_id IN ({marks(len(mine))}) AND v.service_date = ? AND v.deleted_at = '' "
        "ORDER BY v.starts_at, v.id",
        (tenant, *mine, day),
    )
    return [VisitRow(*row) for row in found]
