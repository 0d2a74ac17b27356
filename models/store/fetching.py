"""Chunks of a snapshot as they arrive, kept until all are there: a broken download goes on where it stopped.

They hold patients, so they lie in an encrypted file of their own beside the store, under the store's key. Chunks are
known by their SHA-256, so what an older snapshot had in common with a newer one is not fetched again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from sqlcipher3 import dbapi2

from models.basics.errors import StorageError, SyncRefused
from models.store.failures import translate
from models.store.reading import connect
from models.store.upgrade import remove_build


class FetchedChunks:
    """What is there of a snapshot. For one thread; every call is durable when it returns. Raises StorageError."""

    def __init__(self, store: Path, key_hex: str) -> None:
        self._path, self._key_hex = store.with_name(store.name + ".fetching"), key_hex

    def manifest(self) -> dict[str, Any] | None:
        """The manifest that is being fetched, or None."""
        if not self._path.exists():
            return None
        rows = self._run("SELECT value FROM manifest")
        return orjson.loads(rows[0][0]) if rows else None

    def begin(self, manifest: Mapping[str, Any]) -> None:
        """Fetch this one from here on; chunks of another that it shares are kept."""
        wanted = orjson.dumps([chunk["sha256"] for chunk in manifest["chunks"]]).decode()
        self._run("DELETE FROM chunk WHERE sha256 NOT IN (SELECT value FROM json_each(?))", (wanted,))
        self.forget()
        self._run("INSERT INTO manifest (value) VALUES (?)", (orjson.dumps(dict(manifest)).decode(),))

    def forget(self) -> None:
        """This manifest is of no use any more; its chunks may be."""
        if self._path.exists():
            self._run("DELETE FROM manifest")

    def missing(self, manifest: Mapping[str, Any]) -> list[str]:
        """The ids of chunks that are still to be fetched, in order."""
        there = {row[0] for row in self._run("SELECT sha256 FROM chunk")}
        return [str(chunk["id"]) for chunk in manifest["chunks"] if chunk["sha256"] not in there]

    def add(self, manifest: Mapping[str, Any], chunk_id: str, content: bytes) -> None:
        """Keep a chunk. Raises SyncRefused `sync.snapshot_damaged` when it is not the one the manifest names."""
        told = next(chunk["sha256"] for chunk in manifest["chunks"] if chunk["id"] == chunk_id)
        if hashlib.sha256(content).hexdigest() != told:
            raise SyncRefused("sync.snapshot_damaged")
        self._run("INSERT INTO chunk (sha256, content) VALUES (?, ?) ON CONFLICT DO NOTHING", (told, content))

    def chunks(self, manifest: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
        """Every chunk by its id, in the manifest's order."""
        for chunk in manifest["chunks"]:
            rows = self._run("SELECT content FROM chunk WHERE sha256 = ?", (chunk["sha256"],))
            yield str(chunk["id"]), bytes(rows[0][0])

    def clear(self) -> None:
        """Nothing of it is needed any more."""
        remove_build(self._path)

    def _run(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        try:
            connection = connect(self._path, self._key_hex)
        except StorageError as error:
            if error.message_key not in {"store.key_wrong", "store.damaged"}:
                raise
            self.clear()  # of another key, or damaged: it is only a copy of what the hub has
            connection = connect(self._path, self._key_hex)
        try:
            connection.execute("CREATE TABLE IF NOT EXISTS manifest (value TEXT NOT NULL)")
            connection.execute("CREATE TABLE IF NOT EXISTS chunk (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL)")
            return list(connection.execute(statement, values).fetchall())
        except dbapi2.Error as error:
            raise translate(error) or error from error
        finally:
            connection.close()
