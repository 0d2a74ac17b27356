"""Documents and notes of a person, and what of documents is on its way to the hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from models.store.queries import people
from models.store.queries.rows import marks


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document. Moments are UTC text; `verdict` is empty until the hub has all of it; `seq` 0: the hub does not
    know of it yet."""

    document_id: str
    patient_id: str
    subject_id: str
    content_id: str
    size_bytes: int
    media_type: str
    name: str
    added_at: str
    actor: str
    device: str
    verdict: str
    removed_at: str
    seq: int


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note. `noted_at` is UTC text."""

    note_id: str
    patient_id: str
    subject_id: str
    text: str
    noted_at: str
    actor: str
    device: str
    seq: int


_DOCUMENT = ", ".join(f"d.{field.name}" for field in fields(DocumentRow))
_NOTE = ", ".join(f"n.{field.name}" for field in fields(NoteRow))
_THERE = f"SELECT {_DOCUMENT} FROM document d WHERE d.tenant = ? AND d.removed_at = ''"


def of_person(connection: Any, tenant: str, patient_id: str, subject_id: str = "") -> list[DocumentRow]:
    """The documents of a person over every record of theirs, newest first; those of one payment or request where
    `subject_id` names it, else all of them."""
    mine = people.records(connection, tenant, patient_id)
    found = connection.execute(
        f"{_THERE} AND d.patient_id IN ({marks(len(mine))}) AND (? = '' OR d.subject_id = ?) "
        "ORDER BY d.added_at DESC, d.document_id DESC",
        (tenant, *mine, subject_id, subject_id),
    )
    return [DocumentRow(*row) for row in found]


def document(connection: Any, tenant: str, document_id: str) -> DocumentRow | None:
    """One document, also one that was taken out of the list; None where there is none."""
    row = connection.execute(
        f"SELECT {_DOCUMENT} FROM document d WHERE d.tenant = ? AND d.document_id = ?", (tenant, document_id)
    ).fetchone()
    return DocumentRow(*row) if row else None


def not_kept(connection: Any, tenant: str) -> list[DocumentRow]:
    """Documents of which the hub has not said that it has them, the oldest first."""
    found = connection.execute(f"{_THERE} AND d.verdict = '' ORDER BY d.added_at, d.document_id", (tenant,))
    return [DocumentRow(*row) for row in found]


def listed(connection: Any, tenant: str) -> list[DocumentRow]:
    """Documents of every list, the newest first."""
    found = connection.execute(f"{_THERE} ORDER BY d.added_at DESC, d.document_id", (tenant,))
    return [DocumentRow(*row) for row in found]


def contents(connection: Any, tenant: str) -> list[tuple[str, int]]:
    """Every content that a document in a list names, each once, with its size in bytes."""
    found = connection.execute(
        "SELECT content_id, max(size_bytes) FROM document WHERE tenant = ? AND removed_at = '' "
        "GROUP BY content_id ORDER BY content_id",
        (tenant,),
    )
    return [(str(content_id), int(size)) for content_id, size in found]


def taken_out(connection: Any, tenant: str) -> list[str]:
    """Contents of documents that were taken out of their list, and the hub knows that; others may name them still."""
    found = connection.execute(
        "SELECT DISTINCT content_id FROM document WHERE tenant = ? AND removed_at <> '' AND seq > 0", (tenant,)
    )
    return [str(row[0]) for row in found]


def notes(connection: Any, tenant: str, patient_id: str, subject_id: str = "") -> list[NoteRow]:
    """The notes about a person, newest first; those about one payment or request where `subject_id` names it, else all
    of them."""
    mine = people.records(connection, tenant, patient_id)
    found = connection.execute(
        f"SELECT {_NOTE} FROM note n WHERE n.tenant = ? AND n.patient_id IN ({marks(len(mine))}) "
        "AND (? = '' OR n.subject_id = ?) ORDER BY n.noted_at DESC, n.note_id DESC",
        (tenant, *mine, subject_id, subject_id),
    )
    return [NoteRow(*row) for row in found]


def about(connection: Any, tenant: str, subjects: Sequence[str]) -> dict[str, str]:
    """What payments and requests are called, by their ids."""
    if not subjects:
        return {}
    query = (
        f"SELECT payment_id, number FROM payment WHERE tenant = ? AND payment_id IN ({marks(len(subjects))}) UNION ALL "
        f"SELECT request_id, number FROM payment_request WHERE tenant = ? AND request_id IN ({marks(len(subjects))})"
    )
    found = connection.execute(query, (tenant, *subjects, tenant, *subjects))
    return {str(name): str(number) for name, number in found}
