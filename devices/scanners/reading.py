"""What a scanner read: a code, a driver licence, or a payment card that has no business there.

Whatever wire it came through ends here first, and only what may be kept goes on: of a licence the person, of a payment
card nothing at all (PCI DSS 3.3), not even its length.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.scanners.licence import Licence, LicenceUnreadable, looks_like_licence, parse_licence
from devices.scrubber import holds_card_data

_TRACK_SIGNS = ("%", ";", "+")
_LONGEST_CODE = 200


@dataclass(frozen=True, slots=True)
class CodeRead:
    """A bar code or QR code: printable text."""

    text: str


@dataclass(frozen=True, slots=True)
class LicenceRead:
    """A driver licence, by code or stripe."""

    licence: Licence


@dataclass(frozen=True, slots=True)
class CardBlocked:
    """A payment card was swiped or scanned. What it said is gone."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something came that says nothing: `no_name`, `no_birth_date` (a licence), `stripe` (another card), `code`."""

    reason: str


Read = CodeRead | LicenceRead | CardBlocked | Unreadable


def read(payload: str) -> Read:
    """Judge one scan. Never raises."""
    if looks_like_licence(payload):
        try:
            return LicenceRead(parse_licence(payload))
        except LicenceUnreadable as error:
            return Unreadable(error.reason)
    if holds_card_data(payload):
        return CardBlocked()
    text = "".join(sign for sign in payload if sign.isprintable()).strip()
    if text.startswith(_TRACK_SIGNS):
        return Unreadable("stripe")
    if not text or len(text) > _LONGEST_CODE:
        return Unreadable("code")
    return CodeRead(text)
