"""Single values as other programs write them, made ours: clean text, names, phones, days, moments, amounts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from zoneinfo import ZoneInfo

from models.basics.clock import utc_text
from models.basics.errors import ImportRefused

LONGEST_TEXT = 1_000
"""Longer than this no name, number or word of a record is: such a text is refused, not cut."""

LARGEST_CENTS = 1_000_000_000
"""$10,000,000.00: no line of a clinic's account is beyond it."""

_SPACES = re.compile(r"\s+")
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_PLAIN = re.compile(r"[ -~]*")


def clean(text: str, path: str, limit: int = LONGEST_TEXT) -> str:
    """One line of text: NFC, white space folded, control and direction signs gone.

    Raises ImportRefused `import.text_damaged` (a NUL or half a surrogate pair) or `import.text_too_long`.
    """
    if len(text) > limit:
        raise ImportRefused("import.text_too_long", path=path, limit=limit)
    if not _PLAIN.fullmatch(text):
        if "\0" in text or any(0xD800 <= ord(sign) <= 0xDFFF for sign in text):
            raise ImportRefused("import.text_damaged", path=path)
        text = unicodedata.normalize("NFC", text.translate(_BIDI))
        text = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return _SPACES.sub(" ", text).strip()


# People -----------------------------------------------------------------------------------------------------------

_SUFFIXES = {
    "jr": "Jr.", "sr": "Sr.", "ii": "II", "iii": "III", "iv": "IV", "v": "V",
    "md": "MD", "do": "DO", "np": "NP", "pa": "PA", "rn": "RN", "phd": "PhD", "esq": "Esq.", "dds": "DDS",
}  # fmt: skip
_TITLES = {"dr", "mr", "mrs", "ms", "miss", "mx", "prof", "sir", "rev", "hon"}
_PARTICLES = {"de", "la", "las", "los", "del", "della", "di", "da", "do", "dos", "du", "van", "von", "der", "den",
              "ter", "ten", "el", "al", "bin", "ibn", "abu", "abd", "st", "st.", "le", "y"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in its parts."""

    family: str
    given: str = ""
    middle: str = ""
    suffix: str = ""


def person_name(text: str) -> PersonName:
    """The parts of a name written in one piece: `Family, Given Middle Suffix` or `Title Given Middle Family Suffix`.

    Particles stay with the family name (`Juan de la Vega`); a single word is a family name.
    """
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    if not pieces:
        return PersonName("")
    suffixes: list[str] = []
    while len(pieces) > 1 and _all_suffixes(pieces[-1]):
        suffixes = [_SUFFIXES[_bare(word)] for word in pieces.pop().split()] + suffixes
    if len(pieces) == 1:
        words, tail = _without_ends(pieces[0].split())
        start = _family_start(words)
        given, family = words[:start], " ".join(words[start:])
    else:
        family_words, family_tail = _without_ends(pieces[0].split())
        given, tail = _without_ends(" ".join(pieces[1:]).split())
        family, tail = " ".join(family_words), family_tail + tail
    return PersonName(family, given[0] if given else "", " ".join(given[1:]), " ".join(tail + suffixes))


def _bare(word: str) -> str:
    return word.strip(".").replace(".", "").casefold()


def _all_suffixes(piece: str) -> bool:
    return all(_bare(word) in _SUFFIXES for word in piece.split())


def _without_ends(words: list[str]) -> tuple[list[str], list[str]]:
    """Words without leading titles and trailing suffixes (the first name of two never is one), and the suffixes."""
    while len(words) > 1 and _bare(words[0]) in _TITLES:
        words = words[1:]
    tail: list[str] = []
    while len(words) > 1 and _bare(words[-1]) in _SUFFIXES:
        tail.insert(0, _SUFFIXES[_bare(words[-1])])
        words = words[:-1]
    return words, tail


def _family_start(words: list[str]) -> int:
    """Where the family name begins: the last word, the particles before it, and the word before an `y`."""
    start = max(len(words) - 1, 0)
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
        if words[start].casefold() == "y" and start > 1:
            start -= 1
    return start


_PHONE_EXTENSION = re.compile(r"(?i)\s*(?:,|;)?\s*(?:ext\.?|extension|x)\s*(\d{1,6})\s*$")


def phone(text: str) -> str:
    """A phone number as it is read aloud: ten US digits as `(555) 010-2200`, anything else as it was written."""
    extension = _PHONE_EXTENSION.search(text)
    main = text[: extension.start()] if extension else text
    digits = re.sub(r"[^0-9]", "", main)
    if len(digits) == 11 and digits.startswith("1") and not main.strip().startswith("+44"):
        digits = digits[1:]
    if len(digits) != 10 or digits[0] in "01" or (main.strip().startswith("+") and not main.strip().startswith("+1")):
        return text.strip()
    shown = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return f"{shown} x{extension[1]}" if extension else shown


SEXES = {"male": "male", "m": "male", "female": "female", "f": "female", "other": "other", "o": "other",
         "x": "other", "nonbinary": "other", "unknown": "unknown", "u": "unknown"}  # fmt: skip
"""Usual ways to write the administrative sex, and FHIR's code for each."""


# Days and moments -------------------------------------------------------------------------------------------------

_ISO_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ].*)?)?)?", re.ASCII | re.DOTALL)
_ISO_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:[.,](\d+))?\s*(Z|z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


def iso_day(text: str, path: str, *, end: bool = False) -> date:
    """The day of a FHIR date (`1984`, `1984-03`, `1984-03-14`); of a part, its first day or its last (`end`).

    Raises ImportRefused `import.not_a_date`.
    """
    match = _ISO_DAY.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        year, month, day = int(match[1]), match[2], match[3]
        if day:
            return date(year, int(month), int(day))
        if not end:
            return date(year, int(month or 1), 1)
        following = date(year + (not month or month == "12"), 1 if not month or month == "12" else int(month) + 1, 1)
        return following - timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise ImportRefused("import.not_a_date", path=path) from error


def whole_day(text: str) -> str:
    """ISO text of a full date; empty for none, for a year or month alone, and for what is no date."""
    match = _ISO_DAY.fullmatch(text)
    if match is None or match[3] is None:
        return ""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""


def iso_moment(text: str, zone: ZoneInfo, path: str) -> datetime:
    """The moment of a FHIR dateTime or instant, aware. Without an offset it is the clinic's clock; without a time,
    the start of the clinic's day. Raises ImportRefused `import.not_a_date`.
    """
    match = _ISO_MOMENT.fullmatch(text.strip())
    if match is None:
        if "T" in text or len(text) > 10:
            raise ImportRefused("import.not_a_date", path=path)
        return datetime.combine(iso_day(text, path), time(), zone).astimezone(UTC)
    day, minute, second, fraction, offset = match.groups()
    shown = f"{day}T{minute}{second or ':00'}.{(fraction or '0')[:6].ljust(6, '0')}"
    try:
        moment = datetime.fromisoformat(shown + (offset or "").upper().replace("Z", "+00:00"))
        return (moment if offset else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ImportRefused("import.not_a_date", path=path) from error


def moment_text(moment: datetime, path: str) -> str:
    """UTC text of a moment. Raises ImportRefused for one outside the years 1 to 9999."""
    try:
        return utc_text(moment)
    except (ValueError, OverflowError) as error:
        raise ImportRefused("import.not_a_date", path=path) from error


def clinic_day(moment: datetime, zone: ZoneInfo, path: str = "") -> str:
    """ISO date of the clinic's day a moment falls on."""
    try:
        return moment.astimezone(zone).date().isoformat()
    except (ValueError, OverflowError) as error:
        raise ImportRefused("import.not_a_date", path=path) from error


# Amounts ----------------------------------------------------------------------------------------------------------

_EXACT = Context(prec=400)
"""Wide enough that no sum or shift of amounts below `LARGEST_CENTS` with up to 300 digits is ever rounded."""

_LONGEST_AMOUNT = 300


def cents(amount: Decimal, path: str) -> int:
    """Whole cents of an exact amount, rounded once, half away from zero.

    Raises ImportRefused `import.amount_not_finite` or `import.amount_too_large` (beyond ±$10,000,000.00).
    """
    return int(_in_cents(amount, path).to_integral_value(rounding=ROUND_HALF_UP))


def _in_cents(amount: Decimal, path: str) -> Decimal:
    if not amount.is_finite():
        raise ImportRefused("import.amount_not_finite", path=path)
    digits = len(amount.as_tuple().digits)
    if amount and (amount.adjusted() > 9 or digits > _LONGEST_AMOUNT or amount.adjusted() < -_LONGEST_AMOUNT):
        raise ImportRefused("import.amount_too_large", path=path, limit_cents=LARGEST_CENTS)
    shifted = _EXACT.scaleb(amount, 2) if amount else Decimal(0)
    if abs(shifted) > LARGEST_CENTS:
        raise ImportRefused("import.amount_too_large", path=path, limit_cents=LARGEST_CENTS)
    return shifted


def split_to_cents(parts: list[Decimal], path: str) -> tuple[int, list[int]]:
    """The sum of exact parts rounded once, half away from zero, and each part in cents so that they add up to it.

    Every part gets its whole cents; the cents left over go to the largest remainders, ties to the earlier part.
    None of the parts may be negative. Raises ImportRefused as `cents` does, and `import.amount_negative`.
    """
    shifted = [_in_cents(part, path) for part in parts]
    if any(part < 0 for part in shifted):
        raise ImportRefused("import.amount_negative", path=path)
    exact = Decimal(0)
    for part in shifted:
        exact = _EXACT.add(exact, part)
    total = int(exact.to_integral_value(rounding=ROUND_HALF_UP))
    if total > LARGEST_CENTS:
        raise ImportRefused("import.amount_too_large", path=path, limit_cents=LARGEST_CENTS)
    whole = [int(part.to_integral_value(rounding=ROUND_FLOOR)) for part in shifted]
    order = sorted(range(len(parts)), key=lambda i: (whole[i] - shifted[i], i))
    for i in order[: total - sum(whole)]:
        whole[i] += 1
    return total, whole
