"""The Patients page: Find with room for more matches."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets import theme
from widgets.common import Text
from widgets.find.panel import FindPanel
from widgets.find.presenter import FindPresenter, Ways
from widgets.screens import COLLECT, LEDGER, Kit, Page, Place
from widgets.theme import S20, Themed


class PatientsView(Themed, QWidget):
    """Title and panel."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Patients")
        self.finder = FindPanel(floating=False)
        self._body = QVBoxLayout(self)
        self._body.addWidget(Text("Patients", "title"))
        self._body.addWidget(self.finder, 1)
        self.setFocusProxy(self.finder)
        self.follow_theme()

    def restyle(self) -> None:
        look = theme.current()
        inset = look.size("page_inset_y")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(look.size("gap"))


class PatientsPage:
    """The page for the window. What was searched for stays when somebody comes back to it."""

    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        self.widget = PatientsView()
        ways = Ways(
            collect=lambda patient_id, appointment_id: kit.doors.go(Place(COLLECT, patient_id, appointment_id)),
            ledger=lambda patient_id: kit.doors.go(Place(LEDGER, patient_id)),
            check_in=lambda visit_id, then: self._check_in(kit, visit_id, then),
            commands=kit.doors.commands,
        )
        self._presenter = FindPresenter(
            self.widget.finder, bridge=kit.bridge, lane=kit.desk.lanes["reads"], find=kit.desk.find,
            today=lambda: kit.facts().business_date, ways=ways,
        )  # fmt: skip

    def _check_in(self, kit: Kit, visit_id: str, then: Callable[[], None]) -> None:
        person = kit.session.acting
        kit.bridge.start(
            kit.desk.lanes["store"], lambda _job: kit.desk.schedule.check_in(visit_id, person), owner=self.widget,
            done=lambda _nothing: then(),
        )  # fmt: skip

    def enter(self, _place: Place) -> None:
        """Put the focus in the field with what is there selected."""
        self.widget.finder.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.widget.finder.field.selectAll()

    def leave(self) -> None:
        """Nothing is lost: the field keeps what was typed."""

    def changed(self, _change: object) -> None:
        """Search again: amounts may have changed."""
        self._presenter.again()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return PatientsPage(kit)
