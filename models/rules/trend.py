"""How a running month will probably end, from how the one before went."""

from __future__ import annotations

import calendar
from datetime import date


def projected(so_far_cents: int, before_at_this_day_cents: int, before_cents: int, today: date) -> int:
    """What the month of `today` comes to when it goes on as the month before did from the same day on; evenly over its
    days where that one had nothing by then. Never less than has come, and never below zero."""
    if before_at_this_day_cents > 0:
        whole = so_far_cents * before_cents // before_at_this_day_cents
    else:
        whole = so_far_cents * calendar.monthrange(today.year, today.month)[1] // today.day
    return max(whole, so_far_cents, 0)


def ahead_percent(so_far_cents: int, before_at_this_day_cents: int) -> int | None:
    """By how much a month is ahead of the one before at the same day, in whole percent rounded half away from zero;
    None where there was nothing to compare with."""
    if before_at_this_day_cents <= 0:
        return None
    off = so_far_cents - before_at_this_day_cents
    percent = (200 * abs(off) + before_at_this_day_cents) // (2 * before_at_this_day_cents)
    return percent if off >= 0 else -percent


def same_day_before(today: date) -> tuple[date, date]:
    """The first of the month before, and the day in it that `today` is compared with: its last where it is shorter."""
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    last = calendar.monthrange(year, month)[1]
    return date(year, month, 1), date(year, month, min(today.day, last))
