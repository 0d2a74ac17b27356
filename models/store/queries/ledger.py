"""Accounts in lists: visits, payments and where their money lies, charges, what went back, and what happened.

Every question is asked for one patient or for all of a family at once: `patients` are all their records. Each row
says whose it is by the record that person goes by (H17).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from models.store.queries.people import person_of
from models.store.queries.refunds import RefundRow
from models.store.queries.rows import NET, VISIT_COLUMNS, VISIT_JOIN, VisitRow, marks


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A charge with all its figures; `owed_cents` is what is still open."""

    charge_id: str
    patient_id: str
    appointment_id: str
    service_date: str
    description: str
    code: str
    kind: str
    responsibility_cents: int
    owed_cents: int
    insurance_pending: int
    practitioner: str
    billed_cents: int
    allowed_cents: int
    insurance_paid_cents: int
    made_here: int = 0


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What a charge got from one payment (`CR`), or was let off (`DISC`, `WO`, without a payment). Cents are net."""

    charge_id: str
    code: str
    payment_id: str
    cents: int


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment as posted. Times are UTC text; `seq` 0: the hub has not confirmed it yet; `reversed_at` empty: it
    stands."""

    payment_id: str
    patient_id: str
    appointment_id: str
    number: str
    receipt_no: str
    taken_at: str
    business_date: str
    received_date: str
    tender: str
    payment_type: str
    method_id: str
    brand: str
    last4: str
    check_no: str
    trace_no: str
    memo: str
    practitioner: str
    amount_cents: int
    actor: str
    device: str
    seq: int
    reversed_at: str
    reversed_act: str
    reversal_receipt_no: str


@dataclass(frozen=True, slots=True)
class LotRow:
    """Money on account: `code` CR (free) or CRE (set aside for `appointment_id`) of a payment; RFU with negative cents
    for a refund made elsewhere."""

    account_id: str
    code: str
    patient_id: str
    payment_id: str
    appointment_id: str
    cents: int


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """Card money a bank took back; `outcome` empty while nothing is decided."""

    dispute_id: str
    payment_id: str
    amount_cents: int
    reason: str
    outcome: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement that was made."""

    statement_id: str
    patient_id: str
    number: str
    channel: str
    balance_cents: int
    unallocated_cents: int
    lines: str
    due_date: str
    issued_at: str
    actor: str
    seq: int


@dataclass(frozen=True, slots=True)
class LogRow:
    """One operation of an account's log; `op` is its envelope as JSON text, `seq` 0 when the hub has not got it."""

    seq: int
    kind: str
    device: str
    actor: str
    verdict: str
    granted: int | None
    op: str


def _columns(row: type[Any], alias: str, **instead: str) -> str:
    """The columns of a row class; whose something is, is said by the record that person goes by."""
    instead = {"patient_id": person_of(alias), **instead}
    return ", ".join(instead.get(field.name) or f"{alias}.{field.name}" for field in fields(row))


ITEM_COLUMNS = _columns(ItemRow, "c", charge_id="c.id", owed_cents=f"coalesce(-({NET}), 0)",
                 practitioner="coalesce(w.name, '')")  # fmt: skip
ITEM_FROM = (
    "charge c LEFT JOIN account a ON a.tenant = c.tenant AND a.id = 'AR:' || c.id "
    "LEFT JOIN practitioner w ON w.tenant = c.tenant AND w.id = c.practitioner_id"
)
_PAYMENT = _columns(PaymentRow, "y", practitioner="coalesce(w.name, '')")
_REFUND = _columns(RefundRow, "f")
_LOT = _columns(LotRow, "a", account_id="a.id", cents=NET)
_PAYMENT_JOIN = "LEFT JOIN practitioner w ON w.tenant = y.tenant AND w.id = y.practitioner_id"


def items(connection: Any, tenant: str, patients: Sequence[str]) -> list[ItemRow]:
    """Every charge, newest first; those a payer still decides about too, which owe nothing yet and have no account.
    One that was taken off altogether (nothing billed, nothing owed) is told by the log alone."""
    found = connection.execute(
        f"SELECT {ITEM_COLUMNS} FROM {ITEM_FROM} "
        f"WHERE c.tenant = ? AND c.patient_id IN ({marks(len(patients))}) AND (c.deleted_at = '' OR a.id IS NOT NULL) "
        f"AND (c.responsibility_cents > 0 OR c.billed_cents > 0 OR c.insurance_pending = 1 OR coalesce({NET}, 0) <> 0) "
        "ORDER BY c.service_date DESC, c.id",
        (tenant, *patients),
    )
    return [ItemRow(*row) for row in found]


def visits(connection: Any, tenant: str, patients: Sequence[str]) -> list[VisitRow]:
    """Every visit, newest first."""
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} "
        f"WHERE v.tenant = ? AND v.patient_id IN ({marks(len(patients))}) AND v.deleted_at = '' "
        "ORDER BY v.starts_at DESC",
        (tenant, *patients),
    )
    return [VisitRow(*row) for row in found]


def shares(connection: Any, tenant: str, patients: Sequence[str]) -> list[ShareRow]:
    """What the charges of these patients got, from whom, and what they were let off; rows of zero are left out."""
    mine = f"a.tenant = ? AND a.patient_id IN ({marks(len(patients))}) AND a.code = 'AR'"
    found = connection.execute(
        "SELECT charge_id, CASE code WHEN 'CRE' THEN 'CR' ELSE code END AS what, payment_id, sum(cents) FROM ("
        "SELECT a.charge_id, o.code, o.payment_id, t.amount_cents AS cents FROM account a "
        "JOIN transfer t ON t.tenant = a.tenant AND t.credit = a.id "
        f"JOIN account o ON o.tenant = t.tenant AND o.id = t.debit WHERE {mine} "
        "UNION ALL SELECT a.charge_id, o.code, o.payment_id, -t.amount_cents FROM account a "
        "JOIN transfer t ON t.tenant = a.tenant AND t.debit = a.id "
        f"JOIN account o ON o.tenant = t.tenant AND o.id = t.credit WHERE {mine}) "
        "WHERE code IN ('CR', 'CRE', 'DISC', 'WO') GROUP BY charge_id, what, payment_id HAVING sum(cents) <> 0",
        (tenant, *patients, tenant, *patients),
    )
    return [ShareRow(*row) for row in found]


def shares_elsewhere(connection: Any, tenant: str, patients: Sequence[str]) -> list[ShareRow]:
    """What payments of these patients paid to charges of others (of their family)."""
    inside = marks(len(patients))
    lots = (
        "FROM payment y JOIN account o ON o.tenant = y.tenant AND o.payment_id = y.payment_id "
        "AND o.code IN ('CR', 'CRE') JOIN transfer t ON t.tenant = o.tenant AND t.{lot} = o.id "
        "JOIN account a ON a.tenant = t.tenant AND a.id = t.{ar} AND a.code = 'AR' "
        f"WHERE y.tenant = ? AND y.patient_id IN ({inside}) AND a.patient_id NOT IN ({inside})"
    )
    found = connection.execute(
        "SELECT charge_id, 'CR', payment_id, sum(cents) FROM ("
        f"SELECT a.charge_id, y.payment_id, t.amount_cents AS cents {lots.format(lot='debit', ar='credit')} "
        f"UNION ALL SELECT a.charge_id, y.payment_id, -t.amount_cents {lots.format(lot='credit', ar='debit')}) "
        "GROUP BY charge_id, payment_id HAVING sum(cents) <> 0",
        (tenant, *patients, *patients, tenant, *patients, *patients),
    )
    return [ShareRow(*row) for row in found]


def items_of(connection: Any, tenant: str, charges: Sequence[str]) -> list[ItemRow]:
    """These charges, whosever they are."""
    found = connection.execute(
        f"SELECT {ITEM_COLUMNS} FROM {ITEM_FROM} WHERE c.tenant = ? AND c.id IN ({marks(len(charges))})",
        (tenant, *charges),
    )
    return [ItemRow(*row) for row in found]


def visits_of(connection: Any, tenant: str, appointments: Sequence[str]) -> list[VisitRow]:
    """These visits, whosever they are."""
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} "
        f"WHERE v.tenant = ? AND v.id IN ({marks(len(appointments))})",
        (tenant, *appointments),
    )
    return [VisitRow(*row) for row in found]


def lots(connection: Any, tenant: str, patients: Sequence[str]) -> list[LotRow]:
    """Money on the accounts of these patients, and refunds made elsewhere that still wait."""
    found = connection.execute(
        f"SELECT {_LOT} FROM account a WHERE a.tenant = ? AND a.patient_id IN ({marks(len(patients))}) "
        f"AND a.code IN ('CR', 'CRE', 'RFU') AND {NET} <> 0 ORDER BY a.id",
        (tenant, *patients),
    )
    return [LotRow(*row) for row in found]


def lots_elsewhere(connection: Any, tenant: str, patients: Sequence[str]) -> list[LotRow]:
    """What payments of these patients set aside for visits of others (of their family)."""
    inside = marks(len(patients))
    found = connection.execute(
        f"SELECT {_LOT} FROM payment y JOIN account a ON a.tenant = y.tenant AND a.payment_id = y.payment_id "
        f"AND a.code = 'CRE' WHERE y.tenant = ? AND y.patient_id IN ({inside}) AND a.patient_id NOT IN ({inside}) "
        f"AND {NET} <> 0",
        (tenant, *patients, *patients),
    )
    return [LotRow(*row) for row in found]


def payments(connection: Any, tenant: str, patients: Sequence[str], also: Sequence[str] = ()) -> list[PaymentRow]:
    """Every payment of these patients and those named in `also`, newest first."""
    named = f"OR y.payment_id IN ({marks(len(also))}) " if also else ""
    found = connection.execute(
        f"SELECT {_PAYMENT} FROM payment y {_PAYMENT_JOIN} "
        f"WHERE y.tenant = ? AND (y.patient_id IN ({marks(len(patients))}) {named}) "
        "ORDER BY y.taken_at DESC, y.payment_id DESC",
        (tenant, *patients, *also),
    )
    return [PaymentRow(*row) for row in found]


def refunds(connection: Any, tenant: str, patients: Sequence[str], also: Sequence[str] = ()) -> list[RefundRow]:
    """Everything given back to these patients or out of the payments `also`, newest first."""
    named = f"OR f.payment_id IN ({marks(len(also))}) " if also else ""
    found = connection.execute(
        f"SELECT {_REFUND} FROM refund f WHERE f.tenant = ? AND (f.patient_id IN ({marks(len(patients))}) {named}) "
        "ORDER BY f.requested_at DESC, f.refund_id DESC",
        (tenant, *patients, *also),
    )
    return [RefundRow(*row) for row in found]


def disputes(connection: Any, tenant: str, patients: Sequence[str]) -> list[DisputeRow]:
    """Every dispute about payments of these patients."""
    found = connection.execute(
        f"SELECT {_columns(DisputeRow, 'd')} FROM dispute d "
        f"WHERE d.tenant = ? AND d.patient_id IN ({marks(len(patients))})",
        (tenant, *patients),
    )
    return [DisputeRow(*row) for row in found]


def dispute(connection: Any, tenant: str, dispute_id: str) -> DisputeRow | None:
    """One dispute, or None."""
    row = connection.execute(
        f"SELECT {_columns(DisputeRow, 'd')} FROM dispute d WHERE d.tenant = ? AND d.dispute_id = ?",
        (tenant, dispute_id),
    ).fetchone()
    return DisputeRow(*row) if row else None


def statements(connection: Any, tenant: str, patients: Sequence[str]) -> list[StatementRow]:
    """Every statement made for these patients, newest first."""
    found = connection.execute(
        f"SELECT {_columns(StatementRow, 's')} FROM statement s "
        f"WHERE s.tenant = ? AND s.patient_id IN ({marks(len(patients))}) ORDER BY s.issued_at DESC, s.statement_id",
        (tenant, *patients),
    )
    return [StatementRow(*row) for row in found]


def statement(connection: Any, tenant: str, statement_id: str) -> StatementRow | None:
    """One statement, or None."""
    row = connection.execute(
        f"SELECT {_columns(StatementRow, 's')} FROM statement s WHERE s.tenant = ? AND s.statement_id = ?",
        (tenant, statement_id),
    ).fetchone()
    return StatementRow(*row) if row else None


_QUIET = (
    "'hold.ask', 'hold.granted', 'hold.freed', 'hold.returned', 'hold.expired', 'task.opened', 'task.settled', "
    "'patient.follows'"
)
"""What happens behind an account and changes nothing on it; tasks are told in Needs attention."""


def log(connection: Any, tenant: str, patients: Sequence[str], limit: int) -> list[LogRow]:
    """The newest acts on these accounts: what this desk has not got back yet first, then the log."""
    inside = marks(len(patients))
    pending = connection.execute(
        "SELECT 0, json_extract(op, '$.kind'), json_extract(op, '$.device'), json_extract(op, '$.actor'), verdict, "
        "granted, op FROM outbox WHERE tenant = ? AND returned_at = '' "
        f"AND json_extract(op, '$.patient') IN ({inside}) AND json_extract(op, '$.kind') NOT IN ({_QUIET}) "
        "ORDER BY epoch DESC, dseq DESC LIMIT ?",
        (tenant, *patients, limit),
    ).fetchall()
    confirmed = connection.execute(
        "SELECT seq, kind, device, actor, verdict, granted, op FROM log "
        f"WHERE tenant = ? AND patient IN ({inside}) AND kind NOT IN ({_QUIET}) ORDER BY seq DESC LIMIT ?",
        (tenant, *patients, limit),
    ).fetchall()
    return [LogRow(*row) for row in [*pending, *confirmed][:limit]]


def log_of_others(connection: Any, tenant: str, patients: Sequence[str], limit: int) -> list[LogRow]:
    """The newest acts named after somebody else that moved money on these accounts: the guarantor's, a dependent's."""
    inside = marks(len(patients))
    touched = (
        "SELECT t.op_id FROM account a JOIN transfer t ON t.tenant = a.tenant AND {side} = a.id "
        f"WHERE a.tenant = ? AND a.patient_id IN ({inside}) AND a.code IN ('AR', 'CRE')"
    )
    both = f"{touched.format(side='t.debit')} UNION {touched.format(side='t.credit')}"
    ours = (tenant, *patients, tenant, *patients)
    pending = connection.execute(
        "SELECT 0, json_extract(op, '$.kind'), json_extract(op, '$.device'), json_extract(op, '$.actor'), verdict, "
        "granted, op FROM outbox WHERE tenant = ? AND returned_at = '' "
        f"AND json_extract(op, '$.patient') NOT IN ({inside}) AND op_id IN ({both}) "
        "ORDER BY epoch DESC, dseq DESC LIMIT ?",
        (tenant, *patients, *ours, limit),
    ).fetchall()
    confirmed = connection.execute(
        "SELECT seq, kind, device, actor, verdict, granted, op FROM log "
        f"WHERE tenant = ? AND patient NOT IN ({inside}) AND op_id IN ({both}) ORDER BY seq DESC LIMIT ?",
        (tenant, *patients, *ours, limit),
    ).fetchall()
    return [LogRow(*row) for row in [*pending, *confirmed][:limit]]


def log_about(connection: Any, tenant: str, patients: Sequence[str], payment_id: str, ids: Sequence[str],
              limit: int) -> list[LogRow]:  # fmt: skip
    """The newest acts that touched one payment: those on these accounts that name one of `ids` (the payment, what was
    asked, its refunds, its disputes), and whatever moved its money on any account."""
    names = " OR ".join("instr(op, ?)" for _ in ids)
    lots = (
        "SELECT t.op_id FROM account a JOIN transfer t ON t.tenant = a.tenant AND {side} = a.id "
        "WHERE a.tenant = ? AND a.payment_id = ? AND a.payment_id <> ''"
    )
    moved = f"{lots.format(side='t.debit')} UNION {lots.format(side='t.credit')}"
    quoted = [f'"{each}"' for each in ids]  # whole names, no parts of words
    values = (*patients, *quoted, tenant, payment_id, tenant, payment_id, limit)
    inside = marks(len(patients))
    pending = connection.execute(
        "SELECT 0, json_extract(op, '$.kind'), json_extract(op, '$.device'), json_extract(op, '$.actor'), verdict, "
        "granted, op FROM outbox WHERE tenant = ? AND returned_at = '' "
        f"AND ((json_extract(op, '$.patient') IN ({inside}) AND ({names})) OR op_id IN ({moved})) "
        f"AND json_extract(op, '$.kind') NOT IN ({_QUIET}) ORDER BY epoch DESC, dseq DESC LIMIT ?",
        (tenant, *values),
    ).fetchall()
    confirmed = connection.execute(
        "SELECT seq, kind, device, actor, verdict, granted, op FROM log WHERE tenant = ? AND seq IN ("
        f"SELECT seq FROM log WHERE tenant = ? AND patient IN ({inside}) AND ({names}) "
        f"UNION SELECT seq FROM log WHERE tenant = ? AND op_id IN ({moved})) "
        f"AND kind NOT IN ({_QUIET}) ORDER BY seq DESC LIMIT ?",
        (tenant, tenant, *patients, *quoted, tenant, tenant, payment_id, tenant, payment_id, limit),
    ).fetchall()
    return [LogRow(*row) for row in [*pending, *confirmed][:limit]]


def undone(connection: Any, tenant: str, op_ids: Sequence[str]) -> set[str]:
    """Which of these acts were taken back."""
    if not op_ids:
        return set()
    found = connection.execute(
        f"SELECT DISTINCT reverses_op FROM transfer WHERE tenant = ? AND reverses_op IN ({marks(len(op_ids))})",
        (tenant, *op_ids),
    )
    return {str(row[0]) for row in found}
