"""A plan that its patient accepts at home, with a card they enter there; the hub may die at any boundary of that."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.lanes import Job
from app.link_views import LinkChoice
from app.views import CollectRequest, TenderKind
from models.basics.points import Point, visited_by
from models.rules.plans import asked_for
from server.plan_charges import PlanCharger
from tests.simulator.browsing import Browser
from tests.simulator.desk import MARIA, PRIYA, SimDesk
from tests.simulator.hub import HubGone
from tests.simulator.paying import HERE
from tests.simulator.template import BORN, CLINIC

if TYPE_CHECKING:
    from tests.simulator.run import Run

DAY_S = 86_400.0
PAYMENTS = 3


@dataclass
class Agreed:
    """An agreement that was sent: what is due at signing, and the window in which its patient reads it."""

    plan_id: str
    link_id: str
    first_cents: int
    window: Browser


def sent(run: Run, desk: SimDesk) -> Agreed:
    """Ann gets her agreement by link, opens it, enters a card on the processor's page, and reads the terms."""
    page = desk.plans.begin("ann")
    form = replace(page.form, payments=str(PAYMENTS))
    desk.plans.save(page, form, PRIYA)
    line = desk.links.issue(desk.links.offer("plan", "ann", form.plan_id), LinkChoice(), PRIYA, "plan_link")
    desk.drain("push")
    first = desk.plans.open(form.plan_id).worked
    assert first is not None
    agreed = Agreed(form.plan_id, line.link_id, first.lines[0].cents, Browser())
    _proves(run, agreed, f"/pay/{CLINIC}~{line.link_id}")
    agreed.window.send(run.hub, "/method", **{"with": "new", "keep": "yes"})
    _, where = run.world.processor().pay(agreed.window.leads_to())
    agreed.window.get(run.hub, where.removeprefix(HERE))
    return agreed


def _proves(run: Run, agreed: Agreed, address: str) -> None:
    agreed.window.get(run.hub, address)
    year, month, day = BORN.split("-")
    agreed.window.send(run.hub, address, birth_year=year, birth_month=str(int(month)), birth_day=str(int(day)))


def agrees(run: Run, agreed: Agreed) -> None:
    """Ann types her name and sends the form: the plan comes into force, and what is due is paid. Raises HubGone."""
    assert agreed.window.send(run.hub, "/accept", name="Ann Quillfeather", agree="yes"), agreed.window.page


def boundaries(run: Run, agreed: Agreed) -> list[Point]:
    """What the hub passes while she agrees."""
    passed: list[Point] = []
    with visited_by(passed.append, here=True):
        agrees(run, agreed)
    return passed


def killed(run: Run, agreed: Agreed, number: int) -> None:
    """She agrees, and the hub dies at its n-th boundary (from 0); another one starts."""
    left = number + 1

    def visit(_point: Point) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise HubGone

    try:
        with visited_by(visit, here=True):
            agrees(run, agreed)
    except HubGone:
        run.hub.crash()


def comes_back(run: Run, agreed: Agreed) -> None:
    """She opens her link once more, and does what it offers: agrees, or pays what is due, with the card she entered."""
    _proves(run, agreed, f"/pay/{CLINIC}~{agreed.link_id}")
    for form, values in (("/method", {}), ("/accept", {"name": "Ann Quillfeather", "agree": "yes"}), ("/pay", {})):
        kept = re.search(r'name="with" value="([^"]{9,})"', agreed.window.page)
        agreed.window.send(run.hub, form, **values, **({"with": kept[1]} if kept and form != "/accept" else {}))


def pays_at_desk(run: Run, desk: SimDesk, agreed: Agreed) -> None:
    """She rather pays the first payment at the counter, in cash."""
    desk.sync()
    sheet = desk.checkout.open("ann", "", asked_for(agreed.plan_id, 1))
    assert sheet.asked is not None
    left, amounts = sheet.asked.cents, dict[str, int]()
    for line in sheet.lines:
        if line.charge_id in sheet.asked.charge_ids:
            amounts[line.key] = min(line.owes_cents, left)
            left -= amounts[line.key]
    cents = sheet.asked.cents
    request = CollectRequest(sheet=sheet, amounts=amounts, use_credit=False, tender=TenderKind.CASH, person=MARIA,
                             tendered_cents=cents, extra_cents=left, request_id=sheet.asked.request_id)  # fmt: skip
    run.world.money[desk.place("cash")] += cents
    desk.checkout.collect(request, Job())
    desk.sync()


def asked_of_nobody(run: Run) -> bool:
    """Is her payment written down, and nothing asked of the processor for it yet?"""
    begun = run.hub.rows("SELECT 1 FROM portal_order WHERE state = 'begun'")
    return bool(begun) and not run.hub.rows("SELECT 1 FROM online_attempt WHERE what = 'charge'")


def reloads(run: Run, agreed: Agreed) -> None:
    """She goes back to where she had paid."""
    agreed.window.get(run.hub, f"/pay/{CLINIC}~{agreed.link_id}/order?go=1")


def mornings(run: Run, count: int = 2) -> None:
    """The next days: at ten in the morning the hub looks after what is under way, and charges what is due."""
    for _ in range(count):
        run.world.advance(DAY_S)
        for _ in range(3):
            run.hub.look_after_home((CLINIC,), poll=True)
            PlanCharger(run.hub.store.plans, run.hub.hub.online).charge_due(CLINIC)
            run.world.advance(660.0)


def charges(run: Run) -> list[int]:
    """What was taken from home, each."""
    return [each["amount_received"] for each in run.world.processor().intents()]


__all__ = ["Agreed", "agrees", "asked_of_nobody", "boundaries", "charges", "comes_back", "killed", "mornings",
           "pays_at_desk", "reloads", "sent"]  # fmt: skip
