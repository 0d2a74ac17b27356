"""The day sheet put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.rules.rights import Right
from widgets.common.lend_dialog import Lending
from widgets.common.speech import Speech
from widgets.day_sheet.presenter import DaySheetPresenter, Doors
from widgets.day_sheet.view import DaySheetPage
from widgets.screens import LEDGER, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change

_TOPICS = frozenset({"payment", "refund", "adjustment", "charge", "moved", "dispute", "day_close", "terminal_attempt"})


class _Page:
    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = DaySheetPage()
        doors = Doors(
            ledger=lambda patient_id: kit.doors.go(Place(LEDGER, patient_id)),
            said=lambda words: kit.notices.show(words, "ok"),
        )
        lending = Lending(
            self.widget, Right.EXPORT, "Export needs a manager", "Choose where to save", bridge=kit.bridge,
            lane=kit.desk.lanes["store"], sign_in=kit.desk.sign_in, speech=Speech(zone),
        )  # fmt: skip
        self.presenter = DaySheetPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, sheet=kit.desk.day_sheet, session=kit.session,
            speech=Speech(zone), today=lambda: kit.facts().business_date, doors=doors, lending=lending,
        )  # fmt: skip

    def enter(self, _place: Place) -> None:
        """The sheet as it was left, read again."""
        self.presenter.refresh()
        self.widget.take_focus()

    def leave(self) -> None:
        """Filters, tab and page stay."""

    def changed(self, change: Change) -> None:
        if change.everything or change.topics & _TOPICS:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
