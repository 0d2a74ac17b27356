"""What the notes' panel shows: frozen. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.document_views import NoteItem
from widgets.common.speech import Notice
from widgets.common.when import day_text, time_text


@dataclass(frozen=True, slots=True)
class NotesState:
    """What is drawn; `busy`: a note is being written down."""

    items: tuple[NoteItem, ...] = ()
    waiting: bool = False
    busy: bool = False
    error: str = ""
    notice: Notice | None = None


def head_of(item: NoteItem, today: date) -> str:
    """Who wrote a note, when, and beside what."""
    parts = [item.by or "Somebody", f"{day_text(item.at.date(), today)}, {time_text(item.at)}"]
    parts += [item.about] if item.about else []
    parts += ["not sent yet"] if item.pending else []
    return " · ".join(parts)
