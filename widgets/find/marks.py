"""Which parts of a hit to mark: what was typed is shown where it was found. Pure; the search itself is the story's."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from difflib import SequenceMatcher

from widgets.common.cells import Marks

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_DATE = re.compile(r"(\d{1,4})[/.-](\d{1,2})(?:[/.-](\d{2,4}))?")
_ALIKE = 0.72
"""From here on two words count as a slip of each other."""


def plain(text: str) -> str:
    """Lower case without accents, sign for sign where the accents are composed."""
    return "".join(
        sign for sign in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(sign)
    )  # fmt: skip


def name_marks(name: str, typed: str) -> Marks:
    """The parts of `name` that the words of `typed` found: the beginning of a word, or a whole word with a slip."""
    wanted = [plain(word) for word in _WORD.findall(typed)]
    found: list[tuple[int, int]] = []
    for match in _WORD.finditer(name):
        word = plain(match.group())
        ends = [len(want) for want in wanted if word.startswith(want)]
        if ends:
            found.append((match.start(), min(match.end(), match.start() + max(ends))))
        elif any(len(want) > 2 and SequenceMatcher(None, want, word).ratio() >= _ALIKE for want in wanted):
            found.append((match.start(), match.end()))
    return tuple(found)


def birth_marks(shown: str, birth_date: date | None, typed: str) -> Marks:
    """The part of a birth date shown as `Mar 14, 1984` that a date in `typed` names: month and day, or all of it."""
    match = _DATE.search(typed)
    if birth_date is None:
        return ()
    if match is None:
        year = re.search(r"\b(19|20)\d\d\b", typed)
        at = shown.rfind(year.group()) if year else -1
        return ((at, at + 4),) if at >= 0 else ()
    parts = [int(part) for part in match.groups() if part]
    named = {birth_date.month, birth_date.day}
    if len(parts) == 2 and set(parts) == named:
        return ((0, shown.index(",")),)
    years = {birth_date.year, birth_date.year % 100}
    if len(parts) == 3 and named <= set(parts) and years & set(parts):
        return ((0, len(shown)),)
    return ()


def digit_marks(shown: str, typed: str) -> Marks:
    """The part of a phone number or MRN that the digits of `typed` name; at least three of them count."""
    places = [at for at, sign in enumerate(shown) if sign.isdigit()]
    digits = "".join(shown[at] for at in places)
    for run in re.findall(r"\d{3,}", re.sub(r"(?<=\d)[\s().-]+(?=\d)", "", typed)):
        begin = digits.find(run)
        if begin >= 0:
            return ((places[begin], places[begin + len(run) - 1] + 1),)
    return ()
