"""Payment plans: agreed at a desk, accepted, put into force, followed; at another desk perhaps at the same time."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from app.views import CollectRequest, TenderKind
from models.rules.plan_standing import PlanStatus
from models.rules.plans import asked_for
from tests.simulator import taking
from tests.simulator.desk import MARIA, PRIYA, SimDesk
from tests.simulator.world import chance

if TYPE_CHECKING:
    from tests.simulator.oracles import Books
    from tests.simulator.run import Run

TENDERS = (TenderKind.CASH, TenderKind.CARD, TenderKind.CHECK)


def agree(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody agrees to pay in parts; mostly it comes into force at once."""
    patient_id, _ = run.somebody(rng)
    page = desk.plans.begin(patient_id)
    chosen = tuple(item.charge_id for item in page.items if chance(rng, 70)) or page.form.charge_ids
    form = replace(
        page.form, charge_ids=chosen, payments=rng.choice(["1", "2", "3", "4"]), apr=rng.choice(["", "", "9.90"]),
        discount=rng.choice(["", "", "1.00"]), frequency=rng.choice(["monthly", "biweekly", "weekly"]),
    )  # fmt: skip
    saved = desk.plans.save(page, form, MARIA)
    if chance(rng, 15):
        return f"{saved.number} saved"
    if chance(rng, 20):  # the hub has news between reading and signing
        desk.step("pull")
    desk.plans.accept(desk.plans.open(form.plan_id), "Somebody", rng.choice(["terms", "paper"]), MARIA)
    return f"{saved.number} {desk.plans.activate(form.plan_id, PRIYA).status.value}"


def follow(run: Run, desk: SimDesk, rng: Random) -> str:
    """A payment of a plan is taken or skipped, all of it is paid off, or it is cancelled."""
    found = desk.rows("SELECT plan_id, patient_id FROM plan WHERE status = 'active' ORDER BY plan_id")
    if not found:
        return "no plan"
    plan_id, patient_id = rng.choice(found)
    page = desk.plans.open(plan_id)
    opened = [each.line.no for each in page.standing.lines if each.open_cents] if page.standing else []
    if not opened:
        return "nothing open"
    act, no = rng.choice(["pay", "pay", "pay", "skip", "all", "cancel", "anew"]), rng.choice(opened)
    if act == "skip":
        return f"{page.number} {len(desk.plans.skip(plan_id, no, MARIA).form.charge_ids)} skipped {no}"
    if act == "cancel":
        return f"{page.number} {desk.plans.cancel(plan_id, MARIA).status.value}"
    if act == "anew":
        return _agree_anew(desk, plan_id, rng)
    if act == "all":
        no = 0
        desk.plans.ready_to_pay_off(plan_id, MARIA)
    sheet = desk.checkout.open(patient_id, "", asked_for(plan_id, no))
    assert sheet.asked is not None
    left, amounts = sheet.asked.cents, dict[str, int]()
    for line in sheet.lines:
        if line.charge_id in sheet.asked.charge_ids and left:
            amounts[line.key] = min(line.owes_cents, left)
            left -= amounts[line.key]
    request = CollectRequest(
        sheet=sheet, amounts=amounts, use_credit=False, tender=rng.choice(TENDERS), person=MARIA, extra_cents=left,
        check_no="1046", request_id=sheet.asked.request_id,
    )  # fmt: skip
    return f"{page.number} {no} {taking.take(run, desk, request, rng)}"


def _agree_anew(desk: SimDesk, plan_id: str, rng: Random) -> str:
    """New terms for what is left of a plan; the hub may have news before they are accepted."""
    page = desk.plans.change(plan_id)
    form = replace(page.form, payments=rng.choice(["1", "2", "3"]), apr=rng.choice(["", "9.90"]))
    saved = desk.plans.save(page, form, MARIA)
    if chance(rng, 20):
        desk.step("pull")
    desk.plans.accept(desk.plans.open(form.plan_id), "Somebody", "terms", MARIA)
    return f"{saved.number} instead {desk.plans.activate(form.plan_id, PRIYA).status.value}"


def at_the_end(run: Run, _hub: Books) -> None:
    """A plan is in force exactly while its charges owe something, and a charge is on one plan at most."""
    for tenant in run.tenants:
        owed = dict(run.hub.rows("SELECT charge_id, debits - credits FROM account WHERE tenant = ? AND code = 'AR'",
                                 tenant))  # fmt: skip
        tied = dict(run.hub.rows("SELECT id, plan_id FROM charge WHERE tenant = ?", tenant))
        for plan_id, status, charges in run.hub.rows("SELECT plan_id, status, charge_ids FROM plan WHERE tenant = ?",
                                                     tenant):  # fmt: skip
            ids = json.loads(charges)
            left = sum(owed.get(each, 0) for each in ids)
            if status in (PlanStatus.ACTIVE, PlanStatus.CLOSED) and (status == PlanStatus.ACTIVE) != (left > 0):
                run.wrong(f"plan {plan_id} is {status} with {left} owed")
            if status == PlanStatus.ACTIVE and any(tied[each] != plan_id for each in ids):
                run.wrong(f"a charge of plan {plan_id} is on another")
