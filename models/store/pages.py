"""Takes a page of the hub's log into a desk's store: confirmed layer, cursor and pending layer in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from models.basics.errors import SyncRefused
from models.operations.operation import Operation
from models.operations.protocol import LogEntry, Page, PushAnswer
from models.operations.unreadable import body_hash_of
from models.store.layers import Stream, apply_entries, replay, take_away
from models.store.mending import keep_proof, learn_numbers
from models.store.outbox import mark_returned, verdict_of
from models.store.projection import REFUSED
from models.store.promoting import can_promote, promote
from models.store.rows import Change
from models.store.session import Session


def apply_page(session: Session, tenant: str, device: str, page: Page, now: str) -> Change:
    """Apply what of `page` is new after the cursor. See `DeskStore.apply_page`."""
    stream = Stream.read(session, tenant)
    if stream is None or page.server_epoch != stream.server_epoch:
        raise SyncRefused("sync.history_diverged", seq=page.from_seq)
    known = _known_of(page, stream)
    entries, ops = page.entries[known:], page.operations()[known:]
    if not entries:
        return Change()
    if can_promote(session, tenant, device, entries):
        names, patients = promote(session, tenant, entries, ops)
        names |= {"outbox"} if mark_returned(session, tenant, map(_key, entries), now) else set()
    else:
        names, patients = _rebase(session, tenant, entries, ops, stream, now)
    stream.cursor_seq, stream.cursor_hash, stream.server_time = entries[-1].seq, entries[-1].hash, page.server_time
    keep_proof(session, tenant, page)
    learn_numbers(stream, device, ops)
    stream.write(session, tenant)
    return Change(frozenset(names), frozenset(patients))


def take_answer(session: Session, tenant: str, answer: PushAnswer, now: str) -> Change:
    """Bring the pending layer in step with an answer that was just noted: what it refuses has no effect any more, and
    what it knows from behind the cursor is confirmed already and will not come back."""
    stream = Stream.read(session, tenant)
    if stream is None or not (_let_go(session, tenant, answer, stream, now) or _refuses(answer)):
        return Change()
    touched = [take_away(session, tenant), replay(session, tenant, stream)]
    stream.write(session, tenant)
    names = {name for each, _ in touched for name in each}
    return Change(frozenset(names), frozenset(patient for _, each in touched for patient in each))


def _let_go(session: Session, tenant: str, answer: PushAnswer, stream: Stream, now: str) -> bool:
    behind = [result.op_id for result in answer.results if 0 < result.seq <= stream.cursor_seq]
    return bool(behind) and session.run(
        "UPDATE outbox SET returned_at = :now WHERE tenant = :tenant AND op_id IN (:ids) AND returned_at = '' AND "
        "acknowledged_at <> ''",
        tenant=tenant, now=now, ids=behind,
    ) > 0  # fmt: skip


def _refuses(answer: PushAnswer) -> bool:
    return any(verdict_of(result)[0] in REFUSED for result in answer.results)


def _rebase(
    session: Session, tenant: str, entries: Sequence[LogEntry], ops: Sequence[Operation], stream: Stream, now: str
) -> tuple[set[str], set[str]]:  # fmt: skip
    """Take the pending layer away, apply the entries to the letter, replay what still waits."""
    touched = [take_away(session, tenant)] if stream.pending_no else []  # 0: nothing was put there since it was empty
    touched.append(apply_entries(session, tenant, entries, ops))
    own = mark_returned(session, tenant, map(_key, entries), now)
    touched.append(replay(session, tenant, stream))
    names = {name for found, _ in touched for name in found} | ({"outbox"} if own else set())
    return names, {patient for _, found in touched for patient in found}


def _known_of(page: Page, stream: Stream) -> int:
    """How many entries of a page are known already, once it is proven to follow what is. Raises SyncRefused."""
    known = stream.cursor_seq - page.from_seq + 1
    if known < 0:
        raise SyncRefused("sync.page_gap", expected=stream.cursor_seq + 1, got=page.from_seq)
    if known == 0 and page.prev_hash != stream.cursor_hash:
        raise SyncRefused("sync.history_diverged", seq=stream.cursor_seq)
    page.operations()
    if 0 < known <= len(page.entries) and page.entries[known - 1].hash != stream.cursor_hash:
        raise SyncRefused("sync.history_diverged", seq=stream.cursor_seq)
    return known


def _key(entry: LogEntry) -> dict[str, object]:
    return {
        "op_id": entry.op["op_id"], "body_hash": body_hash_of(entry.op), "verdict": entry.verdict, "seq": entry.seq,
        "granted": entry.granted, "reason": entry.reason,
    }  # fmt: skip
