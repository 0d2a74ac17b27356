"""Collect put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.views import TenderKind
from widgets.attention.checking import checker_of
from widgets.collect.presenter import CollectPresenter, Doors
from widgets.collect.view import CollectPage
from widgets.common.speech import Speech
from widgets.links.state import made_words
from widgets.screens import APPROVED, ATTENTION, LINKS, Kit, Page, Place

if TYPE_CHECKING:
    from app.link_at_collect import LinkOrder
    from app.link_views import LinkLine
    from models.store.rows import Change
    from widgets.links.act import LinkActs


class _Page:
    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self._kit = kit
        self._display, self._here = kit.desk.display, False
        self.widget = CollectPage()
        doors = Doors(
            approved=lambda collected: kit.doors.replace(Place(APPROVED, collected=collected)),
            back=kit.doors.back,
            attention=lambda: kit.doors.go(Place(ATTENTION)),
        )
        self.presenter = CollectPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, checkout=kit.desk.checkout, status=kit.desk.status,
            checker=checker_of(kit), session=kit.session, speech=Speech(zone),
            today=lambda: kit.facts().business_date, doors=doors, due=self._due,
        )  # fmt: skip
        self._entered: Place | None = None
        self._link_acts: LinkActs | None = None
        self.presenter.choosing.link_wanted.connect(self._ask_by_link)

    def _ask_by_link(self, order: LinkOrder) -> None:
        """Instead of taking the money: nothing is paid, and the list shows the link with its code."""
        if self._link_acts is None:
            from widgets.links.act import LinkActs

            self._link_acts = LinkActs(self._kit, self.widget, self.widget.window)
        self._link_acts.instead(order, self._asked)

    def _asked(self, line: LinkLine) -> None:
        self._kit.notices.show(made_words(line), "ok")
        self._kit.doors.replace(Place(LINKS, line.patient.patient_id, item=line.link_id))

    @property
    def money_in_flight(self) -> bool:
        """Is a payment on its way?"""
        return self.presenter.busy

    def enter(self, place: Place) -> None:
        """A fresh sheet for a patient; coming back to the very place that was left finds it as it was."""
        self._here = True
        if place is not self._entered:
            self._entered = place
            request_id, _, tender = place.item.partition(":")
            self.presenter.open(place.patient_id, place.appointment_id, request_id,
                                TenderKind(tender) if tender else None)  # fmt: skip
        else:
            self.presenter.say_due()
        self.widget.take_focus()

    def leave(self) -> None:
        """What was typed stays; the patient's display goes dark."""
        self._here = False
        self._display.clear()

    def _due(self, cents: int) -> None:
        """The patient reads what is to be paid while this page is open, and no longer."""
        if self._here:
            self._display.due(cents)

    def changed(self, _change: Change) -> None:
        """The sheet is what the clerk decides on; a story tells when the balance changed meanwhile."""


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
