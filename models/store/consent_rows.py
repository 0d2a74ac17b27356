"""What operations make of the rows that say what patients agreed to: papers by e-mail, the portal's terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from models.operations.messages import MessageConsent
from models.operations.operation import Operation
from models.operations.privacy import PortalTerms
from models.store.sheet import Sheet


def _note_consent(op: Operation, body: MessageConsent, _reason: str, sheet: Sheet, seq: int) -> None:
    """The newest word stands; when they last said yes is kept beside a no."""
    before = sheet.get("consent", body.consent_id)
    yes = {"agreed_at": op.device_time, "agreed_by": op.actor}
    if not body.agreed:
        yes = _last_yes(before) if before else {"agreed_at": "", "agreed_by": ""}
    row = {
        "consent_id": body.consent_id, "patient_id": body.patient_id, "channel": body.channel, "address": body.address,
        "agreed": int(body.agreed), "words": body.words, "said_at": op.device_time, "actor": op.actor,
        "device": op.device, "op_id": op.op_id, **yes,
    }  # fmt: skip
    sheet.put("consent", row, seq=seq)


def _last_yes(before: dict[str, Any]) -> dict[str, str]:
    """When the patient said yes, and by whose hand; of rows written before that was kept, their own word."""
    own = {"agreed_at": before["said_at"], "agreed_by": before["actor"]}
    kept = {"agreed_at": before["agreed_at"], "agreed_by": before["agreed_by"]}
    return own if before["agreed"] and not before["agreed_at"] else kept


def _note_terms(op: Operation, body: PortalTerms, _reason: str, sheet: Sheet, seq: int) -> None:
    """What was agreed to never changes: the first word with an id stands."""
    if sheet.get("portal_terms", body.consent_id) is None:
        said = {field.name: getattr(body, field.name) for field in fields(PortalTerms)}
        row = said | {"said_at": op.device_time, "actor": op.actor, "device": op.device, "op_id": op.op_id}
        sheet.put("portal_terms", row, seq=seq)


HANDLERS: dict[str, Callable[[Operation, Any, str, Sheet, int], None]] = {
    "message.consent": _note_consent,
    "portal.terms": _note_terms,
}
"""By kind."""
