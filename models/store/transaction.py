"""What may be done inside one write of a desk: one transaction, one commit, one sync of the disk."""

from __future__ import annotations

from typing import Any

import orjson

from models.basics.clock import Clock, utc_text
from models.basics.errors import StorageError
from models.basics.ids import IdMaker
from models.ledger.states import Entry, Verdict
from models.operations.codec import canonical
from models.operations.guarding import without_card_data
from models.operations.operation import Operation, make_operation
from models.store.layers import Recorder, Stream
from models.store.remembering import Known, Remembering
from models.store.rows import AttemptRow, Change, DeskIdentity, PrintJobRow
from models.store.session import Looking, Session
from models.tables.desk import outbox, print_job, terminal_attempt

ATTEMPT_COLUMNS = ("outcome", "result", "resolved_by", "resolved_reason", "payment_id", "signing")
PRINT_COLUMNS = ("reason", "copies_no", "document")
_REFUSED = (Verdict.REJECTED, Verdict.QUARANTINED)


class Tx:
    """One transaction on a desk's store. Made by `DeskStore.write`; of no use after it.

    Operations are judged at once and written together when the transaction ends.
    """

    def __init__(
        self,
        session: Session,
        identity: DeskIdentity | None,
        clock: Clock,
        ids: IdMaker,
        *,
        known: Known | None = None,
        sends_at_once: bool = False,
    ) -> None:
        self._session, self._identity, self._ids = session, identity, ids
        self._now = utc_text(clock.now())
        self._attempted_at = self._now if sends_at_once else ""
        self._reader = Remembering(session.driver, known)
        self._asking = Looking(self._reader)
        self._stream = Stream.read(self._asking, identity.tenant) if identity else None
        self._recorder: Recorder | None = None
        self._moved = False
        self._outbox: list[dict[str, Any]] = []
        self._topics: set[str] = set()
        self._patients: set[str] = set()

    @property
    def session(self) -> Session:
        """The transaction's hands on the database, for the store's own modules."""
        return self._session

    @property
    def reader(self) -> Any:
        """The writer's own connection, for `models.store.queries` inside this transaction: its pages are at hand, while
        a reading connection has to fetch and decrypt them anew after every commit. Sees the state before what is
        recorded here: that is written when the transaction ends. The same question is asked once."""
        return self._reader

    @property
    def tenant(self) -> str:
        """The practice this desk belongs to. Raises StorageError `store.not_enrolled` before it belongs to one."""
        return self._enrolled()[0].tenant

    @property
    def device(self) -> str:
        """This desk's id at its hub."""
        return self._enrolled()[0].device_id

    def record(
        self,
        body: object,
        *,
        person_id: str,
        business_date: str,
        group: str = "",
        linked: bool = False,
        supervisor: str = "",
        basis_seq: int = 0,
    ) -> Entry:
        """Make an operation of `body` at the desk's next place, judge it on top of everything known, and queue it.

        Returns its entry with the verdict expected; the hub's word is final. A rejected decision is queued like any
        other: raise to take the whole transaction back instead. Card data in a text of `body` is not written down.
        """
        identity, stream = self._enrolled()
        body = without_card_data(body)
        op = make_operation(
            body, op_id=self._ids.new(), tenant=identity.tenant, device=identity.device_id, epoch=stream.epoch,
            dseq=stream.dseq + 1, prev=stream.hash, actor=person_id, business_date=business_date,
            device_time=self._now, group=group, linked=linked, supervisor=supervisor, basis_seq=basis_seq,
            patient=_patient_of(body),
        )  # fmt: skip
        if self._recorder is None:
            self._recorder = Recorder(self._session, identity.tenant, stream.pending_no, self._asking)
        entry = self._recorder.record(op)
        stream.dseq, stream.hash, stream.last_id = op.dseq, op.hash, op.op_id
        self._moved = True
        self._queue(op, entry.reason if entry.verdict in _REFUSED else "")
        return entry

    def new_id(self) -> str:
        """An id that is later than every one this desk made before."""
        return self._ids.new()

    def next_payment_number(self, prefix: str = "PAY") -> str:
        """The next number as people say it, `PAY-1-00042`: desk and counter. A label, not an identity.

        `prefix` says what is numbered: PAY a payment, REF a refund, COR a correction, ST a statement. All share one
        counter, so a number stands for one thing.
        """
        identity, stream = self._enrolled()
        stream.payment_count += 1
        self._moved = True
        return f"{prefix}-{identity.device_no}-{stream.payment_count:05d}"

    def next_receipt_no(self) -> str:
        """The next receipt number, `01-1-A-0042`: location, desk, epoch as a letter, counter."""
        identity, stream = self._enrolled()
        row = self._asking.one("SELECT location_code FROM practice WHERE tenant = :tenant", tenant=identity.tenant)
        location = row[0] if row and row[0] else "01"
        stream.receipt_count += 1
        self._moved = True
        return f"{location}-{identity.device_no}-{epoch_letters(stream.epoch)}-{stream.receipt_count:04d}"

    def open_attempt(self, row: AttemptRow) -> None:
        """Write a try to move money down, before anything leaves the machine. State `created`."""
        self._session.insert(terminal_attempt, [{
            "tenant": self.tenant, "attempt_id": row.attempt_id, "terminal_ref": row.terminal_ref,
            "driver": row.driver, "amount_cents": row.amount_cents, "patient_id": row.patient_id,
            "appointment_id": row.appointment_id, "request": _json(row.request), "state": "created", "outcome": "",
            "result": "", "created_at": self._now, "updated_at": self._now, "resolved_by": "", "resolved_reason": "",
            "void_of_payment_id": row.void_of_payment_id, "payment_id": "", "refund_id": row.refund_id, "signing": "",
        }])  # fmt: skip
        self._touch("terminal_attempt", row.patient_id)

    def set_attempt(self, attempt_id: str, state: str, **columns: str | dict[str, object]) -> None:
        """Move an attempt on; `columns` are of ATTEMPT_COLUMNS. Raises LookupError when there is no such attempt."""
        self._update("terminal_attempt", "attempt_id", attempt_id, ATTEMPT_COLUMNS, {"state": state, **columns})

    def add_print_job(self, row: PrintJobRow) -> None:
        """Spool a page or a drawer pulse; it leaves after the commit. State `queued`."""
        self._session.insert(print_job, [{
            "tenant": self.tenant, "job_id": row.job_id, "kind": row.kind, "payment_id": row.payment_id,
            "document": _json(row.document), "state": "queued", "copies_no": row.copies_no, "reason": "",
            "created_at": self._now, "updated_at": self._now,
        }])  # fmt: skip
        self._touch("print_job")

    def set_print_job(self, job_id: str, state: str, **columns: str | int | dict[str, object]) -> None:
        """Move a print job on; `columns` are of PRINT_COLUMNS. Raises LookupError when there is no such job."""
        self._update("print_job", "job_id", job_id, PRINT_COLUMNS, {"state": state, **columns})

    def set_pin_failures(self, staff_id: str, failures: int, locked_until: str = "") -> None:
        """Remember wrong PINs in a row; `locked_until` is UTC text."""
        self._session.run(
            "INSERT INTO pin_failure (tenant, staff_id, failures, last_at, locked_until) "
            "VALUES (:tenant, :staff_id, :failures, :now, :locked_until) ON CONFLICT (tenant, staff_id) DO UPDATE "
            "SET failures = :failures, last_at = :now, locked_until = :locked_until",
            tenant=self.tenant, staff_id=staff_id, failures=failures, now=self._now, locked_until=locked_until,
        )  # fmt: skip
        self._touch("pin_failure")

    def set_meta(self, key: str, value: Any) -> None:
        """Keep one JSON value under `key`; before a desk is enrolled too."""
        tenant = self._identity.tenant if self._identity else ""
        self._session.run(
            "INSERT INTO meta (tenant, key, value) VALUES (:tenant, :key, :value) "
            "ON CONFLICT (tenant, key) DO UPDATE SET value = :value",
            tenant=tenant, key=key, value=orjson.dumps(value).decode(),
        )  # fmt: skip
        self._touch("meta")

    def note_change(self, topic: str) -> None:
        """Let subscribers know that a table was touched."""
        self._touch(topic)

    def note(self, change: Change) -> None:
        """Let subscribers know of a change made by the store's own modules."""
        self._topics |= change.topics
        self._patients |= change.patients

    def finish(self) -> Change:
        """Write what was recorded. Called once, at the end, by the store."""
        if self._recorder is not None:
            names, patients = self._recorder.write()
            self._enrolled()[1].pending_no = self._recorder.pending_no
            self._session.insert(outbox, self._outbox)
            self._topics |= names | {"outbox"}
            self._patients |= patients
        if self._moved:
            identity, stream = self._enrolled()
            stream.write(self._session, identity.tenant)
        return Change(frozenset(self._topics), frozenset(self._patients - {""}))

    def _enrolled(self) -> tuple[DeskIdentity, Stream]:
        if self._identity is None or self._stream is None:
            raise StorageError("store.not_enrolled")
        return self._identity, self._stream

    def _queue(self, op: Operation, reason: str) -> None:
        envelope = canonical(op.to_wire())
        self._patients.add(op.patient)
        self._outbox.append({
            "tenant": op.tenant, "op_id": op.op_id, "epoch": op.epoch, "dseq": op.dseq, "group_id": op.group,
            "body_hash": op.body_hash, "op": envelope.decode(), "bytes": len(envelope), "verdict": "", "seq": 0,
            "granted": None, "reason": reason, "created_at": self._now, "attempted_at": self._attempted_at,
            "acknowledged_at": "", "returned_at": "", "prior": "",
        })  # fmt: skip

    def _update(self, table: str, key: str, row_id: str, allowed: tuple[str, ...], columns: dict[str, Any]) -> None:
        unknown = columns.keys() - {"state", *allowed}
        if unknown:
            raise TypeError(f"{table} has no column to set named {sorted(unknown)}")
        values = {name: _json(value) if isinstance(value, dict) else value for name, value in columns.items()}
        changes = ", ".join(f"{name} = :{name}" for name in values)
        found = self._session.run(
            f"UPDATE {table} SET {changes}, updated_at = :now WHERE tenant = :tenant AND {key} = :row_id",
            tenant=self.tenant, row_id=row_id, now=self._now, **values,
        )  # fmt: skip
        if not found:
            raise LookupError(f"no {table} {row_id}")
        self._touch(table)

    def _touch(self, topic: str, patient_id: str = "") -> None:
        self._reader.forget(topic)
        self._topics.add(topic)
        self._patients.add(patient_id)


def epoch_letters(epoch: int) -> str:
    """1 is A, 26 is Z, 27 is AA: the epoch as a receipt number shows it."""
    letters = ""
    while epoch > 0:
        epoch, rest = divmod(epoch - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters or "A"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _patient_of(body: Any) -> str:
    """Whom an operation is about: the body's patient, or the patient it is."""
    found: str = getattr(body, "patient_id", "") or (body.id if type(body).__name__ == "Patient" else "")
    return found
