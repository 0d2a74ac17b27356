"""A folder of backups: each under its name, older ones taken away by rule, the newest known without any key.

The folder may be another disk or a share, and hold other things and other clinics' backups: those are left alone.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.basics.errors import StorageError
from models.rules.keeping import BackupName, parse_name, to_remove

if TYPE_CHECKING:
    from models.store.backups import Backup

HELD_S = 6 * 3600
"""A program that holds a shelf longer than this has died: no backup takes so long."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The backups of one desk (`desk-<number>`) or hub (`hub`) in a folder. `identity`: its id, which only its digest
    shows in names."""

    folder: Path
    what: str
    identity: str

    @property
    def source(self) -> str:
        """Eight signs that tell this desk or hub from another."""
        return hashlib.sha256(self.identity.encode()).hexdigest()[:8]

    def put(self, at: datetime, make: Callable[[Path], Backup]) -> tuple[Path, Backup]:
        """Let `make` write the backup of this moment, then take away what need not be kept.

        Raises what `make` raises, and StorageError `backup.folder_missing` when the folder is on a disk that is not
        there; older backups are untouched then.
        """
        name = str(BackupName(self.what, self.source, at.astimezone(UTC)))
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StorageError("backup.folder_missing") from error
        made = make(self.folder / name)
        for old in to_remove((found.name for found in self.folder.iterdir()), self.what, self.source):
            with suppress(OSError):
                (self.folder / old).unlink()
        return self.folder / name, made

    def newest(self) -> datetime | None:
        """When the newest good one was made; None without any, or when the folder cannot be read."""
        try:
            told = [parse_name(found.name) for found in self.folder.iterdir()]
        except OSError:
            return None
        return max((name.at for name in told if name and (name.what, name.source) == (self.what, self.source)),
                   default=None)  # fmt: skip

    def hold(self) -> bool:
        """Take the shelf for one backup, when no other program makes the same now; `let_go` afterwards."""
        with suppress(OSError):
            if time.time() - self._holder.stat().st_mtime > HELD_S:
                self._holder.unlink()
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self._holder, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        except OSError as error:
            raise StorageError("backup.folder_missing") from error
        return True

    def let_go(self) -> None:
        """The backup is made, or failed."""
        with suppress(OSError):
            self._holder.unlink()

    @property
    def _holder(self) -> Path:
        return self.folder / f".copaydesk-{self.what}-{self.source}.making"
