"""The notes' panel put together for the page it lies in."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from widgets.common.speech import Speech
from widgets.notes.presenter import NotesPresenter
from widgets.notes.view import NotesPanel

if TYPE_CHECKING:
    from models.store.rows import Change
    from widgets.screens import Kit


class NotesPart:
    """A panel with its presenter: lay `widget` into a page, `open` it for a patient (or one payment or request of
    theirs), and hand `changed` on."""

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = NotesPanel()
        self.presenter = NotesPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, notes=lambda: kit.desk.notes, session=kit.session,
            speech=Speech(zone), today=lambda: kit.facts().business_date,
        )  # fmt: skip

    def open(self, patient_id: str, subject_id: str = "") -> None:
        """Show the notes about a patient, or with `subject_id` those about one payment or request."""
        self.presenter.open(patient_id, subject_id)

    def changed(self, change: Change) -> None:
        """Something was written here or came from another desk."""
        if change.everything or change.topics & {"note", "alias"}:
            self.presenter.refresh()
