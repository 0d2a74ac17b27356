"""Payment plans as they stand at a hub, on either database: worked out from the ledger, as the desks do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from models.store.queries.insured import Insurances
from models.store.queries.plans import PlanRow

Ask = Callable[..., Sequence[Any]]
"""A question with named values, as a session of a hub answers it."""

_PLAN = f"SELECT {', '.join(field.name for field in fields(PlanRow))} FROM plan WHERE tenant = :tenant AND "
_OWED = "SELECT charge_id, debits - credits FROM account WHERE tenant = :tenant AND id IN (:ids)"
_MOVES = (
    "SELECT l.payment_id, t.amount_cents FROM transfer t JOIN account l ON l.tenant = t.tenant AND l.id = t.debit "
    "WHERE t.tenant = :tenant AND t.code IN ('allocate', 'auto_allocate') AND t.credit IN (:ids) UNION ALL "
    "SELECT l.payment_id, -t.amount_cents FROM transfer t JOIN account l ON l.tenant = t.tenant AND l.id = t.credit "
    "WHERE t.tenant = :tenant AND t.code = 'release' AND t.debit IN (:ids)"
)
_MEANT = "SELECT payment_id, request_id FROM payment WHERE tenant = :tenant AND payment_id IN (:ids)"
_FEE = "SELECT service_date, responsibility_cents FROM charge WHERE tenant = :tenant AND id = :id"


def plans_where(ask: Ask, tenant: str, which: str, **values: object) -> list[PlanRow]:
    """The plans of a practice for which `which` (SQL over the table `plan`) holds."""
    return [PlanRow(*row) for row in ask(_PLAN + which, tenant=tenant, **values)]


def owed_on(ask: Ask, tenant: str, charge_ids: Sequence[str]) -> dict[str, int]:
    """What each of these charges owes, in cents."""
    found = ask(_OWED, tenant=tenant, ids=_accounts(charge_ids)) if charge_ids else []
    return {str(charge_id): int(cents) for charge_id, cents in found}


def stands(
    ask: Ask, tenant: str, row: PlanRow, day: date, *, late_days: int = 0, tries: Mapping[int, LastTry] | None = None
) -> PlanStanding:  # fmt: skip
    """How a plan stands on `day`; `tries` as of `rules.plan_standing.standing`."""
    ids = _accounts(row.charges)
    paid: dict[str, int] = {}
    for payment_id, cents in ask(_MOVES, tenant=tenant, ids=ids):
        paid[payment_id] = paid.get(payment_id, 0) + cents
    meant = ask(_MEANT, tenant=tenant, ids=list(paid)) if paid else []
    extras = {each[0]: answered(each[1])[1] for each in meant if answered(each[1])[0] == row.plan_id
              and paid[each[0]] > 0}  # fmt: skip
    others = max(sum(paid.values()) - row.paid_before_cents - sum(paid[each] for each in extras), 0)
    owed = sum(owed_on(ask, tenant, row.charges).values())
    shares = {payment_id: paid[payment_id] for payment_id in extras} | {"": others}
    return standing(row.instalments, owed, shares, today=day, late_days=late_days, extras=extras, tries=tries)


def items_for(ask: Ask, tenant: str, charge_ids: Sequence[str], cents: int) -> tuple[OnlineItem, ...]:
    """What so much pays: a plan's charges in its own order, the finance charge last."""
    owed, items = owed_on(ask, tenant, charge_ids), []
    for charge_id in charge_ids:
        part = min(owed.get(charge_id, 0), cents)
        if part > 0:
            items.append(OnlineItem(charge_id=charge_id, amount_cents=part))
            cents -= part
    return tuple(items)


def less_interest(ask: Ask, tenant: str, row: PlanRow, day: date) -> list[Fee]:
    """The finance charge of a plan in force without what is not earned on `day`; nothing where that changes nothing."""
    if row.status != PlanStatus.ACTIVE or not row.finance_charge_id:
        return []
    unearned = pay_off_cents(stands(ask, tenant, row, day), day)[1]
    stood = ask(_FEE, tenant=tenant, id=row.finance_charge_id)
    if not unearned or not stood:
        return []
    return [finance_charge(row, stood[0][0], max(stood[0][1] - unearned, 0))]


def clinic_day(ask: Ask, tenant: str, now: datetime) -> tuple[date, int]:
    """(the practice's day, the hour of its clock)."""
    zone, closing_hour = _clock(ask, tenant)
    return business_date(now, zone, closing_hour), now.astimezone(zone).hour


def local_day(ask: Ask, tenant: str, utc: str) -> date:
    """The day of a moment (UTC text) on the practice's clock."""
    return parse_utc(utc).astimezone(_clock(ask, tenant)[0]).date()


def _clock(ask: Ask, tenant: str) -> tuple[ZoneInfo, int]:
    name, closing_hour = Insurances(ask, tenant).clinic()
    try:
        return ZoneInfo(name), closing_hour
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC"), closing_hour


def _accounts(charge_ids: Sequence[str]) -> list[str]:
    return [f"AR:{charge_id}" for charge_id in charge_ids]
