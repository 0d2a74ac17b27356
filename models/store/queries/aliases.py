"""Records that were merged into others (H17), with who said so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.store.queries import people
from models.store.queries.rows import PATIENT_COLUMNS, PATIENT_WIDTH, PatientRow


@dataclass(frozen=True, slots=True)
class AliasRow:
    """A record that goes by another one: when (UTC text), by whom and at which desk that was said."""

    patient: PatientRow
    survivor_id: str
    into_id: str
    said_at: str
    actor: str
    device: str


def aliases(connection: Any, tenant: str, patient_id: str) -> list[AliasRow]:
    """The other records of a person, the newest word first."""
    stays = people.survivor(connection, tenant, patient_id)
    found = connection.execute(
        f"SELECT {PATIENT_COLUMNS}, l.survivor_id, l.into_id, l.said_at, l.actor, l.device FROM alias l "
        "JOIN patient p ON p.tenant = l.tenant AND p.id = l.patient_id "
        "WHERE l.tenant = ? AND l.survivor_id <> '' AND l.survivor_id = ? ORDER BY l.said_at DESC, l.patient_id",
        (tenant, stays),
    )
    return [AliasRow(PatientRow(*row[:PATIENT_WIDTH]), *row[PATIENT_WIDTH:]) for row in found]
