"""A desk's stream ends and begins again: after a restore of the desk, and when two copies of it are alive.

A restored desk and a copied disk look alike at first: a stream goes on otherwise than the hub knows. So the hub ends
the epoch and grants a new one. Where the copy that the old epoch belonged to comes back with the very token it was last
given, two are alive, and from then on both are kept apart until a manager has one of them join again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from models.basics.errors import SyncRefused
from models.operations.operation import GENESIS
from models.operations.protocol import EpochAsk, EpochGrant
from models.store.session import Session

LOCK = "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant RETURNING server_epoch, seq, hash"
_DEVICE = (
    "SELECT epoch, last_dseq, last_hash, token, apart_at, revoked_at FROM device "
    "WHERE tenant = :tenant AND device_id = :id"
)
_END = "SELECT token, next_epoch FROM stream_end WHERE tenant = :tenant AND device_id = :id AND "


@dataclass(frozen=True, slots=True)
class _Stream:
    epoch: int
    last_dseq: int
    last_hash: str
    token: str
    apart_at: str
    revoked_at: str


def new_epoch(session: Session, tenant: str, device_id: str, ask: EpochAsk, now: str) -> EpochGrant | None:
    """End the desk's epoch and grant the next; the same question again gets the same answer. None: it runs twice, and
    is kept apart from here on. Raises SyncRefused `sync.tenant_unknown`."""
    head = session.one(LOCK, tenant=tenant)
    found = session.one(_DEVICE, tenant=tenant, id=device_id)
    if head is None or found is None:
        raise SyncRefused("sync.tenant_unknown")
    stream = _Stream(*found)
    if stream.apart_at:
        return None
    given = session.one(_END + "ask_id = :ask", tenant=tenant, id=device_id, ask=ask.ask_id)
    if given is not None and given[1] == stream.epoch:
        return _grant(session, tenant, device_id, ask, head[0], stream.epoch, stream.token)
    if _lives_twice(session, tenant, device_id, ask):
        session.run("UPDATE device SET apart_at = :now WHERE tenant = :tenant AND device_id = :id",
                    tenant=tenant, id=device_id, now=now)  # fmt: skip
        return None
    epoch, token = max(stream.epoch, ask.epoch) + 1, secrets.token_hex(16)
    end_stream(session, tenant, device_id, epoch, ask.ask_id, now)
    session.run(
        "UPDATE device SET epoch = :epoch, last_dseq = 0, last_hash = :hash, token = :token, token_before = '' "
        "WHERE tenant = :tenant AND device_id = :id",
        tenant=tenant, id=device_id, epoch=epoch, hash=GENESIS, token=token,
    )  # fmt: skip
    return _grant(session, tenant, device_id, ask, head[0], epoch, token)


def join_again(session: Session, tenant: str, device_id: str, public_key: str, now: str, *, beyond: int = 0) -> None:
    """A known desk joins once more: a new key, a new epoch (after `beyond`, the last it knows of), no longer apart or
    revoked. Other copies of it hold the old key and are nobody."""
    stream = _Stream(*session.one(_DEVICE, tenant=tenant, id=device_id))
    epoch = max(stream.epoch, beyond) + 1
    end_stream(session, tenant, device_id, epoch, "", now)
    session.run(
        "UPDATE device SET epoch = :epoch, last_dseq = 0, last_hash = :hash, token = '', token_before = '', "
        "public_key = :key, apart_at = '', revoked_at = '' WHERE tenant = :tenant AND device_id = :id",
        tenant=tenant, id=device_id, epoch=epoch, hash=GENESIS, key=public_key,
    )  # fmt: skip


def end_stream(session: Session, tenant: str, device_id: str, next_epoch: int, ask_id: str, now: str) -> None:
    """Write down where the desk's epoch ended."""
    session.run(
        "INSERT INTO stream_end (tenant, device_id, epoch, last_dseq, last_hash, token, ask_id, next_epoch, ended_at) "
        "SELECT tenant, device_id, epoch, last_dseq, last_hash, token, :ask, :next, :now FROM device "
        "WHERE tenant = :tenant AND device_id = :id ON CONFLICT DO NOTHING",
        tenant=tenant, id=device_id, ask=ask_id, next=next_epoch, now=now,
    )  # fmt: skip


def _lives_twice(session: Session, tenant: str, device_id: str, ask: EpochAsk) -> bool:
    """Does whoever asks hold the last token of an epoch that another copy has ended?"""
    end = session.one(_END + "epoch = :epoch AND ask_id <> :ask", tenant=tenant, id=device_id, epoch=ask.epoch,
                      ask=ask.ask_id)  # fmt: skip
    return end is not None and bool(ask.token) and end[0] == ask.token


def _grant(
    session: Session, tenant: str, device_id: str, ask: EpochAsk, server_epoch: str, epoch: int, token: str
) -> EpochGrant:  # fmt: skip
    counted: Any = session.one(
        "SELECT count(*) FROM log WHERE tenant = :tenant AND device = :id AND dseq > 0 AND seq > :after",
        tenant=tenant, id=device_id, after=ask.after,
    )  # fmt: skip
    return EpochGrant(epoch, token, server_epoch, int(counted[0]))
