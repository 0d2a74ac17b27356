"""Through the real window by keys alone: another way to pay, the family, money in advance, credit given back."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.ways import Ways
from models.operations.records import Appointment
from tests.support.clinic import PRIYA, TestClinic
from tests.support.counter import rosa_with_copay_and_balance
from tests.support.front import Front, front
from tests.support.windows import themed  # noqa: F401
from widgets.screens import APPROVED, COLLECT

pytestmark = pytest.mark.usefixtures("themed")


def busy_clinic(clinic: TestClinic) -> None:
    """Rosa with a copay and a balance, her son's balance, a visit in two weeks, and a voucher of the practice."""
    rosa_with_copay_and_balance(clinic)
    clinic.patient("ben", "Ben", birth_date="2015-01-02", mrn="0041878", guarantor_id="rosa")
    clinic.charge(2000, "2026-04-02", "ben", charge_id="bens", description="Strep test")
    clinic.put(Appointment(id="later", patient_id="rosa", starts_at="2026-05-28T15:00:00.000Z",
                           service_date="2026-05-28", title="Follow-up", practitioner_id="okafor"))  # fmt: skip
    Ways(clinic.clinic).add("Flex spending card", "Confirmation number", PRIYA)


def with_credit(clinic: TestClinic) -> None:
    """Rosa has more on account than she owes."""
    rosa_with_copay_and_balance(clinic)
    clinic.paid(20000)


def open_collect(desk: Front) -> None:
    """Enter on Today."""
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)


def test_another_way_to_pay_is_four_keys_and_its_number(tmp_path: Path) -> None:
    with front(tmp_path, busy_clinic) as desk:
        open_collect(desk)
        desk.press("F10", "Return")
        assert desk.state.other.error == "Confirmation number is needed."
        desk.type("118-22")
        desk.press("Return")
        desk.arrive(APPROVED)
        assert len(desk.keys) == 4  # Enter, F10, Enter before the number was typed, Enter
        assert desk.state.collected.method_text == "Flex spending card 118-22"
        assert desk.counter.rows("SELECT tender, trace_no, amount_cents FROM payment") == [("other", "118-22", 7500)]


def test_the_family_is_paid_for_with_one_more_key(tmp_path: Path) -> None:
    with front(tmp_path, busy_clinic) as desk:
        open_collect(desk)
        assert desk.state.to_collect_cents == 7500
        desk.press("Alt+M")
        assert desk.state.to_collect_cents == 9500
        desk.picture("collect-family-window")
        desk.press("F6", "Return")
        desk.arrive(APPROVED)
        assert len(desk.keys) == 4
        assert desk.payments() == [("cash", 9500, "")]
        assert desk.counter.rows("SELECT -sum(credits + pending_credits - debits - pending_debits) FROM account "
                                 "WHERE code = 'AR'") == [(0,)]  # fmt: skip


def test_money_in_advance_for_a_chosen_visit_with_its_fields(tmp_path: Path) -> None:
    with front(tmp_path, busy_clinic) as desk:
        open_collect(desk)
        desk.press("F7", "Alt+T")
        dialog = desk.page.presenter.choosing.details
        desk.type("20")
        desk.press("Tab", "Down", "Tab", "Tab", "Tab")
        desk.type("5/12")
        desk.press("Tab")
        desk.type("by post")
        desk.picture("collect-details-window")
        desk.press("Return")
        assert not dialog.isVisible()
        assert desk.state.to_collect_cents == 9500
        assert desk.state.details == "Received May 12, with a note"
        desk.press("Return")
        assert desk.state.check[2]
        desk.type("318")
        desk.press("Return")
        desk.arrive(APPROVED)
        assert desk.counter.rows("SELECT received_date, memo, check_no, amount_cents FROM payment") == [
            ("2026-05-12", "by post", "318", 9500)
        ]
        aside = "SELECT appointment_id, credits + pending_credits - debits - pending_debits FROM account "
        assert sorted(desk.counter.rows(aside + "WHERE code = 'CRE'")) in (
            [("later", 2000), ("today", 3000)], [("today", 5000)],
        )  # fmt: skip


def test_what_is_wrong_in_the_fields_keeps_them_open(tmp_path: Path) -> None:
    with front(tmp_path, busy_clinic) as desk:
        open_collect(desk)
        desk.press("Alt+T")
        desk.type("ten")
        desk.press("Return")
        dialog = desk.page.presenter.choosing.details
        assert dialog.isVisible()
        assert dialog.rows["extra"].error.text
        desk.press("Esc")
        assert not dialog.isVisible()
        assert desk.state.to_collect_cents == 7500
        assert desk.screen == COLLECT


def test_credit_that_paid_everything_is_put_back_with_one_key(tmp_path: Path) -> None:
    with front(tmp_path, with_credit) as desk:
        open_collect(desk)
        desk.press("Return")
        desk.arrive(APPROVED)
        assert len(desk.keys) == 2
        assert desk.state.can_undo
        desk.press("Ctrl+Z")
        desk.wait(lambda: desk.state.collected.facts.get("undone"))
        assert not desk.state.can_undo
        desk.picture("approved-credit-put-back")
        left = "SELECT sum(credits + pending_credits - debits - pending_debits) FROM account WHERE code = 'CR'"
        assert desk.counter.rows(left) == [(20000,)]
