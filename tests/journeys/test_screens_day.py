"""A day at the front desk through the window: a list that keeps itself fresh, ledger, walk-ins, paper, no payment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.views import DueState, VisitState
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import rosa_with_copay_and_balance
from tests.support.front import Front, front
from tests.support.simulators import PrinterProcess, printer_running
from tests.support.windows import themed  # noqa: F401
from widgets.common.cells import RowKind
from widgets.ledger.state import Tab
from widgets.screens import APPROVED, COLLECT, LEDGER, TODAY

pytestmark = pytest.mark.usefixtures("themed")


def a_morning(clinic: TestClinic) -> None:
    """Three patients: Rosa has arrived, Henry is expected and has credit, Mei owes nothing."""
    rosa_with_copay_and_balance(clinic)
    clinic.patient("henry", "Henry", birth_date="1966-01-22", mrn="0039914", phone="5550107730")
    clinic.visit("next", "henry", minutes=15, title="Annual physical", status="scheduled")
    clinic.charge(20000, "2026-03-02", "henry", charge_id="biopsy", description="Skin biopsy")
    clinic.paid(18000, "lot", "henry")
    clinic.patient("mei", "Mei", birth_date="1999-08-30", mrn="0044012", phone="5550102765")
    clinic.visit("later", "mei", minutes=30, title="Procedure", status="scheduled")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, a_morning) as made:
        yield made


@pytest.fixture(scope="module")
def paper() -> Iterator[PrinterProcess]:
    with printer_running() as running:
        yield running


def shown_rows(desk: Front) -> dict[str, str]:
    """Visits of the list and what their due cell says."""
    rows = {row.key: row for row in desk.view.table.rows if row.kind is RowKind.ROW}
    return {key: row.cells[5].text for key, row in rows.items()}


def test_the_day_in_the_list(desk: Front) -> None:
    assert list(shown_rows(desk)) == ["today", "next", "later"]
    assert shown_rows(desk)["today"] == "$75.00"
    assert desk.view.table.key == "today"
    desk.picture("journey-today")


def test_what_another_hand_writes_is_seen_at_once_and_the_selection_stays(desk: Front) -> None:
    desk.press("Down")
    assert desk.view.table.key == "next"
    desk.counter.desk.lanes["store"].call(
        lambda _job: desk.counter.desk.visits.set_status("later", "arrived", MARIA), 10
    )
    desk.wait(lambda: desk.state.view.rows[2].visit.state is VisitState.ARRIVED)
    assert desk.view.table.key == "next"


def test_check_in_is_one_key(desk: Front) -> None:
    desk.press("F4")
    desk.wait(lambda: desk.state.side.row.visit.state is VisitState.CHECKED_IN)
    assert not desk.view.check_in.isEnabled()


def test_the_ledger_and_back_keeps_the_place(desk: Front) -> None:
    desk.press("Down", "Ctrl+L")
    desk.arrive(LEDGER, lambda: desk.state.view)
    assert [figure.cents for figure in desk.state.figures] == [18000, 0, 18000, 20000, 2000]
    assert [lot.line.cents for lot in desk.state.lots] == [18000]
    desk.picture("journey-ledger")
    desk.press("Esc")
    desk.arrive(TODAY)
    assert desk.view.table.key == "next"


def test_enter_in_the_ledger_collects_and_the_figures_follow(desk: Front) -> None:
    desk.press("Down", "Ctrl+L")
    desk.arrive(LEDGER, lambda: desk.state.view)
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)
    assert (desk.state.credit_used_cents, desk.state.to_collect_cents) == (18000, 2000)
    desk.press("F6", "Return")
    desk.arrive(APPROVED)
    desk.press("Return")
    desk.arrive(TODAY, lambda: desk.state.side and desk.state.side.view)
    desk.view.table.set_key("next")
    desk.press("Ctrl+L")
    desk.arrive(LEDGER, lambda: desk.state.view and desk.state.view.patient.patient_id == "henry")
    desk.wait(lambda: [figure.cents for figure in desk.state.figures] == [20000, 20000, 0, 0, 0])


def test_a_walk_in_pays_in_advance(desk: Front) -> None:
    desk.press("F3")
    desk.type("Mei")
    desk.wait(lambda: desk.window.find_overlay.finder.table.key)
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.sheet)
    assert desk.state.extra is not None
    desk.press("Alt+A")
    desk.type("50")
    desk.press("Return", "F6", "Return")
    desk.arrive(APPROVED)
    assert ("cash", 5000, "") in desk.payments()
    view = desk.counter.desk.accounts.ledger("mei")
    assert view.figures.unallocated_cents == 5000


def test_nobody_pays_today_and_why(desk: Front) -> None:
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)
    desk.press("Alt+N", "2")
    desk.picture("journey-reasons")
    desk.press("Return")
    desk.arrive(TODAY, lambda: desk.state.view.rows[0].due_state is DueState.NOT_COLLECTING)
    assert shown_rows(desk)["today"] == "Not today"
    assert len(desk.payments()) == 1


def test_part_of_an_amount_leaves_the_rest_owed(desk: Front) -> None:
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)
    desk.press("Alt+A", "Tab")
    desk.type("20")
    desk.press("Return")
    assert desk.state.to_collect_cents == 5000
    desk.press("F6", "Return")
    desk.arrive(APPROVED)
    assert desk.state.collected.still_owed_cents == 2500
    assert ("cash", 5000, "") in desk.payments()


def test_a_balance_that_changed_meanwhile_is_said_before_any_money_moves(desk: Front) -> None:
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)
    with desk.counter.desk.store.write() as tx:
        from models.operations.records import Charge

        tx.record(Charge(id="charge-2026-03-02", patient_id="rosa", service_date="2026-03-02", description="Lab panel",
                         responsibility_cents=3250), person_id="maria", business_date="2026-05-14")  # fmt: skip
    desk.press("F6", "Return")
    desk.wait(lambda: desk.state.notice)
    assert desk.state.notice.title == "The balance changed meanwhile: $32.50 is owed now, not $45.00"
    assert len(desk.payments()) == 1
    desk.wait(lambda: desk.state.to_collect_cents == 6250)


def test_paper_out_is_said_and_the_receipt_prints_when_there_is_paper(tmp_path: Path, paper: PrinterProcess) -> None:
    paper.reset()
    paper.always("paper-out")
    with front(tmp_path, printer=paper.url) as desk:
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        desk.press("F6", "Return")
        desk.arrive(APPROVED, lambda: desk.state.receipt.trouble)
        assert desk.state.receipt.trouble.title == "Receipt not printed: paper out"
        assert desk.payments() == [("cash", 7500, "")]
        desk.picture("journey-paper-out")
        paper.clear()
        desk.wait(lambda: desk.state.receipt.words == "Printed")
        assert len(paper.receipts()) == 1


def test_reprint_from_the_ledger_says_copy(tmp_path: Path, paper: PrinterProcess) -> None:
    paper.reset()
    with front(tmp_path, printer=paper.url) as desk:
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.primary)
        desk.press("F6", "Return")
        desk.arrive(APPROVED, lambda: desk.state.receipt.words == "Printed")
        desk.press("Return")
        desk.arrive(TODAY, lambda: desk.state.side)
        desk.press("Ctrl+L")
        desk.arrive(LEDGER, lambda: desk.state.view)
        desk.view.tabs._tabs[list(Tab).index(Tab.PAYMENTS)].click()
        desk.view.take_focus()
        desk.press("Ctrl+P")
        desk.wait(lambda: desk.counter.jobs("copy") == ["printed"])
        assert "*** COPY 1 ***" in paper.receipts()[-1]


def test_pages_make_no_windows_of_their_own(tmp_path: Path) -> None:
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication, QWidget

    class Eyes(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                self.seen.append(type(watched).__name__)
            return False

    from widgets.screens import ATTENTION, Place

    eyes, app = Eyes(), QApplication.instance()
    assert app is not None
    with front(tmp_path, a_morning) as desk:
        app.installEventFilter(eyes)
        for name in (COLLECT, LEDGER, ATTENTION, TODAY):
            desk.window.navigator.go(Place(name, "rosa", "today"))
            desk.wait(lambda name=name: desk.screen == name)
        app.removeEventFilter(eyes)
        desk.window.navigator.top(Place(ATTENTION))
        desk.wait(lambda: desk.state.loaded)
    assert eyes.seen == []
