"""The review of records kept apart: let in or left out, one at a time, with a PIN and a reason. Through the keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.lanes import Lane
from app.quarantine import Apart
from app.views import Person
from models.basics.errors import RuleBroken, SyncLater
from tests.support.clinic import PRIYA
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from tests.unit.widgets.test_desks import DESKS, NOW
from widgets.bridge import Bridge
from widgets.desks.review import ReviewDialog, ReviewPresenter
from widgets.desks.review_state import ReviewState, effect, kind_words

pytestmark = pytest.mark.usefixtures("themed")

PAYMENT = Apart("op-1", "payment.collect", "quarantine.because.revoked", True, "rosa", "Quillfeather, Rosa", 3000,
                "01-4-A-0007", NOW - timedelta(hours=1), "Maria Delgado", "desk-4")  # fmt: skip
POSTING = replace(PAYMENT, op_id="op-2", kind="payment.allocate", amount_cents=0, receipt_no="")
DAMAGED = replace(PAYMENT, op_id="op-3", kind="unreadable", because="quarantine.because.damaged", may_count=False,
                  patient="", patient_id="", amount_cents=0, receipt_no="", made_at=None, made_by="")  # fmt: skip
OTHERS = replace(PAYMENT, op_id="op-9", device_id="desk-2")
LONG = replace(PAYMENT, op_id="op-5", patient="Quillfeather-Montgomery van der Hoeven, Maximiliana Alexandra")


class Story:
    """What the hub keeps apart, as a test wants it."""

    def __init__(self) -> None:
        self.apart = [PAYMENT, POSTING, DAMAGED, OTHERS]
        self.done: list[tuple[object, ...]] = []
        self.error: Exception | None = None

    def list(self, _person: Person, *, decided: bool = False) -> tuple[Apart, ...]:
        assert not decided
        if self.error:
            raise self.error
        return tuple(self.apart)

    def accept(self, apart: tuple[Apart, ...], person: Person, note: str = "") -> int:
        return self._settle("accept", apart, person, note)

    def discard(self, apart: tuple[Apart, ...], person: Person, reason: str) -> int:
        return self._settle("discard", apart, person, reason)

    def _settle(self, what: str, apart: tuple[Apart, ...], person: Person, note: str) -> int:
        self.done.append((what, [one.op_id for one in apart], person.staff_id, note))
        self.apart = [one for one in self.apart if one not in apart]
        return len(apart)

    def verify(self, staff_id: str, pin: str) -> Person:
        if pin != "2580":
            raise RuleBroken("pin.wrong", tries_left=4)
        assert staff_id == PRIYA.staff_id
        return PRIYA


class Room(QWidget):
    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self.story = Story()
        QVBoxLayout(self)
        self.presenter = ReviewPresenter(
            self, bridge=Bridge(self), lane=lane, quarantine=lambda: self.story,  # type: ignore[arg-type,return-value]
            sign_in=self.story, person=lambda: PRIYA, now=lambda: NOW,
        )  # fmt: skip
        self.resize(1162, 654)

    @property
    def dialog(self) -> ReviewDialog:
        assert self.presenter.dialog is not None
        return self.presenter.dialog


@pytest.fixture
def room(qtbot, lane: Lane) -> Iterator[Room]:
    made = Room(lane)
    qtbot.addWidget(made)
    shown(made)
    made.presenter.open(DESKS[3])
    qtbot.waitUntil(lambda: len(made.presenter.state.apart) == 3)
    settle()
    return made


def test_h12_the_records_of_the_desk_are_listed_with_what_they_would_do(room: Room) -> None:
    assert room.dialog.title.text() == "Records of Desk 4 waiting review"
    assert [row.sentence for row in room.dialog.table.rows] == [
        "Payment, 01-4-A-0007, Maria Delgado, Quillfeather, Rosa, Its desk was revoked, 8:41 AM, $30.00",
        "Posting of credit, Maria Delgado, Quillfeather, Rosa, Its desk was revoked, 8:41 AM, none",
        "Other record, No patient named, It arrived damaged, time unknown, none",
    ]
    assert room.dialog.effect.text().startswith("Let in, $30.00 counts at every desk from now on.")
    picture(room, "desks-review")
    assert clipped(room.dialog) == []


def test_h12_a_record_is_let_in_with_the_managers_pin(room: Room, qtbot) -> None:
    assert not room.dialog.accept.isEnabled()
    assert room.dialog.accept.toolTip() == "Type your PIN first"
    room.dialog.pin.pin.setFocus()
    type_text("2580")
    press("Alt+C")
    qtbot.waitUntil(lambda: len(room.presenter.state.apart) == 2)
    assert room.story.done == [("accept", ["op-1"], "priya", "")]
    assert room.dialog.banner.title.text() == "It counts from now on."
    assert room.dialog.pin.pin.text() == "", "the next decision needs the PIN again"


def test_h12_a_record_is_left_out_with_a_reason_only(room: Room, qtbot) -> None:
    press("Down")
    press("Down")
    room.dialog.pin.pin.setFocus()
    type_text("2580")
    assert not room.dialog.accept.isEnabled(), "what cannot be read cannot count"
    assert not room.dialog.discard.isEnabled()
    assert room.dialog.discard.toolTip() == "Say why it does not count"
    assert "Enter it again" in room.dialog.effect.text()
    room.dialog.reason.field.setFocus()
    type_text("Entered again by hand")
    press("Alt+X")
    qtbot.waitUntil(lambda: len(room.presenter.state.apart) == 2)
    assert room.story.done == [("discard", ["op-3"], "priya", "Entered again by hand")]


def test_a_wrong_pin_decides_nothing(room: Room, qtbot) -> None:
    room.dialog.pin.pin.setFocus()
    type_text("2581")
    press("Alt+C")
    qtbot.waitUntil(room.dialog.pin.error.isVisible)
    assert room.dialog.pin.error.text() == "That PIN is not right. 4 tries left before a pause."
    assert room.story.done == []
    picture(room, "desks-review-wrong-pin")


def test_when_all_is_decided_the_dialog_says_so_and_tells_the_list(room: Room, qtbot) -> None:
    heard: list[int] = []
    room.presenter.changed.connect(lambda: heard.append(1))
    room.story.apart = [PAYMENT]
    room.presenter._read("")
    qtbot.waitUntil(lambda: len(room.presenter.state.apart) == 1)
    room.dialog.pin.pin.setFocus()
    type_text("2580")
    press("Alt+C")
    qtbot.waitUntil(lambda: room.presenter.state.apart == ())
    assert room.dialog.nothing.text() == "Nothing waits for review."
    assert heard == [1]
    assert not room.dialog.table.isVisible()
    picture(room, "desks-review-empty")


def test_a_hub_that_does_not_answer_is_told(room: Room, qtbot) -> None:
    room.story.error = SyncLater("sync.hub_unreachable")
    room.presenter._read("")
    qtbot.waitUntil(lambda: "does not answer" in room.presenter.state.error)


@pytest.mark.parametrize(("kind", "words"), [
    ("payment.collect", "Payment"), ("refund.paid", "Refund step"), ("tomorrow.thing", "Other record"),
])  # fmt: skip
def test_kinds_in_words(kind: str, words: str) -> None:
    assert kind_words(kind) == words


def test_without_a_choice_nothing_is_said() -> None:
    assert effect(None) == ""


@pytest.mark.parametrize("look", LOOKS)
def test_the_review_holds_in_every_look(qtbot, themed, look: str) -> None:
    themed.set(**LOOKS[look][0])
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(*LOOKS[look][1])
    shown(page)
    dialog = ReviewDialog(page)
    dialog.open_over()
    many = tuple(replace(PAYMENT, op_id=f"op-{number}") for number in range(40))
    for name, state in {
        "list": ReviewState("Records of Desk 4 waiting review", (PAYMENT, LONG, DAMAGED), NOW, "op-5", read=True),
        "many": ReviewState("Records of Desk 4 waiting review", many, NOW, "op-7", read=True, told="It counts."),
        "reading": ReviewState(), "empty": ReviewState(read=True),
    }.items():  # fmt: skip
        dialog.draw(state)
        settle()
        dialog.place_panel()
        picture(page, f"review-{name}-{look}")
        assert clipped(dialog) == []
