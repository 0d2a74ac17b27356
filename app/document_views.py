"""Documents and notes as screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from receipts.layouts.pictures import Picture


@dataclass(frozen=True, slots=True)
class DocumentItem:
    """One document of a list. `state` is what became of its bytes, one of STATES; `part` how much of it is sent, 0 to
    1. `about` is the number of the payment or request it lies beside, empty for the patient. `mine`: whoever looks may
    take it out without a manager."""

    document_id: str
    name: str
    kind: str
    size: str
    media_type: str
    at: datetime
    by: str
    about: str
    state: str
    part: float = 0.0
    why: str = ""
    mine: bool = False

    @property
    def can_open(self) -> bool:
        """May its bytes be looked at here?"""
        return self.state not in HIDDEN


STATES = ("waiting", "sending", "checking", "not_taken", "coming", "clean", "unscanned", "refused")
"""waiting for the line · on its way to the hub · the hub's scanner looks · the hub does not take it · on its way from
another desk · looked at and clean · at the hub, which has no scanner · held back by the scanner."""
HIDDEN = frozenset({"coming", "refused"})


@dataclass(frozen=True, slots=True)
class DocumentList:
    """The documents of a patient, or of one payment or request; newest first."""

    patient_id: str
    subject_id: str
    items: tuple[DocumentItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A document to look at: `pages` of a PDF (the first of `page_count`), or the bytes of an `image`."""

    item: DocumentItem
    pages: tuple[Picture, ...] = ()
    page_count: int = 0
    image: bytes = b""


@dataclass(frozen=True, slots=True)
class NoteItem:
    """One note. `about` as with a document; `pending`: the hub does not know of it yet."""

    note_id: str
    text: str
    at: datetime
    by: str
    about: str
    pending: bool


@dataclass(frozen=True, slots=True)
class NoteList:
    """The notes about a patient, or about one payment or request; newest first."""

    patient_id: str
    subject_id: str
    items: tuple[NoteItem, ...] = ()
