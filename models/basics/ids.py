"""Identities made here, never by the server: time-ordered UUIDs (RFC 9562), and natural ids for what two desks may
both create."""

from __future__ import annotations

import os
import threading
import time
import uuid
from functools import lru_cache
from hashlib import sha1
from typing import NewType

TenantId = NewType("TenantId", str)
DeviceId = NewType("DeviceId", str)
OpId = NewType("OpId", str)
PatientId = NewType("PatientId", str)
AppointmentId = NewType("AppointmentId", str)
ChargeId = NewType("ChargeId", str)
PaymentId = NewType("PaymentId", str)
AttemptId = NewType("AttemptId", str)
StaffId = NewType("StaffId", str)

TRAINING = "training-"
"""How the id of a practice begins that exists for training alone. It never changes and travels with every record."""

_NATURAL = uuid.UUID("7c0e6a52-2f0b-5d3e-9a54-0c0a9d1e5c11").bytes


def _chance() -> int:
    """Eighty random bits."""
    return int.from_bytes(os.urandom(10), "big")


def _wall_ms() -> int:
    """This machine's time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class IdMaker:
    """Makes UUIDv7 strings that never go back, even when the wall clock does (RFC 9562 §6.2, method 1 and 2).

    Thread-safe. `last_ms` may be given from the store, so that order also survives a restart after a clock change.
    """

    def __init__(self, last_ms: int = 0) -> None:
        self._lock = threading.Lock()
        self._last_ms = last_ms
        self._counter = 0

    def new(self) -> str:
        """A new id, greater than every one made before by this maker."""
        chance = _chance()
        with self._lock:
            now_ms = _wall_ms()
            if now_ms > self._last_ms:
                self._last_ms, self._counter = now_ms, chance >> 69
            else:
                self._counter += 1
                if self._counter >= 1 << 12:
                    self._last_ms, self._counter = self._last_ms + 1, chance >> 69
            high = (self._last_ms << 16) | 0x7000 | self._counter
        text = f"{(high << 64) | (0b10 << 62) | (chance & ((1 << 62) - 1)):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_maker = IdMaker()


def new_id() -> str:
    """A new time-ordered id from the process's own maker."""
    return _maker.new()


@lru_cache(maxsize=256)
def natural_id(*parts: str) -> str:
    """The same id for the same parts on every desk (UUIDv5): `natural_id(tenant, appointment, "COPAY")`."""
    made = bytearray(sha1(_NATURAL + "\x1f".join(parts).encode(), usedforsecurity=False).digest()[:16])
    made[6], made[8] = made[6] & 0x0F | 0x50, made[8] & 0x3F | 0x80  # version and variant (RFC 9562 §5.5)
    text = made.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_training(tenant: str) -> bool:
    """Does this practice exist for training alone, with invented people and no money?"""
    return tenant.startswith(TRAINING)
