"""Files a person asked for: written whole or not at all, and readable by nobody else of this computer."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from models.basics.errors import StorageError


def save_private(path: Path, content: bytes) -> None:
    """Write `content` to `path` for this user alone (mode 0600), replacing a file that is there in one step.

    Raises StorageError `export.not_written`; a file that was there is as it was then.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise StorageError("export.not_written", reason=error.strerror or "") from error
