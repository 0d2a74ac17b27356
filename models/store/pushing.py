"""What a push does inside its transaction: follow the device's stream, judge, log, post.

Everything is read in a few journeys, judged in memory, and written in a few more, whatever the number of operations.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import orjson

from models.basics.errors import SyncRefused
from models.ledger.draft import Draft
from models.ledger.posting import HUB, settle, settle_run
from models.ledger.states import Entry, Verdict
from models.ledger.within import settle_within
from models.operations.kinds import KINDS, OpClass
from models.operations.operation import GENESIS, Operation, make_operation
from models.operations.protocol import (
    Cursor,
    LogEntry,
    Page,
    Prior,
    PushAnswer,
    PushBatch,
    PushConflict,
    PushResult,
    entry_hash,
)
from models.operations.reviews import QuarantineKept
from models.operations.unreadable import KIND as UNREADABLE
from models.store import held
from models.store.book import TableBook
from models.store.layers import log_row
from models.store.postings import Postings, wire_accounts, wire_transfers
from models.store.projection import project
from models.store.session import Session
from models.store.sheet import Sheet
from models.store.standing import CONFLICT, conflict_id, stands_for
from models.tables.log import log

_LOCK = (
    "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant RETURNING server_epoch, seq, hash"
)  # fmt: skip
_KNOWN = (
    "SELECT op_id, body_hash, verdict, granted, reason, seq, CASE kind WHEN 'quarantine.kept' THEN op ELSE '' END "
    "FROM log WHERE tenant = :tenant AND op_id EACH (:ids)"
)  # fmt: skip
_STREAM = (
    "SELECT device_id, epoch, last_dseq, last_hash, revoked_at, apart_at, token, token_before FROM device "
    "WHERE tenant = :tenant AND device_id IN (:ids)"
)
DAMAGED, REVOKED, TWICE, NOT_YOURS = "damaged", "device_revoked", "running_twice", "derived_by_hub"
"""Why an operation is kept apart: its envelope is damaged, its desk was revoked or runs twice, or only the hub says
such a thing."""

_ANYTHING = ""
"""The link after a damaged envelope: what follows it is believed."""


@dataclass
class _Device:
    device_id: str
    epoch: int
    last_dseq: int
    last_hash: str
    revoked_at: str
    apart_at: str = ""
    token: str = ""
    token_before: str = ""
    moved: bool = False

    @property
    def aside(self) -> str:
        """Why what it sends is kept apart; empty when it is not."""
        return REVOKED if self.revoked_at else TWICE if self.apart_at else ""

    def turn(self, presented: str) -> str:
        """The next token. What a push presented may come once more: its answer may be lost."""
        self.token, self.token_before, self.moved = secrets.token_hex(16), presented, True
        return self.token


@dataclass
class _Known:
    """An operation that is in the log already, or was taken earlier in the same transaction."""

    body_hash: str
    result: PushResult


@dataclass
class Push:
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

    def take(self, batch: PushBatch) -> tuple[list[PushResult], str]:
        """Judge one batch. Returns the results and the desk's next token (empty when it keeps its own). Raises
        PushConflict before anything of it is judged."""
        if batch.device == HUB:
            results = self._take_in_order(batch.ops, {})
            return [results[op.op_id] for op in batch.ops], ""
        device = self.devices.get(batch.device)
        if device is None:
            raise PushConflict("device")
        if device.aside:
            return [self._set_aside(op, device) for op in batch.ops], ""
        if batch.server_epoch not in ("", self.server_epoch):
            raise PushConflict("history")
        if device.epoch != batch.epoch:
            raise PushConflict("fork", device.last_dseq + 1, device.last_hash)
        fresh = self._follow(device, batch)
        results = {op.op_id: self._duplicate(original, op) for op in batch.ops[: len(batch.ops) - len(fresh)]
                   if (original := self._original(op))}  # fmt: skip
        results.update(self._take_in_order(fresh, batch.priors))
        if fresh:
            device.last_dseq, device.last_hash, device.moved = fresh[-1].dseq, link_after(fresh[-1]), True
        late = not fresh and batch.token not in (device.token, device.token_before)  # an old question, asked again
        return [results[op.op_id] for op in batch.ops], "" if late else device.turn(batch.token)

    def take_again(self, ops: Sequence[Operation], priors: Mapping[str, Prior]) -> None:
        """Judge operations of any desks that came once before; where they go on with a desk's stream, it goes on."""
        self._take_in_order(ops, priors)
        for op in ops:
            device = self.devices.get(op.device)
            if device is None or not op.dseq:
                continue
            begins = op.epoch > device.epoch and op.dseq == 1
            goes_on = (op.epoch, op.dseq) == (device.epoch, device.last_dseq + 1)
            if begins or goes_on:
                device.epoch, device.last_dseq, device.last_hash = op.epoch, op.dseq, link_after(op)
                device.moved = True

    def has(self, op: Operation) -> bool:
        """Is this very operation in the log?"""
        return self._original(op) is not None

    def enter(self, op: Operation, entries: Sequence[Entry]) -> None:
        """Log what was judged elsewhere: the entry of `op`, and what follows from it."""
        self._log([op], [entries])

    def _take_in_order(self, ops: Sequence[Operation], priors: Mapping[str, Prior]) -> dict[str, PushResult]:
        results: dict[str, PushResult] = {}
        for run in _runs(ops, self.known):
            results.update(self._judge(run, priors))
        return results

    def _follow(self, device: _Device, batch: PushBatch) -> Sequence[Operation]:
        """The operations of a batch that are new to the device's stream. Raises PushConflict gap or fork."""
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
            elif link not in (op.prev, _ANYTHING) and op.kind != UNREADABLE:
                raise PushConflict("fork", dseq + 1, link)
            else:
                dseq, link = op.dseq, link_after(op)
        return [op for op in batch.ops if op.dseq > device.last_dseq]

    def _set_aside(self, op: Operation, device: _Device) -> PushResult:
        """Keep an operation of a desk whose word does not count now; where its stream goes on, it goes on."""
        original = self._original(op)
        if original is not None:
            return self._duplicate(original, op)
        follows = (op.epoch, op.dseq) == (device.epoch, device.last_dseq + 1) and (
            op.prev == device.last_hash or _ANYTHING in (device.last_hash, op.prev)
        )
        if follows and op.op_id not in self.known:
            device.last_dseq, device.last_hash, device.moved = op.dseq, link_after(op), True
            return self._log([op], [(Entry(op, Verdict.QUARANTINED, reason=device.aside),)])[op.op_id]
        kept = _kept(op, device.aside, self.now)
        result = self._log([kept], [(Entry(kept, Verdict.QUARANTINED, reason=device.aside),)])[kept.op_id]
        result = replace(result, op_id=op.op_id)
        self.known.setdefault(kept.op_id, _Known(op.body_hash, result))
        return result

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

    def _judge(self, run: Sequence[Operation], priors: Mapping[str, Prior]) -> dict[str, PushResult]:
        """Results by op id for operations in their order; one whose id is taken stands alone."""
        original = self._original(run[0])
        if original is not None:
            return {run[0].op_id: self._duplicate(original, run[0])}
        if run[0].op_id in self.known:
            return self._log(run, [(Entry(run[0], Verdict.QUARANTINED, reason=CONFLICT),)])
        results: dict[str, PushResult] = {}
        for plainly, members in groupby(run, key=lambda op: op.op_id not in priors and not _apart(op)):
            ops = list(members)
            settled = settle_run(ops, self.draft) if plainly else [
                self._judge_again(op, priors.get(op.op_id)) for op in ops]  # fmt: skip
            results.update(self._log(ops, settled))
        return results

    def _judge_again(self, op: Operation, prior: Prior | None) -> tuple[Entry, ...]:
        """An operation that is kept apart for what it is, or was judged before this hub was restored: what was refused
        stays refused, and never is more granted than was."""
        if reason := _apart(op):
            return (Entry(op, Verdict.QUARANTINED, reason=reason),)
        assert prior is not None
        decision = op.op_class == OpClass.DECISION
        if prior.verdict == Verdict.QUARANTINED or (decision and prior.verdict == Verdict.REJECTED):
            return (Entry(op, Verdict(prior.verdict), reason=prior.reason),)
        if decision and prior.verdict == Verdict.REDUCED and prior.granted is not None:
            return settle_within(op, prior.granted, self.draft)
        return settle(op, self.draft)

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

    def page_after(self, before: Cursor) -> Page:
        """The log from where it ended."""
        return Page(
            server_epoch=self.server_epoch, from_seq=before.seq + 1, to_seq=self.seq, prev_hash=before.hash,
            hash=self.hash, entries=tuple(self.entries), has_more=False, head=self.seq, server_time=self.now,
        )  # fmt: skip

    def write(self) -> None:
        """Log rows, ledger, state, streams and head."""
        sheet = Sheet(self.session, self.tenant, "hub", pending=False)
        sheet.need(stands_for(entry.op) for entry in self.judged)
        postings = Postings(self.tenant, pending=False)
        rows = []
        for entry, logged in zip(self.judged, self.entries, strict=True):
            row = log_row(self.tenant, logged)
            rows.append(row)
            shown = stands_for(entry.op)
            op_id = row["op_id"] if shown is entry.op else shown.op_id
            postings.add(op_id, shown.business_date, logged.transfers, seq=logged.seq)
            project(entry.op, entry.verdict, entry.reason, sheet, seq=logged.seq)
        postings.open_drafted(self.draft, [a for a in self.draft.deltas if self.book.known_account(a)])
        with self.session.together():
            self.session.insert(log, rows)
            sheet.write()
            lots = held.changed(sheet)
            held.let_go(self.session, self.tenant, lots)
            postings.write(self.session)
            held.set_aside(self.session, self.tenant, lots)
            for device in self.devices.values():
                if device.moved:
                    self.session.run(
                        "UPDATE device SET epoch = :epoch, last_dseq = :dseq, last_hash = :hash, token = :token, "
                        "token_before = :before, last_seen_at = :now WHERE tenant = :tenant AND device_id = :id",
                        tenant=self.tenant, id=device.device_id, epoch=device.epoch, dseq=device.last_dseq,
                        hash=device.last_hash, token=device.token, before=device.token_before, now=self.now,
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
    return push_and_show(session, tenant, batches, now)[0]


def push_and_show(
    session: Session, tenant: str, batches: Sequence[PushBatch], now: str
) -> tuple[list[PushAnswer | BaseException], Page]:  # fmt: skip
    """The same, and what the log grew by, as those read it who had read all before: without the hub's mark."""
    push = begin(session, tenant, batches, now)
    before = Cursor(push.server_epoch, push.seq, push.hash)
    answers: list[PushAnswer | BaseException] = []
    for batch in batches:
        try:
            results, token = push.take(batch)
        except PushConflict as conflict:
            answers.append(conflict)
            continue
        answers.append(PushAnswer(push.server_epoch, push.seq, tuple(results), now, token))
    if push.entries or any(device.moved for device in push.devices.values()):
        push.write()
    return answers, push.page_after(before)


def begin(session: Session, tenant: str, batches: Sequence[PushBatch], now: str) -> Push:
    """Take the tenant's lock and read what judging these batches needs. Raises SyncRefused `sync.tenant_unknown`."""
    ops = [op for batch in batches for op in batch.ops]
    ids = {op_id for op in ops for op_id in (op.op_id, _conflict_id(op))}
    book = TableBook(session, tenant, grants=True)
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
    return Push(
        session, tenant, now, server_epoch=head[0], seq=head[1], hash=head[2], draft=Draft(book), book=book,
        devices={row[0]: _Device(*row) for row in streams},
        known={row[0]: _Known(_body_hash(row[1], row[6]), PushResult(row[0], row[2], row[5], row[3], row[4]))
               for row in known},
    )  # fmt: skip


def _body_hash(logged: str, kept: str) -> str:
    """By which an operation is known again; one that was kept apart lies in the envelope of the hub's own act."""
    return str(orjson.loads(kept)["body"]["op"]["body_hash"]) if kept else logged


def link_after(op: Operation) -> str:
    """What the operation after this one must name as the one before it; empty when it may name anything."""
    return _ANYTHING if op.kind == UNREADABLE else op.hash


def _apart(op: Operation) -> str:
    """Why an operation is kept apart for what it is, whoever sent it; empty when it is not."""
    if op.kind == UNREADABLE:
        return DAMAGED
    known = KINDS.get(op.kind)
    return NOT_YOURS if known is not None and known.op_class is OpClass.DERIVED and op.device != HUB else ""


def _kept(op: Operation, reason: str, now: str) -> Operation:
    body = QuarantineKept(of=op.op_id, op=op.to_wire(), reason=reason)
    return make_operation(body, op_id=_conflict_id(op), tenant=op.tenant, device=HUB, epoch=0, dseq=0, prev=GENESIS,
                          actor=HUB, business_date=op.business_date, device_time=now, patient=op.patient)  # fmt: skip


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
