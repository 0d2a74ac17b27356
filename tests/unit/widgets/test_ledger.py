"""The Ledger: five figures with their sums, lists that read as sentences, receipts again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.lanes import Lane
from app.views import LedgerView
from models.basics.errors import DeviceMissing, RuleBroken
from models.ledger.figures import Figures
from tests.support import frozen
from tests.support.windows import FULL, LOOKS, press, shown, unfit
from widgets import theme
from widgets.bridge import Bridge
from widgets.common.cells import RowKind
from widgets.common.speech import Speech
from widgets.ledger.presenter import Doors, LedgerPresenter
from widgets.ledger.rows import rows_of, total_row
from widgets.ledger.state import LedgerState, Tab, charge_pill, ledger_state, payment_pill, visit_badge, visit_pill
from widgets.ledger.view import LedgerPage
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

SPEECH = Speech(lambda: frozen.ZONE)


def state(view: LedgerView | None = None, tab: Tab = Tab.VISITS) -> LedgerState:
    return ledger_state(view or frozen.ledger(), frozen.DAY, tab)


def empty() -> LedgerView:
    """A patient with nothing on the account."""
    return replace(
        frozen.ledger(), figures=Figures(), payments_count=0, first_payment=None, visits_paid=0, visits=(),
        payments=(), charges=(), log=(), insurance_pending=0, due_today_cents=0, appointment_id="",
    )  # fmt: skip


# What is shown ----------------------------------------------------------------------------------------------------


def test_five_figures_in_their_order_each_with_its_sum():
    assert [(figure.title, figure.cents, figure.under) for figure in state().figures] == [
        ("Total paid", 32700, "4 payments since Feb 10"),
        ("Allocated (paid to visits)", 12700, "Used on 2 visits"),
        ("Unallocated", 20000, "$180.00 free + $20.00 prepaid"),
        ("Statement balance", 28500, "$412.00 less $127.00 used"),
        ("Total balance", 8500, "$412.00 less $327.00 paid"),
    ]


def test_money_on_account_by_payment():
    assert [(lot.number, lot.badge, lot.meaning, lot.cents, lot.line) for lot in state().lots] == [
        ("PAY-1-10447", "Prepaid visit", "warn", 2000, "May 9 · Visa •••• 1881 · for May 28 visit"),
        ("PAY-1-10391", "Unallocated", "ok", 18000, "Apr 2 · Check 2281 · free for any visit"),
    ]


def test_insurance_that_still_decides_is_named():
    assert state().footnote == "Insurance is still deciding 1 claim. The balance may change."
    assert state(empty()).footnote == ""


def test_what_enter_collects():
    assert state().collect_text == "Collect $40.00"
    assert state(empty()).collect_text == "Take payment"


@pytest.mark.parametrize("tab", list(Tab))
def test_an_empty_list_says_so(tab: Tab):
    found = state(empty(), tab).empty
    assert found is not None
    assert found[0].endswith(".")
    assert state(None, tab).empty is None


def test_visits_are_marked_by_what_they_need():
    looks = [visit_badge(line) or visit_pill(line) for line in frozen.ledger().visits]
    assert [look and look[0] for look in looks] == ["Prepaid $20.00", "Due today", "22 days", "57 days", "Paid"]


def test_payments_and_line_items_are_marked():
    assert [payment_pill(line)[0] for line in frozen.ledger().payments] == ["Paid", "Paid", "Paid, sending", "Voided"]
    assert [charge_pill(line)[0] for line in frozen.ledger().charges] == ["With insurance", "Open", "Paid"]


def test_rows_are_read_as_sentences():
    rows = rows_of(Tab.VISITS, frozen.ledger(), frozen.DAY)
    assert rows[1].sentence == (
        "May 14, Annual physical, Copay · today 10:00 AM, owed 40 dollars, paid 0 dollars, balance 40 dollars, "
        "Due today"
    )
    assert rows[0].sentence == "May 28, Follow-up, No charges yet · Dr. Okafor, Prepaid $20.00"
    assert rows_of(Tab.PAYMENTS, frozen.ledger(), frozen.DAY)[3].sentence == (
        "Feb 10, Visa •••• 1881, PAY-1-10120, 60 dollars, Voided"
    )
    assert total_row((41200, 12700, 28500)).sentence == (
        "Total, owed 412 dollars, paid 127 dollars, balance 285 dollars"
    )


@pytest.mark.parametrize("tab", list(Tab))
def test_keys_of_rows_are_unique(tab: Tab):
    rows = rows_of(tab, frozen.ledger(), frozen.DAY)
    assert len({row.key for row in rows}) == len(rows)


# The page ---------------------------------------------------------------------------------------------------------


class Books:
    """Accounts and printing of a test."""

    def __init__(self) -> None:
        self.view: LedgerView | Exception = frozen.ledger()
        self.asked: list[str] = []
        self.reprints: list[str] = []
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def ledger(self, patient_id: str) -> LedgerView:
        self.asked.append(patient_id)
        self.gate.wait(5)
        if isinstance(self.view, Exception):
            raise self.view
        return self.view

    def reprint(self, payment_id: str, _person: Any) -> str:
        if self.error is not None:
            raise self.error
        self.reprints.append(payment_id)
        return "job-1"


class Desk:
    """A Ledger page with everything around it."""

    def __init__(self) -> None:
        self.page, self.books = LedgerPage(), Books()
        self.lanes = {name: Lane(name) for name in ("reads", "store")}
        self.went: list[tuple[str, ...]] = []
        session = Session(self.page)
        session.sign_in(frozen.MARIA)
        self.presenter = LedgerPresenter(
            self.page, bridge=Bridge(self.page), lanes=self.lanes, accounts=self.books,  # type: ignore[arg-type]
            printing=self.books, session=session, speech=SPEECH, today=lambda: frozen.DAY,  # type: ignore[arg-type]
            doors=Doors(collect=lambda *who: self.went.append(("collect", *who)),
                        back=lambda: self.went.append(("back",))),
        )  # fmt: skip

    @property
    def state(self) -> LedgerState:
        return self.presenter.state

    def close(self) -> None:
        self.books.gate.set()
        for lane in self.lanes.values():
            lane.close()


@pytest.fixture
def desk(qtbot: Any) -> Iterator[Desk]:
    made = Desk()
    qtbot.addWidget(made.page)
    made.page.resize(*FULL)
    shown(made.page)
    yield made
    made.close()


@pytest.fixture
def at(qtbot: Any, desk: Desk) -> Desk:
    desk.presenter.open("p-0039914")
    qtbot.waitUntil(lambda: desk.state.view is not None)
    desk.page.take_focus()
    return desk


def test_enter_collects_for_todays_visit(at: Desk):
    press("Return")
    assert at.went == [("collect", "p-0039914", "a-5")]


def test_escape_goes_back(at: Desk):
    press("Esc")
    assert at.went == [("back",)]


def test_tabs_are_chosen_with_arrow_keys(qtbot: Any, at: Desk):
    tab = at.page.tabs._tabs[0]
    tab.setFocus()
    QTest.keyClick(tab, Qt.Key.Key_Right)
    assert at.state.tab is Tab.PAYMENTS
    assert at.page.tables[Tab.PAYMENTS].isVisible()
    assert not at.page.tables[Tab.VISITS].isVisible()
    assert not at.page.total.isVisible()
    QTest.keyClick(at.page.tabs._tabs[1], Qt.Key.Key_Left)
    assert at.state.tab is Tab.VISITS


def test_the_selected_payments_receipt_is_printed_again(qtbot: Any, at: Desk):
    press("Ctrl+P")
    assert at.books.reprints == []
    at.page.tabs._tabs[1].click()
    at.page.take_focus()
    press("Down")
    press("Ctrl+P")
    qtbot.waitUntil(lambda: at.books.reprints == ["id-PAY-1-10391"])
    qtbot.waitUntil(lambda: at.state.said == "The receipt is on its way to the printer, marked COPY.")


def test_a_receipt_on_account_is_one_click_away(qtbot: Any, at: Desk):
    from widgets.ledger.lots import LotBox

    box = at.page.lots.findChildren(LotBox)[0]
    box.receipt_pressed.emit("id-PAY-1-10447")
    qtbot.waitUntil(lambda: at.books.reprints == ["id-PAY-1-10447"])


def test_without_a_printer_the_page_says_so_and_stays(qtbot: Any, at: Desk):
    at.books.error = DeviceMissing("receipt.no_printer", device="printer")
    at.page.receipt_pressed.emit("id-PAY-1-10447")
    qtbot.waitUntil(at.page.banner.isVisible)
    assert at.page.banner.title.text() == "No printer at this desk"
    assert at.state.view is not None


def test_a_refresh_keeps_the_row(qtbot: Any, at: Desk):
    table = at.page.tables[Tab.VISITS]
    press("Down")
    press("Down")
    key = table.key
    at.books.view = replace(frozen.ledger(), figures=Figures(41200, 16700, 20000, 2000))
    at.presenter.refresh()
    qtbot.waitUntil(lambda: at.state.figures[1].cents == 16700)
    assert table.key == key


def test_another_patient_never_shows_the_one_before(qtbot: Any, at: Desk):
    at.books.gate.clear()
    at.presenter.open("p-0041877")
    assert at.state.view is None
    qtbot.waitUntil(lambda: at.state.skeleton)
    at.books.gate.set()
    qtbot.waitUntil(lambda: at.state.view is not None)


def test_a_patient_who_is_gone_is_said(qtbot: Any, desk: Desk):
    desk.books.view = RuleBroken("collect.patient_gone")
    desk.presenter.open("p-nobody")
    qtbot.waitUntil(desk.page.banner.isVisible)
    press("Return")
    assert desk.went == []


def test_the_total_stands_under_its_columns(qtbot: Any, at: Desk):
    at.books.view = replace(frozen.ledger(), visits=frozen.ledger().visits * 12)
    at.presenter.refresh()
    table = at.page.tables[Tab.VISITS]
    qtbot.waitUntil(table.verticalScrollBar().isVisible)
    qtbot.waitUntil(lambda: table.columnWidth(1) == at.page.total.columnWidth(1))
    assert [table.columnWidth(n) for n in range(5)] == [at.page.total.columnWidth(n) for n in range(5)]
    assert at.page.total.rows[0].kind is RowKind.TOTAL


# Pictures ---------------------------------------------------------------------------------------------------------


def states() -> dict[str, LedgerState]:
    """Every state of the page that a person should look at."""
    view = frozen.ledger()
    lots = tuple(replace(line, unspent_cents=1200, state="paid", payment_id=f"{n}") for n in range(5)
                 for line in view.payments)  # fmt: skip
    many = replace(view, visits=view.visits * 9, payments=lots, patient=frozen.LONG,
                   figures=Figures(123_456_789, 99_999_999, 12_345_600, 1_000_000))  # fmt: skip
    return {
        **{tab.value: ledger_state(view, frozen.DAY, tab) for tab in Tab},
        "said": ledger_state(view, frozen.DAY, Tab.PAYMENTS, said="The receipt is on its way, marked COPY."),
        "many": ledger_state(many, frozen.DAY, Tab.VISITS),
        "empty": ledger_state(empty(), date(2026, 5, 14), Tab.VISITS),
        "error": ledger_state(view, frozen.DAY, Tab.VISITS, notice=SPEECH.notice("store.locked")),
        "waiting": LedgerState(skeleton=True),
    }  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_clipped(qtbot: Any, look: str):
    theme.current().set(**LOOKS[look][0])
    page = LedgerPage()
    qtbot.addWidget(page)
    assert unfit(page, "ledger", look, states(), page.take_focus) == {}
