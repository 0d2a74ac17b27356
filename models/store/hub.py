"""The clinic's hub: one dense log per tenant, judged and posted by the same engine as on every desk.

The tenant's head row is the lock: whoever updates it is the one writer, so decisions are judged in one order. Pushes
that arrive while another is being written are written together in the next transaction. Runs on PostgreSQL and,
embedded, on the same encrypted SQLite as a desk. Thread-safe; times are UTC.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from models.basics.clock import Clock, SystemClock, utc_text
from models.basics.errors import RuleBroken, StorageError, SyncRefused
from models.basics.facts import facts
from models.basics.ids import new_id
from models.basics.points import Point, point
from models.ledger.posting import HUB
from models.operations import records
from models.operations.joining import SIGNS
from models.operations.operation import GENESIS, make_operation
from models.operations.protocol import Cursor, LogEntry, Page, PushAnswer, PushBatch, PushConflict
from models.operations.wire import page_to_bytes
from models.store.ask_jobs import AskJobs
from models.store.combiner import Combiner
from models.store.expiring import to_expire
from models.store.failures import translate
from models.store.freeing import anything_waits, to_be_freed
from models.store.fresh import make_tables
from models.store.hub_answers import HubAnswers
from models.store.hub_desks import HubDesks
from models.store.hub_documents import HubDocuments
from models.store.hub_online import HubOnline
from models.store.hub_plans import HubPlans
from models.store.hub_portal import HubPortal
from models.store.hub_repair import HubRepair, begin_epoch
from models.store.hub_writer import HubWriter
from models.store.invariants import check_hub
from models.store.joining import CODE_MINUTES, DEVICE, Former, Joiner, code_hash, device_row, redeem
from models.store.marks import LogMarks
from models.store.message_outbox import MessageOutbox
from models.store.plan_jobs import PlanJobs
from models.store.pushing import push_and_show, push_batches
from models.store.reading import SCHEMA
from models.store.rows import DeviceRow, Failure
from models.store.session import Session
from models.store.text_stops import TextStops

if TYPE_CHECKING:
    from models.store.snapshots import Snapshot

_log = logging.getLogger(__name__)
T = TypeVar("T")
Pushed = tuple[PushAnswer, Page | None]
"""The answer to a push, and what the log grew by."""

OPERATOR = "operator"
"""Who makes a code that no manager's desk asked for: the person at the hub itself."""

_CODE_SIGNS = 12
_TRIES = 6
_RETRY_STATES = ("40001", "40P01")
_PAGE = (
    "SELECT seq, op, verdict, granted, reason, transfers, accounts, received_at, hash FROM log "
    "WHERE tenant = :tenant AND seq > :after ORDER BY seq LIMIT :most"
)
_FOLLOWS = (
    "SELECT seq, op, verdict, granted, reason, transfers, accounts, received_at, hash FROM log "
    "WHERE tenant = :tenant AND seq > :after AND dseq = 0 AND seq < coalesce((SELECT seq FROM log "
    "WHERE tenant = :tenant AND seq > :after AND dseq > 0 ORDER BY seq LIMIT 1), :after + 500) ORDER BY seq LIMIT 500"
)
"""What followed from the last operation of a page goes with it: what stands between two operations is whole."""
_HEAD_AND_HASH = (
    "SELECT server_epoch, seq, hash, (SELECT l.hash FROM log l WHERE l.tenant = :tenant AND l.seq = :after) "
    "FROM tenant_head WHERE tenant = :tenant"
)
_MANAGER = (
    "SELECT 1 FROM staff WHERE tenant = :tenant AND id = :id AND role = 'manager' AND active = 1 AND deleted_at = ''"
)


class HubStore:
    """Logs, ledgers, mirrored records and desks of every tenant of a hub."""

    def __init__(self, engine: Engine, clock: Clock, marks: LogMarks | None = None) -> None:
        self._engine, self._clock = engine, clock
        self._writer = HubWriter(engine)
        postgres = engine.dialect.name == "postgresql"
        self._moment: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if postgres else {"read_only": True}
        self._combiner: Combiner[str, PushBatch, Pushed] = Combiner(self._push_together)
        self.messages = MessageOutbox(self._transaction, self._look, clock)
        self.asks = AskJobs(self._transaction, self._look, clock)
        self.plans = PlanJobs(self._transaction, self._look, clock)
        self.agreements = HubPlans(self._transaction, clock)
        self.text_stops = TextStops(self._transaction, self._look, clock)
        self.desks = HubDesks(self._transaction, self._look, self._clock)
        self.documents = HubDocuments(self._transaction, self._look, self._clock)
        self.portal = HubPortal(self._transaction, self._look, clock)
        self.answers = HubAnswers(self._transaction, self._look, self._clock)
        self.online = HubOnline(self._transaction, self._look, self._clock)
        self.repairs = HubRepair(self._transaction, self._look, clock, marks or LogMarks())

    @classmethod
    def open(
        cls, engine: Engine, clock: Clock | None = None, *, upgrade: bool = True, marks: LogMarks | None = None
    ) -> HubStore:  # fmt: skip
        """The store behind `engine`, its tables brought up to date unless `upgrade` is off; `marks` is what it puts on
        the log it serves.

        Raises StorageError when the database cannot be opened.
        """
        store = cls(engine, clock or SystemClock(), marks)
        if upgrade and (revision := store._guarded(store._revision)) != SCHEMA:
            if not revision and engine.dialect.name == "sqlite":
                store._guarded(lambda: make_tables(engine, "hub"))
            else:
                from models.migrations import migrate

                store._guarded(lambda: migrate(engine, "hub"))
        return store

    # Tenants -------------------------------------------------------------------------------------------------------

    def create_tenant(self, tenant: str, practice: records.Practice) -> None:
        """A new practice with an empty log but for its own record. Raises RuleBroken `tenant.exists`."""
        now = utc_text(self._clock.now())

        def work(session: Session) -> None:
            made = session.run(
                "INSERT INTO tenant_head (tenant, server_epoch, seq, hash, created_at) "
                "VALUES (:tenant, :server_epoch, 0, :hash, :now) ON CONFLICT DO NOTHING",
                tenant=tenant, server_epoch=secrets.token_hex(16), hash=GENESIS, now=now,
            )  # fmt: skip
            if not made:
                raise RuleBroken("tenant.exists")
            op = make_operation(
                practice, op_id=new_id(), tenant=tenant, device="hub", epoch=0, dseq=0, prev=GENESIS, actor="hub",
                business_date=now[:10], device_time=now,
            )  # fmt: skip
            push_batches(session, tenant, [PushBatch("hub", 0, 0, (op,))], now)

        self._transaction(work, tenant)

    def tenants(self) -> tuple[str, ...]:
        """Every practice of this hub."""
        return self._look(
            lambda session: tuple(row[0] for row in session.rows("SELECT tenant FROM tenant_head ORDER BY tenant"))
        )

    def head(self, tenant: str) -> Cursor:
        """Where the tenant's log ends. Raises SyncRefused `sync.tenant_unknown`."""
        return self._look(lambda session: _head(session, tenant), tenant)

    def heads(self, tenants: Collection[str]) -> dict[str, int]:
        """The last sequence of several tenants' logs, in one read; unknown ones are left out."""
        query = "SELECT tenant, seq FROM tenant_head WHERE tenant IN (:tenants)"
        return self._look(lambda session: dict(session.rows(query, tenants=tuple(tenants))))

    def ping(self) -> None:
        """Return when the database answers. Raises StorageError."""
        self._look(lambda session: session.one("SELECT 1"))

    # The log -------------------------------------------------------------------------------------------------------

    def push(self, tenant: str, batch: PushBatch) -> PushAnswer:
        """Judge, log and post a desk's operations; one durable transaction, shared with other pushes that wait.

        Raises PushConflict: `device` (unknown, or of another epoch), `gap` (operations before it are missing),
        `fork` (the desk's stream is not the one known here). Raises StorageError; the desk then sends again, and what
        was already written is answered as duplicate.
        """
        return self.push_and_show(tenant, batch)[0]

    def push_and_show(self, tenant: str, batch: PushBatch) -> Pushed:
        """The same, and what the log grew by in that transaction (None: by nothing), for who hands it on."""
        if batch.device == HUB:
            raise PushConflict("device")
        if not batch.ops:
            head = self.head(tenant)
            return PushAnswer(head.server_epoch, head.seq, (), utc_text(self._clock.now())), None
        return self._combiner.run(tenant, batch)

    def _push_together(self, tenant: str, batches: Sequence[PushBatch]) -> list[Pushed | BaseException]:
        now = utc_text(self._clock.now())
        answers, grown = self._transaction(lambda session: push_and_show(session, tenant, batches, now), tenant)
        page = grown if grown.entries else None
        return [answer if isinstance(answer, BaseException) else (answer, page) for answer in answers]

    def pull(self, tenant: str, cursor: Cursor, limit: int = 1000) -> Page:
        """The log after `cursor`, at most `limit` entries.

        Raises SyncRefused `sync.history_diverged` when the cursor is of another epoch or another past, and
        `sync.tenant_unknown`.
        """
        now = utc_text(self._clock.now())
        return self._proven(tenant, self._look(lambda session: _page(session, tenant, cursor, limit, now), tenant))

    def pull_bytes(self, tenant: str, cursor: Cursor, limit: int = 1000) -> tuple[int, bytes]:
        """The same page as it travels, and the head it tells: JSON of the log is passed on as it is."""
        now = utc_text(self._clock.now())
        page = self._look(lambda session: _page(session, tenant, cursor, limit, now, orjson.Fragment), tenant)
        return page.head, self.page_bytes(tenant, page)

    def page_bytes(self, tenant: str, page: Page) -> bytes:
        """A page of the tenant's log as it travels, under the hub's mark."""
        return page_to_bytes(self._proven(tenant, page))

    def _proven(self, tenant: str, page: Page) -> Page:
        """The page with the hub's own mark on its end."""
        return replace(page, proof=self.repairs.marks.mark(tenant, page.to_seq, page.hash))

    def free_waiting(self, tenant: str) -> int:
        """Let money that waits for visits cancelled or missed a day ago become credit. Returns for how many visits.

        Asks first, without holding anybody up; the tenant's lock is only taken where there is something to do.
        """
        if not self._look(lambda session: anything_waits(session, tenant), tenant):
            return 0
        now = self._clock.now()

        def work(session: Session) -> int:
            session.run("UPDATE tenant_head SET seq = seq WHERE tenant = :tenant", tenant=tenant)
            ops = to_be_freed(session, tenant, now)
            if ops:
                push_batches(session, tenant, [PushBatch(HUB, 0, 0, tuple(ops))], utc_text(now))
            return len(ops)

        return self._transaction(work, tenant)

    def expire_holds(self, tenant: str) -> int:
        """Free what desks hold beyond its time. Returns how many holds. Asks first, as `free_waiting` does."""
        now = self._clock.now()
        if not self._look(lambda session: to_expire(session, tenant, now), tenant):
            return 0

        def work(session: Session) -> int:
            session.run("UPDATE tenant_head SET seq = seq WHERE tenant = :tenant", tenant=tenant)
            ops = to_expire(session, tenant, now)
            if ops:
                push_batches(session, tenant, [PushBatch(HUB, 0, 0, tuple(ops))], utc_text(now))
            return len(ops)

        return self._transaction(work, tenant)

    def snapshot(self, tenant: str) -> Snapshot:
        """Everything a new desk begins with, as of one moment."""
        from models.store.snapshots import take_snapshot

        def work(session: Session) -> Snapshot:
            _head(session, tenant)
            return take_snapshot(session.connection, tenant, utc_text(self._clock.now()))

        return self._look(work, tenant, one_moment=True)

    def begin_epoch(self, tenant: str) -> str:
        """Let the log be another one from here on: a restored hub no longer knows what came after its backup, and its
        desks must notice. Returns the new epoch. Raises SyncRefused `sync.tenant_unknown`."""
        epoch = secrets.token_hex(16)

        now = utc_text(self._clock.now())
        self._transaction(lambda session: begin_epoch(session, tenant, epoch, now), tenant)
        _log.info("new epoch", extra=facts(tenant=tenant))
        return epoch

    def verify(self, tenant: str, *, deep: bool = False) -> list[Failure]:
        """Which invariants do not hold; `deep` also reads every link of the log."""
        return self._look(lambda session: check_hub(session.connection, tenant, deep=deep), tenant, one_moment=True)

    # Desks ---------------------------------------------------------------------------------------------------------

    def new_code(self, tenant: str, desk_name: str, created_by: str, *, again_for: str = "") -> str:
        """A one-time code for a new desk, good for ten minutes: `ABCD-EFGH-JKMN`. Only its hash is kept. With
        `again_for` the desk of that id joins once more with it: under a new key and in a new epoch of its stream, so
        that a copy of it is shut out.

        `created_by` is OPERATOR or an active manager of the practice. Raises RuleBroken: `enrol.not_a_manager`,
        `desks.unknown`.
        """
        signs = "".join(secrets.choice(SIGNS) for _ in range(_CODE_SIGNS))
        code = "-".join(signs[n : n + 4] for n in range(0, _CODE_SIGNS, 4))
        now = self._clock.now()

        def work(session: Session) -> None:
            _head(session, tenant)
            if created_by != OPERATOR and session.one(_MANAGER, tenant=tenant, id=created_by) is None:
                raise RuleBroken("enrol.not_a_manager")
            known = session.one("SELECT 1 FROM device WHERE tenant = :tenant AND device_id = :id",
                                tenant=tenant, id=again_for) if again_for else (1,)  # fmt: skip
            if known is None:
                raise RuleBroken("desks.unknown")
            session.run(
                "INSERT INTO enrolment (tenant, code_hash, desk_name, created_by, created_at, expires_at, again_for) "
                "VALUES (:tenant, :code_hash, :desk_name, :created_by, :created_at, :expires_at, :again_for)",
                tenant=tenant, code_hash=code_hash(code), desk_name=desk_name, created_by=created_by,
                created_at=utc_text(now), expires_at=utc_text(now + timedelta(minutes=CODE_MINUTES)),
                again_for=again_for,
            )  # fmt: skip

        self._transaction(work, tenant)
        return code

    def redeem(
        self, code: str, public_key: str, info: dict[str, object], former: Former | None = None
    ) -> DeviceRow:  # fmt: skip
        """Let a desk join with its code, or join again as who it was. See `joining.redeem`."""
        now = self._clock.now()
        return self._transaction(lambda session: redeem(session, code, Joiner(public_key, info, former), now))

    def device(self, device_id: str) -> DeviceRow | None:
        """A desk by its id, whichever practice it belongs to."""
        found = self._look(lambda session: session.rows(DEVICE + "device_id = :id", id=device_id))
        return device_row(found[0]) if found else None

    def devices(self, tenant: str) -> tuple[DeviceRow, ...]:
        """Every desk of a practice, by number."""
        found = self._look(
            lambda session: session.rows(DEVICE + "tenant = :tenant ORDER BY device_no", tenant=tenant), tenant
        )
        return tuple(device_row(row) for row in found)

    def keep_room(self) -> None:
        """From here on the write-ahead log of a file has room ahead, so that a commit waits half as long for the disk.
        Any thread. Nothing changes where the disk has no room to give. Raises StorageError where nobody can write."""
        self._guarded(self._writer.keep_room)

    def close(self) -> None:
        """Close the connections."""
        self._let_go()

    # Inside --------------------------------------------------------------------------------------------------------

    def _revision(self) -> str:
        """The revision of the tables, empty without tables: known without loading what migrates."""
        with self._engine.connect() as connection, connection.execution_options(read_only=True).begin():
            if not inspect(connection).has_table("alembic_version"):
                return ""
            return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())

    def _transaction(self, work: Callable[[Session], T], tenant: str = "") -> T:
        """Run `work` for one practice in one transaction, again when the database asks for that. Without a practice
        only the directory of practices and desks is there."""

        def attempt() -> T:
            with self._writer.begin() as connection:
                made = work(_session(connection, tenant))
                point(Point.HUB_BEFORE_COMMIT)
            point(Point.HUB_AFTER_COMMIT)
            return made

        return self._guarded(attempt)

    def _look(self, work: Callable[[Session], T], tenant: str = "", *, one_moment: bool = False) -> T:
        """Run `work`, which only reads, in one transaction that holds nobody up; `one_moment`: however many queries
        it asks, all see the same. A line that was cut while nobody used it is found out here and opened anew."""
        options = self._moment if one_moment else {"read_only": True}

        def attempt() -> T:
            with self._engine.connect() as connection, connection.execution_options(**options).begin():
                return work(_session(connection, tenant, one_moment))

        return self._guarded(attempt, reads=True)

    def _let_go(self) -> None:
        self._writer.forget()
        self._engine.dispose()

    def _guarded(self, work: Callable[[], T], *, reads: bool = False) -> T:
        for turn in range(_TRIES):
            try:
                return work()
            except Exception as error:
                cause: Any = error.orig if isinstance(error, SQLAlchemyError) and hasattr(error, "orig") else error
                if getattr(cause, "sqlstate", "") in _RETRY_STATES and turn < _TRIES - 1:
                    time.sleep(secrets.randbelow(1 << turn) / 1000)
                    continue
                found = None if isinstance(error, StorageError) else translate(error)
                if reads and turn == 0 and found is not None and found.message_key == "store.hub_database_away":
                    continue
                if found is None:
                    raise
                if found.message_key == "store.read_only":
                    self._let_go()  # a connection stays as it was opened: new ones find out how it is now
                    if turn == 0:
                        continue
                _log.error("hub store failed", extra=facts(key=found.message_key))
                raise found from error
        raise AssertionError("unreachable")


def _session(connection: Connection, tenant: str, at_once: bool = False) -> Session:
    session = Session(connection)
    session.enter(tenant, at_once=at_once)
    return session


def _head(session: Session, tenant: str) -> Cursor:
    row = session.one("SELECT server_epoch, seq, hash FROM tenant_head WHERE tenant = :tenant", tenant=tenant)
    if row is None:
        raise SyncRefused("sync.tenant_unknown")
    return Cursor(*row)


def _page(
    session: Session, tenant: str, cursor: Cursor, limit: int, now: str, read: Callable[[str], Any] = orjson.loads
) -> Page:
    """A page whose JSON parts are what `read` makes of their text."""
    row = session.one(_HEAD_AND_HASH, tenant=tenant, after=cursor.seq)
    if row is None:
        raise SyncRefused("sync.tenant_unknown")
    head, hash_there = Cursor(*row[:3]), row[3] if cursor.seq else GENESIS
    if hash_there is None and cursor.seq <= head.seq:
        raise SyncRefused("sync.history_trimmed", seq=cursor.seq)
    if cursor.server_epoch not in ("", head.server_epoch) or cursor.seq > head.seq or cursor.hash != hash_there:
        raise SyncRefused("sync.history_diverged", seq=cursor.seq)
    found = session.rows(_PAGE, tenant=tenant, after=cursor.seq, most=limit) if head.seq > cursor.seq else []
    if len(found) == limit and found[-1][0] < head.seq:
        found += session.rows(_FOLLOWS, tenant=tenant, after=found[-1][0])
    entries = tuple(_log_entry(row, read) for row in found if row[0] <= head.seq)
    if head.seq > cursor.seq and (not entries or entries[0].seq != cursor.seq + 1):
        raise SyncRefused("sync.history_trimmed", seq=cursor.seq)  # never "from what is left"
    to_seq, to_hash = (entries[-1].seq, entries[-1].hash) if entries else (cursor.seq, cursor.hash)
    return Page(
        server_epoch=head.server_epoch, from_seq=cursor.seq + 1, to_seq=to_seq, prev_hash=cursor.hash, hash=to_hash,
        entries=entries, has_more=to_seq < head.seq, head=head.seq, server_time=now,
    )  # fmt: skip


def _log_entry(row: Any, read: Callable[[str], Any]) -> LogEntry:
    return LogEntry(
        seq=row[0], op=read(row[1]), verdict=row[2], granted=row[3], reason=row[4], transfers=read(row[5]),
        accounts=read(row[6]), received_at=row[7], hash=row[8],
    )  # fmt: skip
