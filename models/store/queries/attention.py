"""What a person must look at: card payments in doubt, prints nobody is sure of, operations the hub did not take as they
were, and copays taken at two desks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from models.store.queries import holding, messages, refunds, tasks, visits

FALLEN_DAYS = 31
"""Visits that fell out are listed for so long."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """An own operation with a verdict that somebody should know of; `op` is its envelope as JSON text."""

    op_id: str
    verdict: str
    granted: int | None
    reason: str
    op: str
    acknowledged_at: str


@dataclass(frozen=True, slots=True)
class DoubleRow:
    """Two payments of one visit and amount at two desks."""

    payment_id: str
    other_id: str
    patient_id: str
    amount_cents: int
    taken_at: str
    other_taken_at: str
    device: str
    other_device: str
    appointment_id: str


_SEEN = (
    "NOT EXISTS (SELECT 1 FROM task k WHERE k.tenant = {table}.tenant AND k.task_id = {key} AND k.resolved_op_id <> '')"
    " AND NOT EXISTS (SELECT 1 FROM meta m WHERE m.tenant = {table}.tenant AND m.key = 'seen:' || {key})"
)
"""Nobody said a word on it; versions before tasks kept such a word at the desk."""
LISTED = (
    "o.verdict NOT IN ('', 'accepted', 'duplicate') "
    "AND o.reason NOT IN ('known_already', 'same_place') "
    "AND json_extract(o.op, '$.kind') NOT LIKE 'hold.%' "
    "AND NOT EXISTS (SELECT 1 FROM task c WHERE c.tenant = o.tenant AND c.cause_op_id = o.op_id) "
    f"AND {_SEEN.format(table='o', key='o.op_id')}"
)
"""An own operation `o` of the outbox that is listed until somebody closes it."""
_REFUSED = f"FROM outbox o WHERE o.tenant = ? AND {LISTED}"
_UNSURE = "FROM print_job j WHERE j.tenant = ? AND j.state = 'unknown' AND j.reason <> 'receipt.handed_over'"
_DOUBLE = (
    "FROM payment y JOIN payment z ON z.tenant = y.tenant AND z.appointment_id = y.appointment_id "
    "AND z.amount_cents = y.amount_cents AND z.device <> y.device "
    "AND (z.taken_at, z.payment_id) > (y.taken_at, y.payment_id) "
    "AND z.patient_id = y.patient_id AND +z.business_date = y.business_date AND z.reversed_op_id = '' "
    "WHERE y.tenant = ? AND y.business_date = ? AND y.appointment_id <> '' AND y.reversed_op_id = '' "
    f"AND {_SEEN.format(table='y', key='y.payment_id')}"
)
"""The second of a pair is looked for among the patient's payments, not among the day's: hence the `+`."""


_NOT_A_TASK = (
    "AND NOT EXISTS (SELECT 1 FROM task k WHERE k.tenant = y.tenant AND k.what = 'paid_over' "
    "AND k.resolved_op_id = '' AND k.payment_id IN (y.payment_id, z.payment_id))"
)
"""A pair with a task about the same money is counted with the tasks."""


def refused(connection: Any, tenant: str) -> list[RefusedRow]:
    """Own operations that were reduced, refused, excepted or set aside, and that nobody has closed, newest first."""
    found = connection.execute(
        f"SELECT o.op_id, o.verdict, o.granted, o.reason, o.op, o.acknowledged_at {_REFUSED} ORDER BY o.epoch, o.dseq",
        (tenant,),
    )
    return [RefusedRow(*row) for row in found]


def judged(connection: Any, tenant: str, op_id: str) -> RefusedRow | None:
    """An own operation with what the hub said of it, or None."""
    row = connection.execute(
        "SELECT op_id, verdict, granted, reason, op, acknowledged_at FROM outbox WHERE tenant = ? AND op_id = ? "
        "AND verdict <> ''", (tenant, op_id),
    ).fetchone()  # fmt: skip
    return RefusedRow(*row) if row else None


def doubles(connection: Any, tenant: str, day: str) -> list[DoubleRow]:
    """Pairs of payments of a day for the same visit and amount at different desks, the earlier one first."""
    found = connection.execute(
        "SELECT y.payment_id, z.payment_id, y.patient_id, y.amount_cents, y.taken_at, z.taken_at, y.device, z.device, "
        f"y.appointment_id {_DOUBLE} ORDER BY y.taken_at",
        (tenant, day),
    )
    return [DoubleRow(*row) for row in found]


def count(connection: Any, tenant: str, day: str, device: str) -> int:
    """How many things need somebody at a desk; doubles may be fewer once the time between them is looked at."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM terminal_attempt WHERE tenant = ? AND state <> 'resolved') + "
        "(SELECT count(*) FROM terminal_attempt WHERE tenant = ? AND signing IN ('wanted', 'left') AND signing = "
        "'left') + "
        f"(SELECT count(*) {_REFUSED}) + (SELECT count(*) {_UNSURE}) + (SELECT count(*) {_DOUBLE} {_NOT_A_TASK})",
        (tenant, tenant, tenant, tenant, tenant, day),
    ).fetchone()
    waiting = len(refunds.unfinished(connection, tenant, device))
    unsent = messages.count_failed(connection, tenant)
    held = len(holding.in_the_way(connection, tenant, device))
    fallen = visits.count_fallen(connection, tenant, fallen_since(day))
    return int(row[0]) + waiting + unsent + fallen + tasks.count(connection, tenant) + held


def fallen_since(day: str) -> str:
    """From which day on (ISO) visits that fell out are looked at, on a business day: what waits for an older one has
    long become credit, or was never meant to wait."""
    return (date.fromisoformat(day) - timedelta(days=FALLEN_DAYS)).isoformat()
