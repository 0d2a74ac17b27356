"""What a manager makes of an operation that the hub kept apart: let in after all, or left out for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineAccepted:
    """The operation `op` (its envelope), logged earlier as `of` and posted nowhere, counts from here on: what follows
    from it stands under its own id. `staff_id` is the manager who looked at it."""

    of: str
    op: dict[str, Any]
    staff_id: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineDiscarded:
    """The operation logged as `of` counts for nothing: `staff_id` says so, and why (`note`, never empty)."""

    of: str
    staff_id: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineKept:
    """The envelope `op` of a desk whose stream is not followed any more (it was revoked, or runs twice), kept as it
    came. Logged under an id made from its place."""

    of: str
    op: dict[str, Any]
    reason: str
