"""Decides what the notes' panel shows, and writes notes down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QObject, Slot

from app.document_views import NoteList
from app.lanes import Lane
from app.notes import Notes
from models.basics.errors import PosError, RuleBroken
from models.basics.ids import new_id
from widgets.bridge import Bridge
from widgets.common.newest import Newest
from widgets.common.speech import Speech
from widgets.notes.state import NotesState
from widgets.notes.view import NotesPanel
from widgets.session import Session


class NotesPresenter(QObject):
    """One panel, about one patient, payment or request after another. What is typed stays with it until it is written
    down; the note's id is made with its first sign, so that a second Enter writes nothing twice."""

    def __init__(
        self, view: NotesPanel, *, bridge: Bridge, lanes: Mapping[str, Lane], notes: Callable[[], Notes],
        session: Session, speech: Speech, today: Callable[[], date],
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._bridge, self._lanes, self._notes = view, bridge, lanes, notes
        self._session, self._speech, self._today = session, speech, today
        self._patient_id = self._subject_id = ""
        self._note_id = new_id()
        self._typed: dict[tuple[str, str], str] = {}
        self._state = NotesState(waiting=True)
        self._questions = Newest(bridge, lanes["reads"], self)
        view.written.connect(self._write)

    @property
    def state(self) -> NotesState:
        """What the panel shows now."""
        return self._state

    def open(self, patient_id: str, subject_id: str = "") -> None:
        """Show the notes about a patient, or about one payment or request; what was typed about it is there again."""
        asked = (patient_id, subject_id)
        if asked != (self._patient_id, self._subject_id):
            self._typed[(self._patient_id, self._subject_id)] = self._view.field.toPlainText()
            self._patient_id, self._subject_id = asked
            self._note_id = new_id()
            self._view.field.setPlainText(self._typed.pop(asked, ""))
            self._draw(NotesState(waiting=True))
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read again; what is shown stays until the answer is there."""
        asked = (self._patient_id, self._subject_id)
        if not self._patient_id:
            return

        def arrived(found: NoteList) -> None:
            if asked == (self._patient_id, self._subject_id):
                self._draw(replace(self._state, items=found.items, waiting=False, notice=None))

        self._questions.ask(lambda: self._notes().view(*asked), arrived, self._failed)

    def _draw(self, state: NotesState) -> None:
        self._state = state
        self._view.draw(state, self._today())

    def _failed(self, error: Exception) -> None:
        self._draw(replace(self._state, waiting=False, notice=self._speech.error(error)))

    @Slot(str)
    def _write(self, text: str) -> None:
        if self._state.busy:
            return
        asked, note_id, person = (self._patient_id, self._subject_id), self._note_id, self._session.acting
        self._draw(replace(self._state, busy=True, error=""))

        def done(found: NoteList) -> None:
            self._state = replace(self._state, busy=False)
            self._note_id = new_id()
            if asked == (self._patient_id, self._subject_id):
                self._view.clear()
                self._draw(replace(self._state, items=found.items, error=""))

        def failed(error: Exception) -> None:
            words = (
                self._speech.field(error.message_key, error.facts)
                if isinstance(error, RuleBroken)
                else self._speech.error(error).title
            )
            self._draw(replace(self._state, busy=False, error=words))
            if not isinstance(error, PosError):
                return
            self._view.field.setFocus()

        self._bridge.start(self._lanes["store"], lambda _job: self._notes().add(note_id, *asked, text, person),
                           owner=self, done=done, failed=failed)  # fmt: skip
