"""Visits that come again: on which days, under which key, at which moment. Days are the clinic's."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEKLY, MONTHLY = "weekly", "monthly"
REPEATS = (WEEKLY, MONTHLY)

MOST_VISITS = 104
"""A series has at most so many visits: two years of one a week."""
MOST_EVERY = 52


@dataclass(frozen=True, slots=True)
class Repeat:
    """How visits come again, from `starts_on` to `ends_on`, both included (S0-37).

    `weekly`: on `weekdays` (0 is Monday; none: the weekday of `starts_on`), every `every` weeks, counted from the week
    of `starts_on`. `monthly`: on the day of `starts_on`, or the last day of a month that has no such day, every
    `every` months.
    """

    repeat: str
    starts_on: date
    ends_on: date
    weekdays: tuple[int, ...] = ()
    every: int = 1


def fault(plan: Repeat) -> str:
    """The message key of what is wrong with a series, empty where nothing is: `series.ends_before_it_starts`,
    `series.repeat_unknown`, `series.every_out_of_range`, `series.weekday_unknown`, `series.empty`, `series.too_many`.
    """
    if plan.ends_on < plan.starts_on:
        return "series.ends_before_it_starts"
    if plan.repeat not in REPEATS:
        return "series.repeat_unknown"
    if not 1 <= plan.every <= MOST_EVERY:
        return "series.every_out_of_range"
    if any(not 0 <= day <= 6 for day in plan.weekdays):
        return "series.weekday_unknown"
    if (plan.ends_on - plan.starts_on).days > _SPAN_DAYS:
        return "series.too_many"
    found = len(days(plan))
    return "series.too_many" if found > MOST_VISITS else "" if found else "series.empty"


_SPAN_DAYS = 366 * 20
"""No series is looked at day by day beyond this."""


def days(plan: Repeat) -> tuple[date, ...]:
    """Every day a visit falls on, in order. The plan has no `fault` but may be empty or too long."""
    return _BY_REPEAT[plan.repeat](plan)


def _weekly(plan: Repeat) -> tuple[date, ...]:
    wanted = sorted(set(plan.weekdays)) or [plan.starts_on.weekday()]
    monday = plan.starts_on - timedelta(days=plan.starts_on.weekday())
    found = []
    while monday <= plan.ends_on:
        found += [monday + timedelta(days=day) for day in wanted]
        monday += timedelta(weeks=plan.every)
    return tuple(day for day in found if plan.starts_on <= day <= plan.ends_on)


def _monthly(plan: Repeat) -> tuple[date, ...]:
    first, months = plan.starts_on, 0
    found: list[date] = []
    while True:
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        last = monthrange(year, month + 1)[1]
        day = date(year, month + 1, min(first.day, last))
        if day > plan.ends_on:
            return tuple(found)
        found.append(day)
        months += plan.every


_BY_REPEAT = {WEEKLY: _weekly, MONTHLY: _monthly}


def instance_key(series_id: str, planned: date) -> str:
    """The name of one visit of a series, by the day it was first planned for. It stays when the visit is moved."""
    return f"{series_id}_{planned:%Y%m%d}"


def moment(day: date, wall: str, zone: ZoneInfo) -> datetime:
    """When a visit begins (UTC): `wall` is the clinic's clock, `09:30`. Where the clock skips that time it is as much
    later, where it shows it twice it is the first. Raises ValueError for what is no time."""
    hour, minute = wall.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone).astimezone(UTC)
