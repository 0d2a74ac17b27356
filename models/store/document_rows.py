"""What operations about documents and notes make of their rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from models.operations.documents import DocumentAdd, DocumentKept, DocumentRemove, NoteAdd
from models.operations.operation import Operation
from models.store.sheet import Sheet


def _add(op: Operation, body: DocumentAdd, _reason: str, sheet: Sheet, seq: int) -> None:
    """The first with an id stands: a document never becomes another one."""
    if sheet.get("document", body.document_id):
        return
    said = {field.name: getattr(body, field.name) for field in fields(DocumentAdd)}
    row = said | {
        "added_at": op.device_time, "business_date": op.business_date, "actor": op.actor, "device": op.device,
        "op_id": op.op_id, "verdict": "", "kept_at": "", "removed_at": "", "removed_by": "", "removed_reason": "",
    }  # fmt: skip
    sheet.put("document", row, seq=seq)


def _remove(op: Operation, body: DocumentRemove, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("document", body.document_id)
    if before and not before["removed_at"]:
        removed = {"removed_at": op.device_time, "removed_by": op.actor, "removed_reason": body.reason}
        sheet.put("document", {**before, **removed}, seq=seq)


def _kept(op: Operation, body: DocumentKept, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("document", body.document_id)
    if before:
        sheet.put("document", {**before, "verdict": body.verdict, "kept_at": op.device_time}, seq=seq)


def _note(op: Operation, body: NoteAdd, _reason: str, sheet: Sheet, seq: int) -> None:
    if sheet.get("note", body.note_id):
        return
    said = {field.name: getattr(body, field.name) for field in fields(NoteAdd)}
    row = said | {"noted_at": op.device_time, "business_date": op.business_date, "actor": op.actor,
                  "device": op.device, "op_id": op.op_id}  # fmt: skip
    sheet.put("note", row, seq=seq)


HANDLERS: dict[str, Callable[[Operation, Any, str, Sheet, int], None]] = {
    "document.add": _add,
    "document.remove": _remove,
    "document.kept": _kept,
    "note.add": _note,
}
"""By kind."""
