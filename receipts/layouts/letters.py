"""Which letters a target can show, and what stands in for those it cannot.

Nothing visible is dropped: a letter the target lacks becomes its nearest relative (`Ł` is `L`, `ё` is `yo`), and where
there is none, a visible stand-in. What cannot be seen at all (control and formatting characters) never gets through,
so no name can carry a printer command.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache

UNICODE = ""
"""The code page of targets that show every character: text files."""

STAND_IN = "?"
"""What a printer shows for a character of a script it does not have."""

ISOLATE, END_ISOLATE = "\u2068", "\u2069"


def _spelled(letters: str, latin: str) -> dict[str, str]:
    return dict(zip(letters, latin.split(), strict=True))


_LATIN = _spelled(
    "ĐđĦħĸŁłŊŋŒœŦŧƏəƒıȷẞßÆæØøÞþÐð",
    "D d H h k L l N n OE oe T t E e f i j SS ss AE ae O o Th th D d",
)
_CYRILLIC = _spelled(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяґєіїјљњћђџў",
    "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch ' y ' e yu ya "  # Russian
    "g ye i yi j lj nj c dj dz u",  # Ukrainian, Serbian, Belarusian
)
_GREEK = _spelled(
    "αβγδεζηθικλμνξοπρσςτυφχψω",
    "a v g d e z i th i k l m n x o p r s s t u f ch ps o",
)
_ALPHABET = frozenset("αβγδεζηθικλμνξοπρστυφχψωΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ")
_SIGNS = {
    "\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-",
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u02bc": "'", "\u02b9": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2022": "*", "\u00b7": ".", "\u2026": "...", "\u20ac": "EUR", "\u2122": "TM", "\u00a9": "(c)", "\u00ae": "(r)",
    "\u00d7": "x", "\u00f7": "/", "\u2044": "/", "\u2215": "/", "\u2190": "<-", "\u2192": "->",
    "\u2264": "<=", "\u2265": ">=", "\u2500": "-", "\u2502": "|", "\u2713": "v", "\u2714": "v", "\u2717": "x",
}  # fmt: skip


def _capitals(letters: dict[str, str]) -> dict[str, str]:
    return {small.upper(): latin.capitalize() for small, latin in letters.items() if len(small.upper()) == 1}


NEAREST = _SIGNS | _capitals(_GREEK) | _GREEK | _capitals(_CYRILLIC) | _CYRILLIC | _LATIN
"""Letters and signs without a decomposition, and how a person would write them with the letters at hand."""


def fit(text: str, code_page: str) -> str:
    """`text` on one line with only characters that `code_page` (a Python codec, or UNICODE) can show."""
    if text.isascii() and text.isprintable():
        return text
    if code_page == UNICODE:
        return _isolated(fit_with(text, str.isprintable, STAND_IN))
    letters = _letters(code_page)
    if text.isprintable() and letters.issuperset(text):
        return text
    return fit_with(text, letters.__contains__, STAND_IN)


def fit_with(text: str, has: Callable[[str], bool], stand_in: str) -> str:
    """`text` on one line, each character shown by one that `has` is true for; `stand_in` where there is none."""
    return "".join(_shown(sign, has, stand_in) for sign in unicodedata.normalize("NFC", text))


def width(text: str) -> int:
    """Columns that `text` takes on a grid: two for a full-width character, none for a mark over its letter."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _shown(sign: str, has: Callable[[str], bool], stand_in: str) -> str:
    if sign == " " or (sign.isprintable() and has(sign)):
        return sign
    category = unicodedata.category(sign)
    if category[0] == "Z" or category == "Cc":
        return " "
    if category == "Cf":  # joiners, direction marks, soft hyphens: nothing a person would see
        return ""
    plain = _nearest(sign, has)
    if plain or category[0] == "M":  # a mark that could not be joined leaves its letter behind
        return plain
    return stand_in


def _nearest(sign: str, has: Callable[[str], bool]) -> str:
    parts = NEAREST.get(sign) or unicodedata.normalize("NFKD", sign)
    if parts == sign:
        digit = unicodedata.decimal(sign, None)
        return "" if digit is None else str(digit)
    if all(part.isascii() and part.isprintable() for part in parts):
        return parts
    return "".join(part if has(part) else _nearest(part, has) for part in parts)


@cache
def _letters(code_page: str) -> frozenset[str]:
    known = frozenset(bytes(range(0x20, 0x100)).decode(code_page, "ignore"))
    if not known.issuperset(_ALPHABET):  # some have a few Greek letters as signs of mathematics: `Elεni` is no name
        known -= _ALPHABET
    return known


def _isolated(text: str) -> str:
    """Right-to-left text kept to itself, so that an amount on the same line stays where it is."""
    if any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in text):
        return f"{ISOLATE}{text}{END_ISOLATE}"
    return text


def _columns(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1
