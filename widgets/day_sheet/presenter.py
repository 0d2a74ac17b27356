"""Decides what the day sheet shows: asks as filters change, keeps only the newest answer, saves and prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtCore import QObject, QTimer, Slot

from app.day_sheet import PAGE, DaySheet
from app.day_views import DaySheetAsk, DaySheetView, Tab
from app.lanes import Lane
from app.list_views import Exported
from app.papers import PRINT_DPI
from app.views import Person
from models.basics.errors import PosError
from models.rules.rights import Right
from receipts.layouts.pictures import Picture, pictures
from widgets.bridge import Bridge
from widgets.common.files import PAPER_FORMATS, ask_list_path
from widgets.common.lend_dialog import Lending
from widgets.common.slow import AFTER_MS
from widgets.common.speech import Notice, Speech
from widgets.common.when import count_text
from widgets.day_sheet.state import OWN_SPAN, Chosen, DaySheetState, day_sheet_state
from widgets.day_sheet.view import DaySheetPage
from widgets.papers.page_printer import PagePrinter, SystemPrinter
from widgets.session import Session

_WHY = "You do not have the right to export lists."


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the sheet leads: a patient's ledger; and where it says that something was saved."""

    ledger: Callable[[str], None]
    said: Callable[[str], None]


class DaySheetPresenter(QObject):
    """One sheet. While a question is on its way, further ones wait for it and are then asked as one."""

    def __init__(
        self,
        view: DaySheetPage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        sheet: DaySheet,
        session: Session,
        speech: Speech,
        today: Callable[[], date],
        doors: Doors,
        lending: Lending,
        printer: PagePrinter | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes, self._sheet = view, bridge, lanes, sheet
        self._session, self._speech, self._today = session, speech, today
        self._doors, self._lending = doors, lending
        self._printer: PagePrinter = printer or SystemPrinter()
        self._chosen = Chosen()
        self._known: DaySheetView | None = None
        self._running = self._again = False
        self._notice: Notice | None = None
        self._state = DaySheetState()
        self._slow = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._slow.timeout.connect(self._draw)
        view.chosen.connect(self._choose)
        view.tab_chosen.connect(lambda key: self._want(replace(self._chosen, tab=Tab(key), page=0)))
        view.page_moved.connect(self._move_page)
        view.opened.connect(self._open)
        view.cleared.connect(self._clear)
        view.retry_pressed.connect(self.refresh)
        view.export_pressed.connect(self._export)
        view.print_pressed.connect(self._print)

    @property
    def state(self) -> DaySheetState:
        """What the page shows now."""
        return self._state

    @property
    def ask(self) -> DaySheetAsk:
        """The question as it is chosen now."""
        return self._chosen.ask(self._today())

    @Slot()
    def refresh(self) -> None:
        """Ask again; what is shown stays until the answer is there."""
        if self._running:
            self._again = True
            return
        self._running, self._again = True, False
        chosen, ask = self._chosen, self.ask
        self._slow.start()
        self._bridge.start(
            self._lanes["lists"], lambda _job: self._sheet.page(ask), owner=self,
            done=lambda view: self._arrived(chosen, view), failed=self._failed,
        )  # fmt: skip

    def _arrived(self, chosen: Chosen, view: DaySheetView) -> None:
        self._running = False
        self._slow.stop()
        self._notice = None
        if chosen == self._chosen:
            self._known = view
            self._chosen = replace(self._chosen, page=view.first // PAGE)
        self._draw()
        if self._again:
            self.refresh()

    def _failed(self, error: Exception) -> None:
        self._running = False
        self._slow.stop()
        self._tell(error)
        if self._again:
            self.refresh()

    def _tell(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._known is None:
            self._state = DaySheetState(
                chosen=self._chosen, notice=self._notice, skeleton=self._running and not self._slow.isActive()
            )
        else:
            self._state = day_sheet_state(self._known, self._chosen, PAGE, notice=self._notice)
        self._view.draw(self._state)

    # What is shown --------------------------------------------------------------------------------------------------

    @Slot(object)
    def _choose(self, chosen: Chosen) -> None:
        """Other filters: back to the first page. A span of one's own begins with the days that were shown."""
        if chosen.span == OWN_SPAN and self._chosen.span != OWN_SPAN:
            first, last = self._chosen.days(self._today())
            chosen = replace(chosen, first=first, last=last)
        self._want(replace(chosen, tab=self._chosen.tab, page=0))

    def _want(self, chosen: Chosen) -> None:
        if chosen != self._chosen:
            self._chosen = chosen
            self._draw()
            self.refresh()

    @Slot()
    def _clear(self) -> None:
        kept = self._chosen
        self._want(Chosen(kept.span, kept.first, kept.last, kept.by, moved=kept.moved, tab=kept.tab))

    @Slot(int)
    def _move_page(self, pages: int) -> None:
        self._want(replace(self._chosen, page=max(self._chosen.page + pages, 0)))

    @Slot(str)
    def _open(self, key: str) -> None:
        lines = self._known.lines if self._known else ()
        patient = next((line.patient for line in lines if line.key == key), None)
        if patient is not None:
            self._doors.ledger(patient.patient_id)

    # On paper and in files ------------------------------------------------------------------------------------------

    @Slot()
    def _export(self) -> None:
        """Save what is shown; without the right to it somebody who has it types their PIN first."""
        if self._known is None or self._view.export.busy:
            return
        if Right.EXPORT in self._session.acting.rights:
            self._choose_file(None)
            return
        rows = count_text(self._known.rows, "transaction", "transactions")
        self._lending.ask(f"{rows} with names and amounts will be saved in a file only you can open.", _WHY,
                          self._choose_file)  # fmt: skip

    def _choose_file(self, lender: Person | None) -> None:
        ask, person = self.ask, self._session.acting
        path = ask_list_path(self._view, self._sheet.file_name(ask, "xlsx"), "Save the day sheet", PAPER_FORMATS)
        if path is None:
            return
        self._view.export.set_busy("Saving…")
        self._bridge.start(
            self._lanes["lists"], lambda _job: self._sheet.export(ask, path, person, lender), owner=self,
            done=self._exported, failed=self._not_exported,
        )  # fmt: skip

    def _exported(self, saved: Exported) -> None:
        self._view.export.set_idle()
        rows = count_text(saved.rows, "transaction", "transactions")
        self._doors.said(f"Saved {rows} in {saved.file}. Only you can open it on this computer.")

    def _not_exported(self, error: Exception) -> None:
        self._view.export.set_idle()
        self._tell(error)

    @Slot()
    def _print(self) -> None:
        """On the computer's page printer: the summary and the rows of the tab."""
        if self._known is None or self._view.print.busy:
            return
        try:
            if not self._printer.choose(self._view.window(), "Day sheet"):
                return
        except PosError as error:
            self._tell(error)
            return
        ask = self.ask
        self._view.print.set_busy("Printing…")
        self._bridge.start(
            self._lanes["lists"], lambda _job: pictures(self._sheet.pdf(ask), PRINT_DPI), owner=self,
            done=self._paint, failed=self._not_printed,
        )  # fmt: skip

    def _paint(self, pages: tuple[Picture, ...]) -> None:
        self._view.print.set_idle()
        try:
            self._printer.put(pages)
        except PosError as error:
            self._tell(error)
            return
        self._doors.said("The day sheet is on its way to the printer.")

    def _not_printed(self, error: Exception) -> None:
        self._view.print.set_idle()
        self._tell(error)
