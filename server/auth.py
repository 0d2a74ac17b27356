"""Who is asking: each request of an enrolled desk is signed with the desk's own key, and works once.

The tenant comes from the desk's row, never from the request, so a desk can reach its own clinic's log only. Nonces are
remembered per process for as long as a signature could be fresh. With several processes a signature could therefore
be used once in each; a push is idempotent and what a pull answers only its TLS connection can read.
"""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.basics.clock import Clock
from models.operations.signing import (
    HEADER_DEVICE,
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TIME,
    LARGEST_SKEW_MS,
    NONCE_LETTERS,
    signed_text,
)
from models.store.hub import HubStore
from models.store.rows import DeviceRow
from server.refusals import Refused

ROW_KEPT_S = 0.2
"""A desk's row is looked up again after this long: a revocation in another process holds from then on."""

_LARGEST_HEADER = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as far as its signature covers it."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


class DeviceAuth:
    """Verifies signatures. Thread-safe."""

    def __init__(self, store: HubStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._rows: dict[str, tuple[float, DeviceRow]] = {}
        self._nonces = NonceMemory()

    def device(self, asked: Asked) -> DeviceRow:
        """The desk that signed this, revoked or not. Raises Refused (401): unknown desk, stale, used or wrong."""
        values = [asked.headers.get(name, "") for name in (HEADER_DEVICE, HEADER_TIME, HEADER_NONCE, HEADER_SIGNATURE)]
        device_id, told_time, nonce, signature = values
        if not all(values) or max(map(len, values)) > _LARGEST_HEADER:
            raise Refused(401, "auth.not_signed")
        row = self._row(device_id)
        if row is None:
            raise Refused(401, "auth.unknown_device")
        self.check_signature(asked, row.public_key, told_time, nonce, signature)
        return row

    def check_signature(self, asked: Asked, public_key: str, told_time: str, nonce: str, signature: str) -> None:
        """Raise Refused (401) unless the key's holder signed this request now, for the first time."""
        if not told_time.isascii() or not told_time.isdigit() or len(nonce) != NONCE_LETTERS:
            raise Refused(401, "auth.not_signed")
        now_ms = int(self._clock.now().timestamp() * 1000)
        text = signed_text(asked.method, asked.target, int(told_time), nonce, asked.body)
        if not _verifies(public_key, signature, text):
            raise Refused(401, "auth.wrong_signature")
        if abs(int(told_time) - now_ms) > LARGEST_SKEW_MS:
            raise Refused(401, "auth.stale", server_time_ms=now_ms)
        if not self._nonces.first_time(f"{public_key}{nonce}", self._clock.monotonic()):
            raise Refused(401, "auth.replayed")

    def welcome(self, row: DeviceRow) -> DeviceRow:
        """The desk itself when it may read. Raises Refused (403) for one that was revoked or runs twice."""
        if row.revoked_at:
            raise Refused(403, "auth.revoked")
        if row.apart_at:
            raise Refused(403, "sync.cloned")
        return row

    def again(self, device_id: str) -> DeviceRow:
        """The row of a desk verified earlier, after a long wait: it may have been revoked meanwhile."""
        row = self._row(device_id)
        if row is None:
            raise Refused(401, "auth.unknown_device")
        return self.welcome(row)

    def at_hand(self, device_id: str) -> DeviceRow | None:
        """The same without asking the database: None when it would have to be asked."""
        kept = self._rows.get(device_id)
        return self.welcome(kept[1]) if kept is not None and self._is_fresh(kept[0]) else None

    def forget(self, device_id: str) -> None:
        """Look the desk up again at its next request."""
        self._rows.pop(device_id, None)

    def _row(self, device_id: str) -> DeviceRow | None:
        now_s = self._clock.monotonic()
        kept = self._rows.get(device_id)
        if kept is not None and self._is_fresh(kept[0]):
            return kept[1]
        row = self._store.device(device_id)
        if row is None:
            self._rows.pop(device_id, None)
        else:
            self._rows[device_id] = (now_s, row)
        return row

    def _is_fresh(self, read_at_s: float) -> bool:
        return self._clock.monotonic() - read_at_s < ROW_KEPT_S


class NonceMemory:
    """Remembers nonces for at least twice the largest skew, in two generations, so that forgetting costs nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._young: set[int] = set()
        self._old: set[int] = set()
        self._turned_at_s = 0.0

    def first_time(self, nonce: str, now_s: float) -> bool:
        """Has this one never been seen in the time it could be used?"""
        mark = hash(nonce)  # 64 bits, keyed per process
        with self._lock:
            if now_s - self._turned_at_s > 2 * LARGEST_SKEW_MS / 1000:
                self._young, self._old, self._turned_at_s = set(), self._young, now_s
            if mark in self._young or mark in self._old:
                return False
            self._young.add(mark)
            return True


@lru_cache(maxsize=4096)
def _public_key(text: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def public_key_usable(text: str) -> bool:
    """Is this the base64 of an Ed25519 public key?"""
    try:
        _public_key(text)
    except (ValueError, binascii.Error):
        return False
    return True


def _verifies(public_key: str, signature: str, text: bytes) -> bool:
    try:
        _public_key(public_key).verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
