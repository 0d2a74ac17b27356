"""The list of desks and what a manager does with one, through the keys; every state as a picture."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.desks import DeskLine, DeskState, Invitation, Joining
from app.lanes import Lane
from app.views import Person
from models.basics.errors import RuleBroken, SyncLater
from models.operations.joining import JoinLine, parse_join_line
from tests.support.clinic import MARIA, MORNING, PRIYA
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text, unfit
from widgets.bridge import Bridge
from widgets.desks.dialogs import JoinDialog
from widgets.desks.presenter import DesksPresenter
from widgets.desks.state import DesksState, JoinState, Told, revoked_told, row_of
from widgets.desks.view import DesksView
from widgets.panels import AskDialog

pytestmark = pytest.mark.usefixtures("themed")
NOW = MORNING.astimezone(ZoneInfo("America/Chicago"))
LINE = JoinLine("192.168.4.10", 8417, "ABCD-EFGH-JKMN", "K7QF-2M9D-XW3A")


def desk(number: int, name: str, state: DeskState = DeskState.ONLINE, **more: object) -> DeskLine:
    known = {"joined_at": NOW - timedelta(days=9), "seen_at": NOW, "version": "0.2.0", "system": "Linux", **more}
    return DeskLine(f"desk-{number}", number, name, state, **known)  # type: ignore[arg-type]


DESKS = (
    desk(1, "Front desk", DeskState.HERE),
    desk(2, "Checkout"),
    desk(3, "Lab", DeskState.OFFLINE, seen_at=NOW - timedelta(minutes=19), pending=4,
         oldest_at=NOW - timedelta(minutes=17), version="0.1.0"),
    desk(4, "Stolen laptop", DeskState.REVOKED, revoked_at=NOW - timedelta(days=1),
         seen_at=NOW - timedelta(days=2), quarantined=4, pending=2, oldest_at=NOW - timedelta(days=2)),
    desk(5, "Side door", DeskState.NEW, seen_at=None, version="", system=""),
)  # fmt: skip
LONG = replace(DESKS[1], name="Checkout behind the large fig tree on the second floor, east wing, left door")


class Story:
    """The clinic's desks as a test wants them; fails where it says so."""

    alone = False

    def __init__(self) -> None:
        self.desks = list(DESKS)
        self.asked: list[tuple[object, ...]] = []
        self.error: Exception | None = None
        self.joined = Joining(600)
        self.go = threading.Event()
        self.go.set()

    def _say(self, *what: object) -> None:
        self.go.wait(5)
        if self.error is not None:
            raise self.error
        self.asked.append(what)

    def list(self, person: Person) -> tuple[DeskLine, ...]:
        self._say("list", person.staff_id)
        return tuple(self.desks)

    def invite(self, name: str, person: Person) -> Invitation:
        self._say("invite", name, person.staff_id)
        return Invitation(LINE, name, 600)

    def invite_again(self, one: DeskLine, person: Person) -> Invitation:
        self._say("invite again", one.number, person.staff_id)
        return Invitation(LINE, one.name, 600)

    def joining(self, invitation: Invitation, _person: Person) -> Joining:
        self._say("joining", invitation.desk_name)
        return self.joined

    def rename(self, one: DeskLine, name: str, _person: Person) -> None:
        self._say("rename", one.number, name)
        self._put(replace(one, name=name))

    def revoke(self, one: DeskLine, _person: Person) -> None:
        self._say("revoke", one.number)
        self._put(replace(one, state=DeskState.REVOKED, revoked_at=NOW))

    def readmit(self, one: DeskLine, _person: Person) -> None:
        self._say("readmit", one.number)
        self._put(replace(one, state=DeskState.OFFLINE, revoked_at=None))

    def _put(self, one: DeskLine) -> None:
        self.desks = [one if known.number == one.number else known for known in self.desks]

    def acts(self) -> list[tuple[object, ...]]:
        return [what for what in self.asked if what[0] != "list"]


class Review(QObject):
    """Remembers whose records were looked at."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.opened: list[int] = []

    def open(self, one: DeskLine) -> None:
        self.opened.append(one.number)


class Room(QWidget):
    """A window with the page in it, and who sits there."""

    def __init__(self, story: Story, lane: Lane, person: Person) -> None:
        super().__init__()
        self.person = person
        self.story = story
        self.view = DesksView()
        body = QVBoxLayout(self)
        body.addWidget(self.view)
        body.addStretch(1)
        self.presenter = DesksPresenter(
            self.view, bridge=Bridge(self), lane=lane, desks=lambda: story,  # type: ignore[arg-type,return-value]
            person=lambda: self.person, now=lambda: NOW, review=Review(self.view),  # type: ignore[arg-type]
        )  # fmt: skip
        self.resize(960, 660)


@pytest.fixture
def room(qtbot, lane: Lane) -> Iterator[Room]:
    made = Room(Story(), lane, PRIYA)
    qtbot.addWidget(made)
    shown(made)
    made.presenter.show()
    qtbot.waitUntil(lambda: len(made.presenter.state.desks) == 5)
    made.view.table.setFocus()
    yield made
    made.story.go.set()


def join_dialog(room: Room) -> JoinDialog:
    found = room.findChild(JoinDialog)
    assert found is not None
    return found


# The list ---------------------------------------------------------------------------------------------------------


def test_the_list_says_of_each_desk_where_it_stands(room: Room) -> None:
    sentences = [row.sentence for row in room.view.table.rows]
    assert sentences == [
        "Desk 1, Front desk, This desk, Now, waiting: Nothing, version 0.2.0",
        "Desk 2, Checkout, Online, Now, waiting: Nothing, version 0.2.0",
        "Desk 3, Lab, Offline, 9:22 AM, waiting: 4 records, oldest from 9:24 AM, version 0.1.0",
        "Desk 4, Stolen laptop, Revoked, Since May 13, 9:41 AM last seen May 12, 9:41 AM, waiting: 2 records, "
        "4 waiting review, version 0.2.0",
        "Desk 5, Side door, Not started yet, Not yet joined May 5, 9:41 AM, waiting: Nothing, version unknown",
    ]
    assert [pill.text for pill in room.view.pills if pill.isVisible()] == [
        "2 online", "1 offline", "4 records waiting review"
    ]  # fmt: skip


def test_a_receptionist_sees_no_list_and_asks_nothing(qtbot, lane: Lane) -> None:
    made = Room(Story(), lane, MARIA)
    qtbot.addWidget(made)
    shown(made)
    made.presenter.show()
    settle()
    assert made.view.nothing.text() == "Only a manager sees and changes the clinic's desks."
    assert not made.view.add.isEnabled()
    assert made.story.asked == []


def test_a_desk_without_a_hub_says_so(qtbot, lane: Lane) -> None:
    story = Story()
    story.alone = True
    made = Room(story, lane, PRIYA)
    qtbot.addWidget(made)
    shown(made)
    made.presenter.show()
    assert made.view.nothing.text().startswith("This desk has no hub")


def test_the_list_stays_while_the_hub_is_away_and_says_so_until_it_is_back(room: Room, qtbot) -> None:
    room.story.error = SyncLater("sync.hub_unreachable")
    room.presenter._look_again()
    qtbot.waitUntil(room.view.banner.isVisible)
    assert room.view.banner.title.text() == "The hub does not answer"
    assert len(room.view.table.rows) == 5
    room.story.error = None
    room.presenter._look_again()
    qtbot.waitUntil(lambda: not room.view.banner.isVisible())


def test_the_list_is_read_again_while_somebody_looks_and_the_choice_stays(room: Room, qtbot) -> None:
    press("Down")
    press("Down")
    assert room.presenter.state.chosen == "desk-3"
    room.story.desks[2] = replace(DESKS[2], state=DeskState.ONLINE, pending=0, oldest_at=None, seen_at=NOW)
    room.presenter._look_again()
    qtbot.waitUntil(lambda: room.presenter.state.desks[2].state is DeskState.ONLINE)
    assert room.view.table.key == "desk-3"
    room.hide()
    room.presenter._look_again()
    assert not room.presenter._again.isActive()


def test_h12_a_desk_is_revoked_after_a_question_that_says_what_it_means(room: Room, qtbot) -> None:
    for _ in range(2):
        press("Down")
    room.view.revoke.setFocus()
    press("Space")
    ask = room.findChild(AskDialog)
    assert ask is not None
    assert ask.title.text() == "Revoke Desk 3, Lab?"
    assert "It has 4 records not sent yet" in ask.text.text()
    assert "none is lost" in ask.text.text()
    picture(room, "desks-revoke")
    assert clipped(ask) == []
    press("Return")  # the safe button has the focus
    settle()
    assert room.story.acts() == []
    room.view.revoke.setFocus()
    press("Space")
    press("Tab")
    press("Return")
    qtbot.waitUntil(lambda: room.view.banner.isVisible() and not room.presenter.state.busy)
    assert room.story.acts() == [("revoke", 3)]
    assert room.view.banner.title.text() == "Desk 3 revoked"
    qtbot.waitUntil(room.view.readmit.isVisible)
    assert not room.view.revoke.isVisible()


def test_h12_records_that_wait_for_review_are_told() -> None:
    told = revoked_told(DESKS[3])
    assert (told.meaning, told.title) == ("warn", "Desk 4 revoked; 4 records waiting review")


def test_the_own_desk_cannot_be_revoked_here(room: Room) -> None:
    assert not room.view.revoke.isEnabled()
    assert room.view.revoke.toolTip().startswith("This is the desk you sit at")
    assert room.view.rename.isEnabled()


def test_a_revoked_desk_is_readmitted(room: Room, qtbot) -> None:
    for _ in range(3):
        press("Down")
    room.view.readmit.setFocus()
    press("Space")
    qtbot.waitUntil(lambda: room.story.acts() == [("readmit", 4)])
    qtbot.waitUntil(lambda: room.view.banner.title.text() == "Desk 4 works again")


def test_a_desk_is_renamed_by_its_key(room: Room, qtbot) -> None:
    press("Down")
    press("Alt+R")
    picture(room, "desks-rename")
    type_text("Side window")
    press("Return")
    qtbot.waitUntil(lambda: room.story.acts() == [("rename", 2, "Side window")])
    qtbot.waitUntil(lambda: room.view.banner.title.text() == "Desk 2 is called Side window now")
    qtbot.waitUntil(lambda: room.presenter.state.desks[1].name == "Side window")


def test_h12_the_records_kept_apart_are_reviewed_by_their_key(room: Room, qtbot) -> None:
    assert not room.view.review.isVisible()
    for _ in range(3):
        press("Down")
    assert room.view.review.label == "Review 4"
    press("Alt+W")
    assert room.presenter._review.opened == [4]  # type: ignore[attr-defined]
    reads = len(room.story.asked)
    room.presenter._review.changed.emit()
    qtbot.waitUntil(lambda: len(room.story.asked) > reads)


def test_h9_a_desk_that_runs_twice_joins_again_with_a_code_of_its_own(room: Room, qtbot) -> None:
    room.story.desks[1] = replace(DESKS[1], state=DeskState.TWICE)
    room.presenter._look_again()
    qtbot.waitUntil(lambda: room.presenter.state.desks[1].state is DeskState.TWICE)
    press("Down")
    assert room.view.table.rows[1].sentence.startswith("Desk 2, Checkout, Running twice")
    room.view.again.setFocus()
    press("Space")
    qtbot.waitUntil(lambda: join_dialog(room).code.text == str(LINE))
    assert room.story.acts()[0] == ("invite again", 2, "priya")
    picture(room, "desks-twice")


def test_a_desk_needs_a_name(room: Room) -> None:
    press("Alt+R")
    press("Delete")
    press("Return")
    dialog = room.presenter._naming
    assert dialog is not None
    assert dialog.isVisible()
    assert dialog.row.error.text == "Type a name."


def test_what_the_hub_refuses_is_told_and_changes_nothing(room: Room, qtbot) -> None:
    press("Down")
    press("Alt+R")
    room.story.error = RuleBroken("desks.unknown")
    type_text("X")
    press("Return")
    qtbot.waitUntil(room.view.banner.isVisible)
    assert room.view.banner.title.text() == "The hub does not know that desk"
    assert room.view.rename.isEnabled()


# One more desk ----------------------------------------------------------------------------------------------------


def invited(room: Room, qtbot) -> JoinDialog:
    press("Ctrl+N")
    type_text("Checkout")
    press("Return")
    dialog = join_dialog(room)
    qtbot.waitUntil(lambda: dialog.code.text != "")
    return dialog


def test_a_code_is_made_shown_large_scanned_and_copied(room: Room, qtbot) -> None:
    dialog = invited(room, qtbot)
    assert room.story.acts() == [("invite", "Checkout", "priya")]
    assert (dialog.large.text(), dialog.address.text()) == ("ABCD-EFGH-JKMN", "192.168.4.10:8417")
    assert dialog.group.text() == "K7QF-2M9D-XW3A"
    assert dialog.waiting.text() == "Good for 10:00, once. Waiting for the new desk…"
    assert parse_join_line(dialog.code.text) == LINE
    press("Ctrl+C")
    assert QGuiApplication.clipboard().text() == str(LINE)
    picture(room, "desks-code")
    assert clipped(dialog) == []


def test_the_painted_code_reads_as_the_line(room: Room, qtbot) -> None:
    """Every module of the widget is where the code says, on a light margin of four modules."""
    code = invited(room, qtbot).code
    image = code.grab().toImage()
    count = len(code.rows)
    module = code.width() // (count + 8)
    edge = (code.width() - module * count) // 2
    assert edge >= 4 * module
    for y, row in enumerate(code.rows):
        for x, dark in enumerate(row):
            spot = image.pixelColor(edge + x * module + module // 2, edge + y * module + module // 2)
            assert (spot.lightness() < 128) == bool(dark)


def test_the_code_counts_down_and_says_which_desk_joined(room: Room, qtbot) -> None:
    dialog = invited(room, qtbot)
    for _ in range(18):
        room.presenter._count_down()
    assert dialog.waiting.text() == "Good for 9:42, once. Waiting for the new desk…"
    room.story.joined = Joining(580, 6, "Checkout")
    room.presenter._ask_joined()
    qtbot.waitUntil(lambda: dialog.waiting.text() == "Checkout joined as Desk 6.")
    assert dialog.code.text == "", "a used code is not shown for scanning"
    assert not dialog.make.isVisible()
    assert not room.presenter._second.isActive()
    picture(room, "desks-joined")
    press("Escape")
    assert not dialog.isVisible()


def test_a_code_that_is_over_says_so_and_another_is_made(room: Room, qtbot) -> None:
    dialog = invited(room, qtbot)
    room.story.joined = Joining(0)
    room.presenter._ask_joined()
    qtbot.waitUntil(lambda: dialog.waiting.text() == "This code is over. Make a new one.")
    assert dialog.code.text == ""
    assert dialog.make.label == "Make a new code"
    picture(room, "desks-over")
    press("Escape")
    assert not room.presenter._poll.isActive()


def test_while_the_line_is_broken_the_code_still_counts_down(room: Room, qtbot) -> None:
    dialog = invited(room, qtbot)
    room.story.error = SyncLater("sync.hub_unreachable")
    room.presenter._ask_joined()
    qtbot.waitUntil(lambda: not room.presenter._asking)
    room.presenter._count_down()
    assert dialog.waiting.text() == "Good for 9:59, once. Waiting for the new desk…"


def test_a_hub_that_listens_here_only_is_told(room: Room, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Invitation(JoinLine("127.0.0.1", 8417, "ABCD-EFGH-JKMN"), "Checkout", 600)
    monkeypatch.setattr(room.story, "invite", lambda _name, _person: here)
    dialog = invited(room, qtbot)
    assert dialog.local.isVisible()
    assert dialog.group.text() == "None on one computer"
    picture(room, "desks-here-only")
    assert clipped(dialog) == []


def test_a_new_desk_needs_a_name_and_a_hub_that_answers(room: Room, qtbot) -> None:
    press("Ctrl+N")
    press("Return")
    dialog = join_dialog(room)
    assert dialog.name.error.text == "Give the new desk a name."
    room.story.error = SyncLater("sync.hub_unreachable")
    type_text("Lab")
    press("Return")
    qtbot.waitUntil(dialog.error.isVisible)
    assert dialog.error.title.text().startswith("The hub does not answer.")
    assert not dialog.make.busy


# Pictures ---------------------------------------------------------------------------------------------------------

STATES = {
    "list": DesksState(DESKS, NOW, "desk-3", read=True),
    "long": DesksState((LONG, *DESKS[2:4]), NOW, "desk-2", Told("ok", "Desk 2 is called otherwise now"), read=True),
    "away": DesksState(DESKS, NOW, "desk-1", Told("warn", "The hub does not answer", "Check the network."), read=True),
    "reading": DesksState(),
    "forbidden": DesksState(why_not="Only a manager sees and changes the clinic's desks."),
}


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_holds_in_every_look(qtbot, themed, look: str) -> None:
    themed.set(**LOOKS[look][0])
    page = QWidget()
    qtbot.addWidget(page)
    view = DesksView()
    body = QVBoxLayout(page)
    body.addWidget(view)
    body.addStretch(1)
    page.draw = view.draw  # type: ignore[attr-defined]
    assert unfit(page, "desks", look, STATES, view.table.setFocus) == {}


@pytest.mark.parametrize("look", LOOKS)
def test_the_code_holds_in_every_look(qtbot, themed, look: str) -> None:
    themed.set(**LOOKS[look][0])
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(*LOOKS[look][1])
    shown(page)
    dialog = JoinDialog(page)
    dialog.open_over()
    for name, state in {
        "empty": JoinState(), "code": JoinState(Invitation(LINE, "Checkout", 600), 582),
        "joined": JoinState(Invitation(LINE, "Checkout", 600), 400, Joining(400, 6, LONG.name)),
        "over": JoinState(Invitation(LINE, "Checkout", 600), 0),
        "error": JoinState(error="The hub does not answer. Payments are kept here and sent later. Check the network."),
    }.items():  # fmt: skip
        dialog.draw(state)
        settle()
        dialog.place_panel()
        picture(page, f"join-{name}-{look}")
        assert clipped(dialog) == []


def test_every_row_of_the_list_fits_its_columns(room: Room) -> None:
    assert row_of(DESKS[4], NOW).cells[4].spoken.startswith("—")  # type: ignore[union-attr]
    assert clipped(room) == []
