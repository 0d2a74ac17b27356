"""The list of payment links put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from widgets.common.speech import Speech
from widgets.links.part import TOPICS, LinkPart
from widgets.links.presenter import Doors, LinksPresenter
from widgets.links.view import LinksView
from widgets.screens import LEDGER, PAYMENT, PLAN, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change


class _Page:
    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = LinksView()
        self.part = LinkPart(kit, self.widget, lambda: self.widget.host, self._read_again)
        self.widget.lay_beside(self.part.widget)
        doors = Doors(
            payment=lambda patient_id, key: kit.doors.go(Place(PAYMENT, patient_id, item=key)),
            plan=lambda patient_id, key: kit.doors.go(Place(PLAN, patient_id, item=key)),
            ledger=lambda patient_id: kit.doors.go(Place(LEDGER, patient_id)),
            back=kit.doors.back,
        )
        self.presenter = LinksPresenter(
            self.widget, bridge=kit.bridge, lane=kit.desk.lanes["lists"], links=lambda: kit.desk.links, part=self.part,
            speech=Speech(zone), today=lambda: kit.facts().business_date, doors=doors,
        )  # fmt: skip

    def _read_again(self) -> None:
        self.presenter.refresh()

    def enter(self, place: Place) -> None:
        """The links of a patient, or of everybody; the one that is named has the focus."""
        self.presenter.open(place.patient_id, place.item)
        self.widget.take_focus()

    def leave(self) -> None:
        """The row stays chosen."""

    def changed(self, change: Change) -> None:
        if change.everything or change.topics & TOPICS:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
