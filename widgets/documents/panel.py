"""The documents' panel put together for the page it lies in."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from widgets.common.speech import Speech
from widgets.documents.presenter import DocumentsPresenter, Stories
from widgets.documents.view import DocumentsPanel

if TYPE_CHECKING:
    from models.store.rows import Change
    from widgets.screens import Kit


class DocumentsPart:
    """A panel with its presenter: lay `widget` into a page, `open` it for a patient (or one payment or request of
    theirs), and hand `changed` on."""

    def __init__(self, kit: Kit, *, wide: bool = False) -> None:
        """`wide`: with columns of its own, as a tab of a page; else to stand beside other things."""

        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = DocumentsPanel(wide=wide)
        self.presenter = DocumentsPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, session=kit.session, speech=Speech(zone),
            stories=Stories(lambda: kit.desk.documents, kit.desk.sign_in), today=lambda: kit.facts().business_date,
        )  # fmt: skip

    def open(self, patient_id: str, subject_id: str = "") -> None:
        """Show the documents of a patient, or with `subject_id` those of one payment or request."""
        self.presenter.open(patient_id, subject_id)

    def changed(self, change: Change) -> None:
        """Something was written here or came from another desk."""
        if change.everything or change.topics & {"document", "alias"}:
            self.presenter.refresh()
