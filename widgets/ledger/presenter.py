"""Decides what the Ledger shows: keeps one account fresh and prints its receipts again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.lanes import Lane
from app.views import LedgerView
from widgets.bridge import Bridge
from widgets.common.slow import AFTER_MS
from widgets.common.speech import Notice, Speech
from widgets.ledger.state import LedgerState, Tab, ledger_state
from widgets.ledger.view import LedgerPage
from widgets.session import Session

if TYPE_CHECKING:
    from app.accounts import Accounts
    from app.printing import Printing


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the Ledger leads: Collect for the patient (and today's visit), back to where it was opened."""

    collect: Callable[[str, str], None]
    back: Callable[[], None]


class LedgerPresenter(QObject):
    """One Ledger page, bound to one patient when it opens."""

    def __init__(
        self,
        view: LedgerPage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        accounts: Accounts,
        printing: Printing,
        session: Session,
        speech: Speech,
        today: Callable[[], date],
        doors: Doors,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes = view, bridge, lanes
        self._accounts, self._printing, self._session = accounts, printing, session
        self._speech, self._today, self._doors = speech, today, doors
        self._patient_id = ""
        self._known: LedgerView | None = None
        self._tab = Tab.VISITS
        self._notice: Notice | None = None
        self._said = ""
        self._round = 0
        self._state = LedgerState()
        self._slow = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._slow.timeout.connect(self._draw)
        view.tab_chosen.connect(self._choose_tab)
        view.collect_pressed.connect(self._collect)
        view.receipt_pressed.connect(self._reprint)
        view.back_pressed.connect(doors.back)
        view.retry_pressed.connect(self.refresh)

    @property
    def state(self) -> LedgerState:
        """What the page shows now."""
        return self._state

    @property
    def patient_id(self) -> str:
        """Whose account it is; empty before the first."""
        return self._patient_id

    def open(self, patient_id: str) -> None:
        """Show the account of `patient_id`."""
        if patient_id != self._patient_id:
            self._known = None
        self._patient_id, self._tab, self._notice, self._said = patient_id, Tab.VISITS, None, ""
        self._draw()
        self._slow.start()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the account again; what is shown stays until then."""
        if not self._patient_id:
            return
        self._round += 1
        asked, patient_id = self._round, self._patient_id
        self._bridge.start(
            self._lanes["reads"],
            lambda _job: self._accounts.ledger(patient_id),
            owner=self,
            done=lambda view: self._arrived(asked, view),
            failed=lambda error: self._failed(asked, error),
        )

    def _arrived(self, asked: int, view: LedgerView) -> None:
        if asked == self._round:
            self._slow.stop()
            self._known, self._notice = view, None
            self._draw()

    def _failed(self, asked: int, error: Exception) -> None:
        if asked == self._round:
            self._slow.stop()
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._known is None:
            slow = bool(self._patient_id) and not self._slow.isActive() and self._notice is None and self._round > 0
            self._state = LedgerState(skeleton=slow, tab=self._tab, notice=self._notice)
        else:
            self._state = ledger_state(
                self._known, self._today(), self._tab, notice=self._notice, said=self._said
            )  # fmt: skip
        self._view.draw(self._state)

    @Slot(str)
    def _choose_tab(self, tab: str) -> None:
        self._tab = Tab(tab)
        self._draw()

    @Slot()
    def _collect(self) -> None:
        if self._known is not None:
            self._doors.collect(self._known.patient.patient_id, self._known.appointment_id)

    @Slot(str)
    def _reprint(self, payment_id: str) -> None:
        person = self._session.acting
        self._bridge.start(
            self._lanes["store"],
            lambda _job: self._printing.reprint(payment_id, person),
            owner=self,
            done=self._reprinting,
            failed=self._tell,
        )

    def _reprinting(self, _job_id: str) -> None:
        self._said = "The receipt is on its way to the printer, marked COPY."
        self._draw()
        self._view.announce()
