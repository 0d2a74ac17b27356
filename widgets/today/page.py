"""Today put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt

from widgets.attention.checking import checker_of
from widgets.common.speech import Speech
from widgets.coverage.act import CoverageCards
from widgets.papers.act import PaperActs
from widgets.screens import ATTENTION, COLLECT, LEDGER, Kit, Page, Place
from widgets.today.presenter import Doors, TodayPresenter
from widgets.today.view import TodayPage
from widgets.visits.act import VisitActs

if TYPE_CHECKING:
    from models.store.rows import Change


class _Page:
    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = TodayPage()
        acts, papers = VisitActs(kit, self.widget.window), PaperActs(kit, self.widget)
        doors = Doors(
            collect=lambda patient_id, visit_id: kit.doors.go(Place(COLLECT, patient_id, visit_id)),
            ledger=lambda patient_id: kit.doors.go(Place(LEDGER, patient_id)),
            attention=lambda: kit.doors.go(Place(ATTENTION)),
            new_visit=acts.new_visit, status=acts.status, billing=acts.billing, add_charge=acts.add_charge,
            superbill=lambda visit_id, patient_id, done: papers.papers.open(f"superbill:{visit_id}", done,
                                                                            patient_id=patient_id),
            coverage=CoverageCards(kit, self.widget.window).open,
        )  # fmt: skip
        self.presenter = TodayPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, schedule=kit.desk.schedule, session=kit.session,
            speech=Speech(zone), doors=doors, say=kit.notices.show,
        )  # fmt: skip
        checker_of(kit)  # from the first page on, what is not known is asked about
        self._entered: Place | None = None

    def enter(self, place: Place) -> None:
        """Coming back to the very place that was left keeps the selection; a new one may ask for the next patient."""
        came_back = place is self._entered
        self._entered = place
        self.presenter.open(select_next=place.select_next and not came_back)
        self.widget.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Nothing to keep: the choice stays with the presenter."""

    def changed(self, _change: Change) -> None:
        self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
