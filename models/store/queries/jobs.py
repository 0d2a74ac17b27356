"""What this desk asked of its devices: print jobs and card attempts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class JobRow:
    """A print job; `document` is JSON text, `reason` a message key or empty."""

    job_id: str
    kind: str
    payment_id: str
    document: str
    state: str
    copies_no: int
    reason: str
    created_at: str


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """A try to move money on a card reader; `request` and `result` are JSON text."""

    attempt_id: str
    terminal_ref: str
    driver: str
    amount_cents: int
    patient_id: str
    appointment_id: str
    request: str
    state: str
    outcome: str
    result: str
    created_at: str
    updated_at: str
    void_of_payment_id: str
    payment_id: str
    refund_id: str
    signing: str


_JOB = "SELECT job_id, kind, payment_id, document, state, copies_no, reason, created_at FROM print_job WHERE tenant = ?"
_ATTEMPT = (
    "SELECT attempt_id, terminal_ref, driver, amount_cents, patient_id, appointment_id, request, state, outcome, "
    "result, created_at, updated_at, void_of_payment_id, payment_id, refund_id, signing "
    "FROM terminal_attempt WHERE tenant = ?"
)


def job(connection: Any, tenant: str, job_id: str) -> JobRow | None:
    """One print job, or None."""
    row = connection.execute(f"{_JOB} AND job_id = ?", (tenant, job_id)).fetchone()
    return JobRow(*row) if row else None


def jobs_in(connection: Any, tenant: str, state: str) -> list[JobRow]:
    """Jobs in a state other than printed, in the order they were made: drawer pulses before paper."""
    found = connection.execute(
        f"{_JOB} AND state = ? AND state <> 'printed' ORDER BY kind <> 'drawer', created_at, rowid", (tenant, state)
    )
    return [JobRow(*row) for row in found]


def prints_in_doubt(connection: Any, tenant: str) -> list[JobRow]:
    """Jobs nobody is sure of, oldest first. What a print queue passed on is none of them: it never says more."""
    found = connection.execute(
        f"{_JOB} AND state = 'unknown' AND state <> 'printed' AND reason <> 'receipt.handed_over' "
        "ORDER BY kind <> 'drawer', created_at, rowid", (tenant,)
    )  # fmt: skip
    return [JobRow(*row) for row in found]


def jobs_of_payment(connection: Any, tenant: str, payment_id: str) -> list[JobRow]:
    """Receipts and copies of a payment, oldest first."""
    found = connection.execute(f"{_JOB} AND payment_id = ? ORDER BY created_at, rowid", (tenant, payment_id))
    return [JobRow(*row) for row in found]


def attempt(connection: Any, tenant: str, attempt_id: str) -> AttemptRow | None:
    """One card attempt, or None."""
    row = connection.execute(f"{_ATTEMPT} AND attempt_id = ?", (tenant, attempt_id)).fetchone()
    return AttemptRow(*row) if row else None


def last_sale_tried(connection: Any, tenant: str, patient_id: str, since: str) -> AttemptRow | None:
    """The latest try to take money for a patient by card, of those begun at `since` (UTC text) or later."""
    row = connection.execute(
        f"{_ATTEMPT} AND created_at >= ? AND patient_id = ? AND void_of_payment_id = '' AND refund_id = '' "
        "ORDER BY created_at DESC, rowid DESC LIMIT 1",
        (tenant, since, patient_id),
    ).fetchone()
    return AttemptRow(*row) if row else None


def unresolved(connection: Any, tenant: str) -> list[AttemptRow]:
    """Card attempts without an outcome, oldest first: those that run now, and those whose outcome is not known."""
    found = connection.execute(f"{_ATTEMPT} AND state <> 'resolved' ORDER BY created_at", (tenant,))
    return [AttemptRow(*row) for row in found]


def unknown(connection: Any, tenant: str) -> list[AttemptRow]:
    """Card attempts that have ended without a known outcome, oldest first."""
    found = connection.execute(f"{_ATTEMPT} AND state = 'unknown' ORDER BY created_at", (tenant,))
    return [AttemptRow(*row) for row in found]


def to_be_signed(connection: Any, tenant: str, where: str) -> list[AttemptRow]:
    """Card payments whose signature is `wanted` now, or was `left` undone, oldest first."""
    found = connection.execute(
        f"{_ATTEMPT} AND signing IN ('wanted', 'left') AND signing = ? ORDER BY created_at", (tenant, where)
    )
    return [AttemptRow(*row) for row in found]


def in_doubt(connection: Any, tenant: str) -> int:
    """How many card attempts have ended without a known outcome."""
    row = connection.execute(
        "SELECT count(*) FROM terminal_attempt WHERE tenant = ? AND state = 'unknown'", (tenant,)
    ).fetchone()
    return int(row[0])
