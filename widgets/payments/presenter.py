"""Decides what the payments show: asks as filters change, keeps only the newest answer, leads to payment and ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.lanes import Job, Lane, Progress
from app.payment_views import PAGE, PaymentCards, PaymentChoices, PaymentLine, PaymentsAsk, PaymentsView
from app.settings import PAYMENT_COLUMNS, Settings
from models.basics.errors import PosError
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common.files import PAPER_FORMATS, ask_list_path
from widgets.common.lend_dialog import Lending
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.common.when import count_text
from widgets.payments.columns import Shown
from widgets.payments.figures import Dashboard, dashboard
from widgets.payments.state import Chosen, Exporting, PaymentsState, heads, letters, payments_state
from widgets.payments.view import PaymentsPage
from widgets.session import Session

if TYPE_CHECKING:
    from app.list_views import Exported
    from app.payments import Payments
    from app.views import Person
    from widgets.payments.columns_dialog import ColumnsDialog
    from widgets.payments.numbers_dialog import NumbersDialog

QUIET_MS = 400
"""After so long without a question what finds far pages is made."""
_WHY = "You do not have the right to export lists."


def ask_payments_path(parent: QWidget, name: str) -> Path | None:
    """Where the list shall be saved, as a workbook, text or paper."""
    return ask_list_path(parent, name, formats=PAPER_FORMATS)


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the list leads: the ledger of a patient, a payment (None: no such page), a file to save it in; `create`
    asks for a payment and is told what came of it (None: nobody offers it)."""

    ledger: Callable[[str], None]
    payment: Callable[[PaymentLine], None] | None = None
    create: Callable[[Callable[[str], None]], None] | None = None
    ask_list: Callable[[QWidget, str], Path | None] = ask_payments_path


class PaymentsPresenter(QObject):
    """One list with its cards. While a question is on its way, further ones wait for it and are then asked as one."""

    def __init__(
        self,
        view: PaymentsPage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        payments: Callable[[], Payments],
        speech: Speech,
        today: Callable[[], date],
        session: Session,
        settings: Settings,
        lending: Lending,
        doors: Doors,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes, self._payments = view, bridge, lanes, payments
        self._speech, self._today, self._doors = speech, today, doors
        self._session, self._settings, self._lending = session, settings, lending
        self._chosen = Chosen()
        self._shown = Shown.read(settings.get(PAYMENT_COLUMNS))
        self._saving: Job[Exported] | None = None
        self._progress: Exporting | None = None
        self._numbers: NumbersDialog | None = None
        self._columns: ColumnsDialog | None = None
        self._choices = PaymentChoices()
        self._known: PaymentsView | None = None
        self._cards: Dashboard | None = None
        self._cards_ask: PaymentsAsk | None = None
        self._notice: Notice | None = None
        self._said = ""
        self._state = PaymentsState()
        self._pages, self._figures = (Newest(bridge, lanes["payments"], self) for _ in range(2))
        self._pages.late.connect(self._draw)
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._prepare)
        self._cards_soon = QTimer(self, singleShot=True, interval=0)
        self._cards_soon.timeout.connect(self._ask_cards)
        self._asked = self._answered = 0
        self._connect()

    def _connect(self) -> None:
        view = self._view
        view.bar.chosen.connect(self._choose)
        view.table.sort_wanted.connect(lambda name: self._want(self._chosen.by_column(name)))
        view.page_wanted.connect(self._turn)
        view.paging.wanted.connect(self._go)
        view.opened.connect(self._open)
        view.ledger_wanted.connect(self._to_ledger)
        view.copy_pressed.connect(self._copy)
        view.table.sized.connect(lambda name, width: self._show_columns(self._shown.sized(name, width)))
        view.columns_pressed.connect(self._ask_columns)
        view.numbers_pressed.connect(self._show_numbers)
        view.export_pressed.connect(self._export)
        view.create_action.setEnabled(self._doors.create is not None)
        view.new_payment.setVisible(self._doors.create is not None)
        view.create_pressed.connect(self._create)
        view.stop_pressed.connect(self._stop)
        view.cleared.connect(lambda: self._want(replace(self._chosen.cleared, page=0)))
        view.retry_pressed.connect(self.refresh)

    @property
    def asked(self) -> int:
        """How often the list was asked for."""
        return self._asked

    @property
    def answered(self) -> int:
        """Which of these questions was answered last."""
        return self._answered

    @property
    def idle(self) -> bool:
        """Is everything answered that was asked?"""
        return not (self._pages.busy or self._figures.busy or self._cards_soon.isActive())

    @property
    def state(self) -> PaymentsState:
        """What the page shows now."""
        return self._state

    # Asking -----------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Show the list as it was left, fresh, with whatever it can be filtered by now."""
        self._bridge.start(self._lanes["payments"], lambda _job: self._payments().choices(), owner=self,
                           done=self._offered, failed=self._failed)  # fmt: skip
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Ask for list and cards again; what is shown stays until the answers are there."""
        self._cards_ask = None
        self._ask()

    def _ask(self) -> None:
        chosen, ask = self._chosen, self._chosen.ask(self._today())
        self._asked += 1
        number = self._asked
        self._quiet.start()
        self._pages.ask(lambda: self._payments().page(ask), lambda view: self._arrived(number, chosen, view),
                        self._failed)  # fmt: skip

    @Slot()
    def _ask_cards(self) -> None:
        """Ask for the figures once the rows are painted: they would compete with them for the processor."""
        ask = self._chosen.ask(self._today())
        wanted = replace(ask, order=PaymentsAsk().order, descending=True, page=0)
        if wanted != self._cards_ask and not self._pages.busy:
            self._cards_ask = wanted
            self._figures.ask(lambda: self._payments().cards(wanted), self._counted, self._failed)

    @Slot()
    def _prepare(self) -> None:
        """Nobody asks for anything else: any page of a long list shall be there at once. What fails here, the next
        question says."""
        ask, asked, payments = self._chosen.ask(self._today()), self._asked, self._payments
        self._bridge.start(
            self._lanes["payments"], lambda _job: payments().prepare(ask, lambda: self._asked != asked), owner=self,
            failed=lambda _error: None,
        )  # fmt: skip

    def _offered(self, choices: PaymentChoices) -> None:
        self._choices = choices
        self._draw()

    def _arrived(self, number: int, chosen: Chosen, view: PaymentsView) -> None:
        self._notice, self._answered = None, number
        if chosen == self._chosen:
            self._known = view
            self._chosen = replace(chosen, page=view.first // PAGE)
        self._draw()
        self._cards_soon.start()

    def _counted(self, cards: PaymentCards) -> None:
        if cards.ask == self._cards_ask or self._cards is None:
            self._cards = dashboard(cards)
            self._state = replace(self._state, dashboard=self._cards)
            self._view.draw_cards(self._state)
            self._show_again()

    def _failed(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._cards_ask = None
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._known is None:
            self._state = PaymentsState(
                self._chosen, self._shown, self._choices, today=self._today(), dashboard=self._cards,
                skeleton=self._pages.is_late, notice=self._notice,
            )  # fmt: skip
        else:
            self._state = payments_state(
                self._known, self._chosen, shown=self._shown, choices=self._choices, dashboard=self._cards,
                exporting=self._progress, said=self._said, notice=self._notice,
            )  # fmt: skip
        self._view.draw(self._state)
        self._show_again()

    def _show_again(self) -> None:
        """The numbers of the charts follow while they are open."""
        if self._numbers is not None and self._numbers.isVisible() and self._cards is not None:
            self._numbers.draw(self._cards, self._state.filter_words)

    # What is shown ----------------------------------------------------------------------------------------------------

    @Slot(object)
    def _choose(self, chosen: Chosen) -> None:
        """Other filters: back to the first page. A span of one's own begins with the days that were shown."""
        if chosen.span != self._chosen.span:
            ask = self._chosen.ask(self._today())
            chosen = replace(chosen, first=ask.first, last=ask.last)
        self._want(replace(chosen, page=0))

    def _want(self, chosen: Chosen) -> None:
        if chosen != self._chosen:
            self._chosen, self._said = chosen, ""
            self._state = replace(self._state, chosen=chosen)
            self._view.draw_chosen(self._state)
            self._ask()

    @Slot(str)
    def _turn(self, where: str) -> None:
        last = self._known.pages - 1 if self._known else 0
        pages = {"first": 0, "before": self._chosen.page - 1, "after": self._chosen.page + 1, "last": last}
        self._go(pages[where])

    @Slot(int)
    def _go(self, page: int) -> None:
        last = self._known.pages - 1 if self._known else 0
        self._want(replace(self._chosen, page=min(max(page, 0), last)))

    # Where it leads ---------------------------------------------------------------------------------------------------

    @Slot(str)
    def _open(self, key: str) -> None:
        line = self._state.line(key)
        if line is not None and self._doors.payment is not None:
            self._doors.payment(line)

    @Slot(str)
    def _to_ledger(self, key: str) -> None:
        line = self._state.line(key)
        if line is not None:
            self._doors.ledger(line.patient_id)

    @Slot(bool)
    def _copy(self, whole: bool) -> None:
        """Put the selected rows, or every row of the page with its heads, into the clipboard."""
        state, today = self._state, self._state.today or self._today()
        chosen = frozenset(self._view.table.keys)
        lines = state.lines if whole else tuple(line for line in state.lines if line.id in chosen)
        if lines:
            texts = [*([heads(self._shown)] if whole else ()), *(letters(each, self._shown, today) for each in lines)]
            QGuiApplication.clipboard().setText("\n".join(texts))
            self._tell(f"Copied {count_text(len(lines), 'row', 'rows')}.")

    @Slot()
    def _show_numbers(self) -> None:
        """The charts as tables."""
        if self._cards is not None:
            if self._numbers is None:
                from widgets.payments.numbers_dialog import NumbersDialog

                self._numbers = NumbersDialog(self._view.host)
            self._numbers.show_numbers(self._cards, self._state.filter_words)

    # Columns ----------------------------------------------------------------------------------------------------------

    @Slot()
    def _ask_columns(self) -> None:
        if self._columns is None:
            from widgets.payments.columns_dialog import ColumnsDialog

            self._columns = ColumnsDialog(self._view.host)
            self._columns.submitted.connect(self._take_columns)
        self._columns.ask(self._shown)

    @Slot()
    def _take_columns(self) -> None:
        if self._columns is not None:
            self._columns.close_over()
            self._show_columns(self._columns.chosen)

    def _show_columns(self, shown: Shown) -> None:
        """Show other columns, and remember them at this desk."""
        if shown != self._shown:
            self._shown = shown
            self._draw()
            self._bridge.start(self._lanes["store"], lambda _job: self._settings.set(PAYMENT_COLUMNS, shown.text),
                               owner=self, failed=self._failed)  # fmt: skip

    # Saving -----------------------------------------------------------------------------------------------------------

    @Slot()
    def _export(self) -> None:
        """Save what fits the filter; without the right to it somebody who has it types their PIN first."""
        if self._known is None or self._saving is not None:
            return
        if Right.EXPORT in self._session.acting.rights:
            self._choose_file(None)
            return
        payments = count_text(self._state.total, "payment", "payments")
        self._lending.ask(f"Names and amounts of {payments} will be saved. Only you can open the file.", _WHY,
                          self._choose_file)  # fmt: skip

    def _choose_file(self, lender: Person | None) -> None:
        payments, person = self._payments(), self._session.acting
        path = self._doors.ask_list(self._view, payments.file_name("xlsx"))
        if path is None:
            return
        ask, words = self._chosen.ask(self._today()), self._state.filter_words
        self._progress = Exporting(0, self._state.total)
        self._saving = self._bridge.start(
            self._lanes["files"], lambda job: payments.export(ask, path, person, lender, words=words, job=job),
            owner=self, done=self._saved, failed=self._not_saved, progress=self._told_progress,
        )  # fmt: skip
        self._draw()

    def _told_progress(self, progress: Progress) -> None:
        if self._saving is not None:
            self._progress = Exporting(progress.done, progress.total or 0)
            self._view.draw_saving(self._progress)

    @Slot()
    def _stop(self) -> None:
        if self._saving is not None:
            self._saving.cancel()

    def _saved(self, saved: Exported) -> None:
        self._saving = self._progress = None
        payments = count_text(saved.rows, "payment", "payments")
        self._tell(f"Saved {payments} in {saved.file}. Only you can open it on this computer.")

    def _not_saved(self, error: Exception) -> None:
        self._saving = self._progress = None
        if isinstance(error, PosError) and error.message_key == "export.stopped":
            self._tell("Saving was stopped. Nothing was saved.")
        else:
            self._failed(error)

    @Slot()
    def _create(self) -> None:
        if self._doors.create is not None:
            self._doors.create(self._created)

    def _created(self, words: str) -> None:
        """A payment was asked for: say so; the list follows by itself."""
        self._tell(words)

    def _tell(self, words: str) -> None:
        self._said = words
        self._draw()
        self._view.announce(words)
