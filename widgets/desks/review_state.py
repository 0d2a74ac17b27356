"""What the review of records kept apart shows, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.quarantine import Apart
from app.syncing import group_of
from app.words import sentence
from models.basics.money import show_cents
from widgets.common import MoneyCell, TableRow, WordsCell
from widgets.syncing.state import moment


@dataclass(frozen=True, slots=True)
class ReviewState:
    """The dialog. `title` names the desk; `error` is why the last act was not done."""

    title: str = "Records waiting review"
    apart: tuple[Apart, ...] = ()
    now: datetime | None = None
    chosen: str = ""
    read: bool = False
    busy: bool = False
    told: str = ""
    error: str = ""

    @property
    def one(self) -> Apart | None:
        """The record that is chosen."""
        return next((one for one in self.apart if one.op_id == self.chosen), None)

    @property
    def rows(self) -> tuple[TableRow, ...]:
        """The list."""
        return tuple(row_of(one, self.now) for one in self.apart if self.now is not None)


def row_of(one: Apart, now: datetime) -> TableRow:
    """One record as a row."""
    when = moment(one.made_at, now) if one.made_at else "time unknown"
    what = kind_words(one.kind)
    second = ", ".join(part for part in (one.receipt_no, one.made_by) if part)
    cells = (
        WordsCell(what, second, "table_strong"), WordsCell(one.patient or "No patient named"),
        WordsCell(sentence(one.because).title, when), MoneyCell(one.amount_cents or None),
    )  # fmt: skip
    return TableRow(one.op_id, cells)


def kind_words(kind: str) -> str:
    """`Payment`, `Posting of credit`: one record of a kind."""
    words = sentence(f"waiting.{group_of(kind)}", {"count": 1}).title.removeprefix("1 ")
    return words[:1].upper() + words[1:]


def effect(one: Apart | None) -> str:
    """What letting it in or leaving it out means for the money."""
    if one is None:
        return ""
    amount = f" {show_cents(one.amount_cents)}" if one.amount_cents else ""
    if not one.may_count:
        return f"It cannot count as it is. Enter it{' with' + amount if amount else ''} again, then leave this one out."
    return (
        f"Let in,{amount or ' it'} counts at every desk from now on. Left out, it never counts; it stays in the list."
    )
