"""The Ledger put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from widgets.common.speech import Speech
from widgets.ledger.acts import Target, acts_of
from widgets.ledger.presenter import Doors, LedgerPresenter
from widgets.ledger.view import LedgerPage
from widgets.screens import COLLECT, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change
    from widgets.papers.desk import PaperDesk


class _Page:
    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self._kit, self._zone = kit, zone
        self._made: PaperDesk | None = None
        self._begun: Place | None = None
        self.widget = LedgerPage()
        self._acts = acts_of(kit, self.widget)
        doors = Doors(
            collect=lambda patient_id, visit_id: kit.doors.go(Place(COLLECT, patient_id, visit_id)),
            back=kit.doors.back,
            paper=lambda name, at_once, said: self._papers().open(name, said, at_once=at_once),
            statement=lambda patient_id, family, done: self._papers().make(patient_id, done, whole_family=family),
        )
        self.presenter = LedgerPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, accounts=kit.desk.accounts,
            printing=kit.desk.printing, session=kit.session, speech=Speech(zone),
            today=lambda: kit.facts().business_date, doors=doors, acts=self._acts,
        )  # fmt: skip

    def _papers(self) -> PaperDesk:
        """Made when the first paper is wanted: they bring the page layout with them."""
        if self._made is None:
            from widgets.papers.desk import PaperDesk

            kit = self._kit
            self._made = PaperDesk(
                self.widget.window(), bridge=kit.bridge, lanes=kit.desk.lanes, statements=kit.desk.statements,
                papers=kit.desk.papers, session=kit.session, speech=Speech(self._zone),
                today=lambda: kit.facts().business_date,
            )  # fmt: skip
        return self._made

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
            self.presenter.begin(act, Target(place.patient_id, payment_id, place.appointment_id))
        self._begun = place
        self.widget.take_focus()

    def leave(self) -> None:
        """The list and the row stay chosen."""

    def changed(self, change: Change) -> None:
        if change.everything or self.presenter.patients & change.patients:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
