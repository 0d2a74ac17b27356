"""`copaydesk doctor --deep`: the whole store read and judged, its backups, its disk.

Works on a copy beside the store, so that a desk in use does not wait for it, and changes nothing.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from app.backup import folder_of, read_state
from app.findings import Finding, Health
from app.folders import Folders
from app.reserve import MOST_BYTES, Reserve
from app.secrets import HUB_KEY, STORE_KEY, Secrets, new_store_key
from app.settings import BACKUP_ALARM_DAYS, HUB_HERE, Settings
from app.words import sentence
from models.basics.clock import Clock, parse_utc, utc_text
from models.basics.errors import StorageError
from models.store.queries.care import stream_of

if TYPE_CHECKING:
    from models.store.rows import Failure

HANGING = timedelta(minutes=15)
WAITS_TOO_LONG = timedelta(hours=1)
LIES_MS, SLOW_MS = 0.05, 100.0
"""A commit quicker than the first was not written; slower than the second, a receptionist waits."""

LEAST_FREE_BYTES = 512 << 20
_COMMITS = 25
ALL = tuple(f"I{number}" for number in range(1, 29))
ON_DESK = frozenset(ALL) - {"I5", "I16", "I19", "I20", "I24", "I25"}
ON_HUB = frozenset({"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I12", "I13", "I14", "I15",
                    "I22", "I23", "I26", "I27", "I28"})  # fmt: skip
_ELSEWHERE = {"I5": "check.at_hub", "I16": "check.at_close", "I24": "check.at_postgresql", "I25": "check.in_simulator"}
"""What cannot be judged on a desk's own store, and where it is."""


def examine_deeply(folders: Folders, settings: Settings, secrets: Secrets, clock: Clock) -> Iterator[Finding]:
    """One finding for each invariant, then outbox, backups and disk. Raises StorageError when a store does not open."""
    key = secrets.get(STORE_KEY)
    if key is None:
        raise StorageError("care.key_unavailable")
    yield from _books(folders.store, key, clock)
    hub_key = secrets.get(HUB_KEY) if settings.get(HUB_HERE) else None
    hub = folders.hub / "hub.db"
    if hub_key is not None and hub.exists():
        yield from _hub_books(hub, hub_key)
        yield _same_history(folders.store, key, hub, hub_key)
    else:
        yield Finding(Health.NOTE, "I19", str(sentence("check.at_hub")))
    yield _outbox(folders.store, key, clock)
    yield _backup(folders, settings, clock)
    yield _speed(folders.home)
    yield _space(folders)
    yield _library()


def _books(path: Path, key: str, clock: Clock) -> Iterator[Finding]:
    from models.store.backups import check_beside

    failures = check_beside(path, key, "desk", sent_before=utc_text(clock.now() - HANGING))
    yield _judged("file", failures)
    for number in ALL:
        if number in ON_DESK:
            yield _judged(number, failures)
        elif number in _ELSEWHERE:
            yield Finding(Health.NOTE, number, str(sentence(_ELSEWHERE[number])))


def _hub_books(path: Path, key: str) -> Iterator[Finding]:
    from models.store.backups import check_beside

    failures = check_beside(path, key, "hub")
    for number in ("file", *(number for number in ALL if number in ON_HUB)):
        yield _judged(number, failures, "hub " + number)


def _judged(number: str, failures: Sequence[Failure], part: str = "") -> Finding:
    words = sentence(f"check.{number.lower()}")
    seen = [failure.detail for failure in failures if failure.invariant == number]
    if not seen:
        return Finding(Health.OK, part or number, f"{words.title}.")
    return Finding(Health.BAD, part or number, f"Does not hold: {_lower(words.title)}. {words.body} {words.action} "
                   f"Seen: {'; '.join(seen)}.")  # fmt: skip


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _same_history(desk: Path, key: str, hub: Path, hub_key: str) -> Finding:
    """I19, where the hub is here: the chain at the desk's cursor is the hub's at that place."""
    from models.store.backups import chain_at

    at, words = stream_of(desk, key), sentence("check.i19")
    if not at.cursor_seq or chain_at(hub, hub_key, at.tenant, at.cursor_seq) == at.cursor_hash:
        return Finding(Health.OK, "I19", f"{words.title}, up to entry {at.cursor_seq}.")
    return Finding(Health.BAD, "I19", f"Does not hold: {_lower(words.title)}. {words.body} {words.action} "
                   f"Seen: entry {at.cursor_seq}.")  # fmt: skip


def _outbox(path: Path, key: str, clock: Clock) -> Finding:
    """I20, as far as a store tells: how long has the oldest waited?"""
    at, now, words = stream_of(path, key), clock.now(), sentence("check.i20")
    if at.server_time and now < parse_utc(at.server_time):
        return Finding(Health.BAD, "clock", "This computer's clock is behind the hub's last answer. Receipts would "
                       "carry a wrong time. Set the clock by the internet.")  # fmt: skip
    if not at.waiting:
        return Finding(Health.OK, "I20", "Nothing waits to be sent.")
    waits = now - parse_utc(at.oldest_at)
    said = f"{at.waiting} wait to be sent, the oldest for {waits.total_seconds() / 3600:.1f} h."
    if waits < WAITS_TOO_LONG:
        return Finding(Health.OK, "I20", said)
    return Finding(Health.BAD, "I20", f"{said} {words.body} {words.action}")


def _backup(folders: Folders, settings: Settings, clock: Clock) -> Finding:
    state, allowed = read_state(folders), settings.get(BACKUP_ALARM_DAYS)
    if not state.last_good_at:
        return Finding(Health.BAD, "backup", str(sentence("backup.alarm_never")))
    days = (clock.now() - parse_utc(state.last_good_at)).days
    if days >= allowed:
        return Finding(Health.BAD, "backup", str(sentence("backup.alarm_old", {"days": days})))
    where = folder_of(folders, settings)
    missing = [name for name in state.files if not (where / name).exists()]
    if missing and str(where) == state.folder:
        again = sentence("backup.folder_missing").action
        return Finding(Health.BAD, "backup", f"{missing[0]} is not in the backup folder any more. {again}")
    return Finding(Health.OK, "backup", f"The last good backup is {days} days old; {allowed} are allowed.")


def _speed(home: Path) -> Finding:
    took_ms = commit_ms(home)
    said = f"A commit takes {took_ms:.2f} ms."
    if took_ms < LIES_MS:
        return Finding(Health.BAD, "disk", f"{said} No disk writes that quickly: it says a write is done before it "
                       "is. A power cut would lose payments. Switch its write cache off.")  # fmt: skip
    if took_ms > SLOW_MS:
        return Finding(Health.BAD, "disk", f"{said} Taking a payment will be slow. Have the disk looked at.")
    return Finding(Health.OK, "disk", said)


def commit_ms(folder: Path) -> float:
    """The median time of a commit of one row, synced, in a scratch file of `folder`."""
    from models.store.reading import connect
    from models.store.upgrade import remove_build

    scratch = folder / "speed.scratch"
    remove_build(scratch)
    try:
        connection = connect(scratch, new_store_key())
        try:
            connection.execute("CREATE TABLE one (n INTEGER)")
            taken = []
            for number in range(_COMMITS):
                started = time.perf_counter()
                connection.execute("INSERT INTO one VALUES (?)", (number,))
                taken.append((time.perf_counter() - started) * 1000)
        finally:
            connection.close()
    finally:
        remove_build(scratch)
    return median(taken)


def _space(folders: Folders) -> Finding:
    free, store = shutil.disk_usage(folders.home).free, folders.store.stat().st_size
    kept = Reserve(folders.reserve).size()
    said = f"{free >> 20:,} MiB free"
    if free < max(LEAST_FREE_BYTES, 2 * store):
        return Finding(Health.BAD, "space", f"{said}; a backup or an update of this store needs {(2 * store) >> 20:,} "
                       "MiB. Free some space.")  # fmt: skip
    if not kept:
        return Finding(Health.NOTE, "space", f"{said}; the reserve for finishing a day is not there. Copaydesk makes "
                       f"it again at its next start (at most {MOST_BYTES >> 20} MiB).")  # fmt: skip
    return Finding(Health.OK, "space", f"{said}, and {kept >> 20:,} MiB kept in reserve.")


def _library() -> Finding:
    from models.store.reading import OLDEST_SQLITE, library_version

    found, oldest = library_version(), ".".join(map(str, OLDEST_SQLITE))
    if found < OLDEST_SQLITE:
        return Finding(Health.BAD, "sqlite", f"{'.'.join(map(str, found))} is older than {oldest}, which may damage "
                       "the store. Install Copaydesk again.")  # fmt: skip
    return Finding(Health.OK, "sqlite", f"{'.'.join(map(str, found))}; at least {oldest} is needed.")
