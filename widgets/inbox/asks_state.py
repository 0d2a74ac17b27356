"""What the list of payment requests shows, and the words of its forms. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.ask_views import LIKED, OPEN, SENDABLE, AskLine, AskSheet, AskState, AsksView, ManyLine, ManySheet, Which
from app.message_lines import show_address
from app.words import sentence
from models.basics.money import show_cents
from models.rules.campaigns import Age
from widgets.common.cells import Cell, MoneyCell, PillCell, TableRow, WordsCell
from widgets.common.patient import short_identity_text
from widgets.common.pill import Look
from widgets.common.speech import Notice
from widgets.common.table import Column
from widgets.common.when import count_text, day_text, full_day_text, time_text
from widgets.inbox.state import Chosen, page_words

COLUMNS: Final = (
    Column("Asked", 104), Column("Account", 168, 3), Column("Where", 190, 2), Column("Amount", 104, right=True),
    Column("Reminders", 150, 1), Column("Status", 168, 1),
)  # fmt: skip
MANY_COLUMNS: Final = (
    Column("Account", 168, 3), Column("Owed since", 104, 1), Column("Where", 170, 2), Column("Amount", 96, right=True),
)  # fmt: skip
LEFT_COLUMNS: Final = (Column("Account", 168, 3), Column("Why not", 210, 3), Column("Amount", 96, right=True))
WHICH_WORDS: Final = {
    Which.ALL: "All requests", Which.OPEN: "Open", Which.REMINDED: "Reminded", Which.FAILED: "Not sent",
    Which.PAID: "Paid", Which.OVER: "Over",
}  # fmt: skip
REMINDER_WORDS: Final = {
    "3,7": "Remind after 3 and 7 days", "7,14": "Remind after 7 and 14 days", "3": "Remind after 3 days",
    "7": "Remind after 7 days", "": "No reminder",
}  # fmt: skip
CHANNEL_WORDS: Final = {"text": "Text", "email": "E-mail"}
MANY_CHANNELS: Final = {LIKED: "Each their own way", **CHANNEL_WORDS}
AGE_WORDS: Final = {
    Age.TO_30: "0 to 30 days", Age.TO_60: "31 to 60 days", Age.TO_90: "61 to 90 days", Age.OVER_90: "More than 90 days",
}  # fmt: skip
ACT_KEYS: Final[tuple[tuple[str, str, str], ...]] = (
    ("many", "Bulk request", "B"), ("again", "Send again", "S"), ("cancel", "Take back", "T"),
    ("snooze", "Snooze", "Z"),
)  # fmt: skip
"""What keys do on the list besides N."""
_LOOKS: Final[dict[AskState, Look]] = {
    AskState.WAITING: ("On its way", "neutral", "clock"), AskState.SENT: ("Sent", "info", "check"),
    AskState.REMINDED: ("Reminded", "info", "calendar-clock"), AskState.FAILED: ("Not sent", "bad", "circle-x"),
    AskState.PROCESSING: ("Bank asked", "info", "loader"),
    AskState.PAID: ("Paid", "ok", "check"), AskState.SETTLED: ("Settled", "ok", "check"),
    AskState.CANCELLED: ("Taken back", "neutral", "undo-2"), AskState.EXPIRED: ("Expired", "neutral", "clock"),
    AskState.LEFT_OUT: ("Left out", "warn", "ban"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AsksState:
    """Everything the list shows."""

    lines: tuple[AskLine, ...] = ()
    rows: tuple[TableRow, ...] = ()
    foot: str = ""
    said: str = ""
    empty: tuple[str, str] | None = None
    notice: Notice | None = None
    skeleton: bool = False
    page: int = 0
    more: bool = False

    def line(self, key: str) -> AskLine | None:
        """The request a row is about."""
        return next((line for line in self.lines if line.ask_id == key), None)


def asks_state(view: AsksView, chosen: Chosen, *, said: str = "", notice: Notice | None = None) -> AsksState:
    """The list for what was read."""
    rows = tuple(_row(line, view.today) for line in view.lines)
    counts = " · ".join(f"{count} {_LOOKS[state][0].lower()}" for state, count in view.counts)
    return AsksState(view.lines, rows, page_words(chosen.page, view.more) + counts, said,
                     None if rows else _empty(chosen.which), notice, page=chosen.page, more=view.more)  # fmt: skip


def _empty(which: Which) -> tuple[str, str]:
    if which is Which.ALL:
        return ("No payment requests", "Press N to ask a patient for what they owe, or B to ask many at once.")
    return ("Nothing like this", "No request of these days fits. Choose other days, or all requests.")


def _row(line: AskLine, today: date) -> TableRow:
    ink = "text" if line.state in OPEN else "text2"
    reason = sentence(line.reason).title if line.reason else ""
    told = f"{line.told} of {line.times} sent" if line.state in SENDABLE and line.times > 1 else ""
    next_on = f"Next {full_day_text(line.next_on)}" if line.next_on else ""
    until = line.snoozed_until
    snoozed = f"Snoozed to {day_text(until, today)}" if until is not None and until >= today else ""
    cells: tuple[Cell, ...] = (
        WordsCell(day_text(line.at.date(), today), time_text(line.at), "table", ink),
        WordsCell(line.patient.name, snoozed or short_identity_text(line.patient), "body_medium"),
        WordsCell(line.address, line.campaign or line.note, "table", ink),
        MoneyCell(line.amount_cents, "table_strong" if line.state in OPEN else "table", ink),
        WordsCell(reason or next_on or told, told if next_on else "", "table", ink),
        PillCell(_LOOKS[line.state]),
    )
    return TableRow(line.ask_id, cells)


def offers_for(line: AskLine | None) -> frozenset[str]:
    """What a row can take; a new request, one or many, always."""
    if line is None:
        return frozenset({"many"})
    own = {"again"} if line.state in SENDABLE else set()
    return frozenset({"many", "snooze", *own, *(["cancel"] if line.state in OPEN else [])})


# The forms --------------------------------------------------------------------------------------------------------


def days_of(key: str) -> tuple[int, ...]:
    """The days of a choice of reminders."""
    return tuple(int(each) for each in key.split(",") if each)


def owed_words(sheet: AskSheet) -> str:
    """What may be asked."""
    if not sheet.owed_cents:
        return "Nothing is owed now. An amount is asked for as a payment request of its own."
    return f"{show_cents(sheet.owed_cents)} is owed by the family, less credit and what a plan pays."


def known_words(sheet: AskSheet, today: date) -> tuple[str, str] | None:
    """(title, words) of what is asked already; None: nothing is."""
    if not sheet.known:
        return None
    first = sheet.known[0]
    return (f"Asked for {show_cents(first.amount_cents)} on {day_text(first.at.date(), today)}",
            "That request is still open. This one comes on top of it.")  # fmt: skip


def sent_words(line: AskLine) -> str:
    """What is said once a request is written down."""
    return f"{show_cents(line.amount_cents)} asked of {line.patient.name}."


def many_rows(lines: tuple[ManyLine, ...]) -> tuple[TableRow, ...]:
    """Who will be asked."""
    return tuple(
        TableRow(line.patient.patient_id, (
            WordsCell(line.patient.name, short_identity_text(line.patient), "body_medium"),
            WordsCell(full_day_text(line.oldest) if line.oldest else "", "", "table", "text2"),
            WordsCell(show_address(line.channel, line.address), "", "table", "text2"),
            MoneyCell(line.cents, "table_strong"),
        )) for line in lines
    )  # fmt: skip


def left_rows(lines: tuple[ManyLine, ...]) -> tuple[TableRow, ...]:
    """Who will not, and why."""
    return tuple(
        TableRow(line.patient.patient_id, (
            WordsCell(line.patient.name, short_identity_text(line.patient), "body_medium"),
            WordsCell(why_words(line), "", "table", "text2"),
            MoneyCell(line.cents, "table", "text2"),
        )) for line in lines
    )  # fmt: skip


def why_words(line: ManyLine) -> str:
    """Why somebody is left out."""
    words = sentence(f"ask.left.{line.left}").title
    return f"{words} to {full_day_text(line.snoozed_until)}" if line.left == "snoozed" and line.snoozed_until else words


def many_words(sheet: ManySheet, *, statement: bool = False) -> tuple[str, str]:
    """(what the button says, what will happen)."""
    count = len(sheet.asked)
    if not count:
        return "Send requests", "Nobody fits. Choose a lower amount or more ages."
    each = count_text(count, "request", "requests")
    along = f" · {sheet.papers} with a statement" if statement else ""
    return f"Send {each}", f"{count_text(count, 'patient', 'patients')} · {show_cents(sheet.cents)} in all{along}"


def snooze_words(until: date | None) -> str:
    """What snoozing means for an account that is snoozed up to a day, or is not."""
    if until is None:
        return "Bulk requests leave this account out up to that day. What was sent already stays as it is."
    return f"Snoozed to {full_day_text(until)}. Empty the field to ask this account again."
