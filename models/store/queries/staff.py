"""Who signs in, the practice, and the desk's own facts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from models.operations.records import Practice


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody who may sign in."""

    id: str
    name: str
    role: str
    title: str
    pin_hash: str
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PinFailures:
    """Wrong PINs in a row, and until when (UTC text, or empty) the person is locked out."""

    failures: int = 0
    locked_until: str = ""


_STAFF = "SELECT id, name, role, title, pin_hash, rights FROM staff WHERE tenant = ? AND active = 1 AND deleted_at = ''"


def staff(connection: Any, tenant: str) -> list[StaffRow]:
    """Everybody who may sign in, receptionists first, by name."""
    found = connection.execute(f"{_STAFF} ORDER BY role = 'manager', name, id", (tenant,))
    return [_staff_row(row) for row in found]


def staff_member(connection: Any, tenant: str, staff_id: str) -> StaffRow | None:
    """One of them, or None."""
    row = connection.execute(f"{_STAFF} AND id = ?", (tenant, staff_id)).fetchone()
    return _staff_row(row) if row else None


def _staff_row(row: Any) -> StaffRow:
    return StaffRow(*[*row[:5], tuple(json.loads(row[5] or "[]"))])


def staff_names(connection: Any, tenant: str) -> dict[str, str]:
    """Names by id, of everybody who ever was here."""
    return dict(connection.execute("SELECT id, name FROM staff WHERE tenant = ?", (tenant,)).fetchall())


def pin_failures(connection: Any, tenant: str, staff_id: str) -> PinFailures:
    """Wrong PINs of a person on this desk."""
    row = connection.execute(
        "SELECT failures, locked_until FROM pin_failure WHERE tenant = ? AND staff_id = ?", (tenant, staff_id)
    ).fetchone()
    return PinFailures(*row) if row else PinFailures()


def practice(connection: Any, tenant: str) -> Practice | None:
    """The clinic, or None before it is set up."""
    row = connection.execute(
        "SELECT id, name, timezone, address, phone, npi, tin, closing_hour, location_code, receipt_message, "
        "refund_policy, reply_to, receipt_message_es FROM practice WHERE tenant = ? AND deleted_at = '' LIMIT 1",
        (tenant,),
    ).fetchone()
    if row is None:
        return None
    return Practice(
        id=row[0], name=row[1], timezone=row[2], address=tuple(json.loads(row[3] or "[]")), phone=row[4], npi=row[5],
        tin=row[6], closing_hour=row[7], location_code=row[8], receipt_message=row[9], refund_policy=row[10],
        reply_to=row[11], receipt_message_es=row[12],
    )  # fmt: skip
