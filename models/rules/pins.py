"""PINs: what may be one, and how long wrong tries lock a person out."""

from __future__ import annotations

from itertools import pairwise

from models.basics.errors import RuleBroken

SHORTEST, LONGEST = 4, 6
FREE_TRIES = 5
_LOCK_MINUTES = (5, 15, 60)
LONGEST_LOCK_S = _LOCK_MINUTES[-1] * 60
"""However the clock was set, nobody is locked out for longer."""


def check_new_pin(pin: str) -> str:
    """`pin` itself when it may be used: 4 to 6 digits, not all alike, not a plain run up or down. Raises RuleBroken."""
    if not (SHORTEST <= len(pin) <= LONGEST) or not pin.isascii() or not pin.isdigit():
        raise RuleBroken("pin.form", shortest=SHORTEST, longest=LONGEST)
    steps = {int(right) - int(left) for left, right in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        raise RuleBroken("pin.too_simple")
    return pin


def lock_seconds(failures: int) -> int:
    """How long a person is locked out after so many wrong tries in a row: 0 for the first four, then 5 minutes, then
    15 after the next wrong try, then an hour each."""
    if failures < FREE_TRIES:
        return 0
    return _LOCK_MINUTES[min(failures - FREE_TRIES, len(_LOCK_MINUTES) - 1)] * 60


def tries_left(failures: int) -> int:
    """Wrong tries left before the person is locked out."""
    return max(FREE_TRIES - failures, 0)
