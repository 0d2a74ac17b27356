"""The recovery key of a desk or hub: what opens its backups when the computer and its keyring are gone.

128 random bits, written as seven groups of four signs that a person can copy from a screen onto paper and back: 26
signs of key and two that prove the others, in Crockford's base 32 (no I, L, O, U). Random enough to need no slow
derivation.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from models.basics.errors import RuleBroken
from models.operations.joining import SIGNS, plain_code

BITS = 128
KEY_SIGNS, CHECK_SIGNS, GROUP = 26, 2, 4
_PURPOSE = b"copaydesk backup 1"


def new_recovery_key() -> str:
    """A fresh key: `7K3M-…`, seven groups of four."""
    return written(secrets.token_bytes(BITS // 8))


def written(key: bytes) -> str:
    """The groups for 16 bytes of key."""
    value = int.from_bytes(key, "big")
    signs = "".join(SIGNS[(value >> (5 * n)) & 31] for n in reversed(range(KEY_SIGNS)))
    signs += _proof(key)
    return "-".join(signs[n : n + GROUP] for n in range(0, len(signs), GROUP))


def read(text: str) -> bytes:
    """The 16 bytes behind what somebody typed: any case, dashes or none, O for 0 and I or L for 1.

    Raises RuleBroken `recovery_key.length` (so many signs are not a key) or `recovery_key.slip` (a sign is wrong).
    """
    signs = plain_code(text)
    if len(signs) != KEY_SIGNS + CHECK_SIGNS:
        raise RuleBroken("recovery_key.length", found=len(signs), wanted=KEY_SIGNS + CHECK_SIGNS)
    value = 0
    for sign in signs[:KEY_SIGNS]:
        value = value * 32 + SIGNS.index(sign)
    if value >> BITS:
        raise RuleBroken("recovery_key.slip")
    key = value.to_bytes(BITS // 8, "big")
    if not hmac.compare_digest(_proof(key), signs[KEY_SIGNS:]):
        raise RuleBroken("recovery_key.slip")
    return key


def backup_key(recovery_key: str) -> str:
    """The raw key (64 hex digits) of the backups that a recovery key opens. Raises RuleBroken as `read` does."""
    return hmac.new(read(recovery_key), _PURPOSE, hashlib.sha256).hexdigest()


def _proof(key: bytes) -> str:
    value = int.from_bytes(hashlib.sha256(_PURPOSE + key).digest()[:2], "big")
    return "".join(SIGNS[(value >> shift) & 31] for shift in (5, 0))
