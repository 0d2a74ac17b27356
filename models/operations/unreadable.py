"""Stand-ins for operations whose envelope is damaged: they keep the place in the stream, and what came, as it came.

One bad operation must neither stop what lies behind it nor be lost. A desk vouches for a whole batch by its signature,
so the place is known even where the envelope's own words are not to be trusted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from models.operations.codec import canonical
from models.operations.operation import Operation

KIND = "unreadable"
"""Not a kind anybody makes: no program posts it."""

_LONGEST_ID = 64


def unreadable(content: Any, reason: str, tenant: str, device: str, epoch: int, dseq: int) -> Operation:
    """The stand-in for `content` at a place of a device's stream. The same content at the same place makes the same."""
    text = canonical(content).decode()
    told = content if isinstance(content, dict) else {}
    made = Operation(
        op_id=_told_id(told) or f"unreadable-{device}-{epoch}-{dseq}", kind=KIND, v=1, op_class="fact", tenant=tenant,
        device=device, epoch=epoch, dseq=dseq, prev="", hash="", body_hash="", group="", linked=False, patient="",
        actor="", business_date="", device_time="",
        body={"content": text, "reason": reason, "told_body_hash": str(told.get("body_hash", ""))},
    )  # fmt: skip
    made = replace(made, body_hash=made.meaning_hash())
    return replace(made, hash=made.stream_hash())


def body_hash_of(envelope: dict[str, Any]) -> str:
    """The body hash by which a desk knows its own operation again, stand-in or not."""
    if envelope["kind"] == KIND:
        return str(envelope["body"].get("told_body_hash", ""))
    return str(envelope["body_hash"])


def _told_id(told: dict[str, Any]) -> str:
    found = told.get("op_id")
    return found if isinstance(found, str) and 0 < len(found) <= _LONGEST_ID and "\x00" not in found else ""
