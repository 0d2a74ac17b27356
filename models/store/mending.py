"""A desk's side of every repair: its stream begins again, its hub was restored, what was answered long ago is let go.

Each call is one transaction and may be repeated: a repair that breaks off is simply begun anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from models.basics.clock import Clock, utc_text
from models.basics.errors import StorageError
from models.operations.operation import GENESIS, Operation
from models.operations.protocol import EpochAsk, EpochGrant, LogEntry, Page, Witness
from models.store.layers import Stream
from models.store.outbox import done_with
from models.store.session import Session
from models.tables.desk import outbox, proof

if TYPE_CHECKING:
    from models.store.desk import DeskStore

KEPT_DAYS = 45
"""Own operations stay for so long after the hub's answer: a hub may be restored from a backup as old as this."""

PURGED_AT_ONCE = 500
PROOFS_APART = 500
STRETCH = 1_000
_MOST_POINTS = 64
_ASK = "epoch_ask"
_START = "log_start"

_ENTRY = (
    "SELECT seq, op, verdict, granted, reason, transfers, accounts, received_at, hash FROM log "
    "WHERE tenant = ? AND seq > ? AND seq <= ? ORDER BY seq"
)


class Mending:
    """Repairs of one desk's store. Thread-safe as the store is; raises StorageError."""

    def __init__(self, store: DeskStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    # The desk's own stream -------------------------------------------------------------------------------------------

    def is_behind_itself(self) -> bool:
        """Does the log hold operations of this desk that this store knows nothing of? It was restored then, or another
        copy of it is alive."""
        identity = self._store.identity
        if identity is None:
            return False
        with self._store.at_hand() as reader:
            row = reader.execute(
                "SELECT (SELECT max(l.dseq) FROM log l WHERE l.tenant = s.tenant AND l.device = ? AND "
                "l.epoch = s.epoch AND l.dseq > 0) > s.dseq FROM stream s WHERE s.tenant = ?",
                (identity.device_id, identity.tenant),
            ).fetchone()
        return bool(row and row[0])

    def left_behind(self) -> bool:
        """Does anything wait in an epoch that is over? So it does when a hub forgot what it had answered there."""
        query = (
            "SELECT 1 FROM outbox o, stream s WHERE o.tenant = ? AND s.tenant = o.tenant AND o.epoch < s.epoch AND "
            "o.returned_at = '' AND o.acknowledged_at = '' LIMIT 1"
        )
        with self._store.reader() as reader:
            return reader.execute(query, (self._store.tenant,)).fetchone() is not None

    def epoch_ask(self) -> EpochAsk:
        """The question for a new epoch: the same until it is answered, whatever happens in between."""
        with self._store.write() as tx:
            stream = Stream.read(tx.session, tx.tenant)
            kept = tx.session.one("SELECT value FROM meta WHERE tenant = :t AND key = :key", t=tx.tenant, key=_ASK)
            asked = orjson.loads(kept[0]) if kept else {}
            if stream is None:
                raise StorageError("store.not_enrolled")
            if asked.get("epoch") != stream.epoch:
                asked = {"epoch": stream.epoch, "ask_id": tx.new_id()}
                tx.set_meta(_ASK, asked)
        return EpochAsk(stream.epoch, str(asked["ask_id"]), stream.token, stream.cursor_seq)

    def take_epoch(self, grant: EpochGrant) -> None:
        """Begin the new epoch: what has no answer moves there, ids and meaning stay, receipts carry its letter."""
        identity = self._store.identity
        if identity is None:
            raise StorageError("store.not_enrolled")
        if grant.epoch > identity.epoch:
            self._store.enrol(replace(identity, epoch=grant.epoch), token=grant.token)

    # The hub's log ---------------------------------------------------------------------------------------------------

    def points(self, low: int, high: int, *, first: bool) -> list[tuple[int, str]]:
        """Places of the log between `low` and `high` to be compared with the hub's, (seq, hash) each: at distances of
        powers of two below `high` and `high` itself (`first`), then evenly between, without both."""
        if first:
            wanted = [high, *(high - (1 << n) for n in range(40) if high - (1 << n) > low)]
        else:
            step = max((high - low) // _MOST_POINTS, 1)
            wanted = list(range(low + step, high, step))
        tenant = self._store.tenant
        with self._store.reader() as reader:
            query = "SELECT seq, hash FROM log WHERE tenant = ? AND seq IN (SELECT value FROM json_each(?))"
            found = dict(reader.execute(query, (tenant, orjson.dumps(wanted).decode())).fetchall())
        start = self._store.meta(_START)
        if start and (low < start[0] < high or (first and start[0] == high)):  # else one place is asked for ever
            found.setdefault(start[0], start[1])
        cursor = self._store.cursor()
        if first and cursor.seq == high and cursor.seq:
            found.setdefault(cursor.seq, cursor.hash)
        return sorted(found.items())

    def stretch(self, after: int) -> Witness | None:
        """The log after a place as the hub served it, up to one of its marks; None when there is nothing it could know
        again."""
        tenant = self._store.tenant
        with self._store.reader() as reader:
            marks = dict(reader.execute(
                "SELECT seq, mark FROM proof WHERE tenant = ? AND seq >= ? ORDER BY seq LIMIT 1500", (tenant, after)
            ).fetchall())  # fmt: skip
            ends = [seq for seq in marks if seq > after]
            if not ends:
                return None
            end = max((seq for seq in ends if seq <= after + STRETCH), default=ends[0])
            rows = reader.execute(_ENTRY, (tenant, after, end)).fetchall()
            before = reader.execute("SELECT hash FROM log WHERE tenant = ? AND seq = ?", (tenant, after)).fetchone()
        if len(rows) != end - after:
            return None
        start = self._store.meta(_START)
        known = before[0] if before else GENESIS if after == 0 else start[1] if start and start[0] == after else ""
        if not known:
            return None
        return Witness(after, known, marks.get(after, ""), tuple(_entry(row) for row in rows), marks[end])

    def queue_again(self, after: int, server_epoch: str = "") -> int:
        """The hub knows nothing of what came after this place of the log: send own operations again that it answered
        beyond it, with what it said then. With `server_epoch` the cursor stands in that log from here on. Returns how
        many are sent again."""
        with self._store.write() as tx:
            stream = Stream.read(tx.session, tx.tenant)
            if stream is None:
                raise StorageError("store.not_enrolled")
            again = _put_back(tx.session, tx.tenant, tx.device, after, utc_text(self._clock.now()))
            again += tx.session.run(
                "UPDATE outbox SET prior = :epoch, seq = 0, acknowledged_at = '', returned_at = '' "
                "WHERE tenant = :tenant AND seq > :after AND acknowledged_at <> ''",
                tenant=tx.tenant, epoch=stream.server_epoch, after=after,
            )  # fmt: skip
            if server_epoch:
                stream.server_epoch = server_epoch
                stream.write(tx.session, tx.tenant)
            tx.note_change("outbox")
        return again

    # Letting go ------------------------------------------------------------------------------------------------------

    def purge(self) -> int:
        """Let go of some of what was answered longer ago than anybody may restore, and that nothing needs any more
        (`outbox.done_with`). Returns how many went; fewer than PURGED_AT_ONCE means that nothing is left to do."""
        before = utc_text(self._clock.now() - timedelta(days=KEPT_DAYS))
        identity = self._store.identity
        if identity is None:
            return 0
        with self._store.reader() as reader:
            ids = done_with(reader, identity.tenant, identity.device_id, before, PURGED_AT_ONCE)
        if not ids:
            return 0
        with self._store.write() as tx:
            return tx.session.run("DELETE FROM outbox WHERE tenant = :tenant AND op_id IN (:ids)",
                                  tenant=tx.tenant, ids=ids)  # fmt: skip


def keep_proof(session: Session, tenant: str, page: Page) -> None:
    """Keep the hub's mark on the end of a page, and no more of them than are needed."""
    if not page.proof or not page.entries:
        return
    newest = session.rows(
        "SELECT seq FROM proof WHERE tenant = :tenant AND seq < :seq ORDER BY seq DESC LIMIT 2",
        tenant=tenant, seq=page.to_seq,
    )  # fmt: skip
    if len(newest) == 2 and page.to_seq - newest[1][0] <= PROOFS_APART:
        session.run("DELETE FROM proof WHERE tenant = :tenant AND seq = :seq", tenant=tenant, seq=newest[0][0])
    session.put(proof, [{"tenant": tenant, "seq": page.to_seq, "mark": page.proof}])


def keep_start(session: Session, tenant: str, seq: int, link: str) -> None:
    """Where the log of this store begins: after a snapshot it is not known from its first entry."""
    session.run(
        "INSERT INTO meta (tenant, key, value) VALUES (:tenant, :key, :value) ON CONFLICT (tenant, key) DO UPDATE "
        "SET value = :value",
        tenant=tenant, key=_START, value=orjson.dumps([seq, link]).decode(),
    )  # fmt: skip


def learn_numbers(stream: Stream, device: str, ops: Iterable[Operation]) -> None:
    """Never hand out a number again that this desk gave before it was restored."""
    for op in ops:
        if op.device == device:
            stream.payment_count = max(stream.payment_count, _counter(op.body.get("number")))
            stream.receipt_count = max(stream.receipt_count, _counter(op.body.get("receipt_no")))


def _counter(number: Any) -> int:
    """The counter in a number as people say it: `PAY-1-00042`, `01-1-A-0042`."""
    tail = number.rpartition("-")[2] if isinstance(number, str) else ""
    return int(tail) if tail.isascii() and tail.isdigit() and len(tail) < 10 else 0


def _put_back(session: Session, tenant: str, device: str, after: int, now: str) -> int:
    """Own operations of the log beyond a place that the outbox let go of, or never had."""
    rows = session.rows(
        "SELECT op_id, op, body_hash, verdict, granted, reason FROM log WHERE tenant = :tenant AND device = :device "
        "AND seq > :after AND dseq > 0 AND op_id NOT IN (SELECT op_id FROM outbox WHERE tenant = :tenant) ORDER BY seq",
        tenant=tenant, device=device, after=after,
    )  # fmt: skip
    made = []
    for op_id, text, body_hash, verdict, granted, reason in rows:
        op = orjson.loads(text)
        made.append({
            "tenant": tenant, "op_id": op_id, "epoch": op["epoch"], "dseq": op["dseq"], "group_id": op["group"],
            "body_hash": body_hash, "op": text, "bytes": len(text), "verdict": verdict, "seq": 0, "granted": granted,
            "reason": reason, "created_at": op["device_time"], "attempted_at": now, "acknowledged_at": "",
            "returned_at": "", "prior": "restored",
        })  # fmt: skip
    session.insert(outbox, made)
    return len(made)


def _entry(row: Any) -> LogEntry:
    return LogEntry(row[0], orjson.loads(row[1]), row[2], row[3], row[4], orjson.loads(row[5]), orjson.loads(row[6]),
                    row[7], row[8])  # fmt: skip
