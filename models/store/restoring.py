"""Puts a backup in the place of a store, or into an empty PostgreSQL database.

Nothing of the old store is lost: its file, and what its write-ahead log held, stay beside the new one under another
name. Killed anywhere before the last rename, the old store is where it was.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from sqlalchemy import Engine

from models.basics.clock import Clock
from models.basics.errors import RuleBroken, StorageError
from models.basics.facts import facts
from models.migrations import migrate_connection
from models.store.backups import Backup, open_backup, settle, sync_file, sync_folder
from models.store.engine import sqlite_engine, translate
from models.store.hub import HubStore
from models.store.invariants import check_hub
from models.store.session import Session, as_rows, select_columns
from models.store.upgrade import remove_build
from models.tables.catalogue import Role, tables_of

_log = logging.getLogger(__name__)
_STRETCH = 2_000


def restore_store(
    backup: Path, backup_key: str, target: Path, key_hex: str, kind: Role, clock: Clock, *, replace: bool, stamp: str
) -> Backup:
    """Let the store at `target` be what the backup holds, under the store's own key; nobody may have it open.

    A hub begins a new epoch, so that its desks notice and send again what the backup does not know. A store that is
    there stays as `<name>.before-restore-<stamp>`. Raises, the store as it was: RuleBroken `restore.store_there`
    (without `replace`), `restore.other_kind` (a hub's backup for a desk, or the reverse); StorageError
    `backup.not_sound` and what `open_backup` raises.
    """
    if target.exists() and not replace:
        raise RuleBroken("restore.store_there", file=target.name)
    build = target.with_name(target.name + ".restoring")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = open_backup(backup, backup_key, build, key_hex)
        _check(opened, kind)
        if kind == "hub":
            _begin_epochs(build, key_hex, opened, clock)
        os.chmod(build, 0o600)
        _keep_old(target, stamp)
        os.replace(build, target)
        sync_folder(target.parent)
    except OSError as error:
        raise StorageError("store.disk_full" if error.errno == 28 else "store.not_reachable") from error
    finally:
        remove_build(build)
    _log.info("store restored", extra=facts(kind=kind, rows=opened.manifest.log_rows))
    return opened


def restore_database(backup: Path, backup_key: str, engine: Engine, clock: Clock, build: Path) -> Backup:
    """Put a hub's backup into a PostgreSQL database that has none of its practices, in one transaction.

    `build` is where the backup is opened in the meantime; it lies there encrypted and goes. Raises RuleBroken
    `restore.practice_there` or `restore.other_kind`, StorageError `backup.not_sound`; the database is as it was.
    """
    try:
        opened = open_backup(backup, backup_key, build, backup_key)
        _check(opened, "hub")
        source = sqlite_engine(build, backup_key)
        try:
            backup_rows = source.connect().execution_options(read_only=True)
            with backup_rows as reading, reading.begin(), engine.begin() as connection:
                migrate_connection(connection, "hub")
                _fill(Session(reading), Session(connection), opened)
        finally:
            source.dispose()
    except Exception as error:
        raise translate(error) or error from error
    finally:
        remove_build(build)
    store = HubStore(engine, clock)
    for head in opened.manifest.heads:
        store.begin_epoch(head.tenant)
    return opened


def _check(opened: Backup, kind: Role) -> None:
    if opened.manifest.kind != kind:
        raise RuleBroken("restore.other_kind", kind=opened.manifest.kind)
    if opened.failures:
        raise StorageError("restore.not_sound", invariant=opened.failures[0].invariant)


def _begin_epochs(build: Path, key_hex: str, opened: Backup, clock: Clock) -> None:
    store = HubStore(sqlite_engine(build, key_hex), clock)
    try:
        for head in opened.manifest.heads:
            store.begin_epoch(head.tenant)
    finally:
        store.close()
    settle(build, key_hex)


def _keep_old(target: Path, stamp: str) -> None:
    """Copy the store that is there with its log, then take the log away: it must never meet the new file."""
    if not target.exists():
        return
    kept = target.with_name(f"{target.name}.before-restore-{stamp}")
    for suffix in ("-wal", ""):
        old = target.with_name(target.name + suffix)
        if old.exists():
            copy = kept.with_name(kept.name + suffix)
            shutil.copyfile(old, copy)
            sync_file(copy)
    sync_folder(target.parent)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    sync_folder(target.parent)


def _fill(source: Session, target: Session, opened: Backup) -> None:
    there = {row[0] for row in target.rows("SELECT tenant FROM tenant_head")}
    for head in opened.manifest.heads:
        if head.tenant in there:
            raise RuleBroken("restore.practice_there")
    for head in opened.manifest.heads:
        target.enter(head.tenant, at_once=True)
        for table in tables_of("hub").values():
            cursor = source.driver.execute(f"{select_columns(table)} WHERE tenant = ?", (head.tenant,))
            while rows := cursor.fetchmany(_STRETCH):
                target.insert(table, as_rows(table, rows))
        failures = check_hub(target.connection, head.tenant, deep=True)
        if failures:
            raise StorageError("restore.not_sound", invariant=failures[0].invariant)
