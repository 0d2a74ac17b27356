"""What a push does inside its transaction: follow the device's stream, judge, log, post.

Everything is read in a few journeys, judged in memory, and written in a few more, whatever the number of operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from models.basics.errors import SyncRefused
from models.ledger.book import Draft, Entry, Verdict
from models.ledger.posting import HUB, settle_run
from models.operations.operation import Operation
from models.operations.protocol import LogEntry, PushAnswer, PushBatch, PushConflict, PushResult, entry_hash
from models.store.book import TableBook
from models.store.layers import CONFLICT, conflict_id, log_row
from models.store.postings import Postings, wire_accounts, wire_transfers
from models.store.projection import project
from models.store.session import Session
from models.store.sheet import Sheet
from models.tables.log import log

_LOCK = (
    "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant RETURNING server_epoch, seq, hash"
)  # fmt: skip
_KNOWN = (
    "SELECT op_id, body_hash, verdict, granted, reason, seq FROM log WHERE tenant = :tenant AND op_id IN (:ids)"
)  # fmt: skip
_STREAM = (
    "SELECT device_id, epoch, last_dseq, last_hash, revoked_at FROM device "
    "WHERE tenant = :tenant AND device_id IN (:ids)"
)


@dataclass
class _Device:
    device_id: str
    epoch: int
    last_dseq: int
    last_hash: str
    revoked_at: str
    moved: bool = False


@dataclass
class _Known:
    """An operation that is in the log already, or was taken earlier in the same transaction."""

    body_hash: str
    result: PushResult


@dataclass
class _Push:
    """One transaction's worth of pushing, for one tenant."""

    session: Session
    tenant: str
    now: str
    server_epoch: str
    seq: int
    hash: str
    draft: Draft
    book: TableBook
    devices: dict[str, _Device]
    known: dict[str, _Known]
    entries: list[LogEntry] = field(default_factory=list)
    judged: list[Entry] = field(default_factory=list)

    def take(self, batch: PushBatch) -> list[PushResult]:
        """Judge one batch. Raises PushConflict before anything of it is judged."""
        device = self.devices.get(batch.device)
        if batch.device == HUB:
            device = _Device(HUB, 0, 0, "", "")
        if device is None or device.epoch != batch.epoch:
            raise PushConflict("device")
        fresh = self._follow(device, batch)
        results = {op.op_id: self._duplicate(original, op) for op in batch.ops[: len(batch.ops) - len(fresh)]
                   if (original := self._original(op))}  # fmt: skip
        for run in _runs(fresh, self.known):
            results.update(self._judge(run, device))
        if fresh:
            device.last_dseq, device.last_hash, device.moved = fresh[-1].dseq, fresh[-1].hash, True
        return [results[op.op_id] for op in batch.ops]

    def _follow(self, device: _Device, batch: PushBatch) -> Sequence[Operation]:
        """The operations of a batch that are new to the device's stream. Raises PushConflict gap or fork."""
        if device.device_id == HUB:
            return batch.ops
        dseq, link = device.last_dseq, device.last_hash
        if batch.from_dseq > dseq + 1:
            raise PushConflict("gap", dseq + 1, link)
        for n, op in enumerate(batch.ops):
            if (op.tenant, op.device, op.epoch, op.dseq) != (self.tenant, device.device_id, device.epoch,
                                                             batch.from_dseq + n):  # fmt: skip
                raise PushConflict("device")
            if op.dseq <= device.last_dseq:
                if self._original(op) is None:
                    raise PushConflict("fork", dseq + 1, link)
            elif op.prev != link:
                raise PushConflict("fork", dseq + 1, link)
            else:
                dseq, link = op.dseq, op.hash
        return [op for op in batch.ops if op.dseq > device.last_dseq]

    def _original(self, op: Operation) -> PushResult | None:
        """What became of this very operation when it came the first time."""
        for op_id in (op.op_id, _conflict_id(op)):
            known = self.known.get(op_id)
            if known is not None and known.body_hash == op.body_hash:
                return known.result
        return None

    def _duplicate(self, original: PushResult, op: Operation) -> PushResult:
        reason = f"{original.verdict}:{original.reason}" if original.reason else original.verdict
        return replace(original, op_id=op.op_id, verdict=Verdict.DUPLICATE.value, reason=reason)

    def _judge(self, run: Sequence[Operation], device: _Device) -> dict[str, PushResult]:
        """Results by op id for operations that continue the stream; they are of one kind of newness."""
        original = self._original(run[0])
        if original is not None:
            return {run[0].op_id: self._duplicate(original, run[0])}
        if run[0].op_id in self.known:
            return self._log(run, [(Entry(run[0], Verdict.QUARANTINED, reason=CONFLICT),)])
        if device.revoked_at:
            return self._log(run, [(Entry(op, Verdict.QUARANTINED, reason="device_revoked"),) for op in run])
        return self._log(run, settle_run(run, self.draft))

    def _log(self, run: Sequence[Operation], settled: Sequence[Sequence[Entry]]) -> dict[str, PushResult]:
        results: dict[str, PushResult] = {}
        for op, entries in zip(run, settled, strict=True):
            for entry in entries:
                seq = self._append(entry)
                if entry.op is op:
                    result = PushResult(op.op_id, entry.verdict.value, seq, entry.granted_cents, entry.reason)
                    results[op.op_id] = result
                    logged = _conflict_id(op) if entry.reason == CONFLICT else op.op_id
                    self.known.setdefault(logged, _Known(op.body_hash, result))
        return results

    def _append(self, entry: Entry) -> int:
        self.seq += 1
        op, transfers = entry.op.to_wire(), wire_transfers(entry)
        verdict = entry.verdict.value
        self.hash = entry_hash(self.hash, self.seq, op, verdict, entry.granted_cents, entry.reason, transfers)
        self.entries.append(LogEntry(
            seq=self.seq, op=op, verdict=verdict, granted=entry.granted_cents, reason=entry.reason,
            transfers=transfers, accounts=wire_accounts(entry), received_at=self.now, hash=self.hash,
        ))  # fmt: skip
        self.judged.append(entry)
        return self.seq

    def write(self) -> None:
        """Log rows, ledger, state, streams and head."""
        sheet = Sheet(self.session, self.tenant, "hub", pending=False)
        sheet.need(entry.op for entry in self.judged)
        postings = Postings(self.tenant, pending=False)
        rows = []
        for entry, logged in zip(self.judged, self.entries, strict=True):
            row = log_row(self.tenant, logged)
            rows.append(row)
            postings.add(row["op_id"], entry.op.business_date, logged.transfers, seq=logged.seq)
            project(entry.op, entry.verdict, entry.reason, sheet, seq=logged.seq)
        postings.open_drafted(self.draft, [a for a in self.draft.deltas if self.book.known_account(a)])
        with self.session.together():
            self.session.insert(log, rows)
            postings.write(self.session)
            sheet.write()
            for device in self.devices.values():
                if device.moved:
                    self.session.run(
                        "UPDATE device SET last_dseq = :dseq, last_hash = :hash, last_seen_at = :now "
                        "WHERE tenant = :tenant AND device_id = :id",
                        tenant=self.tenant, id=device.device_id, dseq=device.last_dseq, hash=device.last_hash,
                        now=self.now,
                    )  # fmt: skip
            self.session.run(
                "UPDATE tenant_head SET seq = :seq, hash = :hash WHERE tenant = :tenant",
                tenant=self.tenant, seq=self.seq, hash=self.hash,
            )  # fmt: skip


def push_batches(
    session: Session, tenant: str, batches: Sequence[PushBatch], now: str
) -> list[PushAnswer | BaseException]:  # fmt: skip
    """Judge batches of several desks in the order given, in one transaction. A batch that does not follow its device's
    stream gets its PushConflict as its answer and leaves nothing behind. Raises SyncRefused `sync.tenant_unknown`."""
    push = _begin(session, tenant, batches, now)
    answers: list[PushAnswer | BaseException] = []
    for batch in batches:
        try:
            results = push.take(batch)
        except PushConflict as conflict:
            answers.append(conflict)
            continue
        answers.append(PushAnswer(push.server_epoch, push.seq, tuple(results), now))
    if push.entries or any(device.moved for device in push.devices.values()):
        push.write()
    return answers


def _begin(session: Session, tenant: str, batches: Sequence[PushBatch], now: str) -> _Push:
    ops = [op for batch in batches for op in batch.ops]
    ids = {op_id for op in ops for op_id in (op.op_id, _conflict_id(op))}
    book = TableBook(session, tenant)
    asks = book.asks(ops)
    heads, known, streams, *answers = session.read_together([
        (_LOCK, {"tenant": tenant}),  # first: what is read after it, nobody else changes
        (_KNOWN, {"tenant": tenant, "ids": ids}),
        (_STREAM, {"tenant": tenant, "ids": {batch.device for batch in batches}}),
        *((ask.query, ask.values) for ask in asks),
    ])  # fmt: skip
    if not heads:
        raise SyncRefused("sync.tenant_unknown")
    head = heads[0]
    for ask, found in zip(asks, answers, strict=True):
        ask.take(found)
    return _Push(
        session, tenant, now, server_epoch=head[0], seq=head[1], hash=head[2], draft=Draft(book), book=book,
        devices={row[0]: _Device(*row) for row in streams},
        known={row[0]: _Known(row[1], PushResult(row[0], row[2], row[5], row[3], row[4])) for row in known},
    )  # fmt: skip


def _conflict_id(op: Operation) -> str:
    return conflict_id(op.op_id, op.device, op.epoch, op.dseq)


def _runs(ops: Sequence[Operation], known: dict[str, _Known]) -> Iterable[list[Operation]]:
    """Operations in order; one whose id is taken stands alone, what lies between goes together."""
    run: list[Operation] = []
    seen: set[str] = set()
    for op in ops:
        if op.op_id in known or op.op_id in seen:
            if run:
                yield run
            yield [op]
            run = []
        else:
            run.append(op)
        seen.add(op.op_id)
    if run:
        yield run
