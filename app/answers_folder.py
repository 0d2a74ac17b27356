"""A folder in which a clearing house's program leaves payers' answers (271): read as they arrive, then put aside.

What was taken goes to `taken`, what was not (or not wholly) to `refused`, both inside the folder. A file is read once
it has stood still for a while: programs write in pieces. Reading one again changes nothing, so a file that is moved
back is simply tried again.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.clinic import Clinic
from app.settings import ANSWERS_FOLDER, Settings
from app.views import AttentionItem
from models.basics.errors import ImportRefused, PosError
from models.basics.facts import facts

if TYPE_CHECKING:  # what reads X12 is loaded with the first file
    from app.eligibility_answers import Outcome
    from exchange.drafts import FileContent

log = logging.getLogger(__name__)

TAKEN, REFUSED = "taken", "refused"
PERSON = "folder"
"""Who acted: nobody at the keyboard."""
SETTLED_S = 5.0
"""A file that has not changed for so long is whole."""
EVERY_S = 15.0
FIRST_AFTER_S = 20.0
MOST_AT_ONCE = 200
"""Files of one look; the next takes the rest."""
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".writing")
"""How programs call what they are still writing."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look did: files read, checks that were news, checks known before, refusals."""

    files: int = 0
    created: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was when it was first seen so: what it looked like, and when (monotonic seconds)."""

    shape: tuple[int, int]
    since: float


class AnswersFolder:
    """Watches the folder that Settings names; none: does nothing. Any thread, one look at a time."""

    def __init__(self, clinic: Clinic, settings: Settings) -> None:
        self._clinic, self._settings = clinic, settings
        self._seen: dict[Path, _Seen] = {}
        self._stuck: dict[Path, tuple[int, int]] = {}
        self._one = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def folder(self) -> Path | None:
        """The folder, where one is set."""
        chosen = self._settings.get(ANSWERS_FOLDER)
        return Path(chosen).expanduser() if chosen else None

    def look(self) -> Looked:
        """Read every file that has stood still. Raises StorageError when the store fails: the file stays and is read at
        a later look. A file that cannot be put aside is not read again until it changes."""
        with self._one:
            looked = Looked()
            for path in self._settled():
                outcome = self._take(path)
                looked = Looked(
                    looked.files + 1, looked.created + outcome.created, looked.unchanged + outcome.unchanged,
                    looked.refused + len(outcome.refusals),
                )  # fmt: skip
            return looked

    def items(self) -> tuple[AttentionItem, ...]:
        """What a person must look at: files that were not taken, a folder that is not there."""
        folder = self.folder
        if folder is None:
            return ()
        if not folder.is_dir():
            return (self._item("eligibility.folder_missing", 0),)
        count = sum(1 for _ in _files(folder / REFUSED))
        return (self._item("eligibility.files_refused", count),) if count else ()

    def start(self) -> None:
        """Look from now on, behind everything else."""
        self._thread = threading.Thread(target=self._watch, name="desk-answers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End that; a file in work is finished."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(30.0)

    # Inside ---------------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        wait_s = FIRST_AFTER_S
        while not self._closing.wait(wait_s):
            wait_s = EVERY_S
            try:
                looked = self.look()
            except PosError as error:
                log.warning("answers not read", extra=facts(key=error.message_key))
            except Exception:
                log.exception("answers not read")
            else:
                if looked.files:
                    log.info("answers read", extra=facts(files=looked.files, created=looked.created,
                                                         refused=looked.refused))  # fmt: skip

    def _settled(self) -> Iterator[Path]:
        """Files that look as they did SETTLED_S ago."""
        folder, now = self.folder, self._clinic.clock.monotonic()
        there = {path: shape for path in _files(folder) if (shape := _shape(path))} if folder else {}
        self._seen = {
            path: known if (known := self._seen.get(path)) and known.shape == shape else _Seen(shape, now)
            for path, shape in there.items()
        }
        settled = [path for path, seen in sorted(self._seen.items())
                   if now - seen.since >= SETTLED_S and self._stuck.get(path) != seen.shape]  # fmt: skip
        yield from settled[:MOST_AT_ONCE]

    def _take(self, path: Path) -> Outcome:
        from app.eligibility_answers import Answers

        clinic = self._clinic
        content = _read(path)
        outcome = Answers(clinic.store).write(content, clinic.zone, clinic.clock.now(), clinic.today().isoformat(),
                                              PERSON)  # fmt: skip
        outcome.refusals[:0] = content.refusals
        self._put_aside(path, REFUSED if outcome.refusals else TAKEN)
        return outcome

    def _put_aside(self, path: Path, name: str) -> None:
        seen = self._seen.pop(path)
        try:
            aside = path.parent / name
            aside.mkdir(exist_ok=True)
            os.replace(path, _free(aside / path.name))
        except OSError:
            self._stuck[path] = seen.shape
            log.warning("answers not put aside")

    def _item(self, words: str, count: int) -> AttentionItem:
        now = self._clinic.now()
        return AttentionItem("eligibility:folder", "answers_refused", now, None, 0, words, {"count": count})


def _read(path: Path) -> FileContent:
    """What is in a file, or why it cannot be read."""
    from app.eligibility_answers import read_answers
    from app.importing import bytes_of
    from exchange.drafts import FileContent
    from exchange.unpack import unpacked

    try:
        return read_answers(path.name, unpacked(bytes_of(path)))
    except ImportRefused as refused:
        content = FileContent(path.name)
        content.refuse(refused, "")
        return content


def _files(folder: Path) -> Iterator[Path]:
    """The files right in a folder that somebody has finished; none where it cannot be read."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return
    for path in found:
        name = path.name.casefold()
        if not name.startswith((".", "~")) and not name.endswith(_UNFINISHED) and path.is_file():
            yield path


def _shape(path: Path) -> tuple[int, int] | None:
    """How long a file is and when it was changed; None where it has just gone."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def _free(path: Path) -> Path:
    """The path itself, or with a number where that name is taken."""
    free, number = path, 1
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
