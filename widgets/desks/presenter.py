"""Decides what the list of desks does: asks the hub on a lane, again every few seconds while somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from app.desks import DeskLine, Desks, Invitation, Joining
from app.lanes import Job, Lane
from app.views import Person
from app.words import sentence_for
from models.basics.errors import PosError
from widgets.bridge import Bridge
from widgets.desks.dialogs import JoinDialog, NameDialog
from widgets.desks.review import ReviewPresenter
from widgets.desks.state import DesksState, JoinState, Told, revoke_words, revoked_told
from widgets.desks.view import DesksView
from widgets.panels import AskDialog

ALONE = "This desk has no hub: it works alone, and no other desk can join."
NOT_A_MANAGER = "Only a manager sees and changes the clinic's desks."


class DesksPresenter(QObject):
    """One list; `desks` makes the story when it is first needed."""

    AGAIN_MS: Final = 5_000
    JOINED_MS: Final = 2_000

    def __init__(
        self, view: DesksView, *, bridge: Bridge, lane: Lane, desks: Callable[[], Desks],
        person: Callable[[], Person | None], now: Callable[[], datetime], review: ReviewPresenter,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or view)
        self._view, self._bridge, self._lane = view, bridge, lane
        self._desks, self._person, self._now = desks, person, now
        self._state, self._join = DesksState(), JoinState()
        self._asking = False
        self._joining: JoinDialog | None = None
        self._naming: NameDialog | None = None
        self._review = review
        view.review_asked.connect(self._open_review)
        review.changed.connect(self._read)
        self._again = QTimer(self, interval=self.AGAIN_MS)
        self._again.timeout.connect(self._look_again)
        self._second = QTimer(self, interval=1_000)
        self._second.timeout.connect(self._count_down)
        self._poll = QTimer(self, interval=self.JOINED_MS)
        self._poll.timeout.connect(self._ask_joined)
        view.chosen.connect(self._choose)
        view.add_asked.connect(lambda: self._open_join("Add a desk"))
        view.rename_asked.connect(self._open_name)
        view.revoke_asked.connect(self._ask_revoke)
        view.readmit_asked.connect(self._readmit)
        view.again_asked.connect(self._open_again)

    @property
    def state(self) -> DesksState:
        """What the page shows."""
        return self._state

    @property
    def join(self) -> JoinState:
        """What the dialog for one more desk shows."""
        return self._join

    def show(self) -> None:
        """The page is opened: read the list, and go on reading."""
        person = self._person()
        why = ALONE if self._desks().alone else "" if person is not None and person.manager else NOT_A_MANAGER
        self._draw(replace(DesksState(), why_not=why) if why else replace(self._state, why_not="", told=None))
        if not why:
            self._read()
            self._again.start()

    @Slot()
    def _look_again(self) -> None:
        if not self._view.isVisible():
            self._again.stop()
        elif not self._state.busy:
            self._read()

    @Slot()
    def _read(self) -> None:
        person = self._person()
        if person is None or self._asking:
            return
        self._asking = True
        self._bridge.start(
            self._lane, lambda _job: self._desks().list(person), owner=self._view, done=self._listed,
            failed=self._not_listed,
        )  # fmt: skip

    def _listed(self, desks: tuple[DeskLine, ...]) -> None:
        self._asking = False
        told = self._state.told if self._state.told is not None and self._state.told.stays else None
        chosen = self._state.chosen or (desks[0].device_id if desks else "")
        self._draw(replace(self._state, desks=desks, now=self._now(), read=True, chosen=chosen, told=told))

    def _not_listed(self, error: Exception) -> None:
        self._asking = False
        self._failed(error)

    def _failed(self, error: Exception) -> None:
        self._draw(replace(self._state, busy=False, read=True, told=_told(error)))

    @Slot(str)
    def _choose(self, device_id: str) -> None:
        if device_id != self._state.chosen:
            self._draw(replace(self._state, chosen=device_id))

    # What is done with a desk ---------------------------------------------------------------------------------

    @Slot()
    def _open_name(self) -> None:
        desk = self._state.desk
        if desk is None:
            return
        if self._naming is None:
            self._naming = NameDialog(self._view.window())
            self._naming.given.connect(self._rename)
        self._naming.ask(desk.number, desk.name)

    @Slot(str)
    def _rename(self, name: str) -> None:
        desk, person = self._state.desk, self._person()
        if desk is not None and person is not None:
            self._do(lambda _job: self._desks().rename(desk, name, person),
                     Told("ok", f"Desk {desk.number} is called {name} now"))  # fmt: skip

    @Slot()
    def _open_review(self) -> None:
        if self._state.desk is not None:
            self._review.open(self._state.desk)

    @Slot()
    def _ask_revoke(self) -> None:
        desk = self._state.desk
        if desk is None:
            return
        title, text = revoke_words(desk)
        dialog = AskDialog(self._view.window(), title, text, f"Revoke Desk {desk.number}", "Keep it")
        dialog.agreed.connect(lambda: self._revoke(desk))
        dialog.closed.connect(dialog.deleteLater)
        dialog.open_over()

    def _revoke(self, desk: DeskLine) -> None:
        person = self._person()
        if person is not None:
            self._do(lambda _job: self._desks().revoke(desk, person), revoked_told(desk))

    @Slot()
    def _readmit(self) -> None:
        desk, person = self._state.desk, self._person()
        if desk is not None and person is not None:
            self._do(lambda _job: self._desks().readmit(desk, person),
                     Told("ok", f"Desk {desk.number} works again",
                          "What it sent in between waits for a manager to look at it."))  # fmt: skip

    def _do(self, work: Callable[[Job[None]], None], told: Told) -> None:
        self._draw(replace(self._state, busy=True, told=None))
        self._bridge.start(self._lane, work, owner=self._view, done=lambda _nothing: self._done(told),
                           failed=self._failed)  # fmt: skip

    def _done(self, told: Told) -> None:
        self._draw(replace(self._state, busy=False, told=told))
        self._read()

    # One more desk --------------------------------------------------------------------------------------------

    def _open_join(self, title: str) -> None:
        if self._joining is None:
            self._joining = JoinDialog(self._view.window())
            self._joining.asked.connect(self._invite)
            self._joining.closed.connect(self._join_closed)
        self._joining.title.setText(title)
        self._draw_join(JoinState())
        self._joining.open_over()

    @Slot()
    def _open_again(self) -> None:
        """A code with which the desk that is chosen joins once more (H9)."""
        desk = self._state.desk
        if desk is not None:
            self._open_join(f"Let Desk {desk.number} join again")
            self._ask_code(lambda person: self._desks().invite_again(desk, person))

    @Slot(str)
    def _invite(self, name: str) -> None:
        self._ask_code(lambda person: self._desks().invite(name, person))

    def _ask_code(self, ask: Callable[[Person], Invitation]) -> None:
        person = self._person()
        if person is not None and not self._join.busy:
            self._draw_join(JoinState(busy=True))
            self._bridge.start(
                self._lane, lambda _job: ask(person), owner=self._view, done=self._invited, failed=self._not_invited
            )  # fmt: skip

    def _invited(self, invitation: Invitation) -> None:
        self._draw_join(JoinState(invitation, invitation.seconds))
        self._second.start()
        self._poll.start()

    def _not_invited(self, error: Exception) -> None:
        self._draw_join(JoinState(error=str(sentence_for(error))))

    @Slot()
    def _count_down(self) -> None:
        self._draw_join(replace(self._join, left_s=max(0, self._join.left_s - 1)))
        if self._join.over or self._join.joined:
            self._second.stop()
            self._poll.stop()

    @Slot()
    def _ask_joined(self) -> None:
        person, invitation = self._person(), self._join.invitation
        if person is not None and invitation is not None and not self._asking:
            self._asking = True
            self._bridge.start(
                self._lane, lambda _job: self._desks().joining(invitation, person), owner=self._view,
                done=lambda joining: self._heard(invitation, joining), failed=lambda _error: self._not_heard(),
            )  # fmt: skip

    def _heard(self, invitation: Invitation, joining: Joining) -> None:
        self._asking = False
        if self._join.invitation is invitation:
            self._draw_join(self._join.heard(joining))
        if joining.desk_no:
            self._second.stop()
            self._poll.stop()
            self._read()

    def _not_heard(self) -> None:
        self._asking = False  # the line broke: it is asked again, and the code counts down

    @Slot()
    def _join_closed(self) -> None:
        self._second.stop()
        self._poll.stop()

    # Drawing --------------------------------------------------------------------------------------------------

    def _draw(self, state: DesksState) -> None:
        self._state = state
        self._view.draw(state)

    def _draw_join(self, state: JoinState) -> None:
        self._join = state
        if self._joining is not None:
            self._joining.draw(state)


def _told(error: Exception) -> Told:
    words = sentence_for(error)
    text = " ".join(part for part in (words.body, words.action) if part)
    return Told("warn" if isinstance(error, PosError) else "bad", words.title, text, stays=False)
