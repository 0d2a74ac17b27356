"""Decides what the list of patients shows: asks as filters change, keeps only the newest answer, saves the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Slot

from app.lanes import Lane
from app.list_views import BalanceKind, Exported, PatientOrder, PatientsAsk, PatientsView
from app.patients import PAGE, Patients
from app.views import Person
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common.files import ask_list_path
from widgets.common.lend_dialog import Lending
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.common.when import count_text
from widgets.patients.state import ONE_CENT, PatientsState, amounts_wrong, patients_state
from widgets.patients.view import PatientsPage
from widgets.session import Session

_WHY = "You do not have the right to export lists."


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the list leads, and where it says that something was saved."""

    ledger: Callable[[str], None]
    said: Callable[[str], None]


class PatientsPresenter(QObject):
    """One list. While a question is on its way, further ones wait for it and are then asked as one."""

    def __init__(
        self,
        view: PatientsPage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        patients: Patients,
        session: Session,
        speech: Speech,
        doors: Doors,
        lending: Lending,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes, self._patients = view, bridge, lanes, patients
        self._session, self._speech, self._doors, self._lending = session, speech, doors, lending
        self._ask = PatientsAsk()
        self._known: PatientsView | None = None
        self._notice: Notice | None = None
        self._state = PatientsState()
        self._questions = Newest(bridge, lanes["lists"], self)
        self._questions.late.connect(self._draw)
        self._connect()

    def _connect(self) -> None:
        view = self._view
        view.typed.connect(lambda text: self._change(text=text))
        view.kind_chosen.connect(self._choose_kind)
        view.amounts_typed.connect(lambda least, most: self._change(least_cents=least, most_cents=most))
        view.order_chosen.connect(lambda order: self._change(order=PatientOrder(order)))
        view.page_moved.connect(self._move)
        view.opened.connect(self._doors.ledger)
        view.export_pressed.connect(self._export)
        view.cleared.connect(self._clear)
        view.retry_pressed.connect(self.refresh)

    @property
    def state(self) -> PatientsState:
        """What the page shows now."""
        return self._state

    def open(self) -> None:
        """Show the list as it was left, fresh."""
        if self._known is None and not self._patients.ready:
            self._bridge.start(self._lanes["reads"], lambda _job: self._patients.first(), owner=self,
                               done=self._first_arrived)  # fmt: skip
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Ask again; what is shown stays until the answer is there."""
        ask = self._ask
        self._questions.ask(lambda: self._patients.page(ask), self._arrived, self._tell)

    def _first_arrived(self, view: PatientsView) -> None:
        if self._known is None and self._ask == view.ask:
            self._known = view
            self._draw()

    def _arrived(self, view: PatientsView) -> None:
        self._notice = None
        if view.ask == self._ask:
            self._known = view
            self._ask = replace(self._ask, page=view.first // PAGE)
        self._draw()

    def _tell(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        wrong = amounts_wrong(self._ask.least_cents, self._ask.most_cents)
        if self._known is None:
            self._state = PatientsState(ask=self._ask, skeleton=self._questions.is_late,
                                        notice=self._notice)  # fmt: skip
        else:
            self._state = replace(patients_state(self._known, PAGE, notice=self._notice), ask=self._ask,
                                  amounts_wrong=wrong)  # fmt: skip
        self._view.draw(self._state)

    # What the clerk did ---------------------------------------------------------------------------------------------

    def _change(self, **changes: object) -> None:
        self._ask = replace(self._ask, page=0, **changes)  # type: ignore[arg-type]
        self.refresh()

    @Slot(str)
    def _choose_kind(self, key: str) -> None:
        kind = BalanceKind(key)
        offered = kind is not BalanceKind.ANY
        least = (self._ask.least_cents if self._ask.kind is not BalanceKind.ANY else ONE_CENT) if offered else None
        most = self._ask.most_cents if offered else None
        self._change(kind=kind, least_cents=least, most_cents=most)
        self._view.show_filter(self._ask.text, kind, least, most)
        self._draw()

    @Slot(int)
    def _move(self, pages: int) -> None:
        self._ask = replace(self._ask, page=max(self._ask.page + pages, 0))
        self.refresh()

    @Slot()
    def _clear(self) -> None:
        self._view.show_filter("", BalanceKind.ANY, None, None)
        self._change(text="", kind=BalanceKind.ANY, least_cents=None, most_cents=None)

    # Saving ---------------------------------------------------------------------------------------------------------

    @Slot()
    def _export(self) -> None:
        """Save what is shown; without the right to it somebody who has it types their PIN first."""
        if self._known is None or self._view.export.busy:
            return
        if Right.EXPORT in self._session.acting.rights:
            self._choose_file(None)
            return
        patients = count_text(self._state.patients, "patient", "patients")
        what = f"Names, birth dates, phones and balances of {patients} will be saved in a file only you can open."
        self._lending.ask(what, _WHY, self._choose_file)

    def _choose_file(self, lender: Person | None) -> None:
        path = ask_list_path(self._view, self._patients.file_name("xlsx"))
        if path is None:
            return
        ask, person = self._ask, self._session.acting
        self._view.export.set_busy("Saving…")
        self._bridge.start(
            self._lanes["lists"], lambda _job: self._patients.export(ask, path, person, lender),
            owner=self, done=self._exported, failed=self._not_exported,
        )  # fmt: skip

    def _exported(self, saved: Exported) -> None:
        self._view.export.set_idle()
        patients = count_text(saved.rows, "patient", "patients")
        self._doors.said(f"Saved {patients} in {saved.file}. Only you can open it on this computer.")

    def _not_exported(self, error: Exception) -> None:
        self._view.export.set_idle()
        self._tell(error)
