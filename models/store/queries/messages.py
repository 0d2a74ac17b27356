"""Messages to patients, what a patient agreed to, and what the hub can send with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from models.operations.records import Channels
from models.store.queries.rows import NET, marks


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message. `papers` is JSON text; `state` is waiting, sent or failed, `reason` why it failed; `seq` 0: the hub
    does not know of it yet."""

    message_id: str
    patient_id: str
    channel: str
    address: str
    template: str
    papers: str
    attach: int
    instead_of: str
    state: str
    reason: str
    asked_at: str
    settled_at: str
    actor: str
    op_id: str
    seq: int


_COLUMNS = ", ".join(f"m.{field.name}" for field in fields(MessageRow))
_FAILED = (
    "FROM message m WHERE m.tenant = ? AND m.state = 'failed' AND NOT EXISTS (SELECT 1 FROM message n "
    "WHERE n.tenant = m.tenant AND n.patient_id = m.patient_id AND n.instead_of = m.message_id) "
    "AND NOT EXISTS (SELECT 1 FROM meta s WHERE s.tenant = m.tenant AND s.key = 'seen:' || m.message_id)"
)
"""Failed, nothing was sent instead, and nobody here said that they saw it."""


def owed(connection: Any, tenant: str, charge_id: str) -> int:
    """What is open on a charge, in cents."""
    query = f"SELECT -({NET}) FROM account a WHERE a.tenant = ? AND a.id = 'AR:' || ?"
    row = connection.execute(query, (tenant, charge_id)).fetchone()
    return int(row[0]) if row else 0


def message(connection: Any, tenant: str, message_id: str) -> MessageRow | None:
    """One message, or None."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM message m WHERE m.tenant = ? AND m.message_id = ?", (tenant, message_id)
    ).fetchone()
    return MessageRow(*row) if row else None


def of_patients(connection: Any, tenant: str, patients: Sequence[str]) -> list[MessageRow]:
    """Every message of these patients, newest first."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM message m WHERE m.tenant = ? AND m.patient_id IN ({marks(len(patients))}) "
        "ORDER BY m.asked_at DESC, m.message_id DESC",
        (tenant, *patients),
    )
    return [MessageRow(*row) for row in found]


def failed(connection: Any, tenant: str) -> list[MessageRow]:
    """Messages that were not sent and that somebody has to look at, newest first."""
    found = connection.execute(f"SELECT {_COLUMNS} {_FAILED} ORDER BY m.asked_at DESC", (tenant,))
    return [MessageRow(*row) for row in found]


def count_failed(connection: Any, tenant: str) -> int:
    """How many `failed` would list."""
    return int(connection.execute(f"SELECT count(*) {_FAILED}", (tenant,)).fetchone()[0])


def agreed(connection: Any, tenant: str, consent_id: str) -> bool | None:
    """Did the patient agree to papers at an address? None: nobody asked."""
    row = connection.execute(
        "SELECT agreed FROM consent WHERE tenant = ? AND consent_id = ?", (tenant, consent_id)
    ).fetchone()
    return bool(row[0]) if row else None


def agreed_addresses(connection: Any, tenant: str) -> frozenset[tuple[str, str, str]]:
    """(patient, channel, address) of everybody who agreed to papers there, by e-mail."""
    found = connection.execute(
        "SELECT patient_id, channel, address FROM consent WHERE tenant = ? AND agreed = 1 AND channel = 'email'",
        (tenant,),
    )
    return frozenset((row[0], row[1], row[2]) for row in found)


def channels(connection: Any, tenant: str) -> Channels:
    """What the hub can send with."""
    row = connection.execute(
        "SELECT email, text, email_trouble, text_trouble, portal_url FROM channels WHERE tenant = ? "
        "AND id = 'channels'",
        (tenant,),
    ).fetchone()
    if row is None:
        return Channels()
    return Channels(email=bool(row[0]), text=bool(row[1]), email_trouble=row[2], text_trouble=row[3], portal_url=row[4])
