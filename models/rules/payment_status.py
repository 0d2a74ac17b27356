"""The life of a payment: nine statuses, and who may bring it from which to which (S2-08, S2-09, S2-14).

A payment begins as a request for an amount and becomes the money that came for it. What people and readers say moves a
request; what happened to money is never said but follows from it (`of_money`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """Where a payment stands."""

    DRAFT = "draft"
    PENDING = "pending"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially_refunded"
    VOIDED = "voided"


class Actor(StrEnum):
    """Who moves a payment: a person by the dropdown, a reader, link or portal by what happens there, or money that was
    taken, given back or taken back."""

    PERSON = "person"
    READER = "reader"
    MONEY = "money"


LOCKED = frozenset({Status.PAID, Status.PARTIALLY_REFUNDED, Status.REFUNDED, Status.VOIDED})
"""Cannot be edited any more (S2-09)."""
OUTSTANDING = frozenset({Status.DRAFT, Status.PENDING, Status.PROCESSING})
"""What the card Outstanding adds up (S2-01)."""
AWAITED = frozenset({Status.PENDING, Status.PROCESSING})
"""Asked for and not here: what money answers, and what is overdue past its due date (S2-15)."""
COLLECTED = frozenset({Status.PAID, Status.PARTIALLY_REFUNDED, Status.REFUNDED})
"""Money that came and was not taken back whole."""
EDITABLE = frozenset({Status.DRAFT, Status.PENDING, Status.FAILED})
"""Amount, date and words may still change: nothing is under way and nothing has come."""

TRANSITIONS: Mapping[tuple[Status, Status], frozenset[Actor]] = {
    (Status.DRAFT, Status.PENDING): frozenset({Actor.PERSON}),
    (Status.DRAFT, Status.CANCELLED): frozenset({Actor.PERSON}),
    (Status.PENDING, Status.PROCESSING): frozenset({Actor.PERSON, Actor.READER}),
    (Status.PENDING, Status.PAID): frozenset({Actor.PERSON, Actor.MONEY}),
    (Status.PENDING, Status.CANCELLED): frozenset({Actor.PERSON}),
    (Status.PROCESSING, Status.PAID): frozenset({Actor.MONEY}),
    (Status.PROCESSING, Status.FAILED): frozenset({Actor.READER}),
    (Status.PROCESSING, Status.VOIDED): frozenset({Actor.READER}),
    (Status.PROCESSING, Status.PENDING): frozenset({Actor.READER}),
    (Status.FAILED, Status.PENDING): frozenset({Actor.PERSON}),
    (Status.FAILED, Status.CANCELLED): frozenset({Actor.PERSON}),
    (Status.PAID, Status.VOIDED): frozenset({Actor.MONEY}),
    (Status.PAID, Status.PARTIALLY_REFUNDED): frozenset({Actor.MONEY}),
    (Status.PAID, Status.REFUNDED): frozenset({Actor.MONEY}),
    (Status.PARTIALLY_REFUNDED, Status.PARTIALLY_REFUNDED): frozenset({Actor.MONEY}),
    (Status.PARTIALLY_REFUNDED, Status.REFUNDED): frozenset({Actor.MONEY}),
}
"""(from, to): who may. What is not here nobody may; cancelled, voided and refunded are ends."""

BY_COLLECTING = frozenset({(Status.PENDING, Status.PAID)})
"""The dropdown offers it, and it is done by taking cash or a check: a word alone makes no money."""


def may(before: Status, after: Status, actor: Actor) -> bool:
    """May `actor` bring a payment from one status to the other?"""
    return actor in TRANSITIONS.get((before, after), frozenset())


def choices(before: Status) -> tuple[Status, ...]:
    """What the dropdown offers in a status, in the order of `Status`."""
    return tuple(after for after in Status if may(before, after, Actor.PERSON))


def when_put(before: Status | None, *, submitted: bool) -> Status:
    """Where a request stands after it was put: a new one is a draft or pending, one that is there goes on from draft or
    failed to pending when it is submitted, and stays where it is otherwise."""
    first = Status.PENDING if submitted else Status.DRAFT
    return first if before is None or may(before, first, Actor.PERSON) else before


def of_money(amount_cents: int, corrected_cents: int, refunded_cents: int, *, reversed_: bool) -> Status:
    """Where a payment that was taken stands (S2-14): taken back whole it is voided, and so is one that was entered too
    high by all of it; else what went back says. A refund that was handed back the same day never went."""
    kept = amount_cents - corrected_cents
    if reversed_ or kept <= 0:
        return Status.VOIDED
    if refunded_cents <= 0:
        return Status.PAID
    return Status.REFUNDED if refunded_cents >= kept else Status.PARTIALLY_REFUNDED


def is_overdue(status: Status, due_date: str, today: str) -> bool:
    """Is a payment asked for, not here, and past the day it was due (both `YYYY-MM-DD`)? Due today is not."""
    return status in AWAITED and "" < due_date < today
