"""Documents and notes, judged: what could not be shown or fetched later is kept apart."""

from __future__ import annotations

import re

from models.ledger.draft import Draft
from models.ledger.judging import accept, quarantine
from models.operations.documents import DocumentAdd, NoteAdd
from models.operations.operation import Operation
from models.rules.documents import LARGEST_BYTES, MEDIA

_CONTENT = re.compile(r"[0-9a-f]{64}")


def add(op: Operation, body: DocumentAdd, draft: Draft) -> None:
    """A document is named: its bytes are known by their hash, and are of a size and a type that are taken."""
    fits = 0 < body.size_bytes <= LARGEST_BYTES and body.media_type in MEDIA
    if fits and _CONTENT.fullmatch(body.content_id) and body.name.strip():
        accept(draft, op)
    else:
        quarantine(draft, op, "document_unknown")


def note(op: Operation, body: NoteAdd, draft: Draft) -> None:
    """Something was written down."""
    if body.text.strip():
        accept(draft, op)
    else:
        quarantine(draft, op, "note_empty")
