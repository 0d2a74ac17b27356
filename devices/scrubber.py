"""No card number passes: every string from a device goes through one guard.

The terminal encrypts the card itself; the program must never see more than brand and last four. Should a device send
more, the whole string is dropped, counted, and shown as `CARD_DATA_BLOCKED`; it is never logged. (PCI DSS 3.3, and the
drivers' rule that every device string passes one scrubber.)
"""

from __future__ import annotations

import logging
import re
from datetime import datetime

from models.basics.facts import facts

log = logging.getLogger(__name__)

CARD_DATA_BLOCKED = "card data blocked"

_TRACKS = re.compile(r"%[A-Z0-9]?[\d ]{12,26}\^|;\d{12,19}=", re.IGNORECASE)
_GROUPS = re.compile(r"\d+(?:[ -]\d+)*")
_LONGEST, _SHORTEST = 19, 13
_LONG_RUN_LENGTHS = (16, 15, 19, 14)  # a number glued to an expiry date or a code, by how usual


def holds_card_data(text: str) -> bool:
    """Does `text` hold a card number (13 to 19 digits that pass the Luhn check) or the start of a magnetic track?

    Zeros in front do not hide a number. A 14-digit moment of this century is none, although one in ten passes Luhn.
    """
    if _TRACKS.search(text):
        return True
    return any(_groups_hold_a_number(re.split("[ -]", run)) for run in _GROUPS.findall(text))


def passes_luhn(digits: str) -> bool:
    """The check digit rule of ISO/IEC 7812-1, annex B."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


class PanGuard:
    """Passes strings from one device on, without card data. `blocked_count` says how many were dropped."""

    def __init__(self, device: str) -> None:
        self._device = device
        self.blocked_count = 0

    def clean(self, text: str, expected: str = "") -> str:
        """`text`, or `CARD_DATA_BLOCKED` in its place. `expected` is what we sent ourselves and see echoed."""
        if not text or text == expected or not holds_card_data(text):
            return text
        self.blocked_count += 1
        log.warning("card data blocked", extra=facts(device=self._device, blocked=self.blocked_count))
        return CARD_DATA_BLOCKED


def _groups_hold_a_number(groups: list[str]) -> bool:
    """Groups of digits, as printed on a card: any neighbours may make up the number."""
    for first in range(len(groups)):
        joined = ""
        for group in groups[first:]:
            joined += group
            if _is_card_number(joined):
                return True
            if len(joined) > _LONGEST:
                break
    return False


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
