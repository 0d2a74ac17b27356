"""Bodies of the operations about what is kept beside money: documents and notes of a patient, a payment, a request.

A document's bytes do not travel in the log. The log names them by what they are (`content_id`, the SHA-256 of the
bytes), and they follow beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

CLEAN, REFUSED, UNSCANNED = "clean", "refused", "unscanned"
VERDICTS = (CLEAN, REFUSED, UNSCANNED)
"""What the hub says of a document it has whole: looked at and clean, looked at and held back, or that no scanner is set
up. Before that a document waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAdd:
    """A file was put beside a patient, or beside one payment or request of theirs (fact; S2-13).

    `subject_id` is the payment's or request's id, empty for the patient as a whole. `content_id` is the SHA-256 of the
    bytes in hex, `size_bytes` how many they are (more than zero), `media_type` what they are by their content
    (`models.rules.documents.MEDIA`), `name` the file's name as a person will see it.
    """

    document_id: str
    patient_id: str
    content_id: str
    size_bytes: int
    media_type: str
    name: str
    subject_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRemove:
    """A document was taken out of the list (fact); `reason` is what the person said. History keeps that it
    was there."""

    document_id: str
    patient_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKept:
    """Derived by the hub: it has all bytes of a document. `verdict` is one of VERDICTS."""

    document_id: str
    patient_id: str
    cause_op_id: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdd:
    """Somebody wrote something down about a patient, or about one payment or request of theirs (`subject_id`; fact;
    S2-13). Notes are never changed and never taken away; author and time are the operation's."""

    note_id: str
    patient_id: str
    text: str
    subject_id: str = ""
