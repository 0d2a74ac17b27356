"""One program for one desk: a second one on the same folder would talk to the same reader and printer."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from models.basics.errors import StorageError


class FolderLock:
    """Holds a desk's folder as long as it lives; a program that dies lets go by itself."""

    def __init__(self, folder: Path) -> None:
        """Raises StorageError `store.open_elsewhere` when another program holds the folder."""
        self._file = os.open(folder / "desk.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._file)
        except OSError as error:
            os.close(self._file)
            raise StorageError("store.open_elsewhere") from error

    def release(self) -> None:
        """Let go. Twice is nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
