"""The clinic's desks, as a manager looks after them: who is there, codes for new ones, names, revoking, readmitting.

Everything is asked of the hub, which checks the manager against its own books. Lane `hub`: it may wait for the line
without being in anybody's way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.clinic import Clinic
from app.hub_line import HubLine
from app.views import Person
from models.basics.errors import RuleBroken, SyncLater
from models.operations.joining import JoinLine, is_loopback


class DeskState(StrEnum):
    """Where a desk stands. NEW: it joined and was not seen since. TWICE: two copies of it are alive; what both send is
    kept apart until one of them joins again."""

    HERE = "here"
    ONLINE = "online"
    OFFLINE = "offline"
    NEW = "new"
    REVOKED = "revoked"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One desk. Times are the clinic's; `pending` is what it said when it was last seen; `quarantined` how many of its
    records the hub keeps apart for somebody to look at."""

    device_id: str
    number: int
    name: str
    state: DeskState
    joined_at: datetime
    seen_at: datetime | None = None
    revoked_at: datetime | None = None
    version: str = ""
    system: str = ""
    pending: int = 0
    oldest_at: datetime | None = None
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Invitation:
    """What one more desk joins with. `line` is typed, pasted or scanned there; good once, for `seconds` from now."""

    line: JoinLine
    desk_name: str
    seconds: int

    @property
    def only_here(self) -> bool:
        """Does the hub listen on its own computer only, so that no other computer can join?"""
        return is_loopback(self.line.host)


@dataclass(frozen=True, slots=True)
class Joining:
    """What became of an invitation: `desk_no` and `desk_name` once somebody joined with it."""

    seconds: int
    desk_no: int = 0
    desk_name: str = ""


class Desks:
    """Asks the hub. Every call raises SyncLater when the hub does not answer, RuleBroken when it says no: nothing was
    changed then."""

    def __init__(self, clinic: Clinic, line: HubLine | None) -> None:
        self._clinic, self._line = clinic, line

    @property
    def alone(self) -> bool:
        """Is this desk without a hub?"""
        return self._line is None

    def list(self, person: Person) -> tuple[DeskLine, ...]:
        """Every desk, by number. Raises RuleBroken `staff.manager_only`."""
        return tuple(self._desk(row) for row in self._ask("list", person)["desks"])

    def invite(self, desk_name: str, person: Person) -> Invitation:
        """A code for a further desk. Raises RuleBroken: `desks.name_missing`, `enrol.not_a_manager`."""
        name = " ".join(desk_name.split())
        if not name:
            raise RuleBroken("desks.name_missing")
        return self._invitation(name, self._ask("codes", person, desk_name=name))

    def invite_again(self, desk: DeskLine, person: Person) -> Invitation:
        """A code with which a known desk joins once more, as itself: of two copies the one that uses it goes on, the
        other is shut out (H9). Raises RuleBroken: `enrol.not_a_manager`, `desks.unknown`."""
        return self._invitation(desk.name, self._ask("codes", person, desk_name=desk.name, again_for=desk.device_id))

    def _invitation(self, name: str, told: dict[str, Any]) -> Invitation:
        line = JoinLine(told["host"], told["port"], told["code"], told["fingerprint_group"])
        return Invitation(line, name, int(told["seconds"]))

    def joining(self, invitation: Invitation, person: Person) -> Joining:
        """Has somebody joined with it?"""
        told = self._ask("codes/state", person, code=invitation.line.code)
        return Joining(int(told["seconds"]), int(told["desk_no"]), str(told["desk_name"]))

    def rename(self, desk: DeskLine, name: str, person: Person) -> None:
        """Call a desk otherwise: at the hub at once, there when it next asks."""
        self._ask("rename", person, device_id=desk.device_id, name=name)
        if desk.device_id == self._clinic.identity.device_id:
            self._call_here(" ".join(name.split()))

    def revoke(self, desk: DeskLine, person: Person) -> None:
        """Take a desk out of the clinic: stolen, sold, broken (H12). Raises RuleBroken `desks.own` for this one."""
        self._ask("revoke", person, device_id=desk.device_id)

    def readmit(self, desk: DeskLine, person: Person) -> None:
        """Let a revoked desk work again."""
        self._ask("readmit", person, device_id=desk.device_id)

    def settle_name(self) -> None:
        """Agree with the hub on what this desk is called: a name given there since the last time wins, else the one
        given here is told there."""
        clinic = self._clinic
        known, mine = clinic.store.meta(NAME_AT_HUB), clinic.identity.desk_name
        theirs = str(self._told("self", {})["name"])
        if known in (None, theirs):
            theirs = theirs if mine == theirs else str(self._told("self", {"name": mine})["name"])
        elif theirs != mine:
            self._call_here(theirs)
        if theirs != known:
            with clinic.store.write() as tx:
                tx.set_meta(NAME_AT_HUB, theirs)

    def _call_here(self, name: str) -> None:
        self._clinic.store.enrol(replace(self._clinic.identity, desk_name=name))

    def _ask(self, what: str, person: Person, **more: object) -> dict[str, Any]:
        return self._told(what, {"staff_id": person.staff_id, **more})

    def _told(self, what: str, question: dict[str, object]) -> dict[str, Any]:
        if self._line is None:
            raise RuleBroken("desks.alone")
        transport = self._line.transport
        if transport is None:
            raise SyncLater("sync.hub_unreachable")
        return transport.ask_about_desks(what, question)

    def _desk(self, row: dict[str, Any]) -> DeskLine:
        return DeskLine(
            device_id=row["device_id"], number=row["device_no"], name=row["name"], state=self._state(row),
            joined_at=self._clinic.local(row["joined_at"]), seen_at=self._moment(row["seen_at"]),
            revoked_at=self._moment(row["revoked_at"]), version=str(row["version"]), system=str(row["system"]),
            pending=int(row["pending"]), oldest_at=self._moment(row["oldest_at"]),
            quarantined=int(row["quarantined"]),
        )  # fmt: skip

    def _state(self, row: dict[str, Any]) -> DeskState:
        if row["revoked_at"]:
            return DeskState.REVOKED
        if row["apart_at"]:
            return DeskState.TWICE
        if row["device_id"] == self._clinic.identity.device_id:
            return DeskState.HERE
        if not row["seen_at"]:
            return DeskState.NEW
        return DeskState.ONLINE if row["there"] else DeskState.OFFLINE

    def _moment(self, text: str) -> datetime | None:
        return self._clinic.local(text) if text else None


NAME_AT_HUB = "desk_name_at_hub"
"""Where the store keeps what the hub called this desk the last time."""
