"""An office of several desks: a real hub, desks that joined it by a code as `copaydesk` opens them, through a proxy if
need be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.folders import Folders
from app.secrets import Secrets
from app.settings import DRAWER, Settings
from app.setup import Setup
from models.basics.clock import Clock, SystemClock
from models.operations.joining import JoinLine
from models.operations.records import Practitioner, Staff
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.counter import Counter
from tests.support.fault_proxy import FaultProxy
from tests.support.hub import Member, RunningHub
from tests.support.people import quick_hash
from tests.support.waiting import until

PIN = "2580"
"""Everybody's."""


class Office:
    """A practice at a running hub, with Maria at the front desk and Priya, who manages. `boss` is a desk without a
    window, for what another manager does meanwhile."""

    def __init__(self, folder: Path, hub: RunningHub) -> None:
        self.folder, self.hub = folder, hub
        self.tenant = hub.practice()
        self.boss: Member = hub.member(self.tenant, "Office")
        for person, role in ((MARIA, "receptionist"), (PRIYA, "manager")):
            known = quick_hash(PIN)
            self.boss.stream.add(
                Staff(id=person.staff_id, name=person.name, role=role, title=person.title, pin_hash=known)
            )
        self.boss.stream.add(Practitioner(id="okafor", name="Dr. Okafor"))
        self.boss.transport.push(self.boss.stream.batch())
        self.proxies: list[FaultProxy] = []

    @contextmanager
    def desk(self, name: str = "Checkout", *, clock: Clock | None = None, proxy: bool = False) -> Iterator[Counter]:
        """A desk that joins by a code and is opened; with `proxy` the line goes through one (the last of `proxies`)."""
        line = self.hub.line(self.tenant, name)
        if proxy:
            self.proxies.append(FaultProxy(self.hub.address.port))
            line = JoinLine("127.0.0.1", int(self.proxies[-1].url.rpartition(":")[2]), line.code)
        folders = Folders(self.folder / name.replace(" ", "-"))
        folders.make()
        settings = Settings.load(folders.settings)
        setup = Setup(folders, settings, Secrets(folders, settings), clock or SystemClock())
        setup.allow_key_file("a test")
        setup.join_practice(str(line), name)
        settings.set(DRAWER, False)
        here = Counter(folders, clock or SystemClock())
        try:
            until(lambda: here.desk.sync is not None and here.desk.sync.state().online, 20)
            yield here
        finally:
            here.close()

    def close(self) -> None:
        """Cut every proxy."""
        for proxy in self.proxies:
            proxy.close()


def rosas_visit(here: Counter) -> None:
    """Rosa is here for a visit of today and owes a copay."""
    clinic = TestClinic.over(here.desk.store, here.desk.clock)
    day = here.desk.clinic.today().isoformat()
    clinic.patient()
    clinic.visit(service_date=day)
    clinic.charge(3000, day=day, visit="today", kind="copay", description="Office visit")
