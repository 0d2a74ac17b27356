"""Draws the import page: what was chosen, how far it is, what became of it. Says what was pressed; decides nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import (
    Banner,
    Bar,
    Card,
    CellTable,
    CheckBox,
    Column,
    KeycapButton,
    Role,
    Text,
)  # fmt: skip
from widgets.importing.state import ImportState, Step, files_text
from widgets.theme import S8, S10, S12, S20, Themed

_COUNTS = (
    Column("", 130, 1), Column("Read", 76, 0, True), Column("New", 76, 0, True), Column("Changed", 86, 0, True),
    Column("As before", 92, 0, True), Column("Refused", 86, 0, True),
)  # fmt: skip


class ImportView(Themed, QWidget):
    """The page. `files_asked`, `folder_asked`, `check_asked`, `run_asked`, `stop_asked`, `save_asked`."""

    files_asked = Signal()
    folder_asked = Signal()
    check_asked = Signal(bool)
    run_asked = Signal(bool)
    stop_asked = Signal()
    save_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Import")
        self._card = Card(inset=S20)
        self.files = Text("", "body", "text2", wrap=True)
        self.choose_files = KeycapButton("Choose files…", icon="file-text")
        self.choose_folder = KeycapButton("Choose a folder…", icon="upload")
        self.shift = CheckBox("Move visits so that the newest lie on today's schedule (for trying things out)")
        self.check = KeycapButton("Check first")
        self.run = KeycapButton("Import", role=Role.PRIMARY)
        self.doing = Text("", "body_medium")
        self.bar = Bar()
        self.stop = KeycapButton("Stop after this file")
        self.banner = Banner("info")
        self.counts = CellTable("What was read", _COUNTS, lines=1)
        self.refused_title = Text("", "heading_s")
        self.refused = CellTable("What was not taken", (Column("Reason and place", 300, 1),), head=False)
        self.save = KeycapButton("Save the report…")
        self._lay_out()
        self._connect()
        self.follow_theme()

    def _lay_out(self) -> None:
        body = self._card.body
        body.addWidget(Text("Import", "heading"))
        words = (
            "Patients, visits and charges from other programs: FHIR R4 (JSON, NDJSON) and CSV, also packed with gzip."
        )
        body.addWidget(Text(words, "body", "muted", wrap=True))
        body.addSpacing(S12)
        chosen = QHBoxLayout()
        chosen.setSpacing(S8)
        chosen.addWidget(self.choose_files)
        chosen.addWidget(self.choose_folder)
        chosen.addWidget(self.files, 1)
        body.addLayout(chosen)
        body.addSpacing(S8)
        body.addWidget(self.shift)
        body.addSpacing(S8)
        acts = QHBoxLayout()
        acts.setSpacing(S8)
        acts.addWidget(self.run)
        acts.addWidget(self.check)
        acts.addStretch(1)
        body.addLayout(acts)
        self._progress = QWidget()
        progress = QVBoxLayout(self._progress)
        progress.setContentsMargins(0, S12, 0, 0)
        progress.setSpacing(S8)
        progress.addWidget(self.doing)
        progress.addWidget(self.bar)
        stop = QHBoxLayout()
        stop.addWidget(self.stop)
        stop.addStretch(1)
        progress.addLayout(stop)
        body.addWidget(self._progress)
        self._report = QWidget()
        report = QVBoxLayout(self._report)
        report.setContentsMargins(0, S12, 0, 0)
        report.setSpacing(S10)
        report.addWidget(self.banner)
        report.addWidget(self.counts)
        head = QHBoxLayout()
        head.addWidget(self.refused_title, 1)
        head.addWidget(self.save)
        report.addLayout(head)
        report.addWidget(self.refused, 1)
        body.addWidget(self._report, 1)
        self._slack = QWidget()
        self._slack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        body.addWidget(self._slack, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._card)

    def _connect(self) -> None:
        self.choose_files.clicked.connect(self.files_asked)
        self.choose_folder.clicked.connect(self.folder_asked)
        self.check.clicked.connect(lambda: self.check_asked.emit(self.shift.isChecked()))
        self.run.clicked.connect(lambda: self.run_asked.emit(self.shift.isChecked()))
        self.stop.clicked.connect(self.stop_asked)
        self.save.clicked.connect(self.save_asked)

    def draw(self, state: ImportState) -> None:
        """Show `state`."""
        self.files.setText(files_text(state.files))
        running = state.step is Step.RUNNING
        for button in (self.choose_files, self.choose_folder):
            button.set_available(not running, "The import is running")
        for button in (self.check, self.run):
            button.set_available(bool(state.files) and not running, "Choose files first")
        self.shift.setEnabled(not running)
        self._progress.setVisible(running)
        self.doing.setText(state.doing)
        self.bar.set_part(state.part or 0.0)
        report = state.step is Step.REPORT
        self._report.setVisible(report)
        self._slack.setVisible(not report)
        if report:
            self.banner.set(state.title, state.text, meaning=state.meaning)
            self.counts.set_rows(state.counts)
            self.counts.setVisible(bool(state.counts))
            self.counts.setFixedHeight(self.counts.content_height())
            self.refused_title.setText(state.refused_title or "Everything was taken.")
            self.refused.set_rows(state.refused)

    def restyle(self) -> None:
        self.counts.setFixedHeight(self.counts.content_height() or theme.current().size("row_one"))
        self.update()
