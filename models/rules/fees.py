"""When a payer's prices hold (S2-16): what was noted, in an order that tells which one counts, from when to when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

IN_FORCE, COMING, ENDED, REPLACED = "in_force", "coming", "ended", "replaced"
STATES = (IN_FORCE, COMING, ENDED, REPLACED)
"""It counts today · it begins later · it counted once · another took its place on its first day, it never does."""


@dataclass(frozen=True, slots=True)
class FeeStep:
    """One price as it was noted: cents, 0 where it says that none holds any more. `schedule_id` names the schedule it
    stands in; days are ISO dates, `noted_at` is UTC text."""

    code: str
    cents: int
    starts_on: str
    noted_at: str
    schedule_id: str


@dataclass(frozen=True, slots=True)
class FeeSpan:
    """A price with the days it holds on: from `starts_on` to `ends_on`, both included; empty: no end is known. A price
    that another took the place of before it began has no day at all, and says REPLACED."""

    step: FeeStep
    ends_on: str
    state: str


def spans(steps: Iterable[FeeStep], today: str) -> tuple[FeeSpan, ...]:
    """Every price of one code, the one that begins last first; what only ends another is no price of its own."""
    ordered = sorted(steps, key=lambda each: (each.starts_on, each.noted_at, each.schedule_id))
    found: list[FeeSpan] = []
    for number, step in enumerate(ordered):
        later = ordered[number + 1] if number + 1 < len(ordered) else None
        ends_on = day_before(later.starts_on) if later is not None else ""
        if step.cents:
            found.append(FeeSpan(step, ends_on, _state(step.starts_on, ends_on, today)))
    return tuple(reversed(found))


def day_before(day: str) -> str:
    """The day before an ISO day."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _state(starts_on: str, ends_on: str, today: str) -> str:
    if ends_on and ends_on < starts_on:
        return REPLACED
    if starts_on > today:
        return COMING
    return ENDED if ends_on and ends_on < today else IN_FORCE
