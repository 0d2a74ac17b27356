"""How a plan stands: which payments are made, due, late or still to come, and what it takes to pay it off.

Nothing of it is kept: it follows from the schedule, from what was paid to the plan's line items and from what they
still owe, so that money that comes by any way counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.rules.plans import Instalment


class PlanStatus(StrEnum):
    """Where a plan is (S4-04). Dormant: no agreement is in force yet."""

    DORMANT = "dormant"
    ACTIVE = "active"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class State(StrEnum):
    """Where one payment of a plan is."""

    PAID = "paid"
    SKIPPED = "skipped"
    CONFIRMING = "confirming"
    PROCESSING = "processing"
    FAILED = "failed"
    LATE = "late"
    DUE = "due"
    SCHEDULED = "scheduled"
    LET_OFF = "let_off"


@dataclass(frozen=True, slots=True)
class LastTry:
    """What became of the last time the card was charged for a payment: `charged`, `declined` or `unknown`; or
    `processing`: a bank was asked for it and has not answered."""

    outcome: str
    attempt: int = 1
    next_on: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One payment as it stands: `paid_cents` of it have come; `open_cents` are still to come."""

    line: Instalment
    state: State
    paid_cents: int
    open_cents: int
    last: LastTry | None = None


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """A plan as it stands. `owed_cents` is its balance; `beyond_cents` of it are in no payment: something was charged
    more since. `late_cents` should have come; `next` is the first payment that is still open."""

    lines: tuple[Standing, ...]
    owed_cents: int
    paid_cents: int
    beyond_cents: int
    late_cents: int

    @property
    def next(self) -> Standing | None:
        """The first payment that is still open."""
        return next((each for each in self.in_order if each.open_cents), None)

    @property
    def in_order(self) -> list[Standing]:
        """By the day they fall due."""
        return sorted(self.lines, key=lambda each: (each.line.due, each.line.no))

    @property
    def late(self) -> bool:
        """Should anything have come that has not?"""
        return self.late_cents > 0


def standing(
    lines: Sequence[Instalment], owed_cents: int, paid: Mapping[str, int], *, today: date, late_days: int,
    extras: Mapping[str, int] | None = None, tries: Mapping[int, LastTry] | None = None,
) -> PlanStanding:  # fmt: skip
    """How a plan stands. `paid` is what each payment put on its line items, `extras` which of them were made for a
    certain payment of the plan (S0-45); the others count for what is due first. What the line items owe less than the
    schedule says falls off its end. A payment is late `late_days` after its day, unless a
    bank was asked for it."""
    counted = _share_out(lines, paid, extras or {})
    opened = {line.no: line.cents - counted[line.no] for line in lines if not line.skipped}
    short = sum(opened.values()) - owed_cents
    let_off = _from_the_end(lines, opened, short) if short > 0 else set()
    found = tuple(_one(line, counted, opened, let_off, (tries or {}).get(line.no), today, late_days) for line in lines)
    late = sum(each.open_cents for each in found if each.open_cents and each.state is not State.PROCESSING
               and each.line.due + timedelta(late_days) < today)  # fmt: skip
    return PlanStanding(found, owed_cents, sum(counted.values()), max(-short, 0), late)


def _share_out(lines: Sequence[Instalment], paid: Mapping[str, int], extras: Mapping[str, int]) -> dict[int, int]:
    """By payment of the plan the cents that came for it."""
    counted = dict.fromkeys((line.no for line in lines), 0)
    room = {line.no: line.cents for line in lines if not line.skipped}
    pot = 0
    for payment_id, cents in paid.items():
        part = max(min(room.get(extras.get(payment_id, 0), 0), cents), 0)
        if part:
            counted[extras[payment_id]] += part
            room[extras[payment_id]] -= part
        pot += cents - part
    for line in sorted(lines, key=lambda each: (each.due, each.no)):
        part = max(min(room.get(line.no, 0), pot), 0)
        counted[line.no] += part
        pot -= part
    return counted


def _from_the_end(lines: Sequence[Instalment], opened: dict[int, int], short: int) -> set[int]:
    """Take what is not owed any more off the last payments; answers which of them fell away whole."""
    gone = set()
    for line in sorted(lines, key=lambda each: (each.due, each.no), reverse=True):
        part = min(opened.get(line.no, 0), short)
        if part > 0:
            opened[line.no] -= part
            short -= part
            if not opened[line.no]:
                gone.add(line.no)
    return gone


def _one(
    line: Instalment, counted: Mapping[int, int], opened: Mapping[int, int], let_off: set[int], last: LastTry | None,
    today: date, late_days: int,
) -> Standing:  # fmt: skip
    left = opened.get(line.no, 0)
    return Standing(line, _state(line, counted[line.no], left, line.no in let_off, last, today, late_days),
                    counted[line.no], left, last)  # fmt: skip


_BY_OUTCOME = {"unknown": State.CONFIRMING, "processing": State.PROCESSING, "declined": State.FAILED}


def _state(
    line: Instalment, paid: int, left: int, let_off: bool, last: LastTry | None, today: date, late_days: int
) -> State:  # fmt: skip
    if line.skipped:
        return State.SKIPPED
    if not left:
        return State.LET_OFF if let_off and not paid else State.PAID
    if last is not None and last.outcome in _BY_OUTCOME:
        return _BY_OUTCOME[last.outcome]
    if line.due + timedelta(days=late_days) < today:
        return State.LATE
    return State.DUE if line.due <= today else State.SCHEDULED


def pay_off_cents(stands: PlanStanding, today: date) -> tuple[int, int]:
    """(what pays the plan off today, interest that falls away): interest of payments that are not due yet is not asked
    of who pays early. What the charges owe less than the schedule says fell away before."""
    opened = [each for each in stands.lines if each.open_cents]
    unearned = sum(each.line.interest_cents for each in opened if each.line.due > today)
    gone = sum(each.line.cents - each.paid_cents for each in stands.lines if not each.line.skipped) - stands.owed_cents
    unearned = max(min(unearned - max(gone, 0), stands.owed_cents), 0)
    return stands.owed_cents - unearned, unearned


FIRST_RETRY, SECOND_RETRY = 3, 7
LEAST_RETRY, MOST_RETRY = 1, 30
"""Days after a card said no until it is tried again, and how far a practice may set them."""


def next_try(due: date, attempt: int, retry_days: Sequence[int], today: date) -> date | None:
    """When a card that said no at `attempt` (1 is the first) is tried again: so many days after the payment's day, but
    never before tomorrow; None: not again by itself."""
    if attempt > len(retry_days):
        return None
    return max(due + timedelta(days=retry_days[attempt - 1]), today + timedelta(days=1))
