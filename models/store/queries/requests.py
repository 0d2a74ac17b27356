"""What is asked of patients before money comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.rules.payment_status import AWAITED
from models.store.queries.rows import marks

_AWAITED = ", ".join(f"'{status.value}'" for status in sorted(AWAITED))


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as it stands; see `tables.payments.payment_request`."""

    request_id: str
    patient_id: str
    appointment_id: str
    number: str
    amount_cents: int
    paid_cents: int
    request_type: str
    due_date: str
    memo: str
    status: str
    payment_id: str
    asked_at: str
    actor: str
    reason: str
    changed_at: str


_REQUEST = (
    "SELECT request_id, patient_id, appointment_id, number, amount_cents, paid_cents, request_type, due_date, memo, "
    "status, payment_id, asked_at, actor, reason, changed_at FROM payment_request WHERE tenant = ?"
)


def request(connection: Any, tenant: str, request_id: str) -> RequestRow | None:
    """One request, or None."""
    row = connection.execute(f"{_REQUEST} AND request_id = ?", (tenant, request_id)).fetchone()
    return RequestRow(*row) if row else None


def of_payment(connection: Any, tenant: str, payment_id: str) -> RequestRow | None:
    """The request that a payment brought all of, and is one with: the one it names before others; None without one."""
    row = connection.execute(
        f"{_REQUEST} AND payment_id = ? ORDER BY request_id = coalesce((SELECT p.request_id FROM payment p "
        "WHERE p.tenant = payment_request.tenant AND p.payment_id = payment_request.payment_id), '') DESC, request_id "
        "LIMIT 1",
        (tenant, payment_id),
    ).fetchone()
    return RequestRow(*row) if row else None


def overdue(connection: Any, tenant: str, patients: Sequence[str], today: str) -> dict[str, int]:
    """By treatment of these people (every record of theirs): cents asked for it that are still open past their due
    date (S2-15). `today` is a day (ISO)."""
    found = connection.execute(
        "SELECT appointment_id, sum(amount_cents - paid_cents) FROM payment_request WHERE tenant = ? "
        f"AND patient_id IN ({marks(len(patients))}) AND appointment_id <> '' AND status IN ({_AWAITED}) "
        "AND due_date <> '' AND due_date < ? GROUP BY appointment_id",
        (tenant, *patients, today),
    )
    return {str(visit): int(cents) for visit, cents in found}


def overdue_at(connection: Any, tenant: str, day: str, today: str) -> dict[str, int]:
    """The same of every treatment of a day (ISO)."""
    found = connection.execute(
        "SELECT q.appointment_id, sum(q.amount_cents - q.paid_cents) FROM appointment v JOIN payment_request q "
        f"ON q.tenant = v.tenant AND q.appointment_id = v.id AND q.appointment_id <> '' AND q.status IN ({_AWAITED}) "
        "WHERE v.tenant = ? AND v.service_date = ? AND v.deleted_at = '' AND q.due_date <> '' AND q.due_date < ? "
        "GROUP BY q.appointment_id",
        (tenant, day, today),
    )
    return {str(visit): int(cents) for visit, cents in found}
