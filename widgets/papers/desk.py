"""Decides what happens to papers: looked at, saved, printed, sent; a statement previewed, issued and then printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QStandardPaths, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.lanes import Lane
from app.papers import RECEIPTS, Paper, Papers
from app.statements import DUE_DAYS, Covers, StatementDraft
from models.basics.errors import PosError
from models.basics.money import show_cents
from receipts.layouts.pictures import Picture
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.papers.dialog import PaperDialog, PaperState
from widgets.papers.page_printer import PagePrinter, SystemPrinter
from widgets.session import Session

if TYPE_CHECKING:
    from app.statements import Statements
    from receipts.attachments import Document
    from receipts.statement import StatementDocument

Said = Callable[[str], None]
Send = Callable[[str, str, Said], None]
"""Sends a paper by its name to a patient."""
T = TypeVar("T")


_TITLES = {"statement": "Statement", "superbill": "Superbill", "agreement": "Payment agreement",
           "good_faith": "Good faith estimate"}  # fmt: skip
_VERBS = {"superbill": "Print", "agreement": "Print", "good_faith": "Print"}
_PRINTED = {"statement": "Statement printed again", "superbill": "Superbill printed",
            "agreement": "Agreement printed", "good_faith": "Good faith estimate printed"}  # fmt: skip
_RECEIPT_NOTE = "Prints on the receipt printer, marked COPY."
_PAGE_NOTE = "This desk has no receipt printer. It prints on a page printer of this computer."
_NOTES = {
    "statement": "Prints as it was issued, marked as a copy.",
    "superbill": "Services, codes and prices of this visit as they stand now. It goes on letter paper.",
    "good_faith": "It lies under Documents as it is shown here and stays so. It goes on letter paper.",
    "agreement": "The agreement as it is saved, with room to sign. It goes on letter paper.",
}
"""What is said of kinds of paper; everything else is a receipt."""


def ask_path(parent: QWidget, name: str) -> Path | None:
    """Where a PDF shall be saved, or None when the clerk gave up."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save as PDF", str(Path(folder) / name), "PDF (*.pdf)")
    return Path(chosen) if chosen else None


class PaperDesk(QObject):
    """One dialog over `host`. `printer` is where letter pages go, `where` asks for a file, `send` what sends a paper
    (None: nothing does)."""

    def __init__(
        self,
        host: QWidget,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        statements: Statements,
        papers: Papers,
        session: Session,
        speech: Speech,
        today: Callable[[], date],
        send: Send | None = None,
        printer: PagePrinter | None = None,
        where: Callable[[QWidget, str], Path | None] = ask_path,
    ) -> None:
        super().__init__(host)
        self._host, self._bridge, self._lanes = host, bridge, lanes
        self._statements, self._papers, self._session = statements, papers, session
        self._speech, self._today, self._where = speech, today, where
        self._printer: PagePrinter = printer or SystemPrinter()
        self._send_on = send
        self._said: Said = lambda _words: None
        self._draft: StatementDraft | None = None
        self._patient_id = ""
        self._at_once = self._on_page = False
        self._round = 0
        self.state = PaperState("")
        self.dialog = PaperDialog(host)
        self.dialog.print_pressed.connect(self._print)
        self.dialog.page_pressed.connect(self._print_on_page)
        self.dialog.save_pressed.connect(self._save)
        self.dialog.send_pressed.connect(self._send)
        self.dialog.chosen.connect(self._choose)

    # Opening ------------------------------------------------------------------------------------------------------

    def open(
        self, name: str, said: Said, *, at_once: bool = False, patient_id: str = "", on_page: bool = False
    ) -> None:  # fmt: skip
        """Show a paper of the books; with `at_once` it is printed right away: receipts without a dialog, with `on_page`
        on a page printer. It can be sent where `patient_id` says to whom."""
        self._on_page = on_page
        kind = name.partition(":")[0]
        self._said, self._draft, self._at_once, self._patient_id = said, None, at_once, patient_id
        self._draw(PaperState(_TITLES.get(kind, "Receipt"), verb=_VERBS.get(kind, "Print again"),
                              can_send=self._can_send))  # fmt: skip
        if not (at_once and kind in RECEIPTS):
            self.dialog.open_over()
        self._read(lambda: self._papers.look(name), self._came)

    @property
    def _can_send(self) -> bool:
        return self._send_on is not None and bool(self._patient_id)

    def make(self, patient_id: str, said: Said, *, whole_family: bool = False) -> None:
        """Preview a new statement and what it shall cover."""
        self._said, self._patient_id, self._at_once = said, patient_id, False
        choices = {"covers": Covers.OPEN.value, "due_days": str(DUE_DAYS[1]), "whole_family": "yes" * whole_family}
        self._draw(PaperState("New statement", choices=choices, verb="Print statement", in_family=whole_family,
                              can_send=self._can_send))  # fmt: skip
        self.dialog.open_over()
        self._preview()

    def _preview(self) -> None:
        chosen = self.state.choices or {}
        covers, days, family = chosen["covers"], int(chosen["due_days"]), bool(chosen["whole_family"])

        def work() -> tuple[StatementDraft, Paper]:
            draft = self._statements.draft(self._patient_id, whole_family=family, covers=Covers(covers), due_days=days)
            return draft, self._papers.proof(draft)

        self._read(work, self._previewed)

    def _previewed(self, found: tuple[StatementDraft, Paper]) -> None:
        self._draft, paper = found
        document = self._draft.document
        facts = (("Statement balance", show_cents(document.balance_cents)),
                 ("On account", show_cents(document.unallocated_cents)),
                 ("To pay", show_cents(document.to_pay_cents)))  # fmt: skip
        note = (
            "Nothing is open here, so there is nothing to send. Choose all visits to list what was paid."
            if self._draft.empty
            else "It gets its number and is kept in the account's log when it is printed or saved."
        )
        can = not self._draft.empty
        self._draw(replace(self.state, paper=paper, facts=facts, note=note, can_print=can, can_save=can,
                           can_send=can and self._can_send, in_family=self._draft.in_family))  # fmt: skip

    def _came(self, paper: Paper) -> None:
        title = f"{_TITLES.get(paper.kind, 'Receipt')} {paper.number}".strip()
        on_roll = self._papers.has_receipt_printer
        note = _NOTES.get(paper.kind, _RECEIPT_NOTE if on_roll else _PAGE_NOTE)
        self._draw(replace(self.state, title=title, paper=paper, note=note,
                           can_choose_printer=on_roll and not paper.on_letter))  # fmt: skip
        if self._at_once and self._on_page:
            self._print_on_page()
        elif self._at_once:
            self._print()

    @Slot(str, str)
    def _choose(self, name: str, key: str) -> None:
        self._draw(replace(self.state, choices={**(self.state.choices or {}), name: key}, error=""))
        self._preview()

    # Printing and saving ------------------------------------------------------------------------------------------

    @Slot()
    def _print(self) -> None:
        paper = self.state.paper
        if paper is None or self.state.busy:
            return
        if self._draft is None and not paper.on_letter and not self._papers.has_receipt_printer:
            self._print_on_page()
            return
        if self._draft is None and not paper.on_letter:
            person = self._session.acting
            words = "The receipt is on its way to the printer, marked COPY."
            self._store(lambda: self._papers.print_receipt(paper, person), lambda _none: self._ended(words))
            return
        if not self._chosen():
            return
        if self._draft is None:
            self._to_printer(paper, _PRINTED[paper.kind])
        else:
            self._issue("print", lambda made: self._to_printer(made, f"Statement {made.number} printed"))

    @Slot()
    def _print_on_page(self) -> None:
        """A receipt on a page printer of this computer: where there is no receipt printer, or it is out."""
        paper = self.state.paper
        if paper is None or self.state.busy or paper.on_letter or not self._chosen():
            return
        person, papers = self._session.acting, self._papers

        def paint(job_id: str, pages: tuple[Picture, ...]) -> None:
            try:
                self._printer.put(pages)
            except PosError as error:
                why = error
                self._store(lambda: papers.handed_out(job_id, taken=False), lambda _none: self._failed(why))
                return
            words = "The receipt is on its way to the printer that was chosen."
            self._store(lambda: papers.handed_out(job_id, taken=True), lambda _none: self._ended(words))

        def taken(job: tuple[str, Document]) -> None:
            self._read(lambda: papers.pages_of(job[1]), lambda pages: paint(job[0], pages))

        self._store(lambda: papers.hand_out(paper.name, person), taken)

    def _chosen(self) -> bool:
        """Ask which page printer. What goes wrong is said in the dialog."""
        try:
            return self._printer.choose(self._host, self.state.title)
        except PosError as error:
            self._failed(error)
            return False

    @Slot()
    def _save(self) -> None:
        paper = self.state.paper
        if paper is None or self.state.busy:
            return
        path = self._where(self._host, f"{(paper.number or paper.kind).lower()}.pdf")
        if path is None:
            return
        if self._draft is None:
            self._to_file(paper, path)
        else:
            self._issue("pdf", lambda made: self._to_file(made, path))

    @Slot()
    def _send(self) -> None:
        """On to the dialog that sends; a new statement is issued first."""
        paper = self.state.paper
        if paper is None or self.state.busy or not self._can_send:
            return
        if self._draft is None:
            self._to_sender(paper)
        else:
            self._issue("email", self._to_sender)

    def _to_sender(self, paper: Paper) -> None:
        send, patient_id, said = self._send_on, self._patient_id, self._said
        self._draw(replace(self.state, busy=""))
        self.dialog.close_over()
        if send is not None:
            send(paper.name, patient_id, said)

    def _issue(self, channel: str, then: Callable[[Paper], None]) -> None:
        """Write the statement down, make its pages with their number, and go on."""
        draft, person = self._draft, self._session.acting
        if draft is None:
            return

        def issued(document: StatementDocument) -> None:
            self._draft = None  # from here on it is a paper of the books
            made = replace(draft, document=document)
            self._read(lambda: replace(self._papers.proof(made), number=document.number,
                                       name=f"statement:{draft.statement_id}"), then)  # fmt: skip

        self._store(lambda: self._statements.issue(draft, channel, person), issued)

    def _to_printer(self, paper: Paper, words: str) -> None:
        self._draw(replace(self.state, paper=paper))

        def paint(pages: tuple[Picture, ...]) -> None:
            try:
                self._printer.put(pages)
            except PosError as error:
                self._failed(error)
                return
            self._ended(words)

        self._read(lambda: self._papers.for_printer(paper), paint)

    def _to_file(self, paper: Paper, path: Path) -> None:
        self._draw(replace(self.state, paper=paper))
        what = f"{_TITLES.get(paper.kind, 'Receipt')} {paper.number}".strip()
        self._store(lambda: self._papers.save(paper, path), lambda _path: self._ended(f"{what} saved as PDF"))

    # The rest -----------------------------------------------------------------------------------------------------

    def _read(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._start("reads", work, done)

    def _store(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._draw(replace(self.state, busy="Working", error=""))
        self._start("store", work, done)

    def _start(self, lane: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._round += 1
        asked = self._round

        def arrived(value: T) -> None:
            if asked == self._round:
                self.state = replace(self.state, busy="")
                done(value)

        def failed(error: Exception) -> None:
            if asked == self._round:
                self._failed(error)

        self._bridge.start(self._lanes[lane], lambda _job: work(), owner=self, done=arrived, failed=failed)

    def _failed(self, error: Exception) -> None:
        notice = self._speech.error(error)
        self._draw(replace(self.state, busy="", error=f"{notice.title}. {notice.body}".strip()))
        if not self.dialog.isVisible():
            self.dialog.open_over()
        if self._draft is not None and isinstance(error, PosError) and error.message_key == "account.changed":
            self._preview()  # as it is now, under the words that say so

    def _ended(self, words: str) -> None:
        self._draw(replace(self.state, busy=""))
        self.dialog.close_over()
        self._said(words)

    def _draw(self, state: PaperState) -> None:
        self.state = state
        self.dialog.draw(state)
