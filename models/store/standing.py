"""Whose effect an entry of the log has: its own operation's, or that of one which a manager let in after all."""

from __future__ import annotations

from typing import Any

from models.operations.operation import Operation, from_wire

ACCEPTED = "quarantine.accepted"
CONFLICT = "id_conflict"
"""Reason of an operation whose id another operation already carries."""


def conflict_id(op_id: str, device: str, epoch: int, dseq: int) -> str:
    """A stand-in id for an operation whose own id is taken: from its place in its device's stream."""
    return f"{op_id}~{device}-{epoch}-{dseq}"


def stands_for(op: Operation) -> Operation:
    """The operation that takes effect with an entry: transfers and rows stand under its id."""
    return from_wire(op.body["op"], verified=True) if op.kind == ACCEPTED else op


def posted_id(envelope: dict[str, Any], op_id: str) -> str:
    """Under which id the transfers of an entry stand that is logged as `op_id`."""
    return str(envelope["body"]["op"]["op_id"]) if envelope["kind"] == ACCEPTED else op_id
