"""A visit's life through the window: booked with its charges, paid ahead, cancelled, and what becomes of the money."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.views import VisitState
from models.operations.bodies import VisitStatus
from models.operations.records import AppointmentProfile, BillingProfile, ProfileLine, Rules
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import rosa_with_copay_and_balance
from tests.support.front import Front, front
from tests.support.windows import themed  # noqa: F401
from widgets.common.form_dialog import FormDialog
from widgets.ledger.state import Tab
from widgets.screens import ATTENTION, LEDGER, TODAY, Place

pytestmark = pytest.mark.usefixtures("themed")


def a_practice(clinic: TestClinic) -> None:
    """Rosa has arrived and owes; Henry paid ahead for a visit in two weeks; the practice has a kind of visit."""
    rosa_with_copay_and_balance(clinic)
    clinic.patient("henry", "Henry", birth_date="1966-01-22", mrn="0039914", phone="5550107730")
    clinic.visit("soon", "henry", minutes=15, title="Annual physical", status="scheduled")
    clinic.visit("later", "henry", minutes=14 * 24 * 60, title="Follow-up", status="scheduled",
                 service_date="2026-05-28")  # fmt: skip
    clinic.paid(2500, "ahead", "henry", visit="later")
    line = ProfileLine(code="90686", description="Flu vaccine", price_cents=4500)
    clinic.put(
        BillingProfile(id="shot", name="Flu shot codes", lines=(line,)),
        AppointmentProfile(id="flu", name="Flu shot", minutes=10, billing_profile_id="shot", payment_profile="cash",
                           consents=("Vaccines",)),
        Rules(no_show_fee_cents=5000),
    )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, a_practice) as made:
        yield made


def dialog(desk: Front) -> Any:
    """The form that lies over the window."""
    open_now = [each for each in desk.window.findChildren(FormDialog) if each.isVisible()]
    return open_now[0] if open_now else None


def appears(desk: Front) -> Any:
    desk.wait(lambda: dialog(desk) is not None)
    return dialog(desk)


def rows(desk: Front, sql: str) -> list[Any]:
    return desk.counter.rows(sql)


def test_a_visit_is_booked_from_today_and_lists_its_charges(desk: Front) -> None:
    desk.press("Ctrl+N")
    form = appears(desk)
    assert form.subtitle.text().startswith("Rosa Quillfeather")
    desk.press("Down")  # the first kind of visit
    desk.wait(lambda: form.visit_title.text() == "Flu shot")
    form.day.setFocus()
    desk.type("5/21")
    desk.press("Tab")
    desk.type("2:15")
    desk.wait(lambda: form.side.patient.text() == "$45.00")
    desk.picture("journey-new-visit")
    desk.press("Return")
    desk.wait(lambda: dialog(desk) is None)
    assert rows(desk, "SELECT title, service_date, profile_id FROM appointment WHERE service_date = '2026-05-21'") == [
        ("Flu shot", "2026-05-21", "flu")]  # fmt: skip
    assert rows(desk, "SELECT code, responsibility_cents, made_here FROM charge WHERE service_date = '2026-05-21'") == [
        ("90686", 4500, 1)]  # fmt: skip
    assert len(desk.payments()) == 1, "profiles list charges and take no money"
    assert desk.view.table.hasFocus()


def test_s_and_enter_move_a_visit_on(desk: Front) -> None:
    desk.press("S")
    form = appears(desk)
    while form.table.key != "in_room":
        desk.press("Down")
    desk.press("Return")
    desk.wait(lambda: desk.state.view.rows[0].visit.state is VisitState.IN_ROOM)
    assert dialog(desk) is None


def test_h6_a_cancelled_visit_leads_its_money_to_needs_attention(desk: Front) -> None:
    desk.press("Down", "Ctrl+L")
    desk.arrive(LEDGER, lambda: desk.state.view)
    later = next(row.key for row in desk.view.tables[Tab.VISITS].rows if "Follow-up" in row.sentence)
    [offer] = [each for each in desk.page.presenter.offers(later) if each.act == "visit_status"]
    desk.page.presenter.take(offer)
    form = appears(desk)
    while form.table.key != "cancelled":
        desk.press("Down")
    assert "$25.00 was paid for it" in form.meaning.text()
    desk.press("Return")
    desk.wait(lambda: dialog(desk) is None)
    desk.press("Ctrl+6")
    desk.arrive(ATTENTION, lambda: desk.state.detail)
    assert desk.state.detail.amount == "$25.00"
    desk.picture("journey-visit-fallen")
    desk.press("3", "Return")
    desk.wait(lambda: desk.state.loaded and not desk.state.rows)
    assert rows(desk, "SELECT credits + pending_credits - debits - pending_debits FROM account "
                      "WHERE id = 'CR:ahead'") == [(2500,)]  # fmt: skip


def test_h6_moving_it_goes_on_in_the_ledger(desk: Front) -> None:
    with desk.counter.desk.store.write() as tx:
        tx.record(VisitStatus(appointment_id="later", patient_id="henry", status="cancelled"), person_id="maria",
                  business_date="2026-05-14")  # fmt: skip
    desk.press("Ctrl+6")
    desk.arrive(ATTENTION, lambda: desk.state.detail)
    desk.press("Return")
    desk.arrive(LEDGER, lambda: desk.state.view and desk.state.view.patient.patient_id == "henry")
    desk.wait(lambda: desk.view.beside.panel is not None)
    desk.picture("journey-visit-fallen-move")
    desk.press("Esc")
    desk.press("Esc")
    desk.arrive(ATTENTION)


def test_a_dialog_goes_with_its_page_and_hides_under_the_lock(desk: Front) -> None:
    desk.press("Ctrl+N")
    form = appears(desk)
    form.visit_title.setFocus()
    desk.type("Half typed")
    desk.window.lock_now()
    assert not form.isVisible(), "nothing of a patient is seen under the lock"
    desk.window.session.sign_in(MARIA)
    desk.wait(form.isVisible)
    assert form.visit_title.text() == "Half typed"
    desk.window.navigator.go(Place(ATTENTION))
    desk.arrive(ATTENTION)
    assert dialog(desk) is None
    desk.window.navigator.top(Place(TODAY))
    desk.arrive(TODAY)
    assert dialog(desk) is None


def test_a_no_show_and_its_fee(desk: Front) -> None:
    desk.press("Down", "S")
    form = appears(desk)
    while form.table.key != "no_show":
        desk.press("Down")
    assert form.fee.text() == "Ask the no-show fee of $50.00"
    desk.press("Tab")
    assert form.fee.hasFocus()
    desk.press("Space", "Return")
    desk.wait(lambda: dialog(desk) is None)
    desk.wait(lambda: desk.state.view.rows[1].visit.state is VisitState.NO_SHOW)
    assert rows(desk, "SELECT code, responsibility_cents FROM charge WHERE kind = 'fee'") == [("NOSHOW", 5000)]
