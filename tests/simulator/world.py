"""What is true whatever the books say: cash in drawers, checks in the box, what the bank captured, what was printed.

People and devices change it when money really moves. Nothing of the program reads it; at the end the books are held
against it (I25).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from models.basics.clock import Clock

if TYPE_CHECKING:
    from tests.simulator.processor import Processor

Place = tuple[str, str]
"""A practice, and where in it money lies."""

MONDAY = datetime(2026, 3, 16, 15, 0, tzinfo=UTC)
"""When every run begins."""


@dataclass
class World:
    """Money, paper and time. Cents by practice and place: `cash:<drawer>`, `card`, `check`, `other:<method>`."""

    now: datetime = MONDAY
    elapsed_s: float = 0.0
    money: Counter[Place] = field(default_factory=Counter)
    bank: Bank = field(default_factory=lambda: Bank())  # noqa: PLW0108 - it stands further down
    paper: list[Paper] = field(default_factory=list)
    pulses: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    home: Processor | None = None
    """Whom patients pay with from home, once anybody did."""

    def processor(self) -> Processor:
        """The same, from now on there."""
        if self.home is None:
            from tests.simulator.processor import Processor

            self.home = Processor(self)
        return self.home

    def wrong(self, what: str) -> None:
        """Something is not as it must be."""
        self.failures.append(what)

    def advance(self, seconds: float) -> None:
        """Time goes by."""
        self.now += timedelta(seconds=seconds)
        self.elapsed_s += seconds

    def lies(self) -> dict[Place, int]:
        """Where how much lies, without what is empty."""
        found = Counter(self.money)
        from_home = self.home.captured() if self.home is not None else {}
        for tenant, cents in (*self.bank.captured().items(), *from_home.items()):
            found[tenant, "card"] += cents
        return {place: cents for place, cents in found.items() if cents}


class DeskClock:
    """A machine's clock: the world's time and an error of its own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.wrong_by = timedelta()

    def now(self) -> datetime:
        return self._world.now + self.wrong_by

    def monotonic(self) -> float:
        return self._world.elapsed_s


@dataclass
class Paper:
    """A receipt as it came out of a printer; `journalled`: its job stood written down when it did."""

    desk: str
    receipt_no: str
    journalled: bool


@dataclass
class Transaction:
    """What the bank knows of one try: `kind` is sale, void or refund; `cents` were really moved."""

    ref: str
    tenant: str
    kind: str
    cents: int
    number: str
    voids: str = ""


class Bank:
    """The card processor. Money moves once for each reference a reader sends it."""

    def __init__(self) -> None:
        self.known: dict[str, Transaction] = {}
        self._count = 0

    def move(self, ref: str, tenant: str, kind: str, cents: int, voids: str = "") -> Transaction:
        """Move money for a new reference."""
        self._count += 1
        made = Transaction(ref, tenant, kind, cents, f"{self._count:04d}", voids)
        assert ref not in self.known, f"reference {ref} was used twice"
        self.known[ref] = made
        return made

    def captured(self) -> Counter[str]:
        """What the processor owes each practice."""
        signs = {"sale": 1, "void": -1, "refund": -1}
        found = Counter[str]()
        for each in self.known.values():
            found[each.tenant] += signs[each.kind] * each.cents
        return found


_NUMBER = re.compile(rb"\b\d\d-\d+-[A-Z]+-\d{4,}\b")


def receipt_no_on(data: bytes) -> str:
    """The receipt number that stands on a piece of paper; the first where it also names an earlier one."""
    found = _NUMBER.search(data)
    return found.group().decode() if found else ""


def chance(rng: Random, of_hundred: int) -> bool:
    """Does it happen?"""
    return rng.randrange(100) < of_hundred


__all__ = ["MONDAY", "Bank", "Clock", "DeskClock", "Paper", "Place", "Transaction", "World", "chance", "receipt_no_on"]
