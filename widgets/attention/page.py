"""Needs attention put together for the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt

from app.views import Person
from models.rules.rights import RIGHT_WORDS, Right
from widgets.attention.checking import checker_of
from widgets.attention.presenter import AttentionPresenter, Doors, Stories
from widgets.attention.view import AttentionPage
from widgets.common.lend_dialog import Lending
from widgets.common.speech import Speech
from widgets.papers.act import PaperActs
from widgets.screens import COLLECT, LEDGER, SETTINGS, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change


class _Page:
    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self._kit, desk = kit, kit.desk
        self.widget = AttentionPage()
        self._papers, self._speech = PaperActs(kit, self.widget), Speech(zone)
        self._lending: dict[Right, Lending] = {}
        doors = Doors(
            collect=lambda patient_id, visit_id: kit.doors.go(Place(COLLECT, patient_id, visit_id)),
            ledger=lambda patient_id: kit.doors.go(Place(LEDGER, patient_id)),
            money=lambda patient_id, visit_id, act: kit.doors.go(Place(LEDGER, patient_id, visit_id, item=act)),
            back=kit.doors.back,
            settings=lambda page: kit.doors.go(Place(SETTINGS, item=page)),
            lend=self._lend,
            message=self._message,
            sync=self._ask_hub if kit.desk.sync is not None else None,
        )
        self.presenter = AttentionPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes,
            stories=Stories(desk.attention, desk.attention_lists, desk.recovery, desk.printing, desk.visits,
                            lambda: desk.refunds),
            checker=checker_of(kit),
            session=kit.session, notices=kit.notices, speech=self._speech,
            now=lambda: kit.desk.clock.now().astimezone(zone()), doors=doors,
        )  # fmt: skip

    def _lend(self, right: Right, what: str, then: Callable[[Person], None]) -> None:
        kit = self._kit
        if right not in self._lending:
            self._lending[right] = Lending(
                self.widget, right, "A right is missing", "Do it", bridge=kit.bridge,
                lane=kit.desk.lanes["store"], sign_in=kit.desk.sign_in, speech=self._speech,
            )  # fmt: skip
        told = f"{what} This takes the right “{RIGHT_WORDS[right]}”."
        self._lending[right].ask(told, "You do not have this right.", then)

    def _message(self, patient_id: str, name: str, said: Callable[[str], None]) -> None:
        self._papers.sending.open([name], patient_id, said)

    def _ask_hub(self) -> None:
        sync = self._kit.desk.sync
        if sync is not None:
            sync.nudge()
            self._kit.notices.show("Asking the hub now.", "info")

    def enter(self, place: Place) -> None:
        """Show what is open."""
        self.presenter.open(place.item)
        self.widget.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """What was chosen stays."""

    def changed(self, _change: Change) -> None:
        self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
