"""The payments put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.rules.rights import Right
from widgets.asking.act import Asking
from widgets.common.lend_dialog import Lending
from widgets.common.speech import Speech
from widgets.payments.presenter import Doors, PaymentsPresenter
from widgets.payments.view import PaymentsPage
from widgets.screens import LEDGER, PAYMENT, SCREENS, Kit, Page, Place

if TYPE_CHECKING:
    from app.payment_views import PaymentLine
    from models.store.rows import Change

_TOPICS = frozenset({"payment", "payment_request", "refund", "patient", "appointment"})
_PRACTICE = frozenset({"practice", "staff", "location"})


class _Page:
    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        def open_payment(line: PaymentLine) -> None:
            kit.doors.go(Place(PAYMENT, line.patient_id, item=line.id))

        detail = PAYMENT in SCREENS
        self.widget = PaymentsPage(detail=detail)
        asking = Asking(kit, self.widget.window)
        doors = Doors(
            ledger=lambda patient_id: kit.doors.go(Place(LEDGER, patient_id)),
            payment=open_payment if detail else None,
            create=asking.ask,
        )
        lending = Lending(
            self.widget, Right.EXPORT, "Export needs a manager", "Choose where to save", bridge=kit.bridge,
            lane=kit.desk.lanes["store"], sign_in=kit.desk.sign_in, speech=Speech(zone),
        )  # fmt: skip
        self.presenter = PaymentsPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, payments=lambda: kit.desk.payments,
            speech=Speech(zone), today=lambda: kit.facts().business_date, session=kit.session,
            settings=kit.desk.settings, lending=lending, doors=doors,
        )  # fmt: skip

    def enter(self, _place: Place) -> None:
        """The list as it was left, read again."""
        self.presenter.open()
        self.widget.take_focus()

    def leave(self) -> None:
        """Filters, page and row stay."""

    def changed(self, change: Change) -> None:
        if change.everything or change.topics & _PRACTICE:
            self.presenter.open()
        elif change.topics & _TOPICS:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
