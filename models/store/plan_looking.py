"""Payment plans as they stand, worked out from the ledger: the same at a desk and, on either database, at a hub.

`connection` is a desk's reader, or a hub's (`hub_reading.HubReader`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.basics.clock import business_date, parse_utc
from models.operations.bodies import Fee
from models.operations.online import OnlineItem
from models.rules.plan_standing import LastTry, PlanStanding, PlanStatus, pay_off_cents, standing
from models.rules.plans import answered
from models.store.plan_acts import finance_charge
from models.store.queries.insured import Insurances, asking
from models.store.queries.plans import PlanRow, last_tries
from models.store.queries.rows import marks

_PLAN = f"SELECT {', '.join(field.name for field in fields(PlanRow))} FROM plan WHERE tenant = ? AND "
_OWING = "AR:"
_OWED = "SELECT charge_id, debits + pending_debits - credits - pending_credits FROM account WHERE tenant = ? AND id IN "
_MOVES = (
    "SELECT t.credit, l.payment_id, t.amount_cents FROM transfer t "
    "JOIN account l ON l.tenant = t.tenant AND l.id = t.debit "
    "WHERE t.tenant = ? AND t.code IN ('allocate', 'auto_allocate') AND t.credit IN ({0}) UNION ALL "
    "SELECT t.debit, l.payment_id, -t.amount_cents FROM transfer t "
    "JOIN account l ON l.tenant = t.tenant AND l.id = t.credit "
    "WHERE t.tenant = ? AND t.code = 'release' AND t.debit IN ({0})"
)
_MEANT = "SELECT payment_id, request_id FROM payment WHERE tenant = ? AND payment_id IN "
_ASKED = "SELECT request_id FROM online_debit WHERE tenant = ? AND state = 'processing' AND request_id <> ''"
_FEE = "SELECT service_date, responsibility_cents FROM charge WHERE tenant = ? AND id = ?"
AT_ONCE = 100
"""Plans whose charges are asked for with one question."""


def plans_where(connection: Any, tenant: str, which: str, *values: str) -> list[PlanRow]:
    """The plans of a practice for which `which` (SQL over the table `plan`) holds."""
    return [PlanRow(*row) for row in connection.execute(_PLAN + which, (tenant, *values))]


def owed_on(connection: Any, tenant: str, charge_ids: Sequence[str]) -> dict[str, int]:
    """What each of these charges owes, in cents."""
    ids = _accounts(charge_ids)
    found = connection.execute(f"{_OWED}({marks(len(ids))})", (tenant, *ids)) if ids else ()
    return {str(charge_id): int(cents) for charge_id, cents in found}


def paid_on(connection: Any, tenant: str, charge_ids: Sequence[str]) -> dict[str, int]:
    """By payment the cents it put on these charges, less what was taken off again."""
    return _in_all(charge_ids, _paid_by_charge(connection, tenant, charge_ids))


def stands(connection: Any, tenant: str, row: PlanRow, day: date, *, late_days: int = 0) -> PlanStanding:
    """How a plan stands on `day`. What banks were asked for and have not answered is processing."""
    return stand_all(connection, tenant, [row], day, late_days=late_days)[row.plan_id]


def stand_all(
    connection: Any, tenant: str, found: Sequence[PlanRow], day: date, *, late_days: int = 0
) -> dict[str, PlanStanding]:  # fmt: skip
    """How each of these plans stands on `day`, by its id: a few questions for AT_ONCE of them."""
    standings = dict[str, PlanStanding]()
    for at in range(0, len(found), AT_ONCE):
        some = found[at : at + AT_ONCE]
        books = _books_of(connection, tenant, some)
        standings |= {row.plan_id: _stands(row, books, day, late_days) for row in some}
    return standings


@dataclass(frozen=True, slots=True)
class _Books:
    """What plans stand on: cents owed by charge, cents that came by charge and payment, what each of those payments was
    made for; by plan what became of charging its card, and what banks were asked for."""

    owed: Mapping[str, int]
    paid: Mapping[str, Mapping[str, int]]
    meant: Mapping[str, tuple[str, int]]
    tries: Mapping[str, Mapping[int, LastTry]]
    asked: Mapping[str, frozenset[int]]


def _books_of(connection: Any, tenant: str, found: Sequence[PlanRow]) -> _Books:
    charge_ids = [charge_id for row in found for charge_id in row.charges]
    paid = _paid_by_charge(connection, tenant, charge_ids)
    payment_ids = {payment_id for of_charge in paid.values() for payment_id in of_charge}
    return _Books(owed_on(connection, tenant, charge_ids), paid, _meant_for(connection, tenant, payment_ids),
                  last_tries(connection, tenant, [row.plan_id for row in found]),
                  _asked_of_banks(connection, tenant))  # fmt: skip


def _stands(row: PlanRow, books: _Books, day: date, late_days: int) -> PlanStanding:
    paid = _in_all(row.charges, books.paid)
    extras = {payment_id: books.meant[payment_id][1] for payment_id, cents in paid.items()
              if cents > 0 and books.meant[payment_id][0] == row.plan_id}  # fmt: skip
    others = max(sum(paid.values()) - row.paid_before_cents - sum(paid[each] for each in extras), 0)
    owed = sum(books.owed.get(charge_id, 0) for charge_id in set(row.charges))
    asked = books.asked.get(row.plan_id, frozenset())
    numbers = {line.no for line in row.instalments} if 0 in asked else asked
    return standing(
        row.instalments, owed, {each: paid[each] for each in extras} | {"": others}, today=day, late_days=late_days,
        extras=extras, tries={**books.tries.get(row.plan_id, {}), **{no: LastTry("processing") for no in numbers}},
    )  # fmt: skip


def _paid_by_charge(connection: Any, tenant: str, charge_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """By charge what each payment put on it, less what was taken off again."""
    ids, paid = _accounts(charge_ids), dict[str, dict[str, int]]()
    moves = connection.execute(_MOVES.format(marks(len(ids))), (tenant, *ids, tenant, *ids)) if ids else ()
    for account, payment_id, cents in moves:
        of_charge = paid.setdefault(account.removeprefix(_OWING), {})
        of_charge[payment_id] = of_charge.get(payment_id, 0) + int(cents)
    return paid


def _in_all(charge_ids: Sequence[str], by_charge: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """By payment what it put on these charges together."""
    paid = dict[str, int]()
    for charge_id in set(charge_ids):
        for payment_id, cents in by_charge.get(charge_id, {}).items():
            paid[payment_id] = paid.get(payment_id, 0) + cents
    return paid


def _meant_for(connection: Any, tenant: str, payment_ids: Collection[str]) -> dict[str, tuple[str, int]]:
    """By payment the plan it was made for and the number of the plan's payment; ("", 0) for none."""
    named = dict[str, tuple[str, int]].fromkeys(payment_ids, ("", 0))
    if named:
        meant = connection.execute(f"{_MEANT}({marks(len(named))})", (tenant, *named))
        named |= {payment_id: answered(request_id) for payment_id, request_id in meant}
    return named


def debits_for(connection: Any, tenant: str, plan_id: str) -> frozenset[int]:
    """For which payments of a plan a bank was asked and has not answered; 0 among them: for all that is left."""
    return _asked_of_banks(connection, tenant).get(plan_id, frozenset())


def _asked_of_banks(connection: Any, tenant: str) -> dict[str, frozenset[int]]:
    """The same of every plan of a practice."""
    found = dict[str, frozenset[int]]()
    for (request_id,) in connection.execute(_ASKED, (tenant,)):
        plan_id, no = answered(request_id)
        found[plan_id] = found.get(plan_id, frozenset()) | {no}
    return found


def items_for(connection: Any, tenant: str, charge_ids: Sequence[str], cents: int) -> tuple[OnlineItem, ...]:
    """What so much pays: a plan's charges in its own order, the finance charge last."""
    owed, items = owed_on(connection, tenant, charge_ids), list[OnlineItem]()
    for charge_id in charge_ids:
        part = min(owed.get(charge_id, 0), cents)
        if part > 0:
            items.append(OnlineItem(charge_id=charge_id, amount_cents=part))
            cents -= part
    return tuple(items)


def unearned_on(connection: Any, tenant: str, row: PlanRow, day: date) -> dict[str, int]:
    """Cents of interest that are not earned on `day`, by the finance charge they are on; of a plan in force."""
    if row.status != PlanStatus.ACTIVE or not row.finance_charge_id:
        return {}
    return {row.finance_charge_id: pay_off_cents(stands(connection, tenant, row, day), day)[1]}


def less_interest(connection: Any, tenant: str, row: PlanRow, day: date) -> list[Fee]:
    """The finance charge of a plan in force without what is not earned on `day`; nothing where that changes nothing."""
    unearned = unearned_on(connection, tenant, row, day).get(row.finance_charge_id, 0)
    stood = connection.execute(_FEE, (tenant, row.finance_charge_id)).fetchone()
    if not unearned or stood is None:
        return []
    return [finance_charge(row, stood[0], max(stood[1] - unearned, 0))]


def left_on(connection: Any, tenant: str, charge_ids: Sequence[str], less: Mapping[str, int]) -> dict[str, int]:
    """What each of these charges owes once interest that is not earned is off."""
    return {charge_id: cents - less.get(charge_id, 0) for charge_id, cents in
            owed_on(connection, tenant, charge_ids).items()}  # fmt: skip


def clinic_day(connection: Any, tenant: str, now: datetime) -> tuple[date, int]:
    """(the practice's day, the hour of its clock)."""
    zone, closing_hour = _clock(connection, tenant)
    return business_date(now, zone, closing_hour), now.astimezone(zone).hour


def clinic_zone(connection: Any, tenant: str) -> ZoneInfo:
    """The zone of the practice's clock."""
    return _clock(connection, tenant)[0]


def local_day(connection: Any, tenant: str, utc: str) -> date:
    """The day of a moment (UTC text) on the practice's clock."""
    return parse_utc(utc).astimezone(_clock(connection, tenant)[0]).date()


def _clock(connection: Any, tenant: str) -> tuple[ZoneInfo, int]:
    name, closing_hour = Insurances(asking(connection), tenant).clinic()
    try:
        return ZoneInfo(name), closing_hour
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC"), closing_hour


def _accounts(charge_ids: Sequence[str]) -> list[str]:
    return [f"{_OWING}{charge_id}" for charge_id in charge_ids]
