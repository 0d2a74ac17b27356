"""How operations about money from home show in its tables (see `projection`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import orjson

from models.operations import online
from models.operations.codec import to_json
from models.operations.operation import Operation
from models.store.sheet import Sheet

_ASKED = tuple(field.name for field in fields(online.OnlineProcessing) if field.name != "items")
_SAID = tuple(field.name for field in fields(online.OnlineReceive) if field.name != "items")
_RETURNED = tuple(field.name for field in fields(online.OnlineReturn))
_UNSETTLED: dict[str, Any] = dict.fromkeys(
    ("settled_at", "settled_by", "settled_op_id", "settled_business_date", "stands_for", "note", "payout_id"), ""
) | {"archived": 0}


def _receive(op: Operation, body: online.OnlineReceive, _reason: str, sheet: Sheet, seq: int) -> None:
    """What the processor said first stands."""
    if sheet.get("online_payment", body.online_id):
        return
    items = orjson.dumps([to_json(item) for item in body.items]).decode()
    row = {name: getattr(body, name) for name in _SAID} | _UNSETTLED | {
        "items": items, "off_cents": 0, "state": "open", "business_date": op.business_date, "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("online_payment", row, seq=seq)
    debit = sheet.get("online_debit", body.online_id)
    if debit:
        sheet.put("online_debit", {**debit, "state": "received", "ended_at": op.device_time}, seq=seq)


def _processing(op: Operation, body: online.OnlineProcessing, _reason: str, sheet: Sheet, seq: int) -> None:
    """The first word stands; where the money is here already that is how it ended."""
    if sheet.get("online_debit", body.online_id):
        return
    came = sheet.get("online_payment", body.online_id)
    items = orjson.dumps([to_json(item) for item in body.items]).decode()
    row = {name: getattr(body, name) for name in _ASKED} | {
        "items": items, "state": "received" if came else "processing", "reason": "", "archived": 0,
        "ended_at": op.device_time if came else "", "business_date": op.business_date, "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("online_debit", row, seq=seq)


def _refused(op: Operation, body: online.OnlineRefused, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("online_debit", body.online_id)
    if before and before["state"] == "processing":
        said = {"state": "refused", "reason": body.reason, "ended_at": op.device_time}
        sheet.put("online_debit", before | said, seq=seq)


def _return(op: Operation, body: online.OnlineReturn, _reason: str, sheet: Sheet, seq: int) -> None:
    payment = sheet.get("online_payment", body.online_id)
    if payment is None or sheet.get("online_return", body.return_id):
        return
    left = payment["amount_cents"] - payment["off_cents"] if payment["state"] == "open" else 0
    off = min(left, body.amount_cents)
    row = {name: getattr(body, name) for name in _RETURNED} | _UNSETTLED | {
        "off_cents": off, "state": "open" if off < body.amount_cents else "off", "business_date": op.business_date,
        "failed_reason": "", "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("online_return", row, seq=seq)
    if off:
        all_off = payment["off_cents"] + off
        state = "off" if all_off == payment["amount_cents"] else payment["state"]
        sheet.put("online_payment", {**payment, "off_cents": all_off, "state": state}, seq=seq)


def _return_failed(_op: Operation, body: online.OnlineReturnFailed, _reason: str, sheet: Sheet, seq: int) -> None:
    before, payment = sheet.get("online_return", body.return_id), sheet.get("online_payment", body.online_id)
    if before is None or payment is None:
        return
    sheet.put("online_return", {**before, "state": "failed", "failed_reason": body.reason}, seq=seq)
    if before["off_cents"] and payment["state"] in ("open", "off"):
        off = payment["off_cents"] - before["off_cents"]
        sheet.put("online_payment", {**payment, "off_cents": off, "state": "open"}, seq=seq)


def _dispute_ended(_op: Operation, body: online.OnlineDisputeEnded, _reason: str, sheet: Sheet, seq: int) -> None:
    """What a bank keeps is not left to be posted."""
    payment = sheet.get("online_payment", body.online_id)
    if payment is None or body.outcome != "lost" or payment["state"] != "open":
        return
    off = min(payment["off_cents"] + body.amount_cents, payment["amount_cents"])
    state = "off" if off == payment["amount_cents"] else "open"
    sheet.put("online_payment", {**payment, "off_cents": off, "state": state}, seq=seq)


def _post(op: Operation, body: online.OnlinePost, _reason: str, sheet: Sheet, seq: int) -> None:
    _settle(op, body, {"state": "posted"}, sheet, seq)


def _associate(op: Operation, body: online.OnlineAssociate, _reason: str, sheet: Sheet, seq: int) -> None:
    _settle(op, body, {"state": "elsewhere", "stands_for": body.payment_id, "note": body.note}, sheet, seq)


def _settle(
    op: Operation, body: online.OnlinePost | online.OnlineAssociate, said: dict[str, str], sheet: Sheet, seq: int
) -> None:  # fmt: skip
    name, row_id = ("online_return", body.return_id) if body.return_id else ("online_payment", body.online_id)
    before = sheet.get(name, row_id)
    if before:
        settled = {"settled_at": op.device_time, "settled_by": op.actor, "settled_op_id": op.op_id,
                   "settled_business_date": op.business_date}  # fmt: skip
        sheet.put(name, before | said | settled, seq=seq)


def _archive(_op: Operation, body: online.OnlineArchive, _reason: str, sheet: Sheet, seq: int) -> None:
    """What is put away: what went back, or the payment, or the debit that came to nothing."""
    places = [("online_return", body.return_id)] if body.return_id else [
        ("online_payment", body.online_id), ("online_debit", body.online_id)]  # fmt: skip
    for name, row_id in places:
        before = sheet.get(name, row_id)
        if before:
            sheet.put(name, {**before, "archived": int(body.archived)}, seq=seq)
            return


def _payout(op: Operation, body: online.OnlinePayout, _reason: str, sheet: Sheet, seq: int) -> None:
    if sheet.get("online_payout", body.payout_id):
        return
    mine = [line for line in body.lines if line.online_id]
    lines = orjson.dumps([to_json(line) for line in body.lines]).decode()
    sheet.put("online_payout", {
        "payout_id": body.payout_id, "amount_cents": body.amount_cents, "arrives_on": body.arrives_on, "lines": lines,
        "online_cents": sum(line.amount_cents - line.fee_cents for line in mine),
        "fee_cents": sum(line.fee_cents for line in mine if line.kind == "charge"), "state": "paid", "reason": "",
        "noted_at": op.device_time, "business_date": op.business_date, "op_id": op.op_id,
    }, seq=seq)  # fmt: skip
    for line in mine:
        before = sheet.get("online_payment", line.online_id) if line.kind == "charge" else None
        if before:
            sheet.put("online_payment", {**before, "payout_id": body.payout_id}, seq=seq)


def _payout_failed(_op: Operation, body: online.OnlinePayoutFailed, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("online_payout", body.payout_id)
    if before:
        sheet.put("online_payout", {**before, "state": "failed", "reason": body.reason}, seq=seq)


HANDLERS: dict[str, Callable[[Operation, Any, str, Sheet, int], None]] = {
    "online.receive": _receive,
    "online.processing": _processing,
    "online.refused": _refused,
    "online.return": _return,
    "online.return_failed": _return_failed,
    "online.dispute_ended": _dispute_ended,
    "online.post": _post,
    "online.associate": _associate,
    "online.archive": _archive,
    "online.payout": _payout,
    "online.payout_failed": _payout_failed,
}
"""By kind of operation."""
