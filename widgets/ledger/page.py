"""The Ledger put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from widgets.common.speech import Speech
from widgets.ledger.acts import Done, Target, acts_of
from widgets.ledger.presenter import Doors, LedgerPresenter
from widgets.ledger.state import Tab
from widgets.ledger.view import LedgerPage
from widgets.papers.act import PaperActs
from widgets.screens import COLLECT, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change
    from widgets.documents.panel import DocumentsPart
    from widgets.notes.panel import NotesPart


class _Page:
    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self._kit, self._zone = kit, zone
        self._begun: Place | None = None
        self.widget = LedgerPage()
        self._paper_acts = PaperActs(kit, self.widget)
        self._acts = acts_of(kit, self.widget, self._paper_acts)
        doors = Doors(
            collect=lambda patient_id, visit_id: kit.doors.go(Place(COLLECT, patient_id, visit_id)),
            back=kit.doors.back,
            paper=self._paper,
            statement=lambda patient_id, family, done: self._paper_acts.papers.make(
                patient_id, done, whole_family=family
            ),
        )
        self.presenter = LedgerPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, accounts=kit.desk.accounts,
            printing=kit.desk.printing, session=kit.session, speech=Speech(zone),
            today=lambda: kit.facts().business_date, doors=doors, acts=self._acts,
        )  # fmt: skip

        self._beside: tuple[DocumentsPart, NotesPart] | None = None
        self.widget.tab_chosen.connect(lambda _tab: self._show_documents())

    def _show_documents(self) -> None:
        """Documents and notes of the patient, made when their tab is first seen."""
        if self.widget.tabs.key != Tab.DOCUMENTS.value or not self.presenter.patient_id:
            return
        if self._beside is None:
            from widgets.documents.panel import DocumentsPart
            from widgets.notes.panel import NotesPart

            self._beside = (DocumentsPart(self._kit), NotesPart(self._kit))
            self.widget.lay_beside_papers(*(part.widget for part in self._beside))
        for part in self._beside:
            part.open(self.presenter.patient_id)

    def _paper(self, name: str, at_once: bool, said: Done) -> None:
        self._paper_acts.papers.open(name, said, at_once=at_once, patient_id=self.presenter.patient_id)

    @property
    def money_in_flight(self) -> bool:
        """Is a refund or void on its way from here?"""
        return self._acts.in_flight()

    def enter(self, place: Place) -> None:
        """Show the account; coming back keeps the list that was open."""
        if place.patient_id and place.patient_id != self.presenter.patient_id:
            self.presenter.open(place.patient_id)
        else:
            self.presenter.refresh()
        act, _, payment_id = place.item.partition(":")
        if act and place is not self._begun:  # coming back does not begin it anew
            target = Target(place.patient_id, payment_id, place.appointment_id)
            others = {"send": Target(place.patient_id, message_id=payment_id),
                      "plan": Target(place.patient_id, plan_id=payment_id),
                      "dispute": Target(place.patient_id, payment_id.partition(" ")[0],
                                        dispute_id=payment_id.partition(" ")[2]),
                      "adjust": Target(place.patient_id, "", place.appointment_id, payment_id)}  # fmt: skip
            self.presenter.begin(act, others.get(act, target))
        self._begun = place
        self._show_documents()
        self.widget.take_focus()

    def leave(self) -> None:
        """The list and the row stay chosen."""

    def changed(self, change: Change) -> None:
        if change.everything or "alias" in change.topics or self.presenter.patients & change.patients:
            self.presenter.refresh()
        for part in self._beside or ():
            part.changed(change)


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
