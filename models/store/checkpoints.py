"""Carries a store's write-ahead log into its file on a thread of its own, so that no sale waits for it.

SQLite would do this inside whichever commit fills the log; here the writer only counts. Safe beside a writer: the
library is new enough (`reading.OLDEST_SQLITE`). Afterwards the log begins again from its start, in blocks that are on
the disk already (`models.store.log_room`).
"""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import Any

from models.basics.errors import StorageError
from models.basics.facts import facts
from models.store.failures import translate
from models.store.log_room import make_room
from models.store.reading import connect

_log = logging.getLogger(__name__)

WRITES = 128
BYTES = 16 << 20
"""After so many writes, or when the log has grown by so much since the last time."""

MOMENT_MS = 8
"""So long the newest pages wait for a gap between two commits, and hold up a commit that comes meanwhile."""

LARGEST = 64 << 20
"""Beyond this writers are held up until the log begins again from its start."""


class Checkpoints:
    """Call `written` after every commit; `close` before the file is moved or left."""

    def __init__(self, path: Path, key_hex: str, busy_ms: int) -> None:
        self._path, self._key_hex, self._busy_ms = path, key_hex, busy_ms
        self._wal = path.with_name(path.name + "-wal")
        self._writes = self._size = 0
        self._wanted = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def make_room(self, driver: Any) -> None:
        """Give the log room ahead, while nobody adds to it. `driver` is the writer's own connection, in no
        transaction."""
        driver.execute("BEGIN IMMEDIATE")
        try:
            make_room(self._wal)
        finally:
            driver.rollback()
        self._size = self._wal_size()

    def written(self) -> None:
        """Count a commit; every so often the thread is woken."""
        self._writes += 1
        if self._writes < WRITES and self._wal_size() < self._size + BYTES:
            return
        self._writes, self._size = 0, self._wal_size()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="store-checkpoints", daemon=True)
            self._thread.start()
        self._wanted.set()

    def close(self) -> None:
        """End the thread, after a checkpoint that is under way."""
        self._closing = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _wal_size(self) -> int:
        try:
            return os.stat(self._wal).st_size  # after every commit
        except OSError:
            return 0

    def _work(self) -> None:
        connection: Any = None
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._closing:
                break
            try:
                connection = connection or connect(self._path, self._key_hex, busy_ms=self._busy_ms)
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                patience_ms = self._busy_ms if self._wal_size() > LARGEST else MOMENT_MS
                connection.execute(f"PRAGMA busy_timeout = {patience_ms}")
                connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()  # little is left to carry
            except Exception as error:  # the log keeps everything; the next turn tries again
                found = translate(error) or error
                if not isinstance(found, StorageError):
                    raise
                _log.warning("checkpoint failed", extra=facts(key=found.message_key))
        if connection is not None:
            connection.close()
