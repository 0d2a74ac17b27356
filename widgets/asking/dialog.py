"""Create payment: whom, how much, what for, until when; the estimate at the right. Draws; decides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.request_views import ESTIMATED, RequestForm, RequestStart, Treatment
from app.views import FoundPatient, PatientHead
from widgets.asking.estimate import EstimateCard
from widgets.asking.state import (
    KEPT,
    NETWORK_WORDS,
    NO_TREATMENT,
    SERVICE_WORDS,
    TYPE_WORDS,
    may_stay_draft,
    title_of,
    treatment_words,
    verb_of,
)  # fmt: skip
from widgets.asking.whom import FindField, Who, found_table, show_hits
from widgets.common import (
    AmountField,
    Banner,
    Choice,
    Field,
    FormRow,
    KeycapButton,
    page_action,
)  # fmt: skip
from widgets.common.form_dialog import FormDialog
from widgets.theme import S8, S12, S16


class AskDialog(FormDialog):
    """`edited` after every change of a field, `searched(text)`, `patient_chosen(id)`, `patient_dropped`, `draft_asked`,
    `amount_used`, `begun_anew`; `submitted` is Enter once a patient is chosen."""

    edited = Signal()
    searched = Signal(str)
    patient_chosen = Signal(str)
    patient_dropped = Signal()
    draft_asked = Signal()
    amount_used = Signal()
    begun_anew = Signal()
    asked = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Create payment", "Create payment", width=900)
        self.search = FindField("Find the patient", "Name, date of birth, phone or MRN", icon="search")
        self.search.setMaxLength(120)
        self.found = found_table()
        self.find_row = FormRow("Patient", self.search)
        self.who = Who(page_action(self, "Another patient", "Alt+A", self.patient_dropped.emit))
        self.who.hide()
        self.amount = AmountField("Amount")
        self.kind = Choice("Type", TYPE_WORDS.items(), narrow=True)
        self.treatment = Choice("Treatment", [("", NO_TREATMENT)], narrow=True)
        self.due = Field("Due date", "5/28, tomorrow, +7")
        self.due.setMaxLength(24)
        self.memo = Field("Memo", "For the list and the receipt")
        self.allowed = AmountField("Allowed amount")
        self.network = Choice("Network", NETWORK_WORDS.items(), narrow=True)
        self.service = Choice("Service", SERVICE_WORDS.items(), narrow=True)
        self.rows = {
            "amount": FormRow("Amount", self.amount), "type": FormRow("Type", self.kind),
            "treatment": FormRow("Treatment", self.treatment), "due": FormRow("Due date", self.due, "Optional"),
            "memo": FormRow("Memo", self.memo, "Optional"),
            "allowed": FormRow("Allowed amount", self.allowed, "What the payer allows; empty: from the charges"),
            "service": FormRow("Service", self.service, "Whose terms count"),
            "network": FormRow("Network", self.network),
        }  # fmt: skip
        self.found_again = Banner("info", button="Begin anew")
        self.found_again.hide()
        use = page_action(self, "Use this amount", "Alt+U", self.amount_used.emit)
        self.estimate = EstimateCard(use)
        self.draft_action = page_action(self, "Save as draft", "Ctrl+S", self.draft_asked.emit)
        self.draft = KeycapButton(action=self.draft_action)
        self._for_estimate = QWidget()
        self._drawing = False
        self._lay_out()
        self._connect()
        self.say(KEPT)

    def _lay_out(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        places = (("amount", 0, 0, 1), ("type", 0, 1, 1), ("treatment", 1, 0, 2), ("due", 2, 0, 1), ("memo", 2, 1, 1))
        for name, row, column, wide in places:
            grid.addWidget(self.rows[name], row, column, 1, wide, top)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        more = QHBoxLayout(self._for_estimate)
        more.setContentsMargins(0, 0, 0, 0)
        more.setSpacing(S12)
        for name in ("allowed", "service", "network"):
            more.addWidget(self.rows[name], 1, top)
        left = QVBoxLayout()
        left.setSpacing(S8)
        for part in (self.find_row, self.found, self.who):
            left.addWidget(part)
        left.addLayout(grid)
        left.addWidget(self._for_estimate)
        left.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(S16)
        both.addLayout(left, 5)
        both.addWidget(self.estimate, 4)
        self.content.addWidget(self.found_again)
        self.content.addLayout(both, 1)
        self.foot.insertWidget(self.foot.count() - 1, self.draft)

    def _connect(self) -> None:
        self.search.textEdited.connect(self.searched)
        self.search.moved.connect(self.found.keyPressEvent)
        self.found.opened.connect(self.patient_chosen)
        for amount in (self.amount, self.allowed):
            amount.typed.connect(lambda _cents: self._edited())
        for field in (self.due, self.memo):
            field.textEdited.connect(lambda _text: self._edited())
        for choice in (self.kind, self.treatment, self.network, self.service):
            choice.chosen.connect(lambda _key: self._edited())
        self.found_again.pressed.connect(self.begun_anew)
        self.submitted.connect(self._enter)

    def _edited(self) -> None:
        if not self._drawing:
            self.edited.emit()

    def _enter(self) -> None:
        """Enter takes the patient who is marked, where one is being looked for; else it saves."""
        if self.find_row.isVisible() and self.search.hasFocus() and self.found.key:
            self.patient_chosen.emit(self.found.key)
        else:
            self.asked.emit()

    # Drawing ------------------------------------------------------------------------------------------------------

    def begin(self, start: RequestStart, today: date) -> None:
        """Open for `start`."""
        self.title.setText(title_of(start))
        self.card.setAccessibleName(title_of(start))
        self.subtitle.setText(start.changes)
        self.refuse("")
        self.show_errors({})
        self.found_again.setVisible(start.found_again)
        self.found_again.set("You were in the middle of this", "It was kept when the window closed.")
        self.draft.setVisible(may_stay_draft(start))
        self.draft_action.setEnabled(may_stay_draft(start))
        self.search.clear()
        self.show_found(())
        self.show_who(start.patient, fixed=bool(start.form.opened_for))
        self.offer(start.treatments, today)
        self.show_form(start.form)
        self.show_verb(verb_of(start, 0), "", "")
        self.open_over()

    def offer(self, treatments: tuple[Treatment, ...], today: date) -> None:
        """The visits of who was chosen."""
        self._drawing = True
        self.treatment.set_items(
            [("", NO_TREATMENT), *((each.appointment_id, treatment_words(each, today)) for each in treatments)]
        )
        self._drawing = False

    def show_form(self, form: RequestForm) -> None:
        """Put `form` into the fields."""
        self._drawing = True
        for field, text in ((self.amount, form.amount), (self.due, form.due), (self.memo, form.memo),
                            (self.allowed, form.allowed)):  # fmt: skip
            if field.text() != text:
                field.setText(text)
        for choice, key in ((self.kind, form.request_type), (self.treatment, form.appointment_id),
                            (self.network, form.network), (self.service, form.service_type)):  # fmt: skip
            choice.set_key(key)
        self._drawing = False
        self._for_estimate.setVisible(form.request_type in ESTIMATED)
        self.place_panel()

    def form_with(self, form: RequestForm) -> RequestForm:
        """`form` with what stands in the fields."""
        return replace(form, amount=self.amount.text(), appointment_id=self.treatment.key,
                       request_type=self.kind.key, due=self.due.text(), memo=self.memo.text(),
                       allowed=self.allowed.text(), network=self.network.key,
                       service_type=self.service.key)  # fmt: skip

    def show_who(self, patient: PatientHead | None, *, fixed: bool) -> None:
        """Who is asked; None: they are still looked for."""
        self.find_row.setVisible(patient is None)
        self.who.setVisible(patient is not None)
        if patient is not None:
            self.who.show_patient(patient, fixed=fixed)
            self.found.hide()
        self.treatment.setEnabled(patient is not None)
        self.place_panel()

    def show_found(self, hits: tuple[FoundPatient, ...]) -> None:
        """Who was found; the first is marked."""
        show_hits(self.found, hits)
        self.place_panel()

    def show_errors(self, errors: dict[str, str]) -> None:
        """Say what is wrong under its field; the first one gets the focus."""
        self.find_row.set_error(errors.get("patient", ""))
        for name, row in self.rows.items():
            row.set_error(errors.get(name, ""))
            row.hint.setVisible(bool(row.hint.text()) and not errors.get(name))
        order: dict[str, QWidget] = {"patient": self.search, **{name: row.field for name, row in self.rows.items()}}
        first = next((part for name, part in order.items() if errors.get(name)), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.place_panel()

    def show_due(self, words: str) -> None:
        """The due day as it was understood."""
        self.rows["due"].hint.setText(words or "Optional")

    def take_focus(self) -> None:
        """Where work begins: the patient, or the amount once they are known."""
        first = self.amount if self.find_row.isHidden() else self.search
        first.setFocus(Qt.FocusReason.OtherFocusReason)
