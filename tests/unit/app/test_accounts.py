"""An account as the ledger shows it, over the real store: where money lies, whose it is, what happened and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.account_views import LedgerView, PaymentLine
from app.accounts import Accounts
from app.family import short_names
from app.views import PatientHead
from models.basics.errors import RuleBroken
from models.operations.bodies import (
    Adjust,
    Allocate,
    AllocationLine,
    Correct,
    DisputeOpened,
    Fee,
    Move,
    MoveLine,
    RefundElsewhere,
    RefundPaid,
    RefundRequest,
    Reverse,
    Undo,
    VisitStatus,
)
from models.operations.records import Staff
from tests.support.clinic import DAY, TestClinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.put(Staff(id="maria", name="Maria Delgado", role="receptionist"),
             Staff(id="priya", name="Priya Nair", role="manager"))  # fmt: skip
    made.patient()
    yield made
    assert made.store.verify() == []
    made.close()


def ledger(clinic: TestClinic, patient_id: str = "rosa", **how: Any) -> LedgerView:
    return Accounts(clinic.clinic, clinic.settings).ledger(patient_id, **how)


def payment(view: LedgerView, payment_id: str) -> PaymentLine:
    return next(line for line in view.payments if line.payment_id == payment_id)


def parts(view: LedgerView, payment_id: str) -> list[tuple[str, int, str]]:
    return [(part.kind, part.cents, part.title) for part in payment(view, payment_id).parts]


def spend(clinic: TestClinic, cents: int, charge_id: str, payment_id: str = "early", patient_id: str = "rosa") -> None:
    clinic.put(Allocate(allocation_id=f"spend-{charge_id}", lot_payment_id=payment_id, patient_id=patient_id,
                        lines=(AllocationLine(charge_id=charge_id, amount_cents=cents),)))  # fmt: skip


def sums_hold(view: LedgerView) -> None:
    """What the lists say adds up to the five figures."""
    figures = view.figures
    assert sum(line.owed_cents for line in view.visits) == figures.responsibility_cents
    assert sum(line.paid_cents for line in view.visits) == figures.allocated_cents
    assert sum(line.balance_cents for line in view.visits) == figures.statement_balance_cents
    assert sum(lot.cents for lot in view.lots) == figures.unallocated_cents
    assert sum(line.balance_cents for line in view.charges) == figures.statement_balance_cents


# Where the money of a payment lies --------------------------------------------------------------------------------


def test_s0_13_a_payment_shows_what_it_paid_and_what_is_left(clinic: TestClinic):
    clinic.visit("march", minutes=-90_000, service_date="2026-03-02", title="Lab panel", status="done")
    clinic.charge(4500, charge_id="lab", visit="march", code="80053")
    clinic.paid(6000, number="PAY-1-00007", tender="check", check_no="2281")
    spend(clinic, 4500, "lab")
    view = ledger(clinic)
    assert parts(view, "early") == [("charge", 4500, "Mar 2 Lab panel"), ("credit", 1500, "Credit on account")]
    line = payment(view, "early")
    assert (line.method_text, line.allocated_cents, line.unspent_cents, line.state) == (
        "Check 2281",
        4500,
        1500,
        "paid",
    )
    sums_hold(view)


def test_s3_04_money_for_a_visit_without_charges_is_prepaid_there(clinic: TestClinic):
    clinic.visit("later", minutes=20_000, service_date="2026-05-28", title="Follow-up", status="scheduled")
    clinic.paid(2000, visit="later", number="PAY-1-00008")
    view = ledger(clinic)
    assert [(lot.kind, lot.cents, lot.where) for lot in view.lots] == [("prepaid", 2000, "for May 28 visit")]
    assert (view.visits[0].title, view.visits[0].prepaid_cents, view.visits[0].state) == (
        "Follow-up",
        2000,
        "no_charges",
    )
    assert parts(view, "early") == [("visit", 2000, "May 28 Follow-up")]
    sums_hold(view)


def test_s0_24_a_refund_leaves_what_was_paid_owed_again(clinic: TestClinic):
    clinic.charge(4500, charge_id="lab")
    clinic.paid(4500)
    spend(clinic, 4500, "lab")
    clinic.put(
        RefundRequest(refund_id="r-1", payment_id="early", patient_id="rosa", amount_cents=1000, tender="cash",
                      reason="patient_request", number="REF-1-00009"),
        RefundPaid(refund_id="r-1", payment_id="early", patient_id="rosa", amount_cents=1000, tender="cash",
                   receipt_no="01-1-A-0009"),
    )  # fmt: skip
    view = ledger(clinic)
    line = payment(view, "early")
    assert (line.state, line.returned_cents, line.allocated_cents, line.unspent_cents) == (
        "partly_refunded",
        1000,
        3500,
        0,
    )
    refund = next(part for part in line.parts if part.kind == "refund")
    assert (refund.cents, refund.title, refund.number, refund.can_undo) == (1000, "Refunded", "REF-1-00009", True)
    assert ("refund", "r-1", -1000) in [(doc.kind, doc.source_id, doc.cents) for doc in view.documents]
    sums_hold(view)


def test_a_refund_that_is_not_paid_out_yet_is_on_its_way(clinic: TestClinic):
    clinic.paid(4500)
    clinic.put(RefundRequest(refund_id="r-1", payment_id="early", patient_id="rosa", amount_cents=4500, tender="cash",
                             reason="patient_request", number="REF-1-00009"))  # fmt: skip
    view = ledger(clinic)
    line = payment(view, "early")
    assert (line.state, line.unspent_cents, line.parts[0].title) == ("refunded", 0, "Refund on its way")
    assert view.lots == ()
    sums_hold(view)


def test_s0_11_a_correction_is_a_line_of_its_own(clinic: TestClinic):
    clinic.paid(4500)
    clinic.put(Correct(correction_id="k-1", payment_id="early", patient_id="rosa", amount_cents=500,
                       reason="entered too high", number="COR-1-00003", receipt_no="01-1-A-0003"))  # fmt: skip
    view = ledger(clinic)
    assert parts(view, "early") == [("credit", 4000, "Credit on account"), ("correction", 500, "Corrected")]
    assert payment(view, "early").returned_cents == 500
    assert [doc.kind for doc in view.documents] == ["correction"]
    sums_hold(view)


@pytest.mark.parametrize(("act", "state"), [("void", "voided"), ("delete", "deleted"), ("bounced", "bounced")])
def test_s0_26_a_payment_taken_back_as_a_whole_counts_nowhere(clinic: TestClinic, act: str, state: str):
    clinic.paid(4500, tender="check", receipt_no="01-1-A-0001")
    clinic.put(Reverse(payment_id="early", patient_id="rosa", reason="wrong", reversal_id="x-1",
                       receipt_no="01-1-A-0002", act=act))  # fmt: skip
    view = ledger(clinic)
    line = payment(view, "early")
    assert (line.state, line.stands, line.parts, view.payments_count) == (state, False, (), 0)
    assert [doc.kind for doc in view.documents] == ["void", "receipt"]
    sums_hold(view)


def test_a_disputed_card_payment_says_so(clinic: TestClinic):
    clinic.paid(4500, tender="card")
    clinic.put(DisputeOpened(dispute_id="d-1", payment_id="early", patient_id="rosa", amount_cents=4500))
    line = payment(ledger(clinic), "early")
    assert (line.state, line.parts[-1].kind, line.parts[-1].state) == ("disputed", "dispute", "open")


def test_s3_06_a_refund_made_elsewhere_waits_beside_the_money_on_account(clinic: TestClinic):
    clinic.paid(4500)
    clinic.put(RefundElsewhere(refund_id="r-9", patient_id="rosa", amount_cents=1500, tender="cash", number="REF-77",
                               received_date="2026-04-09"))  # fmt: skip
    view = ledger(clinic)
    assert [(lot.kind, lot.cents, lot.number, lot.refund_id) for lot in view.lots] == [
        ("credit", 4500, "Payment", ""), ("elsewhere", -1500, "REF-77", "r-9")]  # fmt: skip
    sums_hold(view)


# Line items, visits -----------------------------------------------------------------------------------------------


def test_s0_02_a_line_item_shows_every_figure(clinic: TestClinic):
    clinic.charge(4500, charge_id="lab", code="80053", billed_cents=20000, allowed_cents=14000,
                  insurance_paid_cents=9500, practitioner_id="okafor", insurance_pending=True)  # fmt: skip
    clinic.put(Adjust(adjustment_id="a-1", charge_id="lab", patient_id="rosa", kind="discount", group="PR",
                      reason_code="44", amount_cents=500))  # fmt: skip
    clinic.paid(1000)
    spend(clinic, 1000, "lab")
    view = ledger(clinic)
    item = view.charges[0]
    assert (item.billed_cents, item.allowed_cents, item.insurance_paid_cents) == (20000, 14000, 9500)
    assert (item.responsibility_cents, item.adjusted_cents, item.paid_cents, item.balance_cents) == (
        4500,
        500,
        1000,
        3000,
    )
    assert (item.code, item.practitioner, item.insurance_pending) == ("80053", "Dr. Okafor", True)
    assert view.insurance_pending == 1
    sums_hold(view)


def test_s0_27_what_was_let_off_is_told_apart_from_what_was_paid(clinic: TestClinic):
    clinic.charge(4500, charge_id="lab")
    clinic.put(
        Adjust(adjustment_id="a-1", charge_id="lab", patient_id="rosa", kind="write_off", group="PR",
               reason_code="SMALL", amount_cents=4500),
        Adjust(adjustment_id="a-2", charge_id="lab", patient_id="rosa", kind="recovery", group="PR",
               reason_code="RECOVERED", amount_cents=2000),
    )  # fmt: skip
    view = ledger(clinic)
    assert (view.charges[0].adjusted_cents, view.charges[0].paid_cents, view.charges[0].balance_cents) == (
        2500,
        0,
        2000,
    )
    sums_hold(view)


def test_a_fee_of_the_practice_is_a_line_item_of_its_visit(clinic: TestClinic):
    clinic.visit("missed", minutes=-1500, service_date="2026-05-13", status="no_show")
    clinic.put(Fee(charge_id="fee-1", patient_id="rosa", code="NOSHOW", description="Missed visit", amount_cents=2500,
                   service_date="2026-05-13", appointment_id="missed"))  # fmt: skip
    view = ledger(clinic)
    assert [(item.description, item.fee) for item in view.visits[0].items] == [("Missed visit", True)]
    assert view.visits[0].subtitle.startswith("No-show")
    sums_hold(view)


def test_a_cancelled_visit_stays_in_view_while_money_lies_on_it(clinic: TestClinic):
    clinic.visit("later", minutes=20_000, service_date="2026-05-28", title="Follow-up", status="scheduled")
    clinic.paid(2000, visit="later")
    clinic.put(VisitStatus(appointment_id="later", patient_id="rosa", status="cancelled"))
    view = ledger(clinic)
    assert (view.visits[0].subtitle, view.visits[0].prepaid_cents) == ("Cancelled · No charges yet · Dr. Okafor", 2000)


# Families ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def household(clinic: TestClinic) -> TestClinic:
    """Rosa pays for Ama: 60 paid, 40 of it for Ama's visit, 5 set aside for the next one."""
    clinic.patient("ama", "Ama", birth_date="2015-02-01", mrn="0041878", guarantor_id="rosa")
    clinic.visit("child", "ama", minutes=-2000, service_date="2026-05-13", title="Well child", status="done")
    clinic.visit("next", "ama", minutes=20_000, service_date="2026-05-28", title="Vaccination", status="scheduled")
    clinic.charge(4000, day="2026-05-13", patient_id="ama", charge_id="well", visit="child", description="Well child")
    clinic.charge(1000, charge_id="lab")
    clinic.paid(6000, number="PAY-1-00011")
    clinic.put(Move(move_id="m-1", patient_id="rosa", lines=(
        MoveLine(lot_payment_id="early", amount_cents=4000, to_charge_id="well"),
        MoveLine(lot_payment_id="early", amount_cents=500, to_appointment_id="next"))))  # fmt: skip
    return clinic


def test_a_guarantors_payment_tells_whose_visit_it_paid(household: TestClinic):
    view = ledger(household)
    assert parts(view, "early") == [("charge", 4000, "May 13 Well child"), ("visit", 500, "May 28 Vaccination"),
                                    ("credit", 1500, "Credit on account")]  # fmt: skip
    assert payment(view, "early").parts[0].subtitle == "Ama"
    assert [each.patient.patient_id for each in view.family] == ["rosa", "ama"]
    sums_hold(view)


def test_a_dependents_account_shows_who_paid(household: TestClinic):
    view = ledger(household, "ama")
    line = payment(view, "early")
    assert (line.whose, view.visits_paid, view.payments_count) == ("Rosa", 1, 1)
    assert [(lot.kind, lot.cents, lot.whose) for lot in view.lots] == [("prepaid", 500, "Rosa")]
    assert parts(view, "early") == [("charge", 4000, "May 13 Well child"), ("visit", 500, "May 28 Vaccination"),
                                    ("other", 1500, "With Rosa")]  # fmt: skip
    assert "act.moved" in {entry.act for entry in view.log}
    sums_hold(view)


def test_the_family_switch_shows_everybody_as_one_account(household: TestClinic):
    view = ledger(household, "ama", whole_family=True)
    assert view.whole_family
    assert (view.figures.responsibility_cents, view.figures.total_paid_cents) == (5000, 6000)
    assert {line.whose for line in view.visits} == {"Rosa", "Ama"}
    assert view.patient.patient_id == "ama"
    sums_hold(view)


def test_two_of_one_first_name_are_told_apart():
    def head(patient_id: str, name: str) -> PatientHead:
        return PatientHead(patient_id, name, "", None, None, "")

    heads = [head("a", "Henry Osei Sr."), head("b", "Henry Osei Jr."), head("c", "Ama Osei")]
    assert short_names(heads) == {"a": "Henry Osei Sr.", "b": "Henry Osei Jr.", "c": "Ama"}


def test_somebody_without_family_has_no_switch(clinic: TestClinic):
    assert ledger(clinic, whole_family=True).family == ()
    assert not ledger(clinic, whole_family=True).whole_family


# The log ----------------------------------------------------------------------------------------------------------


def test_s0_12_the_log_says_what_was_done_about_what_by_whom(household: TestClinic):
    entry = next(line for line in ledger(household).log if line.act == "act.moved")
    assert entry.what == "credit to May 13 Well child, May 28 Vaccination"
    assert (entry.amount_cents, entry.by, entry.number, entry.can_undo) == (4500, "Maria Delgado", "PAY-1-00011", True)


@pytest.mark.parametrize(
    ("way", "act"),
    [("move", "act.moved"), ("fill", "act.filled"), ("autofill", "act.auto_filled"), ("free", "act.freed")],
)
def test_s0_12_moves_fills_and_autofills_are_told_apart(clinic: TestClinic, way: str, act: str):
    clinic.charge(1000, charge_id="lab")
    clinic.paid(1000)
    clinic.put(Move(move_id="m-1", patient_id="rosa", way=way,
                    lines=(MoveLine(lot_payment_id="early", amount_cents=1000, to_charge_id="lab"),)))  # fmt: skip
    assert act in {line.act for line in ledger(clinic).log}


def test_what_was_undone_says_so_and_cannot_be_undone_again(household: TestClinic):
    moved = next(line for line in ledger(household).log if line.act == "act.moved")
    household.put(Undo(undo_id="u-1", patient_id="rosa", op_ids=(moved.op_id,)))
    view = ledger(household)
    entry = next(line for line in view.log if line.op_id == moved.op_id)
    assert (entry.undone, entry.can_undo) == (True, False)
    assert parts(view, "early") == [("credit", 6000, "Credit on account")]
    sums_hold(view)


def test_who_lent_the_right_stands_in_the_log(clinic: TestClinic):
    clinic.charge(4500, charge_id="lab")
    with clinic.store.write() as tx:
        tx.record(Adjust(adjustment_id="a-1", charge_id="lab", patient_id="rosa", kind="courtesy", group="PR",
                         reason_code="PROF", amount_cents=4500),
                  person_id="maria", supervisor="priya", business_date=DAY)  # fmt: skip
    entry = ledger(clinic).log[0]
    assert (entry.act, entry.what, entry.approved_by) == (
        "act.courtesy", "Mar 2 Lab panel · PR Professional courtesy", "Priya Nair")  # fmt: skip


def test_a_long_log_is_cut_and_says_so(clinic: TestClinic):
    for cents in range(1000, 1006):
        clinic.charge(cents, charge_id="lab")
    view = ledger(clinic, log_length=3)
    assert (len(view.log), view.log_cut) == (3, True)
    assert not ledger(clinic).log_cut


def test_a_patient_who_is_gone_is_refused(clinic: TestClinic):
    with pytest.raises(RuleBroken) as refused:
        ledger(clinic, "nobody")
    assert refused.value.message_key == "collect.patient_gone"
