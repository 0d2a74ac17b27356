"""The close of the day put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from widgets.common.speech import Speech
from widgets.day_close.presenter import DayClosePresenter, Doors
from widgets.day_close.view import DayClosePage
from widgets.screens import ATTENTION, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change

_TOPICS = frozenset({
    "payment", "refund", "drawer_act", "day_close", "deposit", "deposited", "terminal_attempt", "print_job", "outbox",
})  # fmt: skip


class _Page:
    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = DayClosePage()
        doors = Doors(
            attention=lambda: kit.doors.go(Place(ATTENTION)), said=lambda words: kit.notices.show(words, "ok")
        )  # fmt: skip
        self.presenter = DayClosePresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, close=kit.desk.day_close,
            batch=kit.desk.reader_batch, sign_in=kit.desk.sign_in,
            session=kit.session, speech=Speech(zone), doors=doors,
        )  # fmt: skip

    def enter(self, _place: Place) -> None:
        """The close as it was left, read again; the focus stands where work goes on."""
        self.presenter.refresh()
        self.widget.take_focus()

    def leave(self) -> None:
        """What was counted stays."""

    def changed(self, change: Change) -> None:
        if change.everything or change.topics & _TOPICS:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
