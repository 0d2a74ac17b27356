"""A manager looks at what the hub kept apart: lets it in, or leaves it out, by an act of the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from models.basics.errors import RuleBroken
from models.basics.ids import natural_id
from models.ledger.posting import HUB, settle_run
from models.ledger.states import Verdict
from models.operations.operation import GENESIS, Operation, from_wire, make_operation
from models.operations.protocol import PushBatch
from models.operations.reviews import QuarantineAccepted, QuarantineDiscarded
from models.operations.unreadable import KIND as UNREADABLE
from models.store.hub_desks import check_manager
from models.store.pushing import begin, push_batches
from models.store.session import Session
from models.store.standing import CONFLICT
from models.store.streams import LOCK

_ROWS = (
    "SELECT op_id, op, reason, kind, resolution FROM quarantine WHERE tenant = :tenant AND op_id IN (:ids) ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class _Apart:
    op_id: str
    op: str
    reason: str
    kind: str
    resolution: str


def accept(session: Session, tenant: str, op_ids: Sequence[str], staff_id: str, note: str, now: str) -> int:
    """Let operations in: they count from here on, under their own ids. What was let in already stays so. Returns for
    how many that is news.

    Raises RuleBroken and changes nothing: `staff.manager_only`, `quarantine.unknown`, `quarantine.settled` (left out
    before), `quarantine.damaged` (it cannot be read), `quarantine.id_taken`, `quarantine.unclear` (it still makes no
    sense; `reason` says why).
    """
    rows = _open(session, tenant, op_ids, staff_id, "accepted")
    for row in rows:
        if row.kind == UNREADABLE or row.reason == CONFLICT:
            raise RuleBroken("quarantine.damaged" if row.kind == UNREADABLE else "quarantine.id_taken")
    ops = [from_wire(orjson.loads(row.op), verified=True) for row in rows]
    push = begin(session, tenant, [PushBatch(HUB, 0, 0, tuple(ops))], now)
    for row, op, entries in zip(rows, ops, settle_run(ops, push.draft), strict=True):
        own = next(entry for entry in entries if entry.op is op)
        if own.verdict is Verdict.QUARANTINED:
            raise RuleBroken("quarantine.unclear", reason=own.reason)
        body = QuarantineAccepted(of=row.op_id, op=op.to_wire(), staff_id=staff_id, note=note)
        act = _act(body, tenant, row.op_id, staff_id, now, op.patient)
        push.enter(act, [replace(entry, op=act) if entry is own else entry for entry in entries])
    if rows:
        push.write()
    return len(rows)


def discard(session: Session, tenant: str, op_ids: Sequence[str], staff_id: str, note: str, now: str) -> int:
    """Leave operations out for good; `note` says why. Returns for how many that is news. Raises RuleBroken:
    `staff.manager_only`, `quarantine.reason_missing`, `quarantine.unknown`, `quarantine.settled` (let in before)."""
    if not note.strip():
        raise RuleBroken("quarantine.reason_missing")
    rows = _open(session, tenant, op_ids, staff_id, "discarded")
    acts = [_act(QuarantineDiscarded(of=row.op_id, staff_id=staff_id, note=note.strip()), tenant, row.op_id, staff_id,
                 now, str(orjson.loads(row.op)["patient"])) for row in rows]  # fmt: skip
    if acts:
        push_batches(session, tenant, [PushBatch(HUB, 0, 0, tuple(acts))], now)
    return len(rows)


def _open(session: Session, tenant: str, op_ids: Sequence[str], staff_id: str, wanted: str) -> list[_Apart]:
    """The rows that are still to be decided."""
    session.run(LOCK, tenant=tenant)
    check_manager(session, tenant, staff_id)
    rows = [_Apart(*row) for row in session.rows(_ROWS, tenant=tenant, ids=tuple(op_ids))]
    if len(rows) != len(set(op_ids)):
        raise RuleBroken("quarantine.unknown")
    if any(row.resolution not in ("", wanted) for row in rows):
        raise RuleBroken("quarantine.settled")
    return [row for row in rows if not row.resolution]


def _act(body: object, tenant: str, of: str, staff_id: str, now: str, patient: str) -> Operation:
    return make_operation(
        body, op_id=natural_id(tenant, "quarantine", of), tenant=tenant, device=HUB, epoch=0, dseq=0, prev=GENESIS,
        actor=staff_id, business_date=now[:10], device_time=now, patient=patient,
    )  # fmt: skip
