"""Where a visit is, how that is called, and which way it may go (S0-39)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

LATE_AFTER_MINUTES = 5
"""Up to here a visit that is expected is still on time."""

CUSTOM = "custom:"
"""Before the name of a status of the practice's own."""


class Stage(StrEnum):
    """What a status means for the day: is somebody expected, here, finished, or not coming?"""

    PLANNED = "planned"
    HERE = "here"
    DONE = "done"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    CUSTOM = "custom"


STATUSES: dict[str, tuple[str, Stage]] = {
    "scheduled": ("Scheduled", Stage.PLANNED),
    "confirmed": ("Confirmed", Stage.PLANNED),
    "not_confirmed": ("Not confirmed", Stage.PLANNED),
    "rescheduled": ("Rescheduled", Stage.PLANNED),
    "checked_in_online": ("Checked in online", Stage.PLANNED),
    "arrived": ("Arrived", Stage.HERE),
    "checked_in": ("Checked in", Stage.HERE),
    "in_room": ("In room", Stage.HERE),
    "in_session": ("In session", Stage.HERE),
    "done": ("Done", Stage.DONE),
    "no_show": ("No-show", Stage.NO_SHOW),
    "cancelled": ("Cancelled", Stage.CANCELLED),
}
"""Every status with its words and its stage, in the order of a visit. Who checked in online is not here yet."""

_AFTER: dict[Stage, frozenset[Stage]] = {
    Stage.PLANNED: frozenset(Stage),
    Stage.HERE: frozenset(Stage),
    Stage.CUSTOM: frozenset(Stage),
    Stage.DONE: frozenset({Stage.PLANNED, Stage.HERE, Stage.CUSTOM}),
    Stage.NO_SHOW: frozenset(Stage),
    Stage.CANCELLED: frozenset({Stage.PLANNED}),
}
"""Which stage may follow which. Back is a step like any other (a wrong press is put right); what is done was, so it
can no longer fall out; a cancelled visit is first put back on the schedule."""


def stage_of(status: str) -> Stage:
    """What a status means; one of the practice's own, or of a newer program, is CUSTOM."""
    known = STATUSES.get(status)
    return known[1] if known else Stage.CUSTOM


def status_words(status: str) -> str:
    """How a status is called: `Checked in`; one of the practice's own by its name."""
    known = STATUSES.get(status)
    return known[0] if known else status.removeprefix(CUSTOM) or "Visit"


def custom_status(name: str) -> str:
    """The status of a name of the practice's own: `custom:At x-ray`."""
    return CUSTOM + name


def visit_state(status: str, starts_at: datetime, now: datetime) -> tuple[str, int]:
    """The state shown for a visit of today, and how many minutes it is late (0 unless the state is `late`)."""
    if status not in _EXPECTED:
        return status, 0
    minutes = int((now - starts_at).total_seconds() // 60)
    return ("late", minutes) if minutes >= LATE_AFTER_MINUTES else (status, 0)


_EXPECTED = ("scheduled", "confirmed", "not_confirmed", "rescheduled")


def waits(status: str) -> bool:
    """Is the patient in the house and not yet seen?"""
    return status in ("arrived", "checked_in")


def has_come(status: str) -> bool:
    """Did the patient come to the visit?"""
    return stage_of(status) in (Stage.HERE, Stage.DONE)


def may_check_in(status: str) -> bool:
    """Is checking in a step forward from here? A person marked as no-show may still turn up."""
    return status == "arrived" or stage_of(status) in (Stage.PLANNED, Stage.NO_SHOW, Stage.CUSTOM)


def is_over(status: str) -> bool:
    """Will nobody come any more?"""
    return stage_of(status) in (Stage.NO_SHOW, Stage.CANCELLED)


def may_become(status: str, new: str, custom: Iterable[str] = ()) -> bool:
    """May a visit go (or be put back) from `status` to `new`? `custom` are the names the practice gave itself."""
    if new == status or (new not in STATUSES and new not in {custom_status(name) for name in custom}):
        return False
    return stage_of(new) in _AFTER[stage_of(status)]


def offered(status: str, custom: Iterable[str] = ()) -> tuple[str, ...]:
    """Every status a visit may go to from where it is, in the order of a visit, the practice's own last."""
    names = tuple(custom)
    every = (*STATUSES, *(custom_status(name) for name in names))
    return tuple(new for new in every if may_become(status, new, names))
