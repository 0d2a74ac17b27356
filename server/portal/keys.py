"""What the portal makes of its one key: codes and links, what they are checked by, and seals.

The key comes from the one that lies beside the hub's certificate, not in its database: who only has the database can
neither sign in nor read the secret of an authenticator.
"""

from __future__ import annotations

import base64
import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
CODE_DIGITS = 6


class Keys:
    """Keyed hashes (HMAC-SHA256, RFC 2104) and seals (AES-256-GCM) for one hub."""

    def __init__(self, root: bytes) -> None:
        self._hash_key = hmac.new(root, b"copaydesk-portal-hash-1", sha256).digest()
        self._seal = AESGCM(hmac.new(root, b"copaydesk-portal-seal-1", sha256).digest())

    def digest(self, purpose: str, text: str) -> str:
        """What stands for `text` in the database: 64 hex digits, of no use without the key."""
        return hmac.new(self._hash_key, f"{purpose}\n{text}".encode(), sha256).hexdigest()

    def code(self, note_id: str) -> str:
        """The six digits of a note."""
        value = int(self.digest("code", note_id), 16) % 10**CODE_DIGITS
        return f"{value:0{CODE_DIGITS}d}"

    def link(self, note_id: str) -> str:
        """The secret part of a note's link: 43 letters."""
        made = hmac.new(self._hash_key, f"link\n{note_id}".encode(), sha256).digest()
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def same(self, left: str, right: str) -> bool:
        """Compare in a time that says nothing."""
        return hmac.compare_digest(left.encode(), right.encode())

    def seal(self, text: str, about: str) -> str:
        """`text` so that only this hub reads it, and only as being `about` that."""
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._seal.encrypt(nonce, text.encode(), about.encode())).decode()

    def unseal(self, sealed: str, about: str) -> str:
        """What was sealed; empty where it was not, or about something else."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._seal.decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
        except (ValueError, InvalidTag):
            return ""
