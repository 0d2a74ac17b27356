"""Decides what the import page does: runs the story on a lane, stops it between files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from app.lanes import Job, Lane, Progress
from app.words import sentence_for
from widgets.bridge import Bridge
from widgets.importing.state import ImportState, Step, progress_state, report_state
from widgets.importing.view import ImportView

if TYPE_CHECKING:
    from app.importing import Importing, ImportReport

_FILTER = "Patients, visits, charges, plans (*.json *.ndjson *.jsonl *.csv *.tsv *.271 *.x12 *.edi *.gz);;All files (*)"


class ImportPresenter(QObject):
    """One import page. `importing` gives the story, asked for on the lane; `person_id` names who imports."""

    def __init__(
        self,
        view: ImportView,
        *,
        bridge: Bridge,
        lane: Lane,
        importing: Callable[[], Importing],
        person_id: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lane = view, bridge, lane
        self._importing, self._person_id = importing, person_id
        self._state = ImportState()
        self._job: Job[ImportReport] | None = None
        self._report: ImportReport | None = None
        view.files_asked.connect(self._choose_files)
        view.folder_asked.connect(self._choose_folder)
        view.check_asked.connect(lambda shift: self._run(shift=shift, dry_run=True))
        view.run_asked.connect(lambda shift: self._run(shift=shift, dry_run=False))
        view.stop_asked.connect(self._stop)
        view.save_asked.connect(self._save)
        self._draw(self._state)

    @property
    def running(self) -> bool:
        """Is an import on its way?"""
        return self._state.step is Step.RUNNING

    def choose(self, files: tuple[Path, ...]) -> None:
        """These files or folders are to be imported."""
        if files and not self.running:
            self._draw(ImportState(files=files))

    @Slot()
    def _choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self._view, "Choose files to import", "", _FILTER)
        self.choose(tuple(Path(name) for name in names))

    @Slot()
    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self._view, "Choose a folder to import")
        self.choose((Path(name),) if name else ())

    def _run(self, *, shift: bool, dry_run: bool) -> None:
        files, person_id = self._state.files, self._person_id()
        self._draw(ImportState(Step.RUNNING, files, doing="Starting…"))
        self._job = self._bridge.start(
            self._lane,
            lambda job: self._importing().run(
                files, shift_to_today=shift, dry_run=dry_run, job=job, person_id=person_id
            ),
            owner=self._view,
            done=self._ended,
            failed=self._failed,
            progress=self._goes_on,
        )

    def _goes_on(self, progress: Progress) -> None:
        doing, part = progress_state(progress)
        self._draw(replace(self._state, doing=doing, part=part))

    def _ended(self, report: ImportReport) -> None:
        self._report = report
        self._draw(report_state(self._state.files, report))

    def _failed(self, error: Exception) -> None:
        words = sentence_for(error)
        text = " ".join(part for part in (words.body, words.action) if part)
        self._report = None
        self._draw(ImportState(Step.REPORT, self._state.files, title=words.title, text=text, meaning="bad"))

    @Slot()
    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._draw(replace(self._state, doing="Stopping after this file…"))

    @Slot()
    def _save(self) -> None:
        report = self._report
        name, _ = QFileDialog.getSaveFileName(self._view, "Save the report", "import-report.txt")
        if report is None or not name:
            return
        self._bridge.start(
            self._lane, lambda _job: _write(Path(name), report), owner=self._view, failed=self._failed
        )  # fmt: skip

    def _draw(self, state: ImportState) -> None:
        self._state = state
        self._view.draw(state)


def _write(path: Path, report: ImportReport) -> None:
    from app.import_command import report_text
    from models.basics.errors import StorageError

    try:
        path.write_text(report_text(report), encoding="utf-8")
    except OSError as error:
        raise StorageError("store.folder_forbidden", folder=path.parent.name) from error
