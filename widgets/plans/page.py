"""The page of a payment plan put together for the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.rules.rights import Right
from widgets.common.lend_dialog import Lending
from widgets.common.speech import Speech
from widgets.links.state import made_words
from widgets.papers.act import PaperActs
from widgets.plans.presenter import Doors, PlanPresenter
from widgets.plans.view import PlanView
from widgets.screens import COLLECT, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change
    from widgets.links.act import LinkActs

_TOPICS = frozenset({"plan", "plan_event", "account", "charge", "kept_card", "rules"})


class _Page:
    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self._kit = kit
        self._links: LinkActs | None = None
        self.widget = PlanView()
        papers = PaperActs(kit, self.widget)
        speech = Speech(zone)
        made: dict[Right, Lending] = {}

        def lending(right: Right) -> Lending:
            if right not in made:
                made[right] = Lending(
                    self.widget, right, "A discount needs a manager", "Save and activate", bridge=kit.bridge,
                    lane=kit.desk.lanes["store"], sign_in=kit.desk.sign_in, speech=speech,
                )  # fmt: skip
            return made[right]

        def open_paper(name: str, said: Callable[[str], None]) -> None:
            papers.papers.open(name, said)  # made when it is first wanted

        doors = Doors(
            collect=lambda patient_id, asked: kit.doors.go(Place(COLLECT, patient_id, item=asked)),
            paper=open_paper,
            link=self._send,
            back=kit.doors.back,
        )
        self.presenter = PlanPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, plans=lambda: kit.desk.plans,
            lists=lambda: kit.desk.plan_lists, speech=speech, session=kit.session, doors=doors, lending=lending,
        )  # fmt: skip
        self._entered: Place | None = None

    def _send(self, patient_id: str, plan_id: str, said: Callable[[str], None]) -> None:
        if self._links is None:
            from widgets.links.act import LinkActs

            self._links = LinkActs(self._kit, self.widget, lambda: self.widget.host)
        self._links.new("plan", patient_id, lambda line: said(made_words(line)), plan_id)

    def enter(self, place: Place) -> None:
        """Show the plan `place` names, or begin a new one; coming back reads it again."""
        if place is not self._entered:
            self._entered = place
            self.presenter.open(place.patient_id, place.item, place.appointment_id)
        else:
            self.presenter.refresh()
        self.widget.take_focus()

    def leave(self) -> None:
        """What was typed stays."""

    def changed(self, change: Change) -> None:
        if change.everything or change.topics & _TOPICS:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
