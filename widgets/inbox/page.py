"""Inbox, transactions and deposits put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from widgets.common.speech import Speech
from widgets.inbox.asks_presenter import AsksPresenter
from widgets.inbox.presenter import InboxPresenter
from widgets.inbox.view import InboxPage
from widgets.ledger.acts import acts_of
from widgets.screens import LEDGER, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change

_TOPICS = frozenset({"online_payment", "online_debit", "online_return", "online_payout", "patient", "charge",
                     "account", "rules", "ask", "snooze", "pay_link", "message"})  # fmt: skip


class _Page:
    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = InboxPage()
        acts = acts_of(kit, self.widget)
        self._in_flight = acts.in_flight
        desk = kit.desk
        self.asks = AsksPresenter(
            self.widget.asks, host=lambda: self.widget.host, bridge=kit.bridge, lanes=desk.lanes, story=desk.asks,
            find=desk.find, speech=Speech(zone), person=lambda: kit.session.acting,
            today=lambda: kit.facts().business_date, drawn=self.widget.draw_asks,
        )  # fmt: skip
        self.presenter = InboxPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, story=kit.desk.online_inbox, speech=Speech(zone),
            person=lambda: kit.session.acting, to_ledger=lambda patient_id: kit.doors.go(Place(LEDGER, patient_id)),
            acts=acts, asks=self.asks,
        )  # fmt: skip

    @property
    def money_in_flight(self) -> bool:
        """A refund that was begun here may be on its way."""
        return self._in_flight()

    def enter(self, _place: Place) -> None:
        """The list as it was left, read again."""
        self.presenter.refresh()
        self.widget.take_focus()

    def leave(self) -> None:
        """Tab, filters and row stay."""

    def changed(self, change: Change) -> None:
        if change.everything or change.topics & _TOPICS:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
