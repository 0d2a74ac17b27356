"""A hub's transactions that write: on SQLite always by the same connection.

There is one writer at a time anyway, and what a connection has read of the file stays at hand until another one
commits: with a connection for each transaction every page would be fetched, proven and decrypted anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from models.store.log_room import make_room
from models.store.reading import PAGE_BYTES

CARRIED_BYTES = 16 << 20
"""When the write-ahead log has grown by so much, the commit that filled it carries it into the file. Pages that are
written again and again in between are carried once; SQLite's own measure would do it with every push of an import."""


class HubWriter:
    """Begins and ends transactions that write. Thread-safe; not to be used within one of its own transactions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._alone = engine.dialect.name == "sqlite"
        self._turn = threading.Lock()
        self._kept: Connection | None = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A connection in a transaction: committed at the end, taken back when something is raised."""
        if not self._alone:
            with self._engine.begin() as connection:
                yield connection
            return
        with self._turn:
            if self._kept is None:
                self._kept = self._engine.connect()
                driver: Any = self._kept.connection.dbapi_connection
                driver.execute(f"PRAGMA wal_autocheckpoint = {CARRIED_BYTES // PAGE_BYTES}")
            with self._kept.begin():
                yield self._kept

    def keep_room(self) -> None:
        """Give the write-ahead log room ahead (`models.store.log_room`); nothing to do on PostgreSQL."""
        if self._alone:
            with self.begin() as connection:
                (_, _, file), *_ = connection.exec_driver_sql("PRAGMA database_list").fetchall()
                make_room(Path(f"{file}-wal"))

    def forget(self) -> None:
        """Open anew at the next transaction; waits for one under way."""
        with self._turn:
            kept, self._kept = self._kept, None
            if kept is not None:
                kept.close()
