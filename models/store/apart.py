"""Rows of what a hub keeps apart until a manager has looked at it: the same on desk and hub."""

from __future__ import annotations

import orjson

from models.operations.operation import Operation
from models.store.sheet import Sheet
from models.store.standing import CONFLICT, conflict_id

KEPT = "quarantine.kept"
RESOLUTIONS = {"quarantine.accepted": "accepted", "quarantine.discarded": "discarded"}


def put_apart(op: Operation, reason: str, sheet: Sheet, seq: int) -> None:
    """An operation was logged and posted nowhere."""
    kept = op.body["op"] if op.kind == KEPT else op.to_wire()
    op_id = conflict_id(op.op_id, op.device, op.epoch, op.dseq) if reason == CONFLICT else op.op_id
    row = {
        "op_id": op_id, "kind": kept["kind"], "device": kept["device"], "epoch": kept["epoch"], "dseq": kept["dseq"],
        "patient_id": kept["patient"], "reason": reason, "op": orjson.dumps(kept).decode(),
        "made_at": kept["device_time"], "business_date": kept["business_date"], "actor": kept["actor"],
        "resolution": "", "resolved_at": "", "resolved_by": "", "resolved_note": "", "resolved_op_id": "",
    }  # fmt: skip
    sheet.put("quarantine", row, seq=seq)


def put_resolved(op: Operation, sheet: Sheet, seq: int) -> None:
    """A manager let it in, or left it out."""
    before = sheet.get("quarantine", op.body["of"])
    if before is not None and not before["resolution"]:
        resolved = {
            "resolution": RESOLUTIONS[op.kind], "resolved_at": op.device_time, "resolved_by": op.body["staff_id"],
            "resolved_note": op.body.get("note", ""), "resolved_op_id": op.op_id,
        }  # fmt: skip
        sheet.put("quarantine", {**before, **resolved}, seq=seq)
