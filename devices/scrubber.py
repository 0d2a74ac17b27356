"""No card number passes: every string from a device goes through one guard.

The terminal encrypts the card itself; the program must never see more than brand and last four. Should a device send
more, the whole string is dropped, counted, and shown as `CARD_DATA_BLOCKED`; it is never logged. (PCI DSS 3.3, and the
drivers' rule that every device string passes one scrubber.)
"""

from __future__ import annotations

import logging

from models.basics.card_numbers import CARD_DATA_BLOCKED, holds_card_data, passes_luhn
from models.basics.facts import facts

log = logging.getLogger(__name__)


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


__all__ = ["CARD_DATA_BLOCKED", "PanGuard", "holds_card_data", "passes_luhn"]
