"""The review of records kept apart: one at a time let in, or left out with a reason, with the manager's own PIN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.desks import DeskLine
from app.lanes import Lane
from app.quarantine import Apart, Quarantine
from app.views import Person
from app.words import sentence_for
from widgets import theme
from widgets.bridge import Bridge
from widgets.common import Banner, CellTable, Column, Field, FormRow, KeycapButton, Role, Text, page_action
from widgets.common.announce import announce
from widgets.common.lending import LendStrip
from widgets.desks.review_state import ReviewState, effect
from widgets.panels import Dialog

COLUMNS = (
    Column("Record", 190, 2), Column("Patient", 150, 2), Column("Why it is here", 200, 2),
    Column("Amount", 100, 0, right=True),
)  # fmt: skip
_ROWS = 4


class Verifies(Protocol):
    """Whose PIN is it? Raises RuleBroken when it is not this person's."""

    def verify(self, staff_id: str, pin: str) -> Person: ...


class ReviewDialog(Dialog):
    """The dialog. `accept_asked(pin)`, `discard_asked(pin, reason)`, `chosen(op id)`."""

    accept_asked = Signal(str)
    discard_asked = Signal(str, str)
    chosen = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Records waiting review", 860)
        self.table = CellTable("Records kept apart", COLUMNS)
        self.nothing = Text("Asking the hub…", "body", "muted")
        self.effect = Text("", "body", "text2", wrap=True)
        self.reason = FormRow("Reason for leaving it out", Field("Reason for leaving it out", "Entered again by hand"))
        self.pin = LendStrip("Your PIN")
        self.banner = Banner("ok")
        accept = page_action(self.card, "Let it count", "Alt+C", self._accept)
        self.accept = KeycapButton(role=Role.PRIMARY, action=accept)
        discard = page_action(self.card, "Leave it out", "Alt+X", self._discard)
        self.discard = KeycapButton(role=Role.DANGER, action=discard)
        for part in (self.nothing, self.table, self.banner, self.effect):
            self.content.addWidget(part)
        self.content.addWidget(self.reason)
        self.content.addWidget(self.pin)
        self._close = self.way_out()
        self.buttons.addWidget(self.discard)
        self.buttons.addWidget(self.accept)
        self._state = ReviewState()
        self.table.selected.connect(self.chosen)
        self.pin.typed.connect(self._allow)
        self._reason.textChanged.connect(lambda _text: self._allow())

    @property
    def _reason(self) -> Field:
        assert isinstance(self.reason.field, Field)
        return self.reason.field

    def draw(self, state: ReviewState) -> None:
        """Show `state`; what became of the last act is spoken."""
        news, self._state = state.told != self._state.told and bool(state.told), state
        self.title.setText(state.title)
        self.nothing.setText("Nothing waits for review." if state.read else "Asking the hub…")
        self.nothing.setVisible(not state.apart)
        for part in (self.table, self.reason, self.pin, self.accept, self.discard):
            part.setVisible(bool(state.apart))
        look = theme.current()
        self.table.setFixedHeight(look.size("row_head") + _ROWS * look.size("row") + 2)
        self.table.set_rows(state.rows)
        if state.apart and not self.table.set_key(state.chosen):
            self.table.select_first()
        self.effect.setText(effect(state.one))
        self.effect.setVisible(state.one is not None)
        self.banner.setVisible(bool(state.told))
        self.banner.set(state.told, meaning="ok")
        self.pin.ask("Each decision is kept with your name." if state.apart else "")
        if state.error:
            self.pin.refuse(state.error)
        self._allow()
        self.place_panel()
        if news:
            announce(self.banner, state.told)

    def forget(self) -> None:
        """Nothing typed: the last act was done, or the dialog opens anew."""
        self._reason.clear()
        self.pin.forget()

    def _allow(self) -> None:
        state = self._state
        one, pin, reason = state.one, self.pin.pin.complete, bool(self._reason.text().strip())
        why = "Choose a record" if one is None else "Type your PIN first"
        counts = one is not None and one.may_count
        self.accept.set_available(
            counts and pin and not state.busy,
            why if counts or one is None else "It cannot be read: enter it again by hand",
        )
        self.discard.set_available(one is not None and pin and reason and not state.busy,
                                   why if reason or one is None else "Say why it does not count")  # fmt: skip

    def _accept(self) -> None:
        self.accept_asked.emit(self.pin.pin.text())

    def _discard(self) -> None:
        self.discard_asked.emit(self.pin.pin.text(), self._reason.text().strip())

    def take_focus(self) -> None:
        (self.table if self.table.isVisible() else self._close).setFocus(Qt.FocusReason.OtherFocusReason)


class ReviewPresenter(QObject):
    """The review over the page of desks. `changed` follows every decision."""

    changed = Signal()

    def __init__(
        self, page: QWidget, *, bridge: Bridge, lane: Lane, quarantine: Callable[[], Quarantine],
        sign_in: Verifies, person: Callable[[], Person | None], now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        super().__init__(page)
        self._page, self._bridge, self._lane = page, bridge, lane
        self._quarantine, self._sign_in, self._person, self._now = quarantine, sign_in, person, now
        self._state = ReviewState()
        self._desk = ""
        self.dialog: ReviewDialog | None = None

    @property
    def state(self) -> ReviewState:
        """What the dialog shows."""
        return self._state

    def open(self, desk: DeskLine) -> None:
        """Look at what is kept apart of a desk."""
        if self.dialog is None:
            self.dialog = ReviewDialog(self._page.window())
            self.dialog.chosen.connect(self._choose)
            self.dialog.accept_asked.connect(self._accept)
            self.dialog.discard_asked.connect(self._discard)
        self._desk = desk.device_id
        self.dialog.forget()
        self._draw(ReviewState(f"Records of Desk {desk.number} waiting review"))
        self.dialog.open_over()
        self._read("")

    def _read(self, told: str) -> None:
        person = self._person()
        if person is not None:
            self._bridge.start(
                self._lane, lambda _job: self._quarantine().list(person), owner=self._page,
                done=lambda apart: self._listed(apart, told), failed=self._failed,
            )  # fmt: skip

    def _listed(self, apart: tuple[Apart, ...], told: str) -> None:
        mine = tuple(one for one in apart if one.device_id == self._desk)
        chosen = self._state.chosen if any(one.op_id == self._state.chosen for one in mine) else ""
        first = chosen or (mine[0].op_id if mine else "")
        self._draw(replace(self._state, apart=mine, now=self._now(), read=True, busy=False, chosen=first, told=told,
                           error=""))  # fmt: skip
        if self.dialog is not None:
            self.dialog.take_focus()

    @Slot(str)
    def _choose(self, op_id: str) -> None:
        if op_id != self._state.chosen:
            self._draw(replace(self._state, chosen=op_id, error=""))

    @Slot(str)
    def _accept(self, pin: str) -> None:
        self._decide(pin, lambda one, person: self._quarantine().accept((one,), person), "It counts from now on.")

    @Slot(str, str)
    def _discard(self, pin: str, reason: str) -> None:
        self._decide(pin, lambda one, person: self._quarantine().discard((one,), person, reason),
                     "It is left out, with your name and the reason.")  # fmt: skip

    def _decide(self, pin: str, act: Callable[[Apart, Person], int], told: str) -> None:
        one, person = self._state.one, self._person()
        if one is None or person is None or self._state.busy:
            return

        def work(_job: object) -> int:
            return act(one, self._sign_in.verify(person.staff_id, pin))

        self._draw(replace(self._state, busy=True, told="", error=""))
        self._bridge.start(self._lane, work, owner=self._page, done=lambda _count: self._done(told),
                           failed=self._failed)  # fmt: skip

    def _done(self, told: str) -> None:
        if self.dialog is not None:
            self.dialog.forget()
        self._read(told)
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        words = sentence_for(error)
        said = " ".join(part for part in (f"{words.title}.", words.action) if part)
        self._draw(replace(self._state, busy=False, read=True, error=said))

    def _draw(self, state: ReviewState) -> None:
        self._state = state
        if self.dialog is not None:
            self.dialog.draw(state)
