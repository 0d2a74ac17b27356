"""Dates, times and amounts as the screens write and speak them: `9:42 AM`; `May 14` this year."""

from __future__ import annotations

from datetime import date, datetime

from models.basics.money import show_cents

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def hour_text(moment: datetime) -> str:
    """`9:45`, the twelve-hour clock without its half of the day."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02d}"


def time_text(moment: datetime) -> str:
    """`9:45 AM`."""
    return f"{hour_text(moment)} {'AM' if moment.hour < 12 else 'PM'}"


def second_text(moment: datetime) -> str:
    """`9:24:08 AM`, where the second matters."""
    return f"{hour_text(moment)}:{moment.second:02d} {'AM' if moment.hour < 12 else 'PM'}"


def day_text(day: date, today: date) -> str:
    """`May 14` in the year of `today`, `May 14, 2026` elsewhere."""
    return f"{MONTHS[day.month - 1]} {day.day}" if day.year == today.year else full_day_text(day)


def full_day_text(day: date) -> str:
    """`Mar 14, 1984`: birth dates always carry the year."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def long_day_text(day: date) -> str:
    """`Thursday, May 14, 2026`, for a page's head."""
    return f"{WEEKDAYS[day.weekday()]}, {LONG_MONTHS[day.month - 1]} {day.day}, {day.year}"


def clock_text(seconds: int) -> str:
    """`1:42` for 102 seconds left."""
    minutes, rest = divmod(max(0, seconds), 60)
    return f"{minutes}:{rest:02d}"


def count_text(count: int, one: str, many: str) -> str:
    """`1 payment`, `18 payments`, `1,250 payments`."""
    return f"{count:,} {one if count == 1 else many}"


def spoken_cents(cents: int) -> str:
    """`75 dollars`, `75 dollars 50 cents`, `minus 1 dollar`: an amount as a screen reader should say it."""
    whole, part = divmod(abs(cents), 100)
    dollars = f"{whole:,} {'dollar' if whole == 1 else 'dollars'}"
    rest = f"{part} {'cent' if part == 1 else 'cents'}"
    words = rest if whole == 0 and part else dollars if part == 0 else f"{dollars} {rest}"
    return f"minus {words}" if cents < 0 else words


def short_cents(cents: int) -> str:
    """`$75` where there are no cents, else `$75.50`: for buttons that name a note or a round sum."""
    text = show_cents(cents)
    return text[:-3] if text.endswith(".00") else text
