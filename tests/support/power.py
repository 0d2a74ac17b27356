"""A disk whose power fails: every write and every sync of a database is recorded, and images are built of what a cut at
some moment may have left. What was synced is there; of what was not, any write may be missing, and the last one torn.
Where a file grew and what was written there never arrived, what lay in these blocks before may come to light.

SQLite's own tests do the same with a VFS of their own ("How SQLite Is Tested", section 3.3).
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import apsw

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes were written to a file; perhaps they never reached the disk."""

    file: str
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncated:
    """A file was cut."""

    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """Everything written to the file before is on the disk."""

    file: str


@dataclass(frozen=True, slots=True)
class Told:
    """From here on somebody relies on this having been taken."""

    what: str


Event = Write | Truncated | Synced | Told


@dataclass
class Recorder:
    """What happened, in order. `files` names what is recorded, by the end of its path."""

    folder: Path
    events: list[Event] = field(default_factory=list)

    def vfs(self, name: str) -> apsw.VFS:
        """A VFS that writes through to the real disk and records. Keep it as long as connections use it."""
        return _Recording(name, self)

    def told(self, what: str) -> None:
        """Somebody was told."""
        self.events.append(Told(what))

    def disk(self) -> tuple[type[FileIO], Any]:
        """Files and system calls for a module that writes beside the database, recorded as well: its `FileIO`, `os`."""
        recorder = self

        class Recorded(FileIO):
            def write(self, data: Any) -> int:
                recorder.events.append(Write(Path(str(self.name)).name, self.tell(), bytes(data)))
                return super().write(data)

            def truncate(self, size: int | None = None) -> int:
                recorder.events.append(Truncated(Path(str(self.name)).name, size or 0))
                return super().truncate(size)

            def fileno(self) -> int:
                names[super().fileno()] = Path(str(self.name)).name
                return super().fileno()

        def fsync(file: int) -> None:
            os.fsync(file)
            recorder.events.append(Synced(names[file]))

        names: dict[int, str] = {}
        return Recorded, SimpleNamespace(fstat=os.fstat, fsync=fsync)

    def image(self, base: dict[str, bytes], point: int, chance: random.Random, to: Path, *,
              stale: Mapping[str, bytes] | None = None) -> set[str]:  # fmt: skip
        """Write to `to` what a cut after `point` events may have left of `base`; returns what had been told by then.
        `stale` is what lay before in the blocks that a file grows into: by its name, each at its place in it."""
        stale = stale or {}
        files = {name: bytearray(content) for name, content in base.items()}
        last_sync = {event.file: n for n, event in enumerate(self.events[:point]) if isinstance(event, Synced)}
        keeps = chance.random()
        for n, event in enumerate(self.events[:point]):
            if isinstance(event, Write | Truncated):
                durable = n < last_sync.get(event.file, -1)
                content = files.setdefault(event.file, bytearray())
                if isinstance(event, Write) and not durable and event.file in stale and chance.random() < 0.5:
                    _grow(content, event.at + len(event.data), stale[event.file])
                if durable or chance.random() < keeps:
                    _apply(content, event, None if durable else chance)
        to.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (to / name).write_bytes(content)
        return {event.what for event in self.events[:point] if isinstance(event, Told)}


def _grow(content: bytearray, end: int, stale: bytes) -> None:
    """The new size came to the disk, the bytes did not."""
    content.extend(stale[len(content) : end])
    content.extend(bytes(max(0, end - len(content))))


def _apply(content: bytearray, event: Write | Truncated, torn_by: random.Random | None) -> None:
    if isinstance(event, Truncated):
        del content[event.size :]
        return
    data = event.data
    if torn_by is not None and torn_by.random() < 0.5:  # some of its sectors only
        data = data[: SECTOR * torn_by.randint(0, len(data) // SECTOR)]
    if len(content) < event.at:
        content.extend(bytes(event.at - len(content)))
    content[event.at : event.at + len(data)] = data


class _Recording(apsw.VFS):
    def __init__(self, name: str, recorder: Recorder) -> None:
        self.recorder = recorder
        super().__init__(name, "")

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> apsw.VFSFile:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        return _RecordedFile(self.recorder, path or "", name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.recorder.events.append(Truncated(Path(filename).name, 0))
        super().xDelete(filename, syncdir)


class _RecordedFile(apsw.VFSFile):
    def __init__(self, recorder: Recorder, path: str, name: apsw.URIFilename | str | None, flags: list[int]) -> None:
        self.events, self.file = recorder.events, Path(path).name
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self.events.append(Write(self.file, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self.events.append(Truncated(self.file, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self.events.append(Synced(self.file))
