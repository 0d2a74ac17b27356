"""Bodies of the operations about a patient's data as such: the portal's terms, and data that was given out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalTerms:
    """A patient opened an account at the portal under these terms (fact, said by the hub). `said_by` is who, by name;
    `words` the version of what stood there, with its language, and `words_sha256` the SHA-256 (hex) of its text."""

    consent_id: str
    patient_id: str
    said_by: str
    words: str
    words_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientExported:
    """All that is known of a patient was put into one file, of so many parts, for somebody outside (fact; S4-02). By
    whom and when say the operation's own actor and time; where the file went is nobody's business."""

    export_id: str
    patient_id: str
    parts: int
    size_bytes: int
