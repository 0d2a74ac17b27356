"""What Today shows, worked out without a window: which rows, which figures, what the decision column offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.views import EXPECTED_STATES, DueState, SideView, TodayRow, TodayView, VisitState
from models.basics.money import show_cents
from widgets.common.home import home_notes
from widgets.common.patient import identity_text
from widgets.common.speech import Notice
from widgets.common.when import day_text, long_day_text, time_text


class Segment(StrEnum):
    """Which visits of the day are listed."""

    ALL = "all"
    TO_COLLECT = "to_collect"
    WAITING = "waiting"
    DONE = "done"


SEGMENT_WORDS: dict[Segment, str] = {
    Segment.ALL: "All",
    Segment.TO_COLLECT: "To collect",
    Segment.WAITING: "Waiting",
    Segment.DONE: "Done",
}

ALL_PROVIDERS = "All providers"

_OVER = frozenset({VisitState.DONE, VisitState.NO_SHOW, VisitState.CANCELLED})
_HERE_AND_WAITING = frozenset({VisitState.ARRIVED, VisitState.CHECKED_IN})
_MAY_CHECK_IN = frozenset({*EXPECTED_STATES, VisitState.ARRIVED, VisitState.CUSTOM})


def in_segment(row: TodayRow, segment: Segment) -> bool:
    """Does this visit belong under `segment`? A visit that fell out is never listed as something to collect."""
    state = row.visit.state
    if segment is Segment.TO_COLLECT:
        return row.due_state is DueState.DUE and state not in {VisitState.NO_SHOW, VisitState.CANCELLED}
    if segment is Segment.WAITING:
        return state in _HERE_AND_WAITING
    return segment is Segment.ALL or state in _OVER


def may_check_in(state: VisitState) -> bool:
    """Can a visit in this state be checked in?"""
    return state in _MAY_CHECK_IN


@dataclass(frozen=True, slots=True)
class Choice:
    """What the clerk chose to look at: a segment, a provider (empty: all), a visit."""

    segment: Segment = Segment.ALL
    practitioner: str = ""
    appointment_id: str = ""


@dataclass(frozen=True, slots=True)
class Primary:
    """The one primary button of the decision column. `act` is collect, ledger or attention."""

    act: str
    text: str


@dataclass(frozen=True, slots=True)
class SideState:
    """The decision column. `view` is None for the moment its lines take to arrive; who it is stands at once."""

    row: TodayRow
    view: SideView | None
    identity: str
    coverage_line: str
    primary: Primary
    can_check_in: bool
    shows_ledger: bool
    notes: tuple[tuple[str, str], ...]
    """Icon name and words of what is good to know."""


@dataclass(frozen=True, slots=True)
class TodayState:
    """All of Today. `view` None: nothing of that day is known yet; `skeleton` then says that it takes long.

    `empty` is title and words of an empty list.
    """

    view: TodayView | None
    date_text: str = ""
    skeleton: bool = False
    as_of: str = ""
    rows: tuple[TodayRow, ...] = ()
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    choice: Choice = Choice()
    side: SideState | None = None
    empty: tuple[str, str] | None = None
    notice: Notice | None = None


def collected_part(view: TodayView) -> float:
    """Which part of the day's copays is collected, 0 to 1."""
    expected = view.copays_expected_cents
    return view.copays_collected_cents / expected if expected > 0 else 0.0


RECEIPT_WORDS: dict[str, tuple[str, str]] = {
    "text": ("message-square", "Prefers receipt by text message"),
    "email": ("mail", "Prefers receipt by e-mail"),
    "print": ("printer", "Prefers a printed receipt"),
    "none": ("ban", "Wants no receipt"),
}


def primary_for(row: TodayRow) -> Primary:
    """What Enter does for this visit. Where nothing is owed it opens the ledger, which changes nothing."""
    if row.due_state in {DueState.DUE, DueState.NOT_COLLECTING} and row.due_cents > 0:
        return Primary("collect", f"Collect {show_cents(row.due_cents)}")
    if row.due_state is DueState.CONFIRMING:
        return Primary("attention", "See what happened")
    return Primary("ledger", "Open ledger")


def side_state(row: TodayRow, view: SideView | None, today: TodayView) -> SideState:
    """The decision column for `row`; `view` is used only where it is this visit's."""
    if view is not None and view.visit.appointment_id != row.visit.appointment_id:
        view = None
    primary = primary_for(row)
    return SideState(
        row=row,
        view=view,
        identity=identity_text(row.patient),
        coverage_line=_coverage_line(view, today, row.plan_age) if view else "",
        primary=primary,
        can_check_in=may_check_in(row.visit.state),
        shows_ledger=primary.act != "ledger",
        notes=_notes(row, view),
    )


def _coverage_line(view: SideView, today: TodayView, age: str) -> str:
    cover = view.coverage
    if cover is None:
        return ""
    copay = "Copay not known" if cover.copay_cents is None else f"Copay {show_cents(cover.copay_cents)}"
    if cover.checked_at is None:
        return f"{copay} · never checked"
    checked = cover.checked_at
    same_day = checked.date() == today.as_of.date()
    day = "today" if same_day else day_text(checked.date(), today.as_of.date())
    old = ", ask again" if age == "old" else ""
    return f"{copay} · checked {day} {time_text(checked)}" if same_day else f"{copay} · checked {day}{old}"


def _notes(row: TodayRow, view: SideView | None) -> tuple[tuple[str, str], ...]:
    notes = [("clock", f"Last paid {view.last_paid}")] if view is not None and view.last_paid else []
    if view is not None and view.consents and may_check_in(row.visit.state):
        notes.insert(0, ("square-pen", f"To sign: {', '.join(view.consents)}"))
    if view is not None and view.billing:
        notes.append(("receipt-text", f"Bill: {view.billing[:1].lower()}{view.billing[1:]}"))
    if view is not None and view.link_until is not None:
        until = day_text(view.link_until, view.visit.starts_at.date())
        notes.insert(0, ("link", f"Asked by link: {show_cents(view.link_cents)}, until {until}"))
    if view is not None:
        notes[:0] = home_notes(view.from_home).items()
    if row.overdue_cents:
        notes.insert(0, ("triangle-alert", f"Payment overdue: {show_cents(row.overdue_cents)} asked for this visit"))
    if row.patient.receipt_by in RECEIPT_WORDS:
        notes.append(RECEIPT_WORDS[row.patient.receipt_by])
    return tuple(notes)


def waiting_state(day: date | None, choice: Choice, *, slow: bool, notice: Notice | None = None) -> TodayState:
    """Today before anything of `day` is known (None: of today); `slow` after it has taken noticeably long."""
    text = long_day_text(day) if day else ""
    return TodayState(None, date_text=text, choice=choice, skeleton=slow and notice is None, notice=notice)


def today_state(
    view: TodayView, choice: Choice, side: SideView | None, *, stale: bool = False, notice: Notice | None = None
) -> TodayState:
    """All of Today from what is known. `stale`: a newer answer is on its way, so the head says as of when."""
    mine = [row for row in view.rows if choice.practitioner in ("", row.visit.practitioner)]
    rows = tuple(row for row in mine if in_segment(row, choice.segment))
    chosen = next((row for row in rows if row.visit.appointment_id == choice.appointment_id), None)
    if chosen is None and rows:
        chosen = _first_choice(view, rows)
    selected = Choice(choice.segment, choice.practitioner, chosen.visit.appointment_id if chosen else "")
    return TodayState(
        view=view,
        date_text=long_day_text(view.day),
        as_of=f"as of {time_text(view.as_of)}" if stale or notice else "",
        rows=rows,
        counts=_counts(mine),
        choice=selected,
        side=side_state(chosen, side, view) if chosen else None,
        empty=None if rows else _empty_words(view, choice),
        notice=notice,
    )


def _first_choice(view: TodayView, rows: tuple[TodayRow, ...]) -> TodayRow:
    """The next arrived patient who owes; where that visit is not listed, the first of the list."""
    if 0 <= view.next_index < len(view.rows) and view.rows[view.next_index] in rows:
        return view.rows[view.next_index]
    return rows[0]


def _counts(rows: list[TodayRow]) -> tuple[int, int, int, int]:
    everything, collect, waiting, done = (
        sum(in_segment(row, segment) for row in rows)
        for segment in (Segment.ALL, Segment.TO_COLLECT, Segment.WAITING, Segment.DONE)
    )
    return everything, collect, waiting, done


_NOTHING_IN: dict[Segment, str] = {
    Segment.ALL: "No visits",
    Segment.TO_COLLECT: "Nothing to collect",
    Segment.WAITING: "Nobody is waiting",
    Segment.DONE: "No visit is done yet",
}


def _empty_words(view: TodayView, choice: Choice) -> tuple[str, str]:
    if not view.rows:
        if view.is_today:
            return "No visits today.", "Take a walk-in payment (F3) or look at tomorrow."
        return "No visits on this day.", "Take a walk-in payment (F3) or look at the next day."
    who = f" for {choice.practitioner}" if choice.practitioner else ""
    return f"{_NOTHING_IN[choice.segment]}{who}.", "Choose All to see the whole day."
