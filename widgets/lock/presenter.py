"""Decides what the lock shows: people, tries, pauses. The PIN is checked on a lane, never on the window's thread."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.lanes import Lane
from app.signin import SignIn
from app.views import Person, StaffTile
from app.words import sentence_for
from models.basics.errors import PosError
from widgets.bridge import Bridge
from widgets.lock.state import LockState
from widgets.lock.view import LockView
from widgets.session import Session

PAUSED = "pin.locked"


class LockPresenter(QObject):
    """The lock. `opened(person)` follows every good PIN; the session is told before."""

    opened = Signal(object)

    def __init__(
        self, view: LockView, *, bridge: Bridge, lane: Lane, sign_in: SignIn, session: Session,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or view)
        self._view, self._bridge, self._lane = view, bridge, lane
        self._sign_in, self._session = sign_in, session
        self._state = LockState()
        self._waits: dict[str, int] = {}
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._tick)
        view.tile_chosen.connect(self._choose)
        view.pin_given.connect(self._check)

    @property
    def state(self) -> LockState:
        """What the lock shows."""
        return self._state

    def show(self, reason: str = "", note: str = "") -> None:
        """The window is locked now: say why, and what still runs; who was at the desk stays chosen."""
        person = self._session.person
        chosen = person.staff_id if person else self._state.chosen
        self._view.clear_pin()
        self._draw(replace(self._state, reason=reason, note=note, message="", busy=False, chosen=chosen))
        self._bridge.start(
            self._lane, lambda _job: self._sign_in.tiles(), owner=self, done=self._tiles_arrived, failed=self._failed
        )

    def set_note(self, note: str) -> None:
        """What runs behind the lock changed."""
        self._draw(replace(self._state, note=note))

    def _tiles_arrived(self, tiles: tuple[StaffTile, ...]) -> None:
        ids = {tile.staff_id for tile in tiles}
        chosen = self._state.chosen if self._state.chosen in ids else (tiles[0].staff_id if tiles else "")
        self._draw(replace(self._state, tiles=tiles, chosen=chosen))

    @Slot(str)
    def _choose(self, staff_id: str) -> None:
        if staff_id != self._state.chosen and not self._state.busy:
            self._view.clear_pin()
            self._draw(replace(self._state, chosen=staff_id, message=""))

    @Slot(str)
    def _check(self, pin: str) -> None:
        staff_id = self._state.chosen
        self._draw(replace(self._state, busy=True, message=""))
        self._bridge.start(
            self._lane,
            lambda _job: self._sign_in.verify(staff_id, pin),
            owner=self,
            done=self._good,
            failed=lambda error: self._bad(staff_id, error),
        )

    def _good(self, person: Person) -> None:
        self._view.clear_pin()
        self._draw(replace(self._state, busy=False, message=""))
        self._session.sign_in(person)
        self.opened.emit(person)

    def _bad(self, staff_id: str, error: Exception) -> None:
        self._view.clear_pin()
        if isinstance(error, PosError) and error.message_key == PAUSED:
            self._waits[staff_id] = int(error.facts.get("seconds") or 1)
            self._second.start()
        words = sentence_for(error)
        message = " ".join(part for part in (f"{words.title}.", words.action) if part)
        self._draw(replace(self._state, busy=False, message=message))

    def _failed(self, error: Exception) -> None:
        self._draw(replace(self._state, busy=False, message=str(sentence_for(error))))

    @Slot()
    def _tick(self) -> None:
        self._waits = {staff_id: left - 1 for staff_id, left in self._waits.items() if left > 1}
        if not self._waits:
            self._second.stop()
        self._draw(self._state)

    def _draw(self, state: LockState) -> None:
        wait_s = self._waits.get(state.chosen, 0)
        if wait_s:
            state = replace(state, message="Too many wrong PINs. Next try in", wait_s=wait_s)
        elif state.wait_s:
            state = replace(state, message="", wait_s=0)
        self._state = state
        self._view.draw(state)
