"""How a patient is reached, over the window: the form, and what decides what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.lanes import Lane
from app.reaching import RECEIPTS, ReachForm
from app.views import Person
from models.basics.errors import PosError
from models.rules.languages import WRITTEN, language_name, written_in
from widgets.bridge import Bridge
from widgets.common import Banner, Choice, Field, FormRow
from widgets.common.form_dialog import FormDialog
from widgets.common.speech import Speech
from widgets.common.when import day_text, time_text
from widgets.theme import S8, S12

if TYPE_CHECKING:
    from app.reaching import Reaching, ReachView

_LETTERS = 80


class ReachDialog(FormDialog):
    """One patient's form. `submitted` with Enter; `typed` is then what stands there."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "How to reach them", "Save", 600)
        self._form = ReachForm("")
        self.phone, self.email = Field("Phone"), Field("E-mail")
        for field in (self.phone, self.email):
            field.setMaxLength(_LETTERS)
        self.language = Choice("Language", [("", "Not said")])
        self.receipts = Choice("Receipts", list(RECEIPTS.items()))
        self.rows = {"phone": FormRow("Phone", self.phone), "email": FormRow("E-mail", self.email),
                     "language": FormRow("They rather read", self.language),
                     "receipts": FormRow("They like receipts", self.receipts)}  # fmt: skip
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        for at, row in enumerate(self.rows.values()):
            grid.addWidget(row, at // 2, at % 2, Qt.AlignmentFlag.AlignTop)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        self.stopped = Banner("warn")
        self.content.addWidget(self.stopped)
        self.content.addLayout(grid)
        self.language.chosen.connect(self._speak)

    def ask(self, view: ReachView, today: date) -> None:
        """Open for a patient."""
        form = self._form = view.form
        self.subtitle.setText(view.patient.name)
        self.phone.setText(form.phone)
        self.email.setText(form.email)
        self.language.set_items(view.languages)
        self.language.set_key(form.language)
        self.receipts.set_key(form.receipt_by)
        self.stopped.setVisible(view.stopped_at is not None)
        if view.stopped_at is not None:
            when = f"{day_text(view.stopped_at.date(), today)}, {time_text(view.stopped_at)}"
            self.stopped.set(
                "This phone wants no texts", f"Texts ended {when}. They begin again when its owner texts START."
            )
        self._speak(form.language)
        self.show_errors({})
        self.refuse("")
        self.show_verb("Save", "", "")
        self.open_over()

    def _speak(self, language: str) -> None:
        written = WRITTEN[written_in(language)]
        spoken = language_name(language)
        also = "" if not spoken or spoken == written else f" We do not write in {spoken} yet."
        self.say(f"Messages, payment links and agreements go to them in {written}.{also}")

    @property
    def typed(self) -> ReachForm:
        """The form as it stands there."""
        return ReachForm(self._form.patient_id, self.phone.text(), self.email.text(), self.language.key,
                         self.receipts.key)  # fmt: skip

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """What is wrong with a field: phone, email."""
        for name, row in self.rows.items():
            row.set_error(errors.get(name, ""))

    def take_focus(self) -> None:
        self.phone.setFocus(Qt.FocusReason.OtherFocusReason)


class ReachPresenter(QObject):
    """One dialog, for one patient after the other."""

    def __init__(
        self, dialog: ReachDialog, *, bridge: Bridge, lanes: Mapping[str, Lane], reaching: Callable[[], Reaching],
        person: Callable[[], Person], speech: Speech, today: Callable[[], date],
    ) -> None:  # fmt: skip
        super().__init__(dialog)
        self._dialog, self._bridge, self._lanes, self._reaching = dialog, bridge, lanes, reaching
        self._person, self._speech, self._today = person, speech, today
        self._done: Callable[[str], None] = lambda _words: None
        dialog.submitted.connect(self._save)

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Show the form of a patient. `done(words)` follows when it was saved."""
        self._done = done
        self._bridge.start(
            self._lanes["reads"], lambda _job: self._reaching().view(patient_id), owner=self._dialog,
            done=lambda view: self._dialog.ask(view, self._today()), failed=self._failed,
        )  # fmt: skip

    @Slot()
    def _save(self) -> None:
        typed, person = self._dialog.typed, self._person()
        self._dialog.show_errors({})
        self._dialog.show_verb("Save", "Saving", "")

        def over(view: ReachView) -> None:
            self._dialog.close_over()
            self._done(f"Saved how to reach {view.patient.name}")

        self._bridge.start(self._lanes["store"], lambda _job: self._reaching().put(typed, person), owner=self._dialog,
                           done=over, failed=self._failed)  # fmt: skip

    def _failed(self, error: Exception) -> None:
        self._dialog.show_verb("Save", "", "")
        field = str(error.facts.get("field") or "") if isinstance(error, PosError) else ""
        if isinstance(error, PosError) and field in self._dialog.rows:
            self._dialog.show_errors({field: self._speech.field(error.message_key, error.facts)})
            self._dialog.rows[field].field.setFocus()
            return
        notice = self._speech.error(error)
        self._dialog.refuse(f"{notice.title}. {notice.body}")
        if not self._dialog.isVisible():
            self._dialog.open_over()
