"""What the documents' panel shows: frozen, made of what the story tells. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.document_views import HIDDEN, DocumentItem, DocumentList
from widgets.common.cells import IconCell, PillCell, Shown, TableRow, WordsCell
from widgets.common.pill import Look
from widgets.common.speech import Notice
from widgets.common.table import Column
from widgets.common.text import NOT_APPLICABLE
from widgets.common.when import count_text, day_text, time_text

LOOKS: dict[str, Look] = {
    "waiting": ("Waiting", "warn", "cloud-off"),
    "sending": ("Being sent", "info", "upload"),
    "checking": ("Checking", "info", "hourglass"),
    "not_taken": ("Not taken", "bad", "circle-alert"),
    "coming": ("On its way", "info", "download"),
    "clean": ("Clean", "ok", "shield-check"),
    "unscanned": ("Not scanned", "neutral", "shield-question-mark"),
    "refused": ("Held back", "bad", "shield-alert"),
}
"""What became of a document, in two words."""

NARROW = (Column("Document", 150, 1), Column("State", 124, right=True))
WIDE = (
    Column("Document", 240, 4), Column("Beside", 130, 1), Column("Added", 150, 1), Column("By", 110, 1),
    Column("State", 160, right=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentsState:
    """What is drawn. `busy` says what is happening to a file, `said` what was just done, `why` what the chosen
    document's state means."""

    items: tuple[DocumentItem, ...] = ()
    rows: tuple[TableRow, ...] = ()
    chosen: str = ""
    waiting: bool = False
    busy: str = ""
    said: str = ""
    notice: Notice | None = None

    @property
    def item(self) -> DocumentItem | None:
        """The chosen document."""
        return next((each for each in self.items if each.document_id == self.chosen), None)

    @property
    def foot(self) -> str:
        """What stands under the list."""
        return self.busy or self.said or count_text(len(self.items), "document", "documents")

    @property
    def can_open(self) -> bool:
        """May the chosen one be looked at?"""
        return self.item is not None and self.item.state not in HIDDEN and not self.busy


def rows_of(found: DocumentList, today: date, *, wide: bool) -> tuple[TableRow, ...]:
    """The list's rows, for a column of a page (two lines) or a page of its own."""
    return tuple(_row(each, today, wide=wide) for each in found.items)


def _row(item: DocumentItem, today: date, *, wide: bool) -> TableRow:
    look = look_of(item)
    day = day_text(item.at.date(), today)
    if wide:
        name = IconCell("file-text", "neutral", item.name, f"{item.kind} · {item.size}")
        cells: tuple[Shown | None, ...] = (
            name, WordsCell(item.about or NOT_APPLICABLE, ink="text2"), WordsCell(f"{day}, {time_text(item.at)}"),
            WordsCell(item.by, ink="text2"), PillCell(look, right=True),
        )  # fmt: skip
    else:
        under = " · ".join(part for part in (item.about, item.size, item.by, day) if part)
        name = IconCell("file-text", "neutral", item.name, under)
        cells = (name, PillCell(look, right=True))
    said = f"{item.name}, {item.kind}, {item.size}, added by {item.by} on {day}, {look[0]}"
    return TableRow(item.document_id, cells, spoken=said)


def look_of(item: DocumentItem) -> Look:
    """The pill of a document; of one on its way, how much of it is there."""
    words, meaning, icon = LOOKS[item.state]
    if item.state == "sending" and 0 < item.part < 1:
        words = f"Sent {int(item.part * 100)} %"
    return words, meaning, icon
