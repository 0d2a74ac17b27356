"""The Ledger: five figures with their sums, lists that read as sentences, what each row can take, every key of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QScrollArea

from app.account_views import LedgerView, LotLine, PaymentPart
from app.family import FamilyMember
from app.lanes import Lane
from app.views import CreditInUse
from models.basics.errors import DeviceMissing, RuleBroken
from models.ledger.figures import Figures
from tests.support import frozen
from tests.support.windows import FULL, LOOKS, press, shown, type_text, unfit
from widgets import theme
from widgets.bridge import Bridge
from widgets.common.cells import RowKind
from widgets.common.day_field import read_day
from widgets.common.speech import Speech
from widgets.ledger.acts import LedgerActs, Opener, Target
from widgets.ledger.filters import Filter, narrowed
from widgets.ledger.offer import OWN_ACTS, lot_offers
from widgets.ledger.offers import offers_for
from widgets.ledger.presenter import Doors, LedgerPresenter
from widgets.ledger.rows import log_row, rows_of, total_row
from widgets.ledger.state import (
    LedgerState,
    Tab,
    Wanted,
    charge_pill,
    ledger_state,
    payment_bubble,
    payment_pill,
    visit_badge,
    visit_pill,
)
from widgets.ledger.view import WHOLE_FAMILY, LedgerPage
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

SPEECH = Speech(lambda: frozen.ZONE)
AMA = replace(frozen.HENRY, patient_id="p-ama", name="Ama Osei", initials="AO")


def state(view: LedgerView | None = None, tab: Tab = Tab.VISITS, **wanted: Any) -> LedgerState:
    return ledger_state(view or frozen.ledger(), frozen.DAY, Wanted(tab, **wanted))


def empty() -> LedgerView:
    """A patient with nothing on the account."""
    return replace(
        frozen.ledger(), figures=Figures(), payments_count=0, first_payment=None, visits_paid=0, visits=(),
        payments=(), charges=(), log=(), insurance_pending=0, due_today_cents=0, appointment_id="", lots=(),
        statements=(), documents=(),
    )  # fmt: skip


def family() -> LedgerView:
    """Henry pays for Ama too."""
    members = (FamilyMember(frozen.HENRY, True, Figures(41200)), FamilyMember(AMA, False, Figures(2000)))
    return replace(frozen.ledger(), family=members)


# What is shown ----------------------------------------------------------------------------------------------------


def test_s3_05_five_figures_in_their_order_each_with_its_sum():
    assert [(figure.title, figure.cents, figure.under) for figure in state().figures] == [
        ("Total paid", 32700, "4 payments since Feb 10"),
        ("Allocated (paid to visits)", 12700, "Used on 2 visits"),
        ("Unallocated", 20000, "$180.00 free + $20.00 prepaid"),
        ("Statement balance", 28500, "$412.00 less $127.00 used"),
        ("Total balance", 8500, "$412.00 less $327.00 paid"),
    ]


def test_money_on_account_by_payment_the_oldest_first():
    assert [(lot.line.number, lot.badge, lot.meaning, lot.line.cents, lot.words) for lot in state().lots] == [
        ("PAY-1-10391", "Unallocated", "ok", 18000, "Apr 2 · Check 2281 · free for any visit"),
        ("PAY-1-10447", "Prepaid visit", "warn", 2000, "May 9 · Visa •••• 1881 · for May 28 visit"),
    ]


def test_s3_07_a_refund_made_elsewhere_waits_among_the_money_on_account():
    waiting = LotLine("elsewhere", -1500, "REF-77", date(2026, 4, 1), "Cash", refund_id="r-1")
    lots = state(replace(frozen.ledger(), lots=(waiting,))).lots
    assert [(lot.badge, lot.words) for lot in lots] == [("Refund", "Apr 1 · Cash · not netted yet")]
    assert [offer.act for offer in lot_offers(waiting, "p")] == ["net_out"]
    assert lot_offers(waiting, "p")[0].target == Target("p", refund_id="r-1")


def test_insurance_that_still_decides_is_named():
    assert state().footnote == "Insurance is still deciding 1 claim (Apr 22). The balance may change."
    assert state(empty()).footnote == ""


def test_what_enter_collects():
    assert state().collect_text == "Collect $40.00"
    assert state(empty()).collect_text == "Take payment"


@pytest.mark.parametrize("tab", list(Tab))
def test_an_empty_list_says_so(tab: Tab):
    found = state(empty(), tab).empty
    assert found is not None
    assert found[0].endswith(".")
    assert state(None, tab).empty is None or tab is Tab.PLANS


def test_visits_are_marked_by_what_they_need():
    looks = [visit_badge(line) or visit_pill(line) for line in frozen.ledger().visits]
    assert [look and look[0] for look in looks] == ["Prepaid $20.00", "Due today", "22 days", "57 days", "Paid"]


def test_payments_and_line_items_are_marked():
    assert [payment_pill(line)[0] for line in frozen.ledger().payments] == ["Paid", "Paid", "Paid, sending", "Voided"]
    assert [charge_pill(line)[0] for line in frozen.ledger().charges] == ["Open", "Insurance", "Open", "Paid"]


def test_s0_13_the_bubble_is_red_while_money_is_left_and_grey_when_all_is_used():
    found = [payment_bubble(line) for line in frozen.ledger().payments]
    assert found == [("bad", "Not all used"), ("bad", "Not all used"), ("neutral", "All used"),
                     ("neutral", "Taken back")]  # fmt: skip


def test_rows_are_read_as_sentences():
    rows = rows_of(state())
    assert rows[1].sentence == (
        "May 14, Annual physical, Copay · today 10:00 AM, owed 40 dollars, paid 0 dollars, balance 40 dollars, "
        "Due today"
    )
    assert rows[0].sentence == "May 28, Follow-up, No charges yet · Dr. Okafor, Prepaid $20.00"
    assert rows_of(state(tab=Tab.PAYMENTS))[3].sentence == "Feb 10, Visa •••• 1881, PAY-1-10120, 60 dollars, Voided"
    assert total_row((41200, 12700, 28500)).sentence == (
        "Total, owed 412 dollars, paid 127 dollars, balance 285 dollars"
    )


@pytest.mark.parametrize("condensed", [True, False])
@pytest.mark.parametrize("simple", [True, False])
@pytest.mark.parametrize("tab", [tab for tab in Tab if tab is not Tab.PLANS])
def test_s0_03_keys_of_rows_are_unique_and_cells_fill_the_columns(tab: Tab, simple: bool, condensed: bool):
    from widgets.ledger.rows import columns_of

    rows = rows_of(state(tab=tab, shown=Filter(simple=simple, condensed=condensed)))
    assert len({row.key for row in rows}) == len(rows) > 0
    assert {len(row.cells) for row in rows} == {len(columns_of(tab, simple=simple))}


@pytest.mark.parametrize("tab", [Tab.VISITS, Tab.PAYMENTS, Tab.LINES, Tab.LOG])
def test_a_long_list_is_made_as_it_is_looked_at_and_says_the_same(tab: Tab):
    from widgets.common.table import LazyRows

    view = frozen.ledger()
    long = replace(view, visits=_many(view.visits, "appointment_id"), payments=_many(view.payments, "payment_id"),
                   charges=_many(view.charges, "charge_id"), log=_many(view.log, "op_id"))  # fmt: skip
    rows = rows_of(state(long, tab))
    assert isinstance(rows, LazyRows)
    assert rows._made == {}
    assert [row.key for row in rows] == list(rows.keys)
    first = rows_of(state(view, tab))[0]
    assert replace(rows[0], key="") == replace(first, key="")
    assert [row.key for row in rows[-2:]] == [rows[len(rows) - 2].key, rows[-1].key]


def _many(lines: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    return tuple(replace(line, **{name: f"{getattr(line, name)}-{n}"}) for n in range(110) for line in lines)


def test_s0_03_condensed_off_shows_what_every_visit_and_payment_is_made_of():
    deep = Filter(condensed=False)
    assert [row.key for row in rows_of(state(shown=deep))][1:4] == ["visit:a-5:2026-05-14", "item:c-14",
                                                                   "visit:a-6:2026-04-22"]  # fmt: skip
    keys = [row.key for row in rows_of(state(tab=Tab.PAYMENTS, shown=deep))]
    assert keys[:2] == ["payment:id-PAY-1-10447", "part:id-PAY-1-10447:0"]


def test_s0_03_simple_off_shows_insurance_and_adjustments():
    deep = rows_of(state(tab=Tab.LINES, shown=Filter(simple=False)))[2]
    assert [cell.spoken for cell in deep.cells if cell][3:6] == [
        "$112.00, allowed $140.00", "$67.00, insurer $28.00", "$45.00"]  # fmt: skip


def test_s0_03_filters_by_days_and_balance():
    shown = Filter(first=date(2026, 3, 1), last=date(2026, 5, 14), least_cents=4000, most_cents=4500)
    found = state(shown=shown)
    assert [line.title for line in found.lines] == ["Annual physical", "Lab panel"]
    assert found.totals == (15200, 6700, 8500)
    assert found.footnote == "The filter shows 2 of 5."
    none = state(shown=Filter(least_cents=99_999_900))
    assert none.empty == ("Nothing here matches the filter.", "Clear it, or choose other days or amounts.")


def test_s0_13_payments_are_filtered_by_what_is_left_of_them():
    found = narrowed(frozen.ledger().payments, Filter(least_cents=1))
    assert [line.number for line in found] == ["PAY-1-10447", "PAY-1-10391"]


@pytest.mark.parametrize(
    ("typed", "day"),
    [("5/14", date(2026, 5, 14)), ("5/15", date(2025, 5, 15)), ("2/29/24", date(2024, 2, 29)),
     ("2026-01-02", date(2026, 1, 2)), ("12.31.2025", date(2025, 12, 31)), ("13/1", None), ("2/30", None),
     ("tomorrow", None), ("", None)],
)  # fmt: skip
def test_days_are_read_as_they_are_typed(typed: str, day: date | None):
    assert read_day(typed, frozen.DAY) == day


# What rows can take -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tab", "key", "acts"),
    [
        (Tab.VISITS, "visit:a-9:2026-05-28", ["move", "ask", "add_charge", "fee", "visit_status", "billing_status"]),
        (
            Tab.VISITS,
            "visit:a-6:2026-04-22",
            ["collect", "adjust", "ask", "add_charge", "fee", "visit_status", "billing_status", "superbill"],
        ),
        (
            Tab.PAYMENTS,
            "payment:id-PAY-1-10391",
            ["move", "refund", "show", "receipt", "send", "payment", "correct", "bounce"],
        ),
        (
            Tab.PAYMENTS,
            "payment:id-PAY-1-10447",
            ["move", "refund", "show", "receipt", "show", "send", "payment", "correct", "dispute"],
        ),
        (Tab.PAYMENTS, "payment:id-PAY-1-10120", ["show", "receipt", "show", "send", "payment"]),
        (Tab.PAYMENTS, "part:id-PAY-1-10355:0", ["move", "refund"]),
        (Tab.LINES, "item:c-12", ["fill", "adjust", "move"]),
        (Tab.LINES, "item:c-13", ["move"]),
        (Tab.STATEMENTS, "statement:st-1", ["show", "print", "send"]),
        (Tab.DOCUMENTS, "document:receipt:id-PAY-1-10447", ["show", "print", "send"]),
        (Tab.LOG, "log:op-1", ["undo"]),
        (Tab.LOG, "log:op-2", []),
        (Tab.LOG, "log:nothing", []),
    ],
)
def test_every_row_offers_what_it_can_take(tab: Tab, key: str, acts: list[str]):
    assert [offer.act for offer in offers_for(state(tab=tab), key)] == acts


def test_offers_name_the_money_by_where_it_lies():
    paid = offers_for(state(tab=Tab.PAYMENTS), "part:id-PAY-1-10355:0")[0]
    assert paid.target == Target("p-0039914", payment_id="id-PAY-1-10355", charge_id="c-12")
    aside = offers_for(state(tab=Tab.PAYMENTS), "part:id-PAY-1-10447:0")[0]
    assert aside.target == Target("p-0039914", payment_id="id-PAY-1-10447", appointment_id="a-9")


def test_a_fee_of_a_visit_is_a_new_one_also_where_one_item_stands_there():
    by_act = {offer.act: offer.target for offer in offers_for(state(), "visit:a-6:2026-04-22")}
    assert by_act["fee"] == Target("p-0039914", appointment_id="a-6")
    assert by_act["adjust"].charge_id, "what is let off is of the only item"


def test_an_act_nobody_signed_is_told_by_its_desk():
    line = replace(frozen.ledger().log[0], by="", station="Desk 1")
    [who] = [cell for cell in log_row(line, frozen.DAY).cells if cell and "Desk 1" in cell.spoken]
    assert who.spoken == "Desk 1"


def test_s0_26_only_a_payment_of_the_day_can_be_voided_or_deleted():
    line = replace(frozen.ledger().payments[1], same_day=True)
    found = offers_for(state(replace(frozen.ledger(), payments=(line,)), Tab.PAYMENTS), "payment:id-PAY-1-10391")
    assert [offer.act for offer in found if offer.risky] == ["correct", "void", "bounce", "delete"]


def test_s0_24_a_cash_refund_of_today_can_be_handed_back_and_an_open_dispute_closed():
    parts = (PaymentPart("refund", 500, "Refunded", refund_id="r-1", state="paid", can_undo=True),
             PaymentPart("refund", 500, "Refunded", refund_id="r-2", state="paid"),
             PaymentPart("dispute", 500, "In dispute", dispute_id="d-1", state="open"))  # fmt: skip
    line = replace(frozen.ledger().payments[2], parts=parts)
    view = state(replace(frozen.ledger(), payments=(line,)), Tab.PAYMENTS)
    found = [offers_for(view, f"part:{line.payment_id}:{n}") for n in range(3)]
    assert [[offer.act for offer in offers] for offers in found] == [["refund_undo"], [], ["dispute"]]


def test_every_offer_is_an_act_that_exists():
    known = {field.name for field in fields(LedgerActs)} | OWN_ACTS
    for tab in Tab:
        view = state(tab=tab, shown=Filter(condensed=False))
        assert {offer.act for row in rows_of(view) for offer in offers_for(view, row.key)} <= known


# The page ---------------------------------------------------------------------------------------------------------


class Books:
    """Accounts and printing of a test."""

    def __init__(self) -> None:
        self.view: LedgerView | Exception = frozen.ledger()
        self.asked: list[tuple[str, bool, int]] = []
        self.reprints: list[str] = []
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def ledger(self, patient_id: str, *, whole_family: bool, log_length: int) -> LedgerView:
        self.asked.append((patient_id, whole_family, log_length))
        self.gate.wait(5)
        if isinstance(self.view, Exception):
            raise self.view
        members = {member.patient.patient_id: member.patient for member in self.view.family}
        return replace(self.view, whole_family=whole_family, patient=members.get(patient_id, self.view.patient))

    def reprint(self, payment_id: str, _person: Any) -> str:
        if self.error is not None:
            raise self.error
        self.reprints.append(payment_id)
        return "job-1"


class Desk:
    """A Ledger page with everything around it."""

    def __init__(self, without: tuple[str, ...] = ()) -> None:
        self.page, self.books = LedgerPage(), Books()
        self.lanes = {name: Lane(name) for name in ("reads", "store")}
        self.went: list[tuple[Any, ...]] = []
        self.acts: list[tuple[str, Target]] = []
        self.done: Callable[[str], None] = lambda _said: None
        session = Session(self.page)
        session.sign_in(frozen.MARIA)
        acts = LedgerActs(**{field.name: None if field.name in without else self._opener(field.name)
                             for field in fields(LedgerActs)})  # fmt: skip
        self.presenter = LedgerPresenter(
            self.page, bridge=Bridge(self.page), lanes=self.lanes, accounts=self.books,  # type: ignore[arg-type]
            printing=self.books, session=session, speech=SPEECH, today=lambda: frozen.DAY,  # type: ignore[arg-type]
            doors=Doors(collect=lambda *who: self.went.append(("collect", *who)),
                        back=lambda: self.went.append(("back",)),
                        paper=lambda name, at_once, _said: self.went.append(("paper", name, at_once)),
                        statement=lambda who, family, _done: self.went.append(("statement", who, family))),
            acts=acts,
        )  # fmt: skip

    def _opener(self, name: str) -> Opener:
        def act(target: Target, done: Callable[[str], None]) -> None:
            self.acts.append((name, target))
            self.done = done

        return act

    @property
    def state(self) -> LedgerState:
        return self.presenter.state

    def tab(self, tab: Tab) -> None:
        self.page.tabs._tabs[list(Tab).index(tab)].click()
        self.page.take_focus()

    def close(self) -> None:
        self.books.gate.set()
        for lane in self.lanes.values():
            lane.close()


@pytest.fixture
def without() -> tuple[str, ...]:
    """Acts nobody offers."""
    return ()


@pytest.fixture
def desk(qtbot: Any, without: tuple[str, ...]) -> Iterator[Desk]:
    made = Desk(without)
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


def test_s0_14_m_moves_the_money_on_account_that_is_chosen(at: Desk):
    press("M")
    assert at.acts == [("move", Target("p-0039914", payment_id="id-PAY-1-10391"))]
    press("F6")
    press("Down")
    press("M")
    assert at.acts[1:] == [("move", Target("p-0039914", payment_id="id-PAY-1-10447", appointment_id="a-9"))]


def test_a_click_beside_the_buttons_chooses_the_money_letters_are_about(at: Desk):
    for number in (1, 0, 1):
        QTest.mouseClick(at.page.lots.boxes[number], Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
        assert [box.chosen for box in at.page.lots.boxes] == [number == 0, number == 1]
    press("M")
    assert at.acts == [("move", Target("p-0039914", payment_id="id-PAY-1-10447", appointment_id="a-9"))]


def test_s4_01_a_plan_of_the_patient_on_the_screen_is_one_key_away(at: Desk):
    press("Alt+L")
    assert at.acts == [("plan", Target("p-0039914"))]


def test_m_and_r_are_about_the_row_on_the_payments_list(at: Desk):
    at.tab(Tab.PAYMENTS)
    press("Down")
    press("Down")
    press("R")
    press("Alt+R")
    assert at.acts == [("refund", Target("p-0039914", payment_id="id-PAY-1-10355"))] * 2


def test_s0_13_right_unfolds_a_payment_and_its_parts_can_be_moved(at: Desk):
    at.tab(Tab.PAYMENTS)
    press("Right")
    assert [row.key for row in at.page.tables[Tab.PAYMENTS].rows][:2] == [
        "payment:id-PAY-1-10447", "part:id-PAY-1-10447:0"]  # fmt: skip
    press("Down")
    press("M")
    assert at.acts == [("move", Target("p-0039914", payment_id="id-PAY-1-10447", appointment_id="a-9"))]
    press("Left")
    assert "part:id-PAY-1-10447:0" not in {row.key for row in at.page.tables[Tab.PAYMENTS].rows}


def test_s0_15_line_items_are_ticked_with_space_and_filled_at_once(at: Desk):
    at.tab(Tab.LINES)
    press("Space")
    press("Down")
    press("Down")
    press("Space")
    assert at.state.ticked == {"c-14", "c-12"}
    assert at.page.fill.isVisible()
    press("F")
    assert at.acts == [("fill", Target("p-0039914", charge_ids=("c-14", "c-12")))]
    at.done("Filled 2 line items with $85.00")
    assert at.state.ticked == frozenset()
    assert at.state.said == "Filled 2 line items with $85.00"


def test_what_is_paid_cannot_be_ticked(at: Desk):
    at.tab(Tab.LINES)
    for _ in range(3):
        press("Down")
    press("Space")
    assert at.state.ticked == frozenset()


def test_a_click_on_the_box_ticks_and_one_on_the_mark_folds(qtbot: Any, at: Desk):
    at.tab(Tab.LINES)
    table = at.page.tables[Tab.LINES]
    spot = table.visualRect(table.model().index(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert at.state.ticked == {"c-11"}
    at.tab(Tab.VISITS)
    table = at.page.tables[Tab.VISITS]
    area = table.visualRect(table.model().index(1, 0))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(area.x() + 8, area.center().y()))
    assert at.state.unfolded == {"visit:a-5:2026-05-14"}


def test_an_act_that_is_written_is_said_and_the_account_read_again(qtbot: Any, at: Desk):
    press("M")
    asked = len(at.books.asked)
    at.done("Moved $180.00 to Apr 22")
    assert at.state.said == "Moved $180.00 to Apr 22"
    qtbot.waitUntil(lambda: len(at.books.asked) == asked + 1)


@pytest.mark.parametrize("keys", ["Shift+F10", "Menu"])
def test_the_menu_key_opens_what_the_row_can_take(qtbot: Any, at: Desk, keys: str):
    from PySide6.QtWidgets import QMenu

    at.tab(Tab.PAYMENTS)
    press(keys)
    menu = next(found for found in at.page.findChildren(QMenu) if found.isVisible())
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words[:2] == ["Move $20.00…", "Refund…"]
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert at.acts == [("move", Target("p-0039914", payment_id="id-PAY-1-10447"))]


@pytest.mark.parametrize(
    "without",
    [
        (
            "move",
            "void",
            "autofill",
            "new_visit",
            "fee",
            "paper",
            "undo",
            "family",
            "receipts",
            "merge",
            "part",
            "ask",
            "payment",
            "plan",
            "cards",
            "coverage",
            "consents",
            "contacts",
            "reach",
            "export",
            "link",
            "links",
            "snooze",
        )
    ],
)
def test_what_nobody_offers_has_no_button_and_no_key(at: Desk):
    assert "void" not in {offer.act for offer in at.presenter.offers("payment:id-PAY-1-10447")}
    assert not at.page.row_actions["move"].isEnabled()
    assert [sorted(box.buttons) for box in at.page.lots.boxes] == [["receipt", "refund"]] * 2
    assert not at.page.more.isVisible()


def test_acts_on_the_account_have_their_keys(at: Desk):
    press("Alt+A")
    press("Ctrl+Z")
    press("Ctrl+N")
    assert at.acts == [(act, Target("p-0039914")) for act in ("autofill", "undo", "new_visit")]


def test_the_selected_payments_receipt_is_printed_again(qtbot: Any, at: Desk):
    press("Ctrl+P")
    assert at.books.reprints == []
    at.tab(Tab.PAYMENTS)
    press("Down")
    press("Ctrl+P")
    qtbot.waitUntil(lambda: at.books.reprints == ["id-PAY-1-10391"])
    qtbot.waitUntil(lambda: at.state.said == "The receipt is on its way to the printer, marked COPY.")


def test_s0_02_statements_and_documents_are_shown_and_printed(at: Desk):
    at.tab(Tab.STATEMENTS)
    press("Ctrl+P")
    at.tab(Tab.DOCUMENTS)
    press("Ctrl+P")
    at.presenter.take(at.presenter.offers("document:receipt:id-PAY-1-10447")[0])
    press("Alt+S")
    assert at.went == [("paper", "statement:st-1", True), ("paper", "receipt:id-PAY-1-10447", True),
                       ("paper", "receipt:id-PAY-1-10447", False), ("statement", "p-0039914", False)]  # fmt: skip


def test_a_receipt_on_account_is_one_click_away(qtbot: Any, at: Desk):
    at.page.lots.boxes[1].buttons["receipt"].click()
    qtbot.waitUntil(lambda: at.books.reprints == ["id-PAY-1-10447"])


def test_without_a_printer_the_page_says_so_and_stays(qtbot: Any, at: Desk):
    at.books.error = DeviceMissing("receipt.no_printer", device="printer")
    at.page.lots.boxes[0].buttons["receipt"].click()
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


def test_s0_03_the_filter_narrows_as_it_is_typed_and_escape_puts_it_away(qtbot: Any, at: Desk):
    key = "visit:a-6:2026-04-22"
    at.page.tables[Tab.VISITS].set_key(key)
    press("Ctrl+F")
    type_text("4/1/26")
    assert [line.title for line in at.state.lines] == ["Follow-up", "Annual physical", "Skin biopsy"]
    at.page.filters.simple.click()
    assert at.page.tables[Tab.VISITS].rows[2].cells[2].spoken == "$200.00, allowed $260.00"  # type: ignore[union-attr]
    assert at.page.tables[Tab.VISITS].key == key
    press("Esc")
    assert not at.page.filters.isVisible()
    assert at.went == []
    assert at.state.shown.first == date(2026, 4, 1)
    press("Ctrl+F")
    at.page.filters.clear.click()
    assert len(at.state.lines) == 5


def test_plans_have_nothing_to_filter(at: Desk):
    at.page.tab_chosen.emit(Tab.PLANS)
    assert not at.page.filter_button.isVisible()
    press("Ctrl+F")
    assert not at.page.filters.isVisible()
    at.page.tab_chosen.emit(Tab.LOG)
    assert at.page.filter_button.isVisible()


def test_the_family_switch_shows_another_member_or_all_of_them(qtbot: Any, at: Desk):
    assert not at.page.family.isVisible()
    at.books.view = family()
    at.presenter.refresh()
    qtbot.waitUntil(at.page.family.isVisible)
    press("Alt+W")
    qtbot.waitUntil(lambda: at.books.asked[-1][1] and at.page.family.key == WHOLE_FAMILY)
    press("Alt+W")
    qtbot.waitUntil(lambda: not at.books.asked[-1][1] and at.page.family.key == "p-0039914")
    at.page.family_chosen.emit("p-ama")
    qtbot.waitUntil(lambda: at.books.asked[-1][:2] == ("p-ama", False) and at.presenter.patient_id == "p-ama")


def test_more_of_the_log_is_read_when_it_is_asked_for(qtbot: Any, at: Desk):
    at.books.view = replace(frozen.ledger(), log_cut=True)
    at.presenter.refresh()
    at.tab(Tab.LOG)
    qtbot.waitUntil(at.page.older.isVisible)
    at.page.older.click()
    qtbot.waitUntil(lambda: at.books.asked[-1][2] == 800)


def test_a_panel_lies_under_money_on_account_and_gives_the_focus_back(at: Desk):
    first, second = QLabel("first"), QLabel("second")
    at.page.show_panel(first)
    at.page.show_panel(second)
    assert (first.isVisible(), second.isVisible()) == (False, True)
    assert second.y() > at.page.lots.y()
    at.page.hide_panel()
    assert not second.isVisible()
    assert at.page.tables[Tab.VISITS].hasFocus()
    for panel in (first, second):
        panel.deleteLater()


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


def test_a_row_of_a_long_list_stays_selected_over_a_refresh(qtbot: Any, at: Desk):
    view = replace(frozen.ledger(), visits=_many(frozen.ledger().visits, "appointment_id"))
    at.books.view = view
    at.presenter.refresh()
    table = at.page.tables[Tab.VISITS]
    qtbot.waitUntil(lambda: len(table.rows) == 550)
    press("End")
    press("Ctrl+End")
    key = table.key
    assert key == table.rows[549].key
    assert table.set_key(table.rows[300].key)
    at.books.view = replace(view, visits=view.visits[5:])
    at.presenter.refresh()
    qtbot.waitUntil(lambda: len(table.rows) == 545)
    assert table.key == table.rows[295].key
    assert not table.set_key("visit:nothing")


def test_the_total_stands_under_its_columns(qtbot: Any, at: Desk):
    at.books.view = replace(frozen.ledger(), visits=_many_visits())
    at.presenter.refresh()
    table = at.page.tables[Tab.VISITS]
    qtbot.waitUntil(table.verticalScrollBar().isVisible)
    qtbot.waitUntil(lambda: table.columnWidth(1) == at.page.total.columnWidth(1))
    assert [table.columnWidth(n) for n in range(5)] == [at.page.total.columnWidth(n) for n in range(5)]
    assert at.page.total.rows[0].kind is RowKind.TOTAL


def _many_visits() -> tuple[Any, ...]:
    return tuple(replace(line, appointment_id=f"{line.appointment_id}-{n}")
                 for n in range(9) for line in frozen.ledger().visits)  # fmt: skip


# Pictures ---------------------------------------------------------------------------------------------------------


def states() -> dict[str, LedgerState]:
    """Every state of the page that a person should look at."""
    view = frozen.ledger()
    lots = tuple(replace(lot, payment_id=f"{n}-{lot.payment_id}") for n in range(5) for lot in view.lots)
    waiting = LotLine("elsewhere", -1500, "REF-77", date(2026, 4, 1), "Cash", refund_id="r-1")
    many = replace(view, visits=_many_visits(), lots=(*lots, waiting), patient=frozen.LONG,
                   figures=Figures(123_456_789, 99_999_999, 12_345_600, 1_000_000))  # fmt: skip
    deep = Filter(simple=False, condensed=False)
    return {
        **{tab.value: state(view, tab) for tab in Tab},
        "pending": state(replace(view, pending_cents=2000, in_use=(CreditInUse("Desk 2", 4000),))),
        "unfolded": state(view, Tab.PAYMENTS, unfolded=frozenset({"payment:id-PAY-1-10355"})),
        "deep": state(view, shown=deep, filtering=True),
        "deep-payments": state(view, Tab.PAYMENTS, shown=deep),
        "deep-lines": state(view, Tab.LINES, shown=deep, ticked=frozenset({"c-12"})),
        "nothing-passes": state(view, shown=Filter(least_cents=999_999_00), filtering=True),
        "family": state(replace(family(), whole_family=True)),
        "said": ledger_state(view, frozen.DAY, Wanted(Tab.PAYMENTS), said="The receipt is on its way, marked COPY."),
        "many": state(many),
        "empty": state(empty()),
        "error": ledger_state(view, frozen.DAY, Wanted(), notice=SPEECH.notice("store.locked")),
        "waiting": LedgerState(skeleton=True),
    }  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_money_on_account_fits_its_column(qtbot: Any, look: str):
    theme.current().set(**LOOKS[look][0])
    page = LedgerPage()
    qtbot.addWidget(page)
    page.resize(*LOOKS[look][1])
    shown(page)
    page.draw(state())
    QTest.qWait(2)
    for box in page.lots.boxes:
        assert box.width() < page.lots.width()
        assert all(button.geometry().right() <= box.width() for button in box.buttons.values())
        assert all(button.width() >= button.sizeHint().width() for button in box.buttons.values())


def test_lists_take_the_room_they_want_after_a_change_of_the_theme(qtbot: Any):
    page = LedgerPage()
    qtbot.addWidget(page)
    page.resize(*FULL)
    shown(page)
    theme.current().set(compact=True)
    page.draw(state())
    theme.current().set(compact=False)
    scroll = page.lots.findChild(QScrollArea)
    qtbot.waitUntil(lambda: scroll.viewport().height() == scroll.widget().height() == scroll.sizeHint().height())
    assert not scroll.verticalScrollBar().isVisible()
    table = page.tables[Tab.VISITS]
    qtbot.waitUntil(lambda: page.total.y() == table.geometry().bottom() + 1)
    assert table.height() == table.sizeHint().height()


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_clipped(qtbot: Any, look: str):
    theme.current().set(**LOOKS[look][0])
    page = LedgerPage()
    qtbot.addWidget(page)
    assert unfit(page, "ledger", look, states(), page.take_focus) == {}
