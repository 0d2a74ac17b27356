"""The state rows a transaction touches: read once, changed in memory, written back whole.

On a desk a row changed by a pending operation carries `seq` 0, and the confirmed row it covers is kept in `shadow`;
`restore` takes the pending layer away again. The same code serves both layers, both roles and both databases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Table

from models.operations.operation import Operation
from models.store.search_index import forget_patients, index_patients
from models.store.session import Row, Session, as_rows, select_columns
from models.store.subjects import Subject, changes, looks_at, makes
from models.tables.acts import ACT_TABLES
from models.tables.asks import ASK_TABLES
from models.tables.cards import CARD_TABLES
from models.tables.catalogue import RECORD_TABLES, Role
from models.tables.days import DAY_TABLES
from models.tables.desk import shadow
from models.tables.documents import DOCUMENT_TABLES
from models.tables.links import LINK_TABLES
from models.tables.online import ONLINE_TABLES
from models.tables.payments import payment, payment_request
from models.tables.plans import PLAN_TABLES
from models.tables.records import not_collecting
from models.tables.tasks import TASK_TABLES

_KEYS = dict.fromkeys(RECORD_TABLES, "id") | {
    "payment": "payment_id", "payment_request": "request_id", "not_collecting": "op_id", "refund": "refund_id",
    "adjustment": "op_id", "dispute": "dispute_id", "statement": "statement_id", "message": "message_id",
    "consent": "consent_id", "portal_terms": "consent_id",
    "quarantine": "op_id", "alias": "patient_id", "eligibility_check": "check_id",
    "document": "document_id", "note": "note_id", "card_consent": "consent_id", "kept_card": "kept_card_id",
    "signature": "payment_id",
    "ask": "ask_id", "snooze": "patient_id",
    "plan": "plan_id", "plan_event": "op_id",
    "online_payment": "online_id", "online_debit": "online_id", "online_return": "return_id",
    "online_payout": "payout_id",
    "pay_link": "link_id",
    "drawer_act": "op_id", "day_close": "close_id", "deposit": "deposit_id", "deposited": "payment_id",
    "moved": "op_id", "task": "task_id", "hold": "hold_id",
}  # fmt: skip
_TABLES: dict[str, Table] = (
    RECORD_TABLES
    | {"payment": payment, "payment_request": payment_request, "not_collecting": not_collecting}
    | CARD_TABLES
    | PLAN_TABLES
    | ONLINE_TABLES
    | LINK_TABLES
    | DOCUMENT_TABLES
    | ACT_TABLES
    | ASK_TABLES
    | DAY_TABLES
    | TASK_TABLES
)


class Sheet:
    """The state rows one transaction touches. Call `need` for what will be read, `project`, then `write`.

    `beneath` reads and writes the confirmed rows under a pending layer that stays where it is (`write_beneath`).
    """

    def __init__(
        self, session: Session, tenant: str, role: Role, *, pending: bool, beneath: bool = False,
        asking: Session | None = None,
    ) -> None:  # fmt: skip
        """`asking`: who is asked for rows, where that is not `session` itself."""
        self._session, self._tenant, self._role, self.pending = session, tenant, role, pending
        self._asking = asking or session
        self._beneath = beneath
        self._above: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)  # by table
        self._rows: dict[str, dict[str, dict[str, Any] | None]] = defaultdict(dict)
        self._read: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self._changed: dict[str, set[str]] = defaultdict(set)
        self._covered: list[dict[str, Any]] = []

    def need(self, ops: Iterable[Operation]) -> None:
        """Read at once the rows these operations are about to change or look at."""
        wanted: dict[str, set[str]] = {}
        for op in ops:
            for name, row_id in self._subjects(op):
                wanted.setdefault(name, set()).add(row_id)
        asks = [(name, ids.difference(self._rows[name])) for name, ids in wanted.items()]
        asks = [ask for ask in asks if ask[1]]
        answers = self._asking.read_together(
            [(_SELECT(name), {"tenant": self._tenant, "ids": ids}) for name, ids in asks]
        )
        for (name, ids), found in zip(asks, answers, strict=True):
            self._take(name, ids, as_rows(_TABLES[name], found))

    def _subjects(self, op: Operation) -> Iterator[Subject]:
        yield from looks_at(op)
        if self.pending or self._beneath:
            yield from changes(op)
        if self._beneath:
            yield from makes(op)

    def _take(self, name: str, ids: set[str], found: list[dict[str, Any]]) -> None:
        self._rows[name].update(dict.fromkeys(ids))
        for row in found:
            row_id = row[_KEYS[name]]
            self._read[name][row_id] = row
            if self._beneath and row["seq"] == 0:
                self._above[name][row_id] = row
            else:
                self._rows[name][row_id] = row
        if self._above[name]:
            covered = self._session.rows(_SHADOW, tenant=self._tenant, name=name, ids=self._above[name].keys())
            self._rows[name].update({row_id: _covered(name, record) for row_id, record in covered if row_id in ids})

    def get(self, name: str, row_id: str) -> dict[str, Any] | None:
        """The row as it now stands, or None."""
        known = self._rows[name]
        if row_id not in known:
            found = self._asking.rows(_SELECT(name), tenant=self._tenant, ids=[row_id])
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
        rows = self._rows[name]
        return [row for row_id in self._changed.get(name, ()) if (row := rows[row_id]) is not None]

    def touched(self) -> tuple[set[str], set[str]]:
        """(names of tables, ids of patients) of what was changed."""
        names = set(self._changed)
        patients = {row.get("patient_id", "") for name in names for row in self.changed_rows(name)}
        return names, (patients | self._changed.get("patient", set())) - {""}

    def write(self) -> None:
        """Write every changed row, what it covers, and the search index of a desk."""
        for name in filter(self._changed.__contains__, _TABLES):
            self._put(name, self.changed_rows(name))
        if self._role == "desk":
            self._session.insert_new(shadow, self._covered)
            index_patients(self._session, self._tenant, self.changed_rows("patient"))

    def write_beneath(self) -> None:
        """Write confirmed rows where nothing pending lies above, else under what does."""
        for name in filter(self._changed.__contains__, _TABLES):
            bare: list[dict[str, Any]] = []
            under: list[dict[str, Any]] = []
            for row in self.changed_rows(name):
                above = self._above[name].get(row[_KEYS[name]])
                (bare if above is None or _same(above, row) else under).append(row)
            self._put(name, bare)
            keys = [(self._tenant, name, row[_KEYS[name]]) for row in bare]
            self._session.many("DELETE FROM shadow WHERE tenant = ? AND name = ? AND id = ?", keys)
            self._session.put(shadow, [self._shadow_row(name, row) for row in under])
            if name == "charge":
                posted = [(row["posted_cents"], self._tenant, row["id"]) for row in under]
                self._session.many("UPDATE charge SET posted_cents = ? WHERE tenant = ? AND id = ?", posted)

    def _put(self, name: str, rows: Sequence[dict[str, Any]]) -> None:
        """Write rows: of those that were there only the columns that differ, so that no other index is touched."""
        whole: list[dict[str, Any]] = []
        parts: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in rows:
            there = self._read[name].get(row[_KEYS[name]])
            if there is None:
                whole.append(row)
            elif columns := tuple(column for column, value in row.items() if there[column] != value):
                parts.setdefault(columns, []).append(row)
        self._session.put(_TABLES[name], whole)
        for columns, some in parts.items():
            self._session.change(_TABLES[name], columns, some)

    def _shadow_row(self, name: str, row: Row) -> dict[str, Any]:
        record = orjson.dumps(row).decode()
        return {"tenant": self._tenant, "name": name, "id": row[_KEYS[name]], "record": record}


def _covered(name: str, record: str) -> dict[str, Any]:
    """The row a shadow kept, with every column of today: one kept before an update of the program has fewer."""
    row: dict[str, Any] = {**_EMPTY(name), **orjson.loads(record)}
    return row


@cache
def _EMPTY(name: str) -> dict[str, Any]:
    return {str(c.name): "" if c.type.python_type is str else 0 for c in _TABLES[name].columns}


def _same(above: Row, confirmed: Row) -> bool:
    """Do a pending row and the confirmed one say the same?"""
    return all(above[name] == value for name, value in confirmed.items() if name not in {"seq", "posted_cents"})


_SHADOW = "SELECT id, record FROM shadow WHERE tenant = :tenant AND name = :name AND id IN (:ids)"


def restore(session: Session, tenant: str) -> tuple[set[str], set[str]]:
    """Take a desk's pending state rows away: delete what is only pending, bring back what was covered.

    Returns (names of tables, ids of patients) touched.
    """
    pending = session.rows(_PENDING(), tenant=tenant)
    names = {name for name, _ in pending}
    patients = {patient_id for _, patient_id in pending}
    for name in filter(names.__contains__, _TABLES):
        session.run(f"DELETE FROM {name} WHERE tenant = :tenant AND seq = 0", tenant=tenant)
    gone = patients if "patient" in names else set()
    covered: dict[str, list[dict[str, Any]]] = {}
    for name, record in session.rows("SELECT name, record FROM shadow WHERE tenant = :tenant", tenant=tenant):
        covered.setdefault(name, []).append(_covered(name, record))
    for name, rows in covered.items():
        session.insert(_TABLES[name], rows)
    if "patient" in covered:
        index_patients(session, tenant, covered["patient"])
        gone = gone - {row["id"] for row in covered["patient"]}
    if covered:
        session.run("DELETE FROM shadow WHERE tenant = :tenant", tenant=tenant)
    if gone:
        there = session.rows("SELECT id FROM patient WHERE tenant = :tenant AND id IN (:ids)", tenant=tenant, ids=gone)
        forget_patients(session, tenant, gone - {row[0] for row in there})
    return names, patients - {""}


@cache
def _PENDING() -> str:
    """Tables and patients of every row that is only pending, in one question."""
    whose = {
        name: "id" if name == "patient" else "patient_id" if "patient_id" in made.c else "''"
        for name, made in _TABLES.items()
    }
    return " UNION ALL ".join(
        f"SELECT '{name}', {whose[name]} FROM {name} WHERE tenant = :tenant AND seq = 0" for name in _TABLES
    )


@cache
def _SELECT(name: str) -> str:
    return f"{select_columns(_TABLES[name])} WHERE tenant = :tenant AND {_KEYS[name]} EACH (:ids)"
