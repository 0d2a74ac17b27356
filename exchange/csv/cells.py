"""Cells as people and programs type them: days in any usual order, moments, amounts, statuses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from exchange.values import iso_moment
from models.basics.errors import ImportRefused

_NUMBERS = re.compile(r"(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,4})", re.ASCII)
_PACKED = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDED = re.compile(
    r"(?i)(?:[a-z]+,?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s.-]*([a-z]{3})[a-z]*[\s.,-]*(\d{4}|\d\d)", re.ASCII
)
_WORDED_US = re.compile(r"(?i)([a-z]{3})[a-z]*[\s.-]*(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+(\d{4}|\d\d)", re.ASCII)
_TIME = re.compile(r"(?i)(\d{1,2})(?::(\d\d))?(?::(\d\d)(?:\.\d+)?)?\s*([ap])?\.?(?:m\.?)?", re.ASCII)
_AMOUNT = re.compile(r"\(?\s*-?\s*\$?\s*-?(\d{1,3}(?:,\d{3})+|\d{1,15})?(\.\d{1,20})?\s*\)?", re.ASCII)
_PARTS = {"mdy": (2, 0, 1), "dmy": (2, 1, 0), "ymd": (0, 1, 2)}

STATUS = {
    "": "", "scheduled": "scheduled", "booked": "scheduled", "confirmed": "scheduled", "notconfirmed": "scheduled",
    "pending": "scheduled", "rescheduled": "scheduled", "new": "scheduled", "arrived": "arrived", "here": "arrived",
    "checkedin": "checked_in", "checkin": "checked_in", "checkedinonline": "scheduled", "inroom": "in_room",
    "roomed": "in_room", "insession": "in_room", "inprogress": "in_room", "complete": "done", "completed": "done",
    "done": "done", "seen": "done", "checkedout": "done", "finished": "done", "fulfilled": "done",
    "noshow": "no_show", "missed": "no_show", "cancelled": "cancelled", "canceled": "cancelled",
}  # fmt: skip
"""Usual words for where a visit is (letters only, small)."""


def day(text: str, order: str, path: str, *, latest: date | None = None) -> date:
    """A day in any usual form; numbers alone are read in `order` (mdy, dmy, ymd) unless the year comes first.

    Two-digit years are of this century unless that lies after `latest` (birth dates). Raises ImportRefused
    `import.not_a_date`.
    """
    try:
        year, month, number = _day_parts(text.strip(), order)
        if year < 100:
            year += 2000
            if latest is not None and date(year, month, number) > latest:
                year -= 100
        return date(year, month, number)
    except (ValueError, TypeError) as error:
        raise ImportRefused("import.not_a_date", path=path) from error


def _day_parts(text: str, order: str) -> tuple[int, int, int]:
    if packed := _PACKED.fullmatch(text):
        return int(packed[1]), int(packed[2]), int(packed[3])
    if numbers := _NUMBERS.fullmatch(text):
        parts = [int(part) for part in numbers.groups()]
        if len(numbers[1]) == 4:
            order = "ymd"
        year, month, number = (parts[place] for place in _PARTS[order])
        return year, month, number
    if worded := _WORDED.fullmatch(text):
        return int(worded[3]), _month(worded[2]), int(worded[1])
    if worded := _WORDED_US.fullmatch(text):
        return int(worded[3]), _month(worded[1]), int(worded[2])
    raise ValueError("no date")


def _month(word: str) -> int:
    return _MONTHS.index(word.casefold()) + 1


def date_order(texts: Iterable[str]) -> str:
    """The order in which a column writes month and day: mdy unless only dmy fits every value."""
    fits = {"mdy", "dmy"}
    for text in texts:
        numbers = _NUMBERS.match(text.strip())
        if numbers is None or len(numbers[1]) == 4:
            continue
        if int(numbers[1]) > 12:
            fits.discard("mdy")
        if int(numbers[2]) > 12:
            fits.discard("dmy")
    return "dmy" if fits == {"dmy"} else "mdy"


def moment(text: str, clock: str, order: str, zone: ZoneInfo, path: str) -> datetime:
    """The moment of a visit: ISO 8601 with or without offset, or a day with a time beside it or in its own cell.

    Without an offset it is the clinic's clock. Raises ImportRefused `import.not_a_date` or `import.no_time`.
    """
    text, clock = text.strip(), clock.strip()
    if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text) and not re.search(r"(?i)[ap]\.?m", text):
        return iso_moment(text, zone, path)
    if not clock:
        split = re.fullmatch(r"(.*?\d)[\sT,]+(\d{1,2}(?::\d\d){1,2}(?:\.\d+)?\s*(?:[apAP]\.?[mM]\.?)?)", text)
        if split is None:
            raise ImportRefused("import.no_time", path=path)
        text, clock = split[1], split[2]
    local = datetime.combine(day(text, order, path), _clock(clock, path), zone)
    try:
        return local.astimezone(UTC)
    except OverflowError as error:
        raise ImportRefused("import.not_a_date", path=path) from error


def is_clock(text: str) -> bool:
    """Is this a time of day alone (`9:15`, `2:30 PM`)?"""
    match = _TIME.fullmatch(text.strip())
    return match is not None and bool(match[2] or match[4])


def _clock(text: str, path: str) -> time:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ImportRefused("import.no_time", path=path)
    hour, half = int(match[1]), (match[4] or "").casefold()
    if half and not 1 <= hour <= 12:
        raise ImportRefused("import.no_time", path=path)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(match[2] or 0), int(match[3] or 0))
    except ValueError as error:
        raise ImportRefused("import.no_time", path=path) from error


def amount(text: str, path: str) -> Decimal | None:
    """The exact amount in a cell (`$1,234.56`, `35`, `.50`, `(5.00)`, `-5`); None when empty.

    Raises ImportRefused `import.not_an_amount`.
    """
    bare = text.strip().replace("\u2212", "-")
    if not bare:
        return None
    match = _AMOUNT.fullmatch(bare)
    if match is None or not (match[1] or match[2]):
        raise ImportRefused("import.not_an_amount", path=path)
    value = Decimal(f"{(match[1] or '0').replace(',', '')}{match[2] or ''}")
    return -value if "-" in bare or bare.startswith("(") else value
