"""Decides what the documents' panel shows and does: files taken in one after another, looked at, copied, removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QStandardPaths, QTimer, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from app.document_views import DocumentItem, DocumentList, Preview
from app.kept_documents import LARGEST_IMAGE, MOST_PAGES, KeptDocuments
from app.lanes import Job, Lane, Progress
from app.signin import SignIn
from models.basics.errors import RuleBroken
from models.rules.documents import file_name
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.documents.dialog import PreviewDialog, RemoveDialog, image_from
from widgets.documents.state import DocumentsState, rows_of
from widgets.documents.view import DocumentsPanel
from widgets.session import Session

WATCH_MS = 250
"""What is on its way is drawn again no more often than this."""


def ask_place(parent: QWidget, name: str) -> Path | None:
    """Where a copy shall lie; None when the clerk gave up."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save a copy", str(Path(folder) / name))
    return Path(chosen) if chosen else None


@dataclass(frozen=True, slots=True)
class Stories:
    """What the panel asks: `documents` is made at the first use, `sign_in` knows whose PIN lends a right."""

    documents: Callable[[], KeptDocuments]
    sign_in: SignIn


class DocumentsPresenter(QObject):
    """One panel, about one patient, payment or request after another. Nothing is shown before `open`."""

    def __init__(
        self, view: DocumentsPanel, *, bridge: Bridge, lanes: Mapping[str, Lane], stories: Stories, session: Session,
        speech: Speech, today: Callable[[], date], place: Callable[[QWidget, str], Path | None] = ask_place,
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._bridge, self._lanes, self._stories = view, bridge, lanes, stories
        self._session, self._speech, self._today, self._place = session, speech, today, place
        self._patient_id = self._subject_id = ""
        self._known: DocumentList | None = None
        self._queue: list[Path] = []
        self._state = DocumentsState(waiting=True)
        self._questions = Newest(bridge, lanes["reads"], self)
        self._moved = QTimer(self, singleShot=True, interval=WATCH_MS)
        self._moved.timeout.connect(self.refresh)
        self._dialogs: tuple[PreviewDialog, RemoveDialog] | None = None
        self._listening = self._newest_due = False
        self._round = 0
        view.added.connect(self.add)
        view.chosen.connect(self._choose)
        view.opened.connect(self._open)
        view.save_pressed.connect(self._save)
        view.remove_pressed.connect(self._ask_removal)
        view.retry_pressed.connect(self.refresh)

    @property
    def state(self) -> DocumentsState:
        """What the panel shows now."""
        return self._state

    @property
    def dialogs(self) -> tuple[PreviewDialog, RemoveDialog]:
        """The two dialogs over the panel's window, made when first needed."""
        if self._dialogs is None:
            preview, removal = PreviewDialog(self._view.window()), RemoveDialog(self._view.window())
            preview.save_pressed.connect(self._save)
            removal.submitted.connect(self._remove)
            self._dialogs = (preview, removal)
        return self._dialogs

    def open(self, patient_id: str, subject_id: str = "") -> None:
        """Show the documents of a patient, or of one payment or request of theirs."""
        if (patient_id, subject_id) != (self._patient_id, self._subject_id):
            self._patient_id, self._subject_id, self._known = patient_id, subject_id, None
            self._queue.clear()
            self._draw(DocumentsState(waiting=True))
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read again; what is shown stays until the answer is there."""
        asked = (self._patient_id, self._subject_id)
        if not self._patient_id:
            return
        person, story = self._session.person, self._stories.documents

        def read() -> DocumentList:
            return story().view(*asked, person)

        def arrived(found: DocumentList) -> None:
            if asked == (self._patient_id, self._subject_id):
                self._arrived(found)

        self._questions.ask(read, arrived, self._failed)

    def _arrived(self, found: DocumentList) -> None:
        if not self._listening:
            self._listening = True
            self._bridge.listen(self._stories.documents().subscribe, self, self._on_its_way)
        self._known = found
        there = any(each.document_id == self._state.chosen for each in found.items)
        kept = self._state.chosen if there and not self._newest_due else ""
        self._newest_due = False
        chosen = kept or (found.items[0].document_id if found.items else "")
        rows = rows_of(found, self._today(), wide=self._view.wide)
        self._draw(replace(self._state, items=found.items, rows=rows, chosen=chosen, waiting=False))

    def _on_its_way(self) -> None:
        if not self._moved.isActive():
            self._moved.start()

    def _draw(self, state: DocumentsState) -> None:
        self._state = state
        self._view.draw(state)
        item = state.item
        words = self._speech.key(f"documents.state.{item.state}") if item else None
        self._view.explain(f"{words.title}. {words.body}".strip() if words else "")

    @Slot(str)
    def _choose(self, document_id: str) -> None:
        self._draw(replace(self._state, chosen=document_id))

    def _failed(self, error: Exception) -> None:
        self._draw(replace(self._state, busy="", said="", waiting=False, notice=self._speech.error(error)))

    # Adding ---------------------------------------------------------------------------------------------------------

    @Slot(list)
    def add(self, paths: list[Path]) -> None:
        """Take files in, one after another; one that is refused does not stop the others."""
        idle = not self._queue
        self._queue += paths
        self._draw(replace(self._state, notice=None, said=""))
        if idle:
            self._next(0, None)

    def _next(self, taken: int, refused: Notice | None) -> None:
        if not self._queue:
            self._added(taken, refused)
            return
        path, person, whom = self._queue[0], self._session.acting, (self._patient_id, self._subject_id)
        self._draw(replace(self._state, busy=f"Taking in {path.name}"))

        def work(job: Job[DocumentList]) -> DocumentList:
            return self._stories.documents().add(path, *whom, person, job)

        def over(took: int, told: Notice | None) -> None:
            if self._queue and self._queue[0] == path:
                self._queue.pop(0)
            self._next(taken + took, told or refused)

        def failed(error: Exception) -> None:
            notice = self._speech.error(error)
            over(0, Notice(f"{path.name}: {notice.title}", notice.body))

        self._bridge.start(self._lanes["documents"], work, owner=self, done=lambda _found: over(1, None),
                           failed=failed, progress=self._progress)  # fmt: skip

    def _progress(self, step: Progress) -> None:
        if step.total and self._queue:
            self._draw(replace(self._state, busy=f"Taking in {self._queue[0].name}, {100 * step.done // step.total} %"))

    def _added(self, taken: int, refused: Notice | None) -> None:
        said = f"{taken} added" if taken > 1 else "Added" if taken else ""
        self._newest_due = taken > 0
        self._draw(replace(self._state, busy="", said=said, notice=refused))
        if said:
            self._view.say(said)
        self.refresh()

    # Looking --------------------------------------------------------------------------------------------------------

    @Slot()
    def _open(self) -> None:
        item = self._state.item
        if item is None or not self._state.can_open:
            return
        self._round += 1
        mine, dialog = self._round, self.dialogs[0]
        dialog.draw(item.name, None, "Opening…")
        dialog.open_over()

        def work(job: Job[Any]) -> tuple[Preview, QImage | None]:
            preview = self._stories.documents().look(item.document_id, job)
            image = image_from(preview.image, LARGEST_IMAGE) if preview.image else None
            if preview.image and image is None:
                raise RuleBroken("documents.image_unreadable")
            return preview, image

        def done(found: tuple[Preview, QImage | None]) -> None:
            if mine == self._round and dialog.isVisible():
                self._show(dialog, replace(found[0], item=item), found[1])

        def failed(error: Exception) -> None:
            if mine == self._round:
                notice = self._speech.error(error)
                dialog.draw(item.name, None, error=f"{notice.title}. {notice.body}")

        def told(step: Progress) -> None:
            if mine == self._round and step.total:
                dialog.draw(item.name, None, f"Fetching it from the hub, {100 * step.done // step.total} %")

        self._bridge.start(self._lanes["documents"], work, owner=self, done=done, failed=failed, progress=told)

    def _show(self, dialog: PreviewDialog, preview: Preview, image: QImage | None) -> None:
        more = preview.page_count > MOST_PAGES
        note = f"The first {MOST_PAGES} pages. A copy has all of them." if more else ""
        dialog.draw(preview.item.name, preview, note)
        if image is not None:
            dialog.show_image(image)

    @Slot()
    def _save(self) -> None:
        item = self._state.item
        if item is None or not self._state.can_open:
            return
        path = self._place(self._view.window(), file_name(item.name, item.media_type))
        if path is None:
            return
        self._draw(replace(self._state, busy="Saving a copy", notice=None))

        def saved(_path: Path) -> None:
            self._draw(replace(self._state, busy="", said="Copy saved"))
            self._view.say("Copy saved")

        def failed(error: Exception) -> None:
            notice = self._speech.error(error)
            if self.dialogs[0].isVisible():
                self.dialogs[0].error.set(f"{notice.title}. {notice.body}")
            self._failed(error)

        self._bridge.start(
            self._lanes["documents"], lambda job: self._stories.documents().save_copy(item.document_id, path, job),
            owner=self, done=saved, failed=failed,
        )  # fmt: skip

    # Taking out -----------------------------------------------------------------------------------------------------

    @Slot()
    def _ask_removal(self) -> None:
        item = self._state.item
        if item is not None:
            self.dialogs[1].ask(item.name, self._why_lent(item))

    def _why_lent(self, item: DocumentItem) -> str:
        alone = item.mine or Right.BILLING in self._session.acting.rights
        return "" if alone else "It was added by somebody else, or before today: a manager's PIN is needed."

    @Slot()
    def _remove(self) -> None:
        item, dialog = self._state.item, self.dialogs[1]
        if item is None:
            dialog.close_over()
            return
        reason, pin = dialog.reason.text(), dialog.lend.pin.text()
        if not reason.strip():
            dialog.row.set_error("Enter why it is taken out.")
            dialog.reason.setFocus()
            return
        needs_pin, person = bool(self._why_lent(item)), self._session.acting
        dialog.show_verb("Take out", "Taking out", "")

        def work(_job: Job[Any]) -> DocumentList:
            lender = self._stories.sign_in.supervise(pin, Right.BILLING) if needs_pin else None
            return self._stories.documents().remove(item.document_id, reason, person, lender)

        def done(_found: DocumentList) -> None:
            dialog.close_over()
            self._draw(replace(self._state, said="Taken out", notice=None))
            self._view.say("Taken out")
            self.refresh()

        def failed(error: Exception) -> None:
            notice = self._speech.error(error)
            dialog.show_verb("Take out", "", "")
            dialog.refuse(f"{notice.title}. {notice.body}")

        self._bridge.start(self._lanes["store"], work, owner=self, done=done, failed=failed)
