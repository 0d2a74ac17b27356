"""What puts an agreement into force, or takes interest off again: the same at a desk and at a hub. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.basics.ids import natural_id
from models.operations.bodies import Adjust, Fee
from models.operations.plans import PlanActivate
from models.rules.numbers import plan_number
from models.rules.plans import interest_of
from models.store.queries.plans import PlanRow

FINANCE = "FINANCE"
"""The code of the finance charge: a plan's interest, on a line of its own."""


def finance_id(tenant: str, plan_id: str) -> str:
    """The charge of a plan's interest."""
    return natural_id(tenant, plan_id, FINANCE)


def starting(
    row: PlanRow, tenant: str, owed: Mapping[str, int], less: Sequence[Fee], today: str
) -> list[Adjust | Fee | PlanActivate]:  # fmt: skip
    """What puts an accepted agreement into force on `today` (ISO), in order; all of it stands or none does. `owed` is
    what its charges owe, `less` the finance charges that lose interest because it takes the place of another plan."""
    charges = (*row.charges, *([row.finance_charge_id] if row.finance_charge_id else []))
    activate = PlanActivate(plan_id=row.plan_id, patient_id=row.patient_id, charge_ids=charges,
                            terms_sha256=row.terms_sha256)  # fmt: skip
    return [*less, *_discounts(row, owed), *_interest(row, tenant, today), activate]


def finance_charge(row: PlanRow, service_date: str, cents: int) -> Fee:
    """A plan's interest is so much from now on."""
    return Fee(
        charge_id=row.finance_charge_id, patient_id=row.patient_id, code=FINANCE, amount_cents=cents,
        description=f"Finance charge, plan {plan_number(row.plan_id)}", service_date=service_date,
    )  # fmt: skip


def _interest(row: PlanRow, tenant: str, today: str) -> list[Fee]:
    cents = interest_of(row.instalments)
    mine = row.finance_charge_id == finance_id(tenant, row.plan_id)
    return [finance_charge(row, today, cents)] if cents and mine else []


def _discounts(row: PlanRow, owed: Mapping[str, int]) -> list[Adjust]:
    """The discount on its charges, the newest first, each as far as it owes."""
    left, found = row.discount_cents, list[Adjust]()
    for charge_id in reversed(row.charges):
        part = min(left, owed.get(charge_id, 0))
        if part > 0:
            left -= part
            found.append(Adjust(
                adjustment_id=natural_id(row.plan_id, charge_id, "discount"), charge_id=charge_id,
                patient_id=row.patient_id, kind="discount", group=row.discount_group,
                reason_code=row.discount_reason, amount_cents=part, note=f"Plan {plan_number(row.plan_id)}",
            ))  # fmt: skip
    return found
