"""Decides what the page of one payment shows, keeps it fresh, and leads to every act on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.lanes import Lane
from app.request_views import PaymentDetail
from app.views import Person, TenderKind
from models.basics.money import show_cents
from models.rules.payment_status import Status
from widgets.bridge import Bridge
from widgets.common.form_dialog import FormDialog
from widgets.common.slow import AFTER_MS
from widgets.common.speech import Notice, Speech
from widgets.common.text import Text
from widgets.ledger.acts import Opener, Target
from widgets.payment.state import PaymentState, payment_state
from widgets.payment.view import PaymentPage

if TYPE_CHECKING:
    from app.good_faith import GoodFaith
    from app.payment_detail import PaymentDetails
    from app.payment_requests import PaymentRequests


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the page leads: Collect for a request (patient, visit, request, first tender), a patient's ledger, back."""

    collect: Callable[[str, str, str, TenderKind | None], None]
    ledger: Callable[[str], None]
    back: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Acts:
    """What is done over the page: openers as in the ledger, a paper by its name and patient, changing what was asked,
    giving a good faith estimate."""

    refund: Opener
    void: Opener
    paper: Callable[[str, str, Callable[[str], None]], None]
    change: Callable[[str, Callable[[str], None]], None]
    good_faith: Callable[[], GoodFaith]


ESTIMATE_KEPT = "Estimate kept under Documents."


class CancelDialog(FormDialog):
    """Asks once before something ends for good."""

    def __init__(self, page: PaymentPage) -> None:
        super().__init__(page.host, "Ask for it no more?", "Cancel payment", 520)
        self.what = Text("", "body", "text2", wrap=True)
        self.content.addWidget(self.what)
        self.cancel.set_text("Leave it as it is")

    def ask(self, detail: PaymentDetail, verb: str) -> None:
        """Open for this one."""
        self.subtitle.setText(detail.number)
        self.what.setText(f"{detail.patient.name} is asked for it no more. A cancelled payment stays in the list and "
                          "is not opened again; a new one can be created.")  # fmt: skip
        self.show_verb(verb, "", "")
        self.open_over()
        self.primary.setFocus()


class PaymentPresenter(QObject):
    """One page of one payment. `named(patient, subject)` says whose it is once that is known: the request where money
    was asked for, else the payment, so that what is kept beside it stays when the money comes.
    `read(detail)` follows every time it was read."""

    named = Signal(str, str)
    read = Signal(object)

    def __init__(
        self, view: PaymentPage, *, bridge: Bridge, lanes: Mapping[str, Lane], details: PaymentDetails,
        requests: PaymentRequests, person: Callable[[], Person], speech: Speech, today: Callable[[], date],
        doors: Doors, acts: Acts,
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._bridge, self._lanes = view, bridge, lanes
        self._details, self._requests, self._person = details, requests, person
        self._speech, self._today, self._doors, self._acts = speech, today, doors, acts
        self._key = ""
        self._known: PaymentDetail | None = None
        self._notice: Notice | None = None
        self._said = ""
        self._told = True
        """Was a refusal seen with what stood then?"""
        self._round = 0
        self._records: frozenset[str] = frozenset()
        self._state = PaymentState()
        self._cancelling: CancelDialog | None = None
        self._slow = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._slow.timeout.connect(self._draw)
        view.back_pressed.connect(doors.back)
        view.ledger_pressed.connect(self._ledger)
        view.treatment_pressed.connect(self._ledger)
        view.collect_pressed.connect(self._collect)
        view.refund_pressed.connect(lambda: self._take(acts.refund))
        view.void_pressed.connect(lambda: self._take(acts.void))
        view.receipt_pressed.connect(self._receipt)
        view.change_pressed.connect(self._change)
        view.good_faith_pressed.connect(self._give_estimate)
        view.status_chosen.connect(self._choose)
        view.retry_pressed.connect(self.refresh)

    @property
    def state(self) -> PaymentState:
        """What the page shows now."""
        return self._state

    @property
    def key(self) -> str:
        """The payment or request it is about; empty before the first."""
        return self._key

    @property
    def records(self) -> frozenset[str]:
        """Every record of the person it is of."""
        return self._records

    def open(self, key: str) -> None:
        """Show another payment or request."""
        self._key, self._known, self._notice, self._said = key, None, None, ""
        self._records = frozenset()
        self._draw()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read it again; what is shown stays until the answer is there."""
        self._round += 1
        asked, key = self._round, self._key
        if self._known is None:
            self._slow.start()

        def read() -> tuple[PaymentDetail, frozenset[str]]:
            found = self._details.open(key)
            return found, self._details.records(found.patient.patient_id)

        self._bridge.start(
            self._lanes["reads"], lambda _job: read(), owner=self, done=lambda found: self._arrived(asked, *found),
            failed=lambda error: self._failed(asked, error),
        )  # fmt: skip

    def _arrived(self, asked: int, detail: PaymentDetail, records: frozenset[str]) -> None:
        if asked != self._round:
            return
        first = self._known is None
        self._slow.stop()
        self._known, self._records = detail, records
        if self._told:
            self._notice = None
        self._told = True
        self._draw()
        self.read.emit(detail)
        if first:
            self.named.emit(detail.patient.patient_id, detail.request_id or detail.payment_id)
        if first and self._view.isVisible():
            self._view.take_focus()

    def _failed(self, asked: int, error: Exception) -> None:
        if asked == self._round:
            self._slow.stop()
            self._notice = self._speech.error(error)
            self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._known is None:
            slow = self._round > 0 and not self._slow.isActive() and self._notice is None
            self._state = PaymentState(notice=self._notice, skeleton=slow)
        else:
            self._state = payment_state(self._known, self._today(), said=self._said, notice=self._notice)
        self._view.draw(self._state)

    def _done(self, said: str) -> None:
        """An act is written: say so and read again."""
        self._said, self._notice = said, None
        self._draw()
        self._view.announce()
        self.refresh()

    # Acts -------------------------------------------------------------------------------------------------------------

    @Slot()
    def _ledger(self) -> None:
        if self._known is not None:
            self._doors.ledger(self._known.patient.patient_id)

    @Slot()
    def _collect(self) -> None:
        self._collect_by(None)

    def _collect_by(self, tender: TenderKind | None) -> None:
        known = self._known
        if known is None or not known.collectable:
            return
        visit = known.treatment
        place = visit.appointment_id if visit is not None and not visit.fallen else ""
        self._doors.collect(known.patient.patient_id, place, known.request_id, tender)

    def _take(self, opener: Opener) -> None:
        if self._known is not None and self._known.payment_id:
            opener(Target(self._known.patient.patient_id, payment_id=self._known.payment_id), self._done)

    @Slot()
    def _receipt(self) -> None:
        if self._known is not None and self._known.payment_id:
            self._acts.paper(f"receipt:{self._known.payment_id}", self._known.patient.patient_id, self._done)

    @Slot()
    def _change(self) -> None:
        if self._known is not None and self._known.editable:
            self._acts.change(self._known.request_id, self._done)

    @Slot()
    def _give_estimate(self) -> None:
        """Make the good faith estimate of the visit, keep it beside this payment, and show it to be printed or sent."""
        known, person, story = self._known, self._person(), self._acts.good_faith
        if known is None or known.treatment is None or not known.good_faith:
            return
        visit, subject, patient_id = known.treatment.appointment_id, known.request_id, known.patient.patient_id

        def given(document_id: str) -> None:
            self._done(ESTIMATE_KEPT)
            self._acts.paper(f"good_faith:{document_id}", patient_id, self._done)

        self._bridge.start(
            self._lanes["documents"], lambda _job: story().give(visit, subject, person), owner=self,
            done=given, failed=self._refused,
        )  # fmt: skip

    # The dropdown -----------------------------------------------------------------------------------------------------

    @Slot(str)
    def _choose(self, key: str) -> None:
        """Move it on: paid takes cash or a check, cancelled is asked for once more, anything else is done at once."""
        known = self._known
        if known is None or key == known.status.value:
            return
        status = Status(key)
        self._view.status.setCurrentIndex(0)  # it says what stands until it is written
        if status is Status.PAID:
            self._collect_by(TenderKind.CASH)
        elif status is Status.CANCELLED:
            self._ask_to_cancel(known)
        else:
            self._move(status)

    def _ask_to_cancel(self, known: PaymentDetail) -> None:
        if self._cancelling is None:
            self._cancelling = CancelDialog(self._view)
            self._cancelling.submitted.connect(self._cancelled)
        self._cancelling.ask(known, f"Cancel payment, {show_cents(known.amount_cents)}")

    @Slot()
    def _cancelled(self) -> None:
        if self._cancelling is not None:
            self._cancelling.close_over()
        self._move(Status.CANCELLED)

    def _move(self, status: Status) -> None:
        known, person = self._known, self._person()
        if known is None:
            return
        request_id = known.request_id
        self._bridge.start(
            self._lanes["store"], lambda _job: self._requests.move(request_id, status, person), owner=self,
            done=lambda view: self._done(_moved_words(view.number, view.status)), failed=self._refused,
        )  # fmt: skip

    def _refused(self, error: Exception) -> None:
        """It was not done: say why beside how it stands now."""
        self._said, self._notice, self._told = "", self._speech.error(error), False
        self._draw()
        self.refresh()


def _moved_words(number: str, status: Status) -> str:
    words = {
        Status.PENDING: "is asked for", Status.PROCESSING: "is processing", Status.CANCELLED: "is cancelled",
        Status.DRAFT: "is a draft",
    }  # fmt: skip
    return f"{number} {words.get(status, status.value)}."
