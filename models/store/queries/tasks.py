"""Open tasks as a desk shows them: what they are about, what is still owed there, and what the act behind them said.

A task that tells of a visit that owes again is settled by whatever pays the visit: it is not listed once nothing is
owed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.store.queries import people
from models.store.queries.rows import NET, OTHERS, marks

DOUBTED = (
    "t.resolved_op_id = '' AND t.what LIKE 'doubted_%' AND NOT EXISTS (SELECT 1 FROM terminal_attempt k "
    "WHERE k.tenant = t.tenant AND k.attempt_id = t.task_id)"
)
"""Task `t` is another desk's word that it does not know how a try on its reader ended: own ones are in the journal."""
OWED = ("credit_used", "reopened", "taken_back")
"""Tasks about a charge that owes again: listed while it does."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """An open task. `op` is the operation that caused it (JSON, empty where it is not known here), `verdict` and
    `granted` what became of it; `owed_cents` what the charge owes now, `lies_cents` what of the payment is unallocated
    now; `corrected_cents` of the payment never were there."""

    task_id: str
    what: str
    patient_id: str
    payment_id: str
    charge_id: str
    appointment_id: str
    cents: int
    device: str
    actor: str
    opened_at: str
    cause_op_id: str
    charge: str
    service_date: str
    visit: str
    responsibility_cents: int
    owed_cents: int
    payment_cents: int
    tender: str
    taken_at: str
    taken_by: str
    taken_device: str
    lies_cents: int
    op: str
    verdict: str
    granted: int | None
    corrected_cents: int = 0


_OWED = f"coalesce((SELECT -({NET}) FROM account a WHERE a.tenant = t.tenant AND a.id = 'AR:' || t.charge_id), 0)"
_LIES = (
    f"coalesce((SELECT sum({NET}) FROM account a WHERE a.tenant = t.tenant AND t.payment_id <> '' AND "
    "a.payment_id = t.payment_id AND a.code IN ('CR', 'CRE')), 0)"
)
_LISTED = ", ".join(f"'{what}'" for what in OWED)
OPEN = (
    "t.tenant = ? AND t.resolved_op_id = '' AND t.what <> '' "
    f"AND (t.what NOT IN ({_LISTED}) OR t.charge_id = '' OR {_OWED} > 0) "
    f"AND (t.what NOT IN ('paid_over', 'insurer_paid') OR {_LIES} > 0) "
    f"AND (t.what NOT LIKE 'doubted_%' OR ({DOUBTED})) "
    "AND (t.what <> 'dispute_lost' OR EXISTS (SELECT 1 FROM dispute d WHERE d.tenant = t.tenant "
    "AND d.payment_id = t.payment_id AND d.outcome = ''))"
)
"""Somebody must look at task `t`; takes the practice."""
_CAUSE = (
    "coalesce((SELECT l.{0} FROM log l WHERE l.tenant = t.tenant AND l.op_id = t.cause_op_id), "
    "(SELECT o.{0} FROM outbox o WHERE o.tenant = t.tenant AND o.op_id = t.cause_op_id){1})"
)


_ROWS = (
    "SELECT t.task_id, t.what, t.patient_id, t.payment_id, t.charge_id, t.appointment_id, "
    "{cents}, t.device, t.actor, t.opened_at, t.cause_op_id, coalesce(c.description, ''), "
    "coalesce(c.service_date, v.service_date, ''), coalesce(v.title, ''), coalesce(c.responsibility_cents, 0), "
    f"{_OWED}, coalesce(y.amount_cents, 0), coalesce(y.tender, ''), coalesce(y.taken_at, ''), "
    f"coalesce(y.actor, ''), coalesce(y.device, ''), {_LIES}, {_CAUSE.format('op', ', ' + repr(''))}, "
    f"{_CAUSE.format('verdict', ', ' + repr(''))}, {_CAUSE.format('granted', '')}, "
    "coalesce((SELECT sum(r.amount_cents) FROM refund r WHERE r.tenant = y.tenant AND r.payment_id = y.payment_id "
    "AND r.kind = 'correction'), 0) "
    "FROM task t LEFT JOIN charge c ON c.tenant = t.tenant AND c.id = t.charge_id "
    "LEFT JOIN appointment v ON v.tenant = t.tenant AND v.id = t.appointment_id "
    "LEFT JOIN payment y ON y.tenant = t.tenant AND y.payment_id = t.payment_id AND t.payment_id <> '' WHERE "
)


def open_tasks(connection: Any, tenant: str) -> list[TaskRow]:
    """Every task somebody must look at, oldest first; `cents` is what is open of it."""
    query = _ROWS.replace("{cents}", "t.amount_cents - t.settled_cents")
    found = connection.execute(f"{query} {OPEN} ORDER BY t.opened_at, t.task_id", (tenant,))
    return [TaskRow(*row) for row in found]


def closed_task(connection: Any, tenant: str, task_id: str) -> TaskRow | None:
    """A task that nobody need look at any more, with all it was about; None where a desk saw it by itself."""
    query = _ROWS.replace("{cents}", "t.amount_cents")
    row = connection.execute(f"{query} t.tenant = ? AND t.task_id = ? AND t.what <> ''", (tenant, task_id)).fetchone()
    return TaskRow(*row) if row else None


_SAID = (
    "coalesce((SELECT l.op FROM log l WHERE l.tenant = t.tenant AND l.op_id = t.resolved_op_id), "
    "(SELECT o.op FROM outbox o WHERE o.tenant = t.tenant AND o.op_id = t.resolved_op_id), 'null')"
)
SETTLED_IN_CASH = (
    "SELECT s.task_id, s.how, s.receipt_no, s.patient_id, s.resolved_at, s.resolved_by, s.reason, "
    "json_extract(s.op, '$.body.amount_cents') AS cents, json_extract(s.op, '$.business_date') AS day, "
    "json_extract(s.op, '$.device') AS desk FROM (SELECT t.task_id, t.how, t.receipt_no, t.patient_id, "
    f"t.resolved_at, t.resolved_by, t.reason, {_SAID} AS op FROM task t WHERE t.tenant = :tenant AND "
    "t.receipt_no <> '') s WHERE json_extract(s.op, '$.body.amount_cents') > 0"
)
"""What was in question and was settled in cash under a receipt; takes :tenant."""


@dataclass(frozen=True, slots=True)
class SettledRow:
    """One of them: `how` is recovered or given_back, `day` the business day (ISO), `at` UTC text."""

    task_id: str
    how: str
    receipt_no: str
    patient_id: str
    at: str
    by: str
    reason: str
    cents: int
    day: str
    device: str


def settled_in_cash(connection: Any, tenant: str, task_id: str) -> SettledRow | None:
    """The receipt given for a task, or None."""
    query = f"SELECT * FROM ({SETTLED_IN_CASH}) WHERE task_id = :id"
    row = connection.execute(query, {"tenant": tenant, "id": task_id}).fetchone()
    return SettledRow(*row) if row else None


def task_patient(connection: Any, tenant: str, task_id: str) -> str:
    """Whose task it is; empty where that is not known."""
    query = "SELECT patient_id FROM task WHERE tenant = ? AND task_id = ?"
    row = connection.execute(query, (tenant, task_id)).fetchone()
    return str(row[0]) if row else ""


def task_of(connection: Any, tenant: str, task_id: str) -> tuple[str, str, int, str] | None:
    """(what, patient, cents still open, account) of a task that is not resolved, or None."""
    row = connection.execute(
        "SELECT what, patient_id, amount_cents - settled_cents, account_id FROM task "
        "WHERE tenant = ? AND task_id = ? AND resolved_op_id = ''",
        (tenant, task_id),
    ).fetchone()
    return (str(row[0]), str(row[1]), int(row[2]), str(row[3])) if row else None


def count(connection: Any, tenant: str) -> int:
    """How many tasks somebody must look at."""
    return int(connection.execute(f"SELECT count(*) FROM task t WHERE {OPEN}", (tenant,)).fetchone()[0])


def spent_last(connection: Any, tenant: str, payment_id: str, but_op_id: str) -> tuple[str, str] | None:
    """(device, moment) of who spent free credit of a payment last, as far as the log is known here."""
    row = connection.execute(
        "SELECT l.device, json_extract(l.op, '$.device_time') FROM transfer x JOIN log l ON l.tenant = x.tenant AND "
        "l.op_id = x.op_id WHERE x.tenant = ? AND x.debit = ? AND x.seq > 0 AND x.op_id <> ? "
        "ORDER BY x.seq DESC LIMIT 1",
        (tenant, f"CR:{payment_id}", but_op_id),
    ).fetchone()
    return (str(row[0]), str(row[1])) if row else None


def lowered_by(connection: Any, tenant: str, charge_id: str) -> tuple[str, str] | None:
    """(who, moment) of the newest word on what a charge is worth, as far as the log is known here."""
    row = connection.execute(
        "SELECT l.actor, json_extract(l.op, '$.device_time') FROM charge c JOIN log l ON l.tenant = c.tenant AND "
        "l.seq = c.seq WHERE c.tenant = ? AND c.id = ? AND c.seq > 0",
        (tenant, charge_id),
    ).fetchone()
    return (str(row[0]), str(row[1])) if row else None


def desk_no(connection: Any, tenant: str, device: str, since: str) -> str:
    """The number of a desk, from what it took since a day (ISO); empty where nothing tells."""
    row = connection.execute(
        "SELECT number FROM payment WHERE tenant = ? AND business_date >= ? AND device = ? AND number LIKE 'PAY-%' "
        "LIMIT 1",
        (tenant, since, device),
    ).fetchone()
    parts = str(row[0]).split("-") if row else []
    return parts[1] if len(parts) == 3 else ""


def open_dispute(connection: Any, tenant: str, payment_id: str) -> str:
    """The dispute about a payment of which nobody has said yet what becomes of it; empty where there is none."""
    row = connection.execute(
        "SELECT dispute_id FROM dispute WHERE tenant = ? AND payment_id = ? AND outcome = '' "
        "ORDER BY opened_at LIMIT 1",
        (tenant, payment_id),
    ).fetchone()
    return str(row[0]) if row else ""


def others_take(connection: Any, tenant: str, device: str, since: str) -> bool:
    """Has any desk but this one taken a payment since a day (ISO)?"""
    row = connection.execute(
        "SELECT 1 FROM payment WHERE tenant = ? AND business_date >= ? AND device <> ? AND number LIKE 'PAY-%' LIMIT 1",
        (tenant, since, device),
    ).fetchone()
    return row is not None


def other_credit(connection: Any, tenant: str, patient_id: str, but_payment_id: str) -> tuple[str, int] | None:
    """(payment, cents) of the largest free credit of a patient beside one payment, or None."""
    mine = people.records(connection, tenant, patient_id)
    row = connection.execute(
        f"SELECT a.payment_id, {NET} - {OTHERS} FROM account a WHERE a.tenant = ? "
        f"AND a.patient_id IN ({marks(len(mine))}) AND a.code = 'CR' "
        f"AND a.payment_id <> ? AND {NET} - {OTHERS} > 0 ORDER BY 2 DESC, 1 LIMIT 1",
        (tenant, *mine, but_payment_id),
    ).fetchone()
    return (str(row[0]), int(row[1])) if row else None
