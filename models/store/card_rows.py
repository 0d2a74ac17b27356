"""What operations about kept cards and signatures make of their rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from models.operations.kept_cards import CardConsent, CardDefault, CardDrop, CardKeep, CardRename
from models.operations.operation import Operation
from models.operations.signatures import PaymentSigned
from models.store.sheet import Sheet


def _agree(op: Operation, body: CardConsent, _reason: str, sheet: Sheet, seq: int) -> None:
    """What was agreed to never changes: the first word with an id stands."""
    if sheet.get("card_consent", body.consent_id):
        return
    said = {field.name: getattr(body, field.name) for field in fields(CardConsent)}
    row = said | {"said_at": op.device_time, "actor": op.actor, "device": op.device, "op_id": op.op_id}
    sheet.put("card_consent", row, seq=seq)


def _keep(op: Operation, body: CardKeep, _reason: str, sheet: Sheet, seq: int) -> None:
    """The newest word about a card stands: one that was dropped is kept again. What was agreed to once, and the default
    of the account, are not lost because the card was read again."""
    before = sheet.get("kept_card", body.kept_card_id)
    there = before is not None and not before["dropped_at"]
    was_default = {name: before[name] for name in _DEFAULT} if before and there else dict.fromkeys(_DEFAULT, "")
    default = _made_default(op) if body.make_default else was_default
    said = {field.name: getattr(body, field.name) for field in fields(CardKeep) if field.name != "make_default"}
    if before and there and not body.nickname:
        said["nickname"] = before["nickname"]
    row = said | default | {
        "kept_at": op.device_time, "kept_by": op.actor, "device": op.device,
        "dropped_at": "", "dropped_by": "", "dropped_through": "", "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("kept_card", row, seq=seq)


def _drop(op: Operation, body: CardDrop, _reason: str, sheet: Sheet, seq: int) -> None:
    dropped = {"dropped_at": op.device_time, "dropped_by": op.actor, "dropped_through": body.channel}
    _change(body.kept_card_id, dropped, sheet, seq)


def _set_default(op: Operation, body: CardDefault, _reason: str, sheet: Sheet, seq: int) -> None:
    _change(body.kept_card_id, _made_default(op), sheet, seq)


def _rename(_op: Operation, body: CardRename, _reason: str, sheet: Sheet, seq: int) -> None:
    _change(body.kept_card_id, {"nickname": body.nickname}, sheet, seq)


def _sign(op: Operation, body: PaymentSigned, _reason: str, sheet: Sheet, seq: int) -> None:
    """What was signed never changes: the first signature of a payment stands."""
    if sheet.get("signature", body.payment_id):
        return
    row = {
        "payment_id": body.payment_id, "patient_id": body.patient_id, "strokes": body.strokes,
        "signed_at": op.device_time, "actor": op.actor, "device": op.device, "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("signature", row, seq=seq)


_DEFAULT = ("made_default_at", "default_op_id")


def _made_default(op: Operation) -> dict[str, str]:
    return {"made_default_at": op.device_time, "default_op_id": op.op_id}


def _change(kept_card_id: str, said: dict[str, str], sheet: Sheet, seq: int) -> None:
    before = sheet.get("kept_card", kept_card_id)
    if before:
        sheet.put("kept_card", {**before, **said}, seq=seq)


HANDLERS: dict[str, Callable[[Operation, Any, str, Sheet, int], None]] = {
    "card.consent": _agree,
    "card.keep": _keep,
    "card.drop": _drop,
    "card.set_default": _set_default,
    "card.rename": _rename,
    "payment.signed": _sign,
}
"""By kind."""
