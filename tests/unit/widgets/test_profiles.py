"""Settings > Profiles through the keys, on a real store: kinds of visit, sets of codes, and how they look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QTableView

from app.lanes import Lane
from app.profiles import COLORS, Profiles
from app.views import Person
from models.operations.records import PAYMENT_PROFILES, AppointmentProfile, BillingProfile, ProfileLine
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from widgets.bridge import Bridge
from widgets.settings.profiles import COLOR_WORDS, SETS, ProfilesPresenter, ProfilesView
from widgets.visits.marks import TOKENS, colour_mark

pytestmark = pytest.mark.usefixtures("themed")
LONG = "Comprehensive preventive re-evaluation and management with counselling, established patient"


def line(code: str, description: str, price_cents: int, units: int = 1) -> ProfileLine:
    return ProfileLine(code=code, description=description, price_cents=price_cents, units=units)


CODES = BillingProfile(id="codes", name="Office visit codes", diagnoses=("Z00.00",),
                       lines=(line("99213", "Office visit", 12500), line("J1885", "Ketorolac", 1500, 2)))  # fmt: skip
ROUTINE = AppointmentProfile(id="routine", name="Routine check", reason="Check-up", minutes=20, color="green",
                             billing_profile_id="codes", payment_profile="cash", online=True,
                             consents=("Vaccines", "Telehealth"))  # fmt: skip
OLD = AppointmentProfile(id="old", name="Sports physical", active=False)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.put(CODES, ROUTINE, OLD)
    yield made
    made.close()


def view_of(clinic: TestClinic, qtbot, lane: Lane, person: Person = PRIYA) -> ProfilesView:
    made = ProfilesView()
    made.resize(930, 590)
    qtbot.addWidget(made)
    made.presenter = ProfilesPresenter(made, bridge=Bridge(made), lane=lane, person=lambda: person,
                                       profiles=lambda: Profiles(clinic.clinic))  # fmt: skip
    shown(made)
    made.presenter.show()
    qtbot.waitUntil(lambda: bool(made.table.rows))
    return made


@pytest.fixture
def view(clinic: TestClinic, qtbot, lane: Lane) -> ProfilesView:
    return view_of(clinic, qtbot, lane)


def test_every_choice_has_its_words_and_mark() -> None:
    assert tuple(COLOR_WORDS) == COLORS
    assert set(TOKENS) == set(COLORS) - {""}
    assert all(colour_mark(each).isNull() is (each == "") for each in COLORS)
    assert len(PAYMENT_PROFILES) == 6


def test_s0_34_a_kind_of_visit_shows_all_it_fills_in(view: ProfilesView) -> None:
    assert [row.key for row in view.table.rows] == ["routine", "old"]
    assert view.table.rows[0].sentence.startswith("Routine check")
    form = view.kind
    assert (form.name.text(), form.reason.text(), form.minutes.text()) == ("Routine check", "Check-up", "20")
    assert (form.color.key, form.payer.key, form.charges.key) == ("green", "cash", "codes")
    assert (form.consents.text(), form.online.isChecked(), form.active.isChecked()) == (
        "Vaccines, Telehealth", True, True)  # fmt: skip


def test_s0_36_a_new_kind_is_connected_with_its_charges_and_saved(view, clinic, qtbot) -> None:
    view.setFocus()
    view.table.setFocus()
    press("Ctrl+N")
    assert view.kind.name.hasFocus()
    assert view.heading.text() == "New kind of visit"
    type_text("Flu shot")
    view.kind.minutes.setFocus()
    type_text("10")
    view.kind.charges.setFocus()
    press("Down")
    assert view.kind.charges.currentText() == "Office visit codes"
    press("Ctrl+S")
    qtbot.waitUntil(lambda: len(view.table.rows) == 3)
    made = next(each for each in Profiles(clinic.clinic).book().appointments if each.name == "Flu shot")
    assert (made.minutes, made.billing_profile_id, made.active) == (10, "codes", True)
    assert view.table.key == made.id
    assert view.banner.isVisible()


def test_s0_35_codes_are_added_taken_away_and_saved(view, clinic, qtbot) -> None:
    view.which.set_key(SETS)
    view.which.chosen.emit(SETS)
    assert view.heading.text() == "Office visit codes"
    assert view.table.rows[0].sentence.startswith("Office visit codes")
    view.set.rows[1].away.emit()
    view.set.name.setFocus()
    press("Alt+A")
    assert view.set.rows[1].code.hasFocus()
    type_text("90686")
    press("Tab")
    type_text("Flu vaccine")
    press("Tab")
    type_text("42.50")
    press("Ctrl+S")
    qtbot.waitUntil(lambda: len(Profiles(clinic.clinic).book().billing[0].lines) == 2
                    and Profiles(clinic.clinic).book().billing[0].lines[1].code == "90686")  # fmt: skip
    kept = Profiles(clinic.clinic).book().billing[0]
    assert kept.lines == (line("99213", "Office visit", 12500), line("90686", "Flu vaccine", 4250))


def test_what_is_missing_is_said_and_nothing_is_saved(view, clinic, qtbot) -> None:
    view.table.setFocus()
    press("Ctrl+N")
    press("Ctrl+S")
    qtbot.waitUntil(view.banner.isVisible)
    assert view.banner.title.text() == "A profile needs a name"
    assert len(Profiles(clinic.clinic).book().appointments) == 2


def test_what_is_typed_stays_while_others_change_theirs(view, clinic, qtbot) -> None:
    view.kind.name.setFocus()
    type_text("More ")
    typed = view.kind.name.text()
    Profiles(clinic.clinic).save_appointment(AppointmentProfile(id="k9", name="Another", minutes=15), PRIYA)
    view.presenter.show()
    qtbot.waitUntil(lambda: len(view.table.rows) == 3)
    assert view.kind.name.text() == typed


def test_who_may_not_set_up_reads_only(clinic, qtbot, lane) -> None:
    view = view_of(clinic, qtbot, lane, MARIA)
    assert not view.save.isEnabled()
    assert not view.new.isEnabled()
    view.kind.name.setFocus()
    press("Ctrl+S")
    assert not view.banner.isVisible()


@pytest.mark.parametrize("look", LOOKS)
def test_it_fits(clinic, qtbot, lane, themed, look: str) -> None:
    themed.set(**LOOKS[look][0])
    clinic.put(BillingProfile(id="long", name="Comprehensive preventive re-evaluation, new and established",
                              lines=tuple(line(f"9939{n}", LONG, 21000 + n) for n in range(10))))  # fmt: skip
    view = view_of(clinic, qtbot, lane)
    room = {"compact": (860, 530), "scale": (1220, 800)}.get(look, (930, 590))
    for name in ("kinds", SETS):
        view.which.set_key(name)
        view.which.chosen.emit(name)
        view.table.set_key("long" if name == SETS else "routine")
        view.resize(*room)
        settle()
        view.resize(*room)
        settle()
        picture(view, f"profiles-{name}-{look}")
        assert clipped(view) == []
        assert (view.width(), view.height()) == room
        controls = [each for kind in (QAbstractButton, QComboBox, QLineEdit, QTableView)
                    for each in view.findChildren(kind)
                    if each.isVisible() and not type(each).__module__.startswith("PySide6")]  # fmt: skip
        assert [type(each).__name__ for each in controls if not each.accessibleName()] == []
        assert [each.accessibleName() for each in controls if min(each.width(), each.height()) < 24] == []
