"""Judged operations into state rows: patients, visits, charges, payments, refunds as screens read them.

One handler per kind puts rows on a `Sheet`; the same handlers serve both layers, both roles and both databases.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable
from functools import cache
from operator import attrgetter
from typing import Any, cast

import orjson

from models.ledger.posting import RECEIPT_USED
from models.ledger.states import Verdict
from models.operations import bodies, eligibility, holds, merging, messages, records, rekeying, requests, tasks
from models.operations.codec import BodyInvalid, to_json
from models.operations.kinds import NotUnderstood
from models.operations.operation import Operation
from models.rules.payment_status import Status, when_put
from models.store import ask_rows, card_rows, consent_rows, document_rows, link_rows, online_rows, plan_rows
from models.store.apart import RESOLUTIONS, put_apart, put_resolved
from models.store.session import column_names
from models.store.sheet import Sheet
from models.store.standing import stands_for
from models.tables import acts
from models.tables import tasks as watch
from models.tables.catalogue import RECORD_TABLES

POSTED = frozenset({Verdict.ACCEPTED, Verdict.REDUCED, Verdict.EXCEPTED})
"""Verdicts after which an operation shows in the state."""

REFUSED = frozenset({Verdict.REJECTED, Verdict.QUARANTINED})
"""Verdicts after which an operation shows nowhere but in the log."""


def project(op: Operation, verdict: str, reason: str, sheet: Sheet, *, seq: int = 0) -> None:
    """Let one judged operation show in the state; what was not posted, or is not understood here, does not."""
    if verdict == Verdict.QUARANTINED and seq:
        put_apart(op, reason, sheet, seq)
    elif op.kind in RESOLUTIONS:
        put_resolved(op, sheet, seq)
    effect = stands_for(op)
    if effect is not op:
        project(effect, verdict, reason, sheet, seq=seq)
        return
    handler = _HANDLERS.get(op.kind)
    if handler is None or verdict not in POSTED:
        return
    try:
        body = op.typed_body()
    except (NotUnderstood, BodyInvalid):  # of a newer program: its postings count, its record waits for our update
        return
    handler(op, body, reason, sheet, seq)


# One handler per kind ---------------------------------------------------------------------------------------------


def record_row(record: Any) -> dict[str, Any]:
    """A record dataclass as a table row: tuples as JSON text, truth values as 0 and 1. Without tenant and seq."""
    take, names = _fields(cast(Hashable, type(record)))
    row = dict(zip(names, take(record), strict=True))
    for name, value in [pair for pair in row.items() if type(pair[1]) is not str]:
        row[name] = _cell(value)
    row["deleted_at"] = ""
    return row


@cache
def _fields(kind: type[Any]) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[str, ...]]:
    """Takes the values of every field of a record at once; their names."""
    names = tuple(field.name for field in dataclasses.fields(kind))
    return attrgetter(*names), names


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return orjson.dumps(value).decode()
    return int(value) if isinstance(value, bool) else value


def _put_record(op: Operation, body: Any, _reason: str, sheet: Sheet, seq: int) -> None:
    sheet.put(op.kind.partition(".")[0], record_row(body), seq=seq)


def _put_appointment(_op: Operation, body: records.Appointment, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("appointment", body.id)
    row = record_row(body)
    row["desk_status"] = before["desk_status"] if before and before["status"] == body.status else ""
    row["desk_billing"] = before["desk_billing"] if before and before["billing_status"] == body.billing_status else ""
    sheet.put("appointment", row, seq=seq)


def _put_charge(_op: Operation, body: records.Charge, _reason: str, sheet: Sheet, seq: int) -> None:
    _put_charge_row(record_row(body), sheet, seq)


def _put_fee(_op: Operation, body: bodies.Fee, _reason: str, sheet: Sheet, seq: int) -> None:
    _put_charge_row(record_row(records.Charge(
        id=body.charge_id, patient_id=body.patient_id, service_date=body.service_date, description=body.description,
        responsibility_cents=body.amount_cents, appointment_id=body.appointment_id, code=body.code, kind="fee",
        billed_cents=body.amount_cents, allowed_cents=body.amount_cents, made_here=True,
    )), sheet, seq)  # fmt: skip


def _put_charge_row(row: dict[str, Any], sheet: Sheet, seq: int) -> None:
    before = sheet.get("charge", row["id"])
    if before:
        row["patient_id"], row["appointment_id"] = before["patient_id"], before["appointment_id"]
    row["posted_cents"] = row["responsibility_cents"] if seq else before["posted_cents"] if before else 0
    row["plan_id"] = before["plan_id"] if before else ""
    sheet.put("charge", row, seq=seq)


def _set_status(_op: Operation, body: bodies.VisitStatus, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("appointment", body.appointment_id)
    if before:
        sheet.put("appointment", {**before, "desk_status": body.status}, seq=seq)


def _set_billing(_op: Operation, body: bodies.VisitBilling, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("appointment", body.appointment_id)
    if before:
        sheet.put("appointment", {**before, "desk_billing": body.billing_status}, seq=seq)


def _note_not_collecting(op: Operation, body: bodies.NotCollecting, _reason: str, sheet: Sheet, seq: int) -> None:
    row = {
        "op_id": op.op_id, "appointment_id": body.appointment_id, "patient_id": body.patient_id, "reason": body.reason,
        "note": body.note, "due_cents": body.due_cents, "noted_at": op.device_time, "business_date": op.business_date,
        "actor": op.actor, "device": op.device,
    }  # fmt: skip
    sheet.put("not_collecting", row, seq=seq, fresh=True)


def _take_payment(op: Operation, body: bodies.Collect, reason: str, sheet: Sheet, seq: int) -> None:
    if reason == "payment_id_used":
        return
    twice = reason == RECEIPT_USED
    card = body.card or bodies.CardFacts(merchant="")
    row: dict[str, Any] = dict.fromkeys(_REVERSAL, "")
    row.update({field: getattr(body, field) for field in _COLLECT})
    row.update({field: getattr(card, field) for field in _CARD})
    row.update(
        drawer=body.drawer or op.device,
        receipt_no=f"{body.receipt_no}+{body.payment_id}" if twice else body.receipt_no,
        taken_at=op.device_time, business_date=op.business_date, actor=op.actor, device=op.device,
        collect_op_id=op.op_id,
    )  # fmt: skip
    sheet.put("payment", row, seq=seq, fresh=True)


_CARD = tuple(field.name for field in dataclasses.fields(bodies.CardFacts))
_COLLECT = tuple(
    field.name
    for field in dataclasses.fields(bodies.Collect)
    if field.name not in {"card", "drawer", "receipt_no", "returned_of"}
)


def _take_from_paper(op: Operation, body: rekeying.Rekeyed, reason: str, sheet: Sheet, seq: int) -> None:
    _take_payment(op, body.payment, reason, sheet, seq)


def _end_stand_in(op: Operation, body: rekeying.RekeyEnded, reason: str, sheet: Sheet, seq: int) -> None:
    _reverse_payment(op, body.reverse, reason, sheet, seq)


_REVERSAL = (
    "reversed_op_id", "reversed_at", "reversed_reason", "reversed_by", "reversal_id", "reversal_receipt_no",
    "reversal_auth_code", "reversal_host_ref", "reversed_business_date", "reversed_act",
)  # fmt: skip


def _reverse_payment(op: Operation, body: bodies.Reverse, reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("payment", body.payment_id)
    if before is None or reason == "already_reversed":
        return
    card = body.card or bodies.CardFacts()
    after = before | {
        "reversed_op_id": op.op_id, "reversed_at": op.device_time, "reversed_reason": body.reason,
        "reversed_by": op.actor, "reversal_id": body.reversal_id, "reversal_receipt_no": body.receipt_no,
        "reversal_auth_code": card.auth_code, "reversal_host_ref": card.host_ref,
        "reversed_business_date": op.business_date, "reversed_act": body.act,
    }  # fmt: skip
    sheet.put("payment", after, seq=seq)


def _put_request(op: Operation, body: requests.PaymentRequestPut, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("payment_request", body.request_id)
    status = when_put(Status(before["status"]) if before else None, submitted=body.submitted)
    first = before or {
        "number": body.number, "paid_cents": 0, "payment_id": "", "asked_at": op.device_time,
        "business_date": op.business_date, "actor": op.actor, "device": op.device,
    }  # fmt: skip
    said = {
        "request_id": body.request_id, "patient_id": body.patient_id, "appointment_id": body.appointment_id,
        "amount_cents": body.amount_cents, "request_type": body.request_type, "due_date": body.due_date,
        "memo": body.memo, "status": status.value, "reason": "", "asked_op_id": op.op_id,
    }  # fmt: skip
    sheet.put("payment_request", {**first, **said, **_changed(op)}, seq=seq)


def _move_request(op: Operation, body: requests.PaymentRequestStatus, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("payment_request", body.request_id)
    if before:
        after = {**before, "status": body.status, "reason": body.reason, **_changed(op)}
        sheet.put("payment_request", after, seq=seq)


def _answer_request(op: Operation, body: requests.PaymentRequestAnswered, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("payment_request", body.request_id)
    if before:
        paid = before["paid_cents"] + body.amount_cents
        after = {**before, "paid_cents": paid, "status": body.status, "payment_id": body.payment_id, **_changed(op)}
        sheet.put("payment_request", after, seq=seq)


def _changed(op: Operation) -> dict[str, str]:
    return {"changed_at": op.device_time, "changed_by": op.actor}


# Money that goes back ---------------------------------------------------------------------------------------------


def _request_refund(op: Operation, body: bodies.RefundRequest, _reason: str, sheet: Sheet, seq: int) -> None:
    sheet.put("refund", _refund_row(
        op, sheet, body.payment_id, refund_id=body.refund_id, patient_id=body.patient_id, kind="refund",
        state="requested", amount_cents=body.amount_cents, tender=body.tender, method_id=body.method_id,
        reason=body.reason, note=body.note, number=body.number, check_no=body.check_no, request_op_id=op.op_id,
    ), seq=seq)  # fmt: skip


def _pay_refund(op: Operation, body: bodies.RefundPaid, reason: str, sheet: Sheet, seq: int) -> None:
    """A refund is paid out, asked for or not; paid out twice it is two rows, and under one receipt number the later
    one carries `<number>+<operation>`, as a payment does."""
    if reason == "missing_dependency":
        return
    before = _make_way(body.refund_id, sheet, seq)
    twice = bool(body.receipt_no) and before is not None and _number_of(before) == body.receipt_no
    if before is None or before["kind"] != "refund":
        known = before or {"payment_id": "", "request_op_id": ""}
        before = _refund_row(op, sheet, known["payment_id"] or body.payment_id, refund_id=body.refund_id,
                             patient_id=body.patient_id, kind="refund",
                             request_op_id=known["request_op_id"])  # fmt: skip
    card = body.card or bodies.CardFacts()
    sheet.put("refund", before | {
        "state": "paid", "amount_cents": body.amount_cents, "tender": body.tender,
        "method_id": body.method_id or before["method_id"], "check_no": body.check_no,
        "receipt_no": f"{body.receipt_no}+{op.op_id}" if twice else body.receipt_no,
        "brand": card.brand, "last4": card.last4, "auth_code": card.auth_code, "host_ref": card.host_ref,
        "terminal_txn_no": card.terminal_txn_no, "drawer": body.drawer or op.device, "attempt_id": body.attempt_id,
        "failed_reason": "", "undone_receipt_no": "", **_settled(op),
    }, seq=seq)  # fmt: skip


def _number_of(row: dict[str, Any]) -> str:
    return str(row["receipt_no"]).partition("+")[0]


def _make_way(refund_id: str, sheet: Sheet, seq: int) -> dict[str, Any] | None:
    """What carries the id of a refund now. Where it says of money that already went, it is kept under an id of its
    own: `<id>+<operation>`."""
    before = sheet.get("refund", refund_id)
    if before is not None and before["state"] in ("paid", "undone"):
        kept = {**before, "refund_id": f"{refund_id}+{before['settled_op_id']}"}
        sheet.put("refund", kept, seq=seq)
    return before


def _fail_refund(op: Operation, body: bodies.RefundFailed, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("refund", body.refund_id)
    if before and before["state"] == "requested":
        sheet.put("refund", {**before, "state": "failed", "failed_reason": body.reason, **_settled(op)}, seq=seq)


def _undo_refund(op: Operation, body: bodies.RefundUndone, _reason: str, sheet: Sheet, seq: int) -> None:
    """Cash comes back on the day it went; a card's refund later, so the day is kept, the first one that was told."""
    before = sheet.get("refund", body.refund_id)
    if before and not (before["state"] == "undone" and before["tender"] in _BY_CARD):
        came = op.business_date if before["tender"] in _BY_CARD else ""
        after = {"state": "undone", "undone_receipt_no": body.receipt_no, "received_date": came}
        sheet.put("refund", {**before, **after}, seq=seq)


_BY_CARD = frozenset({"card", bodies.ONLINE})
"""Refunds that a bank may send back days later."""


def _refund_elsewhere(op: Operation, body: bodies.RefundElsewhere, _reason: str, sheet: Sheet, seq: int) -> None:
    sheet.put("refund", _refund_row(
        op, sheet, "", refund_id=body.refund_id, patient_id=body.patient_id, kind="elsewhere", state="paid",
        amount_cents=body.amount_cents, tender=body.tender, method_id=body.method_id, note=body.note,
        number=body.number, received_date=body.received_date, request_op_id=op.op_id, **_settled(op),
    ), seq=seq)  # fmt: skip


def _correct_payment(op: Operation, body: bodies.Correct, reason: str, sheet: Sheet, seq: int) -> None:
    if reason == "missing_dependency":
        return
    payment = sheet.get("payment", body.payment_id) or {}
    sheet.put("refund", _refund_row(
        op, sheet, body.payment_id, refund_id=body.correction_id, patient_id=body.patient_id, kind="correction",
        state="paid", amount_cents=body.amount_cents, tender=payment.get("tender", ""),
        method_id=payment.get("method_id", ""), reason=body.reason, note=body.note, number=body.number,
        receipt_no=body.receipt_no, **_settled(op),
    ), seq=seq)  # fmt: skip


def _refund_row(op: Operation, sheet: Sheet, payment_id: str, **said: Any) -> dict[str, Any]:
    """A new row: whose payment it is says whose money goes back."""
    payment = sheet.get("payment", payment_id) if payment_id else None
    row = {**_NO_REFUND, **said, "payment_id": payment_id, "requested_at": op.device_time, "requested_by": op.actor,
           "supervisor": op.supervisor, "device": op.device, "business_date": op.business_date}  # fmt: skip
    return row | ({"patient_id": payment["patient_id"]} if payment else {})


_NO_REFUND: dict[str, Any] = dict.fromkeys(column_names(acts.refund), "") | {"amount_cents": 0}


def _settled(op: Operation) -> dict[str, str]:
    return {"settled_at": op.device_time, "settled_by": op.actor, "settled_op_id": op.op_id,
            "settled_business_date": op.business_date}  # fmt: skip


def _open_dispute(op: Operation, body: bodies.DisputeOpened, reason: str, sheet: Sheet, seq: int) -> None:
    payment = sheet.get("payment", body.payment_id)
    if reason or payment is None:
        return
    row = {
        "dispute_id": body.dispute_id, "payment_id": body.payment_id, "patient_id": payment["patient_id"],
        "amount_cents": body.amount_cents, "fee_cents": body.fee_cents, "reason": body.reason,
        "reference": body.reference, "outcome": "", "note": "", "opened_at": op.device_time, "opened_by": op.actor,
        "business_date": op.business_date, "closed_at": "", "closed_by": "", "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("dispute", row, seq=seq)


def _close_dispute(op: Operation, body: bodies.DisputeClosed, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("dispute", body.dispute_id)
    if before:
        closed = {"outcome": body.outcome, "note": body.note, "closed_at": op.device_time, "closed_by": op.actor}
        sheet.put("dispute", {**before, **closed}, seq=seq)


# Let off, undone, told --------------------------------------------------------------------------------------------


def _adjust_charge(op: Operation, body: bodies.Adjust, _reason: str, sheet: Sheet, seq: int) -> None:
    charge = sheet.get("charge", body.charge_id)
    row = {
        "op_id": op.op_id, "adjustment_id": body.adjustment_id, "charge_id": body.charge_id,
        "patient_id": charge["patient_id"] if charge else body.patient_id, "kind": body.kind,
        "group_code": body.group, "reason_code": body.reason_code, "amount_cents": body.amount_cents,
        "note": body.note, "made_at": op.device_time, "business_date": op.business_date, "actor": op.actor,
        "supervisor": op.supervisor, "device": op.device, "undone_op_id": "",
    }  # fmt: skip
    sheet.put("adjustment", row, seq=seq, fresh=True)


def _undo(op: Operation, body: bodies.Undo, _reason: str, sheet: Sheet, seq: int) -> None:
    for op_id in body.op_ids:
        before = sheet.get("adjustment", op_id)
        if before:
            sheet.put("adjustment", {**before, "undone_op_id": op.op_id}, seq=seq)
    if any(sheet.get("moved", op_id) for op_id in body.op_ids):
        _put_moved(op, body.undo_id, body.patient_id, "undo", sheet, seq)


def _issue_statement(op: Operation, body: bodies.StatementIssued, _reason: str, sheet: Sheet, seq: int) -> None:
    """What a patient was told never changes: the first statement with an id stands."""
    if sheet.get("statement", body.statement_id):
        return
    row = {field: getattr(body, field) for field in _STATEMENT} | {
        "lines": _cell(body.lines), "issued_at": op.device_time, "business_date": op.business_date, "actor": op.actor,
        "device": op.device, "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("statement", row, seq=seq)


_STATEMENT = tuple(field.name for field in dataclasses.fields(bodies.StatementIssued) if field.name != "lines")

# Messages ---------------------------------------------------------------------------------------------------------


def _ask_message(op: Operation, body: messages.MessageSend, _reason: str, sheet: Sheet, seq: int) -> None:
    """The first request with an id stands."""
    if sheet.get("message", body.message_id):
        return
    papers = tuple(dataclasses.replace(paper, document="") for paper in body.papers)
    row = {field: getattr(body, field) for field in _MESSAGE} | {
        "papers": _cell(papers), "attach": int(body.attach), "state": "waiting", "reason": "", "reference": "",
        "asked_at": op.device_time, "settled_at": "", "business_date": op.business_date, "actor": op.actor,
        "device": op.device, "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("message", row, seq=seq)


_MESSAGE = ("message_id", "patient_id", "channel", "address", "template", "instead_of")


def _message_sent(op: Operation, body: messages.MessageSent, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("message", body.message_id)
    if before:
        settled = {"state": "sent", "reason": "", "reference": body.reference, "settled_at": op.device_time}
        sheet.put("message", {**before, **settled}, seq=seq)


def _message_failed(op: Operation, body: messages.MessageFailed, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("message", body.message_id)
    if before and before["state"] == "waiting":
        settled = {"state": "failed", "reason": body.reason, "settled_at": op.device_time}
        sheet.put("message", {**before, **settled}, seq=seq)


def _follow(op: Operation, body: merging.PatientFollows, _reason: str, sheet: Sheet, seq: int) -> None:
    row = {
        "patient_id": body.patient_id, "survivor_id": body.survivor_id, "into_id": body.into_id,
        "said_at": op.device_time, "actor": body.actor, "device": body.device, "op_id": body.cause_op_id,
    }  # fmt: skip
    sheet.put("alias", row, seq=seq)


def _note_check(op: Operation, body: eligibility.EligibilityCheck, _reason: str, sheet: Sheet, seq: int) -> None:
    """What a payer said never changes: the first with an id stands."""
    if sheet.get("eligibility_check", body.check_id):
        return
    row = {field: getattr(body, field) for field in _CHECK} | {
        "rejections": _cell(body.rejections), "benefits": _cell(tuple(to_json(each) for each in body.benefits)),
        "noted_at": op.device_time, "business_date": op.business_date, "actor": op.actor, "device": op.device,
        "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("eligibility_check", row, seq=seq)


_CHECK = tuple(
    field.name
    for field in dataclasses.fields(eligibility.EligibilityCheck)
    if field.name not in {"rejections", "benefits"}
)

# Moved cash, the drawer, the day ----------------------------------------------------------------------------------


def _note_move(op: Operation, body: bodies.Move, _reason: str, sheet: Sheet, seq: int) -> None:
    _put_moved(op, body.move_id, body.patient_id, body.way, sheet, seq)


def _note_freed(op: Operation, body: bodies.Freed, _reason: str, sheet: Sheet, seq: int) -> None:
    _put_moved(op, body.appointment_id, body.patient_id, "freed", sheet, seq)


def _put_moved(op: Operation, move_id: str, patient_id: str, way: str, sheet: Sheet, seq: int) -> None:
    row = {"op_id": op.op_id, "move_id": move_id, "patient_id": patient_id, "way": way, "moved_at": op.device_time,
           "business_date": op.business_date, "actor": op.actor, "device": op.device}  # fmt: skip
    sheet.put("moved", row, seq=seq, fresh=True)


def _open_drawer(op: Operation, body: bodies.DrawerOpened, _reason: str, sheet: Sheet, seq: int) -> None:
    _put_drawer_act(op, body.drawer, "opened", sheet, seq, session_id=body.session_id, amount_cents=body.float_cents,
                    moved_cents=body.moved_cents)  # fmt: skip


def _move_drawer(op: Operation, body: bodies.DrawerMoved, _reason: str, sheet: Sheet, seq: int) -> None:
    _put_drawer_act(op, body.drawer, body.kind, sheet, seq, session_id=body.move_id, amount_cents=body.amount_cents,
                    reason=body.reason)  # fmt: skip


def _put_drawer_act(op: Operation, drawer: str, kind: str, sheet: Sheet, seq: int, **said: Any) -> None:
    row = {"moved_cents": 0, "reason": "", **said, "op_id": op.op_id, "drawer": drawer or op.device, "kind": kind,
           "made_at": op.device_time, "business_date": op.business_date, "actor": op.actor,
           "supervisor": op.supervisor, "device": op.device}  # fmt: skip
    sheet.put("drawer_act", row, seq=seq, fresh=True)


def _close_drawer(op: Operation, body: bodies.DrawerClosed, _reason: str, sheet: Sheet, seq: int) -> None:
    """What was counted never changes: the first close with an id stands."""
    if sheet.get("day_close", body.close_id):
        return
    row = {field.name: _cell(getattr(body, field.name)) for field in dataclasses.fields(bodies.DrawerClosed)} | {
        "drawer": body.drawer or op.device, "closed_at": op.device_time, "business_date": op.business_date,
        "actor": op.actor, "supervisor": op.supervisor, "device": op.device, "op_id": op.op_id,
    }  # fmt: skip
    sheet.put("day_close", row, seq=seq)


def _make_deposit(op: Operation, body: bodies.DepositMade, _reason: str, sheet: Sheet, seq: int) -> None:
    row = {
        "deposit_id": body.deposit_id, "number": body.number, "close_id": body.close_id, "drawer": body.drawer,
        "cash_cents": body.cash_cents, "coin_cents": body.coin_cents, "check_cents": body.check_cents,
        "payments": len(body.payment_ids), "made_at": op.device_time, "business_date": op.business_date,
        "actor": op.actor, "device": op.device, "op_id": op.op_id, "deleted_at": "", "deleted_by": "",
    }  # fmt: skip
    sheet.put("deposit", row, seq=seq)
    for payment_id in body.payment_ids:
        sheet.put("deposited", {"payment_id": payment_id, "deposit_id": body.deposit_id}, seq=seq)


def _delete_deposit(op: Operation, body: bodies.DepositDeleted, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("deposit", body.deposit_id)
    if before:
        deleted = {"deleted_at": op.device_time, "deleted_by": op.actor}
        sheet.put("deposit", {**before, **deleted}, seq=seq)
    for payment_id in body.payment_ids:
        sheet.put("deposited", {"payment_id": payment_id, "deposit_id": ""}, seq=seq)


# What somebody must look at, and what is held ----------------------------------------------------------------------


def _open_task(op: Operation, body: tasks.TaskOpened, _reason: str, sheet: Sheet, seq: int) -> None:
    said = {field: getattr(body, field) for field in _TASK}
    row = _NO_TASK | said | {"opened_at": op.device_time, "business_date": op.business_date}
    sheet.put("task", row, seq=seq, fresh=True)


def _settle_task(op: Operation, body: tasks.TaskSettled, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("task", body.task_id)
    if before:
        sheet.put("task", _less_open(before, body.amount_cents, op, "settled", ""), seq=seq)


def _doubt_card(op: Operation, body: tasks.CardDoubted, _reason: str, sheet: Sheet, seq: int) -> None:
    what = tasks.DOUBTS.get(body.moves)
    if what is not None and sheet.get("task", body.task_id) is None:
        said = {"task_id": body.task_id, "what": what, "patient_id": body.patient_id, "device": op.device,
                "appointment_id": body.appointment_id, "amount_cents": body.amount_cents, "actor": op.actor,
                "cause_op_id": op.op_id, "opened_at": op.device_time, "business_date": op.business_date}  # fmt: skip
        sheet.put("task", _NO_TASK | said, seq=seq)


def _know_card(op: Operation, body: tasks.CardKnown, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("task", body.task_id)
    if before and not before["resolved_op_id"]:
        sheet.put("task", _less_open(before, before["amount_cents"], op, "settled", ""), seq=seq)


def _match_task(op: Operation, body: tasks.TaskMatched, reason: str, sheet: Sheet, seq: int) -> None:
    """The fact shows as if it came after its payment, as it was judged then."""
    before = sheet.get("task", body.task_id)
    if before:
        sheet.put("task", _less_open(before, before["amount_cents"], op, "settled", ""), seq=seq)
    facts: tuple[tuple[Any, _Handler], ...] = (
        (body.refund, _pay_refund), (body.dispute, _open_dispute), (body.reverse, _reverse_payment),
        (body.correct, _correct_payment),
    )  # fmt: skip
    for fact, show in facts:
        if fact is not None:
            show(op, fact, reason, sheet, seq)


def _resolve_task(op: Operation, body: tasks.TaskResolved, _reason: str, sheet: Sheet, seq: int) -> None:
    """The first word of a person stands. Money in question is resolved as far as it moved."""
    before = sheet.get("task", body.task_id)
    if before is None:
        before = _NO_TASK | {"task_id": body.task_id, "patient_id": body.patient_id, "opened_at": op.device_time,
                             "business_date": op.business_date}  # fmt: skip
    if not before["resolved_op_id"]:
        cents = body.amount_cents if before["account_id"] else before["amount_cents"]
        after = _less_open(before, cents, op, body.how, body.reason)
        sheet.put("task", {**after, "receipt_no": body.receipt_no or after["receipt_no"]}, seq=seq)


def _less_open(before: dict[str, Any], cents: int, op: Operation, how: str, reason: str) -> dict[str, Any]:
    settled = min(before["settled_cents"] + cents, before["amount_cents"])
    after = {**before, "settled_cents": settled, "how": how, "reason": reason}
    if settled < before["amount_cents"]:
        return after
    return after | {"resolved_at": op.device_time, "resolved_by": op.actor, "resolved_op_id": op.op_id}


_TASK = tuple(field.name for field in dataclasses.fields(tasks.TaskOpened))
_NO_TASK: dict[str, Any] = dict.fromkeys(column_names(watch.task), "") | {"amount_cents": 0, "settled_cents": 0}


def _grant_hold(op: Operation, body: holds.HoldGranted, _reason: str, sheet: Sheet, seq: int) -> None:
    row = {
        "hold_id": body.hold_id, "ask_id": body.ask_id, "device": body.device, "patient_id": body.patient_id,
        "payment_id": body.payment_id, "account_id": f"CR:{body.payment_id}", "granted_cents": body.amount_cents,
        "used_cents": 0, "returned_cents": 0, "granted_at": op.device_time, "granted_op_id": op.op_id, "ended": "",
        "ended_at": "", "ended_by": "",
    }  # fmt: skip
    sheet.put("hold", row, seq=seq, fresh=True)


def _free_hold(op: Operation, body: holds.HoldFreed, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("hold", body.hold_id)
    if before is None:
        return
    column = "used_cents" if body.why == "used" else "returned_cents"
    after = {**before, column: before[column] + body.amount_cents}
    if after["used_cents"] + after["returned_cents"] == after["granted_cents"]:
        after |= {"ended": body.why, "ended_at": op.device_time, "ended_by": op.actor}
    sheet.put("hold", after, seq=seq)


_Handler = Callable[[Operation, Any, str, Sheet, int], None]
_HANDLERS: dict[str, _Handler] = {
    **dict.fromkeys((f"{name}.put" for name in RECORD_TABLES), _put_record),
    "appointment.put": _put_appointment,
    "charge.put": _put_charge,
    "charge.fee": _put_fee,
    "charge.adjust": _adjust_charge,
    "visit.status": _set_status,
    "visit.billing": _set_billing,
    "visit.not_collecting": _note_not_collecting,
    "payment.collect": _take_payment,
    "payment.rekeyed": _take_from_paper,
    "payment.rekey_ended": _end_stand_in,
    "payment.reverse": _reverse_payment,
    "payment_request.put": _put_request,
    "payment_request.status": _move_request,
    "payment_request.answered": _answer_request,
    "payment.correct": _correct_payment,
    "refund.request": _request_refund,
    "refund.paid": _pay_refund,
    "refund.failed": _fail_refund,
    "refund.undone": _undo_refund,
    "refund.elsewhere": _refund_elsewhere,
    "dispute.opened": _open_dispute,
    "dispute.closed": _close_dispute,
    "act.undo": _undo,
    "task.opened": _open_task,
    "task.settled": _settle_task,
    "task.matched": _match_task,
    "task.resolved": _resolve_task,
    "task.doubted": _doubt_card,
    "task.known": _know_card,
    "hold.granted": _grant_hold,
    "hold.freed": _free_hold,
    "payment.move": _note_move,
    "payment.freed": _note_freed,
    "drawer.opened": _open_drawer,
    "drawer.moved": _move_drawer,
    "drawer.closed": _close_drawer,
    "deposit.made": _make_deposit,
    "deposit.deleted": _delete_deposit,
    "statement.issued": _issue_statement,
    "message.send": _ask_message,
    "message.sent": _message_sent,
    "message.failed": _message_failed,
    "patient.follows": _follow,
    "eligibility.check": _note_check,
    **ask_rows.HANDLERS,
    **card_rows.HANDLERS,
    **consent_rows.HANDLERS,
    **plan_rows.HANDLERS,
    **document_rows.HANDLERS,
    **online_rows.HANDLERS,
    **link_rows.HANDLERS,
}
