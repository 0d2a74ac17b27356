"""The ledger through the window, by keys alone: lists and their depth, the family, statements, papers, money moved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtWidgets import QFileDialog

from models.operations.bodies import Allocate, AllocationLine
from models.operations.records import Staff
from tests.support.clinic import TestClinic
from tests.support.front import Front, front
from tests.support.windows import themed  # noqa: F401
from widgets.ledger.state import Tab
from widgets.ledger.view import WHOLE_FAMILY
from widgets.screens import LEDGER

pytestmark = pytest.mark.usefixtures("themed")


def the_picture(clinic: TestClinic) -> None:
    """The design's Henry: five visits, four payments, 180 free and 20 prepaid; and Ama, whose bill he gets."""
    clinic.put(Staff(id="maria", name="Maria Delgado", role="receptionist"))
    clinic.patient("henry", "Henry", "Quillfeather", birth_date="1966-01-22", mrn="0039914", phone="5550107730",
                   address=("18 Birch Lane", "Springfield, IL 62704"))  # fmt: skip
    clinic.patient("ama", "Ama", "Quillfeather", birth_date="2015-02-01", mrn="0039915", guarantor_id="henry")
    visits = (("feb", "2026-02-10", "Office visit", "99213", 6000), ("mar", "2026-03-18", "Lab panel", "80053", 11200),
              ("apr", "2026-04-22", "Skin biopsy", "11102", 20000))  # fmt: skip
    for name, day, title, code, cents in visits:
        clinic.visit(name, "henry", service_date=day, title=title, status="done")
        clinic.charge(cents, day, "henry", charge_id=f"c-{name}", visit=name, code=code, description=title,
                      allowed_cents=2 * cents, insurance_paid_cents=cents, insurance_pending=name == "apr")  # fmt: skip
    clinic.visit("today", "henry", minutes=19, title="Annual physical", status="arrived")
    clinic.charge(4000, "2026-05-14", "henry", charge_id="c-today", visit="today", code="COPAY", kind="copay",
                  description="Annual physical")  # fmt: skip
    clinic.visit("next", "henry", minutes=20_000, service_date="2026-05-28", title="Follow-up", status="scheduled")
    clinic.paid(6000, "p1", "henry", number="PAY-1-10120", receipt_no="01-1-A-0120", tender="check", check_no="2107")
    clinic.paid(6700, "p2", "henry", number="PAY-1-10355", receipt_no="01-1-A-0355")
    clinic.paid(18000, "p3", "henry", number="PAY-1-10391", receipt_no="01-1-A-0391", tender="check", check_no="2281")
    clinic.paid(2000, "p4", "henry", visit="next", number="PAY-1-10447", receipt_no="01-1-A-0447")
    for payment, name, cents in (("p1", "feb", 6000), ("p2", "mar", 6700)):
        clinic.put(Allocate(allocation_id=f"a-{name}", lot_payment_id=payment, patient_id="henry",
                            lines=(AllocationLine(charge_id=f"c-{name}", amount_cents=cents),)))  # fmt: skip
    clinic.charge(2500, "2026-05-12", "ama", charge_id="c-ama", description="Well child")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, the_picture) as made:
        made.press("Ctrl+L")
        made.arrive(LEDGER, lambda: made.state.view)
        made.keys.clear()
        yield made


def tab(desk: Front, wanted: Tab) -> None:
    """Walk to a list with the arrow keys of the tabs."""
    desk.view.tabs.take_focus()
    while desk.state.tab is not wanted:
        desk.press("Right" if list(Tab).index(desk.state.tab) < list(Tab).index(wanted) else "Left")
    desk.view.take_focus()


def keys_of(desk: Front, wanted: Tab) -> list[str]:
    return [row.key for row in desk.view.tables[wanted].rows]


def test_s3_05_the_account_as_the_design_draws_it(desk: Front) -> None:
    assert [figure.cents for figure in desk.state.figures] == [32700, 12700, 20000, 28500, 8500]
    assert [line.title for line in desk.state.lines] == ["Follow-up", "Annual physical", "Skin biopsy", "Lab panel",
                                                        "Office visit"]  # fmt: skip
    assert [(lot.line.number, lot.line.cents) for lot in desk.state.lots] == [("PAY-1-10391", 18000),
                                                                             ("PAY-1-10447", 2000)]  # fmt: skip
    assert desk.state.totals == (41200, 12700, 28500)
    desk.picture("journey-account")


def test_s0_02_every_list_has_its_lines(desk: Front) -> None:
    counts = {}
    for each in Tab:
        tab(desk, each)
        counts[each] = len(desk.state.lines)
        desk.picture(f"journey-account-{each.value}")
    assert counts == {Tab.VISITS: 5, Tab.PAYMENTS: 4, Tab.LINES: 4, Tab.STATEMENTS: 0, Tab.PLANS: 1, Tab.DOCUMENTS: 4,
                      Tab.LOG: len(desk.state.view.log)}  # fmt: skip
    assert counts[Tab.LOG] > 10


def test_s0_13_a_payment_unfolds_to_where_its_money_lies(desk: Front) -> None:
    tab(desk, Tab.PAYMENTS)
    desk.view.tables[Tab.PAYMENTS].set_key("payment:p2")
    desk.press("Right", "Down")
    assert desk.view.key == "part:p2:0"
    assert [offer.act for offer in desk.page.presenter.offers("part:p2:0")][:2] == ["move", "refund"]
    desk.press("Left")
    assert "part:p2:0" not in keys_of(desk, Tab.PAYMENTS)


def test_s0_03_depth_is_two_switches_away(desk: Front) -> None:
    desk.press("Ctrl+F")
    desk.view.filters.simple.click()
    desk.view.filters.condensed.click()
    desk.view.take_focus()
    assert "item:c-mar" in keys_of(desk, Tab.VISITS)
    desk.picture("journey-account-deep")


def test_s0_14_money_moves_in_three_keys(desk: Front) -> None:
    desk.press("M")
    desk.wait(lambda: desk.view.beside.panel is not None and desk.view.beside.panel.isVisible())
    desk.picture("journey-account-move")
    desk.press("Esc")
    desk.wait(lambda: desk.view.beside.panel is None)
    assert desk.view.tables[Tab.VISITS].hasFocus()


def test_the_family_is_one_key_away(desk: Front) -> None:
    assert desk.view.family.isVisible()
    desk.press("Alt+W")
    desk.wait(lambda: desk.state.view.whole_family)
    assert desk.state.figures[3].cents == 31000
    assert {line.whose for line in desk.state.lines} == {"Henry", "Ama"}
    desk.picture("journey-account-family")
    desk.press("Alt+W")
    desk.wait(lambda: not desk.state.view.whole_family)


def test_another_member_is_opened_and_back_again(desk: Front) -> None:
    desk.view.family_chosen.emit("ama")
    desk.wait(lambda: desk.state.view and desk.state.view.patient.patient_id == "ama")
    assert desk.state.figures[3].cents == 2500
    desk.view.family_chosen.emit(WHOLE_FAMILY)
    desk.wait(lambda: desk.state.view.whole_family)


def test_s0_02_a_statement_is_previewed_saved_kept_and_shown_again(
    desk: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = tmp_path / "out" / "statement.pdf"
    saved.parent.mkdir()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked: (str(saved), ""))
    desk.press("Alt+S")
    papers = desk.page._paper_acts.papers
    desk.wait(lambda: papers.state.paper is not None)
    desk.picture("journey-statement")
    desk.press("Ctrl+S")
    desk.wait(lambda: not papers.dialog.isVisible())
    desk.wait(lambda: len(desk.state.view.statements) == 1)
    number = desk.state.view.statements[0].number
    assert desk.state.said == f"Statement {number} saved as PDF"
    text = pypdfium2.PdfDocument(str(saved))[0].get_textpage().get_text_bounded()
    assert number in text
    assert "$285.00" in text
    assert "$85.00" in text
    tab(desk, Tab.STATEMENTS)
    desk.page.presenter.take(desk.page.presenter.offers(desk.view.key)[0])
    desk.wait(lambda: papers.dialog.isVisible() and papers.state.paper is not None)
    assert papers.state.title == f"Statement {number}"
    desk.picture("journey-statement-again")
    desk.press("Esc")
    desk.wait(lambda: not papers.dialog.isVisible())
    assert desk.view.tables[Tab.STATEMENTS].hasFocus()


def test_s0_40_the_receipt_of_a_payment_is_looked_at(desk: Front) -> None:
    tab(desk, Tab.DOCUMENTS)
    assert [line.kind for line in desk.state.lines] == ["receipt"] * 4
    desk.page.presenter.take(desk.page.presenter.offers(desk.view.key)[0])
    papers = desk.page._paper_acts.papers
    desk.wait(lambda: papers.dialog.isVisible() and papers.state.paper is not None)
    assert papers.state.title.startswith("Receipt 01-1-A-0")
    desk.picture("journey-receipt-shown")
    desk.press("Esc")
    assert not papers.dialog.isVisible()
