"""Brings a store from before 0003 to pages of today's size; the desk's way there is `models.store.upgrade`."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from models.store.failures import translate
from models.store.reading import PAGE_BYTES, connect

_log = logging.getLogger(__name__)


def export(connection: Any, build: Path, key_hex: str) -> None:
    """Write everything of an open store into the new file `build`, under the same key, with pages of today's size."""
    connection.execute(f"ATTACH ? AS build KEY \"x'{key_hex}'\"", (str(build),))
    connection.execute("SELECT sqlcipher_export('build')").fetchone()
    connection.execute("DETACH build")


def fit_pages(path: Path, key_hex: str) -> None:
    """Give a hub's file small pages, if it has large ones: copied, then put in its place by one rename. Nobody else may
    have it open. Raises StorageError; the file is as it was then."""
    connection = connect(path, key_hex)
    build = path.with_name(path.name + ".building")
    try:
        if int(connection.execute("PRAGMA page_size").fetchone()[0]) == PAGE_BYTES:
            return
        build.unlink(missing_ok=True)
        export(connection, build, key_hex)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except Exception as error:
        build.unlink(missing_ok=True)
        raise translate(error) or error from error
    finally:
        connection.close()
    os.replace(build, path)
    _log.info("pages of the store made smaller")
