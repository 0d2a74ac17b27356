"""`copaydesk wipe` and `copaydesk may-remove`: a desk leaves a computer, and nothing that only it knows is lost.

Everything of the desk's folder and every key goes. What has not reached the hub stands in the way, unless it was first
written into a file of its own that opens with the recovery key; a hub that runs here, unless it was backed up.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TextIO

from app.backup import recovery_key
from app.folders import Folders, desk_folder
from app.one_desk import FolderLock
from app.secrets import DEVICE_KEY, DEVICE_KEY_BEFORE, DEVICE_KEY_NEXT, HUB_KEY, RECOVERY_KEY, STORE_KEY, Secrets
from app.settings import HUB_HERE, Settings
from app.words import Words, sentence, sentence_for
from models.basics.clock import Clock, SystemClock, utc_text
from models.basics.errors import PosError, RuleBroken, StorageError
from models.operations.recovery_key import backup_key
from models.store.queries.care import stream_of

FREE, WAITING, UNKNOWN = 0, 3, 4
"""Exit statuses an installer asks for: may be removed; records wait here; that cannot be told."""


def add_wipe_options(sub: argparse.ArgumentParser) -> None:
    """The options of `copaydesk wipe`."""
    sub.add_argument("--yes-remove-everything", action="store_true", help="the word without which nothing is removed")
    sub.add_argument("--save-outbox", type=Path, metavar="FILE",
                     help="first write the whole store, with what waits, into FILE: encrypted, opens with the "
                          "recovery key")  # fmt: skip
    sub.add_argument("--hub-backup", type=Path, metavar="FILE", help="a backup of the hub that runs here: proves "
                     "that there is one")  # fmt: skip


def wipe_command(options: argparse.Namespace, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Remove the desk. Returns 0 when nothing of it is left, 3 when records wait here, else 2; nothing was removed
    then, unless a file would not go."""
    out, err = out or sys.stdout, err or sys.stderr
    folders = desk_folder(options.home)
    try:
        if not options.yes_remove_everything:
            raise RuleBroken("wipe.word_missing")
        said = wipe(folders, SystemClock(), save_to=options.save_outbox, hub_backup=options.hub_backup)
    except PosError as error:
        print(sentence_for(error), file=err)
        return WAITING if error.message_key in ("wipe.waiting", "wipe.documents") else 2
    for words in said:
        print(words, file=out)
    return FREE


def may_remove_command(options: argparse.Namespace, out: TextIO | None = None) -> int:
    """What an installer asks before it removes the program: 0 it may, 3 records wait here or the hub lives here, 4 it
    cannot be told. One sentence says why."""
    out = out or sys.stdout
    folders = desk_folder(options.home)
    try:
        _refuse_what_would_be_lost(folders, *_opened(folders), saved=False, hub_saved=False)
    except RuleBroken as error:
        print(sentence_for(error), file=out)
        return WAITING
    except PosError as error:
        print(sentence_for(error), file=out)
        return UNKNOWN
    return FREE


def wipe(folders: Folders, clock: Clock, *, save_to: Path | None = None, hub_backup: Path | None = None) -> list[Words]:
    """Remove everything of a desk: store, hub, settings, log, backups in its own folder, and its keys.

    Raises PosError, nothing removed: `wipe.inside` (a file to keep lies in the folder that goes), `wipe.waiting`
    (records have not reached the hub), `wipe.documents` (documents have not), `wipe.hub_here`, `store.open_elsewhere`
    (the window is open), what writing `save_to` raises. Raises StorageError `wipe.not_removed` when a file would not
    go; the keys are gone then, so what is left cannot be read.
    """
    said: list[Words] = []
    if not folders.home.exists():
        return [sentence("wipe.done")]
    for kept in (save_to, hub_backup):
        if kept is not None and kept.resolve().is_relative_to(folders.home.resolve()):
            raise RuleBroken("wipe.inside", file=kept.name)
    lock = FolderLock(folders.home)
    try:
        settings, secrets = _opened(folders)
        saved = save_to is not None and folders.store.exists()
        if save_to is not None and saved:
            said.append(_save(folders, secrets, save_to, clock))
        hub_saved = hub_backup is not None and _is_hub_backup(hub_backup, secrets)
        _refuse_what_would_be_lost(folders, settings, secrets, saved=saved, hub_saved=hub_saved)
        secrets.forget((STORE_KEY, HUB_KEY, DEVICE_KEY, DEVICE_KEY_BEFORE, DEVICE_KEY_NEXT, RECOVERY_KEY))
    finally:
        lock.release()
    try:
        shutil.rmtree(folders.home)
    except OSError as error:
        raise StorageError("wipe.not_removed", file=Path(error.filename or folders.home).name) from error
    return [*said, sentence("wipe.done")]


def _opened(folders: Folders) -> tuple[Settings, Secrets]:
    settings = Settings.load(folders.settings)
    return settings, Secrets(folders, settings)


def _refuse_what_would_be_lost(
    folders: Folders, settings: Settings, secrets: Secrets, *, saved: bool, hub_saved: bool
) -> None:
    if folders.store.exists() and not saved:
        waiting = _waiting(folders, secrets)
        if waiting:
            raise RuleBroken("wipe.waiting", count=waiting)
        only_here = _documents_only_here(folders, secrets)
        if only_here:
            raise RuleBroken("wipe.documents", count=only_here)
    if settings.get(HUB_HERE) and (folders.hub / "hub.db").exists() and not hub_saved:
        raise RuleBroken("wipe.hub_here")


def _waiting(folders: Folders, secrets: Secrets) -> int:
    key = secrets.get(STORE_KEY)
    if key is None:
        raise StorageError("care.key_unavailable")
    try:
        return stream_of(folders.store, key).waiting
    except StorageError as error:
        if error.message_key == "store.not_enrolled":  # set-up was never finished: nothing was taken here
            return 0
        raise


def _documents_only_here(folders: Folders, secrets: Secrets) -> int:
    """How many documents the hub does not have yet, and this computer has."""
    from models.store.document_copies import listed
    from models.store.vault import Vault, vault_key

    key = secrets.get(STORE_KEY) or ""
    vault = Vault(folders.documents, vault_key(key))
    return sum(vault.has(tenant, content_id) for tenant, content_id, _ in listed(folders.store, key, only_here=True))


def _save(folders: Folders, secrets: Secrets, to: Path, clock: Clock) -> Words:
    """The whole store as a backup, wherever the person wants it: what waits is in it."""
    from models.store.backups import back_up_store
    from models.store.document_copies import copy_out, part_of
    from models.store.vault import vault_key

    key = secrets.get(STORE_KEY)
    if key is None:
        raise StorageError("care.key_unavailable")
    made = back_up_store(folders.store, key, "desk", to, backup_key(recovery_key(secrets)), now=utc_text(clock.now()),
                         parts={DEVICE_KEY: secrets.get(DEVICE_KEY) or "", **part_of(vault_key(key))})  # fmt: skip
    copy_out(folders.documents, to.parent)
    print(sentence("backup.key_shown", {"key": recovery_key(secrets)}), file=sys.stderr)
    return sentence("wipe.saved", {"count": made.manifest.waiting, "file": to.name})


def _is_hub_backup(path: Path, secrets: Secrets) -> bool:
    """Does the file open, and is it of a hub? Raises StorageError when it does not open."""
    from models.store.backups import read_manifest

    return read_manifest(path, backup_key(recovery_key(secrets))).kind == "hub"
