"""Payments that are asked for before money comes, and what payers say of patients' plans."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from app.eligibility import EstimateOrder, TypedBenefits
from app.views import CollectRequest, TenderKind
from models.basics.ids import natural_id, new_id
from models.basics.money import show_cents
from models.operations.eligibility import PAYER, EligibilityCheck
from models.rules import benefits as plan
from models.rules.benefits import Benefit
from models.rules.estimate import PURPOSES
from models.rules.payment_status import Status
from tests.simulator import taking
from tests.simulator.desk import MARIA, SimDesk
from tests.simulator.template import EARLIER, LATER, TODAY
from tests.simulator.world import chance

if TYPE_CHECKING:
    from tests.simulator.oracles import Books
    from tests.simulator.run import Run

TENDERS = (TenderKind.CASH, TenderKind.CASH, TenderKind.CARD, TenderKind.CARD, TenderKind.CHECK)
_TYPES = ("", "treatment_prepayment", "office_visit", "private_pay")


def ask(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody is asked for an amount, as a draft or at once; or what was asked is changed."""
    known = _some_request(desk, rng, "status IN ('draft', 'pending', 'failed')") if chance(rng, 30) else ""
    if known:
        form = replace(desk.requests.form_of(known), amount=_amount(rng))
    else:
        patient_id, visit = run.somebody(rng)
        form = replace(desk.requests.begin(MARIA, patient_id, visit).form, amount=_amount(rng),
                       request_type=rng.choice(_TYPES), due=rng.choice(["", EARLIER, TODAY, LATER]))  # fmt: skip
        if chance(rng, 20):  # what is typed is kept, and found again
            desk.requests.keep(form, MARIA)
            if desk.requests.begin(MARIA, patient_id, visit).form != form:
                run.wrong("what was typed is not found again")
    view = desk.requests.save(form, MARIA, submit=chance(rng, 75))
    return f"{view.number} {view.status} {view.amount_cents}"


def move_on(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody uses the dropdown."""
    known = _some_request(desk, rng)
    ways = [way for way in desk.requests.open(known).choices if way is not Status.PAID] if known else []
    if not ways:
        return "nothing to move"
    return f"{known} {desk.requests.move(known, rng.choice(ways), MARIA).status}"


def collect(run: Run, desk: SimDesk, rng: Random) -> str:
    """Exactly what was asked is collected, or a part of it."""
    known = _some_request(desk, rng)
    if not known:
        return "nothing was asked"
    view = desk.requests.open(known)
    sheet = desk.checkout.open(view.patient.patient_id, view.appointment_id, known)
    assert sheet.asked is not None
    left = sheet.asked.cents if chance(rng, 80) else max(sheet.asked.cents // 2, 1)
    amounts = {}
    for line in sheet.lines:
        if view.appointment_id and line.appointment_id == view.appointment_id and not line.patient and left:
            amounts[line.key] = min(line.owes_cents, left)
            left -= amounts[line.key]
    if chance(rng, 20):
        desk.step("pull")
    request = CollectRequest(
        sheet=sheet, amounts=amounts, use_credit=False, tender=rng.choice(TENDERS), person=MARIA, extra_cents=left,
        extra_for=None if view.appointment_id else "", check_no="1045", request_id=known,
    )  # fmt: skip
    return f"{known} {taking.take(run, desk, request, rng)}"


def plan_answers(run: Run, desk: SimDesk, rng: Random) -> str:
    """A payer says what a plan covers (the same answer may be read at two desks), or somebody types it in; then there
    is an estimate, or there is none."""
    patient_id, visit = run.somebody(rng)
    if chance(rng, 40):
        desk.eligibility.type_in(TypedBenefits(check_id=new_id(), patient_id=patient_id, payer="Blue Cross",
                                               copay_cents=rng.choice([0, 2_000, 3_000]), in_force=chance(rng, 90),
                                               coinsurance_bp=rng.choice([None, 2_000])), MARIA)  # fmt: skip
    else:
        answer = rng.choice(["a", "b", "c"])
        benefit = Benefit(kind=plan.COPAY, code="B", service_types=("98",), amount_cents=1_000 * (ord(answer) - 96))
        check = EligibilityCheck(
            check_id=natural_id(desk.clinic.tenant, "answer", patient_id, answer), patient_id=patient_id, source=PAYER,
            checked_at=f"2026-03-1{ord(answer) - 96}T10:00:00.000Z", payer="Aetna", benefits=(benefit,), raw=answer,
            state=plan.STATES[ord(answer) - 97],
        )  # fmt: skip
        with desk.store.write() as tx:
            tx.record(check, person_id=MARIA.staff_id, business_date=desk.clinic.today().isoformat())
    told = desk.eligibility.estimate(EstimateOrder(patient_id=patient_id, purpose=rng.choice(PURPOSES),
                                                   appointment_id=visit)).estimate  # fmt: skip
    return f"{patient_id} {told.outcome} {told.amount_cents}"


def at_the_end(run: Run, hub: Books) -> None:
    """A request is paid when all of it came, and only then; what it names as its payment is there; and no reader is at
    anything any more."""
    for tenant in run.tenants:
        found = run.hub.rows(
            "SELECT q.request_id, q.status, q.amount_cents, q.paid_cents, q.payment_id, coalesce(p.amount_cents, 0) "
            "FROM payment_request q LEFT JOIN payment p ON p.tenant = q.tenant AND p.payment_id = q.payment_id "
            "WHERE q.tenant = ?", tenant,
        )  # fmt: skip
        for request_id, status, asked, came, payment_id, paid in found:
            if (status == Status.PAID) != (came == asked):
                run.wrong(f"{request_id} is {status} with {came} of {asked}")
            if payment_id and paid < asked:
                run.wrong(f"{request_id} asked {asked}, and its payment {payment_id} is {paid}")


def _amount(rng: Random) -> str:
    return show_cents(rng.choice([1_000, 2_500, 3_000, 4_000, 6_500]), symbol="")


def _some_request(desk: SimDesk, rng: Random, where: str = "1 = 1") -> str:
    found = desk.rows(f"SELECT request_id FROM payment_request WHERE {where} ORDER BY request_id")
    return str(rng.choice(found)[0]) if found else ""
