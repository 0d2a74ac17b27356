"""Rows that several questions share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.rules.billing import names_an_insurance
from models.store.queries import people

TAKEN_BACK = (
    "coalesce((SELECT sum(CASE WHEN t.credit LIKE 'CR%' THEN -t.amount_cents ELSE t.amount_cents END) FROM transfer t "
    "WHERE t.tenant = p.tenant AND t.op_id = p.reversed_op_id AND t.code = 'reverse'), 0)"
)
"""Cents that went out when payment `p` was taken back: its amount, less what was corrected before and change."""

NET = "a.credits + a.pending_credits - a.debits - a.pending_debits"
"""What lies in a lot (held money aside); negated: what a receivable still shows."""
OTHERS = (
    "CASE WHEN a.held > 0 THEN (SELECT coalesce(sum(h.granted_cents - h.used_cents - h.returned_cents), 0) FROM hold h "
    "WHERE h.tenant = a.tenant AND h.account_id = a.id AND h.used_cents + h.returned_cents < h.granted_cents "
    "AND h.device <> coalesce((SELECT json_extract(m.value, '$.device_id') FROM meta m WHERE m.tenant = '' "
    "AND m.key = 'identity'), '')) ELSE 0 END"
)
"""What of a lot other desks hold; only where it is held at all is it looked up."""
OPEN = "a.guard <> '' AND a.debits + a.pending_debits <> a.credits + a.pending_credits"
"""Receivables still owed and lots not yet spent: the few accounts of a patient that say something now."""
STATUS = "CASE v.desk_status WHEN '' THEN v.status ELSE v.desk_status END"
"""Where a visit stands: what a desk said last, else what its source says."""


@dataclass(frozen=True, slots=True)
class PatientRow:
    """Who somebody is. `merged_with`: what the record is called that the person goes by, where it is another one."""

    id: str
    family: str
    given: str
    suffix: str
    birth_date: str
    mrn: str
    phone: str
    email: str
    receipt_by: str
    merged_with: str = ""


_MERGED_WITH = (
    "coalesce((SELECT trim(s.given || ' ' || s.family) FROM alias l JOIN patient s ON s.tenant = l.tenant "
    "AND s.id = l.survivor_id WHERE l.tenant = p.tenant AND l.patient_id = p.id AND l.survivor_id <> ''), '')"
)
"""What the record is called that the person goes by, where it is another one."""
PATIENT_COLUMNS = (
    f"p.id, p.family, p.given, p.suffix, p.birth_date, p.mrn, p.phone, p.email, p.receipt_by, {_MERGED_WITH}"
)
PATIENT_WIDTH = 10


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit: whose (the record that person goes by), when (UTC text), what, whom to, how it stands; `copay_cents`
    None where not known, 0 where the patient pays everything (payment profile Cash): nobody asks a copay then."""

    id: str
    patient_id: str
    starts_at: str
    service_date: str
    title: str
    practitioner: str
    status: str
    copay_cents: int | None


VISIT_COLUMNS = (
    f"v.id, {people.person_of('v')}, v.starts_at, v.service_date, CASE v.title WHEN '' THEN v.reason ELSE v.title END, "
    f"coalesce(w.name, ''), {STATUS}, CASE v.payment_profile WHEN 'cash' THEN 0 ELSE v.copay_cents END"
)
VISIT_JOIN = "LEFT JOIN practitioner w ON w.tenant = v.tenant AND w.id = v.practitioner_id"
VISIT_WIDTH = 8


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A charge with what is still owed on it, and where its visit stands. `paid_cents` is what payments put there;
    `plan_id`: the payment plan it is on."""

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
    allowed_cents: int
    visit_status: str = ""
    plan_id: str = ""

    @property
    def payable(self) -> bool:
        """May money go there? Not to a visit that will not be, but for its fees."""
        return self.kind == "fee" or self.visit_status != "cancelled"

    @property
    def paid_cents(self) -> int:
        return self.responsibility_cents - self.owed_cents


CHARGE_COLUMNS = (
    f"c.id, {people.person_of('c')}, a.appointment_id, c.service_date, c.description, c.code, c.kind, "
    "c.responsibility_cents, "
    f"-({NET}), c.insurance_pending, coalesce(w.name, ''), c.allowed_cents, "
    "coalesce(CASE cv.desk_status WHEN '' THEN cv.status ELSE cv.desk_status END, ''), c.plan_id"
)
CHARGE_JOIN = (
    "JOIN charge c ON c.tenant = a.tenant AND c.id = a.charge_id "
    "LEFT JOIN practitioner w ON w.tenant = c.tenant AND w.id = c.practitioner_id "
    "LEFT JOIN appointment cv ON cv.tenant = a.tenant AND cv.id = a.appointment_id"
)


@dataclass(frozen=True, slots=True)
class LotRow:
    """Money of one payment that may still be spent: free (no appointment) or earmarked to one."""

    patient_id: str
    payment_id: str
    appointment_id: str
    cents: int


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """An insurance of a patient."""

    patient_id: str
    payer: str
    plan: str
    status: str
    copay_cents: int | None
    checked_at: str

    @property
    def covers(self) -> bool:
        """Is it in force, and an insurance at all?"""
        return self.status == "active" and names_an_insurance(self.payer, self.plan)


def patient(connection: Any, tenant: str, patient_id: str) -> PatientRow | None:
    """One patient by the very record, or None."""
    row = connection.execute(
        f"SELECT {PATIENT_COLUMNS} FROM patient p WHERE p.tenant = ? AND p.id = ? AND p.deleted_at = ''",
        (tenant, patient_id),
    ).fetchone()
    return PatientRow(*row) if row else None


def person(connection: Any, tenant: str, patient_id: str) -> PatientRow | None:
    """Who a record is of, by the record they go by; or None."""
    return patient(connection, tenant, people.survivor(connection, tenant, patient_id))


def visit(connection: Any, tenant: str, appointment_id: str) -> VisitRow | None:
    """One visit, or None."""
    row = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} WHERE v.tenant = ? AND v.id = ? AND v.deleted_at = ''",
        (tenant, appointment_id),
    ).fetchone()
    return VisitRow(*row) if row else None


def coverage(connection: Any, tenant: str, patient_id: str) -> CoverageRow | None:
    """The insurance of a person asked first: active before inactive, that of the record they go by first, then by
    order."""
    mine = people.records(connection, tenant, patient_id)
    row = connection.execute(
        "SELECT patient_id, payer, plan, status, copay_cents, checked_at FROM coverage "
        f"WHERE tenant = ? AND patient_id IN ({marks(len(mine))}) AND deleted_at = '' "
        "ORDER BY status <> 'active', patient_id <> ?, \"order\", id LIMIT 1",
        (tenant, *mine, mine[0]),
    ).fetchone()
    return CoverageRow(*row) if row else None


def marks(count: int) -> str:
    """`?, ?, ?` for an IN list."""
    return ", ".join("?" * count)
