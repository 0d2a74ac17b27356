"""Money taken at a visit, what the receipt says of it, and what the day counts. Over the real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.lanes import Job
from app.money_views import MoveOrder
from app.moves import MoveFrom
from app.refund_views import RefundOrder, TakeBack, TakeBackOrder
from app.views import Collected, CollectEnd, PaymentFields, TenderKind
from models.basics.errors import RuleBroken
from models.operations.records import Method, Rules, Staff
from tests.support.clinic import DAY, MARIA, PRIYA, TestClinic
from tests.support.counter import Counter, counter


def rosa(clinic: TestClinic) -> None:
    """A visit of today with two line items, one of March with one."""
    clinic.patient()
    clinic.visit()
    clinic.visit("march", service_date="2026-03-02", title="Lab panel", status="done", minutes=-100_000)
    clinic.charge(3000, day=DAY, visit="today", charge_id="copay", description="Copay", code="99213", kind="copay")
    clinic.charge(5000, day=DAY, visit="today", charge_id="lab", description="Blood count", code="85025")
    clinic.charge(4500, visit="march", charge_id="panel")
    clinic.put(Rules(refund_limit_cents=0), Staff(id="maria", name="Maria Delgado", role="receptionist"),
               Method(id="flex", name="Flex spending card", reference="Card program"))  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path, rosa) as here:
        yield here
        here.holds()


def take(desk: Counter, amounts: dict[str, int], tender: TenderKind = TenderKind.CASH, **more: Any) -> Collected:
    sheet = desk.sheet()
    keys = {line.charge_id: line.key for line in sheet.lines}
    wanted = {keys[name]: cents for name, cents in amounts.items()}
    return desk.collect(desk.request(sheet, tender, amounts=wanted, **more))


def test_s0_04_everything_that_may_be_said_of_money_is_kept(desk: Counter) -> None:
    """Date, visit, line item, provider, method with its number, type, note, amount; the visit's own items only are
    selected at first."""
    sheet = desk.sheet()
    assert [line.charge_id for line in sheet.lines if line.selected and line.appointment_id == "today"] == [
        "copay", "lab",
    ]  # fmt: skip
    fields = PaymentFields(payment_type="coinsurance", received_on=date(2026, 5, 12), practitioner_id="okafor",
                           note="handed over by her son")  # fmt: skip
    done = take(desk, {"lab": 2000}, TenderKind.OTHER, method_id="flex", trace_no="77-1", fields=fields)
    [row] = desk.rows("SELECT payment_type, received_date, practitioner_id, memo, method_id, trace_no, amount_cents, "
                      f"business_date, appointment_id FROM payment WHERE payment_id = '{done.payment_id}'")  # fmt: skip
    assert row == ("coinsurance", "2026-05-12", "okafor", "handed over by her son", "flex", "77-1", 2000, DAY, "today")
    owed = desk.rows("SELECT charge_id, debits + pending_debits - credits - pending_credits FROM account "
                     "WHERE code = 'AR' ORDER BY charge_id")  # fmt: skip
    assert owed == [("copay", 3000), ("lab", 3000), ("panel", 4500)]


def test_s0_04_without_a_visit_it_is_unallocated(desk: Counter) -> None:
    sheet = desk.sheet(appointment_id="")
    done = desk.collect(desk.request(sheet, TenderKind.CASH, amounts={}, extra_cents=1500, extra_for=""))
    assert desk.rows("SELECT code, credits + pending_credits FROM account WHERE code IN ('CR', 'CRE')") == [
        ("CR", 1500)
    ]
    assert desk.rows(f"SELECT appointment_id FROM payment WHERE payment_id = '{done.payment_id}'") == [("",)]


@pytest.mark.parametrize("fields", [
    PaymentFields(payment_type="tip"), PaymentFields(received_on=date(2026, 5, 15)),
    PaymentFields(practitioner_id="nobody"), PaymentFields(note="4242 4242 4242 4242"),
])  # fmt: skip
def test_s0_04_what_may_not_be_said_is_refused_and_nothing_written(desk: Counter, fields: PaymentFields) -> None:
    with pytest.raises(RuleBroken):
        take(desk, {"lab": 2000}, fields=fields)
    assert desk.payments() == []


def test_s0_20_money_is_taken_at_the_visit_with_its_receipt(desk: Counter) -> None:
    """From the visit: its line items, amount and method; a receipt is made at once."""
    sheet = desk.sheet()
    assert sheet.visit is not None
    assert sheet.visit.appointment_id == "today"
    assert {"cash", "check", "other"} <= set(sheet.tenders)
    by_check = take(desk, {"copay": 3000}, TenderKind.CHECK, check_no="2281")
    assert by_check.end is CollectEnd.TAKEN
    assert by_check.receipt is not None
    assert [tender.check_no for tender in by_check.receipt.tenders] == ["2281"]
    assert [line.owes_cents for line in desk.sheet().lines if line.selected and line.appointment_id == "today"] == [
        5000
    ]


def test_s0_40_a_receipt_says_more_than_name_amount_and_date(desk: Counter) -> None:
    """Who, when, how much; and what for, with the day of service and who saw the patient, so that it serves for
    health accounts as well. No diagnosis stands on it."""
    receipt = take(desk, {"copay": 3000, "lab": 2000}).receipt
    assert receipt is not None
    assert (receipt.patient_name, receipt.total_cents, receipt.taken_on) == ("Rosa Quillfeather", 5000, "May 14, 2026")
    assert [(line.description, line.service_date, line.provider, line.amount_cents) for line in receipt.lines] == [
        ("Office visit", "May 14, 2026", "Dr. Okafor", 3000), ("Blood count", "May 14, 2026", "Dr. Okafor", 2000),
    ]  # fmt: skip
    assert receipt.copy_no == 0


def test_s0_40_each_payment_of_a_day_has_a_receipt_of_its_own(desk: Counter) -> None:
    first, second = take(desk, {"copay": 2500}), take(desk, {"lab": 2500})
    assert first.receipt is not None
    assert second.receipt is not None
    assert first.receipt.receipt_no != second.receipt.receipt_no
    assert first.receipt.total_cents + second.receipt.total_cents == 5000


def of_the_day(desk: Counter) -> tuple[int, int]:
    view = desk.desk.schedule.day()
    return view.collected_cents, view.payments


def test_s0_41_money_that_only_moved_is_no_money_of_the_day(desk: Counter) -> None:
    done = take(desk, {"copay": 3000, "lab": 5000})
    assert of_the_day(desk) == (8000, 1)
    sheet = desk.desk.moves.open(MoveFrom("rosa", done.payment_id, charge_id="lab"))
    order = MoveOrder(sheet, sheet.source_key, "visit:march", 4500)
    desk.desk.moves.do(desk.desk.moves.preview(order), MARIA)
    assert of_the_day(desk) == (8000, 1)


def test_s0_41_what_went_back_is_no_money_of_the_day(desk: Counter) -> None:
    """A refund, a correction and a void lower what the day took; handed back again, it counts again."""
    done = take(desk, {"copay": 3000, "lab": 5000})
    refunds = desk.desk.refunds
    sheet = refunds.open(done.payment_id)
    back = refunds.refund(RefundOrder(sheet, 1000, "billing_error"), MARIA, Job())
    assert of_the_day(desk) == (7000, 1)
    refunds.undo(back.refund_id, "kept after all", MARIA)
    assert of_the_day(desk) == (8000, 1)
    wrong = desk.desk.taking_back.open(TakeBack.CORRECT, done.payment_id)
    desk.desk.taking_back.do(TakeBackOrder(wrong, "typed wrong", amount_cents=500), PRIYA, Job())
    assert of_the_day(desk) == (7500, 1)
    other = take(desk, {"panel": 4500})
    assert of_the_day(desk) == (12000, 2)
    desk.undo(other)
    assert of_the_day(desk) == (7500, 1)
