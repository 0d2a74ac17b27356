"""What needed a person and does not any more: tasks, a person's word on what a desk saw by itself, card payments that
were in doubt; and what this desk did that the hub has not answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.store.queries.tasks import OPEN

PASSED = "passed"
"""`how` of a task nobody resolved and that is true no more: the visit was paid, the credit was used."""


@dataclass(frozen=True, slots=True)
class SolvedRow:
    """One item. `source` is task or card; `how` one of RESOLUTIONS, `settled` or PASSED for a task, the outcome for a
    card; `by` a staff id, empty where nobody had to; `at` UTC text (of a passed one when it came up)."""

    source: str
    item_id: str
    how: str
    reason: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An own operation without the hub's answer. `op` is its envelope as JSON text; `attempted_at` is empty while it
    was never sent."""

    op_id: str
    op: str
    created_at: str
    attempted_at: str


_NOT_OWN = (
    "NOT (t.what LIKE 'doubted_%' AND EXISTS (SELECT 1 FROM terminal_attempt k WHERE k.tenant = t.tenant "
    "AND k.attempt_id = t.task_id))"
)
"""What a desk did not know itself is told by its journal."""
_TASKS = (
    "SELECT 'task', t.task_id, t.how, t.reason, t.resolved_at, t.resolved_by FROM task t "
    f"WHERE t.tenant = ? AND t.resolved_op_id <> '' AND t.resolved_at >= ? AND {_NOT_OWN}"
)
_PASSED = (
    f"SELECT 'task', t.task_id, '{PASSED}', '', t.opened_at, '' FROM task t WHERE t.tenant = ? AND "
    f"t.resolved_op_id = '' AND t.what <> '' AND t.opened_at >= ? AND {_NOT_OWN} AND NOT ({OPEN})"
)
_CARDS = (
    "SELECT 'card', a.attempt_id, a.outcome, a.resolved_reason, a.updated_at, a.resolved_by FROM terminal_attempt a "
    "WHERE a.tenant = ? AND a.state = 'resolved' AND a.created_at >= ? "
    "AND (a.resolved_by <> '' OR json_extract(a.result, '$.asked') > 0)"
)
_ALL = f"{_TASKS} UNION ALL {_PASSED} UNION ALL {_CARDS}"
_WAITING = "FROM outbox WHERE tenant = ? AND returned_at = '' AND acknowledged_at = ''"


def solved(connection: Any, tenant: str, since: str, first: int, limit: int) -> list[SolvedRow]:
    """What was solved since a moment (UTC text), newest first, from the `first`-th (from 0) on."""
    values = (tenant, since, tenant, since, tenant, tenant, since, limit, first)
    found = connection.execute(f"{_ALL} ORDER BY 5 DESC, 2 LIMIT ? OFFSET ?", values)
    return [SolvedRow(*row) for row in found]


def count_solved(connection: Any, tenant: str, since: str) -> int:
    """How many were solved since a moment (UTC text)."""
    values = (tenant, since, tenant, since, tenant, tenant, since)
    return int(connection.execute(f"SELECT count(*) FROM ({_ALL})", values).fetchone()[0])


def waiting(connection: Any, tenant: str, first: int, limit: int) -> list[WaitingRow]:
    """What the hub has not answered, in the order in which it goes out, from the `first`-th (from 0) on."""
    found = connection.execute(
        f"SELECT op_id, op, created_at, attempted_at {_WAITING} ORDER BY epoch, dseq LIMIT ? OFFSET ?",
        (tenant, limit, first),
    )
    return [WaitingRow(*row) for row in found]


def count_waiting(connection: Any, tenant: str) -> int:
    """How many of them."""
    return int(connection.execute(f"SELECT count(*) {_WAITING}", (tenant,)).fetchone()[0])
