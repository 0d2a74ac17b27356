"""The day: its visits, and what each patient owes and has on account, in a handful of questions for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.rules.billing import NO_INSURANCE
from models.store.queries import people
from models.store.queries.rows import (
    CHARGE_COLUMNS,
    CHARGE_JOIN,
    NET,
    PATIENT_COLUMNS,
    PATIENT_WIDTH,
    STATUS,
    VISIT_COLUMNS,
    VISIT_JOIN,
    ChargeRow,
    LotRow,
    PatientRow,
    VisitRow,
    marks,
)
from models.store.queries.tasks import DOUBTED

_OF_DAY = "appointment v WHERE v.tenant = ? AND v.service_date = ? AND v.deleted_at = ''"
_PERSON_OF_DAY = f"SELECT {people.person_of('v')}"
_PATIENTS_OF_DAY = (
    f"{_PERSON_OF_DAY} FROM {_OF_DAY} UNION ALL SELECT r.patient_id FROM alias r WHERE r.tenant = ? "
    f"AND r.survivor_id <> '' AND r.survivor_id IN ({_PERSON_OF_DAY} FROM {_OF_DAY})"
)
"""Every record of who comes that day."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """One visit of the day with its patient, what the patient's plan asks at the desk, and when a payer last said
    something of the plan (UTC text; empty: never; None: no plan is known)."""

    visit: VisitRow
    patient: PatientRow
    plan_copay_cents: int | None
    plan_asked_at: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What was collected on a day at every desk, without what was taken back or went back that day."""

    payments: int
    cents: int


_NONE = ", ".join(f"'{name}'" for name in NO_INSURANCE)
_INSURANCE = f"lower(k.payer) NOT IN ({_NONE}) AND lower(k.plan) NOT IN ({_NONE})"


def visits(connection: Any, tenant: str, day: str) -> list[DayRow]:
    """The visits of a day in order of time; cancelled ones too."""
    plan = (
        "(SELECT k.copay_cents FROM coverage k WHERE k.tenant = v.tenant AND k.patient_id = v.patient_id "
        "AND k.status = 'active' AND k.deleted_at = '' ORDER BY k.\"order\", k.id LIMIT 1)"
    )
    asked = (
        "(SELECT max(k.checked_at, coalesce((SELECT max(e.checked_at) FROM eligibility_check e WHERE "
        "e.tenant = v.tenant AND e.patient_id = v.patient_id AND e.state <> 'rejected'), '')) FROM coverage k "
        f"WHERE k.tenant = v.tenant AND k.patient_id = v.patient_id AND k.deleted_at = '' AND {_INSURANCE} "
        "ORDER BY k.status <> 'active', k.\"order\", k.id LIMIT 1)"
    )
    found = connection.execute(
        f"SELECT {PATIENT_COLUMNS}, {VISIT_COLUMNS}, {plan}, {asked} FROM appointment v "
        "JOIN patient p ON p.tenant = v.tenant AND p.id = v.patient_id "
        f"{VISIT_JOIN} WHERE v.tenant = ? AND v.service_date = ? AND v.deleted_at = '' ORDER BY v.starts_at, v.id",
        (tenant, day),
    )
    return [
        DayRow(VisitRow(*row[PATIENT_WIDTH:-2]), PatientRow(*row[:PATIENT_WIDTH]), *row[-2:]) for row in found
    ]  # fmt: skip


def charges(connection: Any, tenant: str, day: str) -> list[ChargeRow]:
    """Of the day's patients: every charge still owed, and every charge of the day's own visits."""
    found = connection.execute(
        f"SELECT {CHARGE_COLUMNS} FROM account a {CHARGE_JOIN} WHERE a.tenant = ? AND a.code = 'AR' "
        f"AND a.patient_id IN ({_PATIENTS_OF_DAY}) AND ({NET} < 0 OR c.service_date = ?)",
        (tenant, tenant, day, tenant, tenant, day, day),
    )
    return [ChargeRow(*row) for row in found]


def lots(connection: Any, tenant: str, day: str) -> list[LotRow]:
    """Money on account of the day's patients; what other programs gave back and nobody netted yet is negative."""
    found = connection.execute(
        f"SELECT {people.person_of('a')}, a.payment_id, a.appointment_id, {NET} FROM account a WHERE a.tenant = ? "
        f"AND a.code IN ('CR', 'CRE', 'RFU') AND a.patient_id IN ({_PATIENTS_OF_DAY}) AND {NET} <> 0",
        (tenant, tenant, day, tenant, tenant, day),
    )
    return [LotRow(*row) for row in found]


def in_doubt(connection: Any, tenant: str) -> dict[str, int]:
    """Cents of card attempts whose outcome is not known, here or at another desk, by appointment (or patient where
    there is none)."""
    found = connection.execute(
        "SELECT CASE appointment_id WHEN '' THEN patient_id ELSE appointment_id END, sum(amount_cents) FROM ("
        "SELECT appointment_id, patient_id, amount_cents FROM terminal_attempt WHERE tenant = ? AND state = 'unknown' "
        f"UNION ALL SELECT appointment_id, patient_id, amount_cents FROM task t WHERE t.tenant = ? AND {DOUBTED}) "
        "GROUP BY 1",
        (tenant, tenant),
    )
    return {str(name): int(cents) for name, cents in found}


def not_collecting(connection: Any, tenant: str, day: str) -> set[str]:
    """Visits of the day for which somebody said why nothing is collected."""
    found = connection.execute(
        "SELECT appointment_id FROM not_collecting WHERE tenant = ? AND business_date = ?", (tenant, day)
    )
    return {str(row[0]) for row in found}


def taken(connection: Any, tenant: str, day: str) -> Taken:
    """What was collected on a day, less what was refunded and what had been entered too high. Money that only moved on
    account is no part of it (S0-41)."""
    row = connection.execute(
        "SELECT count(*), coalesce(sum(amount_cents), 0) FROM payment "
        "WHERE tenant = ? AND business_date = ? AND reversed_op_id = '' AND tender <> 'external'",
        (tenant, day),
    ).fetchone()
    back = connection.execute(  # asked for that day or up to a month before
        "SELECT coalesce(sum(amount_cents), 0) FROM refund WHERE tenant = ? "
        "AND business_date BETWEEN date(?, '-31 days') AND ? AND settled_business_date = ? AND state = 'paid' "
        "AND kind IN ('refund', 'correction') AND tender <> 'external'",
        (tenant, day, day, day),
    ).fetchone()
    return Taken(int(row[0]), int(row[1]) - int(back[0]))


def last_paid(connection: Any, tenant: str, patient_id: str) -> tuple[int, str, str, str, str] | None:
    """(cents, when, tender, brand, last four) of a patient's newest payment that stands."""
    mine = people.records(connection, tenant, patient_id)
    row = connection.execute(
        f"SELECT amount_cents, taken_at, tender, brand, last4 FROM payment WHERE tenant = ? "
        f"AND patient_id IN ({marks(len(mine))}) AND reversed_op_id = '' ORDER BY taken_at DESC LIMIT 1",
        (tenant, *mine),
    ).fetchone()
    return tuple(row) if row else None


def visits_of(connection: Any, tenant: str, patient_id: str, day: str) -> list[VisitRow]:
    """A person's visits of one day, in order of time."""
    mine = people.records(connection, tenant, patient_id)
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} WHERE v.tenant = ? "
        f"AND v.patient_id IN ({marks(len(mine))}) AND v.service_date = ? AND v.deleted_at = '' ORDER BY v.starts_at",
        (tenant, *mine, day),
    )
    return [VisitRow(*row) for row in found]


def waiting(connection: Any, tenant: str, day: str, limit: int) -> list[VisitRow]:
    """The first visits of a day whose patient is in the house, arrived before checked in, each in order of time."""
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} WHERE v.tenant = ? AND v.service_date = ? "
        f"AND v.deleted_at = '' AND {STATUS} IN ('arrived', 'checked_in') "
        f"ORDER BY {STATUS} = 'checked_in', v.starts_at LIMIT ?",
        (tenant, day, limit),
    )
    return [VisitRow(*row) for row in found]
