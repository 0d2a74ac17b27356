"""The list of receipts put together for the window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.rules.rights import Right
from widgets.common.lend_dialog import Lending
from widgets.common.speech import Speech
from widgets.papers.act import PaperActs
from widgets.papers.desk import ask_path
from widgets.receipts.presenter import Doors, ReceiptsPresenter, Said
from widgets.receipts.view import ReceiptsPage
from widgets.screens import Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change

_TOPICS = frozenset({"payment", "refund", "patient"})


class _Page:
    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = ReceiptsPage()
        self._papers = PaperActs(kit, self.widget)
        doors = Doors(
            back=kit.doors.back, show=self._show, send=self._send, ask_pdf=ask_path,
        )  # fmt: skip
        lending = Lending(
            self.widget, Right.EXPORT, "Export needs a manager", "Choose where to save", bridge=kit.bridge,
            lane=kit.desk.lanes["store"], sign_in=kit.desk.sign_in, speech=Speech(zone),
        )  # fmt: skip
        self.presenter = ReceiptsPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, receipts=lambda: kit.desk.receipts,
            session=kit.session, speech=Speech(zone), today=lambda: kit.facts().business_date, doors=doors,
            lending=lending,
        )  # fmt: skip

    def _show(self, name: str, patient_id: str, said: Said) -> None:
        self._papers.papers.open(name, said, patient_id=patient_id)

    def _send(self, names: Sequence[str], patient_id: str, said: Said) -> None:
        self._papers.sending.open(names, patient_id, said)

    def enter(self, place: Place) -> None:
        """The receipts of the place's patient, or of the days that were chosen."""
        self.presenter.open(place.patient_id)
        self.widget.take_focus()

    def leave(self) -> None:
        """Days, ticks and row stay."""

    def changed(self, change: Change) -> None:
        if change.everything or change.topics & _TOPICS:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
