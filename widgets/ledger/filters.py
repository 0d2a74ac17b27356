"""What of an account is shown: a range of days, a range of balances, and how much depth (S0-03)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from app.account_views import ChargeLine, DocumentLine, LogLine, PaymentLine, StatementRow, VisitLine

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Filter:
    """Both days and both amounts are included; None leaves that end open. `simple` hides the columns of insurance and
    adjustments, `condensed` what a visit or payment is made of: both are on until somebody asks for depth."""

    first: date | None = None
    last: date | None = None
    least_cents: int | None = None
    most_cents: int | None = None
    simple: bool = True
    condensed: bool = True

    @property
    def narrows(self) -> bool:
        """Does it leave anything out?"""
        return (self.first, self.last, self.least_cents, self.most_cents) != (None, None, None, None)

    def passes(self, day: date, cents: int | None) -> bool:
        """Does a line of that day and balance stay? `cents` None: the line has no balance to ask about."""
        if (self.first and day < self.first) or (self.last and day > self.last):
            return False
        if cents is None:
            return True
        low, high = self.least_cents, self.most_cents
        return (low is None or cents >= low) and (high is None or cents <= high)


_FACTS: dict[type[Any], Callable[[Any], tuple[date, int | None]]] = {
    VisitLine: lambda line: (line.service_date, line.balance_cents),
    ChargeLine: lambda line: (line.service_date, line.balance_cents),
    PaymentLine: lambda line: (line.day, line.unspent_cents),
    StatementRow: lambda line: (line.issued_at.date(), line.balance_cents),
    DocumentLine: lambda line: (line.at.date(), None),
    LogLine: lambda line: (line.at.date(), None),
}
"""What each kind of line is filtered by. For payments the balance is what is left of them."""


def narrowed(lines: Iterable[Line], wanted: Filter) -> tuple[Line, ...]:
    """The lines that stay."""
    found = tuple(lines)
    if not wanted.narrows or not found:
        return found
    facts = _FACTS[type(found[0])]
    return tuple(line for line in found if wanted.passes(*facts(line)))
