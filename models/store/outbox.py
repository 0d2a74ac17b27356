"""A desk's own operations on their way to the hub: which go next, what was answered, what still waits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from models.operations.operation import Operation, from_wire
from models.operations.protocol import Prior, PushAnswer, PushBatch, PushResult
from models.store.layers import Stream
from models.store.queries.attention import LISTED
from models.store.session import Session

_COLUMNS = "epoch, dseq, bytes, op, prior, verdict, granted, reason"
_NEXT = (
    f"SELECT {_COLUMNS} FROM outbox WHERE tenant = ? AND returned_at = '' AND acknowledged_at = '' "
    "ORDER BY epoch, dseq LIMIT ?"
)
_WAITING = "SELECT op_id FROM outbox WHERE tenant = :tenant AND returned_at = ''"

_AGAIN = (
    f"SELECT {_COLUMNS} FROM outbox WHERE tenant = ? AND epoch = "
    "coalesce(?, (SELECT epoch FROM stream WHERE tenant = ?)) AND dseq >= ? ORDER BY dseq LIMIT ?"
)

_UNDECIDED = (
    "o.verdict = 'quarantined' AND o.reason NOT IN ('known_already', 'same_place') AND NOT EXISTS ("
    "SELECT 1 FROM quarantine q WHERE q.tenant = o.tenant AND q.device = ? AND q.epoch = o.epoch AND q.dseq = o.dseq "
    "AND q.resolution <> '')"
)
"""Kept apart by the hub, and no manager has said what becomes of it."""
_CAUSE = (
    "EXISTS (SELECT 1 FROM task t WHERE t.tenant = o.tenant AND t.cause_op_id = o.op_id AND t.resolved_op_id = '') "
    "AND NOT EXISTS (SELECT 1 FROM log l WHERE l.tenant = o.tenant AND l.op_id = o.op_id)"
)
"""Of an open task, and only told here: the log of this store begins later."""
_ON_PAPER = (
    "EXISTS (SELECT 1 FROM print_job j WHERE j.tenant = o.tenant AND j.kind = 'receipt' AND j.payment_id <> '' "
    "AND j.payment_id IN (json_extract(o.op, '$.body.payment_id'), json_extract(o.op, '$.body.refund_id'), "
    "json_extract(o.op, '$.body.reversal_id')) "
    "AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.tenant = j.tenant AND j.payment_id IN (p.payment_id, "
    "p.reversal_id)) AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.tenant = j.tenant AND r.refund_id = j.payment_id))"
)
"""There is a receipt of it, and nothing else says what it was for."""
_DONE_WITH = (
    "SELECT o.op_id FROM outbox o WHERE o.tenant = ? AND o.acknowledged_at <> '' AND o.acknowledged_at < ? AND ("
    "(o.verdict = 'accepted' AND o.returned_at <> '') OR (o.verdict <> 'accepted' "
    "AND (o.returned_at <> '' OR o.verdict = 'quarantined') "
    f"AND NOT ({LISTED}) AND NOT ({_UNDECIDED}) AND NOT ({_CAUSE}) AND NOT ({_ON_PAPER}))) LIMIT ?"
)


def next_batch(reader: Any, tenant: str, max_ops: int, max_bytes: int, from_dseq: int = 0) -> PushBatch | None:
    """The oldest operations without an answer, in order, of one epoch; at least one, and no linked group torn.

    A single linked group larger than the limits goes whole. With `from_dseq` the stream from there, answered or not:
    the hub says that it knows less.
    """
    if from_dseq:
        rows = reader.execute(_AGAIN, (tenant, None, tenant, from_dseq, max_ops + 1)).fetchall()
    else:
        rows = reader.execute(_NEXT, (tenant, max_ops + 1)).fetchall()
        if rows and rows[0][4]:  # sent again after a hub was restored: some in between have come back, all go along
            rows = reader.execute(_AGAIN, (tenant, rows[0][0], tenant, rows[0][1], max_ops + 1)).fetchall()
    if not rows:
        return None
    ops: list[Operation] = []
    size = 0
    priors: dict[str, Prior] = {}
    for epoch, dseq, length, text, prior, *said in rows:
        if ops and (
            (epoch, dseq) != (ops[0].epoch, ops[-1].dseq + 1) or len(ops) == max_ops or size + length > max_bytes
        ):
            ops = _whole_groups(ops, from_wire(orjson.loads(text), verified=True), reader, tenant)
            break
        ops.append(from_wire(orjson.loads(text), verified=True))
        size += length
        if prior and said[0]:
            priors[ops[-1].op_id] = Prior(*said)
    here = reader.execute("SELECT server_epoch, token FROM stream WHERE tenant = ?", (tenant,)).fetchone()
    return PushBatch(ops[0].device, ops[0].epoch, ops[0].dseq, tuple(ops), here[0], here[1], priors)


def _whole_groups(ops: list[Operation], following: Operation, reader: Any, tenant: str) -> list[Operation]:
    """Leave out the last group when it is linked and goes on with `following`; complete it when there is no other."""
    last = ops[-1]
    if not (last.linked and following.linked and last.group == following.group):
        return ops
    kept = list(ops)
    while kept and kept[-1].linked and kept[-1].group == last.group:
        kept.pop()
    if kept:
        return kept
    query = "SELECT op FROM outbox WHERE tenant = ? AND group_id = ? AND epoch = ? AND dseq >= ? ORDER BY dseq"
    rows = reader.execute(query, (tenant, last.group, last.epoch, ops[0].dseq)).fetchall()
    return [from_wire(orjson.loads(row[0]), verified=True) for row in rows]


def all_attempted(reader: Any, tenant: str, batch: PushBatch) -> bool:
    """Is it written of every operation of the batch that it may have reached the hub?"""
    query = (
        "SELECT 1 FROM outbox WHERE tenant = ? AND epoch = ? AND dseq BETWEEN ? AND ? AND returned_at = '' AND "
        "attempted_at = '' LIMIT 1"  # what has returned was attempted: the index leaves it out
    )
    last = batch.ops[-1].dseq
    return reader.execute(query, (tenant, batch.epoch, batch.from_dseq, last)).fetchone() is None


def mark_attempted(session: Session, tenant: str, batch: PushBatch, now: str) -> None:
    """From here on the hub may know these operations, whatever becomes of the answer."""
    session.run(
        "UPDATE outbox SET attempted_at = :now WHERE tenant = :tenant AND epoch = :epoch AND dseq BETWEEN :first AND "
        ":last AND returned_at = '' AND attempted_at = ''",
        tenant=tenant, now=now, epoch=batch.epoch, first=batch.from_dseq, last=batch.ops[-1].dseq,
    )  # fmt: skip


def acknowledge(session: Session, tenant: str, answer: PushAnswer, now: str) -> int:
    """Keep the hub's verdicts and its token; stop sending what it answered. Returns how many operations were news.

    An answer may come twice, late or out of order: a verdict is written once and never changes.
    """
    news = 0
    for result in answer.results:
        verdict, reason = verdict_of(result)
        news += session.run(
            "UPDATE outbox SET verdict = :verdict, seq = :seq, granted = :granted, reason = :reason, "
            "attempted_at = CASE attempted_at WHEN '' THEN :now ELSE attempted_at END, acknowledged_at = :now "
            "WHERE tenant = :tenant AND op_id = :op_id AND acknowledged_at = ''",
            tenant=tenant, now=now, op_id=result.op_id, verdict=verdict, seq=result.seq, granted=result.granted,
            reason=reason,
        )  # fmt: skip
    if answer.token:
        session.run("UPDATE stream SET token = :token WHERE tenant = :tenant", tenant=tenant, token=answer.token)
    return news


def verdict_of(result: PushResult) -> tuple[str, str]:
    """Verdict and reason to keep; a duplicate's are the original's, in `reason` as `verdict` or `verdict:reason`."""
    if result.verdict != "duplicate":
        return result.verdict, result.reason
    verdict, _, reason = result.reason.partition(":")
    return verdict, reason


def mark_returned(session: Session, tenant: str, rows: Iterable[dict[str, Any]], now: str) -> int:
    """Own operations came back in the log: they are confirmed, and no longer part of the pending layer.

    `rows` have op_id, body_hash, verdict, seq, granted and reason of log entries, whoever's. Returns how many were own.
    """
    waiting = {row[0] for row in session.rows(_WAITING, tenant=tenant)}
    returned = 0
    for row in rows if waiting else ():
        if row["op_id"] not in waiting:
            continue
        returned += session.run(
            "UPDATE outbox SET verdict = :verdict, seq = :seq, granted = :granted, reason = :reason, "
            "attempted_at = CASE attempted_at WHEN '' THEN :now ELSE attempted_at END, "
            "acknowledged_at = CASE acknowledged_at WHEN '' THEN :now ELSE acknowledged_at END, returned_at = :now "
            "WHERE tenant = :tenant AND op_id = :op_id AND body_hash = :body_hash AND returned_at = ''",
            tenant=tenant, now=now, op_id=row["op_id"], body_hash=row["body_hash"], verdict=row["verdict"],
            seq=row["seq"], granted=row["granted"], reason=row["reason"],
        )  # fmt: skip
    return returned


def done_with(reader: Any, tenant: str, device: str, before: str, most: int) -> list[str]:
    """Own operations that were answered before a moment and that nothing needs any more.

    One that was accepted needs to have come back. One that was reduced, refused, excepted or kept apart stays beyond
    that for as long as somebody has to look at it, a manager has to decide about it, an open task of another kind is
    told from it alone, or a receipt on paper has nothing else that stands behind it.
    """
    return [str(row[0]) for row in reader.execute(_DONE_WITH, (tenant, before, device, most))]


def restamp(session: Session, tenant: str, stream: Stream) -> None:
    """Put every operation without an answer into the stream's epoch, from its first place: ids and meaning stay."""
    query = (
        "SELECT op FROM outbox WHERE tenant = :tenant AND returned_at = '' AND acknowledged_at = '' "
        "ORDER BY epoch, dseq"
    )
    for (text,) in session.rows(query, tenant=tenant):
        op = from_wire(orjson.loads(text), verified=True).at(stream.epoch, stream.dseq + 1, stream.hash)
        stream.dseq, stream.hash = op.dseq, op.hash
        envelope = orjson.dumps(op.to_wire(), option=orjson.OPT_SORT_KEYS)
        session.run(
            "UPDATE outbox SET epoch = :epoch, dseq = :dseq, op = :op, bytes = :bytes WHERE tenant = :tenant AND "
            "op_id = :op_id",
            tenant=tenant, op_id=op.op_id, epoch=op.epoch, dseq=op.dseq, op=envelope.decode(), bytes=len(envelope),
        )  # fmt: skip
