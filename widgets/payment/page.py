"""The page of one payment put together for the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.views import TenderKind
from widgets.asking.act import Asking
from widgets.common.speech import Speech
from widgets.documents.panel import DocumentsPart
from widgets.links.state import about
from widgets.money_out.act import MoneyOut
from widgets.notes.panel import NotesPart
from widgets.papers.act import PaperActs
from widgets.payment.presenter import Acts, Doors, PaymentPresenter
from widgets.payment.view import PaymentPage
from widgets.screens import COLLECT, LEDGER, Kit, Page, Place

if TYPE_CHECKING:
    from app.good_faith import GoodFaith
    from app.request_views import PaymentDetail
    from models.store.rows import Change
    from widgets.links.part import LinkPart


class _Page:
    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        def collect(patient_id: str, visit_id: str, request_id: str, tender: TenderKind | None) -> None:
            item = f"{request_id}:{tender.value}" if tender is not None else request_id
            kit.doors.go(Place(COLLECT, patient_id, visit_id, item=item))

        def paper(name: str, patient_id: str, said: Callable[[str], None]) -> None:
            papers.papers.open(name, said, patient_id=patient_id)

        def good_faith() -> GoodFaith:
            from app.good_faith import GoodFaith

            return GoodFaith(kit.desk.clinic, kit.desk.documents)

        self._kit = kit
        self.documents, self.notes = DocumentsPart(kit), NotesPart(kit)
        self.widget = PaymentPage((self.documents.widget, self.notes.widget))
        papers = PaperActs(kit, self.widget)
        self._money_out = MoneyOut(kit, self.widget)
        asking = Asking(kit, lambda: self.widget.host)
        openers = self._money_out.openers()
        self.presenter = PaymentPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, details=kit.desk.payment_details,
            requests=kit.desk.payment_requests, person=lambda: kit.session.acting, speech=Speech(zone),
            today=lambda: kit.facts().business_date,
            doors=Doors(collect, lambda patient_id: kit.doors.go(Place(LEDGER, patient_id)), kit.doors.back),
            acts=Acts(openers["refund"], openers["void"], paper,
                      lambda request_id, done: asking.ask(done, request_id=request_id),
                      good_faith),
        )  # fmt: skip
        self.presenter.named.connect(self._named)
        self._link: LinkPart | None = None
        self.presenter.read.connect(self._show_link)

    def _show_link(self, detail: PaymentDetail) -> None:
        """The payment's link under its visit; made when the first payment is read."""
        if self._link is None:
            from widgets.links.part import LinkPart

            self._link = LinkPart(self._kit, self.widget, lambda: self.widget.host, self.presenter.refresh)
            self.widget.lay_under(self._link.widget)
        self._link.show(about(detail))

    def _named(self, patient_id: str, subject_id: str) -> None:
        self.documents.open(patient_id, subject_id)
        self.notes.open(patient_id, subject_id)

    @property
    def money_in_flight(self) -> bool:
        """Is a refund or void on its way from here?"""
        return self._money_out.in_flight

    def enter(self, place: Place) -> None:
        """Show the payment; coming back to it reads it again."""
        if place.item and place.item != self.presenter.key:
            self.presenter.open(place.item)
        else:
            self.presenter.refresh()
        self.widget.take_focus()

    def leave(self) -> None:
        """It stays as it is."""

    def changed(self, change: Change) -> None:
        if change.everything or "alias" in change.topics or self.presenter.records & change.patients:
            self.presenter.refresh()
        if self._link is not None:
            self._link.changed(change)
        self.documents.changed(change)
        self.notes.changed(change)


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
