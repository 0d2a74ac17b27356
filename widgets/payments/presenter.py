"""Decides what the payments show: asks as filters change, keeps only the newest answer, leads to payment and ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication

from app.lanes import Lane
from app.payment_views import PAGE, PaymentCards, PaymentChoices, PaymentLine, PaymentsAsk, PaymentsView
from app.payments import Payments
from widgets.bridge import Bridge
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.common.when import count_text
from widgets.payments.columns import Shown
from widgets.payments.figures import Dashboard, dashboard
from widgets.payments.state import Chosen, PaymentsState, heads, letters, payments_state
from widgets.payments.view import PaymentsPage


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the list leads: a payment (None: no such page), the ledger of a patient."""

    ledger: Callable[[str], None]
    payment: Callable[[PaymentLine], None] | None = None


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
        doors: Doors,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes, self._payments = view, bridge, lanes, payments
        self._speech, self._today, self._doors = speech, today, doors
        self._chosen = Chosen()
        self._shown = Shown()
        self._choices = PaymentChoices()
        self._known: PaymentsView | None = None
        self._cards: Dashboard | None = None
        self._cards_ask: PaymentsAsk | None = None
        self._notice: Notice | None = None
        self._said = ""
        self._state = PaymentsState()
        self._pages, self._figures = (Newest(bridge, lanes["payments"], self) for _ in range(2))
        self._pages.late.connect(self._draw)
        self._connect()

    def _connect(self) -> None:
        view = self._view
        view.bar.chosen.connect(self._choose)
        view.table.sort_wanted.connect(lambda name: self._want(self._chosen.by_column(name)))
        view.page_wanted.connect(self._turn)
        view.opened.connect(self._open)
        view.ledger_wanted.connect(self._to_ledger)
        view.copy_pressed.connect(self._copy)
        view.cleared.connect(lambda: self._want(replace(self._chosen.cleared, page=0)))
        view.retry_pressed.connect(self.refresh)

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
        self._pages.ask(lambda: self._payments().page(ask), lambda view: self._arrived(chosen, view), self._failed)
        wanted = replace(ask, order=PaymentsAsk().order, descending=True, page=0)
        if wanted != self._cards_ask:
            self._cards_ask = wanted
            self._figures.ask(lambda: self._payments().cards(wanted), self._counted, self._failed)

    def _offered(self, choices: PaymentChoices) -> None:
        self._choices = choices
        self._draw()

    def _arrived(self, chosen: Chosen, view: PaymentsView) -> None:
        self._notice = None
        if chosen == self._chosen:
            self._known = view
            self._chosen = replace(chosen, page=view.first // PAGE)
        self._draw()

    def _counted(self, cards: PaymentCards) -> None:
        if cards.ask == self._cards_ask or self._cards is None:
            self._cards = dashboard(cards)
            self._draw()

    def _failed(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._cards_ask = None
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._known is None:
            self._state = PaymentsState(
                self._chosen, self._shown, self._choices, self._today(), dashboard=self._cards,
                skeleton=self._pages.is_late, notice=self._notice,
            )  # fmt: skip
        else:
            self._state = payments_state(
                self._known, self._chosen, shown=self._shown, choices=self._choices, dashboard=self._cards,
                said=self._said, notice=self._notice,
            )  # fmt: skip
        self._view.draw(self._state)

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
            self._draw()
            self._ask()

    @Slot(str)
    def _turn(self, where: str) -> None:
        last = self._known.pages - 1 if self._known else 0
        pages = {"first": 0, "before": self._chosen.page - 1, "after": self._chosen.page + 1, "last": last}
        self._want(replace(self._chosen, page=min(max(pages[where], 0), last)))

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
        """Put the row in focus, or every row of the page with its heads, into the clipboard."""
        state, today = self._state, self._state.today or self._today()
        line = state.line(self._view.table.key)
        lines = state.lines if whole else (line,) if line else ()
        if lines:
            texts = [*([heads(self._shown)] if whole else ()), *(letters(each, self._shown, today) for each in lines)]
            QGuiApplication.clipboard().setText("\n".join(texts))
            self._tell(f"Copied {count_text(len(lines), 'row', 'rows')}.")

    def _tell(self, words: str) -> None:
        self._said = words
        self._draw()
        self._view.announce(words)
