"""Exporting a patient's data: what will be in the file, where it shall lie, how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.lanes import Job, Lane, Progress
from app.list_views import Exported
from app.views import Person
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common import IconLabel, Text
from widgets.common.files import ask_list_path
from widgets.common.form_dialog import FormDialog
from widgets.common.lend_dialog import Lending
from widgets.common.speech import Speech
from widgets.theme import S8, S12

if TYPE_CHECKING:
    from app.patient_export import PatientExport

FORMATS = {"ZIP archive (*.zip)": "zip"}
WHAT = (
    ("users", "Record", "Name, address, insurance, family and contacts"),
    ("receipt-text", "Account", "Visits, line items, payments, and every act"),
    ("file-text", "Papers", "The account, every receipt, statement and agreement as PDF"),
    ("calendar-clock", "Plans", "What was agreed, and what happened"),
    ("shield-check", "Documents, notes, consents", "Files as they were added; messages and what was agreed to"),
)
"""What the file holds: icon, title, words."""
_WHY = "You do not have the right to export data."


class ExportDialog(FormDialog):
    """What will be in the file. Enter chooses where it shall lie; Esc stops one that is being made."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Export patient data", "Choose a file…", 600)
        from PySide6.QtWidgets import QGridLayout

        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        grid.setColumnStretch(2, 1)
        for row, (icon, title, words) in enumerate(WHAT):
            grid.addWidget(IconLabel(icon, "text2", 16), row, 0)
            grid.addWidget(Text(title, "body_medium"), row, 1)
            grid.addWidget(Text(words, "caption", "muted", wrap=True), row, 2)
        self.content.addWidget(Text("Everything on record goes into one ZIP file, whole or not at all.", "body",
                                    wrap=True))  # fmt: skip
        self.content.addLayout(grid)

    def draw(self, patient: str, busy: str, verb: str) -> None:
        """For whom it is, and how far it is (empty: not begun)."""
        self.subtitle.setText(patient)
        self.cancel.set_text("Stop" if busy else "Cancel")
        self.say("Only you can open it on this computer. Its name says nothing of the patient; the log keeps that you "
                 "made it.")  # fmt: skip
        self.show_verb(verb, busy, "")


class ExportPresenter(QObject):
    """One dialog, for one patient after the other. `pick` asks where the file shall lie."""

    def __init__(
        self, dialog: ExportDialog, *, bridge: Bridge, lanes: Mapping[str, Lane],
        export: Callable[[], PatientExport], person: Callable[[], Person], lending: Lending, speech: Speech,
        pick: Callable[..., Path | None] = ask_list_path,
    ) -> None:  # fmt: skip
        super().__init__(dialog)
        self._dialog, self._bridge, self._lanes, self._export = dialog, bridge, lanes, export
        self._person, self._lending, self._speech, self._pick = person, lending, speech, pick
        self._done: Callable[[str], None] = lambda _words: None
        self._patient_id = self._name = ""
        self._job: Job[Any] | None = None
        dialog.submitted.connect(self._begin)
        dialog.closed.connect(self._stop)

    @property
    def busy(self) -> bool:
        """Is a file being made?"""
        return self._job is not None

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Say what would be in the file. `done(words)` follows when it is there."""
        if self._job is not None:
            self._dialog.open_over()
            return
        self._patient_id, self._done = patient_id, done
        self._dialog.refuse("")

        def arrived(name: str) -> None:
            self._name = name
            self._draw()
            self._dialog.open_over()

        self._bridge.start(self._lanes["reads"], lambda _job: self._export().whose(patient_id), owner=self,
                           done=arrived, failed=self._failed)  # fmt: skip

    def _draw(self, busy: str = "") -> None:
        self._dialog.draw(self._name, busy or ("Saving" if self._job else ""), "Choose a file…")

    @Slot()
    def _begin(self) -> None:
        """Choose where; without the right to it somebody who has it types their PIN first."""
        if self._job is not None:
            return
        if Right.EXPORT in self._person().rights:
            self._choose(None)
            return
        what = "All that is on record of this patient will be saved in a file only you can open."
        self._lending.ask(what, _WHY, self._choose)

    def _choose(self, lender: Person | None) -> None:
        path = self._pick(self._dialog, self._export().file_name(), "Export patient data", FORMATS)
        if path is None:
            return
        patient_id, person = self._patient_id, self._person()
        self._dialog.refuse("")
        self._job = self._bridge.start(
            self._lanes["documents"], lambda job: self._export().export(patient_id, path, person, job, lender),
            owner=self, done=self._exported, failed=self._failed, progress=self._step,
        )  # fmt: skip
        self._draw()

    def _step(self, progress: Progress) -> None:
        if self._job is not None and progress.total:
            self._draw(f"Saving {progress.done} of {progress.total}")

    def _exported(self, saved: Exported) -> None:
        self._job = None
        self._dialog.close_over()
        self._done(f"Saved as {saved.file}, {saved.rows} parts. Only you can open it on this computer.")

    def _failed(self, error: Exception) -> None:
        self._job = None
        self._draw()
        notice = self._speech.error(error)
        self._dialog.refuse(f"{notice.title}. {notice.body}")
        if not self._dialog.isVisible():
            self._dialog.open_over()

    @Slot()
    def _stop(self) -> None:
        """Closed: what is being made is given up, and nothing of it stays."""
        if self._job is not None:
            self._job.cancel()
