"""Today: which rows are listed and selected, what Enter does, how the list behaves under keys and refreshes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.lanes import Lane
from app.views import DueLine, DueState, SideView, TodayView, VisitState
from models.basics.errors import StorageError
from tests.support import frozen
from tests.support.windows import clipped, picture, press, shown
from widgets import theme
from widgets.bridge import Bridge
from widgets.common.cells import RowKind
from widgets.common.speech import Speech
from widgets.session import Session
from widgets.today.presenter import Doors, TodayPresenter
from widgets.today.rows import ACCOUNT_COLUMN, NOW_KEY, PLAN_WORDS, due_words, sentence, table_row, table_rows
from widgets.today.state import (
    RECEIPT_WORDS,
    Choice,
    Segment,
    in_segment,
    may_check_in,
    primary_for,
    today_state,
    waiting_state,
)
from widgets.today.view import TodayPage

pytestmark = pytest.mark.usefixtures("themed")

FULL, LOW = (1162, 654), (1076, 608)
"""Room of a page at 1366 x 768, and in compact mode at 1280 x 680."""


# What is shown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("segment", "count"), [(Segment.ALL, 9), (Segment.TO_COLLECT, 5), (Segment.WAITING, 2), (Segment.DONE, 0)]
)
def test_a_segment_lists_its_visits_and_counts_them(segment: Segment, count: int):
    state = today_state(frozen.today(), Choice(segment), None)
    assert len(state.rows) == count == state.counts[list(Segment).index(segment)]


@pytest.mark.parametrize("fallen", [VisitState.NO_SHOW, VisitState.CANCELLED])
def test_a_visit_that_fell_out_is_not_something_to_collect(fallen: VisitState):
    row = frozen.rows()[4]
    row = replace(row, visit=replace(row.visit, state=fallen))
    assert not in_segment(row, Segment.TO_COLLECT)
    assert in_segment(row, Segment.DONE)
    assert not may_check_in(fallen)


def test_opens_with_the_next_arrived_patient_selected():
    assert today_state(frozen.today(), Choice(), None).choice.appointment_id == "a-4"


def test_where_the_next_patient_is_not_listed_the_first_row_is_selected():
    state = today_state(frozen.today(), Choice(practitioner="Dr. Reyes"), None)
    assert state.choice.appointment_id == "a-3"


def test_counts_follow_the_provider():
    assert today_state(frozen.today(), Choice(practitioner="Dr. Reyes"), None).counts == (3, 3, 0, 0)


@pytest.mark.parametrize(
    ("index", "act", "text"),
    [
        (0, "ledger", "Open ledger"),
        (2, "attention", "See what happened"),
        (4, "collect", "Collect $75.00"),
        (7, "ledger", "Open ledger"),
    ],
)
def test_enter_does_what_the_visit_needs(index: int, act: str, text: str):
    primary = primary_for(frozen.rows()[index])
    assert (primary.act, primary.text) == (act, text)


def test_a_patient_who_did_not_pay_today_may_still_change_their_mind():
    row = replace(frozen.rows()[4], due_state=DueState.NOT_COLLECTING)
    assert primary_for(row).act == "collect"


def test_the_side_of_another_visit_is_never_shown():
    other = frozen.side(frozen.rows()[5])
    side = today_state(frozen.today(), Choice(appointment_id="a-4"), other).side
    assert side is not None
    assert side.view is None
    assert side.row.patient == frozen.ROSA


def test_the_side_says_when_the_insurance_was_checked_and_what_is_good_to_know():
    row = frozen.rows()[4]
    side = today_state(frozen.today(), Choice(appointment_id="a-4"), frozen.side(row)).side
    assert side is not None
    assert side.coverage_line == "Copay $30.00 · checked today 8:05 AM"
    assert side.notes == (("clock", "Last paid $30.00 on Feb 11, Visa 4242"), RECEIPT_WORDS["text"])


@pytest.mark.parametrize(
    ("copay", "checked", "words"),
    [
        (None, None, "Copay not known · never checked"),
        (2500, frozen.at(8, 0) - timedelta(days=3), "Copay $25.00 · checked May 11"),
        (2500, frozen.at(8, 0) - timedelta(days=300), "Copay $25.00 · checked Jul 18, 2025"),
    ],
)
def test_the_insurance_line_in_other_cases(copay: int | None, checked: Any, words: str):
    cover = replace(frozen.BLUE, copay_cents=copay, checked_at=checked)
    view = replace(frozen.side(frozen.rows()[4]), coverage=cover)
    side = today_state(frozen.today(), Choice(appointment_id="a-4"), view).side
    assert side is not None
    assert side.coverage_line == words


def test_an_empty_day_says_what_to_do():
    state = today_state(frozen.today(()), Choice(), None)
    assert state.empty == ("No visits today.", "Take a walk-in payment (F3) or look at tomorrow.")
    assert state.side is None


@pytest.mark.parametrize("segment", [Segment.TO_COLLECT, Segment.WAITING, Segment.DONE])
def test_an_empty_segment_leads_back_to_all(segment: Segment):
    visit = replace(frozen.rows()[7].visit, state=VisitState.IN_ROOM)
    rows = (replace(frozen.rows()[7], visit=visit),)
    state = today_state(frozen.today(rows), Choice(segment, "L. Fischer, NP"), None)
    assert state.empty is not None
    assert state.empty[0].endswith("for L. Fischer, NP.")


def test_what_is_shown_says_as_of_when_while_a_newer_answer_is_awaited():
    assert today_state(frozen.today(), Choice(), None).as_of == ""
    assert today_state(frozen.today(), Choice(), None, stale=True).as_of == "as of 9:41 AM"


def test_skeletons_come_only_when_nothing_is_known_and_it_takes_long():
    assert not waiting_state(None, Choice(), slow=False).skeleton
    assert waiting_state(None, Choice(), slow=True).skeleton


def test_the_now_line_stands_between_what_has_begun_and_what_is_to_come():
    rows = table_rows(frozen.rows(), frozen.today())
    at = [row.key for row in rows].index(NOW_KEY)
    assert (rows[at].kind, rows[at].sentence) == (RowKind.RULE, "Now 9:41")
    assert [rows[at - 1].key, rows[at + 1].key] == ["a-3", "a-4"]


def test_another_day_has_no_now_line():
    rows = table_rows(frozen.rows(), frozen.today(is_today=False))
    assert NOW_KEY not in [row.key for row in rows]


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (0, "30 dollars paid today"),
        (2, "a payment of 30 dollars is being confirmed"),
        (4, "due today, 75 dollars"),
        (7, "nothing due today"),
    ],
)
def test_the_due_cell_is_spoken_in_words(index: int, words: str):
    assert due_words(frozen.rows()[index]) == words


def test_a_row_is_read_as_one_sentence():
    assert sentence(frozen.rows()[5]) == (
        "10:00 AM, Henry Osei, Jan 22, 1966 · 0039914, Annual physical, Dr. Okafor, Scheduled, credit 200 dollars, "
        "due today, 40 dollars"
    )


# The page ---------------------------------------------------------------------------------------------------------


class Days:
    """A schedule a test fills: real lanes and a real bridge carry its answers."""

    def __init__(self) -> None:
        self.view: TodayView | Exception = frozen.today()
        self.asked: list[date | None] = []
        self.checked_in: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def day(self, day: date | None = None) -> TodayView:
        self.asked.append(day)
        self.gate.wait(5)
        if isinstance(self.view, Exception):
            raise self.view
        return replace(self.view, day=day, is_today=False) if day else self.view

    def side(self, appointment_id: str) -> SideView:
        view = self.view if isinstance(self.view, TodayView) else frozen.today()
        return frozen.side(next(row for row in view.rows if row.visit.appointment_id == appointment_id))

    def check_in(self, appointment_id: str, _person: Any) -> None:
        self.checked_in.append(appointment_id)


class Ways:
    """Where the page led."""

    def __init__(self) -> None:
        self.went: list[tuple[str, ...]] = []
        self.said: list[str] = []

    def doors(self) -> Doors:
        return Doors(
            collect=lambda patient, visit: self.went.append(("collect", patient, visit)),
            ledger=lambda patient: self.went.append(("ledger", patient)),
            attention=lambda: self.went.append(("attention",)),
            new_visit=lambda patient, done: self.asked("new_visit", patient, done),
            status=lambda visit, done: self.asked("status", visit, done),
            billing=lambda visit, done: self.asked("billing", visit, done),
            add_charge=lambda visit, done: self.asked("add_charge", visit, done),
            superbill=lambda visit, _patient, done: self.asked("superbill", visit, done),
            coverage=lambda patient, done: self.asked("coverage", patient, done),
        )

    def asked(self, act: str, about: str, done: Callable[[str], None]) -> None:
        """A dialog that writes something at once."""
        self.went.append((act, about))
        done(f"{act} is done")


Made = tuple[TodayPage, TodayPresenter, Days, Ways]


@pytest.fixture
def made(qtbot: Any) -> Iterator[Made]:
    page, days, ways = TodayPage(), Days(), Ways()
    qtbot.addWidget(page)
    bridge, session = Bridge(page), Session(page)
    session.sign_in(frozen.MARIA)
    lanes = {name: Lane(name) for name in ("reads", "store")}
    presenter = TodayPresenter(
        page, bridge=bridge, lanes=lanes, schedule=days, session=session,  # type: ignore[arg-type]
        speech=Speech(lambda: frozen.ZONE), doors=ways.doors(), say=ways.said.append,
    )  # fmt: skip
    page.resize(*FULL)
    yield page, presenter, days, ways
    days.gate.set()
    for lane in lanes.values():
        lane.close()


def opened(qtbot: Any, made: Made) -> Made:
    """The page, shown and filled."""
    page, presenter, _days, _ways = made
    shown(page)
    presenter.open()
    qtbot.waitUntil(lambda: presenter.state.side is not None and presenter.state.side.view is not None)
    page.table.setFocus()
    return made


def test_enter_collects_for_the_next_arrived_patient(qtbot: Any, made: Made):
    page, _presenter, _days, ways = opened(qtbot, made)
    assert page.table.key == "a-4"
    assert page.side.primary.label == "Collect $75.00"
    press("Return")
    assert ways.went == [("collect", "p-0041877", "a-4")]


def test_arrow_keys_step_over_the_now_line_and_the_side_follows(qtbot: Any, made: Made):
    page, presenter, _days, _ways = opened(qtbot, made)
    press("Up")
    assert page.table.key == "a-3"
    press("Down")
    press("Down")
    qtbot.waitUntil(lambda: presenter.state.side is not None and presenter.state.side.view is not None)
    assert presenter.state.side is not None
    assert presenter.state.side.row.patient == frozen.HENRY


def test_page_keys_move_through_the_list(qtbot: Any, made: Made):
    page, _presenter, _days, _ways = opened(qtbot, made)
    press("PgDown")
    assert page.table.key == "a-8"
    press("PgUp")
    assert page.table.key == "a-0"


def test_ledger_and_check_in_have_their_keys(qtbot: Any, made: Made):
    _page, _presenter, days, ways = opened(qtbot, made)
    press("Ctrl+L")
    assert ways.went == [("ledger", "p-0041877")]
    before = len(days.asked)
    press("F4")
    qtbot.waitUntil(lambda: days.checked_in == ["a-4"] and len(days.asked) > before)


def test_who_is_in_the_room_is_not_checked_in_again(qtbot: Any, made: Made):
    page, _presenter, days, _ways = opened(qtbot, made)
    page.table.set_key("a-0")
    press("F4")
    assert not page.check_in.isEnabled()
    assert days.checked_in == []


@pytest.mark.parametrize(
    ("key", "act", "about"),
    [("S", "status", "a-4"), ("A", "add_charge", "a-4"), ("B", "billing", "a-4"), ("Ctrl+N", "new_visit", "p-0041877")],
)
def test_the_dialogs_about_visits_are_a_key_away(qtbot: Any, made: Made, key: str, act: str, about: str):
    _page, _presenter, days, ways = opened(qtbot, made)
    before = len(days.asked)
    press(key)
    assert ways.went == [(act, about)]
    assert ways.said == [f"{act} is done"]
    qtbot.waitUntil(lambda: len(days.asked) > before)


def test_single_letters_belong_to_the_list(qtbot: Any, made: Made):
    page, _presenter, _days, ways = opened(qtbot, made)
    page.segments.setFocus()
    page._providers.setFocus()
    press("S")
    assert ways.went == []


def test_the_menu_of_a_row_has_what_can_be_done(qtbot: Any, made: Made):
    page, _presenter, _days, ways = opened(qtbot, made)
    page.table.customContextMenuRequested.emit(QPoint(40, 40))
    [menu] = page.findChildren(QMenu)
    qtbot.waitUntil(menu.isVisible)
    assert [action.iconText().rstrip("…") for action in menu.actions()] == [
        "Collect", "Check in", "Status", "Add charge", "Billing status", "Superbill", "New visit", "Ledger",
    ]  # fmt: skip
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert ways.went == [("status", "a-4")]


@pytest.mark.parametrize(("key", "held"), [
    (Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier), (Qt.Key.Key_Menu, Qt.KeyboardModifier.NoModifier),
])  # fmt: skip
def test_shift_f10_and_the_menu_key_open_the_menu_of_the_selected_row(qtbot: Any, made: Made, key: Any, held: Any):
    page, _presenter, _days, ways = opened(qtbot, made)
    page.table.setFocus()
    QTest.keyClick(page.table, key, held)
    [menu] = page.findChildren(QMenu)
    qtbot.waitUntil(menu.isVisible)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert ways.went == [("status", "a-4")]


@pytest.mark.parametrize(
    ("copay", "words"), [("due", "Copay due"), ("part", "Copay part paid"), ("paid", "Copay paid")]
)
def test_s0_21_the_side_shows_whether_the_copay_is_in(qtbot: Any, made: Made, copay: str, words: str):
    page, _presenter, _days, _ways = opened(qtbot, made)
    row = frozen.rows()[4]
    view = replace(frozen.side(row), copay=copay)
    page.draw(today_state(frozen.today(), Choice(appointment_id="a-4"), view))
    assert page.side._copay.isVisible()
    assert page.side._copay.text == words
    page.draw(today_state(frozen.today(), Choice(appointment_id="a-4"), replace(view, copay="")))
    assert not page.side._copay.isVisible(), "hidden where nobody asks one"


def test_a_refresh_keeps_the_selection_and_the_place(qtbot: Any, made: Made):
    page, presenter, days, _ways = opened(qtbot, made)
    page.table.set_key("a-6")
    days.view = frozen.today(frozen.rows()[1:])
    presenter.refresh()
    qtbot.waitUntil(lambda: len(page.table.rows) == 9)
    assert page.table.key == "a-6"


def test_after_a_payment_the_next_patient_is_selected(qtbot: Any, made: Made):
    page, presenter, days, _ways = opened(qtbot, made)
    page.table.set_key("a-8")
    days.view = frozen.today(next_index=5)
    presenter.open(select_next=True)
    qtbot.waitUntil(lambda: page.table.key == "a-5")


def test_changes_while_reading_are_read_once_more(qtbot: Any, made: Made):
    _page, presenter, days, _ways = opened(qtbot, made)
    days.gate.clear()
    asked = len(days.asked)
    for _ in range(5):
        presenter.refresh()
    days.gate.set()
    qtbot.waitUntil(lambda: len(days.asked) == asked + 2)


def test_slow_reading_says_as_of_when_and_keeps_the_list(qtbot: Any, made: Made):
    page, presenter, days, _ways = opened(qtbot, made)
    days.gate.clear()
    presenter.refresh()
    qtbot.waitUntil(lambda: presenter.state.as_of == "as of 9:41 AM")
    assert len(page.table.rows) == 10
    days.gate.set()
    qtbot.waitUntil(lambda: presenter.state.as_of == "")


def test_an_error_leaves_the_list_and_can_be_tried_again(qtbot: Any, made: Made):
    page, presenter, days, _ways = opened(qtbot, made)
    days.view = StorageError("store.locked")
    presenter.refresh()
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.title.text() == "The store is busy"
    assert len(page.table.rows) == 10
    days.view = frozen.today()
    page.banner.button.click()
    qtbot.waitUntil(lambda: not page.banner.isVisible())


def test_days_go_back_and_forward(qtbot: Any, made: Made):
    page, presenter, days, _ways = opened(qtbot, made)
    page._after.click()
    qtbot.waitUntil(lambda: presenter.state.date_text == "Friday, May 15, 2026")
    qtbot.waitUntil(lambda: presenter.state.view is not None)
    page._before.click()
    page._before.click()
    qtbot.waitUntil(lambda: days.asked[-1] == date(2026, 5, 13))
    page._today.click()
    qtbot.waitUntil(lambda: presenter.state.view is not None and presenter.state.view.is_today)


def test_segments_and_providers_filter(qtbot: Any, made: Made):
    page, presenter, _days, _ways = opened(qtbot, made)
    QTest.mouseClick(page.segments.findChildren(type(page.segments._segments[0]))[1], Qt.MouseButton.LeftButton)
    assert [row.key for row in page.table.rows if row.kind is RowKind.ROW] == ["a-3", "a-4", "a-5", "a-6", "a-8"]
    page._providers.set_key("Dr. Reyes")
    page._providers.chosen.emit("Dr. Reyes")
    assert [row.key for row in page.table.rows if row.kind is RowKind.ROW] == ["a-3", "a-6", "a-8"]
    assert presenter.state.choice.appointment_id == "a-3"


def test_money_on_account_opens_the_ledger(qtbot: Any, made: Made):
    page, _presenter, _days, ways = opened(qtbot, made)
    index = page.table.model().index([row.key for row in page.table.rows].index("a-5"), ACCOUNT_COLUMN)
    spot = page.table.visualRect(index).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot))
    assert ways.went == [("ledger", "p-0039914")]


def test_a_double_click_collects(qtbot: Any, made: Made):
    page, _presenter, _days, ways = opened(qtbot, made)
    index = page.table.model().index([row.key for row in page.table.rows].index("a-8"), 1)
    spot = QPoint(page.table.visualRect(index).center())
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    QTest.mouseDClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert ways.went == [("collect", "p-0043166", "a-8")]


def test_rows_and_amounts_are_spoken(qtbot: Any, made: Made):
    page, _presenter, _days, _ways = opened(qtbot, made)
    QAccessible.setActive(True)
    row = [row.key for row in page.table.rows].index("a-4")
    said = page.table.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("9:45 AM, Rosa Alvarez")
    assert page.table.model().index(row, 5).data(Qt.ItemDataRole.AccessibleTextRole) == "Due today $75.00"
    assert page.side.primary.accessibleName() == "Collect $75.00"
    assert page.side._total.accessibleName() == "Total due today, 75 dollars"


def test_tab_leaves_the_list_and_goes_on_to_the_decision(qtbot: Any, made: Made):
    page, _presenter, _days, _ways = opened(qtbot, made)
    press("Tab")
    assert page.side.isAncestorOf(page.focusWidget())
    seen = []
    for _ in range(12):
        press("Tab")
        seen.append(page.focusWidget())
    assert {page._before, page._providers, page.table, page.side.ledger} <= set(seen)


# Pictures ---------------------------------------------------------------------------------------------------------

MANY_LINES = tuple(DueLine(f"Balance from Mar {day}", "Lab panel · 73 days", 1234 + day) for day in range(1, 19))


def states() -> dict[str, Callable[[], Any]]:
    """Every state of the page that a person should look at."""
    view, row = frozen.today(), frozen.rows()[4]
    crowd = replace(row, patient=frozen.LONG, due_cents=123_456_789, credit_cents=99_999_900, prepaid_cents=100_000)
    long = frozen.today(tuple(replace(crowd, visit=replace(row.visit, appointment_id=f"a-{n}")) for n in range(40)))
    return {
        "plain": lambda: today_state(view, Choice(appointment_id="a-4"), frozen.side(row)),
        "credit": lambda: today_state(view, Choice(appointment_id="a-5"), frozen.side(frozen.rows()[5])),
        "paid": lambda: today_state(view, Choice(appointment_id="a-0"), frozen.side(frozen.rows()[0])),
        "confirming": lambda: today_state(view, Choice(appointment_id="a-2"), frozen.side(frozen.rows()[2])),
        "empty": lambda: today_state(frozen.today(()), Choice(), None),
        "waiting": lambda: waiting_state(frozen.DAY, Choice(), slow=True),
        "many": lambda: today_state(long, Choice(appointment_id="a-7"), frozen.side(long.rows[7], MANY_LINES)),
        "error": lambda: today_state(
            view, Choice(appointment_id="a-4"), frozen.side(row),
            notice=Speech(lambda: frozen.ZONE).error(StorageError("store.locked")),
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("looks", "room"),
    [({}, FULL), ({"scheme": "dark"}, FULL), ({"compact": True}, LOW), ({"scale": 125}, (1500, 860))],
    ids=["light", "dark", "compact", "large"],
)
def test_nothing_is_clipped(qtbot: Any, looks: dict[str, Any], room: tuple[int, int]):
    page = TodayPage()
    qtbot.addWidget(page)
    theme.current().set(**looks)
    page.resize(*room)
    shown(page)
    for name, make in states().items():
        page.draw(make())
        page.resize(*room)
        QTest.qWait(1)
        picture(page, f"today-{name}-{'-'.join(map(str, looks.values())) or 'light'}")
        assert (page.width(), page.height()) == room, name
        assert clipped(page) == [], name


@pytest.mark.parametrize(
    ("age", "under", "line"),
    [
        ("fresh", "Dr. Okafor", "Copay $25.00 · checked Mar 15"),
        ("old", "Plan check is old · Dr. Okafor", "Copay $25.00 · checked Mar 15, ask again"),
        ("never", "Plan not checked · Dr. Okafor", "Copay $25.00 · checked Mar 15"),
        ("", "Dr. Okafor", "Copay $25.00 · checked Mar 15"),
    ],
)
def test_how_old_the_payers_answer_is_stands_in_the_list_and_beside_it(age: str, under: str, line: str):
    row = replace(frozen.rows()[4], plan_age=age)
    assert row.visit.practitioner == "Dr. Okafor"
    cell = table_row(row).cells[2]
    assert getattr(cell, "subtitle", "") == under
    assert ("plan" in table_row(row).sentence) is (age in PLAN_WORDS)
    over = replace(row, visit=replace(row.visit, state=VisitState.DONE))
    assert getattr(table_row(over).cells[2], "subtitle", "") == "Dr. Okafor", "too late to ask"
    cover = replace(frozen.BLUE, copay_cents=2500, checked_at=frozen.at(8, 0) - timedelta(days=60))
    today = replace(frozen.today(), rows=tuple(replace(each, plan_age=age) for each in frozen.today().rows))
    side = today_state(today, Choice(appointment_id="a-4"), replace(frozen.side(row), coverage=cover)).side
    assert side is not None
    assert side.coverage_line == line
