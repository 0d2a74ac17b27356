"""Decides what the family dialog shows and does: reads the family, searches as keys arrive, changes who gets a bill."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from app.family import Family, FamilyMember
from app.find import Find
from app.lanes import Lane
from app.views import FoundPatient, Person
from app.words import sentence_for
from widgets.bridge import Bridge
from widgets.family.dialog import FamilyDialog
from widgets.family.state import ADD, JOIN, family_state


class FamilyPresenter(QObject):
    """One dialog, for one patient after the other."""

    def __init__(
        self, dialog: FamilyDialog, *, bridge: Bridge, reads: Lane, store: Lane, family: Family, find: Find,
        person: Callable[[], Person | None],
    ) -> None:  # fmt: skip
        super().__init__(dialog)
        self._dialog, self._bridge, self._reads, self._store = dialog, bridge, reads, store
        self._family, self._find, self._person = family, find, person
        self._done: Callable[[str], None] = lambda _words: None
        self._patient_id, self._way, self._typed = "", ADD, ""
        self._members: tuple[FamilyMember, ...] = ()
        self._found: tuple[FoundPatient, ...] = ()
        dialog.typed.connect(self._type)
        dialog.way_chosen.connect(self._choose_way)
        dialog.chosen.connect(self._take)
        dialog.left.connect(self._own_bill)

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Show the family of a patient, with nothing typed. `done(words)` follows every change, with what to say."""
        self._done = done
        self._patient_id, self._way, self._typed, self._found = patient_id, ADD, "", ()
        self._dialog.field.clear()
        self._dialog.quiet()
        self._read(then=self._dialog.open_over)

    def _read(self, then: Callable[[], None] = lambda: None) -> None:
        def arrived(members: tuple[FamilyMember, ...]) -> None:
            self._members = members
            self._draw()
            then()

        self._bridge.start(self._reads, lambda _job: self._family.members(self._patient_id), owner=self._dialog,
                           done=arrived, failed=self._failed)  # fmt: skip

    def _draw(self) -> None:
        self._dialog.draw(family_state(self._patient_id, self._members, self._way, self._found, self._typed))

    @Slot(str)
    def _type(self, text: str) -> None:
        self._typed = text
        self._dialog.quiet()
        if not text.strip():
            self._found = ()
            self._draw()
            return
        self._bridge.start(self._reads, lambda _job: self._find.search(text), owner=self._dialog,
                           done=lambda found: self._arrived(text, found), failed=self._failed)  # fmt: skip

    def _arrived(self, text: str, found: tuple[FoundPatient, ...]) -> None:
        if text == self._typed:
            self._found = found
            self._draw()

    @Slot(str)
    def _choose_way(self, way: str) -> None:
        self._way = way
        self._draw()
        self._dialog.take_focus()

    @Slot(str)
    def _take(self, chosen_id: str) -> None:
        payer = next((each.patient.patient_id for each in self._members if each.is_guarantor), self._patient_id)
        name = next((hit.patient.name for hit in self._found if hit.patient.patient_id == chosen_id), "")
        if self._way == JOIN and len(self._members) < 2:
            self._set(self._patient_id, chosen_id, f"On the bill of {name} now")
        else:
            self._set(chosen_id, payer, f"{name} is on this bill now")

    @Slot(str)
    def _own_bill(self, patient_id: str) -> None:
        name = next((each.patient.name for each in self._members if each.patient.patient_id == patient_id), "")
        self._set(patient_id, "", f"{name} has their own bill now")

    def _set(self, patient_id: str, guarantor_id: str, words: str) -> None:
        person = self._person()
        if person is None:
            return

        def written(_nothing: None) -> None:
            self._found, self._typed = (), ""
            self._dialog.field.clear()
            self._dialog.tell(words, meaning="ok")
            self._read()
            self._done(words)

        self._bridge.start(self._store, lambda _job: self._family.set_guarantor(patient_id, guarantor_id, person),
                           owner=self._dialog, done=written, failed=self._failed)  # fmt: skip

    def _failed(self, error: Exception) -> None:
        words = sentence_for(error)
        self._dialog.tell(words.title, " ".join(part for part in (words.body, words.action) if part))
