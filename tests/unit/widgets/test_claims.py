"""The claims feed through the keys, on a real store: filters, line items, what each row leads to, and how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.account_views import ChargeLine
from app.claims import PAGE, Claims
from app.lanes import Lane
from app.list_views import ANY_STATUS, ClaimBalance, ClaimLine, ClaimsAsk, ClaimsView
from app.views import PatientHead
from models.basics.errors import StorageError
from models.operations.records import Practitioner
from tests.support.clinic import TestClinic
from tests.support.windows import FULL, LOOKS, clipped, picture, press, shown, unfit
from widgets import theme
from widgets.bridge import Bridge
from widgets.claims.presenter import ClaimsPresenter, Doors
from widgets.claims.state import (
    BESIDE_PANEL,
    COLUMNS,
    OWN_SPAN,
    SPAN_WORDS,
    Chosen,
    ClaimsState,
    claims_state,
    offers_for,
)  # fmt: skip
from widgets.claims.view import ClaimsPage
from widgets.common.speech import Notice, Speech
from widgets.ledger.acts import LedgerActs, Target

pytestmark = pytest.mark.usefixtures("themed")

TODAY = date(2026, 5, 14)


def head(name: str, mrn: str) -> PatientHead:
    return PatientHead(f"p-{mrn}", name, "RA", date(1984, 3, 14), 42, mrn, "(555) 010-4417")


def claim(visit_id: str, name: str, day: date, **more: Any) -> ClaimLine:
    known: dict[str, Any] = {
        "title": "Office visit", "practitioner": "Dr. Okafor", "visit_status": "Done", "billed_cents": 18000,
        "allowed_cents": 11000, "insurance_paid_cents": 8000, "patient_cents": 3000, "balance_cents": 3000,
        "insurance_pending": False, "credit_cents": 0, "prepaid_cents": 0, "billing_status": "balance_due", "items": 1,
    }  # fmt: skip
    return ClaimLine(visit_id, head(name, visit_id), day, **{**known, **more})


_APRIL = date(2026, 4, 22)
ITEMS = (
    ChargeLine("c-1", "p-a", "a", _APRIL, "11102", "Skin biopsy, first lesion", 20000, 0, 20000, 48000, 31000, 11000),
    ChargeLine("c-2", "p-a", "a", _APRIL, "88305", "Surgical pathology", 6500, 2000, 2500, 21000, 0, 0, 2000,
               insurance_pending=True),
    ChargeLine("c-3", "p-a", "a", _APRIL, "NOSHOW", "Missed visit", 2500, 0, 2500, fee=True),
)  # fmt: skip


def view(**more: Any) -> ClaimsView:
    """Invented visits in every condition."""
    lines = (
        claim("b", "Mei Tanaka", date(2026, 5, 28), title="Follow-up", visit_status="Scheduled", billed_cents=0,
              allowed_cents=0, insurance_paid_cents=0, patient_cents=0, balance_cents=0, prepaid_cents=2000,
              billing_status="", items=0, future=True),
        claim("t", "Rosa Alvarez", TODAY, visit_status="Arrived"),
        claim("h", "Henry Osei", TODAY, title="Annual physical", credit_cents=20000, visit_status="Scheduled"),
        claim("a", "Henry Osei", date(2026, 4, 22), title="Skin biopsy", practitioner="Dr. Reyes", billed_cents=69000,
              allowed_cents=31000, insurance_paid_cents=11000, patient_cents=29000, balance_cents=25000,
              credit_cents=20000, insurance_pending=True, billing_status="bill_insurance", items=3, lines=ITEMS),
        claim("p", "Cleo Dunn", date(2026, 4, 20), balance_cents=0, billing_status="paid_in_full"),
        claim("r", "Jamal Whitaker", date(2026, 4, 18), billing_status="internal_review"),
        claim("s", "Ben Kowalski", date(2026, 4, 17), balance_cents=0, patient_cents=0, billing_status="settled"),
        claim("l", "Maximiliana-Theodora Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh", date(2025, 12, 31),
              title="Comprehensive preventive medicine evaluation", practitioner="Dr. Wolfeschlegelsteinhausen, NP",
              billed_cents=123_456_789, allowed_cents=98_765_432, insurance_paid_cents=87_654_321,
              patient_cents=11_111_111, balance_cents=11_111_111, credit_cents=22_222_221, prepaid_cents=3_333_333,
              billing_status="bill_secondary"),
    )  # fmt: skip
    known: dict[str, Any] = {
        "ask": ClaimsAsk(date(2026, 4, 15), TODAY), "lines": lines, "today": TODAY, "first": 0, "visits": 138,
        "practitioners": (("okafor", "Dr. Okafor"), ("reyes", "Dr. Reyes")), "billed_cents": 1_490_275,
        "balance_cents": 684_025, "pending": 12,
    }  # fmt: skip
    return ClaimsView(**{**known, **more})


def states() -> dict[str, ClaimsState]:
    """Every state of the page."""
    narrow = Chosen(billing_status="paid_in_full", balance=ClaimBalance.ON_ACCOUNT, practitioner_id="okafor")
    own = Chosen(OWN_SPAN, date(2026, 4, 15), TODAY)
    nothing = view(lines=(), visits=0, billed_cents=0, balance_cents=0, pending=0)
    return {
        "feed": claims_state(view(), Chosen(), PAGE),
        "own-days": claims_state(view(first=50), own, PAGE),
        "none": claims_state(nothing, Chosen(), PAGE),
        "no-match": claims_state(nothing, narrow, PAGE),
        "said": claims_state(view(), Chosen(), PAGE, said="Moved $30.00 to May 14."),
        "broken": claims_state(view(), Chosen(), PAGE, notice=Notice("The store is busy", "Nothing was changed.")),
        "waiting": ClaimsState(skeleton=True),
    }


# What is shown ----------------------------------------------------------------------------------------------------


def test_s3_03_s3_04_green_and_yellow_boxes() -> None:
    rows = {row.key: row for row in states()["feed"].rows}
    assert [look[:2] for look in rows["h"].cells[8].looks] == [("Credit $200.00", "ok")]  # type: ignore[union-attr]
    assert [look[:2] for look in rows["a"].cells[8].looks] == [("Credit $200.00", "ok")]  # type: ignore[union-attr]
    assert [look[:2] for look in rows["b"].cells[8].looks] == [("Prepaid $20.00", "warn")]  # type: ignore[union-attr]


def test_a_row_is_read_as_one_sentence() -> None:
    rows = {row.key: row for row in states()["feed"].rows}
    assert rows["h"].sentence == (
        "May 14, Henry Osei, Mar 14, 1984 · h, Annual physical, Dr. Okafor, billed 180 dollars, allowed 110 dollars, "
        "insurance 80 dollars, patient 30 dollars, balance 30 dollars, credit 200 dollars, Balance due"
    )
    assert "no charges yet, prepaid 20 dollars" in rows["b"].sentence
    assert rows["item:c-2"].sentence == (
        "Surgical pathology, 88305, billed 210 dollars, insurance is deciding, patient 65 dollars, paid 20 dollars, "
        "let off 20 dollars, balance 25 dollars"
    )


def test_the_foot_adds_up_everything_that_fits() -> None:
    assert states()["feed"].foot == (
        "1 to 8 of 138 visits · billed $14,902.75 · patients owe $6,840.25 · insurance decides on 12"
    )


@pytest.mark.parametrize("span", [key for key in SPAN_WORDS if key != OWN_SPAN])
def test_every_span_of_days_can_be_asked(span: str) -> None:
    ask = Chosen(span).ask(TODAY)
    assert ask.first <= ask.last
    assert (ask.first <= TODAY <= ask.last) is (span != "ahead")


def test_days_the_wrong_way_round_are_one_day() -> None:
    ask = Chosen(OWN_SPAN, TODAY, TODAY - timedelta(days=3)).ask(TODAY)
    assert (ask.first, ask.last) == (TODAY - timedelta(days=3), TODAY - timedelta(days=3))


@pytest.mark.parametrize(
    ("key", "acts"),
    [("t", ["collect", "ask", "billing_status", "adjust", "add_charge", "visit_status", "superbill", "undo", "ledger"]),
     ("h", ["move", "collect", "ask", "billing_status", "adjust", "add_charge", "visit_status", "superbill", "undo",
            "ledger"]),
     ("b", ["move", "ask", "billing_status", "add_charge", "visit_status", "undo", "ledger"]),
     ("p", ["move", "ask", "billing_status", "add_charge", "visit_status", "superbill", "undo", "ledger"]),
     ("item:c-1", ["move", "adjust", "billing_status", "undo", "ledger"]), ("nobody", [])],
)  # fmt: skip
def test_what_a_row_can_take(key: str, acts: list[str]) -> None:
    assert [offer.act for offer in offers_for(states()["feed"], key)] == acts


def test_s0_14_credit_is_moved_to_the_visit_in_view_and_money_of_a_visit_off_it() -> None:
    feed = states()["feed"]
    credit, aside, paid = (offers_for(feed, key)[0] for key in ("h", "b", "p"))
    assert (credit.words, credit.target) == ("Pay $30.00 from credit…", Target("p-h", to_appointment_id="h"))
    assert aside.target == Target("p-b", appointment_id="b")
    assert paid.target == Target("p-p", appointment_id="p")


# The page on a real store -----------------------------------------------------------------------------------------


class Desk:
    """The feed over a small clinic; acts are remembered."""

    def __init__(self, clinic: TestClinic) -> None:
        self.page = ClaimsPage()
        self.went: list[tuple[str, ...]] = []
        self.acted: list[tuple[str, Target]] = []
        self.lanes = {"lists": Lane("lists")}
        self.claims = Claims(clinic.clinic)
        acts = LedgerActs(move=self._act("move"), adjust=self._act("adjust"),
                          billing_status=self._act("billing_status"))  # fmt: skip
        self.presenter = ClaimsPresenter(
            self.page, bridge=Bridge(self.page), lanes=self.lanes, claims=self.claims, speech=Speech(lambda: UTC),
            today=clinic.clinic.today, acts=acts,
            doors=Doors(lambda who: self.went.append(("ledger", who)),
                        lambda who, visit: self.went.append(("collect", who, visit))),
        )  # fmt: skip

    def _act(self, name: str) -> Any:
        def opener(target: Target, done: Any) -> None:
            self.acted.append((name, target))
            done(f"{name} done")

        return opener

    def keys(self) -> list[str]:
        return [row.key for row in self.page.table.rows]

    def close(self) -> None:
        self.lanes["lists"].close()


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.put(Practitioner(id="reyes", name="Dr. Reyes"))
    made.patient("rosa", "Rosa", "Alvarez")
    made.visit("today", "rosa")
    made.charge(3000, "2026-05-14", "rosa", "copay", "today", billed_cents=18000, code="99213")
    made.visit("april", "rosa", -60 * 24 * 22, service_date="2026-04-22", status="done", practitioner_id="reyes")
    made.charge(4500, "2026-04-22", "rosa", "lab", "april", billed_cents=9000, code="80053")
    made.paid(2000, "credit", "rosa")
    yield made
    made.close()


@pytest.fixture
def desk(clinic: TestClinic, qtbot: Any) -> Iterator[Desk]:
    made = Desk(clinic)
    qtbot.addWidget(made.page)
    made.page.resize(*FULL)
    shown(made.page)
    made.presenter.refresh()
    qtbot.waitUntil(lambda: made.keys() == ["today", "april"])
    made.page.table.setFocus(Qt.FocusReason.OtherFocusReason)
    yield made
    made.close()


def test_the_list_takes_the_focus_as_soon_as_it_is_read(desk: Desk) -> None:
    desk.page.draw(ClaimsState(skeleton=True))
    desk.page.span.setFocus()
    desk.page.take_focus()
    assert desk.page.span.hasFocus()
    desk.page.draw(desk.presenter.state)
    assert desk.page.table.hasFocus()
    desk.page.span.setFocus()
    desk.page.draw(desk.presenter.state)
    assert desk.page.span.hasFocus(), "what is read again takes the focus from nobody"


def test_enter_and_ctrl_l_open_the_account(desk: Desk) -> None:
    press("Return")
    press("Ctrl+L")
    assert desk.went == [("ledger", "rosa"), ("ledger", "rosa")]


def test_letters_do_what_the_row_can_take(desk: Desk) -> None:
    for key in ("M", "B", "D", "C"):
        press(key)
    assert desk.acted == [
        ("move", Target("rosa", to_appointment_id="today")), ("billing_status", Target("rosa", appointment_id="today")),
        ("adjust", Target("rosa", appointment_id="today")),
    ]  # fmt: skip
    assert desk.went == [("collect", "rosa", "today")]


def test_what_was_done_is_said_and_read_again(desk: Desk, clinic: TestClinic, qtbot: Any) -> None:
    clinic.charge(0, "2026-04-22", "rosa", "lab", "april", billed_cents=9000)
    press("B")
    assert desk.presenter.state.said == "billing_status done"
    qtbot.waitUntil(lambda: desk.presenter.state.lines[1].balance_cents == 0)


def test_the_menu_of_a_row_by_key(desk: Desk, qtbot: Any) -> None:
    menus: list[list[str]] = []
    keep = desk.page.show_menu
    desk.page.show_menu = lambda offers, _spot: menus.append([offer.words for offer in offers])  # type: ignore[assignment,method-assign,return-value]
    press("Shift+F10")
    assert menus == [["Pay $20.00 from credit…", "Collect $30.00", "Billing status…", "Discount or write off…",
                      "Open the ledger"]]  # fmt: skip
    menu = keep(desk.presenter.offers("today"), desk.page.mapToGlobal(desk.page.rect().center()))
    assert menu is not None
    menu.close()
    assert keep([], desk.page.rect().center()) is None


def test_right_unfolds_and_left_folds(desk: Desk, qtbot: Any) -> None:
    press("Down")
    press("Right")
    qtbot.waitUntil(lambda: desk.keys() == ["today", "april", "item:lab"])
    press("Down")
    press("D")
    assert desk.acted == [("adjust", Target("rosa", appointment_id="april", charge_id="lab"))]
    press("Left")
    qtbot.waitUntil(lambda: desk.keys() == ["today", "april"])
    assert desk.page.table.key == "april"


def test_all_line_items_at_once(desk: Desk, qtbot: Any) -> None:
    press("Ctrl+Shift+I")
    qtbot.waitUntil(lambda: desk.keys() == ["today", "item:copay", "april", "item:lab"])
    press("Ctrl+Shift+I")
    qtbot.waitUntil(lambda: desk.keys() == ["today", "april"])


def test_filters_by_keys_and_esc_clears_them(desk: Desk, qtbot: Any) -> None:
    press("Ctrl+F")
    assert desk.page.span.hasFocus()
    press("Tab")
    assert desk.page.provider.hasFocus()
    press("Down")
    press("Down")
    qtbot.waitUntil(lambda: desk.keys() == ["april"])
    press("Esc")
    qtbot.waitUntil(lambda: desk.keys() == ["today", "april"])
    desk.page.balance.setFocus()
    for _ in range(3):
        press("Down")
    qtbot.waitUntil(lambda: desk.presenter.state.empty is not None)
    assert desk.page.empty.title.text() == "No visit matches."


def test_days_of_ones_own(desk: Desk, qtbot: Any) -> None:
    desk.page.span.setFocus()
    press("End")
    qtbot.waitUntil(desk.page.first.isVisible)
    assert desk.page.first.text() == "4/15/26"
    desk.page.first.selectAll()
    desk.page.first.setFocus()
    desk.page.first.setText("5/1")
    desk.page.first.textEdited.emit("5/1")
    qtbot.waitUntil(lambda: desk.keys() == ["today"])


def test_pages_are_turned_by_keys(desk: Desk, clinic: TestClinic, qtbot: Any) -> None:
    for n in range(PAGE):
        clinic.visit(f"v{n:02d}", "rosa", minutes=n + 10)
        clinic.charge(100, "2026-05-14", "rosa", f"c{n:02d}", f"v{n:02d}")
    desk.presenter.refresh()
    qtbot.waitUntil(lambda: desk.presenter.state.page_text == "Page 1 of 2")
    press("Ctrl+PgDown")
    qtbot.waitUntil(lambda: desk.keys() == ["today", "april"])
    press("Ctrl+PgUp")
    qtbot.waitUntil(lambda: desk.presenter.state.page_text == "Page 1 of 2")


def test_a_broken_store_is_said_and_tried_again(desk: Desk, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_ask: ClaimsAsk) -> ClaimsView:
        raise StorageError("store.locked")

    with monkeypatch.context() as patched:
        patched.setattr(desk.claims, "page", broken)
        desk.presenter.refresh()
        qtbot.waitUntil(desk.page.banner.isVisible)
        assert desk.keys() == ["today", "april"]
    desk.page.banner.pressed.emit()
    qtbot.waitUntil(lambda: not desk.page.banner.isVisible())


def test_a_panel_stands_beside_the_list(desk: Desk) -> None:
    panel = QLabel("Move")
    desk.page.show_panel(panel)
    assert panel.isVisible()
    assert desk.page.table.model().columnCount() == len(BESIDE_PANEL)
    other = QLabel("Another")
    desk.page.show_panel(other)
    assert (panel.isVisible(), other.isVisible()) == (False, True)
    desk.page.hide_panel()
    assert not other.isVisible()
    assert desk.page.table.hasFocus()
    assert desk.page.table.model().columnCount() == len(COLUMNS)
    for each in (panel, other):
        each.deleteLater()


# Looks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", list(LOOKS))
def test_nothing_is_cut_in_any_look(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    page = ClaimsPage()
    qtbot.addWidget(page)
    wrong = unfit(page, "claims", look, states(), lambda: page.table.setFocus(Qt.FocusReason.OtherFocusReason))
    assert wrong == {}


@pytest.mark.parametrize("look", ["light", "compact"])
def test_beside_a_panel_nothing_is_cut(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    page, panel = ClaimsPage(), QWidget()
    qtbot.addWidget(page)
    panel.setFixedHeight(200)
    panel.setStyleSheet("background: palette(highlight)")
    page.resize(*LOOKS[look][1])
    shown(page)
    page.draw(states()["feed"])
    page.show_panel(panel)
    page.resize(*LOOKS[look][1])
    picture(page, f"claims-panel-{look}")
    assert clipped(page) == []
    assert (page.width(), page.height()) == LOOKS[look][1]


def test_the_empty_status_is_one_of_its_own() -> None:
    assert Chosen(billing_status="").narrowed
    assert not Chosen(billing_status=ANY_STATUS).narrowed
    assert replace(Chosen(), balance=ClaimBalance.OWES).narrowed
