"""What a statement says, as data: what a patient, or a family, owes for which visits, and what lies on the account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from receipts.document import ClinicBlock

AGES: tuple[tuple[str, int, int], ...] = (
    ("Up to 30 days", 0, 30), ("31 to 60 days", 31, 60), ("61 to 90 days", 61, 90), ("Over 90 days", 91, 10_000_000),
)  # fmt: skip
"""How old an open balance may be, in days since the visit: words, first and last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementItem:
    """One visit: its day (ISO), what it was, and in cents what was owed, paid and is still open."""

    service_date: str
    description: str
    owed_cents: int
    paid_cents: int
    balance_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDocument:
    """One statement as it was issued; printed again it says the same.

    `issued_on` and `due_on` are ISO dates (`due_on` may be empty), `address` the lines of the addressee.
    `balance_cents` is what the visits still ask, `unallocated_cents` what lies on the account; `copy` marks what is
    printed again. The items add up to `balance_cents`, but for visits that were left out because nothing is open there.
    """

    clinic: ClinicBlock
    number: str
    issued_on: str
    due_on: str
    name: str
    account_no: str
    address: tuple[str, ...]
    items: tuple[StatementItem, ...]
    balance_cents: int
    unallocated_cents: int
    message: str = ""
    copy: bool = False

    @property
    def to_pay_cents(self) -> int:
        """What is left to pay once the money on account is used, never below zero."""
        return max(self.balance_cents - self.unallocated_cents, 0)


def ages(items: Sequence[StatementItem], issued_on: str) -> Iterator[tuple[str, int]]:
    """The open balance by age on the day of issue: (words, cents), youngest first. Visits to come count as young."""
    day = date.fromisoformat(issued_on)
    old = [((day - date.fromisoformat(item.service_date)).days, item.balance_cents) for item in items]
    for words, first, last in AGES:
        yield words, sum(cents for days, cents in old if first <= max(days, 0) <= last)
