"""Money in integer cents. Text is parsed on entry and made on display; between there are only integers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from models.basics.errors import RuleBroken

LARGEST_ENTRY_CENTS = 100_000_000
"""No single amount typed or read at a desk is beyond $1,000,000.00: more is a slip of the finger."""

MINUS = "\u2212"
_TYPED = re.compile(r"\s*\$?\s*(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?:\.(?P<part>\d*))?\s*", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount: `cents` in the smallest unit of `currency`; may be negative."""

    cents: int
    currency: str = "USD"

    def __post_init__(self) -> None:
        if type(self.cents) is not int:  # refuses 10.0 and True
            raise TypeError(f"cents must be int, not {type(self.cents).__name__}")

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + self._same(other).cents, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - self._same(other).cents, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.cents, self.currency)

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        return show_cents(self.cents)

    def _same(self, other: Money) -> Money:
        if not isinstance(other, Money):
            raise TypeError(f"money goes with money, not {type(other).__name__}")
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Share the amount by `weights` (none negative, one positive) without losing a cent (largest remainder)."""
        return [Money(cents, self.currency) for cents in split_cents(self.cents, weights)]


def split_cents(cents: int, weights: Sequence[int]) -> list[int]:
    """Share `cents` by `weights`, largest remainder first, ties to the earlier; the shares add up to `cents`."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must be zero or more, and one of them positive")
    sign, size = (-1, -cents) if cents < 0 else (1, cents)
    shares = [size * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % total), i))
    for i in by_remainder[: size - sum(shares)]:
        shares[i] += 1
    return [sign * share for share in shares]


def show_cents(cents: int, *, symbol: str = "$") -> str:
    """`123456` as `$1,234.56`, negative with a true minus: `−$5.00`."""
    whole, part = divmod(abs(cents), 100)
    return f"{MINUS if cents < 0 else ''}{symbol}{whole:,}.{part:02d}"


def parse_cents(text: str, *, field: str = "amount") -> int:
    """Cents from what a person typed: `25`, `25.5`, `$1,234.56`, `.50`.

    Raises RuleBroken (nothing written) when the text is no amount, is zero or negative, has more than two
    decimals, or is beyond $1,000,000.
    """
    if text.strip().startswith(("-", MINUS)):
        raise RuleBroken("amount.negative", field=field)
    match = _TYPED.fullmatch(text)
    if match is None or (match["whole"] is None and not match["part"]):
        raise RuleBroken("amount.not_a_number", field=field)
    part = match["part"] or ""
    if len(part) > 2:
        raise RuleBroken("amount.three_decimals", field=field)
    cents = int((match["whole"] or "0").replace(",", "")) * 100 + int(part.ljust(2, "0") or "0")
    return check_entry(cents, field=field)


def check_entry(cents: int, *, field: str = "amount") -> int:
    """`cents` itself when it may be taken at a desk: a whole number from one cent to $1,000,000. Raises RuleBroken."""
    if type(cents) is not int:
        raise RuleBroken("amount.not_a_number", field=field)
    if cents == 0:
        raise RuleBroken("amount.zero", field=field)
    if cents < 0:
        raise RuleBroken("amount.negative", field=field)
    if cents > LARGEST_ENTRY_CENTS:
        raise RuleBroken("amount.too_large", field=field, cents=cents, limit_cents=LARGEST_ENTRY_CENTS)
    return cents


def cents_from_decimal(text: str) -> int:
    """Cents from a decimal written by another program (`28.104000000000003`), rounded once, half away from zero.

    Raises ValueError when the text is not a finite decimal number.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("not a decimal number") from error
    if not amount.is_finite():
        raise ValueError("not a finite number")
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
