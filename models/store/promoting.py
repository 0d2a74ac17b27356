"""The short way of taking a page: when it brings back nothing but this desk's own oldest operations, judged as they
were judged here, their pending rows become confirmed ones and nothing needs to be replayed.

That is every page while one desk works alone, and every page of an import; its cost does not grow with what waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.ledger.states import Verdict
from models.operations.operation import Operation
from models.operations.protocol import LogEntry
from models.store.layers import log_row
from models.store.projection import POSTED, REFUSED, project
from models.store.session import Session
from models.store.sheet import Sheet
from models.tables.log import log

_OWN = (
    "SELECT op_id, body_hash, reason FROM outbox WHERE tenant = :tenant AND returned_at = '' ORDER BY epoch, dseq "
    "LIMIT :most"
)
_PENDING = (
    "SELECT op_id, debit, credit, amount_cents, code, reverses_op, reverses_n FROM transfer WHERE tenant = :tenant "
    "AND seq = 0 AND op_id IN (:ids) ORDER BY op_id, n"
)
_USES_HOLDS = "SELECT 1 FROM hold WHERE tenant = :tenant AND seq = 0 LIMIT 1"
_CONFIRM = "UPDATE transfer SET seq = ?, pending_no = 0 WHERE tenant = ? AND op_id = ? AND seq = 0"
_SHIFT = (
    "UPDATE account SET debits = debits + ?, pending_debits = pending_debits - ?, credits = credits + ?, "
    "pending_credits = pending_credits - ? WHERE tenant = ? AND id = ?"
)


HOLDS = frozenset({"hold.granted", "hold.freed"})


def can_promote(session: Session, tenant: str, device: str, entries: Sequence[LogEntry]) -> bool:
    """Are these exactly the desk's oldest waiting operations, with what followed from them, judged alike?"""
    own = [entry for entry in entries if entry.op["device"] == device]
    waiting = session.rows(_OWN, tenant=tenant, most=len(own))
    if not own or [(e.op["op_id"], e.op["body_hash"]) for e in own] != [(row[0], row[1]) for row in waiting]:
        return False
    if session.rows(_USES_HOLDS, tenant=tenant):  # what ends a hold is logged before what used it: on a page before
        return False
    refused_here = {row[0] for row in waiting if row[2]}
    causes = {entry.op["op_id"] for entry in own}
    if not all(_judged_alike(entry, device, causes, refused_here) for entry in entries):
        return False
    posted: dict[str, list[list[Any]]] = {}
    for op_id, *transfer in session.rows(_PENDING, tenant=tenant, ids=[entry.op["op_id"] for entry in entries]):
        posted.setdefault(op_id, []).append(transfer)
    return all(posted.get(entry.op["op_id"], []) == entry.transfers for entry in entries)


def _judged_alike(entry: LogEntry, device: str, causes: set[str], refused_here: set[str]) -> bool:
    if entry.op["kind"] in HOLDS:  # what waits was judged before it was known what is held
        return False
    if entry.op["device"] != device:  # what money followed from an own operation was derived here too; news was not
        followed = entry.op["class"] == "derived" and entry.op["body"].get("cause_op_id") in causes
        return followed and bool(entry.transfers)
    if entry.op["op_id"] in refused_here:
        return entry.verdict == Verdict.REJECTED
    return entry.verdict in POSTED and not entry.reason


def promote(
    session: Session, tenant: str, entries: Sequence[LogEntry], ops: Sequence[Operation]
) -> tuple[set[str], set[str]]:
    """Make the pending rows of these operations confirmed. Returns (names of tables, ids of patients) touched."""
    session.insert(log, [log_row(tenant, entry) for entry in entries])
    session.many(_CONFIRM, [(entry.seq, tenant, entry.op["op_id"]) for entry in entries if entry.transfers])
    net: dict[str, list[int]] = {}
    for entry in entries:
        for debit, credit, cents, *_ in entry.transfers:
            net.setdefault(debit, [0, 0])[0] += cents
            net.setdefault(credit, [0, 0])[1] += cents
    session.many(_SHIFT, [(d, d, c, c, tenant, account) for account, (d, c) in net.items()])
    names, patients = _confirm_rows(session, tenant, entries, ops)
    return names | {"log"} | ({"account", "transfer"} if net else set()), patients | {op.patient for op in ops} - {""}


def _confirm_rows(
    session: Session, tenant: str, entries: Sequence[LogEntry], ops: Sequence[Operation]
) -> tuple[set[str], set[str]]:
    """State rows: confirmed where nothing later changed them, else the confirmed one goes under them."""
    sheet = Sheet(session, tenant, "desk", pending=False, beneath=True)
    sheet.need(ops)
    for entry, op in zip(entries, ops, strict=True):
        if entry.verdict not in REFUSED:
            project(op, entry.verdict, entry.reason, sheet, seq=entry.seq)
    sheet.write_beneath()
    return sheet.touched()
