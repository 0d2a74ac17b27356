"""What the stories of visits ask: a visit with where it stands, a series, what lies on a visit, what was taken off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.operations import records
from models.store.queries.recorded import one, where
from models.store.queries.rows import NET, STATUS


@dataclass(frozen=True, slots=True)
class Standing:
    """A visit as its record says, and where it and its bill stand: what a desk said last, else what its source says."""

    visit: records.Appointment
    status: str
    billing: str = ""


@dataclass(frozen=True, slots=True)
class FallenRow:
    """A visit nobody comes to any more, with the cents that wait for it; `payment_id` is the payment whose money it is
    (the first, where there are `payments` of them)."""

    appointment_id: str
    patient_id: str
    title: str
    starts_at: str
    status: str
    cents: int
    payment_id: str
    payments: int


def standing(connection: Any, tenant: str, appointment_id: str) -> Standing | None:
    """One visit, or None."""
    visit = one(connection, tenant, records.Appointment, appointment_id)
    if visit is None:
        return None
    said = connection.execute(
        "SELECT desk_status, desk_billing FROM appointment WHERE tenant = ? AND id = ?", (tenant, appointment_id)
    ).fetchone()
    return Standing(visit, said[0] or visit.status, said[1] or visit.billing_status)


def of_series(connection: Any, tenant: str, patient_id: str, series_id: str, from_key: str = "") -> list[Standing]:
    """The visits of a series in the order they were first planned, from `from_key` on."""
    found = where(
        connection, records.Appointment,
        "tenant = ? AND patient_id = ? AND series_id = ? AND instance_key >= ? AND deleted_at = '' "
        "ORDER BY instance_key", tenant, patient_id, series_id, from_key,
    )  # fmt: skip
    said = dict(connection.execute(
        "SELECT id, desk_status FROM appointment WHERE tenant = ? AND patient_id = ? AND series_id = ?",
        (tenant, patient_id, series_id),
    ).fetchall())  # fmt: skip
    return [Standing(visit, said[visit.id] or visit.status) for visit in found]


def taken_times(connection: Any, tenant: str, patient_id: str, days: tuple[str, ...]) -> set[str]:
    """When (UTC text) a patient has visits on these days that are not cancelled."""
    found = connection.execute(
        f"SELECT v.starts_at FROM appointment v WHERE v.tenant = ? AND v.patient_id = ? AND v.deleted_at = '' "
        f"AND v.service_date IN ({', '.join('?' * len(days))}) AND {STATUS} <> 'cancelled'",
        (tenant, patient_id, *days),
    )
    return {str(row[0]) for row in found}


def charges(connection: Any, tenant: str, appointment_id: str) -> list[records.Charge]:
    """The charges of a visit as records, fees among them."""
    return where(connection, records.Charge, "tenant = ? AND appointment_id = ? AND deleted_at = '' ORDER BY id",
                 tenant, appointment_id)  # fmt: skip


def was_taken_off(connection: Any, tenant: str, charge_id: str) -> int:
    """The cents by which the responsibility for a charge was lowered last, 0 when it was raised since."""
    row = connection.execute(
        "SELECT CASE WHEN credit = ? THEN amount_cents ELSE 0 END FROM transfer WHERE tenant = ? "
        "AND (credit = ? OR debit = ?) AND code IN ('charge', 'responsibility') "
        "ORDER BY seq = 0 DESC, seq DESC, pending_no DESC, n DESC LIMIT 1",
        (f"AR:{charge_id}", tenant, f"AR:{charge_id}", f"AR:{charge_id}"),
    ).fetchone()
    return int(row[0]) if row else 0


_FALLEN = (
    "FROM appointment v INDEXED BY ix_appointment_tenant_service_date_part "
    "CROSS JOIN account a ON a.tenant = v.tenant AND a.appointment_id = v.id AND a.code = 'CRE' "
    f"WHERE v.tenant = ? AND v.service_date >= ? AND {STATUS} IN ('cancelled', 'no_show') AND v.deleted_at = '' "
    f"AND {NET} - a.held > 0"
)
"""By the index of visits that fell out, in this order: all others, and all other money, are never looked at."""


def fallen(connection: Any, tenant: str, since: str) -> list[FallenRow]:
    """Visits from a day (ISO) on that were cancelled or missed and have money waiting, the oldest visit first."""
    found = connection.execute(
        "SELECT v.id, v.patient_id, CASE v.title WHEN '' THEN v.reason ELSE v.title END, v.starts_at, "
        f"{STATUS}, sum({NET} - a.held), min(a.payment_id), count(DISTINCT a.payment_id) {_FALLEN} "
        "GROUP BY v.id ORDER BY v.starts_at, v.id",
        (tenant, since),
    )
    return [FallenRow(*row) for row in found]


def count_fallen(connection: Any, tenant: str, since: str) -> int:
    """How many visits `fallen` names."""
    row = connection.execute(f"SELECT count(DISTINCT v.id) {_FALLEN}", (tenant, since)).fetchone()
    return int(row[0])


def lots_waiting(connection: Any, tenant: str, appointment_id: str) -> list[tuple[str, int]]:
    """(payment, cents) of the money set aside for a visit that may be moved."""
    found = connection.execute(
        f"SELECT a.payment_id, {NET} - a.held FROM account a WHERE a.tenant = ? AND a.appointment_id = ? "
        f"AND a.code = 'CRE' AND {NET} - a.held > 0 ORDER BY a.payment_id",
        (tenant, appointment_id),
    )
    return [(str(row[0]), int(row[1])) for row in found]
