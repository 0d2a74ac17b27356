"""The list of patients put together for the window."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt

from models.rules.rights import Right
from widgets.common.lend_dialog import Lending
from widgets.common.speech import Speech
from widgets.patients.presenter import Doors, PatientsPresenter
from widgets.patients.view import PatientsPage
from widgets.screens import LEDGER, Kit, Page, Place

if TYPE_CHECKING:
    from models.store.rows import Change

_TOPICS = frozenset({"patient", "account", "appointment"})


class _Page:
    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = PatientsPage()
        doors = Doors(
            ledger=lambda patient_id: kit.doors.go(Place(LEDGER, patient_id)),
            said=lambda words: kit.notices.show(words, "ok"),
        )
        lending = Lending(
            self.widget, Right.EXPORT, "Export needs a manager", "Choose where to save", bridge=kit.bridge,
            lane=kit.desk.lanes["store"], sign_in=kit.desk.sign_in, speech=Speech(zone),
        )  # fmt: skip
        self.presenter = PatientsPresenter(
            self.widget, bridge=kit.bridge, lanes=kit.desk.lanes, patients=kit.desk.patients, session=kit.session,
            speech=Speech(zone), doors=doors, lending=lending,
        )  # fmt: skip

    def enter(self, _place: Place) -> None:
        """The list as it was left; the focus stands where one types."""
        self.presenter.open()
        self.widget.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.widget.field.selectAll()

    def leave(self) -> None:
        """Filters, page and row stay."""

    def changed(self, change: Change) -> None:
        if change.everything or change.topics & _TOPICS:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
