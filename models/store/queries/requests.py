"""What is asked of patients before money comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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


_REQUEST = (
    "SELECT request_id, patient_id, appointment_id, number, amount_cents, paid_cents, request_type, due_date, memo, "
    "status, payment_id, asked_at, actor FROM payment_request WHERE tenant = ?"
)


def request(connection: Any, tenant: str, request_id: str) -> RequestRow | None:
    """One request, or None."""
    row = connection.execute(f"{_REQUEST} AND request_id = ?", (tenant, request_id)).fetchone()
    return RequestRow(*row) if row else None
