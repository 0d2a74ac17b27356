"""Documents' bytes in backups: copied once, as they lie, into a folder beside the backups that all of them share.

A backup of a store carries the key of its documents (`PART`); the folder beside it holds them encrypted under it, each
under its own name, so that a second backup copies only what is new. Putting one back writes them under the key of the
store they belong to from then on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlcipher3 import dbapi2

from models.basics.errors import StorageError
from models.store.failures import translate
from models.store.reading import connect
from models.store.vault import RECORD_BYTES, Vault

PART = "documents-key"
FOLDER = "documents"
_KNOWN = "SELECT 1 FROM sqlite_master WHERE name = 'document'"
_LISTED = "SELECT tenant, content_id, max(size_bytes) FROM document WHERE removed_at = '' {} GROUP BY 1, 2"

Content = tuple[str, str, int]
"""(practice, SHA-256 in hex, size in bytes)."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """What came of putting documents back: how many lie there now, and how many the backup did not hold."""

    there: int
    missing: int


def part_of(key: bytes) -> dict[str, str]:
    """The part of a backup that opens its documents."""
    return {PART: key.hex()}


def listed(path: Path, key_hex: str, *, only_here: bool = False) -> list[Content]:
    """Every content that a SQLCipher store lists; with `only_here` those of which no hub has said that it has them.
    Empty before there is a store. Raises StorageError as opening does."""
    if not path.exists():
        return []
    connection = connect(path, key_hex, read_only=True)
    try:
        known = connection.execute(_KNOWN).fetchone()  # an older store knows of no documents
        more = "AND verdict = ''" if only_here else ""
        rows = connection.execute(_LISTED.format(more)).fetchall() if known else []
    except dbapi2.Error as error:
        raise translate(error) or error from error
    finally:
        connection.close()
    return [(str(tenant), str(content_id), int(size)) for tenant, content_id, size in rows]


def copy_out(folder: Path, to: Path) -> int:
    """Copy what lies in a vault's `folder` and not yet in `to`/documents; how many files that were. Raises StorageError
    `store.disk_full` or `backup.not_written`; what was copied before stays, and nothing is there half."""
    copied = 0
    try:
        for path in sorted(folder.glob("??/*")):
            place = to / FOLDER / path.parent.name / path.name
            if path.suffix or (place.exists() and place.stat().st_size == path.stat().st_size):
                continue
            _copy(path, place)
            copied += 1
    except OSError as error:
        raise StorageError("store.disk_full" if error.errno == 28 else "backup.not_written") from error
    return copied


def _copy(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = place.with_name(f"{place.name}.{os.getpid()}.part")
    try:
        with open(path, "rb") as source, open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
            shutil.copyfileobj(source, copy, RECORD_BYTES)
            copy.flush()
            os.fsync(copy.fileno())
        os.replace(new, place)
    except FileNotFoundError:  # taken out of every list in this moment
        pass
    finally:
        with suppress(OSError):
            new.unlink()


def put_back(backup: Path, parts: Mapping[str, str], contents: Iterable[Content], target: Vault) -> PutBack:
    """Write the documents a restored store lists into its own vault, from the folder beside its backup. What the backup
    does not hold, or no longer whole, is left out: desks and hub bring it to each other. Raises StorageError when they
    cannot be written."""
    told = parts.get(PART, "")
    source = Vault(backup.parent / FOLDER, bytes.fromhex(told)) if told else None
    there = missing = 0
    for tenant, content_id, size in contents:
        if target.has(tenant, content_id) or (source is not None and _moved(source, target, tenant, content_id, size)):
            there += 1
        else:
            missing += 1
    return PutBack(there, missing)


def _moved(source: Vault, target: Vault, tenant: str, content_id: str, size: int) -> bool:
    """Was a content there whole, so that the target has it now?"""
    try:
        source.check(tenant, content_id)
    except StorageError:
        return False
    have = target.came(tenant, content_id, size)
    while have < size:
        record = next(source.read(tenant, content_id, have, RECORD_BYTES))
        have = target.add(tenant, content_id, size, have, record)
    return True
