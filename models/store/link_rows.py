"""How operations about one-time links show in their table (see `projection`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import orjson

from models.operations.codec import to_json
from models.operations.links import LinkIssue, LinkRevoke
from models.operations.operation import Operation
from models.store.sheet import Sheet

_SAID = tuple(field.name for field in fields(LinkIssue) if field.name not in {"items", "owed_cents"})
_NOT_REVOKED = dict.fromkeys(("revoked_at", "revoked_by", "revoked_reason"), "")


def _issue(op: Operation, body: LinkIssue, _reason: str, sheet: Sheet, seq: int) -> None:
    """The first one with an id stands."""
    if sheet.get("pay_link", body.link_id):
        return
    row = {name: getattr(body, name) for name in _SAID} | _NOT_REVOKED | {
        "items": orjson.dumps([to_json(item) for item in body.items]).decode(),
        "owed_cents": body.owed_cents or body.amount_cents, "issued_at": op.device_time,
        "business_date": op.business_date, "actor": op.actor, "device": op.device, "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("pay_link", row, seq=seq)


def _revoke(op: Operation, body: LinkRevoke, _reason: str, sheet: Sheet, seq: int) -> None:
    """The first word stands."""
    before = sheet.get("pay_link", body.link_id)
    if before and not before["revoked_at"]:
        said = {"revoked_at": op.device_time, "revoked_by": op.actor, "revoked_reason": body.reason}
        sheet.put("pay_link", {**before, **said}, seq=seq)


HANDLERS: dict[str, Callable[[Operation, Any, str, Sheet, int], None]] = {
    "link.issue": _issue,
    "link.revoke": _revoke,
}
"""By kind of operation."""
