"""How a one-time link stands: worked out each time from what is known, never kept (N50)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LASTS_DAYS, MOST_DAYS = 7, 90
"""How long a link usually works, and at most."""


class LinkState(StrEnum):
    """Where a link stands. OPEN: it can be paid. CHANGED: so it can, but another amount than was asked. PAID: by it.
    PROCESSING: a bank was asked by it, and takes days to answer.
    SETTLED: nothing is owed any more, by whatever way it came. REVOKED: taken back. EXPIRED: its time is over."""

    OPEN = "open"
    CHANGED = "changed"
    PAID = "paid"
    PROCESSING = "processing"
    SETTLED = "settled"
    REVOKED = "revoked"
    EXPIRED = "expired"


Key = tuple[str, str]
"""When a link was made (UTC text) and its id: the order of a list of them, newest first."""


class LinkWhich(StrEnum):
    """Which links a list shows, by how they stand now."""

    ALL = "all"
    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    SETTLED = "settled"
    REVOKED = "revoked"
    EXPIRED = "expired"


PAYABLE = frozenset({LinkState.OPEN, LinkState.CHANGED})
"""States in which a link can be used."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a link was bound to when it was made: `asked_cents` of `owed_cents`."""

    asked_cents: int
    owed_cents: int


@dataclass(frozen=True, slots=True)
class LinkStanding:
    """How a link stands now, and what it asks now (cents; 0 where it cannot be used)."""

    state: LinkState
    due_cents: int = 0

    @property
    def payable(self) -> bool:
        """Can it be used?"""
        return self.state in PAYABLE


def due_now(bound: Bound, owed_now_cents: int) -> int:
    """What a link asks now: all that is owed where it asked for all of it, else what it asked, as far as it is owed."""
    whole = bound.asked_cents >= bound.owed_cents
    return max(owed_now_cents if whole else min(bound.asked_cents, owed_now_cents), 0)


def standing(
    bound: Bound, owed_now_cents: int, *, paid: bool, revoked: bool, expired: bool, processing: bool = False
) -> LinkStanding:
    """How a link stands: money that came by it counts before everything, then a bank that was asked, then what somebody
    said, then time."""
    due_cents = due_now(bound, owed_now_cents)
    ended = (
        (paid, LinkState.PAID), (processing, LinkState.PROCESSING), (revoked, LinkState.REVOKED),
        (due_cents == 0, LinkState.SETTLED), (expired, LinkState.EXPIRED),
    )  # fmt: skip
    for holds, state in ended:
        if holds:
            return LinkStanding(state)
    changed = due_cents != bound.asked_cents
    return LinkStanding(LinkState.CHANGED if changed else LinkState.OPEN, due_cents)
