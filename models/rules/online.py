"""Where money from home goes when it is posted, whether by itself, and what a patient may pay (S1-06, S1-11, S0-28)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Owed:
    """A charge of the guarantor's family that is not paid: `cents` are owed. `practitioner_id`: whose visit it was."""

    charge_id: str
    patient_id: str
    service_date: str
    cents: int
    appointment_id: str = ""
    practitioner_id: str = ""


def spread(cents: int, chosen: Iterable[tuple[str, int]], owed: Iterable[Owed]) -> list[tuple[Owed, int]]:
    """What of `cents` pays which charge: what the patient chose first, as far as it is still owed, then the family's
    charges, oldest first (N48). What is left over stays credit of the guarantor."""
    open_cents = {each.charge_id: each.cents for each in owed}
    by_id = {each.charge_id: each for each in owed}
    paid: dict[str, int] = {}
    left = cents
    oldest = sorted(by_id.values(), key=lambda each: (each.service_date, each.charge_id))
    wishes = [*chosen, *((each.charge_id, each.cents) for each in oldest)]
    for charge_id, wanted in wishes:
        part = min(wanted, left, open_cents.get(charge_id, 0))
        if part > 0:
            open_cents[charge_id] -= part
            paid[charge_id] = paid.get(charge_id, 0) + part
            left -= part
    return [(by_id[charge_id], part) for charge_id, part in paid.items()]


def shared_out(charges: Iterable[tuple[str, int]], cents: int) -> list[tuple[str, int]]:
    """An amount over charges (id, cents owed) in their order; what is left over is for none of them."""
    made: list[tuple[str, int]] = []
    for charge_id, owed_cents in charges:
        part = min(owed_cents, cents)
        if part > 0:
            made.append((charge_id, part))
            cents -= part
    return made


def posts_itself(*, practice: bool, willing: frozenset[str], lines: Sequence[tuple[Owed, int]]) -> bool:
    """Is money from home posted without anybody looking (S1-12)? Where the practice wants it, and every practitioner
    whose visit it would pay, too (`willing`); what is of nobody's visit follows the practice."""
    return practice and all(not each.practitioner_id or each.practitioner_id in willing for each, _ in lines)


def why_not(cents: int, *, minimum_cents: int, balance_cents: int, balance_only: bool) -> str:
    """Why a patient may not pay this amount from home; empty when they may. Keys of words: `online.amount_wrong`,
    `online.below_minimum` (S0-28; never asked for more than is owed), `online.nothing_owed` and
    `online.above_balance` (S0-29)."""
    if cents <= 0:
        return "online.amount_wrong"
    if balance_only and balance_cents <= 0:
        return "online.nothing_owed"
    if balance_only and cents > balance_cents:
        return "online.above_balance"
    least = min(minimum_cents, balance_cents) if balance_cents > 0 else minimum_cents
    return "online.below_minimum" if cents < least else ""
