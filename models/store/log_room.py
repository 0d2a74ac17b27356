"""Room ahead in a store's write-ahead log: blocks that are on the disk before a commit comes to them.

Where a commit makes the log longer, its sync also waits for the file system to write down a new size and new blocks; to
write again what is there takes half as long. So the log gets its room while nobody waits, and begins again from its
start after a checkpoint (`models.store.checkpoints`).

A log knows by itself where it ends (SQLite's file format, section 4.4): a frame counts only with the salt of the header
and the running sum of all frames before it. Zeros have neither.
"""

from __future__ import annotations

import os
import shutil
from io import FileIO
from pathlib import Path

ROOM = 16 << 20
"""Bytes: more than is written between two checkpoints where people work."""

_HEAD = 4_096
_SHARE = 50
"""At most a fiftieth of what is free: the room must not be what fills a small disk."""

_BLOCK = bytes(1 << 20)


def make_room(log: Path) -> bool:
    """Let the log of a store be at least ROOM bytes long, all of them on the disk. Is it now?

    Whoever calls holds the store's write lock (BEGIN IMMEDIATE): nobody may add to the log meanwhile. What is there is
    never touched, and where the disk has no room to give the log is as it was. Closing the file frees nobody's lock:
    SQLite has none on a log.
    """
    try:
        with FileIO(log, "r+") as file:
            there = os.fstat(file.fileno()).st_size
            if there < ROOM and shutil.disk_usage(log.parent).free < ROOM * _SHARE:
                return False
            return there >= ROOM or _grown(file, there)
    except OSError:
        return False


def _grown(file: FileIO, there: int) -> bool:
    try:
        if not there:  # first of all: blocks that once were the beginning of an older log must never be read as one
            _fill(file, 0, _HEAD)
        _fill(file, there or _HEAD, ROOM)
    except OSError:
        file.truncate(there)
        return False
    return True


def _fill(file: FileIO, start: int, end: int) -> None:
    """Zeros from `start` to `end`, on the disk when this returns."""
    file.seek(start)
    while (at := file.tell()) < end:
        file.write(_BLOCK[: end - at])
    os.fsync(file.fileno())
