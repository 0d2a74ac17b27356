"""The claims feed: visits of a span of days with what was billed, allowed, paid by insurance and owed, and the money on
account beside them."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from models.store.queries import people
from models.store.queries.ledger import ITEM_COLUMNS, ITEM_FROM, ItemRow
from models.store.queries.rows import (
    NET,
    PATIENT_COLUMNS,
    PATIENT_WIDTH,
    VISIT_COLUMNS,
    VISIT_JOIN,
    VISIT_WIDTH,
    PatientRow,
    VisitRow,
)  # fmt: skip

_BILLING = "CASE v.desk_billing WHEN '' THEN v.billing_status ELSE v.desk_billing END"
"""Where the bill of a visit is: what a desk said last, else what its source says."""


@dataclass(frozen=True, slots=True)
class ClaimVisit:
    """A visit, whose it is, and what is said of its bill. `practitioner_id` empty: nobody is named."""

    visit: VisitRow
    patient: PatientRow
    practitioner_id: str
    payment_profile: str
    billing_said: str


@dataclass(frozen=True, slots=True)
class ClaimSums:
    """The charges of a visit added up; `owed_cents` is what of the patient's part is still open."""

    items: int = 0
    billed_cents: int = 0
    allowed_cents: int = 0
    insurance_paid_cents: int = 0
    responsibility_cents: int = 0
    owed_cents: int = 0
    insurance_pending: int = 0


def visits(connection: Any, tenant: str, first: str, last: str) -> list[ClaimVisit]:
    """The visits of these days (ISO, both included), newest first."""
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS}, {PATIENT_COLUMNS}, v.practitioner_id, v.payment_profile, {_BILLING} "
        f"FROM appointment v {VISIT_JOIN} JOIN patient p ON p.tenant = v.tenant AND p.id = v.patient_id "
        "WHERE v.tenant = ? AND v.service_date BETWEEN ? AND ? AND v.deleted_at = '' "
        "ORDER BY v.service_date DESC, v.starts_at DESC, v.id",
        (tenant, first, last),
    )
    rest = VISIT_WIDTH + PATIENT_WIDTH
    return [
        ClaimVisit(VisitRow(*row[:VISIT_WIDTH]), PatientRow(*row[VISIT_WIDTH:rest]), *row[rest:]) for row in found
    ]  # fmt: skip


def sums(connection: Any, tenant: str, first: str, last: str) -> dict[str, ClaimSums]:
    """The charges of the visits of these days, by visit."""
    found = connection.execute(
        "SELECT c.appointment_id, count(*), sum(c.billed_cents), sum(c.allowed_cents), sum(c.insurance_paid_cents), "
        f"sum(c.responsibility_cents), coalesce(sum(-({NET})), 0), max(c.insurance_pending) FROM appointment v "
        "JOIN charge c ON c.tenant = v.tenant AND c.appointment_id = v.id AND c.deleted_at = '' "
        "LEFT JOIN account a ON a.tenant = c.tenant AND a.id = 'AR:' || c.id "
        "WHERE v.tenant = ? AND v.service_date BETWEEN ? AND ? GROUP BY c.appointment_id",
        (tenant, first, last),
    )
    return {row[0]: ClaimSums(*row[1:]) for row in found}


def prepaid(connection: Any, tenant: str, first: str, last: str) -> dict[str, int]:
    """Cents set aside for the visits of these days, by visit."""
    found = connection.execute(
        f"SELECT a.appointment_id, sum({NET}) FROM appointment v JOIN account a ON a.tenant = v.tenant "
        "AND a.appointment_id = v.id AND a.code = 'CRE' WHERE v.tenant = ? AND v.service_date BETWEEN ? AND ? "
        f"GROUP BY a.appointment_id HAVING sum({NET}) > 0",
        (tenant, first, last),
    )
    return {str(row[0]): int(row[1]) for row in found}


def credit(connection: Any, tenant: str, patients: Collection[str]) -> dict[str, int]:
    """Free credit of these people, less refunds made elsewhere that wait, by the record they go by; nobody without
    any."""
    found = connection.execute(
        f"SELECT {people.person_of('a')} AS person, sum({NET}) FROM account a WHERE a.tenant = ? AND a.patient_id IN "
        f"(SELECT value FROM json_each(?)) AND a.code IN ('CR', 'RFU') GROUP BY person HAVING sum({NET}) > 0",
        (tenant, json.dumps(people.records_of_all(connection, tenant, sorted(patients)))),
    )
    return {str(row[0]): int(row[1]) for row in found}


def items(connection: Any, tenant: str, appointments: Collection[str]) -> list[ItemRow]:
    """The charges of these visits, in the order they were listed."""
    found = connection.execute(
        f"SELECT {ITEM_COLUMNS} FROM {ITEM_FROM} "
        "WHERE c.tenant = ? AND c.appointment_id IN (SELECT value FROM json_each(?)) AND c.deleted_at = '' "
        "ORDER BY c.service_date, c.id",
        (tenant, json.dumps(sorted(appointments))),
    )
    return [ItemRow(*row) for row in found]


def practitioners(connection: Any, tenant: str) -> list[tuple[str, str]]:
    """(id, name) of everybody who sees patients, by name."""
    found = connection.execute(
        "SELECT id, name FROM practitioner WHERE tenant = ? AND deleted_at = '' ORDER BY name, id", (tenant,)
    )
    return [(str(row[0]), str(row[1])) for row in found]
