"""The portal's words in every language it speaks: one catalogue file per language, the same keys in each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

import resources
from models.basics.money import show_cents
from models.rules.languages import FIRST

LANGUAGES = {"en": "English", "es": "Español"}
"""What a page may be read in, by the language's own name."""

_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every sentence by its key (`pay.button`)."""
    read = tomllib.loads(resources.path(f"portal/words.{language}.toml").read_text(encoding="utf-8"))
    return {f"{group}.{key}": text for group, entries in read.items() for key, text in entries.items()}


def say(language: str, key: str, **values: object) -> str:
    """A sentence with its values. Raises KeyError for one that is not in the catalogue."""
    return catalogue(language)[key].format(**values)


def named(language: str, group: str, name: str) -> str:
    """What a thing is called (`brand`, `visa`); its own name where the catalogue has none."""
    return catalogue(language).get(f"{group}.{name.casefold()}", name)


def chosen(asked: str, accepted: str) -> str:
    """The language of a page: what was asked for, else the first of the browser's list (RFC 9110 §12.5.4) that there
    is, else English."""
    if asked in LANGUAGES:
        return asked
    for part in accepted.split(","):
        tag = part.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return FIRST


def day_words(language: str, iso: str, today: date | None = None) -> str:
    """`May 14, 2026`, or in the year of `today` `May 14`; `14 may 2026`, `14 may`. What is no date stays as it is."""
    try:
        day = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    month = _MONTHS[language][day.month - 1]
    short = today is not None and today.year == day.year
    if language == "es":
        return f"{day.day} {month}" if short else f"{day.day} {month} {day.year}"
    return f"{month} {day.day}" if short else f"{month} {day.day}, {day.year}"


def time_words(moment: datetime) -> str:
    """`9:42 AM` on the clock the moment is in, as patients of both languages read it on their phones."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"


def money(cents: int) -> str:
    """`$1,234.56`."""
    return show_cents(cents)
