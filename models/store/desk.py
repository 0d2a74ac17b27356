"""A desk's store: one encrypted file, one writer, any number of readers.

Opening and reading need no SQLAlchemy; it is imported when the first write is prepared (`prepare_writing`, on a lane
after the first screen stands). Failures of storage come as StorageError, and nothing is half-written.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from models.basics.clock import Clock, SystemClock, utc_text
from models.basics.errors import StorageError, SyncRefused
from models.basics.facts import facts
from models.basics.ids import IdMaker
from models.basics.points import Point, point
from models.store.checkpoints import Checkpoints
from models.store.failures import translate
from models.store.reading import BUSY_MS, SCHEMA, Readers, connect, schema_of
from models.store.remembering import Known, Remembering
from models.store.rows import Change, DeskIdentity, Failure

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from models.operations.protocol import Cursor, Page, PushAnswer, PushBatch
    from models.store.fetching import FetchedChunks
    from models.store.mending import Mending
    from models.store.transaction import Tx

_log = logging.getLogger(__name__)


MOST_KNOWN = 1_000
"""Answers kept for the next write; beyond that only those of the last look."""

_WAITING = "SELECT {} FROM outbox WHERE tenant = ? AND returned_at = '' AND acknowledged_at = ''"


class DeskStore:
    """Everything a desk keeps. Thread-safe; writes queue up behind one another."""

    def __init__(self, path: Path, key_hex: str, clock: Clock, *, busy_ms: int = BUSY_MS) -> None:
        self.path = path
        self._key_hex, self._clock, self._busy_ms = key_hex, clock, busy_ms
        self._readers = Readers(path, key_hex, busy_ms=busy_ms)
        self._lock = threading.Lock()
        self._owner = 0
        self._writes = 0  # counted when one begins and when it ends
        self._looked: tuple[int, Known] | None = None
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._read_only = self._roomy = False
        self._checkpoints = Checkpoints(path, key_hex, busy_ms)
        self._callbacks: dict[int, Callable[[Change], None]] = {}
        self._identity: DeskIdentity | None = None
        self._ids = IdMaker()
        self._closed = False
        self.give_room: Callable[[], bool] = lambda: False
        """Called when the disk is full; answers whether there is room now. What was being written is taken back all the
        same (StorageError `care.reserve_used`), and may be tried again."""
        self.sends_at_once = False
        """Set while the line to the hub stands: what is recorded then counts as sent from the start, in the same
        commit, because it leaves a moment later."""

    @classmethod
    def open(
        cls, path: Path, key_hex: str, clock: Clock | None = None, *, busy_ms: int = BUSY_MS
    ) -> DeskStore:  # fmt: skip
        """Open the store at `path`, made if it is not there and brought up to date if it is older than the program.

        Raises StorageError: `store.key_missing`, `store.key_wrong`, `store.newer_program`, `store.damaged`,
        `store.locked`, `store.disk_full`, `store.not_reachable`. The file is as it was then.
        """
        if not path.exists() or _schema(path, key_hex, busy_ms) != SCHEMA:
            from models.store.upgrade import bring_up_to_date

            bring_up_to_date(path, key_hex)
        store = cls(path, key_hex, clock or SystemClock(), busy_ms=busy_ms)
        store._read_identity()
        return store

    # Reading -------------------------------------------------------------------------------------------------------

    @property
    def identity(self) -> DeskIdentity | None:
        """Who this desk is, or None before it joined a practice."""
        return self._identity

    @property
    def tenant(self) -> str:
        """The practice's id. Raises StorageError `store.not_enrolled`."""
        if self._identity is None:
            raise StorageError("store.not_enrolled")
        return self._identity.tenant

    def reader(self) -> AbstractContextManager[Any]:
        """A read-only `sqlcipher3` connection within one read transaction. Any thread."""
        return self._readers.reader()

    @contextmanager
    def at_hand(self) -> Iterator[Any]:
        """As `reader`, for a short question right after a write: where nobody writes just now on the writer's own
        connection, whose pages are at hand while another one has to fetch and decrypt them anew. Who wants to write
        waits for as long."""
        if not self._lock.acquire(blocking=False):
            with self.reader() as reader:
                yield reader
            return
        try:
            if self._connection is None or self._closed:
                with self.reader() as reader:
                    yield reader
            else:
                with _translated():
                    yield self._connection.connection.dbapi_connection
        finally:
            self._lock.release()

    @contextmanager
    def looking(self) -> Iterator[Remembering]:
        """As `reader`, for who looks at what they may write to in a moment. Every answer holds at the next `write`, and
        is not asked again there, if nobody wrote anything between: then the person decided on what stands."""
        count = self._writes
        with self.reader() as driver:
            reader = Remembering(driver)
            yield reader
        before = self._looked
        if count == self._writes:  # nobody wrote, or began to, while this was read
            known = before[1] if before is not None and before[0] == count and len(before[1]) < MOST_KNOWN else {}
            self._looked = (count, known | reader.known)

    def meta(self, key: str) -> Any:
        """The JSON value kept under `key`, or None."""
        tenant = self._identity.tenant if self._identity else ""
        with self.reader() as reader:
            row = reader.execute("SELECT value FROM meta WHERE tenant = ? AND key = ?", (tenant, key)).fetchone()
        return orjson.loads(row[0]) if row else None

    def cursor(self) -> Cursor:
        """How far the hub's log has been read."""
        from models.operations.protocol import Cursor

        with self.at_hand() as reader:
            query = "SELECT server_epoch, cursor_seq, cursor_hash FROM stream WHERE tenant = ?"
            row = reader.execute(query, (self.tenant,)).fetchone()
        return Cursor(*row)

    def pending_count(self) -> int:
        """How many own operations the hub has not answered."""
        with self.at_hand() as reader:
            query = _WAITING.format("count(*)")
            return int(reader.execute(query, (self.tenant,)).fetchone()[0])

    def oldest_pending_at(self) -> str:
        """When the oldest of them was made, as UTC text; empty when there is none."""
        with self.reader() as reader:
            query = _WAITING.format("min(created_at)")
            return reader.execute(query, (self.tenant,)).fetchone()[0] or ""

    def outbox_batch(self, max_ops: int, max_bytes: int, from_dseq: int = 0) -> PushBatch | None:
        """The next operations to push, or None. With `from_dseq` those from there on, answered or not."""
        from models.store.outbox import next_batch

        with self.at_hand() as reader:
            return next_batch(reader, self.tenant, max_ops, max_bytes, from_dseq)

    def everything_sent(self) -> bool:
        """Has the hub answered every operation of this desk? Only then may the store be wiped."""
        return self.pending_count() == 0

    @property
    def mending(self) -> Mending:
        """What repairs this store."""
        from models.store.mending import Mending

        return Mending(self, self._clock)

    def fetched(self) -> FetchedChunks:
        """What has arrived of a snapshot."""
        from models.store.fetching import FetchedChunks

        return FetchedChunks(self.path, self._key_hex)

    def verify(self, *, deep: bool = False, sent_before: str = "") -> list[Failure]:
        """Which invariants do not hold; `deep` also reads every page of the file and every link of the log, and with
        `sent_before` (UTC text) looks for what was sent to a device before then and never ended."""
        from models.store.invariants import check_desk

        tenant = self._identity.tenant if self._identity else ""
        with self._locked() as connection:
            if deep:  # takes the pending layer away and puts it back
                with connection.begin() as transaction:
                    found = check_desk(connection, tenant, deep=True, sent_before=sent_before)
                    transaction.rollback()
                return found
            engine = connection.engine
        with _translated(), engine.connect().execution_options(read_only=True) as reading, reading.begin():
            return check_desk(reading, tenant, sent_before=sent_before)

    def check_quickly(self) -> list[Failure]:
        """At a start: every page as far as its own sum goes, I1–I5 (a desk's I5 is I21), and I18. Reading first,
        without holding anybody up; the replay of what waits takes the writer's turn for a moment, and is put back."""
        from models.store.invariants import check_reading, check_replay

        if self._identity is None:
            return []
        with self._locked() as connection:
            engine = connection.engine
        with _translated(), engine.connect().execution_options(read_only=True) as reading, reading.begin():
            found = check_reading(reading, self.tenant)
        with self._locked() as connection, connection.begin() as transaction:
            found += check_replay(connection, self.tenant)
            transaction.rollback()
        return found

    # Writing -------------------------------------------------------------------------------------------------------

    def prepare_writing(self) -> None:
        """Load what writing needs (a quarter of a second, once). Any thread; otherwise the first write does it."""
        with self._locked():
            pass

    def keep_room(self) -> None:
        """From here on the write-ahead log has room ahead, so that a commit waits half as long for the disk. Any
        thread. Nothing changes where the disk has no room to give. Raises StorageError where nobody can write."""
        self._roomy = True
        with self._locked() as connection:
            self._checkpoints.make_room(connection.connection.dbapi_connection)

    def foresee(self, patient_id: str, payment_id: str = "") -> None:
        """Somebody looks at this patient (and this payment) and may write in a moment: fetch what that will touch.

        Nothing where somebody writes just now, or nobody wrote since the start. Raises nothing: it is a courtesy.
        """
        from models.store.foreseeing import foresee

        if self._identity is None or not self._lock.acquire(blocking=False):
            return
        try:
            if self._connection is not None and not self._closed:
                with suppress(Exception):  # whoever writes will meet it, and tell
                    foresee(self._connection.connection.dbapi_connection, self.tenant, patient_id, payment_id)
        finally:
            self._lock.release()

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction: everything inside is committed together, with one sync of the disk, or not at all.

        Writes of other threads wait. Subscribers are told afterwards, on this thread.
        """
        from models.store.session import Session
        from models.store.transaction import Tx

        with self._locked() as connection:
            session = Session(connection)
            session.driver.execute("BEGIN IMMEDIATE")
            try:
                tx = Tx(session, self._identity, self._clock, self._ids, known=self._still_known(),
                        sends_at_once=self.sends_at_once)  # fmt: skip
                yield tx
                change = tx.finish()
                if session.failed is not None:  # whoever caught it inside cannot make it undone
                    raise session.failed
                point(Point.BEFORE_COMMIT)
                session.driver.commit()
            except BaseException:
                with suppress(Exception):
                    session.driver.rollback()
                raise
        point(Point.AFTER_COMMIT)
        self._after(change)

    def rehearse(self, work: Callable[[Tx], object]) -> None:
        """Do what most likely will be written in a moment, and write nothing: what it asked is known at the next
        `write`, as after `looking`. A courtesy: any thread, nobody waits for it, and whatever goes wrong is left to
        that write, which will meet it and tell."""
        from models.store.session import Looking
        from models.store.transaction import Tx

        try:
            with self.looking() as reader:
                tx = Tx(Looking(reader), self._identity, self._clock, self._ids)
                work(tx)
                tx.finish()
        except Exception as error:
            _log.debug("not rehearsed", extra=facts(error=type(error).__name__))

    def enrol(self, identity: DeskIdentity, *, token: str = "") -> None:
        """Let this store belong to a desk of a practice, or give the desk a new epoch.

        With a new epoch, operations without an answer move to its stream: ids and meaning stay, and `token` is what its
        first push presents. Raises StorageError `store.other_practice` when the store already belongs to another
        practice.
        """
        from models.operations.operation import GENESIS
        from models.store.layers import Stream
        from models.store.outbox import restamp

        known = self._identity
        if known is not None and (known.tenant, known.device_id) != (identity.tenant, identity.device_id):
            raise StorageError("store.other_practice")
        with self.write() as tx:
            stream = Stream.read(tx.session, identity.tenant)
            if stream is None:
                stream = Stream(
                    epoch=identity.epoch, hash=GENESIS, server_epoch=identity.server_epoch, cursor_hash=GENESIS
                )
            elif stream.epoch != identity.epoch:
                stream.epoch, stream.dseq, stream.hash, stream.token = identity.epoch, 0, GENESIS, token
                restamp(tx.session, identity.tenant, stream)
            stream.write(tx.session, identity.tenant)
            _put_identity(tx, identity)
        self._identity = identity
        self._after(Change(frozenset({"identity"})))

    def mark_attempted(self, batch: PushBatch) -> None:
        """Note, before they leave, that these operations may reach the hub; nothing is written where that is known."""
        from models.store.outbox import all_attempted, mark_attempted

        with self.at_hand() as reader:
            if all_attempted(reader, self.tenant, batch):
                return
        with self.write() as tx:
            mark_attempted(tx.session, tx.tenant, batch, utc_text(self._clock.now()))

    def acknowledge(self, answer: PushAnswer) -> None:
        """Keep the hub's verdicts, and the token for the next push. Twice, late or out of order changes nothing."""
        from models.store.outbox import acknowledge
        from models.store.pages import take_answer

        with self.write() as tx:
            if acknowledge(tx.session, tx.tenant, answer, utc_text(self._clock.now())):
                tx.note_change("outbox")
                tx.note(take_answer(tx.session, tx.tenant, answer, utc_text(self._clock.now())))

    def apply_page(self, page: Page) -> Change:
        """Take a page of the hub's log: entries, cursor and the replayed pending layer in one transaction.

        A page already known changes nothing. Raises SyncRefused, nothing written: `sync.history_diverged` (another
        epoch of the hub, or another past), `sync.page_gap` (entries are missing before it), `sync.page_damaged`.
        """
        from models.store.pages import apply_page

        with self.write() as tx:
            change = apply_page(tx.session, tx.tenant, tx.device, page, utc_text(self._clock.now()))
            tx.note(change)
        return change

    def load_snapshot(self, manifest: Mapping[str, Any], chunks: Iterator[tuple[str, bytes]]) -> None:
        """Begin again from a snapshot: build a new file beside this one, verify it, carry over what is only ours, swap.

        Own operations that the snapshot does not contain stay in the outbox and are replayed. Raises SyncRefused
        `sync.snapshot_damaged`; the store is as it was then.
        """
        from models.store.snapshots import build_from_snapshot

        with self._locked() as connection:
            if self._identity is None:
                raise StorageError("store.not_enrolled")
            if manifest.get("tenant") != self._identity.tenant:
                raise SyncRefused("sync.snapshot_damaged")
            now = utc_text(self._clock.now())
            build = build_from_snapshot(
                connection, self.path, self._key_hex, self._identity.tenant, manifest, chunks, now
            )
            self._swap(build)
        self._after(Change(everything=True))

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Be told of every committed change, on the thread that wrote it. Returns how to end that."""
        token = id(callback) ^ len(self._callbacks) << 48
        self._callbacks[token] = callback
        return lambda: self._callbacks.pop(token, None) and None

    def close(self) -> None:
        """Close every connection; the write-ahead log goes into the file. Calling it twice does no harm."""
        with self._lock:
            self._closed = True
            self._checkpoints.close()
            self._readers.close()
            self._drop_writer()

    # Inside --------------------------------------------------------------------------------------------------------

    @contextmanager
    def _locked(self) -> Iterator[Connection]:
        """The writer connection, alone. Raises StorageError for whatever goes wrong with storage inside."""
        if self._owner == threading.get_ident():
            raise RuntimeError("a write inside a write of the same thread")
        with self._lock:
            if self._closed:
                raise StorageError("store.closed")
            self._owner = threading.get_ident()
            self._writes += 1
            try:
                with _translated():
                    yield self._writer()
            except StorageError as error:
                if error.message_key == "store.disk_full" and self.give_room():
                    raise StorageError("care.reserve_used") from error
                if error.message_key == "store.read_only":
                    self._drop_writer()  # connections stay as they were opened: the next write opens new ones
                    self._read_only = True
                raise
            finally:
                self._writes += 1
                self._owner = 0

    def _still_known(self) -> Known | None:
        """What was looked at before this write began and still holds: nobody wrote between. Within the lock."""
        looked, self._looked = self._looked, None
        return looked[1] if looked is not None and looked[0] + 1 == self._writes else None

    def _writer(self) -> Connection:
        if self._connection is None:
            from models.store.engine import sqlite_engine

            if self._read_only:
                self._readers.forget()  # they share with the writer how the file was opened
                self._read_only = False
            self._engine = sqlite_engine(self.path, self._key_hex, busy_ms=self._busy_ms)
            self._connection = self._engine.connect()
            driver: Any = self._connection.connection.dbapi_connection
            driver.execute("PRAGMA wal_autocheckpoint = 0")  # done by Checkpoints, out of the way of a sale
            driver.execute("PRAGMA journal_size_limit = 67108864")
            if self._roomy:
                self._checkpoints.make_room(driver)
        return self._connection

    def _drop_writer(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._engine is not None:
            self._engine.dispose()
        self._connection = self._engine = None

    def _after(self, change: Change) -> None:
        self._checkpoints.written()
        if change:
            for callback in list(self._callbacks.values()):
                callback(change)

    def _swap(self, build: Path) -> None:
        self._checkpoints.close()
        self._drop_writer()
        with self._readers.paused():
            for suffix in ("-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            point(Point.BEFORE_SWAP)
            build.replace(self.path)
            point(Point.AFTER_SWAP)
        self._checkpoints = Checkpoints(self.path, self._key_hex, self._busy_ms)

    def _read_identity(self) -> None:
        with self.reader() as reader:
            row = reader.execute("SELECT value FROM meta WHERE tenant = '' AND key = 'identity'").fetchone()
            if row is None:
                return
            self._identity = DeskIdentity(**orjson.loads(row[0]))
            newest = reader.execute("SELECT last_id FROM stream WHERE tenant = ?", (self._identity.tenant,)).fetchone()
        if newest and newest[0]:
            self._ids = IdMaker(int(newest[0].replace("-", "")[:12], 16))


@contextmanager
def _translated() -> Iterator[None]:
    """Failures of the library inside come out as StorageError."""
    try:
        yield
    except StorageError:
        raise
    except Exception as error:
        found = translate(error)
        if found is None:
            raise
        _log.error("store failed", extra=facts(key=found.message_key))
        raise found from error


def _put_identity(tx: Tx, identity: DeskIdentity) -> None:
    tx.session.run(
        "INSERT INTO meta (tenant, key, value) VALUES ('', 'identity', :value) "
        "ON CONFLICT (tenant, key) DO UPDATE SET value = :value",
        value=orjson.dumps(asdict(identity)).decode(),
    )
    tx.note_change("meta")


def _schema(path: Path, key_hex: str, busy_ms: int) -> str:
    connection = connect(path, key_hex, read_only=True, busy_ms=busy_ms)
    try:
        return schema_of(connection)
    finally:
        connection.close()
