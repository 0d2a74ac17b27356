"""Frozen pictures of the close of a day. Amounts are cents. What the drawer should hold is in `CloseReview` alone: a
count is blind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from models.rules.clues import Clue

BILLS: tuple[int, ...] = (10_000, 5_000, 2_000, 1_000, 500, 200, 100)
COINS: tuple[int, ...] = (100, 50, 25, 10, 5, 1)
"""Notes and coins, largest first; rolls are counted as an amount beside them."""


@dataclass(frozen=True, slots=True)
class CashCount:
    """What was counted: how many of each of BILLS and COINS, and rolls as an amount."""

    bills: tuple[int, ...] = (0,) * len(BILLS)
    coins: tuple[int, ...] = (0,) * len(COINS)
    rolls_cents: int = 0

    @property
    def bill_cents(self) -> int:
        return sum(count * value for count, value in zip(self.bills, BILLS, strict=True))

    @property
    def coin_cents(self) -> int:
        return self.rolls_cents + sum(count * value for count, value in zip(self.coins, COINS, strict=True))

    @property
    def cents(self) -> int:
        return self.bill_cents + self.coin_cents


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check that should be in the envelope."""

    payment_id: str
    number: str
    check_no: str
    name: str
    cents: int


@dataclass(frozen=True, slots=True)
class FoundCheck:
    """A check in hand that is on no list, as it was typed."""

    check_no: str
    cents: int


@dataclass(frozen=True, slots=True)
class BrandLine:
    """A card brand of the day: how many sales and refunds, and what the books say they come to."""

    brand: str
    sales: int
    refunds: int
    recorded_cents: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything a person counted or keyed. `in_hand` are the payments whose checks are there, `batch` the totals of
    the reader's own report by brand (None: not keyed), `recounts` how often the cash was counted anew."""

    cash: CashCount = CashCount()
    in_hand: frozenset[str] = frozenset()
    found: tuple[FoundCheck, ...] = ()
    batch: dict[str, int | None] = field(default_factory=dict)
    recounts: int = 0


@dataclass(frozen=True, slots=True)
class CloseView:
    """What the close begins with, and nothing that gives the count away. `opened_at` None: the drawer's float is not
    known yet. `doubts` are open items of money that block the last step, as words and amounts; `late` facts came
    after the close of an earlier day."""

    day: date
    desk: str
    drawer: str
    opened_at: datetime | None
    checks: tuple[CheckLine, ...] = ()
    brands: tuple[BrandLine, ...] = ()
    doubts: tuple[tuple[str, int], ...] = ()
    receipts_waiting: int = 0
    unsent: int = 0
    drawer_opens: int = 0
    no_sales: int = 0
    suggested_float_cents: int = 0
    kept: Counted | None = None
    late: int = 0
    late_cents: int = 0
    closed: Closed | None = None

    @property
    def check_cents(self) -> int:
        return sum(line.cents for line in self.checks)


@dataclass(frozen=True, slots=True)
class NamedClue:
    """A clue with the payment's number and what it was: `PAY-1-00012 · Check 2281`."""

    clue: Clue
    name: str


@dataclass(frozen=True, slots=True)
class TenderLine:
    """A way to pay at the review; `difference_cents` is what was in hand less what should have been."""

    tender: str
    words: str
    note: str
    sales: int
    taken_cents: int
    refunded_cents: int
    counted_cents: int

    @property
    def difference_cents(self) -> int:
        return self.counted_cents - self.taken_cents + self.refunded_cents


@dataclass(frozen=True, slots=True)
class CloseReview:
    """What the books say beside what was counted. `expected_cents` and `counted_cents` are the drawer's with its float;
    `moved_cents` was put in less what was taken out. `allowance_cents` 0: any difference is let through with a
    reason."""

    counted: Counted
    counted_cents: int
    expected_cents: int
    float_cents: int
    moved_cents: int
    lines: tuple[TenderLine, ...]
    clues: tuple[NamedClue, ...]
    kept_cents: int
    bill_cents: int
    coin_cents: int
    checks: int
    check_cents: int
    allowance_cents: int
    needs_manager: bool

    @property
    def difference_cents(self) -> int:
        """Over (positive) or short."""
        return self.counted_cents - self.expected_cents

    @property
    def differs(self) -> bool:
        """Is anything off, so that a reason is wanted?"""
        return any(line.difference_cents for line in self.lines)

    @property
    def cash_to_bank_cents(self) -> int:
        return self.counted_cents - self.kept_cents


@dataclass(frozen=True, slots=True)
class Closed:
    """A day that was closed: the numbers of its report and of its slip (empty: nothing to bank)."""

    close_id: str
    number: str
    day: date
    deposit_id: str = ""
    deposit_number: str = ""
    printed: bool = False
    at: datetime | None = None
    difference_cents: int = 0
    to_bank_cents: int = 0
