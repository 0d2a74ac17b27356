"""Payments one by one: for receipts, reprints and taking a payment back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from models.store.queries.rows import NET, TAKEN_BACK, marks


@dataclass(frozen=True, slots=True)
class PaidRow:
    """A payment as written down, every column of the table that a receipt or an undo needs."""

    payment_id: str
    patient_id: str
    appointment_id: str
    tender: str
    amount_cents: int
    tendered_cents: int
    change_cents: int
    requested_cents: int
    number: str
    receipt_no: str
    check_no: str
    check_name: str
    drawer: str
    attempt_id: str
    brand: str
    last4: str
    entry_mode: str
    auth_code: str
    host_ref: str
    terminal_txn_no: str
    terminal_ref: str
    merchant: str
    aid: str
    app_label: str
    cvm: str
    tvr: str
    tsi: str
    taken_at: str
    business_date: str
    actor: str
    device: str
    collect_op_id: str
    reversed_op_id: str
    reversed_at: str
    reversed_by: str
    reversal_receipt_no: str
    memo: str = ""
    payment_type: str = ""
    method_id: str = ""
    trace_no: str = ""
    received_date: str = ""
    practitioner_id: str = ""
    reversed_act: str = ""


@dataclass(frozen=True, slots=True)
class AppliedRow:
    """What part of a payment a charge (or, without one, a visit) got."""

    charge_id: str
    appointment_id: str
    cents: int
    description: str
    service_date: str
    kind: str
    code: str
    practitioner: str
    patient_id: str = ""


_COLUMNS = ", ".join(field.name for field in fields(PaidRow))


def payment(connection: Any, tenant: str, payment_id: str) -> PaidRow | None:
    """One payment, or None."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM payment WHERE tenant = ? AND payment_id = ?", (tenant, payment_id)
    ).fetchone()
    return PaidRow(*row) if row else None


def voided_by(connection: Any, tenant: str, host_refs: Collection[str], since: str) -> list[tuple[str, PaidRow]]:
    """(the processor's reference of the void, payment) of the card payments that these voids took back since a day
    (ISO), at whichever desk."""
    found = connection.execute(
        f"SELECT reversal_host_ref, {_COLUMNS} FROM payment WHERE tenant = ? AND reversed_business_date >= ? "
        "AND reversed_business_date <> '' AND reversed_act = 'void' AND tender = 'card' "
        f"AND reversal_host_ref IN ({marks(len(host_refs))})",
        (tenant, since, *host_refs),
    )
    return [(row[0], PaidRow(*row[1:])) for row in found]


def went_back(connection: Any, tenant: str, payment_id: str) -> int:
    """Cents that went when a payment was taken back."""
    row = connection.execute(
        f"SELECT {TAKEN_BACK} FROM payment p WHERE p.tenant = ? AND p.payment_id = ?", (tenant, payment_id)
    ).fetchone()
    return int(row[0]) if row else 0


def last_payment_here(connection: Any, tenant: str, device: str, business_date: str) -> str:
    """The id of the newest payment this desk took on a day, or of the refund it gave since; empty without any."""
    row = connection.execute(
        "SELECT payment_id, taken_at FROM payment WHERE tenant = :tenant AND business_date = :day AND device = :device "
        "UNION ALL SELECT refund_id, settled_at FROM refund WHERE tenant = :tenant AND business_date = :day "
        "AND device = :device AND receipt_no <> '' AND kind <> 'elsewhere' ORDER BY 2 DESC, 1 DESC LIMIT 1",
        {"tenant": tenant, "day": business_date, "device": device},
    ).fetchone()
    return str(row[0]) if row else ""


def applied(connection: Any, tenant: str, payment_id: str) -> list[AppliedRow]:
    """Where the money of a payment lies now: on charges by what it paid there, and set aside for visits."""
    found = connection.execute(
        "WITH lot AS (SELECT id FROM account WHERE tenant = :tenant AND payment_id = :payment AND guard = 'L'), "
        "paid AS (SELECT credit AS ar, amount_cents AS cents FROM transfer WHERE tenant = :tenant "
        "AND debit IN (SELECT id FROM lot) AND code IN ('allocate', 'auto_allocate') "
        "UNION ALL SELECT debit, -amount_cents FROM transfer WHERE tenant = :tenant "
        "AND credit IN (SELECT id FROM lot) AND code = 'release') "
        "SELECT c.id, r.appointment_id, sum(paid.cents), c.description, c.service_date, c.kind, c.code, "
        "coalesce(w.name, ''), r.patient_id FROM paid JOIN account r ON r.tenant = :tenant AND r.id = paid.ar "
        "JOIN charge c ON c.tenant = :tenant AND c.id = r.charge_id "
        "LEFT JOIN practitioner w ON w.tenant = c.tenant AND w.id = c.practitioner_id "
        "GROUP BY c.id, r.appointment_id, c.description, c.service_date, c.kind, c.code, w.name, r.patient_id "
        "HAVING sum(paid.cents) > 0 "
        f"UNION ALL SELECT '', a.appointment_id, {NET}, coalesce(nullif(v.title, ''), v.reason, ''), "
        "coalesce(v.service_date, ''), 'prepayment', '', coalesce(w.name, ''), a.patient_id FROM account a "
        "LEFT JOIN appointment v ON v.tenant = a.tenant AND v.id = a.appointment_id "
        "LEFT JOIN practitioner w ON w.tenant = a.tenant AND w.id = v.practitioner_id "
        f"WHERE a.tenant = :tenant AND a.payment_id = :payment AND a.code = 'CRE' AND {NET} > 0",
        {"tenant": tenant, "payment": payment_id},
    )
    return [AppliedRow(*row) for row in found]


def spent_with(connection: Any, tenant: str, payment_id: str) -> tuple[str, ...]:
    """The operations that spent credit of other payments in the same act as this one was taken."""
    found = connection.execute(
        "SELECT o.op_id FROM outbox o JOIN outbox mine ON mine.tenant = o.tenant AND mine.op_id = "
        "(SELECT collect_op_id FROM payment WHERE tenant = ? AND payment_id = ?) "
        "WHERE o.tenant = ? AND o.group_id = mine.group_id AND o.epoch = mine.epoch "
        "AND o.dseq BETWEEN mine.dseq AND mine.dseq + 64 AND json_extract(o.op, '$.kind') = 'payment.allocate' "
        "AND json_extract(o.op, '$.body.lot_payment_id') <> ? ORDER BY o.dseq",
        (tenant, payment_id, tenant, payment_id),
    )
    return tuple(str(row[0]) for row in found)


def spent_under(connection: Any, tenant: str, group: str) -> tuple[str, ...]:
    """The operations that spent credit under one sheet of Collect, among the desk's last thousand."""
    found = connection.execute(
        "SELECT o.op_id FROM outbox o JOIN stream t ON t.tenant = o.tenant AND o.epoch = t.epoch WHERE o.tenant = ? "
        "AND o.dseq > t.dseq - 1000 AND o.group_id = ? AND json_extract(o.op, '$.kind') = 'payment.allocate' "
        "ORDER BY o.dseq",
        (tenant, group),
    )
    return tuple(str(row[0]) for row in found)
