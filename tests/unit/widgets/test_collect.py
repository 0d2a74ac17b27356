"""Collect: amounts as typed, where the money goes, every state of the reader, and that one Enter pays once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from app.checkout import Checkout
from app.lanes import Job, Lane, Progress
from app.link_at_collect import LinkOrder
from app.views import (
    Collected,
    CollectEnd,
    CollectRequest,
    CollectSheet,
    CreditInUse,
    DeviceLight,
    FromHome,
    KeepCard,
    KeptCardLine,
    TenderKind,
)  # fmt: skip
from models.basics.errors import Effect, PaymentUnconfirmed, RuleBroken, StorageError
from models.ledger.figures import Figures
from models.rules import change
from models.rules.collecting import Lot
from tests.support import frozen
from tests.support.windows import FULL, LOOKS, Board, press, shown, type_text, unfit
from widgets import theme
from widgets.attention.checking import Checker
from widgets.bridge import Bridge
from widgets.collect.draft import EXTRA_KEY, carry_over, cash_of, decide, first_draft
from widgets.collect.page import _Page  # noqa: F401 - the page can be put together without a window
from widgets.collect.presenter import READER_AWAY, CollectPresenter, Doors
from widgets.collect.reader import AGAIN, ENDED, PROMPTS, RUNNING, Reader, fill
from widgets.collect.state import (
    REASON_WORDS,
    CollectState,
    Inputs,
    Phase,
    Reasons,
    Running,
    checking_words,
    collect_state,
    quick_words,
)
from widgets.collect.view import CollectPage
from widgets.common.speech import Speech
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

SPEECH = Speech(lambda: frozen.ZONE)
BALANCE = Figures(17500, 0, 0, 0)


def sheet(**changes: Any) -> CollectSheet:
    """Rosa's sheet with her account's figures."""
    return frozen.sheet(**({"figures": BALANCE} | changes))


def with_credit(cents: int) -> CollectSheet:
    """Rosa has money on account."""
    figures = Figures(17500, 0, cents, 0)
    lots = (Lot("early", "", cents),)
    return sheet(credit_cents=cents, lots=lots, figures=figures, tenders=("card", "cash", "check", "credit"))


def goes(
    of: CollectSheet, amounts: dict[str, int], use_credit: bool = False, extra: int = 0, extra_for: str | None = None
) -> Any:
    """Where the money would go, by the product's own rules."""
    return Checkout.distribute(None, of, amounts, use_credit, extra, extra_for)  # type: ignore[arg-type]


def state_of(of: CollectSheet, draft: Any = None, phase: Phase = Phase(), *, away: bool = False) -> CollectState:
    """The state of a sheet, as the presenter makes it."""
    draft = draft or first_draft(of)
    decided = decide(of, draft, SPEECH.field)
    plan = goes(of, decided.amounts, draft.use_credit, decided.extra_cents, draft.extra_for)
    cash = cash_of(draft, plan.to_collect_cents, SPEECH.field)
    quick = change.quick_amounts(plan.to_collect_cents) if plan.to_collect_cents else ()
    notes = change.change_notes(cash.change_cents) if cash.change_cents else ()
    return collect_state(Inputs(of, draft, decided, plan, frozen.DAY, quick, notes, away, SPEECH.field), phase)


# Amounts ----------------------------------------------------------------------------------------------------------


def test_a_sheet_opens_with_its_default_lines_and_the_first_tender():
    draft = first_draft(sheet())
    assert (draft.ticked, draft.tender, draft.use_credit) == ({"copay", "lab"}, TenderKind.CARD, False)


def test_credit_is_on_where_there_is_some():
    assert first_draft(with_credit(2000)).use_credit


def test_no_card_is_offered_while_an_earlier_one_is_not_known():
    frozen_sheet = sheet(frozen_by_unknown=True)
    assert first_draft(frozen_sheet).tender is TenderKind.CASH
    tiles = {tile.tender: tile for tile in state_of(frozen_sheet).tiles}
    assert not tiles[TenderKind.CARD].enabled
    assert tiles[TenderKind.CASH].enabled


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-5", "Amounts here are never negative. Give money back with Undo or Refund."),
        ("ten", "That is not an amount. Type it like 25 or 25.50."),
        ("10.005", "Cents have two digits. Type it like 25.50."),
        ("45.01", "At most $45.00 is owed here."),
        ("1000001", "More than $1,000,000.00 at once. Check the amount: a digit too many?"),
        ("0", "Enter an amount. Tick a charge or type what the patient pays."),
    ],
)
def test_what_is_no_amount_is_said_under_the_line_and_stops_the_payment(text: str, words: str):
    draft = first_draft(sheet()).typed("lab", text)
    state = state_of(sheet(), draft)
    line = next(line for line in state.lines if line.key == "lab")
    assert (line.error, line.text) == (words, text)
    assert state.primary is not None
    assert not state.primary.enabled
    assert state.to_collect_cents == 3000


def test_part_of_a_line_may_be_paid():
    state = state_of(sheet(), first_draft(sheet()).typed("lab", "20"))
    assert state.to_collect_cents == 5000
    assert [(row.this_cents, row.left_cents, row.paid) for row in state.goes[:3]] == [
        (3000, 0, True), (2000, 2500, False), (0, 10000, False),
    ]  # fmt: skip
    assert state.total_note == "$175.00 owed in all · $125.00 left after this"


def test_a_line_let_go_keeps_what_was_typed_for_it():
    draft = first_draft(sheet()).typed("lab", "20").tick("lab", on=False)
    assert state_of(sheet(), draft).to_collect_cents == 3000
    assert state_of(sheet(), draft.tick("lab", on=True)).to_collect_cents == 5000


def test_clearing_an_amount_lets_the_line_go():
    assert "lab" not in first_draft(sheet()).typed("lab", "").ticked


def test_nothing_chosen_says_what_to_do():
    draft = first_draft(sheet()).tick("copay", on=False).tick("lab", on=False)
    state = state_of(sheet(), draft)
    assert (state.pane, state.primary and state.primary.enabled) == ("nothing", False)


def test_money_beyond_what_is_owed_stays_on_account():
    draft = first_draft(sheet(visit_charged=True)).typed(EXTRA_KEY, "25")
    state = state_of(sheet(visit_charged=True), draft)
    assert state.to_collect_cents == 10000
    assert state.extra is not None
    assert state.extra.subtitle == "Free for any visit"
    assert [(row.title, row.this_cents) for row in state.goes[3:]] == [("Unallocated credit", 2500)]


def test_money_beyond_what_is_owed_waits_for_a_visit_without_charges():
    draft = first_draft(sheet()).typed(EXTRA_KEY, "25")
    state = state_of(sheet(), draft)
    assert [(row.title, row.this_cents) for row in state.goes[3:]] == [
        ("Prepaid for this visit", 2500), ("Unallocated credit", 0),
    ]  # fmt: skip


def test_credit_that_covers_everything_needs_no_tender():
    state = state_of(with_credit(20000))
    assert (state.tender, state.pane, state.to_collect_cents) == (TenderKind.CREDIT, "credit", 0)
    assert state.primary is not None
    assert state.primary.text == "Use $75.00 of credit"
    assert not any(tile.enabled for tile in state.tiles)


def test_credit_that_covers_a_part_lowers_what_is_collected():
    state = state_of(with_credit(2000))
    assert (state.credit_used_cents, state.to_collect_cents, state.pane) == (2000, 5500, "card")
    assert state.primary is not None
    assert state.primary.text == "Charge $55.00 to card"


def test_choices_are_carried_over_to_a_fresh_sheet():
    draft = first_draft(sheet()).typed("lab", "20").tick("follow", on=True)
    smaller = replace(frozen.LAB, owes_cents=1000)
    kept = carry_over(draft, sheet(lines=(frozen.COPAY, smaller)))
    assert kept.ticked == {"copay", "lab"}
    assert state_of(sheet(lines=(frozen.COPAY, smaller)), kept).to_collect_cents == 4000


# Cash -------------------------------------------------------------------------------------------------------------


def cash(received: str = "") -> CollectState:
    draft = replace(first_draft(sheet()), tender=TenderKind.CASH, received=received)
    return state_of(sheet(), draft)


def test_cash_is_exact_until_something_is_typed():
    state = cash()
    assert state.cash is not None
    assert (state.cash.text, state.cash.change_cents, state.cash.chosen_cents) == ("75.00", 0, 7500)
    assert state.primary is not None
    assert state.primary.enabled


def test_change_comes_with_the_notes_to_hand_back():
    state = cash("100")
    assert state.cash is not None
    assert (state.cash.change_cents, state.cash.notes) == (2500, ((1, 2000), (1, 500)))


def test_too_little_cash_is_refused_with_what_is_missing():
    state = cash("70")
    assert state.cash is not None
    assert state.cash.error == "$5.00 short. Change the amounts (Alt+A) to take less."
    assert state.primary is not None
    assert not state.primary.enabled


@pytest.mark.parametrize(("cents", "words"), [(7500, "Exact $75"), (8000, "$80"), (7550, "$75.50")])
def test_quick_amounts_have_short_faces(cents: int, words: str):
    assert quick_words(cents, 7500) == words


# The reader's table -----------------------------------------------------------------------------------------------


def test_every_end_of_a_payment_has_words_a_button_and_a_state():
    for end in CollectEnd:
        if end is not CollectEnd.TAKEN:
            assert ENDED[end] in PROMPTS
            assert ENDED[end] in AGAIN
    assert set(RUNNING) == {"arming", "waiting", "inserted", "pin", "authorising", "checking", "signing"}
    assert set(Reader) == set(PROMPTS)


GUIDE = [
    (Reader.ARMING, "Starting the reader", True),
    (Reader.WAITING, "Swipe, dip or tap", True),
    (Reader.INSERTED, "Leave the card in", False),
    (Reader.PIN, "Patient is typing", True),
    (Reader.AUTHORISING, "Asking the bank", False),
    (Reader.DECLINED, "Card declined", False),
    (Reader.TRY_CHIP, "Use the chip", False),
    (Reader.TIMED_OUT, "No card was shown", False),
    (Reader.CANCELLED, "Patient pressed cancel", False),
    (Reader.PARTLY, "Approved for $40.00", False),
    (Reader.UNKNOWN, "We do not know yet", False),
    (Reader.NOT_CONNECTED, "Reader not connected", False),
]


@pytest.mark.parametrize(("reader", "title", "cancel"), GUIDE)
def test_the_prompts_are_those_of_the_design_guide(reader: Reader, title: str, cancel: bool):
    prompt = fill(PROMPTS[reader], {"approved": "$40.00"})
    assert (prompt.title, prompt.cancel) == (title, cancel)


def test_nothing_unfilled_is_ever_shown():
    for name, state in states().items():
        said = repr((state.prompt, state.primary, state.charge_again, state.goes))
        assert "{" not in said.replace("LineState", ""), name


@pytest.mark.parametrize("reader", [Reader.DECLINED, Reader.TIMED_OUT, Reader.CANCELLED, Reader.STOPPED])
def test_every_end_without_payment_says_that_nothing_was_charged(reader: Reader):
    assert "Nothing was charged." in " ".join(PROMPTS[reader].lines)


def test_not_known_never_offers_to_charge_again():
    ended = frozen.collected(CollectEnd.UNKNOWN)
    state = state_of(sheet(), None, Phase(ended=ended, reader=Reader.UNKNOWN))
    assert state.primary is not None
    assert state.primary.act == "attention"
    assert state.charge_again == ""


def test_a_duplicate_is_charged_again_only_by_a_second_key():
    ended = frozen.collected(CollectEnd.DUPLICATE, facts={"at": "10:31 AM"})
    state = state_of(sheet(), None, Phase(ended=ended, reader=Reader.DUPLICATE))
    assert state.primary is not None
    assert (state.primary.act, state.primary.text) == ("choose", "Do not charge again")
    assert state.charge_again == "Charge $75.00 again"
    assert state.prompt is not None
    assert state.prompt.lines[0] == "This card was charged $75.00 at 10:31 AM. Charge it again?"


def test_the_words_about_asking_again():
    assert checking_words("9:41 AM", 12) == "Asked at 9:41 AM, no answer yet. Asking again in 12 s"
    assert checking_words("", None) == "Asking the reader now"


# The page ---------------------------------------------------------------------------------------------------------


class Till:
    """Checkout whose answers a test writes; where the money goes is worked out by the product's own rules."""

    def __init__(self) -> None:
        self.first: CollectSheet | Exception = sheet()
        self.opened: list[tuple[str, str]] = []
        self.answers: list[Collected | Exception] = []
        self.requests: list[CollectRequest] = []
        self.recorded: list[tuple[str, str]] = []
        self.steps: tuple[Progress, ...] = ()
        self.gate = threading.Event()
        self.gate.set()
        self.cancelled = False

    def open(self, patient_id: str, appointment_id: str = "", _request_id: str = "") -> CollectSheet:
        self.opened.append((patient_id, appointment_id))
        if isinstance(self.first, Exception):
            raise self.first
        return replace(self.first, attempt_id=f"attempt-{len(self.opened)}")

    def distribute(
        self, of: CollectSheet, amounts: dict[str, int], use_credit: bool, extra: int = 0, extra_for: str | None = None
    ) -> Any:
        return goes(of, amounts, use_credit, extra, extra_for)

    quick_amounts = staticmethod(change.quick_amounts)
    change_notes = staticmethod(change.change_notes)

    def lane_for(self, tender: TenderKind) -> str:
        return "terminal" if tender is TenderKind.CARD else "store"

    def collect(self, request: CollectRequest, job: Job[Collected]) -> Collected:
        self.requests.append(request)
        for step in self.steps:
            job.report(step)
        while not self.gate.wait(0.005):
            if job.cancelled:
                self.cancelled = True
                return frozen.collected(CollectEnd.CANCELLED)
        answer = self.answers.pop(0) if self.answers else frozen.collected()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def rest(self, request: CollectRequest, collected: Collected) -> tuple[CollectSheet, dict[str, int]]:
        lines = (replace(frozen.LAB, owes_cents=3500), frozen.FOLLOW)
        return replace(request.sheet, attempt_id="attempt-rest", lines=lines), {"lab": collected.left_cents}

    def not_collecting(self, _sheet: CollectSheet, reason: str, note: str, _person: Any) -> None:
        self.recorded.append((reason, note))


class Finder:
    """Recovery whose answers a test writes."""

    def __init__(self) -> None:
        self.answers: list[Collected] = []
        self.asked = 0

    def check(self, _attempt_id: str, _job: Any) -> Collected:
        self.asked += 1
        return self.answers.pop(0) if self.answers else frozen.collected(CollectEnd.UNKNOWN)


class Desk:
    """A Collect page with everything around it."""

    def __init__(self) -> None:
        self.page = CollectPage()
        self.till, self.finder, self.board = Till(), Finder(), Board()
        self.lanes = {name: Lane(name) for name in ("reads", "store", "terminal")}
        self.went: list[Any] = []
        bridge, session = Bridge(self.page), Session(self.page)
        session.sign_in(frozen.MARIA)
        self.checker = Checker(bridge=bridge, lanes=self.lanes, recovery=self.finder, parent=bridge)  # type: ignore[arg-type]
        doors = Doors(
            approved=self.went.append,
            back=lambda: self.went.append("back"),
            attention=lambda: self.went.append("attention"),
        )
        self.presenter = CollectPresenter(
            self.page, bridge=bridge, lanes=self.lanes, checkout=self.till, status=self.board,  # type: ignore[arg-type]
            checker=self.checker, session=session, speech=SPEECH, today=lambda: frozen.DAY, doors=doors,
        )  # fmt: skip

    @property
    def state(self) -> CollectState:
        return self.presenter.state

    @property
    def title(self) -> str:
        return self.state.prompt.title if self.state.prompt else ""

    def close(self) -> None:
        self.till.gate.set()
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
    """The page with Rosa's sheet open."""
    desk.presenter.open("p-0041877", "a-4")
    qtbot.waitUntil(lambda: desk.state.sheet is not None)
    desk.page.take_focus()
    return desk


def test_enter_charges_the_card_and_leads_to_approved(qtbot: Any, at: Desk):
    press("Return")
    qtbot.waitUntil(lambda: bool(at.went))
    assert at.went[0].end is CollectEnd.TAKEN
    request = at.till.requests[0]
    assert (request.amounts, request.tender, request.person) == (
        {"copay": 3000, "lab": 4500}, TenderKind.CARD, frozen.MARIA,
    )  # fmt: skip
    assert request.print_receipt


def test_two_enters_pay_once(qtbot: Any, at: Desk):
    at.till.gate.clear()
    press("Return")
    press("Return")
    QTest.keyClick(at.page, Qt.Key.Key_Enter)
    at.page.primary.click()
    qtbot.waitUntil(lambda: bool(at.till.requests))
    at.till.gate.set()
    qtbot.waitUntil(lambda: bool(at.went))
    assert len(at.till.requests) == 1


def test_amounts_are_locked_while_the_reader_is_on(qtbot: Any, at: Desk):
    at.till.steps, at.till.gate = (Progress("waiting", 0, 120),), threading.Event()
    press("Return")
    qtbot.waitUntil(lambda: at.title == "Swipe, dip or tap")
    assert at.presenter.busy
    assert at.state.locked
    assert at.state.ring == (120, 120)
    at.page.left.covers.table.ticked.emit("follow", True)
    press("Alt+A")
    assert at.state.to_collect_cents == 7500
    assert not at.state.editing
    assert at.page.left.covers._locked.isVisible()


def test_the_ring_counts_down_by_itself(qtbot: Any, at: Desk):
    at.till.steps, at.till.gate = (Progress("waiting", 0, 60), Progress("waiting", 0, 60)), threading.Event()
    press("Return")
    qtbot.waitUntil(lambda: at.state.ring is not None and at.state.ring[0] < 60)
    assert at.page.card_pane._ring.text in {"0:59", "0:58"}


def test_escape_stops_the_reader_and_nothing_is_charged(qtbot: Any, at: Desk):
    at.till.steps, at.till.gate = (Progress("waiting", 0, 120),), threading.Event()
    press("Return")
    qtbot.waitUntil(lambda: at.state.ring is not None)
    press("Esc")
    assert at.title == "Stopping the reader"
    qtbot.waitUntil(lambda: at.title == "Card payment cancelled")
    assert at.till.cancelled
    press("Esc")
    assert at.went == ["back"]


def test_while_the_bank_is_asked_nothing_can_be_cancelled(qtbot: Any, at: Desk):
    at.till.steps, at.till.gate = (Progress("authorising"),), threading.Event()
    press("Return")
    qtbot.waitUntil(lambda: at.title == "Asking the bank")
    press("Esc")
    press("F6")
    assert at.title == "Asking the bank"
    assert not at.page.stop.isEnabled()


def test_another_tender_while_the_reader_waits_stops_it_first(qtbot: Any, at: Desk):
    at.till.steps, at.till.gate = (Progress("waiting", 0, 120),), threading.Event()
    press("Return")
    qtbot.waitUntil(lambda: at.state.ring is not None)
    press("F6")
    qtbot.waitUntil(lambda: at.state.pane == "cash")
    assert at.till.cancelled
    assert not at.presenter.busy
    qtbot.waitUntil(lambda: len(at.till.opened) == 2)


def by_link(at: Desk) -> list[LinkOrder]:
    """What the page wants asked by link instead."""
    wanted: list[LinkOrder] = []
    at.presenter.choosing.link_wanted.connect(wanted.append)
    return wanted


@pytest.mark.parametrize("keys", [("F9",), ("Esc", "F9")])
def test_s0_43_asked_by_link_while_the_reader_waits_stops_it_first(qtbot: Any, at: Desk, keys: tuple[str, ...]):
    """Nothing is asked before the reader has said that nothing was charged; then for the same money, on a fresh
    sheet."""
    wanted, stopped = by_link(at), threading.Event()
    at.till.steps, at.till.gate = (Progress("waiting", 0, 120),), threading.Event()
    at.till.collect = _stops_slowly(at.till, stopped)  # type: ignore[method-assign]
    press("Return")
    qtbot.waitUntil(lambda: at.state.ring is not None)
    assert at.page.link.isEnabled()
    for key in keys:
        press(key)
    qtbot.waitUntil(lambda: at.till.cancelled)
    assert (at.title, wanted) == ("Stopping the reader", [])
    stopped.set()
    qtbot.waitUntil(lambda: len(wanted) == 1)
    assert not at.presenter.busy
    assert (wanted[0].cents, wanted[0].sheet.attempt_id) == (7500, "attempt-2")
    assert at.state.pane == "card"
    assert len(at.till.requests) == 1


def _stops_slowly(till: Till, stopped: threading.Event) -> Callable[[CollectRequest, Job[Collected]], Collected]:
    def collect(request: CollectRequest, job: Job[Collected]) -> Collected:
        till.requests.append(request)
        job.report(till.steps[0])
        while not job.cancelled:
            till.gate.wait(0.005)
        till.cancelled = True
        stopped.wait(20)
        return frozen.collected(CollectEnd.CANCELLED)

    return collect


@pytest.mark.parametrize("end", [CollectEnd.TAKEN, CollectEnd.UNKNOWN, CollectEnd.DECLINED, CollectEnd.PARTLY])
def test_s0_43_no_link_is_asked_for_what_the_reader_took_or_may_have_taken(qtbot: Any, at: Desk, end: CollectEnd):
    """The reader's answer came before it stopped: it counts, and nobody is asked twice for the same money."""
    wanted = by_link(at)
    at.till.steps, at.till.gate = (Progress("waiting", 0, 120),), threading.Event()
    at.till.collect = _answers_anyway(at.till, end)  # type: ignore[method-assign]
    press("Return")
    qtbot.waitUntil(lambda: at.state.ring is not None)
    press("F9")
    at.till.gate.set()
    qtbot.waitUntil(lambda: bool(at.went) or at.state.sheet.attempt_id != "attempt-1")  # type: ignore[union-attr]
    assert at.went or at.title == ENDS[end]
    assert wanted == []
    if end is CollectEnd.UNKNOWN:
        assert at.state.no_link == "A card payment of this patient is still being checked."
        press("F9")
        assert wanted == []


ENDS = {CollectEnd.TAKEN: "", CollectEnd.UNKNOWN: "We do not know yet", CollectEnd.DECLINED: "Card declined",
        CollectEnd.PARTLY: "Approved for $0.00"}  # fmt: skip


@pytest.mark.parametrize("key", ["F6", "F9"])
def test_while_the_bank_is_asked_another_way_says_why_it_has_to_wait(qtbot: Any, at: Desk, key: str):
    wanted = by_link(at)
    at.till.steps, at.till.gate = (Progress("authorising"),), threading.Event()
    press("Return")
    qtbot.waitUntil(lambda: at.title == "Asking the bank")
    press(key)
    assert at.state.notice is not None
    assert at.state.notice.title == "The card is being charged"
    assert at.page.notice.isVisible()
    assert (at.title, at.till.cancelled, wanted) == ("Asking the bank", False, [])


def test_an_approval_after_cancel_is_an_approval(qtbot: Any, at: Desk):
    at.till.steps, at.till.gate = (Progress("waiting", 0, 120),), threading.Event()
    at.till.collect = _answers_anyway(at.till, CollectEnd.TAKEN)  # type: ignore[method-assign]
    press("Return")
    qtbot.waitUntil(lambda: at.state.ring is not None)
    press("F6")
    at.till.gate.set()
    qtbot.waitUntil(lambda: bool(at.went))
    assert at.went[0].end is CollectEnd.TAKEN


def _answers_anyway(till: Till, end: CollectEnd) -> Callable[[CollectRequest, Job[Collected]], Collected]:
    """A reader that has its answer before it hears that it shall stop."""

    def collect(request: CollectRequest, job: Job[Collected]) -> Collected:
        till.requests.append(request)
        job.report(till.steps[0])
        till.gate.wait(20)
        return frozen.collected(end)

    return collect


def test_declined_then_cash_with_a_new_attempt(qtbot: Any, at: Desk):
    at.till.answers = [frozen.collected(CollectEnd.DECLINED, host_text="INSUFF FUNDS (51)")]
    press("Return")
    qtbot.waitUntil(lambda: at.title == "Card declined")
    assert at.state.prompt is not None
    assert at.state.prompt.lines == ("The bank said no. Nothing was charged.", "Visa •••• 4242 · INSUFF FUNDS (51)")
    press("F6")
    press("Return")
    qtbot.waitUntil(lambda: bool(at.went))
    assert [request.sheet.attempt_id for request in at.till.requests] == ["attempt-1", "attempt-2"]
    assert at.till.requests[1].tender is TenderKind.CASH
    assert at.till.requests[1].tendered_cents == 7500


def test_trying_another_card_waits_for_the_fresh_sheet_and_keeps_the_amounts(qtbot: Any, at: Desk):
    at.page.left.covers.table.ticked.emit("lab", False)
    at.till.answers = [frozen.collected(CollectEnd.DECLINED)]
    press("Return")
    qtbot.waitUntil(lambda: at.title == "Card declined")
    press("Return")
    qtbot.waitUntil(lambda: bool(at.went))
    assert at.till.requests[1].amounts == {"copay": 3000}
    assert at.till.requests[1].sheet.attempt_id == "attempt-2"


@pytest.mark.parametrize(
    ("end", "facts", "title"),
    [
        (CollectEnd.TIMED_OUT, {}, "No card was shown"),
        (CollectEnd.CANCELLED, {}, "Patient pressed cancel"),
        (CollectEnd.NOT_SENT, {"reason": "terminal.not_answering"}, "Reader not connected"),
        (CollectEnd.DUPLICATE, {"at": "9:12 AM"}, "Charged before"),
        (CollectEnd.DECLINED, {"reason": "terminal.chip_not_read"}, "Use the chip"),
    ],
)
def test_each_end_has_its_state(qtbot: Any, at: Desk, end: CollectEnd, facts: dict[str, Any], title: str):
    at.till.answers = [frozen.collected(end, facts=facts)]
    press("Return")
    qtbot.waitUntil(lambda: at.title == title)
    assert not at.presenter.busy
    assert {name for name, button in at.page.others.items() if button.isVisible()} == {
        TenderKind.CASH, TenderKind.CHECK,
    }  # fmt: skip


def test_a_yes_to_a_duplicate_says_so(qtbot: Any, at: Desk):
    at.till.answers = [frozen.collected(CollectEnd.DUPLICATE)]
    press("Return")
    qtbot.waitUntil(lambda: at.title == "Charged before")
    press("Return")
    assert at.title == "Reader ready"
    assert len(at.till.requests) == 1
    at.till.answers = [frozen.collected(CollectEnd.DUPLICATE)]
    press("Return")
    qtbot.waitUntil(lambda: at.title == "Charged before")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: bool(at.went))
    assert [request.allow_duplicate for request in at.till.requests] == [False, False, True]


def test_after_a_part_the_rest_is_collected_another_way(qtbot: Any, at: Desk):
    at.till.answers = [frozen.collected(CollectEnd.PARTLY, amount_cents=4000, left_cents=3500, payment_id="pay-1")]
    press("Return")
    qtbot.waitUntil(lambda: at.state.to_collect_cents == 3500)
    assert at.title == "Approved for $40.00"
    assert at.state.primary is not None
    assert at.state.primary.text == "Collect the other $35.00"
    press("Return")
    press("F6")
    press("Return")
    qtbot.waitUntil(lambda: bool(at.went))
    assert at.till.requests[1].amounts == {"lab": 3500}
    assert at.till.requests[1].sheet.attempt_id == "attempt-rest"


def test_leaving_with_a_part_paid_says_what_was_taken(qtbot: Any, at: Desk):
    at.till.answers = [frozen.collected(CollectEnd.PARTLY, amount_cents=4000, left_cents=3500, payment_id="pay-1")]
    press("Return")
    qtbot.waitUntil(lambda: at.state.to_collect_cents == 3500)
    press("Esc")
    assert at.went[0].end is CollectEnd.PARTLY


def test_not_known_is_asked_by_itself_until_it_is_known(qtbot: Any, at: Desk):
    at.till.answers = [frozen.collected(CollectEnd.UNKNOWN)]
    press("Return")
    qtbot.waitUntil(lambda: at.title == "We do not know yet")
    qtbot.waitUntil(lambda: at.state.checking.startswith("Asking again in"))
    at.finder.answers = [frozen.collected()]
    at.checker.check_now("attempt-1")
    qtbot.waitUntil(lambda: bool(at.went))
    assert at.went[0].end is CollectEnd.TAKEN
    assert at.checker.checked("attempt-1") is None


def test_not_known_leads_to_needs_attention(qtbot: Any, at: Desk):
    at.till.answers = [frozen.collected(CollectEnd.UNKNOWN)]
    press("Return")
    qtbot.waitUntil(lambda: at.title == "We do not know yet")
    press("Return")
    assert at.went == ["attention"]


def test_a_payment_found_not_charged_may_be_tried_again(qtbot: Any, at: Desk):
    at.till.answers = [frozen.collected(CollectEnd.UNKNOWN)]
    press("Return")
    qtbot.waitUntil(lambda: at.title == "We do not know yet")
    at.finder.answers = [frozen.collected(CollectEnd.NOT_SENT)]
    at.checker.check_now("attempt-1")
    qtbot.waitUntil(lambda: at.title == "Reader not connected")
    assert at.state.primary is not None
    assert at.state.primary.act == "collect"


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (RuleBroken("collect.changed", owes_cents=3000, was_cents=4500), "Reader ready"),
        (StorageError("store.disk_full"), "Reader ready"),
        (PaymentUnconfirmed("card.answer_odd", effect=Effect.UNKNOWN), "We do not know yet"),
    ],
)
def test_an_error_says_what_it_means_for_the_money(qtbot: Any, at: Desk, error: Exception, title: str):
    at.till.answers = [error]  # type: ignore[list-item]
    press("Return")
    qtbot.waitUntil(lambda: at.state.notice is not None)
    assert at.title == title
    assert at.page.notice.isVisible()
    assert not at.presenter.busy
    qtbot.waitUntil(lambda: len(at.till.opened) == 2)


def test_digits_go_to_the_cash_received(qtbot: Any, at: Desk):
    press("F6")
    type_text("1")
    type_text("00")
    assert at.state.cash is not None
    assert (at.state.cash.text, at.state.cash.change_cents) == ("100", 2500)
    at.page.left.covers.table.setFocus()
    type_text("8")
    assert at.page.cash_pane.field.hasFocus()
    assert at.state.cash is not None
    assert at.state.cash.text == "8"


def test_quick_amounts_have_keys(qtbot: Any, at: Desk):
    press("F6")
    press("Alt+2")
    assert at.state.cash is not None
    assert at.state.cash.change_cents == 500
    assert at.page.cash_pane.quick[1].isChecked()
    press("Alt+1")
    assert at.state.cash.text == "75.00" or at.state.cash.change_cents == 0


def test_a_check_needs_its_number(qtbot: Any, at: Desk):
    press("F7")
    press("Return")
    assert at.page.check_pane.number_row.error.text == "The check number is needed."
    assert at.till.requests == []
    type_text("2281")
    press("Tab")
    type_text("A. Quillfeather")
    press("Return")
    qtbot.waitUntil(lambda: bool(at.went))
    request = at.till.requests[0]
    assert (request.check_no, request.check_name, request.tender) == ("2281", "A. Quillfeather", TenderKind.CHECK)


def test_amounts_are_changed_in_place_by_keys(qtbot: Any, at: Desk):
    press("Alt+A")
    type_text("10")
    press("Down")
    type_text("5.5")
    press("Return")
    assert at.state.to_collect_cents == 1550
    assert at.till.requests == []
    press("Return")
    qtbot.waitUntil(lambda: bool(at.went))
    assert at.till.requests[0].amounts == {"copay": 1000, "lab": 550}


def test_lines_are_chosen_with_the_space_bar(qtbot: Any, at: Desk):
    table = at.page.left.covers.table
    table.setFocus()
    table.set_key("follow")
    press("Space")
    assert at.state.to_collect_cents == 17500
    assert table.model().index(2, 0).data(Qt.ItemDataRole.AccessibleTextRole) == (
        "Follow-up visit, Visit Jan 22, 2026 · 112 days, owes 100 dollars, pay now 100 dollars"
    )


def test_credit_can_be_switched_off(qtbot: Any, desk: Desk):
    desk.till.first = with_credit(20000)
    desk.presenter.open("p-0041877", "a-4")
    qtbot.waitUntil(lambda: desk.state.pane == "credit")
    desk.page.left.covers.credit.switch.click()
    assert (desk.state.pane, desk.state.to_collect_cents) == ("card", 7500)
    desk.page.left.covers.credit.switch.click()
    desk.page.take_focus()
    press("Return")
    qtbot.waitUntil(lambda: bool(desk.went))
    request = desk.till.requests[0]
    assert (request.tender, request.use_credit) == (TenderKind.CREDIT, True)


def test_not_collecting_asks_a_reason(qtbot: Any, at: Desk):
    press("Alt+N")
    press("Return")
    assert at.page.reasons_pane.picker.error.text == "Choose why nothing is collected today."
    press("5")
    press("Tab") if not at.page.reasons_pane.picker.note.hasFocus() else None
    press("Return")
    assert at.page.reasons_pane.picker.error.text == "Say in a few words what the reason is."
    type_text("Left early")
    press("Return")
    qtbot.waitUntil(lambda: at.went == ["back"])
    assert at.till.recorded == [("other", "Left early")]


@pytest.mark.parametrize(("number", "reason"), list(enumerate(REASON_WORDS, 1))[:4])
def test_each_reason_has_its_number(qtbot: Any, at: Desk, number: int, reason: str):
    press("Alt+N")
    press(str(number))
    press("Return")
    qtbot.waitUntil(lambda: at.went == ["back"])
    assert at.till.recorded == [(reason, "")]


def test_escape_closes_the_reasons_first(qtbot: Any, at: Desk):
    press("Alt+N")
    press("Esc")
    assert (at.state.pane, at.went) == ("card", [])
    press("Esc")
    assert at.went == ["back"]


def test_a_walk_in_owing_nothing_pays_in_advance(qtbot: Any, desk: Desk):
    desk.till.first = sheet(lines=(), visit=None, owed_in_all_cents=0, figures=Figures())
    desk.presenter.open("p-0041877")
    qtbot.waitUntil(lambda: desk.state.extra is not None)
    assert not desk.state.offers_not_today
    desk.page.left.covers.table.edit_line(EXTRA_KEY)
    type_text("50")
    press("Return")
    desk.page.take_focus()
    press("Return")
    qtbot.waitUntil(lambda: bool(desk.went))
    assert (desk.till.requests[0].amounts, desk.till.requests[0].extra_cents) == ({}, 5000)


def test_the_receipt_can_be_declined(qtbot: Any, at: Desk):
    at.page.card_pane.tick.click()
    at.page.take_focus()
    press("Return")
    qtbot.waitUntil(lambda: bool(at.went))
    assert not at.till.requests[0].print_receipt


def test_a_reader_that_goes_away_is_said_at_once(qtbot: Any, at: Desk):
    at.board.switch(DeviceLight("reader", "bad", READER_AWAY))
    qtbot.waitUntil(lambda: at.title == "Reader not connected")
    at.board.switch(DeviceLight("reader", "ok", "light.reader.ready"))
    qtbot.waitUntil(lambda: at.title == "Reader ready")


def test_a_patient_who_is_gone_is_said(qtbot: Any, desk: Desk):
    desk.till.first = RuleBroken("collect.patient_gone")
    desk.presenter.open("p-nobody")
    qtbot.waitUntil(lambda: desk.state.notice is not None)
    assert desk.page._trouble.isVisible()
    press("Return")
    assert desk.till.requests == []


def test_another_patient_starts_afresh_but_not_over_a_running_payment(qtbot: Any, at: Desk):
    at.till.gate.clear()
    press("F6")
    press("Return")
    qtbot.waitUntil(lambda: bool(at.till.requests))
    at.presenter.open("p-somebody-else")
    assert at.state.sheet is not None
    assert at.state.sheet.patient == frozen.ROSA
    assert len(at.till.opened) == 1
    at.till.gate.set()
    qtbot.waitUntil(lambda: bool(at.went))


def test_the_prompt_is_spoken(qtbot: Any, at: Desk, monkeypatch: pytest.MonkeyPatch):
    said: list[tuple[str, bool]] = []
    monkeypatch.setattr("widgets.collect.panes.card.announce", lambda _w, words, urgent: said.append((words, urgent)))
    QAccessible.setActive(True)
    at.till.answers = [frozen.collected(CollectEnd.DECLINED)]
    at.till.steps = (Progress("waiting", 0, 60),)
    press("Return")
    qtbot.waitUntil(lambda: at.title == "Card declined")
    assert [words.split(".")[0] for words, _ in said] == ["Starting the reader", "Swipe, dip or tap", "Card declined"]
    assert said[-1][1]
    assert at.page.primary.accessibleName() == "Try another card"
    assert at.page.amount.accessibleName() == "To collect, 75 dollars"


def test_tab_goes_through_the_page_and_never_gets_stuck(qtbot: Any, at: Desk):
    seen = []
    for _ in range(40):
        press("Tab")
        seen.append(at.page.window().focusWidget())
    assert at.page.left.covers.table in seen
    assert at.page.primary in seen
    assert len(set(map(id, seen))) >= 8


# Pictures ---------------------------------------------------------------------------------------------------------

MANY = tuple(
    replace(frozen.FOLLOW, key=f"old-{n}", title=f"Comprehensive metabolic panel and follow-up visit no. {n}",
            owes_cents=123_456_78)
    for n in range(30)
)  # fmt: skip


def running(reader: Reader, left: int | None = None) -> Phase:
    return Phase(running=Running(TenderKind.CARD, reader, left, 120 if left else None))


def ended(end: CollectEnd, **changes: Any) -> Phase:
    collected = frozen.collected(end, **changes)
    return Phase(ended=collected, reader=ENDED[end])


IN_USE = (CreditInUse("Desk 2", 4000),)


VISA = KeptCardLine("visa", "Visa •••• 4242", "", "Rosa Alvarez", "Rosa Alvarez", date(2026, 3, 2), "Maria", "12/34",
                    first=True)  # fmt: skip
AMEX = KeptCardLine("amex", "American Express •••• 8431", "the one with the mountains on it", frozen.LONG.name,
                    frozen.LONG.name, date(2026, 3, 2), "", "", first=False, why_not="card.kept_elsewhere")  # fmt: skip


def on_file() -> CollectSheet:
    """Rosa and whoever pays for her each have a card on file; one of them is kept at another processor."""
    return sheet(on_file=(VISA, AMEX), can_keep=True, payer="Rosa Alvarez",
                 tenders=("card", "cash", "check", "on_file", "other"))  # fmt: skip


def test_s1_18_a_card_on_file_says_whose_it_is_when_they_agreed_and_what_enter_charges():
    """The design's Collect: last four, whose card, consent date."""
    state = state_of(on_file(), replace(first_draft(on_file()), tender=TenderKind.ON_FILE))
    shown = state.on_file
    assert shown is not None
    assert (state.pane, shown.name, shown.holder, shown.consent) == (
        "on_file",
        "Visa •••• 4242",
        "Rosa Alvarez’s card · expires 12/34",
        "Rosa Alvarez agreed on Mar 2",
    )
    assert state.primary is not None
    assert (state.primary.text, state.primary.enabled) == ("Charge $75.00 to Visa •••• 4242", True)


def test_a_card_kept_at_another_processor_is_shown_and_not_charged():
    state = state_of(on_file(), replace(first_draft(on_file()), tender=TenderKind.ON_FILE, kept_card_id="amex"))
    assert state.primary is not None
    assert not state.primary.enabled
    assert "kept at another card processor" in state.primary.why


def test_a_declined_card_on_file_is_not_charged_again_by_enter():
    draft = replace(first_draft(on_file()), tender=TenderKind.ON_FILE)
    state = state_of(on_file(), draft, ended(CollectEnd.DECLINED))
    assert state.prompt is not None
    assert state.primary is not None
    assert (state.pane, state.prompt.title, state.primary.act) == ("card", "Card declined", "choose")
    unknown = state_of(on_file(), draft, ended(CollectEnd.UNKNOWN))
    assert unknown.primary is not None
    assert unknown.primary.act == "attention"


def test_while_a_card_is_not_known_no_card_is_offered_on_file_either():
    known = replace(on_file(), frozen_by_unknown=True)
    tiles = {tile.tender: tile.enabled for tile in state_of(known).tiles}
    assert (tiles[TenderKind.CARD], tiles[TenderKind.ON_FILE], tiles[TenderKind.CASH]) == (False, False, True)
    assert first_draft(known).tender is TenderKind.CASH


def states() -> dict[str, CollectState]:
    """Every state of the page that a person should look at."""
    draft = first_draft(sheet())
    crowd = sheet(lines=(frozen.COPAY, *MANY), patient=frozen.LONG, credit_cents=0)
    said = "A card was declined by the bank with a reason that runs on (51)"
    return {
        "choose": state_of(sheet()),
        "on-file-one": state_of(replace(on_file(), on_file=(VISA,)), replace(draft, tender=TenderKind.ON_FILE,
                                                                             kept_card_id="visa")),
        "pending": replace(state_of(sheet(in_use=IN_USE, credit_cents=2000)), provisional_cents=2000),
        "in_use": state_of(sheet(in_use=IN_USE, credit_cents=0)),
        "arming": state_of(sheet(), None, running(Reader.ARMING)),
        "waiting": state_of(sheet(), None, running(Reader.WAITING, 102)),
        "last-seconds": state_of(sheet(), None, running(Reader.WAITING, 21)),
        "authorising": state_of(sheet(), None, running(Reader.AUTHORISING)),
        "checking": state_of(sheet(), None, running(Reader.CHECKING)),
        "stopping": state_of(sheet(), None, running(Reader.STOPPING)),
        "declined": state_of(sheet(), None, ended(CollectEnd.DECLINED, host_text=said)),
        "chip": state_of(sheet(), None, replace(ended(CollectEnd.DECLINED), reader=Reader.TRY_CHIP)),
        "timed-out": state_of(sheet(), None, ended(CollectEnd.TIMED_OUT)),
        "cancelled": state_of(sheet(), None, ended(CollectEnd.CANCELLED)),
        "partly": state_of(sheet(), None, ended(CollectEnd.PARTLY, amount_cents=4000, left_cents=3500)),
        "duplicate": state_of(sheet(), None, ended(CollectEnd.DUPLICATE, facts={"at": "10:31 AM"})),
        "unknown": state_of(sheet(), None, replace(ended(CollectEnd.UNKNOWN), checking=checking_words("9:41 AM", 12))),
        "not-connected": state_of(sheet(), None, replace(ended(CollectEnd.NOT_SENT), why="Nobody answers there")),
        "frozen": state_of(sheet(frozen_by_unknown=True), replace(draft, tender=TenderKind.CARD)),
        "from-home": state_of(sheet(from_home=FromHome(7_500, 3_000))),
        "from-home-long": state_of(sheet(from_home=FromHome(123_456_789, 123_456_789), frozen_by_unknown=True),
                                   replace(draft, tender=TenderKind.CASH)),
        "cash": state_of(sheet(), replace(draft, tender=TenderKind.CASH, received="100.00")),
        "cash-coins": state_of(sheet(), replace(draft, tender=TenderKind.CASH, received="113.66")),
        "cash-short": state_of(sheet(), replace(draft, tender=TenderKind.CASH, received="12")),
        "check": state_of(sheet(), replace(draft, tender=TenderKind.CHECK), Phase(check_missing=True)),
        "keep": state_of(sheet(can_keep=True), replace(draft, keep=KeepCard("c", "Rosa"))),
        "on-file": state_of(on_file(), replace(first_draft(on_file()), tender=TenderKind.ON_FILE)),
        "on-file-elsewhere": state_of(on_file(), replace(draft, tender=TenderKind.ON_FILE, kept_card_id="amex")),
        "on-file-declined": state_of(on_file(), replace(first_draft(on_file()), tender=TenderKind.ON_FILE),
                                     replace(ended(CollectEnd.DECLINED, host_text=said))),
        "signing": state_of(sheet(), None, running(Reader.SIGNING)),
        "credit": state_of(with_credit(20000)),
        "credit-part": state_of(with_credit(2000)),
        "nothing": state_of(sheet(), replace(draft, ticked=frozenset())),
        "reasons": state_of(sheet(), None, Phase(reasons=Reasons("other", "", "Say in a few words what it is."))),
        "amounts": state_of(sheet(), draft.typed("lab", "99"), Phase(editing=True)),
        "notice": state_of(sheet(), None, Phase(notice=SPEECH.error(StorageError("store.disk_full")))),
        "many": state_of(crowd, replace(first_draft(crowd), ticked=frozenset(line.key for line in crowd.lines))),
        "waiting-for-sheet": CollectState(skeleton=True),
    }  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_clipped(qtbot: Any, look: str):
    theme.current().set(**LOOKS[look][0])
    page = CollectPage()
    qtbot.addWidget(page)
    assert unfit(page, "collect", look, states(), page.take_focus) == {}
