"""Invariants of what lies beside the ledger: drawers, journals of devices, receipts, verdicts (I12, I17, I22, I23 of
the sync-ledger specification, section 7). Run by `models.store.invariants`.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.store.session import Session

_DRAWERS = (
    "SELECT c.close_id, c.kept_cents, coalesce((SELECT sum(CASE WHEN t.debit = 'CASH:' || c.drawer THEN t.amount_cents "
    "ELSE -t.amount_cents END) FROM transfer t WHERE t.tenant = c.tenant AND t.seq > 0 AND t.seq <= c.seq AND "
    "(t.debit = 'CASH:' || c.drawer OR t.credit = 'CASH:' || c.drawer)), 0) AS booked "
    "FROM day_close c WHERE c.tenant = :tenant AND c.seq > 0"
)


def drawers_hold_what_was_kept(session: Session, tenant: str) -> Iterator[str]:
    """I12: after every confirmed close the books say of the drawer what was left in it."""
    for close_id, kept, booked in session.rows(f"SELECT * FROM ({_DRAWERS}) d WHERE kept_cents <> booked",
                                               tenant=tenant):  # fmt: skip
        yield f"{close_id}: {kept} was left in the drawer, the books say {booked}"


def no_try_is_left_hanging(session: Session, tenant: str, before: str) -> Iterator[str]:
    """I17: what was sent to a reader or printer before `before` (UTC text) has ended, or is known to be in doubt."""
    for attempt_id, state in session.rows(
        "SELECT attempt_id, state FROM terminal_attempt WHERE tenant = :tenant AND state = 'dispatching' AND "
        "updated_at < :before",
        tenant=tenant, before=before,
    ):  # fmt: skip
        yield f"{attempt_id}: card attempt still {state}"
    for job_id, kind in session.rows(
        "SELECT job_id, kind FROM print_job WHERE tenant = :tenant AND state = 'sending' AND updated_at < :before",
        tenant=tenant, before=before,
    ):  # fmt: skip
        yield f"{job_id}: {kind} still being sent"


_NUMBERS = (
    "SELECT receipt_no AS no, payment_id AS id, device FROM payment WHERE tenant = :tenant AND receipt_no <> '' "
    "UNION ALL SELECT reversal_receipt_no, reversal_id, device FROM payment WHERE tenant = :tenant AND "
    "reversal_receipt_no <> '' UNION ALL "
    "SELECT receipt_no, refund_id, device FROM refund WHERE tenant = :tenant AND receipt_no <> '' AND kind = 'refund' "
    "UNION ALL SELECT receipt_no, resolved_op_id, substr(resolved_op_id, 1, 0) FROM task WHERE tenant = :tenant AND "
    "receipt_no <> ''"
)


def receipt_numbers_are_unique(session: Session, tenant: str) -> Iterator[str]:
    """I22, on desk and hub: no two receipts share a number. A computer that ran twice may have printed one twice; its
    desk has begun another epoch since, and its numbers with it."""
    found = session.rows(
        f"SELECT no, count(*) FROM ({_NUMBERS}) n WHERE device NOT IN (SELECT device FROM log WHERE tenant = :tenant "
        "GROUP BY device HAVING max(epoch) > 1) GROUP BY no HAVING count(DISTINCT id) > 1",
        tenant=tenant,
    )
    yield from (f"{no}: on {count} receipts" for no, count in found)


def receipts_have_their_fact(session: Session, tenant: str) -> Iterator[str]:
    """I22, on a desk: whatever was printed as a receipt stands in the books, or the hub keeps it apart, or in question,
    until somebody looks."""
    for job_id, source in session.rows(
        "SELECT job_id, payment_id FROM print_job j WHERE tenant = :tenant AND kind = 'receipt' AND payment_id <> '' "
        "AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.tenant = j.tenant AND p.payment_id = j.payment_id) "
        "AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.tenant = j.tenant AND r.refund_id = j.payment_id) "
        "AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.tenant = j.tenant AND p.reversal_id = j.payment_id) "
        "AND NOT EXISTS (SELECT 1 FROM task k WHERE k.tenant = j.tenant AND k.task_id = j.payment_id) "
        "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.tenant = j.tenant AND o.verdict IN ('quarantined', 'excepted') "
        "AND instr(o.op, j.payment_id) > 0)",
        tenant=tenant,
    ):  # fmt: skip
        yield f"{job_id}: a receipt of {source}, which is not in the books"


_GUARDS = {
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        {"log_no_update", "log_no_delete", "transfer_no_update", "transfer_no_delete"},
    ),
    "postgresql": ("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'", {"log_no_change", "transfer_no_change"}),
}


def history_is_guarded(session: Session, _tenant: str) -> Iterator[str]:
    """I23: the database itself refuses to change a row of the log or a confirmed transfer."""
    query, wanted = _GUARDS[session.dialect]
    missing = wanted - {str(row[0]) for row in session.rows(query)}
    yield from (f"{name} is missing: history could be changed" for name in sorted(missing))


def verdicts_stand(session: Session, tenant: str) -> Iterator[str]:
    """I23, on a desk: what the hub answered is what its log says, and the log cannot be changed in place."""
    for op_id, answered, logged in session.rows(
        "SELECT o.op_id, o.verdict, l.verdict FROM outbox o JOIN log l ON l.tenant = o.tenant AND l.op_id = o.op_id "
        "WHERE o.tenant = :tenant AND o.body_hash = l.body_hash AND o.verdict <> '' AND o.verdict <> l.verdict",
        tenant=tenant,
    ):  # fmt: skip
        yield f"{op_id}: answered {answered}, logged {logged}"
