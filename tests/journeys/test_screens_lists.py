"""The long lists in the real window, by keys alone: everybody with balances, and the claims feed with its acts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clinic import TestClinic
from tests.support.front import Front, front
from tests.support.windows import themed  # noqa: F401
from widgets.ledger.adjust_dialog import AdjustDialog
from widgets.screens import CLAIMS, COLLECT, LEDGER, PATIENTS
from widgets.visits.status import PickDialog

pytestmark = pytest.mark.usefixtures("themed")


def fill(clinic: TestClinic) -> None:
    """Rosa owes for today and March and has 60 of credit; Ben paid 25 ahead for a visit without charges."""
    clinic.patient()
    clinic.visit()
    clinic.charge(3000, "2026-05-14", charge_id="copay", visit="today", billed_cents=18000, code="99213")
    clinic.charge(4500, "2026-05-02", charge_id="lab", visit="may", billed_cents=9000, code="80053")
    clinic.visit("may", minutes=-60 * 24 * 12, service_date="2026-05-02", status="done")
    clinic.paid(6000, "credit")
    clinic.patient("ben", "Ben", "Carter", mrn="0044190", phone="5550102765")
    clinic.visit("ahead", "ben", minutes=45, status="scheduled")
    clinic.paid(2500, "early", "ben", visit="ahead")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, fill) as made:
        yield made


def rows(desk: Front) -> list[str]:
    return [row.key for row in desk.view.table.rows]


def test_a_patient_is_narrowed_down_opened_and_left_again(desk: Front) -> None:
    desk.press("Ctrl+2")
    desk.arrive(PATIENTS, lambda: desk.state.page_text == "Page 1 of 1")
    assert desk.state.foot == "1 to 2 of 2 patients · statement balances $75.00 · on account $85.00"
    desk.picture("window-patients")
    desk.type("carter")
    desk.wait(lambda: rows(desk) == ["ben"])
    desk.press("Return")
    desk.arrive(LEDGER)
    desk.press("Esc")
    desk.arrive(PATIENTS)
    assert desk.view.field.text() == "carter"
    assert rows(desk) == ["ben"]


def test_f2_still_finds_over_the_list(desk: Front) -> None:
    desk.press("Ctrl+2")
    desk.arrive(PATIENTS)
    desk.press("F2")
    desk.wait(desk.window.find_overlay.isVisible)
    desk.type("carter")
    desk.wait(lambda: desk.window.find_overlay.finder.table.key == "ben")
    desk.press("Ctrl+L")
    desk.arrive(LEDGER)


def test_the_list_follows_what_is_written_while_it_is_shown(desk: Front) -> None:
    desk.press("Ctrl+2")
    desk.arrive(PATIENTS, lambda: desk.state.page_text == "Page 1 of 1")
    TestClinic.over(desk.counter.desk.store, desk.counter.clock).charge(1000, "2026-05-01", "ben", "new")
    desk.wait(lambda: "statement balances $85.00" in desk.state.foot)


def test_s0_14_money_is_moved_from_the_claims_feed_in_three_keys(desk: Front) -> None:
    desk.press("Ctrl+5")
    desk.arrive(CLAIMS, lambda: rows(desk) == ["ahead", "today", "may"])
    desk.press("Down")
    desk.picture("window-claims")
    desk.keys.clear()
    desk.press("M")
    panel = desk.view.beside.panel
    desk.wait(lambda: panel is not None and panel.amount.cents == 3000)
    desk.picture("window-claims-move")
    desk.press("Return", "Return")
    desk.wait(lambda: desk.state.said)
    assert desk.keys == ["M", "Return", "Return"]
    desk.wait(lambda: {line.appointment_id: line.balance_cents for line in desk.state.lines}["today"] == 0)
    line = next(line for line in desk.state.lines if line.appointment_id == "today")
    assert (line.billing_status, line.credit_cents) == ("paid_in_full", 3000)
    assert desk.view.table.hasFocus()
    desk.press("Ctrl+Z")
    desk.wait(lambda: {line.appointment_id: line.credit_cents for line in desk.state.lines}["today"] == 6000)


def test_s0_14_an_overpayment_is_moved_off_a_visit_from_the_feed(desk: Front) -> None:
    desk.press("Ctrl+5")
    desk.arrive(CLAIMS, lambda: rows(desk) == ["ahead", "today", "may"])
    assert desk.state.lines[0].prepaid_cents == 2500
    desk.press("M")
    desk.wait(lambda: desk.view.beside.panel is not None and desk.view.beside.panel.amount.cents == 2500)
    assert desk.view.beside.panel.place.key == "credit"
    desk.press("Return", "Return")
    desk.wait(lambda: rows(desk) == ["today", "may"])  # nothing lies on that visit any more
    assert desk.counter.rows("SELECT sum(credits + pending_credits - debits - pending_debits) FROM account "
                             "WHERE patient_id = 'ben' AND code = 'CR'") == [(2500,)]  # fmt: skip


def test_s0_27_a_discount_begins_in_the_feed(desk: Front) -> None:
    desk.press("Ctrl+5")
    desk.arrive(CLAIMS, lambda: rows(desk) == ["ahead", "today", "may"])
    desk.press("Down", "D")
    desk.wait(lambda: any(each.isVisible() for each in desk.window.findChildren(AdjustDialog)))
    desk.press("Esc")
    desk.wait(lambda: not any(each.isVisible() for each in desk.window.findChildren(AdjustDialog)))
    assert desk.view.table.hasFocus()


def test_s0_23_the_billing_status_is_set_from_the_feed(desk: Front) -> None:
    desk.press("Ctrl+5")
    desk.arrive(CLAIMS, lambda: rows(desk) == ["ahead", "today", "may"])
    desk.press("Down", "B")
    desk.wait(lambda: any(each.isVisible() for each in desk.window.findChildren(PickDialog)))
    dialog = next(each for each in desk.window.findChildren(PickDialog) if each.isVisible())
    desk.picture("window-claims-billing")
    desk.press(*["Down"] * 6, "Return")
    desk.wait(lambda: not dialog.isVisible())
    desk.wait(lambda: desk.state.lines[1].billing_status == "settled")
    assert desk.screen == CLAIMS


def test_collect_is_one_letter_from_the_feed(desk: Front) -> None:
    desk.press("Ctrl+5")
    desk.arrive(CLAIMS, lambda: rows(desk) == ["ahead", "today", "may"])
    desk.press("Down", "C")
    desk.arrive(COLLECT, lambda: desk.window.navigator.place.appointment_id == "today")
