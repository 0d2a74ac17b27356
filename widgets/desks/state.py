"""What the list of desks shows, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.desks import DeskLine, DeskState, Invitation, Joining
from widgets.common import PillCell, TableRow, WordsCell
from widgets.common.pill import Look
from widgets.common.when import clock_text, count_text
from widgets.syncing.state import moment

LOOKS: Final[dict[DeskState, Look]] = {
    DeskState.HERE: ("This desk", "info", "monitor"),
    DeskState.ONLINE: ("Online", "ok", "wifi"),
    DeskState.OFFLINE: ("Offline", "warn", "wifi-off"),
    DeskState.NEW: ("Not started yet", "neutral", "clock"),
    DeskState.REVOKED: ("Revoked", "bad", "ban"),
    DeskState.TWICE: ("Running twice", "bad", "triangle-alert"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the banner says. `stays` until the next act, else only until the list could be read."""

    meaning: str
    title: str
    text: str = ""
    stays: bool = True


@dataclass(frozen=True, slots=True)
class DesksState:
    """The page. `why_not` says why this person sees no list; `busy` that the hub is asked for something."""

    desks: tuple[DeskLine, ...] = ()
    now: datetime | None = None
    chosen: str = ""
    told: Told | None = None
    why_not: str = ""
    busy: bool = False
    read: bool = False

    @property
    def desk(self) -> DeskLine | None:
        """The desk that is chosen."""
        return next((desk for desk in self.desks if desk.device_id == self.chosen), None)

    @property
    def rows(self) -> tuple[TableRow, ...]:
        """The list."""
        return tuple(row_of(desk, self.now) for desk in self.desks if self.now is not None)

    @property
    def counts(self) -> tuple[Look, ...]:
        """How many are there, and how many need somebody."""
        there = sum(desk.state in {DeskState.HERE, DeskState.ONLINE} for desk in self.desks)
        away = sum(desk.state is DeskState.OFFLINE for desk in self.desks)
        review = sum(desk.quarantined for desk in self.desks)
        looks: list[Look] = [(f"{there} online", "ok", "")] if there else []
        looks += [(f"{away} offline", "warn", "")] if away else []
        looks += [(f"{count_text(review, 'record', 'records')} waiting review", "bad", "")] if review else []
        return tuple(looks)


def row_of(desk: DeskLine, now: datetime) -> TableRow:
    """One desk as a row."""
    look, seen, waits = LOOKS[desk.state], seen_text(desk, now), waiting_cell(desk, now)
    cells = (
        WordsCell(f"Desk {desk.number}", desk.name, "table_strong"), PillCell(look), WordsCell(*seen), waits,
        WordsCell(desk.version or "—", desk.system, "table", "text" if desk.version else "muted"),
    )  # fmt: skip
    spoken = ", ".join((f"Desk {desk.number}, {desk.name}", look[0], " ".join(part for part in seen if part),
                        f"waiting: {waits.spoken}", f"version {desk.version or 'unknown'}"))  # fmt: skip
    return TableRow(desk.device_id, cells, spoken=spoken)


def seen_text(desk: DeskLine, now: datetime) -> tuple[str, str]:
    """When it was there last; of a revoked desk since when it is, of a new one since when it may come."""
    if desk.revoked_at is not None:
        return f"Since {moment(desk.revoked_at, now)}", f"last seen {_seen(desk, now)}"
    if desk.state is DeskState.NEW:
        return "Not yet", f"joined {moment(desk.joined_at, now)}"
    if desk.state in {DeskState.HERE, DeskState.ONLINE}:
        return "Now", ""
    return _seen(desk, now), ""


def _seen(desk: DeskLine, now: datetime) -> str:
    return moment(desk.seen_at, now) if desk.seen_at is not None else "never"


def waiting_cell(desk: DeskLine, now: datetime) -> WordsCell:
    """What it has not sent as far as it said, and what the hub keeps apart."""
    waits = f"{count_text(desk.pending, 'record', 'records')}" if desk.pending else "Nothing"
    second = f"oldest from {moment(desk.oldest_at, now)}" if desk.pending and desk.oldest_at else ""
    if desk.quarantined:
        second = f"{desk.quarantined:,} waiting review"
    ink = "bad_text" if desk.quarantined else "warn_text" if desk.pending else "text2"
    return WordsCell(waits, second, "table", ink)


def revoke_words(desk: DeskLine) -> tuple[str, str]:
    """Title and text of the question before a desk is revoked: what it means for the money."""
    waits = count_text(desk.pending, "record", "records") if desk.pending else ""
    known = f"It has {waits} not sent yet, as far as it said." if waits else "It had sent everything when last seen."
    return (
        f"Revoke Desk {desk.number}, {desk.name}?",
        f"It gets no more news at once. {known} Payments it still sends are kept apart and count once a manager has "
        "looked at them; none is lost. You can readmit it later.",
    )


def revoked_told(desk: DeskLine) -> Told:
    """What is said after a desk was revoked (H12)."""
    if desk.quarantined:
        waits = count_text(desk.quarantined, "record", "records")
        return Told("warn", f"Desk {desk.number} revoked; {waits} waiting review",
                    "They count once somebody has looked at them.")  # fmt: skip
    return Told("ok", f"Desk {desk.number} revoked", "What it still sends is kept apart for a manager to look at.")


@dataclass(frozen=True, slots=True)
class JoinState:
    """The dialog that lets one more desk join. `left_s` counts down; `joined` once somebody did."""

    invitation: Invitation | None = None
    left_s: int = 0
    joined: Joining | None = None
    busy: bool = False
    error: str = ""

    @property
    def over(self) -> bool:
        """Is the code no longer good, without anybody having joined?"""
        return self.invitation is not None and self.joined is None and self.left_s <= 0

    @property
    def waiting_text(self) -> str:
        """What the dialog waits for."""
        if self.joined is not None:
            return f"{self.joined.desk_name} joined as Desk {self.joined.desk_no}."
        if self.over:
            return "This code is over. Make a new one."
        return f"Good for {clock_text(self.left_s)}, once. Waiting for the new desk…"

    def heard(self, joining: Joining) -> JoinState:
        """The hub said how it stands."""
        return replace(self, left_s=joining.seconds, joined=joining if joining.desk_no else None)
