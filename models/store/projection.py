"""Judged operations into state rows: patients, visits, charges, payments as screens read them.

A `Sheet` holds the rows a run of operations touches: read once, changed in memory, written back whole. On a desk a row
changed by a pending operation carries `seq` 0, and the confirmed row it covers is kept in `shadow`; `restore` takes the
pending layer away again. The same handlers serve both layers, both roles and both databases.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cache
from typing import Any, cast

import orjson
from sqlalchemy import Table

from models.ledger.book import Verdict
from models.ledger.posting import RECEIPT_USED
from models.operations import bodies, records
from models.operations.codec import BodyInvalid
from models.operations.kinds import NotUnderstood
from models.operations.operation import Operation
from models.store.search_index import forget_patients, index_patients
from models.store.session import Row, Session, as_rows, select_columns
from models.tables.catalogue import RECORD_TABLES, Role
from models.tables.desk import shadow
from models.tables.payments import payment
from models.tables.records import not_collecting

_KEYS = dict.fromkeys(RECORD_TABLES, "id") | {"payment": "payment_id", "not_collecting": "op_id"}
_TABLES: dict[str, Table] = RECORD_TABLES | {"payment": payment, "not_collecting": not_collecting}

POSTED = frozenset({Verdict.ACCEPTED, Verdict.REDUCED, Verdict.EXCEPTED})
"""Verdicts after which an operation shows in the state."""

REFUSED = frozenset({Verdict.REJECTED, Verdict.QUARANTINED})
"""Verdicts after which an operation shows nowhere but in the log."""


class Sheet:
    """The state rows one transaction touches. Call `need` for what will be read, `project`, then `write`.

    `beneath` reads and writes the confirmed rows under a pending layer that stays where it is (`write_beneath`).
    """

    def __init__(
        self, session: Session, tenant: str, role: Role, *, pending: bool, beneath: bool = False
    ) -> None:  # fmt: skip
        self._session, self._tenant, self._role, self.pending = session, tenant, role, pending
        self._beneath = beneath
        self._above: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in _TABLES}
        self._rows: dict[str, dict[str, dict[str, Any] | None]] = {name: {} for name in _TABLES}
        self._changed: dict[str, set[str]] = {name: set() for name in _TABLES}
        self._covered: list[dict[str, Any]] = []

    def need(self, ops: Iterable[Operation]) -> None:
        """Read at once the rows these operations are about to change."""
        wanted: dict[str, set[str]] = {}
        for op in ops:
            name, field = _SUBJECT.get(op.kind, ("", ""))
            row_id = op.body.get(field)
            if name and isinstance(row_id, str) and (self.pending or self._beneath or op.kind in _READS_FIRST):
                wanted.setdefault(name, set()).add(row_id)
            elif self._beneath and op.kind in _FRESH:
                name, row_id = _FRESH[op.kind][0], _FRESH[op.kind][1](op)
                wanted.setdefault(name, set()).add(row_id)
        asks = [(name, ids - self._rows[name].keys()) for name, ids in wanted.items()]
        asks = [ask for ask in asks if ask[1]]
        answers = self._session.read_together(
            [(_SELECT(name), {"tenant": self._tenant, "ids": ids}) for name, ids in asks]
        )
        for (name, ids), found in zip(asks, answers, strict=True):
            self._take(name, ids, as_rows(_TABLES[name], found))

    def _take(self, name: str, ids: set[str], found: list[dict[str, Any]]) -> None:
        self._rows[name].update(dict.fromkeys(ids))
        for row in found:
            row_id = row[_KEYS[name]]
            if self._beneath and row["seq"] == 0:
                self._above[name][row_id] = row
            else:
                self._rows[name][row_id] = row
        if self._above[name]:
            covered = self._session.rows(_SHADOW, tenant=self._tenant, name=name, ids=self._above[name].keys())
            self._rows[name].update({row_id: orjson.loads(record) for row_id, record in covered if row_id in ids})

    def get(self, name: str, row_id: str) -> dict[str, Any] | None:
        """The row as it now stands, or None."""
        known = self._rows[name]
        if row_id not in known:
            found = self._session.rows(_SELECT(name), tenant=self._tenant, ids=[row_id])
            self._take(name, {row_id}, as_rows(_TABLES[name], found))
        return known[row_id]

    def put(self, name: str, row: dict[str, Any], *, seq: int, fresh: bool = False) -> None:
        """Let the row stand like this from log position `seq` (0: pending). `fresh`: it was certainly not there."""
        row_id = row[_KEYS[name]]
        if self.pending and not fresh:
            self._cover(name, self.get(name, row_id))
        row["tenant"], row["seq"] = self._tenant, seq
        self._rows[name][row_id] = row
        self._changed[name].add(row_id)

    def _cover(self, name: str, before: Row | None) -> None:
        if before is not None and before["seq"] > 0:
            self._covered.append(self._shadow_row(name, before))

    def changed_rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a table that will be written."""
        return [row for row_id in self._changed[name] if (row := self._rows[name][row_id]) is not None]

    def touched(self) -> tuple[set[str], set[str]]:
        """(names of tables, ids of patients) of what was changed."""
        names = {name for name, ids in self._changed.items() if ids}
        patients = {row.get("patient_id", "") for name in names for row in self.changed_rows(name)}
        return names, (patients | self._changed["patient"]) - {""}

    def write(self) -> None:
        """Write every changed row, what it covers, and the search index of a desk."""
        for name, made in _TABLES.items():
            self._session.put(made, self.changed_rows(name))
        if self._role == "desk":
            self._session.insert_new(shadow, self._covered)
            index_patients(self._session, self._tenant, self.changed_rows("patient"))

    def write_beneath(self) -> None:
        """Write confirmed rows where nothing pending lies above, else under what does."""
        for name, made in _TABLES.items():
            bare: list[dict[str, Any]] = []
            under: list[dict[str, Any]] = []
            for row in self.changed_rows(name):
                above = self._above[name].get(row[_KEYS[name]])
                (bare if above is None or _same(above, row) else under).append(row)
            self._session.put(made, bare)
            keys = [(self._tenant, name, row[_KEYS[name]]) for row in bare]
            self._session.many("DELETE FROM shadow WHERE tenant = ? AND name = ? AND id = ?", keys)
            self._session.put(shadow, [self._shadow_row(name, row) for row in under])
            if name == "charge":
                posted = [(row["posted_cents"], self._tenant, row["id"]) for row in under]
                self._session.many("UPDATE charge SET posted_cents = ? WHERE tenant = ? AND id = ?", posted)

    def _shadow_row(self, name: str, row: Row) -> dict[str, Any]:
        record = orjson.dumps(row).decode()
        return {"tenant": self._tenant, "name": name, "id": row[_KEYS[name]], "record": record}


def _same(above: Row, confirmed: Row) -> bool:
    """Do a pending row and the confirmed one say the same?"""
    return all(above[name] == value for name, value in confirmed.items() if name not in {"seq", "posted_cents"})


_SHADOW = "SELECT id, record FROM shadow WHERE tenant = :tenant AND name = :name AND id IN (:ids)"


def restore(session: Session, tenant: str) -> tuple[set[str], set[str]]:
    """Take a desk's pending state rows away: delete what is only pending, bring back what was covered.

    Returns (names of tables, ids of patients) touched.
    """
    names: set[str] = set()
    patients: set[str] = set()
    for name, made in _TABLES.items():
        whose = {"patient": "id"}.get(name, "patient_id" if "patient_id" in made.c else "''")
        found = session.rows(f"SELECT {whose} FROM {name} WHERE tenant = :tenant AND seq = 0", tenant=tenant)
        if found:
            names.add(name)
            patients |= {row[0] for row in found}
            session.run(f"DELETE FROM {name} WHERE tenant = :tenant AND seq = 0", tenant=tenant)
    gone = patients if "patient" in names else set()
    for name, made in _TABLES.items():
        query = "SELECT record FROM shadow WHERE tenant = :tenant AND name = :name"
        rows = [orjson.loads(row[0]) for row in session.rows(query, tenant=tenant, name=name)]
        session.insert(made, rows)
        if name == "patient":
            index_patients(session, tenant, rows)
            gone = gone - {row["id"] for row in rows}
    session.run("DELETE FROM shadow WHERE tenant = :tenant", tenant=tenant)
    if gone:
        there = session.rows("SELECT id FROM patient WHERE tenant = :tenant AND id IN (:ids)", tenant=tenant, ids=gone)
        forget_patients(session, tenant, gone - {row[0] for row in there})
    return names, patients - {""}


def project(op: Operation, verdict: str, reason: str, sheet: Sheet, *, seq: int = 0) -> None:
    """Let one judged operation show in the state; what was not posted, or is not understood here, does not."""
    handler = _HANDLERS.get(op.kind)
    if handler is None or verdict not in POSTED:
        return
    try:
        body = op.typed_body()
    except (NotUnderstood, BodyInvalid):  # of a newer program: its postings count, its record waits for our update
        return
    handler(op, body, reason, sheet, seq)


@cache
def _SELECT(name: str) -> str:
    return f"{select_columns(_TABLES[name])} WHERE tenant = :tenant AND {_KEYS[name]} IN (:ids)"


# One handler per kind ---------------------------------------------------------------------------------------------


def record_row(record: Any) -> dict[str, Any]:
    """A record dataclass as a table row: tuples as JSON text, truth values as 0 and 1. Without tenant and seq."""
    row = {name: _cell(getattr(record, name)) for name in _field_names(cast(Hashable, type(record)))}
    row["deleted_at"] = ""
    return row


@cache
def _field_names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


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
    sheet.put("appointment", row, seq=seq)


def _put_charge(_op: Operation, body: records.Charge, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("charge", body.id)
    row = record_row(body)
    if before:
        row["patient_id"], row["appointment_id"] = before["patient_id"], before["appointment_id"]
    row["posted_cents"] = body.responsibility_cents if seq else before["posted_cents"] if before else 0
    sheet.put("charge", row, seq=seq)


def _set_status(_op: Operation, body: bodies.VisitStatus, _reason: str, sheet: Sheet, seq: int) -> None:
    before = sheet.get("appointment", body.appointment_id)
    if before:
        sheet.put("appointment", {**before, "desk_status": body.status}, seq=seq)


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
    field.name for field in dataclasses.fields(bodies.Collect) if field.name not in {"card", "drawer", "receipt_no"}
)
_REVERSAL = (
    "reversed_op_id", "reversed_at", "reversed_reason", "reversed_by", "reversal_id", "reversal_receipt_no",
    "reversal_auth_code", "reversal_host_ref", "reversed_business_date",
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
        "reversed_business_date": op.business_date,
    }  # fmt: skip
    sheet.put("payment", after, seq=seq)


_Handler = Callable[[Operation, Any, str, Sheet, int], None]
_HANDLERS: dict[str, _Handler] = {
    **dict.fromkeys((f"{name}.put" for name in RECORD_TABLES), _put_record),
    "appointment.put": _put_appointment,
    "charge.put": _put_charge,
    "visit.status": _set_status,
    "visit.not_collecting": _note_not_collecting,
    "payment.collect": _take_payment,
    "payment.reverse": _reverse_payment,
}

_SUBJECT: dict[str, tuple[str, str]] = {
    **{f"{name}.put": (name, "id") for name in RECORD_TABLES},
    "visit.status": ("appointment", "appointment_id"),
    "payment.reverse": ("payment", "payment_id"),
}
"""By kind: the table and the body's field that name the row it changes."""

_FRESH: dict[str, tuple[str, Callable[[Operation], str]]] = {
    "payment.collect": ("payment", lambda op: str(op.body["payment_id"])),
    "visit.not_collecting": ("not_collecting", lambda op: op.op_id),
}
"""By kind: the table and the id of a row that the operation makes."""

_READS_FIRST: Sequence[str] = ("appointment.put", "charge.put", "visit.status", "payment.reverse")
"""Kinds whose new row depends on the old one, whatever the layer."""
