"""A desk's store for reading, on the raw driver: no SQLAlchemy, so that the first screen need not wait for it.

Also the one place that opens a SQLCipher connection: writers and the embedded hub use `connect` too.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from models.basics.errors import StorageError
from models.store.failures import translate

SCHEMA = "0009"
"""The newest revision of the tables, as `models.migrations.HEAD` says it."""

OLDEST_SQLITE = (3, 51, 3)
"""Before this, two connections checkpointing a write-ahead log at once could corrupt it."""

PAGE_BYTES, PAGE_BYTES_BEFORE = 2_048, 4_096
"""Every page a transaction touches is encrypted and signed whole, so small pages make small acts cheap (decision 019).
Stores of before 0003 have larger ones until they are brought up to date."""

BUSY_MS = 5_000
PATIENCE_S = 30.0
STATEMENTS = 500
"""So many prepared statements a connection keeps: an act at the desk runs some forty different ones."""
_KEY = re.compile(r"[0-9a-f]{64}")


def connect(path: Path, key_hex: str, *, read_only: bool = False, busy_ms: int = BUSY_MS) -> Any:
    """A connection to the encrypted file at `path`; creates the file unless `read_only`.

    `key_hex` is the raw 256-bit key, 64 lower-case hex digits. Raises StorageError: `store.key_missing`,
    `store.key_wrong`, `store.missing` (read only), `store.not_reachable`, `store.locked`, `store.library_too_old`.
    """
    sys.audit("copaydesk.store", str(path))  # the driver itself tells nobody which file it opens
    if not _KEY.fullmatch(key_hex):
        raise StorageError("store.key_missing")
    if dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise StorageError("store.library_too_old", version=dbapi2.sqlite_version)
    if read_only and not path.exists():
        raise StorageError("store.missing")
    try:
        return _opened(path, key_hex, read_only, busy_ms, PAGE_BYTES)
    except StorageError as error:
        if error.message_key != "store.key_wrong":
            raise
    return _opened(path, key_hex, read_only, busy_ms, PAGE_BYTES_BEFORE)


def _opened(path: Path, key_hex: str, read_only: bool, busy_ms: int, page_bytes: int) -> Any:
    try:
        connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=busy_ms / 1000,
                                    cached_statements=STATEMENTS)  # fmt: skip
    except dbapi2.Error as error:
        raise translate(error) or StorageError("store.not_reachable") from error
    try:
        _prepare(connection, key_hex, read_only, busy_ms, page_bytes)
    except dbapi2.Error as error:
        connection.close()
        found = translate(error) or error
        if isinstance(found, StorageError) and found.message_key == "store.not_reachable" and _is_read_only(path):
            found = StorageError("store.read_only")
        raise found from error
    return connection


def _is_read_only(path: Path) -> bool:
    """Is the file there, and it or its folder may not be written? SQLite says only that it cannot open it."""
    return path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def _prepare(connection: Any, key_hex: str, read_only: bool, busy_ms: int, page_bytes: int) -> None:
    connection.execute("PRAGMA cipher_log_level = NONE")  # the library writes about wrong keys to the terminal
    # Processors do SHA-256 themselves: 15 % of a commit. As defaults, so that VACUUM INTO and ATTACH follow.
    connection.execute("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256")
    connection.execute(f"PRAGMA cipher_default_page_size = {PAGE_BYTES}")
    connection.execute(f"PRAGMA key = \"x'{key_hex}'\"")
    connection.execute(f"PRAGMA cipher_page_size = {page_bytes}")
    connection.execute(f"PRAGMA busy_timeout = {busy_ms}")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first page proves the key
    if read_only:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA cache_size = -16000")
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -32000")


def library_version() -> tuple[int, ...]:
    """Which SQLite the program carries."""
    return tuple(dbapi2.sqlite_version_info)


def schema_of(connection: Any) -> str:
    """The revision of the tables in a file, empty when it has none."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    if found is None:
        return ""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


class Readers:
    """Pooled read-only connections; each is used by one thread at a time."""

    def __init__(self, path: Path, key_hex: str, *, busy_ms: int = BUSY_MS) -> None:
        self._path, self._key_hex, self._busy_ms = path, key_hex, busy_ms
        self._idle: list[Any] = []
        self._busy = 0
        self._paused = False
        self._closed = False
        self._changed = threading.Condition()

    @contextmanager
    def reader(self) -> Iterator[Any]:
        """A `sqlcipher3` connection in one read transaction: every query inside sees the same moment.

        Raises StorageError for failures of storage.
        """
        connection = self._take()
        try:
            connection.execute("BEGIN")
            yield connection
        except dbapi2.Error as error:
            raise translate(error) or error from error
        finally:
            self._give_back(connection)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nobody reads inside: waits for busy readers, closes all, and lets new ones wait. For swapping the file.

        Raises StorageError `store.locked` when somebody goes on reading for half a minute.
        """
        with self._changed:
            self._paused = True
            free = self._changed.wait_for(lambda: self._busy == 0, PATIENCE_S)
            self._close_idle()
        try:
            if not free:
                raise StorageError("store.locked")
            yield
        finally:
            with self._changed:
                self._paused = False
                self._changed.notify_all()

    def forget(self) -> None:
        """Close what nobody uses just now; the next reader opens anew."""
        with self._changed:
            self._close_idle()

    def close(self) -> None:
        """Close idle connections now and busy ones when they are given back."""
        with self._changed:
            self._closed = True
            self._close_idle()
            self._changed.notify_all()

    def _close_idle(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    def _take(self) -> Any:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._paused)
            if self._closed:
                raise StorageError("store.closed")
            self._busy += 1
            if self._idle:
                return self._idle.pop()
        try:
            return connect(self._path, self._key_hex, read_only=True, busy_ms=self._busy_ms)
        except BaseException:
            self._gone()
            raise

    def _give_back(self, connection: Any) -> None:
        keep = True
        try:
            connection.rollback()
        except dbapi2.Error:
            keep = False
        with self._changed:
            if keep and not self._closed and not self._paused:
                self._idle.append(connection)
            else:
                connection.close()
        self._gone()

    def _gone(self) -> None:
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()
