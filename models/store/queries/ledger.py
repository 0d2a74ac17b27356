"""A patient's account in lists: visits, payments, charges and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.store.queries.rows import CHARGE_COLUMNS, CHARGE_JOIN, NET, VISIT_COLUMNS, VISIT_JOIN, ChargeRow, VisitRow


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment. `unspent_cents` lies in its lots, `earmarked_visit` names the visit part of it waits for; times are
    UTC text; `seq` 0: the hub has not confirmed it yet; `reversed_at` empty: it stands."""

    payment_id: str
    number: str
    receipt_no: str
    taken_at: str
    tender: str
    brand: str
    last4: str
    check_no: str
    amount_cents: int
    actor: str
    device: str
    seq: int
    reversed_at: str
    reversed_reason: str
    business_date: str
    appointment_id: str
    unspent_cents: int
    earmarked_visit: str


@dataclass(frozen=True, slots=True)
class LogRow:
    """One operation of a patient's log; `op` is its envelope as JSON text, `seq` 0 when the hub has not got it."""

    seq: int
    kind: str
    device: str
    actor: str
    verdict: str
    granted: int | None
    op: str


def charges(connection: Any, tenant: str, patient_id: str) -> list[ChargeRow]:
    """Every charge of a patient, newest first."""
    found = connection.execute(
        f"SELECT {CHARGE_COLUMNS} FROM account a {CHARGE_JOIN} WHERE a.tenant = ? AND a.patient_id = ? "
        "AND a.code = 'AR' ORDER BY c.service_date DESC, c.id",
        (tenant, patient_id),
    )
    return [ChargeRow(*row) for row in found]


def visits(connection: Any, tenant: str, patient_id: str) -> list[VisitRow]:
    """Every visit of a patient that has money on it or lies ahead, newest first."""
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} "
        "WHERE v.tenant = ? AND v.patient_id = ? AND v.deleted_at = '' ORDER BY v.starts_at DESC",
        (tenant, patient_id),
    )
    return [VisitRow(*row) for row in found]


def prepaid_by_visit(connection: Any, tenant: str, patient_id: str) -> dict[str, int]:
    """Cents that wait for the charges of each visit."""
    found = connection.execute(
        f"SELECT a.appointment_id, sum({NET}) FROM account a WHERE a.tenant = ? AND a.patient_id = ? "
        f"AND a.code = 'CRE' AND {NET} > 0 GROUP BY a.appointment_id",
        (tenant, patient_id),
    )
    return {str(row[0]): int(row[1]) for row in found}


def payments(connection: Any, tenant: str, patient_id: str) -> list[PaymentRow]:
    """Every payment of a patient, newest first."""
    found = connection.execute(
        "SELECT y.payment_id, y.number, y.receipt_no, y.taken_at, y.tender, y.brand, y.last4, y.check_no, "
        "y.amount_cents, y.actor, y.device, y.seq, y.reversed_at, y.reversed_reason, y.business_date, "
        f"y.appointment_id, coalesce((SELECT sum({NET}) FROM account a WHERE a.tenant = y.tenant "
        "AND a.payment_id = y.payment_id AND a.guard = 'L'), 0), "
        "coalesce((SELECT a.appointment_id FROM account a WHERE a.tenant = y.tenant AND a.payment_id = y.payment_id "
        f"AND a.code = 'CRE' AND {NET} > 0 LIMIT 1), '') "
        "FROM payment y WHERE y.tenant = ? AND y.patient_id = ? ORDER BY y.taken_at DESC, y.payment_id DESC",
        (tenant, patient_id),
    )
    return [PaymentRow(*row) for row in found]


def log(connection: Any, tenant: str, patient_id: str, limit: int) -> list[LogRow]:
    """The newest acts on a patient's account: what this desk has not got back yet first, then the log."""
    pending = connection.execute(
        "SELECT 0, json_extract(op, '$.kind'), json_extract(op, '$.device'), json_extract(op, '$.actor'), verdict, "
        "granted, op FROM outbox WHERE tenant = ? AND returned_at = '' AND json_extract(op, '$.patient') = ? "
        "ORDER BY epoch DESC, dseq DESC LIMIT ?",
        (tenant, patient_id, limit),
    ).fetchall()
    confirmed = connection.execute(
        "SELECT seq, kind, device, actor, verdict, granted, op FROM log WHERE tenant = ? AND patient = ? "
        "ORDER BY seq DESC LIMIT ?",
        (tenant, patient_id, limit),
    ).fetchall()
    return [LogRow(*row) for row in [*pending, *confirmed][:limit]]
