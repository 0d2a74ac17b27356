"""Decides what the list of contacts shows; adds, changes, removes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.lanes import Lane
from app.views import Person
from models.basics.errors import PosError
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.records.contacts_dialog import ContactDialog, ContactsDialog, ContactsState

if TYPE_CHECKING:
    from app.contacts import Contacts, ContactsView


class ContactsPresenter(QObject):
    """One list, for one patient after the other, and the form that opens from it."""

    def __init__(
        self, dialog: ContactsDialog, form: ContactDialog, *, bridge: Bridge, lanes: Mapping[str, Lane],
        contacts: Callable[[], Contacts], person: Callable[[], Person], speech: Speech,
    ) -> None:  # fmt: skip
        super().__init__(dialog)
        self._dialog, self._form, self._bridge, self._lanes = dialog, form, bridge, lanes
        self._contacts, self._person, self._speech = contacts, person, speech
        self._done: Callable[[str], None] = lambda _words: None
        self._patient_id = self._removing = ""
        self._view: ContactsView | None = None
        dialog.submitted.connect(self._add)
        dialog.change_wanted.connect(self._change)
        dialog.remove_wanted.connect(self._ask_to_remove)
        dialog.removed.connect(self._remove)
        form.submitted.connect(self._save)
        form.closed.connect(self._back)

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Show the contacts of a patient. `done(words)` follows every change."""
        self._patient_id, self._done, self._removing = patient_id, done, ""
        self._dialog.refuse("")

        def arrived(view: ContactsView) -> None:
            self._draw(view)
            self._dialog.open_over()

        self._bridge.start(self._lanes["reads"], lambda _job: self._contacts().view(patient_id), owner=self._dialog,
                           done=arrived, failed=self._failed)  # fmt: skip

    def _draw(self, view: ContactsView | None = None) -> None:
        self._view = view or self._view
        if self._view is not None:
            self._dialog.draw(ContactsState(self._view.patient.name, self._view.contacts, self._removing))

    @Slot()
    def _add(self) -> None:
        if self._view is not None and not self._removing:
            self._form.ask(self._contacts().blank(self._view.patient.patient_id), self._view.patient.name)

    @Slot(str)
    def _change(self, contact_id: str) -> None:
        contacts = self._view.contacts if self._view else ()
        found = next((each for each in contacts if each.contact_id == contact_id), None)
        if found is not None and self._view is not None:
            self._form.ask(found, self._view.patient.name)

    @Slot(str)
    def _ask_to_remove(self, contact_id: str) -> None:
        self._removing = contact_id
        self._draw()
        if not contact_id:
            self._dialog.take_focus()

    @Slot(str)
    def _remove(self, contact_id: str) -> None:
        person, patient_id = self._person(), self._patient_id

        def over(view: ContactsView) -> None:
            self._removing = ""
            self._draw(view)
            self._dialog.take_focus()
            self._done("Contact removed")

        self._bridge.start(self._lanes["store"], lambda _job: self._contacts().remove(contact_id, patient_id, person),
                           owner=self._dialog, done=over, failed=self._failed)  # fmt: skip

    @Slot()
    def _save(self) -> None:
        typed, person = self._form.typed, self._person()
        self._form.show_verb("Save", "Saving", "")

        def over(view: ContactsView) -> None:
            self._form.close_over()
            self._draw(view)
            self._done(f"{typed.name.strip()} is a contact now")

        self._bridge.start(self._lanes["store"], lambda _job: self._contacts().put(typed, person), owner=self._form,
                           done=over, failed=self._not_saved)  # fmt: skip

    def _not_saved(self, error: Exception) -> None:
        self._form.show_verb("Save", "", "")
        field = str(error.facts.get("field") or "") if isinstance(error, PosError) else ""
        if isinstance(error, PosError) and field in self._form.rows:
            self._form.show_errors({field: self._speech.field(error.message_key, error.facts)})
            self._form.rows[field].field.setFocus()
            return
        notice = self._speech.error(error)
        self._form.refuse(f"{notice.title}. {notice.body}")

    @Slot()
    def _back(self) -> None:
        if self._dialog.isVisible():
            self._dialog.take_focus()

    def _failed(self, error: Exception) -> None:
        notice = self._speech.error(error)
        self._dialog.refuse(f"{notice.title}. {notice.body}")
        if not self._dialog.isVisible():
            self._dialog.open_over()
