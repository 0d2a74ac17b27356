"""What moving money needs to know: open line items and visits of a family, payments by id, and how accounts stand."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from models.ledger.judging import GONE
from models.store.queries import people
from models.store.queries.rows import NET, STATUS, VISIT_COLUMNS, VISIT_JOIN, VisitRow, marks


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A line item on which something is owed, with its visit: `status` where the visit stands (empty without one),
    `practitioner_id` whose it is, its visit's where it names none."""

    charge_id: str
    patient_id: str
    appointment_id: str
    service_date: str
    description: str
    code: str
    kind: str
    owes_cents: int
    practitioner_id: str
    status: str
    visit_title: str


def may_be_paid(row: OpenRow) -> bool:
    """Does its visit stand, or is it the practice's own fee?"""
    return row.kind == "fee" or row.status not in GONE


@dataclass(frozen=True, slots=True)
class PaymentName:
    """A payment as people call it. `taken_at` is UTC text, `method` the name of the practice's own way to pay."""

    payment_id: str
    patient_id: str
    number: str
    taken_at: str
    tender: str
    brand: str
    last4: str
    check_no: str
    method_id: str = ""
    method: str = ""
    trace_no: str = ""


_OPEN = (
    f"SELECT c.id, {people.person_of('a')}, a.appointment_id, c.service_date, c.description, c.code, c.kind, "
    f"-({NET}), CASE c.practitioner_id WHEN '' THEN coalesce(v.practitioner_id, '') ELSE c.practitioner_id END, "
    f"coalesce({STATUS}, ''), coalesce(CASE v.title WHEN '' THEN v.reason ELSE v.title END, '') "
    "FROM account a JOIN charge c ON c.tenant = a.tenant AND c.id = a.charge_id "
    "LEFT JOIN appointment v ON v.tenant = a.tenant AND v.id = a.appointment_id AND a.appointment_id <> '' "
    "WHERE a.tenant = ? AND a.code = 'AR' AND "
)


def open_items(connection: Any, tenant: str, patients: Sequence[str]) -> list[OpenRow]:
    """Every line item of these people on which something is owed, oldest first."""
    mine = people.records_of_all(connection, tenant, patients)
    found = connection.execute(
        f"{_OPEN} a.patient_id IN ({marks(len(mine))}) AND {NET} < 0 ORDER BY c.service_date, c.id",
        (tenant, *mine),
    )
    return [OpenRow(*row) for row in found]


def item(connection: Any, tenant: str, charge_id: str) -> OpenRow | None:
    """One line item, paid or not."""
    row = connection.execute(f"{_OPEN} a.id = ?", (tenant, f"AR:{charge_id}")).fetchone()
    return OpenRow(*row) if row else None


def visits_without_charges(connection: Any, tenant: str, patients: Sequence[str], since: str) -> list[VisitRow]:
    """Visits of these people from the ISO day `since` on that have no charge and are not cancelled, or lie ahead of
    their charges' day: where money can wait. Soonest first."""
    mine = people.records_of_all(connection, tenant, patients)
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} WHERE v.tenant = ? AND v.deleted_at = '' "
        f"AND v.patient_id IN ({marks(len(mine))}) AND v.service_date >= ? AND {STATUS} <> 'cancelled' "
        "AND NOT EXISTS (SELECT 1 FROM charge c WHERE c.tenant = v.tenant AND c.appointment_id = v.id "
        "AND c.deleted_at = '') ORDER BY v.starts_at",
        (tenant, *mine, since),
    )
    return [VisitRow(*row) for row in found]


def visits_by_id(connection: Any, tenant: str, ids: Collection[str]) -> dict[str, VisitRow]:
    """Visits by id; those not known are left out."""
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} "
        f"WHERE v.tenant = ? AND v.id IN ({marks(len(ids))}) AND v.deleted_at = ''",
        (tenant, *ids),
    )
    return {str(row[0]): VisitRow(*row) for row in found}


def payments_by_id(connection: Any, tenant: str, ids: Collection[str]) -> dict[str, PaymentName]:
    """Payments as people call them, by id."""
    found = connection.execute(
        f"SELECT y.payment_id, {people.person_of('y')}, y.number, y.taken_at, y.tender, y.brand, y.last4, y.check_no, "
        "y.method_id, coalesce(m.name, ''), y.trace_no FROM payment y LEFT JOIN method m ON m.tenant = y.tenant AND "
        f"m.id = y.method_id WHERE y.tenant = ? AND y.payment_id IN ({marks(len(ids))})",
        (tenant, *ids),
    )
    return {str(row[0]): PaymentName(*row) for row in found}


def opted_in(connection: Any, tenant: str) -> frozenset[str]:
    """The ids of practitioners who let credit go to their visits by rule."""
    found = connection.execute(
        "SELECT id FROM practitioner WHERE tenant = ? AND auto_allocate = 1 AND deleted_at = ''", (tenant,)
    )
    return frozenset(str(row[0]) for row in found)


def credit_and_refunds(connection: Any, tenant: str, patient_id: str) -> tuple[int, int]:
    """A patient's free credit, and what went back in other programs and is not netted yet, in cents."""
    mine = people.records(connection, tenant, patient_id)
    row = connection.execute(
        f"SELECT coalesce(sum(CASE a.code WHEN 'CR' THEN {NET} ELSE 0 END), 0), "
        f"coalesce(sum(CASE a.code WHEN 'RFU' THEN -({NET}) ELSE 0 END), 0) FROM account a "
        f"WHERE a.tenant = ? AND a.patient_id IN ({marks(len(mine))}) AND a.code IN ('CR', 'RFU')",
        (tenant, *mine),
    ).fetchone()
    return int(row[0]), int(row[1])


def nets(connection: Any, tenant: str, account_ids: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """(account id, credits less debits in cents) of accounts, by id; those nothing ever came to are zero."""
    ids = sorted(set(account_ids))
    found = connection.execute(
        f"SELECT a.id, {NET} FROM account a WHERE a.tenant = ? AND a.id IN (SELECT value FROM json_each(?))",
        (tenant, json.dumps(ids)),
    )
    known = {str(row[0]): int(row[1]) for row in found}
    return tuple((account_id, known.get(account_id, 0)) for account_id in ids)


def done_under(connection: Any, tenant: str, group: str, since: str) -> bool:
    """Did this desk make an act of this name? `since` is an id made before it: ids grow with time, so that only what
    came after it is looked through."""
    moment = since[:13]
    row = connection.execute(
        "SELECT 1 FROM outbox WHERE tenant = ? AND op_id >= ? AND group_id = ? LIMIT 1", (tenant, moment, group)
    ).fetchone()
    return row is not None


@dataclass(frozen=True, slots=True)
class ActRow:
    """One operation on a patient's account that stands, as a person made it. `body` is its JSON."""

    op_id: str
    kind: str
    group: str
    actor: str
    business_date: str
    body: dict[str, Any]


_OP = (
    "json_extract(op, '$.group'), json_extract(op, '$.actor'), json_extract(op, '$.business_date'), "
    "json_extract(op, '$.body')"
)


def acts(connection: Any, tenant: str, patient_id: str, limit: int) -> list[ActRow]:
    """The newest operations on a patient's account that were not refused, newest first: what this desk has not got back
    from the hub yet, then the log."""
    stands = "verdict NOT IN ('rejected', 'quarantined')"
    mine = people.records(connection, tenant, patient_id)
    inside = marks(len(mine))
    waiting = connection.execute(
        f"SELECT op_id, json_extract(op, '$.kind'), {_OP} FROM outbox WHERE tenant = ? AND returned_at = '' "
        f"AND json_extract(op, '$.patient') IN ({inside}) AND reason = '' AND {stands} "
        "ORDER BY epoch DESC, dseq DESC LIMIT ?",
        (tenant, *mine, limit),
    ).fetchall()
    logged = connection.execute(
        f"SELECT op_id, kind, {_OP} FROM log WHERE tenant = ? AND patient IN ({inside}) AND {stands} "
        "ORDER BY seq DESC LIMIT ?",
        (tenant, *mine, limit),
    ).fetchall()
    return [ActRow(*[*row[:5], json.loads(row[5])]) for row in [*waiting, *logged][:limit]]
