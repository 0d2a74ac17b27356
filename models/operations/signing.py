"""How a desk proves each request is its own: what is signed, and the headers that carry it. No keys here, only text.

The signature (Ed25519) covers method, path with query, time, a nonce and the body, so nothing of a request can be
changed or used again. `time` is milliseconds since 1970 by the hub's clock as far as the desk knows it: a desk whose
clock is wrong learns the difference from the hub's answer and signs again.
"""

from __future__ import annotations

from models.operations.codec import sha256_hex

HEADER_DEVICE = "X-Copaydesk-Device"
HEADER_TIME = "X-Copaydesk-Time"
HEADER_NONCE = "X-Copaydesk-Nonce"
HEADER_SIGNATURE = "X-Copaydesk-Signature"
HEADER_WIRE = "X-Copaydesk-Wire"
HEADER_REPORT = "X-Copaydesk-Report"
"""What a desk says of itself when it asks for news: program version, operations that wait, when the oldest of them was
made (UTC text, `-` for none), with `;` between. Not under the signature: it is shown to managers, nothing follows."""

LARGEST_SKEW_MS = 60_000
"""A signature older or newer than this by the hub's clock is refused."""

NONCE_LETTERS = 24
"""A nonce is this many hex digits, 96 random bits."""


def signed_text(method: str, target: str, time_ms: int, nonce: str, body: bytes) -> bytes:
    """The bytes under the signature; `target` is the path with its query exactly as sent."""
    return f"copaydesk-1\n{method}\n{target}\n{time_ms}\n{nonce}\n{sha256_hex(body)}".encode()
