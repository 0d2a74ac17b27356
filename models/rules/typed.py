"""Days, times of day and shares as people type them at a desk, read without guessing."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?")
_NAMED = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:,? (\d{4}))?")
_AWAY = re.compile(r"([+-])(\d{1,3}) ?([dwm]?)")
_TIME = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))? ?([ap])?\.?m?\.?")
_NEAR = {"today": 0, "tomorrow": 1, "yesterday": -1}


_SHARE = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))? ?%?")


def read_share(text: str) -> int | None:
    """A share as people type it (`20`, `12.5 %`), in hundredths of a per cent; None where nothing is typed. Raises
    ValueError for what is no share of a whole."""
    typed = text.strip()
    if not typed:
        return None
    found = _SHARE.fullmatch(typed)
    share = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else -1
    if not 0 <= share <= 10_000:
        raise ValueError(typed)
    return share


def read_day(text: str, today: date) -> date | None:
    """The day somebody means: `5/28`, `5/28/26`, `May 28`, `2026-05-28`, `today`, `tomorrow`, `+7`, `+2w`, or a
    weekday's name for the next one. A day without a year is the nearest to `today`. None for what is no day."""
    typed = " ".join(text.casefold().split())
    if typed in _NEAR:
        return today + timedelta(days=_NEAR[typed])
    weekday = _begun(typed, _WEEKDAYS)
    if weekday >= 0:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    for form, read in ((_ISO, _iso), (_SLASHED, _slashed), (_NAMED, _named), (_AWAY, _away)):
        found = form.fullmatch(typed)
        if found is not None:
            try:
                return read(found, today)
            except (ValueError, OverflowError):
                return None
    return None


def _begun(typed: str, names: tuple[str, ...]) -> int:
    """Which of `names` begins like what was typed (three letters at least), -1 for none."""
    return next((at for at, name in enumerate(names) if len(typed) >= 3 and name.startswith(typed)), -1)


def _iso(found: re.Match[str], _today: date) -> date:
    return date(int(found[1]), int(found[2]), int(found[3]))


def _slashed(found: re.Match[str], today: date) -> date:
    month, day, year = int(found[1]), int(found[2]), found[3]
    if year is None:
        return _nearest(month, day, today)
    return date(int(year) + (2000 if len(year) == 2 else 0), month, day)


def _named(found: re.Match[str], today: date) -> date:
    month, day = _begun("sep" if found[1] == "sept" else found[1], _MONTHS) + 1, int(found[2])
    if not month:
        raise ValueError(found[1])
    return date(int(found[3]), month, day) if found[3] else _nearest(month, day, today)


def _away(found: re.Match[str], today: date) -> date:
    days = int(found[2]) * {"": 1, "d": 1, "w": 7, "m": 28}[found[3]]
    return today + timedelta(days=days if found[1] == "+" else -days)


def _nearest(month: int, day: int, today: date) -> date:
    """That day of the year before, this year or the next, whichever lies nearest."""
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    if not found:
        raise ValueError(f"{month}/{day}")
    return min(found, key=lambda each: abs((each - today).days))


def read_time(text: str) -> str:
    """The time of day somebody means, as `HH:MM`: `9`, `9:30`, `930`, `2:15 pm`, `14:15`. Without AM or PM one to six
    is the afternoon: clinics are closed at night. Empty for what is no time."""
    found = _TIME.fullmatch(text.casefold().strip())
    if found is None:
        return ""
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half and not 1 <= hour <= 12:
        return ""
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif 1 <= hour <= 6 and len(found[1]) == 1:
        hour += 12
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else ""


def show_time(time: str) -> str:
    """`9:30 AM` of `09:30`."""
    hour, minute = int(time[:2]), time[3:]
    return f"{hour % 12 or 12}:{minute} {'AM' if hour < 12 else 'PM'}"
