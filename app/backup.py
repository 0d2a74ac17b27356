"""Backups of a desk, and of the hub where it runs here: made while everybody works, kept by rule, watched over.

The work is done by `copaydesk backup` in a process of its own, at low priority: copying and checking a store takes
seconds of a processor, and the window must not feel them. What came of it stands in a small file of the desk's folder.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.folders import Folders
from app.lanes import Job
from app.saving import save_private
from app.secrets import DEVICE_KEY, HUB_KEY, RECOVERY_KEY, STORE_KEY, Secrets
from app.settings import BACKUP_ALARM_DAYS, BACKUP_EVERY_HOURS, BACKUP_FOLDER, HUB_HERE, Settings
from models.basics.clock import Clock, parse_utc, utc_text
from models.basics.errors import PosError, RuleBroken, StorageError
from models.basics.facts import facts
from models.operations.recovery_key import backup_key, new_recovery_key
from models.rules.rights import Right

if TYPE_CHECKING:
    from app.views import Person
    from models.store.backups import Backup

log = logging.getLogger(__name__)

PATIENCE_S = 4 * 3600.0
"""A backup that takes longer hangs: it is ended, and tried again."""

OUTBOX_DAYS = 45
"""So long desks keep what the hub has answered: a hub restored from an older backup is not refilled."""

LOOK_S = 300.0
FIRST_AFTER_S = 120.0
"""Patients come first after a start."""

HUB_FILES = ("hub-certificate.pem", "hub-certificate.key", "hub.json", "log.key")
"""What a hub needs beside its database to be the same hub to its desks: certificate, its key, the port, and the key of
its marks on the log (`models.store.marks`)."""

SETTINGS_PART, DEVICE_PART = "settings.json", "device-key"


@dataclass(frozen=True, slots=True)
class BackupState:
    """How the last backups went. Moments are UTC text; `error` is the message key of the last try, when it failed."""

    last_good_at: str = ""
    last_try_at: str = ""
    error: str = ""
    files: tuple[str, ...] = ()
    folder: str = ""
    first_seen_at: str = ""


@dataclass(frozen=True, slots=True)
class BackupAlarm:
    """Why somebody must look. `words` is a message key, `days` the age of the last good backup (0: there is none)."""

    words: str
    days: int


@dataclass(frozen=True, slots=True)
class BackupView:
    """What Settings shows: where, how often, how the last one went, and the alarm if there is one."""

    folder: Path
    same_disk: bool
    every_hours: int
    state: BackupState
    alarm: BackupAlarm | None
    running: bool


@dataclass(slots=True)
class Made:
    """One backup that was made."""

    path: Path
    backup: Backup = field(repr=False)


Run = Callable[[Sequence[str]], int]
"""Runs `copaydesk` with these words and returns its exit status."""


class Backups:
    """The backups of this desk. Any thread; `run` blocks for as long as a backup takes."""

    def __init__(
        self, folders: Folders, settings: Settings, secrets: Secrets, clock: Clock, run: Run | None = None
    ) -> None:  # fmt: skip
        self._folders, self._settings, self._secrets, self._clock = folders, settings, secrets, clock
        self._run = run or run_program
        self._one = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._callbacks: list[Callable[[], None]] = []

    def view(self) -> BackupView:
        """How it stands; looks at files of this desk's own folder only."""
        folder = folder_of(self._folders, self._settings)
        return BackupView(folder, _same_disk(folder, self._folders.home), self._settings.get(BACKUP_EVERY_HOURS),
                          read_state(self._folders), self.alarm(), self._one.locked())  # fmt: skip

    def alarm(self) -> BackupAlarm | None:
        """Is the last good backup older than is allowed? A new desk has as many days as that."""
        state, now = read_state(self._folders), self._clock.now()
        since = state.last_good_at or state.first_seen_at
        if not since:
            return None
        days = (now - parse_utc(since)).days
        if days < self._settings.get(BACKUP_ALARM_DAYS):
            return None
        return BackupAlarm("backup.alarm_old", days) if state.last_good_at else BackupAlarm("backup.alarm_never", 0)

    def due(self) -> bool:
        """Is it time for the next one by itself? After a failure it is tried again in an hour."""
        every = self._settings.get(BACKUP_EVERY_HOURS)
        if not every:
            return False
        state, now = read_state(self._folders), self._clock.now()
        if state.error and state.last_try_at and now - parse_utc(state.last_try_at) < timedelta(hours=1):
            return False
        return not state.last_good_at or now - parse_utc(state.last_good_at) >= timedelta(hours=every)

    def run(self, _job: Job[BackupView] | None = None) -> BackupView:
        """Back up now, in a process of its own.

        Raises RuleBroken `backup.running`, or StorageError with the reason the other process gave.
        """
        if not self._one.acquire(blocking=False):
            raise RuleBroken("backup.running")
        tried = read_state(self._folders).last_try_at
        try:
            self._tell()
            status = self._run(("backup", "--home", str(self._folders.home), "--quiet"))
        finally:
            self._one.release()
            self._tell()
        state = read_state(self._folders)
        if status or state.last_try_at == tried:
            log.warning("backup failed", extra=facts(status=status, key=state.error or "backup.ended"))
            raise StorageError(state.error or "backup.ended")
        return self.view()

    def reveal_key(self, person: Person) -> str:
        """The recovery key, for somebody who may set things up. Raises RuleBroken `staff.right_missing`, and what the
        keyring raises. Who asked stands in the log."""
        if Right.SET_UP not in person.rights:
            raise RuleBroken("staff.right_missing", right=Right.SET_UP.value)
        log.info("recovery key shown", extra=facts(staff=person.staff_id))
        return recovery_key(self._secrets)

    def start(self) -> None:
        """Begin to make backups by itself, in time."""
        note_seen(self._folders, self._clock)
        self._thread = threading.Thread(target=self._watch, name="desk-backups", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End that. A backup under way goes on by itself: it is a process of its own."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call when something about backups may differ, on any thread; the answer ends it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def _watch(self) -> None:
        wait = FIRST_AFTER_S
        while not self._closing.wait(wait):
            wait = LOOK_S
            try:
                if self.due():
                    self.run()
            except PosError as error:
                log.warning("backup not made", extra=facts(key=error.message_key))

    def _tell(self) -> None:
        for callback in list(self._callbacks):
            callback()


# Making: in the process of the command ------------------------------------------------------------------------------


def make_backups(
    folders: Folders, settings: Settings, secrets: Secrets, clock: Clock, to: Path | None = None
) -> list[Made]:
    """Back this desk up, and its hub where it runs here; note how it went.

    Raises StorageError as `models.store.backups` does, `backup.nothing_here`, or `care.key_unavailable`.
    """
    if not folders.store.exists():
        raise StorageError("backup.nothing_here")
    now = clock.now()
    chosen = to or folder_of(folders, settings)
    try:
        made = list(_make(folders, settings, secrets, now, chosen))
    except PosError as error:
        note(folders, error=error.message_key, last_try_at=utc_text(now))
        raise
    note(folders, last_good_at=utc_text(now), last_try_at=utc_text(now), error="", folder=str(chosen),
         files=tuple(done.path.name for done in made))  # fmt: skip
    return made


def _make(folders: Folders, settings: Settings, secrets: Secrets, now: datetime, to: Path) -> Iterable[Made]:
    from models.store.backups import back_up_store, desk_of, practice_of
    from models.store.document_copies import copy_out, part_of
    from models.store.shelf import Shelf
    from models.store.vault import vault_key

    store_key, safe = secrets.get(STORE_KEY), backup_key(recovery_key(secrets))
    if store_key is None:
        raise StorageError("care.key_unavailable")
    device_no, device_id = desk_of(folders.store, store_key)
    shelf = Shelf(to, f"desk-{device_no}", device_id)
    if not shelf.hold():
        raise StorageError("backup.running")
    try:
        parts = _desk_parts(folders, secrets) | part_of(vault_key(store_key))
        yield Made(*shelf.put(now, partial(
            back_up_store, folders.store, store_key, "desk", backup_key=safe, now=utc_text(now), parts=parts
        )))  # fmt: skip
        copy_out(folders.documents, to)
        hub_key = secrets.get(HUB_KEY)
        if settings.get(HUB_HERE) and hub_key is not None and (folders.hub / "hub.db").exists():
            hub = Shelf(to, "hub", practice_of(folders.hub / "hub.db", hub_key))
            files = _texts(folders.hub, HUB_FILES) | part_of(vault_key(hub_key))
            yield Made(*hub.put(now, partial(
                back_up_store, folders.hub / "hub.db", hub_key, "hub", backup_key=safe, now=utc_text(now), parts=files
            )))  # fmt: skip
            copy_out(folders.hub_documents, to)
    finally:
        shelf.let_go()


def _desk_parts(folders: Folders, secrets: Secrets) -> dict[str, str]:
    """What a desk needs beside its store to be the same desk to its hub: its key, and its settings."""
    parts = {SETTINGS_PART: folders.settings.read_text("utf-8")} if folders.settings.exists() else {}
    device_key = secrets.get(DEVICE_KEY)
    return parts | ({DEVICE_PART: device_key} if device_key else {})


def _texts(folder: Path, names: Iterable[str]) -> dict[str, str]:
    return {name: (folder / name).read_text("utf-8") for name in names if (folder / name).exists()}


def recovery_key(secrets: Secrets) -> str:
    """The recovery key of this desk, made now where an older program set it up without one."""
    known = secrets.get(RECOVERY_KEY)
    if known is None:
        known = new_recovery_key()
        secrets.put(RECOVERY_KEY, known)
    return known


# State --------------------------------------------------------------------------------------------------------------


def folder_of(folders: Folders, settings: Settings) -> Path:
    """Where backups go."""
    chosen = settings.get(BACKUP_FOLDER).strip()
    return Path(chosen).expanduser() if chosen else folders.backups


def read_state(folders: Folders) -> BackupState:
    """How the last backups went; as if there had been none where that cannot be read."""
    try:
        told = json.loads(folders.backup_state.read_text("utf-8"))
        known = {name: told[name] for name in BackupState.__dataclass_fields__ if name in told}
        return BackupState(**{**known, "files": tuple(known.get("files", ()))})
    except (OSError, ValueError, TypeError):
        return BackupState()


def note(folders: Folders, **changes: object) -> None:
    """Write down how a backup went. A full disk must not hide what the backup itself met."""
    values: Mapping[str, object] = {**asdict(read_state(folders)), **changes}
    try:
        save_private(folders.backup_state, json.dumps(values, indent=1).encode())
    except StorageError as error:
        log.warning("backup state not written", extra=facts(key=error.message_key))


def note_seen(folders: Folders, clock: Clock) -> None:
    """From when on a desk without a backup is one that should have had one."""
    if not read_state(folders).first_seen_at:
        note(folders, first_seen_at=utc_text(clock.now()))


def run_program(words: Sequence[str]) -> int:
    """Run this program with these words, at low priority, and wait: at most PATIENCE_S. Returns how it ended."""
    frozen = getattr(sys, "frozen", False)
    program = [sys.executable, *words] if frozen else [sys.executable, "-m", "app", *words]
    root = str(Path(__file__).resolve().parents[1])
    known = os.environ.get("PYTHONPATH", "")
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{known}" if known else root}
    flags = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        done = subprocess.run(program, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env=environment, check=False, creationflags=flags, timeout=PATIENCE_S)  # fmt: skip
    except subprocess.TimeoutExpired:
        return 1
    return done.returncode


def _same_disk(folder: Path, home: Path) -> bool:
    """Would one broken disk take both? The nearest folder that is there tells."""
    there = next((part for part in (folder, *folder.parents) if part.exists()), home)
    try:
        return there.stat().st_dev == home.stat().st_dev
    except OSError:
        return True
