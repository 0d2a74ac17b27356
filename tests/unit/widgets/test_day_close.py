"""The close of a day through the keys, on a real store: count, checks, batch, review, deposit; and how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.card_reader import CardReader
from app.close_views import (
    BrandLine,
    CashCount,
    CheckLine,
    Closed,
    CloseReview,
    CloseView,
    Counted,
    FoundCheck,
    NamedClue,
    TenderLine,
)
from app.day_close import DayClose
from app.lanes import Job, Lane
from app.reader_batch import ReaderBatch
from app.settings import TERMINAL_URL
from app.signin import SignIn
from devices.base import PaymentRequest
from models.operations import bodies
from models.rules.clues import Clue, ClueKind
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.simulators import pax_running
from tests.support.windows import FULL, LOOKS, clipped, press, shown, type_text, unfit
from widgets.bridge import Bridge
from widgets.common.speech import Notice, Speech
from widgets.day_close.presenter import DayClosePresenter, Doors
from widgets.day_close.state import CloseState, Step, close_state
from widgets.day_close.view import DayClosePage
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

TODAY = date(2026, 5, 14)
_AT = datetime(2026, 5, 14, 7, 52, tzinfo=UTC)
_LONG = "Maximiliana-Theodora Wolfeschlegelsteinhausenbergerdorff"
CHECKS = (CheckLine("k1", "PAY-1-00041", "2281", "Rosa Alvarez", 4_500),
          CheckLine("k2", "PAY-1-00043", "118", _LONG, 12_345_678),
          CheckLine("k3", "PAY-1-00049", "", "Henry Osei", 4_500))  # fmt: skip
COUNTED = Counted(CashCount((1, 0, 9, 6, 11, 0, 27), (0, 0, 18, 23, 0, 0)), frozenset({"k1"}),
                  (FoundCheck("77", 3_300),), {"Visa": 120_000, "Mastercard": None})  # fmt: skip
CLUES = (
    NamedClue(Clue(ClueKind.TRANSPOSED, "k1", 4_500, 5_400), "PAY-1-00041 · Check 2281"),
    NamedClue(Clue(ClueKind.NEVER_POSTED, "", 3_300), "Check 77"),
    NamedClue(Clue(ClueKind.TWICE, "k3", 4_500), "PAY-1-00049 · Check"),
)  # fmt: skip


def view(**more: Any) -> CloseView:
    """An invented desk."""
    known: dict[str, Any] = {
        "day": TODAY, "desk": "Desk 1", "drawer": "drawer 1", "opened_at": _AT, "checks": CHECKS,
        "brands": (BrandLine("Mastercard", 8, 0, 42_625), BrandLine("Visa", 23, 1, 130_000)),
        "doubts": (("PAY-1-10479", 3_000),), "drawer_opens": 14, "no_sales": 2, "suggested_float_cents": 15_000,
    }  # fmt: skip
    return CloseView(**{**known, **more})


def review(**more: Any) -> CloseReview:
    """An invented count."""
    lines = (
        TenderLine("cash", "Cash", "Drawer with its float", 9, 29_200, 0, 28_700),
        TenderLine("check", "Check", "In the envelope", 3, 21_000, 0, 21_000),
        TenderLine("card", "Card", "Reader's batch", 31, 184_625, 12_000, 172_625),
        TenderLine("external", "Paid elsewhere", "Paid online or elsewhere", 6, 38_800, 0, 38_800),
    )
    known: dict[str, Any] = {
        "counted": COUNTED, "counted_cents": 43_700, "expected_cents": 44_200, "float_cents": 15_000, "moved_cents": 0,
        "lines": lines, "clues": (), "kept_cents": 15_000, "bill_cents": 28_200, "coin_cents": 500, "checks": 3,
        "check_cents": 21_000, "allowance_cents": 1_000, "needs_manager": False,
    }  # fmt: skip
    return CloseReview(**{**known, **more})


def states() -> dict[str, CloseState]:
    """Every state of the page."""
    fine = view(doubts=())
    closed = Closed("z", "Z-1-00052", TODAY, "d", "DEP-1-00053", at=_AT, difference_cents=-500, to_bank_cents=49_700)
    far = review(needs_manager=True, counted_cents=20_000, clues=CLUES)
    return {
        "count": close_state(view(), Step.COUNT, COUNTED, None),
        "open": close_state(view(opened_at=None), Step.OPEN, Counted(), None),
        "checks": close_state(fine, Step.CHECKS, COUNTED, None, CLUES),
        "batch": close_state(fine, Step.BATCH, COUNTED, None),
        "batch-asked": close_state(fine, Step.BATCH, COUNTED, None, asks_reader=True, error="No answer."),
        "done-reader": close_state(view(closed=closed), Step.DONE, Counted(), None, asks_reader=True),
        "review": close_state(fine, Step.REVIEW, COUNTED, review(), reason="Gave $5 too much change at 11:20"),
        "review-far": close_state(fine, Step.REVIEW, COUNTED, far, error="Say what happened."),
        "deposit": close_state(fine, Step.DEPOSIT, COUNTED, review()),
        "deposit-blocked": close_state(view(), Step.DEPOSIT, COUNTED, review(), error="1 item of money is still open"),
        "done": close_state(view(day=TODAY + timedelta(days=1), closed=closed, doubts=()), Step.DONE, Counted(), None),
        "broken": close_state(fine, Step.COUNT, Counted(), None, notice=Notice("The store is busy", "")),
        "waiting": CloseState(skeleton=True),
    }  # fmt: skip


# What is shown ----------------------------------------------------------------------------------------------------


def test_s0_41_nothing_of_the_target_is_seen_while_counting(qtbot: Any) -> None:
    page = DayClosePage()
    qtbot.addWidget(page)
    page.draw(states()["count"])
    shown(page)
    from widgets.common.text import Text

    words = " ".join(label.text() for label in page.findChildren(Text) if label.isVisible())
    assert "hidden" in words
    for secret in ("$442.00", "$292.00", "$150.00", "Expected"):
        assert secret not in words


def test_the_steps_say_where_it_stands() -> None:
    assert [line.state for line in states()["review"].steps] == ["done", "done", "done", "now", "todo"]
    assert [line.note for line in states()["count"].steps] == [
        "Target stays hidden", "3 checks, $123,546.78", "31 sales, 1 refund", "Over or short", "Slip, reports, lock",
    ]  # fmt: skip
    assert states()["count"].step_text == "Step 1 of 5"
    assert states()["done"].heading == "Closed Thursday, May 14"


def test_clues_are_whole_sentences() -> None:
    assert states()["review-far"].clues == (
        "PAY-1-00041 · Check 2281: $45.00 was posted; should it be $54.00? Two digits may have changed places.",
        "Check 77, $33.00: in hand, but never posted. Take it as a payment.",
        "PAY-1-00049 · Check, $45.00: entered twice? Delete one of the two.",
    )


# The page on a real store -----------------------------------------------------------------------------------------


class Here:
    """The page over a small clinic; what it says and where it leads is remembered."""

    def __init__(self, clinic: TestClinic) -> None:
        self.clinic = clinic
        self.window = QWidget()
        self.page = DayClosePage()
        QVBoxLayout(self.window).addWidget(self.page)
        self.items: list[Any] = []
        self.said: list[str] = []
        self.went: list[str] = []
        self.printed = 0
        self.keys: list[str] = []
        self.lanes = {name: Lane(name) for name in ("reads", "store", "terminal")}
        self.session = Session(self.page)
        self.session.sign_in(MARIA)
        attention = SimpleNamespace(items=lambda: tuple(self.items))
        story = DayClose(clinic.clinic, clinic.settings, attention, lambda: None)  # type: ignore[arg-type]
        self.presenter = DayClosePresenter(
            self.page, bridge=Bridge(self.page), lanes=self.lanes, close=story,
            batch=ReaderBatch(clinic.clinic, CardReader(clinic.settings)), sign_in=SignIn(clinic.clinic),
            session=self.session, speech=Speech(lambda: UTC),
            doors=Doors(lambda: self.went.append("attention"), self.said.append), printer=self,
        )  # fmt: skip

    def choose(self, _parent: QWidget, _title: str) -> bool:
        return True

    def put(self, pages: Any) -> None:
        self.printed += len(pages)

    @property
    def state(self) -> CloseState:
        return self.presenter.state

    def press(self, *keys: str) -> None:
        """Press keys, each counted."""
        for key in keys:
            self.keys.append(key)
            press(key)

    def count(self, *counts: str) -> None:
        """Type counts, each with Enter."""
        for text in counts:
            if text:
                type_text(text)
            self.press("Return")

    def close(self) -> None:
        for lane in self.lanes.values():
            lane.close()


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """A drawer with 150 of float and 292 of cash: 442 in all."""
    made = TestClinic(tmp_path)
    made.patient()
    made.put(bodies.DrawerOpened(session_id="s", drawer="desk-1", float_cents=15_000, moved_cents=15_000))
    _pay(made, "c1", 29_200, "cash")
    yield made
    made.close()


def _pay(made: TestClinic, payment_id: str, cents: int, tender: str, **more: Any) -> None:
    made.put(bodies.Collect(payment_id=payment_id, patient_id="rosa", tender=tender, amount_cents=cents,
                            number=f"PAY-1-{payment_id}", receipt_no=f"R-{payment_id}", **more))  # fmt: skip


def _card(made: TestClinic, payment_id: str, cents: int, brand: str) -> None:
    _pay(made, payment_id, cents, "card", card=bodies.CardFacts(brand=brand, last4="4242"))


def _open(clinic: TestClinic, qtbot: Any) -> Here:
    made = Here(clinic)
    qtbot.addWidget(made.window)
    made.window.resize(*FULL)
    shown(made.window)
    made.presenter.refresh()
    qtbot.waitUntil(lambda: made.state.view is not None)
    return made


@pytest.fixture
def here(clinic: TestClinic, qtbot: Any) -> Iterator[Here]:
    made = _open(clinic, qtbot)
    yield made
    made.close()


FOURTEEN = ("1", "", "12", "6", "7", "", "4", "", "", "8", "", "", "", "1")
"""$100, 12 × $20, 6 × $10, 7 × $5, 4 × $1, 8 × 25¢, and a dollar in rolls: $442.00."""


def test_s0_41_the_step_budget_of_a_drawer_of_14_kinds(here: Here, clinic: TestClinic, qtbot: Any) -> None:
    """Counts with Enter, Ctrl+Enter, Enter × 3."""
    _card(clinic, "v1", 3_000, "Visa")
    here.presenter.refresh()
    qtbot.waitUntil(lambda: bool(here.state.view and here.state.view.brands))
    here.count(*FOURTEEN)
    assert here.state.counted.cash.cents == 44_200
    assert here.keys == ["Return"] * 14
    here.keys.clear()
    here.press("Ctrl+Return")
    here.press("Return")
    qtbot.waitUntil(lambda: here.state.step is Step.REVIEW)
    here.press("Return")
    assert here.state.step is Step.DEPOSIT
    here.press("Return")
    qtbot.waitUntil(lambda: here.state.step is Step.DONE)
    assert here.keys == ["Ctrl+Return", "Return", "Return", "Return"]
    assert clinic.rows("SELECT counted_cents, expected_cents, kept_cents FROM day_close") == [(44_200, 44_200, 15_000)]
    assert clinic.clinic.today() == date(2026, 5, 15)


def test_s0_41_enter_never_finishes_the_count(here: Here) -> None:
    here.count(*FOURTEEN)
    here.press("Return", "Return", "Return")
    assert here.state.step is Step.COUNT


def test_s0_41_checks_are_ticked_by_space_or_all_at_once(here: Here, clinic: TestClinic, qtbot: Any) -> None:
    for payment_id, cents in (("k1", 4_500), ("k2", 1_200)):
        _pay(clinic, payment_id, cents, "check", check_no=f"9{payment_id}")
    here.presenter.refresh()
    qtbot.waitUntil(lambda: bool(here.state.view and len(here.state.view.checks) == 2))
    here.press("Ctrl+Return")
    assert here.state.step is Step.CHECKS
    here.press("Space")
    assert here.state.counted.in_hand == {"k1"}
    here.press("Ctrl+A")
    assert here.state.counted.in_hand == {"k1", "k2"}
    here.press("Down", "Space")
    assert here.state.counted.in_hand == {"k1"}
    here.page.checks.number.setFocus(Qt.FocusReason.OtherFocusReason)
    type_text("9k2")
    here.page.checks.amount.setFocus(Qt.FocusReason.OtherFocusReason)
    type_text("21.00")
    here.press("Return")
    assert here.state.step is Step.CHECKS
    assert here.state.clues == ("PAY-1-k2 · Check 9k2: $12.00 was posted; should it be $21.00? "
                                "Two digits may have changed places.",)  # fmt: skip
    here.press("Esc")
    assert here.state.step is Step.COUNT


def test_s0_41_the_batch_is_keyed_by_brand(here: Here, clinic: TestClinic, qtbot: Any) -> None:
    _card(clinic, "v1", 3_000, "Visa")
    _card(clinic, "m1", 4_500, "Mastercard")
    here.presenter.refresh()
    qtbot.waitUntil(lambda: bool(here.state.view and len(here.state.view.brands) == 2))
    here.count(*FOURTEEN)
    here.press("Ctrl+Return")
    type_text("54.00")
    here.press("Return")
    type_text("30")
    here.press("Return")
    qtbot.waitUntil(lambda: here.state.step is Step.REVIEW)
    assert here.state.clues == ("PAY-1-m1 · Mastercard: $45.00 was posted; should it be $54.00? "
                                "Two digits may have changed places.",)  # fmt: skip
    here.press("Return")
    assert here.state.step is Step.REVIEW, "a reason is wanted"
    assert here.state.error == "Say what happened. It stands in the Z report."
    type_text("Typed wrong")
    here.press("Return")
    assert here.state.step is Step.DEPOSIT


def test_s0_41_the_reader_adds_up_its_batch_and_shows_what_was_never_posted(
    here: Here, clinic: TestClinic, qtbot: Any
) -> None:
    """Two presses of Enter compare what a person had to print and type; then the batch goes to the bank, once."""
    with pax_running() as pax:
        clinic.settings.set(TERMINAL_URL, pax.url)
        terminal = CardReader(clinic.settings).terminal()
        for reference, card, cents in (("100001", "visa", 3_000), ("100002", "mastercard", 4_500)):
            pax.tell(f"card {card}")
            asked = PaymentRequest(attempt_id=reference, terminal_ref=reference, amount_cents=cents)
            assert terminal.payment(asked, Job()).approved_cents == cents
        terminal.close()
        _card(clinic, "v1", 3_000, "Visa")
        here.presenter.refresh()
        qtbot.waitUntil(lambda: bool(here.state.view and here.state.view.brands and here.state.asks_reader))
        here.count(*FOURTEEN)
        here.press("Ctrl+Return")
        assert here.page.batch.ask.hasFocus()
        here.press("Return")
        qtbot.waitUntil(lambda: len(here.state.counted.batch) == 2, timeout=20_000)
        assert here.state.counted.batch == {"Visa": 3_000, "Mastercard": 4_500}
        assert [line.brand for line in here.state.view.brands] == ["Visa", "Mastercard"]  # type: ignore[union-attr]
        here.press("Return")
        qtbot.waitUntil(lambda: here.state.step is Step.REVIEW)
        card = next(line for line in here.state.review.lines if line.tender == "card")  # type: ignore[union-attr]
        assert (card.note, card.difference_cents) == ("Reader's batch", 4_500)
        type_text("Charged by hand")
        here.press("Return", "Return")
        qtbot.waitUntil(lambda: here.state.step is Step.DONE)
        here.page.done.send.click()
        qtbot.waitUntil(lambda: bool(here.said) and "batch went to the bank" in here.said[-1], timeout=20_000)
        assert here.said[-1] == "The reader's batch went to the bank: $75.00 in 2 entries."
        here.page.done.send.click()
        qtbot.waitUntil(lambda: bool(here.state.error), timeout=20_000)
        assert "nothing to send" in here.state.error
        assert pax.requests("B00") == 1


def test_s0_41_one_recount_then_a_manager_by_pin(here: Here, clinic: TestClinic, qtbot: Any) -> None:
    from models.operations.records import Staff

    signing = SignIn(clinic.clinic)
    clinic.put(Staff(id=PRIYA.staff_id, name=PRIYA.name, role="manager", pin_hash=signing.hash("482913")))
    here.press("Ctrl+Return")
    qtbot.waitUntil(lambda: here.state.step is Step.REVIEW)
    for recounts in (1, 2):
        here.press("F9")
        assert (here.state.step, here.state.counted.cash.cents) == (Step.COUNT, 0)
        here.count(*FOURTEEN)
        here.press("Ctrl+Return")
        qtbot.waitUntil(lambda: here.state.step is Step.REVIEW)
        assert here.state.review is not None
        assert here.state.review.needs_manager is (recounts == 2)
    here.press("Return")
    assert here.page.review.lend.pin.hasFocus()
    type_text("000000")
    here.press("Return")
    qtbot.waitUntil(lambda: bool(here.page.review.lend.error.text()))
    type_text("482913")
    here.press("Return")
    qtbot.waitUntil(lambda: here.state.step is Step.DEPOSIT)
    here.press("Return")
    qtbot.waitUntil(lambda: here.state.step is Step.DONE)
    assert clinic.rows("SELECT supervisor, recounts FROM day_close") == [("priya", 2)]


def test_s0_41_open_money_blocks_the_last_step(here: Here, clinic: TestClinic, qtbot: Any) -> None:
    here.items = [SimpleNamespace(kind="unknown_sale", amount_cents=3_000, facts={})]
    here.presenter.refresh()
    qtbot.waitUntil(lambda: here.state.blocked)
    here.count(*FOURTEEN)
    here.press("Ctrl+Return")
    qtbot.waitUntil(lambda: here.state.step is Step.REVIEW)
    here.press("Return", "Return")
    assert here.state.step is Step.DEPOSIT
    assert not here.page.go.isEnabled()
    assert here.page.side.attention.isVisible()
    here.page.side.attention.click()
    assert here.went == ["attention"]
    assert clinic.rows("SELECT 1 FROM day_close") == []


def test_s0_41_the_first_float_is_asked_for(tmp_path: Path, qtbot: Any) -> None:
    clinic = TestClinic(tmp_path)
    clinic.patient()
    here = _open(clinic, qtbot)
    assert here.state.step is Step.OPEN
    type_text("150")
    here.press("Return")
    qtbot.waitUntil(lambda: here.state.step is Step.COUNT)
    assert here.said == ["The drawer begins with $150.00."]
    here.close()
    clinic.close()


def test_s0_41_paid_out_with_a_reason(here: Here, clinic: TestClinic, qtbot: Any) -> None:
    here.press("Ctrl+M")
    dialog = here.presenter.move_dialog
    qtbot.waitUntil(dialog.isVisible)
    type_text("20")
    here.press("Return")
    qtbot.waitUntil(lambda: bool(dialog.error.text))
    dialog.reason.setText("Stamps")
    here.press("Return")
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert clinic.rows("SELECT kind, amount_cents, reason FROM drawer_act WHERE kind <> 'opened'") == [
        ("paid_out", 2_000, "Stamps")
    ]


def test_s0_41_the_x_report_any_time(here: Here, qtbot: Any) -> None:
    here.press("Ctrl+P")
    qtbot.waitUntil(lambda: here.printed == 1)
    assert here.state.step is Step.COUNT


def test_s0_41_papers_again_and_the_slip_taken_back(here: Here, clinic: TestClinic, qtbot: Any) -> None:
    here.session.sign_in(PRIYA)
    here.count(*FOURTEEN)
    here.press("Ctrl+Return")
    qtbot.waitUntil(lambda: here.state.step is Step.REVIEW)
    here.press("Return", "Return")
    qtbot.waitUntil(lambda: here.state.step is Step.DONE)
    here.page.take_focus()
    here.press("Return")
    qtbot.waitUntil(lambda: here.printed >= 2)
    here.page.done.delete.click()
    type_text("Wrong account")
    here.press("Return")
    qtbot.waitUntil(lambda: bool(here.state.view and here.state.view.closed and not here.state.view.closed.deposit_id))
    assert not here.page.done.delete.isVisible()


def test_a_count_is_kept_for_later(here: Here, clinic: TestClinic, qtbot: Any) -> None:
    here.count("3", "1")
    here.page.keep.click()
    qtbot.waitUntil(lambda: bool(here.said))
    other = _open(clinic, qtbot)
    assert other.state.counted.cash.cents == 35_000
    other.close()


@pytest.mark.parametrize("look", LOOKS)
def test_everything_has_its_room(look: str, themed: Any, qtbot: Any) -> None:
    themed.set(**LOOKS[look][0])
    page = DayClosePage()
    qtbot.addWidget(page)
    assert unfit(page, "day-close", look, states(), page.take_focus) == {}


def test_no_control_without_a_name(qtbot: Any) -> None:
    page = DayClosePage()
    qtbot.addWidget(page)
    for name in ("count", "checks", "batch", "review-far"):
        page.draw(states()[name])
        shown(page)
        reached = [w for w in page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()]
        assert [w for w in reached if not w.accessibleName()] == []
        assert clipped(page) == []
