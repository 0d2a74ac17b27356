"""The claims feed put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from widgets.claims.presenter import ClaimsPresenter, Doors
from widgets.claims.view import ClaimsPage
from widgets.common.speech import Speech
from widgets.ledger.acts import acts_of
from widgets.screens import COLLECT, LEDGER, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change

_TOPICS = frozenset({"patient", "account", "appointment", "charge", "rules", "practitioner"})


class _Page:
    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = ClaimsPage()
        doors = Doors(
            ledger=lambda patient_id: kit.doors.go(Place(LEDGER, patient_id)),
            collect=lambda patient_id, visit_id: kit.doors.go(Place(COLLECT, patient_id, visit_id)),
        )
        self.presenter = ClaimsPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, claims=kit.desk.claims, speech=Speech(zone),
            today=lambda: kit.facts().business_date, doors=doors, acts=acts_of(kit, self.widget),
        )  # fmt: skip

    def enter(self, _place: Place) -> None:
        """The feed as it was left, read again."""
        self.presenter.refresh()
        self.widget.take_focus()

    def leave(self) -> None:
        """Filters, page and row stay."""

    def changed(self, change: Change) -> None:
        if change.everything or change.topics & _TOPICS:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
