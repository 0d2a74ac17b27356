"""Payment plans over a real store: what Collect leaves alone, what shows where, who may do what, rules and papers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest

from app.accounts import Accounts
from app.agreements import Agreements
from app.attention import Attention
from app.card_reader import CardReader
from app.plan import standing
from app.plan_lists import PlanLists
from app.plan_views import PlanPage
from app.plans import Plans
from app.rules import MoneyRules
from app.schedule import Schedule
from models.basics.errors import RuleBroken
from models.operations.bodies import Allocate, AllocationLine
from models.operations.plans import ACCEPTED_BY
from models.rules.languages import WRITTEN
from models.rules.numbers import plan_number
from models.rules.plan_standing import PlanStatus
from receipts.attachments import pdf_of_document
from receipts.layouts.agreement_letter import WORDS
from tests.support.clinic import MARIA, PRIYA, TestClinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient()
    made.visit()
    made.charge(30_000, "2026-03-02", charge_id="old")
    made.charge(4_000, "2026-03-10", charge_id="other")
    yield made
    made.close()


def plans_of(clinic: TestClinic) -> Plans:
    return Plans(clinic.clinic, CardReader(clinic.settings))


def started(clinic: TestClinic, **more: str) -> PlanPage:
    """A plan of the old charge in three payments, in force."""
    plans = plans_of(clinic)
    page = plans.begin("rosa")
    form = replace(page.form, charge_ids=("old",), payments="3", **more)
    plans.accept(plans.save(page, form, MARIA), "Rosa Quillfeather", "terms", MARIA)
    return plans.activate(form.plan_id, PRIYA)


def test_collect_never_asks_for_what_is_on_a_plan_by_itself(clinic: TestClinic) -> None:
    with clinic.store.reader() as reader:
        before = standing(clinic.clinic, clinic.settings, reader, "rosa", "")
    assert {due.payable.key: due.selected for due in before.dues} == {"old": True, "other": True}
    started(clinic)
    with clinic.store.reader() as reader:
        now = standing(clinic.clinic, clinic.settings, reader, "rosa", "")
    assert {due.payable.key: due.selected for due in now.dues} == {"old": False, "other": True}
    assert "on a payment plan" in next(due.subtitle for due in now.dues if due.payable.key == "old")


def test_s0_44_a_patient_on_a_plan_is_flagged_and_a_late_one_is_listed(clinic: TestClinic) -> None:
    assert [row.on_plan for row in Schedule(clinic.clinic, clinic.settings).day().rows] == [False]
    page = started(clinic)
    assert [row.on_plan for row in Schedule(clinic.clinic, clinic.settings).day().rows] == [True]
    lists = PlanLists(clinic.clinic)
    with clinic.store.reader() as reader:
        assert lists.late(reader) == ()
        clinic.clock.advance(6 * 86_400)
        [late] = lists.late(reader)
        item = _attention(clinic)._late_plan(reader, late)
    assert (late.plan_id, late.late_cents, late.left) == (page.form.plan_id, 10_000, 3)
    assert (item.kind, item.words, item.amount_cents) == ("plan_late", "attention.plan_late", 10_000)


def test_however_many_plans_run_none_is_left_out_and_each_stands_as_on_its_own_page(
    clinic: TestClinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Late ones among them: they are asked for some at a time."""
    plans, balances = plans_of(clinic), dict[str, int]()
    for at in range(1, 6):
        who, charge_id = clinic.patient(f"p{at}", "Ada", f"Oakley{at}"), f"bill{at}"
        clinic.charge(9_000, "2026-03-02", who, charge_id)
        page = plans.begin(who)
        accepted = plans.accept(plans.save(page, replace(page.form, payments="3"), MARIA), "Ada", "terms", MARIA)
        plans.activate(accepted.form.plan_id, PRIYA)
        if at > 1:  # the second one paid a part of the first payment, the others as much as is due
            cents = 1_000 if at == 2 else 3_000
            lot = clinic.paid(cents, f"cash{at}", who)
            clinic.put(Allocate(allocation_id=f"part{at}", lot_payment_id=lot, patient_id=who,
                                lines=(AllocationLine(charge_id=charge_id, amount_cents=cents),)))  # fmt: skip
        balances[who] = 9_000 - (0 if at == 1 else cents)
    draft = plans.begin("rosa")
    plans.save(draft, draft.form, MARIA)
    clinic.clock.advance(6 * 86_400)
    lists = PlanLists(clinic.clinic)
    monkeypatch.setattr("models.store.plan_looking.AT_ONCE", 2)
    found = lists.running()
    assert {each.patient_id: each.balance_cents for each in found} == {**balances, "rosa": 34_000}
    assert [(each.patient_id, each.late_cents) for each in found[:3]] == [("p1", 3_000), ("p2", 2_000), ("p3", 0)]
    with clinic.store.reader() as reader:
        assert [each.patient_id for each in lists.late(reader)] == ["p1", "p2"]
    for each in found:
        stood = plans.open(each.plan_id).standing
        assert each.patient_id == "rosa" or (stood is not None and (stood.owed_cents, stood.late_cents) == (
            each.balance_cents, each.late_cents))  # fmt: skip


def _attention(clinic: TestClinic) -> Attention:
    made = Attention.__new__(Attention)
    made._clinic = clinic.clinic
    return made


def test_s4_04_s4_05_plans_of_a_patient_and_what_is_owed_without_one(clinic: TestClinic) -> None:
    [dormant] = Accounts(clinic.clinic, clinic.settings).ledger("rosa").plans
    assert (dormant.kind, dormant.status, dormant.payment_cents, dormant.balance_cents) == (
        "AR", PlanStatus.DORMANT, None, 34_000)  # fmt: skip
    page = started(clinic)
    plan, rest = PlanLists(clinic.clinic).of_patient("rosa")
    assert (plan.number, plan.kind, plan.status, plan.payment_cents, plan.balance_cents) == (
        plan_number(page.form.plan_id), "AR Payment Plan", PlanStatus.ACTIVE, 10_000, 30_000)  # fmt: skip
    assert rest.balance_cents == 4_000
    first, _, second = plan.number.partition("-")
    assert (len(first), len(second), plan.number.isupper()) == (8, 8, True)
    plans_of(clinic).cancel(page.form.plan_id, MARIA)
    assert {each.status for each in PlanLists(clinic.clinic).of_patient("rosa")} == {
        PlanStatus.CANCELLED, PlanStatus.DORMANT}  # fmt: skip


def test_s4_03_the_history_speaks_the_fields_words(clinic: TestClinic) -> None:
    page = started(clinic)
    clinic.paid(500)
    found = PlanLists(clinic.clinic).history("rosa")
    assert {(each.event, each.status) for each in found} == {
        ("Payment Plan Pending", "Dormant"), ("Payment Plan Accepted", "Authorized"), ("Payment Plan Setup", "Active"),
        ("Other Payment", "Approved $5.00"),
    }  # fmt: skip
    assert {each.number for each in found} == {page.number, ""}


def test_a_discount_needs_who_may_let_off(clinic: TestClinic) -> None:
    plans = plans_of(clinic)
    page = plans.begin("rosa")
    form = replace(page.form, discount="20", payments="3")
    accepted = plans.accept(plans.save(page, form, MARIA), "Rosa", "paper", MARIA)
    assert plans.needed(accepted) is not None
    with pytest.raises(RuleBroken, match=r"staff\.right_missing"):
        plans.activate(form.plan_id, MARIA)
    assert plans.activate(form.plan_id, MARIA, PRIYA).status is PlanStatus.ACTIVE
    assert clinic.rows("SELECT sum(amount_cents), group_concat(DISTINCT kind) FROM adjustment") == [(2_000, "discount")]


def test_a_charge_that_changed_meanwhile_stops_the_start(clinic: TestClinic) -> None:
    plans = plans_of(clinic)
    page = plans.begin("rosa")
    accepted = plans.accept(page, "Rosa", "terms", MARIA)
    clinic.charge(5_000, "2026-03-10", charge_id="other")
    with pytest.raises(RuleBroken, match=r"refused\.plan_changed"):
        plans.activate(accepted.form.plan_id, MARIA)
    assert plans.open(accepted.form.plan_id).status is PlanStatus.DORMANT


def pays(clinic: TestClinic, cents: int) -> None:
    """Cash for the old charge."""
    clinic.put(Allocate(allocation_id="part", lot_payment_id=clinic.paid(cents), patient_id="rosa",
                        lines=(AllocationLine(charge_id="old", amount_cents=cents),)))  # fmt: skip


def test_s4_06_new_terms_ask_what_is_left_without_interest_that_is_not_earned(clinic: TestClinic) -> None:
    plans = plans_of(clinic)
    old = started(clinic, apr="12", first="2026-06-14")
    assert old.standing is not None
    pays(clinic, 10_000)
    page = plans.change(old.form.plan_id)
    now = plans.open(old.form.plan_id)
    assert page.form.payments == str(sum(1 for each in now.standing.lines if each.open_cents))  # type: ignore[union-attr]
    form = replace(page.form, payments="4", apr="")
    worked = plans.work_out(page, form)
    assert worked.encounter_cents == now.pay_off_cents == 20_000, "interest of payments that are not due falls away"
    assert [line.cents for line in worked.lines] == [5_000] * 4
    assert f"plan {old.number}, on which I have paid $100.00" in worked.text
    saved = plans.accept(plans.save(page, form, MARIA), "Rosa Quillfeather", "terms", MARIA)
    assert plans.change(old.form.plan_id).form.plan_id == saved.form.plan_id, "the draft of new terms is found again"
    assert saved.status is PlanStatus.DORMANT
    new = plans.activate(saved.form.plan_id, PRIYA)
    assert (new.status, plans.open(old.form.plan_id).status) == (PlanStatus.ACTIVE, PlanStatus.CANCELLED)
    assert new.standing is not None
    assert (new.standing.owed_cents, new.standing.paid_cents) == (20_000, 0)
    assert clinic.rows("SELECT responsibility_cents FROM charge WHERE code = 'FINANCE'") == [(0,)]
    assert ("Payment Plan Replaced", "Cancelled") in {
        (each.event, each.status) for each in PlanLists(clinic.clinic).history("rosa", old.form.plan_id)}  # fmt: skip
    with pytest.raises(RuleBroken, match=r"refused\.plan_not_active"):
        plans.change(old.form.plan_id)


def test_money_that_comes_meanwhile_voids_new_terms_until_they_are_saved_and_accepted_again(clinic: TestClinic) -> None:
    plans = plans_of(clinic)
    old = started(clinic)
    accepted = plans.accept(plans.change(old.form.plan_id), "Rosa", "terms", MARIA)
    pays(clinic, 2_000)
    with pytest.raises(RuleBroken, match=r"refused\.plan_changed"):
        plans.activate(accepted.form.plan_id, MARIA)
    page = plans.open(accepted.form.plan_id)
    assert plans.work_out(page, page.form).encounter_cents == 28_000
    again = plans.accept(plans.save(page, page.form, MARIA), "Rosa", "terms", MARIA)
    assert plans.activate(again.form.plan_id, MARIA).status is PlanStatus.ACTIVE


def test_the_agreement_goes_on_paper(clinic: TestClinic) -> None:
    page = started(clinic, apr="9.90", first="2026-05-31")
    document = Agreements(clinic.clinic).document(page.form.plan_id)
    assert (document.accepted_by, document.accepted_how, len(document.lines)) == ("Rosa Quillfeather", "terms", 3)
    assert document.lines[-1].left_cents == 0
    assert [line.due_on for line in document.lines] == ["2026-05-31", "2026-06-30", "2026-07-31"]
    assert pdf_of_document(document).startswith(b"%PDF")


def test_s4_06_the_agreement_is_written_signed_and_printed_in_the_patients_language(clinic: TestClinic) -> None:
    clinic.patient(language="es")
    plans = plans_of(clinic)
    page = plans.begin("rosa")
    assert page.form.language == "es"
    form = replace(page.form, charge_ids=("old",), payments="3")
    saved = plans.save(page, form, MARIA)
    assert saved.worked is not None
    assert saved.worked.text.startswith("Debo $300.00 a ")
    assert saved.form.language == "es", "as it was written"
    signed = plans.accept(saved, "Rosa Quillfeather", "signature", MARIA, "10,10;90,60;200,10")
    document = Agreements(clinic.clinic).document(form.plan_id)
    assert (document.language, document.signature) == ("es", "10,10;90,60;200,10")
    page_of = pypdfium2.PdfDocument(BytesIO(pdf_of_document(document)))[0].get_textpage().get_text_bounded()
    for words in (
        "Acuerdo de pago",
        "Saldo a pagar",
        "Firmado por Rosa Quillfeather el 14 de mayo de 2026",
        "Página 1",
    ):
        assert words in page_of, words
    assert not re.search(r"\b(Payment|Remaining|Signed|Written|Page|Questions)\b", page_of)
    assert signed.acceptance is not None
    again = plans.save(signed, replace(signed.form, language="en"), MARIA)
    assert again.acceptance is None, "another language is another text"
    assert again.worked is not None
    assert again.worked.text.startswith("I owe ")


def test_letters_say_the_same_in_every_language() -> None:
    shapes = [{key: sorted(re.findall(r"{\w+}", text)) for key, text in words.items()} for words in WORDS.values()]
    assert set(WORDS) == set(WRITTEN)
    assert all(shape == shapes[0] for shape in shapes)
    assert set(ACCEPTED_BY) <= set(shapes[0])


@pytest.mark.parametrize(("field", "value", "key"), [
    ("plan_late_days", 61, "plan.days_wrong"), ("plan_first_retry_days", 0, "plan.days_wrong"),
    ("plan_most_payments", 1, "plan.limits_wrong"), ("plan_least_payments", 30, "plan.limits_wrong"),
])  # fmt: skip
def test_s0_44_limits_are_checked(clinic: TestClinic, field: str, value: int, key: str) -> None:
    rules = MoneyRules(clinic.clinic)
    with pytest.raises(RuleBroken) as broken:
        rules.change(PRIYA, **{field: value})
    assert broken.value.message_key == key
    rules.change(PRIYA, plan_late_days=10)
    assert rules.view().rules.plan_late_days == 10
