"""Forms of payment requests by link: one, many at once, snoozed, taken back. They draw; they decide nothing."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ask_views import AskChoice, AskSheet, ManyChoice, ManySheet, ManyWish
from app.views import FoundPatient
from models.basics.money import show_cents
from models.rules.campaigns import Age, LeftOut
from widgets import theme
from widgets.asking.whom import FindField, Who, found_table, show_hits
from widgets.common import (
    AmountField,
    Banner,
    CellTable,
    CheckBox,
    Choice,
    Field,
    FormRow,
    KeycapButton,
    Role,
    Segments,
    Text,
    page_action,
)  # fmt: skip
from widgets.common.form_dialog import FormDialog
from widgets.inbox.asks_state import (
    AGE_WORDS,
    CHANNEL_WORDS,
    LEFT_COLUMNS,
    MANY_CHANNELS,
    MANY_COLUMNS,
    REMINDER_WORDS,
    days_of,
    known_words,
    left_rows,
    many_rows,
    many_words,
    owed_words,
)  # fmt: skip
from widgets.theme import S4, S8, S12, S16

_NOTE_HINT = "On the page, never in the message"
_AGREED = "Attach a statement as PDF: the patient agreed that e-mail is not protected"
_TO_THOSE = "Attach a statement where e-mail was agreed to"
_SNOOZE, _WAKE = "Snooze 30 days", "End the snooze"
_ADDRESS = {"email": "E-mail address", "text": "Mobile number"}


class OneDialog(FormDialog):
    """One request. `searched(text)`, `patient_chosen(id)`, `patient_dropped`; `asked` is Enter once somebody is chosen;
    `channel_chosen` for another way."""

    searched = Signal(str)
    patient_chosen = Signal(str)
    patient_dropped = Signal()
    asked = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Request a payment", "Send request", width=620)
        self.search = FindField("Find the patient", "Name, date of birth, phone or MRN", icon="search")
        self.search.setMaxLength(120)
        self.found = found_table()
        self.find_row = FormRow("Patient", self.search)
        self.who = Who(page_action(self, "Another patient", "Alt+A", self.patient_dropped.emit))
        self.known = Banner("warn")
        self.owed = Text("", "caption", "muted", wrap=True)
        self.amount = AmountField("Amount")
        self.channel = Segments("How", tuple(CHANNEL_WORDS.items()))
        self.address = Field("Address")
        self.address.setMaxLength(254)
        self.reminders = Choice("Reminders", REMINDER_WORDS.items(), narrow=True)
        self.memo = Field("Note", "For example what it is for")
        self.memo.setMaxLength(500)
        self.statement = CheckBox(_AGREED)
        self.rows = {
            "amount": FormRow("Amount", self.amount), "reminders": FormRow("Reminders", self.reminders),
            "address": FormRow("Address", self.address), "note": FormRow("Note", self.memo, _NOTE_HINT),
        }  # fmt: skip
        self._form = QWidget()
        self._sheet: AskSheet | None = None
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        grid = QGridLayout(self._form)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.known, 0, 0, 1, 2)
        grid.addWidget(self.owed, 1, 0, 1, 2)
        grid.addWidget(self.rows["amount"], 2, 0, top)
        grid.addWidget(self.rows["reminders"], 2, 1, top)
        grid.addWidget(FormRow("How", self.channel), 3, 0, top)
        grid.addWidget(self.rows["address"], 3, 1, top)
        grid.addWidget(self.rows["note"], 4, 0, 1, 2)
        grid.addWidget(self.statement, 5, 0, 1, 2)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        for part in (self.find_row, self.found, self.who, self._form):
            self.content.addWidget(part)

    def _connect(self) -> None:
        self.search.textEdited.connect(self.searched)
        self.search.moved.connect(self.found.keyPressEvent)
        self.found.opened.connect(self.patient_chosen)
        self.channel.chosen.connect(lambda _key: self._show_way())
        self.amount.typed.connect(lambda _cents: self._fit())
        self.submitted.connect(self._enter)

    def _enter(self) -> None:
        """Enter takes the patient who is marked, where one is being looked for; else it sends."""
        if self._sheet is None and self.found.key:
            self.patient_chosen.emit(self.found.key)
        elif self._sheet is not None:
            self.asked.emit()

    # Drawing ------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Open, with nobody chosen."""
        self._sheet = None
        self.search.clear()
        self.refuse("")
        self.find_row.show()
        self.show_found(())
        self.who.hide()
        self._form.hide()
        self.say("The patient gets a link to pay with. The message says nothing of what it is for.")
        self.show_verb("Send request", "", "Choose a patient")
        self.open_over()

    def show_found(self, hits: tuple[FoundPatient, ...]) -> None:
        """Who was found."""
        show_hits(self.found, hits)
        self.show_verb("Choose", "", "" if hits else "Choose a patient")

    def show_sheet(self, sheet: AskSheet, today: date, why_not: str) -> None:
        """Somebody is chosen: what may be asked of who pays for them. `why_not` no request can be sent."""
        self._sheet = sheet
        self.find_row.hide()
        self.found.hide()
        self.who.show_patient(sheet.patient, fixed=False)
        self.who.show()
        known = known_words(sheet, today)
        self.known.setVisible(known is not None)
        if known is not None:
            self.known.set(*known)
        self.owed.setText(owed_words(sheet))
        self.amount.set_cents(sheet.owed_cents or None)
        self.channel.set_key(sheet.channel)
        self.reminders.set_key("3,7")
        self.memo.setText("")
        self.statement.setChecked(False)
        self._form.show()
        self.refuse(why_not)
        self._show_way()
        self.take_focus()

    def _show_way(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        channel = self.channel.key
        self.rows["address"].label.setText(_ADDRESS[channel])
        self.address.setAccessibleName(_ADDRESS[channel])
        self.address.setText(sheet.way(channel).address)
        self.statement.setVisible(channel == "email" and sheet.owed_cents > 0)
        self._fit()

    def _fit(self) -> None:
        cents = self.amount.cents
        if self._sheet is not None:
            self.show_verb(f"Send request for {show_cents(cents)}" if cents else "Send request", "", "")

    @property
    def sheet(self) -> AskSheet | None:
        """Of whom; None while somebody is looked for."""
        return self._sheet

    @property
    def choice(self) -> AskChoice:
        """What stands in the fields."""
        return AskChoice(self.channel.key, self.address.text(), self.amount.cents or 0,
                         days_of(self.reminders.key), self.memo.text(),
                         not self.statement.isHidden() and self.statement.isChecked())  # fmt: skip

    def take_focus(self) -> None:
        """The patient first, then the amount."""
        first = self.search if self._sheet is None else self.amount
        first.setFocus(Qt.FocusReason.OtherFocusReason)


class ManyDialog(FormDialog):
    """Many at once: whom, and at the right who is asked and who not. `wished` after every change of whom, for the
    patient who is marked `snoozed(id)`, or `woken(id)` where they are left out because they are."""

    wished = Signal()
    snoozed = Signal(str)
    woken = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Bulk payment request", "Send requests", width=1040)
        self.name = Field("Name", "For the list: spring balances")
        self.name.setMaxLength(60)
        self.least = AmountField("Owes at least", 500)
        self.ages = {age: CheckBox(words, checked=True) for age, words in AGE_WORDS.items()}
        self.channel = Choice("Sent", MANY_CHANNELS.items(), narrow=True)
        self.reminders = Choice("Reminders", REMINDER_WORDS.items(), narrow=True)
        self.memo = Field("Note", "Optional")
        self.memo.setMaxLength(500)
        self.statement = CheckBox(_TO_THOSE)
        self.parts = Segments("Which list", (("asked", "Asked"), ("left", "Left out")))
        self.count = Text("", "caption", "muted", elide=True)
        self.asked = CellTable("Who is asked", MANY_COLUMNS)
        self.left = CellTable("Who is left out", LEFT_COLUMNS)
        self._sheet: ManySheet | None = None
        self.snooze_action = page_action(self, _SNOOZE, "Alt+Z", self._snooze)
        self.snooze = KeycapButton(action=self.snooze_action, role=Role.LINK, size="control_small")
        self._lay_out()
        self.least.typed.connect(lambda _cents: self.wished.emit())
        self.channel.chosen.connect(lambda _key: self.wished.emit())
        for box in self.ages.values():
            box.toggled.connect(lambda _on: self.wished.emit())
        self.parts.chosen.connect(lambda _key: self._show_part())
        self.left.selected.connect(lambda _key: self._show_part())
        self.statement.toggled.connect(lambda _on: self._tell())

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(S8)
        for words, field, hint in (
            ("Name", self.name, ""), ("Owes at least", self.least, ""), ("Sent", self.channel, ""),
            ("Reminders", self.reminders, ""), ("Note", self.memo, _NOTE_HINT),
        ):  # fmt: skip
            left.addWidget(FormRow(words, field, hint))
            if field is self.least:
                left.addWidget(Text("Owed since", "caption_medium", "muted"))
                ages = QGridLayout()
                ages.setSpacing(S4)
                for number, box in enumerate(self.ages.values()):
                    ages.addWidget(box, number // 2, number % 2)
                left.addLayout(ages)
        left.addWidget(self.statement)
        left.addStretch(1)
        head = QHBoxLayout()
        head.addWidget(self.parts)
        head.addWidget(self.count, 1)
        head.addWidget(self.snooze)
        right = QVBoxLayout()
        right.setSpacing(S8)
        right.addLayout(head)
        right.addWidget(self.asked, 1)
        right.addWidget(self.left, 1)
        both = QHBoxLayout()
        both.setSpacing(S16)
        both.addLayout(left, 2)
        both.addLayout(right, 5)
        self.content.addLayout(both, 1)

    def begin(self) -> None:
        """Open with the fields as a practice usually wants them."""
        self.name.setText("")
        self.memo.setText("")
        self.reminders.set_key("3,7")
        self.statement.setChecked(False)
        self._sheet = None
        self.refuse("")
        self.show_busy("Looking…")
        self.open_over()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_busy(self, words: str) -> None:
        """Something is on its way."""
        self.show_verb("Send requests", words, "")

    def show_sheet(self, sheet: ManySheet, why_not: str) -> None:
        """Who would be asked, and who not."""
        high = theme.current().px(300)
        for table, rows in ((self.asked, many_rows(sheet.asked)), (self.left, left_rows(sheet.left))):
            table.setMinimumHeight(high)
            table.set_rows(rows)
            if rows and not table.key:
                table.select_first()
        self.count.setText(f"{len(sheet.asked)} asked, {len(sheet.left)} left out")
        self._sheet = sheet
        self._show_part()
        self.refuse(why_not)
        self._tell()

    def _tell(self) -> None:
        """What Enter will do."""
        if self._sheet is not None:
            verb, note = many_words(self._sheet, statement=self.statement.isChecked())
            self.say(note)
            self.show_verb(verb, "", "" if self._sheet.asked else note)

    def _snooze(self) -> None:
        if self.asked.isVisible() and self.asked.key:
            self.snoozed.emit(self.asked.key)
        elif self._may_wake:
            self.woken.emit(self.left.key)

    @property
    def _may_wake(self) -> bool:
        left = self._sheet.left if self._sheet is not None and self.parts.key == "left" else ()
        return any(each.patient.patient_id == self.left.key and each.left is LeftOut.SNOOZED for each in left)

    def _show_part(self) -> None:
        asked = self.parts.key == "asked"
        self.asked.setVisible(asked)
        self.left.setVisible(not asked)
        self.snooze_action.setText(_SNOOZE if asked else _WAKE)
        self.snooze.setVisible(asked or self._may_wake)

    @property
    def wish(self) -> ManyWish:
        """Whom the practice wants to ask."""
        ages = frozenset(Age(age) for age, box in self.ages.items() if box.isChecked())
        return ManyWish(max(self.least.cents or 1, 1), ages, self.channel.key)

    @property
    def choice(self) -> ManyChoice:
        """What is the same for all of them."""
        return ManyChoice(self.name.text(), days_of(self.reminders.key), self.memo.text(),
                          statement=self.statement.isChecked())  # fmt: skip

    def take_focus(self) -> None:
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)


class SmallDialog(FormDialog):
    """One field: the day up to which a patient is snoozed, or why a request is taken back."""

    def __init__(self, host: QWidget, title: str, verb: str, label: str, hint: str) -> None:
        super().__init__(host, title, verb, width=520)
        self.what = Text("", "body", "text2", wrap=True)
        self.field = Field(label, hint)
        self.field.setMaxLength(200)
        self.row = FormRow(label, self.field)
        self.content.addWidget(self.what)
        self.content.addWidget(self.row)

    def begin(self, name: str, what: str, typed: str = "") -> None:
        """Open for an account."""
        self.subtitle.setText(name)
        self.what.setText(what)
        self.field.setText(typed)
        self.refuse("")
        self.row.set_error("")
        self.show_verb(self.submit_action.text(), "", "")
        self.open_over()

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()
