"""Decides where the close of the day stands: counts, compares, asks a manager, closes, prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Slot

from app.close_views import BrandLine, CashCount, Closed, CloseReview, CloseView, Counted, FoundCheck
from app.day_close import DayClose, check_clues
from app.lanes import Job, Lane
from app.papers import PRINT_DPI
from app.reader_batch import Batch
from app.signin import SignIn
from app.views import Person
from devices.base import BatchOutcome, BatchResult, BatchTotals
from models.basics.errors import PosError
from models.basics.money import show_cents
from models.rules.rights import Right
from receipts.layouts.pictures import Picture, pictures
from receipts.report import ReportDocument
from widgets.bridge import Bridge
from widgets.common.slow import AFTER_MS
from widgets.common.speech import Notice, Speech
from widgets.day_close.moves import MoveDialog
from widgets.day_close.state import STEPS, CloseState, Step, close_state
from widgets.day_close.view import DayClosePage
from widgets.panels import ReasonDialog
from widgets.papers.page_printer import PagePrinter, SystemPrinter
from widgets.session import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the close leads: Needs attention; and where it says what was done."""

    attention: Callable[[], None]
    said: Callable[[str], None]


def with_reader(view: CloseView, told: BatchTotals) -> CloseView:
    """The close with a line for every brand that is in the reader's batch and not in the books."""
    known = {line.brand for line in view.brands}
    more = tuple(BrandLine(each.brand, 0, 0, 0) for each in told.brands if each.brand not in known)
    return replace(view, brands=(*view.brands, *more))


class DayClosePresenter(QObject):
    """One close at a time. What is counted stays here until the day is closed, whatever else is looked at."""

    def __init__(
        self,
        view: DayClosePage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        close: DayClose,
        batch: Batch,
        sign_in: SignIn,
        session: Session,
        speech: Speech,
        doors: Doors,
        printer: PagePrinter | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes, self._close = view, bridge, lanes, close
        self._batch, self._told, self._asks_reader = batch, BatchTotals(), False
        self._sign_in, self._session, self._speech, self._doors = sign_in, session, speech, doors
        self._printer: PagePrinter = printer or SystemPrinter()
        self._known: CloseView | None = None
        self._step, self._counted = Step.COUNT, Counted()
        self._review: CloseReview | None = None
        self._reason = self._error = self._busy = ""
        self._lender: Person | None = None
        self._notice: Notice | None = None
        self._reading = self._again = self._begun = False
        self._state = CloseState()
        self._dialogs: dict[str, Any] = {}
        self._slow = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._slow.timeout.connect(self._draw)
        self._connect()

    def _connect(self) -> None:
        view = self._view
        view.counted.connect(self._count)
        view.next_pressed.connect(self._go_on)
        view.back_pressed.connect(self._go_back)
        view.recount_pressed.connect(self._recount)
        view.keep_pressed.connect(self._keep)
        view.report_pressed.connect(self._x_report)
        view.move_pressed.connect(self._ask_move)
        view.all_ticked.connect(self._tick_all)
        view.retry_pressed.connect(self.refresh)
        view.checks.ticked.connect(self._tick)
        view.checks.found.connect(self._found)
        view.batch.keyed.connect(self._key)
        view.batch.asked.connect(self._ask_reader)
        view.done.send_pressed.connect(self._send_batch)
        view.review.reason_typed.connect(self._type_reason)
        view.done.delete_pressed.connect(self._ask_delete)
        view.side.attention_pressed.connect(self._doors.attention)

    @property
    def state(self) -> CloseState:
        """What the page shows now."""
        return self._state

    @property
    def move_dialog(self) -> MoveDialog:
        """Money in or out, made when it is first needed."""
        if "move" not in self._dialogs:
            made = self._dialogs["move"] = MoveDialog(self._view.window())
            made.given.connect(self._move)
        dialog: MoveDialog = self._dialogs["move"]
        return dialog

    @property
    def delete_dialog(self) -> ReasonDialog:
        """Why the slip is deleted, made when it is first needed."""
        if "delete" not in self._dialogs:
            made = self._dialogs["delete"] = ReasonDialog(
                self._view.window(), "Delete the deposit slip", "Delete the slip", ("Wrong amount", "Wrong account")
            )
            made.given.connect(self._delete)
        dialog: ReasonDialog = self._dialogs["delete"]
        return dialog

    @Slot()
    def _ask_move(self) -> None:
        self.move_dialog.ask()

    @Slot()
    def _ask_delete(self) -> None:
        self.delete_dialog.ask()

    # Reading ------------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Read where the close stands; what was counted stays."""
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        self._slow.start()
        self._bridge.start(self._lanes["reads"], lambda _job: (self._close.view(), self._batch.can()), owner=self,
                           done=self._arrived, failed=self._not_read)  # fmt: skip

    def _arrived(self, found: tuple[CloseView, bool]) -> None:
        view, self._asks_reader = with_reader(found[0], self._told), found[1]
        self._reading = False
        self._slow.stop()
        self._notice = None
        before = self._step if self._known is not None else None
        if self._known is not None and self._known.day != view.day:
            self._forget()
        self._known = view
        if view.closed is not None:
            self._step = Step.DONE
        elif view.opened_at is None:
            self._step = Step.OPEN
        elif self._step in (Step.OPEN, Step.DONE):
            self._step = Step.COUNT
        if not self._begun and view.kept is not None:
            self._counted = view.kept
        self._begun = True
        self._draw()
        if self._step is not before and self._view.isVisible():  # what is asked now was not there to be focused
            self._view.take_focus()
        if self._again:
            self.refresh()

    def _not_read(self, error: Exception) -> None:
        self._reading = False
        self._slow.stop()
        self._notice = self._speech.error(error)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._known is None:
            self._state = CloseState(notice=self._notice, skeleton=self._reading and not self._slow.isActive())
        else:
            clues = check_clues(self._known, self._counted) if self._step is Step.CHECKS else ()
            self._state = close_state(
                self._known, self._step, self._counted, self._review, clues, reason=self._reason, error=self._error,
                busy=self._busy, notice=self._notice, lender=self._lender.name if self._lender else "",
                asks_reader=self._asks_reader,
            )  # fmt: skip
        self._view.draw(self._state)

    def _forget(self) -> None:
        """Another day: nothing is counted yet."""
        self._counted, self._review, self._lender, self._told = Counted(), None, None, BatchTotals()
        self._reason = self._error = ""
        self._step, self._begun = Step.COUNT, False

    def _to(self, step: Step) -> None:
        self._step, self._error = step, ""
        self._draw()
        self._view.take_focus()

    # Counting -----------------------------------------------------------------------------------------------------

    @Slot(object)
    def _count(self, cash: CashCount) -> None:
        self._counted = replace(self._counted, cash=cash)
        self._draw()

    @Slot(str)
    def _tick(self, key: str) -> None:
        known = {line.payment_id for line in (self._known.checks if self._known else ())}
        if key in known:
            self._counted = replace(self._counted, in_hand=self._counted.in_hand ^ {key})
        elif key.startswith("found:"):
            at = int(key.partition(":")[2])
            self._counted = replace(self._counted, found=self._counted.found[:at] + self._counted.found[at + 1 :])
        self._draw()

    @Slot()
    def _tick_all(self) -> None:
        everything = frozenset(line.payment_id for line in (self._known.checks if self._known else ()))
        wanted = frozenset() if self._counted.in_hand == everything else everything
        self._counted = replace(self._counted, in_hand=wanted)
        self._draw()

    @Slot(str, int)
    def _found(self, check_no: str, cents: int) -> None:
        self._counted = replace(self._counted, found=(*self._counted.found, FoundCheck(check_no, cents)))
        self._draw()

    @Slot(str, object)
    def _key(self, brand: str, cents: int | None) -> None:
        self._counted = replace(self._counted, batch={**self._counted.batch, brand: cents})
        self._draw()

    @Slot()
    def _ask_reader(self) -> None:
        """Let the reader add up its batch; what it says stands in the fields as if it had been keyed."""

        def told(totals: BatchTotals) -> None:
            self._told = totals
            if self._known is None:
                return
            self._known = with_reader(self._known, totals)
            said = {each.brand: each.cents for each in totals.brands}
            batch: dict[str, int | None] = {line.brand: said.get(line.brand, 0) for line in self._known.brands}
            self._counted = replace(self._counted, batch=batch)
            self._draw()
            self._view.go.setFocus()

        self._start("terminal", self._batch.totals, told, "Asking the reader…", self._failed)

    @Slot()
    def _send_batch(self) -> None:
        person = self._session.acting

        def sent(result: BatchResult) -> None:
            words = f"{show_cents(result.totals.cents)} in {result.totals.records} entries"
            if result.outcome is BatchOutcome.CLOSED:
                self._doors.said(f"The reader's batch went to the bank: {words}.")
                return
            notice = self._speech.notice(result.reason)
            self._error = f"{notice.title}. {notice.body}".strip()
            if result.outcome is BatchOutcome.UNKNOWN:
                self._error = f"It is not known whether the bank took the batch ({words}). Ask the reader once more."
            self._draw()

        self._start("terminal", lambda job: self._batch.close(person, job), sent, "Sending…", self._failed)

    @Slot(str)
    def _type_reason(self, words: str) -> None:
        self._reason, self._error = words, ""
        self._draw()

    @Slot()
    def _recount(self) -> None:
        """Count the cash anew; what was typed is forgotten, so that the second count is honest."""
        self._counted = replace(self._counted, cash=CashCount(), recounts=self._counted.recounts + 1)
        self._review, self._lender = None, None
        self._to(Step.COUNT)

    @Slot()
    def _keep(self) -> None:
        counted = self._counted
        self._store(lambda: self._close.keep(counted),
                    lambda _none: self._doors.said("Your count is kept until you finish it."))  # fmt: skip

    # Going on -----------------------------------------------------------------------------------------------------

    def _steps(self) -> list[Step]:
        """The steps of this close: without checks nothing is ticked, without cards no batch is compared."""
        view = self._known
        skipped = set[Step]()
        if view is not None:
            skipped |= {Step.CHECKS} if not view.checks else set()
            skipped |= {Step.BATCH} if not view.brands and not self._asks_reader else set()
        return [step for step in STEPS if step not in skipped]

    @Slot()
    def _go_on(self) -> None:
        """What the primary button of a step does."""
        if self._busy or self._known is None:
            return
        acts = {Step.OPEN: self._open, Step.REVIEW: self._accept, Step.DEPOSIT: self._finish, Step.DONE: self._z_again}
        act = acts.get(self._step)
        if act is not None:
            act()
            return
        steps = self._steps()
        following = steps[steps.index(self._step) + 1]
        if following is Step.REVIEW:
            self._look()
        else:
            self._to(following)

    @Slot()
    def _go_back(self) -> None:
        steps = self._steps()
        if self._step in steps and steps.index(self._step) > 0 and not self._busy:
            before = steps[steps.index(self._step) - 1]
            if before is Step.COUNT and self._review is not None:
                return  # the count was compared: it is counted anew, or it stands
            self._to(before)

    def _look(self) -> None:
        counted = self._counted

        def seen(review: CloseReview) -> None:
            self._review = review
            self._to(Step.REVIEW)

        self._run("reads", lambda: self._close.review(counted), seen, "Comparing…")

    def _accept(self) -> None:
        """The difference is explained, and allowed where it must be."""
        review = self._review
        if review is None:
            return
        if review.differs and not self._reason.strip():
            self._error = "Say what happened. It stands in the Z report."
            self._draw()
            self._view.review.take_focus()
            return
        if review.needs_manager and self._lender is None:
            self._ask_manager()
            return
        self._to(Step.DEPOSIT)

    def _ask_manager(self) -> None:
        person = self._session.acting
        if Right.CLOSE_OVER in person.rights:
            self._lender = person
            self._to(Step.DEPOSIT)
            return
        pin = self._view.review.lend.pin
        if not pin.complete:
            pin.setFocus()
            return
        digits = pin.text()

        def lent(lender: Person) -> None:
            self._lender = lender
            self._to(Step.DEPOSIT)

        def refused(error: Exception) -> None:
            self._busy = ""
            self._draw()
            notice = self._speech.error(error)
            self._view.review.lend.refuse(notice.title)

        self._start("store", lambda _job: self._sign_in.supervise(digits, Right.CLOSE_OVER), lent, "Asking…", refused)

    def _finish(self) -> None:
        review, person, lender = self._review, self._session.acting, self._lender
        if review is None or self._state.blocked:
            return
        reason = self._reason
        self._run("store", lambda: self._close.close(review, reason, person, lender), self._closed, "Closing…")

    def _closed(self, closed: Closed) -> None:
        where = "Two Z reports and the slip are printing." if closed.printed else "Print its papers when you like."
        self._doors.said(f"The day is closed, {closed.number}. {where}")
        self._forget()
        self.refresh()

    # The drawer and papers ----------------------------------------------------------------------------------------

    def _open(self) -> None:
        cents, person = self._view.open_panel.amount.cents, self._session.acting
        if cents is None:
            self._view.open_panel.take_focus()
            return
        self._store(lambda: self._close.open_drawer(cents, person), lambda _none: self._opened(cents))

    def _opened(self, cents: int) -> None:
        self._doors.said(f"The drawer begins with {show_cents(cents)}.")
        self.refresh()

    @Slot(str, int, str)
    def _move(self, kind: str, cents: int, reason: str) -> None:
        person = self._session.acting

        def done(_none: None) -> None:
            self.move_dialog.close_over()
            self._doors.said(
                f"{show_cents(cents)} {'out of' if kind == 'paid_out' else 'into'} the drawer, written down."
            )
            self.refresh()

        def refused(error: Exception) -> None:
            self._busy = ""
            self._draw()
            notice = self._speech.error(error)
            self.move_dialog.refuse(f"{notice.title}. {notice.body}".strip())

        self._start("store", lambda _job: self._close.move(kind, cents, reason, person), done, "Writing…", refused)

    @Slot(str)
    def _delete(self, reason: str) -> None:
        closed = self._known.closed if self._known else None
        person = self._session.acting
        if closed is None:
            return

        def done(_none: None) -> None:
            self._doors.said("The slip is deleted. Its payments may go on another.")
            self.refresh()

        self._run("store", lambda: self._close.delete_deposit(closed.deposit_id, reason, person), done, "Deleting…")

    @Slot()
    def _x_report(self) -> None:
        person = self._session.acting
        self._run("reads", lambda: (self._close.x_report(person),), self._print, "Adding up…")

    def _z_again(self) -> None:
        closed = self._known.closed if self._known else None
        if closed is not None:
            self._run("reads", lambda: self._close.papers(closed.close_id), self._print, "Fetching…")

    def _print(self, papers: tuple[ReportDocument, ...]) -> None:
        """On the receipt printer, else on the computer's page printer."""
        self._busy = ""
        names = " and ".join(paper.kind for paper in papers)

        def spooled(there: bool) -> None:
            self._busy = ""
            self._draw()
            if there:
                self._doors.said(f"{names} printing.")
            else:
                self._print_pages(papers, names)

        self._start("store", lambda _job: self._close.spool(papers), spooled, "Printing…", self._failed)

    def _print_pages(self, papers: tuple[ReportDocument, ...], names: str) -> None:
        try:
            if not self._printer.choose(self._view.window(), names):
                return
        except PosError as error:
            self._failed(error)
            return

        def made() -> tuple[Picture, ...]:
            from receipts.layouts.report_letter import report_pdf

            return tuple(page for paper in papers for page in pictures(report_pdf(paper), PRINT_DPI))

        def painted(pages: tuple[Picture, ...]) -> None:
            self._busy = ""
            self._printer.put(pages)
            self._draw()
            self._doors.said(f"{names} printing.")

        self._start("reads", lambda _job: made(), painted, "Printing…", self._failed)

    # The rest -----------------------------------------------------------------------------------------------------

    def _store(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._run("store", work, done, "Writing…")

    def _run(self, lane: str, work: Callable[[], T], done: Callable[[T], None], busy: str) -> None:
        self._start(lane, lambda _job: work(), done, busy, self._failed)

    def _start(
        self, lane: str, work: Callable[[Job[Any]], T], done: Callable[[T], None], busy: str,
        failed: Callable[[Exception], None],
    ) -> None:  # fmt: skip
        if self._busy:
            return
        self._busy, self._error = busy, ""
        self._draw()

        def arrived(value: T) -> None:
            self._busy = ""
            self._draw()
            done(value)

        self._bridge.start(self._lanes[lane], work, owner=self, done=arrived, failed=failed)

    def _failed(self, error: Exception) -> None:
        self._busy = ""
        notice = self._speech.error(error)
        self._error = f"{notice.title}. {notice.body}".strip()
        if isinstance(error, PosError) and error.message_key in ("close.changed", "close.money_in_doubt"):
            self.refresh()
        if isinstance(error, PosError) and error.message_key == "close.changed":
            words = self._error
            self._look()
            self._error = words
        if self._step not in (Step.REVIEW, Step.DEPOSIT, Step.DONE):
            self._notice = notice
        self._draw()
