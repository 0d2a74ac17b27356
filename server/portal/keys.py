"""What the portal makes of its one key: codes and links, what they are checked by, and seals.

The key comes from the one that lies beside the hub's certificate, not in its database: who only has the database can
neither sign in nor read the secret of an authenticator.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import uuid
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
CODE_DIGITS = 6
_MARK_BYTES, _PAY_LETTERS = 16, 64


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

    def pay_token(self, tenant: str, link_id: str) -> str:
        """What the address of a one-time link ends in, 64 letters: whose it is, which, and 128 bits that only this hub
        can make (RFC 2104 §5: half of the hash). Raises ValueError for ids that are no UUIDs."""
        ids = _plain(tenant) + _plain(link_id)
        return base64.urlsafe_b64encode(ids + self._pay_mark(ids)).decode()

    def read_pay_token(self, token: str) -> tuple[str, str] | None:
        """(practice, link) of such an address; None for one that this hub did not make."""
        if not re.fullmatch(rf"[A-Za-z0-9_-]{{{_PAY_LETTERS}}}", token):
            return None
        raw = base64.urlsafe_b64decode(token)
        ids, mark = raw[:-_MARK_BYTES], raw[-_MARK_BYTES:]
        if not hmac.compare_digest(self._pay_mark(ids), mark):
            return None
        return str(uuid.UUID(bytes=ids[:16])), str(uuid.UUID(bytes=ids[16:]))

    def _pay_mark(self, ids: bytes) -> bytes:
        return hmac.new(self._hash_key, b"pay-link\n" + ids, sha256).digest()[:_MARK_BYTES]

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


def _plain(name: str) -> bytes:
    """The bytes of an id. Raises ValueError where it is none as ours are written."""
    found = uuid.UUID(name)
    if str(found) != name:
        raise ValueError("no id of ours")
    return found.bytes
