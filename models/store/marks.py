"""The hub's own mark on a place of the log: by it a hub that was restored knows again what it has forgotten.

A mark is HMAC-SHA256 (RFC 2104) over practice, place and the chain's hash there. The chain covers everything before, so
one mark vouches for a whole log. The key must outlive the database: it lies beside the certificate, not in it.
"""

from __future__ import annotations

import hashlib
import hmac


class LogMarks:
    """Makes and checks marks. Without a key there are none, and none holds."""

    def __init__(self, key: bytes = b"") -> None:
        self._key = key

    def mark(self, tenant: str, seq: int, link: str) -> str:
        """The mark on a place; empty without a key."""
        if not self._key:
            return ""
        return hmac.new(self._key, f"copaydesk-log-1\n{tenant}\n{seq}\n{link}".encode(), hashlib.sha256).hexdigest()

    def holds(self, tenant: str, seq: int, link: str, mark: str) -> bool:
        """Was this place of a log served by this hub?"""
        return bool(self._key and mark) and hmac.compare_digest(mark.encode(), self.mark(tenant, seq, link).encode())
