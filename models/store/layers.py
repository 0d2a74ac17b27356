"""The two layers of a desk: what the hub's log confirmed, and the desk's own pending operations replayed on top.

`Recorder` adds one operation after the other to the pending layer; `take_away` removes that layer, `apply_entries`
posts the log to the letter, `replay` puts the pending layer back with the same engine the hub runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from models.ledger.draft import Draft
from models.ledger.posting import settle, settle_run
from models.ledger.states import Entry
from models.operations.operation import Operation, from_wire
from models.operations.protocol import LogEntry
from models.store import held
from models.store.book import TableBook
from models.store.postings import Postings, wire_transfers
from models.store.projection import REFUSED, project
from models.store.session import Session, column_names
from models.store.sheet import Sheet, restore
from models.store.standing import CONFLICT, conflict_id, stands_for
from models.store.subjects import changes
from models.tables.catalogue import Role
from models.tables.desk import stream as stream_table
from models.tables.log import log


@dataclass
class Stream:
    """A desk's one row of `stream`, and what a transaction makes of it."""

    epoch: int
    dseq: int = 0
    hash: str = ""
    pending_no: int = 0
    last_id: str = ""
    server_epoch: str = ""
    cursor_seq: int = 0
    cursor_hash: str = ""
    server_time: str = ""
    payment_count: int = 0
    receipt_count: int = 0
    token: str = ""

    @classmethod
    def read(cls, session: Session, tenant: str) -> Stream | None:
        """The stream of an enrolled desk."""
        row = session.one(_READ_STREAM, tenant=tenant)
        return cls(*row) if row else None

    def write(self, session: Session, tenant: str) -> None:
        """Store it, the row made if need be."""
        session.put(stream_table, [{"tenant": tenant, **vars(self)}])


_READ_STREAM = (
    f"SELECT {', '.join(name for name in column_names(stream_table) if name != 'tenant')} FROM stream "
    "WHERE tenant = :tenant"
)


class Recorder:
    """The pending layer being added to: judges operations one by one, writes their net at the end."""

    def __init__(self, session: Session, tenant: str, pending_no: int, asking: Session | None = None) -> None:
        """`asking`: who is asked what judging needs, where that is not `session` itself."""
        self._session, self._tenant = session, tenant
        self._asking = asking or session
        self._book = TableBook(self._asking, tenant)
        self._draft = Draft(self._book)
        self._sheet = Sheet(session, tenant, "desk", pending=True, asking=self._asking)
        self._postings = Postings(tenant, pending=True)
        self.pending_no = pending_no

    def record(self, op: Operation) -> Entry:
        """Judge one operation and keep what follows. Returns its own entry, not the derived ones."""
        self.prepare([op])
        return self._keep(op, settle(op, self._draft))

    def replay(self, ops: Sequence[Operation]) -> list[Entry]:
        """Judge a run of operations, linked ones together. Returns each one's own entry."""
        self.prepare(ops)
        settled = settle_run(ops, self._draft)
        return [self._keep(op, entries) for op, entries in zip(ops, settled, strict=True)]

    def prepare(self, ops: Iterable[Operation]) -> None:
        """Read at once what judging and showing `ops` needs."""
        ops = list(ops)
        self._sheet.need(ops)
        for table, row_id in (subject for op in ops for subject in changes(op)):
            if table == "appointment":
                self._book.learn_visit(row_id, self._sheet.get(table, row_id))
        self._book.prefetch(ops, self._draft)

    def write(self) -> tuple[set[str], set[str]]:
        """Write everything kept. Returns (names of tables, ids of patients) touched."""
        self._postings.open_drafted(
            self._draft, [a for a in self._draft.deltas if self._book.known_account(a)]
        )  # fmt: skip
        self._sheet.write()
        lots = held.changed(self._sheet)
        held.let_go(self._session, self._tenant, lots)
        self._postings.write(self._session, self._asking)
        held.set_aside(self._session, self._tenant, lots)
        names, patients = self._sheet.touched()
        if self._postings.touched:
            names |= {"account", "transfer"}
        return names, patients | {delta.account.patient_id for delta in self._draft.deltas.values()} - {""}

    def _keep(self, op: Operation, entries: Sequence[Entry]) -> Entry:
        own = entries[0]
        for entry in entries:
            if entry.op is op:
                own = entry
            self.pending_no += 1
            transfers = wire_transfers(entry)
            self._postings.add(entry.op.op_id, entry.op.business_date, transfers, pending_no=self.pending_no)
            project(entry.op, entry.verdict, entry.reason, self._sheet)
        return own


def take_away(session: Session, tenant: str) -> tuple[set[str], set[str]]:
    """Remove the pending layer. Returns (names of tables, ids of patients) touched."""
    pending = "SELECT debit, credit FROM transfer WHERE tenant = :tenant AND seq = 0"
    ids = list(dict.fromkeys(end for row in session.rows(pending, tenant=tenant) for end in row))
    lots = {row[0] for row in session.rows(held.PENDING, tenant=tenant)}
    names, patients = restore(session, tenant)
    if ids:
        whose = "SELECT DISTINCT patient_id FROM account WHERE tenant = :tenant AND id IN (:ids) AND patient_id <> ''"
        patients |= {str(row[0]) for row in session.rows(whose, tenant=tenant, ids=ids)}
        session.run(
            "UPDATE account SET pending_debits = 0, pending_credits = 0 WHERE tenant = :tenant AND id IN (:ids)",
            tenant=tenant, ids=ids,
        )  # fmt: skip
        session.run(
            "DELETE FROM account WHERE tenant = :tenant AND id IN (:ids) AND debits = 0 AND credits = 0 AND held = 0",
            tenant=tenant, ids=ids,
        )  # fmt: skip
        session.run("DELETE FROM transfer WHERE tenant = :tenant AND seq = 0", tenant=tenant)
        names |= {"account", "transfer"}
    held.set_aside(session, tenant, lots)
    return names, patients


def apply_entries(
    session: Session, tenant: str, entries: Sequence[LogEntry], ops: Sequence[Operation], role: Role = "desk"
) -> tuple[set[str], set[str]]:
    """Post log entries (and their operations) to the letter in the confirmed layer, log rows and state included.

    Returns (names of tables, ids of patients) touched.
    """
    postings = Postings(tenant, pending=False)
    sheet = Sheet(session, tenant, role, pending=False)
    effects = [stands_for(op) for op in ops]
    sheet.need(effects)
    patients: set[str] = set()
    for entry, op, effect in zip(entries, ops, effects, strict=True):
        patients.add(effect.patient)
        op_id = logged_id(entry) if effect is op else effect.op_id
        postings.open_accounts(entry.accounts)
        postings.add(op_id, effect.business_date, entry.transfers, seq=entry.seq)
        project(op, entry.verdict, entry.reason, sheet, seq=entry.seq)
    session.insert(log, [log_row(tenant, entry) for entry in entries])
    sheet.write()
    lots = held.changed(sheet)
    held.let_go(session, tenant, lots)
    postings.write(session)
    held.set_aside(session, tenant, lots)
    names, more = sheet.touched()
    if postings.touched:
        names |= {"account", "transfer"}
    return names | {"log"}, (patients | more) - {""}


def logged_id(entry: LogEntry) -> str:
    """The id under which an entry's operation stands in the tables: its own, unless that id was taken."""
    op = entry.op
    own = str(op["op_id"])
    return conflict_id(own, op["device"], op["epoch"], op["dseq"]) if entry.reason == CONFLICT else own


def log_row(tenant: str, entry: LogEntry) -> dict[str, Any]:
    """A log entry as a row of `log`."""
    op = entry.op
    return {
        "tenant": tenant, "seq": entry.seq, "op_id": logged_id(entry), "body_hash": op["body_hash"],
        "kind": op["kind"], "device": op["device"], "epoch": op["epoch"], "dseq": op["dseq"],
        "patient": op["patient"], "actor": op["actor"], "verdict": entry.verdict, "granted": entry.granted,
        "reason": entry.reason, "op": orjson.dumps(op).decode(), "transfers": orjson.dumps(entry.transfers).decode(),
        "accounts": orjson.dumps(entry.accounts).decode(), "received_at": entry.received_at, "hash": entry.hash,
    }  # fmt: skip


def replay(session: Session, tenant: str, stream: Stream) -> tuple[set[str], set[str]]:
    """Put the pending layer back: every own operation that has not come back in the log, in its order.

    What the hub already refused is left out. What would be refused now keeps its place in the outbox, with the reason.
    Returns (names of tables, ids of patients) touched.
    """
    found = session.rows(
        "SELECT op_id, op, verdict, reason FROM outbox WHERE tenant = :tenant AND returned_at = '' "
        "ORDER BY epoch, dseq",
        tenant=tenant,
    )
    stream.pending_no = 0
    waiting = [(row, from_wire(orjson.loads(row[1]), verified=True)) for row in found if row[2] not in REFUSED]
    if not waiting:
        return set(), set()
    recorder = Recorder(session, tenant, 0)
    own = recorder.replay([op for _, op in waiting])
    for (row, _), entry in zip(waiting, own, strict=True):
        reason = entry.reason if entry.verdict in REFUSED else ""
        if not row[2] and reason != row[3]:
            session.run(
                "UPDATE outbox SET reason = :reason WHERE tenant = :tenant AND op_id = :op_id",
                reason=reason, tenant=tenant, op_id=row[0],
            )  # fmt: skip
    stream.pending_no = recorder.pending_no
    return recorder.write()
