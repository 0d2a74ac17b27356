"""What the lists Waiting and Solved show, worked out without a window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.attention_lists import PAGE, AttentionRecord, RecordPage
from models.basics.money import show_cents
from widgets.attention.state import KINDS, SOLVED, WAITING, AttentionState, Pages, RecordDetail, Row, Say, when_text
from widgets.common.patient import identity_text
from widgets.common.speech import Notice
from widgets.common.when import count_text, day_text, time_text

GROUP_ICONS = {
    "payments": "hand-coins", "undone": "undo-2", "postings": "arrow-left-right", "refunds": "undo-2",
    "charges": "receipt-text", "practice": "settings", "visits": "calendar-days", "patients": "users",
    "messages": "mail", "statements": "file-text", "drawer": "inbox", "tasks": "circle-check",
    "requests": "receipt-text", "answers": "shield-check",
}  # fmt: skip
"""What waits, as icons; everything else is a record."""
EMPTY = {
    WAITING: ("Nothing waits.", "Everything this desk did is at the hub."),
    SOLVED: ("Nothing was solved yet.", "What is solved is kept here, with who, when and how."),
}
"""The words of a list with nothing in it."""
_GOES = (
    "It is safe on this desk and goes to the hub by itself. Until the hub has it, other desks do not see it and "
    "nothing needs you."
)


def records_state(
    tab: str, page: RecordPage, chosen_id: str, counts: dict[str, int], *, say: Say, now: datetime,
    notice: Notice | None = None,
) -> AttentionState:  # fmt: skip
    """All of the page while `tab` (WAITING or SOLVED) is shown."""
    lines = page.lines
    chosen = next((line for line in lines if line.record_id == chosen_id), lines[0] if lines else None)
    solved = tab == SOLVED
    return AttentionState(
        tab=tab, counts=counts, rows=tuple((_solved_row if solved else _waiting_row)(line, say, now) for line in lines),
        head=_solved_head(page) if solved else _waiting_head(page, now), selected=chosen.record_id if chosen else "",
        record=(_solved if solved else _waiting)(chosen, say, now) if chosen else None, pages=_pages(page),
        empty=EMPTY[tab], loaded=True, notice=notice,
    )  # fmt: skip


def _pages(page: RecordPage) -> Pages | None:
    """Which lines are shown, where they are not all."""
    if page.count <= PAGE:
        return None
    last = page.first + len(page.lines)
    return Pages(f"{page.first + 1:,}–{last:,} of {page.count:,}", page.first > 0, last < page.count)


def _waiting_head(page: RecordPage, now: datetime) -> str:
    if not page.lines:
        return ""
    oldest = f", oldest from {when_text(page.lines[0].at, now)}" if page.first == 0 else ""
    return f"{count_text(page.count, 'change', 'changes')} waiting for the hub{oldest}"


def _solved_head(page: RecordPage) -> str:
    return f"{page.count:,} in the last three months" if page.count else ""


def _day(at: datetime, now: datetime) -> str:
    return "Today" if at.date() == now.date() else day_text(at.date(), now.date())


def _waiting_row(line: AttentionRecord, say: Say, now: datetime) -> Row:
    who = line.patient.name if line.patient else ""
    return Row(
        line.record_id, GROUP_ICONS.get(line.kind, "file-text"), "neutral", say(line.words, line.facts).title,
        _joined((who, line.who)), _amount(line), time_text(line.at), _day(line.at, now),
    )  # fmt: skip


def _solved_row(line: AttentionRecord, say: Say, now: datetime) -> Row:
    kind = KINDS.get(line.kind, KINDS["elsewhere"])
    who = line.patient.name if line.patient else ""
    return Row(
        line.record_id, kind.icon, "neutral", say(line.words, line.facts).title,
        _joined((who, say(line.how, {}).title)), _amount(line), time_text(line.at), _day(line.at, now),
    )  # fmt: skip


def _waiting(line: AttentionRecord, say: Say, now: datetime) -> RecordDetail:
    tried = when_text(line.tried_at, now) if line.tried_at else "Not yet"
    return RecordDetail(
        title=say(line.words, line.facts).title, who=_whose(line), pill=("Waiting for the hub", "warn", "clock"),
        amount=_amount(line), text=_GOES,
        facts=_facts(("Made", when_text(line.at, now)), ("By", line.who), ("Number", line.number),
                     ("Last tried", tried)),
        patient_id=line.patient.patient_id if line.patient else "",
    )  # fmt: skip


def _solved(line: AttentionRecord, say: Say, now: datetime) -> RecordDetail:
    words = say(line.words, line.facts)
    came = when_text(line.since, now) if line.since else ""
    return RecordDetail(
        title=words.title, who=_whose(line), pill=("Solved", "ok", "check"), amount=_amount(line),
        text=f"As it was then: {words.body}",
        facts=_facts(("How", say(line.how, {}).title), ("Solved", when_text(line.at, now)),
                     ("By", line.who or "Nobody had to"), ("Why", line.reason), ("Came up", came)),
        patient_id=line.patient.patient_id if line.patient else "",
    )  # fmt: skip


def _whose(line: AttentionRecord) -> str:
    return _joined((line.patient.name, identity_text(line.patient))) if line.patient else ""


def _amount(line: AttentionRecord) -> str:
    return show_cents(line.cents) if line.cents else ""


def _facts(*facts: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in facts if value)


def _joined(parts: Sequence[str]) -> str:
    return " · ".join(part for part in parts if part)
