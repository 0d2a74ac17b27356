"""Two records beside each other, which of them stays, and what the one account will say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.find import Find
from app.merging import MergeSheet, MergeSide, MergeStart, Merging
from app.money_views import Acted
from app.views import FoundPatient, Person
from models.basics.money import show_cents
from models.rules.rights import Right
from widgets import theme
from widgets.common import Banner, CellTable, Choice, Column, Field, FormRow
from widgets.common.cells import AvatarCell, TableRow, WordsCell
from widgets.common.patient import identity_text
from widgets.common.summary import SumLine
from widgets.common.text import NOT_APPLICABLE
from widgets.ledger.act_form import ActDialog, ActPresenter, Hands

_FOUND = (Column("Patient", 320, 3), Column("Phone", 150, 1, True))
_ROW, _MOST_ROWS = 48, 4
DIFFERS = {
    "birth_date": "Their dates of birth differ.",
    "name": "Their names differ.",
}


@dataclass(frozen=True, slots=True)
class MergeOrder:
    """The record that goes and the one that stays."""

    gone_id: str
    stays_id: str


class _FindField(Field):
    """Arrow keys choose among who was found."""

    moved = Signal(QKeyEvent)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(event)
            return
        super().keyPressEvent(event)


class MergeDialog(ActDialog):
    """The fields of a merge. `typed(text)`, `picked(patient id)` of who was found, `stays_chosen`."""

    typed = Signal(str)
    picked = Signal(str)
    stays_chosen = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Merge with another record", "Merge", width=640)
        self.field = _FindField("Find the other record", "Name, date of birth, phone or MRN")
        self.field.setMaxLength(120)
        self.found = CellTable("Found records", _FOUND, head=False)
        self.warning = Banner("warn")
        self.stays = Choice("Which record stays", narrow=True)
        self.stays_row = FormRow("Which record stays", self.stays)
        self.content.addWidget(FormRow("The other record of this person", self.field))
        self.content.addWidget(self.found)
        self.content.addWidget(self.warning)
        self.content.addWidget(self.stays_row)
        self.finish()
        self.field.textEdited.connect(self.typed)
        self.field.moved.connect(self.found.keyPressEvent)
        self.found.selected.connect(self.picked)
        self.stays.chosen.connect(lambda _key: self.stays_chosen.emit())

    def show_found(self, hits: tuple[FoundPatient, ...]) -> None:
        """Who was found; nobody is chosen yet."""
        self.found.set_rows(tuple(_hit(hit) for hit in hits))
        self.found.setVisible(bool(hits))
        self.found.setFixedHeight(min(len(hits), _MOST_ROWS) * theme.current().px(_ROW) + 2)
        self.place_panel()

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)


def _hit(hit: FoundPatient) -> TableRow:
    patient = hit.patient
    cells = (
        AvatarCell(patient.initials, patient.name, identity_text(patient)),
        WordsCell(patient.phone or NOT_APPLICABLE, right=True),
    )
    return TableRow(patient.patient_id, cells, spoken=f"{patient.name}, {identity_text(patient)}")


class MergePresenter(ActPresenter):
    """One merge: the account it was asked on, and the other record of that person."""

    def __init__(self, view: MergeDialog, hands: Hands, story: Merging, find: Find) -> None:
        super().__init__(view, hands)
        self._form, self._story, self._find = view, story, find
        self._typed, self._other = "", ""
        self._hits: tuple[FoundPatient, ...] = ()
        view.typed.connect(self._type)
        view.picked.connect(self._pick)
        view.stays_chosen.connect(self.changed)

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Find the other record of a patient."""
        self._typed, self._other, self._hits = "", "", ()
        self._form.field.clear()
        self._form.show_found(())
        self.begin(lambda: self._story.start(patient_id), done)

    def _take_sheet(self) -> None:
        sheet: MergeStart = self._sheet
        self._form.subtitle.setText(f"{sheet.patient.name} \u00b7 {identity_text(sheet.patient)}")

    # Finding the other one --------------------------------------------------------------------------------------------

    @Slot(str)
    def _type(self, text: str) -> None:
        self._typed, self._other = text, ""
        self.changed()
        if not text.strip():
            self._arrived_hits(text, ())
            return
        self.hands.bridge.start(
            self.hands.reads, lambda _job: self._find.search(text), owner=self,
            done=lambda hits: self._arrived_hits(text, hits), failed=lambda error: self._failed(self._round, error),
        )  # fmt: skip

    def _arrived_hits(self, text: str, hits: tuple[FoundPatient, ...]) -> None:
        if text != self._typed or self._sheet is None:
            return
        sheet: MergeStart = self._sheet
        here = {sheet.patient.patient_id, *(line.patient.patient_id for line in sheet.merged)}
        self._hits = tuple(hit for hit in hits if hit.patient.patient_id not in here and not hit.patient.merged_with)
        self._form.show_found(self._hits)
        self._draw()

    @Slot(str)
    def _pick(self, patient_id: str) -> None:
        hit = next((each for each in self._hits if each.patient.patient_id == patient_id), None)
        if hit is None or self._sheet is None or patient_id == self._other:
            return
        self._other = patient_id
        own = self._sheet.patient
        self._form.stays.set_items([(each.patient_id, f"{each.name}, {identity_text(each)}")
                                    for each in (own, hit.patient)])  # fmt: skip
        self._form.stays.set_key(own.patient_id)
        self.changed()

    # What it means ----------------------------------------------------------------------------------------------------

    def _order(self) -> MergeOrder | None:
        if not self._other or self._sheet is None:
            return None
        both = (self._sheet.patient.patient_id, self._other)
        stays = self._form.stays.key
        return MergeOrder(next(each for each in both if each != stays), stays) if stays in both else None

    def _look_at(self, order: MergeOrder) -> MergeSheet:
        return self._story.open(order.stays_id, order.gone_id)

    def _act(self, _preview: MergeSheet, person: Person, supervisor: Person | None) -> Acted:
        order = self._order()
        assert order is not None
        return self._story.merge(order.gone_id, order.stays_id, person, supervisor)

    def _right(self, order: MergeOrder) -> Right:  # noqa: ARG002
        return Right.MERGE

    def _why(self, order: MergeOrder) -> str:  # noqa: ARG002
        return "A manager merges records."

    def _show(self, order: MergeOrder | None, preview: MergeSheet | None) -> None:
        form = self._form
        form.stays_row.setVisible(order is not None)
        differs = preview.differs if preview is not None else ()
        form.warning.setVisible(bool(differs))
        if differs:
            form.warning.set("Look twice: is this one person?", " ".join(DIFFERS[each] for each in differs))
        form.primary.set_text(f"Merge into {preview.one.patient.name}" if preview is not None else "Merge")
        form.show_lines(_lines(preview) if preview is not None else ())
        form.say("Nothing that was posted moves. It can be taken apart again." if order is not None else (
            "No other record matches." if self._typed.strip() and not self._hits
            else "Arrow keys choose among who is found."))  # fmt: skip


def _lines(sheet: MergeSheet) -> tuple[SumLine, ...]:
    together = sheet.together
    return (
        *(SumLine(f"{side.patient.name}, MRN {side.patient.mrn or NOT_APPLICABLE}", _money(side))
          for side in (sheet.one, sheet.other)),
        SumLine("Statement balance of the one account", show_cents(together.statement_balance_cents), strong=True,
                line_before=True),
        SumLine("Unallocated on it", show_cents(together.unallocated_cents), strong=True),
    )  # fmt: skip


def _money(side: MergeSide) -> str:
    figures = side.figures
    return f"{show_cents(figures.statement_balance_cents)} owed, {show_cents(figures.unallocated_cents)} unallocated"
