"""Decides what Today shows: keeps the day fresh, the selection steady, and opens what the clerk chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.lanes import Lane
from app.views import SideView, TodayRow, TodayView
from widgets.bridge import Bridge
from widgets.common.slow import AFTER_MS
from widgets.common.speech import Notice, Speech
from widgets.session import Session
from widgets.today.state import Choice, Segment, TodayState, may_check_in, today_state, waiting_state
from widgets.today.view import TodayPage

if TYPE_CHECKING:
    from app.schedule import Schedule


REFRESH_MS = 30_000
"""How often the day is read again by itself: the Now line and the minutes late move on."""


Done = Callable[[str], None]
"""Called with words once something is written."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where Today leads: Collect for a visit, a patient's ledger, Needs attention; and the dialogs about visits (a
    patient or visit id, and what to call with words once something is written)."""

    collect: Callable[[str, str], None]
    ledger: Callable[[str], None]
    attention: Callable[[], None]
    new_visit: Callable[[str, Done], None]
    status: Callable[[str, Done], None]
    billing: Callable[[str, Done], None]
    add_charge: Callable[[str, Done], None]
    superbill: Callable[[str, str, Done], None]
    coverage: Callable[[str, Done], None]


class TodayPresenter(QObject):
    """One Today page. `open` after a payment selects who comes next; `refresh` keeps the selection. `say` shows what
    was done for a moment."""

    def __init__(
        self,
        view: TodayPage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        schedule: Schedule,
        session: Session,
        speech: Speech,
        doors: Doors,
        say: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes = view, bridge, lanes
        self._schedule, self._session = schedule, session
        self._speech, self._doors, self._say = speech, doors, say
        self._day: date | None = None
        self._known: TodayView | None = None
        self._side: SideView | None = None
        self._choice = Choice()
        self._state: TodayState = waiting_state(None, self._choice, slow=False)
        self._notice: Notice | None = None
        self._round = 0
        self._side_round = 0
        self._running = False
        self._again = False
        self._stale = False
        self._wants_next = False
        self._slow = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._slow.timeout.connect(self._takes_long)
        self._tick = QTimer(self, interval=REFRESH_MS)
        self._tick.timeout.connect(self._time_passed)
        self._tick.start()
        self._connect()

    def _connect(self) -> None:
        view = self._view
        view.row_chosen.connect(self._choose_row)
        view.segment_chosen.connect(self._choose_segment)
        view.practitioner_chosen.connect(self._choose_practitioner)
        view.day_moved.connect(self._move_day)
        view.today_asked.connect(self._go_today)
        view.primary_pressed.connect(self._primary)
        view.check_in_pressed.connect(self._check_in)
        view.ledger_pressed.connect(self._ledger)
        view.attention_pressed.connect(self._doors.attention)
        view.retry_pressed.connect(self.refresh)
        view.act_wanted.connect(self._act)

    @property
    def state(self) -> TodayState:
        """What the page shows now."""
        return self._state

    def open(self, *, select_next: bool = True) -> None:
        """Show the day. With `select_next` it is today's, and the next arrived patient who owes is selected."""
        if select_next:
            self._choice, self._wants_next = Choice(), True
            if self._day is not None:
                self._day, self._known, self._side = None, None, None
        self._load()

    @Slot()
    def refresh(self) -> None:
        """Read the day again; what is shown stays until the answer is there, and so does the selection."""
        self._load()

    @Slot()
    def _time_passed(self) -> None:
        if self._view.isVisible():
            self.refresh()

    # Reading ----------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        if self._running:
            self._again = True
            return
        self._running, self._again = True, False
        self._round += 1
        asked, day = self._round, self._day
        self._slow.start()
        self._bridge.start(
            self._lanes["reads"],
            lambda _job: self._schedule.day(day),
            owner=self,
            done=lambda found: self._arrived(asked, day, found),
            failed=self._failed,
        )

    def _arrived(self, _asked: int, day: date | None, found: TodayView) -> None:
        self._running, self._stale, self._notice = False, False, None
        self._slow.stop()
        if day == self._day:
            if self._wants_next:  # what was selected while the answer was on its way gives way
                self._choice, self._wants_next = replace(self._choice, appointment_id=""), False
            self._known = found
            self._draw()
            self._load_side()
        if self._again or day != self._day:
            self._load()

    def _failed(self, error: Exception) -> None:
        self._running, self._stale = False, True
        self._slow.stop()
        self._notice = self._speech.error(error)
        self._draw()

    @Slot()
    def _takes_long(self) -> None:
        self._stale = True
        self._draw()

    def _load_side(self) -> None:
        """Read the decision column of the selected visit; an answer for another selection is dropped."""
        row = self._selected()
        if row is None:
            return
        self._side_round += 1
        asked, appointment_id = self._side_round, row.visit.appointment_id
        self._bridge.start(
            self._lanes["reads"],
            lambda _job: self._schedule.side(appointment_id),
            owner=self,
            done=lambda side: self._side_arrived(asked, side),
            failed=self._failed,
        )

    def _side_arrived(self, asked: int, side: SideView) -> None:
        if asked == self._side_round:
            self._side = side
            self._draw()

    def _draw(self) -> None:
        if self._known is None:
            self._state = waiting_state(self._day, self._choice, slow=self._stale, notice=self._notice)
        else:
            self._state = today_state(self._known, self._choice, self._side, stale=self._stale, notice=self._notice)
            self._choice = self._state.choice
        self._view.draw(self._state)

    def _selected(self) -> TodayRow | None:
        return self._state.side.row if self._state.side else None

    # What the clerk did -----------------------------------------------------------------------------------------

    @Slot(str)
    def _choose_row(self, appointment_id: str) -> None:
        if appointment_id != self._choice.appointment_id:
            self._choose(replace(self._choice, appointment_id=appointment_id))

    @Slot(str)
    def _choose_segment(self, segment: str) -> None:
        self._choose(replace(self._choice, segment=Segment(segment)))

    @Slot(str)
    def _choose_practitioner(self, practitioner: str) -> None:
        self._choose(replace(self._choice, practitioner=practitioner))

    def _choose(self, choice: Choice) -> None:
        before = self._choice.appointment_id
        self._choice = choice
        self._draw()
        if self._choice.appointment_id != before:
            self._load_side()

    @Slot(int)
    def _move_day(self, days: int) -> None:
        shown = self._day or (self._known.day if self._known else None)
        if shown is None:
            return
        day = shown + timedelta(days=days)
        today = self._known is not None and self._known.is_today and day == self._known.day
        self._show_day(None if today else day)

    @Slot()
    def _go_today(self) -> None:
        self._show_day(None)

    def _show_day(self, day: date | None) -> None:
        self._day, self._known, self._side = day, None, None
        self._choice = replace(self._choice, practitioner="", appointment_id="")
        self._stale = False
        self._draw()
        self._load()

    @Slot()
    def _primary(self) -> None:
        side = self._state.side
        if side is None:
            return
        patient_id = side.row.patient.patient_id
        acts: dict[str, Callable[[], None]] = {
            "collect": lambda: self._doors.collect(patient_id, side.row.visit.appointment_id),
            "ledger": lambda: self._doors.ledger(patient_id),
            "attention": self._doors.attention,
        }
        acts[side.primary.act]()

    @Slot()
    def _ledger(self) -> None:
        row = self._selected()
        if row is not None:
            self._doors.ledger(row.patient.patient_id)

    @Slot(str)
    def _act(self, act: str) -> None:
        row = self._selected()
        if row is None:
            return
        if act == "superbill":
            self._doors.superbill(row.visit.appointment_id, row.patient.patient_id, self._done)
            return
        about_patient = act in ("new_visit", "coverage")
        opener: Callable[[str, Done], None] = getattr(self._doors, act)
        opener(row.patient.patient_id if about_patient else row.visit.appointment_id, self._done)

    def _done(self, words: str) -> None:
        """A dialog wrote something: say it, and read the day again."""
        self._say(words)
        self._view.announce(words)
        self.refresh()

    @Slot()
    def _check_in(self) -> None:
        row = self._selected()
        if row is None or not may_check_in(row.visit.state):
            return
        appointment_id, person = row.visit.appointment_id, self._session.acting
        self._bridge.start(
            self._lanes["store"],
            lambda _job: self._schedule.check_in(appointment_id, person),
            owner=self,
            done=lambda _nothing: self.refresh(),
            failed=self._failed,
        )
