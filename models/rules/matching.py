"""What a person typed to find a patient, and how well a found patient fits it.

The words a patient is known by are made by `models.basics.search_keys`; here a typed line becomes the words to look
for. A number may mean several things (record number, last digits of a phone, birth date): each is tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from models.basics.search_keys import digits, name_words, plain, slips

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORD = re.compile(r"[^\W_]+")
SHORTEST_SLIP = 3
"""Words shorter than this must be typed right."""
_ZEROS = 4
"""A record number is also found when up to so many zeros in front of it were left out."""


# What was typed ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Code:
    """One reading of a number that was typed. `whole`: the code must end there; else it may go on. `why` says what it
    would be: birth date, phone or MRN."""

    text: str
    why: str
    whole: bool = False

    def meets(self, code: str) -> bool:
        """Is `code`, a word a patient is known by, what was meant?"""
        return code == self.text or (not self.whole and code.startswith(self.text))


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed: name parts, and for every number or date its possible readings (one of each must hold)."""

    words: tuple[str, ...] = ()
    numbers: tuple[tuple[Code, ...], ...] = ()

    @property
    def empty(self) -> bool:
        """Is there nothing to look for?"""
        return not self.words and not self.numbers


_MONTH_WORD = r"(?P<month_word>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?P<year>'?\d{1,4})"
_DATES = tuple(
    re.compile(rf"(?<![\w/.-]){pattern}(?![\w/])", re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        rf"(?P<month>\d{{1,2}})([-/.])(?P<day>\d{{1,2}})\2{_YEAR}",
        rf"{_MONTH_WORD}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{{4}}))?",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH_WORD}(?:,?[\s-]+(?P<year>\d{{4}}))?",
        r"(?P<month>\d{1,2})/(?P<year>\d{4})",
        r"(?P<month>\d{1,2})[/-](?P<day>\d{1,2})/?",
    )
)
_PHONE = re.compile(r"(?<!\w)\+?[\d(][\d()\s./-]{5,}\d(?!\w)")


def parse_query(text: str, today: date) -> Query:
    """What `text` asks for. Dates may be written in any usual form; two-digit years are never in the future."""
    numbers: list[tuple[Code, ...]] = []
    rest = text[:200]
    for pattern in _DATES:
        while (match := pattern.search(rest)) is not None:
            readings = _date_readings(match.groupdict(), today)
            if not readings:
                break
            numbers.append(readings)
            rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    while (match := _PHONE.search(rest)) is not None and len(digits(match[0])) in (7, 10, 11):
        numbers.append(_digit_readings(digits(match[0]), today))
        rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    words: list[str] = []
    for raw in re.split(r"[\s,;]+", rest):
        typed = digits(raw)
        if typed and not any(sign.isalpha() for sign in raw):
            numbers.append(_digit_readings(typed, today))
        elif typed:  # an MRN with letters: `A-10442`, `MRN41877`
            number = "".join(_WORD.findall(plain(raw))).removeprefix("mrn")
            numbers.append(_record_numbers(number))
        else:
            words += _spoken(raw)
    kept = tuple(dict.fromkeys(word for word in words if word not in _FILLERS))
    return Query(kept, tuple(reading for reading in numbers if reading))


def _spoken(raw: str) -> list[str]:
    """The words of a typed name part: `O'Brien` as one word, as it is looked for; `Smith-Jones` as two."""
    return [word for part in re.split(r"[-\u2010-\u2015]", raw) for word in name_words(part)[-1:]]


_FILLERS = frozenset({"mrn", "dob", "born", "phone", "tel", "mr", "mrs", "ms", "dr"})


def _date_readings(parts: dict[str, str | None], today: date) -> tuple[Code, ...]:
    day = int(parts.get("day") or 0)
    word = parts.get("month_word")
    month = _MONTHS.index(word[:3].lower()) + 1 if word else int(parts.get("month") or 0)
    if month > 12 >= day > 0 and not word:  # 14/3 can only be the 14th of March
        month, day = day, month
    if not 1 <= month <= 12 or not 0 <= day <= 31:
        return ()
    if parts.get("day") is not None and day == 0:
        return ()
    years = _years((parts.get("year") or "").lstrip("'"), today)
    if years and day:
        return tuple(Code(f"_d{year}{month:02d}{day:02d}", "birth date", whole=True) for year in years)
    if years:
        return tuple(Code(f"_d{year}{month:02d}", "birth date") for year in years)
    if not day:
        return ()
    exact = Code(f"_b{month:02d}{day:02d}", "birth date", whole=True)
    typing = 1 <= day <= 3 and len(parts["day"] or "") == 1  # 3/1 may become 3/14
    return (exact, Code(f"_b{month:02d}{day}", "birth date")) if typing else (exact,)


def _years(text: str, today: date) -> list[int]:
    """The years a written year may mean: none while one or three digits are typed."""
    if len(text) == 4:
        return [int(text)]
    if len(text) == 2:
        return [year for year in (today.year // 100 * 100 + int(text), today.year // 100 * 100 - 100 + int(text))
                if year <= today.year]  # fmt: skip
    return []


def _digit_readings(typed: str, today: date) -> tuple[Code, ...]:
    """What a run of digits may be: a record number (with or without its zeros), the end of a phone, a birth date."""
    readings = [*_record_numbers(typed)]
    if len(typed) >= 3:
        national = typed[1:] if len(typed) == 11 and typed.startswith("1") else typed
        readings.append(Code(f"_p{national[::-1]}", "phone"))
    if len(typed) == 8:
        for born in (typed, typed[4:] + typed[:4]):
            if _real(int(born[:4]), int(born[4:6]), int(born[6:]), today):
                readings.append(Code(f"_d{born}", "birth date", whole=True))
    if len(typed) == 6:
        for year in _years(typed[4:], today):
            if _real(year, int(typed[:2]), int(typed[2:4]), today):
                readings.append(Code(f"_d{year}{typed[:4]}", "birth date", whole=True))
    if len(typed) == 4 and today.year - 130 <= int(typed) <= today.year:
        readings.append(Code(f"_d{typed}", "birth date"))
    return tuple(readings)


def _record_numbers(number: str) -> tuple[Code, ...]:
    zeros = range(_ZEROS + 1) if number.isdigit() else (0,)
    return tuple(Code(f"_m{'0' * more}{number}", "MRN") for more in zeros)


def _real(year: int, month: int, day: int, today: date) -> bool:
    try:
        return today.year - 130 <= year and date(year, month, day) <= today
    except ValueError:
        return False


# How well it fits -------------------------------------------------------------------------------------------------


def allowed_slips(word: str) -> int:
    """How many slips of the finger a typed word may have: none below three letters, one, two from six letters on."""
    if len(word) < SHORTEST_SLIP:
        return 0
    return 2 if len(word) >= 6 else 1


def fit(query: Query, known: Iterable[str], near: Mapping[str, Mapping[str, int]] | None = None) -> tuple[int, str]:
    """How badly a found patient fits (0 is best), and what matched beside the name: birth date, phone, MRN or nothing.

    `known` are the patient's search words. A whole name costs nothing, a beginning 1, each slip 2, a miss 9; a number
    that misses costs 6. `near` may say which names are how many slips from a typed word; without it that is counted.
    """
    held = list(known)
    names = [word for word in held if not word.startswith("_")]
    cost = sum(_word_cost(word, names, None if near is None else near[word]) for word in query.words)
    why = ""
    for readings in query.numbers:
        hit = next((reading for reading in readings if any(reading.meets(code) for code in held)), None)
        cost += 0 if hit else 6
        why = why or (hit.why if hit else "")
    return cost, why


def _word_cost(word: str, names: list[str], near: Mapping[str, int] | None) -> int:
    if word in names:
        return 0
    if any(name.startswith(word) for name in names):
        return 1
    most = allowed_slips(word)
    if near is not None:
        found = min((near[name] for name in names if name in near), default=most + 1)
    else:
        found = min((slips(word, name, most) for name in names), default=most + 1) if most else 1
    return 1 + 2 * found if found <= most else 9
