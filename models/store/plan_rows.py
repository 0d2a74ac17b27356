"""What operations about payment plans make of their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date
from typing import Any

import orjson

from models.basics.ids import natural_id
from models.operations.operation import Operation
from models.operations.plans import (
    PlanAccept,
    PlanActivate,
    PlanCancel,
    PlanCharged,
    PlanClosed,
    PlanMethod,
    PlanPut,
    PlanSkip,
)
from models.rules.plan_standing import PlanStatus
from models.rules.plans import Frequency, Instalment, skip
from models.store.sheet import Sheet

_PUT = tuple(field.name for field in fields(PlanPut) if field.name not in {"charge_ids", "lines"})
_NO_EVENT: dict[str, Any] = {
    "outcome": "", "no": 0, "attempt": 0, "amount_cents": 0, "payment_id": "", "reason": "", "next_on": "",
}  # fmt: skip
_NOT_ACCEPTED = dict.fromkeys(
    ("accepted_sha256", "accepted_at", "accepted_by", "accepted_how", "accepted_channel", "document_id", "signature"),
    "",
)
_NOT_IN_FORCE = dict.fromkeys(("activated_at", "activated_on", "activated_by", "ended_at", "ended_by"), "")


def lines_of(text: str) -> tuple[Instalment, ...]:
    """The payments of a plan as they are kept in its row."""
    return tuple(
        Instalment(no, date.fromisoformat(due), cents, interest, bool(skipped))
        for no, due, cents, interest, skipped in orjson.loads(text or "[]")
    )


def _kept(lines: Iterable[Instalment]) -> str:
    rows = [[line.no, line.due.isoformat(), line.cents, line.interest_cents, int(line.skipped)] for line in lines]
    return orjson.dumps(rows).decode()


def _put(op: Operation, body: PlanPut, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("plan", body.plan_id)
    first = before or {**_NOT_ACCEPTED, **_NOT_IN_FORCE, "status": PlanStatus.DORMANT.value}
    lines = [Instalment(each.no, date.fromisoformat(each.due_date), each.amount_cents, each.interest_cents)
             for each in body.lines]  # fmt: skip
    said = {name: getattr(body, name) for name in _PUT} | {
        "charge_ids": orjson.dumps(body.charge_ids).decode(), "lines": _kept(lines), "put_at": op.device_time,
        "put_by": op.actor, "business_date": op.business_date, "device": op.device, "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("plan", {**first, **said}, seq=seq)
    due = sum(line.cents for line in lines)
    _note(op, body.plan_id, body.patient_id, "changed" if before else "put", sheet, seq, amount_cents=due)


def _accept(op: Operation, body: PlanAccept, _reason: str, sheet: Sheet, seq: int) -> None:
    said = {
        "accepted_sha256": body.terms_sha256, "accepted_at": op.device_time, "accepted_by": body.said_by,
        "accepted_how": body.how, "accepted_channel": body.channel, "document_id": body.document_id,
        "signature": body.strokes,
    }  # fmt: skip
    _change(body.plan_id, said, sheet, seq)
    _note(op, body.plan_id, body.patient_id, "accepted", sheet, seq, reason=body.how)


def _activate(op: Operation, body: PlanActivate, _reason: str, sheet: Sheet, seq: int) -> None:
    said = {
        "status": PlanStatus.ACTIVE.value, "activated_at": op.device_time, "activated_on": op.business_date,
        "activated_by": op.actor, "charge_ids": orjson.dumps(body.charge_ids).decode(),
    }  # fmt: skip
    plan = _change(body.plan_id, said, sheet, seq)
    if plan and plan["replaces"]:
        _replace(op, plan["replaces"], sheet, seq)
    _tie(body.charge_ids, body.plan_id, sheet, seq)
    total = sum(line.cents for line in lines_of(plan["lines"])) if plan else 0
    _note(op, body.plan_id, body.patient_id, "activated", sheet, seq, amount_cents=total)


def _replace(op: Operation, plan_id: str, sheet: Sheet, seq: int) -> None:
    """New terms came into force in the place of a plan's: it is over."""
    ended = {"status": PlanStatus.CANCELLED.value, "ended_at": op.device_time, "ended_by": op.actor}
    before = _change(plan_id, ended, sheet, seq)
    if before is not None:
        _tie(orjson.loads(before["charge_ids"]), "", sheet, seq)
        _note(op, plan_id, before["patient_id"], "replaced", sheet, seq, op_id=replaced_event(op.op_id))


def replaced_event(op_id: str) -> str:
    """The id of what the act that put new terms into force is for the plan that it ended."""
    return natural_id(op_id, "replaced")


def _tie(charge_ids: Iterable[str], plan_id: str, sheet: Sheet, seq: int) -> None:
    """Charges are on a plan from now on, or (empty) on none."""
    for charge_id in charge_ids:
        charge = sheet.get("charge", charge_id)
        if charge:
            sheet.put("charge", {**charge, "plan_id": plan_id}, seq=seq)


def _skip(op: Operation, body: PlanSkip, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("plan", body.plan_id)
    if before is None:
        return
    lines = lines_of(before["lines"])
    after = skip(lines, body.no, Frequency(before["frequency"]), before["day"])
    sheet.put("plan", {**before, "lines": _kept(after)}, seq=seq)
    cents = next((line.cents for line in lines if line.no == body.no), 0)
    _note(op, body.plan_id, body.patient_id, "skipped", sheet, seq, no=body.no, amount_cents=cents, reason=body.reason)


def _method(op: Operation, body: PlanMethod, _reason: str, sheet: Sheet, seq: int) -> None:
    _change(body.plan_id, {"method": body.method, "kept_card_id": body.kept_card_id}, sheet, seq)
    _note(op, body.plan_id, body.patient_id, "method", sheet, seq, reason=body.method)


def _cancel(op: Operation, body: PlanCancel, _reason: str, sheet: Sheet, seq: int) -> None:
    ended = {"status": PlanStatus.CANCELLED.value, "ended_at": op.device_time, "ended_by": op.actor}
    _change(body.plan_id, ended, sheet, seq)
    _tie(body.charge_ids, "", sheet, seq)
    _note(op, body.plan_id, body.patient_id, "cancelled", sheet, seq, reason=body.reason)


def _close(op: Operation, body: PlanClosed, _reason: str, sheet: Sheet, seq: int) -> None:
    ended: dict[str, str] = {"status": PlanStatus.CLOSED.value, "ended_at": op.device_time, "ended_by": op.actor}
    again: dict[str, str] = {"status": PlanStatus.ACTIVE.value, "ended_at": "", "ended_by": ""}
    _change(body.plan_id, again if body.reopened else ended, sheet, seq)
    _note(op, body.plan_id, body.patient_id, "reopened" if body.reopened else "closed", sheet, seq)


def _charged(op: Operation, body: PlanCharged, _reason: str, sheet: Sheet, seq: int) -> None:
    said = {name: getattr(body, name) for name in
            ("no", "attempt", "outcome", "amount_cents", "payment_id", "reason", "next_on")}  # fmt: skip
    _note(op, body.plan_id, body.patient_id, "charge", sheet, seq, **said)


def _change(plan_id: str, said: dict[str, str], sheet: Sheet, seq: int) -> dict[str, Any] | None:
    before = sheet.get("plan", plan_id)
    if before is None:
        return None
    after = {**before, **said}
    sheet.put("plan", after, seq=seq)
    return after


def _note(
    op: Operation, plan_id: str, patient_id: str, event: str, sheet: Sheet, seq: int, **said: Any
) -> None:  # fmt: skip
    row = _NO_EVENT | {"op_id": op.op_id} | said | {
        "plan_id": plan_id, "patient_id": patient_id, "event": event, "made_at": op.device_time,
        "business_date": op.business_date, "actor": op.actor, "device": op.device,
    }  # fmt: skip
    sheet.put("plan_event", row, seq=seq, fresh=True)


HANDLERS: dict[str, Callable[[Operation, Any, str, Sheet, int], None]] = {
    "plan.put": _put,
    "plan.accept": _accept,
    "plan.activate": _activate,
    "plan.skip": _skip,
    "plan.method": _method,
    "plan.cancel": _cancel,
    "plan.closed": _close,
    "plan.charged": _charged,
}
"""By kind."""
