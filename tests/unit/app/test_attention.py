"""Needs attention: what the hub did not take as it was, copays taken twice; closing says who saw it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.views import Collected, TenderKind
from app.words import sentence
from models.basics.errors import RuleBroken
from models.operations import bodies
from models.operations.bodies import Allocate, AllocationLine
from models.operations.protocol import PushAnswer, PushResult
from models.store.queries import visits
from tests.support.clinic import DAY, MARIA, TestClinic
from tests.support.counter import Counter, furnish, rosa_with_copay_and_balance


def with_credit(clinic: TestClinic) -> None:
    rosa_with_copay_and_balance(clinic)
    clinic.paid(5000)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    here = Counter(furnish(tmp_path, with_credit))
    yield here
    here.close()


def spend(desk: Counter, cents: int) -> str:
    """Put credit on the March charge; the operation's id."""
    body = Allocate(allocation_id="a", lot_payment_id="early", patient_id="rosa",
                    lines=(AllocationLine(charge_id="charge-2026-03-02", amount_cents=cents),))  # fmt: skip
    with desk.desk.store.write() as tx:
        return tx.record(body, person_id="maria", business_date=DAY).op.op_id


def answer(desk: Counter, op_id: str, verdict: str, granted: int | None, reason: str) -> None:
    """The hub's verdict arrives."""
    result = PushResult(op_id=op_id, verdict=verdict, seq=9, granted=granted, reason=reason)
    desk.desk.store.acknowledge(PushAnswer(server_epoch="e1", head=9, results=(result,), server_time=""))


@pytest.mark.parametrize(
    ("verdict", "granted", "kind", "cents"),
    [("reduced", 1000, "reduced", 3000), ("rejected", 0, "refused", 4000), ("excepted", None, "excepted", 4000),
     ("quarantined", None, "quarantined", 4000)],
)  # fmt: skip
def test_what_the_hub_did_not_take(
    desk: Counter, verdict: str, granted: int | None, kind: str, cents: int
) -> None:  # fmt: skip
    op_id = spend(desk, 4000)
    assert desk.desk.attention.items() == ()
    answer(desk, op_id, verdict, granted, "credit_used")
    [item] = desk.desk.attention.items()
    assert (item.kind, item.item_id, item.amount_cents, item.words) == (kind, op_id, cents, f"attention.{kind}")
    assert item.patient is not None
    assert item.patient.patient_id == "rosa"
    assert desk.desk.schedule.day().attention == 1
    desk.desk.attention.close(op_id, MARIA)
    assert desk.desk.attention.items() == ()
    assert desk.desk.schedule.day().attention == 0
    assert desk.rows("SELECT task_id, how, resolved_by FROM task") == [(op_id, "seen", "maria")]
    with pytest.raises(RuleBroken):
        desk.desk.attention.close(op_id, MARIA)


@pytest.mark.parametrize(
    ("body", "words", "cents"),
    [
        (bodies.Move(move_id="m", patient_id="rosa", lines=(bodies.MoveLine(
            lot_payment_id="early", amount_cents=2500, to_charge_id="charge-2026-03-02"),)),
         "attention.move_not_done", 2500),
        (bodies.Adjust(adjustment_id="a", charge_id="charge-2026-03-02", patient_id="rosa", kind="courtesy",
                       group="PR", reason_code="PROF", amount_cents=500), "attention.adjust_not_done", 500),
        (bodies.Fee(charge_id="f", patient_id="rosa", code="FEE", description="Copies", amount_cents=700,
                    service_date="2026-05-14"), "attention.fee_not_done", 700),
    ],
)  # fmt: skip
def test_a_decision_the_hub_rejected_says_that_everything_is_as_it_was(
    desk: Counter, body: Any, words: str, cents: int
) -> None:
    with desk.desk.store.write() as tx:
        op_id = tx.record(body, person_id="maria", business_date="2026-05-14").op.op_id
    answer(desk, op_id, "rejected", 0, "credit_used")
    [item] = desk.desk.attention.items()
    assert (item.kind, item.words, item.amount_cents) == ("not_done", words, cents)
    assert sentence(item.words, item.facts).action.startswith("Look at the account")
    desk.desk.attention.close(op_id, MARIA)
    assert desk.desk.attention.items() == ()


@pytest.mark.parametrize(
    ("body", "verdict", "words"),
    [(bodies.Adjust(adjustment_id="x", charge_id="charge-2026-03-02", patient_id="rosa", kind="courtesy",
                    group="PR", reason_code="PROF", amount_cents=500), "rejected", "attention.no_right"),
     (bodies.RefundRequest(refund_id="r", payment_id="early", patient_id="rosa", amount_cents=500, tender="cash",
                           reason="billing_error", number="REF-1-00009"), "rejected", "attention.no_right"),
     (bodies.Correct(correction_id="k", payment_id="early", patient_id="rosa", amount_cents=500, reason="typed",
                     number="PAY-1-00009", receipt_no="01-1-A-00009"),
      "excepted", "attention.done_without_right")],
    ids=["courtesy", "refund", "correction"],
)  # fmt: skip
def test_what_nobody_with_the_right_decided(desk: Counter, body: Any, verdict: str, words: str) -> None:
    with desk.desk.store.write() as tx:
        op_id = tx.record(body, person_id="maria", business_date=DAY).op.op_id
    answer(desk, op_id, verdict, None, "right_missing")
    [item] = [each for each in desk.desk.attention.items() if each.item_id == op_id]
    assert item.words == words
    assert "$5.00" in sentence(item.words, item.facts).body


def test_an_accepted_operation_needs_nobody(desk: Counter) -> None:
    answer(desk, spend(desk, 4000), "accepted", 4000, "")
    assert desk.desk.attention.items() == ()


def test_the_same_copay_at_two_desks(desk: Counter) -> None:
    mine = take(desk)
    other = "UPDATE payment SET device = 'desk-2' WHERE payment_id = :id"
    with desk.desk.store.write() as tx:
        tx.session.run(other, id=mine.payment_id)
    desk.clock.advance(600)  # type: ignore[attr-defined]
    take(desk)
    [item] = desk.desk.attention.items()
    assert (item.kind, item.amount_cents) == ("paid_twice", 1000)
    desk.desk.attention.close(item.item_id, MARIA)
    assert desk.desk.attention.items() == ()


@pytest.mark.parametrize("later", ["first", "second"])
def test_h2_what_is_told_as_paid_twice_is_told_and_settled_once(desk: Counter, later: str) -> None:
    """Whichever of the two payments nothing was owed for any more: it is the one that may go back."""
    first = take(desk)
    with desk.desk.store.write() as tx:
        tx.session.run("UPDATE payment SET device = 'desk-2' WHERE payment_id = :id", id=first.payment_id)
    desk.clock.advance(600)  # type: ignore[attr-defined]
    second = take(desk)
    over = {"first": first, "second": second}[later].payment_id
    with desk.desk.store.write() as tx:
        tx.session.run(
            "INSERT INTO task (tenant, task_id, what, patient_id, payment_id, charge_id, appointment_id, account_id, "
            "amount_cents, settled_cents, cause_op_id, device, actor, opened_at, business_date, how, reason, "
            "resolved_at, resolved_by, resolved_op_id, seq) SELECT tenant, 'told', 'paid_over', patient_id, "
            "payment_id, '', appointment_id, '', 1000, 0, '', device, actor, taken_at, business_date, '', '', '', '', "
            "'', 0 FROM payment WHERE payment_id = :id", id=over,
        )  # fmt: skip
    [item] = desk.desk.attention.items()
    assert (item.kind, item.item_id, item.facts["payment_id"]) == ("paid_twice", first.payment_id, over)
    desk.desk.attention.resolve(item.item_id, "kept", "", MARIA)
    assert desk.desk.attention.items() == ()


def test_h6_money_of_a_visit_that_fell_out_until_somebody_decides(desk: Counter) -> None:
    clinic = TestClinic.over(desk.desk.store, desk.clock)
    clinic.visit("later", status="scheduled", minutes=60 * 24 * 14, service_date="2026-05-28", title="Follow-up")
    clinic.paid(2500, "ahead", visit="later")
    assert desk.desk.attention.items() == ()
    desk.desk.visits.set_status("later", "cancelled", MARIA)
    [item] = desk.desk.attention.items()
    assert (item.kind, item.amount_cents, item.words) == ("visit_fallen", 2500, "attention.visit_cancelled")
    assert item.facts == {"cents": 2500, "appointment_id": "later", "payment_id": "ahead", "visit": "Follow-up, May 28"}
    assert desk.desk.schedule.day().attention == 1
    with pytest.raises(RuleBroken):
        desk.desk.attention.close(item.item_id, MARIA)
    desk.desk.visits.keep_as_credit("later", 2500, MARIA)
    assert desk.desk.attention.items() == ()
    assert desk.desk.schedule.day().attention == 0


def test_h6_a_missed_visit_counts_for_a_month_and_by_its_index(desk: Counter) -> None:
    clinic = TestClinic.over(desk.desk.store, desk.clock)
    for name, day in (("near", "2026-04-14"), ("far", "2026-04-12")):
        clinic.visit(name, status="no_show", service_date=day)
        clinic.paid(1000, f"{name}-1", visit=name)
        clinic.paid(500, f"{name}-2", visit=name)
    [item] = desk.desk.attention.items()
    assert (item.amount_cents, item.facts["appointment_id"], item.facts["payment_id"]) == (1500, "near", "")
    plan = desk.rows("EXPLAIN QUERY PLAN SELECT count(DISTINCT v.id) " + visits._FALLEN.replace("?", "'x'"))
    assert any("ix_appointment_tenant_service_date_part" in row[3] for row in plan), "no visit but these is looked at"


def take(desk: Counter) -> Collected:
    return desk.collect(desk.request(desk.sheet(), TenderKind.CASH, amounts={"copay:today": 1000}))
