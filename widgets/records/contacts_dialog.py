"""Who else may be called about a patient: the list over the window, and the form for one of them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.contacts import LETTERS, RELATIONS, ContactForm
from widgets.common import CheckBox, Choice, Field, FormRow, IconButton, IconTile, KeycapButton, Pill, Role, Text
from widgets.common.form_dialog import FormDialog
from widgets.theme import S4, S8, S12


@dataclass(frozen=True, slots=True)
class ContactsState:
    """What the list shows; `removing` is the contact that is about to be taken off."""

    patient: str = ""
    contacts: tuple[ContactForm, ...] = ()
    removing: str = ""


def contact_words(contact: ContactForm) -> str:
    """`Spouse or partner · (555) 010-4418 · ben@home.test`."""
    return " · ".join(part for part in (contact.relation, contact.phone, contact.email) if part)


class ContactRow(QWidget):
    """One contact. Signals carry nothing: the dialog knows whose row it is."""

    changed = Signal()
    asked = Signal()
    removed = Signal()
    kept = Signal()

    def __init__(self, contact: ContactForm, *, removing: bool) -> None:
        super().__init__()
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(Text(contact.name, "body_strong", elide=True), 1)
        told = ("May be told about payments", "ok") if contact.may_be_told else ("Not about payments", "neutral")
        head.addWidget(Pill(*told))
        under = "Nobody calls them from this list any more." if removing else contact_words(contact)
        words = QVBoxLayout()
        words.setSpacing(S4)
        words.addLayout(head)
        words.addWidget(Text(under, "caption", "muted", elide=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, S4, 0, S4)
        row.setSpacing(S12)
        row.addWidget(IconTile("users", "info"), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.buttons: dict[str, KeycapButton] = {}
        if removing:
            self._button(row, "yes", KeycapButton("Remove", role=Role.DANGER, icon="trash-2"), self.removed)
            self._button(row, "keep", KeycapButton("Keep", role=Role.LINK), self.kept)
        else:
            self._button(row, "change", IconButton("square-pen", f"Change {contact.name}"), self.changed)
            self._button(row, "remove", IconButton("trash-2", f"Remove {contact.name}"), self.asked)

    def _button(self, row: QHBoxLayout, name: str, button: KeycapButton, then: SignalInstance) -> None:
        button.clicked.connect(lambda _checked=False: then.emit())
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.buttons[name] = button


class ContactsDialog(FormDialog):
    """The list. Enter adds somebody. Signals carry the contact's id."""

    change_wanted = Signal(str)
    remove_wanted = Signal(str)
    removed = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Alternate contacts", "Add a contact", 640)
        self.rows: dict[str, ContactRow] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(S8)
        self._none = Text("Nobody else is on record for this patient.", "body", "text2", wrap=True)
        self.content.addWidget(self._none)
        self.content.addLayout(self._list)
        self.cancel.set_text("Close")

    def draw(self, state: ContactsState) -> None:
        """Show `state`."""
        self.subtitle.setText(state.patient)
        for old in self.rows.values():
            self._list.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.rows = {}
        for contact in state.contacts:
            self._add(contact.contact_id, ContactRow(contact, removing=contact.contact_id == state.removing))
        self._none.setVisible(not state.contacts)
        self.say("Talk about money only with who may be told about payments.")
        self.show_verb("Add a contact", "", "Remove the contact or keep it first." if state.removing else "")
        if state.removing in self.rows and self.isVisible():
            self.rows[state.removing].buttons["keep"].setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self, key: str, row: ContactRow) -> None:
        row.changed.connect(lambda: self.change_wanted.emit(key))
        row.asked.connect(lambda: self.remove_wanted.emit(key))
        row.kept.connect(lambda: self.remove_wanted.emit(""))
        row.removed.connect(lambda: self.removed.emit(key))
        self.rows[key] = row
        self._list.addWidget(row)
        row.show()  # at once: the next key may be for it


class ContactDialog(FormDialog):
    """One contact to fill in. `submitted` with Enter; `typed` is then what stands there."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Contact", "Save", 600)
        self._form = ContactForm("", "")
        self.name, self.phone, self.email = Field("Name"), Field("Phone"), Field("E-mail")
        for field in (self.name, self.phone, self.email):
            field.setMaxLength(LETTERS)
        self.relation = Choice("Relation", [(each, each or "Not said") for each in RELATIONS])
        self.told = CheckBox("The patient lets them hear about payments and balances")
        self.rows = {"name": FormRow("Name", self.name), "relation": FormRow("Relation", self.relation),
                     "phone": FormRow("Phone", self.phone), "email": FormRow("E-mail", self.email)}  # fmt: skip
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        for at, row in enumerate(self.rows.values()):
            grid.addWidget(row, at // 2, at % 2, Qt.AlignmentFlag.AlignTop)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        self.content.addLayout(grid)
        self.content.addWidget(self.told)
        self.say("Who asks is told what the patient allowed here, and nothing more.")

    def ask(self, form: ContactForm, patient: str) -> None:
        """Open for a contact of `patient`, by name."""
        self._form = form
        self.title.setText("Change the contact" if form.name else "New contact")
        self.subtitle.setText(patient)
        for field, words in ((self.name, form.name), (self.phone, form.phone), (self.email, form.email)):
            field.setText(words)
        self.relation.set_key(form.relation)
        self.told.setChecked(form.may_be_told)
        self.show_errors({})
        self.refuse("")
        self.show_verb("Save", "", "")
        self.open_over()

    @property
    def typed(self) -> ContactForm:
        """The contact as it stands there."""
        form = self._form
        return ContactForm(form.contact_id, form.patient_id, self.name.text(), self.relation.key, self.phone.text(),
                           self.email.text(), self.told.isChecked())  # fmt: skip

    def show_errors(self, errors: dict[str, str]) -> None:
        """What is wrong with a field: name, phone, email."""
        for name, row in self.rows.items():
            row.set_error(errors.get(name, ""))

    def take_focus(self) -> None:
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
