"""A file that only takes room: given free when the disk is full, so that the day can still be finished."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from models.basics.facts import facts

log = logging.getLogger(__name__)

MOST_BYTES = 64 << 20
_SHARE = 50
"""At most a fiftieth of what is free: on a small disk the reserve must not be what fills it."""

_BLOCK = bytes(1 << 20)


class Reserve:
    """The reserve in one file. Any thread; failures to make it are no failures of the desk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def size(self) -> int:
        """How much is kept now, in bytes; 0 when there is none."""
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def keep(self) -> int:
        """Take the room, if it is not taken and the disk has enough. Returns how much is kept."""
        if self.size():
            return self.size()
        wanted = min(MOST_BYTES, shutil.disk_usage(self._path.parent).free // _SHARE)
        draft = self._path.with_suffix(".new")
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                for _ in range(wanted >> 20):  # written, not only promised: a hole takes no room
                    file.write(_BLOCK)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self._path)
        except OSError:
            draft.unlink(missing_ok=True)
            log.warning("no reserve", extra=facts(wanted=wanted))
        return self.size()

    def give(self) -> bool:
        """Give the room free. Was there any?"""
        there = self.size()
        try:
            self._path.unlink()
        except OSError:
            return False
        log.warning("reserve given", extra=facts(bytes=there))
        return there > 0
