"""What the page of fee schedules shows, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.fee_schedules import FeeChange
from app.fee_views import FeeItem, FeeList, FeePreview, PayerFees
from app.words import sentence
from models.basics.money import show_cents
from models.rules.fees import COMING, ENDED, IN_FORCE, REPLACED
from widgets.common.cells import MoneyCell, PillCell, TableRow, WordsCell
from widgets.common.pill import Look
from widgets.common.speech import Notice
from widgets.common.table import Column
from widgets.common.when import count_text, full_day_text

NOW, EVERY = "now", "every"
"""Which prices are listed: those in force and to come, or all that ever were noted."""

PAYER_COLUMNS = (Column("Payer", 190, stretch=1),)
FEE_COLUMNS = (Column("Code", 84), Column("Allowed", 96, right=True), Column("Holds", 200, 1), Column("State", 112))
CHANGE_COLUMNS = (
    Column("Payer and code", 200, 1), Column("Before", 100, right=True), Column("From then on", 110, right=True),
    Column("From", 120),
)  # fmt: skip
LOOKS: dict[str, Look] = {
    IN_FORCE: ("In force", "ok", "check"), COMING: ("Coming", "info", "calendar-clock"),
    ENDED: ("Ended", "neutral", "clock"), REPLACED: ("Put right", "neutral", "pen-line"),
}  # fmt: skip
OUT_OF_A_TABLE = "From a table"
SHOWN_REFUSALS = 20


@dataclass(frozen=True, slots=True)
class FeesState:
    """All of the page. `payers` None: they are being read. `chosen` is the key of the fee under the mark."""

    payers: tuple[PayerFees, ...] | None = None
    fees: FeeList | None = None
    may: bool = False
    search: str = ""
    which: str = NOW
    chosen: str = ""
    notice: Notice | None = None

    @property
    def item(self) -> FeeItem | None:
        """The price under the mark."""
        return next((each for each in self.fees.items if each.key == self.chosen), None) if self.fees else None

    @property
    def empty(self) -> bool:
        """Is nothing known of any payer?"""
        return self.payers == ()

    @property
    def foot(self) -> str:
        """What stands under the prices."""
        if self.fees is None:
            return ""
        shown = len(self.fees.items)
        if shown < self.fees.found:
            return f"The first {shown:,} of {self.fees.found:,}: search by code to see the others"
        return count_text(self.fees.found, "price", "prices")

    @property
    def none_found(self) -> str:
        """Why no price is listed."""
        if self.search.strip():
            return f"No code begins like {self.search.strip()}."
        return "No price holds today or later." if self.which == NOW else "No price was ever noted."


def payer_rows(payers: tuple[PayerFees, ...]) -> tuple[TableRow, ...]:
    """The list at the left."""
    return tuple(TableRow(each.payer_key, (WordsCell(each.payer, _payer_words(each), "body_medium"),))
                 for each in payers)  # fmt: skip


def _payer_words(each: PayerFees) -> str:
    parts = (
        count_text(each.codes, "code", "codes"), f"since {full_day_text(each.since)}" if each.since else "",
        f"next {full_day_text(each.next_on)}" if each.next_on else "",
    )  # fmt: skip
    return " · ".join(part for part in parts if part)


def fee_rows(fees: FeeList) -> tuple[TableRow, ...]:
    """A payer's prices."""
    return tuple(_fee_row(each) for each in fees.items)


def _fee_row(item: FeeItem) -> TableRow:
    quiet = item.state in (ENDED, REPLACED)
    ink = "muted" if quiet else "text"
    under = " · ".join(part for part in (item.reason or OUT_OF_A_TABLE, item.noted_by,
                                         full_day_text(item.noted_at.date())) if part)  # fmt: skip
    look = LOOKS[item.state]
    amount = MoneyCell(item.cents, "table" if quiet else "table_strong", ink)
    cells = (WordsCell(item.code, style="table_medium", ink=ink), amount, WordsCell(days_words(item), under, ink=ink),
             PillCell(look))  # fmt: skip
    spoken = f"{item.code}, {show_cents(item.cents)}, {days_words(item)}, {look[0]}, {under}"
    return TableRow(item.key, cells, spoken=spoken)


def days_words(item: FeeItem) -> str:
    """`Since May 14, 2026`, `May 14, 2026 to Jun 1, 2026`; of one that was put right the day it was meant for."""
    begins = full_day_text(item.starts_on)
    if item.state == REPLACED:
        return f"Meant from {begins}"
    if item.ends_on is None:
        return f"{'From' if item.state == COMING else 'Since'} {begins}"
    return f"{begins} to {full_day_text(item.ends_on)}"


def change_rows(preview: FeePreview) -> tuple[TableRow, ...]:
    """What a file would change."""
    return tuple(_change_row(number, each) for number, each in enumerate(preview.changes))


def _change_row(number: int, change: FeeChange) -> TableRow:
    before = MoneyCell(change.before_cents, "table", "muted", words="" if change.before_cents else "New")
    day = full_day_text(date.fromisoformat(change.starts_on))
    cells = (WordsCell(change.code, change.payer, "table_medium"), before, MoneyCell(change.cents), WordsCell(day))
    return TableRow(str(number), cells)


def preview_words(preview: FeePreview) -> str:
    """`3 new prices, 2 changed, 1,204 as before. 1 row cannot be taken.`"""
    new = sum(each.before_cents is None for each in preview.changes)
    shown = len(preview.changes)
    parts = [count_text(preview.found, "price is news", "prices are news")]
    if preview.found == shown and shown:
        parts = [text for text in (count_text(new, "new price", "new prices") if new else "",
                                   f"{shown - new:,} changed" if shown > new else "") if text]  # fmt: skip
    elif preview.found:
        parts.append(f"the first {shown:,} are listed")
    if preview.same:
        parts.append(f"{preview.same:,} as before")
    refused = len(preview.refusals)
    more = f" {count_text(refused, 'row', 'rows')} cannot be taken." if refused else ""
    return f"{', '.join(parts)}.{more}"


def refusal_words(preview: FeePreview) -> str:
    """What cannot be taken, a line for each: where, and why."""
    lines = []
    for each in preview.refusals[:SHOWN_REFUSALS]:
        place = " · ".join(part for part in (each.file, each.path) if part)
        lines.append(f"{place}: {sentence(each.reason, each.facts).title}")
    more = len(preview.refusals) - len(lines)
    return "\n".join([*lines, f"and {more:,} more"] if more else lines)
