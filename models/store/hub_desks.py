"""What a hub remembers of its desks beside their streams: when each was seen, what it said of itself, how it is called.

Everything a manager does here is checked against the practice's own staff: the desk that asks only carries the name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import orjson

from models.basics.clock import Clock, parse_utc, utc_text
from models.basics.errors import RuleBroken
from models.operations.codec import sha256_hex
from models.operations.joining import plain_code
from models.store.session import Session

T = TypeVar("T")

LONGEST_NAME = 80
_LOCK = "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant"
"""Taken before desks' rows, as pushes do: two writers never wait for each other's rows."""

_MANAGER = (
    "SELECT 1 FROM staff WHERE tenant = :tenant AND id = :id AND role = 'manager' AND active = 1 AND deleted_at = ''"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A desk's last sign of life: `at` UTC text, `told` what it said of itself then (`version`, `pending`,
    `oldest_at`)."""

    at: str
    told: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CodeState:
    """What became of a one-time code. `device_no` 0: nobody joined with it yet."""

    expires_at: str
    used_at: str = ""
    device_no: int = 0
    desk_name: str = ""


class Running(Protocol):
    """Runs work in one transaction and answers what it answers."""

    def __call__(self, work: Callable[[Session], T], tenant: str) -> T: ...


class HubDesks:
    """The desks of a hub's practices. Thread-safe; raises StorageError where the database fails."""

    def __init__(self, write: Running, look: Running, clock: Clock) -> None:
        self._write, self._look, self._clock = write, look, clock

    def check_manager(self, tenant: str, staff_id: str) -> None:
        """Raise RuleBroken `staff.manager_only` unless this is an active manager of the practice."""
        self._look(lambda session: check_manager(session, tenant, staff_id), tenant)

    def note_seen(self, tenant: str, seen: Mapping[str, Seen]) -> None:
        """Write down when desks of a practice were seen and what they said; all in one transaction."""

        def work(session: Session) -> None:
            session.run(_LOCK, tenant=tenant)
            query = "SELECT device_id, info FROM device WHERE tenant = :tenant AND device_id IN (:ids)"
            for device_id, info in session.rows(query, tenant=tenant, ids=tuple(seen)):
                known = {**orjson.loads(info or "{}"), **seen[device_id].told}
                session.run(
                    "UPDATE device SET info = :info, last_seen_at = "
                    "CASE WHEN last_seen_at < :at THEN :at ELSE last_seen_at END "
                    "WHERE tenant = :tenant AND device_id = :id",
                    tenant=tenant, id=device_id, info=orjson.dumps(known).decode(), at=seen[device_id].at,
                )  # fmt: skip

        if seen:
            self._write(work, tenant)

    def quarantined(self, tenant: str) -> dict[str, int]:
        """How many operations of each desk the hub keeps for somebody to look at."""
        query = "SELECT device, count(*) FROM quarantine WHERE tenant = :tenant AND resolution = '' GROUP BY device"
        return self._look(lambda session: dict(session.rows(query, tenant=tenant)), tenant)

    def rename(self, tenant: str, device_id: str, name: str, staff_id: str) -> None:
        """Call a desk otherwise. Raises RuleBroken: `staff.manager_only`, `desks.name_missing`, `desks.unknown`."""
        wanted = " ".join(name.split())[:LONGEST_NAME]
        if not wanted:
            raise RuleBroken("desks.name_missing")
        self._change(tenant, device_id, staff_id, "name = :value", wanted)

    def call_itself(self, tenant: str, device_id: str, name: str) -> str:
        """How a desk is called; with a `name` of its own it is called so from now on."""

        def work(session: Session) -> str:
            wanted = " ".join(name.split())[:LONGEST_NAME]
            if wanted:
                session.run(_LOCK, tenant=tenant)
                session.run("UPDATE device SET name = :name WHERE tenant = :tenant AND device_id = :id",
                            tenant=tenant, id=device_id, name=wanted)  # fmt: skip
            row = session.one("SELECT name FROM device WHERE tenant = :tenant AND device_id = :id",
                              tenant=tenant, id=device_id)  # fmt: skip
            return str(row[0]) if row else ""

        return self._write(work, tenant) if name.strip() else self._look(work, tenant)

    def revoke(self, tenant: str, device_id: str, staff_id: str) -> None:
        """From now on what the desk sends is kept apart, and it reads no more (H12). Twice does no harm. Raises
        RuleBroken: `staff.manager_only`, `desks.unknown`."""
        now = utc_text(self._clock.now())
        change = "revoked_at = CASE revoked_at WHEN '' THEN :value ELSE revoked_at END"
        self._change(tenant, device_id, staff_id, change, now)

    def readmit(self, tenant: str, device_id: str, staff_id: str) -> None:
        """Let a revoked desk work again. What was kept apart stays there until somebody looks at it. Raises
        RuleBroken: `staff.manager_only`, `desks.unknown`."""
        self._change(tenant, device_id, staff_id, "revoked_at = :value", "")

    def code_state(self, tenant: str, code: str, staff_id: str) -> CodeState:
        """What became of a code. Raises RuleBroken: `staff.manager_only`, `enrol.code_wrong` (not of this practice)."""

        def work(session: Session) -> CodeState:
            check_manager(session, tenant, staff_id)
            row = session.one(
                "SELECT e.expires_at, e.used_at, d.device_no, d.name FROM enrolment e LEFT JOIN device d "
                "ON d.tenant = e.tenant AND d.device_id = e.device_id "
                "WHERE e.tenant = :tenant AND e.code_hash = :code_hash",
                tenant=tenant, code_hash=sha256_hex(plain_code(code).encode()),
            )  # fmt: skip
            if row is None:
                raise RuleBroken("enrol.code_wrong")
            return CodeState(row[0], row[1], int(row[2] or 0), str(row[3] or ""))

        return self._look(work, tenant)

    def seconds_left(self, state: CodeState) -> int:
        """How long a code is still good, by the hub's own clock; 0 when it is over."""
        return max(0, int((parse_utc(state.expires_at) - self._clock.now()).total_seconds()))

    def _change(self, tenant: str, device_id: str, staff_id: str, change: str, value: str) -> None:
        def work(session: Session) -> None:
            session.run(_LOCK, tenant=tenant)
            check_manager(session, tenant, staff_id)
            query = f"UPDATE device SET {change} WHERE tenant = :tenant AND device_id = :id"
            if not session.run(query, tenant=tenant, id=device_id, value=value):
                raise RuleBroken("desks.unknown")

        self._write(work, tenant)


def check_manager(session: Session, tenant: str, staff_id: str) -> None:
    """Raise RuleBroken `staff.manager_only` unless this is an active manager of the practice."""
    if session.one(_MANAGER, tenant=tenant, id=staff_id) is None:
        raise RuleBroken("staff.manager_only")
