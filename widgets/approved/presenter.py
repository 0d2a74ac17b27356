"""Decides what Approved shows: follows the receipt until it is on paper, and takes the payment back when asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.heads import lower_first
from app.lanes import Lane
from app.views import Collected, CollectEnd, NextUp
from app.words import WORDS
from widgets.approved.receiving import Ask, Receiving
from widgets.approved.state import TROUBLED, UNDO_REASONS, ApprovedState, PrintState, Undo, approved_state, print_state
from widgets.approved.view import ApprovedPage
from widgets.bridge import Bridge
from widgets.common.speech import Notice, Speech
from widgets.session import Session

if TYPE_CHECKING:
    from app.checkout import Checkout
    from app.messages import Messages
    from app.printing import Printing


@dataclass(frozen=True, slots=True)
class Doors:
    """Where Approved leads: on to the next patient on Today, to Needs attention, to the dialog that sends papers, or to
    the system's dialog that prints one (by its name; what became of it is said)."""

    done: Callable[[], None]
    attention: Callable[[], None]
    ask: Ask
    print_page: Callable[[str, Callable[[str], None]], None]


class ApprovedPresenter(QObject):
    """One Approved page. `busy_changed` tells whether a payment is being taken back right now."""

    busy_changed = Signal(bool)

    def __init__(
        self,
        view: ApprovedPage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        checkout: Checkout,
        printing: Printing,
        messages: Messages,
        session: Session,
        speech: Speech,
        doors: Doors,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes = view, bridge, lanes
        self._checkout, self._printing, self._session = checkout, printing, session
        self._speech, self._doors = speech, doors
        self._collected: Collected | None = None
        self._undone: Collected | None = None
        self._next_up: NextUp | None = None
        self._undo: Undo | None = None
        self._notice: Notice | None = None
        self._job_id = ""
        self._print = ("", "")
        self._state: ApprovedState | None = None
        view.done_pressed.connect(self._done)
        view.reprint_pressed.connect(self._reprint)
        view.page_pressed.connect(self._print_page)
        view.undo_pressed.connect(self._open_undo)
        view.undo_reason_chosen.connect(self._choose_reason)
        view.undo_note_typed.connect(self._type_note)
        view.undo_confirmed.connect(self._take_back)
        view.back_pressed.connect(self._back)
        self._receiving = Receiving(
            self, bridge=bridge, lanes=lanes, messages=messages, session=session, speech=speech, ask=doors.ask,
            print_again=self._reprint, draw=self._draw, fell=self._tell,
        )  # fmt: skip
        view.way_pressed.connect(self._receiving.press)
        bridge.listen(printing.subscribe, self, self._print_moved)

    @property
    def state(self) -> ApprovedState | None:
        """What the page shows now; None before the first payment."""
        return self._state

    @property
    def busy(self) -> bool:
        """Is a payment being taken back right now?"""
        return self._undo is not None and self._undo.running

    def open(self, collected: Collected) -> None:
        """Show what was taken."""
        self._collected, self._undone, self._undo, self._notice = collected, None, None, None
        self._next_up = None
        self._follow(collected.print_job_id)
        self._read_next(collected)
        paper = f"receipt:{collected.payment_id}" if collected.payment_id else ""
        self._receiving.open(paper, collected.patient.patient_id, by_itself=True)
        self._draw()

    def refresh(self) -> None:
        """Something came from elsewhere: what became of the messages may have."""
        self._receiving.refresh()

    def reprint(self) -> None:
        """Print the receipt shown once more, marked as a copy."""
        self._reprint()

    def _draw(self) -> None:
        if self._collected is None:
            return
        state = approved_state(
            self._collected, receipt=self._receipt(), next_up=self._next_up, undo=self._undo, undone=self._undone,
            notice=self._notice,
            ways=self._receiving.state(printed=bool(self._job_id)),
        )  # fmt: skip
        self._state = replace(state, roll=self._printing.roll)
        self._view.draw(self._state)

    def _receipt(self) -> PrintState:
        state, reason = self._print
        trouble = reason or (f"receipt.{state}" if state in TROUBLED else "")
        known = f"receipt.{trouble.rpartition('.')[2]}"
        trouble = known if known in WORDS else trouble
        if trouble and not trouble.startswith("receipt."):  # the printer's own words: say what it means for the money
            cause = self._speech.key(trouble).title.rstrip(".")
            said = Notice(f"Receipt not printed: {lower_first(cause)}",
                          "The payment is safe. It prints by itself when the printer is ready.")  # fmt: skip
            return print_state(state, reason, said)
        return print_state(state, reason, self._speech.notice(trouble) if trouble else None)

    def _read_next(self, collected: Collected) -> None:
        """Who comes next is read behind the payment: taking it waits for nothing it does not need."""
        self._bridge.start(
            self._lanes["reads"],
            lambda _job: self._checkout.next_up(collected.patient.patient_id),
            owner=self,
            done=lambda found: self._next_read(collected, found),
            failed=self._tell,
        )

    def _next_read(self, collected: Collected, found: NextUp | None) -> None:
        if collected is self._collected and found is not None:
            self._next_up = found
            self._draw()

    # The receipt ------------------------------------------------------------------------------------------------

    def _follow(self, job_id: str) -> None:
        self._job_id = job_id
        self._print = ("queued", "") if job_id else ("", "")
        self._read_print()

    def _print_moved(self, *_what: object) -> None:
        self._read_print()

    def _read_print(self) -> None:
        job_id = self._job_id
        if not job_id:
            return
        self._bridge.start(
            self._lanes["reads"],
            lambda _job: self._printing.state(job_id),
            owner=self,
            done=lambda state: self._print_read(job_id, state),
            failed=self._tell,
        )

    def _print_read(self, job_id: str, state: tuple[str, str]) -> None:
        if job_id == self._job_id and state != self._print:
            self._print = state
            self._draw()
            self._view.announce_receipt()

    @Slot()
    def _reprint(self) -> None:
        shown = self._undone or self._collected
        if shown is None or not shown.payment_id:
            return
        if not self._printing.fitted:
            self._print_page()
            return
        person = self._session.acting
        self._bridge.start(
            self._lanes["store"],
            lambda _job: self._printing.reprint(shown.payment_id, person),
            owner=self,
            done=self._reprinting,
            failed=self._tell,
        )

    @Slot()
    def _print_page(self) -> None:
        """The receipt on a page printer of this computer: there is no receipt printer, or it is out."""
        shown = self._undone or self._collected
        if shown is not None and shown.payment_id and not self.busy:
            self._doors.print_page(f"receipt:{shown.payment_id}", self._said)

    def _said(self, words: str) -> None:
        self._notice = Notice(words, "")
        self._draw()

    def _reprinting(self, job_id: str) -> None:
        self._notice = None
        self._follow(job_id)
        self._draw()

    # Leaving ----------------------------------------------------------------------------------------------------

    @Slot()
    def _done(self) -> None:
        if not self.busy:
            self._doors.done()

    @Slot()
    def _back(self) -> None:
        """Esc closes the pane that takes back, else leaves the page."""
        if self.busy:
            return
        if self._undo is not None:
            self._undo = None
            self._draw()
        else:
            self._doors.done()

    # Taking back ------------------------------------------------------------------------------------------------

    @Slot()
    def _open_undo(self) -> None:
        """Ask why; credit that is put back needs no reason, no money changes hands."""
        if self._state is None or not self._state.can_undo:
            return
        self._undo, self._notice = Undo(), None
        collected = self._collected
        if collected is not None and not collected.payment_id:
            self._put_back(collected)
        else:
            self._draw()

    def _put_back(self, collected: Collected) -> None:
        """Give back what credit alone has paid."""
        person = self._session.acting
        self._undo = Undo(running=True)
        self.busy_changed.emit(True)
        self._bridge.start(
            self._lanes[self._checkout.lane_for(collected.tender)],
            lambda _job: self._checkout.undo_credit(collected, person),
            owner=self,
            done=self._taken_back,
            failed=self._not_put_back,
        )

    def _not_put_back(self, error: Exception) -> None:
        self._undo = None
        self.busy_changed.emit(False)
        self._tell(error)

    @Slot(str)
    def _choose_reason(self, reason: str) -> None:
        if self._undo is not None and not self.busy:
            self._undo = replace(self._undo, reason=reason, error="")
            self._draw()

    @Slot(str)
    def _type_note(self, note: str) -> None:
        if self._undo is not None and not self.busy:
            self._undo = replace(self._undo, note=note, error="")
            self._draw()

    @Slot()
    def _take_back(self) -> None:
        collected, undo = self._collected, self._undo
        if collected is None or undo is None or undo.running:
            return
        missing = "" if undo.reason else "Choose why it is taken back."
        if undo.reason == "other" and not undo.note.strip():
            missing = "Say in a few words what the reason is."
        if missing:
            self._undo = replace(undo, error=missing)
            self._draw()
            return
        words = " · ".join(part for part in (UNDO_REASONS[undo.reason], undo.note.strip()) if part)
        person = self._session.acting
        self._undo = replace(undo, running=True)
        self._draw()
        self.busy_changed.emit(True)
        self._bridge.start(
            self._lanes[self._checkout.lane_for(collected.tender)],
            lambda job: self._checkout.undo(collected.payment_id, words, person, job),
            owner=self,
            done=self._taken_back,
            failed=self._not_taken_back,
        )

    def _taken_back(self, answer: Collected) -> None:
        if answer.end is CollectEnd.TAKEN:
            self._undone, self._undo = answer, None
            if answer.payment_id:
                self._receiving.open(f"void:{answer.payment_id}", answer.patient.patient_id)
            if answer.print_job_id:
                self._follow(answer.print_job_id)
        elif answer.end is CollectEnd.UNKNOWN:
            self._undo = None
            self._notice = Notice(
                "We do not know yet whether the card was voided.",
                "The payment stays until the reader answers. See Needs attention.",
            )
        else:
            self._undo = Undo(self._undo.reason if self._undo else "")
            said = f" The bank said: {answer.host_text}." if answer.host_text else ""
            self._notice = Notice("The card payment was not voided.", f"The payment stands.{said} Try again.")
        self.busy_changed.emit(False)
        self._draw()

    def _not_taken_back(self, error: Exception) -> None:
        if self._undo is not None:
            self._undo = replace(self._undo, running=False)
        self.busy_changed.emit(False)
        self._tell(error)

    def _tell(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._draw()
