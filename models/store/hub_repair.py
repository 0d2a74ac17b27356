"""What mends a hub's log and its desks' streams: new epochs, what a restored hub is told, what managers let in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import orjson

from models.basics.clock import Clock, parse_utc, utc_text
from models.basics.errors import SyncRefused
from models.operations.protocol import Ancestor, EpochAsk, EpochGrant, Witness, Witnessed
from models.store import reviewing, streams, witnessing
from models.store.hub_desks import Running
from models.store.marks import LogMarks
from models.store.session import Session

SHOWN_AT_ONCE = 500
"""A desk may send thousands while it is revoked; a manager sees the oldest, and the rest once these are decided."""

AFTER_RESTORE = timedelta(minutes=10)
"""So long a restored hub sends and charges nothing and says nothing of its own: its desks, and the processor, first
tell it what it did already."""

_APART = (
    "SELECT op_id, kind, device, reason, patient_id, op, made_at, business_date, actor, resolution, resolved_at, "
    "resolved_by, resolved_note, seq FROM quarantine WHERE tenant = :tenant"
)


@dataclass(frozen=True, slots=True)
class Apart:
    """An operation that the hub keeps apart, or kept: `reason` says why, `resolution` what a manager made of it
    (empty, `accepted`, `discarded`). `op` is the envelope as it came."""

    op_id: str
    kind: str
    device: str
    reason: str
    patient_id: str
    op: dict[str, Any]
    made_at: str
    business_date: str
    actor: str
    resolution: str
    resolved_at: str
    resolved_by: str
    resolved_note: str
    seq: int


class HubRepair:
    """The mending side of a hub. Thread-safe; raises StorageError where the database fails."""

    def __init__(self, write: Running, look: Running, clock: Clock, marks: LogMarks) -> None:
        self._write, self._look, self._clock, self.marks = write, look, clock, marks

    def new_epoch(self, tenant: str, device_id: str, ask: EpochAsk) -> EpochGrant:
        """A new epoch for a desk whose stream is not the one known here (H8). The same question gets the same answer.
        Raises SyncRefused `sync.cloned` (H9): both copies are kept apart from then on."""
        now = utc_text(self._clock.now())
        grant = self._write(lambda session: streams.new_epoch(session, tenant, device_id, ask, now), tenant)
        if grant is None:
            raise SyncRefused("sync.cloned")
        return grant

    def ancestor(self, tenant: str, points: Sequence[tuple[int, str]]) -> Ancestor:
        """The newest of these places, (seq, hash) each, that is in the log; 0 is in every log (H11)."""
        return self._look(lambda session: witnessing.ancestor(session, tenant, points), tenant)

    def witness(self, tenant: str, shown: Witness) -> Witnessed:
        """Take what this hub once served and may have forgotten (H11). Raises SyncRefused: `sync.witness_unproven`,
        `sync.page_damaged`; nothing was changed then."""
        now = utc_text(self._clock.now())
        return self._write(lambda session: witnessing.witness(session, tenant, shown, self.marks, now), tenant)

    def restored_at(self, tenant: str) -> datetime | None:
        """When this log last became another one because the hub was restored; None when it never was."""

        def work(session: Session) -> datetime | None:
            row = session.one("SELECT max(began_at) FROM hub_epoch WHERE tenant = :tenant", tenant=tenant)
            return parse_utc(row[0]) if row and row[0] else None

        return self._look(work, tenant)

    def apart(self, tenant: str, *, settled: bool = False) -> tuple[Apart, ...]:
        """What is kept apart and waits for a manager, oldest first, at most SHOWN_AT_ONCE; with `settled` also what one
        has decided, what waits before it."""
        query = _APART + (" ORDER BY resolution <> '', seq LIMIT :most" if settled else _WAITS)
        rows = self._look(lambda session: session.rows(query, tenant=tenant, most=SHOWN_AT_ONCE), tenant)
        return tuple(_apart(row) for row in rows)

    def accept(self, tenant: str, op_ids: Sequence[str], staff_id: str, note: str = "") -> int:
        """Let operations in that were kept apart (H12). See `reviewing.accept`."""
        now = utc_text(self._clock.now())
        return self._write(lambda session: reviewing.accept(session, tenant, op_ids, staff_id, note, now), tenant)

    def discard(self, tenant: str, op_ids: Sequence[str], staff_id: str, note: str) -> int:
        """Leave operations out for good (H12). See `reviewing.discard`."""
        now = utc_text(self._clock.now())
        return self._write(lambda session: reviewing.discard(session, tenant, op_ids, staff_id, note, now), tenant)


def _apart(row: Any) -> Apart:
    plain = dict(zip(_COLUMNS, row, strict=True))
    return Apart(**{**plain, "op": orjson.loads(plain["op"])})


_COLUMNS = tuple(field.name for field in fields(Apart))
_WAITS = " AND resolution = '' ORDER BY seq LIMIT :most"


def restored_lately(session: Session, tenant: str, now: datetime) -> bool:
    """Was this log made another one by a restore less than AFTER_RESTORE ago?"""
    query = "SELECT 1 FROM hub_epoch WHERE tenant = :tenant AND began_at > :lately"
    return session.one(query, tenant=tenant, lately=utc_text(now - AFTER_RESTORE)) is not None


def restored_at(session: Session, tenant: str, since: datetime) -> str:
    """When this log was last made another one by a restore (UTC text); empty where it was not since then."""
    query = "SELECT max(began_at) FROM hub_epoch WHERE tenant = :tenant AND began_at > :since"
    found = session.one(query, tenant=tenant, since=utc_text(since))
    return str(found[0] or "") if found else ""


def begin_epoch(session: Session, tenant: str, epoch: str, now: str) -> None:
    """Let the log be another one from here on: desks are told so, and what they were given to present is forgotten with
    everything else. Raises SyncRefused `sync.tenant_unknown`."""
    head = session.one(streams.LOCK, tenant=tenant)
    if head is None:
        raise SyncRefused("sync.tenant_unknown")
    session.run(
        "INSERT INTO hub_epoch (tenant, server_epoch, before, seq, hash, began_at) VALUES (:tenant, :epoch, :before, "
        ":seq, :hash, :now)",
        tenant=tenant, epoch=epoch, before=head[0], seq=head[1], hash=head[2], now=now,
    )  # fmt: skip
    session.run("UPDATE device SET token = '', token_before = '' WHERE tenant = :tenant", tenant=tenant)
    session.run("UPDATE tenant_head SET server_epoch = :epoch WHERE tenant = :tenant", tenant=tenant, epoch=epoch)
