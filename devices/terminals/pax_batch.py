"""The open batch of a PAX terminal: read entry by entry (R02), checked against its own totals (R00), closed (B00).

What is shown for the day's close is added up from the entries, because only they know the card's brand; the totals are
the second witness. Layout of R01: transaction kinds are parted by `&`, count and amount alternate, parted by `=`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from devices.base import BatchTotals, BrandTotal
from devices.terminals.pax_answers import HOST_APPROVED, HOST_PARTIAL, REPORT_PLACES, RETURN, SALE, read_transaction
from devices.terminals.pax_codec import Answer

NO_BRAND = "Card"
MOST_RECORDS = 2000
_CREDIT_PLACES: dict[str, tuple[int, ...]] = {"sales": (0, 2), "returns": (4,)}  # forced sales are sales
_DEBIT_PLACES: dict[str, tuple[int, ...]] = {"sales": (0,), "returns": (2,)}
"""Where the counts stand in a group of R01; each is followed by its amount."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction of the batch: `number` is the terminal's."""

    number: str
    kind: str
    brand: str
    cents: int


def read_entry(answer: Answer) -> tuple[int, Entry | None]:
    """How many entries there are, and the one told; None when it moved no money."""
    found = read_transaction(answer, REPORT_PLACES)
    said = answer.part(0)
    total = int(said) if said.isascii() and said.isdecimal() else 0
    approved = found.result.host_code in HOST_APPROVED or found.result.host_code == HOST_PARTIAL
    kind = found.kind if approved else ""
    entry = Entry(found.result.terminal_txn_no, kind, found.result.card.brand, found.approved_cents or 0)
    return total, entry if entry.number else None


def add_up(entries: Iterable[Entry]) -> BatchTotals:
    """The batch by brand. Voids and what was voided count as entries only."""
    sums: dict[str, dict[str, list[int]]] = defaultdict(lambda: {SALE: [], RETURN: []})
    records = 0
    for entry in entries:
        records += 1
        if entry.kind in (SALE, RETURN):
            sums[entry.brand or NO_BRAND][entry.kind].append(entry.cents)
    brands = tuple(
        BrandTotal(brand, len(kinds[SALE]), sum(kinds[SALE]), len(kinds[RETURN]), sum(kinds[RETURN]))
        for brand, kinds in sorted(sums.items())
    )
    return BatchTotals(brands, records)


def agrees(answer: Answer, totals: BatchTotals) -> bool:
    """Does R01 say the same as the entries? An answer that cannot be read is no witness, and contradicts nothing."""
    groups = answer.part(1).split("&")
    told = {"sales": [0, 0], "returns": [0, 0]}
    for group, places in zip(groups, (_CREDIT_PLACES, _DEBIT_PLACES), strict=False):
        values = group.split("=")
        if not all(value.isascii() and value.isdecimal() for value in values if value) or len(values) < 4:
            return True
        for name, firsts in places.items():
            for first in firsts:
                count, cents = [*values[first : first + 2], "", ""][:2]
                told[name][0] += int(count or 0)
                told[name][1] += int(cents or 0)
    sales = [sum(each.sales for each in totals.brands), sum(each.sale_cents for each in totals.brands)]
    returns = [sum(each.returns for each in totals.brands), sum(each.return_cents for each in totals.brands)]
    return told == {"sales": sales, "returns": returns}
