"""One payment with everything about it: asked for, paid, refunded, taken back; its visit, its patient, its history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.asked_for import BY_HAND
from app.lanes import Job
from app.payment_detail import PaymentDetails
from app.payment_requests import PaymentRequests
from app.request_views import PaymentDetail
from app.views import Collected, CollectRequest, TenderKind
from models.basics.errors import RuleBroken
from models.operations.bodies import RefundPaid, RefundRequest
from models.operations.eligibility import EligibilityCheck
from models.operations.records import Coverage, Location
from models.operations.requests import PaymentRequestStatus
from models.rules.numbers import treatment_number
from models.rules.payment_status import Status
from tests.support.clinic import DAY, MARIA, TestClinic
from tests.support.counter import rosa_with_copay_and_balance, tillless_checkout


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    rosa_with_copay_and_balance(made)
    made.put(Location(id="alder", name="Alder Street"))
    made.visit("crown", minutes=60 * 24 * 6, service_date="2026-05-20", title="Crown", location_id="alder")
    made.charge(30000, day="2026-05-20", charge_id="crown-1", visit="crown", code="D2740", description="Crown")
    made.charge(4000, day="2026-05-20", charge_id="crown-2", visit="crown", code="D0220", description="X-ray")
    yield made
    made.close()


def ask(clinic: TestClinic, amount: str = "340", *, submit: bool = True, **more: Any) -> str:
    story = PaymentRequests(clinic.clinic)
    form = replace(story.begin(MARIA, "rosa").form, amount=amount, **more)
    return story.save(form, MARIA, submit=submit).request_id


def detail(clinic: TestClinic, key: str) -> PaymentDetail:
    from app.accounts import Accounts

    return PaymentDetails(clinic.clinic, Accounts(clinic.clinic, clinic.settings)).open(key)


def pay(clinic: TestClinic, request_id: str) -> Collected:
    """Cash for exactly what was asked, as Collect opens it."""
    checkout, view = tillless_checkout(clinic), PaymentRequests(clinic.clinic).open(request_id)
    sheet = checkout.open("rosa", view.appointment_id, request_id)
    assert sheet.asked is not None
    cents = sheet.asked.cents
    lines = {line.key: line.owes_cents for line in sheet.lines if line.appointment_id == view.appointment_id != ""}
    extra = cents - sum(lines.values())
    return checkout.collect(
        CollectRequest(sheet=sheet, amounts=lines, use_credit=False, tender=TenderKind.CASH, person=MARIA,
                       extra_cents=extra, extra_for=None if view.appointment_id else "", tendered_cents=cents,
                       request_id=request_id), Job(),
    )  # fmt: skip


def acts(view: PaymentDetail) -> list[str]:
    return [line.act for line in reversed(view.history)]


def test_s2_16_what_rests_on_an_estimate_says_when_the_payer_is_asked_again(clinic: TestClinic) -> None:
    """Never asked; asked for this month, but the visit is in the next one; asked for it. Private pay rests on none."""
    clinic.visit("june", minutes=60 * 24 * 20, service_date="2026-06-03")
    asked = {visit: ask(clinic, request_type="office_visit", appointment_id=visit) for visit in ("crown", "june")}
    assert {detail(clinic, each).plan_age for each in asked.values()} == {"never"}
    clinic.put(EligibilityCheck(check_id="c", patient_id="rosa", source="271", checked_at="2026-05-14T10:00:00.000Z",
                                state="active", payer="Aetna"))  # fmt: skip
    assert [detail(clinic, asked[visit]).plan_age for visit in ("crown", "june")] == ["fresh", "earlier"]
    assert detail(clinic, ask(clinic, request_type="private_pay", appointment_id="june")).plan_age == ""


def test_s2_16_a_good_faith_estimate_is_offered_to_who_pays_alone(clinic: TestClinic) -> None:
    """Rosa's insurance is asked first, but for a visit set to cash; then it ends. Without services there is nothing to
    estimate."""
    crown, plain = ask(clinic, appointment_id="crown"), ask(clinic)
    assert (detail(clinic, crown).good_faith, detail(clinic, plain).good_faith) == (False, False)
    clinic.visit("crown", minutes=60 * 24 * 6, service_date="2026-05-20", title="Crown", payment_profile="cash")
    assert detail(clinic, crown).good_faith
    alone = detail(clinic, ask(clinic, request_type="office_visit", appointment_id="crown"))
    assert (alone.good_faith, alone.plan_age) == (True, ""), "no payer is to be asked"
    clinic.visit("crown", minutes=60 * 24 * 6, service_date="2026-05-20", title="Crown")
    assert not detail(clinic, crown).good_faith
    [(cover,)] = clinic.rows("SELECT id FROM coverage")
    clinic.put(Coverage(id=cover, patient_id="rosa", payer="Aetna", status="cancelled"))
    assert detail(clinic, crown).good_faith
    clinic.visit("bare", minutes=60 * 24 * 7, service_date="2026-05-21")
    assert not detail(clinic, ask(clinic, appointment_id="bare")).good_faith


def test_s2_10_s2_12_what_was_asked_with_its_visit(clinic: TestClinic) -> None:
    view = detail(clinic, ask(clinic, due="2026-05-18", memo="Crown, both halves", appointment_id="crown"))
    assert (view.number, view.status, view.amount_cents, view.memo) == (
        "PAY-1-00001", Status.PENDING, 34000, "Crown, both halves")  # fmt: skip
    assert (str(view.due), view.paid_on, view.refunded_cents, view.open_cents) == ("2026-05-18", None, 0, 34000)
    assert view.patient.name == "Rosa Quillfeather"
    assert view.choices == (Status.PROCESSING, Status.PAID, Status.CANCELLED)
    visit = view.treatment
    assert visit is not None
    assert (visit.number, visit.title, visit.practitioner, visit.location, visit.codes) == (
        treatment_number("crown"), "Crown", "Dr. Okafor", "Alder Street", ("D2740", "D0220"))  # fmt: skip
    assert (visit.starts_at.date().isoformat(), visit.starts_at.tzinfo) == ("2026-05-20", clinic.clinic.zone)
    assert acts(view) == ["act.requested"]


def test_s2_09_s2_10_paid_it_is_the_payment_and_locked(clinic: TestClinic) -> None:
    request_id = ask(clinic, appointment_id="crown", memo="Crown")
    paid = pay(clinic, request_id)
    view = detail(clinic, request_id)
    assert (view.payment_id, view.request_id) == (paid.payment_id, request_id)
    assert view == detail(clinic, paid.payment_id)
    assert (view.number, view.status, view.choices, view.editable, view.collectable) == (
        "PAY-1-00001", Status.PAID, (), False, False)  # fmt: skip
    assert (view.paid_on and view.paid_on.isoformat(), view.method, view.memo) == (DAY, "Cash", "Crown")
    assert view.refundable_cents == 34000
    assert acts(view)[:3] == ["act.requested", "act.collected", "act.allocated"]


def test_s2_14_the_status_follows_the_total_refunded(clinic: TestClinic) -> None:
    paid = pay(clinic, ask(clinic, "100"))
    for step, status in ((4000, Status.PARTIALLY_REFUNDED), (6000, Status.REFUNDED)):
        name = f"back-{step}"
        clinic.put(RefundRequest(refund_id=name, payment_id=paid.payment_id, patient_id="rosa", amount_cents=step,
                                 tender="cash", reason="billing_error", number=f"REF-{step}"))  # fmt: skip
        assert detail(clinic, paid.payment_id).status is not status  # set aside is not gone
        clinic.put(RefundPaid(refund_id=name, payment_id=paid.payment_id, patient_id="rosa", amount_cents=step,
                              tender="cash", receipt_no=f"R-{step}"))  # fmt: skip
        view = detail(clinic, paid.payment_id)
        assert (view.status, view.choices) == (status, ())
    assert (view.refunded_cents, view.refundable_cents) == (10000, 0)
    assert acts(view).count("act.refunded") == 2


def test_s2_08_taken_back_is_voided(clinic: TestClinic) -> None:
    request_id = ask(clinic, "100")
    paid = pay(clinic, request_id)
    tillless_checkout(clinic).undo(paid.payment_id, "wrong patient", _manager(), Job())
    view = detail(clinic, request_id)
    assert (view.status, view.ended_as, view.refundable_cents, view.choices) == (Status.VOIDED, "void", 0, ())


def _manager() -> Any:
    from tests.support.clinic import PRIYA

    return PRIYA


def test_s2_10_a_payment_nobody_asked_for(clinic: TestClinic) -> None:
    clinic.paid(5000, "walk-in", number="PAY-2-00007")
    view = detail(clinic, "walk-in")
    assert (view.request_id, view.number, view.status, view.due, view.treatment) == (
        "", "PAY-2-00007", Status.PAID, None, None)  # fmt: skip
    assert acts(view) == ["act.collected"]


def test_s2_10_what_touched_another_payment_is_not_told(clinic: TestClinic) -> None:
    first, second = ask(clinic, "10"), ask(clinic, "20")
    pay(clinic, second)
    assert acts(detail(clinic, first)) == ["act.requested"]


def test_s2_15_overdue_says_for_how_long(clinic: TestClinic) -> None:
    assert detail(clinic, ask(clinic, due="2026-04-30")).overdue_days == 14
    assert detail(clinic, ask(clinic, due=DAY)).overdue_days == 0
    assert detail(clinic, ask(clinic, submit=False, due="2026-04-30")).overdue_days == 0


def test_s2_10_processing_by_hand_can_still_be_collected(clinic: TestClinic) -> None:
    request_id = ask(clinic)
    PaymentRequests(clinic.clinic).move(request_id, Status.PROCESSING, MARIA)
    assert clinic.rows("SELECT reason FROM payment_request") == [(BY_HAND,)]
    view = detail(clinic, request_id)
    assert (view.status, view.choices, view.editable, view.collectable) == (Status.PROCESSING, (), False, True)
    pay(clinic, request_id)
    assert detail(clinic, request_id).status is Status.PAID


def test_s2_08_a_reader_that_never_said_anything_lets_go_after_an_hour(clinic: TestClinic) -> None:
    """The desk that asked its reader died with its disk: nobody else will ever hear how that ended."""
    request_id = ask(clinic)
    clinic.put(PaymentRequestStatus(request_id=request_id, patient_id="rosa", status="processing", by="reader"))
    assert not detail(clinic, request_id).collectable
    with pytest.raises(RuleBroken) as error:
        pay(clinic, request_id)
    assert error.value.message_key == "request.not_awaited"
    clinic.clock.advance(3_601)
    assert detail(clinic, request_id).collectable
    pay(clinic, request_id)
    assert detail(clinic, request_id).status is Status.PAID


def test_what_is_gone_says_so(clinic: TestClinic) -> None:
    with pytest.raises(RuleBroken) as error:
        detail(clinic, "nobody")
    assert error.value.message_key == "request.gone"
