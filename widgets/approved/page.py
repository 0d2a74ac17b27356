"""Approved put together for the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from widgets.approved.presenter import ApprovedPresenter, Doors
from widgets.approved.view import ApprovedPage
from widgets.common.speech import Speech
from widgets.papers.act import PaperActs
from widgets.screens import ATTENTION, TODAY, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change


_TOPICS = frozenset({"message", "channels", "consent", "patient"})


class _Page:
    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self._display = kit.desk.display
        self.widget = ApprovedPage()
        self._papers = PaperActs(kit, self.widget)
        doors = Doors(
            done=lambda: kit.doors.replace(Place(TODAY, select_next=True)),
            attention=lambda: kit.doors.go(Place(ATTENTION)),
            ask=self._ask,
            print_page=lambda name, said: self._papers.papers.open(name, said, at_once=True, on_page=True),
        )
        self.presenter = ApprovedPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, checkout=kit.desk.checkout,
            printing=kit.desk.printing, messages=kit.desk.messages, session=kit.session, speech=Speech(zone),
            doors=doors,
        )  # fmt: skip

    def _ask(self, names: Sequence[str], patient_id: str, said: Callable[[str], None]) -> None:
        self._papers.sending.open(names, patient_id, said)

    @property
    def money_in_flight(self) -> bool:
        """Is a payment being taken back?"""
        return self.presenter.busy

    def enter(self, place: Place) -> None:
        """Show what was taken."""
        if place.collected is not None:
            self.presenter.open(place.collected)
            if place.collected.change_cents:
                taken_cents, change_cents = place.collected.amount_cents, place.collected.change_cents
                self._display.change(taken_cents + change_cents, change_cents)
        self.widget.take_focus()
        self.widget.announce()

    def leave(self) -> None:
        """Nothing to keep; the patient's display goes dark."""
        self._display.clear()

    def changed(self, change: Change) -> None:
        """What was taken does not change and the print job is followed by itself; messages are not."""
        if change.everything or change.topics & _TOPICS:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
