"""How this desk stands with its hub, in full: for the panel that opens from the status bar, and as text for support.

Nothing of a patient is in it: kinds of records are counted, never named.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.clinic import Clinic
from app.clock_guard import ClockGuard
from app.hub_line import HubLine
from models.basics.clock import utc_text
from models.basics.version import VERSION
from models.store.queries import holding

GROUPS: dict[str, str] = {
    "payment.collect": "payments", "payment.rekeyed": "payments", "payment.correct": "payments",
    "payment.signed": "signatures", "payment.reverse": "undone", "payment.": "postings",
    "act.": "postings", "hold.": "postings", "refund.": "refunds", "dispute.": "refunds", "charge.": "charges",
    "billing_profile.": "practice", "appointment_profile.": "practice", "rules.": "practice", "method.": "practice",
    "fee_schedule.": "practice",
    "practice.": "practice", "staff.": "practice", "practitioner.": "practice", "location.": "practice",
    "visit.": "visits", "appointment.": "visits", "series.": "visits", "patient.": "patients", "coverage.": "patients",
    "contact.": "patients", "portal.": "patients",
    "channels.": "practice", "message.": "messages", "statement.": "statements", "drawer.": "drawer", "day.": "drawer",
    "deposit.": "drawer", "task.": "tasks", "payment_request.": "requests", "eligibility.": "answers",
    "card.": "cards", "plan.": "plans", "online.": "online", "document.": "documents", "note.": "documents",
    "link.": "links", "ask.": "requests",
}  # fmt: skip
"""What operations of a kind, or of all kinds that begin so, are counted as."""

_BY_KIND = (
    "SELECT json_extract(op, '$.kind'), count(*) FROM outbox WHERE tenant = ? AND returned_at = '' "
    "AND acknowledged_at = '' GROUP BY 1"
)
_NOT_TAKEN = (
    "SELECT count(*) FROM outbox WHERE tenant = ? AND verdict NOT IN ('', 'accepted', 'duplicate') "
    "AND reason NOT IN ('known_already', 'same_place') AND acknowledged_at >= ?"
)


@dataclass(frozen=True, slots=True)
class SyncView:
    """The panel's content. `waiting` are (group of `waiting.…`, count), most first; times are the clinic's;
    `not_taken` how many of this desk's records of today the hub reduced, refused or set aside; `clock_off_s` as in
    `ClockGuard.off_s`; `provisional_cents` how much credit was spent here that the hub must still confirm; `backup_at`
    when the last good backup was made; `repair` and `still_s` as in `SyncState`."""

    online: bool
    stopped: bool
    cause: str
    since: datetime
    last_at: datetime | None
    waiting: tuple[tuple[str, int], ...]
    oldest_at: datetime | None
    hub: str
    hub_here: bool
    position: int
    clock_off_s: int
    not_taken: int
    repair: str = ""
    repair_count: int = 0
    still_s: int = 0
    provisional_cents: int = 0
    backup_at: datetime | None = None

    @property
    def waiting_count(self) -> int:
        """How many records wait in all."""
        return sum(count for _, count in self.waiting)


class Syncing:
    """Lane `reads`."""

    def __init__(
        self, clinic: Clinic, line: HubLine, clock: ClockGuard, hosts: Callable[[], bool], backup_at: Callable[[], str]
    ) -> None:  # fmt: skip
        """`hosts`: does the hub run at this desk? `backup_at`: UTC text of the last good backup, empty for none."""
        self._clinic, self._line, self._clock = clinic, line, clock
        self._hosts, self._backup_at = hosts, backup_at

    def view(self) -> SyncView:
        """How it stands now."""
        clinic, state = self._clinic, self._line.state()
        midnight = datetime.combine(clinic.today(), datetime.min.time(), clinic.zone)
        with clinic.store.reader() as reader:
            by_kind = reader.execute(_BY_KIND, (clinic.tenant,)).fetchall()
            provisional_cents = holding.provisional(reader, clinic.tenant)
            not_taken = reader.execute(_NOT_TAKEN, (clinic.tenant, utc_text(midnight))).fetchone()[0]
        oldest, backup = clinic.store.oldest_pending_at(), self._backup_at()
        return SyncView(
            online=state.online, stopped=state.stopped, cause=state.cause, since=state.since.astimezone(clinic.zone),
            last_at=state.last_synced_at.astimezone(clinic.zone) if state.last_synced_at else None,
            waiting=grouped(by_kind), oldest_at=clinic.local(oldest) if oldest else None,
            hub=clinic.identity.hub_url.partition("//")[2], hub_here=self._hosts(),
            position=clinic.store.cursor().seq, clock_off_s=self._clock.off_s, not_taken=not_taken,
            repair=state.repair, repair_count=state.repair_count, still_s=state.still_s,
            provisional_cents=provisional_cents, backup_at=clinic.local(backup) if backup else None,
        )  # fmt: skip

    def for_support(self) -> str:
        """What support needs to know, as text: numbers, ids and keys, nothing of a patient."""
        view, cursor, identity = self.view(), self._clinic.store.cursor(), self._clinic.identity
        rows: list[tuple[str, Any]] = [
            ("Copaydesk", f"{VERSION} on {platform.system()} {platform.release()}"),
            ("Desk", f"{identity.device_no}, {identity.device_id}, epoch {identity.epoch}"),
            ("Hub", f"{view.hub}{' (on this computer)' if view.hub_here else ''}, epoch {cursor.server_epoch[:8]}"),
            ("State", _state(view)),
            ("Since", utc_text(view.since)),
            ("Last exchange", utc_text(view.last_at) if view.last_at else "never"),
            ("Waiting", ", ".join(f"{name} {count}" for name, count in view.waiting) or "nothing"),
            ("Oldest waiting", utc_text(view.oldest_at) if view.oldest_at else "none"),
            ("Provisional credit", f"{view.provisional_cents} cents"),
            ("Last good backup", utc_text(view.backup_at) if view.backup_at else "none"),
            ("Not taken today", view.not_taken),
            ("Log position", f"{cursor.seq} {cursor.hash[:12]}"),
            ("Clock", f"{view.clock_off_s:+d} s beside the hub" if view.clock_off_s else "right"),
            ("At", utc_text(self._clinic.clock.now())),
        ]  # fmt: skip
        return "\n".join(f"{name}: {value}" for name, value in rows)


def _state(view: SyncView) -> str:
    words = "online" if view.online else "stopped" if view.stopped else "offline"
    still = f"lies still for {view.still_s} s" if view.still_s else ""
    return " ".join(part for part in (words, view.cause, view.repair, still) if part)


def grouped(by_kind: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Operations by what they are counted as, most first."""
    found: dict[str, int] = {}
    for kind, count in by_kind:
        name = group_of(kind)
        found[name] = found.get(name, 0) + count
    return tuple(sorted(found.items(), key=lambda row: (-row[1], row[0])))


def group_of(kind: str) -> str:
    """What an operation of this kind is counted as; `other` where nothing is said about it."""
    return GROUPS.get(kind) or GROUPS.get(f"{kind.partition('.')[0]}.", "other")


class DeskReport:
    """What this desk tells the hub of itself with every pull (`HEADER_REPORT`)."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def text(self) -> str:
        """Version, how many records wait, since when."""
        store = self._clinic.store
        return f"{VERSION};{store.pending_count()};{store.oldest_pending_at() or '-'}"
