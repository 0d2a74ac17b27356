"""`copaydesk backup` and `copaydesk restore`: the same story as in the window, for a person or a scheduler."""

from __future__ import annotations

import argparse
import getpass
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from app.backup import DEVICE_PART, HUB_FILES, SETTINGS_PART, Made, make_backups, note, recovery_key
from app.folders import Folders, desk_folder
from app.one_desk import FolderLock
from app.saving import save_private
from app.secrets import DEVICE_KEY, DEVICE_KEY_BEFORE, HUB_KEY, RECOVERY_KEY, STORE_KEY, Secrets, new_store_key
from app.settings import HUB_HERE, Settings
from app.words import sentence, sentence_for
from models.basics.clock import Clock, SystemClock, utc_text
from models.basics.errors import PosError, RuleBroken
from models.basics.facts import facts
from models.operations import recovery_key as keys

if TYPE_CHECKING:
    from models.store.backups import Backup, Manifest

log = logging.getLogger(__name__)

WELL, FAILED = 0, 2
"""Exit statuses."""


def add_backup_options(sub: argparse.ArgumentParser) -> None:
    """The options of `copaydesk backup`."""
    sub.add_argument("--to", type=Path, metavar="FOLDER", help="where to (default: the folder chosen in Settings)")
    sub.add_argument("--show-recovery-key", action="store_true",
                     help="print the key that opens backups, and make none")  # fmt: skip
    sub.add_argument("--quiet", action="store_true", help="say nothing when all is well, and let others work first")


def add_restore_options(sub: argparse.ArgumentParser) -> None:
    """The options of `copaydesk restore`."""
    sub.add_argument("file", type=Path, metavar="FILE", help="the backup of a desk or of a hub")
    sub.add_argument("--replace", action="store_true",
                     help="put it in the place of the store that is there; that one is kept beside it")  # fmt: skip
    sub.add_argument("--recovery-key-file", type=Path, metavar="FILE",
                     help="file with the recovery key (default: the one kept here, else it is asked for)")  # fmt: skip
    sub.add_argument("--agree-to-key-file", metavar="NAME",
                     help="who agrees that keys lie in a plain file, on a computer without a keyring")  # fmt: skip


def backup_command(options: argparse.Namespace, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Back up this computer's desk and hub. Returns 0 when every backup was made and checked, else 2."""
    out, err = out or sys.stdout, err or sys.stderr
    folders = desk_folder(options.home)
    if options.quiet and hasattr(os, "nice"):
        os.nice(10)
    try:
        settings = Settings.load(folders.settings)
        secrets = Secrets(folders, settings)
        if options.show_recovery_key:
            print(sentence("backup.key_shown", {"key": recovery_key(secrets)}), file=out)
            return WELL
        made = make_backups(folders, settings, secrets, SystemClock(), options.to)
    except PosError as error:
        print(sentence_for(error), file=err)
        return FAILED
    if not options.quiet:
        for done in made:
            print(_made_words(done), file=out)
    return WELL


def _made_words(made: Made) -> str:
    manifest = made.backup.manifest
    key = "backup.made" if manifest.kind == "desk" else "backup.made_hub"
    return str(sentence(key, {"file": str(made.path), "rows": manifest.log_rows, "waiting": manifest.waiting}))


def restore_command(options: argparse.Namespace, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Restore a backup on this computer. Returns 0 when it is in place, else 2 and nothing was changed."""
    out, err = out or sys.stdout, err or sys.stderr
    folders = desk_folder(options.home)
    try:
        restored = restore(folders, options.file, SystemClock(), replace=options.replace,
                           key_file=options.recovery_key_file, consent=options.agree_to_key_file or "")  # fmt: skip
    except PosError as error:
        print(sentence_for(error), file=err)
        return FAILED
    words = "restore.done" if restored.kind == "desk" else "restore.done_hub"
    print(sentence(words, {"file": options.file.name, "at": restored.created_at}), file=out)
    return WELL


def restore(
    folders: Folders, file: Path, clock: Clock, *, replace: bool, key_file: Path | None = None, consent: str = ""
) -> Manifest:
    """Put a backup in place: of a desk or of the hub that runs here, as its manifest says.

    Raises PosError, and nothing was changed: the window is open (`store.open_elsewhere`), the key is wrong, the backup
    does not hold, a store is there and `replace` was not said.
    """
    from models.store.backups import read_manifest

    folders.make()
    lock = FolderLock(folders.home)
    try:
        settings = Settings.load(folders.settings)
        secrets = Secrets(folders, settings)
        safe = _given_key(secrets, key_file)
        manifest = read_manifest(file, keys.backup_key(safe))
        if consent:
            secrets.allow_key_file(f"{consent}, {clock.now():%Y-%m-%d}")
        put = _restore_desk if manifest.kind == "desk" else _restore_hub
        put(folders, secrets, file, safe, clock, replace=replace)
        if manifest.kind == "hub":
            settings.set(HUB_HERE, True)
        if secrets.get(RECOVERY_KEY) is None:
            secrets.put(RECOVERY_KEY, safe)
    finally:
        lock.release()
    return manifest


def _given_key(secrets: Secrets, key_file: Path | None) -> str:
    """The recovery key: from the file, from this computer's keyring, or typed. Never from the command line, where
    others of this computer could read it."""
    if key_file is not None:
        try:
            return key_file.read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            raise RuleBroken("recovery_key.missing") from error
    try:
        known = secrets.get(RECOVERY_KEY)
    except PosError:  # a new computer without a keyring: it can still be typed
        known = None
    if known:
        return known
    if not sys.stdin.isatty():
        raise RuleBroken("recovery_key.missing")
    return getpass.getpass("Recovery key (seven groups of four): ")


def _restore_desk(folders: Folders, secrets: Secrets, file: Path, safe: str, clock: Clock, *, replace: bool) -> None:
    key = _key(secrets, STORE_KEY)
    opened = _put(file, safe, folders.store, key, "desk", clock, replace=replace)
    _put_documents(file, opened, folders.store, folders.documents, key)
    device_key, known = opened.parts.get(DEVICE_PART, ""), secrets.get(DEVICE_KEY)
    if device_key and device_key != known:
        if known:  # of the store that is kept beside this one
            secrets.put(DEVICE_KEY_BEFORE, known)
        secrets.put(DEVICE_KEY, device_key)
    if not folders.settings.exists() and SETTINGS_PART in opened.parts:
        save_private(folders.settings, opened.parts[SETTINGS_PART].encode())
    note(folders, first_seen_at=utc_text(clock.now()), error="")


def _restore_hub(folders: Folders, secrets: Secrets, file: Path, safe: str, clock: Clock, *, replace: bool) -> None:
    key = _key(secrets, HUB_KEY)
    opened = _put(file, safe, folders.hub / "hub.db", key, "hub", clock, replace=replace)
    _put_documents(file, opened, folders.hub / "hub.db", folders.hub_documents, key)
    for name in HUB_FILES:
        if name in opened.parts and (replace or not (folders.hub / name).exists()):
            save_private(folders.hub / name, opened.parts[name].encode())


def _put(file: Path, safe: str, target: Path, key_hex: str, kind: str, clock: Clock, *, replace: bool) -> Backup:
    from models.store.restoring import restore_store

    return restore_store(file, keys.backup_key(safe), target, key_hex, "desk" if kind == "desk" else "hub", clock,
                         replace=replace, stamp=_stamp(clock))  # fmt: skip


def _put_documents(file: Path, opened: Backup, store: Path, folder: Path, key: str) -> None:
    """The documents beside a backup, for the store that was put in place."""
    from models.store.document_copies import listed, put_back
    from models.store.vault import Vault, vault_key

    done = put_back(file, opened.parts, listed(store, key), Vault(folder, vault_key(key)))
    log.info("documents put back", extra=facts(there=done.there, missing=done.missing))


def _stamp(clock: Clock) -> str:
    return f"{clock.now():%Y%m%d-%H%M%S}"


def _key(secrets: Secrets, name: str) -> str:
    """This computer's own key, made and kept before anything is written with it."""
    known = secrets.get(name)
    if known is None:
        known = new_store_key()
        secrets.put(name, known)
    return known
