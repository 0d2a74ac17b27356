"""Whom a form is for: the field that finds a patient, who was found, and who was chosen. Draws; decides nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.views import FoundPatient, PatientHead
from widgets import theme
from widgets.common import Avatar, CellTable, Column, Field, KeycapButton, Role, Text
from widgets.common.cells import AvatarCell, TableRow, WordsCell
from widgets.common.patient import identity_text
from widgets.common.text import NOT_APPLICABLE
from widgets.theme import S10

_FOUND = (Column("Patient", 240, 3), Column("Phone", 120, 1, True))
_ROW, _MOST_ROWS = 46, 3


class FindField(Field):
    """Arrow keys choose among who was found."""

    moved = Signal(QKeyEvent)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(event)
            return
        super().keyPressEvent(event)


def found_table() -> CellTable:
    """Room for who is found; hidden until somebody is."""
    table = CellTable("Found patients", _FOUND, head=False)
    table.hide()
    return table


def show_hits(table: CellTable, hits: tuple[FoundPatient, ...]) -> None:
    """Who was found; the first is marked."""
    table.set_rows(tuple(_hit(hit) for hit in hits))
    if hits:
        table.select_first()
    table.setVisible(bool(hits))
    table.setFixedHeight(min(len(hits), _MOST_ROWS) * theme.current().px(_ROW) + 2)


class Who(QWidget):
    """Who is asked, with two identifiers, and the way to somebody else."""

    def __init__(self, another: QAction) -> None:
        super().__init__()
        self.avatar = Avatar(size="avatar")
        self.name = Text("", "body_strong", elide=True)
        self.identity = Text("", "caption", "muted", elide=True)
        self.another = KeycapButton(action=another, role=Role.LINK, size="control_small")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        words.addWidget(self.identity)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S10)
        row.addWidget(self.avatar)
        row.addLayout(words, 1)
        row.addWidget(self.another)

    def show_patient(self, patient: PatientHead, *, fixed: bool) -> None:
        """Say who it is; `fixed`: the form was opened for them."""
        self.avatar.set(patient.initials)
        self.name.setText(patient.name)
        self.identity.setText(identity_text(patient, phone=True))
        self.another.setVisible(not fixed)
        self.another.setEnabled(not fixed)
        self.setAccessibleName(f"{patient.name}, {identity_text(patient)}")


def _hit(hit: FoundPatient) -> TableRow:
    patient = hit.patient
    cells = (
        AvatarCell(patient.initials, patient.name, identity_text(patient)),
        WordsCell(patient.phone or NOT_APPLICABLE, right=True),
    )
    return TableRow(patient.patient_id, cells, spoken=f"{patient.name}, {identity_text(patient)}")
