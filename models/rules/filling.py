"""Money on account goes to many line items at once: those somebody ticked (S0-15), or by the practice's rules (S0-16).

Everything is arithmetic over whole cents: no item gets more than it owes, no lot gives more than it holds, and what
other programs already gave back without saying of which payment is never given out again (domain row N11).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.rules.collecting import Lot


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A line item on which something is owed. `service_date` is ISO; `by_rule`: its provider lets credit go there by
    rule (S0-16 d); `gone`: its visit will not be."""

    charge_id: str
    appointment_id: str
    service_date: str
    owes_cents: int
    by_rule: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Filling:
    """`cents` of a payment's money for one item; `from_appointment_id` names the visit it was set aside for."""

    payment_id: str
    from_appointment_id: str
    charge_id: str
    appointment_id: str
    cents: int


def oldest_first(items: Iterable[OpenItem]) -> list[OpenItem]:
    """By day of service, then by id, so that two desks come to the same end."""
    return sorted(items, key=lambda item: (item.service_date, item.charge_id))


def fill(items: Sequence[OpenItem], lots: Sequence[Lot], today: str, refunded_cents: int = 0) -> tuple[Filling, ...]:
    """Money for the items somebody ticked, oldest first: what is set aside for the item's own visit, then free credit,
    the given order of lots (oldest first) within each. Visits ahead get nothing (S0-19), nor do those that will not be.

    `refunded_cents` is what went back in other programs and is not netted yet: so much is no longer there, of free
    credit first and beyond that of what is set aside.
    """
    money = _Money(lots, refunded_cents)
    for item in oldest_first(items):
        if _may_have(item, today):
            money.give_own(item)
            money.give_free(item)
    return money.given()


def auto_fill(
    items: Sequence[OpenItem], lots: Sequence[Lot], today: str, *, use_other_visits: bool = False,
    refunded_cents: int = 0,
) -> tuple[Filling, ...]:  # fmt: skip
    """Money for every item that may have it, by rule (S0-16, S0-18, S0-19; domain rows N11, N13, N14).

    What is set aside for a visit pays that visit's items only; then free credit pays the items of providers who let it,
    the oldest first; with `use_other_visits` what is left of money set aside for other visits does so at last.
    """
    money = _Money(lots, refunded_cents)
    wanting = [item for item in oldest_first(items) if _may_have(item, today)]
    by_rule = [item for item in wanting if item.by_rule]
    for item in wanting:
        money.give_own(item)
    for item in by_rule:
        money.give_free(item)
    for item in by_rule if use_other_visits else ():
        money.give_others(item)
    return money.given()


def _may_have(item: OpenItem, today: str) -> bool:
    return item.owes_cents > 0 and not item.gone and item.service_date <= today


class _Money:
    """Lots being spent on items: the free ones, and by visit those set aside."""

    def __init__(self, lots: Iterable[Lot], refunded_cents: int) -> None:
        self._left = {lot: lot.cents for lot in lots if lot.cents > 0}
        self._free = [lot for lot in self._left if not lot.appointment_id]
        self._aside: dict[str, list[Lot]] = {}
        for lot in self._left:
            if lot.appointment_id:
                self._aside.setdefault(lot.appointment_id, []).append(lot)
        refunded_cents = max(refunded_cents, 0)
        self._free_cents = max(sum(self._left[lot] for lot in self._free) - refunded_cents, 0)
        self._all_cents = max(sum(self._left.values()) - refunded_cents, 0)
        self._owed: dict[str, int] = {}
        self._given: list[Filling] = []

    def give_own(self, item: OpenItem) -> None:
        """What is set aside for the item's own visit."""
        if item.appointment_id:
            self._spend(item, self._aside.get(item.appointment_id, []))

    def give_free(self, item: OpenItem) -> None:
        """Free credit, as far as it was not given back elsewhere."""
        self._free_cents -= self._spend(item, self._free, self._free_cents)

    def give_others(self, item: OpenItem) -> None:
        """What is set aside for other visits."""
        for appointment_id, lots in self._aside.items():
            if appointment_id != item.appointment_id:
                self._spend(item, lots)

    def given(self) -> tuple[Filling, ...]:
        """Everything that was spent, in order."""
        return tuple(self._given)

    def _spend(self, item: OpenItem, lots: list[Lot], most: int | None = None) -> int:
        """Spend lots in their order on what the item still owes; those that are empty leave the list."""
        owes = self._owed.setdefault(item.charge_id, item.owes_cents)
        left = wanted = min(owes, self._all_cents if most is None else most)
        while left and lots:
            lot = lots[0]
            part = min(left, self._left[lot])
            self._left[lot] -= part
            left -= part
            self._given.append(Filling(lot.payment_id, lot.appointment_id, item.charge_id, item.appointment_id, part))
            if not self._left[lot]:
                lots.pop(0)
        spent = wanted - left
        self._owed[item.charge_id] = owes - spent
        self._all_cents -= spent
        return spent
