"""Payment plans in the portal, by forms without script: how a plan stands, paying of it, its card, its paper (S0-44,
S0-45)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from models.basics.ids import new_id
from models.operations import bodies, plans
from models.operations.protocol import Cursor
from models.rules.agreement import sha256
from models.rules.plans import Instalment, asked_for
from models.store.plan_acts import finance_id
from tests.support.online import pay
from tests.support.portal import Browser, Clinic, House, join
from tests.support.simulators import StripeProcess

TEXT = "I agree to pay what is listed."


class OnPlan:
    """Rosa owes 80.00 on a plan of four payments, one of them due today, with a yearly rate or none."""

    def __init__(self, place: House, interest: int = 0) -> None:
        self.place, self.clinic = place, place.clinic()
        self.clinic.set(portal_minimum_cents=0)
        self.plan_id, self.charge = new_id(), self.clinic.charges["rosa"]
        self.today = place.hub.hub.portal.clinics.find(self.clinic.tenant).today(place.hub.clock.now())
        self.lines = [Instalment(n + 1, self.today + timedelta(days=30 * n), 2_000 + interest, interest)
                      for n in range(4)]  # fmt: skip
        self.clinic.put(*terms(self, interest))
        self.browser: Browser = join(place, self.clinic, factor="text").browser

    def page(self) -> str:
        return self.browser.get("/plans").text

    def pays(self, **values: str) -> str:
        """Choose on the page of plans and pay with a new card; the page the processor leads back to."""
        self.page()
        page = self.browser.send(f"/{self.plan_id}/pay", **values)
        found = re.search(r'content="0;url=([^"]+)"', page.text)
        assert found is not None, page.text
        status, where = pay(found[1].replace("&amp;", "&"), "4242424242424242")
        assert status == 303
        return self.browser.line.get(where).text

    def entries(self, kind: str) -> list[dict[str, object]]:
        page = self.place.hub.store.pull(self.clinic.tenant, Cursor("", 0, "0" * 64))
        return [entry.op["body"] for entry in page.entries if entry.op["kind"] == kind]

    def states(self) -> list[str]:
        """How each payment stands, as the page says it."""
        table = self.page().partition('class="schedule"')[2]
        return re.findall(r'class="pill \w+">([^<]+)<', table.partition("</table>")[0])


def terms(plan: OnPlan, interest: int) -> list[object]:
    """The plan as a desk agreed on it, in force."""
    about = {"plan_id": plan.plan_id, "patient_id": plan.clinic.rosa}
    fee_id = finance_id(plan.clinic.tenant, plan.plan_id) if interest else ""
    put = plans.PlanPut(
        **about, charge_ids=(plan.charge,), encounter_cents=8_000, terms="plan-1", terms_sha256=sha256(TEXT), text=TEXT,
        finance_charge_id=fee_id, lines=tuple(
            plans.PlanLine(no=each.no, due_date=each.due.isoformat(), amount_cents=each.cents,
                           interest_cents=each.interest_cents) for each in plan.lines),
    )  # fmt: skip
    accept = plans.PlanAccept(**about, terms="plan-1", terms_sha256=sha256(TEXT), said_by="Rosa Quillfeather",
                              how="paper")  # fmt: skip
    fees = [bodies.Fee(charge_id=fee_id, patient_id=plan.clinic.rosa, code="FINANCE", description="Finance charge",
                       amount_cents=4 * interest, service_date=plan.today.isoformat())] if interest else []  # fmt: skip
    charges = (plan.charge, fee_id) if fee_id else (plan.charge,)
    return [put, accept, *fees, plans.PlanActivate(**about, charge_ids=charges, terms_sha256=sha256(TEXT))]


@pytest.fixture
def rosa(place: House, processor: StripeProcess) -> OnPlan:
    processor.reset()
    return OnPlan(place)


def test_s0_45_a_payment_a_part_of_one_and_the_rest_are_paid_and_the_plan_closes(
    rosa: OnPlan,
    processor: StripeProcess,
) -> None:
    page = rosa.page()
    assert rosa.states() == ["Due", "Scheduled", "Scheduled", "Scheduled"]
    for words in ("$80.00", "Left to pay", "You pay it yourself", "All that is left, $80.00"):
        assert words in page, words
    assert "Thank you" in rosa.pays()
    assert rosa.states() == ["Paid", "Scheduled", "Scheduled", "Scheduled"], "in the books at once, by no rule"
    [fact] = rosa.entries("online.receive")
    assert (fact["request_id"], fact["amount_cents"], fact["items"]) == (
        asked_for(rosa.plan_id, 1), 2_000, [{"charge_id": rosa.charge, "amount_cents": 2_000}])  # fmt: skip
    rosa.pays(what="3")
    assert rosa.states() == ["Paid", "Scheduled", "Paid", "Scheduled"], "an extra payment is for its own line"
    rosa.pays(what="other", amount="5.00")
    assert "$5.00 came" in rosa.page()
    rosa.pays(what="all")
    page = rosa.page()
    assert "Earlier plans" in page
    assert [each["reopened"] for each in rosa.entries("plan.closed")] == [False]
    assert processor.captured_cents() == 8_000
    assert rosa.place.hub.store.verify(rosa.clinic.tenant, deep=True) == []


WRONG = (
    ({"what": "other", "amount": "80.01"}, "more than is left"), ({"what": "other", "amount": "x"}, "Enter an amount"),
    ({"what": "9"}, "Choose what you pay"), ({"what": "other", "amount": "0.10"}, "smallest payment here is $0.50"),
    ({"with": "somebody-elses"}, "Choose a card"), ({"seen": "0" * 32}, "has changed since"),
)  # fmt: skip


def test_what_cannot_be_paid_of_a_plan_is_told_and_nothing_is_asked_for(
    rosa: OnPlan,
    processor: StripeProcess,
) -> None:
    for values, words in WRONG:
        rosa.page()
        page = rosa.browser.send(f"/{rosa.plan_id}/pay", **values)
        assert (page.status_code, words in page.text) == (422, True), (values, page.text)
    assert processor.requests("sessions.create") == 0
    assert rosa.browser.get("/plans/nobody/agreement").status_code == 404


def test_paying_off_lets_interest_fall_away_that_is_not_earned(place: House, processor: StripeProcess) -> None:
    processor.reset()
    plan = OnPlan(place, interest=100)
    assert "All that is left, $81.00" in plan.page(), "84.00 less the interest of three payments that are not due"
    assert "$3.00 of interest falls away" in plan.browser.page.text
    plan.pays(what="all")
    assert "Earlier plans" in plan.page()
    assert [each["amount_cents"] for each in plan.entries("charge.fee")] == [400, 100]
    assert processor.captured_cents() == 8_100
    assert place.hub.store.verify(plan.clinic.tenant, deep=True) == []


def test_another_kept_card_is_charged_with_the_patients_word_and_pays_at_once(
    rosa: OnPlan,
    processor: StripeProcess,
) -> None:
    rosa.pays(keep="yes")
    page = rosa.page()
    card = re.search(r'name="card" value="([^"]+)"', page)
    assert card is not None
    assert "No card is charged for this plan" in page
    assert rosa.browser.send(f"/{rosa.plan_id}/card").status_code == 422, "without the word nothing changes"
    assert rosa.entries("plan.method") == []
    rosa.page()
    assert "uses the other card" in rosa.browser.send(f"/{rosa.plan_id}/card", agree="yes").text
    [said] = rosa.entries("plan.method")
    assert (said["method"], said["kept_card_id"], said["channel"], said["said_by"], said["words"]) == (
        "card", card[1], "portal", "Rosa Quillfeather", "plan-card-1-en")  # fmt: skip
    assert "charged to Visa ending 4242" in rosa.page()
    assert "Thank you" in rosa.browser.send(f"/{rosa.plan_id}/pay", what="2").text
    assert rosa.states()[:2] == ["Paid", "Paid"]
    assert processor.captured_cents() == 4_000


def test_s4_06_the_agreement_and_the_page_in_spanish(rosa: OnPlan) -> None:
    answer = rosa.browser.get(f"/plans/{rosa.plan_id}/agreement")
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    page = rosa.browser.line.get(f"{rosa.clinic.url}/plans?lang=es").text
    assert "Plan de pagos" in page
    assert "Vence ahora" in page


def test_a_dependents_plan_is_the_guarantors_to_see(rosa: OnPlan) -> None:
    clinic: Clinic = rosa.clinic
    about = {"plan_id": new_id(), "patient_id": clinic.sofia}
    clinic.put(
        plans.PlanPut(**about, charge_ids=(clinic.charges["sofia"],), encounter_cents=2_000, terms="plan-1",
                      terms_sha256=sha256(TEXT), text=TEXT,
                      lines=(plans.PlanLine(no=1, due_date="2026-01-02", amount_cents=2_000),)),
        plans.PlanAccept(**about, terms="plan-1", terms_sha256=sha256(TEXT), said_by="Rosa", how="terms"),
        plans.PlanActivate(**about, charge_ids=(clinic.charges["sofia"],), terms_sha256=sha256(TEXT)),
    )  # fmt: skip
    page = rosa.page()
    assert "For Sofia" in page
    assert "Late" in page
