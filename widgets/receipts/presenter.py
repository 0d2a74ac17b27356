"""Decides what the list of receipts shows, and what happens to those that were chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.lanes import Lane
from app.list_views import Exported
from app.receipt_list import ReceiptLine, ReceiptsView
from app.views import Person
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common.files import ask_list_path
from widgets.common.lend_dialog import Lending
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.common.when import count_text
from widgets.receipts.state import Chosen, ReceiptsState, receipts_state
from widgets.receipts.view import ReceiptsPage
from widgets.session import Session

if TYPE_CHECKING:
    from app.receipt_list import Receipts

_WHY = "You do not have the right to export lists."
Said = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the list leads: back, a paper to look at, papers to send (names, patient, what to call with words), and a
    file for a PDF."""

    back: Callable[[], None]
    show: Callable[[str, str, Said], None]
    send: Callable[[Sequence[str], str, Said], None]
    ask_pdf: Callable[[QWidget, str], Path | None]
    ask_list: Callable[[QWidget, str], Path | None] = ask_list_path


class ReceiptsPresenter(QObject):
    """One list of receipts."""

    def __init__(
        self,
        view: ReceiptsPage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        receipts: Callable[[], Receipts],
        session: Session,
        speech: Speech,
        today: Callable[[], date],
        doors: Doors,
        lending: Lending,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes, self._receipts = view, bridge, lanes, receipts
        self._session, self._speech, self._today = session, speech, today
        self._doors, self._lending = doors, lending
        self._chosen, self._ticked = Chosen(), frozenset[str]()
        self._known: ReceiptsView | None = None
        self._notice: Notice | None = None
        self._state = ReceiptsState()
        self._questions = Newest(bridge, lanes["lists"], self)
        self._questions.late.connect(self._draw)
        view.span_chosen.connect(lambda span: self._want(replace(self._chosen, span=span)))
        view.ticked.connect(self._tick)
        view.all_pressed.connect(self._all)
        view.opened.connect(self._show)
        view.print_pressed.connect(self._print)
        view.save_pressed.connect(self._save)
        view.send_pressed.connect(self._send)
        view.export_pressed.connect(self._export)
        view.back_pressed.connect(doors.back)
        view.retry_pressed.connect(self.refresh)

    @property
    def state(self) -> ReceiptsState:
        """What the page shows now."""
        return self._state

    def open(self, patient_id: str) -> None:
        """List the receipts of a patient; without one, those of the days that were chosen."""
        wanted = replace(self._chosen, patient_id=patient_id)
        if wanted == self._chosen:
            self.refresh()
        else:
            self._want(wanted)

    @Slot()
    def refresh(self) -> None:
        """Ask again; what is shown stays until the answer is there."""
        chosen = self._chosen
        ask = chosen.ask(self._today())
        self._questions.ask(lambda: self._receipts().page(ask), lambda view: self._arrived(chosen, view), self._failed)

    def _arrived(self, chosen: Chosen, view: ReceiptsView) -> None:
        if chosen == self._chosen:
            self._known, self._notice = view, None
        self._draw()

    def _failed(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._known is None:
            self._state = ReceiptsState(self._chosen, notice=self._notice, skeleton=self._questions.is_late)
        else:
            self._state = receipts_state(self._known, self._chosen, self._ticked, self._notice)
        self._view.draw(self._state)

    def _want(self, chosen: Chosen) -> None:
        if chosen != self._chosen:
            self._chosen, self._known, self._ticked = chosen, None, frozenset()
            self._view.said.setText("")
            self._draw()
            self.refresh()

    # Choosing -------------------------------------------------------------------------------------------------------

    @Slot(str)
    def _tick(self, name: str) -> None:
        self._ticked ^= {name}
        self._draw()

    @Slot()
    def _all(self) -> None:
        every = frozenset(line.name for line in self._state.lines)
        self._ticked = frozenset() if every <= self._ticked else every
        self._draw()

    def _wanted(self) -> tuple[str, ...]:
        """The ticked receipts in the list's order; without ticks the one in focus."""
        key = self._view.table.key
        return self._state.ticked or ((key,) if key else ())

    # What happens to them -------------------------------------------------------------------------------------------

    @Slot(str)
    def _show(self, name: str) -> None:
        line = self._state.line(name)
        if line is not None:
            self._doors.show(name, line.patient.patient_id, self._view.announce)

    @Slot()
    def _print(self) -> None:
        names, person = self._wanted(), self._session.acting
        self._start("store", lambda: self._receipts().print(names, person),
                    lambda count: self._told(f"{count_text(count, 'receipt', 'receipts')} on the way to the printer, "
                                             "marked COPY."))  # fmt: skip

    @Slot()
    def _save(self) -> None:
        names = self._wanted()
        path = self._doors.ask_pdf(self._view, self._receipts().file_name("pdf"))
        if path is not None:
            self._start("lists", lambda: self._receipts().save(names, path), self._saved)

    @Slot()
    def _send(self) -> None:
        """Receipts of one patient go in one message."""
        lines = [line for name in self._wanted() if (line := self._state.line(name)) is not None]
        if len(_whose(lines)) > 1:
            self._told("These receipts are of several patients: choose those of one.")
        elif lines:
            self._doors.send([line.name for line in lines], lines[0].patient.patient_id, self._view.announce)

    @Slot()
    def _export(self) -> None:
        """Save what is listed; without the right to it somebody who has it types their PIN first."""
        if self._known is None or self._view.export.busy:
            return
        if Right.EXPORT in self._session.acting.rights:
            self._choose_file(None)
            return
        what = f"Names and amounts of {count_text(len(self._state.lines), 'receipt', 'receipts')} will be saved."
        self._lending.ask(f"{what} Only you can open the file.", _WHY, self._choose_file)

    def _choose_file(self, lender: Person | None) -> None:
        path = self._doors.ask_list(self._view, self._receipts().file_name("csv"))
        if path is None:
            return
        ask, person = self._chosen.ask(self._today()), self._session.acting
        self._view.export.set_busy("Saving…")
        self._start("lists", lambda: self._receipts().export(ask, path, person, lender), self._saved)

    def _saved(self, saved: Exported) -> None:
        self._view.export.set_idle()
        receipts = count_text(saved.rows, "receipt", "receipts")
        self._told(f"Saved {receipts} in {saved.file}. Only you can open it on this computer.")

    def _told(self, words: str) -> None:
        self._draw()
        self._view.announce(words)

    def _start(self, lane: str, work: Callable[[], object], done: Callable[..., None]) -> None:
        def failed(error: Exception) -> None:
            self._view.export.set_idle()
            self._failed(error)

        self._bridge.start(self._lanes[lane], lambda _job: work(), owner=self, done=done, failed=failed)


def _whose(lines: Sequence[ReceiptLine]) -> frozenset[str]:
    return frozenset(line.patient.patient_id for line in lines)
