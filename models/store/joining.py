"""A desk joins a practice with a one-time code: as a new one, or again as the one it was.

A desk that is set up says who it was. A hub restored from a backup older than that desk has forgotten it, and takes it
under its old id, so that its records and its part of the log stay its own. A desk the hub knows joins again only with a
code that a manager made for it: nobody takes another desk's place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from models.basics.clock import parse_utc, utc_text
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.operations.codec import sha256_hex
from models.operations.joining import plain_code
from models.operations.operation import GENESIS
from models.store.rows import DeviceRow
from models.store.session import Session
from models.store.streams import join_again

CODE_MINUTES = 10

DEVICE = (
    "SELECT tenant, device_id, device_no, epoch, name, public_key, last_dseq, last_hash, info, created_at, "
    "last_seen_at, revoked_at, apart_at FROM device WHERE "
)
_CODE = (
    "SELECT tenant, desk_name, expires_at, used_at, device_id, again_for FROM enrolment WHERE code_hash = :code_hash"
)


@dataclass(frozen=True, slots=True)
class Former:
    """Who a desk was before it joins again: its practice, id, number, and the epoch of its stream."""

    tenant: str
    device_id: str
    device_no: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Joiner:
    """A desk that joins: `public_key` is base64, `info` what it says of itself, `former` who it was."""

    public_key: str
    info: dict[str, object]
    former: Former | None = None


@dataclass(frozen=True, slots=True)
class _Code:
    tenant: str
    desk_name: str
    expires_at: str
    used_at: str
    device_id: str
    again_for: str


def redeem(session: Session, code: str, joiner: Joiner, now: datetime) -> DeviceRow:
    """Let a desk join. One whose answer was lost may redeem again with the same key.

    Raises RuleBroken and changes nothing: `enrol.code_wrong`, `enrol.code_used`, `enrol.code_expired`,
    `enrol.other_practice`, `enrol.code_of_another` (made for another desk), `enrol.desk_known` (it needs a code made
    for it).
    """
    found = session.rows(_CODE, code_hash=code_hash(code))
    if not found:
        raise RuleBroken("enrol.code_wrong")
    given = _Code(*found[0])
    session.enter(given.tenant)
    session.run("UPDATE tenant_head SET seq = seq WHERE tenant = :tenant", tenant=given.tenant)
    if given.used_at:
        known = _one_device(session, given.tenant, given.device_id)
        if known.public_key != joiner.public_key or known.last_dseq:
            raise RuleBroken("enrol.code_used")
        return known
    if parse_utc(given.expires_at) < now:
        raise RuleBroken("enrol.code_expired", minutes=CODE_MINUTES)
    device_id = _id_for(session, given, joiner.former)
    used = session.run(
        "UPDATE enrolment SET used_at = :now, device_id = :device_id WHERE tenant = :tenant AND code_hash = :code_hash "
        "AND used_at = ''",
        now=utc_text(now), device_id=device_id, tenant=given.tenant, code_hash=code_hash(code),
    )  # fmt: skip
    if not used:
        raise RuleBroken("enrol.code_used")
    if given.again_for:
        epoch = joiner.former.epoch if joiner.former is not None else 0
        join_again(session, given.tenant, device_id, joiner.public_key, utc_text(now), beyond=epoch)
    else:
        _add(session, given, device_id, joiner, utc_text(now))
    return _one_device(session, given.tenant, device_id)


def _id_for(session: Session, given: _Code, former: Former | None) -> str:
    """Under which id the desk joins. Raises RuleBroken where it may not with this code."""
    if former is None:
        return given.again_for or new_id()
    if former.tenant != given.tenant:
        raise RuleBroken("enrol.other_practice")
    if given.again_for:
        if given.again_for != former.device_id:
            raise RuleBroken("enrol.code_of_another")
    elif session.rows("SELECT 1 FROM device WHERE device_id = :id", id=former.device_id):
        raise RuleBroken("enrol.desk_known")
    return former.device_id


def _add(session: Session, given: _Code, device_id: str, joiner: Joiner, now: str) -> None:
    """A desk the hub does not know. One that was there before keeps its number where nobody else has it by now, and
    begins an epoch of its stream that it never had."""
    former = joiner.former
    taken = {row[0] for row in session.rows("SELECT device_no FROM device WHERE tenant = :tenant", tenant=given.tenant)}
    keeps = former is not None and former.device_no not in taken
    number = former.device_no if former is not None and keeps else max(taken, default=0) + 1
    session.run(
        "INSERT INTO device (tenant, device_id, device_no, epoch, name, public_key, last_dseq, last_hash, info, "
        "created_at) VALUES (:tenant, :device_id, :device_no, :epoch, :name, :public_key, 0, :hash, :info, :now)",
        tenant=given.tenant, device_id=device_id, device_no=number, epoch=former.epoch + 1 if former else 1,
        name=given.desk_name, public_key=joiner.public_key, hash=GENESIS, info=orjson.dumps(joiner.info).decode(),
        now=now,
    )  # fmt: skip


def code_hash(code: str) -> str:
    """What is kept of a code."""
    return sha256_hex(plain_code(code).encode())


def _one_device(session: Session, tenant: str, device_id: str) -> DeviceRow:
    return device_row(session.one(DEVICE + "tenant = :tenant AND device_id = :id", tenant=tenant, id=device_id))


def device_row(row: Any) -> DeviceRow:
    """A desk from a row of DEVICE."""
    return DeviceRow(
        tenant=row[0], device_id=row[1], device_no=row[2], epoch=row[3], name=row[4], public_key=row[5],
        last_dseq=row[6], last_hash=row[7], info=orjson.loads(row[8] or "{}"), created_at=row[9], last_seen_at=row[10],
        revoked_at=row[11], apart_at=row[12],
    )  # fmt: skip
