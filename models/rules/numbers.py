"""Numbers that people read: made at each desk without asking anybody, and never alike on two desks.

They are labels; identity is the id.
"""

from __future__ import annotations

import base64
import hashlib
from hashlib import sha256

_PLAIN = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Signs that nobody takes for another one."""


def payment_number(device_no: int, counter: int) -> str:
    """`PAY-1-00042`: desk 1, its 42nd payment."""
    return f"PAY-{device_no}-{counter:05d}"


def treatment_number(appointment_id: str) -> str:
    """`TR-4F7KQ2`: what people call a visit that a payment is for (S2-12). It follows from the id, so that every desk
    says the same without asking; empty where there is no visit."""
    if not appointment_id:
        return ""
    left = int.from_bytes(sha256(appointment_id.encode()).digest()[:8], "big")
    signs = ""
    for _ in range(6):
        left, sign = divmod(left, len(_PLAIN))
        signs += _PLAIN[sign]
    return f"TR-{signs}"


def receipt_number(location_code: str, device_no: int, epoch: int, counter: int) -> str:
    """`01-1-A-0042`: location, desk, epoch of the desk as letters (1 is A, 27 is AA), counter."""
    return f"{location_code}-{device_no}-{epoch_letters(epoch)}-{counter:04d}"


def epoch_letters(epoch: int) -> str:
    """1 → A, 26 → Z, 27 → AA. Refuses anything below 1."""
    if epoch < 1:
        raise ValueError("epochs count from 1")
    letters = ""
    while epoch:
        epoch, letter = divmod(epoch - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def terminal_serial(last_serial: int, now_s: int) -> int:
    """The next serial of a desk's card attempts: seconds of the clock, but always beyond the last one.

    Taken from the clock so that a store put back from a copy does not use a reference again that a card terminal
    already knows.
    """
    return max(last_serial + 1, now_s)


def terminal_reference(device_no: int, serial: int) -> str:
    """Our reference on the card terminal: decimal digits, never used twice even when desks share a terminal."""
    return f"{device_no:02d}{serial:010d}"


def plan_number(plan_id: str) -> str:
    """What people call a payment plan: `6MSOSBJI-A7IAPSUT` (S4-04), the same at every desk."""
    signs = base64.b32encode(hashlib.sha256(plan_id.encode()).digest()).decode()
    return f"{signs[:8]}-{signs[8:16]}"
