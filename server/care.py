"""Backups of a hub that runs as a service: made by itself in time, made now, and put back.

A hub that a desk hosts is backed up with that desk (`app.backup`). The recovery key of a service lies in a file of its
data folder that only its owner can read; whoever runs it copies the key to paper.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models.basics.clock import Clock, utc_text
from models.basics.errors import PosError, StorageError
from models.basics.facts import facts
from models.operations.recovery_key import backup_key, new_recovery_key
from models.store.engine import postgres_engine
from models.store.hub import HubStore
from models.store.shelf import Shelf
from models.store.vault import Vault
from server.deps import Hub
from server.settings import HubSettings

if TYPE_CHECKING:
    from models.store.backups import Backup, Manifest
    from models.store.document_copies import Content

log = logging.getLogger(__name__)

RECOVERY_FILE = "recovery.key"
BESIDE = ("hub-certificate.pem", "hub-certificate.key", "log.key")
"""What a hub needs beside its database to be the same hub to its desks."""

LOOK_S = 600.0
PATIENCE_S = 4 * 3600.0
"""A backup that takes longer hangs: it is ended, and tried again."""

FIRST_AFTER_S = 90.0
TOO_OLD = timedelta(days=7)
"""Desks keep what they sent for 45 days; a week leaves time to notice."""


def recovery_key(data_dir: Path) -> tuple[str, bool]:
    """The recovery key of a service, and whether it was made just now. Raises RuleBroken `recovery_key.…`."""
    path = data_dir / RECOVERY_FILE
    made = not path.exists()
    if made:
        data_dir.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as new:
            new.write(new_recovery_key() + "\n")
            new.flush()
            os.fsync(new.fileno())
    key = path.read_text("ascii", errors="replace").strip()
    backup_key(key)
    return key, made


def back_up(settings: HubSettings, clock: Clock, folder: Path) -> tuple[Path, Manifest]:
    """Write a checked backup into `folder` and take old ones away. Raises StorageError; older ones are as they were."""
    from models.store.document_copies import copy_out

    key = backup_key(recovery_key(settings.data_dir)[0])
    shelf = shelf_of(settings, folder)
    if not shelf.hold():
        raise StorageError("backup.running")
    try:
        path, made = shelf.put(clock.now(), partial(_write, settings, key, utc_text(clock.now())))
        copy_out(settings.documents_path, folder)
    finally:
        shelf.let_go()
    return path, made.manifest


def _write(settings: HubSettings, key: str, now: str, to: Path) -> Backup:
    from models.store.backups import back_up_database, back_up_store  # what migrates: a third of a second
    from models.store.document_copies import part_of

    parts = {name: (settings.data_dir / name).read_text("utf-8") for name in BESIDE
             if (settings.data_dir / name).exists()} | part_of(settings.documents_key())  # fmt: skip
    if not settings.shared:
        return back_up_store(settings.database_path, settings.key_hex, "hub", to, key, now=now, parts=parts)
    engine = postgres_engine(settings.database_url)
    try:
        return back_up_database(engine, to, key, now=now, parts=parts)
    finally:
        engine.dispose()


def shelf_of(settings: HubSettings, folder: Path) -> Shelf:
    """The backups of this hub in a folder. A hub is known by the file of its recovery key: one hub, one key."""
    return Shelf(folder, "hub", recovery_key(settings.data_dir)[0])


def restore(settings: HubSettings, clock: Clock, file: Path, key_file: Path | None, *, replace: bool) -> Manifest:
    """Put a backup where this hub looks for its practices, while it does not run, with certificate and keys beside it.

    Raises RuleBroken or StorageError as `models.store.restoring` does; nothing was changed then.
    """
    from models.store.backups import read_manifest
    from models.store.document_copies import listed, put_back
    from models.store.restoring import restore_database, restore_store

    written = key_file.read_text("utf-8").strip() if key_file else recovery_key(settings.data_dir)[0]
    key = backup_key(written)
    manifest = read_manifest(file, key)
    if settings.shared:
        engine = postgres_engine(settings.database_url)
        try:
            opened = restore_database(file, key, engine, clock, settings.data_dir / "restoring.db")
        finally:
            engine.dispose()
    else:
        opened = restore_store(file, key, settings.database_path, settings.key_hex, "hub", clock, replace=replace,
                               stamp=f"{clock.now():%Y%m%d-%H%M%S}")  # fmt: skip
    contents = _listed_there(settings) if settings.shared else listed(settings.database_path, settings.key_hex)
    put_back(file, opened.parts, contents, Vault(settings.documents_path, settings.documents_key()))
    for name in BESIDE:
        if name in opened.parts and not (settings.data_dir / name).exists():
            _keep(settings.data_dir / name, opened.parts[name])
    return manifest


def _listed_there(settings: HubSettings) -> list[Content]:
    """Every content that the practices of a shared database list."""
    store = HubStore.open(postgres_engine(settings.database_url))
    try:
        return [(tenant, *each) for tenant in store.tenants() for each in store.documents.contents(tenant)]
    finally:
        store.close()


def _keep(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())


# By itself ----------------------------------------------------------------------------------------------------------


def too_old(settings: HubSettings, clock: Clock) -> bool:
    """Is the last good backup older than a hub may let it be? Where none are made here: no."""
    if settings.backup_to is None:
        return False
    newest = shelf_of(settings, settings.backup_to).newest()
    return newest is None or clock.now() - newest > TOO_OLD


async def keep_backed_up(hub: Hub) -> None:
    """Look every ten minutes, until cancelled; the work is done by a process of its own, at low priority."""
    settings = hub.settings
    if settings.backup_to is None:
        return
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        try:
            await hub.go_on(back_up_when_due, settings, hub.clock)
            if await hub.go_on(too_old, settings, hub.clock):
                log.error("no good backup for a week", extra=facts(days=TOO_OLD.days))
        except PosError as error:
            log.error("backup not made", extra=facts(error=error.message_key))
        await asyncio.sleep(LOOK_S)


def back_up_when_due(settings: HubSettings, clock: Clock) -> bool:
    """Make one in a process of its own when the newest is old enough. Was it time? Raises StorageError."""
    assert settings.backup_to is not None
    newest = shelf_of(settings, settings.backup_to).newest()
    if newest is not None and clock.now() - newest < timedelta(hours=settings.backup_hours):
        return False
    try:
        done = subprocess.run(_program(settings), env=_environment(settings), check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, timeout=PATIENCE_S)  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise StorageError("backup.ended") from error
    if done.returncode:
        raise StorageError("backup.ended")
    return True


def _program(settings: HubSettings) -> list[str]:
    program = [sys.executable, "server"] if getattr(sys, "frozen", False) else [sys.executable, "-m", "server"]
    words = ["--backup", str(settings.backup_to), "--data-dir", str(settings.data_dir)]
    return [*program, *words, *(["--key-file", str(settings.key_file)] if settings.key_file else [])]


def _environment(settings: HubSettings) -> dict[str, str]:
    """This program's environment; the database's address travels there, where others of the machine do not see it."""
    root = str(Path(__file__).resolve().parents[1])
    known = os.environ.get("PYTHONPATH", "")
    address = {"COPAYDESK_DATABASE_URL": settings.database_url} if settings.shared else {}
    return {**os.environ, **address, "PYTHONPATH": f"{root}{os.pathsep}{known}" if known else root}


def let_others_first() -> None:
    """Work at low priority from here on, where the system knows that."""
    with suppress(AttributeError, OSError):
        os.nice(10)
