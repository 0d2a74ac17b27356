"""The dialogs about visits through the keys, on a real store: a new visit and a series, where one is, its bill, its
charges; and how they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QTableView, QWidget

from app.account_views import ChargeLine
from app.lanes import Lane
from app.visit_charges import VisitCharges
from app.visit_views import BookingPreview, Offer, VisitCard
from app.visits import Visits
from models.operations.records import AppointmentProfile, BillingProfile, Location, Practitioner, ProfileLine, Rules
from models.rules.visits import offered, status_words
from models.store.queries import collect, visits
from tests.support import frozen
from tests.support.clinic import DAY, MARIA, TestClinic
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from widgets.bridge import Bridge
from widgets.ledger.acts import LedgerActs, Target
from widgets.ledger.offers import _of_item
from widgets.visits.act import VisitActs, openers
from widgets.visits.new_visit_state import Typed, filled, meant, summary
from widgets.visits.status_state import likely_next, moved_words, outlook

pytestmark = pytest.mark.usefixtures("themed")
LONG = "Comprehensive preventive re-evaluation and management with counselling, established patient"


def line(code: str, description: str, price_cents: int, units: int = 1) -> ProfileLine:
    return ProfileLine(code=code, description=description, price_cents=price_cents, units=units)


CODES = BillingProfile(
    id="codes", name="Office visit codes",
    lines=(line("99213", "Office visit, established patient", 12500), line("J1885", "Ketorolac injection", 1500, 2)),
)  # fmt: skip
ROUTINE = AppointmentProfile(id="routine", name="Routine check", reason="Check-up", minutes=20,
                             billing_profile_id="codes", payment_profile="cash")  # fmt: skip


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient("rosa", "Rosa", "Alvarez")
    made.put(CODES, ROUTINE, Practitioner(id="reyes", name="Dr. Reyes"), Location(id="a", name="Alder Street"),
             Location(id="b", name="Harbor Road"))  # fmt: skip
    made.visit(status="scheduled")
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def window(qtbot) -> QWidget:
    made = QWidget()
    made.resize(1366, 768)
    qtbot.addWidget(made)
    return shown(made)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def acts(clinic: TestClinic, window: QWidget, lane: Lane) -> VisitActs:
    stories = Visits(clinic.clinic)
    desk = SimpleNamespace(lanes={"reads": lane, "store": lane}, visits=stories,
                           visit_charges=VisitCharges(clinic.clinic, stories))  # fmt: skip
    kit: Any = SimpleNamespace(desk=desk, bridge=Bridge(window), session=SimpleNamespace(acting=MARIA),
                               facts=clinic.clinic.facts)  # fmt: skip
    return VisitActs(kit, lambda: window)


def owed(clinic: TestClinic) -> int:
    with clinic.store.reader() as reader:
        return collect.figures(reader, "alder", "rosa").statement_balance_cents


def days_booked(clinic: TestClinic) -> list[str]:
    return [row[0] for row in clinic.rows("SELECT service_date FROM appointment WHERE id <> 'today' ORDER BY 1")]


def status(clinic: TestClinic) -> str:
    with clinic.store.reader() as reader:
        found = visits.standing(reader, "alder", "today")
    assert found is not None
    return found.status


# A new visit ------------------------------------------------------------------------------------------------------


@pytest.fixture
def new(acts: VisitActs, qtbot, told: list[str]):
    acts.new_visit("rosa", told.append)
    assert acts._new is not None
    view = acts._new._view
    qtbot.waitUntil(view.isVisible)
    return view


def choose(field: Any, words: str) -> None:
    """Walk a list of choices with the keys until it says `words`."""
    field.setFocus()
    for _ in range(field.count()):
        if field.currentText() == words:
            return
        press("Down")
    raise AssertionError(f"{words} is not offered")


def test_s0_36_a_kind_of_visit_fills_the_rest_and_enter_books_it(new, clinic, qtbot, told) -> None:
    assert new.profile.hasFocus()
    choose(new.profile, "Routine check")
    new.profile_chosen.emit(new.profile.key)
    assert (new.visit_title.text(), new.minutes.text(), new.payer.key) == ("Routine check", "20", "cash")
    new.day.setFocus()
    type_text("5/28")
    assert new.rows["day"].hint.text() == "Thursday, May 28, 2026"
    press("Tab")
    type_text("2:15")
    qtbot.waitUntil(lambda: new.side.total.text() == "$155.00")
    assert new.side.patient.text() == "$155.00"
    assert new.note.text() == "Nothing is charged now. Money is taken when you collect."
    press("Return")
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["Routine check on May 28 is booked. Nothing was charged."]
    assert not new.isVisible()
    assert days_booked(clinic) == ["2026-05-28"]
    assert clinic.rows("SELECT count(*) FROM payment")[0][0] == 0
    assert owed(clinic) == 15500


def test_s0_37_a_series_is_booked_with_the_keys(new, clinic, qtbot, told) -> None:
    new.visit_title.setFocus()
    type_text("Physical therapy")
    new.day.setFocus()
    type_text("5/19")
    new.time.setFocus()
    type_text("9:30")
    new.again.set_key("weekly")
    new.again.chosen.emit("weekly")
    assert new.until.isVisible()
    new.weekdays[1].setFocus()
    press("Space")
    new.weekdays[3].setFocus()
    press("Space")
    new.until.setFocus()
    type_text("5/29")
    qtbot.waitUntil(lambda: new.primary.text() == "Book 4 visits")
    assert new.side.days.text() == "May 19, May 21, May 26, May 28"
    press("Return")
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["4 visits are booked. Nothing was charged."]
    assert days_booked(clinic) == ["2026-05-19", "2026-05-21", "2026-05-26", "2026-05-28"]


def test_what_is_missing_is_said_at_its_field(new, clinic) -> None:
    press("Return")
    assert new.rows["title"].error.text == "What is it for?"
    assert new.rows["day"].error.text == "Which day?"
    assert new.rows["time"].error.text == "What time?"
    assert new.visit_title.hasFocus()
    new.day.setFocus()
    type_text("soon")
    press("Return")
    assert new.rows["day"].error.text == "Type a day, such as 5/28 or tomorrow."
    assert days_booked(clinic) == []


def test_a_time_that_is_taken_is_said_before_and_refused(new, clinic, qtbot, told) -> None:
    new.visit_title.setFocus()
    type_text("Again")
    new.day.setFocus()
    type_text("today")
    new.time.setFocus()
    type_text("9:45")
    qtbot.waitUntil(lambda: new.side.warning.text == "There is a visit at that time already: May 14.")
    press("Return")
    qtbot.waitUntil(lambda: bool(new.error.text))
    assert new.error.text.startswith("The patient has a visit at that time on 1 day already.")
    assert days_booked(clinic) == []
    assert told == []
    press("Escape")
    assert not new.isVisible()


def test_opened_again_it_is_empty(new, acts, qtbot, told) -> None:
    new.visit_title.setFocus()
    type_text("Half typed")
    press("Escape")
    acts.new_visit("rosa", told.append)
    qtbot.waitUntil(new.isVisible)
    assert new.visit_title.text() == ""


# Where a visit is -------------------------------------------------------------------------------------------------


def open_status(acts: VisitActs, qtbot, told: list[str], wanted: str = ""):
    acts.status("today", told.append, wanted)
    assert acts._status is not None
    view = acts._status._view
    qtbot.waitUntil(view.isVisible)
    return view


def test_s0_39_the_status_is_set_with_the_keys(acts, clinic, qtbot, told) -> None:
    view = open_status(acts, qtbot, told)
    assert view.table.hasFocus()
    assert [row.sentence for row in view.table.rows][:2] == ["Confirmed", "Not confirmed"]
    press("Down")
    press("Down")
    press("Down")
    press("Down")
    assert view.primary.text() == "Set to Arrived"
    press("Return")
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["Office visit: Arrived."]
    assert status(clinic) == "arrived"


def test_s0_39_cancelling_says_what_becomes_of_charges_and_money(acts, clinic, qtbot, told) -> None:
    stories = VisitCharges(clinic.clinic, Visits(clinic.clinic))
    sheet = stories.sheet("today")
    stories.save(replace(sheet.form, code="99213", description="Office visit", billed_cents=12500, patient_cents=12500),
                 MARIA)  # fmt: skip
    clinic.paid(2500, visit="today")
    view = open_status(acts, qtbot, told, "cancelled")
    assert view.primary.text() == "Cancel visit"
    assert view.meaning.text() == (
        "1 listed charge is taken off. $25.00 was paid for it. It stays with the visit for a day, then it is credit; "
        "nothing is refunded by itself."
    )
    press("Return")
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["Office visit: Cancelled. $25.00 waits for it and is in Needs attention."]
    assert owed(clinic) == 0


def test_the_no_show_fee_is_offered_and_only_asked_when_ticked(acts, clinic, qtbot, told) -> None:
    clinic.put(Rules(no_show_fee_cents=5000))
    view = open_status(acts, qtbot, told, "no_show")
    assert view.fee.isVisible()
    assert view.fee.text() == "Ask the no-show fee of $50.00"
    view.fee.setFocus()
    press("Space")
    press("Return")
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["Office visit: No-show. The no-show fee of $50.00 is owed."]
    assert owed(clinic) == 5000


def test_rescheduling_asks_the_day_and_moves_the_visit(acts, clinic, qtbot, told) -> None:
    view = open_status(acts, qtbot, told, "rescheduled")
    assert view.day.isVisible()
    press("Return")
    assert view.day_row.error.text == "Type a day, such as 5/28 or tomorrow."
    assert view.day.hasFocus()
    type_text("tomorrow")
    press("Return")
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["Office visit is on Friday, May 15, 2026, 9:45 AM now."]
    assert clinic.rows("SELECT service_date FROM appointment WHERE id = 'today'")[0][0] == "2026-05-15"


def test_s0_23_the_bill_is_settled_and_left_to_follow_again(acts, clinic, qtbot, told) -> None:
    clinic.charge(10000, DAY, charge_id="c", visit="today")
    acts.billing("today", told.append)
    view = acts._billing._view
    qtbot.waitUntil(view.isVisible)
    assert view.note.text() == "Its bill is now: balance due."
    while view.table.key != "settled":
        press("Down")
    assert view.primary.text() == "Set to Settled"
    press("Return")
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["Office visit: Settled."]
    acts.billing("today", told.append)
    qtbot.waitUntil(view.isVisible)
    assert view.note.text() == "Its bill is now: settled."
    while view.table.key != "follow":
        press("Up")
    press("Return")
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told[1] == "Office visit: Follow the money."
    assert Visits(clinic.clinic).card("today").billing_status == "balance_due"


# Charges ----------------------------------------------------------------------------------------------------------


def test_a_charge_is_typed_with_the_keys(acts, clinic, qtbot, told) -> None:
    clinic.paid(2000, visit="today")
    acts.add_charge("today", told.append)
    view = acts._charge._view
    qtbot.waitUntil(view.isVisible)
    assert view.code.hasFocus()
    type_text("99214")
    assert view.rows["code"].hint.text() == "CPT code"
    press("Tab")
    type_text("Office visit, longer")
    view.billed.setFocus()
    view.billed.clear()
    type_text("180")
    assert view.patient.cents == 18000, "no insurance: the patient owes it"
    view.patient.setFocus()
    type_text("50")
    assert view.effect._shown == (
        ("The patient owes for it", "$50.00"), ("Waits for this visit, pays it at once", "$20.00"),
        ("Still owed then", "$30.00"),
    )  # fmt: skip
    press("Return")
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["99214 is listed. The patient owes $50.00 for it."]
    assert owed(clinic) == 3000
    charge_id = clinic.rows("SELECT id FROM charge")[0][0]
    acts.add_charge("today", told.append, charge_id)
    qtbot.waitUntil(view.isVisible)
    assert view.title.text() == "Change charge"
    press("Alt+T")
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told[1] == "99214 is taken off. $20.00 is money on account again."
    assert owed(clinic) == 0


def test_a_charge_with_more_than_is_allowed_is_refused_at_its_field(acts, clinic, qtbot, told) -> None:
    acts.add_charge("today", told.append)
    view = acts._charge._view
    qtbot.waitUntil(view.isVisible)
    press("Return")
    assert view.rows["code"].error.text == "A code, such as 99213."
    type_text("99214")
    view.description.setFocus()
    type_text("Office visit")
    for field, amount in ((view.billed, "100"), (view.allowed, "80"), (view.patient, "80.01")):
        field.setFocus()
        field.selectAll()
        type_text(amount)
    press("Return")
    assert view.rows["patient"].error.text == "At most $80.00, what is allowed."
    assert clinic.rows("SELECT count(*) FROM charge")[0][0] == 0


# What is said -----------------------------------------------------------------------------------------------------

OFFER = Offer(frozen.ROSA, "v", date(2026, 5, 14), frozen.at(9, 41), (ROUTINE,), (CODES,), (("o", "Dr. Okafor"),), (),
              covered=True)  # fmt: skip
CARD = VisitCard("a", frozen.ROSA, "Office visit", frozen.at(9, 45), "Dr. Okafor", "scheduled", "", "", following=3,
                 prepaid_cents=2000, listed=2, no_show_fee_cents=5000)  # fmt: skip


def test_s0_34_a_kind_of_visit_leaves_what_it_does_not_know() -> None:
    typed = Typed(reason="Cough", day="5/28", minutes="45")
    plain = filled(typed, replace(ROUTINE, reason="", minutes=0, billing_profile_id="", payment_profile=""))
    assert plain == replace(typed, profile_id="routine", title="Routine check")
    assert filled(plain, None).profile_id == ""


def test_a_long_series_is_summed_up() -> None:
    days = tuple(date(2026, 5, 14 + n) for n in range(12))
    made = summary(BookingPreview(days, ()), Typed(time="9:30"), OFFER)
    assert made.days == "May 14, May 15, May 16, May 17, May 18, May 19, …, May 25"
    assert (made.head, made.verb) == ("12 visits", "Book 12 visits")


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        (Typed(title="x", day="5/28", time="9:30", minutes="1441"), "minutes"),
        (Typed(title="x", day="5/28", time="9:30", again="weekly"), "until"),
        (Typed(title="x", day="5/28", time="9:30", again="monthly", every="0", until="6/30"), "every"),
    ],
)
def test_fields_that_make_no_visit(typed: Typed, wrong: str) -> None:
    found = meant(typed, OFFER)
    assert found.form is None
    assert list(found.errors) == [wrong]


def test_s0_34_what_can_be_booked_online_is_said_while_booking() -> None:
    online, by_phone = replace(ROUTINE, id="online", online=True), replace(ROUTINE, id="phone", online=False)
    offer = replace(OFFER, profiles=(online, by_phone))
    told = [meant(Typed(profile_id=kind), offer).kind_hint for kind in ("online", "phone", "")]
    assert told == ["Patients can book this online too.", "", ""]


@pytest.mark.parametrize(
    ("status", "following", "verb", "asks"),
    [
        ("confirmed", False, "Set to Confirmed", (False, False, False)),
        ("cancelled", False, "Cancel visit", (False, True, False)),
        ("cancelled", True, "Cancel visits", (False, True, False)),
        ("rescheduled", True, "Move visits", (True, True, False)),
        ("no_show", False, "Set to No-show", (False, False, True)),
    ],
)
def test_what_a_status_asks(status: str, following: bool, verb: str, asks: tuple[bool, bool, bool]) -> None:
    look = outlook(CARD, status, following=following)
    assert look.verb == verb
    assert (look.asks_day, look.asks_following, look.asks_fee) == asks


@pytest.mark.parametrize(
    ("status", "chosen"),
    [
        ("scheduled", "confirmed"),
        ("arrived", "checked_in"),
        ("in_room", "in_session"),
        ("in_session", "done"),
        ("done", "in_session"),
        ("no_show", "arrived"),
        ("cancelled", "scheduled"),
        ("custom:At x-ray", "scheduled"),
    ],
)
def test_s0_39_the_list_opens_at_the_next_step_of_the_day(status: str, chosen: str) -> None:
    ways = tuple((each, status_words(each)) for each in offered(status, ()))
    assert likely_next(replace(CARD, status=status, ways=ways)) == chosen


def test_a_visit_that_comes_back_is_charged_again() -> None:
    words = outlook(replace(CARD, status="cancelled"), "scheduled", following=False).words
    assert words == "The charges that were listed for it are owed again."


def test_several_visits_are_told_together() -> None:
    from app.visit_views import MovedOn

    assert moved_words(CARD, MovedOn(4, "cancelled", 0, 2500), 0) == "4 visits: Cancelled. $25.00 is now credit."


# How they look ----------------------------------------------------------------------------------------------------


@pytest.fixture
def busy(clinic: TestClinic) -> TestClinic:
    """Long names, a long list of codes, statuses of the practice's own."""
    clinic.put(
        BillingProfile(id="codes", name="Comprehensive preventive re-evaluation, new and established", lines=tuple(
            line(f"9939{n}", LONG, 21000 + n) for n in range(9))),
        Rules(custom_statuses=("At x-ray", "Left a message with the answering service"), no_show_fee_cents=5000),
    )  # fmt: skip
    clinic.patient("rosa", "Maximiliana-Theodora Konstantina", "Wolfeschlegelsteinhausen-Featherstonehaugh")
    return clinic


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("crowd", [False, True], ids=["plain", "long"])
def test_new_visit_fits(acts, clinic, window, themed, qtbot, told, look: str, crowd: bool, request) -> None:
    if crowd:
        request.getfixturevalue("busy")
    dress(themed, window, look)
    acts.new_visit("rosa", told.append)
    view = acts._new._view
    qtbot.waitUntil(view.isVisible)
    choose(view.profile, "Routine check")
    view.profile_chosen.emit("routine")
    for field, text in ((view.day, "5/28"), (view.time, "9:30"), (view.until, "8/28")):
        field.setText(text)
    if crowd:
        view.again.set_key("weekly")
        view.again.chosen.emit("weekly")
    view.edited.emit()
    qtbot.waitUntil(lambda: bool(view.side.total.text()))
    seen(window, view, f"new-visit-{'long' if crowd else 'plain'}-{look}")
    for field in (view.visit_title, view.day, view.time):
        field.clear()
    press("Return")
    seen(window, view, f"new-visit-wrong-{'long' if crowd else 'plain'}-{look}")


@pytest.mark.parametrize("look", LOOKS)
def test_status_bill_and_charge_fit(acts, busy, window, themed, qtbot, told, look: str) -> None:
    dress(themed, window, look)
    for wanted in ("cancelled", "rescheduled", "no_show"):
        view = open_status(acts, qtbot, told, wanted)
        seen(window, view, f"visit-status-{wanted}-{look}")
        press("Escape")
    acts.billing("today", told.append)
    view = acts._billing._view
    qtbot.waitUntil(view.isVisible)
    seen(window, view, f"visit-bill-{look}")
    press("Escape")
    busy.paid(2000, visit="today")
    acts.add_charge("today", told.append)
    view = acts._charge._view
    qtbot.waitUntil(view.isVisible)
    type_text("99214")
    view.description.setText(LONG)
    view.billed.set_cents(123456)
    view.edited.emit()
    seen(window, view, f"visit-charge-{look}")
    view.code.clear()
    view.billed.clear()
    press("Return")
    seen(window, view, f"visit-charge-wrong-{look}")


def dress(themed, window: QWidget, look: str) -> None:
    """The window in one of the looks, as high as the program's window is then."""
    change, _ = LOOKS[look]
    themed.set(**change)
    window.resize(*{"compact": (1280, 680), "scale": (1707, 960)}.get(look, (1366, 768)))
    settle()


def seen(window: QWidget, view: Any, name: str) -> None:
    """Leave a picture; nothing is cut, and the card lies inside the window."""
    settle()
    picture(window, name)
    assert clipped(view) == []
    assert window.rect().contains(view.card.geometry())
    assert view._inner.width() <= view._scroll.viewport().width(), "wider than its card"
    controls = [each for kind in (QAbstractButton, QComboBox, QLineEdit, QTableView) for each in view.findChildren(kind)
                if each.isVisible() and not type(each).__module__.startswith("PySide6")]  # fmt: skip
    assert [type(each).__name__ for each in controls if not each.accessibleName()] == []
    assert [each.accessibleName() for each in controls if min(each.width(), each.height()) < 24] == []


def test_the_ledger_changes_only_what_was_listed_at_a_desk() -> None:
    own = ChargeLine("c", "rosa", "today", date(2026, 5, 14), "99213", "Office visit", 3000, 0, 3000, made_here=True)
    whom = Target("rosa")
    assert "change_charge" in [offer.act for offer in _of_item(own, whom)]
    assert "change_charge" not in [offer.act for offer in _of_item(replace(own, made_here=False), whom)]
    assert "change_charge" not in [offer.act for offer in _of_item(replace(own, fee=True), whom)]


def test_openers_of_the_ledger_name_its_acts(window: QWidget) -> None:
    stage: Any = SimpleNamespace(host=window)
    kit: Any = SimpleNamespace()
    assert set(openers(kit, stage)) <= {field.name for field in fields(LedgerActs)}
