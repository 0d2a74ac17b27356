"""Connections that outlive their run: opening an encrypted file and learning its tables takes two milliseconds, and a
run opens a dozen. What is closed is kept by the file it belongs to, and used again for the same file: a file of a later
run is the same one, written anew in place. The same with engines (a millisecond each), and with the empty store into
which a snapshot goes (all its tables).

A connection that was in the middle of something is really closed, and so is one whose file was swapped meanwhile.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import Engine
from sqlcipher3 import dbapi2

from models.store import engine, reading, snapshots
from models.store.desk import DeskStore

HUB = "hub.db"
"""The one file without a search index."""
_SHARED_HEADER = 136
"""So many bytes at the start of a wal-index say where its log ends; zeros make SQLite read the log again."""


class KeptConnection(dbapi2.Connection):  # type: ignore[misc]
    """A connection of a run."""

    kept: Shelf
    place: tuple[Path, int, bool]

    def close(self) -> None:
        """Put it on the shelf."""
        shelf = getattr(self, "kept", None)
        if shelf is None or not shelf.take_back(self):
            super().close()

    def end(self) -> None:
        """Really close it."""
        super().close()


class Shelf:
    """Idle connections by file and way of use, and how many are in use."""

    def __init__(self) -> None:
        self._idle: dict[tuple[Path, int, bool], list[KeptConnection]] = {}
        self._out: dict[Path, int] = {}
        self._ours: dict[Path, int] = {}
        self._left: list[object] = []
        self._engines: dict[tuple[Path, str, int], Engine] = {}
        self._right = reading._opened
        self._right_engine = engine.sqlite_engine

    def engine(self, path: Path, key_hex: str, *, busy_ms: int = reading.BUSY_MS) -> Engine:
        """An engine over that file; one that was disposed of makes its connections anew."""
        if path not in self._ours:
            return self._right_engine(path, key_hex, busy_ms=busy_ms)
        place = (path, key_hex, busy_ms)
        if place not in self._engines:
            self._engines[place] = self._right_engine(path, key_hex, busy_ms=busy_ms)
        return self._engines[place]

    def opened(self, path: Path, key_hex: str, read_only: bool, busy_ms: int, page_bytes: int) -> Any:
        """A connection to that file, an idle one where there is one. Only to files that are written anew: others are
        moved and copied while nobody has them open."""
        if path not in self._ours:
            return self._right(path, key_hex, read_only, busy_ms, page_bytes)
        inode = path.stat().st_ino if path.exists() else 0
        idle = self._idle.get((path, inode, read_only))
        if not idle:
            with mock.patch.object(reading, "dbapi2", _MAKER):
                found = self._right(path, key_hex, read_only, busy_ms, page_bytes)
            found.kept, found.place = self, (path, path.stat().st_ino, read_only)
        else:
            found = idle.pop()
            _look_anew(found, path)
        self._out[path] = self._out.get(path, 0) + 1
        return found

    def take_back(self, connection: KeptConnection) -> bool:
        """Keep it, unless it is of no use any more."""
        path, inode, _ = connection.place
        if path not in self._ours:
            return False
        self._out[path] = self._out.get(path, 1) - 1
        if connection.in_transaction:
            connection.rollback()
        if not path.exists() or path.stat().st_ino != inode:
            return False
        self._idle.setdefault(connection.place, []).append(connection)
        return True

    def write_anew(self, source: Path, path: Path) -> None:
        """Let the file at `path` be what `source` is; idle connections to it stay good."""
        wal, shared = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
        if not path.exists() or path.stat().st_ino != self._ours.get(path) or self._out.get(path):  # swapped, or in use
            self.forget(path)
            for old in (path, wal, shared):
                old.unlink(missing_ok=True)
            path.write_bytes(source.read_bytes())
            self._ours[path] = path.stat().st_ino
            return
        for name, data in ((wal, b""), (path, source.read_bytes())):
            if name.exists():
                with name.open("r+b") as file:
                    file.write(data)
                    file.truncate(len(data))
        if shared.exists():
            with shared.open("r+b") as file:
                file.write(bytes(_SHARED_HEADER))

    def forget(self, path: Path) -> None:
        """Close what is kept of a file."""
        for place in [each for each in self._idle if each[0] == path]:
            self._end(place)
        self._out.pop(path, None)

    def part_with(self, path: Path) -> None:
        """From here on connections to this file are closed when they are closed: it is about to be swapped."""
        self.forget(path)
        self._ours.pop(path, None)

    def knows(self, path: Path) -> bool:
        """Is it a file that is written anew, or the log of one?"""
        return path.with_name(path.name.removesuffix("-wal").removesuffix("-shm")) in self._ours

    def abandon(self) -> None:
        """Leave everything to the process it belongs to, which this one was forked from."""
        self._left.append((self._idle, self._engines))
        self._idle, self._out, self._ours, self._engines = {}, {}, {}, {}

    def clear(self) -> None:
        """Close everything."""
        for place in list(self._idle):
            self._end(place)
        self._out.clear()
        self._engines.clear()

    def _end(self, place: tuple[Path, int, bool]) -> None:
        for connection in self._idle.pop(place):
            connection.end()


def _look_anew(connection: KeptConnection, path: Path) -> None:
    """A connection keeps in mind how a desk's search index is laid out, and only whoever reads in it asks whether that
    still holds; a check of the file would look for blocks of an earlier run."""
    if path.name != HUB:
        connection.execute("SELECT 1 FROM patient_search WHERE rowid = -1").fetchall()


class _Maker:
    """The library, with connections of ours."""

    def __getattr__(self, name: str) -> Any:
        return getattr(dbapi2, name)

    def connect(self, *arguments: Any, **how: Any) -> Any:
        return dbapi2.connect(*arguments, factory=KeptConnection, **how)


_MAKER = _Maker()
SHELF = Shelf()


@contextmanager
def connections_kept(empty: Path) -> Iterator[Shelf]:
    """Inside, connections and engines are taken from the shelf and put back there; a snapshot is put into a copy of
    `empty`, a store of today's tables."""
    right = DeskStore._swap

    def swap(store: DeskStore, build: Path) -> None:
        SHELF.part_with(store.path)
        right(store, build)

    def copied(path: Path, key_hex: str) -> Engine:
        shutil.copyfile(empty, path)
        return SHELF.engine(path, key_hex)

    replaced: tuple[tuple[Any, str, Any], ...] = (
        (reading, "_opened", SHELF.opened), (DeskStore, "_swap", swap), (engine, "sqlite_engine", SHELF.engine),
        (snapshots, "sqlite_engine", copied), (snapshots, "make_tables", lambda *_: None),
    )  # fmt: skip
    with ExitStack() as stack:
        for where, name, instead in replaced:
            stack.enter_context(mock.patch.object(where, name, instead))
        yield SHELF


def run_folder(parent: Path) -> Path:
    """The folder in which this process plays its runs, one after the other; what the last one left beside the files
    that are written anew is taken away."""
    folder = _folder(parent, os.getpid())
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif not SHELF.knows(path):
            path.unlink()
    return folder


@cache
def _folder(parent: Path, process: int) -> Path:
    SHELF.abandon()
    folder = parent / f"runs-{process}"
    folder.mkdir()
    return folder
