"""Approved: what happened to the money, the receipt until it is on paper, taking a payment back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.lanes import Lane
from app.message_lines import MessageLine
from app.messages import SendChoice, Way
from app.plan import booked_as
from app.views import Collected, CollectEnd, DueLine, NextUp, Roll, TenderKind
from app.words import WORDS
from devices.printers.profiles import PROFILES
from models.basics.errors import DeviceMissing, PaymentUnavailable
from receipts.layouts.common import Text as Line
from receipts.layouts.common import blocks
from receipts.layouts.escpos import Profile, escpos
from tests.support import frozen
from tests.support.windows import FULL, LOOKS, press, shown, type_text, unfit
from widgets import theme
from widgets.approved.paper import Paper
from widgets.approved.presenter import ApprovedPresenter, Doors
from widgets.approved.state import (
    HEADLINES,
    PRINT_STATES,
    UNDO_REASONS,
    UNDO_TEXT,
    UNDONE_TEXT,
    ApprovedState,
    Undo,
    approved_state,
    print_state,
)
from widgets.approved.view import ApprovedPage
from widgets.approved.ways import WaysState, ways_state
from widgets.bridge import Bridge
from widgets.common.speech import Notice, Speech
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

SPEECH = Speech(lambda: frozen.ZONE)
PRINTED = print_state("printed", "")


def cash(**changes: Any) -> Collected:
    """Rosa paid in cash and gets 25 back."""
    known = {"tender": TenderKind.CASH, "method_text": "Cash", "entry_text": "", "auth_code": "", "change_cents": 2500}
    return frozen.collected(**(known | changes))


# What is shown ----------------------------------------------------------------------------------------------------


def test_the_card_payment_in_words():
    state = approved_state(frozen.collected(), receipt=PRINTED, next_up=frozen.NEXT)
    assert (state.title, state.right) == (
        "Approved", ("Visa •••• 4242", "Contactless · auth 084917", "9:42 AM · payment PAY-1-00482"),
    )  # fmt: skip
    assert [(tile.title, tile.subtitle) for tile in state.tiles] == [
        ("Copay paid", "$30.00, today"), ("Mar 2 lab paid", "$45.00, closed"), ("$100.00 still owed", "Jan 22 visit"),
    ]  # fmt: skip
    assert state.next_line == "$40.00 due · has $200.00 credit on account"
    assert state.done_text == "Done, next patient"


def test_every_tender_has_its_headline_and_its_way_back():
    for kind in map(booked_as, TenderKind):
        assert HEADLINES[kind]
        assert UNDO_TEXT[kind]
        assert UNDONE_TEXT[kind]


def test_many_lines_are_summed_up_by_name():
    paid = tuple(DueLine(f"Visit {n}", "closed", 100) for n in range(6))
    tiles = approved_state(frozen.collected(paid=paid), receipt=PRINTED).tiles
    assert [tile.title for tile in tiles] == ["Visit 0 paid", "5 more paid", "$100.00 still owed"]
    assert tiles[1].subtitle == "Visit 1, Visit 2, Visit 3, Visit 4, Visit 5"


def test_a_part_says_what_is_left():
    part = frozen.collected(end=CollectEnd.TAKEN, left_cents=3500)
    assert approved_state(replace(part, end=CollectEnd.PARTLY), receipt=PRINTED).title == (
        "Approved in part, $35.00 left"
    )  # fmt: skip


def test_nobody_next_is_said_by_the_button():
    assert approved_state(frozen.collected(), receipt=PRINTED).done_text == "Done"


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("", "", "No receipt asked"), ("queued", "", "Printing now"),
        ("queued", "receipt.paper_out", "Waiting to print"),
        ("sending", "", "Printing now"), ("printed", "", "Printed"), ("not_printed", "", "Not printed"),
        ("unknown", "", "Look at the paper"), ("unknown", "receipt.handed_over", "Handed to the print queue"),
    ],
)  # fmt: skip
def test_the_receipt_in_words(state: str, reason: str, words: str):
    assert print_state(state, reason, Notice("", "")).words == words


def test_a_receipt_taken_back_is_no_longer_undone():
    state = approved_state(frozen.collected(), receipt=PRINTED, undone=frozen.collected())
    assert (state.title, state.can_undo, state.meaning) == ("Voided. The card is not charged.", False, "neutral")


# The receipt ------------------------------------------------------------------------------------------------------


def test_the_preview_is_the_print_image(qtbot: Any):
    paper = Paper()
    qtbot.addWidget(paper)
    roll = Roll(32, "cp437", 58)
    paper.show_document(frozen.receipt(), roll)
    image = blocks(frozen.receipt(), roll.columns, roll.code_page)
    assert paper.lines == tuple(block.text for block in image if isinstance(block, Line))
    assert "Auth 084917" in paper.accessibleDescription()


@pytest.mark.parametrize("profile", [kind.key for kind in PROFILES.values()])
def test_a_code_is_shown_where_the_printer_draws_one(qtbot: Any, profile: str):
    """What goes over the wire has it, or has not, as the preview."""
    kind = PROFILES[profile]
    paper = Paper()
    qtbot.addWidget(paper)
    paper.show_document(frozen.receipt(), Roll(kind.columns, kind.code_page, kind.paper_mm, kind.draws_qr))
    sent = escpos(frozen.receipt(), Profile(columns=kind.columns, code_page=kind.code_page,
                                            code_page_no=kind.code_page_number, draws_qr=kind.draws_qr))  # fmt: skip
    assert paper.shows_code is kind.draws_qr is (b"\x1d(k" in sent)


@pytest.mark.parametrize("width", [290, 310, 400, 900])
def test_a_full_line_fits_the_paper(qtbot: Any, width: int):
    paper = Paper()
    qtbot.addWidget(paper)
    paper.show_document(frozen.receipt(), Roll(48))
    pixels = paper._pixels(width)
    assert paper._advance(pixels) * 48 <= width
    assert paper.heightForWidth(width) > 300


# The page ---------------------------------------------------------------------------------------------------------


class Printer:
    """Printing whose jobs a test moves."""

    def __init__(self) -> None:
        self.now = ("queued", "")
        self.roll, self.fitted = Roll(48), True
        self.reprints: list[str] = []
        self.error: Exception | None = None
        self._callbacks: list[Any] = []

    def subscribe(self, callback: Any) -> Any:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def state(self, _job_id: str) -> tuple[str, str]:
        return self.now

    def move(self, state: str, reason: str = "") -> None:
        self.now = (state, reason)
        for callback in self._callbacks:
            callback("job-1")

    def reprint(self, payment_id: str, _person: Any) -> str:
        if self.error is not None:
            raise self.error
        self.reprints.append(payment_id)
        return "job-2"


class Back:
    """Checkout that takes payments back as a test says."""

    def __init__(self) -> None:
        self.answer: Collected | Exception = frozen.collected(print_job_id="job-void")
        self.undone: list[tuple[str, str]] = []

    def lane_for(self, tender: TenderKind) -> str:
        return "terminal" if tender is TenderKind.CARD else "store"

    def next_up(self, but_patient_id: str) -> NextUp | None:
        return None if but_patient_id == frozen.NEXT.patient.patient_id else frozen.NEXT

    def undo(self, payment_id: str, reason: str, _person: Any, _job: Any) -> Collected:
        self.undone.append((payment_id, reason))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Post:
    """Messages of a test: what may be sent with, and what was."""

    def __init__(self) -> None:
        self.email = Way("email", "rosa@home.test", agreed=True)
        self.text = Way("text", "(555) 010-4417")
        self.receipt_by = "print"
        self.lines: dict[str, MessageLine] = {}
        self.sent: list[SendChoice] = []
        self.preferred: list[str] = []

    def ways(self, _patient_id: str) -> tuple[Way, Way, str]:
        return self.email, self.text, self.receipt_by

    def about(self, _name: str, _patient_id: str) -> dict[str, MessageLine]:
        return dict(self.lines)

    def sheet(self, names: Any, _patient_id: str) -> Any:
        return names

    def send(self, names: Any, choice: SendChoice, _person: Any) -> MessageLine:
        self.sent.append(choice)
        line = message(choice.channel, "waiting", choice.address)
        self.lines[choice.channel] = line
        return line

    def send_as_liked(self, _payment_id: str, _patient_id: str, person: Any) -> MessageLine | None:
        way = {"email": self.email, "text": self.text}.get(self.receipt_by)
        return self.send([], SendChoice(way.channel, way.address), person) if way and not way.why_not else None

    def prefer(self, _patient_id: str, receipt_by: str, _person: Any) -> None:
        self.preferred.append(receipt_by)
        self.receipt_by = receipt_by


def message(channel: str = "text", state: str = "sent", address: str = "(555) 010-4417") -> MessageLine:
    """A message about the receipt."""
    return MessageLine("m-1", "p-1", channel, address, ("receipt:pay-1",), ("R-1",), state,
                       "message.failed.number_refused" if state == "failed" else "", frozen.at(9, 43))  # fmt: skip


class Desk:
    """An Approved page with everything around it."""

    def __init__(self) -> None:
        self.page, self.printer, self.back = ApprovedPage(), Printer(), Back()
        self.lanes = {name: Lane(name) for name in ("reads", "store", "terminal")}
        self.went: list[str] = []
        self.post, self.asked = Post(), list[tuple[tuple[str, ...], str]]()
        self.paged = list[tuple[str, Any]]()
        session = Session(self.page)
        session.sign_in(frozen.MARIA)
        self.presenter = ApprovedPresenter(
            self.page, bridge=Bridge(self.page), lanes=self.lanes, checkout=self.back,  # type: ignore[arg-type]
            printing=self.printer, messages=self.post, session=session, speech=SPEECH,  # type: ignore[arg-type]
            doors=Doors(done=lambda: self.went.append("done"), attention=lambda: self.went.append("attention"),
                        ask=lambda names, patient_id, _said: self.asked.append((tuple(names), patient_id)),
                        print_page=lambda name, said: self.paged.append((name, said))),
        )  # fmt: skip

    @property
    def state(self) -> ApprovedState:
        assert self.presenter.state is not None
        return self.presenter.state

    def close(self) -> None:
        for lane in self.lanes.values():
            lane.close()


@pytest.fixture
def desk(qtbot: Any) -> Iterator[Desk]:
    made = Desk()
    qtbot.addWidget(made.page)
    made.page.resize(*FULL)
    shown(made.page)
    made.presenter.open(frozen.collected())
    made.page.take_focus()
    yield made
    made.close()


# How it reaches the patient -----------------------------------------------------------------------------------------


def lit(desk: Desk) -> set[str]:
    return {name for name, button in desk.page.ways.buttons.items() if button.isChecked()}


def test_s0_40_the_patients_own_way_is_on_already(qtbot: Any, desk: Desk):
    """As the design has it: Print and Text are lit, and the text says where it went."""
    desk.post.receipt_by = "text"
    desk.presenter.open(frozen.collected())
    qtbot.waitUntil(lambda: lit(desk) == {"print", "text"})
    assert desk.page._sent_words.text() == "Text to (555) 010-4417 is on its way"
    desk.post.lines["text"] = message()
    desk.presenter.refresh()
    qtbot.waitUntil(lambda: desk.page._sent_words.text() == "Texted to (555) 010-4417")
    assert [choice.channel for choice in desk.post.sent] == ["text"]


@pytest.mark.parametrize(("key", "channel", "attach"), [("Alt+T", "text", False), ("Alt+E", "email", True)])
def test_s0_40_one_key_sends_to_the_address_on_record(
    qtbot: Any, desk: Desk, key: str, channel: str, attach: bool
):  # fmt: skip
    qtbot.waitUntil(desk.page.ways.buttons["text"].isEnabled)
    press(key)
    qtbot.waitUntil(lambda: lit(desk) == {"print", channel})
    assert [(choice.channel, choice.attach) for choice in desk.post.sent] == [(channel, attach)]
    press(key)  # once more: it is asked, not sent twice
    qtbot.waitUntil(lambda: len(desk.asked) == 1)
    assert len(desk.post.sent) == 1


def test_s0_40_somebody_nobody_asked_is_asked_first(qtbot: Any, desk: Desk):
    desk.post.email = Way("email", "rosa@home.test")
    desk.presenter.refresh()
    qtbot.waitUntil(desk.page.ways.buttons["email"].isEnabled)
    qtbot.waitUntil(lambda: desk.presenter._receiving._ways["email"].agreed is None)
    press("Alt+E")
    assert [patient for _names, patient in desk.asked] == [frozen.collected().patient.patient_id]
    assert desk.post.sent == []


def test_s0_40_without_a_mail_server_the_button_says_so(qtbot: Any, desk: Desk):
    desk.post.email = Way("email", "rosa@home.test", "message.no_email")
    desk.presenter.refresh()
    qtbot.waitUntil(lambda: "does not send e-mail" in desk.page.ways.buttons["email"].toolTip())
    assert not desk.page.ways.buttons["email"].isEnabled()
    press("Alt+E")
    assert desk.asked == desk.post.sent == []


def test_s0_40_none_is_kept_and_taken_back(qtbot: Any, desk: Desk):
    qtbot.waitUntil(desk.page.ways.buttons["text"].isEnabled)
    press("Alt+N")
    qtbot.waitUntil(lambda: desk.post.preferred == ["none"] and "none" in lit(desk))
    press("Alt+N")
    qtbot.waitUntil(lambda: len(desk.post.preferred) == 2 and "none" not in lit(desk))
    assert desk.post.preferred == ["none", "print"]


def test_s0_40_what_failed_is_said_and_can_be_sent_elsewhere(qtbot: Any, desk: Desk):
    desk.post.lines["text"] = message(state="failed")
    desk.presenter.refresh()
    qtbot.waitUntil(lambda: desk.page._sent_words.text() == "Not texted to (555) 010-4417")
    assert lit(desk) == {"print"}
    press("Alt+T")
    assert len(desk.asked) == 1


def test_enter_goes_on_to_the_next_patient(desk: Desk):
    press("Return")
    assert desk.went == ["done"]


def test_who_comes_next_follows_behind_the_payment(qtbot: Any, desk: Desk):
    """The page stands without it; the next payment's page does not show the one before."""
    qtbot.waitUntil(lambda: desk.state.done_text == "Done, next patient")
    assert desk.page.next_card.isVisible()
    desk.presenter.open(frozen.collected(patient=frozen.NEXT.patient))
    assert desk.state.done_text == "Done"
    assert not desk.page.next_card.isVisible()


def test_the_receipt_is_followed_until_it_is_printed(qtbot: Any, desk: Desk):
    assert desk.state.receipt.words == "Printing now"
    desk.printer.move("sending")
    desk.printer.move("printed")
    qtbot.waitUntil(lambda: desk.state.receipt.words == "Printed")
    assert desk.page.receipt_pill.text == "Printed"


@pytest.mark.parametrize(
    ("state", "reason", "title"),
    [
        ("queued", "receipt.paper_out", "Receipt not printed: paper out"),
        ("not_printed", "receipt.too_old", "Receipt not printed: it waited too long"),
        ("unknown", "receipt.unknown", "Did the receipt print?"),
        ("queued", "printer.cover_open", "Receipt not printed: cover open"),
        ("queued", "printer.cutter", "Receipt not printed: printer cutter stuck"),
    ],
)
def test_trouble_with_the_paper_says_that_the_payment_is_safe(
    qtbot: Any, desk: Desk, state: str, reason: str, title: str
):  # fmt: skip
    assert reason in WORDS
    desk.printer.move(state, reason)
    qtbot.waitUntil(desk.page.trouble.isVisible)
    assert desk.page.trouble.title.text() == title
    assert "The payment is safe." in desk.page.trouble.text.text()


def test_reprint_follows_the_copy(qtbot: Any, desk: Desk):
    desk.printer.move("printed")
    qtbot.waitUntil(lambda: desk.state.receipt.words == "Printed")
    desk.printer.now = ("queued", "")
    press("Ctrl+P")
    qtbot.waitUntil(lambda: desk.printer.reprints == ["pay-1"])
    qtbot.waitUntil(lambda: desk.state.receipt.words == "Printing now")


def test_without_a_printer_reprint_says_so(qtbot: Any, desk: Desk):
    desk.printer.error = DeviceMissing("receipt.no_printer", device="printer")
    press("Ctrl+P")
    qtbot.waitUntil(desk.page.notice.isVisible)
    assert desk.page.notice.title.text() == "No printer at this desk"


@pytest.mark.parametrize("key", ["Ctrl+P", "Alt+P"])
def test_without_a_receipt_printer_the_systems_dialog_is_asked(qtbot: Any, desk: Desk, key: str):
    desk.printer.fitted = False
    desk.presenter.open(frozen.collected())
    press(key)
    qtbot.waitUntil(lambda: [name for name, _ in desk.paged] == ["receipt:pay-1"])
    assert desk.printer.reprints == []
    desk.paged[0][1]("It is on its way.")
    assert desk.page.notice.title.text() == "It is on its way."


def test_a_receipt_that_is_stuck_goes_to_another_printer_by_one_key(qtbot: Any, desk: Desk):
    desk.printer.move("queued", "receipt.paper_out")
    qtbot.waitUntil(desk.page.trouble.isVisible)
    assert desk.page.trouble.button.isVisible()
    press("Alt+R")
    qtbot.waitUntil(lambda: [name for name, _ in desk.paged] == ["receipt:pay-1"])


def test_what_a_print_queue_passed_on_alarms_nobody(qtbot: Any, desk: Desk):
    desk.printer.move("unknown", "receipt.handed_over")
    qtbot.waitUntil(lambda: desk.state.receipt.words == "Handed to the print queue")
    assert desk.state.receipt.trouble is None


def test_taking_back_asks_a_reason_and_ctrl_enter(qtbot: Any, desk: Desk):
    press("Ctrl+Z")
    press("Return")
    assert desk.back.undone == []
    press("Ctrl+Return")
    assert desk.page.undo_pane.picker.error.text == "Choose why it is taken back."
    press("1")
    assert desk.page.confirm.label == "Void $75.00"
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: desk.state.title == "Voided. The card is not charged.")
    assert desk.back.undone == [("pay-1", "Wrong amount")]
    assert not desk.presenter.busy
    assert not desk.page.undo.isVisible()


def test_another_reason_needs_words(qtbot: Any, desk: Desk):
    press("Ctrl+Z")
    press(str(list(UNDO_REASONS).index("other") + 1))
    press("Ctrl+Return")
    assert desk.page.undo_pane.picker.error.text == "Say in a few words what the reason is."
    type_text("Charged the wrong child")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: bool(desk.back.undone))
    assert desk.back.undone == [("pay-1", "Other · Charged the wrong child")]


def test_escape_keeps_the_payment(desk: Desk):
    press("Ctrl+Z")
    press("Esc")
    assert desk.state.undo is None
    assert desk.went == []
    press("Esc")
    assert desk.went == ["done"]


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        (frozen.collected(CollectEnd.UNKNOWN), "We do not know yet whether the card was voided."),
        (frozen.collected(CollectEnd.DECLINED, host_text="TOO LATE"), "The card payment was not voided."),
        (PaymentUnavailable("card.voids_not_supported"), "This reader cannot take a payment back"),
    ],
)
def test_a_void_that_fails_leaves_the_payment_standing(qtbot: Any, desk: Desk, answer: Any, title: str):
    desk.back.answer = answer
    press("Ctrl+Z")
    press("1")
    press("Ctrl+Return")
    qtbot.waitUntil(desk.page.notice.isVisible)
    assert desk.page.notice.title.text() == title
    assert desk.state.title == "Approved"
    assert not desk.presenter.busy


def test_what_cannot_be_undone_offers_nothing(qtbot: Any, desk: Desk):
    desk.presenter.open(frozen.collected(can_undo=False))
    press("Ctrl+Z")
    assert desk.state.undo is None
    assert not desk.page.undo.isVisible()


def test_change_stands_in_large_green_figures(desk: Desk):
    desk.presenter.open(cash())
    assert desk.page.result.change.isVisible()
    assert desk.page.result.change.accessibleName() == "Change to give, 25 dollars"


def test_amounts_are_spoken(desk: Desk):
    assert desk.page.result.amount.accessibleName() == "Approved, 75 dollars"
    assert desk.page.result.steps.accessibleName() == (
        "Sent to reader done, Card read done, Bank approved done, Recorded done"
    )


# Pictures ---------------------------------------------------------------------------------------------------------


LONG_ADDRESS = "maria.theresia.von.hohenlohe-waldenburg@mail.university-hospital.test"


def told(lines: dict[str, MessageLine], why_not: str = "") -> WaysState:
    """The four buttons with what became of these messages."""
    ways = {"email": Way("email", "rosa@home.test", why_not, agreed=True), "text": Way("text", "(555) 010-4417")}
    why = {"message.no_email": "Not set up yet"}
    return ways_state(ways, lines, printed=True, receipt_by="print", why=why)


def states() -> dict[str, ApprovedState]:
    """Every state of the page that a person should look at."""
    ways = told({"text": message()})
    card, followed = frozen.collected(), partial(approved_state, next_up=frozen.NEXT, ways=ways)
    paper = print_state("queued", "x", SPEECH.notice("receipt.paper_out"))
    long = replace(card, patient=frozen.LONG, amount_cents=99_999_999, still_owed_cents=123_456_789)
    return {
        "card": followed(card, receipt=PRINT_STATES["sending"]),
        "cash": followed(cash(), receipt=PRINTED),
        "pending": followed(replace(card, tender=TenderKind.CREDIT, method_text="", facts={"provisional_cents": 2000}),
                            receipt=PRINTED),
        "check": followed(replace(card, tender=TenderKind.CHECK, method_text="Check 2281"), receipt=PRINTED),
        "credit": followed(replace(card, tender=TenderKind.CREDIT, method_text="", can_undo=False),
                                 receipt=print_state("", "")),
        "paper": followed(card, receipt=paper),
        "undo": followed(card, receipt=PRINTED, undo=Undo("other", "", "Say in a few words what the reason is.")),
        "undoing": followed(card, receipt=PRINTED, undo=Undo("wrong_amount", running=True)),
        "undone": followed(card, receipt=PRINTED, undone=card),
        "notice": followed(card, receipt=paper, notice=SPEECH.notice("card.voids_not_supported")),
        "last": approved_state(card, receipt=PRINTED, ways=told({}, why_not="message.no_email")),
        "not_sent": followed(card, receipt=PRINTED, ways=told({"email": message("email", "failed", LONG_ADDRESS)})),
        "long": followed(long, receipt=PRINTED, next_up=replace(frozen.NEXT, patient=frozen.LONG)),
    }  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_clipped(qtbot: Any, look: str):
    theme.current().set(**LOOKS[look][0])
    page = ApprovedPage()
    qtbot.addWidget(page)
    assert unfit(page, "approved", look, states(), page.take_focus) == {}


def test_a_click_on_reprint_leaves_enter_with_done(qtbot: Any, desk: Desk):
    QTest.mouseClick(desk.page.reprint, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(desk.printer.reprints))
    press("Return")
    assert (desk.printer.reprints, desk.went) == (["pay-1"], ["done"])
