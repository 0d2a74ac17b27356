"""How people are named on screens and paper."""

from __future__ import annotations

import re
from datetime import date

_NO_DIGIT = re.compile(r"\D+")


def display_name(*, family: str, given: str = "", suffix: str = "") -> str:
    """`Rosa Alvarez`, `Henry Osei Jr.`; never empty."""
    name = " ".join(part for part in (given.strip(), family.strip(), suffix.strip()) if part)
    return name or "No name"


def initials(name: str) -> str:
    """First letters of the first and the last word of a name: `RA`; one word gives one letter."""
    words = [word for word in name.split() if word[0].isalnum()]
    ends = words[:1] + words[1:][-1:]
    return "".join(word[0].upper() for word in ends) or "?"


def first_name(name: str) -> str:
    """`Maria D.` of `Maria Delgado`: who took the money, on a receipt."""
    words = name.split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else name


def age_on(birth_date: date | None, day: date) -> int | None:
    """Whole years lived on `day`; None when the birth date is not known or lies after `day`."""
    if birth_date is None or birth_date > day:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def parse_birth_date(text: str) -> date | None:
    """A whole ISO date, or None: `1984-03` is kept in the record and shown nowhere as a date."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def show_phone(phone: str) -> str:
    """`(555) 010-4417` for a ten-digit number; anything else as it was written."""
    plain = _NO_DIGIT.sub("", phone)
    plain = plain[1:] if len(plain) == 11 and plain.startswith("1") else plain
    return f"({plain[:3]}) {plain[3:6]}-{plain[6:]}" if len(plain) == 10 else phone
