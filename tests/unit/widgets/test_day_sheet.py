"""The day sheet through the keys, on a real store: tabs, days, filters, sums, files and paper; and how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.day_sheet import PAGE, DaySheet
from app.day_sums import DaySums, TenderSum
from app.day_views import DateType, DayLine, DaySheetAsk, DaySheetView, Tab
from app.lanes import Lane
from app.views import PatientHead
from models.operations import bodies
from models.rules.rights import Right
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.windows import FULL, LOOKS, clipped, press, shown, unfit
from widgets.bridge import Bridge
from widgets.common.speech import Notice, Speech
from widgets.day_sheet.presenter import DaySheetPresenter, Doors
from widgets.day_sheet.state import OWN_SPAN, SPAN_WORDS, TABS, Chosen, DaySheetState, day_sheet_state
from widgets.day_sheet.view import DaySheetPage
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

TODAY = date(2026, 5, 14)
_AT = datetime(2026, 5, 14, 9, 41, tzinfo=UTC)
_LONG = "Maximiliana-Theodora Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"


def _head(name: str, mrn: str) -> PatientHead:
    return PatientHead(f"p-{mrn}", name, "RA", date(1984, 3, 14), 42, mrn, "(555) 010-4417")


def _line(at_row: int, kind: str, side: str, words: str, cents: int, **more: Any) -> DayLine:
    known: dict[str, Any] = {
        "day": TODAY, "at": _AT, "way": "Visa", "number": f"PAY-1-{at_row:05d}",
        "patient": _head("Rosa Alvarez", f"00418{at_row}"), "provider": "Dr. Okafor", "staff": "Maria Delgado",
        "desk": "Desk 1",
    }  # fmt: skip
    return DayLine(f"line-{at_row}", kind, side, words=words, amount_cents=cents, **{**known, **more})


LINES = (
    _line(1, "charge", "debits", "Charge 99213 Office visit", 11000, way="", number="", staff="", desk="", at=None),
    _line(2, "payment", "credits", "Copay", 3000),
    _line(3, "payment", "credits", "Payment", 12_345_678, way="Check 2281", patient=_head(_LONG, "9"), late=True),
    _line(4, "refund", "debits", "Refund", 1500, way="Cash"),
    _line(5, "adjustment", "adjustments", "Write-off Lab panel", 500, way="", number=""),
    _line(6, "moved", "moved", "Moved from here", -2000, way="", number="", provider=""),
    _line(7, "moved", "moved", "Moved here", 2000, way="", number="", provider=""),
    _line(8, "void", "debits", "Void", 700, way="Cash", staff="Alexandria-Catherine Featherstonehaugh"),
)


def _sums() -> DaySums:
    sums = DaySums()
    sums.tenders = {
        "cash": TenderSum("cash", 9, 29_200, -700, -1_500), "check": TenderSum("check", 3, 21_000),
        "card": TenderSum("card", 31, 184_625, 0, -12_000), "other:hsa": TenderSum("other:hsa", 1, 4_000),
    }  # fmt: skip
    sums.people = {
        "maria": TenderSum("maria", 40, 200_000, -700, -12_000),
        "lee": TenderSum("lee", 4, 38_825, 0, -1500),
    }
    sums.elsewhere = TenderSum("external", 6, 38_800)
    sums.adjustments |= {"discount": 1_500, "write_off": 500}
    sums.charged_cents, sums.fees_cents, sums.debits_cents, sums.credits_cents = 412_300, 2_500, 429_000, 277_625
    sums.moved_cents, sums.on_account_cents, sums.disputed_cents = 2_000, 45_100, 0
    return sums


def view(tab: Tab = Tab.SUMMARY, **more: Any) -> DaySheetView:
    """An invented day."""
    known: dict[str, Any] = {
        "ask": DaySheetAsk(TODAY, TODAY, tab=tab, moved=True), "today": TODAY, "lines": LINES, "sums": _sums(),
        "rows": 138, "tab_cents": 277_625, "practitioners": (("okafor", "Dr. Okafor"),),
        "locations": (("n", "North"), ("s", "South")), "desks": (("desk-1", "Desk 1"),),
        "people": (("maria", "Maria Delgado"), ("lee", "Lee Ortega")),
        "tenders": (("cash", "Cash"), ("check", "Check"), ("card", "Card"), ("other:hsa", "Flex spending card")),
        "expected_copay_cents": 96_000, "collected_copay_cents": 91_500, "late": 2, "late_cents": 4_500,
        "open_attempts": 1,
    }  # fmt: skip
    return DaySheetView(**{**known, **more})


def states() -> dict[str, DaySheetState]:
    """Every state of the page."""
    empty = view(lines=(), rows=0, tab_cents=0, sums=DaySums(), expected_copay_cents=0, collected_copay_cents=0, late=0,
                 open_attempts=0)  # fmt: skip
    own = Chosen(OWN_SPAN, date(2026, 4, 1), TODAY, moved=True)
    narrow = Chosen(staff_id="lee", tab=Tab.ALL)
    return {
        "summary": day_sheet_state(view(), Chosen(moved=True), PAGE),
        "all": day_sheet_state(view(Tab.ALL), Chosen(tab=Tab.ALL, moved=True), PAGE),
        "debits-own": day_sheet_state(view(Tab.DEBITS, first=100), replace(own, tab=Tab.DEBITS), PAGE),
        "too-long": day_sheet_state(view(), own, PAGE, notice=Notice(
            "These are 44 days; a day sheet holds 31", "Choose a shorter time, or two sheets.")),
        "none": day_sheet_state(empty, Chosen(), PAGE),
        "no-match": day_sheet_state(replace(empty, ask=replace(empty.ask, tab=Tab.ALL)), narrow, PAGE),
        "waiting": DaySheetState(skeleton=True),
    }  # fmt: skip


# What is shown ----------------------------------------------------------------------------------------------------


def test_s0_41_sums_are_in_view_under_every_tab() -> None:
    for name in ("summary", "all", "debits-own"):
        figures = [(label, amount) for label, amount, _ in states()[name].figures]
        assert figures == [("Collected", "$2,246.25"), ("Debits", "$4,290.00"), ("Credits", "$2,776.25"),
                           ("Adjustments", "$20.00")]  # fmt: skip


def test_s0_41_the_summary_reads_as_sentences() -> None:
    rows = {row.key: row.sentence for row in states()["summary"].rows}
    assert rows["tender:cash"] == "Cash, 9, $292.00, −$7.00, −$15.00, $270.00"
    assert rows["tender-total"] == "Collected, 44, $2,388.25, −$7.00, −$135.00, $2,246.25"
    assert rows["elsewhere"] == "Paid elsewhere, 6, $388.00, $0.00, $0.00, $388.00"
    beside = {line.label: line.amount for line in states()["summary"].beside}
    assert (beside["Copays expected"], beside["Copays collected"]) == ("$960.00", "$915.00")
    assert (beside["Moved cash"], beside["After the close"]) == ("$20.00", "2 · $45.00")
    assert beside["Card payments in doubt"] == "1"


def test_amounts_stand_under_their_side() -> None:
    rows = {row.key: row for row in states()["all"].rows}
    sides = {key: [cell.spoken if cell else "" for cell in row.cells[5:]] for key, row in rows.items()}
    assert sides["line-1"] == ["$110.00", "", "", ""]
    assert sides["line-2"] == ["", "$30.00", "", ""]
    assert sides["line-5"] == ["", "", "$5.00", ""]
    assert sides["line-6"] == ["", "", "", "−$20.00"]
    assert "After the close · Dr. Okafor" in rows["line-3"].sentence


@pytest.mark.parametrize("span", [key for key in SPAN_WORDS if key != OWN_SPAN])
def test_every_span_is_31_days_at_most(span: str) -> None:
    for today in (TODAY, date(2026, 3, 31), date(2026, 1, 1)):
        first, last = Chosen(span).days(today)
        assert timedelta(0) <= last - first < timedelta(days=31)


# The page on a real store -----------------------------------------------------------------------------------------


class Paper:
    """A page printer that remembers."""

    def __init__(self) -> None:
        self.pages = 0

    def choose(self, _parent: QWidget, _title: str) -> bool:
        return True

    def put(self, pages: Any) -> None:
        self.pages += len(pages)


class Lend:
    """Remembers who was asked for a PIN."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, what: str, _why: str, then: Any) -> None:
        self.asked.append(what)
        then(PRIYA)


class Sheet:
    """The page over a small clinic; where it leads is remembered."""

    def __init__(self, clinic: TestClinic) -> None:
        self.page = DaySheetPage()
        self.went: list[str] = []
        self.said: list[str] = []
        self.paper, self.lend = Paper(), Lend()
        self.lanes = {"lists": Lane("lists")}
        self.session = Session(self.page)
        self.session.sign_in(MARIA)
        self.presenter = DaySheetPresenter(
            self.page, bridge=Bridge(self.page), lanes=self.lanes, sheet=DaySheet(clinic.clinic), session=self.session,
            speech=Speech(lambda: UTC), today=clinic.clinic.today, doors=Doors(self.went.append, self.said.append),
            lending=self.lend, printer=self.paper,  # type: ignore[arg-type]
        )  # fmt: skip

    @property
    def state(self) -> DaySheetState:
        return self.presenter.state

    def close(self) -> None:
        self.lanes["lists"].close()


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient()
    made.visit()
    made.charge(3000, "2026-05-14", charge_id="copay", visit="today")
    for payment_id, tender, cents in (("a", "cash", 3000), ("b", "check", 4500)):
        made.put(bodies.Collect(payment_id=payment_id, patient_id="rosa", tender=tender, amount_cents=cents,
                                number=f"PAY-1-{payment_id}", receipt_no=f"R-{payment_id}"))  # fmt: skip
    yield made
    made.close()


@pytest.fixture
def sheet(clinic: TestClinic, qtbot: Any) -> Iterator[Sheet]:
    made = Sheet(clinic)
    qtbot.addWidget(made.page)
    made.page.resize(*FULL)
    shown(made.page)
    made.presenter.refresh()
    qtbot.waitUntil(lambda: bool(made.state.rows))
    made.page.take_focus()
    yield made
    made.close()


def test_s0_41_tabs_by_arrows_and_by_letters(sheet: Sheet, qtbot: Any) -> None:
    press("Right")
    qtbot.waitUntil(lambda: sheet.state.view is not None and sheet.state.view.ask.tab is Tab.DEBITS)
    assert [row.cells[1].spoken for row in sheet.state.rows if row.cells[1]] == ["Charge Lab panel"]
    for number, key in enumerate(TABS, start=1):
        press(f"Alt+{number}")
        qtbot.waitUntil(lambda key=key: sheet.state.view.ask.tab.value == key)  # type: ignore[union-attr]
    assert len(sheet.state.rows) == 3


def test_enter_opens_the_account_of_a_row(sheet: Sheet, qtbot: Any) -> None:
    press("Alt+3")
    qtbot.waitUntil(lambda: sheet.page.table.isVisible() and bool(sheet.page.table.key))
    press("Return")
    assert sheet.went == ["rosa"]


def test_s0_41_more_than_31_days_are_refused_with_a_sentence(sheet: Sheet, qtbot: Any) -> None:
    press("Ctrl+F")
    assert sheet.page.span.hasFocus()
    press("End")
    qtbot.waitUntil(sheet.page.first.isVisible)
    sheet.page.first.setText("4/1")
    sheet.page.first.textEdited.emit("4/1")
    qtbot.waitUntil(lambda: sheet.state.notice is not None)
    assert sheet.state.notice is not None
    assert sheet.state.notice.title == "These are 44 days; a day sheet holds 31"
    sheet.page.first.setText("5/1")
    sheet.page.first.textEdited.emit("5/1")
    qtbot.waitUntil(lambda: sheet.state.notice is None)


def test_filters_and_esc_takes_them_back(sheet: Sheet, qtbot: Any) -> None:
    sheet.page.filters["tender"].setFocus(Qt.FocusReason.OtherFocusReason)
    press("Down")
    qtbot.waitUntil(lambda: sheet.state.view is not None and sheet.state.view.sums.collected_cents == 3000)
    press("Esc")
    qtbot.waitUntil(lambda: sheet.state.view is not None and sheet.state.view.sums.collected_cents == 7500)


def test_s0_41_moved_cash_and_days_of_visits(sheet: Sheet, qtbot: Any) -> None:
    sheet.page.moved.setFocus(Qt.FocusReason.OtherFocusReason)
    press("Space")
    qtbot.waitUntil(lambda: sheet.state.view is not None and sheet.state.view.ask.moved)
    sheet.page.by.setFocus(Qt.FocusReason.OtherFocusReason)
    press("End")
    qtbot.waitUntil(lambda: sheet.state.view is not None and sheet.state.view.ask.by is DateType.SERVICE)
    assert not sheet.page.moved.isEnabled(), "by day of visit money is shown where it lies"


def test_printed_on_the_page_printer(sheet: Sheet, qtbot: Any) -> None:
    press("Ctrl+P")
    qtbot.waitUntil(lambda: bool(sheet.said))
    assert (sheet.paper.pages, sheet.said) == (1, ["The day sheet is on its way to the printer."])


def test_saved_with_a_lent_right(sheet: Sheet, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sheet.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked: (str(path), ""))
    assert Right.EXPORT not in MARIA.rights
    press("Ctrl+E")
    qtbot.waitUntil(lambda: bool(sheet.said))
    assert sheet.lend.asked == ["3 transactions with names and amounts will be saved in a file only you can open."]
    assert sheet.said == ["Saved 3 transactions in sheet.csv. Only you can open it on this computer."]
    assert path.read_text("utf-8-sig").count("\n") == 4


@pytest.mark.parametrize("look", LOOKS)
def test_everything_has_its_room(look: str, themed: Any, qtbot: Any) -> None:
    themed.set(**LOOKS[look][0])
    page = DaySheetPage()
    qtbot.addWidget(page)
    assert unfit(page, "day-sheet", look, states(), page.take_focus) == {}


def test_no_control_without_a_name(qtbot: Any) -> None:
    page = DaySheetPage()
    qtbot.addWidget(page)
    page.draw(states()["all"])
    shown(page)
    reached = [w for w in page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()]
    assert [w for w in reached if not w.accessibleName()] == []
    assert clipped(page) == []
