"""Merging two records and taking them apart, through the keys on a real store; what the ledger says of it; and how it
looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from app.find import Find
from app.lanes import Lane
from app.merging import Merging
from app.signin import SignIn
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from widgets.bridge import Bridge
from widgets.ledger.act_form import Hands
from widgets.ledger.acts import Target
from widgets.merging.act import openers

pytestmark = pytest.mark.usefixtures("themed")
PIN = "482913"
LONG = "Wolfeschlegelsteinhausen-Featherstonehaugh"


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient("rosa", "Rosa", "Alvarez", birth_date="1978-02-04", mrn="0041877", phone="5550106161")
    made.patient("rosie", "Rosie", "Alvarez", birth_date="1978-02-04", mrn="0090010")
    made.patient("max", "Maximiliana-Theodora", LONG, birth_date="1931-12-31", mrn="0038002")
    made.charge(4500, "2026-05-01", "rosa", "c1")
    made.charge(3000, "2026-05-01", "rosie", "c2")
    made.paid(1500, "early", "rosie")
    yield made
    assert made.store.verify() == []
    made.close()


class Here:
    """The two dialogs over a window, and what they told."""

    def __init__(self, clinic: TestClinic, window: QWidget, lane: Lane) -> None:
        self.clinic, self.window, self.told, self.who = clinic, window, list[str](), PRIYA
        self.sign_in = SignIn(clinic.clinic)
        desk = SimpleNamespace(merging=Merging(clinic.clinic), find=Find(clinic.clinic, clinic.settings))

        def hands() -> Hands:
            from widgets.common.speech import Speech

            return Hands(bridge=bridge, reads=lane, store=lane, person=lambda: self.who, sign_in=self.sign_in,
                         speech=Speech(lambda: clinic.clinic.zone), today=clinic.clinic.today)  # fmt: skip

        bridge, kit, stage = Bridge(window), SimpleNamespace(desk=desk), SimpleNamespace(host=window)
        self.acts = openers(kit, stage, hands)  # type: ignore[arg-type]

    def open(self, act: str, patient_id: str = "rosa") -> Any:
        self.acts[act](Target(patient_id), self.told.append)
        name = {"merge": "MergeDialog", "part": "PartDialog"}[act]
        return next(each for each in self.window.findChildren(QWidget) if type(each).__name__ == name)

    def aliases(self) -> dict[str, str]:
        return dict(self.clinic.rows("SELECT patient_id, survivor_id FROM alias"))


@pytest.fixture
def here(clinic: TestClinic, qtbot: Any, lane: Lane) -> Here:
    window = QWidget()
    window.resize(1366, 768)
    qtbot.addWidget(window)
    return Here(clinic, shown(window), lane)


def found(here: Here, qtbot: Any, typed: str, patient_id: str) -> Any:
    dialog = here.open("merge")
    qtbot.waitUntil(lambda: "Rosa" in dialog.subtitle.text() and dialog.field.hasFocus())
    type_text(typed)
    qtbot.waitUntil(lambda: [row.key for row in dialog.found.rows] == [patient_id])
    return dialog


def test_h17_found_chosen_and_merged_by_keys(here: Here, qtbot: Any) -> None:
    dialog = found(here, qtbot, "rosie", "rosie")
    assert not dialog.primary.isEnabled()  # Enter must not merge with whoever comes first
    press("Down")
    qtbot.waitUntil(lambda: dialog.primary.isEnabled() and dialog.primary.label == "Merge into Rosa Alvarez")
    assert dialog.warning.text.text() == "Their names differ."
    assert [row.amount for row in dialog.summary.lines][-2:] == ["$75.00", "$15.00"]
    press("Return")
    qtbot.waitUntil(lambda: here.told == ["Rosie Alvarez goes by Rosa Alvarez from now on"])
    assert here.aliases() == {"rosie": "rosa"}


def test_h17_the_other_record_may_be_the_one_that_stays(here: Here, qtbot: Any) -> None:
    dialog = found(here, qtbot, "rosie", "rosie")
    press("Down")
    qtbot.waitUntil(dialog.primary.isEnabled)
    dialog.stays.setFocus()
    press("Down")
    qtbot.waitUntil(lambda: dialog.primary.label == "Merge into Rosie Alvarez")
    press("Return")
    qtbot.waitUntil(lambda: here.aliases() == {"rosa": "rosie"})


def test_h17_who_may_not_merge_needs_a_managers_pin(here: Here, qtbot: Any) -> None:
    here.who = MARIA
    here.sign_in.add("Priya Nair", "manager", PIN, PRIYA)
    dialog = found(here, qtbot, "0090010", "rosie")
    press("Down")
    qtbot.waitUntil(dialog.lend.isVisible)
    assert not dialog.primary.isEnabled()
    dialog.lend.pin.setFocus()
    type_text(PIN)
    qtbot.waitUntil(dialog.primary.isEnabled)
    press("Return")
    qtbot.waitUntil(lambda: here.aliases() == {"rosie": "rosa"})
    [(supervisor,)] = here.clinic.rows("SELECT json_extract(op, '$.supervisor') FROM outbox "
                                       "WHERE json_extract(op, '$.kind') = 'patient.merged'")  # fmt: skip
    assert supervisor


def test_h17_a_merge_that_was_wrong_is_taken_apart_with_a_reason(here: Here, qtbot: Any) -> None:
    Merging(here.clinic.clinic).merge("rosie", "rosa", PRIYA)
    dialog = here.open("part")
    qtbot.waitUntil(lambda: dialog.record.count() == 1)
    assert not dialog.primary.isEnabled()
    dialog.reason.setFocus()
    type_text("Her twin sister")
    qtbot.waitUntil(dialog.primary.isEnabled)
    picture(here.window, "part")
    press("Return")
    qtbot.waitUntil(lambda: here.told == ["Rosie Alvarez has an account of their own again"])
    assert here.aliases() == {"rosie": ""}


def test_h17_nobody_is_found_who_is_merged_already(here: Here, qtbot: Any) -> None:
    Merging(here.clinic.clinic).merge("rosie", "rosa", PRIYA)
    dialog = here.open("merge")
    qtbot.waitUntil(lambda: "Rosa" in dialog.subtitle.text() and dialog.field.hasFocus())
    type_text("alvarez")
    qtbot.waitUntil(lambda: "No other record matches." in dialog.note.text())
    assert dialog.found.rows == ()


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_cut_in_any_look(here: Here, themed: Any, qtbot: Any, look: str) -> None:
    themed.set(**LOOKS[look][0])
    here.who = replace(MARIA)
    dialog = found(here, qtbot, "maximiliana", "max")
    press("Down")
    qtbot.waitUntil(dialog.lend.isVisible)
    settle()
    picture(here.window, f"merge-{look}")
    assert clipped(dialog.card) == []
