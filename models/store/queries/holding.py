"""Whose credit is set aside for which desk, and which of it a desk may spend firmly while the line is down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.store.queries import people
from models.store.queries.rows import NET, marks

_LEFT = "h.granted_cents - h.used_cents - h.returned_cents"
_OPEN = "h.used_cents + h.returned_cents < h.granted_cents"


@dataclass(frozen=True, slots=True)
class HeldRow:
    """What is left of a hold."""

    hold_id: str
    ask_id: str
    device: str
    patient_id: str
    payment_id: str
    cents: int


@dataclass(frozen=True, slots=True)
class CreditRow:
    """Free credit of one payment: what lies there, what of it this desk and others hold, and whether the payment was
    taken here and never sent."""

    payment_id: str
    cents: int
    own_cents: int
    others_cents: int
    unsent: bool


def credit(connection: Any, tenant: str, patient_id: str, device: str) -> list[CreditRow]:
    """The free credit of a patient, by payment. Only lots that are held ask for their holds."""
    own = (
        f"(SELECT coalesce(sum({_LEFT}), 0) FROM hold h WHERE h.tenant = a.tenant AND h.account_id = a.id "
        f"AND {_OPEN} AND h.device = ?)"
    )
    mine = people.records(connection, tenant, patient_id)
    found = connection.execute(
        f"SELECT a.payment_id, {NET}, CASE WHEN a.held > 0 THEN {own} ELSE 0 END, a.held, "
        "EXISTS (SELECT 1 FROM payment y JOIN outbox o ON o.tenant = y.tenant AND o.op_id = y.collect_op_id "
        "WHERE y.tenant = a.tenant AND y.payment_id = a.payment_id AND o.attempted_at = '') "
        f"FROM account a WHERE a.tenant = ? AND a.patient_id IN ({marks(len(mine))}) AND a.code = 'CR' AND {NET} > 0",
        (device, tenant, *mine),
    )
    return [CreditRow(row[0], row[1], row[2], row[3] - row[2], bool(row[4])) for row in found]


def unsent_payments(connection: Any, tenant: str, patient_id: str) -> set[str]:
    """The payments of a patient that were taken here and never sent: nobody else can know them."""
    mine = people.records(connection, tenant, patient_id)
    found = connection.execute(
        "SELECT y.payment_id FROM payment y JOIN outbox o ON o.tenant = y.tenant AND o.op_id = y.collect_op_id "
        f"WHERE y.tenant = ? AND y.patient_id IN ({marks(len(mine))}) AND y.seq = 0 AND o.attempted_at = ''",
        (tenant, *mine),
    )
    return {str(row[0]) for row in found}


def holds(connection: Any, tenant: str, patient_id: str = "", device: str = "") -> list[HeldRow]:
    """What is left of the holds on a patient's credit, or of a desk's holds, or of all."""
    mine = people.records(connection, tenant, patient_id)
    found = connection.execute(
        f"SELECT h.hold_id, h.ask_id, h.device, h.patient_id, h.payment_id, {_LEFT} FROM hold h WHERE h.tenant = ? AND "
        f"{_OPEN} AND (? = '' OR h.patient_id IN ({marks(len(mine))})) AND (? = '' OR h.device = ?) ORDER BY h.hold_id",
        (tenant, patient_id, *mine, device, device),
    )
    return [HeldRow(*row) for row in found]


def provisional(connection: Any, tenant: str, patient_id: str = "") -> int:
    """Cents of credit spent here without the hub's word so far, of one patient or of all."""
    mine = people.records(connection, tenant, patient_id)
    row = connection.execute(
        "SELECT coalesce(sum(json_extract(o.op, '$.body.provisional_cents')), 0) FROM outbox o WHERE o.tenant = ? "
        "AND o.returned_at = '' AND o.verdict = '' "
        "AND json_extract(o.op, '$.kind') IN ('payment.allocate', 'payment.move') "
        f"AND (? = '' OR json_extract(o.op, '$.patient') IN ({marks(len(mine))}))",
        (tenant, patient_id, *mine),
    ).fetchone()
    return int(row[0] or 0)


def in_the_way(connection: Any, tenant: str, device: str) -> list[tuple[HeldRow, str]]:
    """What other desks hold of patients whose credit this desk asked for and did not get whole, and when it asked."""
    found = connection.execute(
        f"SELECT h.hold_id, h.ask_id, h.device, h.patient_id, h.payment_id, {_LEFT}, max(o.created_at) FROM hold h "
        "JOIN outbox o ON o.tenant = h.tenant AND json_extract(o.op, '$.patient') = h.patient_id "
        f"WHERE h.tenant = ? AND {_OPEN} AND h.device <> ? "
        "AND o.verdict NOT IN ('', 'accepted', 'duplicate') AND o.verdict IN ('rejected', 'reduced') "  # by its index
        "AND json_extract(o.op, '$.kind') = 'hold.ask' GROUP BY h.hold_id ORDER BY h.hold_id",
        (tenant, device),
    )
    return [(HeldRow(*row[:6]), str(row[6])) for row in found]


def refused_asks(connection: Any, tenant: str, after_seq: int, device: str) -> list[tuple[int, str]]:
    """(log position, patient) of what other desks asked to have set aside since then and did not get whole."""
    found = connection.execute(
        "SELECT l.seq, l.patient FROM log l WHERE l.tenant = ? AND l.seq > ? AND l.kind = 'hold.ask' AND l.device <> ? "
        "AND l.verdict IN ('rejected', 'reduced') ORDER BY l.seq",
        (tenant, after_seq, device),
    )
    return [(int(row[0]), str(row[1])) for row in found]
