"""Payment plans as they stand, worked out from the ledger: the same at a desk and, on either database, at a hub.

`connection` is a desk's reader, or a hub's (`hub_reading.HubReader`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
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
from models.store.queries.plans import PlanRow
from models.store.queries.rows import marks

_PLAN = f"SELECT {', '.join(field.name for field in fields(PlanRow))} FROM plan WHERE tenant = ? AND "
_OWED = "SELECT charge_id, debits + pending_debits - credits - pending_credits FROM account WHERE tenant = ? AND id IN "
_MOVES = (
    "SELECT l.payment_id, t.amount_cents FROM transfer t JOIN account l ON l.tenant = t.tenant AND l.id = t.debit "
    "WHERE t.tenant = ? AND t.code IN ('allocate', 'auto_allocate') AND t.credit IN ({0}) UNION ALL "
    "SELECT l.payment_id, -t.amount_cents FROM transfer t JOIN account l ON l.tenant = t.tenant AND l.id = t.credit "
    "WHERE t.tenant = ? AND t.code = 'release' AND t.debit IN ({0})"
)
_MEANT = "SELECT payment_id, request_id FROM payment WHERE tenant = ? AND payment_id IN "
_ASKED = "SELECT request_id FROM online_debit WHERE tenant = ? AND state = 'processing' AND request_id <> ''"
_FEE = "SELECT service_date, responsibility_cents FROM charge WHERE tenant = ? AND id = ?"


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
    ids, paid = _accounts(charge_ids), dict[str, int]()
    for payment_id, cents in connection.execute(_MOVES.format(marks(len(ids))), (tenant, *ids, tenant, *ids)):
        paid[payment_id] = paid.get(payment_id, 0) + int(cents)
    return paid


def stands(
    connection: Any, tenant: str, row: PlanRow, day: date, *, late_days: int = 0,
    tries: Mapping[int, LastTry] | None = None,
) -> PlanStanding:  # fmt: skip
    """How a plan stands on `day`; `tries` as of `rules.plan_standing.standing`. What banks were asked for and have not
    answered is processing."""
    paid = paid_on(connection, tenant, row.charges)
    meant = connection.execute(f"{_MEANT}({marks(len(paid))})", (tenant, *paid)) if paid else ()
    named = {payment_id: answered(request_id) for payment_id, request_id in meant}
    extras = {payment_id: no for payment_id, (plan_id, no) in named.items()
              if plan_id == row.plan_id and paid[payment_id] > 0}  # fmt: skip
    others = max(sum(paid.values()) - row.paid_before_cents - sum(paid[each] for each in extras), 0)
    owed = sum(owed_on(connection, tenant, row.charges).values())
    shares = {payment_id: paid[payment_id] for payment_id in extras} | {"": others}
    asked = debits_for(connection, tenant, row.plan_id)
    numbers = {line.no for line in row.instalments} if 0 in asked else asked
    known = {**(tries or {}), **{no: LastTry("processing") for no in numbers}}
    return standing(row.instalments, owed, shares, today=day, late_days=late_days, extras=extras, tries=known)


def debits_for(connection: Any, tenant: str, plan_id: str) -> frozenset[int]:
    """For which payments of a plan a bank was asked and has not answered; 0 among them: for all that is left."""
    named = (answered(row[0]) for row in connection.execute(_ASKED, (tenant,)))
    return frozenset(no for of_plan, no in named if of_plan == plan_id)


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
    return [f"AR:{charge_id}" for charge_id in charge_ids]
