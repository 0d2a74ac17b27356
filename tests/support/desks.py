"""Desks of a clinic without windows: a real store, a real line, the real loops. And hubs as processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import orjson
import pytest

from app.hub_process import HubProcess
from app.sync.engine import SyncEngine
from app.sync.join import join, new_device_key
from app.sync.pace import Pace
from app.sync.transport import HubTransport
from models.basics.clock import SystemClock
from models.basics.ids import new_id
from models.operations import bodies
from models.operations.joining import JoinLine
from models.operations.records import Charge, Patient, Practice
from models.store.engine import postgres_engine
from models.store.hub import HubStore
from server import practices
from tests.support.hub import KEY
from tests.support.stores import open_desk
from tests.support.stream import DAY
from tests.support.waiting import until

DESK_KEY = "d0" + "fedcba9876543210" * 3 + "55" * 7
HURRY = Pace(first_s=0.02, longest_s=0.3, wait_s=25, watch_s=5.0)
"""The loops' own patience, sped up."""

PERSON = "staff-1"


class ClinicDesk:
    """One desk: store, line, loops. `take` is a copay as the desk's own service records it."""

    def __init__(self, folder: Path, line: JoinLine, name: str, *, through: str = "", pace: Pace = HURRY) -> None:
        """Join by `line`; talk to `through` (a proxy) instead of the hub's own address from then on."""
        self.folder, self._pace = folder, pace
        folder.mkdir(parents=True, exist_ok=True)
        self.key = new_device_key()
        identity = join(line, self.key, name)
        self.store = open_desk(folder / "desk.db", DESK_KEY)
        self.store.enrol(identity)
        self._hub_url = through or identity.hub_url
        self.engine: SyncEngine
        self.connect()

    def connect(self, through: str = "") -> None:
        """Start the loops."""
        identity = self.store.identity
        assert identity is not None
        self._hub_url = through or self._hub_url
        transport = HubTransport(self._hub_url, device_id=identity.device_id, private_key_hex=self.key,
                                 fingerprint=identity.hub_fingerprint, connect_s=1.0, read_s=2.0)  # fmt: skip
        self.engine = SyncEngine(self.store, transport, pace=self._pace)
        self.engine.start()

    def disconnect(self) -> None:
        """Stop the loops: the desk works on alone."""
        self.engine.stop()

    def close(self) -> None:
        """Go home."""
        self.engine.stop()
        self.store.close()

    def patient(self, cents: int) -> tuple[str, str]:
        """A new patient who owes one charge: (patient, charge)."""
        patient = Patient(id=new_id(), family="Quillfeather", given="Ada", birth_date="1984-03-14")
        return patient.id, self.charge(patient.id, cents, patient)

    def charge(self, patient_id: str, cents: int, patient: Patient | None = None) -> str:
        """One more charge (with the patient's record, when it is new)."""
        charge = Charge(id=new_id(), patient_id=patient_id, service_date=DAY, description="Office visit",
                        responsibility_cents=cents, kind="copay")  # fmt: skip
        with self.store.write() as tx:
            if patient is not None:
                tx.record(patient, person_id=PERSON, business_date=DAY)
            tx.record(charge, person_id=PERSON, business_date=DAY)
        return charge.id

    def take(self, patient_id: str, charge_id: str, cents: int) -> str:
        """Take cash and pay the charge with it, in one transaction; the payment's id."""
        payment_id, group = new_id(), new_id()
        with self.store.write() as tx:
            tx.record(bodies.Collect(payment_id=payment_id, patient_id=patient_id, tender="cash", amount_cents=cents,
                                     tendered_cents=cents, requested_cents=cents, number=tx.next_payment_number(),
                                     receipt_no=tx.next_receipt_no(), drawer="drawer"),
                      person_id=PERSON, group=group, business_date=DAY)  # fmt: skip
            self._allocate(tx, patient_id, payment_id, charge_id, cents, group)
        return payment_id

    def spend(self, patient_id: str, payment_id: str, charge_id: str, cents: int) -> None:
        """Spend a lot on a charge."""
        with self.store.write() as tx:
            self._allocate(tx, patient_id, payment_id, charge_id, cents, new_id())

    def undo(self, patient_id: str, payment_id: str) -> None:
        """Take a whole payment back."""
        with self.store.write() as tx:
            tx.record(bodies.Reverse(payment_id=payment_id, patient_id=patient_id, reason="slip", reversal_id=new_id(),
                                     receipt_no=tx.next_receipt_no()), person_id=PERSON, business_date=DAY)  # fmt: skip

    def _allocate(self, tx: object, patient_id: str, payment_id: str, charge_id: str, cents: int, group: str) -> None:
        from models.store.transaction import Tx

        assert isinstance(tx, Tx)
        line = bodies.AllocationLine(charge_id=charge_id, amount_cents=cents)
        tx.record(bodies.Allocate(allocation_id=new_id(), lot_payment_id=payment_id, patient_id=patient_id,
                                  lines=(line,)), person_id=PERSON, group=group, business_date=DAY)  # fmt: skip

    def has_payment(self, payment_id: str) -> bool:
        """Is the payment here, pending or confirmed?"""
        with self.store.reader() as reader:
            return reader.execute("SELECT 1 FROM payment WHERE payment_id = ?", (payment_id,)).fetchone() is not None

    def balances(self) -> dict[str, tuple[int, int]]:
        """Confirmed totals of every account that is not empty."""
        with self.store.reader() as reader:
            rows = reader.execute("SELECT id, debits, credits FROM account WHERE debits <> 0 OR credits <> 0")
            return {account: (debit, credit) for account, debit, credit in rows.fetchall()}

    def settled(self) -> bool:
        """Is everything of this desk answered, and nothing left in the pending layer?"""
        with self.store.reader() as reader:
            waiting = reader.execute("SELECT count(*) FROM outbox WHERE acknowledged_at = '' OR returned_at = ''")
            return waiting.fetchone() == (0,)

    def says_all_is_well(self) -> bool:
        """Does the desk tell its screens so? A moment after it is: what is told follows what was done."""
        state = self.engine.state()
        return state.online and (state.pending, state.cause, state.repair, state.stopped) == (0, "", "", False)

    def acknowledged(self) -> set[str]:
        """The operations the hub has answered."""
        with self.store.reader() as reader:
            return {row[0] for row in reader.execute("SELECT op_id FROM outbox WHERE acknowledged_at <> ''").fetchall()}

    def log_ids(self) -> list[str]:
        """The operations in the confirmed log, in order."""
        with self.store.reader() as reader:
            return [row[0] for row in reader.execute("SELECT op_id FROM log ORDER BY seq").fetchall()]


def free_port() -> int:
    """A port nobody uses: other hubs of this machine like the usual one."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def in_step(*desks: ClinicDesk) -> bool:
    """Everything sent, everything fetched, every cursor at the same place."""
    return all(desk.settled() for desk in desks) and len({desk.store.cursor() for desk in desks}) == 1


class HubOutside(Protocol):
    """A hub in a process of its own."""

    tenant: str

    @property
    def port(self) -> int: ...

    @property
    def process_id(self) -> int: ...

    def line(self, desk_name: str) -> JoinLine: ...

    def kill(self) -> None:
        """SIGKILL, and up again at the same port."""
        ...

    def failures(self) -> list[str]:
        """Which invariants do not hold."""
        ...

    def close(self) -> None: ...


def a_practice() -> Practice:
    return Practice(id=new_id(), name="Riverside Family Practice", timezone="America/New_York")


class EmbeddedHub:
    """The hub of a first desk, as `app.hub_process` runs it."""

    def __init__(self, folder: Path, key_hex: str) -> None:
        self._folder, self._key_hex = folder, key_hex
        self.process = HubProcess.start(folder, key_hex, port=free_port())
        practice = a_practice()
        self.tenant = practice.id
        self._first: JoinLine | None = self.process.add_practice(practice, "Front desk")

    @property
    def port(self) -> int:
        return self.process.port

    @property
    def process_id(self) -> int:
        """The process that serves."""
        return self.process.process_id

    def line(self, desk_name: str) -> JoinLine:
        first, self._first = self._first, None
        return first or self.process.join_code(self.tenant, desk_name)

    def kill(self) -> None:
        killed = self.process.process_id
        os.kill(killed, signal.SIGKILL)
        until(lambda: self.process.process_id not in {0, killed})

    def failures(self) -> list[str]:
        from models.store.engine import sqlite_engine

        return _failures(
            lambda: HubStore.open(sqlite_engine(self._folder / "hub.db", self._key_hex), SystemClock()), self.tenant
        )

    def close(self) -> None:
        self.process.close()


class SharedHub:
    """`copaydesk server` on PostgreSQL."""

    def __init__(self, folder: Path, database_url: str, *, workers: int = 1) -> None:
        self._folder, self._url, self._workers = folder, database_url, workers
        folder.mkdir(parents=True, exist_ok=True)
        self.port = 0
        self._process = self._start()
        self.store = HubStore.open(postgres_engine(database_url), SystemClock())
        practice = a_practice()
        practices.add_record(self.store, practice)
        self.tenant = practice.id

    def _start(self) -> subprocess.Popen[bytes]:
        ready = self._folder / "ready.json"
        ready.unlink(missing_ok=True)
        with open(self._folder / "log", "ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "server", "--data-dir", str(self._folder), "--port", str(self.port),
                 "--ready-file", str(ready), "--workers", str(self._workers)],
                env={**os.environ, "COPAYDESK_DATABASE_URL": self._url}, stdout=log, stderr=log,
            )  # fmt: skip
        until(lambda: ready.exists() or process.poll() is not None, 30)
        self.port = orjson.loads(ready.read_bytes())["port"]
        return process

    def line(self, desk_name: str) -> JoinLine:
        return JoinLine("127.0.0.1", self.port, practices.join_code(self.store, self.tenant, desk_name))

    @property
    def process_id(self) -> int:
        """The process that serves (with one worker)."""
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process = self._start()

    def failures(self) -> list[str]:
        return [failure.invariant for failure in self.store.verify(self.tenant)]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(15)
        self.store.close()


def _failures(open_store: Callable[[], HubStore], tenant: str) -> list[str]:
    store = open_store()
    try:
        return [failure.invariant for failure in store.verify(tenant)]
    finally:
        store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def outside_hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HubOutside]:
    """A hub in a process of its own: a first desk's, and one on PostgreSQL."""
    made: HubOutside = (
        EmbeddedHub(tmp_path / "hub", KEY)
        if request.param == "sqlite"
        else SharedHub(tmp_path / "hub", request.getfixturevalue("postgres_url"))
    )
    yield made
    made.close()
