"""The family dialog through the keys, on a real store: who gets whose bill."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from app.family import Family
from app.find import Find
from app.views import Person
from models.basics.errors import RuleBroken
from models.rules.rights import rights_of
from tests.support.clinic import TestClinic
from tests.support.windows import LOOKS, clipped, picture, press, shown, type_text
from widgets import theme
from widgets.bridge import Bridge
from widgets.family.dialog import FamilyDialog
from widgets.family.presenter import FamilyPresenter

pytestmark = pytest.mark.usefixtures("themed")
PERSON = Person("maria", "Maria Delgado", "Front desk", "MD", False, rights_of("receptionist"))
LONG = "Wolfeschlegelsteinhausen-Featherstonehaugh"


@pytest.fixture
def people(tmp_path: Path):
    clinic = TestClinic(tmp_path)
    clinic.patient("laura", "Laura", "Pemberton", birth_date="1984-09-12", mrn="0043699", phone="5550106161")
    clinic.patient("chloe", "Chloe", "Pemberton", birth_date="2016-03-03", mrn="0043700", guarantor_id="laura")
    clinic.patient("max", "Maximiliana-Theodora", LONG, birth_date="1931-12-31", mrn="0038002")
    clinic.patient("ann", "Ann", "Baker", birth_date="2003-11-02", mrn="0044190")
    clinic.charge(4500, "2026-05-01", "laura", "c1")
    clinic.charge(3000, "2026-05-01", "chloe", "c2")
    clinic.paid(1500, "early", "chloe")
    yield clinic
    clinic.close()


@pytest.fixture
def dialog(people, qtbot, lane):
    window = QWidget()
    window.resize(1366, 768)
    qtbot.addWidget(window)
    shown(window)
    made = FamilyDialog(window)
    made.told = []
    made.presenter = FamilyPresenter(
        made, bridge=Bridge(window), reads=lane, store=lane, family=Family(people.clinic),
        find=Find(people.clinic, people.settings), person=lambda: PERSON,
    )  # fmt: skip
    return made


def opened(dialog: FamilyDialog, qtbot, patient_id: str) -> FamilyDialog:
    dialog.presenter.open(patient_id, dialog.told.append)
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def bills(people: TestClinic) -> dict[str, str]:
    return dict(people.rows("SELECT id, guarantor_id FROM patient"))


def test_the_family_with_its_sums(dialog, qtbot) -> None:
    opened(dialog, qtbot, "chloe")
    assert [row.key for row in dialog.members.rows] == ["laura", "chloe"]
    assert dialog.title.text() == "Family of Laura Pemberton"
    assert dialog.subtitle.text() == "$75.00 owed, $15.00 unallocated by the family together"
    assert dialog.members.rows[0].sentence.startswith("Laura Pemberton, gets the bill, owes $45.00")


def test_typing_and_enter_bring_somebody_onto_the_bill(dialog, people, qtbot) -> None:
    opened(dialog, qtbot, "laura")
    type_text("baker")
    qtbot.waitUntil(lambda: dialog.found.key == "ann")
    press("Return")
    qtbot.waitUntil(lambda: len(dialog.members.rows) == 3)
    assert bills(people)["ann"] == "laura"
    assert dialog.told == ["Ann Baker is on this bill now"]


def test_a_lone_patient_goes_onto_somebodys_bill_and_back(dialog, people, qtbot) -> None:
    opened(dialog, qtbot, "ann")
    assert dialog.title.text() == "Ann Baker pays their own bill"
    dialog.way.chosen.emit("join")
    type_text("laura")
    qtbot.waitUntil(lambda: dialog.found.key == "laura")
    press("Return")
    qtbot.waitUntil(lambda: bills(people)["ann"] == "laura")
    qtbot.waitUntil(lambda: len(dialog.members.rows) == 3)
    assert dialog.members.set_key("ann")
    press("Alt+O")
    qtbot.waitUntil(lambda: bills(people)["ann"] == "")


def test_who_pays_for_others_cannot_go_onto_another_bill(dialog, people, qtbot) -> None:
    opened(dialog, qtbot, "ann")
    type_text("laura")
    qtbot.waitUntil(lambda: dialog.found.key == "laura")
    press("Return")
    qtbot.waitUntil(dialog.banner.isVisible)
    assert bills(people)["laura"] == ""
    assert dialog.told == []


def test_without_the_right_nothing_is_written(people) -> None:
    nobody = Person("x", "X", "", "X", False, frozenset())
    with pytest.raises(RuleBroken) as refused:
        Family(people.clinic).set_guarantor("ann", "laura", nobody)
    assert refused.value.message_key == "staff.right_missing"
    assert bills(people)["ann"] == ""


@pytest.mark.parametrize(("patient_id", "guarantor_id", "key"), [
    ("ann", "chloe", "family.is_dependent"), ("ann", "gone", "family.unknown"), ("gone", "laura", "family.unknown"),
    ("laura", "ann", "family.has_dependents"),
])  # fmt: skip
def test_what_cannot_be_is_refused(people, patient_id: str, guarantor_id: str, key: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        Family(people.clinic).set_guarantor(patient_id, guarantor_id, PERSON)
    assert refused.value.message_key == key


@pytest.mark.parametrize("look", LOOKS)
def test_fits_in_every_look(dialog, qtbot, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    opened(dialog, qtbot, "chloe")
    type_text("wolfe")
    qtbot.waitUntil(lambda: dialog.found.key == "max")
    picture(dialog.window(), f"family-found-{look}")
    assert clipped(dialog) == []
