"""Scanners that type: telling a burst of keys from a person's typing.

Keys that may begin a burst are held back until it is clear what they are; a burst is taken whole, everything else is
typed after all. Pure: whoever has the keys tells their signs and keeps the time.
"""

from __future__ import annotations

import re

from devices.scanners.licence import looks_like_licence

GAP_MS = 35
"""Scanners leave less between two keys, people more."""
LONG_GAP_MS = 100
"""Within a licence or a stripe, which are long and have pauses at their line ends."""
SHORTEST = 6
LONGEST = 2_000

_ENDS = ("\r", "\n", "\t")
_MARKS = "@%;"
_STRIPE = re.compile(r"[%;+][^?]{6,}\?")


class Burst:
    """Keys that are held back. `every_key`: a scanner types here, so any key may begin a burst; `prefix`: what it is
    set up to send first. Licences and magnetic stripes are always caught: a payment card's must not get into a form."""

    def __init__(self, *, every_key: bool = False, prefix: str = "") -> None:
        self._every_key, self._prefix = every_key, prefix
        self._held = ""

    @property
    def holding(self) -> bool:
        """Are keys held back just now?"""
        return bool(self._held)

    @property
    def patience_ms(self) -> int:
        """How long to wait for the next key."""
        return LONG_GAP_MS if len(self._held) > 1 and self._held[0] in _MARKS else GAP_MS

    def take(self, sign: str) -> bool:
        """A key was pressed that types `sign`. Is it held back? If not, nothing is."""
        if not self._held and not self.begins(sign):
            return False
        self._held += sign
        return True

    def end(self) -> str | None:
        """No key came for so long: the scan that the held keys are, or None: a person typed them. Nothing is held
        afterwards."""
        held, self._held = self._held, ""
        if _STRIPE.match(held) or looks_like_licence(held):
            return held
        if self._prefix:
            return held[len(self._prefix) :].strip() if _long_enough(held, self._prefix) else None
        return held.strip() if self._every_key and _long_enough(held, "") and held.endswith(_ENDS) else None

    @property
    def full(self) -> bool:
        """More is held than any scan is long: it must end now."""
        return len(self._held) >= LONGEST

    def begins(self, sign: str) -> bool:
        """May a scan begin with `sign`?"""
        if sign in _MARKS or sign == self._prefix[:1]:
            return sign != ""
        return self._every_key and not self._prefix and sign.isprintable() and sign != ""


def _long_enough(held: str, prefix: str) -> bool:
    return held.startswith(prefix) and len(held.strip()) - len(prefix) >= SHORTEST
