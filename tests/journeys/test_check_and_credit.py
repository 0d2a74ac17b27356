"""Checks, credit alone and with a tender, money beyond what is owed, a sheet that went stale, taking back."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import CHECK_IN_ON_PAYMENT
from app.views import CollectEnd, DueState, TenderKind, VisitState
from models.basics.errors import RuleBroken
from models.operations.bodies import Allocate, AllocationLine
from tests.support.clinic import DAY, MARIA, TestClinic
from tests.support.counter import Counter, counter, rosa_with_copay_and_balance


def with_credit(cents: int) -> object:
    def fill(clinic: TestClinic) -> None:
        rosa_with_copay_and_balance(clinic)
        clinic.paid(cents)

    return fill


def figures(desk: Counter) -> tuple[int, int, int, int]:
    """Allocated, unallocated, prepaid of it, statement balance."""
    now = desk.desk.accounts.ledger("rosa").figures
    return now.allocated_cents, now.unallocated_cents, now.prepaid_cents, now.statement_balance_cents


def test_a_check_needs_its_number(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        for wrong in ("", "   ", "1" * 21):
            with pytest.raises(RuleBroken) as refused:
                desk.collect(desk.request(desk.sheet(), TenderKind.CHECK, check_no=wrong))
            assert refused.value.message_key == "collect.check_number"
        with pytest.raises(RuleBroken):
            desk.collect(desk.request(desk.sheet(), TenderKind.CHECK, check_no="2281", check_name="x" * 81))
        taken = desk.collect(desk.request(desk.sheet(), TenderKind.CHECK, check_no=" 2281 ", check_name="R. Alvarez"))
        assert (taken.end, taken.method_text, taken.amount_cents) == (CollectEnd.TAKEN, "Check 2281", 7500)
        assert desk.rows("SELECT check_no, check_name FROM payment") == [("2281", "R. Alvarez")]
        desk.holds()


def test_credit_covers_all_of_it(tmp_path: Path) -> None:
    """A copay without a charge is set aside, the balance is paid, no money is taken."""
    with counter(tmp_path, with_credit(20000)) as desk:
        sheet = desk.sheet()
        assert sheet.credit_cents == 20000
        preview = desk.desk.checkout.distribute(sheet, {line.key: line.owes_cents for line in sheet.lines}, True)
        assert (preview.credit_used_cents, preview.to_collect_cents) == (7500, 0)
        request = desk.request(sheet, TenderKind.CREDIT, use_credit=True)
        taken = desk.collect(request)
        assert (taken.end, taken.amount_cents, taken.tender) == (CollectEnd.TAKEN, 7500, TenderKind.CREDIT)
        assert taken.can_undo
        assert figures(desk) == (4500, 15500, 3000, 0)
        assert preview.after == desk.desk.accounts.ledger("rosa").figures
        again = desk.collect(request)
        assert (again.end, again.amount_cents) == (CollectEnd.TAKEN, 7500)
        assert figures(desk) == (4500, 15500, 3000, 0)
        assert desk.desk.schedule.day().rows[0].due_state is DueState.PAID
        undone = desk.desk.checkout.undo_credit(taken, MARIA)
        assert (undone.end, undone.still_owed_cents, undone.facts["undone"]) == (CollectEnd.TAKEN, 4500, True)
        assert figures(desk) == (0, 20000, 0, 4500)
        with pytest.raises(RuleBroken) as refused:
            desk.desk.checkout.undo_credit(taken, MARIA)
        assert refused.value.message_key == "undo.done_before"
        desk.holds()


def test_credit_and_cash_in_one_collect(tmp_path: Path) -> None:
    with counter(tmp_path, with_credit(2000)) as desk:
        sheet = desk.sheet()
        with pytest.raises(RuleBroken) as refused:
            desk.collect(desk.request(sheet, TenderKind.CREDIT, use_credit=True))
        assert refused.value.message_key == "collect.credit_short"
        taken = desk.collect(desk.request(sheet, TenderKind.CASH, use_credit=True, tendered_cents=6000))
        assert (taken.amount_cents, taken.change_cents) == (7500, 500)
        assert taken.receipt is not None
        assert [(t.method, t.amount_cents) for t in taken.receipt.tenders] == [("cash", 5500), ("credit", 2000)]
        assert sum(line.amount_cents for line in taken.receipt.lines) == taken.receipt.total_cents == 7500
        assert figures(desk) == (4500, 3000, 3000, 0)
        assert taken.can_undo
        undone = desk.undo(taken)
        assert undone.receipt is not None
        assert (undone.receipt.banner, undone.receipt.total_cents) == ("VOID", -5500)
        assert undone.receipt.balances is not None
        assert (undone.receipt.balances.still_owed_cents, undone.receipt.balances.credit_cents) == (4500, 2000)
        assert figures(desk) == (0, 2000, 0, 4500)
        desk.holds()


def test_money_beyond_what_is_owed_stays(tmp_path: Path) -> None:
    """Domain rows N3 and N6: without a visit it is free credit, for a visit without charges it is prepaid."""

    def nothing_owed(clinic: TestClinic) -> None:
        clinic.patient()
        clinic.visit()

    with counter(tmp_path, nothing_owed) as desk:
        walk_in = desk.sheet(appointment_id="")
        assert walk_in.lines == ()
        desk.collect(desk.request(walk_in, TenderKind.CASH, extra_cents=20000))
        assert figures(desk) == (0, 20000, 0, 0)
        sheet = desk.sheet()
        preview = desk.desk.checkout.distribute(sheet, {}, False, 2000)
        taken = desk.collect(desk.request(sheet, TenderKind.CASH, extra_cents=2000))
        assert figures(desk) == (0, 22000, 2000, 0)
        assert preview.after == desk.desk.accounts.ledger("rosa").figures
        assert taken.receipt is not None
        assert [line.kind for line in taken.receipt.lines] == ["prepayment"]
        desk.holds()


def test_what_was_set_aside_pays_the_charge_that_comes(tmp_path: Path) -> None:
    """Domain rows N7 and N8, for a payment that covered an old balance too."""
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        desk.collect(desk.request(desk.sheet(), TenderKind.CASH))
        assert figures(desk) == (4500, 3000, 3000, 0)
        clinic = TestClinic.over(desk.desk.store, desk.clock)
        clinic.charge(5000, DAY, charge_id="visit", visit="today", kind="copay")
        assert figures(desk) == (7500, 0, 0, 2000)
        assert [(line.key, line.owes_cents) for line in desk.sheet().lines] == [("visit", 2000)]
        desk.holds()


def test_a_stale_sheet_takes_nothing(tmp_path: Path) -> None:
    """Somebody else paid meanwhile: told in a sentence, nothing written, no drawer opened."""
    with counter(tmp_path, with_credit(2000)) as desk:
        stale = desk.sheet()
        other = desk.sheet()
        desk.collect(desk.request(other, TenderKind.CASH, amounts={"charge-2026-03-02": 2500}))
        for tender in (TenderKind.CASH, TenderKind.CHECK):
            with pytest.raises(RuleBroken) as refused:
                desk.collect(desk.request(stale, tender, check_no="1"))
            assert refused.value.message_key == "collect.changed"
            assert refused.value.facts == {"owes_cents": 2000, "was_cents": 4500}
        spend = Allocate(allocation_id="a", lot_payment_id="early", patient_id="rosa",
                         lines=(AllocationLine(charge_id="charge-2026-03-02", amount_cents=1500),))  # fmt: skip
        with desk.desk.store.write() as tx:
            tx.record(spend, person_id="maria", business_date=DAY)
        with pytest.raises(RuleBroken) as refused:
            desk.collect(desk.request(stale, TenderKind.CASH, use_credit=True, amounts={"copay:today": 3000}))
        assert refused.value.message_key == "collect.credit_changed"
        assert len(desk.payments()) == 2
        desk.collect(desk.request(stale, TenderKind.CASH, amounts={"copay:today": 1000}))
        desk.holds()


def test_cash_is_taken_back_the_same_day(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        taken = desk.collect(desk.request(desk.sheet(), TenderKind.CASH))
        with pytest.raises(RuleBroken) as refused:
            desk.undo(taken, "  ")
        assert refused.value.message_key == "undo.reason_missing"
        undone = desk.undo(taken)
        assert undone.end is CollectEnd.TAKEN
        assert undone.receipt is not None
        assert (undone.receipt.banner, undone.receipt.total_cents, undone.receipt.refers_to) == (
            "VOID", -7500, "01-1-A-0001",
        )  # fmt: skip
        assert figures(desk) == (0, 0, 0, 4500)
        with pytest.raises(RuleBroken) as refused:
            desk.undo(taken)
        assert refused.value.message_key == "undo.done_before"
        with pytest.raises(RuleBroken) as refused:
            desk.desk.checkout.undo("nobody", "x", MARIA, desk.start(desk.request(desk.sheet(), TenderKind.CASH))[0])
        assert refused.value.message_key == "undo.not_found"
        desk.holds()


def test_yesterday_is_not_undone(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        taken = desk.collect(desk.request(desk.sheet(), TenderKind.CASH))
        desk.clock.advance(24 * 3600)  # type: ignore[attr-defined]
        with pytest.raises(RuleBroken) as refused:
            desk.undo(taken)
        assert refused.value.message_key == "undo.not_today"


def test_check_in_can_be_left_to_people(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        desk.desk.settings.for_now({CHECK_IN_ON_PAYMENT: False})
        taken = desk.collect(desk.request(desk.sheet(), TenderKind.CASH))
        assert taken.visit is not None
        assert taken.visit.state is VisitState.ARRIVED
        desk.desk.schedule.check_in("today", MARIA)
        desk.desk.schedule.check_in("today", MARIA)
        assert desk.desk.schedule.day().rows[0].visit.state is VisitState.CHECKED_IN
        for wrong, key in (("nowhere", "visit.cannot_become"), ("custom:Nowhere", "visit.cannot_become")):
            with pytest.raises(RuleBroken) as refused:
                desk.desk.visits.set_status("today", wrong, MARIA)
            assert refused.value.message_key == key
        with pytest.raises(RuleBroken) as refused:
            desk.desk.schedule.check_in("nothing", MARIA)
        assert refused.value.message_key == "visit.not_found"


def test_not_collecting_today_needs_a_reason(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        with pytest.raises(RuleBroken) as refused:
            desk.desk.checkout.not_collecting(desk.sheet(), "", "", MARIA)
        assert refused.value.message_key == "collect.reason_missing"
        with pytest.raises(RuleBroken):
            desk.desk.checkout.not_collecting(desk.sheet(appointment_id=""), "declined", "", MARIA)
        desk.desk.checkout.not_collecting(desk.sheet(), "no_means", " says next week ", MARIA)
        assert desk.desk.schedule.day().rows[0].due_state is DueState.NOT_COLLECTING
        assert desk.rows("SELECT reason, note, due_cents FROM not_collecting") == [("no_means", "says next week", 7500)]


def test_who_is_gone_cannot_pay(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        for ids, key in (
            (("nobody", ""), "collect.patient_gone"),
            (("rosa", "nothing"), "collect.visit_gone"),
        ):
            with pytest.raises(RuleBroken) as refused:
                desk.sheet(*ids)
            assert refused.value.message_key == key
