"""Desks that exchange with a real hub over real HTTP, one step at a time and only when told: for repairs."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from app.sync.join import join, new_device_key
from app.sync.steps import Exchange
from models.basics.clock import Clock, SystemClock
from models.basics.errors import SyncLater
from models.operations.joining import JoinLine
from models.operations.operation import GENESIS
from models.operations.protocol import Cursor, LogEntry
from tests.support.desks import DESK_KEY, ClinicDesk
from tests.support.hub import Member, RunningHub
from tests.support.stores import open_desk

MOST_STEPS = 400


class SteppedDesk(ClinicDesk):
    """A desk without loops: `settle` takes as many steps as there are to take."""

    def __init__(self, hub: RunningHub, member: Member, folder: Path, clock: Clock | None = None) -> None:
        self.folder, self.member, self._hub = folder, member, hub
        folder.mkdir(parents=True, exist_ok=True)
        self.told: list[tuple[str, int]] = []
        self._clock = clock or SystemClock()
        self._open()
        self.store.enrol(member.identity)

    @classmethod
    def of(cls, hub: RunningHub, tenant: str, folder: Path, name: str = "Desk") -> SteppedDesk:
        """A new desk of a practice."""
        return cls(hub, hub.member(tenant, name), folder)

    def _open(self) -> None:
        self.store = open_desk(self.folder / "desk.db", DESK_KEY, self._clock)
        self.exchange = Exchange(self.store, self._hub.transport(self.member.identity, self.member.private_key),
                                 self._clock, tell=lambda key, count: self.told.append((key, count)))  # fmt: skip

    def settle(self) -> None:
        """Push until nothing waits, pull until nothing is new; twice, for what the one brings to the other."""
        for _ in range(2):
            with suppress(SyncLater):  # the hub's log is another: fetching mends that
                self.push()
            self.pull()
        self.push()

    def push(self) -> None:
        """Send everything."""
        for _ in range(MOST_STEPS):
            if not self.exchange.push_once():
                return
        raise AssertionError("pushing does not end")

    def pull(self) -> None:
        """Fetch everything."""
        for _ in range(MOST_STEPS):
            if not self.exchange.pull_once():
                return
        raise AssertionError("pulling does not end")

    def image(self, to: Path) -> Path:
        """A copy of the store as it is, like a disk's."""
        self.store.close()
        shutil.copytree(self.folder, to)
        self._open()
        return to

    def restore(self, image: Path) -> None:
        """Put an image in the store's place, and start again."""
        self.store.close()
        shutil.rmtree(self.folder)
        shutil.copytree(image, self.folder)
        self._open()

    def copy(self, image: Path) -> SteppedDesk:
        """Another live copy of this desk, from an image of it."""
        twin = object.__new__(SteppedDesk)
        twin.folder, twin.member, twin._hub, twin._clock, twin.told = image, self.member, self._hub, self._clock, []
        twin._open()
        return twin

    def join_again(self, line: JoinLine) -> None:
        """Join once more as the same desk, with a new key."""
        key = new_device_key()
        identity = join(line, key, "Desk", former=self.store.identity)
        self.member = Member(identity, key, self._hub.transport(identity, key))
        self.store.enrol(identity)
        self.store.close()
        self._open()

    def close(self) -> None:
        """Go home."""
        self.store.close()

    def acts(self, copays: int, cents: int = 2_500) -> list[str]:
        """So many copays of new patients; the payments' ids."""
        made = []
        for _ in range(copays):
            patient, charge = self.patient(cents)
            made.append(self.take(patient, charge, cents))
        return made

    def waiting(self) -> list[tuple[object, ...]]:
        """Own operations that were not answered or did not come back."""
        with self.store.reader() as reader:
            found = reader.execute("SELECT epoch, dseq, verdict, seq, acknowledged_at, returned_at FROM outbox WHERE "
                                   "acknowledged_at = '' OR returned_at = ''")  # fmt: skip
            return list(found.fetchall())

    def failures(self) -> list[str]:
        """Which invariants do not hold."""
        return [failure.invariant for failure in self.store.verify(deep=True)]


def hub_log(hub: RunningHub, tenant: str) -> list[LogEntry]:
    """A hub's whole log."""
    cursor, found = Cursor("", 0, GENESIS), []
    while True:
        page = hub.store.pull(tenant, cursor)
        found += page.entries
        cursor = Cursor(page.server_epoch, page.to_seq, page.hash)
        if not page.has_more:
            return found
