"""Passwords: what may be one, and argon2id (RFC 9106) around them."""

from __future__ import annotations

import threading
from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

import resources

SHORTEST, LONGEST = 10, 128
_PASSES, _MEMORY_KIB, _LANES = 2, 19_456, 1
"""OWASP's "Password Storage Cheat Sheet" for argon2id: 19 MiB, two passes, one lane."""
_AT_ONCE = 2
"""More at once would be a way to exhaust the hub."""


@cache
def worst() -> frozenset[str]:
    """What is tried first by whoever guesses, in small letters."""
    return frozenset(resources.path("portal/worst-passwords.txt").read_text(encoding="utf-8").split())


def trouble_with(password: str, username: str) -> str:
    """Why it may not be a password: short, long, worst, name; empty where it may. Any letters may be in it."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    plain = password.casefold()
    letters = "".join(sign for sign in plain if sign.isalpha())
    if plain in worst() or letters in worst() or len(set(plain)) < 4 or _is_run(plain):
        return "worst"
    return "name" if username and username.casefold() in plain else ""


def _is_run(plain: str) -> bool:
    """`abcdefghij`, `9876543210`."""
    steps = {ord(right) - ord(left) for left, right in pairwise(plain)}
    return steps in ({1}, {-1})


class Passwords:
    """Makes and checks hashes. Thread-safe; blocks for a fiftieth of a second each."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys = ""

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        with self._turns:
            return self._hasher.hash(password)

    def right(self, kept: str, password: str) -> bool:
        """Is it this one? For nobody's (`kept` empty) it takes as long, and is not."""
        if not kept:
            if not self._nobodys:
                self._nobodys = self.hash("nobody's password")
            self._verify(self._nobodys, password)
            return False
        return self._verify(kept, password)

    def _verify(self, kept: str, password: str) -> bool:
        with self._turns:
            try:
                return self._hasher.verify(kept, password)
            except (VerificationError, InvalidHashError):
                return False
