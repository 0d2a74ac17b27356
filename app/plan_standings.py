"""How plans in force stand, in lists and in their history: read from the ledger, never kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from app import asked_for
from app.clinic import Clinic
from app.views import AskedFor
from models.basics.errors import RuleBroken
from models.rules.numbers import plan_number
from models.rules.plan_standing import PlanStanding, PlanStatus, State
from models.rules.plans import ASKED, answered
from models.rules.rights import Right, discount_right
from models.store import plan_looking
from models.store.queries import plans, recorded
from models.store.queries.plans import PlanRow


def stands(clinic: Clinic, reader: Any, row: PlanRow) -> PlanStanding:
    """How one plan stands today."""
    return stand_all(clinic, reader, [row])[row.plan_id]


def stand_all(clinic: Clinic, reader: Any, found: Sequence[PlanRow]) -> dict[str, PlanStanding]:
    """How each of these plans stands today, by its id."""
    late_days = recorded.rules(reader, clinic.tenant).plan_late_days
    return plan_looking.stand_all(reader, clinic.tenant, found, clinic.today(), late_days=late_days)


def asked(clinic: Clinic, reader: Any, request_id: str) -> AskedFor:
    """What a sheet collects that is opened for a payment of a plan, or (number 0) for all that is left of it. Raises
    RuleBroken `plan.gone`, `plan.not_open`."""
    plan_id, no = answered(request_id)
    row = plans.plan(reader, clinic.tenant, plan_id)
    if row is None:
        raise RuleBroken("plan.gone")
    now = stands(clinic, reader, row)
    cents = now.owed_cents if not no else next((each.open_cents for each in now.lines if each.line.no == no), 0)
    if not cents or row.status != PlanStatus.ACTIVE:
        raise RuleBroken("plan.not_open")
    return AskedFor(request_id, f"Plan {plan_number(plan_id)}", cents, charge_ids=row.charges)


def still_asked(clinic: Clinic, reader: Any, request_id: str) -> None:
    """What a sheet was opened for, a request or a payment of a plan, may still be collected. Raises RuleBroken as
    `asked` does, or as `asked_for.check`."""
    if request_id.startswith(ASKED):
        asked(clinic, reader, request_id)
    else:
        asked_for.check(clinic, reader, request_id)


def late_since(now: PlanStanding) -> date | None:
    """The day of the oldest payment that should have come."""
    open_days = [each.line.due for each in now.lines if each.open_cents and each.state is not State.PROCESSING]
    return min(open_days, default=None) if now.late else None


def right_to_send(reader: Any, tenant: str, plan_id: str) -> Right | None:
    """The right that letting a patient put an agreement into force takes beside taking payments: that of its discount.
    None for none. Raises RuleBroken `plan.gone`."""
    row = plans.plan(reader, tenant, plan_id)
    if row is None:
        raise RuleBroken("plan.gone")
    started = row.status != PlanStatus.DORMANT
    return discount_right(0 if started else row.discount_cents, recorded.rules(reader, tenant).adjust_limit_cents)
