"""Where a visit is, and which way it may go."""

from __future__ import annotations

from datetime import datetime

LATE_AFTER_MINUTES = 5
"""Up to here a scheduled visit is still on time."""

_ORDER = ("scheduled", "arrived", "checked_in", "in_room", "done")
_ENDS = ("no_show", "cancelled")


def visit_state(status: str, starts_at: datetime, now: datetime) -> tuple[str, int]:
    """The state shown for a visit of today, and how many minutes it is late (0 unless the state is `late`)."""
    if status != "scheduled":
        return status, 0
    minutes = int((now - starts_at).total_seconds() // 60)
    return ("late", minutes) if minutes >= LATE_AFTER_MINUTES else ("scheduled", 0)


def waits(status: str) -> bool:
    """Is the patient in the house and not yet seen?"""
    return status in ("arrived", "checked_in")


def has_come(status: str) -> bool:
    """Did the patient come to the visit?"""
    return status in ("arrived", "checked_in", "in_room", "done")


def may_check_in(status: str) -> bool:
    """Is checking in a step forward from here? A person marked as no-show may still turn up."""
    return status in ("scheduled", "arrived", "no_show")


def is_over(status: str) -> bool:
    """Will nobody come any more?"""
    return status in _ENDS


def may_become(status: str, new: str) -> bool:
    """May a visit move on (or be put back) from `status` to `new`? Cancelled visits stay cancelled here."""
    if status in ("cancelled", new):
        return False
    return new in (*_ORDER, "no_show")
