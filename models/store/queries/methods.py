"""The practice's ways to pay, and who may be named beside a payment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A way to pay as the practice set it up. `active` 0: not offered at the desk."""

    id: str
    name: str
    reference: str
    active: int
    position: int


_COLUMNS = "SELECT id, name, reference, active, position FROM method WHERE tenant = ? AND deleted_at = ''"


def methods(connection: Any, tenant: str) -> list[MethodRow]:
    """Every way to pay that is written down, in the practice's order."""
    found = connection.execute(f"{_COLUMNS} ORDER BY position, name, id", (tenant,))
    return [MethodRow(*row) for row in found]


def method(connection: Any, tenant: str, method_id: str) -> MethodRow | None:
    """One way to pay, or None."""
    row = connection.execute(f"{_COLUMNS} AND id = ?", (tenant, method_id)).fetchone()
    return MethodRow(*row) if row else None


def practitioners(connection: Any, tenant: str) -> list[tuple[str, str]]:
    """(id, name) of everybody who sees patients, by name."""
    found = connection.execute(
        "SELECT id, name FROM practitioner WHERE tenant = ? AND deleted_at = '' ORDER BY name, id", (tenant,)
    )
    return [(str(row[0]), str(row[1])) for row in found]


def practitioner_name(connection: Any, tenant: str, practitioner_id: str) -> str:
    """Who somebody is called; empty for nobody we know."""
    row = connection.execute(
        "SELECT name FROM practitioner WHERE tenant = ? AND id = ? AND deleted_at = ''", (tenant, practitioner_id)
    ).fetchone()
    return str(row[0]) if row else ""
