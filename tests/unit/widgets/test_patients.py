"""The list of patients through the keys, on a real store: filters, pages, saving, and how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.lanes import Lane
from app.list_views import BalanceKind, PatientLine, PatientOrder, PatientsAsk, PatientsView
from app.patients import PAGE, Patients
from app.signin import SignIn
from app.views import PatientHead, Person
from models.basics.errors import StorageError
from models.operations.records import Patient
from models.rules.rights import Right
from tests.support.clinic import MARIA, TestClinic
from tests.support.windows import LOOKS, picture, press, shown, type_text, unfit
from widgets import theme
from widgets.bridge import Bridge
from widgets.common.files import LIST_FORMATS
from widgets.common.lend_dialog import Lending
from widgets.common.speech import Notice, Speech
from widgets.patients.presenter import Doors, PatientsPresenter
from widgets.patients.state import PatientsState, patients_state
from widgets.patients.view import PatientsPage
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

TODAY = date(2026, 5, 14)
MANAGER = replace(MARIA, rights=frozenset(Right))


def head(name: str, mrn: str, born: date | None = date(1984, 3, 14), phone: str = "(555) 010-4417") -> PatientHead:
    return PatientHead(f"p-{mrn}", name, "RA", born, 42, mrn, phone)


def view(ask: PatientsAsk | None = None, **more: Any) -> PatientsView:
    """A page of invented patients in every condition."""
    lines = (
        PatientLine(head("Rosa Alvarez", "0041877"), 7500, 7500, 0, 0, date(2026, 3, 2)),
        PatientLine(head("Henry Osei", "0039914"), 28500, 8500, 18000, 2000, date(2026, 5, 14)),
        PatientLine(head("Mei Tanaka", "0044012"), 0, -2000, 0, 2000, None),
        PatientLine(head("Jamal Whitaker", "0043390", None, ""), 0, 0, 0, 0, date(2024, 11, 30)),
        PatientLine(
            head("Maximiliana-Theodora Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh", "00440123456789"),
            123_456_789, -98_765_432, 222_222_221, 0, date(2025, 12, 31),
        ),
    )  # fmt: skip
    known: dict[str, Any] = {"first": 0, "patients": 2314, "statement_cents": 1_905_550, "unallocated_cents": 44_200}
    return PatientsView(ask or PatientsAsk(), lines, TODAY, **{**known, **more})


def states() -> dict[str, PatientsState]:
    """Every state of the page."""
    filtered = PatientsAsk("al", BalanceKind.TOTAL, -2000, 50_000, PatientOrder.LAST_VISIT)
    nobody = replace(view(filtered), lines=(), patients=0)
    wrong = PatientsAsk("", BalanceKind.STATEMENT, 5000, 1)
    return {
        "list": patients_state(view(), PAGE),
        "filtered": patients_state(view(filtered, first=50), PAGE),
        "adding": patients_state(view(whole=False), PAGE),
        "nobody": patients_state(nobody, PAGE),
        "none-yet": patients_state(replace(view(), lines=(), patients=0), PAGE),
        "wrong": replace(patients_state(replace(view(wrong), lines=(), patients=0), PAGE),
                         amounts_wrong="The first amount is larger than the second."),
        "broken": patients_state(view(), PAGE, notice=Notice("The store is busy", "Nothing was changed. Try again.")),
        "waiting": PatientsState(skeleton=True),
    }  # fmt: skip


# The page on a real store -----------------------------------------------------------------------------------------


class Desk:
    """The page over a small clinic."""

    def __init__(self, clinic: TestClinic, person: Person = MANAGER) -> None:
        self.window = QWidget()
        self.page, self.opened, self.said = PatientsPage(), [], []  # type: ignore[var-annotated]
        self.patients = Patients(clinic.clinic)
        self.lanes = {name: Lane(name) for name in ("reads", "lists")}
        self.session = Session()
        self.session.sign_in(person)
        frame = QVBoxLayout(self.window)
        frame.setContentsMargins(0, 0, 0, 0)
        frame.addWidget(self.page)
        bridge = Bridge(self.page)
        self.lending = Lending(
            self.page, Right.EXPORT, "Export needs a manager", "Choose where to save", bridge=bridge,
            lane=self.lanes["reads"], sign_in=SignIn(clinic.clinic), speech=Speech(lambda: UTC),
        )  # fmt: skip
        self.presenter = PatientsPresenter(
            self.page, bridge=bridge, lanes=self.lanes, patients=self.patients, session=self.session,
            speech=Speech(lambda: UTC), doors=Doors(self.opened.append, self.said.append), lending=self.lending,
        )  # fmt: skip

    def names(self) -> list[str]:
        return [row.cells[0].title for row in self.page.table.rows]  # type: ignore[union-attr]

    def close(self) -> None:
        for lane in self.lanes.values():
            lane.close()
        self.patients.close()


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient("rosa", "Rosa", "Alvarez")
    made.charge(4500, "2026-03-02", "rosa")
    made.patient("ann", "Ann", "Baker", mrn="0044190")
    made.paid(2000, "credit", "ann")
    made.patient("cleo", "Cleo", "Dunn", mrn="0044192")
    yield made
    made.close()


@pytest.fixture
def desk(clinic: TestClinic, qtbot: Any) -> Iterator[Desk]:
    made = Desk(clinic)
    qtbot.addWidget(made.window)
    made.window.resize(1162, 654)
    shown(made.window)
    made.presenter.open()
    made.page.field.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(lambda: made.presenter.state.page_text == "Page 1 of 1")
    yield made
    made.close()


def test_everybody_is_listed_and_enter_opens_the_account(desk: Desk) -> None:
    assert desk.names() == ["Rosa Alvarez", "Ann Baker", "Cleo Dunn"]
    assert desk.presenter.state.foot == (
        "1 to 3 of 3 patients · statement balances $45.00 · on account $20.00"
    )  # fmt: skip
    press("Down")
    press("Return")
    assert desk.opened == ["ann"]
    press("Ctrl+L")
    assert desk.opened == ["ann", "ann"]


def test_typing_narrows_the_list_and_esc_clears_it(desk: Desk, qtbot: Any) -> None:
    type_text("dunn")
    qtbot.waitUntil(lambda: desk.names() == ["Cleo Dunn"])
    press("Esc")
    qtbot.waitUntil(lambda: len(desk.names()) == 3)
    assert desk.page.field.text() == ""


def test_s0_02_the_balance_filter_by_keys(desk: Desk, qtbot: Any) -> None:
    desk.page.kind.setFocus()
    for _ in range(3):
        press("Down")
    qtbot.waitUntil(lambda: desk.names() == ["Ann Baker"])
    assert desk.presenter.state.ask.kind is BalanceKind.UNALLOCATED
    press("Tab")
    assert (desk.page.least.cents, desk.page.least.hasFocus()) == (1, True)
    type_text("20.01")
    qtbot.waitUntil(lambda: desk.presenter.state.empty is not None)
    press("Return")
    assert desk.page.table.hasFocus() or desk.page.empty.isVisible()
    assert desk.opened == []


def test_amounts_the_wrong_way_round_are_said(desk: Desk, qtbot: Any) -> None:
    desk.page.kind.setFocus()
    for keys in ("Down", "Down", "Tab"):
        press(keys)
    assert desk.presenter.state.ask.kind is BalanceKind.TOTAL
    type_text("-20")
    assert desk.page.least.cents == -2000
    qtbot.waitUntil(lambda: len(desk.names()) == 3)
    press("Tab")
    type_text("-30")
    qtbot.waitUntil(lambda: bool(desk.page.wrong.text))
    assert desk.page.most.property("wrong") == "true"
    assert desk.page.wrong.text == "The first amount is larger than the second."


def test_sorted_by_what_is_chosen(desk: Desk, qtbot: Any) -> None:
    desk.page.order.chosen.emit(PatientOrder.UNALLOCATED.value)
    qtbot.waitUntil(lambda: desk.names()[0] == "Ann Baker")


def test_pages_are_turned_by_keys(desk: Desk, clinic: TestClinic, qtbot: Any) -> None:
    clinic.put(*(Patient(id=f"p{n:03d}", family=f"Z{n:03d}", given="Zoe") for n in range(PAGE)))
    desk.presenter.refresh()
    qtbot.waitUntil(lambda: desk.page.page_text.text() == "Page 1 of 2")
    assert not desk.page.before.isEnabled()
    press("Ctrl+PgDown")
    qtbot.waitUntil(lambda: desk.page.page_text.text() == "Page 2 of 2")
    assert desk.names()[-1] == "Zoe Z049"
    assert not desk.page.after.isEnabled()
    press("Ctrl+PgUp")
    qtbot.waitUntil(lambda: desk.page.page_text.text() == "Page 1 of 2")


def test_a_change_keeps_the_chosen_patient(desk: Desk, clinic: TestClinic, qtbot: Any) -> None:
    press("Down")
    clinic.patient("abe", "Abe", "Aaron")
    desk.presenter.refresh()
    qtbot.waitUntil(lambda: len(desk.names()) == 4)
    assert desk.page.table.key == "ann"


# Saving -----------------------------------------------------------------------------------------------------------


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | None, words: str = "") -> list[str]:
    """What the file dialog of the system would answer; returns the names it was offered."""
    offered: list[str] = []

    def answer(_parent: QWidget, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        offered.append(name)
        return (str(path) if path else ""), words

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return offered


def test_s0_42_the_list_is_saved_as_it_is_filtered(
    desk: Desk, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    offered = choose(
        monkeypatch, tmp_path / "chosen", next(words for words, kind in LIST_FORMATS.items() if kind == "csv")
    )
    type_text("dunn")
    qtbot.waitUntil(lambda: desk.names() == ["Cleo Dunn"])
    press("Ctrl+E")
    qtbot.waitUntil(lambda: bool(desk.said))
    assert desk.said == ["Saved 1 patient in chosen.csv. Only you can open it on this computer."]
    assert "Dunn" in (tmp_path / "chosen.csv").read_text("utf-8-sig")
    assert offered == ["patients-2026-05-14.xlsx"]  # no patient is named in it
    assert not desk.page.export.busy


def test_nothing_is_saved_when_the_dialog_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, None)
    press("Ctrl+E")
    assert not desk.page.export.busy
    assert desk.said == []


def test_a_list_that_cannot_be_saved_is_said(
    desk: Desk, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    choose(monkeypatch, tmp_path / "gone" / "list.xlsx")
    press("Ctrl+E")
    qtbot.waitUntil(desk.page.banner.isVisible)
    assert "could not be saved" in desk.presenter.state.notice.title
    assert not desk.page.export.busy


def test_without_the_right_somebody_lends_it_by_pin(
    desk: Desk, clinic: TestClinic, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    choose(monkeypatch, tmp_path / "list.csv")
    desk.session.sign_in(replace(MARIA, rights=frozenset({Right.PAYMENTS})))
    clinic.put(SignIn(clinic.clinic).new_staff("Dana Fox", "manager", "739146"))
    press("Ctrl+E")
    dialog = desk.lending.dialog
    assert dialog.isVisible()
    assert "3 patients" in dialog.what.text()
    picture(desk.window, "patients-export-lent")
    type_text("111222")
    press("Return")
    qtbot.waitUntil(dialog.lend.error.isVisible)
    assert not (tmp_path / "list.csv").exists()
    type_text("739146")
    press("Return")
    qtbot.waitUntil(lambda: bool(desk.said))
    assert (tmp_path / "list.csv").exists()
    assert not dialog.isVisible()


def test_giving_up_the_pin_saves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    offered = choose(monkeypatch, None)
    desk.session.sign_in(replace(MARIA, rights=frozenset({Right.PAYMENTS})))
    press("Ctrl+E")
    press("Esc")
    assert not desk.lending.dialog.isVisible()
    assert offered == []
    assert desk.page.field.hasFocus()


def test_a_broken_store_is_said_and_tried_again(desk: Desk, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_ask: PatientsAsk) -> PatientsView:
        raise StorageError("store.locked")

    with monkeypatch.context() as patched:
        patched.setattr(desk.patients, "page", broken)
        desk.presenter.refresh()
        qtbot.waitUntil(desk.page.banner.isVisible)
        assert len(desk.names()) == 3
    desk.page.banner.pressed.emit()
    qtbot.waitUntil(lambda: not desk.page.banner.isVisible())


# Looks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", list(LOOKS))
def test_nothing_is_cut_in_any_look(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    page = PatientsPage()
    qtbot.addWidget(page)
    wrong = unfit(page, "patients", look, states(), lambda: page.table.setFocus(Qt.FocusReason.OtherFocusReason))
    assert wrong == {}


def test_a_row_is_read_as_one_sentence() -> None:
    rows = patients_state(view(), PAGE).rows
    assert rows[1].sentence == (
        "Henry Osei, Mar 14, 1984 · 0039914, (555) 010-4417, last visit May 14, credit 180 dollars, "
        "prepaid 20 dollars, statement balance 285 dollars, total balance 85 dollars"
    )


def test_the_foot_says_which_of_how_many() -> None:
    assert states()["filtered"].foot == (
        "51 to 55 of 2,314 patients · statement balances $19,055.50 · on account $442.00"
    )
    assert states()["adding"].foot == "Adding up every account…"


def test_a_click_on_the_clear_words_is_not_needed(qtbot: Any) -> None:
    page = PatientsPage()
    qtbot.addWidget(page)
    page.draw(states()["nobody"])
    shown(page)
    QTest.qWait(1)
    assert page.empty.title.text() == "No patient matches."
    assert "(Esc)" in page.empty.text.text()
