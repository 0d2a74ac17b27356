"""A merge that was wrong is taken apart: which record, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.merging import REASON_LETTERS, MergeStart, Merging
from app.money_views import Acted
from app.views import PatientHead, Person
from models.rules.rights import Right
from widgets.common import Choice, Field, FormRow
from widgets.common.patient import birth_text, mrn_text
from widgets.common.text import NOT_APPLICABLE
from widgets.ledger.act_form import ActDialog, ActPresenter, Hands


@dataclass(frozen=True, slots=True)
class PartOrder:
    """The record that is a person again, and why."""

    patient_id: str
    reason: str


class PartDialog(ActDialog):
    """The fields."""

    edited = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Take a merge apart", "Take apart", width=560)
        self.record = Choice("Record", narrow=True)
        self.reason = Field("Why it was wrong", "Kept with your name")
        self.reason.setMaxLength(REASON_LETTERS)
        self.content.addWidget(FormRow("The record that is another person", self.record))
        self.content.addWidget(FormRow("Why it was wrong", self.reason))
        self.finish()
        self.record.chosen.connect(lambda _key: self.edited.emit())
        self.reason.textEdited.connect(lambda _text: self.edited.emit())

    def take_focus(self) -> None:
        (self.record if self.record.count() > 1 else self.reason).setFocus(Qt.FocusReason.OtherFocusReason)


class PartPresenter(ActPresenter):
    """One record is taken out of a merge."""

    def __init__(self, view: PartDialog, hands: Hands, story: Merging) -> None:
        super().__init__(view, hands)
        self._form, self._story = view, story
        view.edited.connect(self.changed)

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Take something apart that was merged into this account."""
        self._form.reason.clear()
        self._form.record.set_items([])
        self.begin(lambda: self._story.start(patient_id), done)

    def _take_sheet(self) -> None:
        sheet: MergeStart = self._sheet
        self._form.subtitle.setText(sheet.patient.name)
        self._form.record.set_items([(line.patient.patient_id, _named(line.patient)) for line in sheet.merged])

    def _order(self) -> PartOrder | None:
        record, reason = self._form.record.key, self._form.reason.text().strip()
        return PartOrder(record, reason) if record and reason else None

    def _look_at(self, order: PartOrder) -> PartOrder:
        return order

    def _act(self, preview: PartOrder, person: Person, supervisor: Person | None) -> Acted:
        return self._story.part(preview.patient_id, preview.reason, person, supervisor)

    def _right(self, order: PartOrder) -> Right:  # noqa: ARG002
        return Right.MERGE

    def _why(self, order: PartOrder) -> str:  # noqa: ARG002
        return "A manager takes records apart."

    def _show(self, order: PartOrder | None, preview: PartOrder | None) -> None:  # noqa: ARG002
        sheet: MergeStart | None = self._sheet
        nothing = sheet is not None and not sheet.merged
        self._form.show_lines(())
        self._form.say("No record was merged into this one." if nothing else "Look at both accounts afterwards: what "
                       "was taken for the one meanwhile stays there.")  # fmt: skip


def _named(patient: PatientHead) -> str:
    """A record as the list names it."""
    return f"{patient.name}, {birth_text(patient)}, MRN {mrn_text(patient.mrn) or NOT_APPLICABLE}"
