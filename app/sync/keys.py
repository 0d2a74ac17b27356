"""The desk's own key: it signs each request, and never leaves the machine."""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.basics.clock import Clock
from models.operations.protocol import WIRE_VERSION
from models.operations.signing import (
    HEADER_DEVICE,
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TIME,
    HEADER_WIRE,
    NONCE_LETTERS,
    signed_text,
)


def new_device_key() -> str:
    """A new private key as 64 hex digits. Keep it in the desk's secrets before joining with it."""
    return Ed25519PrivateKey.generate().private_bytes_raw().hex()


class RequestSigner:
    """Signs requests. `hub_ahead_ms` is how far the hub's clock is ahead of this machine's, as far as known."""

    def __init__(self, private_key_hex: str, device_id: str, clock: Clock) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_key_hex))
        self._device_id, self._clock = device_id, clock
        self.hub_ahead_ms = 0

    @property
    def public_key(self) -> str:
        """The public half, base64."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def now_ms(self) -> int:
        """This machine's time."""
        return int(self._clock.now().timestamp() * 1000)

    def headers(self, method: str, target: str, body: bytes) -> dict[str, str]:
        """The headers that prove who asks, good for one request."""
        time_ms = self.now_ms() + self.hub_ahead_ms
        nonce = secrets.token_hex(NONCE_LETTERS // 2)
        signature = self._key.sign(signed_text(method, target, time_ms, nonce, body))
        return {
            HEADER_DEVICE: self._device_id, HEADER_TIME: str(time_ms), HEADER_NONCE: nonce,
            HEADER_SIGNATURE: base64.b64encode(signature).decode(), HEADER_WIRE: str(WIRE_VERSION),
        }  # fmt: skip
