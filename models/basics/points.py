"""Places where a machine may die: before and after every commit, before and after everything that leaves the desk.

Each is named where it lies in the code and costs a comparison. A test puts a visitor there, which may raise in the
middle of things; what the next start makes of that is what the test is about. The program itself never does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Point(StrEnum):
    """What has happened when the point is reached, and what has not yet."""

    BEFORE_COMMIT = "before_commit"  # a desk's transaction is written, and would be gone
    AFTER_COMMIT = "after_commit"  # it stands; nobody has been told
    BEFORE_CARD = "before_card"  # the try is in the journal; not a byte has left for the reader
    AFTER_CARD = "after_card"  # the reader has answered; nothing of that is written
    BEFORE_SIGNATURE = "before_signature"  # the payment is posted; nobody was asked to sign for it
    BEFORE_PRINT = "before_print"  # the job says that it is being sent
    AFTER_PRINT = "after_print"  # the paper is out; the job does not know
    BEFORE_PULSE = "before_pulse"  # the drawer's pulse says that it is being sent
    AFTER_PULSE = "after_pulse"  # the drawer is open
    BEFORE_PUSH = "before_push"  # operations are marked as perhaps known to the hub
    AFTER_PUSH = "after_push"  # the hub has answered; no verdict is kept
    AFTER_PULL = "after_pull"  # a page of the log is here; nothing of it is applied
    SNAPSHOT_CHUNK = "snapshot_chunk"  # one more chunk of a snapshot lies in the new file
    BEFORE_SWAP = "before_swap"  # the new file is whole, the old one still in use
    AFTER_SWAP = "after_swap"  # the new file is in the old one's place
    BEFORE_ONLINE = "before_online"  # the asking is in the hub's journal; nothing has left for the processor
    AFTER_ONLINE = "after_online"  # the processor has answered; nothing of that is written
    AFTER_HEARD = "after_heard"  # an event of the processor's is kept; nothing has come of it
    HUB_BEFORE_COMMIT = "hub_before_commit"  # a hub's transaction is written, and would be gone
    HUB_AFTER_COMMIT = "hub_after_commit"  # it stands; nobody has been answered


_visitor: Callable[[Point], None] | None = None


def point(name: Point) -> None:
    """This place was reached. Nothing, unless a test is looking."""
    looking = _visitor
    if looking is not None:
        looking(name)


@contextmanager
def visited_by(visitor: Callable[[Point], None], *, here: bool = False) -> Iterator[None]:
    """Inside, `visitor` hears of every point, on the thread that reaches it, and may raise. One at a time. With `here`
    only of those that this thread reaches: whatever else lives in the process is no part of it."""
    global _visitor  # noqa: PLW0603 - the one switch there is
    before, _visitor = _visitor, _of_this_thread(visitor) if here else visitor
    try:
        yield
    finally:
        _visitor = before


def _of_this_thread(visitor: Callable[[Point], None]) -> Callable[[Point], None]:
    mine = threading.get_ident()

    def visit(name: Point) -> None:
        if threading.get_ident() == mine:
            visitor(name)

    return visit
