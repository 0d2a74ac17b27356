"""Copies of a store that can be kept elsewhere: consistent while desks write, encrypted, checked before they count.

A backup is one SQLCipher file with the tables of a desk or of a hub, under a key of its own (`models.operations.
recovery_key`), and one table more: `backup_part`, what else is needed to begin again (manifest, settings, the device's
key, the hub's certificate). A hub on PostgreSQL is written into the same kind of file, so that either kind of hub can
begin again from the other's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine
from sqlcipher3 import dbapi2

from models.basics.errors import StorageError
from models.basics.version import VERSION
from models.store.engine import sqlite_engine, translate
from models.store.fresh import make_tables
from models.store.invariants import check_desk, check_hub
from models.store.reading import SCHEMA, connect, schema_of
from models.store.rows import Failure
from models.store.session import Session, column_names, select_columns
from models.store.upgrade import remove_build
from models.tables.catalogue import Role, tables_of

FORMAT = 1
MANIFEST = "manifest"
_STRETCH = 2_000


@dataclass(frozen=True, slots=True)
class Head:
    """Where a practice's log ends in a store: the head of its hash chain."""

    tenant: str
    server_epoch: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `desk` is empty for a hub's, `dseq` and `waiting` 0."""

    format: int
    kind: Role
    program: str
    schema: str
    created_at: str
    heads: tuple[Head, ...]
    desk: str
    desk_name: str
    dseq: int
    waiting: int
    log_rows: int


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was opened: its manifest, the other parts by name, and what does not hold in it."""

    manifest: Manifest
    parts: Mapping[str, str]
    failures: tuple[Failure, ...]


def back_up_store(
    path: Path, key_hex: str, kind: Role, to: Path, backup_key: str, *, now: str, parts: Mapping[str, str] | None = None
) -> Backup:
    """Copy the SQLCipher store at `path` to `to`, whoever is writing in it: every row as of one moment.

    The copy is made beside `to` under another name, checked, synced and put in place by one rename: `to` is whole or
    not there. Raises StorageError: what opening raises, `backup.not_written` (the folder or its disk), or
    `backup.not_sound` when what was copied does not hold; that copy stays as `<to>.suspect`, it may be all there is.
    """

    def copy(build: Path) -> None:
        source = connect(path, key_hex, read_only=True)
        try:
            copy_pages(source, build, backup_key)
        finally:
            source.close()

    return _kept(to, backup_key, kind, now, parts or {}, copy)


def back_up_database(
    engine: Engine, to: Path, backup_key: str, *, now: str, parts: Mapping[str, str] | None = None,
    tenants: Collection[str] = (),
) -> Backup:  # fmt: skip
    """The same of a hub on PostgreSQL, read in one REPEATABLE READ transaction; only `tenants` where some are named."""

    def copy(build: Path) -> None:
        made = sqlite_engine(build, backup_key)
        try:
            make_tables(made, "hub")
            reading = engine.connect().execution_options(isolation_level="REPEATABLE READ")
            with reading as source, source.begin(), made.begin() as target:
                _copy_rows(Session(source), Session(target), tuple(tenants))
        finally:
            made.dispose()

    return _kept(to, backup_key, "hub", now, parts or {}, copy)


def copy_pages(source: Any, to: Path, key_hex: str) -> None:
    """Every page of an open store into a new file under another key, in one step: one moment, and no writer waits."""
    target = connect(to, key_hex)
    try:
        source.backup(target)
    finally:
        target.close()


def open_backup(path: Path, backup_key: str, build: Path, key_hex: str) -> Backup:
    """Copy a backup to `build` under `key_hex`, bring it up to date and check all of it; the backup is only read.

    Raises StorageError: `backup.key_wrong` (another recovery key, or the file is damaged), `backup.not_one`,
    `store.newer_program`, `store.damaged`, `store.disk_full`. What was built then is gone.
    """
    remove_build(build)
    try:
        parts = _parts_of(path, backup_key)
        manifest = _manifest(parts.pop(MANIFEST, ""))
        if manifest.schema > SCHEMA:
            raise StorageError("store.newer_program", revision=manifest.schema)
        source = connect(path, backup_key, read_only=True)
        try:
            copy_pages(source, build, key_hex)
        finally:
            source.close()
        _forget_parts(build, key_hex)
        failures = _bring_up_to_date(build, key_hex, manifest)
        settle(build, key_hex)
    except BaseException as error:
        remove_build(build)
        found = error if isinstance(error, StorageError) else translate(error)
        if found is None:
            raise
        raise found from error
    return Backup(manifest, parts, tuple(failures))


def settle(path: Path, key_hex: str) -> None:
    """Leave a file that is whole by itself, without a write-ahead log beside it, and on the disk."""
    connection = connect(path, key_hex)
    try:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    finally:
        connection.close()
    sync_file(path)


def sync_file(path: Path) -> None:
    """What was written into the file is on the disk when this returns."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """A rename in the folder is on the disk when this returns; Windows does that by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# Making -----------------------------------------------------------------------------------------------------------


def _kept(
    to: Path, backup_key: str, kind: Role, now: str, parts: Mapping[str, str], copy: Callable[[Path], None]
) -> Backup:
    """Build a copy, check it, put it in place."""
    build = to.with_name(to.name + ".part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        remove_build(build)
        copy(build)
        os.chmod(build, 0o600)
        failures = tuple(check_copy(build, backup_key, kind))
        manifest = _describe(build, backup_key, kind, now)
        _put_parts(build, backup_key, {**parts, MANIFEST: orjson.dumps(asdict(manifest)).decode()})
        settle(build, backup_key)
        _read_back(build, backup_key, manifest)
        place = to if not failures else to.with_name(to.name + ".suspect")
        os.replace(build, place)
        sync_folder(to.parent)
    except OSError as error:
        raise StorageError("store.disk_full" if error.errno == 28 else "backup.not_written") from error
    except dbapi2.Error as error:
        raise translate(error) or error from error
    finally:
        with suppress(OSError):
            remove_build(build)
    if failures:
        raise StorageError("backup.not_sound", invariant=failures[0].invariant, file=place.name)
    return Backup(manifest, dict(parts), ())


def _copy_rows(source: Session, target: Session, tenants: tuple[str, ...]) -> None:
    """Every row of a hub's tables, practice by practice behind its own walls, a stretch at a time, so that memory does
    not grow with the clinic."""
    chosen = tenants or tuple(row[0] for row in source.rows("SELECT tenant FROM tenant_head ORDER BY tenant"))
    for tenant in chosen:
        source.enter(tenant, at_once=True)
        for name, table in tables_of("hub").items():
            names = column_names(table)
            with source.driver.cursor(name=f"backup_{name}") as cursor:
                cursor.execute(f"{select_columns(table)} WHERE tenant = %s", (tenant,))
                while rows := cursor.fetchmany(_STRETCH):
                    target.insert(table, [dict(zip(names, row, strict=True)) for row in rows])


def check_beside(path: Path, key_hex: str, kind: Role, *, sent_before: str = "") -> list[Failure]:
    """Check everything on a copy of a store in use: nobody at the desk waits for it. Raises StorageError."""
    build = path.with_name(path.name + ".checking")
    remove_build(build)
    try:
        source = connect(path, key_hex, read_only=True)
        try:
            copy_pages(source, build, key_hex)
        finally:
            source.close()
        return check_copy(build, key_hex, kind, sent_before=sent_before)
    except dbapi2.Error as error:
        raise translate(error) or error from error
    finally:
        remove_build(build)


def check_copy(path: Path, key_hex: str, kind: Role, *, sent_before: str = "") -> list[Failure]:
    """Everything that can be decided on a copy that nobody else has open: every page, every row, every link."""
    engine = sqlite_engine(path, key_hex)
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            session = Session(connection)
            failures = [Failure("file", str(row[0])[:100]) for row in session.rows("PRAGMA cipher_integrity_check")]
            if kind == "desk":
                failures += check_desk(connection, _desk_tenant(session), deep=True, sent_before=sent_before)
            else:
                failures += [Failure("file", str(row[0])[:100]) for row in session.rows("PRAGMA integrity_check")
                             if row[0] != "ok"]  # fmt: skip
                for head in _hub_heads(session):
                    failures += check_hub(connection, head.tenant, deep=True)
            transaction.rollback()
    except Exception as error:
        raise translate(error) or error from error
    finally:
        engine.dispose()
    return failures


def _describe(build: Path, backup_key: str, kind: Role, now: str) -> Manifest:
    engine = sqlite_engine(build, backup_key)
    try:
        with engine.connect() as connection, connection.begin():
            session = Session(connection)
            log_rows = int(session.one("SELECT count(*) FROM log")[0])
            if kind == "hub":
                return Manifest(FORMAT, kind, VERSION, SCHEMA, now, _hub_heads(session), "", "", 0, 0, log_rows)
            row = session.one("SELECT value FROM meta WHERE tenant = '' AND key = 'identity'")
            known = orjson.loads(row[0]) if row else {}
            stream = session.one("SELECT tenant, server_epoch, cursor_seq, cursor_hash, dseq FROM stream")
            waiting = session.one("SELECT count(*) FROM outbox WHERE acknowledged_at = '' AND returned_at = ''")[0]
            heads = (Head(*stream[:4]),) if stream else ()
            return Manifest(FORMAT, kind, VERSION, SCHEMA, now, heads, str(known.get("device_id", "")),
                            str(known.get("desk_name", "")), stream[4] if stream else 0, waiting, log_rows)  # fmt: skip
    finally:
        engine.dispose()


def _desk_tenant(session: Session) -> str:
    row = session.one("SELECT tenant FROM stream")
    return str(row[0]) if row else ""


def _hub_heads(session: Session) -> tuple[Head, ...]:
    rows = session.rows("SELECT tenant, server_epoch, seq, hash FROM tenant_head ORDER BY tenant")
    return tuple(Head(*row) for row in rows)


def _put_parts(build: Path, backup_key: str, parts: Mapping[str, str]) -> None:
    connection = connect(build, backup_key)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DROP TABLE IF EXISTS backup_part")
        connection.execute("CREATE TABLE backup_part (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT")
        connection.executemany("INSERT INTO backup_part VALUES (?, ?)", parts.items())
        connection.execute("COMMIT")
    finally:
        connection.close()


def _read_back(build: Path, backup_key: str, manifest: Manifest) -> None:
    """Open what was written, as a restore would. Raises StorageError when it is not what was meant."""
    if _manifest(_parts_of(build, backup_key).get(MANIFEST, "")) != manifest:
        raise StorageError("backup.not_written")


def desk_of(path: Path, key_hex: str) -> tuple[int, str]:
    """Number and id of the desk a store belongs to. Raises StorageError `store.not_enrolled`."""
    row = _one(path, key_hex, "SELECT value FROM meta WHERE tenant = '' AND key = 'identity'")
    if row is None:
        raise StorageError("store.not_enrolled")
    known = orjson.loads(row[0])
    return int(known["device_no"]), str(known["device_id"])


def chain_at(path: Path, key_hex: str, tenant: str, seq: int) -> str:
    """The hash of a practice's log at a place, empty where the store does not have it."""
    row = _one(path, key_hex, "SELECT hash FROM log WHERE tenant = ? AND seq = ?", tenant, seq)
    return str(row[0]) if row else ""


def practice_of(path: Path, key_hex: str) -> str:
    """The first practice of a hub's own store: what the hub is known by. Empty before there is one."""
    row = _one(path, key_hex, "SELECT tenant FROM tenant_head ORDER BY created_at, tenant LIMIT 1")
    return str(row[0]) if row else ""


def _one(path: Path, key_hex: str, query: str, *values: object) -> Any:
    connection = connect(path, key_hex, read_only=True)
    try:
        return connection.execute(query, values).fetchone()
    except dbapi2.Error as error:
        raise translate(error) or error from error
    finally:
        connection.close()


# Opening ----------------------------------------------------------------------------------------------------------


def read_manifest(path: Path, backup_key: str) -> Manifest:
    """What a backup says of itself. Raises StorageError as `open_backup` does; the file is only read."""
    return _manifest(_parts_of(path, backup_key).get(MANIFEST, ""))


def _parts_of(path: Path, backup_key: str) -> dict[str, str]:
    try:
        connection = connect(path, backup_key, read_only=True)
    except StorageError as error:
        raise StorageError("backup.key_wrong" if error.message_key == "store.key_wrong" else error.message_key,
                           file=path.name) from error  # fmt: skip
    try:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup_part'").fetchone()
        return dict(connection.execute("SELECT name, value FROM backup_part").fetchall()) if known else {}
    except dbapi2.Error as error:
        raise translate(error) or error from error
    finally:
        connection.close()


def _manifest(text: str) -> Manifest:
    try:
        told = orjson.loads(text)
        if told["format"] > FORMAT:
            raise StorageError("store.newer_program", revision=str(told["schema"]))
        return Manifest(**{**told, "heads": tuple(Head(**head) for head in told["heads"])})
    except (orjson.JSONDecodeError, TypeError, KeyError) as error:
        raise StorageError("backup.not_one") from error


def _forget_parts(build: Path, key_hex: str) -> None:
    connection = connect(build, key_hex)
    try:
        connection.execute("DROP TABLE backup_part")
    finally:
        connection.close()


def _bring_up_to_date(build: Path, key_hex: str, manifest: Manifest) -> list[Failure]:
    connection = connect(build, key_hex)
    try:
        behind = schema_of(connection) != SCHEMA
    finally:
        connection.close()
    if behind:
        from models.migrations import migrate

        engine = sqlite_engine(build, key_hex)
        try:
            migrate(engine, manifest.kind)
        finally:
            engine.dispose()
    return check_copy(build, key_hex, manifest.kind)
