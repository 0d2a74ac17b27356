"""Approved put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from widgets.approved.presenter import ApprovedPresenter, Doors
from widgets.approved.view import ApprovedPage
from widgets.common.speech import Speech
from widgets.screens import ATTENTION, TODAY, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change


class _Page:
    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = ApprovedPage()
        doors = Doors(
            done=lambda: kit.doors.replace(Place(TODAY, select_next=True)),
            attention=lambda: kit.doors.go(Place(ATTENTION)),
        )
        self.presenter = ApprovedPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, checkout=kit.desk.checkout,
            printing=kit.desk.printing, session=kit.session, speech=Speech(zone), doors=doors,
        )  # fmt: skip

    @property
    def money_in_flight(self) -> bool:
        """Is a payment being taken back?"""
        return self.presenter.busy

    def enter(self, place: Place) -> None:
        """Show what was taken."""
        if place.collected is not None:
            self.presenter.open(place.collected)
        self.widget.take_focus()
        self.widget.announce()

    def leave(self) -> None:
        """Nothing to keep."""

    def changed(self, _change: Change) -> None:
        """What was taken does not change; the print job is followed by itself."""


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
