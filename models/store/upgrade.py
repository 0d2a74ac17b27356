"""Brings a store to the program's tables: copy it, migrate the copy, check it, put it in the old one's place.

A crash or an error anywhere before the last step leaves the old file as it was; the last step is one rename.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from models.basics.errors import StorageError
from models.basics.facts import facts
from models.store.engine import sqlite_engine, translate
from models.store.fresh import make_tables
from models.store.paging import export
from models.store.reading import SCHEMA, connect, schema_of
from models.tables.catalogue import Role

_log = logging.getLogger(__name__)


def bring_up_to_date(path: Path, key_hex: str) -> None:
    """Make the store at `path`, or migrate it by copy. The file before a migration stays as `<name>.before-<revision>`.

    Raises StorageError: `store.newer_program` when a newer program wrote it, `store.upgrade_failed` when the migrated
    copy does not hold, and what opening raises.
    """
    build = path.with_name(path.name + ".building")
    remove_build(build)
    try:
        before = _copy(path, build, key_hex) if path.exists() else ""
        _build(build, key_hex, make_tables if not before else _migrate)
        if before:
            shutil.copyfile(path, path.with_name(f"{path.name}.before-{before}"))
        os.replace(build, path)
    except OSError as error:
        raise StorageError("store.not_reachable") from error
    except SQLAlchemyError as error:
        raise translate(error) or error from error
    finally:
        remove_build(build)
    _log.info("store made" if not before else "store migrated", extra=facts(revision=SCHEMA))


def _copy(path: Path, build: Path, key_hex: str) -> str:
    """Copy the store; returns its revision, empty when it has no tables."""
    connection = connect(path, key_hex)
    try:
        revision = schema_of(connection)
        if revision > SCHEMA:
            raise StorageError("store.newer_program", revision=revision)
        if revision:
            export(connection, build, key_hex)
        return revision
    except StorageError:
        raise
    except Exception as error:
        raise translate(error) or error from error
    finally:
        connection.close()


def _migrate(engine: Engine, role: Role) -> None:
    from models.migrations import migrate  # takes a third of a second to load

    migrate(engine, role)


def _build(build: Path, key_hex: str, bring: Callable[[Engine, Role], None]) -> None:
    engine = sqlite_engine(build, key_hex)
    try:
        bring(engine, "desk")
    finally:
        engine.dispose()
    connection = connect(build, key_hex)
    try:
        settle_file(connection)
        if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok" or schema_of(connection) != SCHEMA:
            raise StorageError("store.upgrade_failed")
    finally:
        connection.close()


def settle_file(connection: Any) -> None:
    """Bring the write-ahead log into the file, so that the file alone is whole."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def remove_build(build: Path) -> None:
    """Take away what a build left behind."""
    for suffix in ("", "-wal", "-shm"):
        build.with_name(build.name + suffix).unlink(missing_ok=True)
