"""Looks after the store while the desk is open: a check after the start, room on the disk kept for finishing a day, and
what a person must look at: books that do not hold, a disk that is full, backups that are too old.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.backup import Backups, read_state
from app.clinic import Clinic
from app.folders import Folders
from app.reserve import Reserve
from app.views import AttentionItem
from models.basics.clock import parse_utc
from models.basics.errors import PosError
from models.basics.facts import facts

log = logging.getLogger(__name__)

AFTER_START_S = 3.0
"""The first screen and the first payment come first."""


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """What the check after the start found. `failures` name invariants (empty: all holds), `error` is the message key
    where the check itself could not be made, `took_ms` how long it took."""

    at: datetime
    failures: tuple[str, ...]
    error: str
    took_ms: int


class Care:
    """Looks after one desk's store. Any thread."""

    def __init__(self, clinic: Clinic, folders: Folders, backups: Backups) -> None:
        self._clinic, self._folders, self._backups = clinic, folders, backups
        self.reserve = Reserve(folders.reserve)
        self._check: StoreCheck | None = None
        self._reserve_given_at: datetime | None = None
        self._callbacks: list[Callable[[], None]] = []
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        clinic.store.give_room = self._give_room
        backups.subscribe(self._tell)

    @property
    def checked(self) -> StoreCheck | None:
        """What the check after the start found; None while it has not ended."""
        return self._check

    def check(self) -> StoreCheck:
        """Check now: pages, I1–I5, I18. Never raises: what went wrong is part of the answer."""
        started, error, failures = time.perf_counter(), "", tuple[str, ...]()
        try:
            failures = tuple(sorted({found.invariant for found in self._clinic.store.check_quickly()}))
        except PosError as refused:
            error = refused.message_key
        took_ms = int((time.perf_counter() - started) * 1000)
        self._check = StoreCheck(self._clinic.clock.now(), failures, error, took_ms)
        level = logging.ERROR if failures or error else logging.INFO
        log.log(level, "store checked",
                extra=facts(took_ms=took_ms, failures=len(failures), first=failures[0] if failures else "none",
                            error=error or "none"))  # fmt: skip
        self._tell()
        return self._check

    def items(self) -> tuple[AttentionItem, ...]:
        """What a person must look at."""
        found = (self._books_item(), self._disk_item(), self._backup_item())
        return tuple(item for item in found if item is not None)

    def start(self) -> None:
        """Check, and keep room on the disk, behind the first screen."""
        self._thread = threading.Thread(target=self._begin, name="desk-care", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End that; a check under way is waited for."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(30.0)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call when `items` or `checked` may differ, on any thread; the answer ends it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def _begin(self) -> None:
        if not self._closing.wait(AFTER_START_S):
            self.keep_room()
            self.check()

    def keep_room(self) -> None:
        """Room on the disk: the store's own, ahead of what is written next, and the reserve. Never raises."""
        try:
            self._clinic.store.keep_room()
        except PosError as error:
            log.warning("no room kept", extra=facts(key=error.message_key))
        self.reserve.keep()

    def _give_room(self) -> bool:
        if not self.reserve.give():
            return False
        self._reserve_given_at = self._clinic.clock.now()
        self._tell()
        return True

    def _books_item(self) -> AttentionItem | None:
        check = self._check
        if check is None or not check.failures:
            return None
        failures = ", ".join(check.failures)
        return self._item("care:books", "books_wrong", check.at, "care.books_wrong", invariant=failures)

    def _disk_item(self) -> AttentionItem | None:
        at = self._reserve_given_at
        return None if at is None else self._item("care:disk", "disk_full", at, "care.reserve_used")

    def _backup_item(self) -> AttentionItem | None:
        alarm = self._backups.alarm()
        if alarm is None:
            return None
        state = read_state(self._folders)
        at = parse_utc(state.last_good_at or state.first_seen_at)
        return self._item("care:backup", "backup_old", at, alarm.words, days=alarm.days)

    def _item(self, item_id: str, kind: str, at: datetime, words: str, **told: int | str) -> AttentionItem:
        return AttentionItem(item_id, kind, at.astimezone(self._clinic.zone), None, 0, words, {**told})

    def _tell(self) -> None:
        for callback in list(self._callbacks):
            callback()
