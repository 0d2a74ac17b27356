"""A restored hub learns from its desks what it has forgotten.

A desk shows a stretch of the log as it was served. Where it follows this hub's log, the log goes on exactly as it did:
the same places, the same verdicts, the same hashes, and nobody need know that anything was lost. Where the hub has
taken other operations meanwhile, those it lacks are judged again, in their old order and within their old verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.basics.errors import SyncRefused
from models.ledger.posting import HUB
from models.operations.operation import GENESIS, EnvelopeInvalid, Operation, from_wire
from models.operations.protocol import Ancestor, LogEntry, Prior, PushBatch, Witness, Witnessed
from models.store.layers import apply_entries
from models.store.marks import LogMarks
from models.store.pushing import begin, link_after
from models.store.session import Session
from models.store.streams import LOCK

SAID_BY_HUB = frozenset({
    "message.sent", "message.failed", "message.send", "quarantine.kept", "eligibility.check", "dispute.opened",
    "dispute.closed", "card.consent", "card.keep", "card.drop", "card.set_default", "card.rename", "online.receive",
    "online.post", "online.archive", "online.return", "online.return_failed", "online.refund_refused", "online.payout",
    "online.payout_failed", "ask.told", "link.issue", "link.revoke", "portal.terms",
    "online.dispute_lost", "online.dispute_ended", "online.processing", "online.refused", "payment_request.status",
})  # fmt: skip
"""Operations of the hub's own that follow from the world, not from an operation: it said them once and says them again.
None of these kinds is ever derived."""

_HEAD = "SELECT server_epoch, seq FROM tenant_head WHERE tenant = :tenant"
_HASHES = "SELECT seq, hash FROM log WHERE tenant = :tenant AND seq IN (:seqs)"


def ancestor(session: Session, tenant: str, points: Sequence[tuple[int, str]]) -> Ancestor:
    """The newest of these places that is in the log. Raises SyncRefused `sync.tenant_unknown`."""
    head = session.one(_HEAD, tenant=tenant)
    if head is None:
        raise SyncRefused("sync.tenant_unknown")
    there = dict(session.rows(_HASHES, tenant=tenant, seqs=[seq for seq, _ in points]))
    common = [seq for seq, link in points if there.get(seq) == link]
    return Ancestor(max(common, default=0), head[0], head[1])


def witness(session: Session, tenant: str, shown: Witness, marks: LogMarks, now: str) -> Witnessed:
    """Take what a desk shows. The same stretch again changes nothing. Raises SyncRefused and changes nothing:
    `sync.witness_unproven` (not by this hub's mark), `sync.page_damaged` (its chain or an operation does not hold)."""
    ops = _checked(session, tenant, shown, marks)
    seq, link = session.one(LOCK, tenant=tenant)[1:]
    known = dict(session.rows(_HASHES, tenant=tenant, seqs=[entry.seq for entry in shown.entries]))
    fresh = [entry for entry in shown.entries if known.get(entry.seq) != entry.hash]
    if not fresh:
        return Witnessed(True, 0, seq)
    before = shown.prev_hash if fresh[0] is shown.entries[0] else shown.entries[-len(fresh) - 1].hash
    if (seq, link) == (fresh[0].seq - 1, before):
        _go_on(session, tenant, fresh, ops[-len(fresh) :])
        return Witnessed(True, len(fresh), fresh[-1].seq)
    return _judge_again(session, tenant, fresh, ops[-len(fresh) :], now)


def _checked(session: Session, tenant: str, shown: Witness, marks: LogMarks) -> list[Operation]:
    """The operations of a stretch that this hub once served. Raises SyncRefused."""
    if not shown.entries:
        raise SyncRefused("sync.page_damaged", seq=shown.after)
    known, previous, ops = shown.prev_hash, shown.after, []
    for entry in shown.entries:
        if entry.seq != previous + 1 or entry.expected_hash(known) != entry.hash:
            raise SyncRefused("sync.page_damaged", seq=entry.seq)
        try:
            ops.append(from_wire(entry.op))
        except EnvelopeInvalid as error:
            raise SyncRefused("sync.page_damaged", seq=entry.seq) from error
        known, previous = entry.hash, entry.seq
    begins = (shown.after, shown.prev_hash) == (0, GENESIS) or dict(
        session.rows(_HASHES, tenant=tenant, seqs=[shown.after])).get(shown.after) == shown.prev_hash  # fmt: skip
    if not begins and not marks.holds(tenant, shown.after, shown.prev_hash, shown.prev_proof):
        raise SyncRefused("sync.witness_unproven", seq=shown.after)
    if not marks.holds(tenant, previous, known, shown.proof):
        raise SyncRefused("sync.witness_unproven", seq=previous)
    if any(op.tenant != tenant for op in ops):
        raise SyncRefused("sync.page_damaged", seq=shown.after)
    return ops


def _go_on(session: Session, tenant: str, entries: Sequence[LogEntry], ops: Sequence[Operation]) -> None:
    """The log as it was: rows, ledger, state, the desks' streams and the head, to the letter."""
    apply_entries(session, tenant, entries, ops, "hub")
    newest = {op.device: op for op in ops if op.device != HUB and op.dseq}
    for device, op in newest.items():
        session.run(
            "UPDATE device SET epoch = :epoch, last_dseq = :dseq, last_hash = :hash WHERE tenant = :tenant AND "
            "device_id = :id AND (epoch < :epoch OR (epoch = :epoch AND last_dseq < :dseq))",
            tenant=tenant, id=device, epoch=op.epoch, dseq=op.dseq, hash=link_after(op),
        )  # fmt: skip
    session.run("UPDATE tenant_head SET seq = :seq, hash = :hash WHERE tenant = :tenant",
                tenant=tenant, seq=entries[-1].seq, hash=entries[-1].hash)  # fmt: skip


def _judge_again(
    session: Session, tenant: str, entries: Sequence[LogEntry], ops: Sequence[Operation], now: str
) -> Witnessed:  # fmt: skip
    """Judge what the hub lacks, within the verdicts it had; what follows from it by rule follows again."""
    rows = zip(entries, ops, strict=True)
    wanted = [(entry, op) for entry, op in rows if op.device != HUB or op.kind in SAID_BY_HUB]
    batches = [PushBatch(op.device, op.epoch, op.dseq, (op,)) for _, op in wanted]
    push = begin(session, tenant, batches, now)
    lacked = [(entry, op) for entry, op in wanted if not push.has(op)]
    if not lacked:
        return Witnessed(False, 0, push.seq)
    priors = {op.op_id: Prior(entry.verdict, entry.granted, entry.reason) for entry, op in lacked}
    taken = _taken_places(session, tenant, [op for _, op in lacked])
    push.take_again([op.at(op.epoch, 0, GENESIS) if _place(op) in taken else op for _, op in lacked], priors)
    push.write()
    return Witnessed(False, len(lacked), push.seq)


def _place(op: Operation) -> tuple[str, int, int]:
    return op.device, op.epoch, op.dseq


def _taken_places(session: Session, tenant: str, ops: Sequence[Operation]) -> set[tuple[str, int, int]]:
    """Places in streams where the log has other operations by now: the desk was restored as well, and went on from
    there. What it did first keeps its id and meaning, and stands without a place."""
    found = session.rows(
        "SELECT device, epoch, dseq FROM log WHERE tenant = :tenant AND device IN (:devices) AND dseq IN (:dseqs)",
        tenant=tenant, devices={op.device for op in ops}, dseqs={op.dseq for op in ops if op.dseq},
    )  # fmt: skip
    return {tuple(row) for row in found}
