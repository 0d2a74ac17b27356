"""A clinic on the morning of a run: made once a process, copied for every run in a millisecond."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.sync.keys import RequestSigner
from models.basics.clock import utc_text
from models.operations import records
from models.store.desk import DeskStore
from models.store.engine import sqlite_engine
from models.store.hub import OPERATOR, HubStore
from models.store.marks import LogMarks
from models.store.reading import connect
from models.store.rows import DeskIdentity
from models.store.upgrade import bring_up_to_date, settle_file
from tests.simulator import desk as desks
from tests.simulator import hub as hubs
from tests.simulator.desk import Enrolled
from tests.simulator.determined import determined
from tests.simulator.kept import SHELF
from tests.simulator.world import MONDAY, DeskClock, World
from tests.support.memory import on_memory
from tests.support.stores import pull, push

CLINIC, OTHER = "clinic", "other"
"""Two practices at one hub: what happens in one is nothing to the other."""

MOST_DESKS = 4
TODAY, EARLIER, LATER = "2026-03-16", "2026-02-02", "2026-03-20"
BORN = "1984-03-14"
RULES = records.Rules(portal=True, portal_payments=True)
PEOPLE = {"ann": "", "amy": "ann", "ben": "", "cid": ""}
"""Who comes, and who pays for whom."""
VISITS = {
    "v-ann": ("ann", TODAY), "v-amy": ("amy", TODAY), "v-ben": ("ben", TODAY), "v-cid": ("cid", TODAY),
    "v-old": ("ann", EARLIER), "v-next": ("ann", LATER), "v-soon": ("ben", LATER),
}  # fmt: skip
CHARGES = {
    "c-ann": ("v-ann", 4_000), "c-lab": ("v-ann", 2_500), "c-amy": ("v-amy", 3_000), "c-old": ("v-old", 8_000),
    "c-ben": ("v-ben", 5_000),
}  # fmt: skip


@dataclass(frozen=True)
class Template:
    """Files of a hub and its desks, and what each desk keeps outside its store."""

    folder: Path
    desks: tuple[Enrolled, ...]
    stranger: Enrolled

    @property
    def empty(self) -> Path:
        """A desk's store of today's tables, without a row."""
        return self.folder / "empty.db"

    def copy(self, folder: Path, names: list[str]) -> None:
        """The hub and some desks, as new."""
        for name in ("hub", *names):
            SHELF.write_anew(self.folder / f"{name}.db", folder / f"{name}.db")


@cache
def template() -> Template:
    """The morning."""
    keep = tempfile.TemporaryDirectory(prefix="copaydesk-morning-", dir=on_memory())
    _KEPT.append(keep)
    return _made(Path(keep.name))


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def _made(folder: Path) -> Template:
    world = World()
    with determined(0, world):
        clock = DeskClock(world)
        hub = HubStore.open(sqlite_engine(folder / "hub.db", hubs.KEY), clock, marks=LogMarks(hubs.MARKS))
        for tenant in (CLINIC, OTHER):
            hub.create_tenant(tenant, records.Practice(id=tenant, name=f"Practice {tenant}", timezone="America/Denver"))
            hub.messages.offer(tenant, email=True, text=False, portal_url=f"http://127.0.0.1:1/portal/{tenant}")
        enrolled = [_enrol(hub, folder, clock, CLINIC, n) for n in range(1, MOST_DESKS + 1)]
        stranger = _enrol(hub, folder, clock, OTHER, 9)
        for first in (enrolled[0], stranger):
            _fill(hub, folder, clock, first)
        for each in (*enrolled, stranger):
            store = DeskStore.open(folder / f"{each.name}.db", desks.KEY, clock)
            pull(store, hub)
            store.close()
            _settle(folder / f"{each.name}.db", desks.KEY)
        hub.close()
        _settle(folder / "hub.db", hubs.KEY)
        bring_up_to_date(folder / "empty.db", desks.KEY)
        _settle(folder / "empty.db", desks.KEY)
    return Template(folder, tuple(enrolled), stranger)


def _enrol(hub: HubStore, folder: Path, clock: DeskClock, tenant: str, number: int) -> Enrolled:
    name = f"desk-{number}"
    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32).private_bytes_raw().hex()
    row = hub.redeem(hub.new_code(tenant, name, OPERATOR), RequestSigner(key, "", clock).public_key, {})
    bring_up_to_date(folder / f"{name}.db", desks.KEY)
    store = DeskStore.open(folder / f"{name}.db", desks.KEY, clock)
    store.enrol(DeskIdentity(
        tenant=tenant, device_id=row.device_id, device_no=row.device_no, epoch=row.epoch, desk_name=row.name,
        hub_url="http://127.0.0.1:1", server_epoch=hub.head(tenant).server_epoch,
    ))  # fmt: skip
    store.close()
    return Enrolled(name, row.device_id, key, tenant)


def _fill(hub: HubStore, folder: Path, clock: DeskClock, enrolled: Enrolled) -> None:
    store = DeskStore.open(folder / f"{enrolled.name}.db", desks.KEY, clock)
    with store.write() as tx:
        for body in _records():
            tx.record(body, person_id="priya", business_date=TODAY)
    push(store, hub)
    store.close()


def _records() -> list[object]:
    return [
        records.Staff(id="priya", name="Priya Nair", role="manager"),
        RULES,
        records.Practitioner(id="willing", name="Dr. Ames", auto_allocate=True, online=True, online_auto_post=True),
        records.Practitioner(id="unwilling", name="Dr. Bell"),
        records.Method(id="flex", name="Flex spending card", reference="Confirmation"),
        *(records.Patient(id=who, family="Quillfeather", given=who.title(), guarantor_id=payer, birth_date=BORN,
                          email=f"{who}@home.test") for who, payer in PEOPLE.items()),
        *(records.Coverage(id=f"cover-{who}", patient_id=who, payer="Blue Cross", copay_cents=3_000)
          for who in ("amy", "cid")),
        *(visit(name) for name in VISITS),
        *(charge(name, cents) for name, (_, cents) in CHARGES.items()),
    ]  # fmt: skip


def visit(name: str, status: str = "scheduled") -> records.Appointment:
    """A visit as its source has it."""
    patient_id, day = VISITS[name]
    return records.Appointment(
        id=name, patient_id=patient_id, starts_at=f"{day}T15:30:00.000Z", service_date=day, title="Office visit",
        status=status, practitioner_id="unwilling" if name == "v-old" else "willing",
    )  # fmt: skip


def charge(name: str, cents: int, appointment_id: str = "") -> records.Charge:
    """A line item that now is worth `cents`."""
    place = CHARGES[name][0] if name in CHARGES else appointment_id
    patient_id, day = VISITS[place]
    return records.Charge(id=name, patient_id=patient_id, appointment_id=place, service_date=day,
                          description="Office visit", responsibility_cents=cents, kind="copay")  # fmt: skip


def _settle(path: Path, key_hex: str) -> None:
    connection = connect(path, key_hex)
    settle_file(connection)
    connection.close()


__all__ = ["CHARGES", "CLINIC", "MONDAY", "OTHER", "TODAY", "VISITS", "Template", "template", "utc_text"]
