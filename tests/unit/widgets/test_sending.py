"""The dialog that sends a paper: the patient's way first, a yes for every address, and the words that will go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from app.lanes import Lane
from app.message_lines import MessageLine
from app.messages import SendChoice, SendSheet, Way
from models.basics.errors import RuleBroken
from models.operations.messages import MessagePaper
from models.operations.records import Practice
from tests.support import frozen
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from widgets import theme
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.papers.send_dialog import SendDialog
from widgets.papers.send_state import SendState, choice_for, first_choice, send_state
from widgets.papers.sending import SendDesk
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

SPEECH = Speech(lambda: frozen.ZONE)
PRACTICE = Practice(id="t", name="Alder Street Family Medicine", timezone="UTC", phone="(555) 010-2200",
                    receipt_message="Thank you. Feel better soon.", reply_to="desk@alder.test")  # fmt: skip
PAPER = MessagePaper(kind="receipt", source_id="p-1", number="01-1-A-0019", day="2026-05-14", amount_cents=7500)
SHEET = SendSheet("m-1", frozen.collected().patient, (PAPER,), "receipt",
                  Way("email", "rosa@home.test"), Way("text", "(555) 010-4417"))  # fmt: skip


OPEN = MessagePaper(kind="balance", source_id="c-1", number="", day="2026-05-14", amount_cents=4000)
BALANCE = SendSheet("m-2", frozen.collected().patient, (OPEN,), "balance", Way("email", ""), Way("text", ""))


class Story:
    def __init__(self) -> None:
        self.sheet_now, self.sent = SHEET, list[SendChoice]()
        self.known: dict[str, bool] = {}
        self.error: Exception | None = None

    def sheet(self, _names: Any, _patient_id: str) -> SendSheet:
        return self.sheet_now

    def agreed(self, _patient_id: str, _channel: str, typed: str) -> bool | None:
        return self.known.get(typed)

    def take_back_consent(self, _patient_id: str, _channel: str, typed: str, _person: Any) -> None:
        self.known[typed] = False

    def send(self, _sheet: Any, choice: SendChoice, _person: Any) -> MessageLine:
        if self.error is not None:
            raise self.error
        self.sent.append(choice)
        return MessageLine("m-1", "p-1", choice.channel, choice.address, (), (), "waiting", "", frozen.at(9, 43))


class Desk:
    def __init__(self, host: QWidget) -> None:
        self.story, self.said = Story(), list[str]()
        self.lanes = {name: Lane(name) for name in ("reads", "store")}
        session = Session(host)
        session.sign_in(frozen.MARIA)
        self.sending = SendDesk(host, bridge=Bridge(host), lanes=self.lanes, messages=self.story,  # type: ignore[arg-type]
                                practice=lambda: PRACTICE, session=session, speech=SPEECH)  # fmt: skip

    @property
    def dialog(self) -> SendDialog:
        return self.sending.dialog

    def open(self, qtbot: Any) -> None:
        self.sending.open(["receipt:p-1"], "p-1", self.said.append)
        qtbot.waitUntil(self.dialog.isVisible)


@pytest.fixture
def desk(qtbot: Any) -> Iterator[Desk]:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1366, 768)
    made = Desk(host)
    shown(host)
    yield made
    for lane in made.lanes.values():
        lane.close()


def test_s0_40_enter_sends_what_stands_there(qtbot: Any, desk: Desk):
    desk.open(qtbot)
    assert "Receipt 01-1-A-0019 of May 14, 2026: $75.00" in desk.dialog.preview.text()
    press("Return")
    qtbot.waitUntil(lambda: desk.said == ["E-mail to rosa@home.test is on its way"])
    assert desk.story.sent == [SendChoice("email", "rosa@home.test")]
    assert not desk.dialog.isVisible()


def test_s0_40_a_yes_is_for_one_address(qtbot: Any, desk: Desk):
    """Whoever agreed for one address is asked anew for the next, and not again for the first."""
    desk.story.sheet_now = replace(SHEET, email=Way("email", "rosa@home.test", agreed=True))
    desk.story.known = {"rosa@home.test": True}
    desk.open(qtbot)
    assert desk.dialog.attach.isChecked()
    assert "attached as PDF" in desk.dialog.preview.text()
    type_text("other@home.test")
    assert not desk.dialog.attach.isChecked()
    assert "not protected" in desk.dialog.consent.text()
    desk.dialog.address.selectAll()
    type_text("rosa@home.test")
    qtbot.waitUntil(desk.dialog.attach.isChecked)


def test_s0_40_a_yes_is_taken_back(qtbot: Any, desk: Desk):
    desk.story.sheet_now = replace(SHEET, email=Way("email", "rosa@home.test", agreed=True))
    desk.open(qtbot)
    press("Alt+B")
    qtbot.waitUntil(lambda: desk.story.known == {"rosa@home.test": False})
    qtbot.waitUntil(lambda: not desk.dialog.attach.isChecked() and not desk.dialog.take_back.isVisible())
    press("Return")
    qtbot.waitUntil(lambda: desk.story.sent == [SendChoice("email", "rosa@home.test")])


def test_s0_40_the_patients_own_way_is_chosen_first(qtbot: Any, desk: Desk):
    desk.story.sheet_now = replace(SHEET, preferred="text")
    desk.open(qtbot)
    assert desk.dialog.channel.key == "text"
    assert not desk.dialog.attach.isVisible()
    press("Return")
    qtbot.waitUntil(lambda: [choice.channel for choice in desk.story.sent] == ["text"])


def test_s0_40_a_channel_that_is_not_set_up_says_so_and_sends_nothing(qtbot: Any, desk: Desk):
    desk.story.sheet_now = replace(SHEET, text=Way("text", "(555) 010-4417", "message.no_text"))
    desk.open(qtbot)
    desk.dialog.channel_chosen.emit("text")
    assert "does not send texts" in desk.dialog.primary.toolTip()
    press("Return")
    settle()
    assert desk.story.sent == []


def test_s0_40_a_wrong_address_is_said_at_its_field(qtbot: Any, desk: Desk):
    desk.story.error = RuleBroken("message.address_wrong")
    desk.open(qtbot)
    press("Return")
    qtbot.waitUntil(lambda: "no e-mail address" in desk.dialog.address_row.error.text)
    assert desk.dialog.isVisible()
    press("Escape")
    assert not desk.dialog.isVisible()
    assert desk.said == []


def test_h1_an_open_amount_goes_in_words_alone_and_says_where_an_address_is_missing(qtbot: Any, desk: Desk):
    desk.story.sheet_now = BALANCE
    desk.open(qtbot)
    assert desk.dialog.title.text() == "Message the patient"
    assert not desk.dialog.attach.isVisible()
    assert desk.sending.state is not None
    assert desk.sending.state.note == "Their record has no e-mail address: ask for it and type it here."
    assert "$40.00 is open on your account as of May 14, 2026." in desk.dialog.preview.text()
    type_text("rosa@home.test")
    assert desk.sending.state.note == "It names the clinic, the amount and the day. Nothing of the visit."
    press("Return")
    qtbot.waitUntil(lambda: desk.story.sent == [SendChoice("email", "rosa@home.test", remember=True)])


def states() -> dict[str, SendState]:
    agreed = replace(SHEET, email=Way("email", "rosa@home.test", agreed=True))
    superbill = replace(SHEET, template="superbill", papers=(replace(PAPER, kind="superbill", number=""),))
    long = replace(SHEET, patient=frozen.LONG, email=Way(
        "email", "maria.theresia.von.hohenlohe-waldenburg-schillingsfuerst@mail.university-hospital.test",
        trouble="message.trouble.mail_login"))  # fmt: skip

    def of(sheet: SendSheet, choice: SendChoice | None = None, **more: Any) -> SendState:
        chosen = choice or first_choice(sheet)
        return send_state(sheet, chosen, sheet.way(chosen.channel).agreed, PRACTICE, SPEECH, **more)

    return {
        "balance": of(replace(BALANCE, email=Way("email", "rosa@home.test"))), "balance_none": of(BALANCE),
        "balance_text": of(BALANCE, choice_for(Way("text", "(555) 010-4417"))),
        "email": of(SHEET), "agreed": of(agreed), "text": of(SHEET, choice_for(SHEET.text)), "superbill": of(superbill),
        "long": of(long, error="This is no e-mail address. Nothing was sent."), "busy": of(agreed, busy="Sending"),
    }  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_clipped(qtbot: Any, look: str):
    theme.current().set(**LOOKS[look][0])
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(*(1366, 768) if look != "scale" else (1500, 900))
    shown(host)
    dialog = SendDialog(host)
    dialog.open_over()
    wrong = {}
    for name, state in states().items():
        dialog.draw(state)
        settle()
        picture(host, f"send-{name}-{look}")
        if found := clipped(dialog):
            wrong[name] = found
    assert wrong == {}
