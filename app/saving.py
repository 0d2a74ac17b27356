"""Files a person asked for: written whole or not at all, and readable by nobody else of this computer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from models.basics.errors import StorageError


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """A file for this user alone (mode 0600) that is written inside the block and replaces `path` in one step at its
    end. Whatever is raised inside leaves nothing.

    Raises StorageError `export.not_written`; a file that was there is as it was then.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        raise StorageError("export.not_written", reason=error.strerror or "") from error
    finally:
        with suppress(OSError):
            new.unlink()


def save_private(path: Path, content: bytes) -> None:
    """Write `content` to `path` for this user alone, replacing a file that is there in one step. Raises as
    `private_file`."""
    with private_file(path) as file:
        file.write(content)
