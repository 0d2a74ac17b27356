"""What a payment card's number looks like, and text without one. Pure.

The card reader alone may know a card: brand and last four are all that is kept (PCI DSS 3.3). Numbers are told by
length and check digit (ISO/IEC 7812-1); one text in ten that is as long and means something else passes, too. Where
other programs' numbers of that length are common (a claim, a member), only what a brand of cards begins with counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

CARD_DATA_BLOCKED = "card data blocked"

_MAY_HOLD = re.compile(r"(?:\d[ -]?){12}|%[A-Z0-9]?\d", re.IGNORECASE)
_TRACKS = re.compile(r"%[A-Z0-9]?[\d ]{12,26}\^|;\d{12,19}=", re.IGNORECASE)
_GROUPS = re.compile(r"\d+(?:[ -]\d+)*")
_LONGEST, _SHORTEST = 19, 13
_LONG_RUN_LENGTHS = (16, 15, 19, 14)  # a number glued to an expiry date or a code, by how usual
_BRANDS = re.compile(
    r"4\d{15}|4\d{18}|5[1-5]\d{14}|2(?:2[2-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|"
    r"3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d)\d{12}"
)


def may_hold(text: str) -> bool:
    """Is there anything in `text` that a closer look could take for card data? Quick, and true too often."""
    return _MAY_HOLD.search(text) is not None


def holds_card_data(text: str) -> bool:
    """Does `text` hold a card number (13 to 19 digits that pass the Luhn check) or the start of a magnetic track?

    Zeros in front do not hide a number. A 14-digit moment of this century is none, although one in ten passes Luhn.
    """
    if not may_hold(text):
        return False
    return bool(_TRACKS.search(text)) or any(_is_card_number(run) for run in _runs(text))


def holds_brand_number(text: str) -> bool:
    """As `holds_card_data`, for text in which long numbers are usual: only a track, or a number that is whole, checks,
    and begins and ends as those of a brand do."""
    if not may_hold(text):
        return False
    return bool(_TRACKS.search(text)) or any(_BRANDS.fullmatch(run) and passes_luhn(run) for run in _runs(text))


def passes_luhn(digits: str) -> bool:
    """The check digit rule of ISO/IEC 7812-1, annex B."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _runs(text: str) -> Iterator[str]:
    """Groups of digits, as printed on a card: any neighbours may make up the number."""
    for found in _GROUPS.findall(text):
        groups = re.split("[ -]", found)
        for first in range(len(groups)):
            joined = ""
            for group in groups[first:]:
                joined += group
                yield joined
                if len(joined) > _LONGEST:
                    break


def _is_card_number(run: str) -> bool:
    digits = run.lstrip("0")
    if len(digits) < _SHORTEST:
        return False
    if len(digits) <= _LONGEST:
        return passes_luhn(digits) and not _is_moment(run)
    if digits[0] not in "23456":  # no card of a known brand starts so: a long serial number
        return False
    return any(passes_luhn(digits[:length]) for length in _LONG_RUN_LENGTHS)


def _is_moment(run: str) -> bool:
    if len(run) != 14 or not run.startswith("20"):
        return False
    try:
        datetime.strptime(run, "%Y%m%d%H%M%S")  # noqa: DTZ007 - only its shape is asked
    except ValueError:
        return False
    return True
