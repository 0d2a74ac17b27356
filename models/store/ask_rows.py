"""What operations about payment requests by link make of their rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson

from models.operations.asks import LEFT_OUT, OVER, REMINDED, SENT, AskCancel, AskSnooze, AskStart, AskTold
from models.operations.operation import Operation
from models.rules.campaigns import next_reminder
from models.store.sheet import Sheet

_START = (
    "ask_id", "patient_id", "campaign_id", "campaign", "request_id", "amount_cents", "channel", "address",
    "expires_days", "note",
)  # fmt: skip
_NOT_TOLD: dict[str, Any] = {
    "state": "waiting", "told": 0, "sent_on": "", "told_on": "", "told_at": "", "next_on": "", "link_id": "",
    "message_id": "", "reason": "",
}  # fmt: skip


def _start(op: Operation, body: AskStart, _reason: str, sheet: Sheet, seq: int) -> None:
    """The first request with an id stands."""
    if sheet.get("ask", body.ask_id):
        return
    row = _NOT_TOLD | {field: getattr(body, field) for field in _START} | {
        "remind_after": orjson.dumps(body.remind_after).decode(),
        "statement_id": body.statement.source_id if body.statement else "", "asked_at": op.device_time,
        "business_date": op.business_date, "actor": op.actor, "device": op.device, "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("ask", row, seq=seq)


def _told(op: Operation, body: AskTold, _reason: str, sheet: Sheet, seq: int) -> None:
    """What the hub did; who took the request back meanwhile keeps the last word."""
    before = sheet.get("ask", body.ask_id)
    if before is None:
        return
    at = {"told_on": body.on, "told_at": op.device_time, "message_id": body.message_id, "told": body.step,
          "next_on": _next_on(before, body)}  # fmt: skip
    said: dict[str, dict[str, Any]] = {
        SENT: {**at, "state": "told", "sent_on": body.on, "link_id": body.link_id, "amount_cents": body.amount_cents},
        REMINDED: at,
        LEFT_OUT: {"state": "left_out", "reason": body.reason, "told_at": op.device_time},
        OVER: {"next_on": ""},
    }
    after = before | said.get(body.outcome, {})
    if before["state"] == "cancelled":
        after |= {"state": "cancelled", "reason": before["reason"], "next_on": ""}
    sheet.put("ask", after, seq=seq)


def _next_on(before: dict[str, Any], told: AskTold) -> str:
    """The day of the next reminder (ISO); empty without one."""
    sent_on = date.fromisoformat(told.on if told.outcome == SENT else before["sent_on"] or told.on)
    after = orjson.loads(before["remind_after"] or "[]")
    found = next_reminder(after, sent_on, told.step, date.fromisoformat(told.on))
    return found.isoformat() if found else ""


def _cancel(_op: Operation, body: AskCancel, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("ask", body.ask_id)
    if before:
        sheet.put("ask", {**before, "state": "cancelled", "reason": body.reason, "next_on": ""}, seq=seq)


def _snooze(op: Operation, body: AskSnooze, _reason: str, sheet: Sheet, seq: int) -> None:
    row = {
        "patient_id": body.patient_id, "until": body.until, "reason": body.reason, "said_at": op.device_time,
        "actor": op.actor, "device": op.device, "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("snooze", row, seq=seq)


HANDLERS: dict[str, Callable[[Operation, Any, str, Sheet, int], None]] = {
    "ask.start": _start,
    "ask.told": _told,
    "ask.cancel": _cancel,
    "ask.snooze": _snooze,
}
"""By kind."""
