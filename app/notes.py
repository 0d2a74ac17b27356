"""Notes about a patient, a payment or a request (S2-13): written once, never changed, with author and time."""

from __future__ import annotations

from app.clinic import Clinic
from app.document_views import NoteItem, NoteList
from app.fields import no_card_number
from app.refusals import need
from app.views import Person
from models.basics.errors import RuleBroken
from models.operations.documents import NoteAdd
from models.rules.documents import LONGEST_NOTE
from models.rules.rights import Right
from models.store.queries import documents, rows, staff


class Notes:
    """`view` on the `reads` lane, `add` on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def view(self, patient_id: str, subject_id: str = "") -> NoteList:
        """What was noted about a patient, or about one payment or request of theirs."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            found = documents.notes(reader, clinic.tenant, patient_id, subject_id)
            about = documents.about(reader, clinic.tenant, sorted({each.subject_id for each in found} - {""}))
            names = staff.staff_names(reader, clinic.tenant)
        items = (
            NoteItem(each.note_id, each.text, clinic.local(each.noted_at), names.get(each.actor, ""),
                     about.get(each.subject_id, ""), each.seq == 0) for each in found
        )  # fmt: skip
        return NoteList(patient_id, subject_id, tuple(items))

    def add(self, note_id: str, patient_id: str, subject_id: str, text: str, person: Person) -> NoteList:
        """Write a note down. `note_id` was made when the form opened, so that a second Enter writes nothing twice.
        Needs the right for payments. Raises RuleBroken, nothing written: `staff.right_missing`, `notes.empty`,
        `notes.too_long`, `collect.card_number`, `collect.patient_gone`."""
        need(Right.PAYMENTS, person)
        clinic, words = self._clinic, _clean(text)
        if not words:
            raise RuleBroken("notes.empty", field="note")
        if len(words) > LONGEST_NOTE:
            raise RuleBroken("notes.too_long", field="note", limit=LONGEST_NOTE)
        no_card_number(words, "note")
        with clinic.store.write() as tx:
            if rows.person(tx.reader, clinic.tenant, patient_id) is None:
                raise RuleBroken("collect.patient_gone")
            known = documents.notes(tx.reader, clinic.tenant, patient_id)
            if all(each.note_id != note_id for each in known):
                tx.record(NoteAdd(note_id=note_id, patient_id=patient_id, subject_id=subject_id, text=words),
                          person_id=person.staff_id, business_date=clinic.today().isoformat())  # fmt: skip
        return self.view(patient_id, subject_id)


def _clean(text: str) -> str:
    """The text as it was typed, without signs no screen can show and without empty ends."""
    lines = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\0", "").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
